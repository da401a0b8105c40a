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

mod continuous_broken;
mod dataset_permutation;
mod discrete_preserved;
#[cfg(test)]
mod extremes;
mod gradient_transform;
mod orbit;
mod rotation_preserved;
mod skew;
mod trajectory;
mod translation;
mod unique_minimum;

use crate::claim::Claim;

/// The claims of this family.
pub(super) const CLAIMS: &[&dyn Claim] = &[
    &gradient_transform::GradientTransform,
    &discrete_preserved::DiscretePreserved,
    &dataset_permutation::DatasetPermutation,
    &continuous_broken::ContinuousBroken,
    &unique_minimum::UniqueMinimum,
    &rotation_preserved::RotationPreserved,
    &translation::Translation,
    &trajectory::Trajectory,
];

/// The paper, for the references of its claims.
pub(super) const PAPER: &str = "Ziyin, Xu, Chuang, Neural Thermodynamics: Entropic Forces in Deep and Universal Representation Learning, arXiv:2505.12387";
