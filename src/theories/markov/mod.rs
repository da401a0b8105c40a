//! Finite Markov chains: detailed balance, relative entropy, and the decay of variance. Nothing here is a network.

mod chain;
mod detailed_balance;
mod relative_entropy;
mod spectral_gap;
mod stationary_mean;

use crate::theories::THEOREMS;
use crate::verify::{Claim, Lemmas, Theory};

/// The theory of finite Markov chains.
pub static THEORY: Theory = Theory {
    name: "markov",
    title: "Finite Markov chains: detailed balance, relative entropy, the spectral gap",
    references: &[KELLY, LEVIN_PERES],
    proofs: &[("markov", include_str!("../../../proofs/markov.md"))],
    lemmas: Lemmas {
        list: THEOREMS,
        statements: &[("proofs/coq/statements/markov.v", include_str!("../../../proofs/coq/statements/markov.v"))],
    },
    claims: &[CLAIMS],
    file: None,
};

const CLAIMS: &[&Claim] =
    &[&detailed_balance::CLAIM, &stationary_mean::CLAIM, &relative_entropy::CLAIM, &spectral_gap::CLAIM];

/// For Kolmogorov's criterion.
const KELLY: &str = "Kelly, Reversibility and Stochastic Networks, Wiley 1979, section 1.5";
/// For entropy and the spectral gap.
const LEVIN_PERES: &str = "Levin, Peres, Markov Chains and Mixing Times, 2nd edition, AMS 2017, chapter 12";
