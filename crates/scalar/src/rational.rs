//! Exact rational numbers: GMP's, as they are.

use super::{Branch, Field, Magnitude, Measured, Obstacle, Rational, Ring, Sign};
use rug::Assign;
use rug::ops::Pow;

impl Ring for Rational {
    #[inline]
    fn integer(n: i64) -> Self {
        Rational::from(n)
    }
    #[inline]
    fn assign(&mut self, other: &Self) {
        Assign::assign(self, other);
    }
    #[inline]
    fn set_product(&mut self, a: &Self, b: &Self) {
        Assign::assign(self, a * b);
    }
    #[inline]
    fn squared(&self) -> Self {
        Rational::from(self.square_ref())
    }
}

impl Field for Rational {
    #[inline]
    fn from_rational(value: &Rational) -> Self {
        value.clone()
    }
    #[inline]
    fn surely_differs(&self, other: &Self, _beside: &[Self]) -> bool {
        self != other
    }
}

impl Branch for Rational {
    type Mask = bool;
    #[inline]
    fn less(&self, other: &Self) -> bool {
        self < other
    }
    #[inline]
    fn select(mask: bool, if_true: &Self, if_false: &Self) -> Self {
        if mask { if_true.clone() } else { if_false.clone() }
    }
    #[inline]
    fn assign_selected(&mut self, mask: bool, if_true: &Self, if_false: &Self) {
        Ring::assign(self, if mask { if_true } else { if_false });
    }
}

/// Digits of [`decimal`].
const DIGITS: usize = 20;

/// A rational in decimals: all of them if they are few, else twenty significant digits, rounded to nearest.
pub fn decimal(number: &Rational) -> String {
    let mut denominator = number.denom().clone();
    let twos = denominator.find_one(0).unwrap_or(0);
    denominator >>= twos;
    let fives = denominator.remove_factor_mut(&rug::Integer::from(5));
    let places = twos.max(fives);
    if denominator == 1 && (places as usize) <= DIGITS {
        let scaled = Rational::from(number * rug::Integer::from(10).pow(places)).into_numer_denom().0;
        let digits = format!("{:0width$}", scaled.clone().abs(), width = places as usize + 1);
        let (whole, fraction) = digits.split_at(digits.len() - places as usize);
        let sign = if scaled < 0 { "-" } else { "" };
        return if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") };
    }
    // Guard digits enough for a correct rounding of twenty, but for ties, which terminate.
    rug::Float::with_val(256, number).to_string_radix(10, Some(DIGITS))
}

impl Measured for Rational {
    #[inline]
    fn decimal(&self) -> Option<String> {
        Some(decimal(self))
    }
    #[inline]
    fn magnitude(&self) -> Magnitude {
        Magnitude::above_rational(self)
    }
    #[inline]
    fn mignitude(&self) -> Magnitude {
        Magnitude::below_rational(self)
    }
    #[inline]
    fn sign(&self) -> Option<Sign> {
        Sign::of(self)
    }
    #[inline]
    fn obstacle(&self) -> Option<Obstacle> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Read again, decimals are the number itself where they end, and else as close to it as twenty digits can be.
    #[test]
    fn decimals_are_the_number_or_its_nearest_neighbour() {
        let shown = |p: i64, q: i64| decimal(&Rational::from((p, q)));
        assert_eq!(
            ["0", "-3", "0.75", "-0.0625", "12.5"],
            [shown(0, 1), shown(-3, 1), shown(3, 4), shown(-1, 16), shown(25, 2),]
        );
        for (p, q) in [(1, 3), (-2, 7), (1_000_003, 999_983), (1, (1_i64 << 62) - 57), (i64::MAX, 3)] {
            let exact = Rational::from((p, q));
            let read = crate::parse_number(&decimal(&exact)).expect("a number");
            let gap = Rational::from(&read - &exact).abs() / exact.clone().abs();
            assert!(gap < Rational::from((1, 10_i64.pow(18))), "{p}/{q}: {read}");
            assert_ne!(read, exact);
        }
        for exponent in 0..20 {
            let exact = Rational::from((7, 1_i64 << exponent));
            assert_eq!(crate::parse_number(&decimal(&exact)).expect("a number"), exact);
        }
    }
}
