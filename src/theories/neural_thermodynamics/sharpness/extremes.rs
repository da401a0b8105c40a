//! The ratio at settings that no draw comes near.

use crate::linalg::exact;
use crate::linalg::products::{product, transposed_product};
use crate::platonic::factors::sum;
use crate::platonic::{Factors, Setting, balanced_minimum, entropic_minimiser, flattest_minimum};
use crate::scalar::{Branch, Field, Mp, Rational, Ring};
use nalgebra::DMatrix;

type Number = Mp<512>;

fn scales(exponents: [i32; 2]) -> DMatrix<Rational> {
    DMatrix::from_fn(2, 2, |row, column| match exponents[row] {
        _ if row != column => Rational::new(),
        exponent if exponent < 0 => Rational::from(1) >> exponent.unsigned_abs(),
        exponent => Rational::from(1) << exponent as u32,
    })
}

fn matrix(entries: [i64; 4]) -> DMatrix<Rational> {
    DMatrix::from_row_iterator(2, 2, entries.map(Rational::from))
}

fn is_tiny(number: &Number) -> bool {
    number.absolute() < Number::integer(2).powi(-200)
}

/// The formula of the ratio; 1 for isotropic noise; between 1 and the condition number otherwise; the flattest minimum at most as sharp as the
/// balanced one, and by a part `25/(36 D)` flatter than with `G W_1`, `W_2 G^-1` for `G + G^T >= 3 I`.
#[test]
fn the_ratio_is_what_is_said_at_extreme_settings() {
    let targets = [matrix([1, 0, 0, 1]), matrix([3, 1, -2, 5]), matrix([1, 2, -3, -6]), matrix([1, 0, 0, 0])];
    for target in &targets {
        let rank = exact::rank(target);
        for inputs in [[0, 0], [16, -16], [-16, -16]] {
            for noise in [[0, 0], [16, 16], [16, -16], [-16, 0]] {
                for (inner, outer) in [([0, 0], [0, 0]), ([-8, 8], [8, -8]), ([16, 0], [0, 16])] {
                    for depth in [2, 3, 5] {
                        let setting = Setting {
                            input_covariance: scales(inputs),
                            noise_covariance: scales(noise),
                            target: target.clone(),
                            embedding_in: scales(inner),
                            embedding_out: scales(outer),
                        };
                        assert_setting(&setting, rank, depth, noise[0].abs_diff(noise[1]));
                    }
                }
            }
        }
    }
}

fn assert_setting(setting: &Setting<Rational>, rank: usize, depth: usize, spread: u32) {
    let exactly = setting;
    let setting = setting.carry::<Number>();
    let frames = vec![DMatrix::<Number>::identity(rank, rank); depth - 1];
    let invariants = setting.invariants().expect("positive definite");
    let of = |minimum: Factors<Number>| sum(&minimum.sharpness_terms(&setting));
    let entropic = of(entropic_minimiser(&setting, rank, &frames).expect("it exists"));
    let flattest_at = flattest_minimum(&setting, rank, &frames).expect("it exists");
    let flattest = of(flattest_at.clone());
    let one = Number::integer(1);
    let ratio = entropic / &flattest;
    let formula = invariants.sharpness_ratio(depth).expect("the target is not 0");
    assert!(is_tiny(&(ratio.clone() / formula - &one)), "the formula");
    let Setting { noise_covariance, embedding_out, target, .. } = exactly;
    let size = |noise: &DMatrix<Rational>| product(noise, &product(embedding_out, &embedding_out.transpose())).trace();
    let quotient = size(noise_covariance) / size(&scales([0, 0]));
    let seen = transposed_product(target, &product(noise_covariance, target));
    if seen == transposed_product(target, target).map(|entry| entry * &quotient) {
        assert!(is_tiny(&(ratio - &one)), "equality");
    } else {
        assert!(ratio > one.clone() + Number::integer(2).powi(-200), "above 1");
        assert!(ratio < Number::integer(2).powi(spread as i32), "below the condition number");
    }
    let balanced = of(balanced_minimum(&setting, rank, &frames).expect("it exists"));
    assert!(balanced / &flattest > one.clone() - Number::integer(2).powi(-200), "the balanced minimum is no flatter");
    let moved = of(super::formula::moved(&flattest_at).expect("invertible"));
    let least = one + Number::ratio(25, 36 * depth as i64);
    assert!(moved / &flattest >= least - Number::integer(2).powi(-200), "another global minimum is sharper");
}
