//! The law that holds in place of one that is refuted, for a person and for a program.

use super::{latex, plural};
use crate::formula::relations::Change;
use crate::formula::relations::{Nearest, Search};
use crate::verify::{Evidence, Verdict};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What came of the search for a law that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sought {
    /// The nearest, if one is within reach.
    pub nearest: Option<Instead>,
    /// The kinds of further terms that were offered.
    pub offered: Vec<String>,
}

/// A law that holds in place of another. The members are those of the JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Instead {
    /// The law.
    pub law: String,
    /// The same in LaTeX.
    pub latex: String,
    /// In what it differs.
    pub changes: Vec<Changed>,
    /// What became of it.
    pub verdict: Verdict,
    /// For each kind of evidence, the number of instances that reached it.
    pub evidence: BTreeMap<Evidence, usize>,
    /// On how many it was judged.
    pub instances: usize,
}

/// What is changed of a law, with coefficients as text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "lowercase", deny_unknown_fields)]
pub enum Changed {
    /// The coefficient of a term.
    Coefficient {
        /// The term.
        term: String,
        /// What stood before it.
        from: String,
        /// What has to.
        to: String,
    },
    /// A term too many.
    Without {
        /// The term.
        term: String,
    },
    /// A term whose products of matrices belong on the other side.
    Side {
        /// The term.
        term: String,
        /// The term that has to stand in its place.
        to: String,
    },
    /// A term that was missing.
    Further {
        /// The term.
        term: String,
        /// What kind of term it is.
        kind: String,
    },
}

impl Sought {
    /// What a search came to.
    pub fn new(search: &Search) -> Self {
        Sought { nearest: search.found.as_ref().map(Instead::new), offered: search.offered.clone() }
    }

    /// That nothing was found, and among what.
    pub fn nothing(&self) -> String {
        let offered = self.offered.join(", ");
        let offered = if offered.is_empty() {
            String::new()
        } else {
            format!(", nor with further terms of one kind ({offered}); those of two kinds at once were not tried")
        };
        format!("no law is near: none with up to three other coefficients{offered}")
    }

    /// The law, or that there is none, and below it what is to say of it.
    pub fn lines(&self) -> Vec<String> {
        let Some(nearest) = &self.nearest else { return vec![self.nothing()] };
        let changes = nearest.changes.iter().map(Changed::in_words);
        [nearest.law.clone()].into_iter().chain(changes).chain([nearest.examined()]).collect()
    }
}

impl Instead {
    fn new(nearest: &Nearest) -> Self {
        let report = &nearest.answer.report;
        Instead {
            law: nearest.text.clone(),
            latex: latex::law(&nearest.text),
            changes: nearest.changes.iter().map(Changed::new).collect(),
            verdict: report.verdict,
            evidence: report.evidence.clone(),
            instances: report.instances,
        }
    }

    /// On what it was judged, and how.
    fn examined(&self) -> String {
        let kinds: Vec<String> = self.evidence.iter().map(|(kind, count)| format!("{kind} on {count}")).collect();
        format!("{} on {}: {}", self.verdict, plural(self.instances, "fresh instance"), kinds.join(", "))
    }
}

impl Changed {
    /// What is changed, with its coefficients written out.
    pub fn new(change: &Change) -> Self {
        match change {
            Change::Coefficient { term, from, to } => {
                Changed::Coefficient { term: term.clone(), from: from.to_string(), to: to.to_string() }
            }
            Change::Turned { term, to } => Changed::Side { term: term.clone(), to: to.clone() },
            Change::Without { term } => Changed::Without { term: term.clone() },
            Change::Further { term, kind } => Changed::Further { term: term.clone(), kind: kind.clone() },
        }
    }

    /// For a person.
    pub fn in_words(&self) -> String {
        match self {
            Changed::Coefficient { term, from, to } => format!("with {to} in place of {from} before {term}"),
            Changed::Side { term, to } => format!("with {to} in place of {term}: the other side"),
            Changed::Without { term } => format!("without the term {term}"),
            Changed::Further { term, kind } => format!("with the further term {term} on the right ({kind})"),
        }
    }
}
