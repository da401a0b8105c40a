//! Numbers with what they may be off by.

use crate::statistics::Mean;

/// With two standard errors, these to two significant digits.
pub fn plus_minus(mean: Mean) -> String {
    let error = 2.0 * mean.standard_error;
    let digits = digits(error);
    format!("{:.digits$} ± {error:.digits$}", mean.value)
}

/// The same with a sign in any case.
pub fn signed(mean: Mean) -> String {
    let sign = if mean.value < 0.0 { "" } else { "+" };
    format!("{sign}{}", plus_minus(mean))
}

/// The digits after the point that show two significant ones of `error`.
fn digits(error: f64) -> usize {
    if error > 0.0 && error.is_finite() { (1.0 - error.log10().floor()).clamp(0.0, 8.0) as usize } else { 5 }
}
