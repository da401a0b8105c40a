//! The entropic loss itself: that discrete stochastic steps follow it, and how far.
//!
//! One step `theta - eta g` is the time-1 flow of a field that is known order by order in the learning rate; its first correction is the
//! gradient of `eta/4 |g|^2`. Averaged over the orders of the samples in an epoch, that correction becomes `eta/4 E|g|^2`: the entropy
//! term of the entropic loss. Exponents are measured, and so are the limits that the differences tend to.

mod curl;
mod epoch;
mod epoch_mean;
#[cfg(test)]
mod extremes;
mod minibatch;
mod modified_step;
mod no_second_order_potential;
mod second_order_field;
mod step;

use crate::verify::Claim;

/// The claims of this family.
pub(super) const CLAIMS: &[&Claim] = &[
    &modified_step::CLAIM,
    &second_order_field::CLAIM,
    &no_second_order_potential::CLAIM,
    &minibatch::CLAIM,
    &epoch_mean::CLAIM,
];

/// The paper, for the references of its claims.
const PAPER: &str = "Ziyin, Xu, Chuang, Neural Thermodynamics: Entropic Forces in Deep and Universal Representation Learning, arXiv:2505.12387";
/// The implicit regularisation of full-batch descent.
const IMPLICIT_REGULARISATION: &str = "Barrett, Dherin, Implicit Gradient Regularization, arXiv:2009.11162";
/// The implicit regularisation of an epoch of stochastic descent.
const ORIGIN: &str = "Smith, Dherin, Barrett, De, On the Origin of Implicit Regularization in Stochastic Gradient Descent, arXiv:2101.12176";
/// Backward error analysis.
const GEOMETRIC: &str = "Hairer, Lubich, Wanner, Geometric Numerical Integration, Springer, section IX.1";
