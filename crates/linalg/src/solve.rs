//! Linear systems: square ones by LU, positive definite ones by Cholesky, all others by the minimum-norm solution.
//!
//! Every solution is put back into its equation. At high precision a single right-hand side is solved in doubles first
//! and refined with residuals at the full precision: each step costs n^2 products and gains up to 53 bits, where an
//! elimination at full precision costs n^3/3.

use super::lu::Equilibrated;
use super::products::{apply, apply_transposed, product};
use super::{
    Decomposable, LinalgError, binary_exponent, check, finer_than_double, require_finite, require_square,
    singular_values, tolerance,
};
use equipartition_scalar::{Magnitude, Real};
use nalgebra::{DMatrix, DVector};

/// The solution of `A x = b` for square `A`, shapes (n, n) (n) -> (n).
///
/// See [`solve_many`].
///
/// # Errors
/// As [`solve_many`].
pub fn solve<T: Decomposable>(a: &DMatrix<T>, b: &DVector<T>) -> Result<DVector<T>, LinalgError> {
    let solution = solve_many(a, &DMatrix::from_column_slice(b.len(), 1, b.as_slice()))?;
    Ok(DVector::from_column_slice(solution.as_slice()))
}

/// The inverse of a square matrix, shape (n, n).
///
/// # Errors
/// As [`solve_many`].
pub fn inverse<T: Decomposable>(a: &DMatrix<T>) -> Result<DMatrix<T>, LinalgError> {
    solve_many(a, &DMatrix::identity(a.nrows(), a.nrows()))
}

/// The solution of `A X = B` for square `A`, shapes (n, n) (n, k) -> (n, k).
///
/// First rows, then columns are divided by the power of two below their largest entry: `A' = R A C`. Of each column of
/// the result, with `y = C^-1 x`, it is checked that `|R b - A' y| <= t (|A'| |y| + |R b|)` in the maximum norm,
/// t = [`tolerance`]`(n, n)`.
///
/// # Errors
/// [`LinalgError::NotFinite`], [`LinalgError::Shape`]; [`LinalgError::Singular`] if a pivot is zero;
/// [`LinalgError::IllConditioned`] if the condition number of `A'` reaches `1 / (n epsilon)`;
/// [`LinalgError::Unverified`].
pub fn solve_many<T: Decomposable>(a: &DMatrix<T>, b: &DMatrix<T>) -> Result<DMatrix<T>, LinalgError> {
    let size = require_square(a)?;
    if b.nrows() != size {
        let (rows, columns) = b.shape();
        return Err(LinalgError::Shape { expected: "as many right-hand rows as equations", rows, columns });
    }
    require_finite(a)?;
    require_finite(b)?;
    let system = Equilibrated::new(a, b)?;
    let refined = if pays_in_doubles::<T>(size, b.ncols()) { system.solve_from_doubles() } else { None };
    let solution = match refined {
        Some(solution) => solution,
        None => system.solve_directly()?,
    };
    Ok(system.unscale(solution))
}

/// Whether refinement (`steps n^2` products a right-hand side) is cheaper than elimination (`n^3 / 3`).
fn pays_in_doubles<T: Decomposable>(size: usize, right_sides: usize) -> bool {
    // A double's step gains 53 bits less the condition number's; 40 allows for a moderate one. Measured for one
    // right-hand side of 64 equations: 9 times faster at 128 bits, 2 times at 512.
    let steps = binary_exponent(&T::default_epsilon()).unsigned_abs() as usize / 40 + 1;
    finer_than_double::<T>() && 3 * steps * right_sides < size
}

/// The lower triangular `L` with positive diagonal and `A = L L^T`, shape (n, n); only the lower half of `A` is read.
///
/// # Errors
/// [`LinalgError::NotFinite`], [`LinalgError::Shape`]; [`LinalgError::NotPositive`] if a pivot is not positive;
/// [`LinalgError::Unverified`].
pub fn cholesky<T: Decomposable>(a: &DMatrix<T>) -> Result<DMatrix<T>, LinalgError> {
    let size = require_square(a)?;
    require_finite(a)?;
    let mut factor = DMatrix::from_fn(size, size, |i, j| if i < j { T::zero() } else { a[(i, j)].clone() });
    let mut scratch = T::zero();
    for j in 0..size {
        for k in 0..j {
            for i in j..size {
                scratch.set_product(&factor[(i, k)], &factor[(j, k)]);
                factor[(i, j)] -= &scratch;
            }
        }
        let pivot = factor[(j, j)].clone();
        if pivot <= T::zero() {
            let sign = if pivot.is_zero() { "" } else { "-" };
            return Err(LinalgError::NotPositive { kind: "definite", what: "pivot", sign, size: pivot.magnitude() });
        }
        let root = Real::sqrt(&pivot);
        for i in j..size {
            factor[(i, j)] /= &root;
        }
    }
    let recomposed = product(&factor, &factor.transpose());
    let symmetric = DMatrix::from_fn(size, size, |i, j| a[(i.max(j), i.min(j))].clone());
    let norm = |matrix: &DMatrix<T>| super::products::norm(matrix.iter());
    check("the Cholesky decomposition", &norm(&(recomposed - &symmetric)), &tolerance(size, size), &norm(&symmetric))?;
    Ok(factor)
}

/// The minimum-norm least-squares solution, how it was obtained, and how clear the decision about the rank was.
#[derive(Clone, Debug, PartialEq)]
pub struct MinimumNormSolution<T> {
    /// Of all `x` that minimise `|A_r x - b|` the shortest, where `A_r` is `A` without its dropped singular values.
    pub solution: DVector<T>,
    /// The number of singular values kept.
    pub rank: usize,
    /// The smallest singular value kept, if any.
    pub smallest_kept: Option<T>,
    /// The largest singular value dropped, if any.
    pub largest_dropped: Option<T>,
    /// `|A x - b|`: what no `x` in the row space can remove.
    pub residual: T,
}

impl<T: Decomposable> MinimumNormSolution<T> {
    /// The smallest kept singular value over the largest dropped one, rounded down; infinite if only zeros were dropped,
    /// `None` if nothing was dropped or nothing kept. Near 1, the rank is a matter of opinion.
    pub fn gap(&self) -> Option<Magnitude> {
        let (kept, dropped) = (self.smallest_kept.as_ref()?, self.largest_dropped.as_ref()?);
        Some(Magnitude::ratio_below(&kept.mignitude(), &dropped.magnitude()))
    }
}

/// The shortest least-squares solution of `A x = b`, shapes (m, n) (m) -> (n), with singular values up to
/// `relative_cutoff` times the largest taken as zero.
///
/// This is Newton's step where the Hessian has flat directions: it does not move along them.
///
/// # Errors
/// As [`singular_values`]; [`LinalgError::Shape`]; [`LinalgError::Cutoff`] unless the cutoff is in [0, 1).
pub fn minimum_norm_solve<T: Decomposable>(
    a: &DMatrix<T>,
    b: &DVector<T>,
    relative_cutoff: &T,
) -> Result<MinimumNormSolution<T>, LinalgError> {
    if b.len() != a.nrows() {
        return Err(LinalgError::Shape { expected: "as many right-hand rows as equations", rows: b.len(), columns: 1 });
    }
    if !(*relative_cutoff >= T::zero() && *relative_cutoff < T::one()) {
        return Err(LinalgError::Cutoff);
    }
    require_finite(&DMatrix::from_column_slice(b.len(), 1, b.as_slice()))?;
    let decomposition = singular_values(a)?;
    let rank = decomposition.rank(relative_cutoff);
    let mut coordinates = apply_transposed(&decomposition.left, b);
    for (index, coordinate) in coordinates.iter_mut().enumerate() {
        if index < rank {
            *coordinate /= &decomposition.values[index];
        } else {
            *coordinate = T::zero();
        }
    }
    let solution = apply(&decomposition.right, &coordinates);
    let residual = super::products::norm((apply(a, &solution) - b).iter());
    let values = decomposition.values;
    Ok(MinimumNormSolution {
        solution,
        rank,
        smallest_kept: rank.checked_sub(1).map(|last| values[last].clone()),
        largest_dropped: values.iter().nth(rank).cloned(),
        residual,
    })
}

#[cfg(test)]
mod tests {
    use super::super::largest_size;
    use super::super::lu::{LuFactors, row_sum_norm};
    use super::*;
    use equipartition_scalar::{Field, Mp, Ring};
    use num_traits::One;

    /// Small fractions without structure.
    fn generic<T: Decomposable>(size: usize) -> DMatrix<T> {
        DMatrix::from_fn(size, size, |i, j| {
            let (i, j) = (i as i64, j as i64);
            T::ratio((17 * i * i + 5 * j * j * j + 3 * i * j + 7) % 23 - 11, 1 + (i * j) % 5)
        })
    }

    #[test]
    fn refinement_from_doubles_reaches_what_full_elimination_reaches() {
        fn at<const BITS: u32>() {
            for size in [1, 2, 5, 12, 20, 40] {
                let b = DMatrix::from_fn(size, 2, |i, j| Mp::ratio(1 + j as i64, 3 * i as i64 + 1));
                let system = Equilibrated::new(&generic::<Mp<BITS>>(size), &b).expect("no row is zero");
                let refined = system.solve_from_doubles().expect("doubles are enough to start from");
                let direct = system.solve_directly().expect("the matrix is well conditioned");
                let difference: Mp<BITS> = largest_size((refined - &direct).iter());
                assert!(difference <= Mp::epsilon() * Mp::integer(1 << 16) * largest_size(direct.iter()), "{size}");
            }
        }
        at::<64>();
        at::<128>();
        at::<512>();
    }

    /// At 128 bits 4 steps, at 512 bits 13, each of which costs three products where elimination costs a row.
    #[test]
    fn refinement_is_tried_where_it_costs_less_than_elimination() {
        assert!(pays_in_doubles::<Mp<128>>(13, 1) && !pays_in_doubles::<Mp<128>>(12, 1));
        assert!(pays_in_doubles::<Mp<512>>(40, 1) && !pays_in_doubles::<Mp<512>>(39, 1));
        assert!(pays_in_doubles::<Mp<128>>(61, 5) && !pays_in_doubles::<Mp<128>>(60, 5));
        assert!(!pays_in_doubles::<f64>(1000, 1) && !pays_in_doubles::<f32>(1000, 1));
    }

    #[test]
    fn refinement_gives_up_where_doubles_see_a_singular_matrix() {
        // Hilbert's matrix of size 20: condition number 10^28.
        let hilbert = DMatrix::from_fn(20, 20, |i, j| Mp::<512>::ratio(1, (i + j + 1) as i64));
        let system = Equilibrated::new(&hilbert, &DMatrix::repeat(20, 1, Mp::one())).expect("no row is zero");
        assert_eq!(system.solve_from_doubles(), None);
        assert!(system.solve_directly().is_ok());
    }

    #[test]
    fn the_condition_estimate_is_within_a_factor_of_three() {
        for size in [1, 2, 5, 9] {
            let hilbert = DMatrix::from_fn(size, size, |i, j| Mp::<256>::ratio(1, (i + j + 1) as i64));
            let exact = crate::exact::inverse(&DMatrix::from_fn(size, size, |i, j| {
                equipartition_scalar::Rational::from((1, (i + j + 1) as u32))
            }));
            let inverse = exact.expect("Hilbert's matrix is invertible").map(|entry| Mp::<256>::from_rational(&entry));
            let norm = row_sum_norm(&inverse.transpose());
            let estimate = LuFactors::new(hilbert).expect("no pivot is zero").inverse_norm_estimate();
            assert!(estimate <= norm.clone() * Mp::ratio(1001, 1000), "{size}: {estimate} > {norm}");
            assert!(estimate * Mp::integer(3) >= norm, "{size}");
        }
    }
}
