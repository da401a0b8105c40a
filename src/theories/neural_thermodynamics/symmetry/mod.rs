//! Symmetry: which symmetries of the loss the entropic loss keeps, and which it breaks.
//!
//! Everything follows from how gradients move along an orbit. If `l(K theta; z) = l(theta; z)` for a linear `K`, then
//!
//! ```text
//! g(K theta) = K^{-T} g(theta),     S(K theta) = 1/4 E[(K^{-T} g)^T Lambda (K^{-T} g)]
//! ```
//!
//! so an orthogonal `K` that commutes with `Lambda` keeps `F`, and with it the whole path of descent; a continuous
//! symmetry with a symmetric part does not.

mod blind_readout;
mod broken_orbit;
mod continuous_broken;
mod data_symmetry;
mod dataset_permutation;
mod discrete_preserved;
mod elements;
mod entropy_along_orbit;
#[cfg(test)]
mod extremes;
mod generators;
mod gradient_transform;
mod loss_along_orbit;
mod orbit;
mod rates;
mod rescaling_orbit;
mod rotation_preserved;
mod skew;
mod trajectory;
mod translation;
mod unique_minimum;

use crate::verify::Claim;

/// The claims of this family.
pub(super) const CLAIMS: &[&Claim] = &[
    &gradient_transform::CLAIM,
    &discrete_preserved::CLAIM,
    &dataset_permutation::CLAIM,
    &continuous_broken::CLAIM,
    &unique_minimum::CLAIM,
    &rotation_preserved::CLAIM,
    &translation::CLAIM,
    &trajectory::CLAIM,
];

/// The paper, for the references of its claims.
pub(super) const PAPER: &str = "Ziyin, Xu, Chuang, Neural Thermodynamics: Entropic Forces in Deep and Universal Representation Learning, arXiv:2505.12387";
