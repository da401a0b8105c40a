//! Networks that come to represent the same data alike, told: a summary for the terminal, a table as CSV, a figure.

use super::heat_map::{self, Cell, HeatMap};
use super::layout::{Table, USUAL_WIDTH, described, hanging, paragraph};
use super::plot::{Aspect, Axis, Figure, Panel, Scale, Series, Stroke};
use super::svg::number;
use crate::dynamics::representation::{
    Alignment, Aligns, Change, LATE, Late, NETWORKS, Noise, Observation, Pairs, RANK, RECORDS, SMALLER, Settings,
    WATCHED, Watched,
};
use std::fmt::Write;

/// The columns of the CSV.
const COLUMNS: &str = "curve,learning_rate,step,time,misalignment,misalignment_least,misalignment_most,\
                       sharpness,sharpness_entropic,sharpness_flattest";

const FULL_BATCH: &str = "#d55e00";
/// From the largest learning rate.
const RATES: [&str; 3] = ["#aaa", "#56b4e9", "#0072b2"];
const ISOTROPIC: &str = "#009e73";
const ANISOTROPIC: &str = "#cc79a7";
const START: &str = "#888";

/// A row for each curve, learning rate and record: the misalignment of full-batch and of stochastic descent, mean over the pairs and the
/// least and most misaligned one; the sharpness under each noise, with those of the entropic and of the flattest minimum.
pub fn csv(observation: &Observation) -> String {
    let mut csv = COLUMNS.to_owned() + "\n";
    let mut start = |curve: &dyn std::fmt::Display, learning_rate: f64, steps: u64, rest: std::fmt::Arguments<'_>| {
        let time = entropic_time(learning_rate, steps);
        let _ = writeln!(csv, "{curve},{learning_rate},{steps},{time},{rest}");
    };
    let full_batch = std::iter::once(("full-batch", &observation.full_batch));
    for (curve, run) in full_batch.chain(observation.stochastic.iter().map(|run| ("stochastic", run))) {
        for (steps, pairs) in run.steps.iter().zip(&run.pairs) {
            let (mean, least, most) = (pairs.mean(), pairs.least(), pairs.most());
            start(&curve, run.learning_rate, *steps, format_args!("{mean},{least},{most},,,"));
        }
    }
    for Watched { noise, entropic, runs } in &observation.watched {
        for run in runs {
            for (steps, value) in run.steps.iter().zip(&run.values) {
                let rest = format_args!(",,,{value},{entropic},{}", observation.flattest);
                start(noise, run.learning_rate, *steps, rest);
            }
        }
    }
    csv
}

/// `eta^2 k`
fn entropic_time(learning_rate: f64, steps: u64) -> f64 {
    learning_rate * learning_rate * steps as f64
}

fn shape(widths: &[usize], separator: &str) -> String {
    widths.iter().map(usize::to_string).collect::<Vec<_>>().join(separator)
}

fn shapes(separator: &str) -> String {
    NETWORKS.map(|widths| shape(widths, separator)).join(", ")
}

/// The figure: alignment, its deficit, and sharpness, all over the time `eta^2 k`.
pub fn figure(observation: &Observation) -> Figure {
    let rates = observation.stochastic.iter().map(|run| run.learning_rate.to_string()).collect::<Vec<_>>().join(", ");
    Figure {
        title: "Different networks, one representation".to_owned(),
        explanation: vec![
            format!("Deep linear networks {}, each with its own view z = Z x of the data y = V x + e;", shapes("–")),
            format!("squared error, label noise e, weights of order 1 at the start. SGD: one sample a step, η = {rates}."),
            "Full batch: the mean gradient instead, and so no entropic force. Time η²k: the entropic force is of order η."
                .to_owned(),
        ],
        panels: vec![alignments(observation), deficits(observation), sharpnesses(observation)],
    }
}

fn series(label: impl Into<String>, color: &'static str, stroke: Stroke, points: Vec<(f64, f64)>) -> Series {
    Series { label: label.into(), color, stroke, points, band: Vec::new() }
}

/// The times at which something is drawn: from the first record after the start, since the axis is logarithmic.
fn drawn(learning_rate: f64, steps: &[u64]) -> impl Iterator<Item = (usize, f64)> {
    steps.iter().enumerate().skip(1).map(move |(record, steps)| (record, entropic_time(learning_rate, *steps)))
}

/// The axis of time, with the run at the largest learning rate.
fn time_axis(observation: &Observation) -> Axis {
    let run = &observation.full_batch;
    let time = |record: usize| entropic_time(run.learning_rate, run.steps[record]);
    Axis { label: "time η²k".to_owned(), scale: Scale::Logarithmic, range: Some((time(1), time(RECORDS))) }
}

/// A curve of the pairs of an alignment.
fn curve(run: &Alignment, label: String, color: &'static str, value: fn(&Pairs) -> f64) -> Series {
    let points = drawn(run.learning_rate, &run.steps).map(|(record, time)| (time, value(&run.pairs[record])));
    series(label, color, Stroke::Solid, points.collect())
}

/// Linear CKA of the pairs.
fn alignments(observation: &Observation) -> Panel {
    let banded = |run: &Alignment, label: String, color: &'static str| {
        let band = |(record, time): (usize, f64)| {
            let pairs: &Pairs = &run.pairs[record];
            (time, 1.0 - pairs.most(), 1.0 - pairs.least())
        };
        let band = drawn(run.learning_rate, &run.steps).map(band).collect();
        Series { band, ..curve(run, label, color, |pairs| 1.0 - pairs.mean()) }
    };
    let last = observation.stochastic.len() - 1;
    let slowest = &observation.stochastic[last];
    Panel {
        caption: "Alignment of hidden layers of different networks (bands: all pairs)".to_owned(),
        x: time_axis(observation),
        y: Axis { label: "linear CKA".to_owned(), scale: Scale::Linear, range: Some((0.0, 1.02)) },
        aspect: Aspect::Free,
        series: vec![
            banded(slowest, format!("SGD, η = {}, mean", slowest.learning_rate), RATES[last]),
            banded(&observation.full_batch, "full batch, mean".to_owned(), FULL_BATCH),
        ],
        marked: None,
        reference: Some(1.0),
    }
}

/// What is missing to alignment, at all learning rates.
fn deficits(observation: &Observation) -> Panel {
    // The smallest learning rate, which fluctuates least, on top.
    let stochastic = observation.stochastic.iter().zip(RATES).rev();
    let mut curves: Vec<Series> = stochastic
        .map(|(run, color)| curve(run, format!("SGD, η = {}", run.learning_rate), color, Pairs::mean))
        .collect();
    curves.push(curve(&observation.full_batch, "full batch".to_owned(), FULL_BATCH, Pairs::mean));
    Panel {
        caption: "What is missing to alignment, mean over the pairs".to_owned(),
        x: time_axis(observation),
        y: Axis { label: "1 − linear CKA".to_owned(), scale: Scale::Logarithmic, range: None },
        aspect: Aspect::Free,
        series: curves,
        marked: None,
        reference: None,
    }
}

/// The sharpness under both noises.
fn sharpnesses(observation: &Observation) -> Panel {
    let axis = time_axis(observation);
    let (from, to) = axis.range.unwrap_or((1.0, 10.0));
    let level =
        |label: String, color, value: f64| series(label, color, Stroke::Dashed, vec![(from, value), (to, value)]);
    let mut curves = Vec::new();
    for Watched { noise, entropic, runs } in &observation.watched {
        let run = &runs[runs.len() - 1];
        let points = drawn(run.learning_rate, &run.steps).map(|(record, time)| (time, run.values[record])).collect();
        let (color, minimum) = match noise {
            Noise::Isotropic => (ISOTROPIC, "flattest minimum"),
            Noise::Anisotropic => (ANISOTROPIC, "entropic minimum, anisotropic noise"),
        };
        curves.push(series(format!("{noise} noise, η = {}", run.learning_rate), color, Stroke::Solid, points));
        curves.push(level(format!("{minimum}: {}", number(*entropic, 1)), color, *entropic));
    }
    let start = observation.watched[0].runs[0].values[0];
    curves.push(level(format!("start, the balanced minimum: {}", number(start, 1)), START, start));
    let highest = curves.iter().flat_map(|curve| &curve.points).map(|point| point.1).fold(0.0, f64::max);
    Panel {
        caption: format!("Sharpness of the network {} under SGD with each noise", shape(NETWORKS[WATCHED], "–")),
        x: axis,
        y: Axis {
            label: "trace of the Hessian of L".to_owned(),
            scale: Scale::Linear,
            range: Some((0.0, 1.06 * highest)),
        },
        aspect: Aspect::Free,
        series: curves,
        marked: None,
        reference: None,
    }
}

/// What all hidden layers miss to alignment, `1 - CKA`, as a heat map on a logarithmic scale: with full batches above, with the smallest learning rate of stochastic descent below.
pub fn matrix(observation: &Observation) -> HeatMap {
    let letters = ["A", "B", "C"];
    let layers: Vec<String> = letters
        .iter()
        .zip(NETWORKS)
        .flat_map(|(letter, widths)| (1..widths.len() - 1).map(move |layer| format!("{letter}{layer}")))
        .collect();
    let slowest = &observation.stochastic[observation.stochastic.len() - 1];
    let runs = [("full batch", &observation.full_batch), ("SGD", slowest)];
    let others = || {
        (0..layers.len())
            .flat_map(|row| (0..layers.len()).map(move |column| (row, column)))
            .filter(|(row, column)| row != column)
    };
    let scale =
        heat_map::Scale::of_powers(runs.iter().flat_map(|(_, run)| others().map(|place| 1.0 - run.matrix[place])));
    let mut map = HeatMap {
        title: "Misalignment of hidden layers, 1 − linear CKA".to_owned(),
        explanation: vec![
            letters
                .iter()
                .zip(NETWORKS)
                .map(|(letter, widths)| format!("{letter}: {}", shape(widths, "–")))
                .collect::<Vec<_>>()
                .join(", ")
                + "; the number is that of the hidden layer. Mean over the last half of the time.",
            format!(
                "White: alike, up to a rotation and a scale. Red: not alike. Grey: a layer and itself. Full batch: η = {}; SGD: η = {}.",
                observation.full_batch.learning_rate, slowest.learning_rate
            ),
        ],
        rows: Vec::new(),
        columns: layers.clone(),
        column_label: "hidden layer".to_owned(),
        cells: Vec::new(),
        scale,
        ends: ["alike".to_owned(), "not alike".to_owned()],
    };
    for (name, run) in runs {
        for (place, layer) in layers.iter().enumerate() {
            let row = map.rows.len();
            map.rows.push(format!("{name}, {layer}"));
            map.cells.extend(layers.iter().enumerate().map(|(column, other)| {
                let value = 1.0 - run.matrix[(place, column)];
                let itself = place == column;
                Cell {
                    row,
                    column,
                    value: (!itself).then_some(value),
                    mark: None,
                    detail: format!("{name}, {layer} and {other}: {value:.2e}"),
                }
            }));
        }
    }
    map
}

/// The summary for the terminal, in plain text.
pub fn summary(observation: &Observation) -> String {
    let Settings { learning_rate, time, seed } = observation.settings;
    let listed =
        |value: &dyn Fn(&Alignment) -> String| observation.stochastic.iter().map(value).collect::<Vec<_>>().join(", ");
    let (networks, pairs) = (shapes("-"), observation.full_batch.pairs[0].0.len());
    let (rates, steps) = (listed(&|run| run.learning_rate.to_string()), listed(&|run| run.steps[RECORDS].to_string()));
    let (watched, late) = (shape(NETWORKS[WATCHED], "-"), RECORDS + 1 - LATE);
    let head = [
        (
            "data",
            format!(
                "y = V x + e, the 4 entries of x with mean 0, V of rank {RANK}, label noise e independent of x and anisotropic; squared error; each \
                 network sees its own random view z = Z x of the inputs"
            ),
        ),
        (
            "networks",
            format!(
                "{networks}: {pairs} pairs of hidden layers of two networks; weights at the start independent with standard deviation \
                 1/sqrt(inputs); seed {seed}"
            ),
        ),
        (
            "SGD",
            format!(
                "theta' = theta - eta g with one sample a step; eta = {rates}; {steps} steps, so that eta^2 k ends at {time}: the entropic force \
                 is of order eta"
            ),
        ),
        (
            "full batch",
            format!(
                "theta' = theta - eta grad L from the same starts, eta = {learning_rate}: no entropic force, and up to O(eta) the flow of L, which \
                 conserves the charges W_(i+1)^T W_(i+1) - W_i W_i^T"
            ),
        ),
        (
            "measured",
            format!(
                "misalignment: 1 - linear CKA of two hidden layers; sharpness: tr Hess L, of the network {watched} under SGD with isotropic and with \
                 anisotropic noise, from the minimum that gradient flow reaches from small balanced weights; late: means over {late} records of \
                 the last half of the time"
            ),
        ),
    ];
    let title = "The Platonic representation: deep linear networks of different shapes on views of the same data";
    let mut text = format!("{}\n{}\n", hanging(title, USUAL_WIDTH, ""), described(&head, USUAL_WIDTH));
    text += &alignment_table(observation);
    text.push('\n');
    text += &sharpness_table(observation);
    let remarks = "One run of each network. ± is the standard deviation of the records, which are correlated: no confidence interval. SGD goes on \
         fluctuating across the valley of minima; at a finite learning rate the alignment is not 1.";
    text += &format!("\n{}\n", paragraph(remarks, USUAL_WIDTH, ""));
    for watched in &observation.watched {
        text += &hanging(&format!("{}.", direction(watched)), USUAL_WIDTH, "");
    }
    text + &hanging(&format!("{}.", verdict(observation)), USUAL_WIDTH, "")
}

fn row(title: &str, cells: impl IntoIterator<Item = String>) -> Vec<String> {
    std::iter::once(title.to_owned()).chain(cells).collect()
}

fn table(headings: &[String], rows: &[Vec<String>]) -> String {
    let headings: Vec<&str> = headings.iter().map(String::as_str).collect();
    let right: Vec<bool> = (0..headings.len()).map(|column| column > 0).collect();
    Table::of_rows(&headings, rows, &right, &[0], &[], USUAL_WIDTH).whole(rows)
}

fn alignment_table(observation: &Observation) -> String {
    let rates = observation.stochastic.iter().map(|run| format!("SGD {}", run.learning_rate));
    let headings = row("", std::iter::once("full batch".to_owned()).chain(rates));
    let mut rows = Vec::new();
    let mut line = |title: &str, value: &dyn Fn(&Alignment) -> f64| {
        let runs = std::iter::once(&observation.full_batch).chain(&observation.stochastic);
        rows.push(row(title, runs.map(|run| format!("{:.5}", value(run)))));
    };
    line("misalignment at the start, mean of pairs", &|run| run.pairs[0].mean());
    line("late misalignment, mean of pairs", &|run| run.late().mean());
    line("  the best aligned pair", &|run| run.late().least());
    line("  the worst aligned pair", &|run| run.late().most());
    line("late alignment, mean of pairs", &|run| 1.0 - run.late().mean());
    line("largest change of a network's charges", &|run| run.charge_changes.iter().copied().fold(0.0, f64::max));
    table(&headings, &rows)
}

fn sharpness_table(observation: &Observation) -> String {
    let watched = &observation.watched;
    let headings = row("sharpness", watched.iter().map(|watched| watched.noise.to_string()));
    let mut rows = Vec::new();
    let mut line = |title: &str, cell: &dyn Fn(&Watched) -> String| rows.push(row(title, watched.iter().map(cell)));
    line("  start: balanced minimum", &|watched| format!("{:.3}", watched.runs[0].values[0]));
    line("  flattest minimum", &|_| format!("{:.3}", observation.flattest));
    line("  entropic minimum", &|watched| format!("{:.3}", watched.entropic));
    for (rung, run) in observation.stochastic.iter().enumerate() {
        line(&format!("  late, SGD {}", run.learning_rate), &|watched| {
            let Late { mean, deviation } = watched.runs[rung].late();
            format!("{mean:.2} ± {deviation:.2}")
        });
    }
    table(&headings, &rows)
}

fn verdict(observation: &Observation) -> String {
    let late: Vec<f64> = observation.stochastic.iter().map(|run| run.late().mean()).collect();
    let without = observation.full_batch.late().mean();
    let most = late.iter().copied().fold(0.0, f64::max);
    match observation.aligns() {
        Aligns::Yes => format!(
            "SGD aligns the networks: their late misalignment is at least {:.0} times smaller than with full batches, and falls like \
             eta to the power {:.2} between the largest and the smallest learning rate",
            without / most,
            observation.order(),
        ),
        Aligns::No => {
            "SGD does not align the networks: at no learning rate is their late misalignment half of that with full batches"
                .to_owned()
        }
        Aligns::Undecided => format!(
            "Whether SGD aligns the networks is undecided: their late misalignment is not {SMALLER} times smaller than with full batches \
             at every learning rate, or does not fall with it (try a smaller learning rate, or more time)"
        ),
    }
}

/// At the smallest learning rate.
fn direction(Watched { noise, entropic, runs }: &Watched) -> String {
    let run = &runs[runs.len() - 1];
    let Late { mean, deviation } = run.late();
    let off = 100.0 * (mean - entropic) / entropic;
    let measured = format!(
        "from {:.2} to {mean:.2} ± {deviation:.2}, {:.1} % {} the entropic minimum's, at eta = {}",
        run.values[0],
        off.abs(),
        if off < 0.0 { "below" } else { "above" },
        run.learning_rate,
    );
    let became = match run.change() {
        Change::Flatter => "became flatter",
        Change::Sharper => "became sharper",
        Change::Undecided => "was late now flatter, now sharper than at its start",
    };
    format!("Under {noise} noise the network {became}: sharpness {measured}")
}
