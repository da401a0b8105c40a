//! `equipartition new`: a crate with a theory of its own, to begin with.
//!
//! The claim that the new crate has is compiled into this program too, so that its baseline is what this program finds, and a template that does not compile
//! does not exist.

/// The claim that a new crate has, which names this crate as others do.
mod law {
    extern crate self as equipartition;
    include!("template/law.rs");
}

mod formulas;
mod source;
mod surroundings;

use super::output::{self, Destination, shown};
use super::{Exit, Failure, baseline};
use crate::report::{DEFAULT_PRECISION, Libraries, Report, quoted};
use crate::verify::runner::{self, Plan};
use crate::verify::{Claim, Effort, Settings};
use clap::Args;
use source::Source;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use surroundings::{told_of_repository, told_of_workspace};

/// Write a small crate with a theory of your own: a claim, its proof, its tests, a baseline and a workflow; or a theory of formulas
///
/// The crate's program has this whole command line for its own claims. With `--formulas` there is no crate: a file of laws, its baseline and a
/// workflow. Nothing is overwritten: the directory must not exist.
///
/// With `--path` the manifest names that folder, seen from the new one where both are in one, and the workflow takes the library from the repository
/// of `--git`; without that it has one place to fill in, and says so. With `--git` alone the manifest names the repository.
#[derive(Args)]
#[command(after_help = "\
Examples:
  equipartition new my-theory --path ../equipartition
  equipartition new my-theory --path ../equipartition --git https://example.org/equipartition
  equipartition new my-theory --git https://example.org/equipartition --rev 0123abc
  equipartition new my-theory --formulas")]
pub struct Arguments {
    /// The new directory; its name is the crate's, in small letters, digits, `-` and `_`
    #[arg(value_name = "NAME")]
    directory: PathBuf,
    /// A theory of formulas, NAME.theory.toml, which needs no Rust
    #[arg(long)]
    formulas: bool,
    /// The library is in this directory
    #[arg(long, value_name = "DIRECTORY", conflicts_with = "formulas", required_unless_present_any = ["git", "formulas"])]
    path: Option<PathBuf>,
    /// The library is in this repository, which a forge can reach
    #[arg(long, value_name = "URL")]
    git: Option<String>,
    /// The commit of the repository
    #[arg(long, value_name = "COMMIT", requires = "git")]
    rev: Option<String>,
}

/// Files of the template, with the words that are replaced in them.
const FILES: [(&str, &str); 8] = [
    ("Cargo.toml", include_str!("template/Cargo.toml.txt")),
    ("README.md", include_str!("template/README.md")),
    ("proofs.md", include_str!("template/proofs.md")),
    ("src/lib.rs", include_str!("template/lib.rs.txt")),
    ("src/law.rs", include_str!("template/law.rs")),
    ("src/main.rs", include_str!("template/main.rs.txt")),
    ("tests/claims.rs", include_str!("template/claims.rs.txt")),
    (".github/workflows/theory.yml", include_str!("template/workflow.yml")),
];

/// Writes the crate.
///
/// # Errors
/// A name that is none, a library that is not there, a directory that exists, or a file that cannot be written.
pub fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    let name = name(&arguments.directory)?;
    let family = name.replace('_', "-");
    let home = home(&arguments.directory, &name)?;
    let source = Source::of(arguments, &home)?;
    if arguments.formulas {
        return formulas::run(arguments, &family, &source, &home);
    }
    let lock = lock(&family)?;
    let (repository, step) = source.workflow();
    let words: [(&str, &str); 8] = [
        ("own/", &*format!("{family}/")),
        ("NAME", &name),
        ("FAMILY", &family),
        ("CRATE", &name.replace('-', "_")),
        ("RUST_VERSION", env!("CARGO_PKG_RUST_VERSION")),
        ("DEPENDENCY", &source.dependency()),
        ("PLACE\n", &repository),
        ("LIBRARY\n", &step),
    ];
    let filled = FILES.map(|(path, text)| (path.to_owned(), fill(text, &words)));
    let others = [("theory.lock".to_owned(), lock), (".gitignore".to_owned(), "/target\n".to_owned())];
    make(&arguments.directory, filled.into_iter().chain(others))?;
    let place = shown(&arguments.directory);
    let folder = quoted(&place);
    let told = [source.told(), told_of_workspace(&home), told_of_repository(&home)].concat();
    let _ = output::print(&format!(
        "{place} has a theory of one claim, {family}/charge-of-a-step. To go on:\n  cd {folder}\n  cargo test\n  cargo run -- verify --baseline theory.lock\n{told}"
    ))?;
    Ok(Exit::Success)
}

/// The new directory as it will be called, all links followed.
fn home(directory: &Path, name: &str) -> Result<PathBuf, Failure> {
    let parent = directory.parent().filter(|parent| *parent != Path::new("")).unwrap_or(Path::new("."));
    let parent = fs::canonicalize(parent).map_err(|error| Failure::writing(&shown(directory), error))?;
    Ok(parent.join(name))
}

/// A text with words replaced, each where it stands: what a word is replaced by is left alone.
fn fill(text: &str, words: &[(&str, &str)]) -> String {
    let (mut filled, mut rest) = (String::new(), text);
    let first = |rest: &str| words.iter().filter_map(|(word, value)| Some((rest.find(word)?, *word, *value))).min();
    while let Some((at, word, value)) = first(rest) {
        filled += &rest[..at];
        filled += value;
        rest = &rest[at + word.len()..];
    }
    filled + rest
}

/// Makes the directory, which must not exist, with these files.
fn make(directory: &Path, files: impl IntoIterator<Item = (String, String)>) -> Result<(), Failure> {
    fs::create_dir(directory).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => {
            Failure::Usage(format!("{} exists already: nothing is overwritten", shown(directory)))
        }
        _ => Failure::writing(&shown(directory), error),
    })?;
    let mut files = files.into_iter();
    files.try_for_each(|(path, text)| write(&directory.join(path), &text)).inspect_err(|_| {
        // Half of it would stand in the way of the next try. It was made a moment ago, and nobody else has put anything there.
        let _ = fs::remove_dir_all(directory);
    })
}

/// Names that Rust, cargo or the crate itself has other uses for.
const TAKEN: [&str; 62] = [
    "equipartition",
    "law",
    "test",
    "core",
    "std",
    "alloc",
    "build",
    "deps",
    "examples",
    "incremental",
    "abstract",
    "as",
    "async",
    "await",
    "become",
    "box",
    "break",
    "const",
    "continue",
    "crate",
    "do",
    "dyn",
    "else",
    "enum",
    "extern",
    "false",
    "final",
    "fn",
    "for",
    "gen",
    "if",
    "impl",
    "in",
    "let",
    "loop",
    "macro",
    "match",
    "mod",
    "move",
    "mut",
    "override",
    "priv",
    "pub",
    "ref",
    "return",
    "self",
    "static",
    "struct",
    "super",
    "trait",
    "true",
    "try",
    "type",
    "typeof",
    "union",
    "unsafe",
    "unsized",
    "use",
    "virtual",
    "where",
    "while",
    "yield",
];

/// The name of the crate: the last part of the directory's.
fn name(directory: &Path) -> Result<String, Failure> {
    let name = directory.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let is_letter = |byte: u8| byte.is_ascii_lowercase();
    let is_name = name.bytes().next().is_some_and(is_letter)
        && name.bytes().all(|byte| is_letter(byte) || byte.is_ascii_digit() || matches!(byte, b'-' | b'_'));
    if !is_name || TAKEN.contains(&name.as_str()) {
        let message = format!(
            "`{name}` cannot be the crate's name: small letters, digits, `-` and `_`, a letter first, and no name that is taken"
        );
        return Err(Failure::Usage(message));
    }
    Ok(name)
}

/// The baseline of the new crate: what is found of its claim, whose instances are drawn by its identifier.
fn lock(family: &str) -> Result<String, Failure> {
    let id = law::CLAIM.id.replacen("own", family, 1);
    record(family, None, &[&Claim { id: &id, ..law::CLAIM }])
}

/// The baseline of claims of a theory, which may be one of a file, as a run with the defaults finds them.
fn record(theory: &str, file: Option<&str>, claims: &[&Claim<'_>]) -> Result<String, Failure> {
    let settings = Settings::new(0, DEFAULT_PRECISION);
    let plan = Plan { settings, instances: Effort::Default.instances(), jobs: 0, time_limit: None };
    let ids: Vec<&str> = claims.iter().map(|claim| claim.id).collect();
    let mut claims = runner::run(claims, &plan, &AtomicBool::new(false), &|_| {});
    for claim in &mut claims {
        claim.entry.theory = theory.to_owned();
        claim.entry.theory_file = file.map(str::to_owned);
    }
    let report = Report {
        program: super::program(),
        libraries: Libraries::linked(),
        seed: 0,
        precision: DEFAULT_PRECISION,
        effort: Effort::Default,
        instances: plan.instances,
        shard: None,
        model: None,
        comparison: None,
        claims,
        sought: BTreeMap::new(),
        never_taken: BTreeMap::new(),
        seconds: 0.0,
    };
    baseline::first(&report, &ids)
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    if let Some(folder) = path.parent() {
        output::make_folder(folder)?;
    }
    Destination::open(Some(path))?.write(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::Verdict;

    #[test]
    fn the_claim_of_the_template_holds() {
        let lock = lock("some-name").expect("a baseline");
        assert!(lock.contains("some-name/charge-of-a-step"), "{lock}");
        assert!(lock.contains(&format!("verdict = \"{}\"", Verdict::Holds)), "{lock}");
    }

    #[test]
    fn a_name_is_one_of_a_crate() {
        for (directory, expected) in [("a", "a"), ("some/where/my-theory_2", "my-theory_2")] {
            assert_eq!(name(Path::new(directory)).expect("a name"), expected);
        }
        for directory in ["", "/", "..", "2a", "My", "a b", "a/é", "equipartition", "-a"] {
            assert!(name(Path::new(directory)).is_err(), "{directory}");
        }
    }
}
