//! The laws at extreme points: none of them needs what the draws happen to be.

use super::policy::normalised;
use super::{collapse, on_policy_mean, one_token, second_order};
use crate::instances::extremes::{attack, large, scale};
use crate::scalar::Rational;

fn spread(p: &mut Vec<Rational>) {
    p[0] *= large();
    *p = normalised(p.clone());
}

fn uniform(p: &mut [Rational]) {
    let chance = Rational::from((1, p.len() as i64));
    p.fill(chance);
}

#[test]
fn one_token_is_known_at_every_scale() {
    attack(
        &one_token::CLAIM,
        &one_token::LAW,
        &[
            ("as drawn", |_| ()),
            ("uniform", |step| uniform(&mut step.policy.p)),
            ("nearly certain", |step| spread(&mut step.policy.p)),
            ("nearly excluded", |step| {
                step.policy.p[0] /= large();
                step.policy.p = normalised(step.policy.p.clone());
            }),
            ("eps large", |step| step.factor = large()),
            ("eps = 0", |step| step.factor = Rational::from(1)),
        ],
    );
}

#[test]
fn two_orders_are_known_at_every_scale() {
    attack(
        &second_order::CLAIM,
        &second_order::LAW,
        &[
            ("as drawn", |_| ()),
            ("uniform", |policy| uniform(&mut policy.p)),
            ("nearly certain", |policy| spread(&mut policy.p)),
            ("v constant", |policy| policy.v.fill(Rational::from((3, 2)))),
            ("v times 2^16", |policy| scale(&mut policy.v)),
        ],
    );
}

#[test]
fn means_and_their_split_are_known_at_every_scale() {
    attack(
        &on_policy_mean::CLAIM,
        &on_policy_mean::LAW,
        &[
            ("as drawn", |_| ()),
            ("uniform", |policy| uniform(&mut policy.p)),
            ("nearly certain", |policy| spread(&mut policy.p)),
            ("q near 1", |policy| policy.v[0] = Rational::from(1) - large().recip()),
            ("q near 0", |policy| policy.v[0] = large().recip()),
        ],
    );
    attack(
        &collapse::CLAIM,
        &collapse::Split,
        &[
            ("as drawn", |_| ()),
            ("uniform", |policy| uniform(&mut policy.p)),
            ("nearly certain", |policy| spread(&mut policy.p)),
            ("A times 2^16", |policy| scale(&mut policy.v)),
            ("one advantage far above", |policy| policy.v[0] += large()),
            ("nearly excluded", |policy| {
                policy.p[0] /= large();
                policy.p = normalised(policy.p.clone());
            }),
            ("A constant", |policy| policy.v.fill(Rational::from((3, 2)))),
        ],
    );
}
