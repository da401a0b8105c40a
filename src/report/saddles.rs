//! Saddles that modes leave and that attract, told: a summary for the terminal, a table as CSV, a figure.

use super::layout::{USUAL_WIDTH, described, hanging, paragraph, ruled};
use super::plot::{Aspect, Axis, Figure, Marked, Panel, Scale, Series, Stroke, bars};
use super::svg::number;
use super::uncertain::plus_minus;
use crate::dynamics::saddles::{AT, AWAY, AtRate, NEAR, Observation, STARTS, Sampling, Settings, Times, Window, unit};
use crate::statistics::Mean;
use std::fmt::Write;

/// The columns of the CSV.
const COLUMNS: &str = "curve,depth,mode,distance,learning_rate,measured,standard_error,exact,away";

/// By mode: with noise and without.
const MODES: [&str; 2] = ["#d55e00", "#0072b2"];
/// By sampling.
const SAMPLINGS: [&str; 3] = ["#0072b2", "#009e73", "#d55e00"];
const END: &str = "#222";
const DIFFUSION: &str = "#888";

/// A row for each mode and start, with the mean time and the exact slope; for each step size and sampling, with the share of runs at the saddle and of those away, and
/// whether the saddle attracts; and for each step size the exponents of `u + w` and `u - w`.
pub fn csv(observation: &Observation) -> String {
    let mut csv = COLUMNS.to_owned() + "\n";
    for Times { depth, mode, times, exact, .. } in &observation.times {
        for (distance, Mean { value, standard_error }) in times {
            let _ = writeln!(csv, "time,{depth},{mode},{distance},,{value},{standard_error},{exact},");
        }
    }
    let window = observation.settings.window();
    for AtRate { rate, fates, exponents, exact } in &observation.rates {
        for (sampling, fate) in Sampling::ALL.into_iter().zip(fates) {
            let attracts = u8::from(sampling != Sampling::FullBatch && window.contains(*rate));
            let runs = observation.settings.runs;
            let error = Mean::of_share((fate.at * runs as f64).round() as usize, runs).standard_error;
            let _ = writeln!(csv, "share {sampling},,,,{rate},{},{error},{attracts},{}", fate.at, fate.away);
        }
        for ((name, Mean { value, standard_error }), exact) in ["u + w", "u - w"].iter().zip(exponents).zip(exact) {
            let _ = writeln!(csv, "exponent {name},,,,{rate},{value},{standard_error},{exact},");
        }
    }
    csv
}

/// The figure: the times of both modes at both depths, the share of runs at the saddle, and the exponents.
pub fn figure(observation: &Observation) -> Figure {
    let Settings { learning_rate, labels: [first, second], paths, runs, .. } = observation.settings;
    Figure {
        title: "Saddles: the order of learning, and noise that makes a saddle attract".to_owned(),
        explanation: vec![
            format!(
                "Modes: w' = w (1 + η (s − wᴰ) wᴰ⁻²) from ε until wᴰ is half of E s; η = {learning_rate}; means of {paths} paths."
            ),
            format!(
                "Saddle: l = (u w − y)², y = {first} or {}, {runs} runs from a distance of {NEAR}.",
                number(second, digits(second))
            ),
        ],
        panels: vec![
            escape(observation, 2, "ln(1/ε)"),
            escape(observation, 3, "1/ε"),
            shares(observation),
            exponents(observation),
        ],
    }
}

/// The digits after the point that a setting has.
fn digits(value: f64) -> usize {
    value.to_string().split_once('.').map_or(0, |(_, fraction)| fraction.len())
}

/// Times of both modes at a depth: measured, and lines with the exact slopes through the first.
fn escape(observation: &Observation, depth: usize, label: &str) -> Panel {
    let farthest = unit(depth) * STARTS as f64;
    let (mut series, mut lines) = (Vec::new(), Vec::new());
    for (times, color) in observation.times.iter().filter(|times| times.depth == depth).zip(MODES) {
        let dots = times.times.iter().map(|(distance, mean)| (*distance, mean.value)).collect();
        let errors = times.times.iter().map(|(distance, mean)| (*distance, mean.value, 2.0 * mean.standard_error));
        series.push(Series::new(format!("{}: steps", times.mode), color, Stroke::Dots(6.0), dots));
        series.push(Series::new("", color, Stroke::Solid, bars(errors)));
        let (near, first) = times.times[0];
        let line = |slope: f64| [0.0, near, farthest].map(|at| (at, first.value + slope * (at - near))).to_vec();
        let exact = format!("exact slope {}", number(times.exact, 2));
        series.push(Series::new(exact, color, Stroke::Solid, line(times.exact)));
        if depth == 2 {
            let flow = format!("gradient flow {}", number(times.flow, 2));
            lines.push(Series::new(
                flow,
                color,
                Stroke::Dashed,
                [0.0, farthest].map(|at| (at, times.flow * at)).to_vec(),
            ));
        }
    }
    series.extend(lines);
    Panel {
        caption: format!("Depth {depth}: steps until a mode is learned"),
        x: Axis::new(label, Scale::Linear, Some((0.0, 1.03 * farthest))),
        y: Axis::new("steps", Scale::Linear, None),
        aspect: Aspect::Free,
        series,
        marked: None,
        reference: None,
    }
}

/// The window, to be shaded.
fn window(observation: &Observation) -> Option<Marked> {
    let Window { lower, upper, is_open, .. } = observation.settings.window();
    is_open.then(|| Marked { from: lower, to: upper, label: "the exact window".to_owned() })
}

/// The ends of the window, upright, between two heights.
fn ends(observation: &Observation, heights: [f64; 2]) -> Vec<Series> {
    let Window { lower, upper, diffusion, .. } = observation.settings.window();
    let upright = |at: f64| heights.map(|height| (at, height));
    let mut both = upright(lower).to_vec();
    both.push((lower, f64::NAN));
    both.extend(upright(upper));
    vec![
        Series::new(format!("exact ends {}, {}", number(lower, 4), number(upper, 4)), END, Stroke::Solid, both),
        Series::new(
            format!("lower end of the differential equation {}", number(diffusion, 4)),
            DIFFUSION,
            Stroke::Dashed,
            upright(diffusion).to_vec(),
        ),
    ]
}

fn rates(observation: &Observation) -> Axis {
    let most = observation.rates.last().map_or(1.0, |last| last.rate);
    Axis::new("step size η", Scale::Linear, Some((0.0, 1.02 * most)))
}

fn shares(observation: &Observation) -> Panel {
    let share = |(place, sampling): (usize, &Sampling)| {
        let points = observation.rates.iter().map(|at| (at.rate, at.fates[place].at)).collect();
        let stroke = if *sampling == Sampling::Shuffled { Stroke::Dots(7.0) } else { Stroke::Rings(6.0) };
        Series::new(sampling.to_string(), SAMPLINGS[place], stroke, points)
    };
    let mut series: Vec<Series> = Sampling::ALL.iter().enumerate().map(share).collect();
    series.extend(ends(observation, [-0.06, 1.06]));
    Panel {
        caption: format!("Share of runs at the saddle after {} epochs", observation.settings.epochs),
        x: rates(observation),
        y: Axis::new("share of runs", Scale::Linear, Some((-0.06, 1.06))),
        aspect: Aspect::Free,
        series,
        marked: window(observation),
        reference: None,
    }
}

fn exponents(observation: &Observation) -> Panel {
    let colors = ["#cc79a7", "#0072b2"];
    let (mut series, mut lowest, mut highest) = (Vec::new(), 0.0_f64, 0.0_f64);
    for (part, (name, color)) in ["u + w", "u − w"].into_iter().zip(colors).enumerate() {
        let measured: Vec<(f64, f64)> =
            observation.rates.iter().map(|at| (at.rate, at.exponents[part].value)).collect();
        let exact: Vec<(f64, f64)> = observation.rates.iter().map(|at| (at.rate, at.exact[part])).collect();
        for (_, value) in measured.iter().chain(&exact).filter(|point| point.1.is_finite()) {
            (lowest, highest) = (lowest.min(*value), highest.max(*value));
        }
        series.push(Series::new(format!("{name}: measured"), color, Stroke::Dots(5.0), measured));
        series.push(Series::new("exact", color, Stroke::Solid, exact));
    }
    // A factor near 0 has an exponent far below all others.
    let range = (lowest.max(-2.0 * highest) * 1.05, highest * 1.1);
    series.extend(
        ends(observation, [range.0, range.1]).into_iter().take(1).map(|end| Series { label: String::new(), ..end }),
    );
    Panel {
        caption: "Exponents at the saddle, independent draws".to_owned(),
        x: rates(observation),
        y: Axis::new("ln of the factor of a step", Scale::Linear, Some(range)),
        aspect: Aspect::Free,
        series,
        marked: window(observation),
        reference: Some(0.0),
    }
}

/// The summary for the terminal, in plain text.
pub fn summary(observation: &Observation) -> String {
    let settings = &observation.settings;
    let Settings { learning_rate, paths, labels: [first, second], runs, epochs, seed, .. } = *settings;
    let [noisy, clean] = settings.modes();
    let mut text = "Mirror symmetries: modes that leave a saddle, and a saddle that attracts\n\n".to_owned();
    text += &described(
        &[
            (
                "modes",
                format!(
                    "w' = w (1 + eta (s - w^D) w^(D-2)) from w = eps, T the first step with w^D >= E s / 2; depths D = 2, 3; {noisy} \
                     (equally likely, {paths} paths from every start) and {clean}; eta = {learning_rate}"
                ),
            ),
            (
                "exact",
                "D = 2: T / ln(1/eps) -> 1 / E ln(1 + eta s); D = 3: T eps -> 1 / (eta E s) (mirror/learning-order); slopes are between \
                 the nearest and the farthest start"
                    .to_owned(),
            ),
            (
                "saddle",
                format!(
                    "u = w = 0 of l = (u w - y)^2, y = {first} or {second}; {runs} runs for each step size from a distance of {NEAR}, \
                     {epochs} epochs of two steps; at the saddle: nearer than {AT}, away: further than {AWAY}; seed {seed}"
                ),
            ),
            (
                "exact",
                "it attracts iff y1 y2 < 0, |ybar| < eta |y1 y2| and 2 eta^2 |y1 y2| + 2 eta |ybar| < 1 (mirror/attracting-saddle); \
                 exponents of independent draws E ln|1 +- 2 eta y|"
                    .to_owned(),
            ),
        ],
        USUAL_WIDTH,
    );
    text.push('\n');
    for depth in crate::dynamics::saddles::DEPTHS {
        let of_depth: Vec<&Times> = observation.times.iter().filter(|times| times.depth == depth).collect();
        let row = |times: &&Times| {
            let slope = times.slope();
            let gap = slope.value - times.exact;
            let apart = match times.mode.has_noise() {
                true => format!("{} standard errors", number(gap.abs() / slope.standard_error, 1)),
                false => format!("{:.1e}", gap.abs()),
            };
            let numbers = [plus_minus(slope), format!("{:.4}", times.exact), format!("{:.4}", times.flow), apart];
            [times.mode.to_string()].into_iter().chain(numbers).collect()
        };
        let rows: Vec<Vec<String>> = of_depth.iter().map(row).collect();
        let per = if depth == 2 { "ln(1/eps)" } else { "1/eps" };
        let title = format!("depth {depth}");
        text += &ruled([&title, &format!("steps per {per}"), "exact", "gradient flow", "apart"], &rows);
        if let [noisy, clean] = of_depth[..] {
            let _ = writeln!(text, "{}", hanging(&order(noisy, clean), USUAL_WIDTH, ""));
        }
    }
    let window @ Window { lower, upper, diffusion, is_open } = settings.window();
    let ends = if is_open { format!("{lower:.6} to {upper:.6}") } else { "empty".to_owned() };
    let window_text =
        format!("window: {ends}; its lower end by the differential equation {diffusion:.6}, and no upper end");
    text += &hanging(&window_text, USUAL_WIDTH, "");
    let mut shares_of = Vec::new();
    for (place, sampling) in Sampling::ALL.iter().enumerate() {
        let shares = |inside: bool| {
            let at = observation.rates.iter().filter(|at| window.contains(at.rate) == inside);
            let shares: Vec<f64> = at.map(|at| at.fates[place].at).collect();
            let low = shares.iter().copied().fold(f64::INFINITY, f64::min);
            let high = shares.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            match shares.len() {
                0 => "none".to_owned(),
                count => format!("{low:.3} to {high:.3} ({count})"),
            }
        };
        shares_of.push(vec![sampling.to_string(), shares(true), shares(false)]);
    }
    text += &ruled(["share at the saddle (step sizes)", "inside the window", "outside"], &shares_of);
    let shuffled: Vec<&AtRate> = observation.rates.iter().collect();
    for (name, end) in [("lower", lower), ("upper", upper)].into_iter().filter(|_| is_open) {
        let change = shuffled.windows(2).find(|pair| pair[0].rate < end && end < pair[1].rate);
        if let Some([before, after]) = change.and_then(|pair| <&[&AtRate; 2]>::try_from(pair).ok()) {
            let fates = [before, after].map(|at| format!("{} at eta = {:.5}", at.fates[0].at, at.rate));
            text += &hanging(
                &format!("{name} end: shuffled runs change from a share of {}", fates.join(" to ")),
                USUAL_WIDTH,
                "  ",
            );
        }
    }
    let gap =
        |at: &AtRate, part: usize| (at.exponents[part].value - at.exact[part]) / at.exponents[part].standard_error;
    let gaps: Vec<f64> =
        observation.rates.iter().flat_map(|at| [gap(at, 0), gap(at, 1)]).filter(|gap| gap.is_finite()).collect();
    let worst = gaps.iter().fold(0.0_f64, |worst, gap| worst.max(gap.abs()));
    let square = gaps.iter().map(|gap| gap * gap).sum::<f64>() / gaps.len().max(1) as f64;
    let apart = format!(
        "exponents: measured and exact are apart by {} standard errors in the root mean square of {}, at most by {}",
        number(square.sqrt(), 2),
        gaps.len(),
        number(worst, 1),
    );
    text += &hanging(&apart, USUAL_WIDTH, "");
    text.push('\n');
    text += &paragraph(
        "± is two standard errors; without noise one step either way, times being whole steps. Times go like the exact slope as eps -> 0: what does not grow \
         with ln(1/eps) or 1/eps has left the difference of two starts. Within finitely many epochs runs near the ends of the window are neither at the saddle \
         nor away; independent draws leave it now and then.",
        USUAL_WIDTH,
        "",
    );
    text
}

/// Which mode is learned first, measured and by gradient flow.
fn order(noisy: &Times, clean: &Times) -> String {
    let (slow, fast) = (noisy.slope(), clean.slope());
    let apart = (slow.value - fast.value) / slow.standard_error.hypot(fast.standard_error);
    let first = |noisy_first: bool| if noisy_first { "the mode with noise" } else { "the mode without noise" };
    if apart.is_nan() || apart.abs() < 4.0 {
        return "the order is undecided: the slopes are within four standard errors".to_owned();
    }
    let is_reversed = (slow.value < fast.value) != (noisy.flow < clean.flow);
    format!(
        "{} is learned first, by {} standard errors: {}",
        first(slow.value < fast.value),
        number(apart.abs(), 0),
        if is_reversed { "noise reverses the order of gradient flow" } else { "the order of gradient flow" }
    )
}
