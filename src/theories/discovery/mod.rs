//! Discovery of formulas: what is lost where a correction is fitted to the residual of an ansatz that is not fitted again.

#[cfg(test)]
mod extremes;
mod frozen_ansatz;
mod two_stages;

use crate::theories::THEOREMS;
use crate::verify::{Lemmas, Theory};

/// The theory of formulas that are found in stages.
pub static THEORY: Theory = Theory {
    name: "discovery",
    title: "Discovery of formulas: the price of a frozen ansatz",
    references: &[STAGES, FRISCH_WAUGH],
    proofs: &[("discovery", include_str!("../../../proofs/discovery.md"))],
    lemmas: Lemmas { list: THEOREMS, statements: &[] },
    claims: &[&[&frozen_ansatz::CLAIM]],
    file: None,
};

/// Formulas that are read off, and then corrected on what they leave.
const STAGES: &str = "Liu et al., arXiv:2508.17380";
/// Regression in stages.
const FRISCH_WAUGH: &str =
    "Frisch, Waugh, Partial time regressions as compared with individual trends, Econometrica 1 (1933) 387-401";
