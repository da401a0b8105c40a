//! A valley of minima: stochastic descent along it, beside the flows of the plain and of the entropic loss.
//!
//! The smallest network that has a valley, two weights under squared error, on all pairs of an input and a noise:
//!
//! ```text
//! l = (u w x - y)^2,     y = x + s e,     x in {1/2, 1},  e in {-1, 1}
//! L = E x^2 (u w - 1)^2 + s^2
//! ```
//!
//! The minima of `L` are the valley `u w = 1`, where the flow of `L` stands still. With `r = u w x - y`, the charge
//! `C = u^2 - w^2` obeys
//!
//! ```text
//! flow of L:                          C' = 0
//! flow of F = L + eta/4 E|g|^2:       C' = -4 eta E[r^2 x^2] C
//! step of descent, theta - eta g:     C_{k+1} = (1 - 4 eta^2 r^2 x^2) C_k
//! ```
//!
//! exactly. So the two flows part at order `eta`, and descent is with the second one up to order `eta^2` at a fixed time `eta k`:
//!
//! - on average over an epoch that takes all samples in a random order, in every direction (the claim `entropic-loss/epoch-mean`);
//! - in its charge also if every step draws a sample independently: a step then changes `C` on average as the flow does where
//!   descent is, and `E[r^2 x^2]` is quadratic in `u w`, which differs from the flow's by `O(eta)` on average and by `O(sqrt(eta))`
//!   in its fluctuations.
//!
//! How these local statements add up over a run is measured here, from finitely many paths, and not proved.

pub use super::ensemble::{Ensemble, Gaps, Mean, Point};
use super::flow::{FlowError, integrate};
use super::training::index_below;
use crate::data::{DataSet, Sample};
use crate::entropic::{Objective, Preconditioner};
use crate::model::{Carrier, Differentiable, Evaluator, Network};
use crate::scalar::{Field, Mp, Rational, Ring};
use num_traits::{One, Zero};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use std::fmt;

/// A run is recorded at so many times, and at its start: record `k` at `(k / RECORDS)^2` of the time, since the way into the valley
/// is short beside that along it, but not before epoch `k`.
pub const RECORDS: usize = 100;
/// Learning rates are compared at this record, 9/100 of the time: later all charges have decayed, and the gaps with them.
pub const EARLY: usize = 30;
/// Learning rates that are compared: `eta`, `eta/2`, `eta/4`, `eta/8`.
pub const RUNGS: u32 = 4;
/// The samples of the data set, the steps of an epoch.
pub const SAMPLES: u64 = 4;
/// Descent follows a flow if its largest gap to it is so many times smaller than that to the other, with two standard errors to the
/// worse side.
pub const NEARER: f64 = 10.0;

/// The numbers in which flows are integrated.
type Wide = Mp<128>;
/// The estimated error allowed between two records is `2^-TOLERANCE_BITS`.
const TOLERANCE_BITS: i32 = 60;

/// What is run.
///
/// The default is long enough for the entropic flow to lose three quarters of the charge, at a learning rate small enough
/// for the next order to be small beside that.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// `eta`
    pub learning_rate: f64,
    /// `s`
    pub label_noise: f64,
    /// `eta k` after the last step, up to rounding to whole epochs.
    pub time: f64,
    /// `u` and `w` at the start.
    pub start: [f64; 2],
    /// Paths of descent for each way to draw samples and each learning rate.
    pub paths: usize,
    /// Seed of the samples' order.
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { learning_rate: 0.01, label_noise: 1.0, time: 60.0, start: [2.0, 0.0], paths: 256, seed: 0 }
    }
}

/// Why there is nothing to see.
#[derive(Debug, thiserror::Error)]
pub enum ValleyError {
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
    /// A path left the range of numbers.
    #[error(
        "a path of descent at the learning rate {learning_rate} diverged: try a smaller one, or a start nearer to the valley"
    )]
    Diverged {
        /// At which learning rate.
        learning_rate: f64,
    },
    /// A flow could not be followed.
    #[error("{0}: try less time, less label noise, or a start nearer to the valley")]
    Flow(#[from] FlowError),
}

impl Settings {
    /// The epochs of the whole run.
    fn epochs(&self) -> u64 {
        (self.time / (self.learning_rate * SAMPLES as f64)).round() as u64
    }

    /// The epochs before record `record` (from 0, the start).
    fn boundary(&self, record: usize) -> u64 {
        let square = |number: usize| number as u64 * number as u64;
        (self.epochs() * square(record) / square(RECORDS)).max(record as u64)
    }

    /// The steps of all paths, of both ways to draw samples and of all learning rates.
    pub fn steps(&self) -> u64 {
        let rungs: u64 = (1..RUNGS).map(|rung| self.boundary(EARLY) << rung).sum();
        2 * self.paths as u64 * SAMPLES * (self.epochs() + rungs)
    }

    /// # Errors
    /// The first setting that is out of range.
    pub fn validate(&self) -> Result<(), ValleyError> {
        let check = |holds: bool, name, value: &dyn fmt::Display, expected| {
            let error = || ValleyError::Setting { name, value: value.to_string(), expected };
            if holds { Ok(()) } else { Err(error()) }
        };
        let Settings { learning_rate, label_noise, time, start: [u, w], paths, .. } = *self;
        let positive = |x: f64| x.is_normal() && x > 0.0;
        check(positive(learning_rate), "the learning rate", &learning_rate, "a positive number")?;
        check(label_noise.is_finite() && label_noise >= 0.0, "the label noise", &label_noise, "a number from 0")?;
        let epochs = time / (learning_rate * SAMPLES as f64);
        let expected = "400 to 10^9 times the learning rate, so many steps";
        let enough = positive(time) && (RECORDS as f64..=2.5e8).contains(&epochs.round());
        check(enough, "the time", &time, expected)?;
        let unbalanced = u.is_finite() && w.is_finite() && u.abs() != w.abs();
        let expected = "two numbers of different size: else C = 0, and both flows conserve it";
        check(unbalanced, "the start", &format!("{u} {w}"), expected)?;
        check((10..=10_000).contains(&paths), "the number of paths", &paths, "10 to 10000")
    }
}

/// How descent draws its samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sampling {
    /// Every epoch takes every sample once, in a new random order.
    Shuffled,
    /// Every step draws one of all samples.
    Independent,
}

impl Sampling {
    /// Both.
    pub const ALL: [Sampling; 2] = [Sampling::Shuffled, Sampling::Independent];
}

impl fmt::Display for Sampling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Sampling::Shuffled => "shuffled",
            Sampling::Independent => "independent",
        })
    }
}

/// What was seen.
#[derive(Clone, Debug, PartialEq)]
pub struct Valley {
    /// What was run.
    pub settings: Settings,
    /// The steps before each record.
    pub steps: Vec<u64>,
    /// The flow of the loss, record by record.
    pub plain: Vec<Point>,
    /// The flow of the entropic loss.
    pub entropic: Vec<Point>,
    /// The sum of the estimated errors of both flows.
    pub flow_error: f64,
    /// The paths of descent, for each way to draw samples, record by record.
    pub descents: [Vec<Ensemble>; 2],
    /// `eta`, `eta/2`, ... at the record [`EARLY`].
    pub rungs: Vec<Rung>,
}

/// One learning rate, at a time that it shares with the others.
#[derive(Clone, Debug, PartialEq)]
pub struct Rung {
    /// The learning rate.
    pub learning_rate: f64,
    /// The flow of its entropic loss.
    pub entropic: Point,
    /// The paths of descent, for each way to draw samples.
    pub descents: [Ensemble; 2],
}

/// Which flow the charge of descent follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Follows {
    /// That of the entropic loss: it is [`NEARER`] times nearer.
    Entropic,
    /// That of the loss: it is.
    Plain,
    /// Neither is, or there are too few paths to tell.
    Undecided,
}

impl Valley {
    /// `eta k` at a record.
    pub fn time(&self, record: usize) -> f64 {
        self.settings.learning_rate * self.steps[record] as f64
    }

    /// The gaps between the mean charge of descent and those of the flows, at a record.
    pub fn gaps(&self, sampling: Sampling, record: usize) -> Gaps {
        self.descents[sampling as usize][record].gaps(self.plain[record], self.entropic[record])
    }

    /// The same at the record [`EARLY`] for each learning rate, from the largest.
    pub fn rung_gaps(&self, sampling: Sampling) -> Vec<Gaps> {
        let of = |rung: &Rung| rung.descents[sampling as usize].gaps(self.plain[EARLY], rung.entropic);
        self.rungs.iter().map(of).collect()
    }

    /// The largest gap to each flow over the records.
    pub fn largest_gaps(&self, sampling: Sampling) -> Gaps {
        let gaps: Vec<Gaps> = (0..=RECORDS).map(|record| self.gaps(sampling, record)).collect();
        let largest = |part: fn(&Gaps) -> Mean| {
            let by_size = |a: &Mean, b: &Mean| a.value.abs().total_cmp(&b.value.abs());
            gaps.iter().map(part).max_by(by_size).expect("there are records")
        };
        Gaps { plain: largest(|gaps| gaps.plain), entropic: largest(|gaps| gaps.entropic) }
    }

    /// Which flow the mean charge follows, by the largest gaps: at the end all may have come to balance, on whatever way.
    pub fn follows(&self, sampling: Sampling) -> Follows {
        let Gaps { plain, entropic } = self.largest_gaps(sampling);
        let is_nearer = |near: Mean, far: Mean| {
            let most = near.value.abs() + 2.0 * near.standard_error;
            let least = far.value.abs() - 2.0 * far.standard_error;
            least > 0.0 && NEARER * most <= least
        };
        match () {
            () if is_nearer(entropic, plain) => Follows::Entropic,
            () if is_nearer(plain, entropic) => Follows::Plain,
            () => Follows::Undecided,
        }
    }
}

/// The exponent of the power of the learning rate with which a gap falls, between the largest and the smallest one; none if one of
/// them vanishes.
///
/// The standard error is that of two independent gaps, to first order.
pub fn order(gaps: &[Mean]) -> Option<Mean> {
    let (first, last) = (gaps.first()?, gaps.last()?);
    let halvings = (gaps.len() - 1) as f64;
    let relative = |gap: &Mean| gap.standard_error / gap.value.abs();
    let value = (first.value / last.value).abs().log2() / halvings;
    let standard_error = relative(first).hypot(relative(last)) / (halvings * std::f64::consts::LN_2);
    value.is_finite().then_some(Mean { value, standard_error })
}

/// Integrates both flows and runs all paths, on the threads of the current pool.
///
/// `progress` is told of steps as they are done, [`Settings::steps`] in all. The result depends on the settings only.
///
/// # Errors
/// [`ValleyError`]
pub fn observe(settings: &Settings, progress: &(dyn Fn(u64) + Sync)) -> Result<Valley, ValleyError> {
    settings.validate()?;
    let epochs: Vec<u64> = (0..=RECORDS).map(|record| settings.boundary(record)).collect();
    let steps: Vec<u64> = epochs.iter().map(|epochs| SAMPLES * epochs).collect();
    let landscape = Landscape::new(settings);
    let learning_rate = settings.learning_rate;
    let run = |rung, epochs: &[u64]| -> Result<[Vec<Ensemble>; 2], ValleyError> {
        let [shuffled, independent] =
            Sampling::ALL.map(|sampling| landscape.descend(settings, sampling, rung, epochs, progress));
        Ok([shuffled?, independent?])
    };
    // First what a learning rate too large for the start shows at once: a flow would take its time over it.
    let descents = run(0, &epochs)?;
    let (plain, plain_error) = landscape.flow(0.0, learning_rate, &steps)?;
    let (entropic, entropic_error) = landscape.flow(learning_rate, learning_rate, &steps)?;
    let early = descents.each_ref().map(|records| records[EARLY].clone());
    let mut rungs = vec![Rung { learning_rate, entropic: entropic[EARLY], descents: early }];
    for rung in 1..RUNGS {
        let learning_rate = rate(settings, rung);
        let until = epochs[EARLY] << rung;
        let (flow, _) = landscape.flow(learning_rate, learning_rate, &[0, SAMPLES * until])?;
        let descents = run(rung, &[0, until])?.map(|mut records| records.swap_remove(1));
        rungs.push(Rung { learning_rate, entropic: flow[1], descents });
    }
    let flow_error = plain_error + entropic_error;
    Ok(Valley { settings: settings.clone(), steps, plain, entropic, flow_error, descents, rungs })
}

/// `eta / 2^rung`
fn rate(settings: &Settings, rung: u32) -> f64 {
    settings.learning_rate / f64::from(1_u32 << rung)
}

/// A finite double in wide numbers.
fn exactly(value: f64) -> Wide {
    Wide::from_rational(&Rational::from_f64(value).expect("settings are finite"))
}

/// The model and its data, in doubles for descent and in wide numbers for the flows.
struct Landscape {
    network: Network,
    data: DataSet<Rational>,
    start: [f64; 2],
}

impl Landscape {
    fn new(settings: &Settings) -> Self {
        let noise = Rational::from_f64(settings.label_noise).expect("settings are finite");
        let inputs = [(1, 2), (1, 1)].map(Rational::from);
        let pairs = inputs.iter().flat_map(|input| [-1, 1].map(|sign| (input, sign)));
        let sample = |(input, sign): (&Rational, i32)| {
            Sample::new(vec![input.clone()], vec![input + Rational::from(&noise * sign)])
        };
        Landscape {
            network: Network::deep_linear(&[1, 1, 1]),
            data: DataSet::new(pairs.map(sample).collect()),
            start: settings.start,
        }
    }

    /// The flow of `L + force/4 E|g|^2` after each of the given numbers of steps of length `step`, with the sum of its estimated
    /// errors.
    fn flow(&self, force: f64, step: f64, steps: &[u64]) -> Result<(Vec<Point>, f64), FlowError> {
        let model = Wide::model(&self.network).expect("a linear network exists in every scalar");
        let preconditioner = Preconditioner::Scalar(exactly(force));
        let weight_decay = Wide::zero();
        let data = self.data.carry();
        let objective =
            Objective { model: &*model, data: &data, preconditioner: &preconditioner, weight_decay: &weight_decay };
        let field = |theta: &[Wide]| -> Vec<Wide> {
            objective.entropic_gradient(theta).into_iter().map(|entry| -entry).collect()
        };
        let tolerance = Wide::one() / Wide::integer(2).powi(TOLERANCE_BITS);
        let mut theta: Vec<Wide> = self.start.map(exactly).to_vec();
        let point = |theta: &[Wide]| Point { u: theta[0].as_float().to_f64(), w: theta[1].as_float().to_f64() };
        let mut points = vec![point(&theta)];
        let mut error = 0.0;
        for pair in steps.windows(2) {
            let time = exactly(step) * Wide::integer((pair[1] - pair[0]) as i64);
            let flow = integrate(&field, &theta, &time, &tolerance)?;
            theta = flow.theta;
            error += flow.error.as_float().to_f64();
            points.push(point(&theta));
        }
        Ok((points, error))
    }

    /// All paths after each of the given numbers of epochs, at the learning rate of a rung.
    fn descend(
        &self,
        settings: &Settings,
        sampling: Sampling,
        rung: u32,
        epochs: &[u64],
        progress: &(dyn Fn(u64) + Sync),
    ) -> Result<Vec<Ensemble>, ValleyError> {
        let learning_rate = rate(settings, rung);
        let model = f64::model(&self.network).expect("every network exists in f64");
        let data = self.data.carry();
        let path = |path: usize| {
            let mut random = ChaCha8Rng::seed_from_u64(settings.seed);
            random.set_stream((u64::from(2 * rung + sampling as u32) << 32) | path as u64);
            let points = follow(&*model, data.samples(), self.start, learning_rate, sampling, epochs, &mut random);
            progress(SAMPLES * epochs[epochs.len() - 1]);
            points.ok_or(ValleyError::Diverged { learning_rate })
        };
        let paths: Vec<Vec<Point>> = (0..settings.paths).into_par_iter().map(path).collect::<Result<_, _>>()?;
        let at = |record| Ensemble { points: paths.iter().map(|path| path[record]).collect() };
        Ok((0..epochs.len()).map(at).collect())
    }
}

/// One path of descent, `theta' = theta - eta g`, after each of the given numbers of epochs; none if it diverges.
fn follow(
    model: &dyn Differentiable<f64>,
    samples: &[Sample<f64>],
    start: [f64; 2],
    learning_rate: f64,
    sampling: Sampling,
    epochs: &[u64],
    random: &mut ChaCha8Rng,
) -> Option<Vec<Point>> {
    let mut model = Evaluator::new(model);
    let mut theta = start;
    let mut gradient = [0.0; 2];
    let mut order: Vec<usize> = (0..samples.len()).collect();
    let mut points = Vec::with_capacity(epochs.len());
    let mut done = 0;
    for &until in epochs {
        for _ in done..until {
            for place in 0..samples.len() {
                order[place] = match sampling {
                    Sampling::Independent => index_below(samples.len(), random),
                    Sampling::Shuffled => {
                        let other = place + index_below(samples.len() - place, random);
                        order.swap(place, other);
                        order[place]
                    }
                };
                model.loss_and_gradient(&theta, &samples[order[place]], &mut gradient);
                for (parameter, slope) in theta.iter_mut().zip(&gradient) {
                    *parameter -= learning_rate * slope;
                }
            }
        }
        done = until;
        let point = Point { u: theta[0], w: theta[1] };
        points.push(point.charge().is_finite().then_some(point)?);
    }
    Some(points)
}
