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

/// So many claims that gained the same are named; of more, their number and the first and the last.
const MOST_NAMED: usize = 4;

/// What is stronger, in words: which claims, each as it is `marked`, and what of them. Those that gained the same are told together: a run of all theories beside a lock
/// of one has a hundred that are not recorded.
fn together(differences: &[Difference], marked: impl Fn(&str) -> String) -> Vec<(String, &str)> {
    let mut told: Vec<(Vec<&str>, &str)> = Vec::new();
    for Difference { id, what } in differences {
        match told.iter_mut().find(|(_, known)| known == what) {
            Some((ids, _)) => ids.push(id),
            None => told.push((vec![id], what)),
        }
    }
    let names = |ids: Vec<&str>| match &ids[..] {
        [first, .., last] if ids.len() > MOST_NAMED => {
            format!("{} claims, {} to {}", ids.len(), marked(first), marked(last))
        }
        ids => ids.iter().map(|id| marked(id)).collect::<Vec<_>>().join(", "),
    };
    told.into_iter().map(|(ids, what)| (names(ids), what)).collect()
}

impl Comparison {
    /// What was not compared and why, in sentences; empty if nobody has to be told.
    pub fn omissions(&self) -> Vec<String> {
        let file = &self.file;
        let ids = |is_meant: &dyn Fn(&Why) -> bool| -> Vec<&str> {
            self.not_compared.iter().filter(|found| is_meant(&found.why)).map(|found| found.id.as_str()).collect()
        };
        let mut said = Vec::new();
        if self.compared == 0 && self.not_compared.is_empty() && self.weaker.is_empty() {
            said.push(format!("nothing was compared with {file}: it records no claim of this run"));
        }
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

    /// What is weaker and what is stronger, each claims and what of them, in words, with identifiers as they are `marked`. Every claim that is weaker has a line of
    /// its own.
    pub fn differences(&self, marked: impl Fn(&str) -> String) -> [Vec<(String, &str)>; 2] {
        let alone = self.weaker.iter().map(|found| (marked(&found.id), found.what.as_str()));
        [alone.collect(), together(&self.stronger, &marked)]
    }

    /// Whether claims were cut short.
    pub fn is_cut_short(&self) -> bool {
        self.not_compared.iter().any(|found| found.why == Why::CutShort)
    }

    /// Whether it can be said that nothing is weaker than recorded: of nothing compared nothing can.
    pub fn is_held(&self) -> bool {
        self.weaker.is_empty() && self.compared > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_that_differ_alike_are_told_together_and_many_are_counted() {
        let differ = |id: &str, what: &str| Difference { id: id.to_owned(), what: what.to_owned() };
        let few = [differ("a/one", "new"), differ("a/two", "verdict refuted, holds recorded"), differ("b/one", "new")];
        let marked = |id: &str| format!("`{id}`");
        let told = together(&few, marked);
        assert_eq!(
            told,
            [("`a/one`, `b/one`".to_owned(), "new"), ("`a/two`".to_owned(), "verdict refuted, holds recorded")]
        );
        let many: Vec<Difference> = (0..=MOST_NAMED).map(|index| differ(&format!("a/{index}"), "new")).collect();
        assert_eq!(together(&many[1..], marked), [("`a/1`, `a/2`, `a/3`, `a/4`".to_owned(), "new")]);
        assert_eq!(together(&many, marked), [("5 claims, `a/0` to `a/4`".to_owned(), "new")]);
    }
}
