//! The laws at extreme points: none of them needs what the draws happen to be.

use super::{diagonal_ratio, envelope_moments, local_not_flat};
use crate::instances::extremes::{attack, large, scale, shrink};
use crate::scalar::Rational;

#[test]
fn entries_in_a_random_basis_vary_alike_at_every_scale() {
    attack(
        &diagonal_ratio::CLAIM,
        &diagonal_ratio::ORTHOGONAL,
        &[
            ("as drawn", |_| ()),
            ("times 2^16", |a| a.0.iter_mut().flatten().for_each(|entry| *entry <<= 16)),
            ("one entry large", |a| a.0[3][3] = 1 << 16),
            ("trace 0", |a| a.0[0][0] = -(a.0[1][1] + a.0[2][2] + a.0[3][3])),
        ],
    );
    attack(
        &diagonal_ratio::CLAIM,
        &diagonal_ratio::Unitary,
        &[
            ("as drawn", |_| ()),
            ("times 2^16", |a| scale(&mut a.0.coefficients)),
            ("times 2^-16", |a| shrink(&mut a.0.coefficients)),
            ("trace large", |a| a.0.coefficients[0] = large()),
        ],
    );
}

#[test]
fn moments_are_norms_of_commutators_at_every_scale() {
    attack(
        &envelope_moments::CLAIM,
        &envelope_moments::LAW,
        &[
            ("as drawn", |_| ()),
            ("energies times 2^16", |instance| scale(&mut instance.energies)),
            ("energies times 2^-16", |instance| shrink(&mut instance.energies)),
            ("one energy far away", |instance| instance.energies[0] = large()),
            ("two energies equal", |instance| instance.energies[1] = instance.energies[0].clone()),
        ],
    );
    attack(
        &envelope_moments::CLAIM,
        &envelope_moments::LOCALITY,
        &[
            ("as drawn", |_| ()),
            ("bonds times 2^16", |chain| scale(&mut chain.bonds)),
            ("fields times 2^16", |chain| scale(&mut chain.transverse)),
            ("no longitudinal field", |chain| chain.longitudinal.fill(Rational::new())),
        ],
    );
}

#[test]
fn local_observables_keep_their_width_at_every_scale() {
    attack(
        &local_not_flat::CLAIM,
        &local_not_flat::LAW,
        &[
            ("as drawn", |_| ()),
            ("bonds times 2^16", |chain| scale(&mut chain.bonds)),
            ("fields times 2^16", |chain| scale(&mut chain.transverse)),
            ("no bonds", |chain| chain.bonds.fill(Rational::new())),
        ],
    );
    attack(
        &local_not_flat::CLAIM,
        &local_not_flat::AnyHamiltonian,
        &[
            ("as drawn", |_| ()),
            ("H times 2^16", |pair| scale(&mut pair.hamiltonian.coefficients)),
            ("one string large", |pair| pair.hamiltonian.coefficients[1] = large()),
        ],
    );
}
