//! Products and norms with in-place kernels, for every ring: nalgebra's `*` clones each operand, which costs a
//! high-precision product about half its time.

use equipartition_scalar::{Real, Ring};
use nalgebra::{DMatrix, DVector};

/// The sum of `x_i y_i`.
///
/// # Panics
/// If the lengths differ.
pub fn dot<T: Ring>(x: &[T], y: &[T]) -> T {
    assert_eq!(x.len(), y.len(), "the dot product needs two vectors of one length");
    let (mut sum, mut scratch) = (T::zero(), T::zero());
    for (x, y) in x.iter().zip(y) {
        sum.add_product(x, y, &mut scratch);
    }
    sum
}

/// `total += factor * vector`, entry by entry.
pub fn add_multiple<T: Ring>(total: &mut [T], factor: &T, vector: &[T]) {
    let mut scratch = T::zero();
    for (sum, entry) in total.iter_mut().zip(vector) {
        sum.add_product(factor, entry, &mut scratch);
    }
}

/// `A B`, shapes (m, k) (k, n) -> (m, n).
///
/// # Panics
/// If the inner sizes differ.
pub fn product<T: Ring>(a: &DMatrix<T>, b: &DMatrix<T>) -> DMatrix<T> {
    assert_eq!(a.ncols(), b.nrows(), "the product A B needs as many columns in A as rows in B");
    let mut result = DMatrix::repeat(a.nrows(), b.ncols(), T::zero());
    let mut scratch = T::zero();
    for (j, column) in result.as_mut_slice().chunks_exact_mut(a.nrows().max(1)).enumerate() {
        for k in 0..a.ncols() {
            let factor = &b[(k, j)];
            for (target, entry) in column.iter_mut().zip(column_of(a, k)) {
                target.add_product(entry, factor, &mut scratch);
            }
        }
    }
    result
}

/// `A^T B`, shapes (k, m) (k, n) -> (m, n).
///
/// # Panics
/// If the numbers of rows differ.
pub fn transposed_product<T: Ring>(a: &DMatrix<T>, b: &DMatrix<T>) -> DMatrix<T> {
    assert_eq!(a.nrows(), b.nrows(), "the product A^T B needs as many rows in A as in B");
    DMatrix::from_fn(a.ncols(), b.ncols(), |i, j| dot(column_of(a, i), column_of(b, j)))
}

/// `A x`, shapes (m, n) (n) -> (m).
///
/// # Panics
/// If the length of `x` is not the number of columns of `A`.
pub fn apply<T: Ring>(a: &DMatrix<T>, x: &DVector<T>) -> DVector<T> {
    assert_eq!(a.ncols(), x.len(), "the product A x needs as many columns in A as entries in x");
    let mut result = DVector::repeat(a.nrows(), T::zero());
    let mut scratch = T::zero();
    for (j, factor) in x.iter().enumerate() {
        for (target, entry) in result.iter_mut().zip(column_of(a, j)) {
            target.add_product(entry, factor, &mut scratch);
        }
    }
    result
}

/// `A^T x`, shapes (m, n) (m) -> (n).
///
/// # Panics
/// If the length of `x` is not the number of rows of `A`.
pub fn apply_transposed<T: Ring>(a: &DMatrix<T>, x: &DVector<T>) -> DVector<T> {
    assert_eq!(a.nrows(), x.len(), "the product A^T x needs as many rows in A as entries in x");
    DVector::from_fn(a.ncols(), |j, _| dot(column_of(a, j), x.as_slice()))
}

/// `A diag(d) B^T`, shapes (m, k) (k) (n, k) -> (m, n).
///
/// # Panics
/// If the sizes do not match.
pub fn diagonal_product<T: Ring>(a: &DMatrix<T>, diagonal: &DVector<T>, b: &DMatrix<T>) -> DMatrix<T> {
    assert_eq!((a.ncols(), b.ncols()), (diagonal.len(), diagonal.len()), "A diag(d) B^T needs one entry a column");
    let mut scaled = a.clone();
    for (mut column, factor) in scaled.column_iter_mut().zip(diagonal.iter()) {
        column.iter_mut().for_each(|entry| *entry *= factor);
    }
    product(&scaled, &b.transpose())
}

/// The sum of the squares of all entries: the squared Frobenius norm.
pub fn squared_norm<'a, T: Ring>(entries: impl IntoIterator<Item = &'a T>) -> T {
    let (mut sum, mut scratch) = (T::zero(), T::zero());
    for entry in entries {
        sum.add_product(entry, entry, &mut scratch);
    }
    sum
}

/// The Frobenius norm of a matrix, the Euclidean norm of a vector.
pub fn norm<'a, T: Real>(entries: impl IntoIterator<Item = &'a T>) -> T {
    Real::sqrt(&squared_norm(entries))
}

/// Column `j` as a slice: matrices are stored by columns.
pub(crate) fn column_of<T>(a: &DMatrix<T>, j: usize) -> &[T] {
    let rows = a.nrows();
    &a.as_slice()[j * rows..(j + 1) * rows]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_multiple_is_added_entry_by_entry() {
        let mut total = [1, 2, 3].map(f64::from);
        add_multiple(&mut total, &-2.0, &[5.0, 0.0, 0.5]);
        assert_eq!(total, [-9.0, 2.0, 2.0]);
    }
}
