//! A theorem-checking numerical verifier for deep-learning theory.
//!
//! Its first theory says that stochastic gradient descent minimises an *entropic loss*
//!
//! ```text
//! F(theta) = L + gamma |theta|^2 + S,     S = 1/4 E[g^T Lambda g]
//! ```
//!
//! (Ziyin, Xu, Chuang, *Neural Thermodynamics*, arXiv:2505.12387): the extra term breaks continuous parameter symmetries,
//! preserves discrete ones, and forces *balance laws* on the gradients at stationary points. Every statement is a *claim*
//! with a permanent id. A claim is checked on random instances, exactly in the rationals where its mathematics allows,
//! else by intervals and along a ladder of precisions; it is attacked by controls that must fail and by systematic
//! mutants of its formula; and it is reported as vacuous where it says nothing. See [`verify`] for what a verdict means.
//!
//! New here? The [guide] has a [tutorial](guide::tutorial) that builds a claim from nothing, tells
//! [how to read evidence](guide::evidence), and what is [where and why](guide::architecture).
//!
//! # A law of one's own model
//!
//! Implement [`model::Model`] generically, name a generator, and judge the law. Derivatives come from dual numbers; the
//! rationals make the residual exactly zero or the law false.
//!
//! ```
//! use equipartition::verify::{Finding, Scalar, Status};
//! use equipartition::theories::neural_thermodynamics::balance::balance_law;
//! use equipartition::data::{DataSet, Sample};
//! use equipartition::entropic::{Objective, Preconditioner};
//! use equipartition::model::Model;
//! use equipartition::scalar::{Field, Rational};
//! use equipartition::symmetry::{Generator, LinearMap};
//!
//! /// `l(u, w; x, y) = (u w x - y)^2`, unchanged under `w -> a w, u -> u / a`.
//! struct Product;
//! impl<T: Field> Model<T> for Product {
//!     fn parameter_count(&self) -> usize {
//!         2
//!     }
//!     fn loss_and_gradient(&self, theta: &[T], sample: &Sample<T>, gradient: &mut [T]) -> T {
//!         let residual = T::product(&theta[0], &theta[1]) * &sample.input[0] - &sample.target[0];
//!         let slope = T::integer(2) * &residual * &sample.input[0];
//!         gradient[0] = T::product(&theta[1], &slope);
//!         gradient[1] = T::product(&theta[0], &slope);
//!         residual.squared()
//!     }
//! }
//!
//! let ratio = |p: i64, q: i64| Rational::from((p, q));
//! let sample = |x, y| Sample::new(vec![x], vec![y]);
//! let objective = Objective {
//!     model: &Product,
//!     data: &DataSet::new(vec![sample(ratio(1, 2), ratio(3, 1)), sample(ratio(-2, 1), ratio(1, 5))]),
//!     preconditioner: &Preconditioner::Scalar(ratio(1, 10)),
//!     weight_decay: &ratio(1, 100),
//! };
//! let map = LinearMap::diagonal([ratio(-1, 1), ratio(1, 1)]);
//! let rescaling = Generator { name: "rescaling of w against u".into(), map };
//! let law = balance_law(&objective, &rescaling, &[ratio(3, 4), ratio(-2, 3)]);
//! assert_eq!(Finding::judge(Scalar::Rational, &[law], false).status, Status::Satisfied);
//! ```
//!
//! # The map
//!
//! Every arrow points down this list.
//!
//! | module | what |
//! |---|---|
//! | [`scalar`] | numbers: traits and types, from `f32` to exact rationals, intervals and dual numbers |
//! | [`statistics`] | sums without loss, averages with confidence intervals |
//! | [`linalg`] | the only door to decompositions, every result checked |
//! | [`closed_form`] | what claims say in a formula of few numbers |
//! | [`verify`] | what a claim is, how it is examined and judged; nothing of networks |
//! | [`exact`] | exact values that are no rationals, by rational coordinates |
//! | [`data`] | samples and finite data sets |
//! | [`model`] | per-sample losses and their gradients, generic over the scalar |
//! | [`symmetry`] | generators and elements of parameter symmetries |
//! | [`entropic`] | the entropic loss, its derivatives, its stationary points |
//! | [`platonic`] | deep linear networks on data with label noise: the minimisers of the entropy in closed form |
//! | [`dynamics`] | steps of descent and runs of them |
//! | [`instances`] | how networks, points and data are drawn for claims |
//! | [`formula`] | laws and models given as formulas, checked as any claim |
//! | [`discovery`] | the symmetries of a network, found from evaluations alone |
//! | [`theories`] | the claims, a folder each theory, and the list of all of them |
//! | `checkpoint` | files of named tensors (with the feature `checkpoint`, which is on by default) |
//! | `complaint` | what is wrong with a file of text, with the line underlined (with `checkpoint` or `model-file`) |
//! | `inspection` | balance laws on checkpoints of trained networks (likewise) |
//! | [`testing`] | claims as tests of one's own `cargo test` |
//! | [`guide`] | the book: no code, except what it shows |
//! | [`report`] | what a run found, told to people and programs |

#![deny(unsafe_code)]
#![warn(missing_docs)]

#[cfg(feature = "checkpoint")]
pub mod checkpoint;
#[cfg(feature = "cli")]
pub mod cli;
pub mod closed_form;
#[cfg(any(feature = "model-file", feature = "checkpoint"))]
pub mod complaint;
pub mod data;
pub mod discovery;
pub mod dynamics;
pub mod entropic;
pub mod exact;
pub mod formula;
pub mod guide;
#[cfg(feature = "checkpoint")]
pub mod inspection;
pub mod instances;
pub mod model;
pub mod platonic;
pub mod report;
#[cfg(any(feature = "model-file", feature = "checkpoint"))]
mod suggest;
pub mod symmetry;
pub mod testing;
pub mod theories;
mod visible;

// The floors below, each a crate: the paths are those of this one.
#[doc(inline)]
pub use equipartition_linalg as linalg;
#[doc(inline)]
pub use equipartition_scalar as scalar;
#[doc(inline)]
pub use equipartition_statistics as statistics;
#[doc(inline)]
pub use equipartition_verify as verify;
