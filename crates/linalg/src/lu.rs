//! LU with scaling by powers of two, and its refinement.

use super::products::product;
use super::{
    Decomposable, LinalgError, binary_exponent, check, largest_size, times_power_of_two, to_doubles, tolerance,
};
use nalgebra::DMatrix;

/// `A' Y = B'` with `A' = R A C`, `B' = R B D`, `X = C Y D^-1`, all three diagonal matrices made of powers of two.
pub(super) struct Equilibrated<T> {
    pub(super) matrix: DMatrix<T>,
    pub(super) right: DMatrix<T>,
    pub(super) column_exponents: Vec<i32>,
    pub(super) right_exponents: Vec<i32>,
}

impl<T: Decomposable> Equilibrated<T> {
    pub(super) fn new(a: &DMatrix<T>, b: &DMatrix<T>) -> Result<Self, LinalgError> {
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

    pub(super) fn unscale(&self, solution: DMatrix<T>) -> DMatrix<T> {
        DMatrix::from_fn(solution.nrows(), solution.ncols(), |i, j| {
            times_power_of_two(solution[(i, j)].clone(), self.right_exponents[j] - self.column_exponents[i])
        })
    }

    /// Elimination at the full precision and one step of refinement.
    pub(super) fn solve_directly(&self) -> Result<DMatrix<T>, LinalgError> {
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
    pub(super) fn solve_from_doubles(&self) -> Option<DMatrix<T>> {
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
            let correction = correction.map(|entry| times_power_of_two(T::from_f64(entry), exponent));
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
    pub(super) fn residual(&self, solution: &DMatrix<T>) -> DMatrix<T> {
        &self.right - product(&self.matrix, solution)
    }

    pub(super) fn verify(&self, solution: &DMatrix<T>) -> Result<(), LinalgError> {
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
pub(super) fn line_exponent<'a, T: Decomposable>(line: impl Iterator<Item = &'a T>) -> Result<i32, LinalgError> {
    let largest = largest_size(line);
    if largest.is_zero() { Err(LinalgError::Singular) } else { Ok(binary_exponent(&largest)) }
}

/// The operator norm that belongs to the maximum norm.
pub(super) fn row_sum_norm<T: Decomposable>(a: &DMatrix<T>) -> T {
    let sums = a.row_iter().map(|row| row.iter().fold(T::zero(), |sum, entry| sum + entry.absolute()));
    sums.fold(T::zero(), |largest, sum| largest.maximum(&sum))
}

/// `P A = L U` with partial pivoting, both factors in one matrix, `L` with ones on its diagonal.
pub(super) struct LuFactors<T> {
    pub(super) factors: DMatrix<T>,
    /// Step k exchanged rows k and `exchanges[k]`.
    pub(super) exchanges: Vec<usize>,
}

impl<T: Decomposable> LuFactors<T> {
    pub(super) fn new(mut a: DMatrix<T>) -> Result<Self, LinalgError> {
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
    pub(super) fn solve_in_place(&self, right: &mut DMatrix<T>) {
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
    pub(super) fn solve_transposed_in_place(&self, x: &mut [T]) {
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
    pub(super) fn inverse_norm_estimate(&self) -> T {
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
        let mut alternating = alternating(size);
        self.solve_in_place(&mut alternating);
        estimate.maximum(&(sum(&alternating) * T::ratio(2, 3 * size.max(1) as i64)))
    }

    pub(super) fn require_well_conditioned(&self, a: &DMatrix<T>) -> Result<(), LinalgError> {
        // For an estimate, factors rounded to doubles do, as long as their exponents suffice: by an infinite pivot all becomes 0.
        let in_doubles = LuFactors { factors: to_doubles(&self.factors), exchanges: self.exchanges.clone() };
        let suffice = in_doubles.factors.iter().all(|factor| factor.is_finite());
        let rough = if suffice { in_doubles.inverse_norm_estimate() } else { f64::NAN };
        let inverse_norm = if rough.is_finite() { T::from_f64(rough) } else { self.inverse_norm_estimate() };
        let condition = inverse_norm * row_sum_norm(&a.transpose());
        let limit = T::one() / (T::default_epsilon() * T::integer(a.nrows().max(1) as i64));
        if condition < limit { Ok(()) } else { Err(LinalgError::IllConditioned { condition: condition.magnitude() }) }
    }
}

/// `(-1)^i (1 + i / (n - 1))`, whose sum of absolute values is `3 n / 2`.
fn alternating<T: Decomposable>(size: usize) -> DMatrix<T> {
    let last = size.max(2) as i64 - 1;
    DMatrix::from_fn(size, 1, |i, _| T::ratio([1, -1][i % 2] * (last + i as i64), last))
}

/// `target -= factor * source`.
pub(super) fn eliminate<T: Decomposable>(target: &mut [T], source: &[T], factor: &T, scratch: &mut T) {
    if factor.is_zero() {
        return;
    }
    for (target, source) in target.iter_mut().zip(source) {
        scratch.set_product(source, factor);
        *target -= &*scratch;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use equipartition_scalar::{Field, Mp, Rational, Ring};

    /// Wilkinson's matrix: ones on the diagonal and in the last column, -1 below. Its pivots grow to 2^(n - 1), though its condition number is about n.
    fn wilkinsons<T: Ring>(size: usize) -> DMatrix<T> {
        DMatrix::from_fn(size, size, |i, j| T::integer(if i == j || j + 1 == size { 1 } else { -i64::from(i > j) }))
    }

    /// Elimination alone is off by 2^39 units in the last place, and its result would be refused.
    #[test]
    fn a_step_of_refinement_mends_what_growing_pivots_lost() {
        let size = 40;
        let right = |i: usize| Rational::from((1 + (i * i) as i64 % 7, 3));
        let exact = crate::exact::solve(&wilkinsons(size), &nalgebra::DVector::from_fn(size, |i, _| right(i)))
            .expect("the matrix is regular");
        let b = DMatrix::from_fn(size, 1, |i, _| right(i).to_f64());
        let system = Equilibrated::new(&wilkinsons::<f64>(size), &b).expect("no row is zero");
        let mut alone = system.right.clone();
        LuFactors::new(system.matrix.clone()).expect("no pivot is zero").solve_in_place(&mut alone);
        assert!(system.verify(&alone).is_err());
        let refined = system.unscale(system.solve_directly().expect("refined"));
        for (found, known) in refined.iter().zip(exact.iter()) {
            assert!((found - known.to_f64()).abs() < 1e-13, "{found} is not {known}");
        }
    }

    /// For 1 y = 1 the residual may be 32 units in the last place, (1, 1)'s tolerance, of |y| + 1.
    #[test]
    fn a_solution_passes_up_to_the_tolerance_and_no_further() {
        let one = DMatrix::repeat(1, 1, 1.0);
        let system = Equilibrated::new(&one, &one).expect("nothing is zero");
        let off_by = |units: f64| system.verify(&DMatrix::repeat(1, 1, 1.0 + units * f64::EPSILON));
        assert_eq!(off_by(60.0), Ok(()));
        assert!(off_by(80.0).is_err() && off_by(f64::NAN).is_err());
    }

    /// Integers below 10, without structure.
    fn generic(size: usize, seed: u64) -> DMatrix<Rational> {
        let mut below = crate::numbers(seed);
        DMatrix::from_fn(size, size, |_, _| Rational::from(below(19) - 9))
    }

    #[test]
    fn the_transposed_system_is_that_of_the_transposed_matrix() {
        for size in 1..9 {
            let matrix = generic(size, 5).map(|entry| entry.to_f64());
            let mut found: Vec<f64> = (0..size).map(|i| 1.0 + (i * i) as f64).collect();
            let right = found.clone();
            LuFactors::new(matrix.clone()).expect("no pivot is zero").solve_transposed_in_place(&mut found);
            let back = crate::products::apply_transposed(&matrix, &nalgebra::DVector::from_vec(found));
            for (back, right) in back.iter().zip(&right) {
                assert!((back - right).abs() < 1e-10, "{size}: {back} for {right}");
            }
        }
    }

    /// The search goes where the norm grows most.
    #[test]
    fn the_norm_of_an_inverse_without_structure_is_mostly_found() {
        let (mut found, mut tried) = (0, 0);
        for seed in 0..60 {
            let matrix = generic(6, seed);
            let Ok(inverse) = crate::exact::inverse(&matrix) else { continue };
            let norm = row_sum_norm(&inverse.transpose().map(|entry| entry.to_f64()));
            let factors = LuFactors::new(matrix.map(|entry| entry.to_f64())).expect("no pivot is zero");
            let estimate = factors.inverse_norm_estimate();
            assert!(estimate <= norm * (1.0 + 1e-9) && estimate >= norm / 3.0, "{estimate} for {norm}");
            tried += 1;
            found += u64::from(estimate >= norm * (1.0 - 1e-9));
        }
        assert!(tried >= 50 && found * 5 >= tried * 4, "{found} of {tried}");
    }

    #[test]
    fn the_alternating_vector_grows_from_one_to_two() {
        let vector = |size| alternating::<f64>(size).as_slice().to_vec();
        assert_eq!(vector(1), [1.0]);
        assert_eq!(vector(2), [1.0, -2.0]);
        assert_eq!(vector(5), [1.0, -1.25, 1.5, -1.75, 2.0]);
    }

    /// `I - t v w^T` with `w` orthogonal to `v` and to the vector of ones, where the search starts, and 0 where it goes from there: it sees `I`. The inverse
    /// is `I + t v w^T`, of norm `1 + 2 t`.
    #[test]
    fn matrices_that_deceive_the_search_are_caught() {
        let (v, w) = ([1.0, 0.0, 0.0, -1.0], [0.0, 1.0, -1.0, 0.0]);
        for t in [10.0, 1000.0, 1e6] {
            let deceiving = DMatrix::from_fn(4, 4, |i, j| f64::from(i == j) - t * v[i] * w[j]);
            let estimate = LuFactors::new(deceiving).expect("no pivot is zero").inverse_norm_estimate();
            let norm = 1.0 + 2.0 * t;
            assert!((norm / 3.0..=norm).contains(&estimate), "{estimate} for {norm}");
        }
    }

    /// `[[1, 1], [1, 1 + d]]` in the corner of the identity has a condition number of about `4 / d`, whatever it is multiplied by; also where neither is a
    /// double.
    #[test]
    fn a_system_is_refused_where_its_condition_number_reaches_the_precision() {
        fn accepts<T: Decomposable>(size: usize, exponent: i32, scale: i32) -> bool {
            let two_to = |exponent| Field::powi(&T::integer(2), exponent);
            let matrix = DMatrix::from_fn(size, size, |i, j| match (i, j) {
                (1, 1) => T::one() + two_to(exponent),
                _ => T::integer(i64::from(i == j || i + j == 1)),
            });
            let matrix = matrix * two_to(scale);
            LuFactors::new(matrix.clone()).expect("no pivot is zero").require_well_conditioned(&matrix).is_ok()
        }
        // The limits are 2^52 / 2, 2^52 / 64 and 2^127 / 16.
        for scale in [-40, 0, 40] {
            assert!(accepts::<f64>(2, -46, scale) && !accepts::<f64>(2, -51, scale), "{scale}");
            assert!(accepts::<f64>(64, -40, scale) && !accepts::<f64>(64, -46, scale), "{scale}");
        }
        for scale in [-5000, 0, 5000] {
            assert!(accepts::<Mp<128>>(16, -118, scale) && !accepts::<Mp<128>>(16, -123, scale), "{scale}");
        }
    }
}
