//! Noether's laws in discrete time: what a symmetry of the loss leaves of its charge after a finite step.
//!
//! A generator satisfies `(A theta)^T g = 0` for the gradient of every sample and of every batch. For a symmetric `A`
//! the charge `C = theta^T A theta` is therefore conserved by gradient flow, and after a step
//! `theta' = theta - eta (g + 2 gamma theta)` the mixed term of `theta'^T A theta'` vanishes: what remains is exact at
//! every step size,
//!
//! ```text
//! C' = (1 - 2 eta gamma)^2 C + eta^2 g^T A g
//! ```

mod charge;
mod conservation_count;
mod counted;
mod counted_networks;
mod decoupled_decay;
mod derivatives;
#[cfg(test)]
mod extremes;
mod gradient_flow;
mod gram_matrices;
mod heavy_ball;
mod integrated;
mod invertible;
mod momentum;
mod patterns;
mod preconditioned;
mod preconditioned_charge;
mod radius;
mod scale_invariant;
mod sgd_charge;
mod sgd_matrix_charge;
mod time_average;

use crate::verify::Claim;

/// The claims of this family.
pub(super) const CLAIMS: &[&Claim] = &[
    &gradient_flow::CLAIM,
    &sgd_charge::CLAIM,
    &sgd_matrix_charge::CLAIM,
    &preconditioned_charge::CLAIM,
    &time_average::CLAIM,
    &scale_invariant::CLAIM,
    &momentum::CLAIM,
    &decoupled_decay::CLAIM,
    &conservation_count::CLAIM,
];

/// The paper, for the references of its claims.
const PAPER: &str = "Ziyin, Xu, Chuang, Neural Thermodynamics: Entropic Forces in Deep and Universal Representation Learning, arXiv:2505.12387";
/// Stationary averages of descent.
const FLUCTUATION_DISSIPATION: &str =
    "Yaida, Fluctuation-Dissipation Relations for Stochastic Gradient Descent, arXiv:1810.00004";
/// Charges of gradient flow and how finite steps break them.
const NEURAL_MECHANICS: &str = "Kunin, Sagastuy-Brena, Ganguli, Yamins, Tanaka, Neural Mechanics: Symmetry and Broken Conservation Laws in Deep Learning Dynamics, arXiv:2012.04728";
/// The conserved charges of homogeneous layers.
const AUTO_BALANCING: &str = "Du, Hu, Lee, Algorithmic Regularization in Learning Deep Homogeneous Models: Layers are Automatically Balanced, arXiv:1806.00900";
/// How many charges there are.
const CONSERVATION_LAWS: &str = "Marcotte, Gribonval, Peyré, Abide by the Law and Follow the Flow: Conservation Laws for Gradient Flows, arXiv:2307.00144";
/// The dynamics of the norm under a scale-invariant loss.
const SPHERICAL_MOTION: &str = "Wan, Zhu, Zhang, Sun, Spherical Motion Dynamics: Learning Dynamics of Neural Network with Normalization, Weight Decay, and SGD, arXiv:2006.08419";
/// The norm never shrinks without decay.
const EXPONENTIAL_RATES: &str = "Li, Arora, An Exponential Learning Rate Schedule for Deep Learning, arXiv:1910.07454";
/// Decay apart from the gradient.
const DECOUPLED_DECAY: &str = "Loshchilov, Hutter, Decoupled Weight Decay Regularization, arXiv:1711.05101";
