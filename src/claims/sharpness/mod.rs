//! Sharpness: whether the entropic force leads to flatter or to sharper minima.
//!
//! For deep linear networks on data with independent label noise ([`crate::platonic`]) both the entropy and the trace of the Hessian are
//! sums over layers, at a global minimum
//!
//! ```text
//! 1/4 E|g|^2  = sum_i tr(Se A_i A_i^T) tr(B_i Sx B_i^T)
//! tr Hess L   = 2 sum_i |A_i|^2 tr(B_i Sx B_i^T)
//! ```
//!
//! so that the covariance `Se` of the noise decides: isotropic noise leads to the flattest minimum, noise that is small in a direction that
//! the labels need to arbitrarily sharp ones.

mod commuting;
mod comparison;
#[cfg(test)]
mod counterexamples;
#[cfg(test)]
mod extremes;
mod instance;
mod isotropic;
mod ratio;
mod settled;
mod statement;
mod vanishing;

use crate::claim::order::FINE_BITS;
use crate::claim::{Claim, Class, Examination, Finding, Scalar};
use crate::linalg::LinalgError;

/// The claims of this family.
pub(super) const CLAIMS: &[&dyn Claim] =
    &[&isotropic::IsotropicNoise, &ratio::Ratio, &comparison::BOTH_SIGNS, &comparison::DEEP];

/// The paper, for the references of its claims.
const PAPER: &str = "Ziyin, Xu, Chuang, Neural Thermodynamics: Entropic Forces in Deep and Universal Representation Learning, arXiv:2505.12387";
/// The companion on the Platonic representation.
const PLATONIC: &str = "Ziyin, Chuang, Proof of a perfect Platonic representation hypothesis, arXiv:2507.01098";
/// Balanced weights under gradient flow.
const BALANCED: &str = "Arora, Cohen, Hazan, On the Optimization of Deep Networks: Implicit Acceleration by Overparameterization, arXiv:1802.06509";
/// Geometric means of matrices.
const MEANS: &str = "Bhatia, Positive Definite Matrices, Princeton University Press, chapter 4";

/// What was found on an instance that is followed to a limit; a decomposition that fails leaves it open.
fn examined(description: String, judged: Result<Finding, LinalgError>) -> Examination {
    let mut examination = Examination::of(Class::Smooth, description);
    // Everything is drawn from the point's own stream.
    examination.is_independent = true;
    let open = |_| Finding::undecided(Scalar::Order(FINE_BITS), "a decomposition failed");
    examination.findings.push(judged.unwrap_or_else(open));
    examination
}
