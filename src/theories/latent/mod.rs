//! Latent variables: what ranks of joint tables tell of the causes behind them, and what they do not.

#[cfg(test)]
mod extremes;
mod quartet;
mod rank_below_states;
mod rectangle_cover;
mod separated_table;
mod separator_rank;
mod tables;
mod three_views;

use crate::theories::THEOREMS;
use crate::verify::{Claim, Lemmas, Theory};

/// The theory of latent variables and ranks.
pub static THEORY: Theory = Theory {
    name: "latent",
    title: "Latent variables: what ranks of joint tables tell of hidden causes",
    references: &[HIERARCHY, ALLMAN, COHEN_ROTHBLUM],
    proofs: &[("latent", include_str!("../../../proofs/latent.md"))],
    lemmas: Lemmas { list: THEOREMS, statements: &[] },
    claims: &[CLAIMS],
    file: None,
};

const CLAIMS: &[&Claim] = &[&separator_rank::CLAIM, &quartet::CLAIM, &rank_below_states::CLAIM, &three_views::CLAIM];

/// Latent hierarchies as what networks learn.
const HIERARCHY: &str = "Kong et al., Learning Discrete Concepts in Latent Hierarchical Models, arXiv:2406.00519";
/// Three views, and trees.
const ALLMAN: &str = "Allman, Matias, Rhodes, Identifiability of parameters in latent structure models with many observed variables, Annals of Statistics 37 (2009) 3099-3132";
/// Rank and nonnegative rank, and the circulant.
const COHEN_ROTHBLUM: &str = "Cohen, Rothblum, Nonnegative ranks, decompositions, and factorizations of nonnegative matrices, Linear Algebra and its Applications 190 (1993) 149-168";
