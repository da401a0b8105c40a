//! The laws at extreme points: none of them needs what the draws happen to be.

use super::{edge_weights, near_equal, von_neumann};
use crate::instances::extremes::{attack, large, scale, shrink};
use crate::scalar::Rational;

#[test]
fn the_covariance_is_the_rate_at_every_scale() {
    attack(
        &edge_weights::CLAIM,
        &edge_weights::RATE,
        &[
            ("as drawn", |_| ()),
            ("k times 2^16", |instance| scale(&mut instance.curvatures)),
            ("k times 2^-16", |instance| shrink(&mut instance.curvatures)),
            ("an edge of weight 2^-16", |instance| {
                let last = instance.weights.len() - 1;
                let kept = Rational::from(1) - large().recip();
                let rest = Rational::from(1) - instance.weights[last].clone();
                instance.weights.iter_mut().for_each(|weight| *weight *= Rational::from(&kept / &rest));
                instance.weights[last] = large().recip();
            }),
        ],
    );
}

#[test]
fn near_equal_weights_the_sign_is_known_at_every_scale() {
    attack(
        &von_neumann::CLAIM,
        &near_equal::NearEqual,
        &[
            ("as drawn", |_| ()),
            ("logarithms times 2^16", |direction| scale(&mut direction.logarithms)),
            ("G'(1) = 2^16", |direction| direction.slope = large()),
            ("one edge alone", |direction| direction.logarithms[1..].fill(Rational::new())),
        ],
    );
}

#[test]
fn triangles_rise_at_every_scale() {
    attack(
        &von_neumann::CLAIM,
        &von_neumann::Triangle,
        &[
            ("as drawn", |_| ()),
            ("weights times 2^32", |instance| scale(&mut instance.roots)),
            ("weights times 2^-32", |instance| shrink(&mut instance.roots)),
            ("steep G", |instance| instance.growth.0 = large()),
        ],
    );
}
