//! A measured exponent.

use equipartition_scalar::Magnitude;

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
    /// How large, relative to the coefficient of the difference `c h^p`, a term `d h^(p-1)` may be without having been noticed: up to `2^-60` of the
    /// smallest step size.
    ///
    /// Such a term adds `r = d / (c h)` to the relative size at the smallest step `h`, and `-r (1 - 2^-s) / (s ln 2)` to the last slope, for neighbours
    /// `2^-s` apart; that passes up to a tolerance of `2^-64` and is more than `r / 8` for `s` up to 10, so that `r < 2^-60`.
    pub fn unseen(&self) -> Magnitude {
        let smallest = self.differences.iter().map(|(logarithm, _)| *logarithm).fold(0.0, f64::min);
        Magnitude::power_of_two(smallest as i32 - 60)
    }

    /// The decimals to which the measurement agrees with the prediction, no more than its own error estimate allows.
    pub fn digits(&self) -> u32 {
        let gap = self.deviation.clone().max(self.error.clone()).log2();
        if gap >= 0.0 { 0 } else { (-gap * std::f64::consts::LOG10_2).min(999.0) as u32 }
    }
}
