//! A model that is evaluated again and again, without allocating anew.

use super::Model;
use super::stack::{Pass, Stack};
use crate::data::Sample;
use crate::linalg::products::{add_multiple, squared_norm};
use crate::scalar::Field;

/// A model with the room that its evaluations need. One for each thread and loop: every evaluation overwrites the one before.
pub struct Evaluator<'a, T, M: ?Sized> {
    model: &'a M,
    stack: Option<(&'a dyn Stack<T>, Pass<T>)>,
    gradient: Vec<T>,
}

impl<'a, T: Field, M: ?Sized + Model<T>> Evaluator<'a, T, M> {
    /// For a model.
    pub fn new(model: &'a M) -> Self {
        Evaluator { model, stack: model.stack().map(|stack| (stack, Pass::new(stack))), gradient: Vec::new() }
    }

    /// `l(theta; z)`
    pub fn loss(&mut self, theta: &[T], sample: &Sample<T>) -> T {
        match &mut self.stack {
            Some((stack, pass)) => pass.forward(*stack, theta, sample),
            None => self.model.loss(theta, sample),
        }
    }

    /// `l(theta; z)`; overwrites `gradient` with `g`.
    pub fn loss_and_gradient(&mut self, theta: &[T], sample: &Sample<T>, gradient: &mut [T]) -> T {
        match &mut self.stack {
            Some((stack, pass)) => pass.loss_and_gradient(*stack, theta, sample, gradient),
            None => self.model.loss_and_gradient(theta, sample, gradient),
        }
    }

    /// `|g|^2`
    pub fn squared_gradient(&mut self, theta: &[T], sample: &Sample<T>) -> T {
        match &mut self.stack {
            Some((stack, pass)) => {
                pass.run(*stack, theta, sample);
                pass.squared_gradient(*stack)
            }
            None => {
                self.gradient.resize(theta.len(), T::zero());
                self.model.loss_and_gradient(theta, sample, &mut self.gradient);
                squared_norm(&self.gradient)
            }
        }
    }

    /// `total += weight g`
    pub fn add_gradient(&mut self, theta: &[T], sample: &Sample<T>, weight: &T, total: &mut [T]) {
        match &mut self.stack {
            Some((stack, pass)) => {
                pass.run(*stack, theta, sample);
                pass.add_gradient(*stack, weight, total);
            }
            None => {
                self.gradient.resize(theta.len(), T::zero());
                self.model.loss_and_gradient(theta, sample, &mut self.gradient);
                add_multiple(total, weight, &self.gradient);
            }
        }
    }
}
