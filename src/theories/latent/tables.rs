//! Probability tables of small rational entries: how they are drawn, and what is read from them.

use crate::linalg::exact::{self, Span};
use crate::scalar::Rational;
use crate::verify::Stream;
use nalgebra::DMatrix;

/// Masses that sum to 1, each a weight of 1 to 50 over the total.
pub(super) fn masses(stream: &mut Stream, count: usize) -> Vec<Rational> {
    normalised((0..count).map(|_| Rational::from(stream.integer(1, 50))).collect())
}

/// The weights over their sum.
pub(super) fn normalised(weights: Vec<Rational>) -> Vec<Rational> {
    let total: Rational = weights.iter().sum();
    weights.into_iter().map(|weight| weight / &total).collect()
}

/// A conditional table, values by states: every column is a law.
pub(super) fn table(stream: &mut Stream, values: usize, states: usize) -> DMatrix<Rational> {
    let columns: Vec<Rational> = (0..states).flat_map(|_| masses(stream, values)).collect();
    DMatrix::from_vec(values, states, columns)
}

/// A conditional table of full column rank. It is tested before use, as columns of small weights may depend on each other.
pub(super) fn full_table(stream: &mut Stream, values: usize, states: usize) -> DMatrix<Rational> {
    assert!(values >= states, "a table of full column rank has as many values as states");
    loop {
        let table = table(stream, values, states);
        if exact::rank(&table) == states {
            return table;
        }
    }
}

/// `A B`
pub(super) fn product(a: &DMatrix<Rational>, b: &DMatrix<Rational>) -> DMatrix<Rational> {
    DMatrix::from_fn(a.nrows(), b.ncols(), |row, column| {
        (0..a.ncols()).map(|inner| Rational::from(&a[(row, inner)] * &b[(inner, column)])).sum()
    })
}

/// `A diag(law) B^T`: the joint table of two views that are independent given a cause of that law.
pub(super) fn joint(a: &DMatrix<Rational>, law: &[Rational], b: &DMatrix<Rational>) -> DMatrix<Rational> {
    let weighted = DMatrix::from_fn(a.nrows(), law.len(), |row, state| Rational::from(&a[(row, state)] * &law[state]));
    product(&weighted, &b.transpose())
}

/// The columns of these places.
pub(super) fn columns(matrix: &DMatrix<Rational>, places: &[usize]) -> DMatrix<Rational> {
    DMatrix::from_fn(matrix.nrows(), places.len(), |row, column| matrix[(row, places[column])].clone())
}

/// The first rows that are independent of those before them.
pub(super) fn independent_rows(matrix: &DMatrix<Rational>) -> Vec<usize> {
    let mut span = Span::new();
    (0..matrix.nrows()).filter(|&row| span.add(matrix.row(row).iter().cloned().collect())).collect()
}

/// A count as a number.
pub(super) fn count(number: usize) -> Rational {
    Rational::from(number as u64)
}
