//! How networks, points and data are drawn for claims, and the runs and searches on them.
//!
//! | module | concept |
//! |---|---|
//! | [`problem`] | a network with a point, a data set, learning rates and decay |
//! | [`network_kind`] | which networks a claim speaks of, and how they are drawn |
//! | [`situation`] | the same for a model of one's own |
//! | `given` | problems on a network that is given |
//! | `subject` | symmetries of a network that is given |
//! | `decoders` | small random decoders |
//! | `defined` | where a loss is defined |
//! | `weights` | weights of the mean that make a point stationary |
//! | `polished` | laws at stationary points that are searched for and polished |
//! | `operators` | Hermitian operators, states and unitary matrices |
//! | `long_run` | laws of averages over long seeded runs |
//! | `simulated` | laws of averages over paths of their own |

pub(crate) mod decoders;
pub(crate) mod defined;
#[cfg(test)]
pub(crate) mod extremes;
pub(crate) mod given;
pub(crate) mod long_run;
pub mod network_kind;
mod numbers;
pub(crate) mod operators;
pub(crate) mod polished;
pub mod problem;
pub(crate) mod simulated;
pub mod situation;
pub(crate) mod subject;
pub(crate) mod weights;

pub use network_kind::NetworkKind;
pub use problem::{Point, Problem};
pub use situation::{Shape, Situation};
