//! Positive definiteness of rational matrices, decided exactly.

use equipartition_scalar::Rational;
use nalgebra::DMatrix;

/// The order of the first leading principal minor of a symmetric matrix that is not positive; none if the matrix is
/// positive definite (Sylvester's criterion, by the pivots of `L D L^T`).
pub fn first_nonpositive_minor(matrix: &DMatrix<Rational>) -> Option<usize> {
    let mut table = matrix.clone();
    for pivot in 0..table.nrows() {
        if table[(pivot, pivot)] <= 0 {
            return Some(pivot + 1);
        }
        for row in pivot + 1..table.nrows() {
            let factor = Rational::from(&table[(row, pivot)] / &table[(pivot, pivot)]);
            // Only the lower triangle is kept; the entries above it are those below, mirrored.
            for column in pivot + 1..=row {
                let product = Rational::from(&factor * &table[(column, pivot)]);
                table[(row, column)] -= product;
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matrix(order: usize, entries: &[i64]) -> DMatrix<Rational> {
        DMatrix::from_row_iterator(order, order, entries.iter().map(|&entry| Rational::from(entry)))
    }

    #[test]
    fn sylvester_tells_definite_from_semidefinite_and_indefinite() {
        assert_eq!(first_nonpositive_minor(&matrix(2, &[2, 1, 1, 1])), None);
        assert_eq!(first_nonpositive_minor(&matrix(2, &[1, 1, 1, 1])), Some(2));
        assert_eq!(first_nonpositive_minor(&matrix(2, &[1, 2, 2, 1])), Some(2));
        assert_eq!(first_nonpositive_minor(&matrix(1, &[0])), Some(1));
        assert_eq!(first_nonpositive_minor(&matrix(3, &[4, 2, -2, 2, 3, 1, -2, 1, 4])), None);
        assert_eq!(first_nonpositive_minor(&matrix(3, &[4, 2, -2, 2, 3, 1, -2, 1, 3])), Some(3));
    }
}
