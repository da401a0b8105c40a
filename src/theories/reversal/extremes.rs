//! The laws at extreme points: none of them needs what the draws happen to be.

use super::field::Instance;
use super::{flow, parity, solver_only};
use crate::exact::Polynomial;
use crate::instances::extremes::{Change, attack, large, scale, shrink};
use crate::scalar::Rational;

const CHANGES: &[Change<Instance>] = &[
    ("as drawn", |_| ()),
    ("x times 2^16", |instance| scale(&mut instance.point)),
    ("x times 2^-16", |instance| shrink(&mut instance.point)),
    ("f times 2^16", |instance| instance.field.iter_mut().for_each(|entry| *entry = entry.scaled(&large()))),
    ("R diagonal", |instance| instance.shear = Rational::new()),
    ("R far from a symmetric one", |instance| instance.shear = large()),
    ("no field", |instance| instance.field = [Polynomial::default(), Polynomial::default()]),
    ("a point that the reflection reverses", |instance| {
        instance.point[0] = Rational::from(&instance.shear * &instance.point[1])
    }),
];

#[test]
fn a_reversible_flow_comes_back_at_every_scale() {
    attack(&flow::CLAIM, &flow::REVERSIBLE, CHANGES);
    attack(&flow::CLAIM, &flow::FIRST_ORDER, &CHANGES[..6]);
}

#[test]
fn a_solver_shows_its_odd_orders_at_every_scale() {
    attack(&parity::CLAIM, &parity::LAW, CHANGES);
}

#[test]
fn the_way_back_along_minus_f_forgets_the_field_at_every_scale() {
    attack(&solver_only::CLAIM, &solver_only::LAW, CHANGES);
}
