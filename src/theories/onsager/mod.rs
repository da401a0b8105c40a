//! Dissipative dynamics with noise in Onsager's form: which potential it has, what of it can be identified, how irreversible it is.
//!
//! `dX = b dt + sqrt(2 eps) M^(1/2) dB` in the sense of Ito, `M(x)` symmetric and positive semidefinite, `W(x)` antisymmetric, `g = grad V`,
//! `(div A)_i = sum_j d_j A_ij`.

#[cfg(test)]
mod extremes;
mod identifiability;
mod linear;
mod linear_system;
mod polynomials;
mod quasi_potential;
mod series_matrices;
mod stationary;

use crate::theories::THEOREMS;
use crate::verify::{Claim, Lemmas, Theory};

/// The theory of dissipative dynamics.
pub static THEORY: Theory = Theory {
    name: "onsager",
    title: "Onsager's form of dissipative dynamics: potential, irreversible drift, entropy production",
    references: &[ONSAGER_NET, PAVLIOTIS, FREIDLIN_WENTZELL],
    proofs: &[("onsager", include_str!("../../../proofs/onsager.md"))],
    lemmas: Lemmas { list: THEOREMS, statements: &[] },
    claims: &[CLAIMS],
    file: None,
};

const CLAIMS: &[&Claim] = &[&stationary::CLAIM, &identifiability::CLAIM, &linear::CLAIM, &quasi_potential::CLAIM];

/// Learning such dynamics from data.
const ONSAGER_NET: &str = "Identifiable dissipative dynamics, arXiv:2510.24160";
/// Stationary laws, entropy production, linear systems.
const PAVLIOTIS: &str = "Pavliotis, Stochastic Processes and Applications, Springer 2014, chapters 3 and 4";
/// The quasi-potential.
const FREIDLIN_WENTZELL: &str =
    "Freidlin, Wentzell, Random Perturbations of Dynamical Systems, 3rd edition, Springer 2012, chapter 4";
