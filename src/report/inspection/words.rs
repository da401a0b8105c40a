//! Numbers and members in words.

use crate::inspection::balance::Balance;

/// Three digits that count, or all of the integer part.
pub(super) fn significant(value: f64) -> String {
    let digits = (2.0 - value.abs().max(f64::MIN_POSITIVE).log10().floor()).clamp(0.0, 12.0);
    format!("{value:.*}", digits as usize)
}

/// The member's place, with its group where there are several.
pub(super) fn member(balance: &Balance, number: usize) -> String {
    match (balance.law.groups, balance.width) {
        (1, _) => format!("{number}"),
        (_, 1) => format!("group {number}"),
        (_, width) => format!("{} of group {}", number % width, number / width),
    }
}
