//! The laws at extreme points: none of them needs what the draws happen to be.

use super::{charge_volume, norm_ratio, orbit_drift, product_contraction, sde_gap};
use crate::instances::Problem;
use crate::instances::extremes::{Tally, attack, drawn, large, of, of_rates, scale, shrink};
use crate::model::Network;
use crate::scalar::{Mp, Rational};
use crate::verify::{Case, Claim, Draws, In, Settings, Status};

/// Whether a control fails on an instance of a seed.
fn fails(claim: &Claim, name: &str, seed: u64, index: u64) -> bool {
    let number = claim.controls.iter().position(|control| control.name == name).expect("a control of this name");
    let examination = claim.examine(&Settings::new(seed, 256), Case::Control(number), index);
    examination.findings.iter().any(|finding| finding.status == Status::Violated)
}

/// At these indices what is broken was drawn beside terms that are millions of times as large; it is drawn again.
#[test]
fn no_control_misses_by_less_than_is_seen() {
    assert!(fails(&sde_gap::CLAIM, "with-replacement", 11, 13946));
    assert!(fails(&orbit_drift::CLAIM, "plain-decay", 11, 3910));
}

#[test]
fn the_imbalance_of_a_product_is_known_at_every_scale() {
    attack(
        &product_contraction::CLAIM,
        &product_contraction::LAW,
        &[
            ("as drawn", |_| ()),
            ("factors times 2^16", |instance| scale(&mut instance.theta)),
            ("factors times 2^-16", |instance| shrink(&mut instance.theta)),
            ("first factor times 2^16", |instance| scale(&mut instance.theta[..1])),
            ("first factor 0", |instance| instance.theta[0] = Rational::new()),
            ("equal factors", |instance| instance.theta.fill(Rational::from((3, 2)))),
            ("data times 2^16", |instance| instance.samples.iter_mut().for_each(|sample| scale(sample))),
            ("equal samples", |instance| {
                let first = instance.samples[0].clone();
                instance.samples.fill(first);
            }),
            ("eta = 2^16", |instance| instance.learning_rate = large()),
            ("eta = 2^-16", |instance| instance.learning_rate = large().recip()),
            ("gamma = 2^16", |instance| instance.weight_decay = large()),
            ("eta gamma = 1/2", |instance| {
                instance.weight_decay = Rational::from((1, 2)) / instance.learning_rate.clone();
            }),
        ],
    );
}

#[test]
fn the_parameter_volume_is_known_at_every_scale() {
    let tally = attack(
        &charge_volume::CLAIM,
        &charge_volume::LAW,
        &[
            ("as drawn", |_| ()),
            ("weights times 2^16", |instance| scale(&mut instance.theta)),
            ("weights times 2^-16", |instance| shrink(&mut instance.theta)),
            ("U times 2^16", |instance| {
                let [p, r, _] = instance.sizes;
                scale(&mut instance.theta[..p * r]);
            }),
            ("W = 0", |instance| {
                let [p, r, _] = instance.sizes;
                instance.theta[p * r..].fill(Rational::new());
            }),
            ("equal weights", |instance| instance.theta.fill(Rational::from((3, 2)))),
            ("inputs times 2^16", |instance| instance.samples.iter_mut().for_each(|(input, _)| scale(input))),
            ("one sample", |instance| instance.samples.truncate(1)),
            ("eta_U = 2^16", |instance| instance.learning_rates[0] = large()),
            ("eta_W = 0", |instance| instance.learning_rates[1] = Rational::new()),
            ("gamma_W = 2^16", |instance| instance.weight_decays[1] = large()),
            ("c = 0", |instance| {
                for (decay, rate) in instance.weight_decays.iter_mut().zip(&instance.learning_rates) {
                    *decay = if *rate == 0 { Rational::new() } else { Rational::from((1, 2)) / rate };
                }
            }),
        ],
    );
    assert!(tally.exact > 900, "{tally:?}");
}

#[test]
fn the_drift_under_label_noise_is_known_at_every_scale() {
    attack(
        &norm_ratio::CLAIM,
        &norm_ratio::LAW,
        &[
            ("as drawn", |_| ()),
            ("weights times 2^16", |instance| scale(&mut instance.theta)),
            ("weights times 2^-16", |instance| shrink(&mut instance.theta)),
            ("eta = 2^16", |instance| instance.learning_rate = large()),
            ("eta = 2^-16", |instance| instance.learning_rate = large().recip()),
            ("inputs times 2^16", |instance| {
                instance.inputs.iter_mut().for_each(|input| scale(input));
                if let Some([tau, _]) = &mut instance.isotropic {
                    *tau *= large().square();
                }
            }),
            ("errors times 2^-16", |instance| {
                instance.errors.iter_mut().for_each(|error| shrink(error));
                if let Some([_, variance]) = &mut instance.isotropic {
                    *variance /= large().square();
                }
            }),
            ("U = 0", |instance| {
                let [p, r, _] = instance.sizes;
                instance.theta[..p * r].fill(Rational::new());
                instance.equilibrium = false;
            }),
            ("equal weights", |instance| {
                instance.theta.fill(Rational::from((3, 2)));
                instance.equilibrium = false;
            }),
        ],
    );
}

/// A law on orbits at the extremes of their problems that meet its hypotheses.
fn attack_orbits<L: In<Rational> + In<Mp<256>> + Draws<Instance = super::orbit::Orbit>>(
    claim: &Claim,
    law: &L,
    is_inside: impl Fn(&Problem) -> bool,
) {
    let mut tally = Tally::default();
    for index in (0..64).step_by(2) {
        let problem = drawn(claim, law, index).problem;
        for (what, extreme) in [of(&problem), of_rates(&problem)].concat() {
            // The loss is not defined where a scale-invariant network has no weights.
            let is_undefined = matches!(extreme.network, Network::Rayleigh(_)) && extreme.theta.iter().all(|w| *w == 0);
            if !is_undefined && is_inside(&extreme) {
                let mut orbit = drawn(claim, law, index);
                orbit.problem = extreme;
                tally.see_law(claim.id, law, &orbit, &what);
            }
        }
    }
    println!("{}: {tally:#?}", claim.id);
    assert!(tally.exact > 256 && tally.undecided.is_empty(), "{tally:?}");
}

#[test]
fn the_drift_along_an_orbit_is_known_at_every_scale() {
    let has_little_decay = |problem: &Problem| problem.learning_rate::<Rational>() * &problem.weight_decay < 1;
    attack_orbits(&orbit_drift::CLAIM, &orbit_drift::LAW, has_little_decay);
}

#[test]
fn what_the_differential_equation_misses_is_known_at_every_scale() {
    attack_orbits(&sde_gap::CLAIM, &sde_gap::LAW, |_| true);
}
