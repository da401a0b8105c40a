//! The laws at extreme points: none of them needs what the draws happen to be.

use super::{htmp_atom, htmp_law, loop_equations};
use crate::instances::extremes::{attack, large};
use crate::scalar::Rational;

#[test]
fn moments_of_levels_obey_their_equations_at_every_strength() {
    attack(
        &loop_equations::CLAIM,
        &loop_equations::LAW,
        &[
            ("as drawn", |_| ()),
            ("a times 2^16", |levels| levels.a = (levels.a.clone() + 2) * large()),
            ("a just above -1", |levels| levels.a = large().recip() - 1),
            ("strong repulsion", |levels| levels.beta = large() + Rational::from((1, 2))),
            ("faint repulsion", |levels| levels.beta = large().recip()),
        ],
    );
}

#[test]
fn the_limit_law_has_its_moments_at_every_strength() {
    attack(
        &htmp_law::CLAIM,
        &htmp_law::LAW,
        &[
            ("as drawn", |_| ()),
            ("a = 2^16", |law| law.a = large()),
            ("a just above -1", |law| law.a = large().recip() - 1),
            ("c times 2^16", |law| law.c *= large()),
            ("c times 2^-16", |law| law.c /= large()),
            ("five levels", |law| law.levels = 5),
        ],
    );
}

#[test]
fn the_atom_is_there_at_every_strength() {
    attack(
        &htmp_atom::CLAIM,
        &htmp_atom::LAW,
        &[
            ("as drawn", |_| ()),
            ("almost all mass in it", |law| law.a = large().recip() - 1 - law.c.clone()),
            ("almost none", |law| law.a = -large().recip() - 1),
            ("c times 2^16", |law| law.c *= large()),
        ],
    );
}
