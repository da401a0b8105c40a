//! `equipartition new` writes a crate that is green before anything is changed, and overwrites nothing.

#![cfg(feature = "cli")]

mod support;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use support::equipartition;

const LIBRARY: &str = env!("CARGO_MANIFEST_DIR");

fn new(folder: &Path, arguments: &[&str]) -> Output {
    equipartition().current_dir(folder).arg("new").args(arguments).output().expect("it runs")
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout)
}

#[test]
fn bad_names_and_places_are_refused_and_nothing_is_overwritten() {
    let folder = tempfile::tempdir().expect("a folder");
    let refused = |arguments: &[&str], code: i32, words: &str| {
        let output = new(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", told(&output));
        assert!(told(&output).contains(words), "{arguments:?}: {}", told(&output));
    };
    refused(&["My Theory", "--path", LIBRARY], 2, "cannot be the crate's name");
    refused(&["fn", "--path", LIBRARY], 2, "cannot be the crate's name");
    refused(&["build", "--path", LIBRARY], 2, "cannot be the crate's name");
    refused(&["mine"], 2, "--path");
    refused(&["mine", "--path", "nowhere"], 66, "nowhere");
    refused(&["mine", "--path", "."], 66, "Cargo.toml");
    refused(&["mine", "--path", LIBRARY, "--rev", "0"], 2, "--rev");
    fs::write(folder.path().join("Cargo.toml"), "[package]\nname = \"other\"\n").expect("writable");
    refused(&["mine", "--path", "."], 65, "not the crate `equipartition`");
    fs::create_dir(folder.path().join("mine")).expect("a folder");
    refused(&["mine", "--path", LIBRARY], 2, "mine exists already");
    assert_eq!(fs::read_dir(folder.path().join("mine")).expect("a folder").count(), 0);
    assert!(
        new(folder.path(), &["other-theory", "--git", "https://example.org/a \"b\"", "--rev", "0123"]).status.success()
    );
    let manifest = fs::read_to_string(folder.path().join("other-theory/Cargo.toml")).expect("a manifest");
    let manifest: toml::Table = manifest.parse().expect("TOML");
    let library = &manifest["dependencies"]["equipartition"];
    assert_eq!((library["git"].as_str(), library["rev"].as_str()), (Some("https://example.org/a \"b\""), Some("0123")));
}

/// A theory of formulas needs no Rust: it is judged where it stands, against its own lock.
#[test]
fn a_new_theory_of_formulas_is_green_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = new(folder.path(), &["first-laws", "--formulas"]);
    assert!(output.status.success(), "{}", told(&output));
    assert!(told(&output).contains("verify first-laws.theory.toml") && told(&output).contains("EQUIPARTITION"));
    let made = folder.path().join("first-laws");
    let run = |arguments: &[&str]| {
        let output = equipartition().current_dir(&made).args(arguments).output().expect("it runs");
        assert!(output.status.success(), "{arguments:?}: {}", told(&output));
        told(&output)
    };
    let report = run(&["verify", "first-laws.theory.toml", "--baseline", "theory.lock"]);
    assert!(report.contains("1 claim: 1 holds") && report.contains("3 of 3 controls failed"), "{report}");
    assert!(report.contains("nothing is weaker than theory.lock records") && !report.contains("stronger"), "{report}");
    assert!(run(&["explain", "first-laws/balance", "--theory", "first-laws.theory.toml"]).contains("generic-loss"));
    // Every command of the page and of the workflow is one.
    let page = fs::read_to_string(made.join("README.md")).expect("a page");
    for line in page.lines().filter_map(|line| line.strip_prefix("equipartition ")) {
        let command = line.split('#').next().unwrap_or_default();
        run(&command.split_whitespace().collect::<Vec<_>>());
    }
    let workflow = fs::read_to_string(made.join(".github/workflows/theory.yml")).expect("a workflow");
    assert!(workflow.contains("cargo install --locked --git \"$EQUIPARTITION\" equipartition\n"), "{workflow}");
    assert!(!workflow.contains("SOURCE") && !workflow.contains("FAMILY") && !workflow.contains("RUST_VERSION"));
    let command = workflow.lines().find_map(|line| line.trim().strip_prefix("equipartition ")).expect("a command");
    let summary = folder.path().join("summary.md");
    let words = command.replace("\"markdown=$GITHUB_STEP_SUMMARY\"", &format!("markdown={}", summary.display()));
    run(&words.split_whitespace().collect::<Vec<_>>());
    assert!(fs::read_to_string(&summary).expect("a summary").contains("first-laws/balance"));
    // What stands in a name of a repository is obeyed by no shell.
    let output = new(folder.path(), &["others", "--formulas", "--git", "https://example.org/a'$(b)", "--rev", "0123"]);
    assert!(output.status.success(), "{}", told(&output));
    let workflow = fs::read_to_string(folder.path().join("others/.github/workflows/theory.yml")).expect("a workflow");
    assert!(workflow.contains("--git 'https://example.org/a'\\''$(b)' --rev '0123' equipartition\n"), "{workflow}");
    assert_eq!(new(folder.path(), &["others", "--formulas"]).status.code(), Some(2), "nothing is overwritten");
}

/// The tests of the new crate, and its program's comparison with its lock, with the dependencies of this crate as they are built.
#[test]
#[ignore = "builds the library for another crate, which takes minutes"]
fn a_new_crate_is_green_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = new(folder.path(), &["first_theory", "--path", LIBRARY]);
    assert!(output.status.success(), "{}", told(&output));
    assert!(told(&output).contains("cd first_theory"), "{}", told(&output));
    let made = folder.path().join("first_theory");
    // The versions that are there, so that nothing is looked up.
    fs::copy(Path::new(LIBRARY).join("Cargo.lock"), made.join("Cargo.lock")).expect("a copy");
    let binary = PathBuf::from(env!("CARGO_BIN_EXE_equipartition"));
    let target = binary.parent().and_then(Path::parent).expect("the target folder");
    let cargo = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO"))
            .args(arguments)
            .arg("--offline")
            .current_dir(&made)
            .env("CARGO_TARGET_DIR", target)
            .env_remove("RUSTFLAGS")
            .output()
            .expect("cargo runs");
        assert!(output.status.success(), "cargo {arguments:?}: {}", told(&output));
        String::from_utf8(output.stdout).expect("text")
    };
    let tests = cargo(&["test"]);
    assert!(tests.contains("test first-theory/charge-of-a-step ... ok"), "{tests}");
    cargo(&["build"]);
    let program = target.join("debug/first_theory");
    let run = |arguments: &[&str]| {
        let output =
            Command::new(&program).args(arguments).current_dir(&made).env("NO_COLOR", "1").output().expect("it runs");
        assert!(output.status.success(), "{arguments:?}: {}", told(&output));
        told(&output)
    };
    let report = run(&["verify", "--no-config", "--baseline", "theory.lock"]);
    assert!(
        report.contains("1 claim: 1 holds") && report.contains("nothing is weaker than theory.lock records"),
        "{report}"
    );
    assert!(!report.contains("stronger"), "{report}");
    assert!(run(&["explain", "first-theory/charge-of-a-step"]).contains("2auw"));
    let _ = fs::remove_file(&program);
}
