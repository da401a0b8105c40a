//! Deep linear networks on data with independent label noise: where the entropic force leads among all global minima.
//!
//! Setting: `f(x) = M_O W_D ... W_1 M_I x` with fixed invertible `M_I`, `M_O`; `l = |f(x) - y|^2`; `y = V x + e` with `e`
//! independent of `x` and of mean 0; `Sx = E[x x^T]`, `Se = E[e e^T]`. With `A_i = M_O W_D ... W_{i+1}` and
//! `B_i = W_{i-1} ... W_1 M_I` the global minima are the points with `A_i W_i B_i = V`, and on them
//!
//! ```text
//! 1/4 E|g|^2 = sum_i tr(Se A_i A_i^T) tr(B_i Sx B_i^T)   >=   D (a b n^(2 (D - 1)))^(1/D)
//! ```
//!
//! with `a = tr(Se M_O M_O^T)`, `b = tr(M_I Sx M_I^T)` and `n` the nuclear norm of `Se^(1/2) V Sx^(1/2)`. The minimisers are known
//! in closed form; their hidden layers all represent the inputs in the same way, whatever the architecture.
//!
//! | module | concept |
//! |---|---|
//! | [`setting`] | covariances, target and embeddings; minimal entropy and sharpness in closed form |
//! | [`factors`] | the trained matrices, the terms of entropy and sharpness at a global minimum |
//! | [`minimiser`] | the minimisers of the entropy among the global minima |
//! | [`constrained`] | the same minimum by Newton's method for a constrained minimum, without the closed form |
//! | [`balanced`] | the global minimum with balanced layers, which gradient flow reaches |
//! | [`alignment`] | how far two layers represent inputs alike |
//!
//! Source: Ziyin, Xu, Chuang, arXiv:2505.12387; Ziyin, Chuang, *Proof of a perfect Platonic representation hypothesis*,
//! arXiv:2507.01098.

pub mod alignment;
pub mod balanced;
pub mod constrained;
#[cfg(test)]
mod example;
pub mod factors;
pub mod minimiser;
pub mod setting;

pub use balanced::balanced_minimum;
pub use factors::Factors;
pub use minimiser::{entropic_minimiser, flattest_minimum};
pub use setting::{Invariants, Setting};
