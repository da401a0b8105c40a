//! `equipartition list`: every claim in a few words.

use super::output::print;
use super::suggest::unknown;
use super::{Exit, Failure, Format};
use crate::report::SCHEMA_VERSION;
use crate::verify::theory::{Theories, Theory};
use crate::verify::{Checked, Claim, Evidence};
use clap::Args;
use serde::Serialize;
use std::fmt::Write;

/// List the claims: identifier, title and statement, theory by theory
#[derive(Args)]
pub struct Arguments {
    /// The beginnings of identifiers; none stands for all claims
    #[arg(value_name = "PREFIX")]
    prefixes: Vec<String>,
    /// Text for people, or an array of objects for programs
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: Format,
}

#[derive(Serialize)]
struct Item<'a> {
    schema_version: u32,
    theory: &'a str,
    id: &'a str,
    title: &'a str,
    statement: &'a str,
    hypotheses: &'a [&'a str],
    evidence: Vec<Evidence>,
    proof: Checked,
    theorems: Vec<String>,
    controls: Vec<&'a str>,
}

impl<'a> Item<'a> {
    fn new(theory: &Theory<'a>, claim: &Claim<'a>) -> Self {
        let lemma = theory.lemmas.of(claim.id);
        Item {
            schema_version: SCHEMA_VERSION,
            theory: theory.name,
            id: claim.id,
            title: claim.title,
            statement: claim.statement,
            hypotheses: claim.hypotheses,
            evidence: claim.evidence(),
            proof: lemma.checked,
            theorems: lemma.theorems,
            controls: claim.controls.iter().map(|control| control.name).collect(),
        }
    }
}

/// Lists the claims of all theories.
///
/// # Errors
/// If a prefix matches none, or they cannot be written.
pub fn run<'a>(arguments: &Arguments, theories: Theories<'a>) -> Result<Exit, Failure> {
    let selected = selected(theories, &arguments.prefixes)?;
    let is_selected = |claim: &&Claim| selected.iter().any(|known| known.id == claim.id);
    let of = |theory: &'a Theory<'a>| -> Vec<&'a Claim<'a>> {
        let claims = theory.claims.iter().flat_map(|family| family.iter()).copied();
        claims.filter(is_selected).collect()
    };
    let listed = theories.0.iter().map(|theory| (*theory, of(theory))).filter(|(_, claims)| !claims.is_empty());
    let text = match arguments.format {
        Format::Json => {
            let items: Vec<Item> =
                listed.flat_map(|(theory, claims)| claims.into_iter().map(|claim| Item::new(theory, claim))).collect();
            serde_json::to_string_pretty(&items).map_err(|error| Failure::Internal(error.to_string()))? + "\n"
        }
        Format::Text => {
            let mut text = String::new();
            for (theory, claims) in listed {
                let _ = writeln!(text, "{}\n", theory.title);
                for claim in claims {
                    let lemma = theory.lemmas.of(claim.id);
                    let checked = match lemma.checked {
                        Checked::Prose => String::new(),
                        Checked::Part => format!("\n    proof machine-checked in part: {}", lemma.theorems.join(", ")),
                        Checked::Full => format!("\n    proof machine-checked: {}", lemma.theorems.join(", ")),
                    };
                    let _ = writeln!(text, "{}: {}\n    {}{checked}", claim.id, claim.title, claim.statement);
                }
            }
            text
        }
    };
    let _ = print(&text)?;
    Ok(Exit::Success)
}

/// The claims that match; a prefix that matches none is an error, because less would be done than was asked for.
///
/// # Errors
/// [`Failure::NothingSelected`] with the nearest identifier.
pub(super) fn selected<'a>(theories: Theories<'a>, prefixes: &[String]) -> Result<Vec<&'a Claim<'a>>, Failure> {
    let claims = theories.select(prefixes);
    if let Some(stray) = prefixes.iter().find(|prefix| theories.select(std::slice::from_ref(prefix)).is_empty()) {
        let ids: Vec<&str> = theories.claims().iter().map(|claim| claim.id).collect();
        let mut families: Vec<&str> = ids.iter().map(|id| id.split('/').next().unwrap_or(id)).collect();
        families.dedup();
        let message = unknown("claim or family", stray, families.into_iter().chain(ids));
        return Err(Failure::NothingSelected(format!("no claim matches: {message}")));
    }
    if claims.is_empty() {
        return Err(Failure::NothingSelected("there is no claim".to_owned()));
    }
    Ok(claims)
}
