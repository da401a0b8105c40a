//! Axes on the page: where a value is, and which values are marked.

use super::super::svg::number;
use super::{Axis, Scale};

const TICKS: f64 = 6.0;
/// Smaller powers of ten are written as such.
const SMALLEST_IN_FULL: i32 = -3;

/// An axis laid out on the page: it maps its range to an interval of the page, which may run backwards.
pub(super) struct Placed {
    pub(super) scale: Scale,
    pub(super) range: (f64, f64),
    pub(super) page: (f64, f64),
}

impl Placed {
    /// The place of a value; none if it has none.
    pub(super) fn at(&self, value: f64) -> Option<f64> {
        let place = |x: f64| match self.scale {
            Scale::Linear | Scale::Exponents | Scale::Bits | Scale::Unmarked => x,
            Scale::Logarithmic => x.ln(),
        };
        let (from, to) = (place(self.range.0), place(self.range.1));
        let position = self.page.0 + (place(value) - from) / (to - from) * (self.page.1 - self.page.0);
        position.is_finite().then_some(position)
    }

    /// The values to mark, with their labels.
    pub(super) fn ticks(&self) -> Vec<(f64, String)> {
        let (from, to) = self.range;
        match self.scale {
            Scale::Linear => {
                let step = round_step((to - from) / TICKS);
                let digits = (-step.log10().floor()).max(0.0) as usize;
                let (first, last) = ((from / step - 1e-9).ceil() as i64, (to / step + 1e-9).floor() as i64);
                (first..=last).map(|k| (k as f64 * step, number(k as f64 * step, digits))).collect()
            }
            Scale::Exponents => {
                let step = round_step((to - from) / TICKS).max(1.0);
                let (first, last) = ((from / step - 1e-9).ceil() as i64, (to / step + 1e-9).floor() as i64);
                (first..=last).map(|k| k as f64 * step).map(|value| (value, power_of_two(value as i64))).collect()
            }
            Scale::Unmarked => Vec::new(),
            Scale::Bits => {
                let largest = to.max(1.0).log2().floor() as i32;
                let powers = (largest - 3..=largest).map(|power| 2_f64.powi(power));
                powers.filter(|value| *value >= from).map(|value| (value, number(value, 0))).collect()
            }
            Scale::Logarithmic => {
                let mantissas: &[f64] = if to / from > 1e3 { &[1.0] } else { &[1.0, 2.0, 5.0] };
                let powers = from.log10().floor() as i32..=to.log10().ceil() as i32;
                let values = powers.flat_map(|power| mantissas.iter().map(move |mantissa| (*mantissa, power)));
                let placed = values.map(|(mantissa, power)| {
                    let value = mantissa * 10_f64.powi(power);
                    // Long rows of noughts have no room beside the axis.
                    let label = match (power >= SMALLEST_IN_FULL, mantissa == 1.0) {
                        (true, _) => number(value, (-power).max(0) as usize),
                        (false, true) => format!("10{}", raised(power.into())),
                        (false, false) => format!("{mantissa}·10{}", raised(power.into())),
                    };
                    (value, label)
                });
                placed.filter(|(value, _)| *value >= from * (1.0 - 1e-9) && *value <= to * (1.0 + 1e-9)).collect()
            }
        }
    }
}

impl Axis {
    /// Its range: its own, or that of `values` with a margin.
    pub(super) fn range(&self, values: impl Iterator<Item = f64>, margin: f64) -> (f64, f64) {
        let usable = |value: &f64| value.is_finite() && (self.scale != Scale::Logarithmic || *value > 0.0);
        let (low, high) =
            values.filter(usable).fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), x| (a.min(x), b.max(x)));
        self.range.unwrap_or(match self.scale {
            _ if low > high => (1.0, 10.0),
            Scale::Logarithmic if low == high => (low / 10.0, high * 10.0),
            Scale::Logarithmic => (low * (low / high).powf(margin), high * (high / low).powf(margin)),
            _ if low == high => (low - 1.0, high + 1.0),
            _ => (low - margin * (high - low), high + margin * (high - low)),
        })
    }

    pub(super) fn place(&self, range: (f64, f64), page: (f64, f64)) -> Placed {
        Placed { scale: self.scale, range, page }
    }
}

/// A power of two with its exponent raised.
pub fn power_of_two(exponent: i64) -> String {
    format!("2{}", raised(exponent))
}

/// An exponent in raised digits.
pub fn raised(exponent: i64) -> String {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let sign = if exponent < 0 { "⁻" } else { "" };
    let digits = exponent.unsigned_abs().to_string();
    let digits: String = digits.bytes().map(|digit| DIGITS[usize::from(digit - b'0')]).collect();
    format!("{sign}{digits}")
}

/// The step of ticks nearest above `step`: 1, 2 or 5 times a power of ten.
fn round_step(step: f64) -> f64 {
    let power = 10_f64.powf(step.log10().floor());
    [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|m| m * power)
        .find(|&candidate| candidate >= step * (1.0 - 1e-9))
        .unwrap_or(step)
}
