//! Linear dynamics `b = -B x` and its Gaussian stationary law.

use crate::exact::roots::multiply;
use crate::linalg::exact;
use crate::scalar::{Field, Rational};
use crate::verify::{Stream, Unjudged};
use nalgebra::{DMatrix, DVector};

/// A square matrix of rationals.
pub(super) type Matrix = DMatrix<Rational>;

/// A positive definite matrix, `L L^T` with a lower triangular `L` of positive diagonal.
pub(super) fn definite(stream: &mut Stream, order: usize) -> Matrix {
    let root = DMatrix::from_fn(order, order, |i, j| match i.cmp(&j) {
        std::cmp::Ordering::Less => Rational::new(),
        std::cmp::Ordering::Equal => stream.positive(),
        std::cmp::Ordering::Greater => stream.small(),
    });
    multiply(&root, &root.transpose())
}

/// An antisymmetric matrix.
pub(super) fn antisymmetric(stream: &mut Stream, order: usize) -> Matrix {
    let entries = DMatrix::from_fn(order, order, |_, _| stream.small());
    &entries - entries.transpose()
}

/// `Sigma` from `B Sigma + Sigma B^T = 2 eps M`, solved as a linear system for all of its entries, none of them assumed equal.
///
/// # Errors
/// [`Unjudged`] if the system is not regular.
pub(super) fn covariance(b: &Matrix, m: &Matrix, temperature: &Rational) -> Result<Matrix, Unjudged> {
    let order = b.nrows();
    let place = |i: usize, j: usize| i * order + j;
    let mut system = DMatrix::from_element(order * order, order * order, Rational::new());
    let mut right = DVector::from_element(order * order, Rational::new());
    for i in 0..order {
        for j in 0..order {
            for k in 0..order {
                system[(place(i, j), place(k, j))] += &b[(i, k)];
                system[(place(i, j), place(i, k))] += &b[(j, k)];
            }
            right[place(i, j)] = Rational::from(&m[(i, j)] * temperature) * 2;
        }
    }
    // The inverse, and not one solution: there is no other.
    let solution = exact::inverse(&system)? * right;
    Ok(DMatrix::from_fn(order, order, |i, j| solution[place(i, j)].clone()))
}

/// A matrix times a number.
pub(super) fn scaled(a: &Matrix, factor: &Rational) -> Matrix {
    a.map(|entry| entry * factor)
}

/// `tr(A B)`
pub(super) fn trace_of_product<T: Field>(a: &DMatrix<T>, b: &DMatrix<T>) -> T {
    let mut sum = T::zero();
    for i in 0..a.nrows() {
        for j in 0..a.ncols() {
            sum += T::product(&a[(i, j)], &b[(j, i)]);
        }
    }
    sum
}

/// The entries in another scalar.
pub(super) fn entries<T: Field>(a: &Matrix) -> Vec<T> {
    a.iter().map(T::from_rational).collect()
}
