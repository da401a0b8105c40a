//! Mirror symmetries: what the points that a reflection leaves fixed do to training, when they attract, and in which order modes leave them.
//!
//! A mirror is `K = 1 - 2 P P^T` with `P^T P = 1`, and its mirror set is `P^T theta = 0`. Two equal neurons, and a dead neuron with an odd
//! activation, are points of mirror sets. No gradient leads out of one; the second derivative across it, noise, and decay decide what happens there.

mod attracting_saddle;
mod critical_decay;
mod dead_neuron;
mod decay_threshold;
mod deep_matrices;
mod deep_mode;
mod deep_scalars;
mod derivative;
mod drawing;
#[cfg(test)]
mod extremes;
mod learning_order;
mod marginal_neuron;
mod mirrored_network;
mod noiseless_escape;
mod noisy_escape;
mod phase_transition;
mod residual_hessian;
mod two_labels;

use crate::theories::THEOREMS;
use crate::verify::{Claim, Lemmas, Theory};

/// The theory of mirror symmetries.
pub static THEORY: Theory = Theory {
    name: "mirror",
    title: "Mirror symmetries: saddles, dead neurons, and the order in which modes are learned",
    references: &[MIRROR, HIERARCHY],
    proofs: &[("mirror", include_str!("../../../proofs/mirror.md"))],
    lemmas: Lemmas {
        list: THEOREMS,
        statements: &[("proofs/coq/statements/mirror.v", include_str!("../../../proofs/coq/statements/mirror.v"))],
    },
    claims: &[CLAIMS],
    file: None,
};

const CLAIMS: &[&Claim] = &[
    &residual_hessian::CLAIM,
    &phase_transition::CLAIM,
    &attracting_saddle::CLAIM,
    &critical_decay::CLAIM,
    &learning_order::CLAIM,
];

/// Mirror symmetries as constraints.
const MIRROR: &str = "Ziyin, Symmetry Induces Structure and Constraint of Learning, arXiv:2309.16932";
/// Symmetry breaking and hierarchies.
const HIERARCHY: &str =
    "Ziyin, Xu, Poggio, Chuang, Parameter Symmetry Potentially Unifies Deep Learning Theory, arXiv:2502.05300";
