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
    refused(&["mine", "--path", LIBRARY, "--rev", "0"], 2, "--git");
    refused(&["mine", "--formulas", "--path", LIBRARY], 2, "--formulas");
    refused(&["nowhere/mine", "--path", LIBRARY], 74, "nowhere/mine");
    // What a workflow's shell, TOML or YAML would take for more than a name.
    refused(&["mine", "--git", "https://example.org/a \"b\""], 2, "expected a URL");
    refused(&["mine", "--git", "https://example.org/${{ a }}"], 2, "expected a URL");
    refused(&["mine", "--git", "git@example.org:a"], 2, "ssh://git@example.org");
    refused(&["mine", "--git", "https://example.org/a", "--rev", "$(b)"], 2, "expected a commit");
    fs::write(folder.path().join("Cargo.toml"), "[package]\nname = \"other\"\n").expect("writable");
    refused(&["mine", "--path", "."], 65, "not the crate `equipartition`");
    fs::create_dir(folder.path().join("mine")).expect("a folder");
    refused(&["mine", "--path", LIBRARY], 2, "mine exists already");
    assert_eq!(fs::read_dir(folder.path().join("mine")).expect("a folder").count(), 0);
}

/// A folder with a repository in it that could be the library's; the URL of it, and its commit.
fn library(folder: &Path) -> (String, String) {
    let library = folder.join("library");
    fs::create_dir(&library).expect("a folder");
    fs::write(library.join("Cargo.toml"), "[package]\nname = \"equipartition\"\n").expect("writable");
    let git = |arguments: &[&str]| {
        let who = ["-c", "user.name=somebody", "-c", "user.email=somebody@example.org"];
        let output = Command::new("git").current_dir(&library).args(who).args(arguments).output().expect("git runs");
        assert!(output.status.success(), "{}", told(&output));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    };
    git(&["init", "--quiet"]);
    git(&["add", "Cargo.toml"]);
    git(&["commit", "--quiet", "--message", "one"]);
    (format!("file://{}", library.display()), git(&["rev-parse", "--short", "HEAD"]))
}

/// The script of a step, as a forge's shell is given it.
fn script(workflow: &str, step: &str) -> String {
    let after = workflow.split(&format!("- name: {step}")).nth(1).expect("a step").split("run: |\n").nth(1);
    let lines = after.expect("a script").lines();
    lines.take_while(|line| line.starts_with("          ")).map(|line| line.trim_start().to_owned() + "\n").collect()
}

/// What a forge does with a step: its shell, in the folder of the crate, with the variables of the workflow's top.
fn forge(workflow: &str, step: &str, folder: &Path) -> Output {
    let variables = workflow.lines().filter_map(|line| line.strip_prefix("  EQUIPARTITION_"));
    let variables = variables.map(|line| {
        let (name, value) = line.split_once(": ").expect("a variable");
        (format!("EQUIPARTITION_{name}"), value.trim_matches('"').to_owned())
    });
    let shell = ["--noprofile", "--norc", "-eo", "pipefail", "-c", &script(workflow, step)];
    Command::new("bash").current_dir(folder).args(shell).envs(variables).output().expect("bash runs")
}

fn made(folder: &Path, file: &str) -> String {
    fs::read_to_string(folder.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

const WORKFLOW: &str = ".github/workflows/theory.yml";

/// The crate can be moved with the library, and built by a forge that puts the library where the manifest has it.
#[test]
fn a_crate_beside_the_library_is_so_on_a_forge_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let (url, commit) = library(folder.path());
    let output = new(folder.path(), &["mine", "--path", "library"]);
    assert!(output.status.success(), "{}", told(&output));
    for words in ["../library, which is on this machine only", "FILL IN", "in place of `path`"] {
        assert!(told(&output).contains(words), "{}", told(&output));
    }
    let mine = folder.path().join("mine");
    let manifest: toml::Table = made(&mine, "Cargo.toml").parse().expect("TOML");
    assert_eq!(manifest["dependencies"]["equipartition"]["path"].as_str(), Some("../library"));
    let workflow = made(&mine, WORKFLOW);
    assert_eq!(workflow.matches("FILL IN").count(), 1, "{workflow}");
    let elsewhere = folder.path().join("forge/mine");
    fs::create_dir_all(&elsewhere).expect("a folder");
    let step = "the library, where Cargo.toml has it";
    let unfilled = forge(&workflow, step, &elsewhere);
    assert!(!unfilled.status.success() && told(&unfilled).contains("is to be filled in"), "{}", told(&unfilled));
    let filled = workflow.replacen("EQUIPARTITION_URL: \"\"", &format!("EQUIPARTITION_URL: \"{url}\""), 1);
    let output = forge(&filled, step, &elsewhere);
    assert!(output.status.success(), "{}", told(&output));
    assert!(made(&elsewhere, "../library/Cargo.toml").contains("equipartition"));
    // With the repository named there is nothing to fill in; inside of the library the way leads up, and the crate stays.
    let output = new(&folder.path().join("library"), &["inner", "--path", ".", "--git", &url, "--rev", &commit]);
    assert!(output.status.success() && !told(&output).contains("FILL IN"), "{}", told(&output));
    assert!(told(&output).contains("A forge cannot reach file://"), "{}", told(&output));
    assert!(told(&output).contains("is a repository around this folder"), "{}", told(&output));
    let workflow = made(&folder.path().join("library/inner"), WORKFLOW);
    assert!(!workflow.contains("FILL IN"), "{workflow}");
    let inner = folder.path().join("around/inner");
    fs::create_dir_all(&inner).expect("a folder");
    let output = forge(&workflow, step, &inner);
    assert!(output.status.success(), "{}", told(&output));
    assert!(made(&inner, "../Cargo.toml").contains("equipartition"));
}

/// A repository that a forge reaches is all that cargo needs there.
#[test]
fn a_crate_with_a_repository_has_nothing_to_fill_in() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = new(folder.path(), &["other-theory", "--git", "https://example.org/a'$(b)", "--rev", "0123"]);
    assert!(output.status.success() && told(&output).contains("Nothing is to be filled in"), "{}", told(&output));
    let other = folder.path().join("other-theory");
    let manifest: toml::Table = made(&other, "Cargo.toml").parse().expect("TOML");
    let library = &manifest["dependencies"]["equipartition"];
    assert_eq!((library["git"].as_str(), library["rev"].as_str()), (Some("https://example.org/a'$(b)"), Some("0123")));
    let workflow = made(&other, WORKFLOW);
    let is_replaced = |text: &str| {
        let words =
            ["PLACE", "LIBRARY", "FAMILY", "RUST_VERSION", "DEPENDENCY", "FOLDER", "ADDRESS", "REVISION", "MARK "];
        words.iter().all(|word| !text.contains(word))
    };
    assert!(is_replaced(&workflow) && !workflow.contains("EQUIPARTITION_"), "{workflow}");
    assert!(is_replaced(&made(&other, "Cargo.toml")));
    let output = new(folder.path(), &["floating", "--git", "ssh://git@example.org/a"]);
    assert!(told(&output).contains("needs a key") && told(&output).contains("--rev"), "{}", told(&output));
}

/// Cargo takes the crate for a workspace of its own inside of another.
#[test]
fn a_crate_inside_of_a_workspace_is_one_of_its_own() {
    let folder = tempfile::tempdir().expect("a folder");
    library(folder.path());
    fs::write(folder.path().join("Cargo.toml"), "[workspace]\nmembers = []\n").expect("writable");
    // Cargo reads no package without a target.
    fs::create_dir(folder.path().join("library/src")).expect("writable");
    fs::write(folder.path().join("library/src/lib.rs"), "").expect("writable");
    let output = new(folder.path(), &["mine", "--path", "library"]);
    assert!(output.status.success(), "{}", told(&output));
    assert!(told(&output).contains("is a workspace around this crate") && told(&output).contains("put \"mine\" into"));
    let cargo = Command::new(env!("CARGO"))
        .args(["metadata", "--offline", "--no-deps", "--format-version", "1"])
        .current_dir(folder.path().join("mine"))
        .output()
        .expect("cargo runs");
    assert!(cargo.status.success(), "{}", told(&cargo));
    let metadata: serde_json::Value = serde_json::from_slice(&cargo.stdout).expect("JSON");
    let root = folder.path().canonicalize().expect("a folder").join("mine");
    assert_eq!(metadata["workspace_root"].as_str(), root.to_str());
}

/// A theory of formulas needs no Rust: it is judged where it stands, against its own lock.
#[test]
fn a_new_theory_of_formulas_is_green_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = new(folder.path(), &["first-laws", "--formulas"]);
    assert!(output.status.success(), "{}", told(&output));
    assert!(
        told(&output).contains("verify first-laws.theory.toml") && told(&output).contains("FILL IN"),
        "{}",
        told(&output)
    );
    let first = folder.path().join("first-laws");
    let run = |arguments: &[&str]| {
        let output = equipartition().current_dir(&first).args(arguments).output().expect("it runs");
        assert!(output.status.success(), "{arguments:?}: {}", told(&output));
        told(&output)
    };
    let report = run(&["verify", "first-laws.theory.toml", "--baseline", "theory.lock"]);
    assert!(report.contains("1 claim: 1 holds") && report.contains("3 of 3 controls failed"), "{report}");
    assert!(report.contains("nothing is weaker than theory.lock records") && !report.contains("stronger"), "{report}");
    assert!(run(&["explain", "first-laws/balance", "--theory", "first-laws.theory.toml"]).contains("generic-loss"));
    // What was written is what the first run would record, to the byte; a run of another theory, which would be held against nothing, is refused.
    run(&["verify", "first-laws.theory.toml", "--baseline", "own.lock", "--bless"]);
    assert_eq!(made(&first, "theory.lock"), made(&first, "own.lock"));
    let of_another = ["verify", "balance/neuron", "--baseline", "theory.lock"];
    let refused = equipartition().current_dir(&first).args(of_another).output().expect("it runs");
    let said = told(&refused);
    assert_eq!(refused.status.code(), Some(2), "{said}");
    assert!(said.contains("`first-laws`, not loaded here") && said.contains("--theory"), "{said}");
    // Every command of the page and of the workflow is one.
    let page = made(&first, "README.md");
    for line in page.lines().filter_map(|line| line.strip_prefix("equipartition ")) {
        let command = line.split('#').next().unwrap_or_default();
        run(&command.split_whitespace().collect::<Vec<_>>());
    }
    let workflow = made(&first, WORKFLOW);
    assert!(workflow.matches("FILL IN").count() == 1 && !workflow.contains("PLACE"), "{workflow}");
    let unfilled = forge(&workflow, "the program", &first);
    assert!(!unfilled.status.success() && told(&unfilled).contains("is to be filled in"), "{}", told(&unfilled));
    assert!(!workflow.contains("FAMILY") && !workflow.contains("RUST_VERSION"));
    let command = workflow.lines().find_map(|line| line.trim().strip_prefix("equipartition ")).expect("a command");
    let summary = folder.path().join("summary.md");
    let words = command.replace("\"markdown=$GITHUB_STEP_SUMMARY\"", &format!("markdown={}", summary.display()));
    run(&words.split_whitespace().collect::<Vec<_>>());
    assert!(fs::read_to_string(&summary).expect("a summary").contains("first-laws/balance"));
    // The program is what cargo installs from the repository, whose name is obeyed by no shell.
    let output = new(folder.path(), &["others", "--formulas", "--git", "https://example.org/a'$(b)", "--rev", "0123"]);
    assert!(output.status.success(), "{}", told(&output));
    let workflow = made(&folder.path().join("others"), WORKFLOW);
    assert!(!workflow.contains("FILL IN"), "{workflow}");
    let shown = workflow.replacen("cargo install", "printf '%s\\n' cargo install", 1);
    let output = forge(&shown, "the program", folder.path());
    let words =
        ["cargo", "install", "--locked", "--git", "https://example.org/a'$(b)", "--rev", "0123", "equipartition"];
    assert_eq!(String::from_utf8_lossy(&output.stdout).lines().collect::<Vec<_>>(), words, "{}", told(&output));
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
