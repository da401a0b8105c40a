//! Deep linear networks of different shapes, trained on views of the same data: how their representations align, and where the
//! sharpness goes.
//!
//! All networks learn `y = V x + e` from their own view `z = Z x` of the inputs, with invertible `Z` and label noise `e` that is
//! independent of `x`. The minima of the entropy among the global minima of `L` represent the inputs alike in all hidden layers of
//! all networks ([`platonic`](crate::platonic), the claim `platonic/alignment`), and their sharpness, the trace of the Hessian of
//! `L`, is known. Two experiments, each at the learning rates `eta`, `eta/2` and `eta/4`:
//!
//! - *Alignment*: networks of different depths, widths and views are trained by stochastic descent, one sample a step, from random
//!   starts with weights of order 1; from the same starts also by descent with the mean gradient of all samples, the plain flow of
//!   `L` up to `O(eta)`, in which there is no entropic force.
//! - *Sharpness*: one network starts where gradient flow from small balanced weights ends, and is trained by stochastic descent with
//!   isotropic noise, whose entropic minimum is the flattest one, and with anisotropic noise, whose entropic minimum is much sharper.
//!
//! The entropic force is of order `eta`: it moves in the time `eta^2 k` of `k` steps. Since stochastic descent keeps fluctuating, its
//! alignment stays below 1; that the deficit falls with `eta` is measured here, from one run of each network, and not proved.

use super::training::{index_below, random_start};
use crate::data::Sample;
use crate::linalg::LinalgError;
use crate::linalg::products::{norm, product, transposed_product};
use crate::model::mlp::Layout;
use crate::model::{Carrier, Differentiable, Model, Network};
use crate::platonic::alignment::{gram, misalignment};
use crate::platonic::factors::sum;
use crate::platonic::setting::product_data;
use crate::platonic::{Factors, Setting, balanced_minimum};
use crate::scalar::Rational;
use nalgebra::DMatrix;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use std::fmt;

/// A run is recorded at so many times, and at its start: record `k` at `(k / RECORDS)^2` of the time, but not before step `k`.
pub const RECORDS: usize = 200;
/// What is said of the end is an average over the records from this one on, the last half of the time.
pub const LATE: usize = 142;
/// Learning rates that are compared: `eta`, `eta/2`, `eta/4`.
pub const RUNGS: u32 = 3;
/// Stochastic descent aligns if its misalignment is so many times smaller than without entropic force.
pub const SMALLER: f64 = 10.0;
/// `d_x`, the hidden widths and `d_y` of the networks that are to align.
pub const NETWORKS: [&[usize]; 3] = [&[4, 6, 3], &[4, 3, 5, 3], &[4, 4, 6, 3, 3]];
/// The one of them whose sharpness is watched.
pub const WATCHED: usize = 1;

/// The rank of the target `V`.
pub const RANK: usize = 2;
/// Standard deviation of a weight at the start, times the square root of its layer's inputs.
const START: f64 = 1.0;

/// A matrix by its rows, with a common denominator.
type Table<const ROWS: usize, const COLUMNS: usize> = ([[i64; COLUMNS]; ROWS], i64);

/// The inputs are these rows and their negatives.
const INPUTS: Table<4, 4> = ([[4, 0, 2, 0], [0, 4, 0, -2], [2, 0, 4, 2], [0, -2, 2, 4]], 4);
/// `V`, of rank 2: in its columns the third entry is half the first and a third of the second.
const TARGET: Table<3, 4> = ([[4, 0, 2, 0], [0, 3, 0, -3], [2, 1, 1, -1]], 4);
/// The noises are these rows and their negatives. The second row is an eighth as long as the first and close
/// to a direction of the columns of `V`.
const ANISOTROPIC: Table<3, 3> = ([[16, 2, 8], [0, 2, 1], [4, 2, -8]], 32);
/// As large on the whole, in all directions alike.
const ISOTROPIC: Table<3, 3> = ([[12, 0, 0], [0, 12, 0], [0, 0, 12]], 32);
/// The view of the network whose sharpness is watched: with it the balanced minimum is clearly not the flattest.
const STRETCHED: Table<4, 4> = ([[1, 0, 0, 0], [0, 2, 0, 0], [0, 0, 2, 0], [0, 0, 0, 4]], 2);

/// What is run.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// `eta`
    pub learning_rate: f64,
    /// `eta^2 k` after the last step, for every learning rate, up to rounding to whole steps.
    pub time: f64,
    /// Seed of the views, the starts and the order of the samples.
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { learning_rate: 0.02, time: 120.0, seed: 0 }
    }
}

/// Why there is nothing to see.
#[derive(Debug, thiserror::Error)]
pub enum RepresentationError {
    /// A setting out of range.
    #[error("{name} is {value}: expected {expected}")]
    Setting {
        /// Which setting.
        name: &'static str,
        /// What it was set to.
        value: String,
        /// What is possible.
        expected: &'static str,
    },
    /// A run left the range of numbers.
    #[error(
        "{descent} at the learning rate {learning_rate} diverged: try a smaller one, or another seed for the start"
    )]
    Diverged {
        /// Which way to descend.
        descent: Descent,
        /// At which learning rate.
        learning_rate: f64,
    },
    /// A hidden layer lost all weights, as it does if noise is too strong for the learning rate.
    #[error("{descent} at the learning rate {learning_rate} lost a representation to zero: try a smaller one")]
    Vanished {
        /// Which way to descend.
        descent: Descent,
        /// At which learning rate.
        learning_rate: f64,
    },
    /// The closed forms could not be evaluated.
    #[error(transparent)]
    Linalg(#[from] LinalgError),
}

/// How a network is trained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Descent {
    /// With the gradient of one sample, drawn independently in every step.
    Stochastic,
    /// With the mean gradient of all samples.
    FullBatch,
}

impl fmt::Display for Descent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Descent::Stochastic => "stochastic descent",
            Descent::FullBatch => "full-batch descent",
        })
    }
}

/// The label noise of an experiment on the sharpness.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noise {
    /// Of equal size in all directions.
    Isotropic,
    /// Small along one direction of the target. The alignment is watched under this one.
    Anisotropic,
}

impl Noise {
    /// Both.
    pub const ALL: [Noise; 2] = [Noise::Isotropic, Noise::Anisotropic];

    fn vectors(self) -> Vec<Vec<Rational>> {
        with_negatives(match self {
            Noise::Isotropic => ISOTROPIC,
            Noise::Anisotropic => ANISOTROPIC,
        })
    }
}

impl fmt::Display for Noise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Noise::Isotropic => "isotropic",
            Noise::Anisotropic => "anisotropic",
        })
    }
}

impl Settings {
    /// A rung's learning rate, `eta / 2^rung`.
    pub fn rate(&self, rung: u32) -> f64 {
        self.learning_rate / f64::from(1_u32 << rung)
    }

    /// The steps at the largest learning rate.
    fn first_steps(&self) -> f64 {
        (self.time / self.learning_rate / self.learning_rate).round()
    }

    /// The steps before each record, from the start on, at a rung's learning rate.
    pub fn steps_before(&self, rung: u32) -> Vec<u64> {
        let steps = u128::from((self.first_steps() as u64) << (2 * rung));
        let square = |number: usize| (number * number) as u128;
        (0..=RECORDS).map(|record| ((steps * square(record) / square(RECORDS)) as u64).max(record as u64)).collect()
    }

    /// The steps of all networks at all learning rates.
    pub fn steps(&self) -> u64 {
        let stochastic: u64 = (0..RUNGS).map(|rung| self.steps_before(rung)[RECORDS]).sum();
        stochastic * (NETWORKS.len() + Noise::ALL.len()) as u64 + self.steps_before(0)[RECORDS] * NETWORKS.len() as u64
    }

    /// # Errors
    /// The first setting that is out of range.
    pub fn validate(&self) -> Result<(), RepresentationError> {
        let check = |holds: bool, name, value: f64, expected| {
            let error = || RepresentationError::Setting { name, value: value.to_string(), expected };
            if holds { Ok(()) } else { Err(error()) }
        };
        let positive = |x: f64| x.is_normal() && x > 0.0;
        let Settings { learning_rate, time, .. } = *self;
        check(positive(learning_rate), "the learning rate", learning_rate, "a positive number")?;
        let enough = positive(time) && (RECORDS as f64..=1e9).contains(&self.first_steps());
        check(enough, "the time", time, "200 to 10^9 times the square of the learning rate, so many steps")
    }
}

/// How pairs of hidden layers of different networks are misaligned, at one time: for each `1/2 |K_1/|K_1| - K_2/|K_2||^2` with the
/// Gram matrices `K` of the representations of the inputs. As the mean of the inputs is zero, it is 1 minus linear CKA.
#[derive(Clone, Debug, PartialEq)]
pub struct Pairs(pub Vec<f64>);

impl Pairs {
    /// The mean over the pairs.
    pub fn mean(&self) -> f64 {
        self.0.iter().sum::<f64>() / self.0.len() as f64
    }

    /// The best aligned pair.
    pub fn least(&self) -> f64 {
        self.0.iter().copied().fold(f64::INFINITY, f64::min)
    }

    /// The worst aligned pair.
    pub fn most(&self) -> f64 {
        self.0.iter().copied().fold(f64::NEG_INFINITY, f64::max)
    }

    /// Pair by pair the mean over several times.
    fn average(times: &[Pairs]) -> Pairs {
        let mean = |pair: usize| times.iter().map(|pairs| pairs.0[pair]).sum::<f64>() / times.len() as f64;
        Pairs((0..times[0].0.len()).map(mean).collect())
    }
}

/// The alignment of networks along one kind of run.
#[derive(Clone, Debug, PartialEq)]
pub struct Alignment {
    /// The learning rate.
    pub learning_rate: f64,
    /// The steps before each record.
    pub steps: Vec<u64>,
    /// All pairs, record by record.
    pub pairs: Vec<Pairs>,
    /// For each network `|C_end - C_start| / |C_start|` of its charges `C = W_{i+1}^T W_{i+1} - W_i W_i^T`, which the flow of `L`
    /// conserves.
    pub charge_changes: Vec<f64>,
}

impl Alignment {
    /// Pair by pair the mean over the last half of the time.
    pub fn late(&self) -> Pairs {
        Pairs::average(&self.pairs[LATE..])
    }
}

/// The sharpness of one network along a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Sharpness {
    /// The learning rate.
    pub learning_rate: f64,
    /// The steps before each record.
    pub steps: Vec<u64>,
    /// The trace of the Hessian of `L`, record by record.
    pub values: Vec<f64>,
}

/// A mean over the records of the last half of the time, which are not independent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Late {
    /// The mean.
    pub mean: f64,
    /// The standard deviation of the records: how far they fluctuate, not how uncertain the mean is.
    pub deviation: f64,
}

/// Where the sharpness went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// In the last half of the time it always was below its start.
    Flatter,
    /// It always was above its start.
    Sharper,
    /// It was on both sides.
    Undecided,
}

impl Sharpness {
    /// Over the last half of the time.
    pub fn late(&self) -> Late {
        let values = &self.values[LATE..];
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1.0);
        Late { mean, deviation: variance.sqrt() }
    }

    /// From the start to the last half of the time.
    pub fn change(&self) -> Change {
        let (start, late) = (self.values[0], &self.values[LATE..]);
        match () {
            () if late.iter().all(|value| *value < start) => Change::Flatter,
            () if late.iter().all(|value| *value > start) => Change::Sharper,
            () => Change::Undecided,
        }
    }
}

/// The watched network under one noise.
#[derive(Clone, Debug, PartialEq)]
pub struct Watched {
    /// The noise.
    pub noise: Noise,
    /// The sharpness of its entropic minimum, in closed form.
    pub entropic: f64,
    /// For each learning rate, from the largest.
    pub runs: Vec<Sharpness>,
}

/// Whether the networks came to represent the inputs alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aligns {
    /// At every learning rate the misalignment that is left is [`SMALLER`] times smaller than without entropic force, and the less the
    /// smaller the learning rate.
    Yes,
    /// At none it is even half as large.
    No,
    /// Neither.
    Undecided,
}

/// What was seen.
#[derive(Clone, Debug, PartialEq)]
pub struct Observation {
    /// What was run.
    pub settings: Settings,
    /// Stochastic descent at each learning rate, from the largest.
    pub stochastic: Vec<Alignment>,
    /// Descent with the mean gradient, at the largest.
    pub full_batch: Alignment,
    /// The sharpness under each noise.
    pub watched: Vec<Watched>,
    /// The sharpness of the flattest minimum of the watched network, in closed form. The noise does not matter to it.
    pub flattest: f64,
}

impl Observation {
    /// Whether stochastic descent aligned the networks.
    pub fn aligns(&self) -> Aligns {
        let late: Vec<f64> = self.stochastic.iter().map(|run| run.late().mean()).collect();
        let without = self.full_batch.late().mean();
        match () {
            () if late.iter().all(|misalignment| SMALLER * misalignment <= without)
                && late.windows(2).all(|pair| pair[1] < pair[0]) =>
            {
                Aligns::Yes
            }
            () if late.iter().all(|misalignment| 2.0 * misalignment > without) => Aligns::No,
            () => Aligns::Undecided,
        }
    }

    /// The exponent of the power of the learning rate with which the late misalignment falls, between the largest and the smallest.
    pub fn order(&self) -> f64 {
        let (first, last) = (&self.stochastic[0], &self.stochastic[self.stochastic.len() - 1]);
        (first.late().mean() / last.late().mean()).ln() / (first.learning_rate / last.learning_rate).ln()
    }
}

/// Trains all networks, on the threads of the current pool.
///
/// `progress` is told of steps as they are done, [`Settings::steps`] in all. The result depends on the settings only.
///
/// # Errors
/// [`RepresentationError`]
pub fn observe(settings: &Settings, progress: &(dyn Fn(u64) + Sync)) -> Result<Observation, RepresentationError> {
    settings.validate()?;
    let networks: Vec<Pupil> = (0..NETWORKS.len()).map(|network| Pupil::drawn(settings.seed, network)).collect();
    let balanced: Vec<Pupil> = Noise::ALL.into_iter().map(Pupil::balanced).collect::<Result<_, _>>()?;
    let (mut stochastic, mut full_batch) = (Vec::new(), None);
    let mut sharpness: Vec<Vec<Sharpness>> = vec![Vec::new(); balanced.len()];
    for rung in 0..RUNGS {
        let (learning_rate, steps) = (settings.rate(rung), settings.steps_before(rung));
        let run = |(number, pupil, descent): &(usize, &Pupil, Descent)| {
            let mut random = stream(settings.seed, Purpose::Order, *number + 16 * rung as usize);
            pupil.descend(*descent, learning_rate, &steps, &mut random, progress)
        };
        let full = if rung == 0 { &networks[..] } else { &[] };
        let on = |descent| move |pupil| (pupil, descent);
        let tasks: Vec<(usize, &Pupil, Descent)> = (networks.iter().map(on(Descent::Stochastic)))
            .chain(balanced.iter().map(on(Descent::Stochastic)))
            .chain(full.iter().map(on(Descent::FullBatch)))
            .enumerate()
            .map(|(number, (pupil, descent))| (number, pupil, descent))
            .collect();
        // Collected before errors are looked for: the first in this order is told, whichever came first in time.
        let outcomes: Vec<Option<Vec<Vec<f64>>>> = tasks.par_iter().map(run).collect();
        let mut paths = Vec::with_capacity(tasks.len());
        for ((_, _, descent), path) in tasks.iter().zip(outcomes) {
            paths.push(path.ok_or(RepresentationError::Diverged { descent: *descent, learning_rate })?);
        }
        let alignment = |descent, paths: &[Vec<Vec<f64>>]| {
            let vanished = || RepresentationError::Vanished { descent, learning_rate };
            let pairs = pairs(&networks, paths).ok_or_else(vanished)?;
            let charge_changes = networks.iter().zip(paths).map(|(pupil, path)| pupil.charge_change(path)).collect();
            Ok::<_, RepresentationError>(Alignment { learning_rate, steps: steps.clone(), pairs, charge_changes })
        };
        let (drawn, rest) = paths.split_at(networks.len());
        let (watched, full) = rest.split_at(balanced.len());
        stochastic.push(alignment(Descent::Stochastic, drawn)?);
        if !full.is_empty() {
            full_batch = Some(alignment(Descent::FullBatch, full)?);
        }
        for ((pupil, path), runs) in balanced.iter().zip(watched).zip(&mut sharpness) {
            let values = path.iter().map(|theta| sum(&pupil.factors(theta).sharpness_terms(&pupil.setting))).collect();
            runs.push(Sharpness { learning_rate, steps: steps.clone(), values });
        }
    }
    let depth = NETWORKS[WATCHED].len() - 1;
    let mut watched = Vec::new();
    for ((noise, pupil), runs) in Noise::ALL.into_iter().zip(&balanced).zip(sharpness) {
        watched.push(Watched { noise, entropic: pupil.setting.invariants()?.entropic_sharpness(depth), runs });
    }
    let flattest = balanced[0].setting.invariants()?.flattest_sharpness(depth);
    let full_batch = full_batch.expect("it runs at the largest learning rate");
    Ok(Observation { settings: settings.clone(), stochastic, full_batch, watched, flattest })
}

/// What random numbers are for.
#[derive(Clone, Copy)]
enum Purpose {
    View,
    Start,
    Order,
}

fn stream(seed: u64, purpose: Purpose, number: usize) -> ChaCha8Rng {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(((purpose as u64) << 32) | number as u64);
    random
}

fn entry<const ROWS: usize, const COLUMNS: usize>(
    (entries, denominator): &Table<ROWS, COLUMNS>,
    row: usize,
    column: usize,
) -> Rational {
    Rational::from((entries[row][column], *denominator))
}

fn matrix<const ROWS: usize, const COLUMNS: usize>(table: Table<ROWS, COLUMNS>) -> DMatrix<Rational> {
    DMatrix::from_fn(ROWS, COLUMNS, |row, column| entry(&table, row, column))
}

/// The rows and their negatives: a set of vectors of mean zero.
fn with_negatives<const ROWS: usize, const COLUMNS: usize>(table: Table<ROWS, COLUMNS>) -> Vec<Vec<Rational>> {
    let row = |row: usize| -> Vec<Rational> { (0..COLUMNS).map(|column| entry(&table, row, column)).collect() };
    let rows: Vec<Vec<Rational>> = (0..ROWS).map(row).collect();
    let negatives = rows.iter().map(|row| row.iter().map(|x| Rational::from(-x)).collect());
    rows.iter().cloned().chain(negatives).collect()
}

/// Signs on the diagonal, entries between -1/4 and 1/4 beside it: dominated by its diagonal, and so invertible.
fn drawn_view(random: &mut ChaCha8Rng) -> DMatrix<Rational> {
    let size = INPUTS.0.len();
    DMatrix::from_fn(size, size, |row, column| {
        if row == column {
            Rational::from(2 * index_below(2, random) as i64 - 1)
        } else {
            Rational::from((index_below(33, random) as i64 - 16, 64))
        }
    })
}

/// A network with its view of the data and its start.
struct Pupil {
    model: std::sync::Arc<dyn Differentiable<f64>>,
    layout: Layout,
    /// The view is the embedding of the inputs.
    setting: Setting<f64>,
    /// What it is trained on.
    samples: Vec<Sample<f64>>,
    /// Samples with the mean gradient of all. The mean over the noises is the gradient without noise, as that is linear in the label; and an
    /// input and its negative, without noise, have the same one.
    means: Vec<Sample<f64>>,
    /// The inputs as columns, before the view.
    inputs: DMatrix<f64>,
    start: Vec<f64>,
}

impl Pupil {
    /// With a random view and a random start.
    fn drawn(seed: u64, network: usize) -> Self {
        let view = drawn_view(&mut stream(seed, Purpose::View, network));
        let mut pupil = Pupil::new(NETWORKS[network], &view, Noise::Anisotropic);
        let factors = vec![START; pupil.layout.depth()];
        pupil.start = random_start(&pupil.layout, &factors, &mut stream(seed, Purpose::Start, network));
        pupil
    }

    /// The watched network, from the balanced minimum.
    fn balanced(noise: Noise) -> Result<Self, LinalgError> {
        let mut pupil = Pupil::new(NETWORKS[WATCHED], &matrix(STRETCHED), noise);
        let widths = pupil.layout.widths();
        let frames: Vec<DMatrix<f64>> =
            widths[1..widths.len() - 1].iter().map(|&width| DMatrix::identity(width, RANK)).collect();
        pupil.start = balanced_minimum(&pupil.setting, RANK, &frames)?.flat();
        Ok(pupil)
    }

    /// Without a start.
    fn new(widths: &[usize], view: &DMatrix<Rational>, noise: Noise) -> Self {
        let (inputs, noises, target) = (with_negatives(INPUTS), noise.vectors(), matrix(TARGET));
        let mut setting = Setting::of_data(&inputs, &noises, target);
        setting.embedding_in = view.clone();
        let seen = |inputs: &[Vec<Rational>], noises: &[Vec<Rational>]| -> Vec<Sample<f64>> {
            let data = product_data(inputs, noises, &setting.target);
            let view = |sample: &Sample<Rational>| {
                let input = product(view, &DMatrix::from_column_slice(sample.input.len(), 1, &sample.input));
                let double = |entries: &[Rational]| entries.iter().map(Rational::to_f64).collect();
                Sample::new(double(input.as_slice()), double(&sample.target))
            };
            data.samples().iter().map(view).collect()
        };
        let network = Network::deep_linear(widths);
        let silence = vec![Rational::new(); TARGET.0.len()];
        Pupil {
            model: f64::model(&network).expect("every network exists in f64"),
            layout: Layout::new(widths.to_vec(), false),
            samples: seen(&inputs, &noises),
            means: seen(&inputs[..INPUTS.0.len()], &[silence]),
            inputs: DMatrix::from_fn(inputs[0].len(), inputs.len(), |row, column| inputs[column][row].to_f64()),
            setting: setting.carry(),
            start: Vec::new(),
        }
    }

    /// The parameters before each of the steps given; none if they diverge.
    fn descend(
        &self,
        descent: Descent,
        learning_rate: f64,
        steps: &[u64],
        random: &mut ChaCha8Rng,
        progress: &(dyn Fn(u64) + Sync),
    ) -> Option<Vec<Vec<f64>>> {
        let mut theta = self.start.clone();
        let (mut gradient, mut mean) = (vec![0.0; theta.len()], vec![0.0; theta.len()]);
        let mut path = Vec::with_capacity(steps.len());
        let mut done = 0;
        for &until in steps {
            for _ in done..until {
                let slope = match descent {
                    Descent::Stochastic => {
                        let sample = &self.samples[index_below(self.samples.len(), random)];
                        Model::<f64>::loss_and_gradient(&*self.model, &theta, sample, &mut gradient);
                        &gradient
                    }
                    Descent::FullBatch => {
                        self.mean_gradient(&theta, &mut gradient, &mut mean);
                        &mean
                    }
                };
                for (parameter, slope) in theta.iter_mut().zip(slope) {
                    *parameter -= learning_rate * slope;
                }
            }
            progress(until - done);
            done = until;
            // Far from the range of numbers: what is measured needs products of all layers, and squares of them.
            if !theta.iter().all(|parameter| parameter.abs() < 1e30) {
                return None;
            }
            path.push(theta.clone());
        }
        Some(path)
    }

    /// The gradient of `L`; `scratch` is overwritten.
    fn mean_gradient(&self, theta: &[f64], scratch: &mut [f64], mean: &mut [f64]) {
        mean.fill(0.0);
        for sample in &self.means {
            Model::<f64>::loss_and_gradient(&*self.model, theta, sample, scratch);
            for (sum, slope) in mean.iter_mut().zip(&*scratch) {
                *sum += slope / self.means.len() as f64;
            }
        }
    }

    fn factors(&self, theta: &[f64]) -> Factors<f64> {
        Factors::of(&self.layout, theta)
    }

    /// The Gram matrix of every hidden layer.
    fn grams(&self, theta: &[f64]) -> Vec<DMatrix<f64>> {
        self.factors(theta).representations(&self.setting, &self.inputs).iter().map(gram).collect()
    }

    /// `W_{i+1}^T W_{i+1} - W_i W_i^T` for all `i`, one after the other.
    fn charges(&self, theta: &[f64]) -> Vec<f64> {
        let charge = |pair: &[DMatrix<f64>]| {
            let before = pair[0].transpose();
            let difference = transposed_product(&pair[1], &pair[1]) - transposed_product(&before, &before);
            difference.as_slice().to_vec()
        };
        self.factors(theta).0.windows(2).flat_map(charge).collect()
    }

    /// `|C_end - C_start| / |C_start|`
    fn charge_change(&self, path: &[Vec<f64>]) -> f64 {
        let [start, end] = [0, path.len() - 1].map(|record| self.charges(&path[record]));
        let change: Vec<f64> = end.iter().zip(&start).map(|(end, start)| end - start).collect();
        norm(&change) / norm(&start)
    }
}

/// For every record all pairs of a hidden layer of one network and one of another; none if a layer represents nothing.
fn pairs(networks: &[Pupil], paths: &[Vec<Vec<f64>>]) -> Option<Vec<Pairs>> {
    let at = |record: usize| {
        let layers: Vec<Vec<DMatrix<f64>>> =
            networks.iter().zip(paths).map(|(pupil, path)| pupil.grams(&path[record])).collect();
        let mut pairs = Vec::new();
        for (number, later) in layers.iter().enumerate() {
            for earlier in &layers[..number] {
                for one in earlier {
                    pairs.extend(later.iter().map(|other| misalignment(one, other)));
                }
            }
        }
        pairs.iter().all(|pair| pair.is_finite()).then_some(Pairs(pairs))
    };
    (0..=RECORDS).map(at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::exact;

    fn gradient(pupil: &Pupil, sample: &Sample<f64>) -> Vec<f64> {
        Model::<f64>::gradient(&*pupil.model, &pupil.start, sample)
    }

    #[test]
    fn the_mean_gradient_is_that_of_all_samples() {
        for network in 0..NETWORKS.len() {
            let pupil = Pupil::drawn(3, network);
            let (mut scratch, mut mean) = (vec![0.0; pupil.start.len()], vec![0.0; pupil.start.len()]);
            pupil.mean_gradient(&pupil.start, &mut scratch, &mut mean);
            for (parameter, ours) in mean.iter().enumerate() {
                let all = pupil.samples.iter().map(|sample| gradient(&pupil, sample)[parameter]).sum::<f64>();
                assert!((all / pupil.samples.len() as f64 - ours).abs() < 1e-13, "network {network}");
            }
        }
    }

    /// A view of the inputs and an embedding of them are the same.
    #[test]
    fn a_network_sees_its_view() {
        for network in 0..NETWORKS.len() {
            let pupil = Pupil::drawn(5, network);
            let map = pupil.factors(&pupil.start).end_to_end(&pupil.setting);
            let outputs = product(&map, &pupil.inputs);
            let noises = pupil.samples.len() / pupil.inputs.ncols();
            for (number, sample) in pupil.samples.iter().enumerate() {
                let output = outputs.column(number / noises);
                let loss: f64 = output.iter().zip(&sample.target).map(|(f, y)| (f - y).powi(2)).sum();
                assert!((Model::<f64>::loss(&*pupil.model, &pupil.start, sample) - loss).abs() < 1e-12 * (1.0 + loss));
            }
        }
    }

    #[test]
    fn full_batch_descent_goes_down_to_a_minimum_and_stochastic_descent_does_not() {
        let pupil = Pupil::drawn(0, WATCHED);
        let slope = |theta: &[f64]| {
            let (mut scratch, mut mean) = (vec![0.0; theta.len()], vec![0.0; theta.len()]);
            pupil.mean_gradient(theta, &mut scratch, &mut mean);
            norm(&mean)
        };
        let slopes = |descent| {
            let mut random = stream(0, Purpose::Order, 0);
            let path = pupil.descend(descent, 0.01, &[0, 10_000, 40_000], &mut random, &|_| ()).expect("it converges");
            [slope(&path[1]), slope(&path[2])]
        };
        let [earlier, later] = slopes(Descent::FullBatch);
        assert!(later < earlier / 10.0, "{earlier} and {later}");
        let [_, stochastic] = slopes(Descent::Stochastic);
        assert!(stochastic > 100.0 * later, "{stochastic} and {later}");
    }

    /// A layer of zeros has no direction.
    #[test]
    fn a_layer_that_represents_nothing_is_noticed() {
        let networks: Vec<Pupil> = (0..NETWORKS.len()).map(|network| Pupil::drawn(0, network)).collect();
        let still = |pupil: &Pupil| vec![pupil.start.clone(); RECORDS + 1];
        let mut paths: Vec<Vec<Vec<f64>>> = networks.iter().map(still).collect();
        let all = pairs(&networks, &paths).expect("random layers represent something");
        // 1 x 2 + 1 x 3 + 2 x 3 pairs of hidden layers.
        assert!(all.iter().all(|pairs| pairs.0.len() == 11));
        paths[1][RECORDS].fill(0.0);
        assert_eq!(pairs(&networks, &paths), None);
    }

    /// The target has the rank that the frames are made for, and every network is wide enough for it.
    #[test]
    fn the_data_are_as_they_are_said_to_be() {
        assert_eq!(exact::rank(&matrix(TARGET)), RANK);
        assert_eq!((exact::rank(&matrix(INPUTS)), exact::rank(&matrix(ANISOTROPIC))), (4, 3));
        assert!(NETWORKS.iter().all(|widths| widths.iter().all(|width| *width >= RANK)));
        for seed in 0..20 {
            let view = drawn_view(&mut stream(seed, Purpose::View, 0));
            assert_eq!(exact::rank(&view), 4, "seed {seed}");
        }
        // Both noises are nearly as large on the whole.
        let [isotropic, anisotropic] = Noise::ALL.map(|noise| {
            noise.vectors().iter().flatten().map(|x| Rational::from(x.square_ref()).to_f64()).sum::<f64>()
        });
        assert!((isotropic / anisotropic - 1.0).abs() < 0.1, "{isotropic} {anisotropic}");
    }

    #[test]
    fn the_watched_network_starts_at_a_balanced_minimum() {
        for noise in Noise::ALL {
            let pupil = Pupil::balanced(noise).expect("it exists");
            let (mut scratch, mut slope) = (vec![0.0; pupil.start.len()], vec![0.0; pupil.start.len()]);
            pupil.mean_gradient(&pupil.start, &mut scratch, &mut slope);
            assert!(norm(&slope) < 1e-13 && norm(&pupil.charges(&pupil.start)) < 1e-13);
        }
    }
}
