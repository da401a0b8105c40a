//! The report as LaTeX, to paste into a paper: a table of the claims, and what each of them says.

use super::formula::latex::statement;
use super::formula::law;
use super::latex::{PACKAGES, table, words};
use super::{Report, doubt, plural, power_of_two};
use crate::verify::simulation::ERROR_BITS;
use crate::verify::{ClaimReport, Entry, ladder};
use std::fmt::Write;

/// What stands above the columns.
const HEADINGS: [&str; 6] = ["claim", "verdict", "evidence", "may be missed", "controls failed", "mutants refuted"];

/// The report.
pub fn render(report: &Report) -> String {
    let rungs = ladder(report.precision).iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
    let mut text = format!(
        "{PACKAGES}% equipartition {}, seed {}, {} instances of each law, the rationals and {rungs} bits\n",
        env!("CARGO_PKG_VERSION"),
        report.seed,
        report.instances,
    );
    if let Some(model) = &report.model {
        let on = format!("{}, {}", model.network, plural(model.parameters, "parameter"));
        let _ = writeln!(text, "Laws on \\texttt{{{}}}: {}.\n", words(&model.file), words(&on));
    }
    let places: Vec<usize> = (0..report.claims.len()).collect();
    let opens = |place: &usize| report.opens_theory(*place).is_some();
    for part in places.chunk_by(|_, next| !opens(next)) {
        let claims = &report.claims[part[0]..=part[part.len() - 1]];
        if let Some(theory) = report.opens_theory(part[0]) {
            let _ = writeln!(text, "\\paragraph{{{}}}\n", words(theory));
        }
        let rows: String = claims.iter().map(row).collect();
        text += &table(&HEADINGS, &rows);
        text += "\n\\begin{description}\n";
        for claim in claims {
            text += &item(claim);
        }
        text += "\\end{description}\n\n";
    }
    let _ = writeln!(text, "{}.", words(&report.counts_in_words()));
    if let Some(bits) = report.error_bits() {
        let told = format!(
            "{}, each wrong with probability {}: any statistical judgement is in error with probability at most {}.",
            plural(report.tests(), "confidence interval"),
            power_of_two(f64::from(ERROR_BITS)),
            power_of_two(bits),
        );
        let _ = writeln!(text, "{}", powers(&words(&told)));
    }
    text
}

fn row(claim: &ClaimReport) -> String {
    let evidence: Vec<String> = claim.evidence.iter().map(|(kind, count)| format!("{kind} {count}")).collect();
    let refuted = claim.mutants.iter().filter(|found| found.refuted).count();
    format!(
        "  \\texttt{{{}}} & {} & {} & {} & {}/{} & {refuted}/{} \\\\\n",
        words(&claim.entry.id),
        words(&claim.verdict.to_string()),
        words(&evidence.join(", ")),
        powers(&words(&doubt::short(claim))),
        claim.failed_controls().count(),
        claim.controls.len(),
        claim.mutants.len(),
    )
}

/// What a claim says under which hypotheses, and why it does not hold if it does not.
fn item(claim: &ClaimReport) -> String {
    let Entry { id, title, statement, hypotheses, .. } = &claim.entry;
    let mut text = format!("  \\item[\\texttt{{{}}}] {}: {}", words(id), words(title), stated(&claim.entry, statement));
    if !hypotheses.is_empty() {
        let hypotheses: Vec<String> = hypotheses.iter().map(|hypothesis| stated(&claim.entry, hypothesis)).collect();
        let _ = write!(text, ". Hypotheses: {}", hypotheses.join("; "));
    }
    if claim.verdict != crate::verify::Verdict::Holds {
        let _ = write!(text, " \\emph{{{}: {}}}", words(&claim.verdict.to_string()), words(&claim.reason));
    }
    text + "\n"
}

/// A text of a claim: of a theory of formulas from the tree.
fn stated(entry: &Entry, text: &str) -> String {
    if entry.theory_file.is_some() { law::to_latex(text) } else { statement(text) }
}

/// `2^-53`, as [`words`] has written it, as a formula.
fn powers(text: &str) -> String {
    let mut written = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("2\\textasciicircum{}-") {
        let digits = after.len() - after.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let _ = write!(written, "{before}\\(2^{{-{}}}\\)", &after[..digits]);
        rest = &after[digits..];
    }
    written + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_are_formulas() {
        assert_eq!(powers(&words("≤ 2^-53, or 2^-30")), r"\(\le\) \(2^{-53}\), or \(2^{-30}\)");
        assert_eq!(powers(&words("≤ 73 %")), r"\(\le\) 73 \%");
    }
}
