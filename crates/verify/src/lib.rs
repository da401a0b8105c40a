//! What a claim is, how it is examined and judged: the same way whatever the theory. Nothing here knows what an instance consists of.
//!
//! | module | concept |
//! |---|---|
//! | [`claim`] | a claim as a value: statement, law, controls |
//! | [`check`] | a law, how its instances are drawn, and the check that it becomes |
//! | [`routes`] | in which scalars a law is judged, and which evidence that can give |
//! | `judging` | one instance of a law, judged in the scalars of its route |
//! | [`theory`] | named lists of claims, with their proofs |
//! | `dependence` | which claim rests on which |
//! | [`lemmas`] | what of a claim a proof assistant has checked |
//! | [`entry`] | what a report says of a claim |
//! | [`stream`] | seeded random numbers |
//! | [`draw`] | the randomness of one instance, keyed by claim, case, seed and index |
//! | [`relation`] | an equality or inequality between sums of named terms |
//! | [`mutant`] | wrong formulas, made from the right one |
//! | [`finding`] | a relation judged in one scalar |
//! | [`exponent`] | a measured exponent |
//! | [`order`] | asymptotic exponents, extrapolated at high precision |
//! | [`simulation`] | laws of averages, judged from seeded runs |
//! | [`detail`] | the numbers of an instance and both sides of its relations, to look at |
//! | [`bounds`] | what exact zeros say of all other points |
//! | [`identity`] | residuals that are the zero polynomial |
//! | [`examination`] | what was found on one instance |
//! | [`kinds`] | what each kind of relation said over a run |
//! | [`report`] | what a run found out about a claim: the verdict, and all that it rests on |
//! | `verdict` | from examinations to a verdict |
//! | [`runner`] | selection, threads, time limits, events |

#![deny(unsafe_code)]
#![warn(missing_docs)]

mod attack;
pub mod bounds;
pub mod check;
pub mod claim;
mod dependence;
pub mod detail;
pub mod draw;
pub mod entry;
pub mod examination;
pub mod exponent;
pub mod finding;
pub mod identity;
mod judging;
pub mod kinds;
pub mod lemmas;
pub mod mutant;
pub mod order;
pub mod relation;
pub mod report;
pub mod routes;
pub mod runner;
pub mod scalars;
pub mod simulation;
pub mod stream;
pub mod theory;
mod verdict;

#[cfg(test)]
mod tests;

pub use check::{Check, Draws, In, Inapplicable, Subject, Unjudged};
pub use claim::{Claim, Control, OnSubject, Part, all, control};
pub use detail::{Detail, Numbers, Side};
pub use draw::{Case, Class, Draw, Drawn, POINTS_PER_FAMILY};
pub use entry::{Entry, Evidence};
pub use examination::{Effort, Examination, Settings};
pub use finding::{Finding, Quantity, Said, Status};
pub use identity::Expansion;
pub use kinds::{Expanded, KindReport};
pub use lemmas::{Checked, Lemma, Lemmas};
pub use mutant::{Change, Mutant};
pub use relation::{EVERY_GAP, Label, Relation, Sense, Term, Text};
pub use report::{ClaimReport, Verdict};
pub use routes::{
    Asymptotic, Asymptotics, Decomposition, Doubled, EnclosedDecomposition, Enclosing, Exact, Few, INTERVAL_BITS,
    Independent, Ladder, Order, Transcendental, ladder,
};
pub use scalars::Scalar;
pub use stream::Stream;
pub use theory::{Theories, Theory};
