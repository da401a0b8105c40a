//! The norm of scale-invariant weights, told: a summary for the terminal, a table as CSV, a figure.

use super::layout::{USUAL_WIDTH, described, hanging, paragraph, ruled};
use super::plot::{Aspect, Axis, Figure, Panel, Scale, Series, Stroke, bars};
use super::svg::number;
use super::uncertain::{plus_minus, signed};
use crate::dynamics::gas::{
    CHAINS, Chains, HIDDEN, Observation, RECORDS, Regime, STARTS, Seen, Settings, State, TWO_VALUES, WAY, Way,
    exact_factor,
};
use crate::statistics::Mean;
use std::fmt::Write;

/// The columns of the CSV.
const COLUMNS: &str = "curve,regime,start_or_size,step,rate,weight_decay,first_order_angle,angle,angle_standard_error,exact_angle,\
                       angle_gap,angle_gap_standard_error,factor,factor_standard_error,exact_factor,factor_gap,\
                       factor_gap_standard_error,squared_radius,steady_squared_radius,rho_squared_variance,share,escaped";

/// By regime.
const REGIMES: [&str; 3] = ["#0072b2", "#d55e00", "#009e73"];
const SIZES: [&str; 4] = ["#56b4e9", "#0072b2", "#cc79a7", "#d55e00"];
const IDEAL: &str = "#888";
const BOUNDED: &str = "#222";

/// A row for each stationary state, 0 or 1 in its last column telling whether the radius escaped: then nothing was measured, and the fields are empty; for each step of the ways to a steady radius, and for each record of the chains that escape.
pub fn csv(observation: &Observation) -> String {
    let mut csv = COLUMNS.to_owned() + "\n";
    let field = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
    for state in &observation.states {
        let &State { regime, rate, weight_decay, first_order, squared_radius, fluctuation, seen, .. } = state;
        let mean = |part: fn(&Seen) -> Option<Mean>| {
            let mean = seen.as_ref().and_then(part);
            format!("{},{}", field(mean.map(|mean| mean.value)), field(mean.map(|mean| mean.standard_error)))
        };
        let (exact, factor) = (regime.exact_angle(first_order), exact_of(state));
        let _ = writeln!(
            csv,
            "state,{regime},,,{rate},{weight_decay},{first_order},{},{},{},{},{},{},{},{},{},,{}",
            mean(|seen| Some(seen.angle)),
            field(exact),
            mean(|seen| Some(seen.angle_gap)),
            mean(|seen| seen.factor),
            field(factor),
            mean(|seen| seen.factor_gap),
            field(seen.as_ref().map(|_| squared_radius)),
            field(Some(state.steady_square()).filter(|square| square.is_finite())),
            field(seen.as_ref().map(|_| fluctuation)),
            u8::from(seen.is_none()),
        );
    }
    for Way { regime, measured, exact } in &observation.ways {
        let start = exact[0];
        for (step, (measured, exact)) in measured.iter().zip(exact).enumerate() {
            let _ = writeln!(csv, "way,{regime},{start},{step},,,,,,,,,,,,,,{measured},{exact},,,");
        }
    }
    for chains in &observation.chains {
        let noise = noise(chains);
        for (step, share) in &chains.escaped {
            let _ = writeln!(csv, "escape,{noise},{},{step},,,,,,,,,,,,,,,,,{share},", chains.size);
        }
    }
    csv
}

fn noise(chains: &Chains) -> &'static str {
    if chains.is_normal { "normal noise" } else { "noise of two values" }
}

/// `Z` for a constant `rho`; none without decay or steady state.
fn exact_of(state: &State) -> Option<f64> {
    let has_decay = state.regime != Regime::FixedSphere;
    state.regime.exact_angle(state.first_order).filter(|_| has_decay).map(exact_factor)
}

/// The figure: the way to the steady radius, angles, the equation of state, and the escape.
pub fn figure(observation: &Observation) -> Figure {
    let Settings { batch, .. } = observation.settings;
    Figure {
        title: "Scale-invariant weights as a gas".to_owned(),
        explanation: vec![
            format!(
                "First layer of a leaky ReLU network 16-{HIDDEN}-10 on {} digits, used as 4 θ/r (d = {}); batches of {batch}.",
                observation.samples, observation.dimension
            ),
            "θ' = c θ − η g, c = 1 − 2ηγ; ρ = r|g|; fixed rate η, fixed effective rate η = ε r², fixed sphere without decay."
                .to_owned(),
            "Curves are exact for a constant ρ; at a fixed rate those of angle and Z are for every noise.".to_owned(),
        ],
        panels: vec![way(observation), angles(observation), factors(observation), escapes(observation)],
    }
}

fn way(observation: &Observation) -> Panel {
    let mut series = Vec::new();
    for regime in [Regime::FixedRate, Regime::FixedEffectiveRate] {
        let color = REGIMES[regime as usize];
        for (place, way) in observation.ways.iter().filter(|way| way.regime == regime).enumerate() {
            let points = |squares: &[f64]| {
                squares.iter().enumerate().map(|(step, square)| (step as f64, square.sqrt())).collect::<Vec<_>>()
            };
            let named = |name: &str| if place == 0 { name.to_owned() } else { String::new() };
            series.push(Series::new(named(&regime.to_string()), color, Stroke::Solid, points(&way.measured)));
            series.push(Series::new(named("exact, constant ρ"), "#222", Stroke::Dashed, points(&way.exact)));
        }
    }
    // The exact curves lie on top.
    series.sort_by_key(|series| series.stroke == Stroke::Solid);
    let mut seen = false;
    for series in series.iter_mut().filter(|series| series.stroke == Stroke::Dashed) {
        if seen {
            series.label.clear();
        }
        seen = true;
    }
    Panel {
        caption: "The radius, from half, once and twice the steady one".to_owned(),
        x: Axis::new("step", Scale::Linear, Some((0.0, WAY as f64))),
        y: Axis::new("r / steady r", Scale::Linear, Some((0.4, 2.1))),
        aspect: Aspect::Free,
        series,
        marked: None,
        reference: None,
    }
}

/// The states of a regime with what was seen.
fn seen(observation: &Observation, regime: Regime) -> impl Iterator<Item = (&State, Seen)> {
    observation.states.iter().filter(move |state| state.regime == regime).filter_map(|state| Some((state, state.seen?)))
}

fn angles(observation: &Observation) -> Panel {
    let largest = observation.states.iter().map(|state| state.first_order).fold(0.0, f64::max);
    let fine = |count: usize| (0..=count).map(move |k| 1.02 * largest * k as f64 / count as f64);
    let mut series = Vec::new();
    for regime in Regime::ALL {
        let color = REGIMES[regime as usize];
        let dots = seen(observation, regime).map(|(state, seen)| (state.first_order, seen.angle.value)).collect();
        series.push(Series::new(regime.to_string(), color, Stroke::Dots(7.0), dots));
    }
    for (regime, name) in Regime::ALL.into_iter().zip(["arccos(1 − a²/2)", "arcsin a", "arctan a"]) {
        let color = REGIMES[regime as usize];
        let curve = fine(400).map(|a| (a, regime.exact_angle(a).unwrap_or(f64::NAN))).collect();
        series.push(Series::new(name, color, Stroke::Solid, curve));
    }
    series.push(Series::new("first order", IDEAL, Stroke::Dashed, fine(1).map(|a| (a, a)).collect()));
    Panel {
        caption: "The angle of a step: arccos exp E ln cos δ".to_owned(),
        x: Axis::new("a: 2 √(ηγ) at a fixed rate, else ε √(E ρ²)", Scale::Linear, Some((0.0, 1.02 * largest))),
        y: Axis::new("angle", Scale::Linear, Some((0.0, 1.65))),
        aspect: Aspect::Free,
        series,
        marked: None,
        reference: None,
    }
}

fn factors(observation: &Observation) -> Panel {
    let mut series = Vec::new();
    let mut largest = 0.0_f64;
    for regime in [Regime::FixedRate, Regime::FixedEffectiveRate] {
        let color = REGIMES[regime as usize];
        let points: Vec<(f64, Mean)> =
            seen(observation, regime).filter_map(|(_, seen)| Some((seen.angle.value, seen.factor?))).collect();
        largest = points.iter().map(|point| point.0).fold(largest, f64::max);
        let dots = points.iter().map(|(angle, factor)| (*angle, factor.value)).collect();
        series.push(Series::new(regime.to_string(), color, Stroke::Dots(7.0), dots));
        let errors = points.iter().map(|(angle, factor)| (*angle, factor.value, 2.0 * factor.standard_error));
        series.push(Series::new("", color, Stroke::Solid, bars(errors)));
    }
    let end = 1.08 * largest;
    let curve = (0..=200).map(|k| end * f64::from(k) / 200.0).map(|angle| (angle, exact_factor(angle))).collect();
    series.push(Series::new("exact: 1/cos²(δ/2)", BOUNDED, Stroke::Solid, curve));
    series.push(Series::new("ideal gas", IDEAL, Stroke::Dashed, vec![(0.0, 1.0), (end, 1.0)]));
    Panel {
        caption: "The equation of state".to_owned(),
        x: Axis::new("angle δ of a step", Scale::Linear, Some((0.0, end))),
        y: Axis::new("Z = E[p V] / E[R T]", Scale::Linear, None),
        aspect: Aspect::Free,
        series,
        marked: None,
        reference: None,
    }
}

fn escapes(observation: &Observation) -> Panel {
    let points =
        |chains: &Chains| chains.escaped.iter().map(|(step, share)| (*step as f64, *share)).collect::<Vec<_>>();
    let mut series = Vec::new();
    for (chains, color) in observation.chains.iter().filter(|chains| chains.is_normal).zip(SIZES) {
        series.push(Series::new(format!("normal, {}", chains.size), color, Stroke::Solid, points(chains)));
    }
    let bounded = observation.chains.iter().filter(|chains| chains.is_below_critical());
    if let Some(chains) = bounded.max_by(|a, b| a.size.total_cmp(&b.size)) {
        let label = format!("two values, {} (below critical)", chains.size);
        series.push(Series::new(label, BOUNDED, Stroke::Dashed, points(chains)));
    }
    Panel {
        caption: format!(
            "Escape at a fixed effective rate: share of {} chains beyond x = 2, by √E(ερ)²",
            observation.settings.chains
        ),
        x: Axis::new("step", Scale::Linear, Some((0.0, observation.settings.chain_steps as f64))),
        y: Axis::new("share escaped", Scale::Linear, Some((-0.05, 1.05))),
        aspect: Aspect::Free,
        series,
        marked: None,
        reference: None,
    }
}

/// The summary for the terminal, in plain text.
pub fn summary(observation: &Observation) -> String {
    let Settings { steps, batch, chains, chain_steps, seed } = observation.settings;
    let mut text = "Ideal gas: the norm of scale-invariant weights\n\n".to_owned();
    text += &described(
        &[
            (
                "network",
                format!(
                    "16-{HIDDEN}-10, leaky ReLU, its weights normalised, on {} handwritten digits pooled to 4x4; the first layer learns \
                     (d = {}) and is used as 4 theta / r, the last is fixed; squared error",
                    observation.samples, observation.dimension
                ),
            ),
            (
                "descent",
                format!(
                    "theta' = c theta - eta g, c = 1 - 2 eta gamma, batches of {batch} without replacement; {steps} steps of each \
                     state, of which the second half is taken; rho = r |g|; seed {seed}"
                ),
            ),
            (
                "regimes",
                "fixed rate eta; fixed effective rate eta = eps r^2; fixed sphere, r reset, no decay".to_owned(),
            ),
            (
                "exact",
                "whatever rho does: E ln cos delta = E ln c, or on the sphere -1/2 E ln(1 + (eps rho)^2); fixed rate \
                 (1 - eta gamma) E[p V] = E[R T], fixed effective rate E[x p V (1 - x/2)] = E[x R T], x = 2 eps gamma r^2; for a \
                 constant rho angle arccos(1 - a^2/2), arcsin a, arctan a, and Z = 1/cos^2(delta/2) (ideal-gas/turning-angle, \
                 equation-of-state)"
                    .to_owned(),
            ),
            (
                "angle",
                "arccos exp E ln cos delta; a is the angle to first order, 2 sqrt(eta gamma) or eps rho".to_owned(),
            ),
            (
                "chains",
                format!(
                    "x' = x ((1 - x)^2 + (eps rho)^2) from x = 1/2, {chains} of each noise, {chain_steps} steps (ideal-gas/runaway)"
                ),
            ),
        ],
        USUAL_WIDTH,
    );
    for regime in Regime::ALL {
        let _ = write!(text, "\n{regime}\n{}", tables(observation, regime));
    }
    text.push('\n');
    for regime in Regime::ALL {
        verdict(&mut text, observation, regime);
    }
    text.push('\n');
    let escapes: Vec<Vec<String>> = observation.chains.iter().map(|chains| escape(chains, observation)).collect();
    text += &ruled(["noise", "eps rho", "share escaped", "returned from beyond 2"], &escapes);
    text.push('\n');
    text += &paragraph(
        &format!(
            "± is two standard errors, from means over groups of steps, of a share those of (k + 1)/(n + 2). eps rho of the chains is a root mean square; \
             normal noise is unbounded, so that there is no stationary state; the two values of (eps rho)^2 are {} and {} times its mean: where both are below 1 no \
             chain may escape. No escape in {chain_steps} steps at a small rate is no sign of a stationary state. The steady radius for a constant rho is missed where rho \
             fluctuates: E r^2 is larger than it at a fixed rate. Ways start from {} of the steady r^2, after the direction has settled.",
            TWO_VALUES[0],
            TWO_VALUES[1],
            STARTS.map(|start| start.to_string()).join(", "),
        ),
        USUAL_WIDTH,
        "",
    );
    debug_assert!(observation.chains.len() == 2 * CHAINS.len() && observation.chains[0].escaped.len() == RECORDS + 1);
    text
}

/// What was measured of a regime's states: the angles, and the laws of the gas where there are any.
fn tables(observation: &Observation, regime: Regime) -> String {
    let field = |value: Option<f64>| value.map_or_else(|| "none".to_owned(), |value| format!("{value:.5}"));
    let (mut angles, mut factors) = (Vec::new(), Vec::new());
    for state in observation.states.iter().filter(|state| state.regime == regime) {
        let first_order = format!("{:.4}", state.first_order);
        let exact = field(regime.exact_angle(state.first_order));
        let Some(seen) = state.seen else {
            angles.push(vec![first_order, "escaped".to_owned(), exact, String::new()]);
            continue;
        };
        angles.push(vec![first_order.clone(), plus_minus(seen.angle), exact, scientific(seen.angle_gap)]);
        if let Some((factor, gap)) = seen.factor.zip(seen.factor_gap) {
            factors.push(vec![first_order, plus_minus(factor), field(exact_of(state)), signed(gap)]);
        }
    }
    let mut text = ruled(["a", "angle", "of a constant rho", "E ln cos less exact"], &angles);
    if !factors.is_empty() {
        text.push('\n');
        text += &ruled(["a", "Z", "of a constant rho", "law of p V and R T"], &factors);
    }
    text
}

/// The row of a noise's chains.
fn escape(chains: &Chains, observation: &Observation) -> Vec<String> {
    let bound = match chains.is_normal {
        true => "normal",
        false if chains.is_below_critical() => "two values below 1",
        false => "two values, one beyond 1",
    };
    let share = plus_minus(chains.share(observation.settings.chains));
    vec![bound.to_owned(), chains.size.to_string(), share, chains.returned.to_string()]
}

/// A mean that may be as small as rounding.
fn scientific(mean: Mean) -> String {
    if mean.value.abs() < 1e-9 { format!("{:+.0e}", mean.value) } else { signed(mean) }
}

/// How far measured and exact are apart in a regime.
fn verdict(text: &mut String, observation: &Observation, regime: Regime) {
    let states: Vec<(&State, Seen)> = seen(observation, regime).collect();
    if states.is_empty() {
        *text += &hanging(&format!("{regime}: every radius escaped"), USUAL_WIDTH, "");
        return;
    }
    let in_errors = |gaps: Vec<Mean>| {
        let errors: Vec<f64> = gaps.iter().map(|gap| gap.value.abs() / gap.standard_error).collect();
        let square = errors.iter().map(|error| error * error).sum::<f64>() / errors.len() as f64;
        let worst = errors.iter().copied().fold(0.0, f64::max);
        format!("{} standard errors in the root mean square, at most {}", number(square.sqrt(), 1), number(worst, 1))
    };
    let angles: Vec<Mean> = states.iter().map(|(_, seen)| seen.angle_gap).collect();
    let apart = match regime {
        // Both sides are one sum, but for rounding: there is nothing that a standard error could be of.
        Regime::FixedSphere => {
            format!("{:.0e} at most", angles.iter().map(|gap| gap.value.abs()).fold(0.0, f64::max))
        }
        _ => in_errors(angles),
    };
    *text += &hanging(&format!("{regime}: E ln cos delta is apart from the exact one by {apart}"), USUAL_WIDTH, "");
    let factors: Vec<Mean> = states.iter().filter_map(|(_, seen)| seen.factor_gap).collect();
    if !factors.is_empty() {
        *text += &hanging(&format!("the law of p V and R T is missed by {}", in_errors(factors)), USUAL_WIDTH, "  ");
    }
    let gap = |(state, seen): &(&State, Seen)| {
        let exact = regime.exact_angle(state.first_order)?;
        Some((seen.angle.value / exact - 1.0).abs())
    };
    let worst = states.iter().filter_map(gap).fold(0.0, f64::max);
    let fluctuation = states.iter().map(|(state, _)| state.fluctuation).fold(0.0, f64::max);
    let missed = format!(
        "the angle for a constant rho is missed by at most {} %, where rho^2 has a relative variance of up to {}",
        number(100.0 * worst, 2),
        number(fluctuation, 3)
    );
    *text += &hanging(&missed, USUAL_WIDTH, "  ");
}
