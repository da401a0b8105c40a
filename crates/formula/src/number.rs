//! Exact constants: fractions of machine integers.

use std::fmt;

/// A fraction in lowest terms with a positive denominator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Number {
    numerator: i64,
    denominator: i64,
}

impl Number {
    /// 0
    pub const ZERO: Number = Number::integer(0);
    /// 1
    pub const ONE: Number = Number::integer(1);

    /// The integer `n`.
    pub const fn integer(n: i64) -> Self {
        Number { numerator: n, denominator: 1 }
    }

    /// `numerator / denominator`; none if the denominator is 0 or the fraction does not fit.
    pub fn ratio(numerator: i128, denominator: i128) -> Option<Self> {
        if denominator == 0 {
            return None;
        }
        let divisor = greatest_common_divisor(numerator.unsigned_abs(), denominator.unsigned_abs());
        let divisor = i128::try_from(divisor).ok()? * denominator.signum();
        let (numerator, denominator) = (numerator / divisor, denominator / divisor);
        Some(Number { numerator: numerator.try_into().ok()?, denominator: denominator.try_into().ok()? })
    }

    /// Reads `12`, `0.5`, `1e-3`; none if it has more digits than fit.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits: i128 = format!("{whole}{fraction}").parse().ok()?;
        let exponent = exponent.parse::<i32>().ok()?.checked_sub(fraction.len().try_into().ok()?)?;
        let power = 10_i128.checked_pow(exponent.unsigned_abs())?;
        if exponent < 0 { Number::ratio(digits, power) } else { Number::ratio(digits.checked_mul(power)?, 1) }
    }

    /// The numerator, which carries the sign.
    pub fn numerator(self) -> i64 {
        self.numerator
    }

    /// The denominator, at least 1.
    pub fn denominator(self) -> i64 {
        self.denominator
    }

    /// The integer, if it is one.
    pub fn as_integer(self) -> Option<i64> {
        (self.denominator == 1).then_some(self.numerator)
    }

    fn parts(self) -> (i128, i128) {
        (self.numerator.into(), self.denominator.into())
    }

    pub(crate) fn plus(self, other: Self) -> Option<Self> {
        let ((a, b), (c, d)) = (self.parts(), other.parts());
        Number::ratio(a.checked_mul(d)?.checked_add(c.checked_mul(b)?)?, b * d)
    }

    pub(crate) fn times(self, other: Self) -> Option<Self> {
        let ((a, b), (c, d)) = (self.parts(), other.parts());
        Number::ratio(a * c, b * d)
    }

    pub(crate) fn over(self, other: Self) -> Option<Self> {
        let ((a, b), (c, d)) = (self.parts(), other.parts());
        Number::ratio(a * d, b * c)
    }

    pub(crate) fn negated(self) -> Option<Self> {
        Number::ratio(-i128::from(self.numerator), self.denominator.into())
    }
}

/// As a decimal where that is exact, else as a fraction.
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.denominator == 1 {
            return write!(f, "{}", self.numerator);
        }
        let power = |digits: u32| 10_i128.pow(digits);
        let exact = (1..=18).find(|digits| power(*digits) % i128::from(self.denominator) == 0);
        let Some(digits) = exact else { return write!(f, "{}/{}", self.numerator, self.denominator) };
        let scaled = i128::from(self.numerator).abs() * (power(digits) / i128::from(self.denominator));
        let (whole, fraction) = (scaled / power(digits), scaled % power(digits));
        let sign = if self.numerator < 0 { "-" } else { "" };
        write!(f, "{sign}{whole}.{fraction:0width$}", width = digits as usize)
    }
}

fn greatest_common_divisor(a: u128, b: u128) -> u128 {
    if b == 0 { a.max(1) } else { greatest_common_divisor(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_exact() {
        for (text, value) in [("12", (12, 1)), ("0.5", (1, 2)), ("1e-3", (1, 1000)), ("2.50e1", (25, 1)), ("0", (0, 1))]
        {
            assert_eq!(Number::parse(text), Number::ratio(value.0, value.1), "{text}");
        }
        assert_eq!(Number::parse("1e40"), None);
        assert_eq!(Number::parse("0.00000000000000000000001"), None);
    }

    #[test]
    fn fractions_are_in_lowest_terms_with_the_sign_above() {
        assert_eq!(Number::ratio(2, -4).map(|number| number.to_string()), Some("-0.5".to_owned()));
        assert_eq!(Number::ratio(7, 3).map(|number| number.to_string()), Some("7/3".to_owned()));
        assert_eq!(Number::ratio(0, -4), Some(Number::ZERO));
        assert_eq!(Number::ratio(1, 0), None);
        assert_eq!(Number::integer(i64::MAX).plus(Number::ONE), None);
    }
}
