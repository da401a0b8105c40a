//! `balance/attention-keys`: attention's keys and queries are in balance.
//!
//! ```text
//! E[g_W g_W^T] - E[g_U^T g_U] = (4 gamma / eta) (W W^T - U^T U)   where grad F = 0
//! W: the key rows of a group, U^T: the query rows of its heads
//! ```
//!
//! `eta` is the learning rate, `gamma` the weight decay. Source: [`PAPER`].

use super::super::PAPER;
use super::attention::{AttentionLaw, Heads, Of};
use crate::verify::routes::Transcendental;
use crate::verify::{Claim, all, control};

pub(in super::super) const LAW: AttentionLaw = AttentionLaw::of(Of::Keys);

/// `balance/attention-keys`
pub static CLAIM: Claim = Claim {
    id: "balance/attention-keys",
    title: "balance of attention's keys and queries",
    statement: "with W the key rows of a group and U^T the query rows of its heads: E[g_W g_W^T] - E[g_U^T g_U] = (4 gamma / eta) (W W^T - U^T U) where grad F = 0",
    hypotheses: &[
        "without rotary positions; U^T has the rows of all heads of the group, one head beside the other; biases are further columns",
        "Lambda = eta I",
        "checked off-shell, with the further term -(2/eta) ((grad_W F) W^T - U^T grad_U F)",
    ],
    references: &[PAPER],
    builds_on: &["balance/matrix"],
    law: &[all(&Transcendental(LAW))],
    controls: &[
        control(
            "rotary-positions",
            "positions that turn keys and queries",
            &Transcendental(AttentionLaw { rotary: true, ..LAW }),
        ),
        control(
            "one-head",
            "the query rows of the first head only, where a group has two",
            &Transcendental(AttentionLaw { heads: Heads::First, ..LAW }),
        ),
        control(
            "not-stationary",
            "the law itself at a random point",
            &Transcendental(AttentionLaw { stationary: true, ..LAW }),
        ),
    ],
};
