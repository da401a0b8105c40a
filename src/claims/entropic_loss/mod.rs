//! The entropic loss itself: that discrete stochastic steps follow it, and how far.
//!
//! One step `theta - eta g` is the time-1 flow of a field that is known order by order in the learning rate; its first correction is the
//! gradient of `eta/4 |g|^2`. Averaged over the orders of the samples in an epoch, that correction becomes `eta/4 E|g|^2`: the entropy
//! term of the entropic loss. Exponents are measured, and so are the limits that the differences tend to.

mod epoch_mean;
#[cfg(test)]
mod extremes;
mod minibatch;
mod modified_step;
mod no_second_order_potential;
mod second_order_field;
mod step;

use crate::claim::order::{Differences, Fine};
use crate::claim::{Claim, Drawn, Examination, Finding, Problem};
use crate::dynamics::flow::FlowError;
use crate::scalar::Field;

/// The claims of this family.
pub(super) const CLAIMS: &[&dyn Claim] = &[
    &modified_step::ModifiedStep,
    &second_order_field::SecondOrderField,
    &no_second_order_potential::NoSecondOrderPotential,
    &minibatch::Minibatch,
    &epoch_mean::EpochMean,
];

/// The paper, for the references of its claims.
const PAPER: &str = "Ziyin, Xu, Chuang, Neural Thermodynamics: Entropic Forces in Deep and Universal Representation Learning, arXiv:2505.12387";
/// The implicit regularisation of full-batch descent.
const IMPLICIT_REGULARISATION: &str = "Barrett, Dherin, Implicit Gradient Regularization, arXiv:2009.11162";
/// The implicit regularisation of an epoch of stochastic descent.
const ORIGIN: &str = "Smith, Dherin, Barrett, De, On the Origin of Implicit Regularization in Stochastic Gradient Descent, arXiv:2101.12176";
/// Backward error analysis.
const GEOMETRIC: &str = "Hairer, Lubich, Wanner, Geometric Numerical Integration, Springer, section IX.1";

/// Those of the exponents that are attained. `O(h^p)` says no more than that the difference is at least as small; where its coefficient
/// happens to vanish, or all of it does, the exponent is larger, and nothing is claimed of it.
fn attained<'a>(exponents: &[(&'static str, i64, &'a Differences)]) -> Vec<(&'static str, i64, &'a Differences)> {
    let is_attained = |(_, order, differences): &&(&'static str, i64, &'a Differences)| {
        let is_larger = || differences.exponent().value > Fine::ratio(2 * order + 1, 2);
        !differences.vanishes() && !is_larger()
    };
    exponents.iter().filter(is_attained).copied().collect()
}

/// What was found on an instance; where a flow could not be integrated it is left out.
fn examination(problem: &Problem, judged: Result<Finding, FlowError>) -> Examination {
    let mut examination = Examination::of(problem.class(), problem.describe());
    match judged {
        Ok(finding) => examination.findings.push(finding),
        Err(error) => examination.excluded = Some(error.to_string()),
    }
    examination
}
