//! Numbers from text, exactly: integers, decimals and fractions.

use rug::ops::Pow;
use rug::{Integer, Rational};

/// The longest numeral that is read; anything longer is an error, not a burden.
const LONGEST: usize = 20_000;
/// The largest decimal exponent that is read.
const LARGEST_EXPONENT: i32 = 20_000;

/// Why a text is not a number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// Not of the form that is read.
    #[error("`{0}` is not a number: expected an integer, a decimal or a fraction, such as -3, 0.25, 1e-3 or 1/3")]
    Malformed(String),
    /// A fraction with denominator zero.
    #[error("`{0}` has denominator zero")]
    ZeroDenominator(String),
    /// Longer than is reasonable.
    #[error("a numeral of {0} characters is too long (at most {LONGEST})")]
    TooLong(usize),
    /// A decimal exponent beyond the bounds.
    #[error("the exponent of `{0}` is out of range (at most {LARGEST_EXPONENT} in size)")]
    ExponentOutOfRange(String),
}

/// Reads an integer (`-3`), a decimal (`0.25`, `1e-3`) or a fraction (`1/3`) without rounding.
///
/// # Errors
/// See [`NumberError`]; NaN and infinities are malformed.
///
/// ```
/// use equipartition_scalar::parse_number;
/// assert_eq!(parse_number("0.25"), parse_number("1/4"));
/// assert!(parse_number("nan").is_err());
/// ```
pub fn parse_number(text: &str) -> Result<Rational, NumberError> {
    let trimmed = text.trim();
    if trimmed.len() > LONGEST {
        return Err(NumberError::TooLong(trimmed.len()));
    }
    let malformed = || NumberError::Malformed(trimmed.to_owned());
    if let Some((numerator, denominator)) = trimmed.split_once('/') {
        let numerator = integer(numerator).ok_or_else(malformed)?;
        let denominator = integer(denominator).ok_or_else(malformed)?;
        if denominator.is_zero() {
            return Err(NumberError::ZeroDenominator(trimmed.to_owned()));
        }
        return Ok(Rational::from((numerator, denominator)));
    }
    let (mantissa, exponent) = match trimmed.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => {
            let exponent = integer(exponent).ok_or_else(malformed)?;
            let exponent = exponent.to_i32().filter(|e| e.abs() <= LARGEST_EXPONENT);
            (mantissa, exponent.ok_or_else(|| NumberError::ExponentOutOfRange(trimmed.to_owned()))?)
        }
        None => (trimmed, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let unsigned = whole.strip_prefix(['-', '+']).unwrap_or(whole);
    if unsigned.is_empty() && fraction.is_empty() {
        return Err(malformed());
    }
    if !unsigned.chars().chain(fraction.chars()).all(|c| c.is_ascii_digit()) {
        return Err(malformed());
    }
    let mut digits = integer(&format!("{unsigned}{fraction}")).ok_or_else(malformed)?;
    if whole.starts_with('-') {
        digits = -digits;
    }
    let shift = exponent - fraction.len() as i32;
    let power = Integer::from(10).pow(shift.unsigned_abs());
    Ok(if shift < 0 { Rational::from((digits, power)) } else { Rational::from(digits * power) })
}

/// A plain integer with an optional sign: digits only, no underscores or inner blanks.
fn integer(text: &str) -> Option<Integer> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if digits.is_empty() || !digits.chars().all(|c| c.is_ascii_digit()) {
        return None;
    }
    let value: Integer = digits.parse().ok()?;
    Some(if text.starts_with('-') { -value } else { value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_decimals_and_fractions_are_read_exactly() {
        for (text, numerator, denominator) in [
            ("7", 7, 1),
            ("-3", -3, 1),
            ("+2/4", 1, 2),
            ("-0.125", -1, 8),
            (".5", 1, 2),
            ("5.", 5, 1),
            ("25e-2", 1, 4),
            ("1.5E3", 1500, 1),
        ] {
            assert_eq!(parse_number(text), Ok(Rational::from((numerator, denominator))), "{text}");
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for text in ["", "-", ".", "nan", "inf", "0x10", "1_000", "1/", "/2", "1/0", "1e99999", "--1", "1.-2", "1 2"] {
            assert!(parse_number(text).is_err(), "{text}");
        }
    }

    /// Blanks and underscores, which GMP reads over, are refused in every part of a number.
    #[test]
    fn every_part_of_a_number_is_plain_digits() {
        for text in
            ["1_000/3", "1 2/3", "3/1_0", "3/1 0", "1e1_0", "1e 1", "1_0.5", "1.5_0", "1 .5", "/", "1e", "e5", "1//2"]
        {
            assert!(matches!(parse_number(text), Err(NumberError::Malformed(_))), "{text}");
        }
    }

    #[test]
    fn a_numeral_may_have_so_many_characters_and_an_exponent_so_many_digits() {
        let nines = |count: usize| parse_number(&"9".repeat(count));
        assert_eq!(nines(LONGEST), Ok(Rational::from(Integer::from(10).pow(LONGEST as u32) - 1)));
        assert_eq!(nines(LONGEST + 1), Err(NumberError::TooLong(LONGEST + 1)));
        assert_eq!(parse_number("1e20000"), Ok(Rational::from(Integer::from(10).pow(20_000))));
        assert_eq!(parse_number("-1e-20000"), Ok(Rational::from((Integer::from(-1), Integer::from(10).pow(20_000)))));
        for text in ["1e20001", "1e-20001", "1e4294967296"] {
            assert_eq!(parse_number(text), Err(NumberError::ExponentOutOfRange(text.to_owned())));
        }
    }
}
