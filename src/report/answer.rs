//! What became of one law that was asked about, for a person and for a program.

use super::layout::{hanging, led, noted};
use super::{SCHEMA_VERSION, doubt, json, measured, plural};
use crate::formula::law::Where;
use crate::formula::{Answer, Counterexample, GENERIC_LOSS};
use crate::scalar::decimal;
use crate::verify::{Detail, Numbers, Verdict};
use serde_json::{Value, json};

/// For a person, in lines of at most `width`.
pub fn text(answer: &Answer, width: usize) -> String {
    let report = &answer.report;
    let mut text = hanging(&format!("{}: {}", headline(answer), report.entry.statement), width, "");
    for hypothesis in &report.entry.hypotheses {
        text += &hanging(hypothesis, width, "    ");
    }
    let mut line = |name: &str, what: String| text += &noted(name, &what, width);
    for note in answer.question.notes() {
        line("note", note);
    }
    match report.verdict {
        Verdict::Holds => {}
        _ if answer.is_tautology() => {
            line("why", "every loss of these arguments obeys it: it says nothing of this one".to_owned())
        }
        _ if answer.holds_for_generic_losses() => {
            let drawn = answer.generic().map_or(0, |generic| generic.instances);
            line(
                "why",
                format!(
                    "losses without structure obey it too, on {drawn} draws: nothing shows that it says something of this one"
                ),
            )
        }
        _ => line("why", report.reason.clone()),
    }
    if answer.minds_its_range {
        line("drawn", answer.ranges.clone());
    }
    line("instances", instances(answer));
    if let Some(why) = &answer.left_out {
        line("", format!("left out, one of them: {why}"));
    }
    for exponent in &report.exponents {
        line("exponent", measured(exponent));
    }
    for sentence in doubt::sentences(report) {
        line("", sentence);
    }
    for branch in &answer.never_taken {
        line("", doubt::untaken(branch));
    }
    if report.verdict != Verdict::Refuted {
        line("attacked by", attacks(answer));
        for mutant in report.surviving_mutants() {
            line("", format!("not told from the law: {} {}", mutant.term, mutant.change));
        }
    }
    line("controls", controls(answer));
    if let Some(found) = &answer.counterexample {
        text += &counterexample(found, answer.question.law.turned(), width);
    }
    text
}

/// The verdict in one word.
fn headline(answer: &Answer) -> String {
    if answer.is_tautology() { "tautology".to_owned() } else { answer.report.verdict.to_string() }
}

/// How many instances were examined, and what was found on them.
pub(super) fn instances(answer: &Answer) -> String {
    let report = &answer.report;
    let mut parts = Vec::new();
    for (kind, count) in &report.evidence {
        parts.push(format!("{kind} on {count}"));
    }
    if report.refuted > 0 {
        parts.push(format!("violated on {}", report.refuted));
    }
    for (count, what) in [
        (report.vacuous, "both sides 0 on"),
        (report.undecided, "undecided on"),
        (report.excluded + report.unresolved, "left out:"),
    ] {
        if count > 0 {
            parts.push(format!("{what} {count}"));
        }
    }
    let all = report.instances + report.excluded + report.unresolved;
    format!("{all}: {}", parts.join(", "))
}

/// What was tried to pass for the law.
fn attacks(answer: &Answer) -> String {
    let report = &answer.report;
    let survivors = report.surviving_mutants().count();
    let mut parts = Vec::new();
    if !report.mutants.is_empty() {
        let (all, told) = (report.mutants.len(), report.mutants.len() - survivors);
        parts.push(format!("{}, {told} refuted", plural(all, "wrong formula")));
    }
    if let Some(generic) = answer.generic() {
        let how = if generic.failed { "break the law" } else { "obey the law" };
        parts.push(format!(
            "{} without structure, which {how}",
            plural(generic.instances, "loss").replace("losss", "losses")
        ));
    }
    parts.join("; ")
}

fn controls(answer: &Answer) -> String {
    if answer.given_controls == 0 {
        return "none was given: that the law needs its hypotheses is not shown".to_owned();
    }
    let given = answer.report.controls.iter().filter(|control| control.name != GENERIC_LOSS);
    let told = given.map(|control| {
        let breaks = answer.report.entry.controls.iter().find(|known| known.name == control.name);
        let breaks = breaks.map_or("", |known| known.breaks.as_str());
        format!("{breaks}: {}", if control.failed { "fails, as it must" } else { "does not fail" })
    });
    told.collect::<Vec<_>>().join("; ")
}

/// The numbers of a counterexample, and its terms on both sides of the law, or of what it is `turned` to.
fn counterexample(found: &Counterexample, turned: Option<String>, width: usize) -> String {
    let rounded = if found.is_exact { "" } else { ", terms rounded" };
    let mut text = "\n".to_owned() + &hanging(&format!("counterexample: {}{rounded}", found.description), width, "");
    for Numbers { name, values } in &found.numbers {
        let fractions: Vec<String> = values.iter().map(ToString::to_string).collect();
        let decimals: Vec<String> = values.iter().map(decimal).collect();
        let equal = if fractions == decimals { String::new() } else { format!(" = [{}]", decimals.join(", ")) };
        text += &hanging(&format!("{name} = [{}]{equal}", fractions.join(", ")), width, "  ");
    }
    if let Some(judged) = turned {
        text += &hanging(&format!("judged as {judged}:"), width, "  ");
    }
    for detail in &found.terms {
        match detail {
            Detail::Relation { label, .. } if label != "law" => text += &hanging(&format!("{label}:"), width, "  "),
            Detail::Term { side, label, values, decimals } => {
                let equal = decimals.as_ref().filter(|decimals| *decimals != values);
                let equal = equal.map_or_else(String::new, |decimals| format!(" = [{}]", decimals.join(", ")));
                let term = format!("{label} = [{}]{equal}", values.join(", "));
                text += &led(&term, width, &format!("    {:5}  ", side.name()), &" ".repeat(13));
            }
            Detail::Relation { .. } | Detail::Note(_) => {}
        }
    }
    text
}

/// For a program.
pub fn document(answer: &Answer) -> Value {
    let report = &answer.report;
    let question = &answer.question;
    let controls = report.controls.iter().map(|control| {
        json!({"name": control.name, "failed": control.failed, "margin": control.margin.to_string(), "instances": control.instances})
    });
    let mutants = report
        .mutants
        .iter()
        .map(|mutant| json!({"term": mutant.mutant.term, "change": mutant.mutant.change, "refuted": mutant.refuted}));
    json!({
        "schema_version": SCHEMA_VERSION,
        "law": report.entry.statement,
        "latex": question.law.statement().to_latex(),
        "loss": question.model.text,
        "with": question.signature.to_text(),
        "notes": question.notes(),
        "drawn": answer.ranges,
        "at": match question.place {
            Where::Anywhere => "anywhere",
            Where::Stationary => "stationary",
        },
        "seed": answer.settings.seed,
        "precision": answer.settings.precision,
        "verdict": report.verdict,
        "tautology": answer.is_tautology(),
        "reason": (report.verdict != Verdict::Holds).then(|| report.reason.clone()),
        "instances": report.instances,
        "violated": report.refuted,
        "vacuous": report.vacuous,
        "undecided": report.undecided,
        "left_out": report.excluded + report.unresolved,
        "why_left_out": answer.left_out,
        "evidence": report.evidence,
        "branches_never_taken": answer.never_taken,
        "exponents": json::exponents(&report.exponents),
        "may_be_missed": doubt::sentences(report),
        "controls": controls.collect::<Vec<_>>(),
        "given_controls": answer.given_controls,
        "mutants": mutants.collect::<Vec<_>>(),
        "counterexample": answer.counterexample.as_ref().map(counterexample_document),
    })
}

fn counterexample_document(found: &Counterexample) -> Value {
    let numbers = found.numbers.iter().map(|numbers| {
        let values: Vec<String> = numbers.values.iter().map(ToString::to_string).collect();
        let decimals: Vec<String> = numbers.values.iter().map(decimal).collect();
        json!({"name": numbers.name, "values": values, "decimals": decimals})
    });
    let terms = found.terms.iter().filter_map(|detail| match detail {
        Detail::Term { side, label, values, decimals } => Some(json!({
            "side": side.name(), "term": label, "values": values, "decimals": decimals.as_ref().unwrap_or(values),
        })),
        _ => None,
    });
    json!({
        "instance": found.description,
        "exact": found.is_exact,
        "numbers": numbers.collect::<Vec<_>>(),
        "terms": terms.collect::<Vec<_>>(),
    })
}
