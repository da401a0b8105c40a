//! Long paths that start where `K theta = theta`.
//!
//! Two neurons that are equal have the same operations done to them, on the same numbers: floats keep them equal to the
//! last bit, so that `K theta_t = theta_t` shows that network and optimiser treat them alike, and nothing of rounding.
//! The comparison with the smaller network is the one in which two computations round differently.

use super::adam;
use super::merged::{MergedLoss, Merger};
use super::optimisers::{Constants, Path, Rule};
use crate::dynamics::Adam;
use crate::entropic::{Objective, Preconditioner};
use crate::instances::problem::{Decay, Rates};
use crate::instances::{Point, Problem};
use crate::model::Carrier;
use crate::scalar::{Magnitude, Measured, Rational, Real};
use crate::verify::{Class, Draw, Drawn, Draws, In, Relation, Term, Unjudged};

/// Paths from the fixed-point set: that they stay on it, and are those of the merged network.
#[derive(Clone, Copy)]
pub(super) struct OnFixedSet {
    steps: usize,
    /// Whether every parameter is kicked after every step.
    kicked: bool,
    /// Whether the rate of a merged neuron is the sum of those of its copies.
    summed_rates: bool,
    asserts_fixed: bool,
    asserts_merger: bool,
}

pub(super) const LAW: OnFixedSet =
    OnFixedSet { steps: 1000, kicked: false, summed_rates: true, asserts_fixed: true, asserts_merger: true };
/// For a control, which breaks one of the two assertions: what counts is the largest distance, which more steps can only increase.
const SHORT: OnFixedSet = OnFixedSet { steps: 50, ..LAW };
pub(super) const KICKED: OnFixedSet = OnFixedSet { kicked: true, asserts_merger: false, ..SHORT };
pub(super) const SINGLE_RATE: OnFixedSet = OnFixedSet { summed_rates: false, asserts_fixed: false, ..SHORT };

/// Paths from a point of the fixed-point set, in the whole network and in the merged one.
pub(super) struct Paths {
    problem: Problem,
    merger: Merger,
    /// `phi_0`, with `theta_0 = P phi_0`.
    merged_start: Vec<Rational>,
    order: Vec<usize>,
    /// `beta`
    momentum: Rational,
    adam: Adam<Rational>,
    /// What is added to the parameters after every step; nothing, except in the control with noise.
    kicks: Vec<Vec<Rational>>,
}

impl Draws for OnFixedSet {
    type Instance = Paths;

    fn draw(&self, draw: &mut Draw) -> Result<Paths, Unjudged> {
        let number = draw.index;
        let (family, point) = (draw.stream("fixed set's family", number), draw.stream("fixed set's point", number));
        let draw = &mut draw.with_streams(family, point);
        let merger = Merger::draw(&mut draw.family, number.is_multiple_of(2));
        let network = merger.network.clone();
        let mut problem = Problem::draw(draw, Class::Smooth, network, Rates::Scalar, Decay::Positive);
        let stream = &mut draw.family;
        let merged_start = merger.sums(&problem.theta);
        problem.theta = merger.spread(&merged_start);
        // Short steps: a path that is thrown about would lose its digits to rounding.
        problem.preconditioner = Preconditioner::Scalar(Rational::from((stream.integer(1, 4), 512)));
        let momentum = Rational::from((stream.integer(1, 7), 8));
        // A memory as long as the path: Adam with a shorter one arrives at its minimum, hunts about it chaotically, and
        // no fixed number of spare digits lasts.
        let adam = Adam { second_decay: Rational::from((999, 1000)), ..adam::constants(stream) };
        let order = (0..self.steps).map(|_| stream.below(problem.data.len())).collect();
        let stream = &mut draw.point;
        let kicked_steps = if self.kicked { self.steps } else { 0 };
        let mut kick = || (0..problem.theta.len()).map(|_| stream.dyadic(32) / 1024).collect();
        let kicks = (0..kicked_steps).map(|_| kick()).collect();
        Ok(Paths { problem, merger, merged_start, order, momentum, adam, kicks })
    }
}

impl Drawn for Paths {
    fn class(&self) -> Class {
        Class::Smooth
    }
    fn is_algebraic(&self) -> bool {
        false
    }
    fn describe(&self) -> String {
        let (steps, element) = (self.order.len(), &self.merger.element.name);
        format!("{}: {steps} steps from a point fixed by {element}", self.problem.describe())
    }
}

impl<T: Carrier + Real + Measured> In<T> for OnFixedSet {
    fn relations(&self, paths: &Paths) -> Result<Vec<Relation<T>>, Unjudged> {
        let whole = paths.problem.at::<T>();
        let merged = paths.merged::<T>(&whole, self.summed_rates);
        let (momentum, adam) = (T::from_rational(&paths.momentum), paths.adam.map(T::from_rational));
        let constants = Constants { momentum, adam };
        let mut relations = Vec::new();
        for rule in Rule::ALL {
            let [fixed, same] = paths.follow(rule, &constants, &whole, &merged);
            let told = |kind: &'static str, left: Term<T>, right: Term<T>| {
                Relation::equality((kind, format!("under {rule}, where it is missed most")), vec![left], vec![right])
            };
            let [fixed, same] = [(fixed, "the fixed-point set", "K theta_t"), (same, "the merged network", "P phi_t")]
                .map(|(Farthest { left, right, .. }, kind, image)| {
                    told(kind, Term::vector(image, left), Term::vector("theta_t", right))
                });
            relations.extend(self.asserts_fixed.then_some(fixed));
            relations.extend(self.asserts_merger.then_some(same));
        }
        Ok(relations)
    }
}

/// The merged network in a given scalar.
struct Merged<T> {
    loss: MergedLoss<T>,
    phi: Vec<T>,
    rates: Preconditioner<T>,
    /// Zero: the loss contains its decay.
    weight_decay: T,
}

impl Paths {
    /// The rate of a coordinate is `n eta`, since the sum over `n` equal neurons moves `n` times as far as each of them.
    fn merged<T: Carrier>(&self, whole: &Point<T>, scaled: bool) -> Merged<T> {
        let rate = self.problem.learning_rate::<T>();
        let rates = self.merger.copies().iter().map(|&n| T::integer(if scaled { n } else { 1 }) * &rate).collect();
        Merged {
            loss: self.merger.loss(whole.weight_decay.clone()).expect("every scalar with roots carries every network"),
            phi: self.merged_start.iter().map(T::from_rational).collect(),
            rates: Preconditioner::Diagonal(rates),
            weight_decay: T::zero(),
        }
    }

    /// Follows both paths, and keeps `(K theta_t, theta_t)` and `(P phi_t, theta_t)` where they are farthest apart.
    fn follow<T: Carrier + Real + Measured>(
        &self,
        rule: Rule,
        constants: &Constants<T>,
        whole: &Point<T>,
        merged: &Merged<T>,
    ) -> [Farthest<T>; 2] {
        let mut path = Path::new(whole.objective(), whole.theta.clone());
        let objective = Objective {
            model: &merged.loss,
            data: &whole.data,
            preconditioner: &merged.rates,
            weight_decay: &merged.weight_decay,
        };
        let mut merged_path = Path::new(objective, merged.phi.clone());
        let mut farthest = [Farthest::new(), Farthest::new()];
        for (step, &sample) in self.order.iter().enumerate() {
            let sample = &whole.data.samples()[sample];
            path.step(rule, constants, sample);
            merged_path.step(rule, constants, sample);
            for (parameter, kick) in path.theta.iter_mut().zip(self.kicks.get(step).into_iter().flatten()) {
                *parameter += T::from_rational(kick);
            }
            farthest[0].see(self.merger.element.map.apply(&path.theta), &path.theta);
            farthest[1].see(self.merger.spread(&merged_path.theta), &path.theta);
        }
        farthest
    }
}

/// Two vectors that should be equal at every step, where they are farthest apart; the last such step.
///
/// The distance is not relative to the vectors: where a path converges to 0, the rounding of data and outputs stays.
struct Farthest<T> {
    distance: Magnitude,
    left: Vec<T>,
    right: Vec<T>,
}

impl<T: Measured> Farthest<T> {
    fn new() -> Self {
        Farthest { distance: Magnitude::zero(), left: Vec::new(), right: Vec::new() }
    }

    fn see(&mut self, left: Vec<T>, right: &[T]) {
        let differences = left.iter().zip(right).map(|(l, r)| (l.clone() - r).magnitude());
        let distance = differences.fold(Magnitude::zero(), Magnitude::max);
        if distance >= self.distance {
            *self = Farthest { distance, left, right: right.to_vec() };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_leaves_and_comes_back_is_kept_where_it_was_away() {
        let mut farthest = Farthest::<f64>::new();
        for position in [1.0, 1.5, 1.25, 1.0] {
            farthest.see(vec![position, 2.0], &[1.0, 2.0]);
        }
        assert_eq!((farthest.left, farthest.right), (vec![1.5, 2.0], vec![1.0, 2.0]));
    }

    #[test]
    fn a_path_that_never_leaves_is_kept_at_its_end() {
        let mut farthest = Farthest::<f64>::new();
        for position in [1.0, 2.0, 3.0] {
            farthest.see(vec![position], &[position]);
        }
        assert_eq!(farthest.right, [3.0]);
    }
}
