//! What was claimed before, and the settings in which it is false.

use crate::linalg::exact;
use crate::linalg::products::product;
use crate::platonic::factors::sum;
use crate::platonic::{Setting, balanced_minimum, entropic_minimiser};
use crate::scalar::{Mp, Rational, Ring};
use crate::verify::{Finding, Relation, Scalar, Status, Term};
use nalgebra::DMatrix;

type Number = Mp<256>;

fn matrix(entries: [[(i64, i64); 2]; 2]) -> DMatrix<Rational> {
    DMatrix::from_fn(2, 2, |row, column| Rational::from(entries[row][column]))
}

fn diagonal(first: i64, second: i64) -> DMatrix<Rational> {
    matrix([[(first, 1), (0, 1)], [(0, 1), (second, 1)]])
}

/// `[[1, 1/2], [-3/4, 2]]`
fn target() -> DMatrix<Rational> {
    matrix([[(1, 1), (1, 2)], [(-3, 4), (2, 1)]])
}

/// `I - u u^T + 2^-bits u u^T` for `u` along the first column of the target.
fn vanishing(target: &DMatrix<Rational>, bits: u32) -> DMatrix<Rational> {
    let direction = target.columns(0, 1).into_owned();
    let length: Rational = direction.iter().map(Ring::squared).sum();
    let lost = (Rational::from(1) - (Rational::from(1) >> bits)) / length;
    diagonal(1, 1) - product(&direction, &direction.transpose()).map(|entry| entry * &lost)
}

/// The traces of the Hessian of `L` at the entropic and at the balanced minimum.
fn sharpness(setting: &Setting<Rational>, depth: usize) -> (Number, Number) {
    let setting = setting.carry::<Number>();
    let frames = vec![DMatrix::identity(2, 2); depth - 1];
    let of = |minimum: crate::platonic::Factors<Number>| sum(&minimum.sharpness_terms(&setting));
    let entropic = entropic_minimiser(&setting, 2, &frames).expect("positive definite");
    let balanced = balanced_minimum(&setting, 2, &frames).expect("invertible");
    (of(entropic), of(balanced))
}

fn judge(left: Number, right: Number) -> Status {
    let relation = Relation::at_most("what was claimed", Term::scalar("left", left), Term::scalar("right", right));
    Finding::judge(Scalar::Mp(256), &[relation], false).status
}

fn assert_about(number: &Number, expected: f64) {
    let number = number.as_float().to_f64();
    assert!((number / expected - 1.0).abs() < 0.01, "{number} is not about {expected}");
}

/// `sharpness/deep` said: at noise 2^-40 along a column of V the entropic minimum is more than twice as sharp. Here it is flatter, and more so with
/// every layer. With smaller noise it is sharper, as is claimed now.
#[test]
fn noise_of_two_to_the_minus_forty_may_be_too_much() {
    for (depth, quotient) in [(3, 0.142), (4, 0.038), (5, 0.0178)] {
        let mut setting = Setting {
            input_covariance: diagonal(1, 1024),
            noise_covariance: vanishing(&target(), 40),
            target: target(),
            embedding_in: diagonal(1, 1),
            embedding_out: diagonal(1, 1 << 16),
        };
        let (entropic, balanced) = sharpness(&setting, depth);
        assert_eq!(judge(balanced.clone() * Number::integer(2), entropic.clone()), Status::Violated);
        assert_about(&(entropic / &balanced), quotient);
        setting.noise_covariance = vanishing(&target(), 80);
        let (entropic, balanced) = sharpness(&setting, depth);
        assert_eq!(judge(balanced, entropic), Status::Satisfied);
    }
}

/// `sharpness/both-signs` said: the entropic minimum is flatter for isotropic noise, strictly, and for `I + D` with `tr D = 1/16`. In this setting
/// the two are equally sharp for isotropic noise, and for `D = diag(1/16, 0)` the entropic one is sharper.
#[test]
fn mildly_anisotropic_noise_may_sharpen() {
    let embedding = matrix([[(1, 1), (0, 1)], [(0, 1), (1, 32)]]);
    let mut setting = Setting {
        input_covariance: diagonal(1, 1024),
        noise_covariance: diagonal(1, 1),
        target: product(&target(), &embedding),
        embedding_in: embedding,
        embedding_out: diagonal(1, 1),
    };
    // M_I Sx M_I^T = I and M_O = I, so the condition of equality is O O^T = O O^T for any target.
    let seen = product(&setting.embedding_in, &setting.input_covariance);
    assert_eq!(product(&seen, &setting.embedding_in.transpose()), diagonal(1, 1));
    assert_eq!(exact::rank(&setting.target), 2);
    let (entropic, balanced) = sharpness(&setting, 2);
    let gap = (entropic / &balanced - Number::integer(1)).as_float().to_f64();
    assert!(gap.abs() < 2.0_f64.powi(-200), "{gap}");
    setting.noise_covariance[(0, 0)] += Rational::from((1, 16));
    let (entropic, balanced) = sharpness(&setting, 2);
    assert_eq!(judge(entropic.clone(), balanced.clone()), Status::Violated);
    assert_about(&(entropic / &balanced - Number::integer(1)), 1.16e-4);
}
