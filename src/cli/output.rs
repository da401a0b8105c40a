//! Where results go: standard output, whose reader may leave at any time, or a file that is never half written.

use super::failure::Failure;
use super::host;
use crate::report::layout::USUAL_WIDTH;
use crate::visible;
use std::fs::{self, File, OpenOptions};
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Whether somebody still reads standard output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Reader {
    /// The text was taken.
    Listening,
    /// The pipe is closed: not an error, but there is no point in going on.
    Gone,
}

/// Makes a folder where there is none.
///
/// # Errors
/// If it cannot be made, or a file has its name.
pub fn make_folder(path: &Path) -> Result<(), Failure> {
    fs::create_dir_all(path).map_err(|error| {
        let is_file = error.kind() == io::ErrorKind::AlreadyExists;
        let error = if is_file { io::Error::from(io::ErrorKind::NotADirectory) } else { error };
        Failure::writing(&shown(path), error)
    })
}

/// Narrower than this nothing is readable.
const NARROWEST: usize = 40;

/// How wide a report may be: as wide as the terminal, and elsewhere as COLUMNS says, or 80.
pub fn width() -> usize {
    let of_terminal = || Some(usize::from(terminal_size::terminal_size_of(io::stdout())?.0.0));
    let of_environment = || std::env::var("COLUMNS").ok()?.trim().parse().ok().filter(|width| *width > 0);
    let terminal = if io::stdout().is_terminal() { of_terminal() } else { None };
    terminal.or_else(of_environment).unwrap_or(USUAL_WIDTH).max(NARROWEST)
}

/// Writes text, with control characters spelt out and with colours if standard output shows them, and flushes.
///
/// # Errors
/// [`Failure::InputOutput`], but not for a closed pipe.
pub fn print(text: &str) -> Result<Reader, Failure> {
    if host::takes_output(text) {
        return Ok(Reader::Listening);
    }
    let mut stream = anstream::stdout().lock();
    match stream.write_all(visible::report(text).as_bytes()).and_then(|()| stream.flush()) {
        Ok(()) => Ok(Reader::Listening),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Reader::Gone),
        Err(error) => Err(Failure::writing("standard output", error)),
    }
}

/// Writes a message to standard error; there is nobody to tell if that fails.
pub fn complain(text: &str) {
    if host::takes_message(&format!("{text}\n")) {
        return;
    }
    let _ = writeln!(anstream::stderr().lock(), "{}", visible::report(text));
}

/// A path as it is shown.
pub fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// The same for every name of a file, as far as the system tells: of one that does not exist yet by its folder.
pub fn identity(path: &Path) -> PathBuf {
    if path == Path::new("-") {
        return path.to_owned();
    }
    let folder = path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
    let beside = || Some(fs::canonicalize(folder).ok()?.join(path.file_name()?));
    fs::canonicalize(path).ok().or_else(beside).unwrap_or_else(|| path.to_owned())
}

/// Refuses reports that would replace what was `read`, or each other.
///
/// # Errors
/// [`Failure::Usage`].
pub fn keep_apart<'a>(
    read: impl IntoIterator<Item = &'a Path>,
    written: impl IntoIterator<Item = &'a Path>,
) -> Result<(), Failure> {
    let mut used: Vec<PathBuf> = read.into_iter().map(identity).collect();
    for path in written {
        let identity = identity(path);
        if used.contains(&identity) {
            let what = if path == Path::new("-") {
                "standard output has one report: name a file for the other".to_owned()
            } else {
                format!("{} is named twice: a report would replace it", shown(path))
            };
            return Err(Failure::Usage(what));
        }
        used.push(identity);
    }
    Ok(())
}

/// Where a report is to go.
pub enum Destination {
    /// Standard output.
    Standard,
    /// A file, replaced as a whole when the report is complete.
    File(PendingFile),
    /// A device or a pipe, which cannot be replaced.
    Device(PathBuf, File),
}

/// The temporary files that wait for their text: a panic that does not unwind drops none of them.
static PENDING: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// A temporary file beside the one that it will replace; removed if it never does.
pub struct PendingFile {
    target: PathBuf,
    temporary: PathBuf,
    file: Option<File>,
}

impl Destination {
    /// Opens the destination, so that a path that cannot be written is an error before the work, not after it; `-` is standard output.
    ///
    /// # Errors
    /// [`Failure::InputOutput`].
    pub fn open(path: Option<&Path>) -> Result<Self, Failure> {
        let Some(path) = path.filter(|path| *path != Path::new("-")) else { return Ok(Destination::Standard) };
        Self::open_file(path).map_err(|error| Failure::writing(&path.display().to_string(), error))
    }

    fn open_file(path: &Path) -> io::Result<Self> {
        let existing = fs::metadata(path).ok();
        if existing.as_ref().is_some_and(|metadata| !metadata.is_file()) {
            // A directory refuses here; a device or a named pipe takes the text as it comes.
            return Ok(Destination::Device(path.to_owned(), OpenOptions::new().write(true).open(path)?));
        }
        // Through a symbolic link the file that it names is replaced, not the link.
        let target = if existing.is_some() { fs::canonicalize(path)? } else { path.to_owned() };
        let name = target.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_string_lossy().into_owned();
        let temporary = target.with_file_name(format!(".{name}.{}.part", std::process::id()));
        let file = OpenOptions::new().write(true).create_new(true).open(&temporary)?;
        pending_files().push(temporary.clone());
        let pending = PendingFile { target, temporary, file: Some(file) };
        if let Some(metadata) = existing {
            fs::set_permissions(&pending.temporary, metadata.permissions())?;
        }
        Ok(Destination::File(pending))
    }

    /// Whether it is standard output.
    pub fn is_standard(&self) -> bool {
        matches!(self, Destination::Standard)
    }

    /// Writes the whole text and puts it in place.
    ///
    /// # Errors
    /// [`Failure::InputOutput`].
    pub fn write(self, text: &str) -> Result<(), Failure> {
        let plain = || anstream::adapter::strip_str(text).to_string();
        match self {
            Destination::Standard => print(text).map(|_| ()),
            Destination::File(pending) => {
                let place = pending.target.display().to_string();
                pending.commit(&plain()).map_err(|error| Failure::writing(&place, error))
            }
            Destination::Device(path, mut file) => match file.write_all(plain().as_bytes()) {
                Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                    Err(Failure::writing(&path.display().to_string(), error))
                }
                _ => Ok(()),
            },
        }
    }
}

impl PendingFile {
    fn commit(mut self, text: &str) -> io::Result<()> {
        if let Some(mut file) = self.file.take() {
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
        }
        fs::rename(&self.temporary, &self.target)
    }
}

impl Drop for PendingFile {
    fn drop(&mut self) {
        // After a rename there is nothing left to remove.
        let _ = fs::remove_file(&self.temporary);
        pending_files().retain(|path| *path != self.temporary);
    }
}

fn pending_files() -> MutexGuard<'static, Vec<PathBuf>> {
    PENDING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Removes what [`PendingFile`] would, for a program that ends without dropping anything.
pub fn remove_pending_files() {
    for path in pending_files().drain(..) {
        let _ = fs::remove_file(path);
    }
}
