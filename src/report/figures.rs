//! The figures of a report's page: what a residual does along the ladder of precisions, a difference along step sizes, and where the
//! interval of an estimate lies.
//!
//! Their colours are the variables of the page that shows them; in files of their own they have those that the page has on white.

use super::plot::{Aspect, Axis, Figure, Panel, Scale, Series, Stroke, power_of_two, raised};
use super::svg::Palette;
use crate::scalar::Magnitude;
use crate::statistics::Estimate;
use crate::verify::exponent::Exponent;
use crate::verify::scalars::SLACK;
use crate::verify::{ClaimReport, Quantity};

const MEASURED: &str = "var(--measured)";
const EXPECTED: &str = "var(--expected)";
const ALTERNATIVE: &str = "var(--muted)";

/// The figures of a claim, each with a name among them.
pub fn all(claim: &ClaimReport) -> Vec<(String, Figure)> {
    let numbered = |kind: &'static str| move |(number, figure)| (format!("{kind}-{}", number + 1), figure);
    let orders = claim.exponents.iter().filter_map(|found| order(&found.worst)).enumerate().map(numbered("order"));
    let quantities = claim.quantities.iter().filter_map(quantity).enumerate().map(numbered("estimate"));
    let residuals = ladder(claim).map(|figure| ("ladder".to_owned(), figure));
    residuals.into_iter().chain(orders).chain(quantities).collect()
}

/// The same as files: their names, such as `balance.neuron.ladder.svg`, and what they hold.
pub fn files(claims: &[ClaimReport]) -> Vec<(String, String)> {
    let file = |claim: &ClaimReport, (name, mut figure): (String, Figure)| {
        for series in figure.panels.iter_mut().flat_map(|panel| &mut panel.series) {
            series.color = on_paper(series.color);
        }
        (format!("{}.{name}.svg", claim.entry.id.replace('/', ".")), figure.to_svg())
    };
    claims.iter().flat_map(|claim| all(claim).into_iter().map(move |figure| file(claim, figure))).collect()
}

/// A colour of the page, as it is on white.
fn on_paper(color: &'static str) -> &'static str {
    match color {
        MEASURED => "#0b62a8",
        EXPECTED => "#b04a00",
        ALTERNATIVE => Palette::PAPER.muted,
        other => other,
    }
}

fn series(label: &str, color: &'static str, stroke: Stroke, points: Vec<(f64, f64)>) -> Series {
    Series { label: label.to_owned(), color, stroke, points, band: Vec::new() }
}

/// A magnitude with its power of ten raised.
fn scientific(value: &Magnitude) -> String {
    let text = value.to_string();
    match text.split_once('e').and_then(|(digits, power)| Some((digits, power.parse().ok()?))) {
        Some((digits, power)) => format!("{digits} · 10{}", raised(power)),
        None => text,
    }
}

/// The worst relative residual on every rung of the ladder, with the tolerance `2^(40 - p)` of a converged residual. None
/// without floats of several precisions, and of inequalities, which have margins instead of residuals.
pub fn ladder(claim: &ClaimReport) -> Option<Figure> {
    let bits = || claim.ladder.keys().map(|&bits| f64::from(bits));
    let (coarsest, finest) = (bits().reduce(f64::min)?, bits().reduce(f64::max)?);
    let nothing_left = claim.ladder.values().all(Magnitude::is_zero);
    if coarsest == finest || (nothing_left && claim.margin.is_some()) {
        return None;
    }
    let measured: Vec<(f64, f64)> = claim
        .ladder
        .iter()
        .filter(|(_, residual)| !residual.is_zero())
        .map(|(&bits, residual)| (f64::from(bits), residual.log2()))
        .collect();
    let tolerance: Vec<(f64, f64)> = bits().map(|bits| (bits, f64::from(SLACK) - bits)).collect();
    let heights = || measured.iter().chain(&tolerance).map(|point| point.1).filter(|height| height.is_finite());
    let lowest = heights().fold(f64::INFINITY, f64::min);
    let highest = heights().fold(0.0, f64::max);
    let margin = 0.08 * (highest - lowest);
    // There is no logarithm of 0; the rings lie on the bottom.
    let bottom = lowest - margin;
    let exact: Vec<(f64, f64)> = claim
        .ladder
        .iter()
        .filter(|(_, residual)| residual.is_zero())
        .map(|(&bits, _)| (f64::from(bits), bottom))
        .collect();
    let mut curves = Vec::new();
    if !exact.is_empty() {
        curves.push(series("residual 0", MEASURED, Stroke::Rings(9.0), exact));
    }
    if !measured.is_empty() {
        curves.push(series("", MEASURED, Stroke::Dots(7.0), measured.clone()));
        curves.push(series("worst residual", MEASURED, Stroke::Solid, measured));
    }
    curves.push(series(&format!("tolerated, 2{}⁻ᵖ", raised(i64::from(SLACK))), EXPECTED, Stroke::Dashed, tolerance));
    let told = claim.ladder.iter().map(|(bits, residual)| format!("{} at {bits} bits", scientific(residual)));
    let beside = 0.06 * (finest - coarsest);
    Some(Figure {
        title: format!("{}: residual against precision", claim.entry.id),
        explanation: vec![format!("Worst relative residual: {}.", told.collect::<Vec<_>>().join(", "))],
        panels: vec![Panel {
            caption: String::new(),
            x: Axis {
                label: "precision p in bits".to_owned(),
                scale: Scale::Bits,
                range: Some((coarsest - beside, finest + beside)),
            },
            y: Axis {
                label: "relative residual".to_owned(),
                scale: Scale::Exponents,
                range: Some((bottom - margin, highest + margin)),
            },
            aspect: Aspect::Free,
            series: curves,
            marked: None,
            reference: None,
        }],
    })
}

/// A difference at all step sizes, with a line of the predicted slope through its last point. None without two points.
pub fn order(exponent: &Exponent) -> Option<Figure> {
    let finite = |point: &&(f64, f64)| point.0.is_finite() && point.1.is_finite();
    let measured: Vec<(f64, f64)> = exponent.differences.iter().filter(finite).copied().collect();
    let (&first, &last) = (measured.first()?, measured.last()?);
    if measured.len() < 2 {
        return None;
    }
    let predicted = exponent.predicted as f64;
    let through_last = |x: f64| (x, last.1 + predicted * (x - last.0));
    let slope = format!("slope {}", exponent.predicted);
    let curves = vec![
        series("measured", MEASURED, Stroke::Dots(7.0), measured),
        series(&slope, EXPECTED, Stroke::Dashed, vec![through_last(first.0), through_last(last.0)]),
    ];
    let beside = 0.04 * (first.0 - last.0).abs();
    Some(Figure {
        title: format!("{} against the step size", exponent.label),
        explanation: vec![format!(
            "It falls from {} at {} to {} at {}; the predicted exponent is {}.",
            power_of_two(first.1.round() as i64),
            power_of_two(first.0.round() as i64),
            power_of_two(last.1.round() as i64),
            power_of_two(last.0.round() as i64),
            exponent.predicted,
        )],
        panels: vec![Panel {
            caption: String::new(),
            x: Axis {
                label: "step size".to_owned(),
                scale: Scale::Exponents,
                range: Some((first.0.min(last.0) - beside, first.0.max(last.0) + beside)),
            },
            y: Axis { label: exponent.label.clone(), scale: Scale::Exponents, range: None },
            aspect: Aspect::Free,
            series: curves,
            marked: None,
            reference: None,
        }],
    })
}

/// The interval of an estimate beside what two theories say. None if a number is not finite.
pub fn quantity(quantity: &Quantity) -> Option<Figure> {
    let Quantity { label, estimate: Estimate { mean, half_width }, predicted, alternative: (other, value) } = quantity;
    let (low, high) = (mean - half_width, mean + half_width);
    let leftmost = low.min(*predicted).min(*value);
    let rightmost = high.max(*predicted).max(*value);
    let beside = 0.12 * (rightmost - leftmost);
    if !(beside.is_finite() && beside > 0.0) {
        return None;
    }
    let upright = |at: f64| vec![(at, 0.0), (at, 1.0)];
    Some(Figure {
        title: format!("{label}: estimate and predictions"),
        explanation: vec![format!(
            "Estimated {mean:.6} ± {half_width:.6} (95 %), predicted {predicted:.6}; {other}: {value:.6}."
        )],
        panels: vec![Panel {
            caption: String::new(),
            x: Axis {
                label: label.clone(),
                scale: Scale::Linear,
                range: Some((leftmost - beside, rightmost + beside)),
            },
            y: Axis { label: String::new(), scale: Scale::Unmarked, range: Some((0.0, 1.0)) },
            aspect: Aspect::Free,
            series: vec![
                // Small, so that it does not hide a narrow interval.
                series("", MEASURED, Stroke::Dots(4.0), vec![(*mean, 0.5)]),
                series("estimate, 95 %", MEASURED, Stroke::Solid, vec![(low, 0.5), (high, 0.5)]),
                series("predicted", EXPECTED, Stroke::Dashed, upright(*predicted)),
                series(other, ALTERNATIVE, Stroke::Solid, upright(*value)),
            ],
            marked: None,
            reference: None,
        }],
    })
}
