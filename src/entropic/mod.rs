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
//! gradient: `H Lambda g` is the tangent of the gradient along `Lambda g`.

pub mod modified;
pub mod stationary;

use crate::data::DataSet;
use crate::linalg::products::{add_multiple, dot};
use crate::model::{Differentiable, Model};
use crate::scalar::{Dual, Field};
use nalgebra::DMatrix;

/// The learning-rate matrix `Lambda`, symmetric positive definite.
#[derive(Clone, Debug, PartialEq)]
pub enum Preconditioner<T> {
    /// `eta I`: plain stochastic gradient descent.
    Scalar(T),
    /// A learning rate for each parameter.
    Diagonal(Vec<T>),
    /// Any symmetric matrix.
    Full(DMatrix<T>),
}

impl<T: Field> Preconditioner<T> {
    /// `Lambda v`.
    pub fn apply(&self, vector: &[T]) -> Vec<T> {
        match self {
            Preconditioner::Scalar(rate) => vector.iter().map(|entry| T::product(rate, entry)).collect(),
            Preconditioner::Diagonal(rates) => vector.iter().zip(rates).map(|(v, rate)| T::product(rate, v)).collect(),
            Preconditioner::Full(matrix) => {
                let mut scratch = T::zero();
                (0..matrix.nrows())
                    .map(|row| {
                        let mut sum = T::zero();
                        for (column, entry) in vector.iter().enumerate() {
                            sum.add_product(&matrix[(row, column)], entry, &mut scratch);
                        }
                        sum
                    })
                    .collect()
            }
        }
    }

    /// The same matrix over another scalar.
    pub fn map<U: Field>(&self, convert: impl Fn(&T) -> U) -> Preconditioner<U> {
        match self {
            Preconditioner::Scalar(rate) => Preconditioner::Scalar(convert(rate)),
            Preconditioner::Diagonal(rates) => Preconditioner::Diagonal(rates.iter().map(convert).collect()),
            Preconditioner::Full(matrix) => Preconditioner::Full(matrix.map_with_location(|_, _, x| convert(&x))),
        }
    }
}

/// What descent minimises: a model on a data set, with learning rates and weight decay.
///
/// `M` is any [`Differentiable`] model, `dyn Differentiable<T>` included.
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
        let mut gradient = vec![T::zero(); theta.len()];
        self.data.mean(|sample| self.model.loss_and_gradient(theta, sample, &mut gradient))
    }

    /// `S = 1/4 E[g^T Lambda g]`.
    pub fn entropy(&self, theta: &[T]) -> T {
        let mean = self.data.mean(|sample| {
            let gradient = self.model.gradient(theta, sample);
            dot(&gradient, &self.preconditioner.apply(&gradient))
        });
        T::ratio(1, 4) * mean
    }

    /// `F = L + gamma |theta|^2 + S`.
    pub fn entropic_loss(&self, theta: &[T]) -> T {
        self.loss(theta) + T::product(self.weight_decay, &dot(theta, theta)) + self.entropy(theta)
    }

    /// The gradients `g_z`, one vector per sample.
    pub fn sample_gradients(&self, theta: &[T]) -> Vec<Vec<T>> {
        self.data.samples().iter().map(|sample| self.model.gradient(theta, sample)).collect()
    }

    /// `grad L = E g`, without weight decay.
    pub fn mean_gradient(&self, theta: &[T]) -> Vec<T> {
        let mut mean = vec![T::zero(); theta.len()];
        for (gradient, weight) in self.sample_gradients(theta).iter().zip(self.data.weights()) {
            add_multiple(&mut mean, weight, gradient);
        }
        mean
    }
}

impl<T: Field, M: ?Sized + Model<T> + Model<Dual<T>>> Objective<'_, T, M> {
    /// The per-sample parts of `grad F`: the vectors `g_z + 1/2 H_z Lambda g_z`, so that
    /// `grad F = E[g + 1/2 H Lambda g] + 2 gamma theta` is linear in the weights of the mean.
    pub fn sample_forces(&self, theta: &[T]) -> Vec<Vec<T>> {
        let lifted = self.data.lift();
        let half = T::ratio(1, 2);
        let samples = self.data.samples().iter().zip(lifted.samples());
        samples
            .map(|(sample, lifted)| {
                let gradient = self.model.gradient(theta, sample);
                let direction = self.preconditioner.apply(&gradient);
                let mut force = gradient;
                for (entry, curvature) in force.iter_mut().zip(hessian_vector(self.model, theta, &direction, lifted)) {
                    *entry += T::product(&half, &curvature);
                }
                force
            })
            .collect()
    }

    /// `grad F = E[g] + 2 gamma theta + 1/2 E[H Lambda g]`.
    pub fn entropic_gradient(&self, theta: &[T]) -> Vec<T> {
        let twice_decay = T::integer(2) * self.weight_decay;
        let mut total: Vec<T> = theta.iter().map(|parameter| T::product(&twice_decay, parameter)).collect();
        for (force, weight) in self.sample_forces(theta).iter().zip(self.data.weights()) {
            add_multiple(&mut total, weight, force);
        }
        total
    }
}

impl<T: Field, M: ?Sized + Differentiable<T>> Objective<'_, T, M> {
    /// `Hess F`, column by column as the derivative of `grad F` along the axes.
    pub fn entropic_hessian(&self, theta: &[T]) -> DMatrix<T> {
        let data = self.data.lift();
        let preconditioner = self.preconditioner.map(|x| Dual::constant(x.clone()));
        let weight_decay = Dual::constant(self.weight_decay.clone());
        let lifted =
            Objective { model: self.model, data: &data, preconditioner: &preconditioner, weight_decay: &weight_decay };
        let mut hessian = DMatrix::from_element(theta.len(), theta.len(), T::zero());
        let mut point: Vec<Dual<T>> = theta.iter().map(|parameter| Dual::constant(parameter.clone())).collect();
        for column in 0..theta.len() {
            point[column].tangent = T::one();
            for (row, entry) in lifted.entropic_gradient(&point).into_iter().enumerate() {
                hessian[(row, column)] = entry.tangent;
            }
            point[column].tangent = T::zero();
        }
        hessian
    }
}

/// The Hessian-vector product `H_z v`: the tangent of the gradient along `v`. `sample` is lifted already.
pub fn hessian_vector<T: Field, M: ?Sized + Model<Dual<T>>>(
    model: &M,
    theta: &[T],
    direction: &[T],
    sample: &crate::data::Sample<Dual<T>>,
) -> Vec<T> {
    let point: Vec<Dual<T>> = theta.iter().zip(direction).map(|(x, v)| Dual::new(x.clone(), v.clone())).collect();
    model.gradient(&point, sample).into_iter().map(|entry| entry.tangent).collect()
}

/// The third derivative applied to two vectors, `T_z[u, v]`. `sample` is lifted twice.
pub fn third_derivative<T: Field, M: ?Sized + Model<Dual<Dual<T>>>>(
    model: &M,
    theta: &[T],
    first: &[T],
    second: &[T],
    sample: &crate::data::Sample<Dual<Dual<T>>>,
) -> Vec<T> {
    let point: Vec<Dual<Dual<T>>> = theta
        .iter()
        .zip(first.iter().zip(second))
        .map(|(x, (u, v))| Dual::new(Dual::new(x.clone(), u.clone()), Dual::constant(v.clone())))
        .collect();
    model.gradient(&point, sample).into_iter().map(|entry| entry.tangent.tangent).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scalar::Rational;

    fn numbers<const N: usize>(entries: [i64; N]) -> Vec<Rational> {
        entries.map(Rational::from).to_vec()
    }

    /// `Lambda v`, and no part of it: what stands beside the diagonal counts, row by row.
    #[test]
    fn a_full_preconditioner_is_more_than_its_diagonal() {
        let full = Preconditioner::Full(DMatrix::from_row_slice(3, 3, &numbers([1, 2, 3, 4, 5, 6, 7, 8, 9])));
        assert_eq!(full.apply(&numbers([1, 10, 100])), numbers([321, 654, 987]));
        let diagonal = Preconditioner::Diagonal(numbers([1, 5, 9]));
        assert_eq!(diagonal.apply(&numbers([1, 10, 100])), numbers([1, 50, 900]));
        assert_eq!(Preconditioner::Scalar(Rational::from(3)).apply(&numbers([1, 10])), numbers([3, 30]));
    }

    #[test]
    fn a_preconditioner_over_another_scalar_is_the_same_one() {
        let full = Preconditioner::Full(DMatrix::from_row_slice(2, 2, &numbers([2, 1, 1, 3])));
        for rates in [full, Preconditioner::Diagonal(numbers([2, 3])), Preconditioner::Scalar(Rational::from(5))] {
            let doubled = rates.map(|entry| Rational::from(entry * 2));
            let (once, twice) = (rates.apply(&numbers([1, -1])), doubled.apply(&numbers([1, -1])));
            assert!(once.iter().zip(&twice).all(|(a, b)| Rational::from(a * 2) == *b));
        }
    }
}
