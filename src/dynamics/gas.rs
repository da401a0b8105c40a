//! The norm of scale-invariant weights in three regimes, and how it escapes.
//!
//! The first layer of a leaky ReLU network learns the handwritten digits, pooled to 4x4, through weights that are normalised: it is `s theta / r` with a fixed `s`. The last layer
//! is fixed. The loss does not change with the length `r` of the weights that learn, so `theta^T g = 0`, and a step `theta' = c theta - eta g` is a right triangle. With `rho = r |g|` three regimes are run
//! until they are stationary, at several rates: a fixed rate, a fixed effective rate `eta = eps r^2`, and a fixed sphere on which `r` is reset. Measured are the
//! turning angle `delta` of a step and `Z = p V / (R T)`, beside the exact curves of `ideal-gas/turning-angle` and `ideal-gas/equation-of-state`. What holds
//! whatever `rho` does, in the mean over a stationary state, is measured too:
//!
//! ```text
//! fixed rate:            E ln cos delta = ln(1 - 2 eta gamma),      (1 - eta gamma) E[p V] = E[R T]
//! fixed effective rate:  E ln cos delta = E ln(1 - x),              E[x p V (1 - x/2)] = E[x R T],   x = 2 eps gamma r^2
//! fixed sphere:          E ln cos delta = -1/2 E ln(1 + (eps rho)^2)
//! ```
//!
//! Last, chains `x' = x ((1 - x)^2 + (eps rho)^2)` with isotropic normal noise in dimension three, and with noise of two values, run at a fixed effective rate until
//! they are beyond 2, from where `ideal-gas/runaway` says that none comes back.

use super::batches::{Batches, Gradients};
use super::refusal::{Refusal, require};
use super::training::random_start;
use crate::closed_form::{gas, kept};
use crate::data::Sample;
use crate::data::digits::{self, CLASSES, Digit, POOLED};
use crate::linalg::products::dot;
use crate::model::{Carrier, Differentiable, Loss, Network, Piecewise};
use crate::statistics::{Mean, batch_means, ratio_of_averages};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use std::fmt;
use std::ops::Range;

/// Hidden units.
pub const HIDDEN: usize = 16;
/// `s`, the length of the weights that the network uses: that of independent ones with standard deviation 1 over the root of the inputs.
const LENGTH: f64 = 4.0;
/// The fixed last layer starts so much smaller than 1 over the root of its inputs: then the noise of the samples is more than the curvature, and the gradient
/// of about one length.
const LAST_LAYER: f64 = 0.1;
/// Steps of the way to the steady radius that are kept.
pub const WAY: usize = 600;
/// The way there is watched at this first-order angle, from these multiples of the square of the radius that is expected.
const WATCHED: f64 = 0.1;
/// See `WATCHED`.
pub const STARTS: [f64; 3] = [0.25, 1.0, 4.0];
/// Groups of the stationary half of a run, whose means are as good as independent.
const GROUPS: usize = 20;
/// Before a run the length of gradients is found by steps on the sphere, in so many rounds, each with a rate by the length found before.
const PILOTS: usize = 4;
/// See [`PILOTS`].
const PILOT_STEPS: usize = 500;
/// Fewer steps leave too little in a group.
pub const FEWEST_STEPS: u64 = 2000;
/// Root mean squares of `eps rho` of the chains.
pub const CHAINS: [f64; 4] = [0.3, 0.6, 0.8, 1.0];
/// Times at which the shares of chains are recorded.
pub const RECORDS: usize = 150;
/// Beyond this nothing comes back.
const BEYOND: f64 = 2.0;
/// Where a chain that is beyond is followed no more.
const FAR: f64 = 1e6;

/// What is run.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Steps of every state, of which the second half is stationary.
    pub steps: u64,
    /// Samples of a batch.
    pub batch: usize,
    /// Chains of each kind.
    pub chains: usize,
    /// Their steps at most.
    pub chain_steps: usize,
    /// Seed of everything.
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { steps: 20_000, batch: 16, chains: 2000, chain_steps: 3000, seed: 0 }
    }
}

impl Settings {
    /// # Errors
    /// The first setting that is out of range.
    pub fn validate(&self) -> Result<(), Refusal> {
        let steps = (FEWEST_STEPS..=1_000_000_000).contains(&self.steps);
        require(steps, "the number of steps", &self.steps, "2000 to 10^9")?;
        require((1..=1024).contains(&self.batch), "the batch size", &self.batch, "1 to 1024")?;
        require((10..=1_000_000).contains(&self.chains), "the number of chains", &self.chains, "10 to 10^6")?;
        let steps = (RECORDS..=10_000_000).contains(&self.chain_steps);
        require(steps, "the number of a chain's steps", &self.chain_steps, "150 to 10^7")
    }

    /// The steps of all states and ways.
    pub fn work(&self) -> u64 {
        let states: usize = Regime::ALL.iter().map(|regime| regime.angles().len()).sum();
        states as u64 * self.steps + (2 * STARTS.len() * WAY) as u64
    }
}

/// How the rate goes with the radius.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Regime {
    /// `eta`
    FixedRate,
    /// `eta = eps r^2`, in gradient and decay
    FixedEffectiveRate,
    /// `r` is reset after every step; no decay
    FixedSphere,
}

impl Regime {
    /// All of them.
    pub const ALL: [Regime; 3] = [Regime::FixedRate, Regime::FixedEffectiveRate, Regime::FixedSphere];

    /// The angles to first order at which it is run, as far as the length of gradients is known before.
    fn angles(self) -> &'static [f64] {
        match self {
            Regime::FixedEffectiveRate => &[0.1, 0.2, 0.3, 0.45, 0.6, 0.7, 0.8],
            _ => &[0.1, 0.2, 0.3, 0.45, 0.6, 0.8, 1.0, 1.2],
        }
    }

    /// The angle of a step where `rho` is constant, from that to first order: `2 sqrt(eta gamma)` or `eps rho`. None where there is no steady state.
    pub fn exact_angle(self, first_order: f64) -> Option<f64> {
        let angle = match self {
            Regime::FixedRate => (1.0 - 0.5 * first_order * first_order).acos(),
            Regime::FixedEffectiveRate => first_order.asin(),
            Regime::FixedSphere => first_order.atan(),
        };
        angle.is_finite().then_some(angle)
    }
}

impl fmt::Display for Regime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Regime::FixedRate => "fixed rate",
            Regime::FixedEffectiveRate => "fixed effective rate",
            Regime::FixedSphere => "fixed sphere",
        })
    }
}

/// `Z = 1/cos^2(delta/2)`
pub fn exact_factor(angle: f64) -> f64 {
    (0.5 * angle).cos().powi(-2)
}

/// A stationary state.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// In which regime.
    pub regime: Regime,
    /// `eta`, or `eps`
    pub rate: f64,
    /// `gamma`
    pub weight_decay: f64,
    /// The angle to first order: `2 sqrt(eta gamma)` at a fixed rate, else `eps rho` with the root mean square of `rho`.
    pub first_order: f64,
    /// `E rho^2`
    pub squared_rho: f64,
    /// The variance of `rho^2` over its squared mean.
    pub fluctuation: f64,
    /// `E r^2`
    pub squared_radius: f64,
    /// What was seen; none if the radius escaped.
    pub seen: Option<Seen>,
}

impl State {
    /// `r^2` of the steady state for a constant `rho^2` of the mean that was seen.
    pub fn steady_square(&self) -> f64 {
        let &State { regime, rate, weight_decay, first_order, .. } = self;
        match regime {
            Regime::FixedRate => gas::fourth_power_of_radius(&rate, &weight_decay, &self.squared_rho).sqrt(),
            Regime::FixedEffectiveRate => {
                let root = (1.0 - first_order * first_order).sqrt();
                gas::squared_radius_at_effective_rate(&root, &rate, &weight_decay)
            }
            Regime::FixedSphere => 1.0,
        }
    }
}

/// What was seen of a stationary state.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Seen {
    /// `arccos exp E ln cos delta`
    pub angle: Mean,
    /// `E ln cos delta` less what it is exactly, whatever `rho` does.
    pub angle_gap: Mean,
    /// `E[p V] / E[R T]`; none without decay.
    pub factor: Option<Mean>,
    /// The ratio of both sides of the exact law of `p V` and `R T`, less 1.
    pub factor_gap: Option<Mean>,
}

/// The way to a steady radius.
#[derive(Clone, Debug, PartialEq)]
pub struct Way {
    /// In which regime.
    pub regime: Regime,
    /// `r^2` over that of the steady state, step by step.
    pub measured: Vec<f64>,
    /// The same for a constant `rho`.
    pub exact: Vec<f64>,
}

/// Chains at a fixed effective rate.
#[derive(Clone, Debug, PartialEq)]
pub struct Chains {
    /// The root mean square of `eps rho`.
    pub size: f64,
    /// Whether the noise is normal; else it has two values.
    pub is_normal: bool,
    /// The share that has been beyond 2, by record.
    pub escaped: Vec<(usize, f64)>,
    /// Those that came back.
    pub returned: usize,
}

impl Chains {
    /// The share at the end.
    pub fn share(&self, chains: usize) -> Mean {
        let share = self.escaped[RECORDS].1;
        Mean { value: share, standard_error: (share * (1.0 - share) / chains as f64).sqrt() }
    }

    /// Whether `(eps rho)^2` stays below 1.
    pub fn is_below_critical(&self) -> bool {
        !self.is_normal && self.size * self.size * TWO_VALUES[1] < 1.0
    }
}

/// `rho^2` over its mean, of noise of two values.
pub const TWO_VALUES: [f64; 2] = [0.5, 1.5];

/// What was seen.
#[derive(Clone, Debug, PartialEq)]
pub struct Observation {
    /// What was run.
    pub settings: Settings,
    /// Images in the data set.
    pub samples: usize,
    /// `d`, the parameters that learn.
    pub dimension: usize,
    /// Regime by regime, with rising rates.
    pub states: Vec<State>,
    /// At a fixed rate and at a fixed effective rate, from the [`STARTS`].
    pub ways: Vec<Way>,
    /// Normal noise, then noise of two values, with rising sizes.
    pub chains: Vec<Chains>,
}

/// Runs everything, on the threads of the current pool. `progress` is told of steps as they are done, [`Settings::work`] in all.
///
/// The result depends on the settings only.
///
/// # Errors
/// [`Refusal`]
pub fn observe(settings: &Settings, progress: &(dyn Fn(u64) + Sync)) -> Result<Observation, Refusal> {
    settings.validate()?;
    let samples: Vec<Sample<f64>> = digits::handwritten()?.iter().map(Digit::pooled).collect();
    let laboratory = Laboratory::new(settings, &samples);
    let mut plans = Vec::new();
    for regime in Regime::ALL {
        plans.extend(regime.angles().iter().map(|&angle| (regime, angle)));
    }
    let state = |(number, &(regime, angle)): (usize, &(Regime, f64))| {
        let state = laboratory.state(regime, angle, number);
        progress(settings.steps);
        state
    };
    let states: Vec<State> = plans.par_iter().enumerate().map(state).collect();
    let mut ways = Vec::new();
    for regime in [Regime::FixedRate, Regime::FixedEffectiveRate] {
        let steady = plans.iter().position(|plan| *plan == (regime, WATCHED)).map(|place| &states[place]);
        ways.extend((0..STARTS.len()).filter_map(|start| laboratory.way(steady?, start)));
        progress((STARTS.len() * WAY) as u64);
    }
    let kinds: Vec<(bool, f64)> = [true, false].iter().flat_map(|&normal| CHAINS.map(|size| (normal, size))).collect();
    let chains = kinds.par_iter().map(|&(is_normal, size)| chains(settings, is_normal, size)).collect();
    let dimension = laboratory.learns.len();
    Ok(Observation { settings: settings.clone(), samples: samples.len(), dimension, states, ways, chains })
}

/// The network with its data.
struct Laboratory<'a> {
    settings: &'a Settings,
    samples: &'a [Sample<f64>],
    model: std::sync::Arc<dyn Differentiable<f64>>,
    /// A start whose part that learns is a unit vector.
    start: Vec<f64>,
    /// The part that learns.
    learns: Range<usize>,
}

/// A step as a triangle.
struct Step {
    /// `r^2` and `r'^2`
    squares: [f64; 2],
    /// `theta^T theta' / (r r')`
    cosine: f64,
    /// The actual rate.
    eta: f64,
    /// `|g|^2`
    squared_gradient: f64,
}

impl Step {
    fn squared_rho(&self) -> f64 {
        self.squares[0] * self.squared_gradient
    }
}

/// Descent of the part that learns.
struct Path<'a> {
    laboratory: &'a Laboratory<'a>,
    regime: Regime,
    rate: f64,
    weight_decay: f64,
    theta: Vec<f64>,
    batches: Batches<ChaCha8Rng>,
    gradients: Gradients,
    /// The parameters that the network uses.
    used: Vec<f64>,
}

impl<'a> Laboratory<'a> {
    fn new(settings: &'a Settings, samples: &'a [Sample<f64>]) -> Self {
        let network = Network::mlp(&[POOLED, HIDDEN, CLASSES], Piecewise::LeakyRelu, false, Loss::SquaredError);
        let layout = network.layout().expect("a perceptron has layers");
        let model = f64::model(&network).expect("every network exists in f64");
        let learns = layout.weights(0);
        let mut random = ChaCha8Rng::seed_from_u64(settings.seed);
        let mut start = random_start(layout, &[1.0, LAST_LAYER], &mut random);
        let length = start[learns.clone()].iter().map(|x| x * x).sum::<f64>().sqrt();
        start[learns.clone()].iter_mut().for_each(|x| *x /= length);
        Laboratory { settings, samples, model, start, learns }
    }

    /// The root mean square of `rho` on the sphere, at the rate that goes with it and a first-order angle.
    fn rho(&self, angle: f64) -> f64 {
        let mut path = self.path(Regime::FixedSphere, 0.0, 0.0, 1.0, 0);
        let mut rho = 0.0;
        for _ in 0..PILOTS {
            let squares = (0..PILOT_STEPS).map(|_| path.step().squared_rho()).sum::<f64>();
            rho = (squares / PILOT_STEPS as f64).sqrt();
            path.rate = angle / rho;
        }
        rho
    }

    fn path(&self, regime: Regime, rate: f64, weight_decay: f64, squared_radius: f64, number: usize) -> Path<'_> {
        let mut random = ChaCha8Rng::seed_from_u64(self.settings.seed);
        random.set_stream(1 + number as u64);
        let mut theta = self.start.clone();
        theta[self.learns.clone()].iter_mut().for_each(|x| *x *= squared_radius.sqrt());
        let batches = Batches::new(self.samples.len(), self.settings.batch, random);
        let gradients = Gradients::new(theta.len());
        let used = theta.clone();
        Path { laboratory: self, regime, rate, weight_decay, theta, batches, gradients, used }
    }

    /// Rate and decay for an angle to first order, with a steady radius of about 1.
    fn rates(&self, regime: Regime, angle: f64) -> [f64; 2] {
        let rho = self.rho(angle);
        match regime {
            Regime::FixedRate => {
                let product = 0.25 * angle * angle;
                let eta = 2.0 * (product * (1.0 - product)).sqrt() / rho;
                [eta, product / eta]
            }
            Regime::FixedEffectiveRate => {
                let rate = angle / rho;
                let root = (1.0 - angle * angle).sqrt();
                [rate, gas::squared_radius_at_effective_rate(&root, &rate, &1.0)]
            }
            Regime::FixedSphere => [angle / rho, 0.0],
        }
    }

    fn state(&self, regime: Regime, angle: f64, number: usize) -> State {
        let [rate, weight_decay] = self.rates(regime, angle);
        let mut path = self.path(regime, rate, weight_decay, 1.0, 1 + number);
        let steps = self.settings.steps as usize;
        let half = steps / 2;
        let mut escaped = false;
        let mut sums = Sums::new(regime, rate, weight_decay);
        for step in 0..steps {
            let seen = path.step();
            // Beyond x = 1 the factor c is negative: no stationary state is there.
            escaped |= regime == Regime::FixedEffectiveRate && 2.0 * seen.eta * weight_decay >= 1.0;
            if escaped {
                break;
            }
            if step >= half {
                sums.add(&seen, (step - half) * GROUPS / (steps - half));
            }
        }
        sums.conclude(escaped.then_some(angle))
    }

    /// The way to the radius of a steady state, from one of the [`STARTS`]; none if that state escaped.
    fn way(&self, steady: &State, start: usize) -> Option<Way> {
        steady.seen?;
        let &State { regime, rate, weight_decay, squared_rho, .. } = steady;
        let steady_square = steady.steady_square();
        let mut square = STARTS[start] * steady_square;
        let mut path = self.path(regime, rate, weight_decay, square, (1 << 16) + start);
        // The direction first becomes what it is in the steady state, at a radius that is held.
        path.settle(square, steady);
        let (mut measured, mut exact) = (Vec::with_capacity(WAY), Vec::with_capacity(WAY));
        for _ in 0..WAY {
            exact.push(square / steady_square);
            measured.push(path.step().squares[0] / steady_square);
            square = match regime {
                Regime::FixedRate => gas::next_square(&square, &kept(&rate, &weight_decay), &rate, &squared_rho),
                _ => {
                    let scale = 2.0 * rate * weight_decay;
                    let [shrunk, pushed] = gas::next_height(&(scale * square), &(rate * rate * squared_rho));
                    (shrunk + pushed) / scale
                }
            };
        }
        Some(Way { regime, measured, exact })
    }
}

impl Path<'_> {
    /// Steps on the sphere at the angle of a state, as many as lead to the stationary half of it, and then the given radius.
    fn settle(&mut self, squared_radius: f64, steady: &State) {
        let (regime, rate, weight_decay) = (self.regime, self.rate, self.weight_decay);
        let effective = match regime {
            Regime::FixedRate => rate / steady.squared_radius,
            _ => rate,
        };
        (self.regime, self.rate, self.weight_decay) = (Regime::FixedSphere, effective, 0.0);
        for _ in 0..self.laboratory.settings.steps / 2 {
            self.step();
        }
        (self.regime, self.rate, self.weight_decay) = (regime, rate, weight_decay);
        let learns = self.laboratory.learns.clone();
        let now: f64 = self.theta[learns.clone()].iter().map(|x| x * x).sum();
        self.theta[learns].iter_mut().for_each(|x| *x *= (squared_radius / now).sqrt());
    }

    fn step(&mut self) -> Step {
        let Laboratory { model, samples, learns, .. } = self.laboratory;
        let start: f64 = dot(&self.theta[learns.clone()], &self.theta[learns.clone()]);
        let stretch = LENGTH / start.sqrt();
        self.used.clone_from(&self.theta);
        self.used[learns.clone()].iter_mut().for_each(|entry| *entry *= stretch);
        self.gradients.see(&**model, &self.used, samples, self.batches.draw());
        let theta = &mut self.theta[learns.clone()];
        // The chain rule through s theta / r: what is along theta does not count.
        let gradient = &mut self.gradients.mean[learns.clone()];
        let along = dot(theta, gradient) / start;
        for (slope, entry) in gradient.iter_mut().zip(theta.iter()) {
            *slope = stretch * (*slope - along * entry);
        }
        let eta = if self.regime == Regime::FixedRate { self.rate } else { self.rate * start };
        let kept = kept(&eta, &self.weight_decay);
        let (mut inner, mut end) = (0.0, 0.0);
        for (entry, slope) in theta.iter_mut().zip(gradient.iter()) {
            let next = kept * *entry - eta * slope;
            inner += *entry * next;
            end += next * next;
            *entry = next;
        }
        if self.regime == Regime::FixedSphere {
            theta.iter_mut().for_each(|entry| *entry *= (start / end).sqrt());
        }
        let squared_gradient: f64 = dot(&*gradient, &*gradient);
        Step { squares: [start, end], cosine: inner / (start * end).sqrt(), eta, squared_gradient }
    }
}

/// Sums over the stationary half, group by group.
struct Sums {
    regime: Regime,
    rate: f64,
    weight_decay: f64,
    groups: Vec<[f64; 9]>,
}

impl Sums {
    fn new(regime: Regime, rate: f64, weight_decay: f64) -> Self {
        Sums { regime, rate, weight_decay, groups: vec![[0.0; 9]; GROUPS] }
    }

    fn add(&mut self, step: &Step, group: usize) {
        let Step { squares: [square, _], cosine, eta, squared_gradient } = *step;
        let squared_rho = step.squared_rho();
        let exact = match self.regime {
            Regime::FixedSphere => -0.5 * (self.rate * self.rate * squared_rho).ln_1p(),
            _ => kept(&eta, &self.weight_decay).ln(),
        };
        let pressure_volume = gas::pressure_volume(&self.weight_decay, &square);
        let heat = gas::heat(&eta, &squared_gradient);
        // At a fixed effective rate the law weighs with x = 2 eta gamma.
        let weight = if self.regime == Regime::FixedEffectiveRate { 2.0 * eta * self.weight_decay } else { 1.0 };
        let law = weight * pressure_volume / gas::factor_at_fixed_rate(&eta, &self.weight_decay);
        let numbers = [
            1.0,
            cosine.ln(),
            cosine.ln() - exact,
            pressure_volume,
            heat,
            law,
            weight * heat,
            squared_rho,
            squared_rho * squared_rho,
        ];
        for (sum, number) in self.groups[group].iter_mut().zip(numbers) {
            *sum += number;
        }
    }

    /// With the angle to first order that was asked for, if the radius escaped.
    fn conclude(&self, escaped: Option<f64>) -> State {
        let Sums { regime, rate, weight_decay, ref groups } = *self;
        let total = |part: usize| groups.iter().map(|group| group[part]).sum::<f64>();
        let mean = |part: usize| total(part) / total(0);
        let means = |part: usize| groups.iter().map(|group| group[part] / group[0]).collect::<Vec<_>>();
        let ratio = |above: usize, below: usize| {
            let groups: Vec<_> = groups.iter().map(|group| (group[above], group[below])).collect();
            ratio_of_averages(&groups).map(|ratio| ratio.of_batches(GROUPS))
        };
        let first_order = match regime {
            Regime::FixedRate => 2.0 * (rate * weight_decay).sqrt(),
            _ => rate * mean(7).sqrt(),
        };
        let squared_radius = if regime == Regime::FixedSphere { 1.0 } else { mean(3) / weight_decay };
        let seen = || {
            let of_groups = |part: usize| Some(batch_means(&means(part), 0.05)?.of_batches(GROUPS));
            let Mean { value, standard_error } = of_groups(1)?;
            // An angle changes by d ln cos / tan.
            let angle = value.exp().acos();
            let angle = Mean { value: angle, standard_error: standard_error / angle.tan() };
            let has_decay = regime != Regime::FixedSphere;
            Some(Seen {
                angle,
                angle_gap: of_groups(2)?,
                factor: ratio(3, 4).filter(|_| has_decay),
                factor_gap: ratio(5, 6).filter(|_| has_decay).map(|ratio| Mean { value: ratio.value - 1.0, ..ratio }),
            })
        };
        State {
            regime,
            rate,
            weight_decay,
            first_order: escaped.unwrap_or(first_order),
            squared_rho: mean(7),
            fluctuation: mean(8) / mean(7).powi(2) - 1.0,
            squared_radius,
            seen: if escaped.is_some() { None } else { seen() },
        }
    }
}

/// Chains of one noise and size, from `x = 1/2`.
fn chains(settings: &Settings, is_normal: bool, size: f64) -> Chains {
    let boundary = |record: usize| settings.chain_steps * record / RECORDS;
    let mut escapes: Vec<usize> = Vec::new();
    let mut returned = 0;
    for chain in 0..settings.chains {
        let mut random = ChaCha8Rng::seed_from_u64(settings.seed);
        random.set_stream((1 << 40) | ((size * 1000.0) as u64) << 24 | u64::from(is_normal) << 23 | chain as u64);
        let mut x = 0.5;
        let mut since = None;
        for step in 1..=settings.chain_steps {
            let bits = random.next_u64();
            let noise = if is_normal {
                // Half of chi-squared with two degrees of freedom, from a uniform number in (0, 1].
                -(((bits >> 11) + 1) as f64 / (1_u64 << 53) as f64).ln()
            } else {
                TWO_VALUES[(bits & 1) as usize]
            };
            let [shrunk, pushed] = gas::next_height(&x, &(size * size * noise));
            x = shrunk + pushed;
            match since {
                None if x >= BEYOND => since = Some(step),
                Some(_) if x < BEYOND => returned += 1,
                _ => {}
            }
            if x >= FAR {
                break;
            }
        }
        escapes.extend(since);
    }
    let share = |step: usize| escapes.iter().filter(|&&escape| escape <= step).count() as f64 / settings.chains as f64;
    let escaped = (0..=RECORDS).map(|record| (boundary(record), share(boundary(record)))).collect();
    Chains { size, is_normal, escaped, returned }
}
