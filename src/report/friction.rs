//! Momentum and the field with friction, told: a summary for the terminal, a table as CSV, a figure.

use super::layout::{USUAL_WIDTH, described, hanging, paragraph, ruled};
use super::plot::{Aspect, Axis, Figure, Marked, Panel, Scale, Series, Stroke};
use super::svg::number;
use crate::dynamics::friction::{Kind, Observation, PULLS, Path, RESOLVED, Seen, Settings, Side, value};
use std::fmt::Write;

/// The columns of the CSV.
const COLUMNS: &str = "curve,side,pull,step,measured,exact,kind";

/// By side.
const SIDES: [&str; 2] = ["#0072b2", "#d55e00"];
const END: &str = "#222";
/// Points of the field's curve in a step.
const FINE: usize = 20;
/// Smaller sizes of a mode are not drawn.
const SMALLEST: f64 = 1e-8;

/// A row for each mode of the bowl, side and step, with the value by projection and in closed form; and for each single mode and side its decay, its angle and its kind.
pub fn csv(observation: &Observation) -> String {
    let mut csv = COLUMNS.to_owned() + "\n";
    for Path { pull, measured, exact } in &observation.paths {
        for (side, (measured, exact)) in Side::ALL.into_iter().zip(measured.iter().zip(exact)) {
            for (step, (measured, exact)) in measured.iter().zip(exact).enumerate() {
                let _ = writeln!(csv, "path,{side},{pull},{step},{measured},{exact},");
            }
        }
    }
    for Seen { pull, measured, exact, kinds } in &observation.sweep {
        for (place, side) in Side::ALL.into_iter().enumerate() {
            let (measured, exact, kind) = (measured[place], exact[place], kinds[place]);
            let _ = writeln!(csv, "decay,{side},{pull},,{},{},{kind}", measured.decay, exact.decay);
            let _ = writeln!(csv, "angle,{side},{pull},,{},{},{kind}", measured.angle, exact.angle);
        }
    }
    csv
}

/// The figure: the modes of the bowl, then angle and decay over all stable step sizes.
pub fn figure(observation: &Observation) -> Figure {
    let Settings { momentum, sweep_steps, .. } = observation.settings;
    let mut panels: Vec<Panel> = observation.paths.iter().map(|path| of_path(observation, path)).collect();
    panels.push(of_sweep(observation, "Angle by which a mode turns in a step", "angle, in π", |motion| {
        motion.angle / std::f64::consts::PI
    }));
    panels.push(of_sweep(observation, "By how much the logarithm of its size falls in a step", "decay", |motion| {
        motion.decay
    }));
    Figure {
        title: "Momentum and the field with friction: where they differ in kind".to_owned(),
        explanation: vec![
            format!(
                "θ₊ = θ + β(θ − θ₋) − η∇V, β = {momentum}, and φ'' + Gφ' + ∇V = 0 with h² = 2η/(1 + β), Gh = 2(1 − β)/(1 + β)."
            ),
            format!(
                "A bowl of four modes, started at rest; below, single modes over {sweep_steps} steps. Lines and rings: closed forms."
            ),
        ],
        panels,
    }
}

/// What two sides do, in words.
fn both(kinds: [Kind; 2]) -> String {
    format!("the optimiser {}, the field {}", kinds[0], kinds[1])
}

/// The kinds of a mode by the signs of its closed forms' motion.
fn kinds(settings: &Settings, pull: f64) -> [Kind; 2] {
    let [field, low, high] = settings.thresholds();
    let optimiser = if pull < low {
        Kind::Decays
    } else if pull < high {
        Kind::Oscillates
    } else {
        Kind::Alternates
    };
    [optimiser, if pull < field { Kind::Decays } else { Kind::Oscillates }]
}

fn of_path(observation: &Observation, path: &Path) -> Panel {
    let sizes = |values: &[f64]| values.iter().enumerate().map(|(step, value)| (step as f64, value.abs())).collect();
    // Between the steps too: the size of an oscillating field falls to 0 at each turn.
    let settings = &observation.settings;
    let times = (0..=FINE * settings.steps).map(|part| part as f64 / FINE as f64);
    let fine: Vec<(f64, f64)> = times.map(|t| (t, value(settings, Side::Field, path.pull, t).abs())).collect();
    let mut series = Vec::new();
    for (side, color) in Side::ALL.into_iter().zip(SIDES) {
        let (measured, exact) = (&path.measured[side as usize], &path.exact[side as usize]);
        let stroke = if side == Side::Field { Stroke::Dots(3.0) } else { Stroke::Dots(4.5) };
        series.push(Series::new(format!("{side}: run"), color, stroke, sizes(measured)));
        let closed = match side {
            Side::Optimiser => Series::new("closed form", color, Stroke::Rings(9.0), sizes(exact)),
            Side::Field => Series::new("closed form", color, Stroke::Solid, fine.clone()),
        };
        series.push(closed);
    }
    let lowest = path.exact.iter().flatten().map(|value| value.abs()).filter(|size| *size > SMALLEST);
    let lowest = lowest.fold(1.0, f64::min);
    Panel {
        caption: format!("ημ = {}: {}", path.pull, both(kinds(&observation.settings, path.pull))),
        x: Axis::new("step", Scale::Linear, Some((-0.3, observation.settings.steps as f64 + 0.3))),
        y: Axis::new("size of the mode", Scale::Logarithmic, Some((lowest / 2.0, 2.0))),
        aspect: Aspect::Free,
        series,
        marked: None,
        reference: None,
    }
}

fn of_sweep(
    observation: &Observation,
    caption: &str,
    label: &str,
    part: impl Fn(&crate::dynamics::friction::Motion) -> f64,
) -> Panel {
    let mut series = Vec::new();
    let (mut lowest, mut highest) = (0.0_f64, 0.0_f64);
    for (side, color) in Side::ALL.into_iter().zip(SIDES) {
        let measured: Vec<(f64, f64)> =
            observation.sweep.iter().map(|seen| (seen.pull, part(&seen.measured[side as usize]))).collect();
        let exact: Vec<(f64, f64)> =
            observation.sweep.iter().map(|seen| (seen.pull, part(&seen.exact[side as usize]))).collect();
        for (_, value) in measured.iter().chain(&exact).filter(|point| point.1.is_finite()) {
            (lowest, highest) = (lowest.min(*value), highest.max(*value));
        }
        series.push(Series::new(format!("{side}: run"), color, Stroke::Dots(4.5), measured));
        series.push(Series::new("closed form", color, Stroke::Solid, exact));
    }
    let room = 0.06 * (highest - lowest);
    let range = (lowest - room, highest + room);
    let [field, low, high] = observation.settings.thresholds();
    let upright = [low, high].iter().flat_map(|at| [(*at, range.0), (*at, range.1), (*at, f64::NAN)]).collect();
    series.push(Series::new("optimiser's thresholds", END, Stroke::Dashed, upright));
    Panel {
        caption: caption.to_owned(),
        x: Axis::new("ημ", Scale::Linear, Some((0.0, observation.settings.limit()))),
        y: Axis::new(label, Scale::Linear, Some(range)),
        aspect: Aspect::Free,
        series,
        marked: Some(Marked { from: field, to: low, label: "the window".to_owned() }),
        reference: None,
    }
}

/// The summary for the terminal, in plain text.
pub fn summary(observation: &Observation) -> String {
    let settings = &observation.settings;
    let Settings { momentum, steps, sweep_steps, .. } = *settings;
    let ([field, low, high], limit) = (settings.thresholds(), settings.limit());
    let mut text = "Momentum and the field with friction that it is the central difference of\n\n".to_owned();
    text += &described(
        &[
            (
                "run",
                format!(
                    "th+ = th + beta (th - th-) - eta grad V, beta = {momentum}, on a bowl of four modes of curvature mu, {steps} steps from rest, \
                     th+ = th-; and phi'' + G phi' + grad V = 0 from the same point at rest, integrated"
                ),
            ),
            ("exact", "h^2 = 2 eta/(1 + beta), G h = 2 (1 - beta)/(1 + beta) (cosmology/exact-scheme)".to_owned()),
            (
                "exact",
                "the optimiser oscillates iff (1 - sqrt beta)^2 < eta mu < (1 + sqrt beta)^2, the field iff eta mu > (1 - beta)^2/(2 (1 + beta)); \
                 then by -(ln beta)/2 and by G h/2 the logarithm of a size falls in a step (cosmology/critical-damping)"
                    .to_owned(),
            ),
        ],
        USUAL_WIDTH,
    );
    text.push('\n');
    let row = |path: &Path| {
        let kinds = kinds(settings, path.pull);
        let gap = |side| format!("{:.0e}", path.gap(side));
        vec![path.pull.to_string(), kinds[0].to_string(), kinds[1].to_string(), gap(Side::Optimiser), gap(Side::Field)]
    };
    let rows: Vec<Vec<String>> = observation.paths.iter().map(row).collect();
    text += &ruled(["eta mu", "optimiser", "field", "off by", "field off by"], &rows);
    let energy = format!(
        "off by: run less closed form, of modes that start at 1; along the optimiser's path the energy falls by what friction takes, up to {:.0e} of it (cosmology/energy)",
        observation.energy_residual
    );
    text += &hanging(&energy, USUAL_WIDTH, "");
    text.push('\n');

    // Near a threshold a mode turns too slowly to be told in time.
    let is_told = |seen: &&Seen| settings.thresholds().iter().all(|end| (seen.pull - end).abs() > RESOLVED);
    let told: Vec<&Seen> = observation.sweep.iter().filter(is_told).collect();
    let zones = [(0.0, field), (field, low), (low, high), (high, limit)];
    let row = |(from, to): (f64, f64)| {
        let inside: Vec<&&Seen> = told.iter().filter(|seen| from < seen.pull && seen.pull < to).collect();
        let expected = kinds(settings, (from + to) / 2.0);
        let as_said = inside.iter().filter(|seen| seen.kinds == expected).count();
        let count = format!("{as_said} of {}", inside.len());
        vec![format!("{from:.4} to {to:.4}"), expected[0].to_string(), expected[1].to_string(), count]
    };
    let rows: Vec<Vec<String>> = zones.into_iter().filter(|(from, to)| to > from).map(row).collect();
    text += &ruled(["eta mu", "optimiser", "field", "single modes so"], &rows);
    let worst = |part: fn(&crate::dynamics::friction::Motion) -> f64| {
        let gaps = told.iter().flat_map(|seen| {
            seen.measured.iter().zip(&seen.exact).map(|(measured, exact)| (part(measured) - part(exact)).abs())
        });
        gaps.fold(0.0, f64::max)
    };
    let apart = format!(
        "{} of {PULLS} single modes over {sweep_steps} steps are further than {RESOLVED} from a threshold; theirs and the exact decay are apart by {:.0e} at most, the angles by \
         {:.0e}, and one change of sign in the run is {:.0e}",
        told.len(),
        worst(|motion| motion.decay),
        worst(|motion| motion.angle),
        std::f64::consts::PI / sweep_steps as f64,
    );
    text += &hanging(&apart, USUAL_WIDTH, "");
    text.push('\n');
    text += &paragraph(&conclusion(observation, &told), USUAL_WIDTH, "");
    text
}

/// One sentence.
fn conclusion(observation: &Observation, told: &[&Seen]) -> String {
    let settings = &observation.settings;
    if let Some(other) = told.iter().find(|seen| seen.kinds != kinds(settings, seen.pull)) {
        return format!(
            "At eta mu = {} {}, which is not what the roots say: the run is at odds with cosmology/critical-damping.",
            number(other.pull, 4),
            both(other.kinds)
        );
    }
    let [field, low, high] = settings.thresholds();
    let differ = told.iter().filter(|seen| seen.kinds[0] != seen.kinds[1]).count();
    format!(
        "Optimiser and field differ in kind where cosmology/critical-damping says, at {differ} of {} step sizes: between {field:.4} and {low:.4} the field \
         oscillates and the optimiser does not, and above {high:.4} the optimiser changes its sign in every step.",
        told.len(),
    )
}
