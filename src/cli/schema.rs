//! `equipartition schema`: what a model file may say.

use super::output::print;
use super::{Exit, Failure};
use crate::model::file::schema::schema;
use clap::Args;

/// Print the JSON Schema of model files, for `verify --model`
///
/// It is also in the repository, as docs/model.schema.json; the reader and the schema are made from the same lists.
#[derive(Args)]
pub struct Arguments {}

/// Prints the schema.
///
/// # Errors
/// If it cannot be written.
pub fn run(_arguments: &Arguments) -> Result<Exit, Failure> {
    let _ = print(&format!("{:#}\n", schema()))?;
    Ok(Exit::Success)
}
