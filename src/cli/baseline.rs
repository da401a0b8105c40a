//! The file of a baseline, by custom `theory.lock`.

use super::output::{self, Destination, shown};
use super::{Failure, text_file};
use crate::model::file::Complaint;
use crate::report::baseline::{Baseline, BaselineError, Known, Settings, VERSION};
use crate::report::{Comparison, Report, plural, text};
use crate::verify::theory::Theories;
use std::io;
use std::path::{Path, PathBuf};

/// Above the records of every file.
const HEADING: &str = "\
# What `equipartition verify` found. `--baseline` compares a run with it and fails if anything is weaker; `--bless` records anew.
";

/// A baseline and where it is kept.
pub struct File<'a> {
    path: PathBuf,
    /// None if there is no file yet.
    recorded: Option<Baseline>,
    is_blessed: bool,
    theories: Theories<'a>,
}

impl<'a> File<'a> {
    /// Reads the file; only to record anew it may be missing.
    ///
    /// # Errors
    /// If it cannot be read, or is no baseline.
    pub fn open(path: &Path, is_blessed: bool, theories: Theories<'a>) -> Result<Self, Failure> {
        let recorded = match text_file::read(path, text_file::LONGEST) {
            Ok(text) if is_blessed && text.trim().is_empty() => None,
            Ok(text) => Some(parse(&shown(path), &text).map_err(|complaint| Failure::BadData(complaint.to_string()))?),
            Err(error) if error.kind() == io::ErrorKind::NotFound && is_blessed => None,
            Err(error) => {
                if error.kind() == io::ErrorKind::NotFound {
                    output::complain("to record a first baseline add --bless");
                }
                return Err(Failure::reading(&shown(path), error));
            }
        };
        Ok(File { path: path.to_owned(), recorded, is_blessed, theories })
    }

    /// Refuses a run of the claims `ids` that could not be compared or recorded at its end.
    ///
    /// # Errors
    /// If the settings differ.
    pub fn check_before(&self, run: &Report, ids: &[&str]) -> Result<(), Failure> {
        let Some(recorded) = &self.recorded else { return Ok(()) };
        let checked = self.with_known(|known| recorded.check_before(run, ids, known, self.is_blessed));
        checked.map_err(|error| self.failure(&error))
    }

    /// Compares, as far as there is something to compare with.
    ///
    /// # Errors
    /// If the settings differ, unless the run is to be recorded.
    pub fn compare(&self, report: &Report) -> Result<Option<Comparison>, Failure> {
        let place = shown(&self.path);
        let compare = |recorded: &Baseline| self.with_known(|known| recorded.compare(report, &place, known));
        match self.recorded.as_ref().map(compare) {
            None => Ok(None),
            Some(Ok(comparison)) => Ok(Some(comparison)),
            // Whether it can be recorded is decided there.
            Some(Err(BaselineError::OtherSettings { recorded, .. })) if self.is_blessed => {
                output::complain(&format!("{place}: not comparable, recorded with {}", recorded.options()));
                Ok(None)
            }
            // What is recorded stays as it is, beside what this run adds.
            Some(Err(BaselineError::NotLoaded { .. } | BaselineError::Empty)) if self.is_blessed => Ok(None),
            Some(Err(error)) => Err(self.failure(&error)),
        }
    }

    /// Records the run, after showing what differs, unless that `was_shown`.
    ///
    /// # Errors
    /// If the run cannot be recorded, or the file not be written.
    pub fn record(self, report: &Report, was_shown: bool) -> Result<(), Failure> {
        let old = self.recorded.clone().unwrap_or_else(|| Baseline::empty(Settings::of(report)));
        let new = self.with_known(|known| old.record(report, known)).map_err(|error| self.failure(&error))?;
        let text = text_of(&new)?;
        if let Some(comparison) = report.comparison.as_ref().filter(|_| !was_shown) {
            output::complain(text::compare(comparison, output::width()).trim_end());
        }
        Destination::open(Some(&self.path))?.write(&text)?;
        output::complain(&format!("recorded in {}: {}", shown(&self.path), plural(new.claims.len(), "claim")));
        Ok(())
    }

    fn with_known<R>(&self, then: impl FnOnce(Known<'_>) -> R) -> R {
        let claims: Vec<&str> = self.theories.claims().iter().map(|claim| claim.id).collect();
        let theories: Vec<&str> = self.theories.0.iter().map(|theory| theory.name).collect();
        then(Known { claims: &claims, theories: &theories })
    }

    fn failure(&self, error: &BaselineError) -> Failure {
        let message = format!("{}: {error}", shown(&self.path));
        match error {
            BaselineError::OtherSettings { .. } | BaselineError::NotLoaded { .. } => Failure::Usage(message),
            BaselineError::OtherVersion(_) | BaselineError::Empty => Failure::BadData(message),
            BaselineError::CutShort(_) => Failure::Undecided(message),
        }
    }
}

/// The text of a first baseline for this run, of the claims in this order.
///
/// # Errors
/// If the run cannot be recorded.
pub fn first(report: &Report, order: &[&str]) -> Result<String, Failure> {
    let recorded = Baseline::empty(Settings::of(report)).record(report, Known { claims: order, theories: &[] });
    let recorded = recorded.map_err(|error| Failure::Internal(error.to_string()))?;
    text_of(&recorded)
}

fn text_of(baseline: &Baseline) -> Result<String, Failure> {
    let text = toml::to_string_pretty(baseline).map_err(|error| Failure::Internal(error.to_string()))?;
    Ok(format!("{HEADING}\n{text}"))
}

fn parse(place: &str, text: &str) -> Result<Baseline, Complaint> {
    if let Some(at) = text.lines().position(|line| line.starts_with("<<<<<<< ")) {
        let start = text.split_inclusive('\n').take(at).map(str::len).sum();
        let message = "an unresolved merge conflict: take either side, then record again with --bless".to_owned();
        return Err(Complaint::new(place, text, start..start + 7, message));
    }
    // Another form has other members: which one it is comes before what is missing in it.
    #[derive(serde::Deserialize)]
    struct Form {
        version: toml::Spanned<u32>,
    }
    if let Ok(Form { version }) = toml::from_str(text)
        && *version.get_ref() != VERSION
    {
        let message = BaselineError::OtherVersion(*version.get_ref()).to_string();
        return Err(Complaint::new(place, text, version.span(), message));
    }
    toml::from_str(text).map_err(|error: toml::de::Error| {
        let message = format!("not a baseline: {}", error.message());
        Complaint::new(place, text, error.span().unwrap_or(0..0), message)
    })
}
