//! Absolute values of any size, to a few digits, rounded in a stated direction.

use rug::Float;
use rug::float::Round;
use rug::ops::{DivAssignRound, MulAssignRound};
use std::cmp::Ordering;
use std::fmt;

/// Bits of a magnitude: enough digits for any report, at any exponent (2^-4096 does not fit a double).
const BITS: u32 = 64;

/// A non-negative number of 64 bits with a practically unbounded exponent: a residual, a margin, a scale.
///
/// "Not a number" is kept and compares as larger than everything: a residual that could not be computed never passes.
#[derive(Clone, Debug)]
pub struct Magnitude(Float);

impl Magnitude {
    /// Zero.
    pub fn zero() -> Self {
        Magnitude(Float::new(BITS))
    }

    /// Larger than every number.
    pub fn infinite() -> Self {
        Magnitude(Float::with_val(BITS, rug::float::Special::Infinity))
    }

    /// The power of two `2^exponent`.
    pub fn power_of_two(exponent: i32) -> Self {
        Magnitude(Float::with_val(BITS, Float::i_exp(1, exponent)))
    }

    /// `|value|`, rounded up.
    pub fn above(value: &Float) -> Self {
        Magnitude(Float::with_val_round(BITS, value.abs_ref(), Round::Up).0)
    }

    /// `|value|`, rounded down.
    pub fn below(value: &Float) -> Self {
        Magnitude(Float::with_val_round(BITS, value.abs_ref(), Round::Down).0)
    }

    /// `|value|`, rounded up.
    pub fn above_rational(value: &rug::Rational) -> Self {
        Magnitude(Float::with_val_round(BITS, &value.clone().abs(), Round::Up).0)
    }

    /// `|value|`, rounded down.
    pub fn below_rational(value: &rug::Rational) -> Self {
        Magnitude(Float::with_val_round(BITS, &value.clone().abs(), Round::Down).0)
    }

    /// A quotient rounded up; 0/0 is 0 (nothing out of nothing), x/0 infinite.
    pub fn ratio_above(numerator: &Self, denominator: &Self) -> Self {
        Self::ratio(numerator, denominator, Round::Up)
    }

    /// A quotient rounded down; 0/0 is 0, x/0 infinite.
    pub fn ratio_below(numerator: &Self, denominator: &Self) -> Self {
        Self::ratio(numerator, denominator, Round::Down)
    }

    fn ratio(numerator: &Self, denominator: &Self, round: Round) -> Self {
        if numerator.is_zero() && !denominator.0.is_nan() {
            return Self::zero();
        }
        let mut quotient = numerator.0.clone();
        let _ = quotient.div_assign_round(&denominator.0, round);
        Magnitude(quotient)
    }

    /// `self * 2^exponent`, exactly.
    pub fn scaled(&self, exponent: i32) -> Self {
        let mut product = self.0.clone();
        let _ = product.mul_assign_round(Float::with_val(2, Float::i_exp(1, exponent)), Round::Up);
        Magnitude(product)
    }

    /// `1 - self` rounded down, or 0 where that would be negative.
    pub fn complement_below(&self) -> Self {
        if self >= &Self::power_of_two(0) {
            return Self::zero();
        }
        Magnitude(Float::with_val_round(BITS, 1 - &self.0, Round::Down).0)
    }

    /// Reads what [`fmt::Display`] writes: `0`, `1.25e-77`, `nan`, `inf`. Printed again it is the same text.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "0" => return Some(Self::zero()),
            "nan" => return Some(Magnitude(Float::with_val(BITS, rug::float::Special::Nan))),
            "inf" => return Some(Self::infinite()),
            _ => {}
        }
        let (mantissa, exponent) = text.split_once('e')?;
        let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let (whole, fraction) = mantissa.split_once('.')?;
        let shaped = whole.len() == 1 && is_digits(whole) && fraction.len() == 2 && is_digits(fraction);
        if !shaped || whole == "0" || !is_digits(exponent.strip_prefix('-').unwrap_or(exponent)) {
            return None;
        }
        Some(Magnitude(Float::with_val(BITS, Float::parse(text).ok()?))).filter(Magnitude::is_finite)
    }

    /// Whether it is exactly zero.
    pub fn is_zero(&self) -> bool {
        self.0.is_zero()
    }

    /// Whether it is a number.
    pub fn is_finite(&self) -> bool {
        self.0.is_finite()
    }

    /// The base-2 logarithm, to plot and to summarise; minus infinity at zero.
    pub fn log2(&self) -> f64 {
        self.0.clone().log2().to_f64()
    }

    /// The larger of two.
    pub fn max(self, other: Self) -> Self {
        if other > self { other } else { self }
    }

    /// The smaller of two.
    pub fn min(self, other: Self) -> Self {
        if other < self { other } else { self }
    }
}

impl PartialEq for Magnitude {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}
impl Eq for Magnitude {}
impl PartialOrd for Magnitude {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Magnitude {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.0.is_nan(), other.0.is_nan()) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Greater,
            (false, true) => Ordering::Less,
            (false, false) => self.0.partial_cmp(&other.0).expect("neither is a NaN"),
        }
    }
}

impl fmt::Display for Magnitude {
    /// Three significant decimal digits: `0`, `1.25e-77`, `nan`, `inf`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_zero() {
            return f.pad("0");
        }
        if self.0.is_nan() {
            return f.pad("nan");
        }
        if self.0.is_infinite() {
            return f.pad("inf");
        }
        let (_, digits, exponent) = self.0.to_sign_string_exp(10, Some(3));
        let exponent = exponent.unwrap_or(0) - 1;
        f.pad(&format!("{}.{}e{exponent}", &digits[..1], &digits[1..]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_what_no_double_holds() {
        assert_eq!(Magnitude::power_of_two(-4096).to_string(), "9.57e-1234");
        assert_eq!(Magnitude::power_of_two(0).to_string(), "1.00e0");
        assert_eq!(Magnitude::zero().to_string(), "0");
    }

    #[test]
    fn what_is_printed_can_be_read_and_prints_the_same() {
        let special = [Magnitude::zero(), Magnitude::infinite(), Magnitude::above(&Float::with_val(53, f64::NAN))];
        let powers = (-5000..5000).step_by(7).map(Magnitude::power_of_two);
        for magnitude in special.into_iter().chain(powers) {
            let text = magnitude.to_string();
            assert_eq!(Magnitude::parse(&text).expect(&text).to_string(), text);
        }
        for text in [
            "",
            "1",
            "-1.00e0",
            "0.00e0",
            "1.000e0",
            "1.00",
            "1.00e",
            "1.00e--1",
            "1.00e99999999999999999",
            "x",
            "x.25e0",
            "1.2xe0",
            "12.50e0",
            "1.5e0",
            ".25e0",
            "+.25e0",
            "1.+5e0",
        ] {
            assert!(Magnitude::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_residual_that_is_not_a_number_never_passes() {
        let nan = Magnitude::above(&Float::with_val(53, f64::NAN));
        assert!(nan > Magnitude::power_of_two(1000));
        assert!(Magnitude::zero().max(nan.clone()) == nan);
        assert!(Magnitude::ratio_above(&Magnitude::zero(), &nan) > Magnitude::zero());
    }

    fn exactly(magnitude: &Magnitude) -> rug::Rational {
        magnitude.0.to_rational().expect("finite")
    }

    /// What is rounded up is no smaller and what is rounded down no larger, each by less than a unit in the last of 64 digits.
    #[test]
    fn every_rounding_has_its_direction() {
        let ulp = rug::Rational::from((1, 1_u64 << 62));
        for (p, q) in [(1, 3), (-1, 3), (2, 3), (-22, 7), (1_000_003, 999_983), (1, 4), (0, 5), (-3, 1)] {
            let exact = rug::Rational::from((p, q));
            let size = exact.clone().abs();
            let float = Float::with_val(300, &exact);
            let pairs = [
                (Magnitude::below_rational(&exact), Magnitude::above_rational(&exact)),
                (Magnitude::below(&float), Magnitude::above(&float)),
                (
                    Magnitude::ratio_below(
                        &Magnitude::above_rational(&rug::Rational::from(p)),
                        &Magnitude::above_rational(&rug::Rational::from(q)),
                    ),
                    Magnitude::ratio_above(
                        &Magnitude::above_rational(&rug::Rational::from(p)),
                        &Magnitude::above_rational(&rug::Rational::from(q)),
                    ),
                ),
            ];
            let is_dyadic = exact.denom().is_power_of_two();
            for (below, above) in pairs.map(|(below, above)| (exactly(&below), exactly(&above))) {
                assert!(below <= size && size <= above, "{below} {size} {above}");
                assert_eq!(below == above, is_dyadic, "{p}/{q}");
                assert!(above - below <= ulp.clone() * size.clone() * 2_u32);
            }
        }
    }

    #[test]
    fn quotients_with_nothing() {
        let (zero, one) = (Magnitude::zero(), Magnitude::power_of_two(0));
        for ratio in [Magnitude::ratio_above, Magnitude::ratio_below] {
            assert!(ratio(&zero, &zero).is_zero() && ratio(&zero, &one).is_zero());
            let infinite = ratio(&one, &zero);
            assert!(!infinite.is_finite() && infinite > Magnitude::power_of_two(1 << 20));
            assert_eq!(infinite, Magnitude::infinite());
        }
        assert_ne!(zero, one);
        assert!(zero.is_finite() && one.is_finite() && !one.is_zero() && zero < one);
    }

    /// `m 2^n` exactly; `1 - m` rounded down, and 0 from 1 on.
    #[test]
    fn scales_and_complements() {
        let third = Magnitude::above_rational(&rug::Rational::from((1, 3)));
        assert_eq!(exactly(&third.scaled(-100)), exactly(&third) >> 100);
        assert_eq!(exactly(&third.scaled(7)), exactly(&third) << 7);
        let complement = |size: rug::Rational| Magnitude::above_rational(&size).complement_below();
        assert_eq!(exactly(&complement(rug::Rational::from((1, 4)))), rug::Rational::from((3, 4)));
        assert!(complement(rug::Rational::from((1, 1)) >> 200_u32) < Magnitude::power_of_two(0));
        assert!(complement(rug::Rational::from(1)).is_zero() && complement(rug::Rational::from((9, 8))).is_zero());
        assert_eq!(Magnitude::power_of_two(0).complement_below(), Magnitude::zero());
        assert_eq!((Magnitude::power_of_two(3).log2(), Magnitude::power_of_two(-4096).log2()), (3.0, -4096.0));
        assert_eq!(Magnitude::zero().log2(), f64::NEG_INFINITY);
    }
}
