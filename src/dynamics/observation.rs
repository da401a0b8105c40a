//! The balance laws on real data: two networks are trained on the handwritten digits by plain stochastic gradient descent,
//! from the same unbalanced start, and both sides of the laws are measured along the way.
//!
//! One hidden layer with biases, squared error (the sum over outputs) on one-hot targets with label noise, single-sample steps
//! `theta' = theta - eta (g + 2 gamma theta)`. The law of the layer,
//!
//! ```text
//! E|g_W1|^2 + E|g_b1|^2 - E|g_W2|^2 = (4 gamma / eta) (|W1|^2 + |b1|^2 - |W2|^2)
//! ```
//!
//! and the same for each hidden neuron hold where the activation is homogeneous of degree 1: for ReLU, and not for the
//! control, tanh. `g` is the gradient of one sample's loss, with the noise of its label and without the decay; `E` is the mean
//! over consecutive steps. See [`rescaling`] for why that mean is the right one, and for the factor
//! `1 - eta gamma` of the exact law, which moves an imbalance by no more than `eta gamma`.

use super::dead::dead_neurons;
use super::rescaling::{self, Meter, Sides, Squares};
use super::training::{Chain, Descent, Training, random_start};
use crate::data::Sample;
use crate::data::digits::{self, CLASSES, DigitsError, PIXELS};
use crate::model::{Activation, Carrier, Loss, Network, Piecewise, Smooth};
use crate::statistics::{Estimate, quantile, ratio_of_averages};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use std::fmt;

/// A run is recorded in so many windows of consecutive steps.
pub const WINDOWS: usize = 200;
/// The stationary part is the last half: so many windows.
pub const STATIONARY_WINDOWS: usize = 100;
/// The batches into which the stationary part is cut for its confidence interval.
pub const BATCHES: usize = 20;
/// A confidence interval with more than this half-width decides nothing: imbalances lie between -1 and 1.
pub const WIDEST_INTERVAL: f64 = 0.05;
/// Fewer steps than this leave too little in a window.
pub const FEWEST_STEPS: u64 = 10 * WINDOWS as u64;

/// What is run.
///
/// The default starts with the first layer three times too large and takes half the run, 16 times `1 / (4 eta gamma)` steps,
/// to forget it.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Hidden neurons.
    pub hidden: usize,
    /// Steps of each network.
    pub steps: u64,
    /// `eta`, `gamma`, and the standard deviation of the label noise.
    pub training: Training,
    /// How much larger than `1 / sqrt(inputs)` the weights of the first layer start.
    pub first_layer_factor: f64,
    /// The same for the last layer.
    pub last_layer_factor: f64,
    /// Seed of the start, of the samples' order and of the label noise.
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            hidden: 32,
            steps: 400_000,
            training: Training { learning_rate: 0.02, weight_decay: 0.001, label_noise: 0.2 },
            first_layer_factor: 3.0,
            last_layer_factor: 1.0,
            seed: 0,
        }
    }
}

/// Why there is nothing to observe.
#[derive(Debug, thiserror::Error)]
pub enum ObservationError {
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
    /// The digits cannot be read.
    #[error(transparent)]
    Digits(#[from] DigitsError),
    /// The parameters of a network left the range of numbers.
    #[error("the {activation} network diverged at step {step}: try a smaller learning rate or smaller initial weights")]
    Diverged {
        /// Which network.
        activation: Activation,
        /// When.
        step: u64,
    },
}

impl Settings {
    /// `4 gamma / eta`, the factor of the law's right side.
    pub fn decay_factor(&self) -> f64 {
        4.0 * self.training.weight_decay / self.training.learning_rate
    }

    /// How many times `1 / (4 eta gamma)`, in which the decay alone lets a charge fall by a factor e, fit into the steps before
    /// the stationary part.
    pub fn relaxation_times(&self) -> f64 {
        4.0 * self.training.learning_rate
            * self.training.weight_decay
            * self.boundary(WINDOWS - STATIONARY_WINDOWS) as f64
    }

    /// The number of steps before window `window` (from 0).
    fn boundary(&self, window: usize) -> u64 {
        (u128::from(self.steps) * window as u128 / WINDOWS as u128) as u64
    }

    /// # Errors
    /// The first setting that is out of range.
    pub fn validate(&self) -> Result<(), ObservationError> {
        let check = |holds: bool, name, value: &dyn fmt::Display, expected| {
            let error = || ObservationError::Setting { name, value: value.to_string(), expected };
            if holds { Ok(()) } else { Err(error()) }
        };
        let Training { learning_rate, weight_decay, label_noise } = self.training;
        let non_negative = |x: f64| x.is_finite() && x >= 0.0;
        check((1..=4096).contains(&self.hidden), "the number of hidden neurons", &self.hidden, "1 to 4096")?;
        let enough = (FEWEST_STEPS..=1_000_000_000_000).contains(&self.steps);
        check(enough, "the number of steps", &self.steps, "2000 to 10^12")?;
        check(
            learning_rate.is_normal() && learning_rate > 0.0,
            "the learning rate",
            &learning_rate,
            "a positive number",
        )?;
        let stable = non_negative(weight_decay) && 2.0 * learning_rate * weight_decay < 1.0;
        let expected = "a number from 0 to below 1/2 divided by the learning rate";
        check(stable, "the weight decay", &weight_decay, expected)?;
        check(non_negative(label_noise), "the label noise", &label_noise, "a number from 0")?;
        for (name, factor) in [
            ("the factor of the first layer", self.first_layer_factor),
            ("the factor of the last layer", self.last_layer_factor),
        ] {
            check(non_negative(factor), name, &factor, "a number from 0")?;
        }
        Ok(())
    }
}

/// What was seen.
#[derive(Clone, Debug, PartialEq)]
pub struct Observation {
    /// What was run.
    pub settings: Settings,
    /// Images in the data set.
    pub samples: usize,
    /// The ReLU network, which the laws are about, and the tanh network, about which they say nothing.
    pub networks: [NetworkRun; 2],
}

/// What was seen of one network.
#[derive(Clone, Debug, PartialEq)]
pub struct NetworkRun {
    /// Its activation.
    pub activation: Activation,
    /// The whole run, window by window.
    pub windows: Vec<Window>,
    /// The averages over the stationary part.
    pub stationary: Stationary,
    /// The charge's identity over the whole run.
    pub identity: Identity,
    /// In a word.
    pub verdict: Balance,
}

/// Averages over consecutive steps.
#[derive(Clone, Debug, PartialEq)]
pub struct Window {
    /// The number of steps up to its end.
    pub last_step: u64,
    /// The mean of both sides of the layer's law.
    pub layer: Sides,
    /// The signed imbalance of the layer.
    pub imbalance: Option<f64>,
    /// The imbalances of the neurons that are alive at the end.
    pub neurons: Option<Spread>,
    /// The mean loss, label noise included.
    pub loss: f64,
    /// The neurons that are dead at the end.
    pub dead: usize,
}

/// How imbalances are spread over neurons.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// The quantile of the absolute values at 10 %.
    pub low: f64,
    /// Their median.
    pub median: f64,
    /// Their quantile at 90 %.
    pub high: f64,
    /// The mean with signs.
    pub signed_mean: f64,
}

/// Averages over the stationary part.
#[derive(Clone, Debug, PartialEq)]
pub struct Stationary {
    /// The number of steps before it.
    pub start: u64,
    /// The mean of both sides of the layer's law.
    pub sides: Sides,
    /// The signed imbalance of the layer, as the ratio of the averages of numerator and denominator; none if nothing moved.
    pub layer: Option<Estimate>,
    /// The boundary term `(C_n - C_0) / (eta^2 n)` on the same scale: what the identity says the imbalance is, up to
    /// `eta gamma`, for a homogeneous activation.
    pub drift: Option<f64>,
    /// The neurons that are alive at the end.
    pub live_neurons: usize,
    /// Those of them whose own signed imbalance is zero within its confidence interval.
    pub balanced_neurons: usize,
    /// The spread of their signed imbalances.
    pub neurons: Option<Spread>,
}

/// Residuals of the charge's identity, relative to its terms ([`rescaling::identity_residual`]).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Identity {
    /// Of the layer.
    pub layer: f64,
    /// Of the neuron where it is largest in absolute value.
    pub worst_neuron: f64,
}

/// What the stationary part says about the balance of the layers.
///
/// The interval comes from batch means ([`ratio_of_averages`]). For a homogeneous activation a batch's imbalance is the
/// increment of the charge over the batch, up to `eta gamma`. Increments of a stationary process are negatively correlated, so the
/// interval is then wider than it need be: a false alarm is rarer than one in twenty. For the control the
/// batches may be positively correlated, and the interval too narrow; its distance from zero should be many widths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Balance {
    /// The average imbalance is zero within its confidence interval, and the interval is narrow.
    Balanced,
    /// The interval excludes zero.
    Unbalanced,
    /// Every hidden neuron is dead: whatever the imbalance, nothing can be said of a balance of gradients.
    Dead,
    /// There is no interval, or it is wider than [`WIDEST_INTERVAL`].
    Undecided,
}

impl fmt::Display for Balance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Balance::Balanced => "balanced",
            Balance::Unbalanced => "not balanced",
            Balance::Dead => "dead",
            Balance::Undecided => "undecided",
        })
    }
}

/// Trains both networks, on two threads if the current pool has them, and measures.
///
/// `progress` is told of steps as they are done, `2 * steps` in all. The result depends on the settings only.
///
/// # Errors
/// [`ObservationError`]
pub fn observe(settings: &Settings, progress: &(dyn Fn(u64) + Sync)) -> Result<Observation, ObservationError> {
    settings.validate()?;
    let samples: Vec<Sample<f64>> = digits::handwritten()?.iter().map(digits::Digit::sample).collect();
    let run = |activation| run(settings, activation, &samples, progress);
    let (relu, tanh) = rayon::join(|| run(Piecewise::Relu.into()), || run(Smooth::Tanh.into()));
    Ok(Observation { settings: settings.clone(), samples: samples.len(), networks: [relu?, tanh?] })
}

/// One window as it was measured: sums over its steps, neuron by neuron.
struct Record {
    steps: u64,
    neurons: Vec<Sides>,
    loss: f64,
    dead: Vec<bool>,
}

fn run(
    settings: &Settings,
    activation: Activation,
    samples: &[Sample<f64>],
    progress: &(dyn Fn(u64) + Sync),
) -> Result<NetworkRun, ObservationError> {
    let network = Network::mlp(&[PIXELS, settings.hidden, CLASSES], activation, true, Loss::SquaredError);
    let layout = network.layout().expect("a perceptron has layers");
    let model = f64::model(&network).expect("every network exists in f64");
    let mut random = ChaCha8Rng::seed_from_u64(settings.seed);
    let factors = [settings.first_layer_factor, settings.last_layer_factor];
    let start = random_start(layout, &factors, &mut random);
    let mut descent = Descent::new(&*model, samples, start, settings.training, random);
    let mut meter = Meter::new(layout, 0);
    let mut records: Vec<Record> = Vec::with_capacity(WINDOWS);
    let mut dead = vec![false; settings.hidden];
    let mut charges = vec![rescaling::squares(layout, 0, descent.theta())];
    for window in 0..WINDOWS {
        let (first, end) = (settings.boundary(window), settings.boundary(window + 1));
        let mut loss = 0.0;
        for step in first..end {
            loss += descent.step(|theta, gradient| meter.add(theta, gradient));
            if !loss.is_finite() {
                return Err(ObservationError::Diverged { activation, step });
            }
        }
        dead = dead_neurons(&*model, layout, 0, samples, descent.theta(), &dead);
        records.push(Record { steps: end - first, neurons: meter.take(), loss, dead: dead.clone() });
        charges.push(rescaling::squares(layout, 0, descent.theta()));
        progress(end - first);
    }
    Ok(conclude(settings, activation, &records, &charges))
}

/// From sums to averages, intervals and a verdict. `charges` are the squares at the windows' boundaries.
fn conclude(settings: &Settings, activation: Activation, records: &[Record], charges: &[Vec<Squares>]) -> NetworkRun {
    let decay_factor = settings.decay_factor();
    let mut last_step = 0;
    let windows = records.iter().map(|record| {
        last_step += record.steps;
        let layer = record.neurons.iter().copied().sum::<Sides>() / record.steps as f64;
        let live = record.neurons.iter().zip(&record.dead).filter(|(_, dead)| !**dead);
        Window {
            last_step,
            layer,
            imbalance: layer.imbalance(decay_factor),
            neurons: Spread::of(live.filter_map(|(sides, _)| sides.imbalance(decay_factor)).collect()),
            loss: record.loss / record.steps as f64,
            dead: record.dead.iter().filter(|dead| **dead).count(),
        }
    });
    let windows = windows.collect();
    let stationary = stationary(settings, records, charges);
    let verdict = match stationary.layer {
        _ if stationary.live_neurons == 0 => Balance::Dead,
        Some(estimate) if estimate.half_width <= WIDEST_INTERVAL => {
            if estimate.covers_zero() {
                Balance::Balanced
            } else {
                Balance::Unbalanced
            }
        }
        _ => Balance::Undecided,
    };
    NetworkRun { activation, windows, stationary, identity: identity(settings, records, charges), verdict }
}

fn stationary(settings: &Settings, records: &[Record], charges: &[Vec<Squares>]) -> Stationary {
    let decay_factor = settings.decay_factor();
    let first = WINDOWS - STATIONARY_WINDOWS;
    let records = &records[first..];
    let estimate = |select: &dyn Fn(&Record) -> Sides| {
        let batch = |batch: &[Record]| {
            let sides: Sides = batch.iter().map(select).sum();
            (sides.difference(decay_factor), sides.scale(decay_factor))
        };
        ratio_of_averages(&records.chunks(STATIONARY_WINDOWS / BATCHES).map(batch).collect::<Vec<_>>())
    };
    let layer = estimate(&|record| record.neurons.iter().copied().sum());
    let dead = &records[STATIONARY_WINDOWS - 1].dead;
    let live: Vec<usize> = (0..settings.hidden).filter(|&neuron| !dead[neuron]).collect();
    let neurons: Vec<Estimate> = live.iter().filter_map(|&neuron| estimate(&|record| record.neurons[neuron])).collect();
    let charge = |squares: &[Squares]| squares.iter().map(Squares::charge).sum::<f64>();
    let sums = records.iter().flat_map(|record| &record.neurons).copied().sum::<Sides>();
    let drift = (charge(&charges[WINDOWS]) - charge(&charges[first])) / settings.training.learning_rate.powi(2);
    let drift = drift / sums.scale(decay_factor);
    let start = settings.boundary(first);
    Stationary {
        start,
        sides: sums / (settings.steps - start) as f64,
        layer,
        drift: drift.is_finite().then_some(drift),
        live_neurons: live.len(),
        balanced_neurons: neurons.iter().filter(|estimate| estimate.covers_zero()).count(),
        neurons: Spread::of(neurons.iter().map(|estimate| estimate.mean).collect()),
    }
}

fn identity(settings: &Settings, records: &[Record], charges: &[Vec<Squares>]) -> Identity {
    let Training { learning_rate, weight_decay, .. } = settings.training;
    let (first, last) = (&charges[0], &charges[WINDOWS]);
    let residual =
        |before: Squares, after, sums| rescaling::identity_residual(before, after, sums, learning_rate, weight_decay);
    let sums = |neuron: usize| records.iter().map(|record| record.neurons[neuron]).sum::<Sides>();
    let all = |squares: &[Squares]| squares.iter().copied().fold(Squares::default(), |sum, next| sum + next);
    let neurons = (0..settings.hidden).map(|neuron| residual(first[neuron], last[neuron], sums(neuron)));
    let worst_neuron = neurons.max_by(|a, b| a.abs().total_cmp(&b.abs())).unwrap_or(0.0);
    let layer = residual(all(first), all(last), (0..settings.hidden).map(sums).sum());
    Identity { layer, worst_neuron }
}

impl Spread {
    /// Of signed imbalances; none of none.
    fn of(signed: Vec<f64>) -> Option<Spread> {
        let signed_mean = signed.iter().sum::<f64>() / signed.len() as f64;
        let mut sizes: Vec<f64> = signed.into_iter().map(f64::abs).collect();
        sizes.sort_by(f64::total_cmp);
        let at = |fraction| quantile(&sizes, fraction);
        Some(Spread { low: at(0.1)?, median: at(0.5)?, high: at(0.9)?, signed_mean })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A run of two neurons whose terms in window `window` are as given, the same for both.
    fn concluded(dead: [bool; 2], sides: impl Fn(usize) -> Sides) -> NetworkRun {
        let settings = Settings { hidden: 2, steps: 1600, ..Settings::default() };
        let record = |window| Record { steps: 8, neurons: vec![sides(window); 2], loss: 0.0, dead: dead.to_vec() };
        let records: Vec<Record> = (0..WINDOWS).map(record).collect();
        let charges = vec![vec![Squares::default(); 2]; WINDOWS + 1];
        conclude(&settings, Piecewise::Relu.into(), &records, &charges)
    }

    fn gradients(incoming: f64, outgoing: f64) -> Sides {
        Sides { gradient: Squares { incoming, bias: 0.0, outgoing }, parameters: Squares::default() }
    }

    #[test]
    fn a_verdict_needs_a_narrow_interval_and_a_live_neuron() {
        let balanced = |window: usize| gradients(1.0 + 0.01 * (window / 5 % 2) as f64, 1.005);
        assert_eq!(concluded([false, true], balanced).verdict, Balance::Balanced);
        assert_eq!(concluded([true, true], balanced).verdict, Balance::Dead);
        assert_eq!(concluded([false, false], |_| gradients(2.0, 1.0)).verdict, Balance::Unbalanced);
        // The same average with swings of the batches that hide it.
        let wild = |window: usize| gradients(2.0 + 1.9 * [1.0, -1.0][window / 5 % 2], 1.0);
        assert_eq!(concluded([false, false], wild).verdict, Balance::Undecided);
        assert_eq!(concluded([false, false], |_| Sides::default()).verdict, Balance::Undecided);
    }

    #[test]
    fn the_stationary_part_is_the_last_half_and_counts_live_neurons() {
        // Unbalanced in the first half only.
        let run = concluded([false, true], |window| gradients(if window < 100 { 3.0 } else { 1.0 }, 1.0));
        assert_eq!((run.stationary.start, run.stationary.live_neurons, run.stationary.balanced_neurons), (800, 1, 1));
        assert_eq!(run.stationary.layer, Some(Estimate { mean: 0.0, half_width: 0.0 }));
        assert_eq!((run.windows[99].imbalance, run.windows[100].imbalance), (Some(0.5), Some(0.0)));
        assert_eq!((run.windows[0].dead, run.windows[0].neurons.unwrap().signed_mean), (1, 0.5));
        // Left minus right of two neurons over eight steps.
        assert_eq!(run.stationary.sides, gradients(0.25, 0.25));
    }

    #[test]
    fn windows_add_up_to_the_run() {
        let settings = Settings { steps: 12_345, ..Settings::default() };
        let lengths: Vec<u64> = (0..WINDOWS).map(|w| settings.boundary(w + 1) - settings.boundary(w)).collect();
        assert_eq!(lengths.iter().sum::<u64>(), 12_345);
        assert!(lengths.iter().all(|length| (61..=62).contains(length)));
    }
}
