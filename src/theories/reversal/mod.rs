//! Time reversal: what the loss of a path there and back tells about a model, and what about its solver.
//!
//! `R` is a linear map with `R^2 = 1`, `Phi_t` is the flow of an autonomous field `f`, and `Psi_h` one step of a Runge-Kutta method.

#[cfg(test)]
mod extremes;
mod field;
mod flow;
mod method;
mod parity;
mod solver_only;

use crate::theories::THEOREMS;
use crate::verify::{Claim, Lemmas, Theory};

/// The theory of time reversal.
pub static THEORY: Theory = Theory {
    name: "reversal",
    title: "Time reversal: models that are reversible, and solvers that are symmetric",
    references: &[TREAT, GEOMETRIC],
    proofs: &[("reversal", include_str!("../../../proofs/reversal.md"))],
    lemmas: Lemmas { list: THEOREMS, statements: &[] },
    claims: &[CLAIMS],
    file: None,
};

const CLAIMS: &[&Claim] = &[&flow::CLAIM, &parity::CLAIM, &solver_only::CLAIM];

/// The loss of paths there and back.
const TREAT: &str = "Time-reversal latent GraphODE, arXiv:2310.06427";
/// Reversible maps and symmetric methods.
const GEOMETRIC: &str =
    "Hairer, Lubich, Wanner, Geometric Numerical Integration, 2nd edition, Springer 2006, chapters II and V";
