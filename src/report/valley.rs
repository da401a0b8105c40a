//! Descent along a valley beside two flows, told: a summary for the terminal, a table as CSV, a figure.

use super::layout::{USUAL_WIDTH, described, hanging, paragraph, ruled};
use super::plot::{Aspect, Axis, Figure, Panel, Scale, Series, Stroke};
use super::svg::number;
use super::uncertain::{plus_minus, signed};
use crate::dynamics::valley::{
    EARLY, Ensemble, Follows, Gaps, Mean, NEARER, Point, RECORDS, SAMPLES, Sampling, Settings, Valley, order,
};
use std::fmt::Write;

/// The columns of the CSV.
const COLUMNS: &str =
    "curve,learning_rate,step,time,u,w,charge,charge_standard_error,charge_10_percent,charge_90_percent";

/// The records at which the figure shows the paths one by one.
const SHOWN: [usize; 3] = [EARLY, 2 * EARLY, RECORDS];
/// At most so many of them.
const SHOWN_PATHS: usize = 256;

/// One of two gaps.
type Part = fn(&Gaps) -> Mean;

const PLAIN: &str = "#d55e00";
const ENTROPIC: &str = "#0072b2";
const SHUFFLED: &str = "#222";
const INDEPENDENT: &str = "#009e73";
const CLOUD: &str = "#a9c9bb";
const MARK: f64 = 8.0;
const DOT: f64 = 3.0;
const MINIMA: &str = "#888";

/// A row for each curve and record: the flows, and the mean over the paths of descent with its standard error and quantiles. Then a
/// row for each smaller learning rate, at the time of the record [`EARLY`].
pub fn csv(valley: &Valley) -> String {
    let mut csv = COLUMNS.to_owned() + "\n";
    let time = |record: usize| valley.time(record);
    for (curve, points) in [("plain", &valley.plain), ("entropic", &valley.entropic)] {
        let rate = if curve == "plain" { String::new() } else { valley.settings.learning_rate.to_string() };
        for (record, point) in points.iter().enumerate() {
            flow_row(&mut csv, curve, &rate, time(record), *point);
        }
    }
    for (sampling, records) in Sampling::ALL.iter().zip(&valley.descents) {
        for (record, ensemble) in records.iter().enumerate() {
            let steps = valley.steps[record];
            descent_row(&mut csv, *sampling, valley.settings.learning_rate, steps, time(record), ensemble);
        }
    }
    for (number, rung) in valley.rungs.iter().enumerate().skip(1) {
        flow_row(&mut csv, "entropic", &rung.learning_rate.to_string(), time(EARLY), rung.entropic);
        for (sampling, ensemble) in Sampling::ALL.iter().zip(&rung.descents) {
            let steps = valley.steps[EARLY] << number;
            descent_row(&mut csv, *sampling, rung.learning_rate, steps, time(EARLY), ensemble);
        }
    }
    csv
}

fn flow_row(csv: &mut String, curve: &str, learning_rate: &str, time: f64, point: Point) {
    let _ = writeln!(csv, "{curve},{learning_rate},,{time},{},{},{},,,", point.u, point.w, point.charge());
}

fn descent_row(csv: &mut String, sampling: Sampling, learning_rate: f64, steps: u64, time: f64, ensemble: &Ensemble) {
    let (center, charge) = (ensemble.center(), ensemble.charge());
    let [low, high] = [0.1, 0.9].map(|fraction| ensemble.charge_quantile(fraction));
    let _ = writeln!(
        csv,
        "{sampling},{learning_rate},{steps},{time},{},{},{},{},{low},{high}",
        center.u, center.w, charge.value, charge.standard_error
    );
}

/// The figure: the plane of both weights, the charge over time, and its gaps to the flows over the learning rate.
pub fn figure(valley: &Valley) -> Figure {
    let Settings { learning_rate, label_noise, start: [u, w], paths, .. } = valley.settings;
    Figure {
        title: "Stochastic descent and the flow of the entropic loss".to_owned(),
        explanation: vec![
            format!(
                "l = (u w x − y)² on the {SAMPLES} pairs of x = ½, 1 and y = x ± {label_noise}; η = {learning_rate}, no weight \
                 decay, start u = {u}, w = {w}."
            ),
            "Plain flow: θ' = −∇L, L = E l.  Entropic flow: θ' = −∇F, F = L + (η/4) E|g|².  SGD: θ ← θ − η g."
                .to_owned(),
            format!(
                "SGD with the samples shuffled in every epoch, or drawn independently; means over {paths} paths each."
            ),
        ],
        panels: vec![plane(valley), charges(valley), gaps(valley)],
    }
}

fn records(valley: &Valley, sampling: Sampling) -> &[Ensemble] {
    &valley.descents[sampling as usize]
}

/// Paths in the plane of both weights.
fn plane(valley: &Valley) -> Panel {
    let place = |point: Point| (point.u, point.w);
    let path = |points: &[Point]| points.iter().copied().map(place).collect::<Vec<_>>();
    let mean = |sampling| records(valley, sampling).iter().map(|record| place(record.center())).collect::<Vec<_>>();
    let cloud = |record: usize| records(valley, Sampling::Independent)[record].points.iter().take(SHOWN_PATHS);
    // Balance on the arm of the hyperbola where the flow ends.
    let side = 1.0_f64.copysign(valley.entropic[RECORDS].u);
    let times = SHOWN.map(|record| rounded(valley.time(record))).join(", ");
    let drawn = vec![
        Series::new("SGD shuffled, mean", SHUFFLED, Stroke::Dashed, mean(Sampling::Shuffled)),
        Series::new("", PLAIN, Stroke::Dots(MARK), path(&valley.plain[RECORDS..])),
        Series::new("", ENTROPIC, Stroke::Dots(MARK), path(&SHOWN.map(|record| valley.entropic[record]))),
        Series::new("plain flow", PLAIN, Stroke::Solid, path(&valley.plain)),
        Series::new("entropic flow", ENTROPIC, Stroke::Solid, path(&valley.entropic)),
        Series::new("SGD independent, mean", INDEPENDENT, Stroke::Solid, mean(Sampling::Independent)),
        Series::new(
            format!("SGD independent, paths at ηk = {times}"),
            CLOUD,
            Stroke::Dots(DOT),
            SHOWN.into_iter().flat_map(cloud).copied().map(place).collect(),
        ),
        Series::new("balance", MINIMA, Stroke::Dots(MARK), vec![(side, side)]),
    ];
    let range = |coordinate: fn(&(f64, f64)) -> f64| {
        let values = || drawn.iter().flat_map(|series| &series.points).map(coordinate);
        let (low, high) = (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max));
        let margin = 0.05 * (high - low);
        (low - margin, high + margin)
    };
    let axis = |label: &str, range| Axis { label: label.to_owned(), scale: Scale::Linear, range: Some(range) };
    let across = range(|point| point.0);
    Panel {
        caption: format!("Both weights, from the start to time ηk = {}", rounded(valley.time(RECORDS))),
        x: axis("u", across),
        y: axis("w", range(|point| point.1)),
        aspect: Aspect::Equal,
        series: drawn
            .into_iter()
            .chain([Series::new("minima of L: u w = 1", MINIMA, Stroke::Dashed, hyperbola(across))])
            .collect(),
        marked: None,
        reference: None,
    }
}

/// `u w = 1` over three times the range of `u`, broken at 0.
fn hyperbola((from, to): (f64, f64)) -> Vec<(f64, f64)> {
    let points = 600;
    let at = |k: i32| from + (to - from) * (3.0 * f64::from(k) / f64::from(points) - 1.0);
    let near = 0.02 * (to - from);
    (0..=points).map(at).map(|u| (u, if u.abs() < near { f64::NAN } else { 1.0 / u })).collect()
}

/// Charges over time.
fn charges(valley: &Valley) -> Panel {
    let over_time = |value: &dyn Fn(usize) -> f64| -> Vec<_> {
        (0..=RECORDS).map(|record| (valley.time(record), value(record))).collect()
    };
    let flow = |name, color, points: &[Point]| {
        Series::new(name, color, Stroke::Solid, over_time(&|record| points[record].charge()))
    };
    let descent = |sampling: Sampling, color, stroke| {
        let records = records(valley, sampling);
        let quantile = |record: usize, fraction| records[record].charge_quantile(fraction);
        Series {
            label: format!("SGD {sampling}"),
            color,
            stroke,
            points: over_time(&|record| records[record].charge().value),
            band: (0..=RECORDS).map(|k| (valley.time(k), quantile(k, 0.1), quantile(k, 0.9))).collect(),
        }
    };
    Panel {
        caption: "The charge (SGD: means, with bands from 10 to 90 % of the paths)".to_owned(),
        x: Axis { label: "time ηk".to_owned(), scale: Scale::Linear, range: Some((0.0, valley.time(RECORDS))) },
        y: Axis { label: "C = u² − w²".to_owned(), scale: Scale::Linear, range: None },
        aspect: Aspect::Free,
        series: vec![
            descent(Sampling::Shuffled, SHUFFLED, Stroke::Dashed),
            descent(Sampling::Independent, INDEPENDENT, Stroke::Solid),
            flow("plain flow", PLAIN, &valley.plain),
            flow("entropic flow", ENTROPIC, &valley.entropic),
        ],
        marked: None,
        reference: Some(0.0),
    }
}

/// Gaps between descent and the flows over the learning rate.
fn gaps(valley: &Valley) -> Panel {
    let rates: Vec<f64> = valley.rungs.iter().map(|rung| rung.learning_rate).collect();
    let series = |name: &str, color, sampling: Sampling, part: Part| {
        let gaps: Vec<Mean> = valley.rung_gaps(sampling).iter().map(part).collect();
        let order = order(&gaps).map_or_else(|| "none".to_owned(), |order| number(order.value, 2));
        let band = |(rate, gap): (&f64, &Mean)| {
            let (size, error) = (gap.value.abs(), 2.0 * gap.standard_error);
            (*rate, size - error, size + error)
        };
        Series {
            label: format!("{sampling} to {name}: order {order}"),
            color,
            stroke: if sampling == Sampling::Shuffled { Stroke::Dashed } else { Stroke::Solid },
            points: rates.iter().zip(&gaps).map(|(rate, gap)| (*rate, gap.value.abs())).collect(),
            band: rates.iter().zip(&gaps).map(band).collect(),
        }
    };
    let mut curves = Vec::new();
    let flows: [(_, _, Part); 2] =
        [("plain flow", PLAIN, |gaps| gaps.plain), ("entropic flow", ENTROPIC, |gaps| gaps.entropic)];
    for (name, color, part) in flows {
        curves.extend(Sampling::ALL.map(|sampling| series(name, color, sampling, part)));
    }
    let dots = |curve: &Series| Series {
        label: String::new(),
        stroke: Stroke::Dots(DOT + 2.0),
        band: Vec::new(),
        ..curve.clone()
    };
    let marks: Vec<Series> = curves.iter().map(dots).collect();
    let (least, most) = (rates[rates.len() - 1], rates[0]);
    Panel {
        caption: format!(
            "Gaps between the charges at time ηk = {} (bands: two standard errors)",
            rounded(valley.time(EARLY))
        ),
        x: Axis {
            label: "learning rate η".to_owned(),
            scale: Scale::Logarithmic,
            range: Some((0.9 * least, most / 0.9)),
        },
        y: Axis { label: "|mean of SGD − flow|".to_owned(), scale: Scale::Logarithmic, range: None },
        aspect: Aspect::Free,
        series: curves.into_iter().chain(marks).collect(),
        marked: None,
        reference: None,
    }
}

/// The summary for the terminal, in plain text.
pub fn summary(valley: &Valley) -> String {
    let Settings { learning_rate, label_noise, start: [u, w], paths, seed, .. } = valley.settings;
    let [time, early] = [RECORDS, EARLY].map(|record| rounded(valley.time(record)));
    let steps = valley.steps[RECORDS];
    let head = [
        (
            "loss",
            format!(
                "l = r^2, r = u w x - y, on the {SAMPLES} pairs of x = 1/2, 1 and y = x - {label_noise}, x + {label_noise}; the minima of L = E l \
                 are the valley u w = 1; no weight decay"
            ),
        ),
        (
            "descent",
            format!(
                "theta' = theta - eta g with one sample a step, the samples shuffled in every epoch or drawn independently; eta = {learning_rate}, \
                 {steps} steps, {paths} paths of each; seed {seed}"
            ),
        ),
        (
            "flows",
            format!(
                "plain: theta' = -grad L; entropic: theta' = -grad F, F = L + eta/4 E|g|^2; all start at u = {u}, w = {w} and end at time eta k = {time}"
            ),
        ),
        (
            "charge",
            "C = u^2 - w^2. Exactly: the plain flow conserves it, the entropic flow has C' = -4 eta E[r^2 x^2] C, a step of descent multiplies it by \
             1 - 4 eta^2 r^2 x^2"
                .to_owned(),
        ),
    ];
    let mut text = format!(
        "Flow of the entropic loss: stochastic descent along a valley of minima\n\n{}\n",
        described(&head, USUAL_WIDTH)
    );
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut row = |title: &str, cell: &dyn Fn(Sampling) -> String| {
        let [shuffled, independent] = Sampling::ALL.map(cell);
        rows.push(vec![title.to_owned(), shuffled, independent]);
    };
    let last = |sampling| &records(valley, sampling)[RECORDS];
    let [plain, entropic] = [&valley.plain, &valley.entropic].map(|points| points[RECORDS]);
    row(&format!("charge at time {time}, mean over the paths"), &|sampling| plus_minus(last(sampling).charge()));
    row("  10 % and 90 % of the paths are below", &|sampling| {
        let [low, high] = [0.1, 0.9].map(|fraction| last(sampling).charge_quantile(fraction));
        format!("{low:.5}, {high:.5}")
    });
    let flows: [(_, _, Part); 2] = [("entropic", entropic, |gaps| gaps.entropic), ("plain", plain, |gaps| gaps.plain)];
    for (name, point, part) in flows {
        let gap = |sampling| part(&valley.gaps(sampling, RECORDS));
        row(&format!("minus that of the {name} flow, {:.5}", point.charge()), &|sampling| signed(gap(sampling)));
        row("  in standard errors", &|sampling| standard_errors(gap(sampling)));
        row("  largest gap along the run", &|sampling| signed(part(&valley.largest_gaps(sampling))));
    }
    row("distance of the mean of (u, w) from that of", &|_| String::new());
    for (name, point, _) in flows {
        let title = format!("  the {name} flow, ({:.5}, {:.5})", point.u, point.w);
        row(&title, &|sampling| plus_minus(last(sampling).distance(point)));
    }
    for (name, _, part) in flows {
        row(&format!("gap of the charge to the {name} flow at time {early}"), &|_| String::new());
        for (number, rung) in valley.rungs.iter().enumerate() {
            let gap = |sampling| part(&valley.rung_gaps(sampling)[number]);
            row(&format!("  eta = {}", rung.learning_rate), &|sampling| signed(gap(sampling)));
        }
        row("  falls like eta to the power", &|sampling| {
            let gaps: Vec<Mean> = valley.rung_gaps(sampling).iter().map(part).collect();
            order(&gaps).map_or_else(|| "none".to_owned(), plus_minus)
        });
    }
    let [shuffled, independent] = Sampling::ALL.map(|sampling| format!("SGD {sampling}"));
    text += &ruled(["", &shuffled, &independent], &rows);
    let remarks = format!(
        "Means are statistical: ± is two standard errors of the mean over the paths. The flows are integrated; their estimated errors add up to {:.0e}. \
         A gap to the entropic flow of many standard errors is no contradiction: the flow is that of descent to first order in eta, and the power \
         tells whether what is left is of second.",
        valley.flow_error,
    );
    text += &format!("\n{}\n", paragraph(&remarks, USUAL_WIDTH, ""));
    for sampling in Sampling::ALL {
        text += &hanging(&format!("SGD {sampling} {}.", verdict(valley, sampling)), USUAL_WIDTH, "");
    }
    text
}

fn verdict(valley: &Valley, sampling: Sampling) -> String {
    let Gaps { plain, entropic } = valley.largest_gaps(sampling);
    let (plain, entropic) = (plain.value.abs(), entropic.value.abs());
    let follows = |this: &str, other: &str, times: f64| {
        format!("follows the {this} flow: its largest gap to the {other} flow is {times:.0} times larger")
    };
    match valley.follows(sampling) {
        Follows::Entropic => follows("entropic", "plain", plain / entropic),
        Follows::Plain => follows("plain", "entropic", entropic / plain),
        Follows::Undecided => format!(
            "is undecided: it is not surely {NEARER} times nearer to one flow than to the other, by its largest gaps \
             (try a smaller learning rate, more time, or more label noise)"
        ),
    }
}

fn standard_errors(gap: Mean) -> String {
    let count = gap.value.abs() / gap.standard_error;
    if count.is_finite() { format!("{count:.0}") } else { "none".to_owned() }
}

/// To four significant digits.
fn rounded(value: f64) -> String {
    format!("{value:.3e}").parse::<f64>().unwrap_or(value).to_string()
}
