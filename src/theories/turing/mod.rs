//! Turing's instability of players on a graph: which adversaries make patterns, and which cannot.
//!
//! A state in `R^k` at each node of a graph with the Laplacian `L`; at a homogeneous state the dynamics has the linear part `1 (x) A - L (x) D`.

mod blocks;
#[cfg(test)]
mod extremes;
mod game;
mod graph;
mod no_go;
mod reaction_diffusion;
mod zero_sum;

use crate::theories::THEOREMS;
use crate::verify::{Claim, Lemmas, Theory};

/// The theory of Turing's instability in games on graphs.
pub static THEORY: Theory = Theory {
    name: "turing",
    title: "Turing's instability of players on a graph",
    references: &[ADVERSARIAL, TURING, HORN_JOHNSON],
    proofs: &[("turing", include_str!("../../../proofs/turing.md"))],
    lemmas: Lemmas { list: THEOREMS, statements: &[] },
    claims: &[CLAIMS],
    file: None,
};

const CLAIMS: &[&Claim] = &[&blocks::CLAIM, &no_go::CLAIM, &zero_sum::CLAIM];

/// Patterns from adversarial interaction.
const ADVERSARIAL: &str = "Rout, Why Adversarial Interaction Creates Non-Homogeneous Patterns: A Pseudo-Reaction-Diffusion Model for Turing Instability, arXiv:2010.00521";
/// Where the instability is from.
const TURING: &str = "Turing, The Chemical Basis of Morphogenesis, Phil. Trans. R. Soc. B 237 (1952) 37";
/// Lyapunov's theorem and Routh's criterion.
const HORN_JOHNSON: &str = "Horn, Johnson, Topics in Matrix Analysis, Cambridge 1991, chapter 2";
