//! Envelopes of matrix elements: what of an observable's entries in the basis of energies is algebra, and what would be chaos.

mod diagonal_ratio;
mod envelope_moments;
#[cfg(test)]
mod extremes;
mod local_not_flat;
mod strings;
mod weyl_averages;

use crate::theories::THEOREMS;
use crate::verify::{Claim, Lemmas, Theory};

/// The theory of envelopes.
pub static THEORY: Theory = Theory {
    name: "eth",
    title: "Matrix elements in the basis of energies: their ratio, their envelope, and locality",
    references: &[ENVELOPES, SREDNICKI],
    proofs: &[("eth", include_str!("../../../proofs/eth.md"))],
    lemmas: Lemmas { list: THEOREMS, statements: &[] },
    claims: &[CLAIMS],
    file: None,
};

const CLAIMS: &[&Claim] = &[&diagonal_ratio::CLAIM, &envelope_moments::CLAIM, &local_not_flat::CLAIM];

/// The numerical study whose contrast is proved here.
const ENVELOPES: &str = "Wang, Wang, Wang, arXiv:2502.16885";
/// For the form of matrix elements.
const SREDNICKI: &str =
    "Srednicki, The approach to thermal equilibrium in quantized chaotic systems, J. Phys. A 32, 1163 (1999)";
