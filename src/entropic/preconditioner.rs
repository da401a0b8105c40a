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
