//! What a claim is: data plus a check, judged the same way whatever the theory.
//!
//! | module | concept |
//! |---|---|
//! | [`data`] | a claim as a value: statement, law, controls |
//! | [`check`] | a law, how its instances are drawn, and the check that it becomes |
//! | [`routes`] | in which scalars a law is judged, and which evidence that can give |
//! | [`entry`] | what a claim says of itself: id, statement, hypotheses, evidence, controls |
//! | [`stream`] | seeded random numbers, keyed by claim, seed and instance |
//! | [`relation`] | an equality or inequality between sums of named terms |
//! | [`mutant`] | wrong formulas, made from the right one |
//! | [`finding`] | a relation judged in one scalar |
//! | [`order`] | asymptotic exponents, extrapolated at high precision |
//! | [`simulation`] | laws of averages, judged from seeded runs |
//! | [`theorem`] | a claim written once for every scalar, and its examination |
//! | [`problem`] | random instances: a network, a point, a data set |
//! | [`analytic`] | a claim that needs square roots or exponentials, written once for every real scalar |
//! | [`situation`] | random instances of a model of one's own |
//! | [`given`] | random instances of a network that is given |
//! | [`kinds`] | what each kind of relation said over a run |
//! | [`verdict`] | from examinations to a verdict |
//! | [`runner`] | selection, threads, time limits, events |

pub mod analytic;
pub mod check;
pub mod data;
pub mod entry;
pub mod finding;
pub mod given;
pub mod kinds;
pub mod mutant;
pub mod order;
pub mod problem;
pub mod relation;
pub mod routes;
pub mod runner;
pub mod simulation;
pub mod situation;
pub mod stream;
pub mod theorem;
pub mod verdict;

pub use analytic::{Analytic, AnalyticTheorem};
pub use check::{Check, Draws, In, Subject, Unjudged};
pub use entry::{Control, Entry, Evidence};
pub use finding::{Finding, Quantity, Said, Scalar, Status};
pub use given::{Inapplicable, OnNetwork};
pub use kinds::KindReport;
pub use mutant::{Change, Mutant};
pub use problem::{Class, Palette, Point, Problem};
pub use relation::{Label, Relation, Sense, Term};
pub use situation::{Shape, Situation};
pub use stream::Stream;
pub use theorem::{Case, Claim, Draw, Drawn, Effort, Examination, Outside, Settings, Theorem};
pub use verdict::{ClaimReport, Verdict};
