//! The laws at extreme points: none of them needs what the draws happen to be.

use super::measurement::{Measurement, identity};
use super::{coarse_graining, haar_deficit, mean_observational_entropy, time_average};
use crate::exact::Gaussian;
use crate::exact::groups::Operator;
use crate::instances::extremes::{attack, large};
use crate::scalar::{Rational, Ring};

#[test]
fn what_is_not_seen_is_a_distance_for_every_state() {
    attack(
        &coarse_graining::CLAIM,
        &coarse_graining::LAW,
        &[
            ("as drawn", |_| ()),
            ("finest", |instance| {
                let size = instance.evolution.nrows();
                instance.measurement.blocks = vec![1; size];
                instance.weights = (0..size).map(|place| Rational::from((u32::from(place == 0), 1))).collect();
            }),
            ("a state far from normal", |instance| {
                instance.rho.iter_mut().for_each(|entry| *entry *= Gaussian::real(large()));
            }),
            ("no evolution", |instance| instance.evolution = identity(instance.evolution.nrows())),
        ],
    );
}

#[test]
fn only_the_number_of_outcomes_decides_for_every_state() {
    attack(
        &haar_deficit::CLAIM,
        &haar_deficit::LAW,
        &[
            ("as drawn", |_| ()),
            ("computational basis", |instance| {
                instance.measurement = Measurement::computational(instance.measurement.blocks.clone());
            }),
            ("a basis state", |instance| instance.rho = Operator::basis_state(instance.rho.qubits, 1)),
        ],
    );
}

#[test]
fn mean_entropies_are_harmonic_at_every_rank() {
    attack(
        &mean_observational_entropy::CLAIM,
        &mean_observational_entropy::LAW,
        &[
            ("as drawn", |_| ()),
            ("one large block", |ranks| ranks.ranks[0] = 40),
            ("many small ones", |ranks| ranks.ranks.extend([1; 12])),
        ],
    );
}

#[test]
fn the_variance_over_time_is_that_of_the_gaps_at_every_scale() {
    attack(
        &time_average::CLAIM,
        &time_average::LAW,
        &[
            ("as drawn", |_| ()),
            ("O times 2^16", |instance| {
                instance.observable.iter_mut().for_each(|entry| *entry *= Gaussian::real(large()));
            }),
            ("energies times 2^16", |instance| instance.energies.iter_mut().for_each(|energy| *energy <<= 16)),
            ("one energy far away", |instance| instance.energies[0] = 1 << 40),
            ("flat state", |instance| {
                let size = instance.energies.len();
                instance.rho.fill(Gaussian::integer(1) / Gaussian::integer(size as i64));
            }),
        ],
    );
}
