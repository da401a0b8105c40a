//! Where Cargo keeps the suite: it is downloaded with the `inari` crate, which is declared but never compiled.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The suite's source files, and the version of the crate that carries them.
pub struct Suite {
    pub version: String,
    /// File name and text, sorted by name.
    pub files: Vec<(String, String)>,
}

/// Asks `cargo metadata` for the sources of `inari` and reads the suite.
pub fn suite() -> Result<Suite, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--manifest-path"])
        .arg(manifest)
        .output()
        .map_err(|error| format!("cargo metadata did not start: {error}"))?;
    if !output.status.success() {
        return Err(format!("cargo metadata failed: {}", String::from_utf8_lossy(&output.stderr)));
    }
    let metadata: serde_json::Value =
        serde_json::from_slice(&output.stdout).map_err(|error| format!("cargo metadata is not json: {error}"))?;
    let package = metadata["packages"]
        .as_array()
        .and_then(|packages| packages.iter().find(|package| package["name"] == "inari"))
        .ok_or("cargo metadata lists no package inari")?;
    let text = |key: &str| package[key].as_str().map(str::to_owned).ok_or(format!("package inari has no {key}"));
    let folder = PathBuf::from(text("manifest_path")?).with_file_name("tests").join("itf1788_tests");
    let listing = std::fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut files = Vec::new();
    for entry in listing {
        let path = entry.map_err(|error| error.to_string())?.path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            let content = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
            files.push((path.file_name().unwrap_or_default().to_string_lossy().into_owned(), content));
        }
    }
    files.sort();
    Ok(Suite { version: text("version")?, files })
}
