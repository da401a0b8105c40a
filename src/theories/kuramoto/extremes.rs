//! The laws at extreme points: none of them needs what the draws happen to be.

use super::{energy_rate, omega_condition, radial_step};
use crate::instances::extremes::{attack, large, scale};
use crate::scalar::Rational;

fn stretch(coupling: &mut nalgebra::DMatrix<Rational>) {
    coupling.iter_mut().for_each(|entry| *entry *= large());
}

#[test]
fn rates_are_known_at_every_scale() {
    attack(
        &energy_rate::CLAIM,
        &energy_rate::LAW,
        &[
            ("as drawn", |_| ()),
            ("c times 2^16", |oscillators| scale(&mut oscillators.network.c)),
            ("c = 0", |oscillators| {
                oscillators.network.c.fill(Rational::new());
            }),
        ],
    );
    attack(
        &omega_condition::CLAIM,
        &omega_condition::LAW,
        &[
            ("as drawn", |_| ()),
            ("J times 2^16", |rotating| stretch(&mut rotating.network.coupling)),
            ("c = 0", |rotating| rotating.network.c.fill(Rational::new())),
            ("Om times 2^16", |rotating| rotating.network.rotations.iter_mut().for_each(stretch)),
        ],
    );
}

#[test]
fn a_radial_drift_is_known_at_every_scale() {
    attack(
        &radial_step::CLAIM,
        &radial_step::LAW,
        &[
            ("as drawn", |_| ()),
            ("gamma = 2^16", |node| node.gamma = large()),
            ("k = 0", |node| node.radial = Rational::from(1)),
            ("1 + gamma k = 2^-16", |node| node.radial = large().recip()),
            ("P y = 0", |node| node.y.clone_from(&node.x)),
        ],
    );
}
