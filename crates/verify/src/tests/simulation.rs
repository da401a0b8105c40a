//! Laws of averages: by how much they may be false, and what noise is taken for.

use super::super::simulation::{BATCHES, ERROR_BITS, MOST_CORRELATED, RESOLUTION, error_probability, judge};
use super::super::{Case, Change, Finding, Relation, Scalar, Settings, Status, Stream, Term};
use equipartition_scalar::Magnitude;
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

/// Half the width of the interval of batches `m + size` and `m - size` in turn, whatever `m` is: `t s / sqrt(K)`, with Student's quantile at 2^-30.
fn half_width(size: f64) -> f64 {
    let deviation = size * (BATCHES as f64 / (BATCHES as f64 - 1.0)).sqrt();
    student_quantile(BATCHES as u32 - 1, 2.0_f64.powi(-30)) * deviation / (BATCHES as f64).sqrt()
}

#[test]
fn the_interval_is_students_at_two_to_the_minus_thirty() {
    assert_eq!(error_probability(), 2.0_f64.powi(-ERROR_BITS));
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

fn constant(label: &'static str, value: f64) -> Term<f64> {
    Term::vector(label, vec![value; BATCHES])
}

fn noisy(label: &'static str, mean: f64, size: f64) -> Term<f64> {
    Term::vector(label, in_turn(size).iter().map(|batch| batch - 1.0 + mean).collect())
}

/// The number behind a magnitude.
fn number(magnitude: &Magnitude) -> f64 {
    magnitude.log2().exp2()
}

fn assert_near(found: f64, expected: f64) {
    assert!((found - expected).abs() <= 1e-9 * expected.abs(), "{found} is not {expected}");
}

/// By how much the mutant of a term missed.
fn miss(finding: &Finding, term: &str, change: Change) -> f64 {
    let found = finding.mutants.iter().find(|(mutant, _)| mutant.term == term && mutant.change == change);
    number(&found.unwrap_or_else(|| panic!("no mutant of {term} {change}")).1)
}

/// Every number is relative to the larger side, here 8: `a + b = c` with `a = 6 + gap` in noise, `b = 2` and `c = 8`.
#[test]
fn an_equality_is_measured_against_its_larger_side() {
    let (size, gap) = (0.02, 0.004);
    let edge = half_width(size);
    assert!(gap < edge);
    let law = |gap: f64| {
        let left = vec![noisy("a", 6.0 + gap, size), constant("b", 2.0)];
        judged(Relation::equality("law", left, vec![constant("c", 8.0)]))
    };
    let finding = law(gap);
    assert_eq!(finding.status, Status::Satisfied);
    assert_near(number(&finding.residual), edge / (8.0 + gap));
    // A dropped a takes the noise with it; the others keep it.
    assert_near(miss(&finding, "a", Change::Dropped), 6.0 / (8.0 + gap));
    assert_near(miss(&finding, "a", Change::Doubled), (6.0 + 2.0 * gap - 2.0 * edge) / (8.0 + gap));
    assert_near(miss(&finding, "b", Change::Dropped), (2.0 - gap - edge) / (8.0 + gap));
    assert_near(miss(&finding, "b", Change::Negated), (4.0 - gap - edge) / (8.0 + gap));
    assert_near(miss(&finding, "b", Change::Doubled), (2.0 + gap - edge) / (8.0 + gap));
    assert_near(miss(&finding, "c", Change::Dropped), (8.0 + gap - edge) / (8.0 + gap));
    assert_near(miss(&finding, "c", Change::Negated), (16.0 + gap - edge) / (8.0 + gap));
    assert_near(miss(&finding, "c", Change::Doubled), (8.0 - gap - edge) / (8.0 + gap));
    let finding = law(1.0);
    assert_eq!(finding.status, Status::Violated);
    assert_near(number(&finding.miss), (1.0 - edge) / 9.0);
    // The resolution is a part of the larger side too.
    let status = |size| judged(Relation::equality("law", vec![noisy("a", 8.0, size)], vec![constant("c", 8.0)])).status;
    assert_eq!(status(0.9 * 8.0 * 0.008), Status::Satisfied);
    assert!(matches!(status(1.5 * 8.0 * 0.008), Status::Undecided(_)));
}

/// `a <= b` with `a = 2` in noise and `b = 8`, sharp up to a fifth: its margin, and its wrong formulas.
#[test]
fn an_inequality_is_measured_against_its_larger_side() {
    let size = 0.1;
    let edge = half_width(size);
    let bound = |a: f64| Relation::at_most("law", noisy("a", a, size), constant("b", 8.0));
    let finding = judged(bound(2.0).sharp((1, 5)));
    assert_eq!(finding.status, Status::Satisfied);
    assert_near(number(finding.margin.as_ref().expect("an inequality")), (6.0 - edge) / 8.0);
    assert_near(miss(&finding, "a <= b", Change::Reversed), (6.0 - edge) / 8.0);
    assert_near(miss(&finding, "b", Change::Dropped), (2.0 - edge) / 8.0);
    assert_near(miss(&finding, "b", Change::Negated), (10.0 - edge) / 8.0);
    assert_near(miss(&finding, "b", Change::Tightened), (0.4 - edge) / 8.0);
    // It claims that nothing is equal, so that it has no residual.
    assert!(finding.residual.is_zero() && finding.worst.is_empty());
    assert_eq!(judged(bound(2.0)).mutants.len(), 3);
    let finding = judged(bound(10.0));
    assert_eq!(finding.status, Status::Violated);
    assert_near(number(&finding.miss), (2.0 - edge) / 10.0);
    // Less than the interval on either side of the bound decides nothing.
    for a in [8.0 - 0.5 * edge, 8.0 + 0.5 * edge] {
        assert!(matches!(judged(bound(a)).status, Status::Undecided(_)));
    }
}

/// `0 < a` has nothing for a wrong bound to fail against: it is attacked by `a < 0` alone. A negative a violates it.
#[test]
fn a_sign_is_attacked_by_the_other_sign() {
    let finding = judged(Relation::positive("sign", constant("a", 8.0)));
    let attacks: Vec<_> = finding.mutants.iter().map(|(mutant, _)| (mutant.term.as_str(), mutant.change)).collect();
    assert_eq!((finding.status, attacks), (Status::Satisfied, vec![("0 < a", Change::Reversed)]));
    assert_near(miss(&finding, "0 < a", Change::Reversed), 1.0);
    assert_eq!(judged(Relation::positive("sign", constant("a", -8.0))).status, Status::Violated);
}

/// `0 < 0` is false, and `0 < a` for an a that is 0 on every step is no less so for want of a size.
#[test]
fn nothing_is_not_less_than_nothing() {
    for law in [
        Relation::positive("sign", constant("a", 0.0)),
        Relation::positive("sign", constant("a", 0.0)).against(1.0),
        Relation::less("gap", constant("a", 0.0), constant("b", 0.0)),
        Relation::less("gap", constant("a", 3.0), constant("b", 3.0)),
    ] {
        let finding = judged(law);
        assert!(matches!(finding.status, Status::Undecided(_)), "{:?}", finding.status);
        assert!(finding.margin.is_none() && finding.mutants.is_empty());
    }
}

/// Of two equalities the worse is named, in whichever order they come.
#[test]
fn the_worst_equality_is_named() {
    let law =
        |label: &'static str, size| Relation::equality(label, vec![noisy("a", 2.0, size)], vec![constant("b", 2.0)]);
    for order in [[("fine", 0.001), ("rough", 0.01)], [("rough", 0.01), ("fine", 0.001)]] {
        let relations = order.map(|(label, size)| law(label, size)).to_vec();
        let finding = judge(&Settings::new(0, 256), Case::Law, 7, relations);
        assert_eq!((finding.status, finding.worst.as_str(), finding.tests), (Status::Satisfied, "rough", 2));
        assert_near(number(&finding.residual), half_width(0.01) / 2.0);
    }
    // Of two that are as bad, the first.
    let finding = judge(&Settings::new(0, 256), Case::Law, 7, vec![law("first", 0.01), law("second", 0.01)]);
    assert_eq!(finding.worst, "first");
    // What holds to the last bit is named too: it was judged.
    assert_eq!(judged(Relation::equality("law", vec![constant("a", 2.0)], vec![constant("b", 2.0)])).worst, "law");
}

/// A term that is 0 beside one that is not is known; so is one that is 0 against the size that the claim has.
#[test]
fn terms_that_are_nothing_are_seen() {
    let lives = |relation: Relation<f64>| {
        let said = judged(relation).kinds.remove(0);
        said.terms.into_iter().map(|(label, live)| format!("{label} {live}")).collect::<Vec<_>>()
    };
    let law = || {
        let left = vec![constant("a", 1.0), constant("dead", 0.0)];
        Relation::equality("law", left, vec![noisy("b", 1.0, 0.001)])
    };
    assert_eq!(lives(law()), ["a true", "dead false", "b true"]);
    let size = 2.0_f64.powi(20);
    assert_eq!(lives(law().against(size / 2.0)), ["a true", "dead false", "b true"]);
    assert_eq!(lives(law().against(size * 2.0)), ["a false", "dead false", "b false"]);
    // Exactly that part of it is nothing too.
    let tiny = 4.0 / size;
    let left = vec![constant("a", 1.0), constant("tiny", tiny)];
    let law = || Relation::equality("law", left.clone(), vec![constant("b", 1.0 + tiny)]);
    assert_eq!(lives(law().against(4.0)), ["a true", "tiny false", "b true"]);
    assert_eq!(lives(law().against(3.9)), ["a true", "tiny true", "b true"]);
    // Both sides 0 against that size say nothing.
    let law = || Relation::equality("law", vec![constant("a", 1.0)], vec![noisy("b", 1.0, 0.001)]);
    assert_eq!(judged(law().against(size * 2.0)).status, Status::Vacuous);
    assert_eq!(judged(law().against(-size * 2.0)).status, Status::Vacuous);
    assert_eq!(judged(law().against(size / 2.0)).status, Status::Satisfied);
}

/// Batches in runs of four have `r = 17/32`, so that the interval is `sqrt((1 + r)/(1 - r))` times as wide.
#[test]
fn the_memory_of_batches_widens_their_interval() {
    let size = 0.001;
    let runs = || (0..BATCHES).map(|batch| if batch / 4 % 2 == 0 { 1.0 + size } else { 1.0 - size }).collect();
    let edge = half_width(size) * (49.0_f64 / 15.0).sqrt();
    assert_eq!(judged(relation(runs(), 1.0 - 0.99 * edge)).status, Status::Satisfied);
    assert_eq!(judged(relation(runs(), 1.0 - 1.01 * edge)).status, Status::Violated);
    // Those that alternate have a negative one, which makes no interval narrower.
    let edge = half_width(size);
    assert_eq!(judged(relation(in_turn(size), 1.0 - 0.99 * edge)).status, Status::Satisfied);
}

/// Numbers of size 1 are known to `32 * 2^-52`: a difference below it is none, and a drift below it no memory.
#[test]
fn rounding_is_part_of_the_interval() {
    let law = |ulps: f64| judged(relation(vec![1.0; BATCHES], 1.0 + ulps * f64::EPSILON)).status;
    assert_eq!((law(0.0), law(31.0), law(-31.0)), (Status::Satisfied, Status::Satisfied, Status::Satisfied));
    assert_eq!((law(34.0), law(-34.0)), (Status::Violated, Status::Violated));
    let drift = |slope: f64| {
        judged(relation((0..BATCHES).map(|batch| 1.0 + slope * batch as f64).collect(), 1.0 + 16.0 * slope))
    };
    assert_eq!(drift(f64::EPSILON).status, Status::Satisfied);
    for slope in [1e-13, 1e-9] {
        let status = drift(slope).status;
        assert_eq!(status, Status::Undecided("successive batches are correlated: longer ones are needed"), "{slope}");
    }
}

#[test]
fn what_is_not_finite_decides_nothing() {
    for wrong in [f64::NAN, f64::INFINITY] {
        let mut batches = in_turn(0.001);
        batches[5] = wrong;
        assert_eq!(judged(relation(batches, 1.0)).status, Status::Undecided("a value is not a finite number"));
    }
}
