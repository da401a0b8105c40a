//! Jacobi's rotations: slower than bidiagonalisation, but short, accurate and right at every precision.
//!
//! Both routines take a start: an orthogonal matrix that already almost diagonalises. They converge quadratically, so
//! the 53 bits of a start computed in doubles become 512 bits in about four sweeps.

use super::products::{column_of, dot, norm, product, squared_norm, transposed_product};
use super::{Decomposable, Factors, LinalgError};
use equipartition_scalar::Real;
use nalgebra::{DMatrix, DVector};

/// Sweeps over all pairs after which a routine gives up; ten from scratch are common, twenty are rare.
const SWEEPS: usize = 80;

/// The plane rotation that diagonalises `[[a, g], [g, b]]`, in Rutishauser's form, which rounds little for small angles.
struct Rotation<T> {
    sine: T,
    /// `sine / (1 + cosine)`.
    half_tangent: T,
    tangent: T,
}

impl<T: Decomposable> Rotation<T> {
    fn diagonalising(a: &T, b: &T, g: &T) -> Self {
        let cotangent = (b.clone() - a) / (T::integer(2) * g);
        let mut tangent = T::one() / (cotangent.absolute() + Real::sqrt(&(cotangent.squared() + T::one())));
        if cotangent < T::zero() {
            tangent = -tangent;
        }
        let cosine = T::one() / Real::sqrt(&(tangent.squared() + T::one()));
        let sine = T::product(&tangent, &cosine);
        let half_tangent = sine.clone() / (cosine + T::one());
        Rotation { sine, half_tangent, tangent }
    }

    /// `(x, y) = (cosine x - sine y, sine x + cosine y)`.
    fn rotate(&self, x: &mut T, y: &mut T, [u, v]: &mut [T; 2]) {
        u.set_product(x, &self.half_tangent);
        *u += &*y;
        *u *= &self.sine;
        v.set_product(y, &self.half_tangent);
        *v -= &*x;
        *v *= &self.sine;
        *x -= &*u;
        *y -= &*v;
    }

    /// Rotates two columns, `p < q`.
    fn rotate_columns(&self, matrix: &mut DMatrix<T>, p: usize, q: usize, scratch: &mut [T; 2]) {
        let rows = matrix.nrows();
        let (left, right) = matrix.as_mut_slice().split_at_mut(q * rows);
        for (x, y) in left[p * rows..(p + 1) * rows].iter_mut().zip(&mut right[..rows]) {
            self.rotate(x, y, scratch);
        }
    }
}

/// Eigenvalues (in no order) and eigenvectors of the symmetric `a`, shape (n, n), from the orthogonal `start`.
///
/// Cyclic Jacobi on `start^T a start`.
pub(super) fn symmetric_eigen<T: Decomposable>(
    a: &DMatrix<T>,
    start: Option<DMatrix<T>>,
) -> Result<(DVector<T>, DMatrix<T>), LinalgError> {
    let size = a.nrows();
    let (mut b, mut vectors) = match start {
        Some(start) => (transposed_product(&start, &product(a, &start)), start),
        None => (a.clone(), DMatrix::identity(size, size)),
    };
    let mut scratch = [T::zero(), T::zero()];
    // What is left off the diagonal then weighs at most epsilon relative to the whole.
    let negligible = T::default_epsilon() * norm::<T>(b.iter()) / T::integer(size.max(1) as i64);
    for _ in 0..SWEEPS {
        let mut rotated = false;
        for q in 1..size {
            for p in 0..q {
                // Negated, so that a NaN is not taken for convergence.
                if b[(p, q)].absolute() <= negligible {
                    continue;
                }
                rotated = true;
                let off_diagonal = b[(p, q)].clone();
                let rotation = Rotation::diagonalising(&b[(p, p)], &b[(q, q)], &off_diagonal);
                let shift = T::product(&rotation.tangent, &off_diagonal);
                let diagonal = [b[(p, p)].clone() - &shift, b[(q, q)].clone() + &shift];
                rotation.rotate_columns(&mut b, p, q, &mut scratch);
                for r in 0..size {
                    let (to_p, to_q) = (b[(r, p)].clone(), b[(r, q)].clone());
                    b[(p, r)].assign(&to_p);
                    b[(q, r)].assign(&to_q);
                }
                let [at_p, at_q] = diagonal;
                b[(p, p)] = at_p;
                b[(q, q)] = at_q;
                b[(p, q)] = T::zero();
                b[(q, p)] = T::zero();
                rotation.rotate_columns(&mut vectors, p, q, &mut scratch);
            }
        }
        if !rotated {
            return Ok((b.diagonal(), vectors));
        }
    }
    Err(LinalgError::NotConverged { what: "the symmetric eigendecomposition", sweeps: SWEEPS })
}

/// `(U, s, V)` with `a = U diag(s) V^T`, `s` descending, for `a` of shape (m, n) with m >= n, from the orthogonal
/// `start`, shape (n, n).
///
/// One-sided Jacobi (Hestenes): rotate the columns of `a start` until they are orthogonal; their lengths are the
/// singular values, also the tiny ones, to almost full relative accuracy.
pub(super) fn singular_value_decomposition<T: Decomposable>(
    a: &DMatrix<T>,
    start: Option<DMatrix<T>>,
) -> Result<Factors<T>, LinalgError> {
    let (rows, columns) = a.shape();
    let (mut w, mut right) = match start {
        Some(start) => (product(a, &start), start),
        None => (a.clone(), DMatrix::identity(columns, columns)),
    };
    let mut scratch = [T::zero(), T::zero()];
    // An inner product of unit vectors is itself uncertain by about this much.
    let negligible = T::default_epsilon() * Real::sqrt(&T::integer(rows.max(1) as i64));
    let mut lengths = Lengths::new(&mut w);
    for _ in 0..SWEEPS {
        let mut rotated = false;
        for p in 0..columns {
            for q in p + 1..columns {
                // The longer column first (de Rijk): it speeds convergence and separates the null columns.
                if lengths.values[p] < lengths.values[q] {
                    w.swap_columns(p, q);
                    right.swap_columns(p, q);
                    lengths.swap(p, q);
                }
                let inner = dot(column_of(&w, p), column_of(&w, q));
                if inner.absolute() <= T::product(&negligible, &lengths.values[p]) * &lengths.values[q] {
                    continue;
                }
                rotated = true;
                let rotation = Rotation::diagonalising(&lengths.squares[p], &lengths.squares[q], &inner);
                rotation.rotate_columns(&mut w, p, q, &mut scratch);
                rotation.rotate_columns(&mut right, p, q, &mut scratch);
                lengths.measure(&mut w, p);
                lengths.measure(&mut w, q);
            }
        }
        if !rotated {
            for (mut column, length) in w.column_iter_mut().zip(&lengths.values) {
                if !length.is_zero() {
                    column.iter_mut().for_each(|entry| *entry /= length);
                }
            }
            complete_orthonormal(&mut w);
            return Ok((w, DVector::from_vec(lengths.values), right));
        }
    }
    Err(LinalgError::NotConverged { what: "the singular value decomposition", sweeps: SWEEPS })
}

/// The lengths of a matrix's columns, kept while the columns rotate.
struct Lengths<T> {
    values: Vec<T>,
    squares: Vec<T>,
    /// A column that depends on the others shrinks by epsilon a sweep and would never end; from here on it is null.
    null: T,
}

impl<T: Decomposable> Lengths<T> {
    fn new(w: &mut DMatrix<T>) -> Self {
        let null = T::default_epsilon().squared() * norm::<T>(w.iter());
        let zeros = vec![T::zero(); w.ncols()];
        let mut lengths = Lengths { values: zeros.clone(), squares: zeros, null };
        (0..w.ncols()).for_each(|j| lengths.measure(w, j));
        lengths
    }

    /// Measures column `j` again, and clears it if it is null.
    fn measure(&mut self, w: &mut DMatrix<T>, j: usize) {
        self.squares[j] = squared_norm(column_of(w, j));
        self.values[j] = Real::sqrt(&self.squares[j]);
        if self.values[j] <= self.null {
            w.column_mut(j).fill(T::zero());
            self.squares[j] = T::zero();
            self.values[j] = T::zero();
        }
    }

    fn swap(&mut self, p: usize, q: usize) {
        self.values.swap(p, q);
        self.squares.swap(p, q);
    }
}

/// Gram and Schmidt's process in the modified form, once: enough where the columns are almost orthonormal already.
pub(super) fn orthonormalise<T: Decomposable>(matrix: &mut DMatrix<T>) {
    for j in 0..matrix.ncols() {
        remove_components(matrix, j, |k| k < j);
        normalise(matrix, j);
    }
}

/// Replaces zero columns so that all columns are orthonormal; the others have to be so already, and the matrix must not
/// be wider than tall.
fn complete_orthonormal<T: Decomposable>(matrix: &mut DMatrix<T>) {
    let rows = matrix.nrows();
    for j in 0..matrix.ncols() {
        if column_of(matrix, j).iter().any(|entry| !entry.is_zero()) {
            continue;
        }
        // The coordinate vector furthest from the span: the one whose row is shortest.
        let covered: Vec<T> = (0..rows).map(|i| squared_norm(matrix.row(i).iter())).collect();
        let furthest = (1..rows).fold(0, |best, i| if covered[i] < covered[best] { i } else { best });
        matrix[(furthest, j)] = T::one();
        // Twice is enough (Kahan).
        for _ in 0..2 {
            remove_components(matrix, j, |k| k != j);
            normalise(matrix, j);
        }
    }
}

fn remove_components<T: Decomposable>(matrix: &mut DMatrix<T>, j: usize, along: impl Fn(usize) -> bool) {
    for k in (0..matrix.ncols()).filter(|&k| along(k)) {
        let overlap = dot(column_of(matrix, k), column_of(matrix, j));
        for i in 0..matrix.nrows() {
            let component = T::product(&overlap, &matrix[(i, k)]);
            matrix[(i, j)] -= component;
        }
    }
}

fn normalise<T: Decomposable>(matrix: &mut DMatrix<T>, j: usize) {
    let length: T = norm(column_of(matrix, j));
    matrix.column_mut(j).iter_mut().for_each(|entry| *entry /= &length);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Without structure, between -1 and 1, times a number.
    fn generic(rows: usize, columns: usize, scale: f64) -> DMatrix<f64> {
        DMatrix::from_fn(rows, columns, |i, j| {
            scale * (((7 * i * i + 3 * j * j + 5 * i * j + i) % 23) as f64 / 11.0 - 1.0)
        })
    }

    /// What is negligible is so beside the whole matrix, and no rotation can do better.
    #[test]
    fn eigenpairs_are_found_whatever_the_size_of_the_entries() {
        for exponent in [-200, 0, 200] {
            let a = generic(8, 8, 2.0_f64.powi(exponent));
            let (values, _) = symmetric_eigen(&(&a + a.transpose()), None).expect("it converges");
            let error = values.sum() - 2.0 * a.trace();
            assert!(error.abs() <= 1e-14 * norm::<f64>(a.iter()), "2^{exponent}: {error}");
        }
    }

    /// The rounding of an inner product of long columns is no reason to rotate them.
    #[test]
    fn singular_values_of_many_rows_come_in_order() {
        for (rows, columns) in [(6, 6), (40, 7), (2000, 5)] {
            let (_, values, _) =
                singular_value_decomposition(&generic(rows, columns, 1.0), None).expect("it converges");
            assert!(values.as_slice().windows(2).all(|pair| pair[0] >= pair[1]), "{values}");
        }
    }
}
