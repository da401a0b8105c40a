//! Gradient balance: what holds at the stationary points of the entropic loss.
//!
//! Off-shell, at every `theta`, the master identity reads
//!
//! ```text
//! (A theta)^T grad F = gamma theta^T (A + A^T) theta - 1/4 E[g^T (A Lambda + Lambda A^T) g]
//! ```
//!
//! and at a stationary point its right side is 0: the balance law of the generator `A`. Every law is checked off-shell at
//! random points, and on-shell at points made exactly stationary by solving for the weights of the mean.

mod approximate;
#[cfg(test)]
mod counterexamples;
mod equipartition;
#[cfg(test)]
mod extremes;
mod law;
mod layer;
mod master;
mod matrix;
mod neuron;
mod preconditioned;
mod representation;
mod scale_invariant;
mod sgd_run;
mod stationary_point;
mod transformer;

pub use master::balance_law;

use crate::verify::Claim;

/// The claims of this family.
pub(super) const CLAIMS: &[&Claim] = &[
    &master::CLAIM,
    &approximate::CLAIM,
    &neuron::CLAIM,
    &layer::CLAIM,
    &equipartition::CLAIM,
    &matrix::CLAIM,
    &scale_invariant::CLAIM,
    &representation::CLAIM,
    &preconditioned::CLAIM,
    &stationary_point::CLAIM,
    &sgd_run::CLAIM,
    &transformer::attention_values::CLAIM,
    &transformer::attention_keys::CLAIM,
    &transformer::grouped_queries::CLAIM,
    &transformer::rotary::CLAIM,
    &transformer::gated_mlp::CLAIM,
    &transformer::norm_gain::CLAIM,
    &transformer::residual_stream::CLAIM,
];

/// The hypothesis under which the laws at stationary points are checked there.
pub(super) const MADE_STATIONARY: &str = "a quarter of the instances are made exactly stationary, on networks with one hidden layer, by weights of the mean, which may have either sign; \
    where none do so the instance is excluded; elsewhere the law is checked off-shell";
/// Where a law speaks of networks with kinks.
pub(super) const KINKS: &str =
    "l is twice differentiable at theta; at a kink the law holds for the derivatives of either side, sample by sample";

/// The paper, for the references of its claims.
pub(super) const PAPER: &str = "Ziyin, Xu, Chuang, Neural Thermodynamics: Entropic Forces in Deep and Universal Representation Learning, arXiv:2505.12387";
/// The companion on noise equilibria.
pub(super) const NOISE_EQUILIBRIUM: &str =
    "Ziyin, Wang, Li, Wu, Parameter Symmetry and Noise Equilibrium of Stochastic Gradient Descent, arXiv:2402.07193";
