//! What is refused, and that the checks of results can fail.

use super::*;
use equipartition_linalg::*;
use equipartition_scalar::{Mp, Rational};
use num_traits::{One, Zero};

#[test]
fn what_is_not_finite_is_refused_everywhere() {
    fn refused<T: Decomposable>(bad: T) {
        let mut a = DMatrix::identity(3, 3);
        a[(2, 1)] = bad.clone();
        let b = DVector::repeat(3, T::one());
        let place = LinalgError::NotFinite { row: 2, column: 1 };
        assert_eq!(singular_values(&a).err(), Some(place.clone()));
        assert_eq!(symmetric_eigen(&a).err(), Some(place.clone()));
        assert_eq!(solve(&a, &b).err(), Some(place.clone()));
        assert_eq!(inverse(&a).err(), Some(place.clone()));
        assert_eq!(cholesky(&a).err(), Some(place.clone()));
        assert_eq!(square_root(&a).err(), Some(place.clone()));
        assert_eq!(inverse_square_root(&a).err(), Some(place.clone()));
        assert_eq!(absolute_value(&a).err(), Some(place.clone()));
        assert_eq!(nuclear_norm(&a).err(), Some(place.clone()));
        assert_eq!(minimum_norm_solve(&a, &b, &T::zero()).err(), Some(place));
        let wide = a.rows(1, 2).into_owned();
        assert_eq!(singular_values(&wide).err(), Some(LinalgError::NotFinite { row: 1, column: 1 }));

        let bad_right = DVector::from_vec(vec![T::one(), bad, T::one()]);
        let place = LinalgError::NotFinite { row: 1, column: 0 };
        assert_eq!(solve(&DMatrix::identity(3, 3), &bad_right).err(), Some(place.clone()));
        assert_eq!(minimum_norm_solve(&DMatrix::identity(3, 3), &bad_right, &T::zero()).err(), Some(place));
    }
    refused(f64::NAN);
    refused(f32::INFINITY);
    refused(f64::NEG_INFINITY);
    refused(Mp::<256>::zero() / Mp::zero());
    refused(Mp::<256>::one() / Mp::zero());
}

#[test]
fn shapes_that_do_not_fit_are_errors_and_not_panics() {
    let is_shape = |error: Option<LinalgError>| matches!(error, Some(LinalgError::Shape { .. }));
    let wide = DMatrix::<f64>::zeros(2, 3);
    let (two, three) = (DVector::zeros(2), DVector::zeros(3));
    assert!(is_shape(symmetric_eigen(&wide).err()));
    assert!(is_shape(solve(&wide, &two).err()));
    assert!(is_shape(solve(&DMatrix::identity(2, 2), &three).err()));
    assert!(is_shape(inverse(&wide).err()));
    assert!(is_shape(cholesky(&wide).err()));
    assert!(is_shape(square_root(&wide).err()));
    assert!(is_shape(minimum_norm_solve(&wide, &three, &0.0).err()));
    let wide_exact = integers(1, 2, &[1, 2]);
    assert!(is_shape(exact::solve(&wide_exact, &DVector::from_vec(vec![])).err()));
    assert!(is_shape(exact::inverse(&wide_exact).err()));
    assert!(is_shape(exact::determinant(&wide_exact).err()));
    for cutoff in [-0.5, 1.0, f64::NAN] {
        assert_eq!(minimum_norm_solve(&wide, &two, &cutoff), Err(LinalgError::Cutoff));
    }
    let lopsided = symmetric_eigen(&cast::<f64>(&integers(2, 2, &[1, 2, 3, 4]))).expect_err("not symmetric");
    let message = "the matrix is not symmetric: the entries at (1, 0) and (0, 1) differ by 1.00e0";
    assert_eq!(lopsided.to_string(), message);
}

/// The verifier itself has to be able to fail: each factor is corrupted in turn, by little more than the tolerance.
#[test]
fn a_corrupted_decomposition_is_detected() {
    fn unverified(result: Result<(), LinalgError>) -> bool {
        matches!(result, Err(LinalgError::Unverified { .. }))
    }
    fn detected<T: Decomposable>() {
        let a: DMatrix<T> = cast(&integers(4, 3, &[1, 2, 0, -1, 3, 1, 2, 2, 5, 0, 1, -4]));
        let right = singular_values(&a).expect("finite");
        let shift = tolerance::<T>(4, 3) * T::integer(8);
        for part in 0..7 {
            let mut wrong = right.clone();
            match part {
                0 => wrong.left[(3, 2)] += &shift,
                1 => wrong.right[(0, 1)] += &shift,
                2 => wrong.values[0] += T::product(&shift, &right.values[0]),
                3 => wrong.left.column_mut(1).neg_mut(),
                4 => wrong.values.swap_rows(0, 1),
                5 => wrong.right[(1, 1)] = T::zero() / T::zero(),
                _ => wrong.left *= T::one() / T::zero(),
            }
            assert!(unverified(wrong.verify(&a)), "corruption {part} passed");
        }
        // A permuted decomposition still recomposes, and so do two factors scaled against each other.
        let mut permuted = right.clone();
        permuted.left.swap_columns(0, 2);
        permuted.values.swap_rows(0, 2);
        permuted.right.swap_columns(0, 2);
        assert!(unverified(permuted.verify(&a)));
        let mut scaled = right.clone();
        scaled.left *= T::integer(2);
        scaled.right /= T::integer(2);
        assert!(unverified(scaled.verify(&a)));

        let gram = a.transpose() * &a;
        let mut eigen = symmetric_eigen(&gram).expect("symmetric");
        eigen.vectors[(2, 0)] -= &shift;
        assert!(unverified(eigen.verify(&gram)));
    }
    detected::<f64>();
    detected::<Mp<512>>();
}

#[test]
fn a_singular_system_is_refused_exactly_and_numerically() {
    let singular = integers(3, 3, &[1, 2, 3, 4, 5, 6, 7, 8, 9]);
    let b = DVector::from_vec([1, 1, 2].map(Rational::from).to_vec());
    assert_eq!(exact::solve(&singular, &b), Err(LinalgError::Inconsistent));
    // In thirds, rounding makes it regular.
    for a in [singular.clone(), &singular * Rational::from((1, 3))] {
        let errors =
            [solve::<f64>(&cast(&a), &cast_vector(&b)).err(), solve::<Mp<512>>(&cast(&a), &cast_vector(&b)).err()];
        for refused in errors {
            let is_singular = matches!(refused, Some(LinalgError::Singular | LinalgError::IllConditioned { .. }));
            assert!(is_singular, "{refused:?}");
        }
    }
    assert_eq!(inverse(&DMatrix::<f64>::zeros(2, 2)), Err(LinalgError::Singular));
}
