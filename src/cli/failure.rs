//! Exit codes, and what goes wrong on the way to a verdict.

use crate::model::file::ModelFileError;
use crate::report::SCHEMA_VERSION;
use crate::verify::Verdict;
use serde_json::json;
use std::io;

/// The exit codes of the binary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// All selected claims hold; the command did what was asked.
    Success = 0,
    /// Some claim is refuted, vacuous or powerless.
    Refuted = 1,
    /// The command line is wrong.
    Usage = 2,
    /// Some claim is undecided, none is worse.
    Undecided = 3,
    /// No claim was selected.
    NothingSelected = 4,
    /// The data are malformed or inconsistent.
    BadData = 65,
    /// An input does not exist.
    MissingInput = 66,
    /// A fault of the program.
    Internal = 70,
    /// Reading or writing failed.
    InputOutput = 74,
    /// A file of settings says something wrong.
    BadConfiguration = 78,
}

impl From<Verdict> for Exit {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Holds => Exit::Success,
            Verdict::Refuted | Verdict::Vacuous | Verdict::Powerless => Exit::Refuted,
            Verdict::Undecided => Exit::Undecided,
        }
    }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a command did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The command line is wrong.
    #[error("{0}")]
    Usage(String),
    /// No claim was selected.
    #[error("{0}")]
    NothingSelected(String),
    /// The data are malformed or inconsistent.
    #[error("{0}")]
    BadData(String),
    /// A file of settings says something wrong.
    #[error("{0}")]
    BadConfiguration(String),
    /// An input does not exist.
    #[error("{0}: no such file")]
    MissingInput(String),
    /// Something was not finished.
    #[error("{0}")]
    Undecided(String),
    /// A fault of the program.
    #[error("internal error: {0}")]
    Internal(String),
    /// Reading or writing failed.
    #[error("{place}: {source}")]
    InputOutput {
        /// The file or stream.
        place: String,
        /// What the system says.
        source: io::Error,
    },
}

impl From<ModelFileError> for Failure {
    fn from(error: ModelFileError) -> Self {
        match error {
            ModelFileError::Unreadable { place, source } => Failure::reading(&place, source),
            ModelFileError::Wrong(complaint) => Failure::BadData(complaint.to_string()),
        }
    }
}

impl Failure {
    /// A failure to read an input, which may be that there is none.
    pub fn reading(place: &str, source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::NotFound => Failure::MissingInput(place.to_owned()),
            io::ErrorKind::FileTooLarge => Failure::BadData(format!("{place}: {source}")),
            io::ErrorKind::InvalidData => Failure::BadData(format!("{place}: not text in UTF-8")),
            _ => Failure::InputOutput { place: format!("cannot read {place}"), source },
        }
    }

    /// A failure to write an output.
    pub fn writing(place: &str, source: io::Error) -> Self {
        Failure::InputOutput { place: format!("cannot write {place}"), source }
    }

    /// The exit code.
    pub fn exit(&self) -> Exit {
        match self {
            Failure::Usage(_) => Exit::Usage,
            Failure::NothingSelected(_) => Exit::NothingSelected,
            Failure::BadData(_) => Exit::BadData,
            Failure::BadConfiguration(_) => Exit::BadConfiguration,
            Failure::MissingInput(_) => Exit::MissingInput,
            Failure::Undecided(_) => Exit::Undecided,
            Failure::Internal(_) => Exit::Internal,
            Failure::InputOutput { .. } => Exit::InputOutput,
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Failure::Usage(_) => "usage",
            Failure::NothingSelected(_) => "nothing-selected",
            Failure::BadData(_) => "bad-data",
            Failure::BadConfiguration(_) => "bad-configuration",
            Failure::MissingInput(_) => "missing-input",
            Failure::Undecided(_) => "undecided",
            Failure::Internal(_) => "internal",
            Failure::InputOutput { .. } => "input-output",
        }
    }

    /// The failure as a JSON document; `line` is the line of a JSON Lines input that it belongs to.
    pub fn to_json(&self, line: Option<usize>) -> serde_json::Value {
        let mut error = json!({"kind": self.kind(), "exit_code": self.exit() as u8, "message": self.to_string()});
        if let Some(line) = line {
            error["line"] = line.into();
        }
        json!({"schema_version": SCHEMA_VERSION, "error": error})
    }
}
