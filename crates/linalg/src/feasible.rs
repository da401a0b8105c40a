//! Nonnegative solutions of linear equations, in the rationals.
//!
//! Which unknowns are not 0 is guessed by the first phase of the simplex method in machine doubles; what they are is solved for exactly, and the signs are looked at
//! then. So a solution is one; that there is none is the guess of doubles.

use super::exact;
use equipartition_scalar::Rational;
use nalgebra::{DMatrix, DVector};
use std::cmp::Ordering;

/// In so many rounds of a pivot for each equation they are taken where they promise most; later by Bland's rule, with which no basis comes back.
const EAGER_ROUNDS: usize = 8;
/// After so many rounds rounding goes round in circles.
const MOST_ROUNDS: usize = 64;
/// What is no more, beside columns of length 1, may be rounding.
const ROUNDING: f64 = 1e-10;

/// A vector `x >= 0` with `matrix x = wanted`: a vertex of the set of all, with no more entries that are not 0 than there are equations. None if none was found.
pub fn nonnegative(matrix: &DMatrix<Rational>, wanted: &DVector<Rational>) -> Option<DVector<Rational>> {
    let basis = Tableau::new(matrix, wanted).basis()?;
    let columns = DMatrix::from_fn(matrix.nrows(), basis.len(), |row, place| matrix[(row, basis[place])].clone());
    let values = exact::solve(&columns, wanted).ok()?;
    if values.iter().any(|value| value.cmp0() == Ordering::Less) {
        return None;
    }
    let mut solution = DVector::from_element(matrix.ncols(), Rational::new());
    basis.into_iter().zip(values.iter()).for_each(|(place, value)| solution[place].clone_from(value));
    Some(solution)
}

/// The equations with an artificial variable each, at first the basis, whose sum is made as small as it can be.
struct Tableau {
    /// The last column is what is wanted, and nonnegative.
    rows: DMatrix<f64>,
    /// The variable of each row; none while that is its artificial one.
    basis: Vec<Option<usize>>,
}

impl Tableau {
    fn new(matrix: &DMatrix<Rational>, wanted: &DVector<Rational>) -> Self {
        let columns = matrix.ncols();
        let mut rows = DMatrix::from_fn(matrix.nrows(), columns + 1, |row, column| {
            let entry = if column < columns { &matrix[(row, column)] } else { &wanted[row] };
            let is_negative = wanted[row].cmp0() == Ordering::Less;
            if is_negative { -entry.to_f64() } else { entry.to_f64() }
        });
        for mut column in rows.column_iter_mut() {
            let length = column.norm();
            if length > 0.0 {
                column.unscale_mut(length);
            }
        }
        Tableau { basis: vec![None; rows.nrows()], rows }
    }

    /// The unknowns that are not 0, if the artificial ones are.
    fn basis(mut self) -> Option<Vec<usize>> {
        let equations = self.rows.nrows();
        for round in (0..MOST_ROUNDS).flat_map(|round| std::iter::repeat_n(round, equations.max(1))) {
            let Some(column) = self.entering(round >= EAGER_ROUNDS) else {
                let last = self.columns();
                let is_met = self.artificial().all(|row| self.rows[(row, last)] < ROUNDING.sqrt());
                return is_met.then(|| self.basis.into_iter().flatten().collect());
            };
            let row = self.leaving(column)?;
            self.pivot(row, column);
        }
        None
    }

    fn columns(&self) -> usize {
        self.rows.ncols() - 1
    }

    /// The rows of artificial variables.
    fn artificial(&self) -> impl Iterator<Item = usize> {
        self.basis.iter().enumerate().filter(|(_, variable)| variable.is_none()).map(|(row, _)| row)
    }

    /// A variable by which the sum of the artificial ones falls; the first, or the one by which it falls most.
    fn entering(&self, first: bool) -> Option<usize> {
        let fall = |column: usize| self.artificial().map(|row| self.rows[(row, column)]).sum::<f64>();
        let mut falling = (0..self.columns()).map(|column| (column, fall(column))).filter(|(_, fall)| *fall > ROUNDING);
        let entering = if first { falling.next() } else { falling.max_by(|(_, a), (_, b)| a.total_cmp(b)) };
        entering.map(|(column, _)| column)
    }

    /// The row that limits how far a variable can grow; of several that of an artificial variable, or of the first variable.
    fn leaving(&self, column: usize) -> Option<usize> {
        let limit = |row: usize| self.rows[(row, self.columns())] / self.rows[(row, column)];
        (0..self.rows.nrows())
            .filter(|row| self.rows[(*row, column)] > ROUNDING)
            .min_by(|a, b| limit(*a).total_cmp(&limit(*b)).then(self.basis[*a].cmp(&self.basis[*b])))
    }

    /// Takes a variable into the basis in place of the one of a row.
    fn pivot(&mut self, pivot: usize, column: usize) {
        let chosen = self.rows.row(pivot) / self.rows[(pivot, column)];
        for row in 0..self.rows.nrows() {
            let factor = self.rows[(row, column)];
            if row != pivot {
                let difference = self.rows.row(row) - &chosen * factor;
                self.rows.set_row(row, &difference);
            }
        }
        self.rows.set_row(pivot, &chosen);
        self.basis[pivot] = Some(column);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::products::product;

    fn integers(rows: usize, entries: &[i64]) -> DMatrix<Rational> {
        DMatrix::from_row_iterator(rows, entries.len() / rows, entries.iter().map(|entry| Rational::from(*entry)))
    }

    fn vector(entries: &[i64]) -> DVector<Rational> {
        DVector::from_iterator(entries.len(), entries.iter().map(|entry| Rational::from(*entry)))
    }

    /// 0 is a mean of 1, 2 and -3, and none of 1, 2 and 3.
    #[test]
    fn a_mean_lies_between_its_numbers() {
        let mean = |numbers: [i64; 3]| {
            let [a, b, c] = numbers;
            nonnegative(&integers(2, &[a, b, c, 1, 1, 1]), &vector(&[0, 1]))
        };
        let weights = mean([1, 2, -3]).expect("0 is between them");
        assert_eq!(&weights[0] + Rational::from(&weights[1] * 2), Rational::from(&weights[2] * 3));
        assert!(weights.iter().all(|weight| weight.cmp0() != Ordering::Less));
        assert_eq!(mean([1, 2, 3]), None);
        assert_eq!(mean([-1, -2, -3]), None);
    }

    /// By Farkas's lemma either there is a solution, or a `y` with `y^T matrix >= 0` and `y . wanted < 0`: of vectors in the plane on one side of a line
    /// no positive multiple is on the other.
    #[test]
    fn cones_have_what_is_inside_and_nothing_else() {
        let cone = integers(2, &[3, 1, 2, 1, 3, 2]);
        for (target, is_inside) in [([4, 4], true), ([3, 1], true), ([1, 3], true), ([4, 1], false), ([-1, -1], false)]
        {
            let target = vector(&target);
            let found = nonnegative(&cone, &target);
            assert_eq!(found.is_some(), is_inside, "{target}");
            if let Some(found) = found {
                let column = DMatrix::from_column_slice(3, 1, found.as_slice());
                assert_eq!(product(&cone, &column).as_slice(), target.as_slice());
            }
        }
    }

    #[test]
    fn no_equation_is_solved_by_zero() {
        assert_eq!(nonnegative(&DMatrix::from_element(0, 2, Rational::new()), &vector(&[])), Some(vector(&[0, 0])));
    }

    /// Equations that say the same twice, and a tableau of zeros, on which the greatest promise alone may go round for ever.
    #[test]
    fn degenerate_equations_come_to_an_end() {
        let twice = integers(3, &[1, -1, 2, -2, 1, 1]);
        assert_eq!(nonnegative(&twice, &vector(&[0, 0, 1])), Some(DVector::from_element(2, Rational::from((1, 2)))));
        // Only 0 solves the first three, so that no pivot moves, and 0 does not solve the last.
        let unmoved = integers(
            4,
            &[[1, 4, -60, 1, 25, 9, 1], [1, 2, -90, 1, 50, 3, 1], [0, 1, 0, 0, 1, 0, 1], [3, 4, -150, 1, 50, 6, 1]]
                .concat(),
        );
        assert_eq!(nonnegative(&unmoved, &vector(&[0, 0, 0, -1])), None);
    }

    #[test]
    fn rounding_neither_promises_nor_limits() {
        let tableau = |entry: f64| Tableau { rows: DMatrix::from_row_slice(1, 2, &[entry, 1.0]), basis: vec![None] };
        for first in [false, true] {
            assert_eq!([ROUNDING, 2.0 * ROUNDING].map(|entry| tableau(entry).entering(first)), [None, Some(0)]);
        }
        assert_eq!([ROUNDING, 2.0 * ROUNDING].map(|entry| tableau(entry).leaving(0)), [None, Some(0)]);
    }

    /// As many equations as are solved by positive numbers that are known, and more unknowns than equations. Each pivot takes one artificial variable out of
    /// the basis at most, and a row that does not limit the growth leaves something negative.
    #[test]
    fn what_has_a_positive_solution_is_solved() {
        let mut below = crate::numbers(1);
        for equations in 1..=24 {
            let unknowns = equations + equations / 2;
            let entries: Vec<i64> = (0..equations * unknowns).map(|_| below(19) - 9).collect();
            let matrix = integers(equations, &entries);
            let positive = DMatrix::from_fn(unknowns, 1, |_, _| Rational::from(below(9) + 1));
            let wanted = DVector::from_column_slice(product(&matrix, &positive).as_slice());
            let found = nonnegative(&matrix, &wanted).expect("there is a solution");
            assert!(found.iter().all(|entry| entry.cmp0() != Ordering::Less));
            assert!(found.iter().filter(|entry| entry.cmp0() == Ordering::Greater).count() <= equations);
            let column = DMatrix::from_column_slice(unknowns, 1, found.as_slice());
            assert_eq!(product(&matrix, &column).as_slice(), wanted.as_slice(), "{equations}");
        }
    }
}
