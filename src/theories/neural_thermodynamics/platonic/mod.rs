//! The Platonic representation: among all global minima of a deep linear network the entropic force selects those whose hidden layers
//! represent the inputs in one way, the same for every depth, width, embedding and view of the data.

mod alignment;
mod branch;
mod broken;
mod broken_by_finite_step;
mod broken_by_gradient_flow;
mod broken_by_heterogeneous_noise;
mod broken_by_label_transformation;
mod broken_by_saddle;
mod broken_by_weight_decay;
mod closed_form;
mod collapsed_minima;
mod constrained_minimum;
#[cfg(test)]
mod counterexamples;
mod enclosed;
mod entropic_limit;
mod entropy_factorises;
mod equal_terms;
mod experiment;
#[cfg(test)]
mod extremes;
mod generic_minima;
mod lower_bound;
mod minimiser;
mod misaligned;
mod orthogonal_labels;

use crate::verify::Claim;

/// The claims of this family.
pub(super) const CLAIMS: &[&Claim] = &[
    &entropy_factorises::CLAIM,
    &lower_bound::CLAIM,
    &constrained_minimum::CLAIM,
    &equal_terms::CLAIM,
    &alignment::CLAIM,
    &generic_minima::CLAIM,
    &entropic_limit::CLAIM,
    &collapsed_minima::CLAIM,
    &orthogonal_labels::CLAIM,
    &broken_by_weight_decay::CLAIM,
    &broken_by_label_transformation::CLAIM,
    &broken_by_saddle::CLAIM,
    &broken_by_heterogeneous_noise::CLAIM,
    &broken_by_gradient_flow::CLAIM,
    &broken_by_finite_step::CLAIM,
];

/// The paper, for the references of its claims.
const PAPER: &str = "Ziyin, Xu, Chuang, Neural Thermodynamics: Entropic Forces in Deep and Universal Representation Learning, arXiv:2505.12387";
/// The representation that networks of any depth and width share.
const PERFECT: &str = "Ziyin, Chuang, Proof of a Perfect Platonic Representation Hypothesis, arXiv:2507.01098";
/// The hypothesis.
const HYPOTHESIS: &str = "Huh, Cheung, Wang, Isola, The Platonic Representation Hypothesis, arXiv:2405.07987";
