//! Symbolic structure: quadratic units that learn to add in a finite group, and the algebra of their potentials.

mod decoupled_flow;
#[cfg(test)]
mod extremes;
mod loss_decomposition;
mod network;
mod orbits;
mod ring_homomorphism;
mod six_units;

use crate::theories::THEOREMS;
use crate::verify::{Claim, Lemmas, Theory};

/// The theory of quadratic units on groups.
pub static THEORY: Theory = Theory {
    name: "algebra",
    title: "Symbolic structure: quadratic units that learn to add in a group",
    references: &[COMPOSING, SYMBOLIC],
    proofs: &[("algebra", include_str!("../../../proofs/algebra.md"))],
    lemmas: Lemmas { list: THEOREMS, statements: &[] },
    claims: &[CLAIMS],
    file: None,
};

const CLAIMS: &[&Claim] =
    &[&loss_decomposition::CLAIM, &ring_homomorphism::CLAIM, &six_units::CLAIM, &decoupled_flow::CLAIM];

/// Global optima composed by sums and products.
const COMPOSING: &str =
    "Tian, Composing Global Optimizers to Reasoning Tasks via Algebraic Objects in Neural Nets, arXiv:2410.01779";
/// Measures of units, and their flow.
const SYMBOLIC: &str =
    "Wang, Wang, Why Neural Network Can Discover Symbolic Structures with Gradient-based Training, arXiv:2506.21797";
