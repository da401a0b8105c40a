//! A linear pair with its samples in a scalar: the gradients of the samples, `W W^T` and `U^T U`, and the mean drift of their difference `Q` in a step.

use super::derivative::{constants, gradient, step};
use super::label_noise::Instance;
use crate::linalg::products::{product, squared_norm, transposed_product};
use crate::model::Carrier;
use crate::scalar::{Dual, Field, Rational, Ring};
use nalgebra::DMatrix;

/// The pair with its samples, in a scalar.
pub(super) struct At<T: Field> {
    pub(super) sizes: [usize; 3],
    pub(super) theta: Vec<T>,
    pub(super) samples: Vec<[Vec<T>; 2]>,
    pub(super) learning_rate: T,
    pub(super) inputs: Vec<Vec<T>>,
    pub(super) errors: Vec<Vec<T>>,
}

/// U and W.
pub(super) fn matrices<T: Ring>([p, r, q]: [usize; 3], theta: &[T]) -> [DMatrix<T>; 2] {
    let (upper, lower) = theta.split_at(p * r);
    [DMatrix::from_row_iterator(p, r, upper.iter().cloned()), DMatrix::from_row_iterator(r, q, lower.iter().cloned())]
}

/// `U W x`
fn output<T: Ring>(sizes: [usize; 3], theta: &[T], input: &[T]) -> Vec<T> {
    let [upper, lower] = matrices(sizes, theta);
    let hidden = product(&lower, &DMatrix::from_vec(input.len(), 1, input.to_vec()));
    product(&upper, &hidden).as_slice().to_vec()
}

impl Instance {
    pub(super) fn at<T: Carrier>(&self) -> At<T> {
        // Units of the isotropic sets are drawn for the family.
        let vector = |numbers: &Vec<Rational>| -> Vec<T> {
            numbers.iter().map(if self.isotropic.is_some() { T::from_rational } else { T::drawn }).collect()
        };
        let theta: Vec<T> = self.theta.iter().map(T::drawn).collect();
        let inputs: Vec<Vec<T>> = self.inputs.iter().map(vector).collect();
        let errors: Vec<Vec<T>> = self.errors.iter().map(vector).collect();
        let mut samples = Vec::new();
        for (input, scale) in inputs.iter().zip(&self.scales) {
            let fitted = output(self.sizes, &theta, input);
            for (error, sign) in errors.iter().flat_map(|error| [(error, 1), (error, -1)]) {
                let scale = T::from_rational(scale) * T::integer(sign);
                let target = fitted.iter().zip(error).map(|(f, e)| T::product(&scale, e) + f).collect();
                samples.push([input.clone(), target]);
            }
        }
        At { sizes: self.sizes, theta, samples, learning_rate: T::from_rational(&self.learning_rate), inputs, errors }
    }
}

/// The mean of `v v^T`.
pub(super) fn second_moment<T: Field>(vectors: &[Vec<T>]) -> DMatrix<T> {
    let size = vectors[0].len();
    let rows = DMatrix::from_fn(vectors.len(), size, |i, j| vectors[i][j].clone());
    let weight = T::ratio(1, vectors.len() as i64);
    transposed_product(&rows, &rows).map(|entry| entry * &weight)
}

impl<T: Carrier> At<T> {
    /// The gradients of all samples.
    pub(super) fn gradients(&self) -> Vec<Vec<T>> {
        let of = |[input, target]: &[Vec<T>; 2]| {
            let (input, target) = (constants(input), constants(target));
            let loss = |theta: &[Dual<T>]| {
                let output = output(self.sizes, theta, &input);
                squared_norm(&output.into_iter().zip(&target).map(|(f, y)| f - y).collect::<Vec<_>>())
            };
            gradient(loss, &self.theta)
        };
        self.samples.iter().map(of).collect()
    }

    /// `W W^T` and `U^T U`.
    pub(super) fn grams(&self, theta: &[T]) -> [DMatrix<T>; 2] {
        let [upper, lower] = matrices(self.sizes, theta);
        [product(&lower, &lower.transpose()), transposed_product(&upper, &upper)]
    }

    /// The means over steps along some gradients of what is added to `W W^T` and to `U^T U`.
    pub(super) fn gains(&self, gradients: &[Vec<T>]) -> [Vec<T>; 2] {
        let weight = T::ratio(1, gradients.len() as i64);
        let before = self.grams(&self.theta);
        let mut gains = [0, 1].map(|part| vec![T::zero(); before[part].len()]);
        for gradient in gradients {
            let after = self.grams(&step(&self.theta, gradient, &self.learning_rate, &T::one()));
            for ((gains, after), before) in gains.iter_mut().zip(&after).zip(&before) {
                for ((gain, after), before) in gains.iter_mut().zip(after).zip(before) {
                    *gain += (after.clone() - before) * &weight;
                }
            }
        }
        gains
    }

    /// `E[Q'] - Q`
    pub(super) fn drift(&self, gradients: &[Vec<T>]) -> Vec<T> {
        let [lower, upper] = self.gains(gradients);
        lower.into_iter().zip(upper).map(|(lower, upper)| lower - upper).collect()
    }
}
