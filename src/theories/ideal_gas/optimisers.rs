//! Short paths of descent and of its relatives on a scale-invariant loss, in any scalar.

use super::drawing::{Loss, Sample, carried, moved, scaled, small_vector};
use super::turn::Turn;
use crate::linalg::products::{add_multiple, dot, squared_norm};
use crate::scalar::{Branch, Field, Rational};
use crate::verify::{Drawn, Numbers, Stream};

/// How a step is made of the gradient. All decay theta by `c`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Optimiser {
    /// `theta' = c theta - eta g`
    FixedRate,
    /// `m' = beta m + g`, `theta' = c theta - eta m'`
    HeavyBall,
    /// `theta' = c theta - eta g` with `eta = eps r^2` in both
    FixedEffectiveRate,
    /// `theta' = c theta - eta sign(g)`, the first step of Adam
    Sign,
}

impl Optimiser {
    pub(super) const ALL: [Optimiser; 4] =
        [Optimiser::FixedRate, Optimiser::HeavyBall, Optimiser::FixedEffectiveRate, Optimiser::Sign];

    pub(super) fn name(self) -> &'static str {
        match self {
            Optimiser::FixedRate => "descent at a fixed rate",
            Optimiser::HeavyBall => "heavy ball",
            Optimiser::FixedEffectiveRate => "descent at a fixed effective rate",
            Optimiser::Sign => "sign descent",
        }
    }
}

/// A path: one step for each sample.
#[derive(Clone)]
pub(super) struct Path {
    pub(super) optimiser: Optimiser,
    pub(super) loss: Loss,
    pub(super) theta: Vec<Rational>,
    pub(super) samples: Vec<Sample>,
    /// `eta`, or `eps` where it is the effective rate that is fixed.
    pub(super) rate: Rational,
    pub(super) weight_decay: Rational,
    /// `beta`
    pub(super) momentum: Rational,
}

/// A step that was made.
pub(super) struct Passed<T> {
    pub(super) before: Vec<T>,
    pub(super) after: Vec<T>,
    /// `eta`
    pub(super) learning_rate: T,
    /// `c`
    pub(super) kept: T,
    pub(super) gradient: Vec<T>,
    /// What is subtracted, over `eta`.
    pub(super) direction: Vec<T>,
}

impl<T: Field> Passed<T> {
    pub(super) fn turn(&self) -> Turn<T> {
        let push = self.learning_rate.squared() * squared_norm(&self.gradient);
        Turn::of(&self.before, &self.after, self.kept.clone(), push)
    }
}

impl Path {
    /// Draws a path of descent at a fixed rate under a scale-invariant loss.
    pub(super) fn draw(stream: &mut Stream, steps: usize) -> Self {
        let dimension = 2 + stream.below(3);
        Path {
            optimiser: Optimiser::FixedRate,
            loss: Loss::scale_invariant(),
            theta: small_vector(stream, dimension),
            samples: (0..steps).map(|_| Sample::draw(stream, dimension)).collect(),
            rate: stream.positive(),
            weight_decay: stream.positive() / 4,
            momentum: stream.positive() / 4,
        }
    }

    /// The steps.
    pub(super) fn follow<T: Branch>(&self) -> Vec<Passed<T>> {
        let [rate, weight_decay, momentum] =
            [&self.rate, &self.weight_decay, &self.momentum].map(|number| T::from_rational(number));
        let mut theta = carried::<T>(&self.theta);
        let mut buffer = vec![T::zero(); theta.len()];
        let mut passed = Vec::new();
        for sample in &self.samples {
            let gradient = self.loss.gradient(&theta, sample);
            let learning_rate = match self.optimiser {
                Optimiser::FixedEffectiveRate => T::product(&rate, &squared_norm(&theta)),
                _ => rate.clone(),
            };
            let kept = T::one() - T::integer(2) * &learning_rate * &weight_decay;
            let direction = match self.optimiser {
                Optimiser::FixedRate | Optimiser::FixedEffectiveRate => gradient.clone(),
                Optimiser::HeavyBall => {
                    buffer = scaled(&buffer, &momentum);
                    add_multiple(&mut buffer, &T::one(), &gradient);
                    buffer.clone()
                }
                Optimiser::Sign => gradient.iter().map(sign).collect(),
            };
            let after = moved(&theta, &direction, &learning_rate, &kept);
            let before = std::mem::replace(&mut theta, after.clone());
            passed.push(Passed { before, after, learning_rate, kept, gradient, direction });
        }
        passed
    }

    /// Whether every point has a direction, and no step keeps nothing.
    pub(super) fn is_defined(&self) -> bool {
        // The shape of the loss divides by |theta|^2, so the path must be followed step by step.
        let steps = self.samples.len();
        (1..=steps).all(|count| {
            let short = Path { samples: self.samples[..count].to_vec(), ..self.clone() };
            let passed = short.follow::<Rational>();
            let last = &passed[count - 1];
            last.kept != 0 && last.after.iter().any(|entry| *entry != 0)
        })
    }

    /// Whether the last step has a part along theta, `r^2/64 <= |eta theta^T direction| <= r^2/2`. Without one it is as good as a step of descent.
    pub(super) fn leaves_the_tangent(&self) -> bool {
        let passed = self.follow::<Rational>();
        let last = &passed[passed.len() - 1];
        let along = (dot(&last.before, &last.direction) * &last.learning_rate).abs();
        let square: Rational = squared_norm(&last.before);
        Rational::from(&square / 64) <= along && along <= square / 2
    }
}

fn sign<T: Branch>(number: &T) -> T {
    let zero = T::zero();
    let unless_negative = T::select(zero.less(number), &T::one(), &zero);
    T::select(number.less(&zero), &-T::one(), &unless_negative)
}

impl Drawn for Path {
    fn is_algebraic(&self) -> bool {
        true
    }
    fn describe(&self) -> String {
        let shift = if self.loss.shift == 0 { String::new() } else { format!(", |theta|^2 + {}", self.loss.shift) };
        let (dimension, steps) = (self.theta.len(), self.samples.len());
        format!("{}, degree {}, dimension {dimension}, {steps} steps{shift}", self.optimiser.name(), self.loss.degree)
    }
    fn numbers(&self) -> Vec<Numbers> {
        let mut numbers = vec![
            Numbers::new("theta", self.theta.iter().cloned()),
            Numbers::new("eta or eps", [self.rate.clone()]),
            Numbers::new("gamma", [self.weight_decay.clone()]),
        ];
        if self.optimiser == Optimiser::HeavyBall {
            numbers.push(Numbers::new("beta", [self.momentum.clone()]));
        }
        let sample = |sample: &Sample| Numbers::new("x, y", sample.input.iter().chain([&sample.target]).cloned());
        numbers.extend(self.samples.iter().map(sample));
        numbers
    }
}
