//! `equipartition explain`: a claim in full, with its proof.

use super::output::print;
use super::suggest::unknown;
use super::{Exit, Failure, Format};
use crate::report::SCHEMA_VERSION;
use crate::verify::theory::Theories;
use crate::verify::{Checked, Claim, Lemma};
use clap::Args;
use serde_json::json;
use std::fmt::Write;

/// Explain a claim: statement, hypotheses, proof, controls, references
#[derive(Args)]
pub struct Arguments {
    /// The claim's identifier, such as balance/neuron
    id: String,
    /// Text for people, or an object for programs
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: Format,
}

/// The claim of that identifier.
///
/// # Errors
/// [`Failure::Usage`] with the nearest identifier.
pub(super) fn find<'a>(theories: Theories<'a>, id: &str) -> Result<&'a Claim<'a>, Failure> {
    let claims = theories.claims();
    let found = claims.iter().find(|claim| claim.id == id).copied();
    found.ok_or_else(|| {
        let ids = claims.iter().map(|claim| claim.id);
        Failure::Usage(format!("{} (`equipartition list` names them all)", unknown("claim", id, ids)))
    })
}

/// Explains one claim.
///
/// # Errors
/// If there is no such claim, or it cannot be written.
pub fn run(arguments: &Arguments, theories: Theories) -> Result<Exit, Failure> {
    let claim = find(theories, &arguments.id)?;
    let proof = theories.proof(claim.id);
    let machine = theories.lemma(claim.id);
    let text = match arguments.format {
        Format::Text => text(claim, proof, &machine),
        Format::Json => format!("{:#}\n", document(claim, proof, &machine)),
    };
    let _ = print(&text)?;
    Ok(Exit::Success)
}

fn document(claim: &Claim, proof: Option<String>, (lemma, statements): &(Lemma, Vec<String>)) -> serde_json::Value {
    let control = |control: &crate::verify::Control| json!({"name": control.name, "breaks": control.breaks});
    json!({
        "schema_version": SCHEMA_VERSION,
        "id": claim.id,
        "title": claim.title,
        "statement": claim.statement,
        "hypotheses": claim.hypotheses,
        "evidence": claim.evidence(),
        "controls": claim.controls.iter().map(control).collect::<Vec<_>>(),
        "references": claim.references,
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

fn text(claim: &Claim, proof: Option<String>, (lemma, statements): &(Lemma, Vec<String>)) -> String {
    let mut text = format!("{}: {}\n\nStatement\n    {}\n\nHypotheses\n", claim.id, claim.title, claim.statement);
    for hypothesis in claim.hypotheses {
        let _ = writeln!(text, "  - {hypothesis}");
    }
    let kinds: Vec<String> = claim.evidence().iter().map(ToString::to_string).collect();
    let _ = write!(text, "\nEvidence\n    {}\n\nControls, which must fail\n", kinds.join(", "));
    for control in claim.controls {
        let _ = writeln!(text, "  - {}: {}", control.name, control.breaks);
    }
    let _ = writeln!(text, "\nReferences");
    for reference in claim.references {
        let _ = writeln!(text, "  - {reference}");
    }
    match lemma.checked {
        Checked::Prose => text += "\nMachine-checked\n    nothing: the proof is prose\n",
        checked => {
            let how = if checked == Checked::Full { "in full" } else { "in part" };
            let _ = writeln!(text, "\nMachine-checked\n    {how}, by Coq: {}", lemma.theorems.join(", "));
            let _ = writeln!(text, "    covers: {}", lemma.covers);
            if !lemma.missing.is_empty() {
                let _ = writeln!(text, "    missing: {}", lemma.missing);
            }
            for line in statements.iter().flat_map(|statement| statement.lines().chain([""])) {
                let _ = writeln!(text, "{}", format!("    {line}").trim_end());
            }
        }
    }
    let _ = writeln!(text, "\nProof\n");
    match proof {
        Some(section) => text += &section,
        None => {
            let _ = writeln!(text, "    no proof page yet");
        }
    }
    text
}
