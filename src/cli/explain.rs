//! `equipartition explain`: a claim in full, with its proof.

use super::output::print;
use super::suggest::unknown;
use super::{Exit, Failure, Format};
use crate::claim::{Claim, Entry};
use crate::report::SCHEMA_VERSION;
use crate::theory::Theories;
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
pub(super) fn find(theories: Theories, id: &str) -> Result<&'static dyn Claim, Failure> {
    let claims = theories.claims();
    let found = claims.iter().find(|claim| claim.entry().id == id).copied();
    found.ok_or_else(|| {
        let ids = claims.iter().map(|claim| claim.entry().id);
        Failure::Usage(format!("{} (`equipartition list` names them all)", unknown("claim", id, ids)))
    })
}

/// Explains one claim.
///
/// # Errors
/// If there is no such claim, or it cannot be written.
pub fn run(arguments: &Arguments, theories: Theories) -> Result<Exit, Failure> {
    let entry = find(theories, &arguments.id)?.entry();
    let proof = theories.proof(entry.id);
    let text = match arguments.format {
        Format::Text => text(entry, proof),
        Format::Json => format!("{:#}\n", document(entry, proof)),
    };
    let _ = print(&text)?;
    Ok(Exit::Success)
}

fn document(entry: &Entry, proof: Option<String>) -> serde_json::Value {
    let control = |control: &crate::claim::Control| json!({"name": control.name, "breaks": control.breaks});
    json!({
        "schema_version": SCHEMA_VERSION,
        "id": entry.id,
        "title": entry.title,
        "statement": entry.statement,
        "hypotheses": entry.hypotheses,
        "evidence": entry.evidence,
        "controls": entry.controls.iter().map(control).collect::<Vec<_>>(),
        "references": entry.references,
        "proof": proof,
    })
}

fn text(entry: &Entry, proof: Option<String>) -> String {
    let mut text = format!("{}: {}\n\nStatement\n    {}\n\nHypotheses\n", entry.id, entry.title, entry.statement);
    for hypothesis in entry.hypotheses {
        let _ = writeln!(text, "  - {hypothesis}");
    }
    let kinds: Vec<String> = entry.evidence.iter().map(ToString::to_string).collect();
    let _ = write!(text, "\nEvidence\n    {}\n\nControls, which must fail\n", kinds.join(", "));
    for control in entry.controls {
        let _ = writeln!(text, "  - {}: {}", control.name, control.breaks);
    }
    let _ = writeln!(text, "\nReferences");
    for reference in entry.references {
        let _ = writeln!(text, "  - {reference}");
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
