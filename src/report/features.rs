//! Features that starve and features that do not, told: a summary for the terminal, a table as CSV, a figure.

use super::layout::{USUAL_WIDTH, described, hanging, paragraph, ruled};
use super::plot::{Aspect, Axis, Figure, Panel, Scale, Series, Stroke};
use super::svg::number;
use crate::dynamics::features::{End, Observation, Onset, Path, Penalty, Settings};
use std::fmt::Write;

/// The columns of the CSV.
const COLUMNS: &str = "curve,penalty,feature,strength,time,measured,exact,linear";

/// By feature.
const FEATURES: [&str; 2] = ["#0072b2", "#d55e00"];
/// By penalty.
const PENALTIES: [&str; 2] = ["#d55e00", "#009e73"];

/// A row for each penalty, feature and record of the paths, with the optimum and the linear mode; of the onsets, with the leading term; for each end of descent, with the
/// optimum; and for each derivative of the second response by `s_1^2`.
pub fn csv(observation: &Observation) -> String {
    let mut csv = COLUMNS.to_owned() + "\n";
    let strength = observation.settings.first;
    for Path { penalty, records, optimum } in &observation.paths {
        for (time, responses, linear) in records {
            for j in 0..2 {
                let (seen, exact, linear) = (responses[j], optimum[j], linear[j]);
                let _ = writeln!(csv, "path,{penalty},{},{strength},{time},{seen},{exact},{linear}", j + 1);
            }
        }
    }
    for Onset { penalty, records } in &observation.onsets {
        for (time, seen, leading) in records {
            for j in 0..2 {
                let _ = writeln!(csv, "onset,{penalty},{},{strength},{time},{},{},", j + 1, seen[j], leading[j]);
            }
        }
    }
    for End { penalty, strength, responses, exact, moved, exact_moved } in &observation.ends {
        for j in 0..2 {
            let _ = writeln!(csv, "end,{penalty},{},{strength},,{},{},", j + 1, responses[j], exact[j]);
        }
        let _ = writeln!(csv, "derivative,{penalty},2,{strength},,{moved},{exact_moved},");
    }
    csv
}

/// The figure: both paths, the second response and its derivative against the first feature's strength, and the onsets.
pub fn figure(observation: &Observation) -> Figure {
    let Settings { angle, first, second, penalty, learning_rate, .. } = observation.settings;
    let mut panels: Vec<Panel> = observation.paths.iter().map(|path| of_path(observation, path)).collect();
    panels.push(of_ends(
        observation,
        "The second feature's response at the end, against the strength of the first",
        "response z₂",
        |end| (end.responses[1], end.exact[1]),
        None,
    ));
    panels.push(of_ends(
        observation,
        "How it follows that strength: above 0 the first helps, below it starves",
        "dz₂/d(s₁²)",
        |end| (end.moved, end.exact_moved),
        Some(0.0),
    ));
    panels.push(of_onsets(observation));
    Figure {
        title: "Two features: the strong one starves the weak under weight decay".to_owned(),
        explanation: vec![
            format!(
                "Logistic loss of u = Φθ; w₁ = (cos α, sin α), α = {angle}°, w₂ orthogonal; s₂ = {second}, λ = {penalty}, η = {learning_rate}."
            ),
            format!(
                "Paths and onsets at s₁ = {first}. Dots: descent from 0. Lines: optimum by Newton's method, closed forms."
            ),
        ],
        panels,
    }
}

fn of_path(observation: &Observation, path: &Path) -> Panel {
    let settings = &observation.settings;
    let (from, to) = (settings.learning_rate, settings.learning_rate * settings.steps as f64);
    let (mut series, mut linear) = (Vec::new(), Vec::new());
    for (j, color) in FEATURES.into_iter().enumerate() {
        let name = if j == 0 { "z₁" } else { "z₂" };
        let seen = path.records.iter().map(|(time, responses, _)| (*time, responses[j])).collect();
        series.push(Series::new(format!("{name}: descent"), color, Stroke::Dots(4.5), seen));
        let optimum = number(path.optimum[j], 4);
        series.push(Series::new(
            format!("optimum {optimum}"),
            color,
            Stroke::Solid,
            vec![(from, path.optimum[j]), (to, path.optimum[j])],
        ));
        let modes = path.records.iter().map(|(time, _, modes)| (*time, modes[j])).collect();
        linear.push(Series::new("linear mode", color, Stroke::Dashed, modes));
    }
    series.extend(linear);
    let largest = path.records.iter().flat_map(|(_, responses, _)| responses).chain(&path.optimum);
    let largest = largest.fold(0.0_f64, |most, z| most.max(*z));
    let smallest = path.records.iter().flat_map(|(_, responses, _)| responses).fold(0.0_f64, |least, z| least.min(*z));
    let room = 0.08 * (largest - smallest);
    Panel {
        caption: format!("Responses of both features with {}", path.penalty),
        x: Axis::new("time η k", Scale::Logarithmic, Some((from, to))),
        y: Axis::new("response z", Scale::Linear, Some((smallest - room, largest + room))),
        aspect: Aspect::Free,
        series,
        marked: None,
        reference: None,
    }
}

fn of_ends(
    observation: &Observation,
    caption: &str,
    label: &str,
    part: impl Fn(&End) -> (f64, f64),
    reference: Option<f64>,
) -> Panel {
    let mut series = Vec::new();
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for (penalty, color) in Penalty::ALL.into_iter().zip(PENALTIES) {
        let of: Vec<&End> = observation.ends.iter().filter(|end| end.penalty == penalty).collect();
        let points = |which: fn((f64, f64)) -> f64| -> Vec<(f64, f64)> {
            of.iter().map(|end| (end.strength, which(part(end)))).collect()
        };
        let (seen, exact) = (points(|both| both.0), points(|both| both.1));
        for (_, value) in seen.iter().chain(&exact) {
            (low, high) = (low.min(*value), high.max(*value));
        }
        series.push(Series::new(format!("{penalty}: descent"), color, Stroke::Dots(4.5), seen));
        series.push(Series::new("exact", color, Stroke::Solid, exact));
    }
    let room = 0.08 * (high - low);
    let range = (low - room, high + room);
    let second = observation.settings.second;
    series.push(Series::new("s₁ = s₂", "#222", Stroke::Dashed, vec![(second, range.0), (second, range.1)]));
    Panel {
        caption: caption.to_owned(),
        x: Axis::new("strength s₁ of the first feature", Scale::Logarithmic, None),
        y: Axis::new(label, Scale::Linear, Some(range)),
        aspect: Aspect::Free,
        series,
        marked: None,
        reference,
    }
}

fn of_onsets(observation: &Observation) -> Panel {
    let mut series = Vec::new();
    for (j, color) in FEATURES.into_iter().enumerate() {
        let name = if j == 0 { "z₁" } else { "z₂" };
        for Onset { penalty, records } in &observation.onsets {
            let stroke = if *penalty == Penalty::WeightDecay { Stroke::Dots(4.0) } else { Stroke::Rings(7.0) };
            let seen = records.iter().map(|(time, seen, _)| (*time, seen[j].abs())).collect();
            series.push(Series::new(format!("{name}: {penalty}"), color, stroke, seen));
        }
        // The same with either penalty.
        let leading =
            observation.onsets[0].records.iter().map(|(time, _, leading)| (*time, leading[j].abs())).collect();
        series.push(Series::new("t⁴ term", color, Stroke::Solid, leading));
    }
    Panel {
        caption: "From 0 by gradient flow: distance from the uncoupled linear modes".to_owned(),
        x: Axis::new("time t", Scale::Logarithmic, None),
        y: Axis::new("size of the deviation", Scale::Logarithmic, None),
        aspect: Aspect::Free,
        series,
        marked: None,
        reference: None,
    }
}

/// The summary for the terminal, in plain text.
pub fn summary(observation: &Observation) -> String {
    let settings = &observation.settings;
    let Settings { angle, first, second, penalty, learning_rate, steps } = *settings;
    let mut text = "Two features under weight decay and under spectral decoupling\n\n".to_owned();
    text += &described(
        &[
            (
                "run",
                format!(
                    "descent on sum ln(1 + e^(-u_i)), u = Phi theta, two samples, features w_1 = (cos a, sin a), a = {angle} degrees, and w_2 orthogonal to it, of \
                     strengths s_1 and s_2 = {second}; penalty (lambda/2) |theta|^2 or (lambda/2) |u|^2, lambda = {penalty}; eta = {learning_rate}, from 0"
                ),
            ),
            (
                "exact",
                "weight decay: u = K alpha/lambda, and dz_2/d(s_1^2) has the sign of s_2 - s_1 (starvation/two-features); spectral decoupling: \
                 u_i = u* for all i, whatever the strengths (starvation/spectral-decoupling)"
                    .to_owned(),
            ),
            (
                "exact",
                "from 0 the responses leave uncoupled linear modes as U^T K (K 1/2)^3 t^4/192, cubes entry by entry, with either penalty \
                 (starvation/coupling-onset)"
                    .to_owned(),
            ),
        ],
        USUAL_WIDTH,
    );
    text.push('\n');
    let mut rows = Vec::new();
    for path in &observation.paths {
        for (j, optimum) in path.optimum.iter().enumerate() {
            let last = path.records.last().map_or(f64::NAN, |(_, responses, _)| responses[j]);
            rows.push(vec![
                format!("{}, z_{}", path.penalty, j + 1),
                format!("{last:.6}"),
                format!("{optimum:.6}"),
                format!("{:.0e}", (last - optimum).abs()),
            ]);
        }
    }
    let title = format!("s_1 = {first}, {steps} steps");
    text += &ruled([&title, "response", "optimum", "apart"], &rows);
    text.push('\n');
    let mut rows = Vec::new();
    for penalty in Penalty::ALL {
        let of: Vec<&End> = observation.ends.iter().filter(|end| end.penalty == penalty).collect();
        let at = |ratio: f64| {
            let near = of.iter().min_by(|one, other| {
                let apart = |end: &&&End| (end.strength / second / ratio).ln().abs();
                apart(one).total_cmp(&apart(other))
            });
            near.map_or_else(String::new, |end| format!("{:.4}", end.responses[1]))
        };
        let worst = |gap: fn(&End) -> f64| of.iter().map(|end| gap(end)).fold(0.0, f64::max);
        rows.push(vec![
            penalty.to_string(),
            at(0.25),
            at(1.0),
            at(4.0),
            format!("{:.0e}", worst(|end| (end.responses[1] - end.exact[1]).abs())),
            format!("{:.0e}", worst(|end| (end.moved - end.exact_moved).abs())),
        ]);
    }
    text += &ruled(["z_2 at s_1/s_2 =", "1/4", "1", "4", "off by", "derivative"], &rows);
    text += &hanging(
        "off by: at most, over all strengths, z_2 from the optimum and its derivative by s_1^2 from the closed form",
        USUAL_WIDTH,
        "",
    );
    for Onset { penalty, records } in &observation.onsets {
        let first_record = records.first();
        let ratio = |j: usize| first_record.map_or(f64::NAN, |(_, seen, leading)| seen[j] / leading[j]);
        let start = first_record.map_or(f64::NAN, |(time, ..)| *time);
        let line = format!(
            "onset, {penalty}: at t = {start:.1e} the deviations are {:.3} and {:.3} times the t^4 term",
            ratio(0),
            ratio(1)
        );
        text += &hanging(&line, USUAL_WIDTH, "");
    }
    text.push('\n');
    text += &paragraph(&conclusion(observation), USUAL_WIDTH, "");
    text
}

/// One sentence.
fn conclusion(observation: &Observation) -> String {
    let second = observation.settings.second;
    let of = |penalty: Penalty| observation.ends.iter().filter(move |end| end.penalty == penalty);
    // At equal strengths the derivative is 0, and measured as rounding.
    let top = of(Penalty::WeightDecay).map(|end| end.responses[1]).fold(f64::NEG_INFINITY, f64::max);
    let apart: Vec<&End> = of(Penalty::WeightDecay).filter(|end| (end.strength / second - 1.0).abs() > 1e-9).collect();
    let right = apart.iter().filter(|end| (end.moved > 0.0) == (end.strength < second)).count();
    let kept: Vec<f64> = of(Penalty::SpectralDecoupling).map(|end| end.responses[1]).collect();
    let (low, high) =
        kept.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), z| (low.min(*z), high.max(*z)));
    if right < apart.len() {
        return format!(
            "With weight decay the second response moves with the strength of the first feature as starvation/two-features says at {right} of {} strengths only: \
             the run has not settled, or is at odds with it.",
            apart.len()
        );
    }
    let last = apart.last().map_or(f64::NAN, |end| end.responses[1]);
    format!(
        "With weight decay the first feature helps the second while it is the weaker and starves it as the stronger, at each of {right} strengths of it other than \
         s_2: z_2 falls from {} to {}; with spectral decoupling z_2 is {} at every strength, within {:.0e}.",
        number(top, 4),
        number(last, 4),
        number(low, 4),
        high - low,
    )
}
