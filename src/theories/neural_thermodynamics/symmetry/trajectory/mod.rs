//! `symmetry/trajectory`: paths of descent from points that a symmetry relates are related by it.
//!
//! ```text
//! theta_t(K theta_0) = K theta_t(theta_0) for every t,   so   K theta_0 = theta_0   implies   K theta_t = theta_t
//! ```
//!
//! `K` is orthogonal, commutes with the learning rates and leaves the loss of every sample as it is; the samples come in the same order. Source:
//! [`PAPER`]; of Adam: [`ADAM`].
//!
//! | file | part of the law |
//! |---|---|
//! | `short.rs` | SGD and the heavy ball, a few steps: in the rationals wherever the network is rational |
//! | `adam.rs` | Adam, a few steps: intervals and a ladder of precisions |
//! | `fixed_set.rs` | all three over a thousand steps on a fixed-point set: likewise |
//! | `merged.rs` | networks with equal and dead neurons, and the smaller network that each of them amounts to |
//! | `optimisers.rs` | the steps of all three |

mod adam;
mod fixed_set;
mod merged;
mod optimisers;
mod short;

use super::PAPER;
use crate::verify::routes::{Ladder, Transcendental};
use crate::verify::{Claim, Part, control};

/// Adam, for the references.
const ADAM: &str = "Kingma, Ba, Adam: A Method for Stochastic Optimization, arXiv:1412.6980";

/// `symmetry/trajectory`
pub static CLAIM: Claim = Claim {
    id: "symmetry/trajectory",
    title: "symmetric paths",
    statement: "theta_t(K theta_0) = K theta_t(theta_0) for every t; so K theta_0 = theta_0 implies K theta_t = theta_t: equal neurons stay equal, a neuron that a sign flip fixes stays zero, and theta_t is the path of the network in which equal neurons are one",
    hypotheses: &[
        "K is orthogonal, commutes with Lambda, and is a symmetry of the per-sample loss: permutations of neurons, sign flips (odd activations), rotations (linear layers)",
        "the same samples in the same order",
        "SGD with weight decay, theta' = theta - Lambda (g + 2 gamma theta), or heavy ball, m' = beta m + g + 2 gamma theta, theta' = theta - Lambda m', m_0 = 0",
        "or Adam with bias correction, epsilon > 0 and weight decay in the gradient; K is then a signed permutation, and the state is carried along: m_0 -> K m_0, v_0 -> |K| v_0",
        "for the network in which n equal neurons are one: Lambda = eta I, and n eta for the sum over the n",
        "no point of the path is on a kink, and no vector that is normalised is 0",
    ],
    references: &[PAPER, ADAM],
    builds_on: &["symmetry/gradient-transform"],
    law: &[
        Part { check: &Ladder(short::LAW), number: of_short },
        Part { check: &Transcendental(adam::LAW), number: of_adam },
        Part { check: &Transcendental(fixed_set::LAW), number: of_fixed_set },
    ],
    controls: &[
        control("other-order", "the samples in another order", &Ladder(short::OTHER_ORDER)),
        control(
            "not-orthogonal",
            "a symmetry that is not orthogonal: rescaling of a neuron",
            &Ladder(short::NOT_ORTHOGONAL),
        ),
        control("not-commuting", "permutation of neurons with different learning rates", &Ladder(short::NOT_COMMUTING)),
        control("not-fixed", "a path that does not start where K theta = theta", &Ladder(short::NOT_FIXED)),
        control(
            "adam-rotation",
            "Adam with a rotation by the sides 3, 4, 5, epsilon far below |g|",
            &Transcendental(adam::ROTATED),
        ),
        control(
            "adam-state",
            "Adam resumed from K theta_0 with the moments that belong to theta_0",
            &Transcendental(adam::STATE_LEFT),
        ),
        control(
            "noise",
            "noise of its own on every parameter, from a start on the fixed-point set",
            &Transcendental(fixed_set::KICKED),
        ),
        control(
            "merged-rate",
            "merged neurons with the learning rate of a single one",
            &Transcendental(fixed_set::SINGLE_RATE),
        ),
    ],
};

/// Of every sixteen instances twelve are short paths, in whole families of two points, so that their bounds multiply.
fn of_short(index: u64) -> Option<u64> {
    let round = index / 16 * 12;
    match index % 16 {
        place @ 0..6 => Some(round + place),
        place @ 8..14 => Some(round + place - 2),
        _ => None,
    }
}

/// Three are paths of Adam.
fn of_adam(index: u64) -> Option<u64> {
    let round = index / 16 * 3;
    match index % 16 {
        6 => Some(round),
        place @ 14.. => Some(round + place - 13),
        _ => None,
    }
}

/// One is a long path.
fn of_fixed_set(index: u64) -> Option<u64> {
    (index % 16 == 7).then_some(index / 16)
}
