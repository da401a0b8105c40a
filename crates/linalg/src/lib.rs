//! Linear algebra: the only door to decompositions.
//!
//! Matrices are nalgebra's `DMatrix<T>`, vectors its `DVector<T>`.
//!
//! | room | numbers | what |
//! |---|---|---|
//! | [`exact`] | [`exact::ExactField`]: rationals, residues | rank, span, null space, solve, inverse, determinant, by elimination |
//! | [`feasible`] | rationals | nonnegative solutions of linear equations |
//! | [`elimination`] | residues, `Mp` | linear equations that come one after the other |
//! | [`minors`] | any [`Ring`](equipartition_scalar::Ring) | determinants without division, sums of principal minors |
//! | [`products`] | any [`Ring`](equipartition_scalar::Ring) | products and norms with in-place kernels |
//! | [`decompositions`] | [`Decomposable`]: `f32`, `f64`, `Mp` | symmetric eigenpairs, singular values |
//! | [`solve`](mod@solve) | [`Decomposable`] | square systems, Cholesky, minimum-norm least squares |
//! | [`square_root`](mod@square_root) | [`Decomposable`] | square root and its inverse, absolute value, nuclear norm |
//!
//! Nothing leaves the last three rooms unchecked: the input has to be finite, iterations are capped, and the result is
//! put back into its defining equation, where the residual has to be within [`tolerance`], a multiple of the *working*
//! precision. (nalgebra's own singular values are wrong for some matrices, all-ones 3 x 5 among them, whatever the
//! precision: <https://github.com/dimforge/nalgebra/issues/1172>.)

#![deny(unsafe_code)]
#![warn(missing_docs)]

pub mod decompositions;
pub mod definite;
pub mod elimination;
pub mod exact;
pub mod feasible;
mod jacobi;
mod lu;
pub mod minors;
pub mod products;
pub mod solve;
pub mod square_root;

pub use decompositions::{SingularValues, SymmetricEigen, singular_values, symmetric_eigen};
pub use solve::{MinimumNormSolution, cholesky, inverse, minimum_norm_solve, solve, solve_many};
pub use square_root::{absolute_value, inverse_square_root, nuclear_norm, square_root};

use equipartition_scalar::{Magnitude, Measured, Mp, Real};
use nalgebra::{DMatrix, DVector};

/// A real scalar that the decompositions accept: a float of some precision.
pub trait Decomposable: Real<Mask = bool> + Measured + PartialOrd {
    /// The unit in the last place of 1, `2^(1 - p)` at `p` bits.
    fn default_epsilon() -> Self;

    /// The nearest machine double, to size a step or a start; never a result.
    fn to_f64(&self) -> f64;

    /// A machine double, rounded if the scalar has fewer digits.
    fn from_f64(value: f64) -> Self;
}

macro_rules! decomposable_floats {
    ($($float:ident),*) => {$(
        impl Decomposable for $float {
            fn default_epsilon() -> Self {
                $float::EPSILON
            }
            fn to_f64(&self) -> f64 {
                f64::from(*self)
            }
            fn from_f64(value: f64) -> Self {
                value as $float
            }
        }
    )*};
}
decomposable_floats!(f32, f64);

impl<const BITS: u32> Decomposable for Mp<BITS> {
    fn default_epsilon() -> Self {
        Self::epsilon()
    }
    fn to_f64(&self) -> f64 {
        self.as_float().to_f64()
    }
    fn from_f64(value: f64) -> Self {
        Mp::new(&rug::Float::with_val(53, value))
    }
}

/// Why a result of linear algebra is not available.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum LinalgError {
    /// A NaN or an infinity in the input.
    #[error("the entry at row {row}, column {column} is not a finite number")]
    NotFinite {
        /// Row, counted from 0.
        row: usize,
        /// Column, counted from 0.
        column: usize,
    },
    /// Sizes that do not fit each other.
    #[error("expected {expected}, but the shape is {rows} x {columns}")]
    Shape {
        /// What was needed.
        expected: &'static str,
        /// Rows found.
        rows: usize,
        /// Columns found.
        columns: usize,
    },
    /// A matrix that has to be symmetric is not.
    #[error(
        "the matrix is not symmetric: the entries at ({row}, {column}) and ({column}, {row}) differ by {difference}"
    )]
    NotSymmetric {
        /// Row of the worst pair.
        row: usize,
        /// Column of the worst pair.
        column: usize,
        /// How much the two entries differ.
        difference: Magnitude,
    },
    /// A matrix without inverse.
    #[error("the matrix is singular")]
    Singular,
    /// So close to a singular matrix that no digit of a solution could be trusted.
    #[error("the matrix is singular to working precision: its condition number is about {condition}")]
    IllConditioned {
        /// An estimate of the condition number after equilibration.
        condition: Magnitude,
    },
    /// A linear system without solution.
    #[error("the linear system has no solution")]
    Inconsistent,
    /// A matrix that has to be positive definite (or semidefinite) has an eigenvalue or a pivot that forbids it.
    #[error("the matrix is not positive {kind}: {what} {sign}{size}")]
    NotPositive {
        /// `definite` or `semidefinite`.
        kind: &'static str,
        /// `eigenvalue` or `pivot`.
        what: &'static str,
        /// `-` for a negative one.
        sign: &'static str,
        /// Its absolute value.
        size: Magnitude,
    },
    /// A relative cutoff outside [0, 1).
    #[error("the relative cutoff has to be at least 0 and less than 1")]
    Cutoff,
    /// An iteration reached its cap.
    #[error("{what} did not converge within {sweeps} sweeps")]
    NotConverged {
        /// What was being computed.
        what: &'static str,
        /// The cap.
        sweeps: usize,
    },
    /// A result that does not satisfy its defining equation.
    #[error("{what} failed its check: relative residual {residual}, tolerance {tolerance}")]
    Unverified {
        /// Which equation.
        what: &'static str,
        /// The relative residual found.
        residual: Magnitude,
        /// The largest that would have passed.
        tolerance: Magnitude,
    },
}

/// The relative residual allowed to a result of shape (rows, columns): `16 (rows + columns) epsilon`.
///
/// Epsilon is the distance from 1 to the next number *of the type*. Backward stable algorithms stay about ten times below.
pub fn tolerance<T: Decomposable>(rows: usize, columns: usize) -> T {
    T::default_epsilon() * T::integer(16 * (rows + columns).max(1) as i64)
}

/// Whether the type resolves more than a double, so that starting in doubles saves work.
fn finer_than_double<T: Decomposable>() -> bool {
    T::default_epsilon() < T::ratio(1, 1 << 52)
}

/// Checks `residual <= tolerance * scale`; what is not finite fails.
fn check<T: Decomposable>(what: &'static str, residual: &T, tolerance: &T, scale: &T) -> Result<(), LinalgError> {
    if residual.obstacle().is_none() && *residual <= T::product(tolerance, scale) {
        return Ok(());
    }
    let residual = Magnitude::ratio_above(&residual.magnitude(), &scale.mignitude());
    Err(LinalgError::Unverified { what, residual, tolerance: tolerance.magnitude() })
}

/// `U`, the values and `V` of `A = U diag(values) V^T`.
type Factors<T> = (DMatrix<T>, DVector<T>, DMatrix<T>);

fn require_finite<T: Decomposable>(a: &DMatrix<T>) -> Result<(), LinalgError> {
    for column in 0..a.ncols() {
        for row in 0..a.nrows() {
            if a[(row, column)].obstacle().is_some() {
                return Err(LinalgError::NotFinite { row, column });
            }
        }
    }
    Ok(())
}

fn require_square<T>(a: &DMatrix<T>) -> Result<usize, LinalgError> {
    let (rows, columns) = a.shape();
    if rows != columns {
        return Err(LinalgError::Shape { expected: "a square matrix", rows, columns });
    }
    Ok(rows)
}

/// The largest absolute value; a NaN among the entries stays.
fn largest_size<'a, T: Decomposable>(entries: impl IntoIterator<Item = &'a T>) -> T {
    entries.into_iter().fold(T::zero(), |largest, entry| {
        let size = entry.absolute();
        if size <= largest || largest.obstacle().is_some() { largest } else { size }
    })
}

/// A matrix times a power of two, exact unless it underflows, so that its largest entry is about 1; and the exponent
/// that undoes it. Squares then neither overflow nor vanish.
fn scaled_to_one<T: Decomposable>(a: &DMatrix<T>) -> (DMatrix<T>, i32) {
    let exponent = binary_exponent(&largest_size(a.iter()));
    (a.map(|entry| times_power_of_two(entry, -exponent)), exponent)
}

/// About `log2 |x|`, rounded to an integer; 0 for 0.
fn binary_exponent<T: Decomposable>(x: &T) -> i32 {
    if x.is_zero() {
        return 0;
    }
    x.magnitude().log2().floor() as i32
}

/// `x 2^exponent`; in steps, where the power alone lies outside a machine float's range.
fn times_power_of_two<T: Decomposable>(x: T, exponent: i32) -> T {
    let power = equipartition_scalar::Field::powi(&T::integer(2), exponent);
    if power.is_zero() || power.obstacle().is_some() {
        let half = exponent / 2;
        return times_power_of_two(times_power_of_two(x, half), exponent - half);
    }
    x * power
}

/// The nearest doubles.
fn to_doubles<T: Decomposable>(a: &DMatrix<T>) -> DMatrix<f64> {
    a.map(|entry| entry.to_f64())
}

fn from_doubles<T: Decomposable>(a: &DMatrix<f64>) -> DMatrix<T> {
    a.map(|entry| T::from_f64(entry))
}

/// Integers from 0 to below a bound, without structure, for tests: a linear congruential generator (Knuth's MMIX).
#[cfg(test)]
fn numbers(seed: u64) -> impl FnMut(u64) -> i64 {
    let mut state = seed;
    move |bound| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) % bound) as i64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use equipartition_scalar::{Field, Ring};

    /// Also where the power is beyond a double's range and the product is not.
    #[test]
    fn a_power_of_two_multiplies_whatever_its_size() {
        let two_to = |exponent: i32| 2.0_f64.powi(exponent);
        for (x, exponent) in [(-1000, 1500), (-1000, 1501), (1000, -1900), (1000, -1901), (3, 7), (3, -7), (0, 0)] {
            assert_eq!(times_power_of_two(two_to(x), exponent), two_to(x + exponent), "2^{x} 2^{exponent}");
        }
        assert_eq!(
            times_power_of_two(Mp::<64>::integer(3), -5000),
            Mp::integer(3) * Field::powi(&Mp::integer(2), -5000)
        );
    }

    /// `16 (m + n) epsilon`; of nothing as of one row.
    #[test]
    fn the_tolerance_grows_with_the_shape_and_the_last_place() {
        assert_eq!(tolerance::<f64>(3, 4), 112.0 * f64::EPSILON);
        assert_eq!(tolerance::<f32>(0, 0), 16.0 * f32::EPSILON);
        assert_eq!(tolerance::<Mp<256>>(1, 6), Mp::integer(112) * Mp::epsilon());
    }

    /// Doubles are no finer than themselves, and 128 bits are.
    #[test]
    fn what_resolves_more_than_a_double_is_finer() {
        assert!(!finer_than_double::<f64>() && !finer_than_double::<f32>());
        assert!(finer_than_double::<Mp<64>>() && finer_than_double::<Mp<128>>());
    }
}
