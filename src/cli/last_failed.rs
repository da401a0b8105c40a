//! Which claims did not hold when they were last examined from this directory, for `verify --last-failed`.
//!
//! They are kept in the user's cache, not in the directory: a run leaves no files that nobody asked for. A run in which everything holds, with nothing
//! kept before, writes nothing.

use super::output::{self, Destination, complain};
use super::{Failure, program, text_file};
use crate::verify::{ClaimReport, Verdict};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::path::PathBuf;

/// What is kept for a directory.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Kept {
    /// The directory; two may have one checksum.
    directory: PathBuf,
    claims: BTreeSet<String>,
}

/// The file for the working directory; none without a cache or a working directory.
fn place() -> Option<(PathBuf, PathBuf)> {
    let directory = std::env::current_dir().ok()?;
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let cache = absolute("XDG_CACHE_HOME").or_else(|| Some(absolute("HOME")?.join(".cache")));
    let cache = cache.or_else(|| absolute("LOCALAPPDATA"))?;
    let mut checksum = flate2::Crc::new();
    checksum.update(directory.as_os_str().as_encoded_bytes());
    let name = format!("{}-{:08x}.json", program(), checksum.sum());
    Some((cache.join("equipartition").join("last-failed").join(name), directory))
}

/// The claims that did not hold; none if nothing is kept, or it cannot be read.
pub fn load() -> BTreeSet<String> {
    let read = || {
        let (path, directory) = place()?;
        let kept: Kept = serde_json::from_str(&text_file::read(&path, text_file::LONGEST).ok()?).ok()?;
        (kept.directory == directory).then_some(kept.claims)
    };
    read().unwrap_or_default()
}

/// Keeps what a run found; of claims that it did not examine what was known.
pub fn keep(found: &[ClaimReport]) {
    let before = load();
    let mut claims = before.clone();
    for claim in found {
        if claim.verdict == Verdict::Holds {
            claims.remove(&claim.entry.id);
        } else {
            claims.insert(claim.entry.id.clone());
        }
    }
    if claims == before {
        return;
    }
    let Some((path, directory)) = place() else { return };
    let write = || -> Result<(), Failure> {
        let folder = path.parent().unwrap_or(&path);
        output::make_folder(folder)?;
        let text = serde_json::to_string_pretty(&Kept { directory, claims })
            .map_err(|error| Failure::Internal(error.to_string()))?;
        Destination::open(Some(&path))?.write(&format!("{text}\n"))
    };
    // That the next run will not know is no failure of this one.
    if let Err(error) = write() {
        complain(&format!("warning: --last-failed will not know of this run: {error}"));
    }
}
