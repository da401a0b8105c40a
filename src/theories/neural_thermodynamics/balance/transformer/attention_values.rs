//! `balance/attention-values`: attention's values and outputs are in balance.
//!
//! ```text
//! E[g_W g_W^T] - E[g_U^T g_U] = (4 gamma / eta) (W W^T - U^T U)   where grad F = 0
//! W: the value rows of a group, U: the output columns of its heads
//! ```
//!
//! `eta` is the learning rate, `gamma` the weight decay. Source: [`PAPER`].

use super::super::PAPER;
use super::attention::{AttentionLaw, Heads, Of};
use crate::verify::routes::Transcendental;
use crate::verify::{Claim, all, control};

pub(in super::super) const LAW: AttentionLaw = AttentionLaw::of(Of::Values);

/// `balance/attention-values`
pub static CLAIM: Claim = Claim {
    id: "balance/attention-values",
    title: "balance of attention's values and outputs",
    statement: "with W the value rows of a group and U the output columns of its heads: E[g_W g_W^T] - E[g_U^T g_U] = (4 gamma / eta) (W W^T - U^T U) where grad F = 0",
    hypotheses: &[
        "U has the columns of all heads of the group, one head upon the other; with biases, W has that of the values as a further column",
        "rotary positions or not, causal or not; Lambda = eta I",
        "checked off-shell, with the further term -(2/eta) ((grad_W F) W^T - U^T grad_U F)",
    ],
    references: &[PAPER],
    builds_on: &["balance/matrix"],
    law: &[all(&Transcendental(LAW))],
    controls: &[
        control(
            "keys",
            "the key rows in place of the value rows",
            &Transcendental(AttentionLaw { keys_for_values: true, ..LAW }),
        ),
        control(
            "one-head",
            "the output columns of the first head only, where a group has two",
            &Transcendental(AttentionLaw { heads: Heads::First, ..LAW }),
        ),
        control(
            "not-stationary",
            "the law itself at a random point",
            &Transcendental(AttentionLaw { stationary: true, ..LAW }),
        ),
    ],
};
