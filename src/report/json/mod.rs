//! The report as JSON.
//!
//! An object with `schema_version`, `version`, `libraries`, `seed`, `precision`, `effort`, `instances`, with `verify --shard` also
//! `shard`, with `verify --model` also `model`, `statistics`, `summary`, with `--baseline` also `baseline`, `claims` and `seconds`.
//! Residuals and margins are decimal strings, `"0"` when exact, because 2^-4096 does not fit a double. The order of members is
//! part of the schema.

mod document;
mod examination;
mod read;
mod write;

pub use examination::{examination, status};
pub use read::{ReadError, read};

use super::Report;
use crate::verify::report::ExponentReport;
use document::{Document, ExponentDocument};
use serde_json::{Value, json};
use std::io;

/// The exponents that were measured, as a report has them.
pub(super) fn exponents(measured: &[ExponentReport]) -> Value {
    json!(measured.iter().map(ExponentDocument::new).collect::<Vec<_>>())
}

/// Writes the report, indented, with a final newline.
///
/// # Errors
/// Those of the writer.
pub fn write(report: &Report, mut writer: impl io::Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut writer, &Document::new(report))?;
    writeln!(writer)
}
