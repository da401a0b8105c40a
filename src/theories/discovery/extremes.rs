//! The law at extreme points: it does not need what the draws happen to be.

use super::frozen_ansatz::{CLAIM, LAW};
use crate::instances::extremes::{attack, large, scale, shrink};
use crate::scalar::Rational;

#[test]
fn a_frozen_ansatz_costs_the_same_at_every_scale() {
    attack(
        &CLAIM,
        &LAW,
        &[
            ("as drawn", |_| ()),
            ("ansatz times 2^16", |design| scale(design.ansatz.as_mut_slice())),
            ("correction times 2^-16", |design| shrink(design.correction.as_mut_slice())),
            ("labels times 2^16", |design| scale(design.labels.as_mut_slice())),
            ("equal labels", |design| design.labels.fill(Rational::from(3))),
            ("a correction that is almost a term of the ansatz", |design| {
                let term = design.ansatz.column(0).clone_owned();
                let mut first = design.correction.column_mut(0);
                first.iter_mut().zip(&term).for_each(|(entry, term)| *entry = entry.clone() / large() + term);
            }),
        ],
    );
}
