//! The ideal gas of scale-invariant weights: radius, turning angle and temperature of stochastic descent.
//!
//! The loss of a sample depends on the direction of the weights only, `l(a theta) = l(theta)` for `a > 0`, so that `theta^T g = 0`. One step of descent is
//!
//! ```text
//! theta' = c theta - eta g,   c = 1 - 2 eta gamma
//! ```
//!
//! `r = |theta|`, `rho = r |g|`, and `delta` is the angle between theta and theta'. Pressure is `p = 2 gamma`, volume `V = r^2/2`, and temperature is
//! given by `R T = eta |g|^2/4` with `R = (d - 1)/2`. There are three regimes: the learning rate `eta` is fixed; the effective rate `eps` is, with
//! `eta = eps r^2` for gradient and decay; or the sphere is, with r reset after each step.

mod circle;
mod discrete_gibbs;
mod drawing;
mod equation_of_state;
mod escape;
#[cfg(test)]
mod extremes;
mod gibbs_series;
mod jets;
mod kicked;
mod maxwell_roots;
mod maxwell_scaling;
mod mean_volume;
mod modes;
mod optimisers;
mod periodic;
mod radius_fluctuation;
mod regimes;
mod rescaled_path;
mod runaway;
mod runs;
mod stationary_angles;
mod steady;
mod turn;
mod turning_angle;

use crate::theories::THEOREMS;
use crate::verify::{Claim, Lemmas, Theory};

/// The claims.
const CLAIMS: &[&Claim] = &[
    &turning_angle::CLAIM,
    &maxwell_scaling::CLAIM,
    &equation_of_state::CLAIM,
    &runaway::CLAIM,
    &radius_fluctuation::CLAIM,
    &discrete_gibbs::CLAIM,
];

/// The theory of the ideal gas.
pub static THEORY: Theory = Theory {
    name: "ideal-gas",
    title: "Ideal gas: radius and turning angle of scale-invariant weights, at every step size",
    references: &[IDEAL_GAS],
    proofs: &[("ideal-gas", include_str!("../../../proofs/ideal-gas.md"))],
    lemmas: Lemmas {
        list: THEOREMS,
        statements: &[(
            "proofs/coq/statements/ideal_gas.v",
            include_str!("../../../proofs/coq/statements/ideal_gas.v"),
        )],
    },
    claims: &[CLAIMS],
    file: None,
};

/// The analogy.
const IDEAL_GAS: &str = "Sadrtdinov et al., arXiv:2511.07308";
/// The equilibrium of the norm, and the angle per step.
const SPHERICAL_MOTION: &str = "Wan, Zhu, Zhang, Sun, Spherical Motion Dynamics: Learning Dynamics of Neural Network with Normalization, Weight Decay, and SGD, arXiv:2006.08419";
/// The exchange of learning rate, decay and scale.
const EXPONENTIAL_RATES: &str = "Li, Arora, An Exponential Learning Rate Schedule for Deep Learning, arXiv:1910.07454";
