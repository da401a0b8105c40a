//! Symmetric eigenpairs and singular values, each verified before it is returned.

use super::jacobi;
use super::products::{diagonal_product, norm, transposed_product};
use super::{
    Decomposable, Factors, LinalgError, check, finer_than_double, from_doubles, require_finite, require_square,
    scaled_to_one, times_power_of_two, to_doubles, tolerance,
};
use nalgebra::{DMatrix, DVector};
use std::cmp::Ordering;

/// How a decomposition is computed. Each route's result is verified; the second is taken only if the first one fails.
#[derive(Clone, Copy, Debug)]
enum Route {
    /// nalgebra's Householder reduction and implicit shifts, in doubles: the result itself for the machine's floats (so
    /// that nalgebra is compiled for one type), the start of Jacobi's rotations for finer ones.
    FromDoubles,
    /// Jacobi's rotations from the identity.
    Jacobi,
}

/// A cap on nalgebra's iterations, of which it needs two or three a row.
fn iteration_cap(size: usize) -> usize {
    100 * size.max(1)
}

/// `A = V diag(values) V^T` with orthogonal `V`.
#[derive(Clone, Debug, PartialEq)]
pub struct SymmetricEigen<T> {
    /// The eigenvalues, ascending, shape (n).
    pub values: DVector<T>,
    /// The eigenvectors as columns, in the same order, shape (n, n).
    pub vectors: DMatrix<T>,
}

/// The eigenvalues and eigenvectors of a symmetric matrix, shape (n, n).
///
/// The result satisfies `|A - V diag(values) V^T| <= t |A|` and `|V^T V - I| <= t` in the Frobenius norm, with
/// t = [`tolerance`]`(n, n)`; by Weyl's theorem every eigenvalue is then within about `t |A|` of the true one.
///
/// # Errors
/// [`LinalgError::NotFinite`], [`LinalgError::Shape`]; [`LinalgError::NotSymmetric`] if the asymmetry is more than `t`
/// relative to the largest entry; [`LinalgError::NotConverged`] or [`LinalgError::Unverified`] if no route succeeds.
pub fn symmetric_eigen<T: Decomposable>(a: &DMatrix<T>) -> Result<SymmetricEigen<T>, LinalgError> {
    let size = require_square(a)?;
    require_finite(a)?;
    let (scaled, exponent) = scaled_to_one(a);
    require_symmetric(&scaled, exponent)?;
    let half = T::ratio(1, 2);
    let symmetrised = DMatrix::from_fn(size, size, |i, j| (scaled[(i, j)].clone() + &scaled[(j, i)]) * &half);
    let mut result = first_success(|route| {
        let eigen = SymmetricEigen::by_route(&symmetrised, route)?;
        eigen.verify_scaled(&symmetrised)?;
        Ok(eigen)
    })?;
    result.values.apply(|value| *value = times_power_of_two(value.clone(), exponent));
    Ok(result)
}

impl<T: Decomposable> SymmetricEigen<T> {
    /// Puts the decomposition back into its equations.
    ///
    /// # Errors
    /// [`LinalgError::Unverified`] with the residual that is too large; [`LinalgError::Shape`].
    pub fn verify(&self, a: &DMatrix<T>) -> Result<(), LinalgError> {
        let (scaled, exponent) = scaled_to_one(a);
        let values = self.values.map(|value| times_power_of_two(value, -exponent));
        SymmetricEigen { values, vectors: self.vectors.clone() }.verify_scaled(&scaled)
    }

    /// `V diag(f(values)) V^T`: the matrix function that acts as `f` on the eigenvalues.
    pub fn map(&self, f: impl FnMut(T) -> T) -> DMatrix<T> {
        diagonal_product(&self.vectors, &self.values.map(f), &self.vectors)
    }

    fn verify_scaled(&self, a: &DMatrix<T>) -> Result<(), LinalgError> {
        let size = require_square(a)?;
        if self.vectors.shape() != (size, size) || self.values.len() != size {
            let (rows, columns) = self.vectors.shape();
            return Err(LinalgError::Shape { expected: "as many eigenpairs as rows", rows, columns });
        }
        let tolerance = tolerance(size, size);
        let residual = self.map(|value| value) - a;
        check("the symmetric eigendecomposition", &norm(residual.iter()), &tolerance, &norm(a.iter()))?;
        check_orthonormal("the orthogonality of the eigenvectors", &self.vectors, &tolerance)?;
        check_order("the order of the eigenvalues", self.values.iter().rev())
    }

    fn by_route(a: &DMatrix<T>, route: Route) -> Result<Self, LinalgError> {
        let (values, vectors) = match route {
            Route::Jacobi => jacobi::symmetric_eigen(a, None)?,
            Route::FromDoubles => {
                let (values, vectors) = nalgebra_eigen(&to_doubles(a))?;
                let mut start = from_doubles(&vectors);
                if finer_than_double::<T>() {
                    jacobi::orthonormalise(&mut start);
                    jacobi::symmetric_eigen(a, Some(start))?
                } else {
                    (values.map(|value| T::from_f64(value)), start)
                }
            }
        };
        let order = descending(&values).into_iter().rev().collect::<Vec<_>>();
        Ok(SymmetricEigen {
            values: DVector::from_fn(values.len(), |i, _| values[order[i]].clone()),
            vectors: vectors.select_columns(&order),
        })
    }
}

/// `A = U diag(values) V^T`, the thin singular value decomposition.
#[derive(Clone, Debug, PartialEq)]
pub struct SingularValues<T> {
    /// Left singular vectors as columns, shape (m, k), k = min(m, n).
    pub left: DMatrix<T>,
    /// The singular values, descending, none negative, shape (k).
    pub values: DVector<T>,
    /// Right singular vectors as columns (`V`, not its transpose), shape (n, k).
    pub right: DMatrix<T>,
}

/// The thin singular value decomposition of a matrix of shape (m, n).
///
/// The result satisfies `|A - U diag(values) V^T| <= t |A|`, `|U^T U - I| <= t` and `|V^T V - I| <= t` in the Frobenius
/// norm, with t = [`tolerance`]`(m, n)`, also where `A` is rank-deficient or zero.
///
/// # Errors
/// [`LinalgError::NotFinite`]; [`LinalgError::NotConverged`] or [`LinalgError::Unverified`] if no route succeeds.
pub fn singular_values<T: Decomposable>(a: &DMatrix<T>) -> Result<SingularValues<T>, LinalgError> {
    require_finite(a)?;
    if a.nrows() < a.ncols() {
        let SingularValues { left, values, right } = singular_values(&a.transpose())?;
        return Ok(SingularValues { left: right, values, right: left });
    }
    let (scaled, exponent) = scaled_to_one(a);
    let mut result = first_success(|route| {
        let candidate = SingularValues::by_route(&scaled, route)?;
        candidate.verify_scaled(&scaled)?;
        Ok(candidate)
    })?;
    result.values.apply(|value| *value = times_power_of_two(value.clone(), exponent));
    Ok(result)
}

impl<T: Decomposable> SingularValues<T> {
    /// Puts the decomposition back into its equations.
    ///
    /// # Errors
    /// [`LinalgError::Unverified`] with the residual that is too large; [`LinalgError::Shape`].
    pub fn verify(&self, a: &DMatrix<T>) -> Result<(), LinalgError> {
        let (scaled, exponent) = scaled_to_one(a);
        let values = self.values.map(|value| times_power_of_two(value, -exponent));
        SingularValues { left: self.left.clone(), values, right: self.right.clone() }.verify_scaled(&scaled)
    }

    /// How many singular values exceed `relative_cutoff` times the largest.
    pub fn rank(&self, relative_cutoff: &T) -> usize {
        let threshold = self.values.iter().next().map_or(T::zero(), |largest| T::product(relative_cutoff, largest));
        self.values.iter().filter(|value| **value > threshold).count()
    }

    fn verify_scaled(&self, a: &DMatrix<T>) -> Result<(), LinalgError> {
        let ((rows, columns), size) = (a.shape(), a.nrows().min(a.ncols()));
        if (self.left.shape(), self.values.len(), self.right.shape()) != ((rows, size), size, (columns, size)) {
            return Err(LinalgError::Shape { expected: "factors of the shapes (m, k), (k), (n, k)", rows, columns });
        }
        let tolerance = tolerance(rows, columns);
        let residual = diagonal_product(&self.left, &self.values, &self.right) - a;
        check("the singular value decomposition", &norm(residual.iter()), &tolerance, &norm(a.iter()))?;
        check_orthonormal("the orthogonality of the left singular vectors", &self.left, &tolerance)?;
        check_orthonormal("the orthogonality of the right singular vectors", &self.right, &tolerance)?;
        check_order("the order of the singular values", self.values.iter().chain([&T::zero()]))
    }

    /// For a matrix at least as tall as wide.
    fn by_route(a: &DMatrix<T>, route: Route) -> Result<Self, LinalgError> {
        let (left, values, right) = match route {
            Route::Jacobi => jacobi::singular_value_decomposition(a, None)?,
            Route::FromDoubles => {
                let (left, values, right) = nalgebra_singular_values(&to_doubles(a))?;
                let mut start = from_doubles(&right);
                if finer_than_double::<T>() {
                    jacobi::orthonormalise(&mut start);
                    jacobi::singular_value_decomposition(a, Some(start))?
                } else {
                    (from_doubles(&left), values.map(|value| T::from_f64(value)), start)
                }
            }
        };
        let order = descending(&values);
        Ok(SingularValues {
            left: left.select_columns(&order),
            values: DVector::from_fn(values.len(), |i, _| values[order[i]].clone()),
            right: right.select_columns(&order),
        })
    }
}

fn first_success<R>(compute: impl Fn(Route) -> Result<R, LinalgError>) -> Result<R, LinalgError> {
    compute(Route::FromDoubles).or_else(|_| compute(Route::Jacobi))
}

fn nalgebra_eigen(a: &DMatrix<f64>) -> Result<(DVector<f64>, DMatrix<f64>), LinalgError> {
    let cap = iteration_cap(a.nrows());
    if a.is_empty() {
        return Ok((DVector::zeros(0), a.clone()));
    }
    nalgebra::SymmetricEigen::try_new(a.clone(), f64::EPSILON, cap)
        .map(|eigen| (eigen.eigenvalues, eigen.eigenvectors))
        .ok_or(LinalgError::NotConverged { what: "the symmetric eigendecomposition", sweeps: cap })
}

fn nalgebra_singular_values(a: &DMatrix<f64>) -> Result<Factors<f64>, LinalgError> {
    let cap = iteration_cap(a.nrows());
    if a.is_empty() {
        return Ok((a.clone(), DVector::zeros(0), DMatrix::zeros(0, 0)));
    }
    match nalgebra::SVD::try_new_unordered(a.clone(), true, true, 5.0 * f64::EPSILON, cap) {
        Some(nalgebra::SVD { u: Some(left), v_t: Some(right), singular_values }) => {
            Ok((left, singular_values, right.transpose()))
        }
        _ => Err(LinalgError::NotConverged { what: "the singular value decomposition", sweeps: cap }),
    }
}

/// The places of the values in descending order.
fn descending<T: Decomposable>(values: &DVector<T>) -> Vec<usize> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&i, &j| values[j].partial_cmp(&values[i]).unwrap_or(Ordering::Equal));
    order
}

/// `a` is already scaled; the difference is reported for the matrix times `2^exponent`.
fn require_symmetric<T: Decomposable>(a: &DMatrix<T>, exponent: i32) -> Result<(), LinalgError> {
    let allowed: T = tolerance(a.nrows(), a.ncols());
    let mut worst = (allowed, None);
    for row in 0..a.nrows() {
        for column in 0..row {
            let difference = (a[(row, column)].clone() - &a[(column, row)]).absolute();
            if difference > worst.0 {
                worst = (difference, Some((row, column)));
            }
        }
    }
    match worst {
        (_, None) => Ok(()),
        (difference, Some((row, column))) => {
            let difference = times_power_of_two(difference, exponent).magnitude();
            Err(LinalgError::NotSymmetric { row, column, difference })
        }
    }
}

/// `|Q^T Q - I| <= tolerance`.
fn check_orthonormal<T: Decomposable>(what: &'static str, q: &DMatrix<T>, tolerance: &T) -> Result<(), LinalgError> {
    let mut gram = transposed_product(q, q);
    for i in 0..gram.nrows() {
        gram[(i, i)] -= T::one();
    }
    check(what, &norm(gram.iter()), tolerance, &T::one())
}

/// That the values descend.
fn check_order<'a, T: Decomposable>(
    what: &'static str,
    values: impl Iterator<Item = &'a T> + Clone,
) -> Result<(), LinalgError> {
    for (larger, smaller) in values.clone().zip(values.skip(1)) {
        check(what, &(smaller.clone() - larger).maximum(&T::zero()), &T::zero(), &T::one())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use equipartition_scalar::{Measured, Mp};

    /// Small integers without structure.
    fn generic<T: Decomposable>(rows: usize, columns: usize) -> DMatrix<T> {
        DMatrix::from_fn(rows, columns, |i, j| {
            T::integer(((7 * i * i + 3 * j * j + 5 * i * j + i + 2) % 11) as i64 - 5)
        })
    }

    #[test]
    fn each_route_satisfies_the_equations_for_itself() {
        fn at<T: Decomposable>() {
            let a = generic::<T>(7, 5);
            let symmetric = transposed_product(&a, &a);
            for route in [Route::FromDoubles, Route::Jacobi] {
                let eigen = SymmetricEigen::by_route(&symmetric, route).expect("the route converges");
                assert_eq!(eigen.verify_scaled(&symmetric), Ok(()));
                let values = SingularValues::by_route(&a, route).expect("the route converges");
                assert_eq!(values.verify_scaled(&a), Ok(()));
            }
        }
        at::<f32>();
        at::<f64>();
        at::<Mp<256>>();
    }

    /// Jacobi's rotations have to be right where they are the last resort, and where their start is a wrong result.
    #[test]
    fn jacobis_rotations_find_the_singular_values_of_all_ones_at_every_shape() {
        fn at<T: Decomposable>(routes: &[Route]) {
            for columns in 1..=14 {
                for rows in columns..=14 {
                    let ones = DMatrix::repeat(rows, columns, T::one());
                    for &route in routes {
                        let values = SingularValues::by_route(&ones, route).expect("it converges");
                        assert_eq!(values.verify_scaled(&ones), Ok(()), "{rows} x {columns} by {route:?}");
                    }
                }
            }
        }
        at::<f32>(&[Route::Jacobi]);
        at::<f64>(&[Route::Jacobi]);
        at::<Mp<128>>(&[Route::FromDoubles, Route::Jacobi]);
    }

    /// The reason for the checks: the singular values of an all-ones (m, n) matrix are sqrt(m n) and zeros, but nalgebra
    /// has them wrong for some shapes. Should this fail, nalgebra has been mended.
    #[test]
    fn verification_catches_the_singular_values_that_nalgebra_gets_wrong() {
        let ones = DMatrix::repeat(5, 3, 1.0);
        let wrong = nalgebra::SVD::new(ones.clone(), true, true);
        let (left, right) = (wrong.u.expect("asked for"), wrong.v_t.expect("asked for").transpose());
        let wrong = SingularValues { left, values: wrong.singular_values, right };
        let error = wrong.verify_scaled(&ones);
        assert!(matches!(error, Err(LinalgError::Unverified { what: "the singular value decomposition", .. })));
    }

    /// Two or three iterations a row are needed.
    #[test]
    fn the_cap_of_iterations_is_far_beyond_what_is_needed() {
        assert!((0..1000).all(|size| iteration_cap(size) > 20 * size));
    }

    /// An asymmetry of the tolerance itself is rounding, one of twice as much is not.
    #[test]
    fn an_asymmetry_is_forgiven_up_to_the_tolerance() {
        let with = |asymmetry: f64| DMatrix::from_row_slice(2, 2, &[1.0, asymmetry, 0.0, 1.0]);
        let tolerance: f64 = tolerance(2, 2);
        assert!(symmetric_eigen(&with(tolerance)).is_ok());
        assert_eq!(
            symmetric_eigen(&with(2.0 * tolerance)),
            Err(LinalgError::NotSymmetric { row: 1, column: 0, difference: (2.0 * tolerance).magnitude() })
        );
    }

    #[test]
    fn factors_of_another_shape_are_no_decomposition() {
        let of = |values: usize, vectors: usize| SymmetricEigen {
            values: DVector::repeat(values, 1.0),
            vectors: DMatrix::identity(vectors, vectors),
        };
        let identity = DMatrix::identity(3, 3);
        assert_eq!(of(3, 3).verify(&identity), Ok(()));
        for (values, vectors) in [(2, 3), (3, 2), (4, 3), (2, 2)] {
            let refused = of(values, vectors).verify(&identity);
            assert!(matches!(refused, Err(LinalgError::Shape { .. })), "{values} values, {vectors} vectors");
        }
    }

    #[test]
    fn the_second_route_is_taken_when_the_first_fails() {
        let attempt = |route| match route {
            Route::FromDoubles => Err(LinalgError::Singular),
            Route::Jacobi => Ok("second"),
        };
        assert_eq!(first_success(attempt), Ok("second"));
    }
}
