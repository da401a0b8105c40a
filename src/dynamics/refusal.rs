//! Why a run cannot be made: a setting out of range, or a path that left the range of numbers.

use crate::data::digits::DigitsError;
use std::fmt;

/// Why there is nothing to see.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// A setting out of range.
    #[error("{name} is {value}: expected {expected}")]
    Setting {
        /// Which setting.
        name: &'static str,
        /// What it was set to.
        value: String,
        /// What is possible.
        expected: &'static str,
    },
    /// The digits cannot be read.
    #[error(transparent)]
    Digits(#[from] DigitsError),
    /// A path left the range of numbers.
    #[error("{what} diverged: try {instead}")]
    Diverged {
        /// What did.
        what: String,
        /// What may help.
        instead: &'static str,
    },
}

/// Refuses a setting unless it holds.
///
/// # Errors
/// [`Refusal::Setting`]
pub fn require(
    holds: bool,
    name: &'static str,
    value: &dyn fmt::Display,
    expected: &'static str,
) -> Result<(), Refusal> {
    let refusal = || Refusal::Setting { name, value: value.to_string(), expected };
    if holds { Ok(()) } else { Err(refusal()) }
}

/// Whether a number can be a learning rate.
pub fn is_positive(number: f64) -> bool {
    number.is_normal() && number > 0.0
}
