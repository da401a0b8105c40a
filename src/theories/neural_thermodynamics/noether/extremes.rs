//! The laws at extreme points: none of them needs what the draws happen to be.

use super::{decoupled_decay, derivatives, momentum, preconditioned_charge, scale_invariant, sgd_charge};
use super::{sgd_matrix_charge, time_average};
use crate::instances::Problem;
use crate::instances::extremes::{Tally, of, of_rates};
use crate::scalar::{Mp, Rational};
use crate::verify::{Case, Draw, In};

/// A law on twelve families of the claim of that name, each at all extremes that `at` knows, with `set` putting the problem into the instance.
fn attack<L: In<Rational> + In<Mp<256>>>(
    id: &'static str,
    law: &L,
    problem: impl Fn(&mut L::Instance) -> &mut Problem,
    at: impl Fn(&Problem) -> Vec<(String, Problem)>,
    also: impl Fn(&mut L::Instance, usize),
) {
    let mut tally = Tally::default();
    for index in (0..24).step_by(2) {
        let draw = || law.draw(&mut Draw::keyed(id, "law", 12, Case::Law, index)).expect("the law draws an instance");
        let mut instance = draw();
        for (number, (what, extreme)) in at(problem(&mut instance)).into_iter().enumerate() {
            let mut instance = draw();
            *problem(&mut instance) = extreme;
            also(&mut instance, number);
            tally.see_law(id, law, &instance, &what);
        }
    }
    println!("{id}: {tally:#?}");
    assert!(tally.exact > 64 && tally.exact > tally.vacuous, "{tally:?}");
}

/// Weights, data, decay and learning rate.
fn everything(problem: &Problem) -> Vec<(String, Problem)> {
    [of(problem), of_rates(problem)].concat()
}

fn nothing_else<I>(_: &mut I, _: usize) {}

#[test]
fn the_charge_after_a_step_is_known_at_every_scale() {
    attack(sgd_charge::CLAIM.id, &sgd_charge::LAW, |charged| &mut charged.problem, everything, nothing_else);
}

#[test]
fn the_matrix_of_charges_after_a_step_is_known_at_every_scale() {
    attack(sgd_matrix_charge::CLAIM.id, &sgd_matrix_charge::LAW, |problem| problem, everything, nothing_else);
}

#[test]
fn the_flow_conserves_charges_at_every_scale() {
    attack(
        super::gradient_flow::CLAIM.id,
        &derivatives::DERIVATIVES,
        |charged| &mut charged.problem,
        everything,
        nothing_else,
    );
}

#[test]
fn the_law_of_a_run_holds_at_every_scale() {
    attack(time_average::CLAIM.id, &time_average::TELESCOPED, |charged| &mut charged.problem, everything, nothing_else);
}

#[test]
fn the_law_of_preconditioned_steps_holds_at_every_scale() {
    // Without decay is a hypothesis.
    let without_decay = |problem: &Problem| {
        let mut extremes = of(problem);
        extremes.retain(|(_, extreme)| extreme.weight_decay == 0);
        extremes
    };
    attack(
        preconditioned_charge::CLAIM.id,
        &preconditioned_charge::LAW,
        |instance| &mut instance.problem,
        without_decay,
        nothing_else,
    );
    attack(decoupled_decay::CLAIM.id, &decoupled_decay::LAW, |instance| &mut instance.problem, of, nothing_else);
}

/// `beta` of 1 - 2^-16, of 1, of 0, and beyond.
#[test]
fn the_law_of_the_heavy_ball_holds_for_every_momentum() {
    let factors = [(65535, 65536), (1, 1), (0, 1), (-1, 1), (3, 2)].map(Rational::from);
    let also = |instance: &mut super::momentum::Instance, number: usize| {
        instance.momentum_factor = factors[number % factors.len()].clone();
    };
    attack(momentum::CLAIM.id, &momentum::SHORT, |instance| &mut instance.charged.problem, everything, also);
}

#[test]
fn the_norm_of_a_scale_invariant_block_is_known_at_every_scale() {
    attack(
        scale_invariant::CLAIM.id,
        &scale_invariant::LAW,
        |instance| &mut instance.problem,
        everything,
        nothing_else,
    );
}
