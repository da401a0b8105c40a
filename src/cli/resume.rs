//! Finished claims of a run, kept in a directory, so that an interrupted run can go on.
//!
//! `run.json` tells which run it is; every finished claim has a file of its own, a report of it alone. Files are put in place as a
//! whole; one that cannot be read to its end, or is of another run, is not trusted.

use super::output::{self, Destination, shown};
use super::{Failure, merge, text_file};
use crate::report::{Report, baseline::Settings, json};
use crate::verify::theory::Theories;
use crate::verify::{Claim, ClaimReport};
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// The name of the file that tells which run it is.
const RUN: &str = "run.json";

/// Which run it is: the same program with the same settings finds the same.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Run {
    /// A checksum of the program itself: what another build found is not trusted.
    program: String,
    settings: Settings,
}

/// The directory of a run.
pub struct Store<'a> {
    directory: PathBuf,
    theories: Theories<'a>,
    /// A report of the run without claims.
    run: Report,
}

impl<'a> Store<'a> {
    /// Opens the directory of a run, or makes it. `run` is a report without claims.
    ///
    /// # Errors
    /// If it belongs to another run, or cannot be read or written.
    pub fn open(directory: &Path, run: Report, theories: Theories<'a>) -> Result<Self, Failure> {
        output::make_folder(directory)?;
        let program = checksum(theories).map_err(|error| Failure::reading("the program itself, or a theory", error))?;
        let this = Run { program, settings: Settings::of(&run) };
        let path = directory.join(RUN);
        match text_file::read(&path, text_file::LONGEST) {
            Ok(text) => check(&this, &text, directory)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                if !is_empty(directory).map_err(|error| Failure::reading(&shown(directory), error))? {
                    let message = format!("{}: has files but no {RUN}: choose another directory", shown(directory));
                    return Err(Failure::BadData(message));
                }
                let text = serde_json::to_string_pretty(&this).map_err(|error| Failure::Internal(error.to_string()))?;
                Destination::open(Some(&path))?.write(&format!("{text}\n"))?;
            }
            Err(error) => return Err(Failure::reading(&shown(&path), error)),
        }
        Ok(Store { directory: directory.to_owned(), theories, run })
    }

    /// What is known of a claim; what cannot be trusted is told and not used.
    pub fn find(&self, claim: &Claim) -> Option<ClaimReport> {
        let path = self.file(claim.id);
        let text = match text_file::read(&path, text_file::LONGEST) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
            Err(error) => return distrust(&path, &error.to_string()),
        };
        let mut report = match merge::parse(&text, self.theories) {
            Ok(report) => report,
            Err(error) => return distrust(&path, &error.to_string()),
        };
        let is_of_run = Settings::of(&report) == Settings::of(&self.run) && report.libraries == self.run.libraries;
        match report.claims.pop() {
            Some(found) if is_of_run && report.claims.is_empty() && found.entry.id == claim.id => Some(found),
            _ => distrust(&path, "not the report of this claim in this run"),
        }
    }

    /// Keeps a finished claim. One that was cut short is not finished.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn keep(&self, claim: &ClaimReport) -> Result<(), Failure> {
        if claim.cut_short {
            return Ok(());
        }
        let report = Report { claims: vec![claim.clone()], ..self.run.clone() };
        let mut bytes = Vec::new();
        json::write(&report, &mut bytes).map_err(|error| Failure::Internal(error.to_string()))?;
        let text = String::from_utf8(bytes).map_err(|error| Failure::Internal(error.to_string()))?;
        Destination::open(Some(&self.file(&claim.entry.id)))?.write(&text)
    }

    fn file(&self, id: &str) -> PathBuf {
        self.directory.join(format!("{}.json", id.replace('/', ".")))
    }
}

/// Whether there is nothing in a directory, apart from hidden files such as one that was never put in place.
fn is_empty(directory: &Path) -> io::Result<bool> {
    let names: Vec<_> = fs::read_dir(directory)?.map(|entry| Ok(entry?.file_name())).collect::<io::Result<_>>()?;
    Ok(names.iter().all(|name| name.to_string_lossy().starts_with('.')))
}

/// Refuses a directory of another run.
fn check(this: &Run, text: &str, directory: &Path) -> Result<(), Failure> {
    let place = shown(directory);
    let kept: Run = serde_json::from_str(text)
        .map_err(|error| Failure::BadData(format!("{place}/{RUN}: {error}: choose another directory")))?;
    if kept.settings != this.settings {
        let (kept, this) = (kept.settings.options(), this.settings.options());
        let message = format!("{place} keeps a run with {kept}, this one has {this}: choose another directory");
        return Err(Failure::BadData(message));
    }
    if kept.program != this.program {
        let message = format!(
            "{place} keeps what another build of the program, or another state of a theory, found: choose another directory"
        );
        return Err(Failure::BadData(message));
    }
    Ok(())
}

fn distrust(path: &Path, why: &str) -> Option<ClaimReport> {
    output::complain(&format!("warning: {}: not trusted, examined again: {why}", shown(path)));
    None
}

/// Of this program, and of the theories that were read from files.
fn checksum(theories: Theories) -> io::Result<String> {
    let mut checksum = flate2::Crc::new();
    let mut buffer = vec![0; 1 << 20];
    let of_theories = theories.0.iter().filter_map(|theory| theory.file).map(PathBuf::from);
    for path in [std::env::current_exe()?].into_iter().chain(of_theories) {
        let mut file = File::open(path)?;
        loop {
            match file.read(&mut buffer)? {
                0 => break,
                read => checksum.update(&buffer[..read]),
            }
        }
    }
    Ok(format!("{:08x}", checksum.sum()))
}
