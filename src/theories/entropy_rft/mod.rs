//! The entropy of a softmax policy under fine-tuning by rewards.
//!
//! The policy is `p_i = e^{z_i}/sum_j e^{z_j}`, its entropy `H = -sum_i p_i ln p_i`, a step `z -> z + eps v`; `S_k = p_k (H + ln p_k)`. For rational `p` entropies
//! are rational combinations of logarithms of rationals, so that what is said of them is decided exactly.

mod collapse;
#[cfg(test)]
mod extremes;
mod on_policy_mean;
mod one_token;
mod policy;
mod second_order;

use crate::theories::THEOREMS;
use crate::verify::{Lemmas, Theory};

/// The theory of entropy under fine-tuning by rewards.
pub static THEORY: Theory = Theory {
    name: "entropy-rft",
    title: "Entropy of a policy under fine-tuning by rewards",
    references: &[ENTROPY],
    proofs: &[("entropy-rft", include_str!("../../../proofs/entropy-rft.md"))],
    lemmas: Lemmas { list: THEOREMS, statements: &[] },
    claims: &[&[&one_token::CLAIM, &second_order::CLAIM, &on_policy_mean::CLAIM, &collapse::CLAIM]],
    file: None,
};

/// Entropy dynamics of fine-tuning.
const ENTROPY: &str = "On the Entropy Dynamics in Reinforcement Fine-Tuning of Large Language Models, arXiv:2602.03392";
