//! Learning-rate matrices.

use crate::scalar::Field;
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
        let mut product = vec![T::zero(); vector.len()];
        self.apply_to(vector, &mut product);
        product
    }

    /// Overwrites `product` with `Lambda v`.
    pub fn apply_to(&self, vector: &[T], product: &mut [T]) {
        match self {
            Preconditioner::Scalar(rate) => {
                product.iter_mut().zip(vector).for_each(|(entry, v)| entry.set_product(rate, v));
            }
            Preconditioner::Diagonal(rates) => {
                product
                    .iter_mut()
                    .zip(vector.iter().zip(rates))
                    .for_each(|(entry, (v, rate))| entry.set_product(rate, v));
            }
            Preconditioner::Full(matrix) => {
                let mut scratch = T::zero();
                for (row, sum) in product.iter_mut().enumerate() {
                    sum.set_zero();
                    for (column, entry) in vector.iter().enumerate() {
                        sum.add_product(&matrix[(row, column)], entry, &mut scratch);
                    }
                }
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
