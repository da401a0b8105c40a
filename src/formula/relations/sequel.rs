//! What follows the answer to a law.

use super::beyond::{Beyond, beyond};
use super::nearest::{Search, nearest};
use crate::formula::read::Texts;
use crate::formula::{Answer, FormulaLaw};
use crate::verify::Verdict;

/// What follows.
#[derive(Default)]
pub struct Sequel {
    /// Of a law that is refuted, the nearest that holds.
    pub search: Option<Search>,
    /// Of a law that holds, what else holds, and what it does not need.
    pub beyond: Option<Beyond>,
}

impl Sequel {
    /// Finds what follows an answer: a law that is refuted has a nearest one, a law that holds what is beyond it.
    pub fn find(texts: &Texts<'_>, law: &FormulaLaw, answer: &Answer) -> Self {
        let report = &answer.report;
        // What is found is examined on as many instances as the law itself.
        let instances = (report.instances + report.excluded + report.unresolved).max(1) as u64;
        match report.verdict {
            Verdict::Holds => Sequel { search: None, beyond: Some(beyond(texts, law, &answer.settings, instances)) },
            Verdict::Refuted => Sequel { search: nearest(texts, law, &answer.settings, instances), beyond: None },
            _ => Sequel::default(),
        }
    }
}
