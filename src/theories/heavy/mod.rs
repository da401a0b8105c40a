//! Heavy tails: levels that repel each other, at finite temperature, and the tails of their inverses.

mod ensemble;
#[cfg(test)]
mod extremes;
mod hierarchy;
mod htmp_atom;
mod htmp_law;
mod inverse_tail;
mod limit;
mod loop_equations;

use crate::theories::THEOREMS;
use crate::verify::{Claim, Lemmas, Theory};

/// The theory of the spectra of beta ensembles at high temperature.
pub static THEORY: Theory = Theory {
    name: "heavy",
    title: "Heavy tails: beta ensembles at high temperature and their inverses",
    references: &[HODGKINSON, DUMITRIU_EDELMAN, ALLEZ],
    proofs: &[("heavy", include_str!("../../../proofs/heavy.md"))],
    lemmas: Lemmas { list: THEOREMS, statements: &[] },
    claims: &[CLAIMS],
    file: None,
};

const CLAIMS: &[&Claim] = &[&loop_equations::CLAIM, &htmp_law::CLAIM, &htmp_atom::CLAIM, &inverse_tail::CLAIM];

/// Spectra of trained networks as high-temperature ensembles.
const HODGKINSON: &str = "Hodgkinson, Wang, Mahoney, Models of Heavy-Tailed Mechanistic Universality, arXiv:2506.03470";
/// The bidiagonal matrix.
const DUMITRIU_EDELMAN: &str =
    "Dumitriu, Edelman, Matrix models for beta ensembles, Journal of Mathematical Physics 43 (2002) 5830-5847";
/// The limit at high temperature.
const ALLEZ: &str = "Allez, Bouchaud, Majumdar, Vivo, Invariant beta-Wishart ensembles, crossover densities and asymptotic corrections to the Marchenko-Pastur law, arXiv:1209.6171";
