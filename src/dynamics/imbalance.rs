//! Two layers that forget their imbalance: stochastic descent from three unbalanced starts, along batches of one sample, of some, and of all.
//!
//! A linear network `U W x` learns the handwritten digits from the contrasts of their quarters, a ReLU network from the digits pooled to 4x4, by `theta' = theta - eta g` without
//! decay. Gradient flow keeps the
//! imbalance of the layers; a step of descent changes it by an amount that is known exactly:
//!
//! ```text
//! linear:  e_n(Q') = D^2 e_n(Q),  Q = W W^T - U^T U,  D = det(I - eta^2 G G^T),  G = dl/d(U W)   (noise-equilibrium/charge-volume)
//! both:    C' = C + eta^2 (|g_W|^2 + |g_b|^2 - |g_U|^2),  C = |W|^2 + |b|^2 - |U|^2        (noether/sgd-charge)
//! ```
//!
//! with `W`, `b` the weights into the hidden units and their biases and `U` those out of them; `e_n(Q)` is the product of the `n` eigenvalues of `Q` that need not
//! vanish. Where the mean drift over batches is 0 on the orbit `W -> a W`, `b -> a b`, `U -> U / a` of the end of a run is compared with what batches that are drawn
//! there say (`noise-equilibrium/sde-gap`).

use super::batches::{Batches, Gradients};
use super::refusal::{Refusal, is_positive, require};
use super::training::random_start;
use crate::closed_form::batches::{Spread, share_of_noise};
use crate::closed_form::volume::growth;
use crate::data::Sample;
use crate::data::digits::{self, CLASSES, Digit, POOLED};
use crate::linalg::symmetric_eigen;
use crate::model::mlp::Layout;
use crate::model::{Carrier, Loss, Model, Network, Piecewise};
use crate::statistics::{CompensatedSums, Mean, ratio_of_averages};
use nalgebra::DMatrix;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use std::fmt;

/// A run is recorded at so many times, beside its start.
pub const RECORDS: usize = 100;
/// The last half of a run is cut into so many batches of records for its confidence interval.
const BATCHES: usize = 10;
/// The linear network makes a share of the steps: its charges soon are rounding.
pub const LINEAR_SHARE: u64 = 6;
/// Full-batch descent makes a share of the steps: each costs as much as an epoch.
pub const FULL_BATCH_SHARE: u64 = 60;
/// How much larger than `1 / sqrt(inputs)` the weights of the first and of the last layer start.
pub const STARTS: [[f64; 2]; 3] = [[2.0, 0.5], [1.0, 1.0], [0.5, 1.5]];
/// The inputs of the linear network: twice the contrasts left less right, top less bottom, and one diagonal less the other, of the means of the quarters.
pub const CONTRASTS: usize = 3;
/// `n = p + q`, the eigenvalues of `Q` that need not vanish.
pub const CHARGES: usize = CLASSES + CONTRASTS;
/// Hidden units of the linear network, at least `n`.
pub const LINEAR_HIDDEN: usize = CHARGES + 2;
/// Batches that are drawn for each size at the end of a run, in as many groups as have an independent mean.
const DRAWS: usize = 400;
const GROUPS: usize = 20;

/// What is run.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Steps along batches of one sample and of some; of all samples a [`FULL_BATCH_SHARE`]th.
    pub steps: u64,
    /// `eta`
    pub learning_rate: f64,
    /// The samples of the batches between one and all.
    pub batch: usize,
    /// Hidden neurons of the ReLU network.
    pub hidden: usize,
    /// Seed of the starts and of the batches.
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { steps: 60_000, learning_rate: 0.04, batch: 8, hidden: 16, seed: 0 }
    }
}

impl Settings {
    /// # Errors
    /// The first setting that is out of range.
    pub fn validate(&self) -> Result<(), Refusal> {
        let steps = (RECORDS as u64 * FULL_BATCH_SHARE..=1_000_000_000).contains(&self.steps);
        require(steps, "the number of steps", &self.steps, "6000 to 10^9")?;
        require(is_positive(self.learning_rate), "the learning rate", &self.learning_rate, "a positive number")?;
        require((2..=1024).contains(&self.batch), "the batch size", &self.batch, "2 to 1024")?;
        require((1..=1024).contains(&self.hidden), "the number of hidden neurons", &self.hidden, "1 to 1024")
    }

    /// The steps of a run.
    pub fn steps_of(&self, layers: Layers, batch: usize, samples: usize) -> u64 {
        match layers {
            _ if batch == samples => self.steps / FULL_BATCH_SHARE,
            Layers::Linear => self.steps / LINEAR_SHARE,
            Layers::Relu => self.steps,
        }
    }

    /// The batches of both networks.
    fn batches(&self, samples: usize) -> [usize; 3] {
        [1, self.batch, samples]
    }

    /// The gradients of single samples in all runs.
    pub fn gradients(&self) -> u64 {
        let samples = 1797;
        let of = |layers: Layers| {
            self.batches(samples).into_iter().map(move |batch| batch as u64 * self.steps_of(layers, batch, samples))
        };
        STARTS.len() as u64 * Layers::ALL.into_iter().flat_map(of).sum::<u64>()
    }
}

/// One of both networks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layers {
    /// `U W x`
    Linear,
    /// ReLU between, with biases.
    Relu,
}

impl Layers {
    /// Both.
    pub const ALL: [Layers; 2] = [Layers::Linear, Layers::Relu];

    fn network(self, settings: &Settings) -> Network {
        match self {
            Layers::Linear => {
                Network::mlp(&[CONTRASTS, LINEAR_HIDDEN, CLASSES], Piecewise::Identity, false, Loss::SquaredError)
            }
            Layers::Relu => {
                Network::mlp(&[POOLED, settings.hidden, CLASSES], Piecewise::Relu, true, Loss::SquaredError)
            }
        }
    }
}

impl fmt::Display for Layers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Layers::Linear => "linear",
            Layers::Relu => "ReLU",
        })
    }
}

/// One run.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// Which network.
    pub layers: Layers,
    /// Which of the [`STARTS`].
    pub start: usize,
    /// Samples of a batch.
    pub batch: usize,
    /// Record by record.
    pub records: Vec<Record>,
    /// `(|g_W|^2 + |g_b|^2 - |g_U|^2) / (|g_W|^2 + |g_b|^2 + |g_U|^2)` over the steps of the last half, both averaged: 0 where the charge does not drift.
    pub drift: Option<Mean>,
    /// The parameters at the end.
    theta: Vec<f64>,
}

/// A run at one time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Record {
    /// The steps made.
    pub steps: u64,
    /// Linear: the geometric mean `|e_n(Q)|^(1/n)` of the eigenvalues of `Q`. ReLU: `C`.
    pub imbalance: f64,
    /// The same by the exact law, from the start and the gradients of the steps.
    pub exact: f64,
    /// `C / (|W|^2 + |b|^2 + |U|^2)`
    pub relative: f64,
}

/// Where descent is in equilibrium on the orbit of the end of a run, by batch size.
#[derive(Clone, Debug, PartialEq)]
pub struct Equilibrium {
    /// Which network.
    pub layers: Layers,
    /// By batch size.
    pub points: Vec<Point>,
    /// The factor `a` where the drift of the stochastic differential equation vanishes.
    pub diffusion: f64,
}

/// The equilibrium of one batch size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Samples of a batch.
    pub batch: usize,
    /// The factor `a` by the exact law.
    pub exact: f64,
    /// From batches that were drawn; none where all batches are one.
    pub measured: Option<Mean>,
}

/// What was seen.
#[derive(Clone, Debug, PartialEq)]
pub struct Observation {
    /// What was run.
    pub settings: Settings,
    /// Images in the data set.
    pub samples: usize,
    /// All runs: networks, then batch sizes, then starts.
    pub runs: Vec<Run>,
    /// Of both networks.
    pub equilibria: Vec<Equilibrium>,
}

impl Observation {
    /// The runs of a network along batches of a size, start by start.
    pub fn runs(&self, layers: Layers, batch: usize) -> impl Iterator<Item = &Run> {
        self.runs.iter().filter(move |run| run.layers == layers && run.batch == batch)
    }

    /// The sizes of the batches.
    pub fn batches(&self) -> [usize; 3] {
        self.settings.batches(self.samples)
    }

    /// The largest relative gap of a network's imbalance to the exact law.
    pub fn largest_gap(&self, layers: Layers) -> f64 {
        let runs = self.runs.iter().filter(|run| run.layers == layers);
        let gap = |run: &Run| {
            let scale = run.records.iter().fold(0.0_f64, |scale, record| scale.max(record.exact.abs()));
            let of = |record: &Record| match layers {
                Layers::Linear => (record.imbalance / record.exact - 1.0).abs(),
                Layers::Relu => (record.imbalance - record.exact).abs() / scale,
            };
            run.records.iter().map(of).fold(0.0, f64::max)
        };
        runs.map(gap).fold(0.0, f64::max)
    }
}

/// Makes all runs, on the threads of the current pool. `progress` is told of gradients as they are computed, [`Settings::gradients`] in all.
///
/// The result depends on the settings only.
///
/// # Errors
/// [`Refusal`]
pub fn observe(settings: &Settings, progress: &(dyn Fn(u64) + Sync)) -> Result<Observation, Refusal> {
    settings.validate()?;
    let pooled: Vec<Sample<f64>> = digits::handwritten()?.iter().map(Digit::pooled).collect();
    let data = [pooled.iter().map(contrasts).collect(), pooled];
    let samples = |layers: Layers| data[layers as usize].as_slice();
    let count = data[0].len();
    let mut plans = Vec::new();
    for layers in Layers::ALL {
        for batch in settings.batches(count) {
            plans.extend((0..STARTS.len()).map(|start| (layers, batch, start)));
        }
    }
    let run = |&(layers, batch, start): &(Layers, usize, usize)| {
        run(settings, layers, batch, start, samples(layers), progress)
    };
    let runs: Vec<Run> = plans.par_iter().map(run).collect::<Result<_, _>>()?;
    let first = |layers| runs.iter().find(|run| run.layers == layers && run.batch == 1).expect("every network runs");
    let equilibria = Layers::ALL.iter().map(|&layers| equilibrium(settings, first(layers), samples(layers))).collect();
    Ok(Observation { settings: settings.clone(), samples: count, runs, equilibria })
}

/// The contrasts of a pooled digit.
fn contrasts(pooled: &Sample<f64>) -> Sample<f64> {
    let quarter = |down: usize, across: usize| -> f64 {
        let rows = (2 * down..2 * down + 2).flat_map(|row| [4 * row + 2 * across, 4 * row + 2 * across + 1]);
        rows.map(|place| pooled.input[place]).sum::<f64>() / 4.0
    };
    let [a, b, c, d] = [quarter(0, 0), quarter(0, 1), quarter(1, 0), quarter(1, 1)];
    let input = [a + c - b - d, a + b - c - d, a + d - b - c].map(|contrast| 2.0 * contrast).to_vec();
    Sample { input, ..pooled.clone() }
}

/// The squared norms of the parts into the hidden units and out of them, of a vector laid out as the parameters.
fn parts(layout: &Layout, vector: &[f64]) -> [f64; 2] {
    let square = |range: std::ops::Range<usize>| vector[range].iter().map(|x| x * x).sum::<f64>();
    [square(layout.weights(0)) + square(layout.biases(0)), square(layout.weights(1))]
}

/// `ln |e_n(W W^T - U^T U)|` of the linear network, from the eigenvalues.
fn charges(layout: &Layout, theta: &[f64]) -> Option<f64> {
    let matrix = |layer: usize| {
        let [columns, rows] = [layout.widths()[layer], layout.widths()[layer + 1]];
        DMatrix::from_row_slice(rows, columns, &theta[layout.weights(layer)])
    };
    let (lower, upper) = (matrix(0), matrix(1));
    let charge = &lower * lower.transpose() - upper.transpose() * &upper;
    let mut sizes: Vec<f64> = symmetric_eigen(&charge).ok()?.values.iter().map(|value| value.abs()).collect();
    sizes.sort_by(|a, b| b.total_cmp(a));
    Some(sizes[..CHARGES].iter().map(|size| size.ln()).sum())
}

/// `dl/d(U W)`, shape (p, q), of a batch of the linear network: `2 (U W x - y) x^T` in the mean.
fn slope(layout: &Layout, theta: &[f64], samples: &[Sample<f64>], batch: &[usize]) -> DMatrix<f64> {
    let mut slope = DMatrix::zeros(CLASSES, CONTRASTS);
    let times = |layer: usize, vector: &[f64]| -> Vec<f64> {
        let rows = theta[layout.weights(layer)].chunks_exact(layout.widths()[layer]);
        rows.map(|row| row.iter().zip(vector).map(|(a, b)| a * b).sum()).collect()
    };
    let share = 2.0 / batch.len() as f64;
    for &number in batch {
        let Sample { input, target, .. } = &samples[number];
        let output = times(1, &times(0, input));
        for (row, (f, y)) in output.iter().zip(target).enumerate() {
            for (column, x) in input.iter().enumerate() {
                slope[(row, column)] += share * (f - y) * x;
            }
        }
    }
    slope
}

fn run(
    settings: &Settings,
    layers: Layers,
    batch: usize,
    start: usize,
    samples: &[Sample<f64>],
    progress: &(dyn Fn(u64) + Sync),
) -> Result<Run, Refusal> {
    let network = layers.network(settings);
    let layout = network.layout().expect("a perceptron has layers");
    let model = f64::model(&network).expect("every network exists in f64");
    let rate = settings.learning_rate;
    let mut random = ChaCha8Rng::seed_from_u64(settings.seed);
    random.set_stream(start as u64);
    let mut theta = random_start(layout, &STARTS[start], &mut random);
    random.set_stream((layers as u64 + 1) << 32 | (batch as u64) << 8 | start as u64);
    let mut batches = Batches::new(samples.len(), batch, random);
    let mut gradients = Gradients::new(theta.len());
    let diverged = || Refusal::Diverged { what: format!("a {layers} network"), instead: "a smaller learning rate" };
    let here = |theta: &[f64]| -> Result<[f64; 2], Refusal> {
        let [into, out] = parts(layout, theta);
        let imbalance = match layers {
            Layers::Linear => charges(layout, theta).ok_or_else(diverged)?,
            Layers::Relu => into - out,
        };
        let both = [imbalance, (into - out) / (into + out)];
        if both.iter().all(|number| number.is_finite()) { Ok(both) } else { Err(diverged()) }
    };
    let [origin, relative] = here(&theta)?;
    let shown = |imbalance: f64| match layers {
        Layers::Linear => (imbalance / CHARGES as f64).exp(),
        Layers::Relu => imbalance,
    };
    let mut records = vec![Record { steps: 0, imbalance: shown(origin), exact: shown(origin), relative }];
    // By the exact law: ln D^2 of the linear network, or what the charge gains.
    let mut gained = CompensatedSums::new(1);
    let (mut late, mut sums) = (Vec::new(), [0.0; 2]);
    let steps = settings.steps_of(layers, batch, samples.len());
    let boundary = |record: usize| (u128::from(steps) * record as u128 / RECORDS as u128) as u64;
    for record in 1..=RECORDS {
        for _ in boundary(record - 1)..boundary(record) {
            let drawn = batches.draw();
            gradients.see(&*model, &theta, samples, drawn);
            let [into, out] = parts(layout, &gradients.mean);
            match layers {
                Layers::Linear => {
                    let slope = slope(layout, &theta, samples, drawn);
                    gained.add(&[2.0 * growth(&slope, &[1.0, 1.0], &[rate, rate]).abs().ln()]);
                }
                Layers::Relu => gained.add(&[rate * rate * (into - out)]),
            }
            sums = [sums[0] + into - out, sums[1] + into + out];
            for (entry, slope) in theta.iter_mut().zip(&gradients.mean) {
                *entry -= rate * slope;
            }
        }
        let [imbalance, relative] = here(&theta)?;
        let exact = shown(origin + gained.values()[0]);
        records.push(Record { steps: boundary(record), imbalance: shown(imbalance), exact, relative });
        if record > RECORDS / 2 {
            late.push((sums[0], sums[1]));
        }
        sums = [0.0; 2];
        progress(batch as u64 * (boundary(record) - boundary(record - 1)));
    }
    let group = |group: &[(f64, f64)]| group.iter().fold((0.0, 0.0), |sum, next| (sum.0 + next.0, sum.1 + next.1));
    let late: Vec<(f64, f64)> = late.chunks(RECORDS / 2 / BATCHES).map(group).collect();
    let drift = ratio_of_averages(&late).map(|drift| drift.of_batches(late.len()));
    Ok(Run { layers, start, batch, records, drift, theta })
}

/// Sizes of batches up to all samples: powers of two, and all.
fn sizes(samples: usize) -> Vec<usize> {
    let mut sizes: Vec<usize> = (0..).map(|power| 1 << power).take_while(|size| *size < samples).collect();
    sizes.push(samples);
    sizes
}

/// The equilibria on the orbit of the end of a run.
fn equilibrium(settings: &Settings, run: &Run, samples: &[Sample<f64>]) -> Equilibrium {
    let network = run.layers.network(settings);
    let layout = network.layout().expect("a perceptron has layers");
    let model = f64::model(&network).expect("every network exists in f64");
    let gradients: Vec<Vec<f64>> =
        samples.iter().map(|sample| Model::<f64>::gradient(&*model, &run.theta, sample)).collect();
    let mean = |batch: &[usize]| {
        let mut mean = vec![0.0; run.theta.len()];
        for &sample in batch {
            for (sum, entry) in mean.iter_mut().zip(&gradients[sample]) {
                *sum += entry / batch.len() as f64;
            }
        }
        parts(layout, &mean)
    };
    let all: Vec<usize> = (0..samples.len()).collect();
    let of_mean = mean(&all);
    let second: Vec<[f64; 2]> = gradients.iter().map(|gradient| parts(layout, gradient)).collect();
    let average = |part: usize| second.iter().map(|parts| parts[part]).sum::<f64>() / samples.len() as f64;
    let spread = Spread { noise: [0, 1].map(|part| average(part) - of_mean[part]), mean: of_mean };
    let factor = |fourth: f64| fourth.sqrt().sqrt();
    let point = |&batch: &usize| {
        let exact = factor(spread.equilibrium(&share_of_noise(samples.len(), batch).to_f64()));
        let mut random = ChaCha8Rng::seed_from_u64(settings.seed);
        random.set_stream((run.layers as u64 + 3) << 32 | batch as u64);
        let mut batches = Batches::new(samples.len(), batch, random);
        let mut group = || {
            (0..DRAWS / GROUPS)
                .map(|_| mean(batches.draw()))
                .fold((0.0, 0.0), |sum, [into, out]| (sum.0 + into, sum.1 + out))
        };
        // From a^4 to a: a relative error becomes a fourth of it.
        let measured = (batch < samples.len()).then(|| (0..GROUPS).map(|_| group()).collect::<Vec<_>>());
        let measured = measured.and_then(|groups| ratio_of_averages(&groups)).map(|ratio| {
            let Mean { value, standard_error } = ratio.of_batches(GROUPS);
            Mean { value: factor(value), standard_error: factor(value) * standard_error / value / 4.0 }
        });
        Point { batch, exact, measured }
    };
    let points = sizes(samples.len()).par_iter().map(point).collect();
    Equilibrium { layers: run.layers, points, diffusion: factor(spread.equilibrium_of_diffusion()) }
}
