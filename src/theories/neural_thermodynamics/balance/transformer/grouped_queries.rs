//! `balance/grouped-queries`: the query heads of a group are in balance with the keys and values that they share.
//!
//! ```text
//! E|g_K|^2 - sum_h E|g_{Q_h}|^2 = (4 gamma / eta) (|K|^2 - sum_h |Q_h|^2)
//! E|g_V|^2 - sum_h E|g_{O_h}|^2 = (4 gamma / eta) (|V|^2 - sum_h |O_h|^2)   where grad F = 0
//! ```
//!
//! `eta` is the learning rate, `gamma` the weight decay. Source: [`PAPER`].

use super::super::PAPER;
use super::attention::{AttentionLaw, Heads, Of};
use crate::verify::routes::Transcendental;
use crate::verify::{Claim, all, control};

pub(in super::super) const LAW: AttentionLaw = AttentionLaw::of(Of::Groups);

/// `balance/grouped-queries`
pub static CLAIM: Claim = Claim {
    id: "balance/grouped-queries",
    title: "balance of grouped queries",
    statement: "for every group: E|g_K|^2 - sum_h E|g_{Q_h}|^2 = (4 gamma / eta) (|K|^2 - sum_h |Q_h|^2) and E|g_V|^2 - sum_h E|g_{O_h}|^2 = \
        (4 gamma / eta) (|V|^2 - sum_h |O_h|^2) where grad F = 0",
    hypotheses: &[
        "h runs over the query heads that share the group's keys and values; biases of keys, queries and values belong to their matrices",
        "rotary positions or not; Lambda = eta I",
        "checked off-shell, with the further term -(2/eta) (A theta)^T grad F",
    ],
    references: &[PAPER],
    builds_on: &["balance/attention-keys", "balance/attention-values", "balance/rotary"],
    law: &[all(&Transcendental(LAW))],
    controls: &[
        control(
            "one-head",
            "the first head of a group alone against its keys and values",
            &Transcendental(AttentionLaw { heads: Heads::First, ..LAW }),
        ),
        control(
            "other-group",
            "the heads of the other group",
            &Transcendental(AttentionLaw { heads: Heads::OtherGroup, ..LAW }),
        ),
        control(
            "not-stationary",
            "the law itself at a random point",
            &Transcendental(AttentionLaw { stationary: true, ..LAW }),
        ),
    ],
};
