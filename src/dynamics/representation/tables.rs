//! The data of the experiments, as rational tables.

use crate::scalar::Rational;
use nalgebra::DMatrix;

/// A matrix by its rows, with a common denominator.
pub(super) type Table<const ROWS: usize, const COLUMNS: usize> = ([[i64; COLUMNS]; ROWS], i64);

/// The inputs are these rows and their negatives.
pub(super) const INPUTS: Table<4, 4> = ([[4, 0, 2, 0], [0, 4, 0, -2], [2, 0, 4, 2], [0, -2, 2, 4]], 4);
/// `V`, of rank 2: in its columns the third entry is half the first and a third of the second.
pub(super) const TARGET: Table<3, 4> = ([[4, 0, 2, 0], [0, 3, 0, -3], [2, 1, 1, -1]], 4);
/// The noises are these rows and their negatives. The second row is an eighth as long as the first and close
/// to a direction of the columns of `V`.
pub(super) const ANISOTROPIC: Table<3, 3> = ([[16, 2, 8], [0, 2, 1], [4, 2, -8]], 32);
/// As large on the whole, in all directions alike.
pub(super) const ISOTROPIC: Table<3, 3> = ([[12, 0, 0], [0, 12, 0], [0, 0, 12]], 32);
/// The view of the network whose sharpness is watched: with it the balanced minimum is clearly not the flattest.
pub(super) const STRETCHED: Table<4, 4> = ([[1, 0, 0, 0], [0, 2, 0, 0], [0, 0, 2, 0], [0, 0, 0, 4]], 2);

fn entry<const ROWS: usize, const COLUMNS: usize>(
    (entries, denominator): &Table<ROWS, COLUMNS>,
    row: usize,
    column: usize,
) -> Rational {
    Rational::from((entries[row][column], *denominator))
}

pub(super) fn matrix<const ROWS: usize, const COLUMNS: usize>(table: Table<ROWS, COLUMNS>) -> DMatrix<Rational> {
    DMatrix::from_fn(ROWS, COLUMNS, |row, column| entry(&table, row, column))
}

/// The rows and their negatives: a set of vectors of mean zero.
pub(super) fn with_negatives<const ROWS: usize, const COLUMNS: usize>(
    table: Table<ROWS, COLUMNS>,
) -> Vec<Vec<Rational>> {
    let row = |row: usize| -> Vec<Rational> { (0..COLUMNS).map(|column| entry(&table, row, column)).collect() };
    let rows: Vec<Vec<Rational>> = (0..ROWS).map(row).collect();
    let negatives = rows.iter().map(|row| row.iter().map(|x| Rational::from(-x)).collect());
    rows.iter().cloned().chain(negatives).collect()
}
