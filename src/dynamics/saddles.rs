//! Saddles seen from two sides: in which order modes leave one, and where noise makes one attract.
//!
//! Two modes of diagonal linear networks of depth two and three leave the saddle 0, one with noise in its samples, `s = m + b` or `m - b`, one without and with a
//! smaller mean. Times are taken at several starts; their slope in `ln(1/eps)` or `1/eps` is compared with `mirror/learning-order`.
//!
//! The smallest network `(u w - y)^2` with two labels starts near the strict saddle 0, at many step sizes: each label once per epoch in random order, independent draws, or
//! both labels in every step. The share of runs that end at the saddle is compared with the window of `mirror/attracting-saddle`, and the exponents of
//! independent draws with `E ln|1 +- 2 eta y|`.

use super::escape;
use super::refusal::{Refusal, is_positive, require};
use super::training::index_below;
use crate::closed_form::escape as escape_law;
use crate::closed_form::saddle;
use crate::scalar::Rational;
use crate::statistics::Mean;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use std::fmt;

/// Starts of a mode: multiples of a [`unit()`].
pub const STARTS: usize = 7;
/// Step sizes.
pub const RATES: usize = 56;
/// The largest step size, over the larger of the window's ends.
const BEYOND: f64 = 1.2;
/// How far from the saddle runs start.
pub const NEAR: f64 = 1e-3;
/// Nearer than this at the end a run is at the saddle, and further than [`AWAY`] it has left it.
pub const AT: f64 = 1e-6;
/// See [`AT`].
pub const AWAY: f64 = 0.1;
/// Steps of a run whose exponent is taken, and where it starts: so near that the loss is as good as quadratic there.
const EXPONENT_STEPS: u32 = 200;
const VERY_NEAR: f64 = 1e-100;
/// A mode that gains less in a step takes too long.
const SLOWEST: f64 = 0.01;
/// Depths of the networks whose modes are watched.
pub const DEPTHS: [usize; 2] = [2, 3];

/// The distance between starts of a mode of some depth: of `ln(1/eps)`, or of `1/eps`.
pub fn unit(depth: usize) -> f64 {
    if depth == 2 { 20.0 } else { 1000.0 }
}

/// What is run.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// `eta` of the modes.
    pub learning_rate: f64,
    /// `m` and `b` of the mode with noise.
    pub noisy: [f64; 2],
    /// `s` of the mode without.
    pub clean: f64,
    /// Paths of the mode with noise from every start.
    pub paths: usize,
    /// The labels of the smallest network.
    pub labels: [f64; 2],
    /// Runs of each sampling and step size.
    pub runs: usize,
    /// Epochs of a run, of two steps each.
    pub epochs: usize,
    /// Seed of all draws.
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            learning_rate: 0.25,
            noisy: [1.0, 2.5],
            clean: 0.4,
            paths: 2000,
            labels: [3.0, -2.0],
            runs: 200,
            epochs: 4000,
            seed: 0,
        }
    }
}

impl Settings {
    /// # Errors
    /// The first setting that is out of range.
    pub fn validate(&self) -> Result<(), Refusal> {
        require(is_positive(self.learning_rate), "the learning rate", &self.learning_rate, "a positive number")?;
        let [mean, spread] = self.noisy;
        let noisy = format!("{mean} {spread}");
        let sizes = is_positive(mean) && is_positive(spread);
        require(sizes, "the mode with noise", &noisy, "a positive mean and a positive deviation")?;
        require(is_positive(self.clean), "the mode without noise", &self.clean, "a positive number")?;
        for (name, mode) in ["the mode with noise", "the mode without noise"].into_iter().zip(self.modes()) {
            for depth in DEPTHS {
                let power = 1.0 - 2.0 / depth as f64;
                let least = 1.0 + self.learning_rate * (mode.samples[1] - mode.level()) * mode.level().powf(power);
                let expected =
                    "samples for which no step changes the sign of w: 1 + eta (s - k) k^(1-2/D) > 0 up to k = m/2";
                require(least > 0.0, name, &mode, expected)?;
                let rate = escape_law::rate(depth, &self.learning_rate, &mode.samples);
                let expected = "one that is learned: E ln(1 + eta s) and eta E s of at least 0.01";
                require(rate >= SLOWEST, name, &mode, expected)?;
            }
        }
        require((10..=1_000_000).contains(&self.paths), "the number of paths", &self.paths, "10 to 10^6")?;
        let [first, second] = self.labels;
        let sizes = self.labels.iter().all(|label| is_positive(label.abs())) && (first + second).is_normal();
        let expected = "two numbers other than 0 whose mean is not 0: else the saddle is degenerate";
        require(sizes, "the pair of labels", &format!("{first} {second}"), expected)?;
        require((10..=100_000).contains(&self.runs), "the number of runs", &self.runs, "10 to 10^5")?;
        require((1..=10_000_000).contains(&self.epochs), "the number of epochs", &self.epochs, "1 to 10^7")
    }

    /// Both modes, the one with noise first.
    pub fn modes(&self) -> [Mode; 2] {
        let [mean, spread] = self.noisy;
        [Mode { mean, samples: [mean + spread, mean - spread] }, Mode { mean: self.clean, samples: [self.clean; 2] }]
    }

    /// The window of step sizes, and the lower end that the stochastic differential equation has.
    pub fn window(&self) -> Window {
        let labels = self.labels.map(|label| Rational::from_f64(label).expect("settings are finite"));
        let number = |end: Option<Rational>| end.map_or(f64::INFINITY, |end| end.to_f64());
        let lower = number(saddle::lower_end(&labels));
        let upper = saddle::upper_end(&labels);
        let is_open = saddle::moments(&labels).1 < 0 && lower < upper;
        Window { lower, upper, is_open, diffusion: number(saddle::lower_end_of_diffusion(&labels)) }
    }

    /// The step sizes.
    fn rates(&self) -> Vec<f64> {
        let Window { lower, upper, .. } = self.window();
        let most = BEYOND * lower.max(upper);
        (0..RATES).map(|place| most * (place as f64 + 0.5) / RATES as f64).collect()
    }

    /// The paths and runs of all parts.
    pub fn work(&self) -> u64 {
        (DEPTHS.len() * STARTS * self.paths + RATES * Sampling::ALL.len() * self.runs) as u64
    }
}

/// A mode, learned where `w^D` reaches half of its mean.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mode {
    /// `E s`
    pub mean: f64,
    /// Both values, equally likely.
    pub samples: [f64; 2],
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.has_noise() {
            write!(f, "s = {} ± {}", self.mean, self.samples[0] - self.mean)
        } else {
            write!(f, "s = {}", self.mean)
        }
    }
}

impl Mode {
    /// `kappa`
    fn level(&self) -> f64 {
        0.5 * self.mean
    }

    /// Whether its samples differ.
    pub fn has_noise(&self) -> bool {
        self.samples[0] != self.samples[1]
    }
}

/// The step sizes at which the saddle attracts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    /// `|ybar| / |y1 y2|`
    pub lower: f64,
    /// Where `2 eta^2 |y1 y2| + 2 eta |ybar| = 1`.
    pub upper: f64,
    /// Whether there is a step size between both, and the labels are of opposite signs.
    pub is_open: bool,
    /// `|ybar| / Var y`
    pub diffusion: f64,
}

impl Window {
    /// Whether the saddle attracts at a step size.
    pub fn contains(&self, rate: f64) -> bool {
        self.is_open && self.lower < rate && rate < self.upper
    }
}

/// The times of a mode from all starts.
#[derive(Clone, Debug, PartialEq)]
pub struct Times {
    /// The depth.
    pub depth: usize,
    /// Which mode.
    pub mode: Mode,
    /// `ln(1/eps)` or `1/eps`, with the mean time.
    pub times: Vec<(f64, Mean)>,
    /// The exact slope in the limit.
    pub exact: f64,
    /// That of gradient flow: `1 / (eta E s)` at depth two.
    pub flow: f64,
}

impl Times {
    /// The slope between the first and the last start. Without noise the error is that of a time in whole steps.
    pub fn slope(&self) -> Mean {
        let ((near, first), (far, last)) = (self.times[0], self.times[STARTS - 1]);
        let whole = if self.mode.has_noise() { 0.0 } else { 0.5 };
        let error = first.standard_error.hypot(last.standard_error).max(whole);
        Mean { value: (last.value - first.value) / (far - near), standard_error: error / (far - near) }
    }
}

/// How labels are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sampling {
    /// Both once per epoch, in random order.
    Shuffled,
    /// One at random in every step.
    Independent,
    /// Both in every step.
    FullBatch,
}

impl Sampling {
    /// All of them.
    pub const ALL: [Sampling; 3] = [Sampling::Shuffled, Sampling::Independent, Sampling::FullBatch];
}

impl fmt::Display for Sampling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Sampling::Shuffled => "shuffled",
            Sampling::Independent => "independent",
            Sampling::FullBatch => "full batch",
        })
    }
}

/// What became of the runs of one sampling.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Fate {
    /// The share that ended at the saddle.
    pub at: f64,
    /// The share that has left it.
    pub away: f64,
}

/// One step size.
#[derive(Clone, Debug, PartialEq)]
pub struct AtRate {
    /// `eta`
    pub rate: f64,
    /// One for each sampling.
    pub fates: [Fate; 3],
    /// `ln` of the factor of a step of `u + w` and of `u - w`, measured with independent draws.
    pub exponents: [Mean; 2],
    /// The same exactly, `E ln|1 +- 2 eta y|`.
    pub exact: [f64; 2],
}

/// What was seen.
#[derive(Clone, Debug, PartialEq)]
pub struct Observation {
    /// What was run.
    pub settings: Settings,
    /// By depth, of both modes.
    pub times: Vec<Times>,
    /// By step size.
    pub rates: Vec<AtRate>,
}

/// Runs everything, on the threads of the current pool. `progress` is told of paths and runs as they end, [`Settings::work`] in all.
///
/// The result depends on the settings only.
///
/// # Errors
/// [`Refusal`]
pub fn observe(settings: &Settings, progress: &(dyn Fn(u64) + Sync)) -> Result<Observation, Refusal> {
    settings.validate()?;
    let mut times = Vec::new();
    for depth in DEPTHS {
        times.extend(settings.modes().map(|mode| leave(settings, depth, mode, progress)));
    }
    let rates = settings.rates();
    let at = |(place, &rate): (usize, &f64)| at_rate(settings, place, rate, progress);
    let rates = rates.par_iter().enumerate().map(at).collect();
    Ok(Observation { settings: settings.clone(), times, rates })
}

/// A stream of draws of its own for a purpose.
fn stream(settings: &Settings, purpose: usize, number: usize) -> ChaCha8Rng {
    let mut random = ChaCha8Rng::seed_from_u64(settings.seed);
    random.set_stream(((purpose as u64) << 32) | number as u64);
    random
}

/// Fair coins, 64 from a number.
fn coins(random: &mut ChaCha8Rng) -> impl FnMut() -> usize {
    let (mut bits, mut left) = (0, 0);
    move || {
        if left == 0 {
            (bits, left) = (random.next_u64(), 64);
        }
        let coin = (bits & 1) as usize;
        bits >>= 1;
        left -= 1;
        coin
    }
}

fn leave(settings: &Settings, depth: usize, mode: Mode, progress: &(dyn Fn(u64) + Sync)) -> Times {
    let eta = settings.learning_rate;
    let time = |start: usize| {
        let distance = unit(depth) * (start + 1) as f64;
        let path = |path: usize| {
            let mut random = stream(settings, (depth << 8) | start, path);
            escape::steps(depth, eta, mode.samples, distance, mode.level(), coins(&mut random)) as f64
        };
        if !mode.has_noise() {
            return (distance, Mean { value: path(0), standard_error: 0.0 });
        }
        let paths: Vec<f64> = (0..settings.paths).into_par_iter().map(path).collect();
        progress(settings.paths as u64);
        (distance, Mean::of(paths.into_iter()))
    };
    let times = (0..STARTS).map(time).collect();
    let exact = 1.0 / escape_law::rate(depth, &eta, &mode.samples);
    let flow = if depth == 2 { 1.0 / (eta * mode.mean) } else { exact };
    Times { depth, mode, times, exact, flow }
}

/// A step on the mean loss of some labels.
fn step([u, w]: [f64; 2], rate: f64, labels: &[f64]) -> [f64; 2] {
    let slope = 2.0 * labels.iter().map(|y| u * w - y).sum::<f64>() / labels.len() as f64;
    [u - rate * slope * w, w - rate * slope * u]
}

fn at_rate(settings: &Settings, place: usize, rate: f64, progress: &(dyn Fn(u64) + Sync)) -> AtRate {
    let labels = settings.labels;
    let purpose = |kind: usize| ((8 + kind) << 16) | place;
    let fate = |sampling: Sampling| {
        let ends = (0..settings.runs).map(|run| {
            let mut random = stream(settings, purpose(sampling as usize), run);
            follow(settings, sampling, rate, &mut random)
        });
        let ends: Vec<f64> = ends.collect();
        progress(settings.runs as u64);
        let share = |is: &dyn Fn(f64) -> bool| ends.iter().filter(|end| is(**end)).count() as f64 / ends.len() as f64;
        Fate { at: share(&|end| end < AT), away: share(&|end| end >= AWAY) }
    };
    let fates = Sampling::ALL.map(fate);
    // Along u = w and u = -w, which no step leaves.
    let exponents = [1.0, -1.0].map(|sign| {
        let run = |run: usize| {
            let mut random = stream(settings, purpose(4), run);
            let mut coin = coins(&mut random);
            let start = [VERY_NEAR, sign * VERY_NEAR];
            // The distance is set back after every step, so that none leaves the range of numbers.
            let gains = (0..EXPONENT_STEPS).map(|_| (step(start, rate, &[labels[coin()]])[0] / start[0]).abs().ln());
            gains.sum::<f64>() / f64::from(EXPONENT_STEPS)
        };
        Mean::of((0..settings.runs).map(run).collect::<Vec<_>>().into_iter())
    });
    let exact = saddle::multipliers(&labels, &rate).map(|factor| 0.5 * factor.abs().ln());
    AtRate { rate, fates, exponents, exact }
}

/// The distance from the saddle at the end of a run; infinite as soon as the run has left it.
fn follow(settings: &Settings, sampling: Sampling, rate: f64, random: &mut ChaCha8Rng) -> f64 {
    let labels = settings.labels;
    let angle = std::f64::consts::TAU * index_below(1 << 20, random) as f64 / f64::from(1 << 20);
    let mut theta = [NEAR * angle.cos(), NEAR * angle.sin()];
    let mut coin = coins(random);
    for _ in 0..settings.epochs {
        theta = match sampling {
            Sampling::Shuffled => {
                let first = coin();
                let second = 1 - first;
                step(step(theta, rate, &labels[first..=first]), rate, &labels[second..=second])
            }
            Sampling::Independent => (0..2).fold(theta, |theta, _| step(theta, rate, &[labels[coin()]])),
            Sampling::FullBatch => (0..2).fold(theta, |theta, _| step(theta, rate, &labels)),
        };
        let size = theta[0].hypot(theta[1]);
        // What is no number any more has left too.
        if size.is_nan() || size >= AWAY {
            return f64::INFINITY;
        }
    }
    theta[0].hypot(theta[1])
}
