//! `equipartition new --formulas`: a theory of formulas, its baseline and a workflow.

use super::{Arguments, make, record};
use crate::cli::output::{self, shown};
use crate::cli::{Exit, Failure};
use crate::formula::file::TheoryFile;
use crate::verify::Claim;
use std::fs;

const THEORY: &str = include_str!("template/formulas.theory.toml");
const README: &str = include_str!("template/formulas.md");
const WORKFLOW: &str = include_str!("template/formulas.yml");

/// Writes the theory.
///
/// # Errors
/// Those of the crate.
pub(super) fn run(arguments: &Arguments, family: &str) -> Result<Exit, Failure> {
    let fill = |text: &str| {
        text.replace("own/", &format!("{family}/"))
            .replace("FAMILY", family)
            .replace("RUST_VERSION", env!("CARGO_PKG_RUST_VERSION"))
    };
    let (source, told) = source(arguments)?;
    let (theory, file) = (fill(THEORY), format!("{family}.theory.toml"));
    let files = [
        (file.clone(), theory.clone()),
        ("README.md".to_owned(), fill(README)),
        ("theory.lock".to_owned(), lock(&file, &theory)?),
        (".github/workflows/theory.yml".to_owned(), fill(WORKFLOW).replace("SOURCE", &source)),
    ];
    make(&arguments.directory, files)?;
    let place = shown(&arguments.directory);
    let _ = output::print(&format!(
        "{place} has a theory of formulas with one claim, {family}/balance. To go on:\n  cd {place}\n  \
         equipartition verify {file} --baseline theory.lock\n{told}"
    ))?;
    Ok(Exit::Success)
}

/// Where the workflow has the program from, and what is left to be done for that.
fn source(arguments: &Arguments) -> Result<(String, &'static str), Failure> {
    // In single quotes the shell obeys nothing, and YAML has the line in a block.
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "'\\''"));
    if let Some(path) = &arguments.path {
        let whole = fs::canonicalize(path).map_err(|error| Failure::reading(&shown(path), error))?;
        return Ok((format!("--path {}", quoted(&shown(&whole))), ""));
    }
    let rev = arguments.rev.as_deref().map_or_else(String::new, |rev| format!(" --rev {}", quoted(rev)));
    Ok(match &arguments.git {
        Some(git) => (format!("--git {}{rev} equipartition", quoted(git)), ""),
        None => (
            "--git \"$EQUIPARTITION\" equipartition".to_owned(),
            "The workflow builds the program from the repository that the forge's variable EQUIPARTITION names: set it, or give --git.\n",
        ),
    })
}

/// The baseline of the claims in a theory's text.
fn lock(place: &str, text: &str) -> Result<String, Failure> {
    let file = TheoryFile::parse(place, text).map_err(|complaint| Failure::Internal(complaint.to_string()))?;
    file.with_theory(|theory| {
        let claims: Vec<&Claim<'_>> = theory.claims.iter().flat_map(|family| family.iter()).copied().collect();
        record(theory.name, &claims)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::Verdict;

    #[test]
    fn the_claims_of_the_template_hold() {
        let lock = lock("own.theory.toml", &THEORY.replace("FAMILY", "own")).expect("a baseline");
        let holds = format!("verdict = \"{}\"", Verdict::Holds);
        assert_eq!(lock.matches(&holds).count(), THEORY.matches("[[claim]]").count(), "{lock}");
        assert!(lock.contains("own/balance"), "{lock}");
    }
}
