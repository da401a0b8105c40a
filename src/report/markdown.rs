//! The report as Markdown: the summary page of a job.

use super::{Report, doubt, plural, power_of_two};
use crate::verify::ladder;
use crate::verify::simulation::ERROR_BITS;
use crate::verify::{ClaimReport, Verdict};
use std::fmt::Write;

/// The report: what is wrong first, then every claim in a table that unfolds.
pub fn render(report: &Report) -> String {
    let mut text = format!("## equipartition: {}\n\n", report.counts_in_words());
    let rungs = ladder(report.precision).iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
    let _ = writeln!(
        text,
        "Version {}, seed {}, {} instances of each law, the rationals and {rungs} bits.",
        env!("CARGO_PKG_VERSION"),
        report.seed,
        report.instances,
    );
    if let Some(shard) = &report.shard {
        let nothing = if report.claims.is_empty() { ": this part is empty" } else { "" };
        let _ = writeln!(text, "Part {} of {}{nothing}.", shard.index, shard.count);
    }
    if let Some(model) = &report.model {
        let _ = writeln!(
            text,
            "Laws on {}: {}, {}; {} not examined on it.",
            code(&model.file),
            escape(&model.network),
            plural(model.parameters, "parameter"),
            plural(model.inapplicable.len(), "claim"),
        );
    }
    for claim in report.claims.iter().filter(|claim| claim.verdict != Verdict::Holds) {
        explain(&mut text, report, claim);
    }
    for claim in &report.claims {
        for sentence in doubt::untaken_branches(report, claim) {
            let _ = writeln!(text, "\n{}: {}", code(&claim.entry.id), escape(&sentence));
        }
    }
    compare(&mut text, report);
    table(&mut text, report);
    if let Some(bits) = report.error_bits() {
        let _ = writeln!(
            text,
            "\n{}, each wrong with probability {}: any statistical judgement is in error with probability at most {}.",
            plural(report.tests(), "confidence interval"),
            power_of_two(f64::from(ERROR_BITS)),
            power_of_two(bits),
        );
    }
    text
}

fn explain(text: &mut String, report: &Report, claim: &ClaimReport) {
    let _ = writeln!(text, "\n### {} is {}\n\n{}\n", code(&claim.entry.id), claim.verdict, escape(&claim.reason));
    let _ = writeln!(text, "> {}", code(&claim.entry.statement));
    if !claim.witnesses.is_empty() {
        let replays: Vec<String> = claim.witnesses.iter().map(|witness| report.replay(claim, witness)).collect();
        let _ = writeln!(text, "\n```sh\n{}\n```", replays.join("\n"));
    }
    if let Some(nearest) = report.sought.get(&claim.entry.id).and_then(|sought| sought.nearest.as_ref()) {
        let _ = writeln!(text, "\nWhat holds instead: {}", code(&nearest.law));
    }
}

fn compare(text: &mut String, report: &Report) {
    if let Some(comparison) = &report.comparison {
        let file = code(&comparison.file);
        if comparison.is_held() {
            let of = if comparison.is_cut_short() { "Of what was compared, nothing" } else { "Nothing" };
            let _ = writeln!(text, "\n{of} is weaker than {file} records.");
        }
        for omission in comparison.omissions() {
            let _ = writeln!(text, "\n{}.", escape(&omission));
        }
        let [weaker, stronger] = comparison.differences(code);
        for (heading, differences) in [("Weaker", weaker), ("Stronger", stronger)] {
            if differences.is_empty() {
                continue;
            }
            let _ = writeln!(text, "\n### {heading} than {file} records\n");
            for (claims, what) in differences {
                let _ = writeln!(text, "- {claims}: {}", escape(what));
            }
        }
    }
}

fn table(text: &mut String, report: &Report) {
    if report.claims.is_empty() {
        return;
    }
    let summary = plural(report.claims.len(), "claim");
    let _ = writeln!(text, "\n<details><summary>{summary}</summary>\n");
    let _ = writeln!(
        text,
        "| claim | verdict | evidence | proof | may be missed | instances | controls failed | mutants refuted |"
    );
    let _ = writeln!(text, "|---|---|---|---|---|--:|--:|--:|");
    for (place, claim) in report.claims.iter().enumerate() {
        if let Some(theory) = report.opens_theory(place) {
            let _ = writeln!(text, "| **{}** | | | | | | | |", escape(theory));
        }
        let evidence: Vec<String> = claim.evidence.iter().map(|(kind, count)| format!("{kind} {count}")).collect();
        let refuted = claim.mutants.iter().filter(|found| found.refuted).count();
        let verdict = match claim.verdict {
            Verdict::Holds => "holds".to_owned(),
            other => format!("**{other}**"),
        };
        let _ = writeln!(
            text,
            "| {} | {verdict} | {} | {} | {} | {} | {}/{} | {refuted}/{} |",
            code(&claim.entry.id),
            evidence.join(", "),
            claim.entry.lemma.checked,
            doubt::short(claim),
            claim.instances,
            claim.failed_controls().count(),
            claim.controls.len(),
            claim.mutants.len(),
        );
    }
    let _ = writeln!(text, "\n</details>");
}

/// As code, whatever backticks it has inside.
fn code(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let blank = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{blank}{text}{blank}{fence}")
}

/// Plain words that no renderer takes for markup; what stands between backticks stays code.
fn escape(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    let is_balanced = parts.len() % 2 == 1;
    if !is_balanced {
        return escape_all(text);
    }
    let part = |(place, part): (usize, &&str)| if place % 2 == 1 { code(part) } else { escape_all(part) };
    parts.iter().enumerate().map(part).collect()
}

fn escape_all(text: &str) -> String {
    let markup = |c: char| matches!(c, '\\' | '`' | '*' | '_' | '<' | '>' | '[' | ']' | '|' | '#' | '~' | '$' | '&');
    text.chars().flat_map(|c| markup(c).then_some('\\').into_iter().chain([c])).collect()
}
