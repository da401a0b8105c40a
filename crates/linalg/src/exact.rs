//! Linear algebra without rounding: elimination over a field with an exact test for zero.

use super::LinalgError;
use super::products::column_of;
use equipartition_scalar::{Field, Rational, Residue};
use nalgebra::{DMatrix, DVector};

/// A field whose arithmetic is exact, so that `is_zero` decides.
///
/// The rationals and the residues modulo a prime.
pub trait ExactField: Field {
    /// How much room the number takes. Elimination divides by the smallest pivot, so that fractions grow least; in a
    /// finite field all are equal.
    fn size(&self) -> u64;
}

impl ExactField for Rational {
    fn size(&self) -> u64 {
        u64::from(self.numer().significant_bits()) + u64::from(self.denom().significant_bits())
    }
}

impl ExactField for Residue {
    fn size(&self) -> u64 {
        1
    }
}

/// The reduced row echelon form of a matrix: what every function here reads its answer from.
///
/// Its entries are quotients of minors of the matrix, so that fractions in lowest terms cannot grow exponentially.
struct ReducedEchelon<T> {
    matrix: DMatrix<T>,
    /// Row i has its leading 1 in column `pivots[i]`.
    pivots: Vec<usize>,
    /// The product of the pivots, with the sign of the row exchanges.
    pivot_product: T,
}

impl<T: ExactField> ReducedEchelon<T> {
    /// Gauss and Jordan's elimination, with pivots in the first `columns` columns only.
    fn new(mut matrix: DMatrix<T>, columns: usize) -> Self {
        let rows = matrix.nrows();
        let mut pivots = Vec::new();
        let mut pivot_product = T::one();
        let mut scratch = T::zero();
        for column in 0..columns {
            let rank = pivots.len();
            let candidates = (rank..rows).filter(|&row| !matrix[(row, column)].is_zero());
            let Some(row) = candidates.min_by_key(|&row| matrix[(row, column)].size()) else {
                continue;
            };
            if row != rank {
                matrix.swap_rows(row, rank);
                pivot_product = -pivot_product;
            }
            let pivot = matrix[(rank, column)].clone();
            pivot_product *= &pivot;
            let factors = column_of(&matrix, column).to_vec();
            for j in column..matrix.ncols() {
                if matrix[(rank, j)].is_zero() {
                    continue;
                }
                matrix[(rank, j)] /= &pivot;
                let scaled = matrix[(rank, j)].clone();
                for (i, factor) in factors.iter().enumerate() {
                    if i != rank && !factor.is_zero() {
                        scratch.set_product(factor, &scaled);
                        matrix[(i, j)] -= &scratch;
                    }
                }
            }
            pivots.push(column);
        }
        ReducedEchelon { matrix, pivots, pivot_product }
    }
}

/// The span of vectors that come one after the other.
#[derive(Clone, Debug, Default)]
pub struct Span<T> {
    /// Each with a 1 at its pivot, which is the first entry that is not 0, and with 0 at the pivots of those before it.
    basis: Vec<(usize, Vec<T>)>,
}

impl<T: ExactField> Span<T> {
    /// The span of no vector.
    pub fn new() -> Self {
        Span { basis: Vec::new() }
    }

    /// The number of independent vectors so far.
    pub fn dimension(&self) -> usize {
        self.basis.len()
    }

    /// Adds a vector, and says whether it was independent of those before it. All have the same length.
    pub fn add(&mut self, mut vector: Vec<T>) -> bool {
        let mut scratch = T::zero();
        for (pivot, known) in &self.basis {
            let factor = vector[*pivot].clone();
            if !factor.is_zero() {
                for (entry, known) in vector.iter_mut().zip(known) {
                    entry.sub_product(&factor, known, &mut scratch);
                }
            }
        }
        let Some(pivot) = vector.iter().position(|entry| !entry.is_zero()) else { return false };
        let inverse = T::one() / &vector[pivot];
        for entry in &mut vector {
            *entry *= &inverse;
        }
        self.basis.push((pivot, vector));
        true
    }
}

/// The rank of a matrix.
pub fn rank<T: ExactField>(a: &DMatrix<T>) -> usize {
    ReducedEchelon::new(a.clone(), a.ncols()).pivots.len()
}

/// A basis of the null space `{x : A x = 0}` as columns, shapes (m, n) -> (n, n - rank).
pub fn null_space<T: ExactField>(a: &DMatrix<T>) -> DMatrix<T> {
    let ReducedEchelon { matrix, pivots, .. } = ReducedEchelon::new(a.clone(), a.ncols());
    let free: Vec<usize> = (0..a.ncols()).filter(|column| !pivots.contains(column)).collect();
    let mut basis = DMatrix::repeat(a.ncols(), free.len(), T::zero());
    for (vector, &column) in free.iter().enumerate() {
        basis[(column, vector)] = T::one();
        for (row, &pivot) in pivots.iter().enumerate() {
            basis[(pivot, vector)] = -matrix[(row, column)].clone();
        }
    }
    basis
}

/// One solution of `A x = b`, shapes (m, n) (m) -> (n): the one whose free coordinates are 0. The others differ from it by
/// the [`null_space`].
///
/// # Errors
/// [`LinalgError::Inconsistent`] if there is none, [`LinalgError::Shape`].
pub fn solve<T: ExactField>(a: &DMatrix<T>, b: &DVector<T>) -> Result<DVector<T>, LinalgError> {
    if b.len() != a.nrows() {
        return Err(LinalgError::Shape { expected: "as many right-hand rows as equations", rows: b.len(), columns: 1 });
    }
    let unknowns = a.ncols();
    let ReducedEchelon { matrix, pivots, .. } = ReducedEchelon::new(beside(a, b.as_slice()), unknowns);
    if (pivots.len()..a.nrows()).any(|row| !matrix[(row, unknowns)].is_zero()) {
        return Err(LinalgError::Inconsistent);
    }
    let mut solution = DVector::repeat(unknowns, T::zero());
    for (row, &pivot) in pivots.iter().enumerate() {
        solution[pivot] = matrix[(row, unknowns)].clone();
    }
    Ok(solution)
}

/// The inverse of a square matrix, shape (n, n).
///
/// # Errors
/// [`LinalgError::Singular`], [`LinalgError::Shape`].
pub fn inverse<T: ExactField>(a: &DMatrix<T>) -> Result<DMatrix<T>, LinalgError> {
    let size = super::require_square(a)?;
    let identity = DMatrix::from_fn(size, size, |i, j| if i == j { T::one() } else { T::zero() });
    let ReducedEchelon { matrix, pivots, .. } = ReducedEchelon::new(beside(a, identity.as_slice()), size);
    if pivots.len() < size {
        return Err(LinalgError::Singular);
    }
    Ok(DMatrix::from_fn(size, size, |i, j| matrix[(i, size + j)].clone()))
}

/// The determinant of a square matrix; that of the empty matrix is 1.
///
/// # Errors
/// [`LinalgError::Shape`].
pub fn determinant<T: ExactField>(a: &DMatrix<T>) -> Result<T, LinalgError> {
    let size = super::require_square(a)?;
    let echelon = ReducedEchelon::new(a.clone(), size);
    Ok(if echelon.pivots.len() == size { echelon.pivot_product } else { T::zero() })
}

/// `[A, B]`, with `B` given by columns.
fn beside<T: ExactField>(a: &DMatrix<T>, b: &[T]) -> DMatrix<T> {
    let entries: Vec<T> = a.iter().chain(b).cloned().collect();
    let columns = a.ncols() + b.len() / a.nrows().max(1);
    DMatrix::from_vec(a.nrows(), columns, entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Also where nothing is zero, and of every field.
    #[test]
    fn a_singular_matrix_has_no_inverse_and_the_determinant_zero() {
        fn singular<T: ExactField>() {
            for size in 1..5 {
                let matrix = DMatrix::from_fn(size, size, |i, j| T::integer((i as i64 + 1) * (j as i64 + 2)));
                let regular = size == 1;
                assert_eq!(inverse(&matrix).is_ok(), regular);
                assert_eq!(determinant(&matrix).expect("it is square").is_zero(), !regular);
                assert_eq!(inverse(&DMatrix::repeat(size, size, T::zero())), Err(LinalgError::Singular));
            }
        }
        singular::<Rational>();
        singular::<Residue>();
    }

    /// Of the pivots that take least room one is taken; which, no result tells.
    #[test]
    fn a_fraction_takes_the_room_of_both_its_numbers() {
        assert_eq!([(0, 1), (1, 1), (-3, 4), (6, 35)].map(|ratio| Rational::from(ratio).size()), [1, 2, 5, 9]);
    }

    /// Of integers below 5 in random rows of 4, which are often dependent, as many are independent of those before as the rank of all says, in the rationals
    /// and in a finite field.
    #[test]
    fn a_span_grows_by_the_rank() {
        let mut below = crate::numbers(1);
        for rows in 1..40 {
            let rows: Vec<Vec<i64>> = (0..rows % 7 + 1).map(|_| (0..4).map(|_| below(5) - 2).collect()).collect();
            let combined: Vec<i64> = (0..4).map(|i| rows.iter().map(|row| 3 * row[i]).sum()).collect();
            fn agree<T: ExactField>(rows: &[Vec<i64>], combined: &[i64]) {
                let vector = |row: &[i64]| row.iter().map(|n| T::integer(*n)).collect::<Vec<T>>();
                let mut span = Span::new();
                for (place, row) in rows.iter().enumerate() {
                    let before = span.dimension();
                    let is_new = span.add(vector(row));
                    assert_eq!(span.dimension(), before + usize::from(is_new));
                    let so_far = DMatrix::from_fn(place + 1, 4, |i, j| T::integer(rows[i][j]));
                    assert_eq!(span.dimension(), rank(&so_far), "{rows:?}");
                }
                assert!(!span.add(vector(combined)), "{rows:?}");
            }
            agree::<Rational>(&rows, &combined);
            agree::<Residue>(&rows, &combined);
        }
    }
}
