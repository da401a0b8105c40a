//! The balance laws on real data, told: a summary for the terminal, a table as CSV, a figure.

use super::layout::{USUAL_WIDTH, described, hanging, paragraph, ruled};
use super::plot::{Aspect, Axis, Figure, Marked, Panel, Scale, Series, Stroke};
use super::svg::number;
use crate::dynamics::observation::{
    BATCHES, Balance, NetworkRun, Observation, Spread, WIDEST_INTERVAL, WINDOWS, Window,
};
use crate::dynamics::rescaling::Squares;
use crate::dynamics::training::Training;
use crate::statistics::{Estimate, student_quantile_975};
use std::fmt::Write;

/// Fewer relaxation times than this before the stationary part, and the start may still be remembered.
const SETTLED: f64 = 5.0;

/// The columns of the CSV.
const COLUMNS: [&str; 15] = [
    "network",
    "step",
    "layer_imbalance",
    "neuron_imbalance_10_percent",
    "neuron_imbalance_median",
    "neuron_imbalance_90_percent",
    "neuron_imbalance_signed_mean",
    "loss",
    "dead_neurons",
    "first_weights_gradient_squared",
    "first_biases_gradient_squared",
    "last_weights_gradient_squared",
    "first_weights_squared",
    "first_biases_squared",
    "last_weights_squared",
];

/// A row for each network and window of steps: means over the window that ends with `step`; quantiles of the absolute
/// imbalances of the live neurons. A field is empty where there is nothing to average.
pub fn csv(observation: &Observation) -> String {
    let mut csv = COLUMNS.join(",") + "\n";
    for run in &observation.networks {
        for window in &run.windows {
            let field = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
            let spread = |part: fn(&Spread) -> f64| field(window.neurons.as_ref().map(part));
            let squares = |squares: &Squares| format!("{},{},{}", squares.incoming, squares.bias, squares.outgoing);
            let _ = writeln!(
                csv,
                "{},{},{},{},{},{},{},{},{},{},{}",
                run.activation,
                window.last_step,
                field(window.imbalance),
                spread(|spread| spread.low),
                spread(|spread| spread.median),
                spread(|spread| spread.high),
                spread(|spread| spread.signed_mean),
                window.loss,
                window.dead,
                squares(&window.layer.gradient),
                squares(&window.layer.parameters),
            );
        }
    }
    csv
}

/// The figure: the layers' signed imbalance, and the spread of the neurons' absolute ones, over the steps of both networks.
pub fn figure(observation: &Observation) -> Figure {
    let settings = &observation.settings;
    let Training { learning_rate, weight_decay, label_noise } = settings.training;
    let steps = || Axis {
        label: "step of stochastic gradient descent".to_owned(),
        scale: Scale::Linear,
        range: Some((0.0, settings.steps as f64)),
    };
    let stationary = || {
        let (from, to) = (observation.networks[0].stationary.start as f64, settings.steps as f64);
        Some(Marked { from, to, label: "stationary part, over which averages are taken".to_owned() })
    };
    let layer = |run: &NetworkRun| match run.stationary.layer {
        _ if run.verdict == Balance::Dead => format!("{}: dead, no neuron is active", name(run)),
        Some(Estimate { mean, half_width }) => {
            format!("{}: average {} ± {}", name(run), number(mean, 4), number(half_width, 4))
        }
        None => format!("{}: no average", name(run)),
    };
    let series = |label: &dyn Fn(&NetworkRun) -> String, points: &dyn Fn(&Window) -> Option<f64>, banded: bool| {
        let curve = |(run, (color, stroke)): (&NetworkRun, (&'static str, Stroke))| {
            let x = |window: &Window| window.last_step as f64;
            let band = |window: &Window| window.neurons.map(|spread| (x(window), spread.low, spread.high));
            Series {
                label: label(run),
                color,
                stroke,
                points: run.windows.iter().map(|window| (x(window), points(window).unwrap_or(f64::NAN))).collect(),
                band: if banded { run.windows.iter().filter_map(band).collect() } else { Vec::new() },
            }
        };
        observation.networks.iter().zip([("#0072b2", Stroke::Solid), ("#d55e00", Stroke::Dashed)]).map(curve).collect()
    };
    let live = |run: &NetworkRun| {
        let dead = run.windows.last().map_or(0, |window| window.dead);
        format!("{}: median, band 10–90 %; {dead} dead", name(run))
    };
    Figure {
        title: "Balance of gradients between two layers in training".to_owned(),
        explanation: vec![
            format!(
                "64-{}-10 networks on {} handwritten digits, same start; η = {learning_rate}, γ = {weight_decay}, \
                 label noise {label_noise}.",
                settings.hidden, observation.samples,
            ),
            "Law, for ReLU only:  E|g_W1|² + E|g_b1|² − E|g_W2|²  =  (4γ/η) (|W1|² + |b1|² − |W2|²).".to_owned(),
            format!(
                "Imbalance: (left − right) / (sum of the six terms' absolute values), each a mean over {} steps.",
                number((settings.steps / WINDOWS as u64) as f64, 0)
            ),
        ],
        panels: vec![
            Panel {
                caption: "The two layers".to_owned(),
                x: steps(),
                y: Axis { label: "signed imbalance".to_owned(), scale: Scale::Linear, range: None },
                aspect: Aspect::Free,
                series: series(&layer, &|window| window.imbalance, false),
                marked: stationary(),
                reference: Some(0.0),
            },
            Panel {
                caption: "Each live hidden neuron".to_owned(),
                x: steps(),
                y: Axis { label: "|imbalance|".to_owned(), scale: Scale::Linear, range: Some((0.0, 1.0)) },
                aspect: Aspect::Free,
                series: series(&live, &|window| window.neurons.map(|spread| spread.median), true),
                marked: stationary(),
                reference: None,
            },
        ],
    }
}

fn name(run: &NetworkRun) -> &'static str {
    // The figure and the summary speak of two activations only.
    match run.activation.homogeneity() {
        Some(_) => "ReLU",
        None => "tanh (control)",
    }
}

/// The summary for the terminal, in plain text.
pub fn summary(observation: &Observation) -> String {
    let settings = &observation.settings;
    let Training { learning_rate, weight_decay, label_noise } = settings.training;
    let (first, last) = (settings.first_layer_factor, settings.last_layer_factor);
    let start = observation.networks[0].stationary.start;
    let hidden = settings.hidden;
    let title = format!(
        "Balance of gradients in training: 64-{hidden}-10 networks on {} handwritten digits",
        observation.samples
    );
    let head = [
        (
            "training",
            format!(
                "{} steps theta' = theta - eta (g + 2 gamma theta), each with one sample drawn at random; eta = {learning_rate}, \
                 gamma = {weight_decay}; squared error on one-hot targets, with fresh noise of standard deviation {label_noise} on every entry; \
                 seed {}",
                settings.steps, settings.seed
            ),
        ),
        (
            "start",
            format!(
                "weights of standard deviation {first}/sqrt(inputs) in the first layer, {last}/sqrt(inputs) in the last; the same start, samples \
                 and noise for both networks"
            ),
        ),
        (
            "law",
            "E|g_W1|^2 + E|g_b1|^2 - E|g_W2|^2 = (4 gamma / eta) (|W1|^2 + |b1|^2 - |W2|^2), and so for every hidden neuron, if the activation is \
             homogeneous: ReLU is, tanh (the control) is not"
                .to_owned(),
        ),
        (
            "measured",
            "both sides, E as the mean over consecutive steps of the gradients that the steps used; imbalance = (left - right) / (sum of the six \
             terms' absolute values)"
                .to_owned(),
        ),
    ];
    let mut text = format!("{}\n{}\n", hanging(&title, USUAL_WIDTH, ""), described(&head, USUAL_WIDTH));
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut row = |title: &str, cell: &dyn Fn(&NetworkRun) -> String| {
        let [relu, control] = observation.networks.each_ref().map(cell);
        rows.push(vec![title.to_owned(), relu, control]);
    };
    row(&format!("imbalance of the layers, first {} steps", settings.steps / WINDOWS as u64), &|run| {
        optional(run.windows.first().and_then(|window| window.imbalance))
    });
    row(&format!("imbalance of the layers, last {} steps", settings.steps / WINDOWS as u64), &|run| {
        optional(run.windows.last().and_then(|window| window.imbalance))
    });
    row(&format!("stationary part, steps {} to {}:", start + 1, settings.steps), &|_| String::new());
    row("  left side of the law", &|run| format!("{:.4}", run.stationary.sides.gradient.charge()));
    row("  right side", &|run| format!("{:.4}", settings.decay_factor() * run.stationary.sides.parameters.charge()));
    row("  imbalance of the layers, with 95 % confidence interval", &|run| match run.stationary.layer {
        Some(Estimate { mean, half_width }) => format!("{mean:+.5} ± {half_width:.5}"),
        None => "none".to_owned(),
    });
    row("  of which drift, (C_n - C_0) / (eta^2 n)", &|run| optional(run.stationary.drift));
    row("  live neurons", &|run| format!("{} of {}", run.stationary.live_neurons, settings.hidden));
    row("  of these balanced within their own intervals", &|run| {
        format!("{} of {}", run.stationary.balanced_neurons, run.stationary.live_neurons)
    });
    row("  |imbalance| of live neurons, median", &|run| neurons(run, |spread| spread.median));
    row("  |imbalance| of live neurons, 90 % below", &|run| neurons(run, |spread| spread.high));
    row("whole run, residual of the law of the charge:", &|_| String::new());
    row("  of the layers", &|run| format!("{:.1e}", run.identity.layer.abs()));
    row("  of the neuron where it is largest", &|run| format!("{:.1e}", run.identity.worst_neuron.abs()));
    row("mean loss, last steps", &|run| {
        run.windows.last().map(|window| format!("{:.3}", window.loss)).unwrap_or_default()
    });
    row("verdict", &|run| run.verdict.to_string());
    text += &ruled(["", name(&observation.networks[0]), name(&observation.networks[1])], &rows);
    text.push('\n');
    let degrees = BATCHES as u32 - 1;
    let remarks = format!(
        "Intervals: {BATCHES} batch means of {} steps, Student's t = {:.3} with {degrees} degrees of freedom. \
         Law of the charge C = |W1|^2 + |b1|^2 - |W2|^2: C' = (1 - 2 eta gamma)^2 C + eta^2 g^T A g in every step, if \
         the activation is homogeneous. Hence the average imbalance of ReLU must be the drift of C, but for a factor \
         1 - eta gamma on the right side of the exact law, which is worth at most {:.0e}. \
         Units of tanh whose input stays small are nearly linear and balance too; the layers show the others. \
         Label noise alone contributes {:.3} to the loss.",
        (settings.steps - start) / BATCHES as u64,
        student_quantile_975(degrees),
        learning_rate * weight_decay,
        10.0 * label_noise * label_noise,
    );
    text += &paragraph(&remarks, USUAL_WIDTH, "");
    if settings.relaxation_times() < SETTLED {
        let caution = format!(
            "Caution: only {:.1} relaxation times 1/(4 eta gamma) lie before the stationary part: the start may be remembered.",
            settings.relaxation_times()
        );
        text += &paragraph(&caution, USUAL_WIDTH, "");
    }
    text.push('\n');
    for run in &observation.networks {
        text += &hanging(&format!("{}: {}", name(run), verdict(run)), USUAL_WIDTH, "");
    }
    text
}

/// What a verdict means.
fn verdict(run: &NetworkRun) -> String {
    match run.verdict {
        Balance::Balanced => "balanced: the average imbalance is zero within its confidence interval".to_owned(),
        Balance::Unbalanced => {
            "not balanced: the confidence interval of the average imbalance excludes zero".to_owned()
        }
        Balance::Dead => "dead: every hidden neuron is inactive on every sample, only the decay moves the weights \
             (try smaller initial weights)"
            .to_owned(),
        Balance::Undecided => match run.stationary.layer {
            Some(_) => format!("undecided: the confidence interval is wider than ± {WIDEST_INTERVAL} (try more steps)"),
            None => "undecided: all terms of the law are zero or out of range".to_owned(),
        },
    }
}

fn optional(value: Option<f64>) -> String {
    value.map_or_else(|| "none".to_owned(), |value| format!("{value:+.5}"))
}

fn neurons(run: &NetworkRun, part: fn(&Spread) -> f64) -> String {
    run.stationary.neurons.as_ref().map_or_else(|| "none".to_owned(), |spread| format!("{:.4}", part(spread)))
}
