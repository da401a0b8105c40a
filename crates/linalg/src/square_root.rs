//! Functions of matrices that the theory of deep linear networks needs, through checked decompositions.

use super::products::{diagonal_product, norm, product, transposed_product};
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
    for value in eigen.values.iter_mut().filter(|value| **value < T::zero()) {
        if value.absolute() > negligible {
            return Err(not_positive("semidefinite", value, half_exponent));
        }
        *value = T::zero();
    }
    let root = eigen.map(|value| Real::sqrt(&value));
    let residual = product(&root, &root) - &scaled;
    let tolerance = tolerance::<T>(a.nrows(), a.nrows()) * T::integer(2);
    check("the square root", &norm(residual.iter()), &tolerance, &norm(scaled.iter()))?;
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
    let residual = product(&product(&root, &scaled), &root) - DMatrix::identity(size, size);
    let condition = largest / smallest;
    check("the inverse square root", &norm(residual.iter()), &(tolerance * T::integer(2)), &condition)?;
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
    let residual = product(&absolute, &absolute) - transposed_product(&scaled, &scaled);
    let size: T = norm(scaled.iter());
    let tolerance = tolerance::<T>(a.nrows(), a.ncols()) * T::integer(4);
    check("the absolute value", &norm(residual.iter()), &tolerance, &size.squared())?;
    Ok(absolute.map(|entry| times_power_of_two(entry, 2 * half_exponent)))
}

/// The nuclear norm: the sum of the singular values, `tr |A|`.
///
/// # Errors
/// As [`singular_values`].
pub fn nuclear_norm<T: Decomposable>(a: &DMatrix<T>) -> Result<T, LinalgError> {
    Ok(singular_values(a)?.values.iter().fold(T::zero(), |sum, value| sum + value))
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
