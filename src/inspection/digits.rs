//! Binary digits of stored numbers, and how they are rounded where a type runs out of them.

use crate::checkpoint::Element;

/// The binary digits of a type; what cannot be read has none to lose.
pub fn digits(element: &Result<Element, String>) -> u32 {
    element.as_ref().map_or(53, |element| element.digits())
}

/// What numbers tell of the types that they have passed through: a conversion adds no digits.
#[derive(Clone, Copy, Debug)]
pub struct Significance {
    /// The bits of all numbers, joined.
    bits: u64,
    /// Whether f16 has all of them, as far as its range goes.
    in_range_of_f16: bool,
}

impl Significance {
    /// Of no numbers yet.
    pub fn new() -> Self {
        Significance { bits: 0, in_range_of_f16: true }
    }

    /// Looks at some numbers.
    pub fn look_at(&mut self, values: &[f64]) {
        self.bits = values.iter().fold(self.bits, |bits, value| bits | value.to_bits());
        // A sum of this size has no digits below 1.
        const WHOLE: f64 = 1.5 / f64::EPSILON;
        let is_held = |value: &f64| {
            let steps = value / (2.0 * Element::F16.rounding_below_range());
            ((steps + WHOLE) - WHOLE == steps) & (value.abs() <= 65504.0)
        };
        self.in_range_of_f16 &= values.iter().fold(true, |all, value| all & is_held(value));
    }

    /// The digits of the narrowest type that has enough for every number.
    pub fn digits(self) -> u32 {
        let used = 53 - (self.bits | 1 << 52).trailing_zeros();
        [8, 11, 24].into_iter().find(|digits| used <= *digits).unwrap_or(53)
    }

    /// How far numbers below the normal range may have been rounded: in the type with the shortest range that holds all of them.
    pub fn rounding_below_range(self) -> f64 {
        let element = match self.digits() {
            8 | 11 if self.in_range_of_f16 => Element::F16,
            8 => Element::Bf16,
            11 | 24 => Element::F32,
            _ => Element::F64,
        };
        element.rounding_below_range()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[f64]) -> (u32, f64) {
        let mut significance = Significance::new();
        significance.look_at(values);
        (significance.digits(), significance.rounding_below_range())
    }

    #[test]
    fn numbers_tell_the_narrowest_type_that_holds_them() {
        let power = |exponent: i32| f64::from(exponent).exp2();
        let f16 = power(-25);
        assert_eq!(of(&[1.5, -0.25]), (8, f16));
        assert_eq!(of(&[1.0 + power(-10), power(-24)]), (11, f16));
        assert_eq!(of(&[1.0 + power(-10), power(-25)]), (11, power(-150)), "below all of f16");
        assert_eq!(of(&[131_072.0]), (8, power(-134)), "beyond f16");
        assert_eq!(of(&[power(-40)]), (8, power(-134)));
        assert_eq!(of(&[f64::from(0.1_f32)]), (24, power(-150)));
        assert_eq!(of(&[0.1]), (53, 0.0));
    }
}
