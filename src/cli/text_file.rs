//! Texts that are read from files whose length nobody has seen: a device that never ends is refused as what is too long.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Longer than any report, baseline or configuration.
pub(super) const LONGEST: u64 = 64 << 20;

/// The text of a file.
///
/// # Errors
/// If it cannot be read, is no text, or has more than so many bytes.
pub(super) fn read(path: &Path, longest: u64) -> io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take(longest + 1).read_to_string(&mut text)?;
    if text.len() as u64 > longest {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            format!("expected at most {longest} bytes, found more"),
        ));
    }
    Ok(text)
}
