//! Where a report goes: formats, files, annotations, and the comparison with a baseline on the way.

use super::output::{self, Destination};
use super::{Exit, Failure, baseline};
use crate::report::text::{Page, Style};
use crate::report::{Report, annotations, figures, html, json, junit, markdown, paper, text};
use crate::verify::theory::Theories;
use crate::verify::{ClaimReport, Entry, Verdict};
use clap::{Args, ValueEnum};
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// The options of every command that reports on claims.
#[derive(Args, Clone, Debug, Default)]
pub struct Outlet {
    /// A table for people, or a document for programs [default: text]
    #[arg(short, long, value_enum)]
    pub format: Option<ReportFormat>,
    /// Tell only what does not hold, and the conclusion, in text
    #[arg(short, long)]
    pub quiet: bool,
    /// Write the report to this file, all at once, instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Write the report in this format to this file too, such as junit=report.xml; may be given several times
    #[arg(long, value_name = "FORMAT=FILE", value_parser = parse_also)]
    pub also: Vec<Also>,
    /// Write every plot of every claim to this directory, as SVG
    #[arg(long, value_name = "DIRECTORY")]
    pub plots: Option<PathBuf>,
    /// Compare with what this file records, and fail if anything is weaker
    #[arg(short, long, value_name = "FILE")]
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
    /// Formulas and a table of a LaTeX document with amsmath, amssymb and booktabs.
    Latex,
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
    /// What shows the claims on standard output while the run goes on.
    live: Option<Page>,
}

impl Outlet {
    /// Opens every file, none of which may be one of the `inputs` or a theory's, so that one that cannot be written is an error before the work, not after it.
    ///
    /// # Errors
    /// If a file cannot be written, or the baseline cannot be read.
    pub fn open<'a>(&'a self, inputs: &[PathBuf], theories: Theories<'a>) -> Result<Opened<'a>, Failure> {
        let files = theories.0.iter().filter_map(|theory| theory.file).map(Path::new);
        let read = inputs.iter().chain(&self.baseline).map(PathBuf::as_path).chain(files);
        let first = self.output.as_deref().unwrap_or(Path::new("-"));
        output::keep_apart(read, std::iter::once(first).chain(self.also.iter().map(|also| also.file.as_path())))?;
        if let Some(directory) = &self.plots {
            output::make_folder(directory)?;
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
        Ok(Opened { outlet: self, destinations, baseline, live: None })
    }

    fn style(&self) -> Style {
        Style { width: output::width(), quiet: self.quiet }
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

    /// Begins to show a run of these claims, if its report goes to standard output as text.
    ///
    /// # Errors
    /// If standard output cannot be written.
    pub fn begin(&mut self, run: &Report, entries: &[Entry]) -> Result<(), Failure> {
        let is_live =
            self.destinations.first().is_some_and(|(format, to)| *format == ReportFormat::Text && to.is_standard());
        if is_live {
            let page = Page::new(run, entries.iter(), self.outlet.style());
            let _ = output::print(&page.opening(run))?;
            self.live = Some(page);
        }
        Ok(())
    }

    /// Shows a claim, the one at `place` of those that the run began with; nothing where nothing is shown before the end.
    ///
    /// # Errors
    /// If standard output cannot be written.
    pub fn show(&self, place: usize, claim: &ClaimReport) -> Result<(), Failure> {
        match &self.live {
            Some(page) => output::print(&page.row(place, claim)).map(|_| ()),
            None => Ok(()),
        }
    }

    /// Compares, writes everything that was not shown, and tells the exit code.
    ///
    /// # Errors
    /// If something cannot be compared or written.
    pub fn deliver(self, mut report: Report) -> Result<Exit, Failure> {
        if let Some(baseline) = &self.baseline {
            report.comparison = baseline.compare(&report)?;
        }
        for (format, destination) in self.destinations {
            let text = match &self.live {
                Some(page) if destination.is_standard() => page.closing(&report),
                _ => render(format, &report, self.outlet.style())?,
            };
            destination.write(&text)?;
        }
        if let Some(directory) = &self.outlet.plots {
            for (name, svg) in figures::files(&report.claims) {
                Destination::open(Some(&directory.join(name)))?.write(&svg)?;
            }
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

fn render(format: ReportFormat, report: &Report, style: Style) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    match format {
        ReportFormat::Text => return Ok(text::render(report, style)),
        ReportFormat::Markdown => return Ok(markdown::render(report)),
        ReportFormat::Latex => return Ok(paper::render(report)),
        ReportFormat::Json => json::write(report, &mut bytes),
        ReportFormat::Junit => junit::write(report, &mut bytes),
        ReportFormat::Html => html::write(report, &mut bytes),
    }
    .map_err(|error| Failure::Internal(error.to_string()))?;
    String::from_utf8(bytes).map_err(|error| Failure::Internal(error.to_string()))
}
