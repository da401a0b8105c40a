//! Cosmology: descent with momentum as a field on an expanding background, exactly at finite step size.
//!
//! A step with momentum is `th+ = th + beta (th - th-) - eta g`, `g = grad V(th)`; the field obeys `phi'' + G phi' + grad V = 0`, `G = 3 H` with the Hubble
//! rate `H`. The step is the field's central difference at one step size `h` and one friction `G`; what that says of rates, energy and oscillations, and
//! what it does not, are the claims.

mod critical_damping;
mod energy;
mod exact_scheme;
#[cfg(test)]
mod extremes;
mod landscape;
mod rates;
mod slow_roll_order;

use crate::theories::THEOREMS;
use crate::verify::{Lemmas, Theory};

/// The theory of descent with momentum as a field with friction.
pub static THEORY: Theory = Theory {
    name: "cosmology",
    title: "Cosmology: momentum as a field on an expanding background",
    references: &[DUALITY],
    proofs: &[("cosmology", include_str!("../../../proofs/cosmology.md"))],
    lemmas: Lemmas { list: THEOREMS, statements: &[] },
    claims: &[&[&exact_scheme::CLAIM, &slow_roll_order::CLAIM, &energy::CLAIM, &critical_damping::CLAIM]],
    file: None,
};

/// The analogy between training and the universe.
const DUALITY: &str =
    "Krippendorf, Spannowsky, A duality connecting neural network and cosmological dynamics, arXiv:2202.11104";
