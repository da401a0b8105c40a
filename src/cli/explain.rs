//! `equipartition explain`: a claim in full, with its proof.

use super::output::{self, print};
use super::selection::find;
use super::{Exit, Failure};
use crate::report::SCHEMA_VERSION;
use crate::report::explanation::Explanation;
use crate::verify::Claim;
use crate::verify::theory::Theories;
use clap::{Args, ValueEnum};
use serde_json::json;

/// Explain a claim: statement, hypotheses, controls, proof, what it builds on and what builds on it, references
#[derive(Args)]
#[command(after_help = "\
Examples:
  equipartition explain balance/neuron
  equipartition explain balance/neuron --format html > neuron.html
  equipartition explain balance/neuron --format latex > neuron.tex")]
pub struct Arguments {
    /// The claim's identifier, such as balance/neuron
    id: String,
    /// Text for people, a document, or an object for programs
    #[arg(short, long, value_enum, default_value_t)]
    pub(super) format: Format,
}

/// The formats of an explanation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For a terminal, wrapped.
    #[default]
    Text,
    /// Markdown.
    Markdown,
    /// A section for a LaTeX document with amsmath and amssymb.
    Latex,
    /// A page that needs nothing but a browser.
    Html,
    /// JSON.
    Json,
}

/// Explains one claim.
///
/// # Errors
/// If there is no such claim, or it cannot be written.
pub fn run(arguments: &Arguments, theories: Theories) -> Result<Exit, Failure> {
    let claim = find(theories, &arguments.id)?;
    let (lemma, statements) = theories.lemma(claim.id);
    let explanation = Explanation {
        claim,
        builds_on: theories.foundations(claim),
        used_by: theories.users(claim.id),
        proof: theories.proof(claim.id),
        lemma,
        statements,
        is_formula: theories.of(claim.id).is_some_and(|theory| theory.file.is_some()),
    };
    let text = match arguments.format {
        Format::Text => explanation.text(output::width()),
        Format::Markdown => explanation.markdown(),
        Format::Latex => explanation.latex(),
        Format::Html => explanation.html(),
        Format::Json => format!("{:#}\n", document(&explanation)),
    };
    let _ = print(&text)?;
    Ok(Exit::Success)
}

fn document(explanation: &Explanation) -> serde_json::Value {
    let Explanation { claim, builds_on, used_by, proof, lemma, statements, .. } = explanation;
    let control = |control: &crate::verify::Control| json!({"name": control.name, "breaks": control.breaks});
    let ids = |claims: &[&Claim]| claims.iter().map(|claim| claim.id.to_owned()).collect::<Vec<_>>();
    json!({
        "schema_version": SCHEMA_VERSION,
        "id": claim.id,
        "title": claim.title,
        "statement": claim.statement,
        "hypotheses": claim.hypotheses,
        "evidence": claim.evidence(),
        "controls": claim.controls.iter().map(control).collect::<Vec<_>>(),
        "references": claim.references,
        "builds_on": ids(builds_on),
        "used_by": ids(used_by),
        "proof": proof,
        "machine_checked": {
            "checked": lemma.checked,
            "theorems": lemma.theorems,
            "statements": statements,
            "covers": lemma.covers,
            "missing": lemma.missing,
        },
    })
}
