//! The laws at extreme points: none of them needs what the draws happen to be.

use super::gradient_flow::Derivatives;
use super::momentum::ShortRun;
use super::time_average::Telescoped;
use super::{decoupled_decay, preconditioned_charge, scale_invariant, sgd_charge, sgd_matrix_charge};
use crate::claim::{Case, Draw, Problem, Theorem};
use crate::claims::extremes::{Tally, of, of_rates};
use crate::scalar::Rational;

/// The laws of a claim on twelve families, each at all extremes that `at` knows, with `set` putting the problem into the instance.
fn attack<C: Theorem>(
    claim: &C,
    problem: impl Fn(&mut C::Instance) -> &mut Problem,
    at: impl Fn(&Problem) -> Vec<(String, Problem)>,
    also: impl Fn(&mut C::Instance, usize),
) {
    let mut tally = Tally::default();
    for index in (0..24).step_by(2) {
        let draw = || claim.draw(Draw::new(claim.entry(), 12, Case::Law, index));
        let mut instance = draw();
        for (number, (what, extreme)) in at(problem(&mut instance)).into_iter().enumerate() {
            let mut instance = draw();
            *problem(&mut instance) = extreme;
            also(&mut instance, number);
            tally.see(claim, &instance, &what);
        }
    }
    println!("{}: {tally:#?}", claim.entry().id);
    assert!(tally.exact > 64 && tally.exact > tally.vacuous, "{tally:?}");
}

/// Weights, data, decay and learning rate.
fn everything(problem: &Problem) -> Vec<(String, Problem)> {
    [of(problem), of_rates(problem)].concat()
}

fn nothing_else<I>(_: &mut I, _: usize) {}

#[test]
fn the_charge_after_a_step_is_known_at_every_scale() {
    attack(&sgd_charge::SgdCharge, |charged| &mut charged.problem, everything, nothing_else);
}

#[test]
fn the_matrix_of_charges_after_a_step_is_known_at_every_scale() {
    attack(&sgd_matrix_charge::SgdMatrixCharge, |problem| problem, everything, nothing_else);
}

#[test]
fn the_flow_conserves_charges_at_every_scale() {
    attack(&Derivatives, |charged| &mut charged.problem, everything, nothing_else);
}

#[test]
fn the_law_of_a_run_holds_at_every_scale() {
    attack(&Telescoped, |charged| &mut charged.problem, everything, nothing_else);
}

#[test]
fn the_law_of_preconditioned_steps_holds_at_every_scale() {
    // Without decay is a hypothesis.
    let without_decay = |problem: &Problem| {
        let mut extremes = of(problem);
        extremes.retain(|(_, extreme)| extreme.weight_decay == 0);
        extremes
    };
    attack(&preconditioned_charge::PreconditionedCharge, |instance| &mut instance.problem, without_decay, nothing_else);
    attack(&decoupled_decay::DecoupledDecay, |instance| &mut instance.problem, of, nothing_else);
}

/// `beta` of 1 - 2^-16, of 1, of 0, and beyond.
#[test]
fn the_law_of_the_heavy_ball_holds_for_every_momentum() {
    let factors = [(65535, 65536), (1, 1), (0, 1), (-1, 1), (3, 2)].map(Rational::from);
    let also = |instance: &mut super::momentum::Instance, number: usize| {
        instance.momentum_factor = factors[number % factors.len()].clone();
    };
    attack(&ShortRun, |instance| &mut instance.charged.problem, everything, also);
}

#[test]
fn the_norm_of_a_scale_invariant_block_is_known_at_every_scale() {
    attack(&scale_invariant::ScaleInvariant, |instance| &mut instance.problem, everything, nothing_else);
}
