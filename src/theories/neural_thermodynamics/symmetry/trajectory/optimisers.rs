//! The optimisers, one step at a time.

use crate::data::Sample;
use crate::dynamics::{Adam, Moments, adam_step, heavy_ball_step, sgd_step};
use crate::entropic::Objective;
use crate::model::Model;
use crate::scalar::Real;
use std::fmt;

/// The optimisers.
#[derive(Clone, Copy)]
pub(super) enum Rule {
    Descent,
    HeavyBall,
    Adam,
}

impl Rule {
    pub const ALL: [Rule; 3] = [Rule::Descent, Rule::HeavyBall, Rule::Adam];
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Rule::Descent => "SGD",
            Rule::HeavyBall => "the heavy ball",
            Rule::Adam => "Adam",
        })
    }
}

/// What the optimisers need besides learning rate and decay.
pub(super) struct Constants<T> {
    pub momentum: T,
    pub adam: Adam<T>,
}

/// A path under way, with the state of any optimiser.
pub(super) struct Path<'a, T: Real, M: ?Sized> {
    objective: Objective<'a, T, M>,
    pub theta: Vec<T>,
    momentum: Vec<T>,
    moments: Moments<T>,
}

impl<'a, T: Real, M: ?Sized + Model<T>> Path<'a, T, M> {
    pub fn new(objective: Objective<'a, T, M>, theta: Vec<T>) -> Self {
        let momentum = vec![T::zero(); theta.len()];
        let moments = Moments::zero(theta.len());
        Path { objective, theta, momentum, moments }
    }

    pub fn step(&mut self, rule: Rule, constants: &Constants<T>, sample: &Sample<T>) {
        let (objective, theta) = (&self.objective, &mut self.theta);
        match rule {
            Rule::Descent => sgd_step(objective, theta, sample),
            Rule::HeavyBall => heavy_ball_step(objective, theta, &mut self.momentum, sample, &constants.momentum),
            Rule::Adam => adam_step(objective, theta, &mut self.moments, sample, &constants.adam),
        };
    }
}
