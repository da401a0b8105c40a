//! Relations among terms, and what follows the answer to a law, for a person, for a program and for a paper.

use super::latex::{self, PACKAGES, words};
use super::layout::{hanging, noted};
use super::nearest::{Changed, Sought};
use super::{SCHEMA_VERSION, plural};
use crate::formula::Answer;
use crate::formula::law::{Question, Where};
use crate::formula::relations::{Beyond, FoundLaw, Relations, Sequel};
use crate::verify::Verdict;
use serde_json::{Value, json};

/// All relations among terms, for a person, in lines of at most `width`.
pub fn text(found: &Relations, width: usize) -> String {
    let all = plural(found.terms.len(), "term");
    // A relation of which both sides vanish, or that every loss obeys, is shown and is none.
    let laws = found.laws.iter().filter(|law| law.answer.report.verdict == Verdict::Holds).count();
    let mut text = match laws {
        0 => format!("no linear law among {all}\n"),
        laws => format!("{} among {all}\n", plural(laws, "linear law")),
    };
    for hypothesis in hypotheses(found) {
        text += &hanging(&hypothesis, width, "    ");
    }
    let mut line = |word: &str, what: &str| text += &noted(word, what, width);
    for note in found.question.notes() {
        line("note", &note);
    }
    for law in &found.laws {
        line(headline(&law.answer), &law.text);
        line("", &evidence(law));
    }
    for law in &found.refuted {
        line("refuted", law);
        line("", "it held on the instances that were looked at first, and fresh ones refute it");
    }
    for related in &found.unwritten {
        let what = format!(
            "a relation among {} whose coefficients are not numbers times powers of gamma (0 to 2) and eta (-2 to 2)",
            related.iter().map(|term| format!("`{term}`")).collect::<Vec<_>>().join(", ")
        );
        line("left out", &what);
    }
    if !found.is_sparsest {
        line("basis", "not all sets of terms were looked at: there may be laws of fewer terms");
    }
    text
}

fn hypotheses(found: &Relations) -> Vec<String> {
    let mut hypotheses = found.question.hypotheses();
    let running = found.prefix.trim_end_matches([':', ' ']);
    if !running.is_empty() {
        hypotheses.push(running.to_owned());
    }
    hypotheses
}

/// What a relation that was found is.
fn headline(answer: &Answer) -> &'static str {
    if answer.is_tautology() {
        return "tautology";
    }
    match answer.report.verdict {
        Verdict::Holds => "law",
        Verdict::Refuted => "refuted",
        Verdict::Vacuous => "vacuous",
        Verdict::Powerless => "powerless",
        Verdict::Undecided => "undecided",
    }
}

fn evidence(law: &FoundLaw) -> String {
    let report = &law.answer.report;
    let found = examined(&law.answer);
    match report.verdict {
        Verdict::Holds => found,
        _ if law.answer.is_tautology() => format!("{found}; every loss of these arguments obeys it"),
        _ => format!("{found}; {}", report.reason),
    }
}

fn examined(answer: &Answer) -> String {
    format!("fresh instances {}", super::answer::instances(answer))
}

/// What follows the answer to a law, for a person, in lines of at most `width`.
pub fn sequel(sequel: &Sequel, width: usize) -> String {
    let mut text = String::new();
    let line = |text: &mut String, word: &str, what: &str| *text += &noted(word, what, width);
    if let Some(search) = &sequel.search {
        text.push('\n');
        match &search.found {
            Some(nearest) => {
                line(&mut text, "instead", &nearest.text);
                for change in &nearest.changes {
                    line(&mut text, "", &Changed::new(change).in_words());
                }
                line(&mut text, "", &examined(&nearest.answer));
            }
            None => line(&mut text, "instead", &Sought::new(search).nothing()),
        }
    }
    if let Some(Beyond { further, needless }) = &sequel.beyond {
        if !further.is_empty() || !needless.is_empty() {
            text.push('\n');
        }
        for law in further {
            let is_sure = law.answer.report.verdict == Verdict::Holds;
            line(&mut text, if is_sure { "also" } else { "undecided" }, &law.text);
            line(&mut text, "", &evidence(law));
        }
        for hypothesis in needless {
            line(&mut text, "not needed", hypothesis);
        }
    }
    text
}

/// All relations among terms, for a program.
pub fn document(found: &Relations) -> Value {
    json!({
        "schema_version": SCHEMA_VERSION,
        "terms": found.terms,
        "for": found.prefix.trim_end_matches([':', ' ']),
        "loss": found.question.model.text,
        "with": found.question.signature.to_text(),
        "notes": found.question.notes(),
        "at": at(&found.question),
        "seed": found.settings.seed,
        "precision": found.settings.precision,
        "relations": found.dimensions.0,
        "tautologies": found.dimensions.1,
        "laws": found.laws.iter().map(law_document).collect::<Vec<_>>(),
        "refuted": found.refuted,
        "left_out": found.unwritten.len(),
        "sparsest": found.is_sparsest,
    })
}

fn at(question: &Question) -> &'static str {
    match question.place {
        Where::Anywhere => "anywhere",
        Where::Stationary => "stationary",
    }
}

fn law_document(law: &FoundLaw) -> Value {
    let coefficients =
        law.relation.iter().map(|(term, coefficient)| json!({"term": term, "coefficient": coefficient.to_string()}));
    json!({
        "law": law.text,
        "latex": latex::law(&law.text),
        "relation": coefficients.collect::<Vec<_>>(),
        "verdict": law.answer.report.verdict,
        "tautology": law.answer.is_tautology(),
        "evidence": law.answer.report.evidence,
        "instances": law.answer.report.instances,
    })
}

/// Adds to the answer of a law what follows it.
pub fn add_sequel(document: &mut Value, sequel: &Sequel) {
    if let Some(search) = &sequel.search {
        let Sought { nearest, offered } = Sought::new(search);
        document["nearest"] = json!(nearest);
        document["offered"] = json!(offered);
    }
    if let Some(beyond) = &sequel.beyond {
        document["further"] = beyond.further.iter().map(law_document).collect();
        document["not_needed"] = json!(beyond.needless);
    }
}

/// A row of the table: the law, what it is, and what that rests on.
fn row(law: &str, what: &str, evidence: &str) -> String {
    format!("  ${}$ & {what} & {} \\\\\n", latex::law(law), words(evidence))
}

fn table(rows: &[String]) -> String {
    latex::table(&["law", "", "evidence"], &rows.concat())
}

/// About what: the loss, and at which points.
fn about(question: &Question) -> String {
    let place = match question.place {
        Where::Anywhere => "at every point",
        Where::Stationary => "where $\\nabla F = 0$",
    };
    format!("{PACKAGES}For $\\ell = {}$, {place}:\n", question.model.expression().to_latex())
}

/// All relations among terms, to paste into a paper.
pub fn to_latex(found: &Relations) -> String {
    let rows: Vec<String> =
        found.laws.iter().map(|law| row(&law.text, headline(&law.answer), &examined(&law.answer))).collect();
    let body = if rows.is_empty() { "no linear law.\n".to_owned() } else { table(&rows) };
    about(&found.question) + &body
}

/// The answer to a law with what follows it, to paste into a paper.
pub fn check_to_latex(answer: &Answer, sequel: &Sequel) -> String {
    let report = &answer.report;
    let verdict = if answer.is_tautology() { "tautology".to_owned() } else { report.verdict.to_string() };
    let found = if report.verdict == Verdict::Refuted {
        format!("violated on {} of {}", report.refuted, report.instances)
    } else {
        examined(answer)
    };
    let mut rows = vec![row(&answer.question.law.text, &verdict, &found)];
    if let Some(nearest) = sequel.search.as_ref().and_then(|search| search.found.as_ref()) {
        rows.push(row(&nearest.text, "holds instead", &examined(&nearest.answer)));
    }
    for law in sequel.beyond.iter().flat_map(|beyond| &beyond.further) {
        let is_sure = law.answer.report.verdict == Verdict::Holds;
        rows.push(row(&law.text, if is_sure { "holds too" } else { "undecided" }, &examined(&law.answer)));
    }
    about(&answer.question) + &table(&rows)
}
