//! Matrices whose entries are power series in `s` up to the second power: products and inverses.

use crate::exact::Series;
use crate::linalg::minors;
use crate::scalar::Rational;
use nalgebra::DMatrix;
use num_traits::Zero;

/// A number by its powers of `s`, up to the second.
pub(super) type Powers = Series<Rational, 3>;

/// The inverse of a matrix of series, by its minors.
pub(super) fn inverse(a: &DMatrix<Powers>) -> DMatrix<Powers> {
    let order = a.nrows();
    let determinant = minors::determinant(a);
    DMatrix::from_fn(order, order, |i, j| {
        let skip = |index: usize, left_out: usize| index + usize::from(index >= left_out);
        let minor = minors::determinant(&DMatrix::from_fn(order - 1, order - 1, |row, column| {
            a[(skip(row, j), skip(column, i))].clone()
        }));
        let cofactor = if (i + j) % 2 == 0 { minor } else { -minor };
        cofactor / &determinant
    })
}

pub(super) fn product(a: &DMatrix<Powers>, b: &DMatrix<Powers>) -> DMatrix<Powers> {
    DMatrix::from_fn(a.nrows(), b.ncols(), |i, j| {
        (0..a.ncols()).fold(Powers::zero(), |sum, k| sum + a[(i, k)].clone() * &b[(k, j)])
    })
}
