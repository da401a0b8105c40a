//! The laws at extreme points: none of them needs what the draws happen to be.

use super::{blocks, no_go, zero_sum};
use crate::instances::extremes::{attack, large, scale, shrink};
use crate::scalar::Rational;

#[test]
fn a_graph_is_its_blocks_at_every_scale() {
    attack(
        &blocks::CLAIM,
        &blocks::BLOCKS,
        &[
            ("as drawn", |_| ()),
            ("A times 2^16", |instance| scale(instance.reaction.as_mut_slice())),
            ("D times 2^-16", |instance| shrink(instance.diffusion.as_mut_slice())),
            ("L times 2^16", |instance| scale(instance.laplacian.as_mut_slice())),
            ("D = 0", |instance| instance.diffusion.fill(Rational::new())),
            ("A of rank one", |instance| instance.reaction.fill(Rational::from(1))),
        ],
    );
    attack(
        &blocks::CLAIM,
        &blocks::SIGNS,
        &[
            ("as drawn", |_| ()),
            ("A times 2^16", |instance| scale(instance.reaction.as_mut_slice())),
            ("D times 2^-16", |instance| shrink(instance.diffusion.as_mut_slice())),
            ("D = 0", |instance| instance.diffusion.fill(Rational::new())),
        ],
    );
}

#[test]
fn no_graph_is_unstable_at_every_scale() {
    attack(
        &no_go::CLAIM,
        &no_go::LAW,
        &[
            ("as drawn", |_| ()),
            ("A times 2^16", |instance| scale(instance.system.reaction.as_mut_slice())),
            ("D times 2^16", |instance| scale(instance.system.diffusion.as_mut_slice())),
            ("L times 2^-16", |instance| shrink(instance.system.laplacian.as_mut_slice())),
            ("Lam = 2^16", |instance| instance.number = large()),
            ("Lam = 0", |instance| instance.number = Rational::new()),
        ],
    );
}

#[test]
fn a_game_has_its_threshold_at_every_scale() {
    attack(
        &zero_sum::CLAIM,
        &zero_sum::HOMOGENEOUS,
        &[
            ("as drawn", |_| ()),
            ("p times 2^-16", |game| game.p /= large()),
            ("b times 2^16", |game| game.b *= large()),
            ("c times 2^16", |game| game.c *= large()),
        ],
    );
    attack(
        &zero_sum::CLAIM,
        &zero_sum::THRESHOLD,
        &[
            ("as drawn", |_| ()),
            ("just above", |game| game.part = Rational::from(1) + large().recip()),
            ("just below", |game| game.part = Rational::from(1) - large().recip()),
            ("far above", |game| game.part = large()),
            ("far below", |game| game.part = large().recip()),
            ("d_u = 2^16", |game| game.d_u = large()),
            ("-b", |game| game.game.b *= -1),
        ],
    );
}
