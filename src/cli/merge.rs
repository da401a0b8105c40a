//! `equipartition merge`: one report from those of all parts of a run.

use super::outlet::Outlet;
use super::output::{self, shown};
use super::selection;
use super::{Exit, Failure, program, text_file};
use crate::report::json::{self, ReadError};
use crate::report::{Report, merge};
use crate::verify::theory::Theories;
use clap::Args;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Merge the reports of all parts of a run, or show one report in another format
///
/// The reports are those that `verify --shard k/n --format json` wrote, in any order; none may be missing. The result is the report
/// of the run as a whole, apart from times. A report that is of no part can be given alone. The exit code is that of the
/// verification.
#[derive(Args)]
#[command(after_help = "\
Examples:
  equipartition merge part-*.json --format json --output report.json
  equipartition merge part-*.json --baseline theory.lock --also junit=report.xml
  equipartition merge report.json --format markdown")]
pub struct Arguments {
    /// Reports in JSON
    #[arg(value_name = "REPORT.json", required = true)]
    reports: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) outlet: Outlet,
}

/// Merges and reports.
///
/// # Errors
/// If a file is no report, or they are not all parts of one run.
pub fn run(arguments: &Arguments, theories: Theories) -> Result<Exit, Failure> {
    let mut used = BTreeSet::new();
    if let Some(path) = arguments.reports.iter().find(|path| !used.insert(output::identity(path))) {
        return Err(Failure::Usage(format!("{} is named twice", shown(path))));
    }
    let outlet = arguments.outlet.open(&arguments.reports, theories)?;
    let read = |path: &PathBuf| Ok((shown(path), read(path, theories)?));
    let reports = arguments.reports.iter().map(read).collect::<Result<Vec<_>, Failure>>()?;
    let entries =
        |words: &[String]| selection::claims(theories, words).iter().map(|claim| claim.id.to_owned()).collect();
    let whole = merge::merge(reports, &entries).map_err(|error| Failure::BadData(error.to_string()))?;
    outlet.deliver(whole)
}

/// Reads a report.
///
/// # Errors
/// If there is no such file, or it is no report.
fn read(path: &Path, theories: Theories) -> Result<Report, Failure> {
    let text = text_file::read(path, text_file::LONGEST).map_err(|error| Failure::reading(&shown(path), error))?;
    parse(&text, theories).map_err(|error| Failure::BadData(format!("{}: {error}", shown(path))))
}

/// Reads a report's text.
///
/// # Errors
/// [`ReadError`].
pub(super) fn parse(text: &str, theories: Theories) -> Result<Report, ReadError> {
    // Some editors write a byte order mark before a text.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let report = json::read(text, &|id| theories.entry(id))?;
    Ok(Report { program: program(), ..report })
}
