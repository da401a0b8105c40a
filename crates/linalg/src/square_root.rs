//! Functions of matrices that the theory of deep linear networks needs, through checked decompositions.

use super::products::{diagonal_product, norm, product, squared_norm, transposed_product};
use super::{
    Decomposable, LinalgError, binary_exponent, check, largest_size, require_finite, singular_values, symmetric_eigen,
    times_power_of_two, tolerance,
};
use equipartition_scalar::Real;
use nalgebra::DMatrix;

/// The symmetric positive semidefinite `R` with `R^2 = A`, shape (n, n).
///
/// It is checked that `|R^2 - A| <= 2 t |A|` in the Frobenius norm, t = [`tolerance`]`(n, n)`. Where `A` is singular,
/// this determines `R` to about half the digits only: the square root has infinite slope at 0.
///
/// # Errors
/// As [`symmetric_eigen`]; [`LinalgError::NotPositive`] if an eigenvalue is negative by more than rounding explains;
/// [`LinalgError::Unverified`].
pub fn square_root<T: Decomposable>(a: &DMatrix<T>) -> Result<DMatrix<T>, LinalgError> {
    let (scaled, half_exponent) = scaled_by_even_power(a)?;
    let mut eigen = symmetric_eigen(&scaled)?;
    let negligible = T::product(&largest_size(&eigen.values), &tolerance(a.nrows(), a.nrows()));
    for value in eigen.values.iter_mut() {
        if *value < -negligible.clone() {
            return Err(not_positive("semidefinite", value, half_exponent));
        }
        *value = value.maximum(&T::zero());
    }
    let root = eigen.map(|value| Real::sqrt(&value));
    check_square_root(&root, &scaled)?;
    Ok(root.map(|entry| times_power_of_two(entry, half_exponent)))
}

/// The symmetric positive definite `R` with `R A R = I`, shape (n, n).
///
/// It is checked that `|R A R - I| <= 2 t c` in the Frobenius norm, t = [`tolerance`]`(n, n)`, c the condition number.
///
/// # Errors
/// As [`symmetric_eigen`]; [`LinalgError::NotPositive`] if an eigenvalue is at most `t` times the largest;
/// [`LinalgError::Unverified`].
pub fn inverse_square_root<T: Decomposable>(a: &DMatrix<T>) -> Result<DMatrix<T>, LinalgError> {
    let (scaled, half_exponent) = scaled_by_even_power(a)?;
    let size = a.nrows();
    let eigen = symmetric_eigen(&scaled)?;
    let Some(smallest) = eigen.values.iter().next() else {
        return Ok(a.clone());
    };
    let largest = largest_size(&eigen.values);
    let tolerance: T = tolerance(size, size);
    if *smallest <= T::product(&tolerance, &largest) {
        return Err(not_positive("definite", smallest, half_exponent));
    }
    let root = eigen.map(|value| T::one() / Real::sqrt(&value));
    check_inverse_square_root(&root, &scaled, &(largest / smallest))?;
    Ok(root.map(|entry| times_power_of_two(entry, -half_exponent)))
}

/// The absolute value `|A| = (A^T A)^{1/2}`, shapes (m, n) -> (n, n): `V diag(s) V^T` from the singular values, which
/// loses no digits where `A` is rank-deficient.
///
/// It is checked that `| |A|^2 - A^T A | <= 4 t |A|^2` in the Frobenius norm, t = [`tolerance`]`(m, n)`.
///
/// # Errors
/// As [`singular_values`].
pub fn absolute_value<T: Decomposable>(a: &DMatrix<T>) -> Result<DMatrix<T>, LinalgError> {
    let (scaled, half_exponent) = scaled_by_even_power(a)?;
    let decomposition = singular_values(&scaled)?;
    let absolute = diagonal_product(&decomposition.right, &decomposition.values, &decomposition.right);
    check_absolute_value(&absolute, &scaled)?;
    Ok(absolute.map(|entry| times_power_of_two(entry, 2 * half_exponent)))
}

/// The nuclear norm: the sum of the singular values, `tr |A|`.
///
/// # Errors
/// As [`singular_values`].
pub fn nuclear_norm<T: Decomposable>(a: &DMatrix<T>) -> Result<T, LinalgError> {
    Ok(singular_values(a)?.values.iter().fold(T::zero(), |sum, value| sum + value))
}

fn check_square_root<T: Decomposable>(root: &DMatrix<T>, a: &DMatrix<T>) -> Result<(), LinalgError> {
    let residual = product(root, root) - a;
    let tolerance = tolerance::<T>(a.nrows(), a.nrows()) * T::integer(2);
    check("the square root", &norm(residual.iter()), &tolerance, &norm(a.iter()))
}

fn check_inverse_square_root<T: Decomposable>(
    root: &DMatrix<T>,
    a: &DMatrix<T>,
    condition: &T,
) -> Result<(), LinalgError> {
    let size = a.nrows();
    let residual = product(&product(root, a), root) - DMatrix::identity(size, size);
    let tolerance = tolerance::<T>(size, size) * T::integer(2);
    check("the inverse square root", &norm(residual.iter()), &tolerance, condition)
}

fn check_absolute_value<T: Decomposable>(absolute: &DMatrix<T>, a: &DMatrix<T>) -> Result<(), LinalgError> {
    let residual = product(absolute, absolute) - transposed_product(a, a);
    let tolerance = tolerance::<T>(a.nrows(), a.ncols()) * T::integer(4);
    check("the absolute value", &norm(residual.iter()), &tolerance, &squared_norm(a.iter()))
}

/// A matrix over `4^k`, with entries of about 1, and `k`: its square root is then scaled by `2^k`.
fn scaled_by_even_power<T: Decomposable>(a: &DMatrix<T>) -> Result<(DMatrix<T>, i32), LinalgError> {
    require_finite(a)?;
    let half_exponent = binary_exponent(&largest_size(a.iter())).div_euclid(2);
    Ok((a.map(|entry| times_power_of_two(entry, -2 * half_exponent)), half_exponent))
}

fn not_positive<T: Decomposable>(kind: &'static str, value: &T, half_exponent: i32) -> LinalgError {
    let sign = if *value < T::zero() { "-" } else { "" };
    let size = times_power_of_two(value.clone(), 2 * half_exponent).magnitude();
    LinalgError::NotPositive { kind, what: "eigenvalue", sign, size }
}

#[cfg(test)]
mod tests {
    use super::*;
    use equipartition_scalar::{Mp, Ring};
    use num_traits::One;

    /// A root of 4 off by `d` has a square off by `4 d`, an inverse root `R A R` off by `4 d`, an absolute value of 2 a square off by `4 d`: in units of the
    /// tolerances 2 t |A|, 2 t c, 4 t |A|^2 with t = 32 units in the last place.
    #[test]
    fn what_is_off_by_more_than_the_tolerance_is_refused() {
        fn refused<T: Decomposable>() {
            let one_by_one = |entry: T| DMatrix::repeat(1, 1, entry);
            let off = |value: T, units: i64| one_by_one(value + T::default_epsilon() * T::integer(units));
            let four = one_by_one(T::integer(4));
            let root = |units| check_square_root(&off(T::integer(2), units), &four);
            assert!(root(56).is_ok() && root(72).is_err() && root(-72).is_err());
            let inverse = |units| check_inverse_square_root(&off(T::ratio(1, 2), units), &four, &T::one());
            assert!(inverse(14).is_ok() && inverse(18).is_err() && inverse(-18).is_err());
            let absolute = |units| check_absolute_value(&off(T::integer(2), units), &one_by_one(T::integer(-2)));
            assert!(absolute(112).is_ok() && absolute(144).is_err() && absolute(-144).is_err());
        }
        refused::<f32>();
        refused::<f64>();
        refused::<Mp<128>>();
    }

    /// What is left of a zero eigenvalue by rounding is none; of two digits more it is.
    #[test]
    fn an_eigenvalue_is_negative_beyond_rounding_only() {
        let with = |units: i64| {
            let smallest = Mp::<128>::epsilon() * Mp::integer(units);
            square_root(&DMatrix::from_diagonal(&nalgebra::DVector::from_vec(vec![Mp::one(), -smallest])))
        };
        assert!(with(0).is_ok() && with(60).is_ok());
        assert!(matches!(with(6000), Err(LinalgError::NotPositive { kind: "semidefinite", sign: "-", .. })));
        assert_eq!(square_root(&DMatrix::<f64>::zeros(2, 2)), Ok(DMatrix::zeros(2, 2)));
        let zero = inverse_square_root(&DMatrix::<f64>::zeros(2, 2)).expect_err("it is singular");
        assert_eq!(zero.to_string(), "the matrix is not positive definite: eigenvalue 0");
    }
}
