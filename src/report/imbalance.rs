//! Two layers that forget their imbalance, told: a summary for the terminal, a table as CSV, a figure.

use super::layout::{USUAL_WIDTH, described, hanging, paragraph, ruled};
use super::plot::{Aspect, Axis, Figure, Panel, Scale, Series, Stroke, bars};
use super::svg::number;
use super::uncertain::{plus_minus, signed};
use crate::dynamics::imbalance::{
    CHARGES, CONTRASTS, Equilibrium, FULL_BATCH_SHARE, LINEAR_HIDDEN, LINEAR_SHARE, Layers, Observation, Point,
    RECORDS, Record, Run, STARTS, Settings,
};
use crate::statistics::Mean;
use std::fmt::Write;

/// The columns of the CSV.
const COLUMNS: &str = "curve,network,start,batch,step,imbalance,standard_error,exact,relative_imbalance,diffusion";

/// By batch size: one, some, all.
const COLORS: [&str; 3] = ["#0072b2", "#009e73", "#d55e00"];
const EXACT: &str = "#222";
/// By network.
const NETWORKS: [&str; 2] = ["#0072b2", "#cc79a7"];
/// Every so many records the exact law is marked.
const MARKED: usize = 8;

/// A row for each run and record: the imbalance (linear: the geometric mean of the charges; ReLU: the charge), the same by the exact law, and the relative one. Then a
/// row for each network and batch size: the factor `a` of the equilibrium from batches that were drawn, exactly, and by the stochastic differential equation.
pub fn csv(observation: &Observation) -> String {
    let mut csv = COLUMNS.to_owned() + "\n";
    for run in &observation.runs {
        for &Record { steps, imbalance, exact, relative } in &run.records {
            let (layers, start, batch) = (run.layers, run.start, run.batch);
            let _ = writeln!(csv, "run,{layers},{start},{batch},{steps},{imbalance},,{exact},{relative},");
        }
    }
    for Equilibrium { layers, points, diffusion } in &observation.equilibria {
        for Point { batch, exact, measured } in points {
            let field =
                |part: fn(&Mean) -> f64| measured.as_ref().map(|mean| part(mean).to_string()).unwrap_or_default();
            let (value, error) = (field(|mean| mean.value), field(|mean| mean.standard_error));
            let _ = writeln!(csv, "equilibrium,{layers},,{batch},,{value},{error},{exact},,{diffusion}");
        }
    }
    csv
}

/// The figure: the imbalance of both networks over the steps, and the equilibrium by batch size.
pub fn figure(observation: &Observation) -> Figure {
    let Settings { learning_rate, hidden, .. } = observation.settings;
    Figure {
        title: "Two layers forget their imbalance".to_owned(),
        explanation: vec![
            format!(
                "{} handwritten digits; θ' = θ − η g, η = {learning_rate}, no decay; three starts, the \
                 first layer larger, equal, smaller.",
                observation.samples
            ),
            "Linear: one step multiplies |eₙ(Q)|, Q = W Wᵀ − Uᵀ U, by det(I − η² G Gᵀ)², G = dl/d(U W).".to_owned(),
            "ReLU: it adds η² (|g_W|² + |g_b|² − |g_U|²) to C = |W|² + |b|² − |U|².".to_owned(),
        ],
        panels: vec![
            over_steps(
                observation,
                Layers::Linear,
                format!("Linear network {CONTRASTS}-{LINEAR_HIDDEN}-10: geometric mean of the {CHARGES} charges"),
                Axis::new("|eₙ(Q)|^(1/n)", Scale::Logarithmic, None),
            ),
            over_steps(
                observation,
                Layers::Relu,
                format!("ReLU network 16-{hidden}-10"),
                Axis::new("C / (|W|² + |b|² + |U|²)", Scale::Linear, None),
            ),
            equilibria(observation),
        ],
    }
}

/// What a panel shows of a run: what was measured, and the same by the exact law.
fn shown(run: &Run) -> [Vec<(f64, f64)>; 2] {
    let at = |record: &Record, value: f64| (record.steps as f64, value);
    let measured = |record: &Record| match run.layers {
        Layers::Linear => at(record, record.imbalance),
        Layers::Relu => at(record, record.relative),
    };
    // The relative imbalance that goes with the charge of the exact law, as what is measured goes with the measured one.
    let exact = |record: &Record| match run.layers {
        Layers::Linear => at(record, record.exact),
        Layers::Relu => at(record, record.exact * record.relative / record.imbalance),
    };
    [run.records.iter().map(measured).collect(), run.records.iter().step_by(MARKED).map(exact).collect()]
}

fn over_steps(observation: &Observation, layers: Layers, caption: String, y: Axis) -> Panel {
    let batches = observation.batches();
    let steps = observation.settings.steps_of(layers, 1, observation.samples) as f64;
    let name = |place: usize, run: &Run| match place {
        0 => "batches of 1".to_owned(),
        1 => format!("batches of {}", run.batch),
        _ => format!("all samples, {} steps", observation.settings.steps / FULL_BATCH_SHARE),
    };
    let (mut exact, mut series) = (Vec::new(), Vec::new());
    for (place, &batch) in batches.iter().enumerate() {
        for run in observation.runs(layers, batch) {
            let [measured, marks] = shown(run);
            let label = if run.start == 0 { name(place, run) } else { String::new() };
            let marked = marks.into_iter().filter(|_| place < 2);
            exact.extend(marked);
            series.push(Series::new(label, COLORS[place], Stroke::Solid, measured));
        }
    }
    // Full batches end early: their end is carried on, to be seen beside the others.
    for run in observation.runs(layers, batches[2]) {
        let end = shown(run)[0][RECORDS];
        let on = vec![end, (steps, end.1)];
        series.push(Series::new("", COLORS[2], Stroke::Dashed, on));
    }
    let mut all = vec![Series::new("exact law", EXACT, Stroke::Rings(5.0), exact)];
    all.extend(series);
    Panel {
        caption,
        x: Axis::new("step", Scale::Linear, Some((0.0, steps))),
        reference: (layers == Layers::Relu).then_some(0.0),
        y,
        aspect: Aspect::Free,
        series: all,
        marked: None,
    }
}

fn equilibria(observation: &Observation) -> Panel {
    let mut series = Vec::new();
    for (Equilibrium { layers, points, diffusion }, color) in observation.equilibria.iter().zip(NETWORKS) {
        let measured = || points.iter().filter_map(|point| Some((point.batch as f64, point.measured?)));
        let dots = measured().map(|(batch, mean)| (batch, mean.value)).collect();
        let errors = bars(measured().map(|(batch, mean)| (batch, mean.value, 2.0 * mean.standard_error)));
        let exact = points.iter().map(|point| (point.batch as f64, point.exact)).collect();
        let ends = [1.0, observation.samples as f64];
        series.push(Series::new(format!("{layers}: drawn batches"), color, Stroke::Dots(6.0), dots));
        series.push(Series::new("", color, Stroke::Solid, errors));
        series.push(Series::new(format!("{layers}: exact"), color, Stroke::Solid, exact));
        let flat = ends.map(|end| (end, *diffusion)).to_vec();
        series.push(Series::new(format!("{layers}: differential equation"), color, Stroke::Dashed, flat));
    }
    Panel {
        caption: "Equilibrium on the orbit of the end of a run: W, b times a, U over a".to_owned(),
        x: Axis::new("batch size", Scale::Logarithmic, Some((0.9, 1.1 * observation.samples as f64))),
        y: Axis::new("a", Scale::Linear, None),
        aspect: Aspect::Free,
        series,
        marked: None,
        reference: None,
    }
}

/// The summary for the terminal, in plain text.
pub fn summary(observation: &Observation) -> String {
    let Settings { steps, learning_rate, batch, hidden, seed } = observation.settings;
    let starts = STARTS.map(|[first, last]| format!("{first} and {last}")).join(", ");
    let mut text = "Noise equilibrium: two layers forget their imbalance\n\n".to_owned();
    text += &described(
        &[
            (
                "data",
                format!(
                    "{} handwritten digits, for the linear network {CONTRASTS} contrasts of their quarters, for the ReLU network pooled \
                     to 4x4; squared error on one-hot targets",
                    observation.samples
                ),
            ),
            (
                "networks",
                format!(
                    "linear {CONTRASTS}-{LINEAR_HIDDEN}-10 without biases, ReLU 16-{hidden}-10 with; weights at the start with standard \
                     deviation {starts} over sqrt(inputs), first and last layer"
                ),
            ),
            (
                "descent",
                format!(
                    "theta' = theta - eta g, eta = {learning_rate}, no decay; {steps} steps along batches of 1 and of {batch} (linear: \
                     {}), {} along all samples; batches without replacement; seed {seed}",
                    steps / LINEAR_SHARE,
                    steps / FULL_BATCH_SHARE
                ),
            ),
            (
                "exact",
                format!(
                    "linear: e_n(Q') = det(I - eta^2 G G^T)^2 e_n(Q), Q = W W^T - U^T U, n = {CHARGES}, G = dl/d(U W) \
                     (noise-equilibrium/charge-volume); C' = C + eta^2 (|g_W|^2 + |g_b|^2 - |g_U|^2) for C = |W|^2 + |b|^2 - |U|^2 \
                     (noether/sgd-charge)"
                ),
            ),
            (
                "equilibrium",
                "a^4 = (kappa tr S_W + |m_W|^2) / (kappa tr S_U + |m_U|^2) on the orbit W, b times a, U over a \
                 (noise-equilibrium/sde-gap), kappa = (N - B) / (B (N - 1)); a^4 = tr S_W / tr S_U by the stochastic differential equation"
                    .to_owned(),
            ),
        ],
        USUAL_WIDTH,
    );
    let batches = observation.batches();
    for layers in Layers::ALL {
        let what = if layers == Layers::Linear { "mean charge" } else { "relative imbalance" };
        let mut rows = Vec::new();
        for start in 0..STARTS.len() {
            let ends = |record: &Record| match layers {
                Layers::Linear => format!("{:.2e}", record.imbalance),
                Layers::Relu => format!("{:+.3}", record.relative),
            };
            let cell = |batch| {
                let records = observation.runs(layers, batch).nth(start).map(|run| &run.records);
                records.map_or_else(String::new, |all| format!("{} -> {}", ends(&all[0]), ends(&all[RECORDS])))
            };
            rows.push([format!("start {}", start + 1)].into_iter().chain(batches.map(cell)).collect());
        }
        let drift = |batch| {
            let drift = observation.runs(layers, batch).next().and_then(|run| run.drift);
            drift.map_or_else(|| "none".to_owned(), signed)
        };
        rows.push(["drift, start 1".to_owned()].into_iter().chain(batches.map(drift)).collect());
        let [one, some, all] = batches.map(|batch| format!("batches of {batch}"));
        let _ = write!(text, "\n{layers}, {what}\n{}", ruled(["", &one, &some, &all], &rows));
    }
    text.push('\n');
    for layers in Layers::ALL {
        let apart = format!(
            "{layers}: measured and exact imbalance are apart by at most {:.0e} of it, over all runs and records",
            observation.largest_gap(layers)
        );
        text += &hanging(&apart, USUAL_WIDTH, "");
    }
    for Equilibrium { layers, points, diffusion } in &observation.equilibria {
        let gaps: Vec<(usize, Mean)> = points
            .iter()
            .filter_map(|point| {
                let measured = point.measured?;
                Some((point.batch, Mean { value: measured.value - point.exact, ..measured }))
            })
            .collect();
        let in_errors = |gap: &Mean| gap.value.abs() / gap.standard_error;
        let worst = gaps.iter().max_by(|a, b| in_errors(&a.1).total_cmp(&in_errors(&b.1)));
        let square = gaps.iter().map(|(_, gap)| in_errors(gap).powi(2)).sum::<f64>() / gaps.len() as f64;
        let (first, last) = (points[0].exact, points[points.len() - 1].exact);
        let equilibrium = format!(
            "{layers}: the equilibrium a goes from {first:.4} (batches of 1) to {last:.4} (all); by the differential equation {diffusion:.4}"
        );
        text += &hanging(&equilibrium, USUAL_WIDTH, "");
        if let Some((batch, gap)) = worst {
            let drawn = format!(
                "drawn less exact: {} at the worst batch size, {batch}, {} standard errors; {} in the root mean square",
                signed(*gap),
                number(in_errors(gap), 1),
                number(square.sqrt(), 1)
            );
            text += &hanging(&drawn, USUAL_WIDTH, "  ");
        }
        let at = points.iter().rev().find_map(|point| Some((point.batch, point.measured?)));
        if let Some((batch, mean)) = at {
            let apart = (mean.value - diffusion) / mean.standard_error;
            let apart = format!(
                "the differential equation is apart from {} at batches of {batch} by {} standard errors",
                plus_minus(mean),
                number(apart.abs(), 0)
            );
            text += &hanging(&apart, USUAL_WIDTH, "  ");
        }
    }
    text.push('\n');
    text += &paragraph(
        "± is two standard errors. The drift is relative, over the last half. In exact numbers measured imbalance and law are equal; rounding parts them more as \
         charges vanish. A drift of 0 says that the run has come to rest on its orbit; along all samples there is no noise, and the drift dies with the gradient.",
        USUAL_WIDTH,
        "",
    );
    text
}
