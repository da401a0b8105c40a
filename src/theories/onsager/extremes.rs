//! The laws at extreme points: none of them needs what the draws happen to be.

use super::{identifiability, linear, quasi_potential, stationary};
use crate::exact::Polynomial;
use crate::instances::extremes::{attack, large, scale, shrink};
use crate::scalar::Rational;

#[test]
fn a_density_is_stationary_at_every_scale() {
    attack(
        &stationary::CLAIM,
        &stationary::LAW,
        &[
            ("as drawn", |_| ()),
            ("eps = 2^16", |dynamics| dynamics.temperature = large()),
            ("eps = 2^-16", |dynamics| dynamics.temperature = large().recip()),
            ("V times 2^16", |dynamics| dynamics.potential = dynamics.potential.scaled(&large())),
            ("V = 0", |dynamics| dynamics.potential = Polynomial::default()),
            ("W times 2^16", |dynamics| dynamics.rotation.iter_mut().for_each(|entry| *entry = entry.scaled(&large()))),
            ("M = 0", |dynamics| dynamics.metric.fill(Polynomial::default())),
        ],
    );
}

#[test]
fn matrices_without_a_drift_are_so_at_every_scale() {
    attack(
        &identifiability::CLAIM,
        &identifiability::HIDDEN,
        &[
            ("as drawn", |_| ()),
            ("eps = 2^16", |dynamics| dynamics.temperature = large()),
            ("eps = 2^-16", |dynamics| dynamics.temperature = large().recip()),
            ("V times 2^16", |dynamics| dynamics.potential = dynamics.potential.scaled(&large())),
            ("f = 1", |dynamics| dynamics.function = Polynomial::constant(1)),
        ],
    );
    attack(
        &identifiability::CLAIM,
        &identifiability::IDENTIFIED,
        &[
            ("as drawn", |_| ()),
            ("S times 2^16", |system| scale(system.curvature.as_mut_slice())),
            ("M times 2^-16", |system| shrink(system.metric.as_mut_slice())),
            ("W times 2^16", |system| scale(system.rotation.as_mut_slice())),
            ("W = 0", |system| system.rotation.fill(Rational::new())),
        ],
    );
}

#[test]
fn entropy_production_agrees_at_every_scale() {
    attack(
        &linear::CLAIM,
        &linear::LAW,
        &[
            ("as drawn", |_| ()),
            ("S times 2^16", |instance| scale(instance.system.curvature.as_mut_slice())),
            ("M times 2^-16", |instance| shrink(instance.system.metric.as_mut_slice())),
            ("W times 2^16", |instance| scale(instance.system.rotation.as_mut_slice())),
            ("W times 2^-16", |instance| shrink(instance.system.rotation.as_mut_slice())),
            ("equal curvatures", |instance| instance.curvatures.fill(Rational::from(3))),
            ("h_1 times 2^16", |instance| instance.curvatures[0] *= large()),
            ("C of rank one", |instance| instance.shape.fill(Rational::from(1))),
            ("T = 2^-16", |instance| instance.isotropic = large().recip()),
        ],
    );
}

#[test]
fn the_action_is_at_least_the_rise_at_every_scale() {
    attack(
        &quasi_potential::CLAIM,
        &quasi_potential::LAW,
        &[
            ("as drawn", |_| ()),
            ("g times 2^16", |instance| scale(instance.gradient.as_mut_slice())),
            ("v times 2^16", |instance| scale(instance.velocity.as_mut_slice())),
            ("v = 0", |instance| instance.velocity.fill(Rational::new())),
            ("v = g", |instance| instance.velocity = instance.gradient.clone()),
            ("W = 0", |instance| instance.rotation.fill(Rational::new())),
            ("W times 2^16", |instance| scale(instance.rotation.as_mut_slice())),
            ("M times 2^-16", |instance| shrink(instance.metric.as_mut_slice())),
        ],
    );
}
