//! Settings, colours, completions, manual pages, and what is installed.

#![cfg(feature = "cli")]

mod support;

use predicates::prelude::*;
use serde_json::Value;
use std::fs;
use std::path::Path;
use support::{equipartition, timeless};

fn verify(directory: &Path, arguments: &[&str]) -> assert_cmd::assert::Assert {
    equipartition().current_dir(directory).args(["verify", "--format", "json"]).args(arguments).assert()
}

fn document(assert: assert_cmd::assert::Assert) -> Value {
    timeless(&String::from_utf8_lossy(&assert.success().get_output().stdout))
}

#[test]
fn settings_are_found_upwards_and_the_command_line_outranks_them() {
    let directory = tempfile::tempdir().expect("a directory");
    let below = directory.path().join("a/b");
    fs::create_dir_all(&below).expect("directories");
    let settings =
        "claims = [\"balance/neuron\"]\nseed = 5\nprecision = 128\ninstances = 4\nbaseline = \"theory.lock\"\n";
    fs::write(directory.path().join("equipartition.toml"), settings).expect("a file");
    verify(&below, &[]).code(66).stderr(predicate::str::contains("theory.lock"));
    let found = document(verify(&below, &["--bless"]));
    assert_eq!((&found["seed"], &found["precision"], &found["instances"]), (&5.into(), &128.into(), &4.into()));
    assert_eq!(found["claims"].as_array().map(Vec::len), Some(1));
    assert!(directory.path().join("theory.lock").is_file(), "paths are seen from the settings");
    let told = verify(&below, &[]).success();
    told.stderr(predicate::str::contains("settings from").and(predicate::str::contains("equipartition.toml")));
    let lock = directory.path().join("other.lock");
    let lock = lock.to_str().expect("text");
    let found = document(verify(&below, &["balance/layer", "--seed", "6", "--baseline", lock, "--bless"]));
    assert_eq!((&found["seed"], &found["precision"]), (&6.into(), &128.into()));
    assert_eq!(found["claims"][0]["id"], "balance/layer");
    let found = document(verify(&below, &["balance/neuron", "--no-config", "--instances", "4"]));
    assert_eq!((&found["seed"], &found["precision"]), (&0.into(), &256.into()));
    fs::write(below.join("mine.toml"), "claims = [\"balance/matrix\"]\ninstances = 4\n").expect("a file");
    assert_eq!(document(verify(&below, &["--config", "mine.toml"]))["claims"][0]["id"], "balance/matrix");
    verify(&below, &["--config", "none.toml"]).code(66).stderr(predicate::str::contains("none.toml"));
}

#[test]
fn settings_that_are_wrong_are_shown_with_their_line() {
    let directory = tempfile::tempdir().expect("a directory");
    fs::write(directory.path().join("equipartition.toml"), "seed = 1\nprecison = 128\n").expect("a file");
    let told = verify(directory.path(), &[]).code(78);
    told.stderr(
        predicate::str::contains("equipartition.toml:2:1: unknown key `precison`: did you mean `precision`?")
            .and(predicate::str::contains("^^^")),
    )
    .stdout(predicate::str::contains("\"exit_code\":78"));
}

#[test]
fn the_shipped_schema_of_settings_is_the_generated_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/equipartition.schema.json");
    let assert = equipartition().args(["schema", "config"]).assert().success();
    assert_eq!(String::from_utf8_lossy(&assert.get_output().stdout), fs::read_to_string(path).expect("the schema"));
}

#[test]
fn colours_are_as_asked_for() {
    let coloured = |arguments: &[&str], variable: Option<(&str, &str)>| {
        let mut command = equipartition();
        command.env_remove("NO_COLOR").envs(variable);
        let assert = command.args(["verify", "balance/neuron", "--instances", "4"]).args(arguments).assert().success();
        // The verdict in green.
        String::from_utf8_lossy(&assert.get_output().stdout).contains("\u{1b}[32mholds")
    };
    assert!(!coloured(&[], None), "a pipe is no terminal");
    assert!(coloured(&["--color", "always"], None) && coloured(&["--color=always"], Some(("NO_COLOR", "1"))));
    assert!(coloured(&[], Some(("CLICOLOR_FORCE", "1"))));
    assert!(!coloured(&["--color", "never"], Some(("CLICOLOR_FORCE", "1"))));
    equipartition().args(["--color", "blue", "list"]).assert().code(2).stderr(predicate::str::contains("always"));
}

#[test]
fn every_shell_gets_a_script_and_every_command_a_page() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let assert = equipartition().args(["completions", shell]).assert().success();
        // The scripts of elvish and PowerShell complete no values.
        let value = if matches!(shell, "elvish" | "powershell") { "verify" } else { "balance/neuron" };
        assert.stdout(predicate::str::contains("annotate").and(predicate::str::contains(value)));
    }
    let page = equipartition().args(["manual", "verify"]).assert().success();
    page.stdout(predicate::str::contains(".TH EQUIPARTITION-VERIFY 1").and(predicate::str::contains("theory.lock")));
    equipartition().arg("manual").assert().success().stdout(predicate::str::contains("equipartition\\-verify"));
    let refused = equipartition().args(["manual", "verfy"]).assert().code(2);
    refused.stderr(predicate::str::contains("did you mean `verify`?"));
    let directory = tempfile::tempdir().expect("a directory");
    equipartition().args(["manual", "--directory"]).arg(directory.path().join("man1")).assert().success();
    let pages = fs::read_dir(directory.path().join("man1")).expect("a directory").count();
    let help = equipartition().arg("--help").assert().success();
    let help = String::from_utf8_lossy(&help.get_output().stdout).into_owned();
    let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    // One for each command but `help`, one for the program, eight for what can be observed.
    assert_eq!(pages, commands.filter(|line| line.starts_with("  ") && !line.starts_with("   ")).count() - 1 + 1 + 8);
}

#[test]
fn the_doctor_says_what_is_there_and_what_for() {
    let assert = equipartition().args(["doctor", "--format", "json"]).env("PATH", "").assert().success();
    let document: Value = serde_json::from_slice(&assert.get_output().stdout).expect("JSON");
    let part = |name: &str| {
        let parts = document["parts"].as_array().expect("parts");
        parts.iter().find(|part| part["name"] == name).unwrap_or_else(|| panic!("{name}")).clone()
    };
    assert!(part("MPFR")["found"].as_str().expect("it is linked in").contains("linked in"));
    assert!(part("browser")["found"].is_null() && part("m4")["found"].is_null(), "there is nothing on an empty path");
    assert!(
        document["parts"].as_array().expect("parts").iter().all(|part| !part["enables"].as_str().unwrap().is_empty())
    );
    equipartition().arg("doctor").assert().success().stdout(predicate::str::contains("GMP: "));
}
