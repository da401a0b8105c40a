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

mod pupil;
mod tables;

use crate::linalg::LinalgError;
use crate::platonic::factors::sum;
use crate::scalar::Rational;
use nalgebra::DMatrix;
use pupil::{Pupil, Purpose, late_alignments, pairs, stream};
use rayon::prelude::*;
use std::fmt;
use tables::{ANISOTROPIC, ISOTROPIC, with_negatives};

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
    /// Linear CKA of any two hidden layers, network by network, mean over the last half of the time.
    pub matrix: DMatrix<f64>,
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
            let matrix = late_alignments(&networks, paths);
            Ok::<_, RepresentationError>(Alignment {
                learning_rate,
                steps: steps.clone(),
                pairs,
                charge_changes,
                matrix,
            })
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
