//! Binary digits of stored numbers.

use crate::checkpoint::Element;

/// The binary digits of a type; what cannot be read has none to lose.
pub fn digits(element: &Result<Element, String>) -> u32 {
    element.as_ref().map_or(53, |element| element.digits())
}

/// The digits of the narrowest type that holds every number whose bits were joined: a conversion adds none.
pub fn significant_digits(bits: u64) -> u32 {
    let used = 53 - (bits | 1 << 52).trailing_zeros();
    [8, 11, 24].into_iter().find(|digits| used <= *digits).unwrap_or(53)
}
