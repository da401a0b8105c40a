//! A claim that owns its texts, its law and its controls.

use super::branches::never_taken;
use super::law::FormulaLaw;
use super::read::Texts;
use super::relations::{Search, nearest};
use crate::verify::{Case, Check, Claim, Control, Part, Settings, all, control};

/// The control that every law of a given loss has: the same law of losses without structure. What holds there too says nothing of the loss.
pub const GENERIC_LOSS: &str = "generic-loss";

/// What the control [`GENERIC_LOSS`] breaks.
const ANY_LOSS: &str = "a polynomial of the same arguments without structure in place of the loss: an equality that holds for it too is a tautology";

/// A claim made at run time.
pub struct FormulaClaim {
    /// The identifier, `family/name`.
    pub id: String,
    /// A few words.
    pub title: String,
    /// The law as it is written.
    pub statement: String,
    /// Its hypotheses: the loss, what is declared, at which points.
    pub hypotheses: Vec<String>,
    /// Where it comes from.
    pub references: Vec<String>,
    /// The identifiers of the claims that its proof rests on.
    pub builds_on: Vec<String>,
    formula: FormulaLaw,
    law: Box<dyn Check + Send>,
    controls: Vec<(String, String, Box<dyn Check + Send>)>,
}

/// What a [`Claim`] borrows from its owner besides texts.
pub struct Lists<'a> {
    hypotheses: Vec<&'a str>,
    references: Vec<&'a str>,
    builds_on: Vec<&'a str>,
    law: [Part<'a>; 1],
    controls: Vec<Control<'a>>,
}

impl FormulaClaim {
    /// A claim whose only control is that of generic losses.
    pub fn new(id: String, title: String, law: &FormulaLaw) -> Self {
        let generic = law.of_generic_losses().check();
        FormulaClaim {
            id,
            title,
            statement: law.question.law.text.split_whitespace().collect::<Vec<_>>().join(" "),
            hypotheses: law.question.hypotheses(),
            references: Vec::new(),
            builds_on: Vec::new(),
            formula: law.clone(),
            law: law.check(),
            controls: vec![(GENERIC_LOSS.to_owned(), ANY_LOSS.to_owned(), generic)],
        }
    }

    /// With a further control.
    pub fn with_control(mut self, name: String, breaks: String, law: &FormulaLaw) -> Self {
        self.controls.push((name, breaks, law.check()));
        self
    }

    /// How many controls were given besides that of generic losses.
    pub fn given_controls(&self) -> usize {
        self.controls.len() - 1
    }

    /// Seeks the law that holds and is nearest to this one, if it is refuted; what is found is examined on so many instances.
    pub fn nearest(&self, settings: &Settings, instances: u64) -> Option<Search> {
        let question = &self.formula.question;
        let with = question.model.signature.to_text();
        nearest::nearest(&Texts::of(question, &with), &self.formula, settings, instances)
    }

    /// What in the loss and in the law chose the same branch on each of the instances of a run: of the other nothing is known.
    pub fn never_taken(&self, seed: u64, instances: u64) -> Vec<String> {
        let lists = self.lists();
        let claim = self.claim(&lists);
        never_taken(&self.formula, &claim, seed, claim.instances(Case::Law, instances))
    }

    /// What a claim needs.
    pub fn lists(&self) -> Lists<'_> {
        Lists {
            hypotheses: self.hypotheses.iter().map(String::as_str).collect(),
            references: self.references.iter().map(String::as_str).collect(),
            builds_on: self.builds_on.iter().map(String::as_str).collect(),
            law: [all(&*self.law)],
            controls: self.controls.iter().map(|(name, breaks, check)| control(name, breaks, &**check)).collect(),
        }
    }

    /// The claim as the judge takes it.
    pub fn claim<'a>(&'a self, lists: &'a Lists<'a>) -> Claim<'a> {
        Claim {
            id: &self.id,
            title: &self.title,
            statement: &self.statement,
            hypotheses: &lists.hypotheses,
            references: &lists.references,
            builds_on: &lists.builds_on,
            law: &lists.law,
            controls: &lists.controls,
        }
    }
}
