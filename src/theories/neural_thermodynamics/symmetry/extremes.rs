//! The laws at extreme points: none of them needs what the draws happen to be.

use super::orbit::Moved;
use super::{
    continuous_broken, discrete_preserved, gradient_transform, rotation_preserved, translation, unique_minimum,
};
use crate::instances::Problem;
use crate::instances::extremes::{Tally, drawn, of, of_rates};
use crate::scalar::Mp;
use crate::verify::routes::InRationals;
use crate::verify::{Claim, Class, In};

/// The law of a claim on twelve families, each at all extremes that `at` knows.
fn attack<L: InRationals + In<Mp<256>>>(
    claim: &Claim,
    law: &L,
    problem: impl Fn(&mut L::Instance) -> &mut Problem,
    at: impl Fn(&Problem) -> Vec<(String, Problem)>,
) {
    let mut tally = Tally::default();
    for index in (0..24).step_by(2) {
        let mut instance = drawn(claim, law, index);
        for (what, extreme) in at(problem(&mut instance)) {
            let mut instance = drawn(claim, law, index);
            *problem(&mut instance) = extreme;
            tally.see_law(claim.id, law, &instance, &what);
        }
    }
    println!("{}: {tally:#?}", claim.id);
    assert!(tally.exact > 64 && tally.exact > tally.vacuous, "{tally:?}");
}

/// Weights, data, decay and learning rate.
fn everything(problem: &Problem) -> Vec<(String, Problem)> {
    [of(problem), of_rates(problem)].concat()
}

fn of_moved(moved: &mut Moved) -> &mut Problem {
    &mut moved.problem
}

#[test]
fn gradients_transform_at_every_scale() {
    attack(&gradient_transform::CLAIM, &gradient_transform::LAW, of_moved, everything);
}

#[test]
fn orthogonal_symmetries_survive_at_every_scale() {
    attack(&discrete_preserved::CLAIM, &discrete_preserved::LAW, of_moved, everything);
    attack(&rotation_preserved::CLAIM, &rotation_preserved::LAW, of_moved, everything);
}

#[test]
fn translations_survive_at_every_scale() {
    attack(
        &translation::CLAIM,
        &translation::LAW,
        |instance| &mut instance.problem,
        |problem| {
            let mut extremes = everything(problem);
            // The order of the samples is drawn with them.
            extremes.retain(|(_, extreme)| extreme.data.len() == problem.data.len());
            extremes
        },
    );
}

/// But for the points at which stretching a skew plane changes nothing: those are made so.
#[test]
fn the_entropy_along_an_orbit_is_known_at_every_scale() {
    attack(
        &continuous_broken::CLAIM,
        &continuous_broken::LAW,
        |instance| &mut instance.problem,
        |problem| {
            if problem.degeneracy.contains("skew") { Vec::new() } else { of(problem) }
        },
    );
}

/// But for the points whose learning rate was chosen so that the minimum is rational.
#[test]
fn the_entropic_loss_along_an_orbit_is_known_at_every_scale() {
    attack(
        &unique_minimum::CLAIM,
        &unique_minimum::LAW,
        |instance| &mut instance.problem,
        |problem| {
            if problem.class == Class::Stationary { Vec::new() } else { everything(problem) }
        },
    );
}
