//! One check of one law: what a claim asserts, or a control asserts wrongly.
//!
//! A law is a value whose fields are its hypotheses and its coefficients; a control is the same law with one of them changed. It says how its
//! instances are drawn ([`Draws`]) and which relations hold of one ([`In`], in whichever scalars it is written for). A route
//! ([`super::routes`]) makes a [`Check`] of it. Nothing here knows what an instance consists of.

use super::draw::{Case, Draw, Drawn};
use super::entry::Evidence;
use super::examination::{Examination, Settings};
use super::relation::Relation;
use equipartition_linalg::LinalgError;
use std::any::Any;

/// What a user hands to a claim in place of its own instances: a network, say.
pub type Subject = dyn Any + Sync;

/// Why a claim is not checked on a subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inapplicable(pub &'static str);

impl Inapplicable {
    /// The claim's instances are not of the subject's kind.
    pub const OWN_INSTANCES: Inapplicable = Inapplicable("stated for networks, data or runs of its own kind");
}

/// A check with its scalars hidden.
pub trait Check: Sync {
    /// Examines one instance.
    fn examine(&self, draw: Draw, settings: &Settings) -> Examination;

    /// The kinds of evidence that its route can reach.
    fn evidence(&self) -> &'static [Evidence];

    /// Examines one instance on a given subject.
    ///
    /// # Errors
    /// [`Inapplicable`], also by default, if the check does not speak of the subject; then of no instance of it.
    fn examine_on(&self, _subject: &Subject, _draw: Draw, _settings: &Settings) -> Result<Examination, Inapplicable> {
        Err(Inapplicable::OWN_INSTANCES)
    }

    /// Whether the check speaks of a given subject.
    ///
    /// # Errors
    /// [`Inapplicable`], also by default, with the reason.
    fn speaks_of(&self, _subject: &Subject, _draw: Draw) -> Result<(), Inapplicable> {
        Err(Inapplicable::OWN_INSTANCES)
    }

    /// How many instances are examined where `asked` of each law are asked for. Long runs take fewer.
    fn instances(&self, case: Case, asked: u64) -> u64 {
        usual_instances(case, asked)
    }
}

/// As many instances of a law as are asked for, and half as many of a control.
pub fn usual_instances(case: Case, asked: u64) -> u64 {
    match case {
        Case::Law => asked,
        Case::Control(_) => (asked / 2).max(4),
    }
}

/// How the instances of a law are drawn.
pub trait Draws: Sync {
    /// What an instance consists of.
    type Instance: Drawn;

    /// Draws an instance.
    ///
    /// # Errors
    /// [`Unjudged`] where what was drawn is no instance.
    fn draw(&self, draw: &mut Draw) -> Result<Self::Instance, Unjudged>;

    /// Draws an instance on a given subject.
    ///
    /// # Errors
    /// [`Inapplicable`], also by default, if the law does not speak of the subject.
    fn draw_on(&self, _draw: &mut Draw, _subject: &Subject) -> Result<Self::Instance, Inapplicable> {
        Err(Inapplicable::OWN_INSTANCES)
    }

    /// What is judged, where it is written as data and not as code: the fingerprints of instances are of it too.
    fn written(&self) -> String {
        String::new()
    }
}

/// The relations of a law in one scalar. A law is written once, for every scalar that suffices: `impl<T: Field> In<T> for Law`.
pub trait In<T>: Draws {
    /// The relations that the law asserts of the instance.
    ///
    /// # Errors
    /// [`Unjudged`]
    fn relations(&self, instance: &Self::Instance) -> Result<Vec<Relation<T>>, Unjudged>;
}

/// Why there are no relations to judge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unjudged {
    /// The instance does not meet the hypotheses, or has no point of the kind that the law is about: it is left out.
    Outside(String),
    /// What was given is at odds with itself, as a gradient that is not that of its loss: the claim is refuted, whatever its law.
    Contradicted(String),
    /// A method failed: the instance is left open, which is no reason to leave it out.
    Open(&'static str),
}

/// A decomposition that fails leaves the instance open; it is no reason to leave it out.
impl From<LinalgError> for Unjudged {
    fn from(_: LinalgError) -> Self {
        Unjudged::Open("a decomposition failed")
    }
}

impl Unjudged {
    /// Outside the hypotheses, with a reason.
    pub fn outside(reason: impl Into<String>) -> Self {
        Unjudged::Outside(reason.into())
    }
}
