//! Where a report goes: formats, files, annotations, and the comparison with a baseline on the way.

use super::output::{self, Destination, shown};
use super::{Exit, Failure, baseline};
use crate::report::{Report, annotations, html, json, junit, markdown, text};
use crate::verify::Verdict;
use crate::verify::theory::Theories;
use clap::{Args, ValueEnum};
use serde::Deserialize;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

/// The options of every command that reports on claims.
#[derive(Args, Clone, Debug, Default)]
pub struct Outlet {
    /// A table for people, or a document for programs [default: text]
    #[arg(long, value_enum)]
    pub format: Option<ReportFormat>,
    /// Write the report to this file, all at once, instead of standard output
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Write the report in this format to this file too, such as junit=report.xml; may be given several times
    #[arg(long, value_name = "FORMAT=FILE", value_parser = parse_also)]
    pub also: Vec<Also>,
    /// Compare with what this file records, and fail if anything is weaker
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Show what differs from the baseline, then record what was found in it
    #[arg(long)]
    pub bless: bool,
    /// Tell a forge what is wrong, on standard error, in its form
    #[arg(long, value_enum, value_name = "FORGE")]
    pub annotate: Option<Forge>,
}

/// The formats of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ReportFormat {
    /// A table.
    #[default]
    Text,
    /// JSON.
    Json,
    /// JUnit XML.
    Junit,
    /// Markdown, for the summary page of a job.
    Markdown,
    /// A page that needs nothing but a browser.
    Html,
}

/// Another format, and its file.
#[derive(Clone, Debug)]
pub struct Also {
    format: ReportFormat,
    file: PathBuf,
}

/// What shows annotations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Forge {
    /// GitHub Actions, and those that read its workflow commands.
    Github,
}

fn parse_also(text: &str) -> Result<Also, String> {
    let names = || {
        let values = ReportFormat::value_variants().iter().filter_map(ValueEnum::to_possible_value);
        values.map(|value| value.get_name().to_owned()).collect::<Vec<_>>().join(", ")
    };
    let expected = || format!("expected FORMAT=FILE with a format of {}", names());
    let (format, file) = text.split_once('=').filter(|(_, file)| !file.is_empty()).ok_or_else(expected)?;
    let format = ReportFormat::from_str(format, false).map_err(|_| expected())?;
    let another =
        |part: &str| part.split_once('=').is_some_and(|(name, _)| ReportFormat::from_str(name, false).is_ok());
    if file.split(',').skip(1).any(another) {
        return Err("repeat the option for each format: --also json=a --also html=b".to_owned());
    }
    Ok(Also { format, file: file.into() })
}

/// An outlet whose files can be written, as far as that can be known before the work.
pub struct Opened<'a> {
    outlet: &'a Outlet,
    destinations: Vec<(ReportFormat, Destination)>,
    baseline: Option<baseline::File<'a>>,
}

impl Outlet {
    /// Opens every file, none of which may be one of the `inputs`, so that one that cannot be written is an error before the work, not after it.
    ///
    /// # Errors
    /// If a file cannot be written, or the baseline cannot be read.
    pub fn open<'a>(&'a self, inputs: &[PathBuf], theories: Theories<'a>) -> Result<Opened<'a>, Failure> {
        let mut used: Vec<PathBuf> = inputs.iter().chain(&self.baseline).map(|path| output::identity(path)).collect();
        for path in self.output.iter().chain(self.also.iter().map(|also| &also.file)) {
            let identity = output::identity(path);
            if used.contains(&identity) {
                return Err(Failure::Usage(format!("{} is named twice: a report would replace it", shown(path))));
            }
            used.push(identity);
        }
        if self.bless && self.baseline.is_none() {
            return Err(Failure::Usage("--bless records in a baseline: name one with --baseline".to_owned()));
        }
        let baseline =
            self.baseline.as_deref().map(|path| baseline::File::open(path, self.bless, theories)).transpose()?;
        let mut destinations = vec![(self.format.unwrap_or_default(), Destination::open(self.output.as_deref())?)];
        for Also { format, file } in &self.also {
            destinations.push((*format, Destination::open(Some(file))?));
        }
        Ok(Opened { outlet: self, destinations, baseline })
    }

    /// Whether standard output gets JSON, or whoever reads it expects to.
    pub fn wants_json(&self) -> bool {
        self.format == Some(ReportFormat::Json)
    }
}

impl Opened<'_> {
    /// Refuses a run of the claims `ids` that could not be compared or recorded at its end.
    ///
    /// # Errors
    /// If it has other settings than the baseline.
    pub fn check_before(&self, run: &Report, ids: &[&str]) -> Result<(), Failure> {
        self.baseline.as_ref().map_or(Ok(()), |baseline| baseline.check_before(run, ids))
    }

    /// Compares, writes everything, and tells the exit code.
    ///
    /// # Errors
    /// If something cannot be compared or written.
    pub fn deliver(self, mut report: Report) -> Result<Exit, Failure> {
        if let Some(baseline) = &self.baseline {
            report.comparison = baseline.compare(&report)?;
        }
        for (format, destination) in self.destinations {
            let width = if format == ReportFormat::Text { terminal_width(&destination) } else { None };
            destination.write(&render(format, &report, width)?)?;
        }
        let is_blessed = self.outlet.bless;
        if self.outlet.annotate == Some(Forge::Github) {
            // What is recorded anew is no reason to complain.
            let comparison = report.comparison.clone().filter(|_| !is_blessed);
            let lines = annotations::github(&Report { comparison, ..report.clone() });
            if !lines.is_empty() {
                output::complain(lines.trim_end());
            }
        }
        if let (Some(baseline), true) = (self.baseline, is_blessed) {
            let was_shown = self.outlet.output.as_deref().is_none_or(|path| path == Path::new("-"))
                && self.outlet.format.unwrap_or_default() == ReportFormat::Text;
            baseline.record(&report, was_shown)?;
        }
        let weaker = report.comparison.as_ref().is_some_and(|comparison| !comparison.weaker.is_empty());
        Ok(match report.verdict() {
            Verdict::Holds | Verdict::Undecided if weaker && !is_blessed => Exit::Refuted,
            verdict => verdict.into(),
        })
    }
}

/// The width to fold the table to: that of the terminal, if it goes to one.
fn terminal_width(destination: &Destination) -> Option<u16> {
    if !destination.is_standard() || !io::stdout().is_terminal() {
        return None;
    }
    comfy_table::Table::new().width()
}

fn render(format: ReportFormat, report: &Report, width: Option<u16>) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    match format {
        ReportFormat::Text => return Ok(text::render(report, width)),
        ReportFormat::Markdown => return Ok(markdown::render(report)),
        ReportFormat::Json => json::write(report, &mut bytes),
        ReportFormat::Junit => junit::write(report, &mut bytes),
        ReportFormat::Html => html::write(report, &mut bytes),
    }
    .map_err(|error| Failure::Internal(error.to_string()))?;
    String::from_utf8(bytes).map_err(|error| Failure::Internal(error.to_string()))
}
