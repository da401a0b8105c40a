//! The laws at extreme points: none of them needs what the draws happen to be.

use super::{epoch_mean, minibatch, modified_step, no_second_order_potential, second_order_field};
use crate::instances::Problem;
use crate::instances::extremes::{Tally, drawn, of};
use crate::scalar::Rational;
use crate::verify::routes::Asymptotic;
use crate::verify::{Case, Claim, Finding, In, Scalar, Settings, Status, order};

#[test]
fn the_entropy_of_batches_is_known_at_every_scale() {
    let (claim, law) = (&minibatch::CLAIM, &minibatch::LAW);
    let mut tally = Tally::default();
    for index in (0..24).step_by(2) {
        for (what, problem) in of(&drawn(claim, law, index)) {
            // N >= 2, no decay.
            if problem.data.len() > 1 && problem.weight_decay == 0 && what != "gamma = 0" {
                tally.see_law(claim.id, law, &problem, &what);
            }
        }
    }
    println!("{tally:#?}");
    assert!(tally.exact > 64, "{tally:?}");
}

/// `J - J^T = 1/6 (H G - G H)` holds everywhere.
#[test]
fn the_antisymmetric_part_of_the_jacobian_is_known_at_every_scale() {
    let law = &no_second_order_potential::Identity;
    let (mut exact, mut vacuous) = (0, 0);
    for index in (0..48).step_by(2) {
        for (what, problem) in of(&drawn(&no_second_order_potential::CLAIM, law, index)) {
            let relations = In::<Rational>::relations(law, &problem).expect("the identity holds everywhere");
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
    fn judge(claim: &Claim, law: &impl Asymptotic<Instance = Problem>, problem: &Problem) {
        let settings = Settings::new(12, 256);
        for (what, problem) in of(problem) {
            let measured = match law.measure(&problem) {
                Ok(measured) => measured,
                Err(unjudged) => {
                    println!("{}, {what}: {unjudged:?}", claim.id);
                    continue;
                }
            };
            let exponents: Vec<_> =
                measured.exponents.iter().map(|(label, order, all)| (*label, *order, all)).collect();
            let finding = order::judge(&settings, Case::Law, &exponents, measured.limits);
            if finding.status != Status::Satisfied {
                println!("{}, {what}: {:?} {}", claim.id, finding.status, finding.worst);
            }
            assert_ne!(finding.status, Status::Violated, "{}, {what}: {}", claim.id, finding.worst);
        }
    }
    for index in 0..4 {
        let (step, second) = (modified_step::ModifiedStep::Entropic, second_order_field::SecondOrderField::SecondOrder);
        let problem = drawn(&modified_step::CLAIM, &step, index);
        judge(&modified_step::CLAIM, &step, &problem);
        judge(&second_order_field::CLAIM, &second, &problem);
        let epoch = epoch_mean::EpochMean::Entropic;
        judge(&epoch_mean::CLAIM, &epoch, &drawn(&epoch_mean::CLAIM, &epoch, index));
    }
}
