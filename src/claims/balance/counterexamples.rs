//! Wrong laws that were once taken for right, and draws that were once no test of the law: each with what is to be seen of it.

use super::approximate::{Approximate, Instance};
use super::transformer::{NormGain, ResidualStream};
use crate::claim::runner::{Plan, run};
use crate::claim::{
    Case, Claim, ClaimReport, Draw, Drawn, Entry, Finding, Outside, Relation, Scalar, Settings, Status, Theorem,
    Verdict,
};
use crate::model::Carrier;
use crate::scalar::{Magnitude, Rational};
use std::sync::atomic::AtomicBool;

/// `balance/approximate` with `factor |A theta| |grad F|` for its bound; without the equality that says that the bound is reached, or with it.
struct TooLarge {
    factor: i64,
    says_equality: bool,
}

impl Theorem for TooLarge {
    type Instance = Instance;

    fn entry(&self) -> &'static Entry {
        Theorem::entry(&Approximate)
    }

    fn draw(&self, draw: Draw) -> Instance {
        Approximate.draw(draw)
    }

    fn relations<T: Carrier>(&self, instance: &Instance, case: Case) -> Result<Vec<Relation<T>>, Outside> {
        let mut relations = Approximate.relations::<T>(instance, case)?;
        if case == Case::Law {
            let is_bound = |relation: &Relation<T>| relation.label.kind == "the bound";
            relations.retain(|relation| self.says_equality || is_bound(relation));
            // Both sides are squared.
            let square = T::integer(self.factor * self.factor);
            for entry in relations.iter_mut().flat_map(|relation| &mut relation.right).flat_map(|term| &mut term.value)
            {
                *entry *= &square;
            }
        }
        Ok(relations)
    }
}

fn judged(factor: i64, says_equality: bool) -> ClaimReport {
    let claim: &'static TooLarge = Box::leak(Box::new(TooLarge { factor, says_equality }));
    let plan = Plan { settings: Settings::new(12, 256), instances: 32, jobs: 1, time_limit: None };
    run(&[claim as &dyn Claim], &plan, &AtomicBool::new(false), &|_| {}).remove(0)
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
        let instance = Approximate.draw(Draw::new(Theorem::entry(&Approximate), 12, Case::Law, index));
        if !instance.is_algebraic() {
            continue;
        }
        let Ok(mut relations) = Approximate.relations::<Rational>(&instance, Case::Law) else { continue };
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
    let entry = Claim::entry(&NormGain);
    let control = entry.controls.iter().position(|control| control.name == "layer-norm-as-rms").expect("it is listed");
    let examination = NormGain.examine(&Settings::new(u64::MAX, 256), Case::Control(control), 65);
    assert_eq!((examination.status(), examination.excluded.as_deref()), (Status::Violated, None));
    let miss = examination.findings.last().expect("it was examined").failure();
    assert!(miss > Magnitude::power_of_two(-20), "{miss}");
}

/// A token whose embedding is constant, no position, no epsilon: a layer norm has nothing to normalise, and there is no loss.
#[test]
fn the_residual_stream_is_left_out_where_it_once_was_not_a_number() {
    let examination = ResidualStream.examine(&Settings::new(u64::MAX, 256), Case::Law, 63);
    let reason = examination.excluded.expect("it is outside the hypotheses");
    assert!(reason.contains("cannot normalise"), "{reason}");
    assert!(examination.findings.iter().all(|finding| !matches!(finding.status, Status::Undecided(_))));
}
