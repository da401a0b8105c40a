//! Systems of equations: what is exact, and what floats make of it.

use super::*;
use equipartition_linalg::{
    LinalgError, cholesky, exact, inverse, minimum_norm_solve, products, singular_values, solve, solve_many,
};
use equipartition_scalar::{Branch, Field, Measured, Mp, Rational, Ring};
use num_traits::{One, Zero};
use std::cmp::Ordering;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

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
