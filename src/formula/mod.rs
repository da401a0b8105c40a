//! Laws and models that are given as formulas, by the language of the crate [`equipartition_formula`].
//!
//! | module | concept |
//! |---|---|
//! | [`law`] | a law as a [check](crate::verify::Check): how its instances are drawn, in which scalars it is judged |
//! | [`instance`] | an instance of a law, as drawn |
//! | [`mod@counterexample`] | an instance of few digits that a law gets wrong, term by term |
//! | `stationary` | points that are stationary exactly |
//! | `stretch` | instances whose quantities are multiplied by powers of two |
//! | `reach` | far instances, where a law may fail that holds near 1 |
//! | `branches` | branches that no instance took |
//! | [`answer`] | what became of one law that was asked about |
//! | [`read`] | from texts to laws |
//! | [`relations`] | linear laws among terms: all of them, and the one nearest to a law that is refuted |
//! | `file` | theories read from THEORY.toml (with the feature `model-file`) |
//! | `tables` | the tables of such a file (likewise) |
//! | `schema` | the JSON Schema of these files (likewise) |
//! | [`claim`] | a claim that owns its texts, its law and its controls |

pub mod answer;
mod branches;
pub mod claim;
mod confirmed;
pub mod counterexample;
#[cfg(feature = "model-file")]
pub mod file;
pub mod instance;
pub mod law;
mod reach;
pub mod read;
pub mod relations;
#[cfg(feature = "model-file")]
pub mod schema;
mod sizes;
mod stationary;
mod stretch;
#[cfg(feature = "model-file")]
mod tables;

pub use crate::model::formula::{FormulaModel, arithmetic};
pub use answer::Answer;
pub use claim::{FormulaClaim, GENERIC_LOSS};
pub use counterexample::{Counterexample, counterexample};
pub use law::{FormulaLaw, Question, Where};
