//! Exact elimination over the rationals.

use crate::scalar::Rational;
use nalgebra::{DMatrix, DVector};

/// A particular solution of `A x = b` (free variables 0); none if there is no solution.
pub fn solve(a: &DMatrix<Rational>, b: &DVector<Rational>) -> Option<DVector<Rational>> {
    let (rows, columns) = a.shape();
    let mut table: Vec<Vec<Rational>> =
        (0..rows).map(|i| (0..columns).map(|j| a[(i, j)].clone()).chain([b[i].clone()]).collect()).collect();
    let mut pivots = Vec::new();
    for column in 0..columns {
        let rank = pivots.len();
        let Some(pivot) = (rank..rows).find(|&row| !table[row][column].is_zero()) else { continue };
        table.swap(rank, pivot);
        let (above, below) = table.split_at_mut(rank + 1);
        let pivot_row = &above[rank];
        for row in below {
            if row[column].is_zero() {
                continue;
            }
            let factor = Rational::from(&row[column] / &pivot_row[column]);
            for (entry, pivot_entry) in row.iter_mut().zip(pivot_row).skip(column) {
                *entry -= Rational::from(&factor * pivot_entry);
            }
        }
        pivots.push(column);
    }
    if table[pivots.len()..].iter().any(|row| !row[columns].is_zero()) {
        return None;
    }
    let mut solution = DVector::from_element(columns, Rational::new());
    for (row, &column) in pivots.iter().enumerate().rev() {
        let mut value = table[row][columns].clone();
        for later in column + 1..columns {
            value -= Rational::from(&table[row][later] * &solution[later]);
        }
        solution[column] = value / &table[row][column];
    }
    Some(solution)
}
