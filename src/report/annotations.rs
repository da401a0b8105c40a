//! Annotations: what a forge shows with a run, in GitHub's form, which others read too.
//!
//! One line for each claim that does not hold and for each that is weaker than recorded:
//! `::error title=TITLE::MESSAGE` (GitHub, *Workflow commands*).

use super::Report;
use crate::verify::Verdict;
use std::fmt::Write;

/// The lines; none if there is nothing to tell.
pub fn github(report: &Report) -> String {
    let mut lines = String::new();
    for claim in report.claims.iter().filter(|claim| claim.verdict != Verdict::Holds) {
        let title = format!("{} is {}", claim.entry.id, claim.verdict);
        let replays = claim.witnesses.iter().map(|witness| report.replay(claim, witness));
        let message: Vec<String> =
            [claim.reason.clone(), claim.entry.statement.to_owned()].into_iter().chain(replays).collect();
        let _ = writeln!(lines, "::error title={}::{}", property(&title), data(&message.join("\n")));
    }
    if let Some(comparison) = &report.comparison {
        let mut ids: Vec<&str> = comparison.weaker.iter().map(|found| found.id.as_str()).collect();
        // Those of a claim follow each other. A forge shows only so many annotations, so each claim gets one.
        ids.dedup();
        for id in ids {
            let title = format!("{id} is weaker than {} says", comparison.file);
            let whats: Vec<&str> =
                comparison.weaker.iter().filter(|found| found.id == id).map(|found| found.what.as_str()).collect();
            let file = property(&comparison.file);
            let _ = writeln!(lines, "::error file={file},title={}::{}", property(&title), data(&whats.join("\n")));
        }
    }
    lines
}

/// The text of a command, in one line.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of a command, which ends at a comma or a colon.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
