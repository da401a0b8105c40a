//! `equipartition schema`: what files for this program may say.

use super::output::print;
use super::{Exit, Failure, configuration};
use crate::formula::schema as theory;
use crate::inspection::file as laws;
use crate::model::file::schema;
use clap::{Args, ValueEnum};

/// Print the JSON Schema of model files, of theories of formulas, of laws files, or of equipartition.toml
///
/// They are also in the repository, as docs/model.schema.json, docs/theory.schema.json, docs/laws.schema.json and
/// docs/equipartition.schema.json.
#[derive(Args)]
pub struct Arguments {
    /// Which files
    #[arg(value_enum, default_value_t)]
    file: Kind,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// Networks for `verify --model`.
    #[default]
    Model,
    /// Theories of formulas for `verify THEORY.toml`.
    Theory,
    /// Laws for `inspect --laws FILE.toml`.
    Laws,
    /// Settings of `verify`, in equipartition.toml.
    Config,
}

/// Prints the schema.
///
/// # Errors
/// If it cannot be written.
pub fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    let schema = match arguments.file {
        Kind::Model => schema::schema(),
        Kind::Theory => theory::schema(),
        Kind::Laws => laws::schema(),
        Kind::Config => configuration::schema(),
    };
    let _ = print(&format!("{schema:#}\n"))?;
    Ok(Exit::Success)
}
