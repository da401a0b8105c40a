//! Decompositions and functions of matrices, put back into their equations.

use super::*;
use equipartition_linalg::{
    Decomposable, LinalgError, absolute_value, exact, inverse, inverse_square_root, nuclear_norm, singular_values,
    square_root, symmetric_eigen, tolerance,
};
use equipartition_scalar::{Branch, Field, Mp, Rational, Real, Ring};
use num_traits::{One, Zero};

/// The equations of the thin decomposition, in nalgebra's arithmetic rather than the library's.
fn singular_values_satisfy_their_equations<T: Decomposable>(a: &DMatrix<T>) {
    let decomposition = singular_values(a).expect("every finite matrix has singular values");
    let (left, right) = (&decomposition.left, &decomposition.right);
    let size = a.nrows().min(a.ncols());
    let factor = 16 * (a.nrows() + a.ncols()) as i64;
    let recomposed = left * DMatrix::from_diagonal(&decomposition.values) * right.transpose();
    assert_close(&recomposed, a, factor, &frobenius(a));
    assert_close(&(left.transpose() * left), &identity(size), factor, &T::one());
    assert_close(&(right.transpose() * right), &identity(size), factor, &T::one());
    assert!(decomposition.values.iter().all(|value| *value >= T::zero()));
    assert!(decomposition.values.as_slice().windows(2).all(|pair| pair[0] >= pair[1]));
    assert_eq!(decomposition.verify(a), Ok(()));
}

fn eigenpairs_satisfy_their_equations<T: Decomposable>(a: &DMatrix<T>) {
    let eigen = symmetric_eigen(a).expect("every finite symmetric matrix has eigenpairs");
    let factor = 32 * a.nrows() as i64;
    let recomposed = &eigen.vectors * DMatrix::from_diagonal(&eigen.values) * eigen.vectors.transpose();
    assert_close(&recomposed, a, factor, &frobenius(a));
    assert_close(&(eigen.vectors.transpose() * &eigen.vectors), &identity(a.nrows()), factor, &T::one());
    assert!(eigen.values.as_slice().windows(2).all(|pair| pair[0] <= pair[1]));
    assert_eq!(eigen.verify(a), Ok(()));
}

fn decompositions_hold_at_every_precision(a: &Exact) {
    singular_values_satisfy_their_equations::<f32>(&cast(a));
    singular_values_satisfy_their_equations::<f64>(&cast(a));
    singular_values_satisfy_their_equations::<Mp<128>>(&cast(a));
    singular_values_satisfy_their_equations::<Mp<512>>(&cast(a));
    let gram = a.transpose() * a;
    eigenpairs_satisfy_their_equations::<f32>(&cast(&gram));
    eigenpairs_satisfy_their_equations::<f64>(&cast(&gram));
    eigenpairs_satisfy_their_equations::<Mp<128>>(&cast(&gram));
    eigenpairs_satisfy_their_equations::<Mp<512>>(&cast(&gram));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn decompositions_satisfy_their_equations_at_four_precisions(a in any_matrix()) {
        decompositions_hold_at_every_precision(&a);
    }

    #[test]
    fn symmetric_matrices_of_any_signature_have_eigenpairs(a in square_matrix()) {
        let symmetric = &a + a.transpose();
        eigenpairs_satisfy_their_equations::<f64>(&cast(&symmetric));
        eigenpairs_satisfy_their_equations::<Mp<512>>(&cast(&symmetric));
        let sum = symmetric_eigen::<Mp<512>>(&cast(&symmetric)).expect("symmetric").values.sum();
        let error = sum - Mp::from_rational(&symmetric.trace());
        prop_assert!(error.absolute() <= Mp::integer(2).powi(-480), "the trace is off by {}", error);
    }
}

#[test]
fn awkward_matrices_are_decomposed() {
    let third = Rational::from((1, 3));
    let awkward = [
        integers(1, 1, &[0]),
        integers(1, 1, &[-3]),
        DMatrix::repeat(4, 4, Rational::new()),
        DMatrix::repeat(2, 5, Rational::new()),
        integers(1, 6, &[1, -2, 3, -4, 5, -6]),
        integers(6, 1, &[1, -2, 3, -4, 5, -6]),
        // Rank one, of thirds that no float holds.
        DMatrix::repeat(4, 3, third.clone()),
        // Zero columns and rows inside.
        integers(4, 3, &[0, 1, 0, 0, 0, 0, 0, 2, 5, 0, 0, 0]),
        // A nilpotent block and a permutation: singular values 1, 1, 1, 0 and 1, 1, 1.
        integers(4, 4, &[0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0]),
        integers(3, 3, &[0, 0, 1, 1, 0, 0, 0, 1, 0]),
        // All singular values equal, twice.
        reflection(&[1, 2, 3, 4, 5]),
        reflection(&[1, 0, -2, 7]) * third,
        // Condition number 10^10.
        hilbert(8),
        // Consecutive integers: rank two.
        DMatrix::from_fn(5, 4, |i, j| Rational::from((4 * i + j) as u32)),
    ];
    for a in &awkward {
        decompositions_hold_at_every_precision(a);
    }
}

#[test]
fn empty_matrices_have_empty_decompositions() {
    for (rows, columns) in [(0, 0), (0, 3), (3, 0)] {
        let decomposition = singular_values(&DMatrix::<f64>::zeros(rows, columns)).expect("nothing to get wrong");
        assert_eq!((decomposition.left.shape(), decomposition.right.shape()), ((rows, 0), (columns, 0)));
        assert_eq!(decomposition.rank(&0.5), 0);
    }
    let nothing = DMatrix::<Mp<256>>::repeat(0, 0, Mp::zero());
    assert_eq!(symmetric_eigen(&nothing).expect("nothing to get wrong").values.len(), 0);
    assert_eq!(inverse(&nothing), Ok(nothing.clone()));
    assert_eq!(square_root(&nothing), Ok(nothing));
    assert_eq!(exact::determinant(&integers(0, 0, &[])), Ok(Rational::from(1)));
}

/// An all-ones matrix has the singular value `sqrt(m n)` and zeros; for these and for the full-rank matrix after them
/// nalgebra computes wrong values (issue 1172).
#[test]
fn the_matrices_of_nalgebra_issue_1172_come_out_right() {
    fn all_ones<T: Decomposable>(rows: usize, columns: usize) {
        let values = singular_values(&DMatrix::repeat(rows, columns, T::one())).expect("finite").values;
        let largest = Real::sqrt(&T::integer((rows * columns) as i64));
        let error = (values[0].clone() - &largest).absolute().maximum(values.iter().nth(1).unwrap_or(&T::zero()));
        assert!(error <= tolerance::<T>(rows, columns) * largest, "{rows} x {columns}: off by {}", error.magnitude());
    }
    for rows in 1..=30 {
        for columns in 1..=30 {
            all_ones::<f64>(rows, columns);
        }
    }
    for rows in 1..=14 {
        for columns in 1..=14 {
            all_ones::<f32>(rows, columns);
            all_ones::<Mp<128>>(rows, columns);
        }
    }
    for (rows, columns) in [(14, 2), (4, 13), (5, 5), (8, 5), (8, 8), (6, 13)] {
        all_ones::<Mp<512>>(rows, columns);
    }
    let full_rank = integers(3, 3, &[1, 2, 2, 2, -1, -1, 2, 1, -1]);
    decompositions_hold_at_every_precision(&full_rank);
    let values = singular_values::<f64>(&cast(&full_rank)).expect("finite").values;
    assert!((values.norm_squared() - 21.0).abs() < 1e-13);
}

#[test]
fn singular_values_over_a_range_of_2_to_60_are_found_to_the_working_precision() {
    let known = [0, 20, 40, 60].map(|exponent| Rational::from((1, 1u64 << exponent)));
    let a = reflection(&[3, -1, 2, 5, 1]) * diagonal(5, 4, &known) * reflection(&[2, 7, -1, 8]);
    let found = singular_values::<Mp<512>>(&cast(&a)).expect("finite");
    for (value, known) in found.values.iter().zip(&known) {
        let error = value.clone() - Mp::from_rational(known);
        assert!(error.absolute() <= Mp::epsilon() * Mp::integer(32));
    }
    // Sixty binary orders below the largest, the smallest still carries 440 bits.
    let relative = found.values[3].clone() * Mp::integer(1 << 60) - Mp::one();
    assert!(relative.absolute() < Mp::integer(2).powi(-440));
    assert_eq!((found.rank(&Mp::ratio(1, 1 << 50)), found.rank(&Mp::ratio(1, 1 << 61))), (3, 4));
    // At 53 bits it is rounding, and a cutoff above that says so.
    let rough = singular_values::<f64>(&cast(&a)).expect("finite");
    assert_eq!(rough.rank(&1e-13), 3);
}

#[test]
fn known_eigenvalues_are_found_also_repeated_and_negative_ones() {
    fn largest_error<T: Decomposable>(a: &Exact, known: &[Rational]) -> T {
        let values = symmetric_eigen::<T>(&cast(a)).expect("symmetric").values;
        let errors =
            values.iter().zip(known).map(|(value, known)| (value.clone() - T::from_rational(known)).absolute());
        errors.fold(T::zero(), |a, b| a.maximum(&b))
    }
    let known = [-7, -7, 0, 2, 2, 2].map(Rational::from);
    let rotation = reflection(&[1, -2, 3, 1, 4, -1]) * reflection(&[5, 1, 1, -3, 2, 2]);
    let a = &rotation * diagonal(6, 6, &known) * rotation.transpose();
    assert!(largest_error::<f64>(&a, &known) < 1e-13);
    assert!(largest_error::<Mp<512>>(&a, &known) < Mp::epsilon() * Mp::integer(1 << 9));
}

#[test]
fn square_roots_absolute_values_and_nuclear_norms_of_matrices_with_known_spectrum() {
    fn at<T: Decomposable>() {
        let one = T::one();
        let (left, right) = (reflection(&[1, 2, -1, 3]), reflection(&[4, -1, 1]));
        let values = [1, 5, 12].map(|n| Rational::from((n, 4)));
        let conjugated = |values: &[Rational]| &right * diagonal(3, 3, values) * &right;
        let root = cast::<T>(&conjugated(&values));

        let a = cast(&conjugated(&values.clone().map(Rational::square)));
        let inverse_root = cast(&conjugated(&values.clone().map(Rational::recip)));
        assert_close(&square_root(&a).expect("positive"), &root, 1 << 8, &one);
        assert_close(&inverse_square_root(&a).expect("positive"), &inverse_root, 1 << 12, &one);

        let tall: DMatrix<T> = cast(&(left * diagonal(4, 3, &values) * &right));
        assert_close(&absolute_value(&tall).expect("finite"), &root, 1 << 8, &one);
        for a in [tall.transpose(), tall] {
            let error = nuclear_norm(&a).expect("finite") - T::ratio(18, 4);
            assert!(error.absolute() <= T::default_epsilon() * T::integer(1 << 8));
        }
    }
    at::<f32>();
    at::<f64>();
    at::<Mp<128>>();
    at::<Mp<512>>();
}

#[test]
fn the_square_root_of_a_singular_matrix_exists_and_its_inverse_does_not() {
    let singular = cast::<Mp<256>>(&integers(2, 2, &[1, 2, 2, 4]));
    let root = square_root(&singular).expect("positive semidefinite");
    assert_close(&(&root * &root), &singular, 256, &Mp::integer(5));
    let refused = inverse_square_root(&singular);
    assert!(matches!(refused, Err(LinalgError::NotPositive { kind: "definite", .. })), "{refused:?}");
    let refused = square_root(&cast::<f64>(&integers(2, 2, &[1, 2, 2, 1]))).expect_err("the eigenvalues are 3 and -1");
    assert_eq!(refused.to_string(), "the matrix is not positive semidefinite: eigenvalue -1.00e0");
}

#[test]
fn sizes_at_the_ends_of_a_doubles_range_neither_overflow_nor_vanish() {
    let a = cast::<f64>(&integers(3, 3, &[5, 1, 2, 1, 7, -1, 2, -1, 3]));
    let values = singular_values(&a).expect("finite").values;
    let (root, absolute) = (square_root(&a).expect("positive"), absolute_value(&a).expect("finite"));
    let inverted = inverse(&a).expect("regular");
    for exponent in [-1016, -600, 600, 1016] {
        let half = Field::powi(&2.0f64, exponent / 2);
        let scale = half * half;
        let scaled = &a * scale;
        assert_eq!(singular_values(&scaled).expect("finite").values, &values * scale);
        assert_eq!(square_root(&scaled).expect("positive"), &root * half);
        assert_eq!(absolute_value(&scaled).expect("finite"), &absolute * scale);
        assert_eq!(inverse(&scaled).expect("regular"), &inverted / half / half);
        let eigen = symmetric_eigen(&scaled).expect("symmetric");
        assert_eq!(eigen.verify(&scaled), Ok(()));
        assert!((eigen.values.sum() / scale - 15.0).abs() < 1e-13);
    }
}
