//! Linear laws among terms: all there are, the one nearest to a law that is refuted, and what a law that holds says besides and does not need.
//!
//! The values of terms on an instance are numbers; `sum_j c_j term_j = 0` on all instances is a homogeneous linear equation for the coefficients each. With the
//! learning rate and the weight decay fixed the coefficients are numbers, and the equations are solved modulo the prime `2^61 - 1` (in floats of 256 bits where a
//! term is no rational function). A relation that is found there is followed over further pairs of rates: its coefficients have to be numbers times powers of
//! `gamma` and `eta`, or sums of such products. So it becomes a formula, which is read and judged as every law is, on fresh instances of all sizes, in the
//! rationals: no step on the way is trusted.
//!
//! | module | concept |
//! |---|---|
//! | [`modular`] | formulas computed modulo a prime |
//! | [`values`] | the values of terms on fresh instances, and the relations that they leave |
//! | [`space`] | spaces of relations, and sparsest bases |
//! | [`lift`] | from residues to coefficients |
//! | [`formula`] | a relation as the formula of a law |
//! | [`mod@relate`] | all linear laws among terms |
//! | [`candidates`] | the terms that a law may lack |
//! | [`sides`] | laws with products of matrices on the other side |
//! | [`change`] | what tells such a law from the one that was asked about |
//! | [`nearest`] | the law that holds and is nearest to one that does not |
//! | [`beyond`] | what else holds among the terms of a law, and which of its hypotheses it does not need |
//! | [`sequel`] | what follows the answer to a law |

pub mod beyond;
pub mod candidates;
pub mod change;
pub mod formula;
pub mod lift;
pub mod modular;
pub mod nearest;
pub mod relate;
pub mod sequel;
pub mod sides;
pub mod space;
pub mod values;

pub use beyond::Beyond;
pub use change::Change;
pub use nearest::{Nearest, Search};
pub use relate::{Complaint, FoundLaw, MOST_TERMS, Relations, relate};
pub use sequel::Sequel;
