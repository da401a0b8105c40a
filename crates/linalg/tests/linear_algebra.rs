//! Linear algebra, judged by its defining equations, by exact results in the rationals, and by agreement of two
//! precisions.

use equipartition_linalg::{
    Decomposable, LinalgError, absolute_value, cholesky, exact, inverse, inverse_square_root, minimum_norm_solve,
    nuclear_norm, products, singular_values, solve, solve_many, square_root, symmetric_eigen, tolerance,
};
use equipartition_scalar::{Branch, Field, Measured, Mp, Rational, Real, Ring};
use nalgebra::{DMatrix, DVector};
use num_traits::{One, Zero};
use proptest::prelude::*;
use std::cmp::Ordering;

type Exact = DMatrix<Rational>;

fn integers(rows: usize, columns: usize, entries: &[i64]) -> Exact {
    DMatrix::from_row_slice(rows, columns, entries).map(Rational::from)
}

/// The same matrix in another scalar, every entry rounded once.
fn cast<T: Field>(a: &Exact) -> DMatrix<T> {
    a.map(|entry| T::from_rational(&entry))
}

fn cast_vector<T: Field>(a: &DVector<Rational>) -> DVector<T> {
    a.map(|entry| T::from_rational(&entry))
}

fn column<T: Ring>(x: &DVector<T>) -> DMatrix<T> {
    DMatrix::from_column_slice(x.len(), 1, x.as_slice())
}

fn identity<T: Ring>(size: usize) -> DMatrix<T> {
    DMatrix::from_fn(size, size, |i, j| if i == j { T::one() } else { T::zero() })
}

/// The reflection `I - 2 v v^T / (v^T v)`: orthogonal, with rational entries.
fn reflection(v: &[i64]) -> Exact {
    let square: i64 = v.iter().map(|x| x * x).sum();
    let projection = DMatrix::from_fn(v.len(), v.len(), |i, j| Rational::from((2 * v[i] * v[j], square)));
    identity::<Rational>(v.len()) - projection
}

/// `diag(values)`, with rows or columns of zeros appended.
fn diagonal(rows: usize, columns: usize, values: &[Rational]) -> Exact {
    DMatrix::from_fn(rows, columns, |i, j| if i == j { values[i].clone() } else { Rational::new() })
}

fn hilbert(size: usize) -> Exact {
    DMatrix::from_fn(size, size, |i, j| Rational::from((1, (i + j + 1) as u32)))
}

fn frobenius<T: Decomposable>(a: &DMatrix<T>) -> T {
    Real::sqrt(&a.iter().fold(T::zero(), |sum, entry| sum + entry.squared()))
}

/// That `|a - b| <= factor epsilon scale` in the Frobenius norm, epsilon being that of the type.
#[track_caller]
fn assert_close<T: Decomposable>(a: &DMatrix<T>, b: &DMatrix<T>, factor: i64, scale: &T) {
    let distance = frobenius(&(a - b));
    let allowed = T::default_epsilon() * T::integer(factor) * scale;
    assert!(distance <= allowed, "distance {}, allowed {}", distance.magnitude(), allowed.magnitude());
}

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

fn matrices(rows: usize, columns: usize) -> impl Strategy<Value = Exact> {
    prop::collection::vec((-9i64..=9, 1i64..=4), rows * columns)
        .prop_map(move |entries| DMatrix::from_iterator(rows, columns, entries.into_iter().map(Rational::from)))
}

/// Any shape up to 7 x 7, any rank: a product through a bottleneck.
fn any_matrix() -> impl Strategy<Value = Exact> {
    (1usize..=7, 1usize..=7, 0usize..=7).prop_flat_map(|(rows, columns, rank)| {
        (matrices(rows, rank), matrices(rank, columns)).prop_map(|(left, right)| left * right)
    })
}

fn square_matrix() -> impl Strategy<Value = Exact> {
    (1usize..=6).prop_flat_map(|size| matrices(size, size))
}

/// Two factors of a matrix through a bottleneck no wider than the matrix.
fn factors() -> impl Strategy<Value = (Exact, Exact)> {
    (1usize..=6, 1usize..=6).prop_flat_map(|(rows, columns)| {
        (1..=rows.min(columns)).prop_flat_map(move |rank| (matrices(rows, rank), matrices(rank, columns)))
    })
}

fn vectors(size: usize) -> impl Strategy<Value = Vec<Rational>> {
    prop::collection::vec((-9i64..=9).prop_map(Rational::from), size)
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

    #[test]
    fn the_exact_inverse_is_an_inverse_and_agrees_with_256_bits(a in square_matrix()) {
        let size = a.nrows();
        match exact::inverse(&a) {
            Ok(inverted) => {
                prop_assert_eq!(&a * &inverted, identity(size));
                prop_assert_eq!(&inverted * &a, identity(size));
                let wide: DMatrix<Mp<256>> = inverse(&cast(&a)).expect("the matrix is invertible");
                let scale = frobenius(&cast::<Mp<256>>(&a)) * frobenius(&wide).squared();
                assert_close(&wide, &cast(&inverted), 64 * size as i64, &scale);
            }
            Err(error) => {
                prop_assert_eq!(error, LinalgError::Singular);
                prop_assert_eq!(exact::determinant(&a), Ok(Rational::new()));
                prop_assert!(exact::rank(&a) < size);
            }
        }
    }

    #[test]
    fn determinants_multiply((a, b) in (1usize..=5).prop_flat_map(|size| (matrices(size, size), matrices(size, size)))) {
        let determinant = |a: &Exact| exact::determinant(a).expect("square");
        prop_assert_eq!(determinant(&(&a * &b)), determinant(&a) * determinant(&b));
        prop_assert_eq!(determinant(&a.transpose()), determinant(&a));
    }

    #[test]
    fn rank_and_nullity_add_up(a in any_matrix()) {
        let basis = exact::null_space(&a);
        prop_assert_eq!(exact::rank(&a) + basis.ncols(), a.ncols());
        prop_assert_eq!(exact::rank(&basis), basis.ncols());
        prop_assert!((&a * &basis).iter().all(Zero::is_zero));
        prop_assert_eq!(exact::rank(&a.transpose()), exact::rank(&a));
        // And the singular values agree on the rank: at 512 bits what is not zero is far above rounding.
        let decomposition = singular_values::<Mp<512>>(&cast(&a)).expect("finite");
        prop_assert_eq!(decomposition.rank(&Mp::integer(2).powi(-256)), exact::rank(&a));
    }

    #[test]
    fn a_system_is_solved_exactly_if_it_can_be(a in any_matrix(), x in vectors(7), b in vectors(7)) {
        let x = DVector::from_column_slice(&x[..a.ncols()]);
        let reachable = &a * x;
        let solution = exact::solve(&a, &reachable).expect("x is a solution");
        prop_assert_eq!(&a * solution, reachable);
        let b = DVector::from_column_slice(&b[..a.nrows()]);
        match exact::solve(&a, &b) {
            Ok(solution) => prop_assert_eq!(&a * solution, b),
            Err(error) => {
                prop_assert_eq!(error, LinalgError::Inconsistent);
                let entries: Vec<Rational> = a.iter().chain(b.iter()).cloned().collect();
                let beside = DMatrix::from_vec(a.nrows(), a.ncols() + 1, entries);
                prop_assert_eq!(exact::rank(&beside), exact::rank(&a) + 1);
            }
        }
    }

    #[test]
    fn the_minimum_norm_solution_is_that_of_the_exact_pseudoinverse((left, right) in factors(), b in vectors(6)) {
        // For A = L R of full rank, A^+ = R^T (R R^T)^-1 (L^T L)^-1 L^T.
        let left_gram = exact::inverse(&(left.transpose() * &left));
        let right_gram = exact::inverse(&(&right * right.transpose()));
        prop_assume!(left_gram.is_ok() && right_gram.is_ok());
        let a = &left * &right;
        let b = DVector::from_column_slice(&b[..a.nrows()]);
        let pseudoinverse =
            right.transpose() * right_gram.expect("assumed") * left_gram.expect("assumed") * left.transpose();

        let cutoff = Mp::<256>::integer(2).powi(-120);
        let found = minimum_norm_solve(&cast(&a), &cast_vector(&b), &cutoff).expect("finite");
        prop_assert_eq!(found.rank, left.ncols());
        let size = |a: &Exact| frobenius(&cast::<Mp<256>>(a));
        let scale = size(&a) * size(&pseudoinverse).squared() * (size(&column(&b)) + Mp::one());
        assert_close(&column(&found.solution), &cast(&column(&(&pseudoinverse * &b))), 1 << 10, &scale);
        match found.gap() {
            // Of 256 bits, far more than half lie between what is kept and what is rounding.
            Some(gap) => prop_assert!(gap > Mp::<256>::integer(2).powi(128).magnitude(), "gap {}", gap),
            None => prop_assert_eq!(found.rank, a.nrows().min(a.ncols())),
        }
    }

    #[test]
    fn a_cholesky_factor_is_found_again(a in square_matrix()) {
        let size = a.nrows();
        let factor = DMatrix::from_fn(size, size, |i, j| match i.cmp(&j) {
            Ordering::Less => Rational::new(),
            Ordering::Equal => a[(i, j)].clone().abs() + 1u32,
            Ordering::Greater => a[(i, j)].clone(),
        });
        let positive = &factor * factor.transpose();
        let found: DMatrix<Mp<256>> = cholesky(&cast(&positive)).expect("positive definite");
        let norm = frobenius(&cast::<Mp<256>>(&factor));
        let inverse_norm = frobenius(&cast::<Mp<256>>(&exact::inverse(&factor).expect("no zero on the diagonal")));
        assert_close(&found, &cast(&factor), 1 << 8, &(norm.powi(3) * inverse_norm.squared()));
        let refused = matches!(cholesky::<f64>(&cast(&-positive)), Err(LinalgError::NotPositive { sign: "-", .. }));
        prop_assert!(refused);
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

#[test]
fn hilberts_matrix_is_too_much_for_doubles_and_nothing_at_512_bits() {
    let inverted = exact::inverse(&hilbert(16)).expect("Hilbert's matrix is invertible");
    assert!(inverted.iter().all(|entry| *entry.denom() == 1));
    assert!(matches!(inverse::<f64>(&cast(&hilbert(16))), Err(LinalgError::IllConditioned { .. })));
    // The condition number is 10^22: of 512 bits more than 400 remain.
    let wide: DMatrix<Mp<512>> = inverse(&cast(&hilbert(16))).expect("512 bits are plenty");
    for (found, known) in wide.iter().zip(inverted.iter()) {
        let relative = found.clone() / Mp::from_rational(known) - Mp::one();
        assert!(relative.absolute() < Mp::integer(2).powi(-400));
    }
}

#[test]
fn bad_scaling_is_not_bad_conditioning() {
    let base = integers(3, 3, &[2, 1, -1, 1, 3, 1, -2, 1, 4]);
    let tiny = Rational::from((1, 1u64 << 60));
    let scales = [tiny.clone(), Rational::from(1), tiny.recip()];
    let a = DMatrix::from_fn(3, 3, |i, j| base[(i, j)].clone() * &scales[i] * &scales[2 - j]);
    let inverted = exact::inverse(&a).expect("regular");
    let found: DMatrix<f64> = inverse(&cast(&a)).expect("regular after equilibration");
    for (found, known) in found.iter().zip(inverted.iter()) {
        let known = f64::from_rational(known);
        assert!((found - known).abs() <= 1e-14 * known.abs());
    }
}

#[test]
fn one_right_hand_side_through_doubles_agrees_with_many_by_full_elimination() {
    // A single right-hand side of 40 equations starts in doubles; 40 right-hand sides at once are eliminated in full.
    let a: DMatrix<Mp<256>> = DMatrix::from_fn(40, 40, |i, j| {
        Mp::ratio(((17 * i * i + 5 * j * j + 3 * i * j) % 23) as i64 - 11, 1 + (i * j) as i64 % 5)
    });
    let b = DMatrix::from_fn(40, 40, |i, j| Mp::ratio(1 + (i * j) as i64 % 7, 3));
    let together = solve_many(&a, &b).expect("regular");
    let condition = frobenius(&a) * frobenius(&inverse(&a).expect("regular"));
    for j in [0, 1, 39] {
        let alone = solve(&a, &b.column(j).into_owned()).expect("regular");
        let together = together.columns(j, 1).into_owned();
        assert_close(&column(&alone), &together, 64, &(condition.clone() * frobenius(&together)));
    }
}

#[test]
fn newtons_step_does_not_move_along_a_flat_direction() {
    // The Hessian of (u w - 1)^2 at u = w = 1: flat along the rescaling (1, -1).
    let hessian = cast::<Mp<512>>(&integers(2, 2, &[2, 2, 2, 2]));
    let cutoff = Mp::ratio(1, 1 << 30);
    let gradient = DVector::from_vec(vec![Mp::integer(4), Mp::integer(4)]);
    let step = minimum_norm_solve(&hessian, &gradient, &cutoff).expect("finite");
    assert_eq!(step.rank, 1);
    assert!(step.solution.iter().all(|entry| (entry.clone() - Mp::one()).absolute() <= Mp::epsilon() * Mp::integer(8)));
    assert!(step.residual <= Mp::epsilon() * Mp::integer(64));
    assert!(step.gap().expect("one kept, one dropped") > Mp::<512>::integer(2).powi(500).magnitude());
    // An equation that cannot be met leaves exactly what lies outside the range.
    let outside = DVector::from_vec(vec![Mp::integer(1), Mp::integer(-1)]);
    let step = minimum_norm_solve(&hessian, &outside, &cutoff).expect("finite");
    assert!((step.residual.squared() - Mp::integer(2)).absolute() <= Mp::epsilon() * Mp::integer(64));
}

#[test]
fn nalgebras_products_agree_with_the_in_place_ones() {
    let a = DMatrix::from_fn(4, 3, |i, j| Rational::from((i as i64 - 2 * j as i64, 1 + i as i64)));
    let b = DMatrix::from_fn(3, 5, |i, j| Rational::from((3 * i as i64 - j as i64, 2 + j as i64)));
    let x = DVector::from_fn(3, |i, _| Rational::from((1, 1 + i as u32)));
    let y = DVector::from_fn(4, |i, _| Rational::from((1, 2 + i as u32)));
    assert_eq!(products::product(&a, &b), &a * &b);
    assert_eq!(products::transposed_product(&b, &b), b.transpose() * &b);
    assert_eq!(products::apply(&a, &x), &a * &x);
    assert_eq!(products::apply_transposed(&a, &y), a.transpose() * &y);
    assert_eq!(products::diagonal_product(&a, &x, &b.transpose()), &a * DMatrix::from_diagonal(&x) * &b);
    assert_eq!(products::squared_norm(a.iter()), (&a * a.transpose()).trace());
    let (a, b): (DMatrix<Mp<512>>, DMatrix<Mp<512>>) = (cast(&a), cast(&b));
    assert_close(&products::product(&a, &b), &(&a * &b), 8, &(frobenius(&a) * frobenius(&b)));
}
