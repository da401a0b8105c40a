//! Wrong laws that were once taken for right, and draws that were once no test of the law: each with what is to be seen of it.

use super::approximate::{Approximate, CLAIM, LAW};
use super::transformer::{norm_gain, residual_stream};
use crate::scalar::{Magnitude, Rational};
use crate::verify::runner::{Plan, run};
use crate::verify::{
    Case, Check, Claim, ClaimReport, Draw, Drawn, Draws, Finding, In, Ladder, Scalar, Settings, Status, Verdict, all,
};
use std::sync::atomic::AtomicBool;

/// `balance/approximate` with `factor |A theta| |grad F|` for its bound; without the equality that says that the bound is reached, or with it.
fn judged(factor: i64, says_equality: bool) -> ClaimReport {
    // Both sides are squared.
    let law = Approximate { square: (factor * factor, 1), says_equality, ..LAW };
    let check: &'static dyn Check = Box::leak(Box::new(Ladder(law)));
    let Claim { id, title, statement, hypotheses, references, builds_on, controls, .. } = CLAIM;
    let law = Box::leak(Box::new([all(check)]));
    let claim = Box::leak(Box::new(Claim { id, title, statement, hypotheses, references, builds_on, law, controls }));
    let plan = Plan { settings: Settings::new(12, 256), instances: 32, jobs: 1, time_limit: None };
    run(&[claim], &plan, &AtomicBool::new(false), &|_| {}).remove(0)
}

/// The inequality alone holds with room to spare; that its bound is sharp is what a larger one is not.
#[test]
fn a_bound_on_the_imbalance_that_is_too_large_does_not_hold() {
    for says_equality in [false, true] {
        let right = judged(1, says_equality);
        assert_eq!(right.verdict, Verdict::Holds, "{}", right.reason);
    }
    for factor in [2, 4] {
        let alone = judged(factor, false);
        assert_eq!(alone.verdict, Verdict::Powerless, "{factor}: {}", alone.reason);
        assert!(alone.reason.contains("tightened"), "{factor}: {}", alone.reason);
        assert_eq!(judged(factor, true).verdict, Verdict::Refuted, "{factor}");
    }
}

/// An inequality that is not tight at a point decides nothing of the constant; where grad F = A theta, half of it is too small already.
#[test]
fn half_of_the_squared_bound_is_violated_where_the_gradient_is_parallel() {
    let mut parallel = 0;
    for index in 0..32 {
        let instance = LAW.draw(&mut Draw::keyed(CLAIM.id, "law", 12, Case::Law, index)).unwrap();
        if !instance.is_algebraic() {
            continue;
        }
        let Ok(mut relations) = In::<Rational>::relations(&LAW, &instance) else { continue };
        if relations.iter().all(|relation| relation.label.kind == "the bound") {
            continue;
        }
        relations.retain(|relation| relation.label.kind == "the bound");
        for entry in relations.iter_mut().flat_map(|relation| &mut relation.right).flat_map(|term| &mut term.value) {
            *entry /= 2;
        }
        parallel += 1;
        assert_eq!(Finding::judge(Scalar::Rational, &relations, false).status, Status::Violated, "instance {index}");
    }
    assert!(parallel > 0);
}

/// A layer norm whose bias has no gradient there is no counterexample to the law of RMS norms: the control was drawn where it could not fail.
#[test]
fn the_control_of_norm_gain_fails_where_it_was_once_dead() {
    let controls = norm_gain::CLAIM.controls;
    let control = controls.iter().position(|control| control.name == "layer-norm-as-rms").expect("it is listed");
    let examination = norm_gain::CLAIM.examine(&Settings::new(u64::MAX, 256), Case::Control(control), 65);
    assert_eq!((examination.status(), examination.excluded.as_deref()), (Status::Violated, None));
    let miss = examination.findings.last().expect("it was examined").failure();
    assert!(miss > Magnitude::power_of_two(-20), "{miss}");
}

/// A token whose embedding is constant, no position, no epsilon: a layer norm has nothing to normalise, and there is no loss.
#[test]
fn the_residual_stream_is_left_out_where_it_once_was_not_a_number() {
    let examination = residual_stream::CLAIM.examine(&Settings::new(u64::MAX, 256), Case::Law, 63);
    let reason = examination.excluded.expect("it is outside the hypotheses");
    assert!(reason.contains("cannot normalise"), "{reason}");
    assert!(examination.findings.iter().all(|finding| !matches!(finding.status, Status::Undecided(_))));
}
