//! `equipartition new --formulas`: a theory of formulas, its baseline and a workflow.

use super::source::Source;
use super::surroundings::told_of_repository;
use super::{Arguments, fill, make, record};
use crate::cli::output::{self, shown};
use crate::cli::{Exit, Failure};
use crate::formula::file::TheoryFile;
use crate::report::quoted;
use crate::verify::Claim;
use std::path::Path;

const THEORY: &str = include_str!("template/formulas.theory.toml");
const README: &str = include_str!("template/formulas.md");
const WORKFLOW: &str = include_str!("template/formulas.yml");

/// Writes the theory.
///
/// # Errors
/// Those of the crate.
pub(super) fn run(arguments: &Arguments, family: &str, source: &Source<'_>, home: &Path) -> Result<Exit, Failure> {
    let words: [(&str, &str); 4] = [
        ("own/", &*format!("{family}/")),
        ("FAMILY", family),
        ("RUST_VERSION", env!("CARGO_PKG_RUST_VERSION")),
        ("PLACE\n", &source.place()),
    ];
    let (theory, file) = (fill(THEORY, &words), format!("{family}.theory.toml"));
    let files = [
        (file.clone(), theory.clone()),
        ("README.md".to_owned(), fill(README, &words)),
        ("theory.lock".to_owned(), lock(&file, &theory)?),
        (".github/workflows/theory.yml".to_owned(), fill(WORKFLOW, &words)),
    ];
    make(&arguments.directory, files)?;
    let place = shown(&arguments.directory);
    let folder = quoted(&place);
    let told = source.told_of_url() + &told_of_repository(home);
    let _ = output::print(&format!(
        "{place} has a theory of formulas with one claim, {family}/balance. To go on:\n  cd {folder}\n  \
         equipartition verify {file} --baseline theory.lock\n{told}"
    ))?;
    Ok(Exit::Success)
}

/// The baseline of the claims in a theory's text.
fn lock(place: &str, text: &str) -> Result<String, Failure> {
    let file = TheoryFile::parse(place, text).map_err(|complaint| Failure::Internal(complaint.to_string()))?;
    file.with_theory(|theory| {
        let claims: Vec<&Claim<'_>> = theory.claims.iter().flat_map(|family| family.iter()).copied().collect();
        record(theory.name, Some(place), &claims)
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
