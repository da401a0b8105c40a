//! README.md and docs/ tell the truth: every command shown is run and its output compared, every option named exists, every link leads
//! somewhere. A name filters: `cargo test --test documents docs/verify.md`.
//!
//! ````text
//! ```console       commands after `$ `, each with its output; a line `[...]` stands for any lines; times and widths do not count
//! <!-- file: X --> before a block: its text is the file X of the commands of this page
//! ```sh, ```yaml   not run (they install, or need a cluster); options of `equipartition` in them are looked up
//! ````
//!
//! `UPDATE_DOCS=1 cargo test --test documents` writes the outputs anew; read what has changed.

mod commands;
mod links;
mod markdown;
mod members;
mod options;
mod workflows;

use libtest_mimic::{Arguments, Failed, Trial};
use std::path::{Path, PathBuf};

/// The root of the repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// README.md and the pages of docs/, from the root.
fn pages() -> Vec<PathBuf> {
    let mut pages = vec![PathBuf::from("README.md")];
    pages.extend(markdown::files(root()).into_iter().filter(|path| path.starts_with("docs")));
    pages
}

fn trial(name: String, check: impl FnOnce() -> Result<(), String> + Send + 'static) -> Trial {
    Trial::test(name, move || check().map_err(Failed::from))
}

/// README is the way in, not the book.
fn the_way_in_is_short() -> Result<(), String> {
    let text = markdown::read(Path::new("README.md"));
    let lines: Vec<&str> = text.lines().collect();
    let first_screen = lines.iter().take(45).copied().collect::<Vec<_>>().join("\n");
    if lines.len() > 230 {
        return Err(format!("README.md has {} lines, more than 230", lines.len()));
    }
    for command in ["make verify", "make test"] {
        if !first_screen.contains(command) {
            return Err(format!("`{command}` is not within the first 45 lines of README.md"));
        }
    }
    Ok(())
}

fn main() {
    let mut trials = vec![
        trial("README.md is short".into(), the_way_in_is_short),
        trial("SUMMARY.md has every page once".into(), links::the_summary_has_every_page_once),
        trial("docs/formats.md has every member".into(), members::are_all_told),
        trial("docs/theories.md has every theory".into(), members::theories_are_all_told),
        trial("docs/literature.md has every claim".into(), members::claims_are_all_compared),
        trial("action.yml hashes what is compiled".into(), workflows::the_action_hashes_whatever_is_compiled),
        trial("action.yml takes all arguments".into(), workflows::the_action_takes_all_of_its_arguments),
        trial("docs/parts.md has the toolchain".into(), workflows::workflows_have_the_toolchain),
        trial("the checks can fail".into(), || {
            commands::what_does_not_match_is_seen()?;
            links::what_leads_nowhere_is_seen()?;
            options::what_does_not_exist_is_seen()
        }),
    ];
    for path in pages() {
        let page = path.display().to_string();
        if markdown::blocks(&markdown::read(&path)).iter().any(|block| block.language == "console") {
            let path = path.clone();
            trials.push(trial(format!("commands of {page}"), move || commands::check(&path)));
        }
        trials.push(trial(format!("options in {page}"), move || options::check(&path)));
    }
    for path in markdown::files(root()) {
        trials.push(trial(format!("links of {}", path.display()), move || links::check(&path)));
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}
