//! The laws at extreme points: none of them needs what the draws happen to be.

use super::{decoupled_flow, loss_decomposition, ring_homomorphism, six_units};
use crate::instances::extremes::{attack, large, scale, shrink};
use crate::scalar::Rational;

#[test]
fn the_loss_is_a_sum_of_squares_at_every_scale() {
    attack(
        &loss_decomposition::CLAIM,
        &loss_decomposition::LAW,
        &[
            ("as drawn", |_| ()),
            ("inputs times 2^16", |weights| {
                weights.units.iter_mut().for_each(|unit| {
                    scale(&mut unit.a);
                    scale(&mut unit.b);
                })
            }),
            ("outputs times 2^-16", |weights| weights.units.iter_mut().for_each(|unit| shrink(&mut unit.w))),
            ("no second input", |weights| {
                weights.units.iter_mut().for_each(|unit| {
                    unit.a.iter_mut().zip(&unit.b).for_each(|(a, b)| *a -= b);
                    let mean = unit.a.iter().sum::<Rational>() / unit.a.len() as u64;
                    unit.a.iter_mut().for_each(|a| *a -= &mean);
                    unit.b.fill(Rational::new());
                })
            }),
            ("equal units", |weights| {
                let first = weights.units[0].clone();
                weights.units.fill(first);
            }),
        ],
    );
}

#[test]
fn potentials_are_homomorphisms_at_every_scale() {
    attack(
        &ring_homomorphism::CLAIM,
        &ring_homomorphism::LAW,
        &[
            ("as drawn", |_| ()),
            ("one network times 2^16", |pair| pair.first.units.iter_mut().for_each(|unit| scale(&mut unit.a))),
            ("one network times 2^-16", |pair| pair.second.units.iter_mut().for_each(|unit| shrink(&mut unit.w))),
            ("a constant unit", |pair| pair.first.units[0].a.fill(Rational::from(1))),
            ("equal networks", |pair| pair.second.units.clone_from(&pair.first.units)),
        ],
    );
}

#[test]
fn five_squares_are_too_few_at_every_scale() {
    attack(
        &six_units::CLAIM,
        &six_units::BOUND,
        &[
            ("as drawn", |_| ()),
            ("lambda times 2^16", |certificate| scale(&mut certificate.lambda)),
            ("lambda 0", |certificate| certificate.lambda.fill(Rational::new())),
            ("the fifth form times 2^16", |certificate| scale(certificate.fifth.as_mut_slice())),
            ("equal factors", |certificate| certificate.factors[1].fill(large().recip())),
        ],
    );
}

#[test]
fn frequencies_learn_for_themselves_at_every_scale() {
    attack(
        &decoupled_flow::CLAIM,
        &decoupled_flow::LAW,
        &[
            ("as drawn", |_| ()),
            ("an orbit times 2^16", |orbits| {
                orbits.orbits[0].coefficients.iter_mut().for_each(|(first, second)| {
                    *first *= large();
                    *second *= large();
                })
            }),
            ("real coefficients", |orbits| {
                let all = orbits.orbits.iter_mut().flat_map(|orbit| &mut orbit.coefficients);
                all.for_each(|coefficient| coefficient.0 = Rational::new());
            }),
            ("equal orbits", |orbits| {
                let first = orbits.orbits[0].coefficients.clone();
                orbits.orbits.iter_mut().for_each(|orbit| orbit.coefficients.clone_from(&first));
            }),
        ],
    );
}
