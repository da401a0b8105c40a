//! A measured exponent.

use crate::scalar::Magnitude;

/// A measured exponent beside the integer that the theory gives.
#[derive(Clone, Debug)]
pub struct Exponent {
    /// Of what.
    pub label: String,
    /// What the theory says.
    pub predicted: i64,
    /// What was measured, to [`SHOWN`] digits.
    pub measured: String,
    /// The estimated error of the measurement.
    pub error: Magnitude,
    /// `|measured - predicted|`
    pub deviation: Magnitude,
    /// What it was measured from, to plot: `(log2 h, log2 |D(h)|)`, from the largest step size.
    pub differences: Vec<(f64, f64)>,
}

/// Digits with which an exponent is shown; more are counted ([`Exponent::digits`]).
pub const SHOWN: usize = 20;

impl Exponent {
    /// The decimals to which the measurement agrees with the prediction, no more than its own error estimate allows.
    pub fn digits(&self) -> u32 {
        let gap = self.deviation.clone().max(self.error.clone()).log2();
        if gap >= 0.0 { 0 } else { (-gap * std::f64::consts::LOG10_2).min(999.0) as u32 }
    }
}
