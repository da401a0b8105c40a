//! Gradient starvation: how a strong feature slows the learning of a weak one in a linearised network with logistic loss, and what undoes it.
//!
//! With the labels absorbed `u = Phi theta` are the margins of the samples, `K = Phi Phi^T = U S^2 U^T`, `U` orthogonal with the columns `w_j`, the features;
//! `alpha_i = sigma(-u_i)`, `D = diag(alpha (1 - alpha))`, `z = U^T u` are the responses of the features, `M = U^T D U`. With weight decay the optimum of
//! `sum_i ln(1 + e^{-u_i}) + (lambda/2) |theta|^2` is the solution of `u = K alpha/lambda`; spectral decoupling has the penalty `(lambda/2) |u|^2` instead.

mod coupling_onset;
#[cfg(test)]
mod extremes;
mod features;
mod linearisation;
mod response;
mod spectral_decoupling;
mod two_features;

use crate::theories::THEOREMS;
use crate::verify::{Lemmas, Theory};

/// The theory of gradient starvation.
pub static THEORY: Theory = Theory {
    name: "starvation",
    title: "Gradient starvation: strong features, weak features, and decoupling",
    references: &[STARVATION],
    proofs: &[("starvation", include_str!("../../../proofs/starvation.md"))],
    lemmas: Lemmas { list: THEOREMS, statements: &[] },
    claims: &[&[&response::CLAIM, &two_features::CLAIM, &spectral_decoupling::CLAIM, &coupling_onset::CLAIM]],
    file: None,
};

/// Gradient starvation and its remedy.
const STARVATION: &str = "Pezeshki, Kaba, Bengio, Courville, Precup, Lajoie, Gradient Starvation: A Learning Proclivity in Neural Networks, arXiv:2011.09468";
