//! The command line: what it prints, what it returns, and what it does with bad input.

#![cfg(feature = "cli")]

mod eval;
mod files;
mod graph;
mod observe;
mod questions;
#[path = "../support/mod.rs"]
mod support;
mod surroundings;

use equipartition::theories::{registry, select};
use predicates::prelude::*;
use serde_json::{Value, json};
use std::fs;
use std::process::{Command, Stdio};
use support::{equipartition, timeless};

/// The claim on which the command line is tried; any other would do.
const CLAIM: &str = "balance/neuron";

fn stdout(arguments: &[&str]) -> String {
    let output = equipartition().args(arguments).assert().success().get_output().stdout.clone();
    String::from_utf8(output).expect("text")
}

/// Runs a command that must fail with `code`, and checks that it says so on standard error in one line with all the words.
fn refused(arguments: &[&str], input: &str, code: i32, words: &[&str]) {
    let assert = equipartition().args(arguments).write_stdin(input).assert().code(code);
    let complaint = String::from_utf8(assert.get_output().stderr.clone()).expect("text");
    assert!(complaint.starts_with("error: "), "{complaint}");
    assert!(!complaint.contains("panicked"), "{complaint}");
    for word in words {
        assert!(complaint.contains(word), "`{word}` is missing in: {complaint}");
    }
}

// Verdicts and reports

#[test]
fn verify_reports_the_claims_that_match_and_nothing_else() {
    let text = stdout(&["verify", CLAIM, "--effort", "quick"]);
    assert!(text.contains(CLAIM) && text.contains("1 claim: 1 holds"), "{text}");
    assert!(!text.contains('\u{1b}'), "no colours in a pipe: {text}");
    let count = select(&["balance".to_owned()]).len();
    let document = timeless(&stdout(&["verify", "balance", "--instances", "8", "--format", "json"]));
    assert_eq!(document["claims"].as_array().map(Vec::len), Some(count));
}

/// The rows stand there in order before the run ends, and what is shown claim by claim is what a whole report shows.
#[test]
fn results_appear_as_they_come() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("report.json");
    let also = format!("json={}", path.display());
    let arguments = ["verify", "balance/n", "symmetry", "-n", "4", "-p", "128", "--no-config", "--also", &also];
    let shown = stdout(&arguments);
    let merged = stdout(&["merge", path.to_str().expect("a path in Unicode")]);
    assert_eq!(untimed(&shown), untimed(&merged));
    assert_eq!(untimed(&shown), untimed(&stdout(&[&arguments[..], &["-j", "1"]].concat())), "threads change nothing");
    let quiet = stdout(&["verify", CLAIM, "-n", "4", "-q"]);
    assert!(quiet.starts_with("1 claim: 1 holds, judged on 4 instances"), "{quiet}");

    let mut child = Command::new(env!("CARGO_BIN_EXE_equipartition"))
        .args(["verify", "balance/neuron", "balance/matrix", "-n", "100000", "--time-limit", "60", "--no-config"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the binary starts");
    // The headings stand there long before a claim is concluded.
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().expect("a pipe")));
    let begun = lines.by_ref().take(4).map(|line| line.expect("text")).collect::<Vec<_>>().join("\n");
    assert!(begun.contains("verdict") && begun.contains("evidence"), "{begun}");
    assert!(child.try_wait().expect("it can be asked").is_none(), "it is still running");
    child.kill().expect("it can be ended");
    child.wait().expect("it ends");
}

/// Without times.
fn untimed(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let next = words.iter().skip(1).chain([&""]);
    let is_time = |next: &str| next == "s" || next == "s.";
    words.iter().zip(next).filter(|(_, next)| !is_time(next)).map(|(word, _)| *word).collect::<Vec<_>>().join(" ")
}

/// A claim that fails ends the run, and the next run knows it.
#[test]
fn a_failure_ends_the_run_and_is_remembered() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = |arguments: &[&str]| {
        let mut command = equipartition();
        command.current_dir(folder.path()).env("XDG_CACHE_HOME", folder.path().join("cache"));
        let output = command
            .args([&["verify", "--no-config", "-n", "4", "-p", "128"], arguments].concat())
            .output()
            .expect("it runs");
        (
            output.status.code(),
            String::from_utf8(output.stdout).expect("text"),
            String::from_utf8(output.stderr).expect("text"),
        )
    };
    // Without time every claim is undecided.
    let (code, text, _) = run(&["balance/neuron", "balance/matrix", "-x", "--time-limit", "0"]);
    assert_eq!(code, Some(3), "{text}");
    assert!(text.contains("2 claims: 0 hold, 2 undecided"), "{text}");
    let (code, text, _) = run(&["balance", "--last-failed"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("2 claims: 2 hold") && text.contains("balance/matrix"), "{text}");
    let (_, text, told) = run(&["balance/neuron", "--last-failed"]);
    assert!(told.contains("none of these claims failed") && text.contains("1 claim: 1 holds"), "{told}");
    let kept = |folder: &std::path::Path| {
        fs::read_dir(folder.join("cache/equipartition/last-failed")).expect("it is kept").count()
    };
    assert_eq!(kept(folder.path()), 1);
    // The first of three claims is false: the others are examined, or left.
    let theory = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/theories/textbook-balance.toml");
    let (code, text, _) = run(&[theory, "-j", "1"]);
    assert!(code == Some(1) && !text.contains("cut short"), "{text}");
    let (code, text, _) = run(&[theory, "-j", "1", "-x"]);
    assert!(code == Some(1) && text.contains("cut short"), "{text}");
}

#[test]
fn the_json_report_has_what_is_promised() {
    let document = timeless(&stdout(&["verify", CLAIM, "--format", "json", "--seed", "5", "--precision", "512"]));
    assert_eq!(document["schema_version"], 2);
    assert_eq!(document["seed"], 5);
    assert_eq!(document["precision"], 512);
    assert_eq!(document["version"], env!("CARGO_PKG_VERSION"));
    let claim = &document["claims"][0];
    assert_eq!(claim["id"], CLAIM);
    assert_eq!(claim["verdict"], "holds");
    assert_eq!(claim["evidence"], json!(["exact", "enclosed", "converged"]));
    assert_eq!(claim["ladder"].as_array().map(Vec::len), Some(3));
    assert!(claim["instances"].is_u64() && claim["excluded"].is_u64() && claim["vacuous"].is_u64());
    assert!(claim["residual"].is_string());
    assert!(claim["kinds"][0]["bound"].as_str().is_some_and(|bound| bound.starts_with("2^-")));
    assert!(claim["kinds"][0]["draws"].is_u64() && claim["kinds"][0]["open_share"].is_f64());
    for control in claim["controls"].as_array().expect("an array") {
        assert_eq!(control["failed"], true);
        assert!(control["name"].is_string() && control["margin"].is_string());
    }
    for mutant in claim["mutants"].as_array().expect("an array") {
        assert_eq!(mutant["refuted"], true);
    }
}

#[test]
fn the_report_does_not_depend_on_the_number_of_threads() {
    let run = |jobs| timeless(&stdout(&["verify", CLAIM, "--effort", "quick", "--format", "json", "--jobs", jobs]));
    let (one, two) = (run("1"), run("2"));
    assert_eq!(one, two);
    let text = |jobs| {
        let report = stdout(&["verify", CLAIM, "--effort", "quick", "--format", "json", "--jobs", jobs]);
        report.lines().filter(|line| !line.contains("\"seconds\"")).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(text("1"), text("2"), "the order of members too");
    let other = timeless(&stdout(&["verify", CLAIM, "--effort", "quick", "--format", "json", "--seed", "1"]));
    assert_ne!(one["claims"], other["claims"], "another seed draws other instances");
}

#[test]
fn the_effort_sets_the_instances_unless_they_are_given() {
    let instances = |arguments: &[&str]| {
        timeless(&stdout(&[&["verify", CLAIM, "--format", "json"], arguments].concat()))["instances"].clone()
    };
    assert_eq!(instances(&["--effort", "quick"]), 8);
    assert_eq!(instances(&[]), 32);
    assert_eq!(instances(&["--effort", "thorough", "--instances", "5"]), 5);
}

#[test]
fn a_time_limit_leaves_the_rest_undecided_and_still_reports() {
    let assert = equipartition().args(["verify", CLAIM, "--time-limit", "0", "--format", "json"]).assert().code(3);
    let document = timeless(std::str::from_utf8(&assert.get_output().stdout).expect("text"));
    assert_eq!(document["claims"][0]["verdict"], "undecided");
    assert!(document["claims"][0]["reason"].as_str().is_some_and(|reason| reason.contains("cut short")));
    equipartition().args(["verify", CLAIM, "--time-limit", "1h", "--effort", "quick"]).assert().success();
}

#[cfg(unix)]
#[test]
fn an_interrupt_leaves_the_rest_undecided_and_still_reports() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("report.json");
    let child = Command::new(env!("CARGO_BIN_EXE_equipartition"))
        .args(["verify", "--instances", "100000", "--format", "json", "--output"])
        .arg(&path)
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    // The report's temporary file appears when interrupts are already taken care of.
    while fs::read_dir(folder.path()).expect("readable").next().is_none() {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().expect("kill runs").success());
    let output = child.wait_with_output().expect("the binary ends");
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&output.stderr).contains("interrupted"));
    let document = timeless(&fs::read_to_string(&path).expect("the report is there"));
    assert_eq!(document["claims"].as_array().map(Vec::len), Some(registry().len()));
    assert!(document["claims"].as_array().is_some_and(|claims| claims.iter().all(|c| c["verdict"] == "undecided")));
}

#[test]
fn junit_has_a_test_case_for_every_claim() {
    let xml = stdout(&["verify", CLAIM, "--effort", "quick", "--format", "junit"]);
    assert!(xml.starts_with("<?xml") && xml.contains(&format!("<testcase name=\"{CLAIM}\"")), "{xml}");
    assert!(xml.contains("failures=\"0\"") && xml.contains("errors=\"0\""), "{xml}");
}

#[test]
fn a_report_goes_to_a_file_as_a_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("report.json");
    fs::write(&path, "an older report").expect("writable");
    let arguments = ["verify", CLAIM, "--effort", "quick", "--format", "json", "--output"];
    let output = equipartition().args(arguments).arg(&path).assert().success().get_output().stdout.clone();
    assert!(output.is_empty(), "nothing on standard output");
    assert_eq!(timeless(&fs::read_to_string(&path).expect("readable"))["schema_version"], 2);
    assert_eq!(fs::read_dir(folder.path()).expect("readable").count(), 1, "no temporary file is left");
}

#[test]
fn an_output_that_cannot_be_written_is_said_before_the_work() {
    let folder = tempfile::tempdir().expect("a folder");
    let missing = folder.path().join("missing/report.txt");
    for path in [missing.as_path(), folder.path()] {
        let path = path.to_str().expect("text");
        refused(&["verify", "--instances", "100000", "--output", path], "", 74, &["cannot write", path]);
    }
}

#[test]
fn a_closed_pipe_is_not_an_error() {
    for arguments in [&["list"][..], &["verify", CLAIM, "--effort", "quick"], &["explain", CLAIM], &["--help"]] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_equipartition"))
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("the binary ends");
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        assert!(output.stderr.is_empty(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

// Wrong usage

#[test]
fn wrong_usage_has_its_exit_codes() {
    refused(&["verify", "no-such-family"], "", 4, &["no claim matches", "no-such-family"]);
    refused(&["verify", CLAIM, "balance/neurom"], "", 4, &["`balance/neurom`", "did you mean `balance/neuron`?"]);
    refused(&["explain", "balance/neurn"], "", 2, &["unknown claim `balance/neurn`", "did you mean `balance/neuron`?"]);
    refused(&["replay", "nonsense", "0", "0"], "", 2, &["unknown claim `nonsense`"]);
    refused(&["replay", CLAIM, "0", "0", "--control", "no-such"], "", 2, &["unknown control `no-such`"]);
    refused(&["replay", CLAIM, "0", "-1"], "", 2, &["-1"]);
    for precision in ["0", "100", "65537", "1000000000", "-64", "many"] {
        let option = format!("--precision={precision}");
        refused(&["verify", &option], "", 2, &["64, 128, 256, 512, 1024, 2048 or 4096"]);
        refused(&["replay", CLAIM, "0", "0", &option], "", 2, &["64, 128, 256, 512, 1024, 2048 or 4096"]);
    }
    refused(&["verify", "--exclude", "no-such"], "", 4, &["--exclude", "`no-such`"]);
    refused(&["verify", "-n", "3.5"], "", 2, &["--instances", "expected a whole number, found `3.5`"]);
    refused(
        &["discover", "--kind", "mlp", "--widths", "2,x,2"],
        "",
        2,
        &["--widths", "expected a whole number, found `x`"],
    );
    refused(&["merge", "part-1.json", "./part-1.json"], "", 2, &["named twice"]);
    refused(&["verify", "--instances", "0"], "", 2, &["--instances"]);
    refused(&["verify", "--time-limit", "soon"], "", 2, &["--time-limit", "90s"]);
    refused(&["verify", "--seed", "1.5"], "", 2, &["--seed"]);
    refused(&["verify", "--format", "yaml"], "", 2, &["text, json, junit"]);
    refused(&["verfy"], "", 2, &["verify"]);
}

/// Many claims, few reasons: each is said once, on a page that is not wide.
#[test]
fn why_no_claim_applies_to_a_model_is_said_once_for_each_reason() {
    let model = format!("{}/examples/models/attention.toml", env!("CARGO_MANIFEST_DIR"));
    let arguments = ["verify", "--no-config", "--model", &model, "platonic"];
    let assert = equipartition().env("COLUMNS", "80").args(arguments).assert().code(4);
    let told = String::from_utf8_lossy(&assert.get_output().stderr).into_owned();
    let lines: Vec<&str> = told.lines().skip(1).collect();
    assert!(lines.len() > 1 && lines.iter().all(|line| line.chars().count() <= 80), "{told}");
    let reasons: Vec<&str> = lines.iter().filter_map(|line| line.split_once(": ").map(|(reason, _)| reason)).collect();
    let distinct: std::collections::BTreeSet<&str> = reasons.iter().copied().collect();
    assert_eq!((reasons.len(), told.matches("platonic/").count() > 3), (distinct.len(), true), "{told}");
}

#[test]
fn errors_are_json_where_json_was_asked_for() {
    let error = |arguments: &[&str], code: i32| -> Value {
        let assert = equipartition().args(arguments).assert().code(code);
        let document: Value = serde_json::from_slice(&assert.get_output().stdout).expect("JSON");
        assert_eq!(document["schema_version"], 2);
        assert_eq!(document["error"]["exit_code"], code);
        document["error"].clone()
    };
    assert_eq!(error(&["verify", "nothing", "--format", "json"], 4)["kind"], "nothing-selected");
    assert_eq!(error(&["verify", "--precision", "0", "--format", "json"], 2)["kind"], "usage");
    assert_eq!(error(&["explain", "nothing", "--format=json"], 2)["kind"], "usage");
    assert_eq!(error(&["verify", "-f", "json", "--nonsense"], 2)["kind"], "usage");
    assert_eq!(error(&["list", "-fjson", "--nonsense"], 2)["kind"], "usage");
    assert_eq!(error(&["--color", "never", "eval", "--nonsense"], 2)["kind"], "usage");
    assert_eq!(error(&["eval"], 2)["kind"], "usage");
    assert_eq!(error(&["eval", "/nonexistent/request.json"], 66)["kind"], "missing-input");
    assert_eq!(error(&["verify", CLAIM, "--format", "json", "--output", "/nonexistent/x"], 74)["kind"], "input-output");
    equipartition().args(["verify", "nothing"]).assert().code(4).stdout(predicate::str::is_empty());
}

#[test]
fn help_tells_the_commands_and_the_exit_codes() {
    insta::assert_snapshot!(stdout(&["--help"]));
    for command in ["verify", "list", "explain", "replay", "eval", "discover", "observe", "inspect", "schema"] {
        assert!(stdout(&[command, "--help"]).contains("Usage: equipartition"), "{command}");
    }
    assert!(stdout(&["--version"]).contains(env!("CARGO_PKG_VERSION")));
}
