//! Theories that are read from files, beside those of the program.

use super::Failure;
use super::output::shown;
use crate::formula::file::{LONGEST_FILE, TheoryFile};
use crate::verify::theory::{Theories, Theory};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Reads the files, each once.
///
/// # Errors
/// If a file does not exist, or it makes no sense.
pub fn read(paths: &[PathBuf]) -> Result<Vec<TheoryFile>, Failure> {
    let mut files: Vec<TheoryFile> = Vec::new();
    for path in paths {
        if !files.iter().any(|known| known.place == shown(path)) {
            files.push(read_one(path)?);
        }
    }
    Ok(files)
}

fn read_one(path: &Path) -> Result<TheoryFile, Failure> {
    let place = shown(path);
    let reading = |error| Failure::reading(&place, error);
    let mut text = String::new();
    File::open(path).map_err(reading)?.take(LONGEST_FILE + 1).read_to_string(&mut text).map_err(reading)?;
    if text.len() as u64 > LONGEST_FILE {
        return Err(Failure::BadData(format!("{place}: the file is longer than {} KiB", LONGEST_FILE >> 10)));
    }
    TheoryFile::parse(&place, &text).map_err(|complaint| Failure::BadData(complaint.to_string()))
}

/// What is done with theories.
type Then<'a, R> = Box<dyn FnOnce(Theories<'_>) -> Result<R, Failure> + 'a>;

/// Calls `then` with the theories of the program and those of the files.
///
/// # Errors
/// If an identifier is taken, and those of `then`.
pub fn with<R>(
    theories: Theories<'_>,
    files: &[TheoryFile],
    then: impl FnOnce(Theories<'_>) -> Result<R, Failure>,
) -> Result<R, Failure> {
    fn gathered<R>(theories: &[&Theory<'_>], files: &[TheoryFile], then: Then<'_, R>) -> Result<R, Failure> {
        match files {
            [] => then(Theories(theories)),
            [first, rest @ ..] => first.with_theory(|theory| {
                let all: Vec<&Theory<'_>> = theories.iter().copied().chain([theory]).collect();
                gathered(&all, rest, then)
            }),
        }
    }
    let sound = |theories: Theories<'_>| match theories.faults().first() {
        Some(fault) => Err(Failure::BadData(located(fault, files))),
        None => then(theories),
    };
    gathered(theories.0, files, Box::new(sound))
}

/// A fault of a claim, which it begins with, behind the last file that has the claim.
fn located(fault: &str, files: &[TheoryFile]) -> String {
    let is_of = |id: &str| fault.starts_with(&format!("{id}:")) || fault.starts_with(&format!("{id:?}:"));
    match files.iter().rev().find(|file| file.ids().any(is_of)) {
        Some(file) => format!("{}: {fault}", file.place),
        None => fault.to_owned(),
    }
}
