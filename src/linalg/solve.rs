//! Linear systems: square ones by LU, positive definite ones by Cholesky, all others by the minimum-norm solution.
//!
//! Every solution is put back into its equation. At high precision a single right-hand side is solved in doubles first
//! and refined with residuals at the full precision: each step costs n^2 products and gains up to 53 bits, where an
//! elimination at full precision costs n^3/3.

use super::products::{apply, apply_transposed, product};
use super::{
    Decomposable, LinalgError, binary_exponent, check, finer_than_double, largest_size, require_finite, require_square,
    singular_values, times_power_of_two, to_doubles, tolerance,
};
use crate::scalar::{Magnitude, Real};
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

/// `A' Y = B'` with `A' = R A C`, `B' = R B D`, `X = C Y D^-1`, all three diagonal matrices made of powers of two.
struct Equilibrated<T> {
    matrix: DMatrix<T>,
    right: DMatrix<T>,
    column_exponents: Vec<i32>,
    right_exponents: Vec<i32>,
}

impl<T: Decomposable> Equilibrated<T> {
    fn new(a: &DMatrix<T>, b: &DMatrix<T>) -> Result<Self, LinalgError> {
        let mut matrix = a.clone();
        let mut row_exponents = Vec::with_capacity(a.nrows());
        for mut row in matrix.row_iter_mut() {
            let exponent = line_exponent(row.iter())?;
            row.apply(|entry| *entry = times_power_of_two(entry.clone(), -exponent));
            row_exponents.push(exponent);
        }
        let mut column_exponents = Vec::with_capacity(a.ncols());
        for mut column in matrix.column_iter_mut() {
            let exponent = line_exponent(column.iter())?;
            column.apply(|entry| *entry = times_power_of_two(entry.clone(), -exponent));
            column_exponents.push(exponent);
        }
        let right_exponent = |column: usize| {
            let entries = b.column(column).into_iter().zip(&row_exponents);
            let exponents = entries.filter(|(entry, _)| !entry.is_zero()).map(|(x, row)| binary_exponent(x) - row);
            exponents.max().unwrap_or(0)
        };
        let right_exponents: Vec<i32> = (0..b.ncols()).map(right_exponent).collect();
        let right = DMatrix::from_fn(b.nrows(), b.ncols(), |i, j| {
            times_power_of_two(b[(i, j)].clone(), -row_exponents[i] - right_exponents[j])
        });
        Ok(Equilibrated { matrix, right, column_exponents, right_exponents })
    }

    fn unscale(&self, solution: DMatrix<T>) -> DMatrix<T> {
        DMatrix::from_fn(solution.nrows(), solution.ncols(), |i, j| {
            times_power_of_two(solution[(i, j)].clone(), self.right_exponents[j] - self.column_exponents[i])
        })
    }

    /// Elimination at the full precision and one step of refinement.
    fn solve_directly(&self) -> Result<DMatrix<T>, LinalgError> {
        let factors = LuFactors::new(self.matrix.clone())?;
        factors.require_well_conditioned(&self.matrix)?;
        let mut solution = self.right.clone();
        factors.solve_in_place(&mut solution);
        let mut correction = self.residual(&solution);
        factors.solve_in_place(&mut correction);
        solution += correction;
        self.verify(&solution)?;
        Ok(solution)
    }

    /// Elimination in doubles, refined until rounding at the full precision stops it; `None` if it stops earlier.
    fn solve_from_doubles(&self) -> Option<DMatrix<T>> {
        let matrix = to_doubles(&self.matrix);
        let factors = LuFactors::new(matrix.clone()).ok()?;
        factors.require_well_conditioned(&matrix).ok()?;
        let mut solution = DMatrix::zeros(self.right.nrows(), self.right.ncols());
        let mut previous: Option<T> = None;
        let mut residual = self.right.clone();
        loop {
            let largest = largest_size(residual.iter());
            if largest.is_zero() {
                break;
            }
            let exponent = binary_exponent(&largest);
            let scaled = residual.map(|entry| times_power_of_two(entry, -exponent));
            let mut correction = to_doubles(&scaled);
            factors.solve_in_place(&mut correction);
            let correction = correction.map(|entry| times_power_of_two(T::from_subset(&entry), exponent));
            let change = largest_size(correction.iter());
            solution += correction;
            // A step that gains less than 8 bits is the last: nearly always because only rounding is left to correct.
            let shrinks = previous.is_none_or(|previous| change.clone() * T::integer(256) <= previous);
            if !shrinks || change <= T::default_epsilon() * largest_size(solution.iter()) {
                break;
            }
            residual = self.residual(&solution);
            previous = Some(change);
        }
        self.verify(&solution).ok()?;
        Some(solution)
    }

    /// `b' - A' y`.
    fn residual(&self, solution: &DMatrix<T>) -> DMatrix<T> {
        &self.right - product(&self.matrix, solution)
    }

    fn verify(&self, solution: &DMatrix<T>) -> Result<(), LinalgError> {
        let size = self.matrix.nrows();
        let residual = self.residual(solution);
        let norm = row_sum_norm(&self.matrix);
        for column in 0..solution.ncols() {
            let of = |matrix: &DMatrix<T>| largest_size(matrix.column(column).iter());
            let scale = norm.clone() * of(solution) + of(&self.right);
            check("the linear solve", &of(&residual), &tolerance(size, size), &scale)?;
        }
        Ok(())
    }
}

/// The binary exponent of a row's or a column's largest entry; a line of zeros makes the matrix singular.
fn line_exponent<'a, T: Decomposable>(line: impl Iterator<Item = &'a T>) -> Result<i32, LinalgError> {
    let largest = largest_size(line);
    if largest.is_zero() { Err(LinalgError::Singular) } else { Ok(binary_exponent(&largest)) }
}

/// The operator norm that belongs to the maximum norm.
fn row_sum_norm<T: Decomposable>(a: &DMatrix<T>) -> T {
    let sums = a.row_iter().map(|row| row.iter().fold(T::zero(), |sum, entry| sum + entry.absolute()));
    sums.fold(T::zero(), |largest, sum| largest.maximum(&sum))
}

/// `P A = L U` with partial pivoting, both factors in one matrix, `L` with ones on its diagonal.
struct LuFactors<T> {
    factors: DMatrix<T>,
    /// Step k exchanged rows k and `exchanges[k]`.
    exchanges: Vec<usize>,
}

impl<T: Decomposable> LuFactors<T> {
    fn new(mut a: DMatrix<T>) -> Result<Self, LinalgError> {
        let size = a.nrows();
        let mut exchanges = Vec::with_capacity(size);
        let mut scratch = T::zero();
        for k in 0..size {
            let pivot =
                (k + 1..size).fold(k, |best, i| if a[(i, k)].absolute() > a[(best, k)].absolute() { i } else { best });
            if a[(pivot, k)].is_zero() {
                return Err(LinalgError::Singular);
            }
            a.swap_rows(k, pivot);
            exchanges.push(pivot);
            let (left, right) = a.as_mut_slice().split_at_mut((k + 1) * size);
            let (pivot, multipliers) = left[k * size + k..].split_first_mut().expect("column k has a diagonal");
            multipliers.iter_mut().for_each(|entry| *entry /= &*pivot);
            for column in right.chunks_exact_mut(size) {
                let (upper, lower) = column.split_at_mut(k + 1);
                eliminate(lower, multipliers, &upper[k], &mut scratch);
            }
        }
        Ok(LuFactors { factors: a, exchanges })
    }

    /// `X = A^-1 X`.
    fn solve_in_place(&self, right: &mut DMatrix<T>) {
        let size = self.factors.nrows();
        let factors = self.factors.as_slice();
        let mut scratch = T::zero();
        for (k, &exchange) in self.exchanges.iter().enumerate() {
            right.swap_rows(k, exchange);
        }
        for x in right.as_mut_slice().chunks_exact_mut(size.max(1)) {
            for k in 0..size {
                let (known, rest) = x.split_at_mut(k + 1);
                eliminate(rest, &factors[k * size + k + 1..(k + 1) * size], &known[k], &mut scratch);
            }
            for k in (0..size).rev() {
                let (rest, known) = x.split_at_mut(k);
                known[0] /= &factors[k * size + k];
                eliminate(rest, &factors[k * size..k * size + k], &known[0], &mut scratch);
            }
        }
    }

    /// `X = A^-T X`.
    fn solve_transposed_in_place(&self, x: &mut [T]) {
        let mut scratch = T::zero();
        for k in 0..x.len() {
            for i in 0..k {
                scratch.set_product(&self.factors[(i, k)], &x[i]);
                x[k] -= &scratch;
            }
            x[k] /= &self.factors[(k, k)];
        }
        for k in (0..x.len()).rev() {
            for i in k + 1..x.len() {
                scratch.set_product(&self.factors[(i, k)], &x[i]);
                x[k] -= &scratch;
            }
        }
        for (k, &exchange) in self.exchanges.iter().enumerate().rev() {
            x.swap(k, exchange);
        }
    }

    /// An estimate from below of `|A^-1|` in the column-sum norm, rarely off by more than 3 (Hager; Higham 1988).
    fn inverse_norm_estimate(&self) -> T {
        let size = self.factors.nrows();
        let sum = |x: &DMatrix<T>| x.iter().fold(T::zero(), |sum, entry| sum + entry.absolute());
        let mut x = DMatrix::repeat(size, 1, T::ratio(1, size.max(1) as i64));
        let mut estimate = T::zero();
        for _ in 0..5 {
            self.solve_in_place(&mut x);
            let found = sum(&x);
            if found <= estimate {
                break;
            }
            estimate = found;
            let mut slope: Vec<T> =
                x.iter().map(|entry| if *entry < T::zero() { -T::one() } else { T::one() }).collect();
            self.solve_transposed_in_place(&mut slope);
            let steepest =
                (0..size).fold(0, |best, i| if slope[i].absolute() > slope[best].absolute() { i } else { best });
            x = DMatrix::zeros(size, 1);
            x[steepest] = T::one();
        }
        // A vector of alternating signs catches the matrices that deceive the search.
        let span = 2 * size.max(2) as i64 - 2;
        let mut alternating = DMatrix::from_fn(size, 1, |i, _| {
            T::ratio(if i % 2 == 0 { span + 2 * i as i64 } else { -span - 2 * i as i64 }, span)
        });
        self.solve_in_place(&mut alternating);
        estimate.maximum(&(sum(&alternating) * T::ratio(2, 3 * size.max(1) as i64)))
    }

    fn require_well_conditioned(&self, a: &DMatrix<T>) -> Result<(), LinalgError> {
        // For an estimate, factors rounded to doubles do, as long as their exponents suffice.
        let in_doubles = LuFactors { factors: to_doubles(&self.factors), exchanges: self.exchanges.clone() };
        let rough = in_doubles.inverse_norm_estimate();
        let inverse_norm = if rough.is_finite() { T::from_subset(&rough) } else { self.inverse_norm_estimate() };
        let condition = inverse_norm * row_sum_norm(&a.transpose());
        let limit = T::one() / (T::default_epsilon() * T::integer(a.nrows().max(1) as i64));
        if condition < limit { Ok(()) } else { Err(LinalgError::IllConditioned { condition: condition.magnitude() }) }
    }
}

/// `target -= factor * source`.
fn eliminate<T: Decomposable>(target: &mut [T], source: &[T], factor: &T, scratch: &mut T) {
    if factor.is_zero() {
        return;
    }
    for (target, source) in target.iter_mut().zip(source) {
        scratch.set_product(source, factor);
        *target -= &*scratch;
    }
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
    use super::*;
    use crate::scalar::{Field, Mp, Ring};
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
            let exact = crate::linalg::exact::inverse(&DMatrix::from_fn(size, size, |i, j| {
                crate::scalar::Rational::from((1, (i + j + 1) as u32))
            }));
            let inverse = exact.expect("Hilbert's matrix is invertible").map(|entry| Mp::<256>::from_rational(&entry));
            let norm = row_sum_norm(&inverse.transpose());
            let estimate = LuFactors::new(hilbert).expect("no pivot is zero").inverse_norm_estimate();
            assert!(estimate <= norm.clone() * Mp::ratio(1001, 1000), "{size}: {estimate} > {norm}");
            assert!(estimate * Mp::integer(3) >= norm, "{size}");
        }
    }
}
