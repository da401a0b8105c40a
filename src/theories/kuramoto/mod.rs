//! Artificial Kuramoto neurons: coupled unit vectors that rotate and align.
//!
//! Unit vectors `x_i`, `y_i = c_i + sum_j J_ij x_j`, `P_i y = y - (x_i . y) x_i`, `x_i' = Om_i x_i + P_i y_i` with antisymmetric `Om_i`, and the energy
//! `E = -(1/2) sum x_i^T J_ij x_j - sum c_i^T x_i`.

mod discrete_descent;
mod energy_rate;
#[cfg(test)]
mod extremes;
mod network;
mod omega_condition;
mod oscillators;
mod radial_step;

use crate::theories::THEOREMS;
use crate::verify::{Lemmas, Theory};

/// The theory of artificial Kuramoto neurons.
pub static THEORY: Theory = Theory {
    name: "kuramoto",
    title: "Artificial Kuramoto neurons: energy, rotation and finite steps",
    references: &[NEURONS],
    proofs: &[("kuramoto", include_str!("../../../proofs/kuramoto.md"))],
    lemmas: Lemmas { list: THEOREMS, statements: &[] },
    claims: &[&[&energy_rate::CLAIM, &omega_condition::CLAIM, &discrete_descent::CLAIM, &radial_step::CLAIM]],
    file: None,
};

/// The network of oscillators.
const NEURONS: &str = "Miyato, Löwe, Geiger, Welling, Artificial Kuramoto Oscillatory Neurons, arXiv:2410.13821";
