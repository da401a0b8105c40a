//! Laws of averages: by how much they may be false, and what noise is taken for.

use super::super::simulation::{BATCHES, ERROR_BITS, MOST_CORRELATED, RESOLUTION, error_probability, judge};
use super::super::{Case, Finding, Relation, Scalar, Settings, Status, Stream, Term};
use equipartition_statistics::student_quantile;

fn relation(left: Vec<f64>, right: f64) -> Relation<f64> {
    Relation::equality("law", vec![Term::vector("a", left)], vec![Term::vector("b", vec![right; BATCHES])])
}

fn judged(relation: Relation<f64>) -> Finding {
    judge(&Settings::new(0, 256), Case::Law, 7, vec![relation])
}

/// Batches `1 + size` and `1 - size` in turn: the mean is 1, the deviation `size sqrt(K / (K - 1))`.
fn in_turn(size: f64) -> Vec<f64> {
    (0..BATCHES).map(|batch| if batch % 2 == 0 { 1.0 + size } else { 1.0 - size }).collect()
}

/// Half the width is `t s / sqrt(K)`, with Student's quantile at 2^-30.
#[test]
fn the_interval_is_students_at_two_to_the_minus_thirty() {
    assert_eq!(error_probability(), 2.0_f64.powi(-ERROR_BITS));
    let half_width = |size: f64| {
        let deviation = size * (BATCHES as f64 / (BATCHES as f64 - 1.0)).sqrt();
        student_quantile(BATCHES as u32 - 1, 2.0_f64.powi(-30)) * deviation / (BATCHES as f64).sqrt()
    };
    let size = 0.004;
    let edge = half_width(size);
    assert!(edge < RESOLUTION);
    assert_eq!(judged(relation(in_turn(size), 1.0 - 0.9 * edge)).status, Status::Satisfied);
    assert_eq!(judged(relation(in_turn(size), 1.0 - 1.1 * edge)).status, Status::Violated);
    let finding = judged(relation(in_turn(size), 1.0));
    assert_eq!((finding.scalar, finding.tests), (Scalar::Simulation(7), 1));
    // The residual is what the interval reaches.
    assert!((finding.residual.log2().exp2() / edge - 1.0).abs() < 1e-9, "{} {edge}", finding.residual);
}

/// An interval wider than 2^-6 of the sides decides nothing.
#[test]
fn an_interval_above_the_resolution_decides_nothing() {
    let widths = |size: f64| judged(relation(in_turn(size), 1.0)).status;
    assert_eq!(widths(0.008), Status::Satisfied);
    assert!(matches!(widths(0.012), Status::Undecided(_)));
}

/// Batches that remember each other say less than as many that do not.
#[test]
fn correlated_batches_decide_nothing() {
    let drift = |slope: f64| (0..BATCHES).map(|batch| 1.0 + slope * (batch as f64 - 15.5)).collect();
    let status = judged(relation(drift(1e-5), 1.0)).status;
    assert_eq!(status, Status::Undecided("successive batches are correlated: longer ones are needed"));
    // Batches that alternate, as increments of something bounded do, are no danger.
    assert_eq!(judged(relation(in_turn(1e-5), 1.0)).status, Status::Satisfied);
    assert!((0.5..0.9).contains(&MOST_CORRELATED));
    let mut stream = Stream::new(&["independent"], 0, 0);
    for _ in 0..200 {
        let batches = (0..BATCHES).map(|_| 1.0 + 1e-5 * (stream.bits() as f64 / 2.0_f64.powi(63) - 1.0)).collect();
        assert_eq!(judged(relation(batches, 1.0)).status, Status::Satisfied);
    }
}

#[test]
fn strict_inequalities_need_a_gap_beyond_the_interval() {
    let less = |left: f64, size: f64| {
        let batches: Vec<f64> = in_turn(size).iter().map(|batch| batch * left).collect();
        let relation =
            Relation::less("gap", Term::vector("a", batches), Term::vector("b", vec![1.0; BATCHES])).resolved_to(10);
        judged(relation).status
    };
    assert_eq!(less(0.5, 0.001), Status::Satisfied);
    assert_eq!(less(1.5, 0.001), Status::Violated);
    assert!(matches!(less(0.9999, 0.001), Status::Undecided(_)));
    assert!(matches!(less(0.99999, 0.0), Status::Undecided(_)));
}

#[test]
fn shapes_and_labels_are_looked_at_here_too() {
    let short = Relation::equality("law", vec![Term::vector("a", in_turn(0.0))], vec![Term::scalar("b", 1.0)]);
    assert_eq!(judged(short).status, Status::Undecided("the terms of a relation have different shapes"));
    let twins = vec![Term::vector("a", in_turn(0.0))];
    assert!(matches!(judged(Relation::equality("law", twins.clone(), twins)).status, Status::Undecided(_)));
}
