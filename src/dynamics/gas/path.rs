//! Descent of the part of a network that learns, through weights that are normalised.

use super::state::{GROUPS, Regime, State, Step, Sums};
use crate::closed_form::{gas, kept};
use crate::data::Sample;
use crate::data::digits::{CLASSES, POOLED};
use crate::dynamics::batches::{Batches, Gradients};
use crate::dynamics::training::random_start;
use crate::linalg::products::dot;
use crate::model::{Carrier, Differentiable, Loss, Network, Piecewise};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
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
/// Where the ways to a steady radius start: multiples of its expected square.
pub const STARTS: [f64; 3] = [0.25, 1.0, 4.0];
/// Before a run the length of gradients is found by steps on the sphere, in so many rounds, each with a rate by the length found before.
const PILOTS: usize = 4;
/// See [`PILOTS`].
const PILOT_STEPS: usize = 500;

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

/// The network with its data.
pub(super) struct Laboratory<'a> {
    /// Steps of a state.
    steps: u64,
    /// Samples of a batch.
    batch: usize,
    seed: u64,
    samples: &'a [Sample<f64>],
    model: std::sync::Arc<dyn Differentiable<f64>>,
    /// A start whose part that learns is a unit vector.
    start: Vec<f64>,
    /// The part that learns.
    pub learns: Range<usize>,
}

impl<'a> Laboratory<'a> {
    pub fn new(steps: u64, batch: usize, seed: u64, samples: &'a [Sample<f64>]) -> Self {
        let network = Network::mlp(&[POOLED, HIDDEN, CLASSES], Piecewise::LeakyRelu, false, Loss::SquaredError);
        let layout = network.layout().expect("a perceptron has layers");
        let model = f64::model(&network).expect("every network exists in f64");
        let learns = layout.weights(0);
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut start = random_start(layout, &[1.0, LAST_LAYER], &mut random);
        let length = start[learns.clone()].iter().map(|x| x * x).sum::<f64>().sqrt();
        start[learns.clone()].iter_mut().for_each(|x| *x /= length);
        Laboratory { steps, batch, seed, samples, model, start, learns }
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
        let mut random = ChaCha8Rng::seed_from_u64(self.seed);
        random.set_stream(1 + number as u64);
        let mut theta = self.start.clone();
        theta[self.learns.clone()].iter_mut().for_each(|x| *x *= squared_radius.sqrt());
        let batches = Batches::new(self.samples.len(), self.batch, random);
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

    pub fn state(&self, regime: Regime, angle: f64, number: usize) -> State {
        let [rate, weight_decay] = self.rates(regime, angle);
        let mut path = self.path(regime, rate, weight_decay, 1.0, 1 + number);
        let steps = self.steps as usize;
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
    pub fn way(&self, steady: &State, start: usize) -> Option<Way> {
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

impl Path<'_> {
    /// Steps on the sphere at the angle of a state, as many as lead to the stationary half of it, and then the given radius.
    fn settle(&mut self, squared_radius: f64, steady: &State) {
        let (regime, rate, weight_decay) = (self.regime, self.rate, self.weight_decay);
        let effective = match regime {
            Regime::FixedRate => rate / steady.squared_radius,
            _ => rate,
        };
        (self.regime, self.rate, self.weight_decay) = (Regime::FixedSphere, effective, 0.0);
        for _ in 0..self.laboratory.steps / 2 {
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
