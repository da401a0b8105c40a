//! action.yml and the workflows that the pages show.

use super::root;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(root().join(path)).map_err(|error| format!("{}: {error}", path.display()))
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        match path.is_dir() {
            true => sources(&path, found),
            false if path.extension().is_some_and(|extension| extension == "rs") => found.push(path),
            false => {}
        }
    }
}

/// The first parts of the paths, from the root, of what the program's sources take in: `docs` for `include_str!("../../docs/library.md")`.
fn taken_in() -> BTreeSet<String> {
    let mut files = Vec::new();
    ["src", "crates"].iter().for_each(|folder| sources(&root().join(folder), &mut files));
    let mut tops: BTreeSet<String> = ["src", "crates"].map(str::to_owned).into();
    for file in files {
        let text = fs::read_to_string(&file).unwrap_or_default();
        for macro_name in ["include_str!(\"", "include_bytes!(\""] {
            for rest in text.split(macro_name).skip(1) {
                let name = rest.split('"').next().unwrap_or_default();
                let Ok(path) = file.with_file_name(name).canonicalize() else { continue };
                let inside = root().canonicalize().ok().and_then(|root| Some(path.strip_prefix(root).ok()?.to_owned()));
                let top = inside.and_then(|path| Some(path.iter().next()?.to_string_lossy().into_owned()));
                tops.extend(top);
            }
        }
    }
    tops
}

/// The key of the cached program changes with everything that the program is compiled from.
pub fn the_action_hashes_whatever_is_compiled() -> Result<(), String> {
    let action = read(Path::new("action.yml"))?;
    let line = action.lines().find(|line| line.contains("sources=$(find ")).ok_or("no line hashes the sources")?;
    let hashed: Vec<&str> = line.split_whitespace().collect();
    let tops = taken_in();
    if !tops.contains("docs") || !tops.contains("proofs") {
        return Err(format!("the sources are said to take in {tops:?} only"));
    }
    match tops.iter().find(|top| !hashed.contains(&top.as_str())) {
        Some(top) => Err(format!("`{top}` is compiled, but not hashed")),
        None => Ok(()),
    }
}

/// The input is split at blanks and ends of lines, and nothing in it is obeyed.
pub fn the_action_takes_all_of_its_arguments() -> Result<(), String> {
    let action = read(Path::new("action.yml"))?;
    let line = action.lines().find(|line| line.contains("<<< \"$ARGS\"")).ok_or("no line reads the arguments")?;
    for (given, words) in [
        ("balance --seed 1", "balance|--seed|1|"),
        ("balance\n--seed 1\n  --model m.toml\n", "balance|--seed|1|--model|m.toml|"),
        ("$(touch x) *", "$(touch|x)|*|"),
        ("", ""),
    ] {
        let script = format!("set -eo pipefail; {line}\nfor word in \"${{more[@]}}\"; do printf '%s|' \"$word\"; done");
        let output = Command::new("bash").args(["-c", &script]).env("ARGS", given).output();
        let output = output.map_err(|error| format!("bash: {error}"))?;
        let found = String::from_utf8_lossy(&output.stdout).into_owned();
        if found != words || !output.status.success() {
            return Err(format!("{given:?} is taken for {found}, {}", output.status));
        }
    }
    Ok(())
}

/// A workflow that installs the program installs the toolchain that it needs.
pub fn workflows_have_the_toolchain() -> Result<(), String> {
    let manifest = read(Path::new("Cargo.toml"))?;
    let version = manifest.lines().find_map(|line| line.strip_prefix("rust-version = ")).ok_or("no rust-version")?;
    let page = read(Path::new("docs/parts.md"))?;
    let needed = format!("rustup toolchain install {} ", version.trim_matches('"'));
    let (installed, toolchains) = (page.matches("run: cargo install").count(), page.matches(&needed).count());
    if installed == 0 || installed != toolchains {
        return Err(format!("docs/parts.md: {installed} jobs install the program, {toolchains} its toolchain"));
    }
    Ok(())
}
