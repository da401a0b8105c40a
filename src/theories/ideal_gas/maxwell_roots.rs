//! The scaling symmetry of Adam and of the fixed sphere, whose steps take square roots.

use super::drawing::{Loss, Sample, carried, moved, scaled};
use super::optimisers::Path;
use crate::linalg::products::norm;
use crate::scalar::{Rational, Real};
use crate::verify::{Draw, Drawn, Draws, In, Numbers, Relation, Term, Unjudged};

/// The symmetry.
#[derive(Clone, Copy)]
pub(super) struct Roots {
    pub(super) rule: Rule,
}

/// How rate and decay change with the scale.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Rule {
    /// As Adam and the sphere ask.
    Own,
    /// For Adam as descent asks.
    OfDescentForAdam,
}

/// A path with the scale at which it is seen.
pub(super) struct Instance {
    path: Path,
    scale: Rational,
    adam: bool,
}

impl Drawn for Instance {
    fn describe(&self) -> String {
        let name = if self.adam { "Adam" } else { "descent on a fixed sphere" };
        format!("{name}, dimension {}, {} steps, a = {}", self.path.theta.len(), self.path.samples.len(), self.scale)
    }
    fn numbers(&self) -> Vec<Numbers> {
        let mut numbers = self.path.numbers();
        numbers.push(Numbers::new("a", [self.scale.clone()]));
        numbers
    }
}

/// Adam's decay of both averages.
const BETAS: [(i64, i64); 2] = [(7, 8), (15, 16)];

impl Draws for Roots {
    type Instance = Instance;

    fn draw(&self, draw: &mut Draw) -> Result<Instance, Unjudged> {
        let mut stream = draw.own();
        let adam = self.rule == Rule::OfDescentForAdam || draw.index.is_multiple_of(2);
        // The first step of Adam is that of sign descent: the control misses by a |a - 1| eta in every entry, and makes no other.
        let is_law = self.rule == Rule::Own;
        loop {
            let mut path = Path::draw(&mut stream, if is_law { 3 } else { 1 });
            let scale = Rational::from((*stream.pick(&[1, 2, 3, 5, 6, 12, 16]), 4));
            // Small steps: the points stay of the size of the first, and no norm comes near 0.
            path.rate = Rational::from((if is_law { stream.integer(1, 4) } else { stream.integer(4, 16) }, 64));
            // Adam without epsilon divides by every entry of the first gradient.
            let gradient: Vec<Rational> = Loss::scale_invariant().gradient(&path.theta, &path.samples[0]);
            if !adam || gradient.iter().all(|entry| *entry != 0) {
                return Ok(Instance { path, scale, adam });
            }
        }
    }
}

/// The path of Adam with bias correction and decoupled decay, from a start and with rates.
fn adam<T: Real>(start: Vec<T>, samples: &[Sample], rate: &T, weight_decay: &T) -> Vec<T> {
    let [first, second] = BETAS.map(|(numerator, denominator)| T::ratio(numerator, denominator));
    let kept = T::one() - T::integer(2) * rate * weight_decay;
    let mut theta = start;
    let (mut mean, mut square) = (vec![T::zero(); theta.len()], vec![T::zero(); theta.len()]);
    for (number, sample) in samples.iter().enumerate() {
        let gradient = Loss::scale_invariant().gradient(&theta, sample);
        let corrections = [&first, &second].map(|beta| T::one() - beta.powi(number as i32 + 1));
        let mut direction = Vec::new();
        for (entry, (mean, square)) in gradient.iter().zip(mean.iter_mut().zip(&mut square)) {
            *mean = T::product(&first, mean) + (T::one() - &first) * entry;
            *square = T::product(&second, square) + (T::one() - &second) * entry.squared();
            direction.push(mean.clone() / &corrections[0] / (square.clone() / &corrections[1]).sqrt());
        }
        theta = moved(&theta, &direction, rate, &kept);
    }
    theta
}

/// The path of descent whose norm is reset to that of the start after every step.
fn sphere<T: Real>(start: Vec<T>, samples: &[Sample], rate: &T, weight_decay: &T) -> Vec<T> {
    let radius = norm(&start);
    let kept = T::one() - T::integer(2) * rate * weight_decay;
    let mut theta = start;
    for sample in samples {
        let gradient = Loss::scale_invariant().gradient(&theta, sample);
        let next = moved(&theta, &gradient, rate, &kept);
        theta = scaled(&next, &(radius.clone() / norm(&next)));
    }
    theta
}

impl<T: Real> In<T> for Roots {
    fn relations(&self, instance: &Instance) -> Result<Vec<Relation<T>>, Unjudged> {
        let Instance { path, scale, adam: is_adam } = instance;
        let start = carried::<T>(&path.theta);
        let [rate, weight_decay, a] = [&path.rate, &path.weight_decay, scale].map(T::from_rational);
        let power = if *is_adam && self.rule == Rule::Own { 1 } else { 2 };
        let (larger, smaller) = (T::product(&rate, &a.powi(power)), T::product(&weight_decay, &a.powi(-power)));
        let follow = if *is_adam { adam::<T> } else { sphere::<T> };
        let kind =
            if *is_adam { "the path of Adam at another scale" } else { "the path on a sphere of another radius" };
        let end = follow(scaled(&start, &a), &path.samples, &larger, &smaller);
        let last = follow(start, &path.samples, &rate, &weight_decay);
        Ok(vec![Relation::equality(
            kind,
            vec![Term::vector("theta_T at the scale a", end)],
            vec![Term::vector("a theta_T", scaled(&last, &a))],
        )])
    }
}
