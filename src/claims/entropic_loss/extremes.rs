//! The laws at extreme points: none of them needs what the draws happen to be.

use super::{epoch_mean, minibatch, modified_step, no_second_order_potential, second_order_field, step};
use crate::claim::problem::Decay;
use crate::claim::{Case, Claim, Draw, Examination, Finding, Problem, Scalar, Settings, Status, Theorem};
use crate::claims::extremes::{Tally, of};
use crate::scalar::Rational;

#[test]
fn the_entropy_of_batches_is_known_at_every_scale() {
    let claim = minibatch::Minibatch;
    let mut tally = Tally::default();
    for index in (0..24).step_by(2) {
        for (what, problem) in of(&claim.draw(Draw::new(Theorem::entry(&claim), 12, Case::Law, index))) {
            // N >= 2, no decay.
            if problem.data.len() > 1 && problem.weight_decay == 0 && what != "gamma = 0" {
                tally.see(&claim, &problem, &what);
            }
        }
    }
    println!("{tally:#?}");
    assert!(tally.exact > 64, "{tally:?}");
}

/// `J - J^T = 1/6 (H G - G H)` holds everywhere.
#[test]
fn the_antisymmetric_part_of_the_jacobian_is_known_at_every_scale() {
    let entry = no_second_order_potential::NoSecondOrderPotential.entry();
    let (mut exact, mut vacuous) = (0, 0);
    for index in (0..48).step_by(2) {
        let problem = no_second_order_potential::draw_network(&mut Draw::new(entry, 12, Case::Law, index));
        for (what, problem) in of(&problem) {
            let relations = no_second_order_potential::relations::<Rational>(&problem, Case::Law, false);
            match Finding::judge(Scalar::Rational, &relations, false).status {
                Status::Satisfied => exact += 1,
                Status::Vacuous => vacuous += 1,
                status => panic!("{what}: {status:?}"),
            }
        }
    }
    println!("{exact} exact, {vacuous} vacuous");
    assert!(exact > 64);
}

#[test]
#[ignore = "by hand: where step sizes are far from 0 in the units of the problem, exponents are not measured"]
fn modified_fields_at_extreme_points() {
    let settings = Settings::new(12, 256);
    let judge = |name: &str, examine: &dyn Fn(&Problem) -> Examination, problem: &Problem| {
        for (what, problem) in of(problem) {
            let examination = examine(&problem);
            let worst: Vec<_> = examination.findings.iter().map(|finding| finding.worst.as_str()).collect();
            let status = examination.status();
            if status != Status::Satisfied {
                println!("{name}, {what}: {status:?} {:?} {worst:?} {}", examination.excluded, examination.description);
            }
            assert_ne!(status, Status::Violated, "{name}, {what}: {worst:?}");
        }
    };
    for index in 0..4 {
        let modified = modified_step::ModifiedStep.entry();
        let problem = step::draw_problem(&mut Draw::new(modified, 12, Case::Law, index), index == 1, Decay::Positive);
        judge("modified-step", &|problem| modified_step::examine(problem, &settings, Case::Law), &problem);
        judge("second-order-field", &|problem| second_order_field::examine(problem, &settings, Case::Law), &problem);
        let problem = epoch_mean::draw_epoch(
            &mut Draw::new(epoch_mean::EpochMean.entry(), 12, Case::Law, index),
            Case::Law,
            index,
        );
        judge("epoch-mean", &|problem| epoch_mean::examine(problem, &settings, Case::Law), &problem);
    }
}
