//! The laws at extreme points: none of them needs what the draws happen to be.

use super::{critical_damping, energy, exact_scheme, slow_roll_order};
use crate::instances::extremes::{attack, large, scale, shrink};
use crate::scalar::Rational;

#[test]
fn the_difference_equation_holds_at_every_scale() {
    attack(
        &exact_scheme::CLAIM,
        &exact_scheme::LAW,
        &[
            ("as drawn", |_| ()),
            ("th times 2^16", |path| scale(&mut path.now)),
            ("th- times 2^-16", |path| shrink(&mut path.before)),
            ("th = th-", |path| path.before.clone_from(&path.now)),
            ("beta = 0", |path| path.rates.beta = Rational::new()),
            ("beta near 1", |path| path.rates.beta = Rational::from(1) - large().recip()),
            ("eta = 2^16", |path| path.rates.eta = large()),
            ("eta = 2^-16", |path| path.rates.eta = large().recip()),
        ],
    );
}

#[test]
fn the_slow_manifold_is_known_at_every_scale() {
    attack(
        &slow_roll_order::CLAIM,
        &slow_roll_order::LAW,
        &[
            ("as drawn", |_| ()),
            ("point times 2^16", |landscape| scale(&mut landscape.point)),
            ("point 0", |landscape| landscape.point.fill(Rational::new())),
            ("V times 2^16", |landscape| landscape.potential = landscape.potential.scaled(&large())),
            ("beta = 0", |landscape| landscape.rates.beta = Rational::new()),
            ("beta near 1", |landscape| landscape.rates.beta = Rational::from(1) - large().recip()),
        ],
    );
}

#[test]
fn the_energy_lost_is_known_at_every_scale() {
    attack(
        &energy::CLAIM,
        &energy::LAW,
        &[
            ("as drawn", |_| ()),
            ("th times 2^16", |bowl| scale(&mut bowl.now)),
            ("th = th-", |bowl| bowl.before.clone_from(&bowl.now)),
            ("equal curvatures", |bowl| bowl.curvatures.fill(Rational::from((3, 2)))),
            ("curvatures times 2^-16", |bowl| shrink(&mut bowl.curvatures)),
            ("eta times 2^16", |bowl| bowl.rates.eta *= large()),
            ("beta = 0", |bowl| bowl.rates.beta = Rational::new()),
        ],
    );
}

#[test]
fn the_thresholds_are_known_at_every_momentum() {
    attack(
        &critical_damping::CLAIM,
        &critical_damping::LAW,
        &[
            ("as drawn", |_| ()),
            ("beta = 0", |mode| mode.root = Rational::new()),
            ("beta near 1", |mode| mode.root = Rational::from(1) - large().recip()),
            ("eta mu = 2^-16", |mode| mode.pull = large().recip()),
            ("eta mu = 2^16", |mode| mode.pull = large()),
            ("just inside the window", |mode| mode.pull = mode.window()[0].clone() + large().recip().square()),
            ("th- = 0", |mode| mode.before = Rational::new()),
            ("th times 2^16", |mode| mode.now *= large()),
        ],
    );
}
