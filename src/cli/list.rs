//! `equipartition list`: every claim in a few words.

use super::output::print;
use super::{Exit, Failure, Format};
use crate::claim::{Entry, Evidence};
use crate::claims::registry;
use crate::report::SCHEMA_VERSION;
use clap::Args;
use serde::Serialize;
use std::fmt::Write;

/// List all claims: identifier, title and statement
#[derive(Args)]
pub struct Arguments {
    /// Text for people, or an array of objects for programs
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: Format,
}

#[derive(Serialize)]
struct Item {
    schema_version: u32,
    id: &'static str,
    title: &'static str,
    statement: &'static str,
    hypotheses: &'static [&'static str],
    evidence: &'static [Evidence],
    controls: Vec<&'static str>,
}

impl From<&'static Entry> for Item {
    fn from(entry: &'static Entry) -> Self {
        Item {
            schema_version: SCHEMA_VERSION,
            id: entry.id,
            title: entry.title,
            statement: entry.statement,
            hypotheses: entry.hypotheses,
            evidence: entry.evidence,
            controls: entry.controls.iter().map(|control| control.name).collect(),
        }
    }
}

/// Lists the registry.
///
/// # Errors
/// If it cannot be written.
pub fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    let entries = registry().into_iter().map(|claim| claim.entry());
    let text = match arguments.format {
        Format::Json => {
            let items: Vec<Item> = entries.map(Item::from).collect();
            serde_json::to_string_pretty(&items).map_err(|error| Failure::Internal(error.to_string()))? + "\n"
        }
        Format::Text => entries.fold(String::new(), |mut text, entry| {
            let _ = writeln!(text, "{}: {}\n    {}", entry.id, entry.title, entry.statement);
            text
        }),
    };
    let _ = print(&text)?;
    Ok(Exit::Success)
}
