//! What a comparison came to.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// How a run compares with what was recorded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// The file of the baseline.
    pub file: String,
    /// What is less than recorded, or not comparable: a changed statement.
    pub weaker: Vec<Difference>,
    /// What is more than recorded.
    pub stronger: Vec<Difference>,
    /// How many claims were compared with their records.
    pub compared: usize,
    /// Recorded claims that were not, though nobody left them out.
    pub not_compared: Vec<NotCompared>,
}

/// A recorded claim that was not compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotCompared {
    /// The claim.
    pub id: String,
    /// Why.
    pub why: Why,
}

/// Why a recorded claim was not compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// What it would have shown is not known.
    CutShort,
    /// It is of this theory, which is one of a file that was not read.
    NotLoaded(String),
}

/// One difference between a claim and its record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Difference {
    /// The claim.
    pub id: String,
    /// What differs, in words.
    pub what: String,
}

impl Comparison {
    /// What was not compared and why, in sentences; empty if nobody has to be told.
    pub fn omissions(&self) -> Vec<String> {
        let file = &self.file;
        let ids = |is_meant: &dyn Fn(&Why) -> bool| -> Vec<&str> {
            self.not_compared.iter().filter(|found| is_meant(&found.why)).map(|found| found.id.as_str()).collect()
        };
        let mut said = Vec::new();
        match &ids(&|why| *why == Why::CutShort)[..] {
            [] => {}
            [one] => said.push(format!("not compared with {file}: 1 claim was cut short: {one}")),
            all => {
                said.push(format!("not compared with {file}: {} claims were cut short: {}", all.len(), all.join(", ")))
            }
        }
        let theories = self.not_compared.iter().filter_map(|found| match &found.why {
            Why::NotLoaded(theory) => Some(theory),
            Why::CutShort => None,
        });
        for theory in theories.collect::<BTreeSet<_>>() {
            let ids = ids(&|why| matches!(why, Why::NotLoaded(of) if of == theory)).join(", ");
            said.push(format!(
                "{file} also records claims of `{theory}`, a theory not loaded: {ids}: name the file or give --theory"
            ));
        }
        said
    }

    /// Whether claims were cut short.
    pub fn is_cut_short(&self) -> bool {
        self.not_compared.iter().any(|found| found.why == Why::CutShort)
    }

    /// Whether it can be said that nothing is weaker than recorded.
    pub fn is_held(&self) -> bool {
        self.weaker.is_empty() && (self.compared > 0 || !self.is_cut_short())
    }
}
