//! Noise equilibrium: where stochastic descent comes to rest along the orbits of a symmetry.
//!
//! The loss of a sample is the same all along an orbit, so no gradient says where on it to be. The noise does. One step of descent,
//!
//! ```text
//! theta' = c theta - eta g,   c = 1 - 2 eta gamma
//! ```
//!
//! changes the charge of the symmetry by an amount that is known exactly, at every step size; the point of the orbit where that change is 0 in the
//! mean is the noise equilibrium. Nothing here is an expansion in `eta`, and no stochastic differential equation is used.

mod charge_drift;
mod charge_volume;
mod derivative;
mod drawing;
mod drift_profile;
mod ends;
#[cfg(test)]
mod extremes;
mod gram_drift;
mod imbalance;
mod label_noise;
mod linear_pair;
mod norm_ratio;
mod orbit;
mod orbit_drift;
mod parameter_volume;
mod product;
mod product_contraction;
mod sde_gap;
mod trained_pair;
mod vector_factor;

use crate::theories::THEOREMS;
use crate::verify::{Claim, Lemmas, Theory};

/// The claims.
const CLAIMS: &[&Claim] =
    &[&product_contraction::CLAIM, &charge_volume::CLAIM, &orbit_drift::CLAIM, &sde_gap::CLAIM, &norm_ratio::CLAIM];

/// The theory of the noise equilibrium.
pub static THEORY: Theory = Theory {
    name: "noise-equilibrium",
    title: "Noise equilibrium: where stochastic descent comes to rest along a symmetry, at every step size",
    references: &[NOISE_EQUILIBRIUM],
    proofs: &[("noise-equilibrium", include_str!("../../../proofs/noise-equilibrium.md"))],
    lemmas: Lemmas {
        list: THEOREMS,
        statements: &[(
            "proofs/coq/statements/noise_equilibrium.v",
            include_str!("../../../proofs/coq/statements/noise_equilibrium.v"),
        )],
    },
    claims: &[CLAIMS],
    file: None,
};

/// The equilibrium by a stochastic differential equation.
const NOISE_EQUILIBRIUM: &str =
    "Ziyin, Wang, Li, Wu, Parameter Symmetry and Noise Equilibrium of Stochastic Gradient Descent, arXiv:2402.07193";
/// Charges of gradient flow and how finite steps break them.
const NEURAL_MECHANICS: &str = "Kunin, Sagastuy-Brena, Ganguli, Yamins, Tanaka, Neural Mechanics: Symmetry and Broken Conservation Laws in Deep Learning Dynamics, arXiv:2012.04728";
/// The matrix of charges of deep linear networks.
const DEEP_LINEAR: &str = "Arora, Cohen, Hazan, On the Optimization of Deep Networks: Implicit Acceleration by Overparameterization, arXiv:1802.06509";
/// The conserved charges of homogeneous layers.
const AUTO_BALANCING: &str = "Du, Hu, Lee, Algorithmic Regularization in Learning Deep Homogeneous Models: Layers are Automatically Balanced, arXiv:1806.00900";
/// The entropic loss.
const NEURAL_THERMODYNAMICS: &str = "Ziyin, Xu, Chuang, Neural Thermodynamics: Entropic Forces in Deep and Universal Representation Learning, arXiv:2505.12387";
