//! Matrices of learning rates that are drawn together with their inverses: diagonal ones, positive definite ones, Kronecker products, and blocks of such.

use crate::entropic::Preconditioner;
use crate::instances::problem::{Rates, preconditioner};
use crate::linalg::exact;
use crate::scalar::Rational;
use crate::symmetry::LinearMap;
use crate::verify::Stream;
use nalgebra::{DMatrix, DVector};

/// A matrix with its inverse.
#[derive(Clone)]
pub(super) struct Invertible {
    pub(super) matrix: DMatrix<Rational>,
    pub(super) inverse: DMatrix<Rational>,
}

impl Invertible {
    pub(super) fn diagonal(entries: Vec<Rational>) -> Self {
        let inverse = entries.iter().map(|entry| entry.clone().recip()).collect();
        let diagonal = |entries| DMatrix::from_diagonal(&DVector::from_vec(entries));
        Invertible { matrix: diagonal(entries), inverse: diagonal(inverse) }
    }

    /// A symmetric positive definite matrix.
    pub(super) fn positive_definite(stream: &mut Stream, size: usize) -> Self {
        let Preconditioner::Full(matrix) = preconditioner(stream, Rates::Full, size) else {
            unreachable!("full learning rates were asked for")
        };
        let unit = |column: usize| DVector::from_fn(size, |row, _| Rational::from(i32::from(row == column)));
        let solve = |column| exact::solve(&matrix, &unit(column)).expect("a positive definite matrix is invertible");
        let inverse = DMatrix::from_columns(&(0..size).map(solve).collect::<Vec<_>>());
        Invertible { matrix, inverse }
    }

    pub(super) fn inverted(self) -> Self {
        Invertible { matrix: self.inverse, inverse: self.matrix }
    }

    pub(super) fn kronecker(&self, other: &Self) -> Self {
        Invertible { matrix: self.matrix.kronecker(&other.matrix), inverse: self.inverse.kronecker(&other.inverse) }
    }

    /// Replaces the block of these indices, which must be apart from the rest.
    pub(super) fn set_block(&mut self, indices: &[usize], block: &Self) {
        for (i, &row) in indices.iter().enumerate() {
            for (j, &column) in indices.iter().enumerate() {
                self.matrix[(row, column)] = block.matrix[(i, j)].clone();
                self.inverse[(row, column)] = block.inverse[(i, j)].clone();
            }
        }
    }
}

pub(super) fn as_map(matrix: &DMatrix<Rational>) -> LinearMap {
    let mut map = LinearMap::zero(matrix.nrows());
    for (row, entries) in matrix.row_iter().enumerate() {
        let nonzero = entries.iter().enumerate().filter(|(_, entry)| !entry.is_zero());
        map.set_row(row, nonzero.map(|(column, entry)| (column, entry.clone())).collect());
    }
    map
}
