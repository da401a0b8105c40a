//! Observational entropy: what a coarse measurement does not see of a state, how much of it random evolution leaves, and time averages.

mod coarse_graining;
mod evolving;
#[cfg(test)]
mod extremes;
mod haar_deficit;
mod mean_observational_entropy;
mod measurement;
mod relative_entropy;
mod time_average;

use crate::theories::THEOREMS;
use crate::verify::{Claim, Lemmas, Theory};

/// The theory of observational entropy.
pub static THEORY: Theory = Theory {
    name: "entropy",
    title: "Observational entropy of coarse measurements, and averages over unitaries and time",
    references: &[NAGASAWA, SAFRANEK, PAGE],
    proofs: &[("entropy", include_str!("../../../proofs/entropy.md"))],
    lemmas: Lemmas { list: THEOREMS, statements: &[] },
    claims: &[CLAIMS],
    file: None,
};

const CLAIMS: &[&Claim] =
    &[&coarse_graining::CLAIM, &haar_deficit::CLAIM, &mean_observational_entropy::CLAIM, &time_average::CLAIM];

/// For the increase of observational entropy.
const NAGASAWA: &str = "Nagasawa, Kato, Wakakuwa, Buscemi, On the generic increase of observational entropy in isolated systems, arXiv:2404.11985";
/// For observational entropy.
const SAFRANEK: &str =
    "Safranek, Deutsch, Aguirre, Quantum coarse-grained entropy and thermodynamics, Phys. Rev. A 99, 010101 (2019)";
/// For means of entropies by harmonic numbers.
const PAGE: &str = "Page, Average entropy of a subsystem, Phys. Rev. Lett. 71, 1291 (1993)";
