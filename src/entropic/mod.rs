//! The entropic loss, its gradient and its Hessian.
//!
//! ```text
//! F(theta) = L + gamma |theta|^2 + S,     S = 1/4 E[g^T Lambda g]
//! grad F   = E[g] + 2 gamma theta + 1/2 E[H Lambda g]
//! Hess F   = E[H] + 2 gamma I + 1/2 E[H Lambda H + T[Lambda g]]
//! ```
//!
//! with `g`, `H`, `T` the first three derivatives of the per-sample loss, `Lambda` the learning-rate matrix and `gamma`
//! the weight decay (Ziyin, Xu, Chuang, arXiv:2505.12387, "entropic loss"). Hessians are never formed to get the
//! gradient: `H Lambda g` is the tangent of the gradient along `Lambda g`, by a sweep through the layers where the model is a
//! [stack](crate::model::stack) of them, else by dual numbers.

mod derivatives;
mod forces;
mod hessian;
pub mod modified;
mod preconditioner;
mod sample_hessian;
pub mod stationary;

pub use derivatives::{hessian_vector, third_derivative};
pub use preconditioner::Preconditioner;

use crate::data::DataSet;
use crate::linalg::products::dot;
use crate::model::{Evaluator, Model};
use crate::scalar::{Dual, Field};
use forces::Forces;

/// What descent minimises: a model on a data set, with learning rates and weight decay.
///
/// `M` is any [`Differentiable`](crate::model::Differentiable) model, `dyn Differentiable<T>` included.
pub struct Objective<'a, T: Field, M: ?Sized> {
    /// The per-sample loss.
    pub model: &'a M,
    /// The samples, with the weights of the mean `E`.
    pub data: &'a DataSet<T>,
    /// `Lambda`.
    pub preconditioner: &'a Preconditioner<T>,
    /// `gamma`.
    pub weight_decay: &'a T,
}

impl<T: Field, M: ?Sized> Clone for Objective<'_, T, M> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T: Field, M: ?Sized> Copy for Objective<'_, T, M> {}

impl<T: Field, M: ?Sized + Model<T>> Objective<'_, T, M> {
    /// `L = E l`, without weight decay.
    pub fn loss(&self, theta: &[T]) -> T {
        let mut evaluator = Evaluator::new(self.model);
        self.data.mean(|sample| evaluator.loss(theta, sample))
    }

    /// `S = 1/4 E[g^T Lambda g]`.
    pub fn entropy(&self, theta: &[T]) -> T {
        let mut evaluator = Evaluator::new(self.model);
        let quarter = T::ratio(1, 4);
        if let Preconditioner::Scalar(rate) = self.preconditioner {
            return quarter * rate * self.data.mean(|sample| evaluator.squared_gradient(theta, sample));
        }
        let (mut gradient, mut direction) = (vec![T::zero(); theta.len()], vec![T::zero(); theta.len()]);
        let mean = self.data.mean(|sample| {
            evaluator.loss_and_gradient(theta, sample, &mut gradient);
            self.preconditioner.apply_to(&gradient, &mut direction);
            dot(&gradient, &direction)
        });
        quarter * mean
    }

    /// `F = L + gamma |theta|^2 + S`.
    pub fn entropic_loss(&self, theta: &[T]) -> T {
        self.loss(theta) + T::product(self.weight_decay, &dot(theta, theta)) + self.entropy(theta)
    }

    /// The gradients `g_z`, one vector per sample.
    pub fn sample_gradients(&self, theta: &[T]) -> Vec<Vec<T>> {
        let mut evaluator = Evaluator::new(self.model);
        let gradient = |sample| {
            let mut gradient = vec![T::zero(); theta.len()];
            evaluator.loss_and_gradient(theta, sample, &mut gradient);
            gradient
        };
        self.data.samples().iter().map(gradient).collect()
    }

    /// `grad L = E g`, without weight decay.
    pub fn mean_gradient(&self, theta: &[T]) -> Vec<T> {
        let mut evaluator = Evaluator::new(self.model);
        let mut mean = vec![T::zero(); theta.len()];
        for (sample, weight) in self.data.samples().iter().zip(self.data.weights()) {
            evaluator.add_gradient(theta, sample, weight, &mut mean);
        }
        mean
    }
}

impl<T: Field, M: ?Sized + Model<T> + Model<Dual<T>>> Objective<'_, T, M> {
    /// The per-sample parts of `grad F`: the vectors `g_z + 1/2 H_z Lambda g_z`, so that
    /// `grad F = E[g + 1/2 H Lambda g] + 2 gamma theta` is linear in the weights of the mean.
    pub fn sample_forces(&self, theta: &[T]) -> Vec<Vec<T>> {
        let mut forces = self.forces();
        let force = |sample| {
            let mut force = vec![T::zero(); theta.len()];
            forces.add(theta, sample, &T::one(), &mut force);
            force
        };
        (0..self.data.len()).map(force).collect()
    }

    fn forces(&self) -> Forces<'_, T, M> {
        Forces::new(self.model, self.data, self.preconditioner, self.weight_decay)
    }

    /// `grad F = E[g] + 2 gamma theta + 1/2 E[H Lambda g]`.
    pub fn entropic_gradient(&self, theta: &[T]) -> Vec<T> {
        let mut total = vec![T::zero(); theta.len()];
        self.forces().mean(theta, &mut total);
        total
    }
}
