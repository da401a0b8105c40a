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

mod both_signs;
mod common_frames;
mod commuting;
#[cfg(test)]
mod counterexamples;
mod deep;
mod divergence;
#[cfg(test)]
mod extremes;
mod formula;
mod growth;
mod instance;
mod isotropic_noise_flattens;
mod nearly_isotropic;
mod random_matrices;
mod ratio;
mod ratio_settings;
mod settled;
mod statement;
mod vanishing;

use crate::verify::Claim;
use crate::verify::POINTS_PER_FAMILY;

/// The claims of this family.
pub(super) const CLAIMS: &[&Claim] =
    &[&isotropic_noise_flattens::CLAIM, &ratio::CLAIM, &both_signs::CLAIM, &deep::CLAIM];

/// The paper, for the references of its claims.
const PAPER: &str = "Ziyin, Xu, Chuang, Neural Thermodynamics: Entropic Forces in Deep and Universal Representation Learning, arXiv:2505.12387";
/// The companion on the Platonic representation.
const PLATONIC: &str = "Ziyin, Chuang, Proof of a perfect Platonic representation hypothesis, arXiv:2507.01098";
/// Balanced weights under gradient flow.
const BALANCED: &str = "Arora, Cohen, Hazan, On the Optimization of Deep Networks: Implicit Acceleration by Overparameterization, arXiv:1802.06509";
/// Geometric means of matrices.
const MEANS: &str = "Bhatia, Positive Definite Matrices, Princeton University Press, chapter 4";

/// The hypotheses of the comparison of the entropic minimum with the one that gradient flow reaches.
const COMPARED: [&str; 5] = [
    "f(x) = M_O W_D ... W_1 M_I x with fixed invertible M_I, M_O; hidden widths at least rank V; l = |f(x) - y|^2; y = V x + e with e of \
     mean 0 and independent of x; Sx = E[x x^T] and Se = E[e e^T] positive definite; V not 0",
    "H_ent, H_flow and H_flat are tr Hess L at the entropic minimum, at the global minimum in which the flow ends from balanced weights, \
     W_{i+1}^T W_{i+1} = W_i W_i^T (infinitesimal ones, for instance), and at a flattest one; kappa is the largest eigenvalue of Se over its least",
    "a_0 = |M_O|^2, b = tr(M_I Sx M_I^T); O = U W^T where M_O^-1 V M_I^-1 = U diag(s) W^T and U, W have as many columns as the rank of V; \
     X_1 = M_I and X_i = diag(s)^((i-1)/D) W^T M_I; a = tr(Se M_O M_O^T), n the nuclear norm of Se^(1/2) V Sx^(1/2)",
    "for the last part two outputs or more; Se = S_0 + epsilon v v^T with S_0 positive semidefinite of kernel span(v), v in the column space of V; \
     H_ent > omega epsilon^(-1/p) for p = 2 or, for rank 1, p = D, asymptotically equal",
    "omega = 2 (D-1) (a* b)^(1/D) n*^((D-2)/D) m, or 2 (D-1) (a* b)^(1/D) m^(2(D-1)/D) for rank 1, with |v| = 1, a* = tr(S_0 M_O M_O^T), \
     b = tr(M_I Sx M_I^T), n* the nuclear norm of S_0^(1/2) V Sx^(1/2), 1/m^2 = v^T (V Sx V^T)^+ v",
];

/// The instances of the families whose turn it is: of every four families one.
fn turn<const TURN: u64>(index: u64) -> Option<u64> {
    (index / POINTS_PER_FAMILY % 4 == TURN).then_some(index)
}
