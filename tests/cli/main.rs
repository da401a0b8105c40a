//! The command line: what it prints, what it returns, and what it does with bad input.

#![cfg(feature = "cli")]

mod eval;
mod files;
mod graph;
mod observe;
#[path = "../support/mod.rs"]
mod support;
mod surroundings;

use equipartition::report::formula::unicode;
use equipartition::scalar::parse_number;
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

// What is asked of the claims

#[test]
fn list_is_an_array_of_all_claims() {
    let document: Value = serde_json::from_str(&stdout(&["list", "--format", "json"])).expect("JSON");
    let items = document.as_array().expect("an array");
    assert_eq!(items.len(), registry().len());
    for (item, claim) in items.iter().zip(registry()) {
        let entry = claim;
        assert_eq!(item["schema_version"], 2);
        assert_eq!(item["id"], entry.id);
        assert_eq!(item["title"], entry.title);
        assert_eq!(item["statement"], entry.statement);
        assert_eq!(item["evidence"].as_array().map(Vec::len), Some(entry.evidence().len()));
        let names: Vec<&str> = entry.controls.iter().map(|control| control.name).collect();
        assert_eq!(item["controls"], json!(names));
        assert!(item["hypotheses"].is_array());
    }
    let text = stdout(&["list"]);
    assert!(registry().iter().all(|claim| text.contains(claim.id)));
}

/// Every word counts, in letters of both kinds and wherever it occurs.
#[test]
fn list_finds_claims_by_their_words() {
    let found = |words: &str| -> Vec<String> {
        let document: Value =
            serde_json::from_str(&stdout(&["list", "--search", words, "--format", "json"])).expect("JSON");
        document
            .as_array()
            .expect("an array")
            .iter()
            .map(|item| item["id"].as_str().expect("an id").to_owned())
            .collect()
    };
    assert!(found("neuron balance").contains(&CLAIM.to_owned()));
    assert!(found("NEURON").len() >= found("neuron balance").len());
    assert_eq!(found("γ"), found("gamma").into_iter().filter(|id| found("γ").contains(id)).collect::<Vec<_>>());
    refused(&["list", "--search", "xyzzy"], "", 4, &["no claim has all of these words: xyzzy"]);
}

#[test]
fn what_was_meant_is_proposed_wherever_an_identifier_is_given() {
    for (arguments, code) in [
        (&["verify", "neuron"][..], 4),
        (&["verify", "--exact", "balance/neurons"], 4),
        (&["verify", "--exclude", "neuron"], 4),
        (&["list", "neuron"], 4),
        (&["explain", "neuron"], 2),
        (&["replay", "neuron", "0", "0"], 2),
    ] {
        refused(arguments, "", code, &["did you mean", "`balance/neuron`"]);
    }
    refused(&["explain", "gradient-balance"], "", 2, &["did you mean"]);
    refused(&["verify", "--exact", "balance"], "", 4, &["no claim matches"]);
    refused(&["verify", "balance", "--exclude", "balance"], "", 4, &["every one that matches is excluded"]);
}

#[test]
fn claims_are_named_whole_and_left_out() {
    let ids = |arguments: &[&str]| -> Vec<String> {
        let document: Value =
            serde_json::from_str(&stdout(&[&["list", "--format", "json"], arguments].concat())).expect("JSON");
        document
            .as_array()
            .expect("an array")
            .iter()
            .map(|item| item["id"].as_str().expect("an id").to_owned())
            .collect()
    };
    assert_eq!(ids(&["--exact", CLAIM]), [CLAIM]);
    let others = ids(&["balance", "--exclude", "balance/n", "--exclude", "balance/m"]);
    assert!(!others.is_empty() && others.iter().all(|id| id.starts_with("balance/") && !id.starts_with("balance/n")));
}

/// Formulas are in the letters of mathematics, and hypotheses and references in the page of proof's words where it has them.
#[test]
fn explain_shows_what_a_claim_says_of_itself() {
    let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    for claim in registry().into_iter().step_by(9) {
        let text = flat(&stdout(&["explain", claim.id]));
        assert!(text.contains(&flat(&unicode(claim.statement))) && text.contains("Proof"), "{text}");
        for control in claim.controls {
            assert!(text.contains(control.name) && text.contains(&flat(&unicode(control.breaks))), "{text}");
        }
        let document: Value = serde_json::from_str(&stdout(&["explain", claim.id, "--format", "json"])).expect("JSON");
        assert_eq!(document["id"], claim.id);
        assert_eq!(document["statement"], claim.statement);
        assert_eq!(document["hypotheses"].as_array().map(Vec::len), Some(claim.hypotheses.len()));
        assert_eq!(document["controls"].as_array().map(Vec::len), Some(claim.controls.len()));
    }
    let form = |format: &str| stdout(&["explain", CLAIM, "--format", format]);
    assert!(form("markdown").starts_with("# `balance/neuron`"));
    assert!(form("latex").contains(r"\(\nabla F = 0\)"));
    assert!(form("html").contains("<math"));
}

/// A text whose lines may break at any blank.
fn unwrapped(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn replay_shows_every_term_of_an_instance() {
    let text = unwrapped(&stdout(&["replay", CLAIM, "0", "0"]));
    assert!(text.contains("rational: satisfied") && text.contains("left E|g_w|^2 = ["), "{text}");
    let control = registry().into_iter().find(|entry| entry.id == CLAIM).expect("known").controls[0];
    let text = stdout(&["replay", CLAIM, "0", "1", "--control", control.name, "--precision", "512"]);
    assert!(text.contains("mpfr, 512 bits") && text.contains("fails, as it must"), "{text}");
    let document: Value =
        serde_json::from_str(&stdout(&["replay", CLAIM, "0", "0", "--format", "json"])).expect("JSON");
    assert_eq!(document["examination"]["findings"][0]["status"], "satisfied");
}

/// A point made stationary has weights of both signs; its numbers stand as fractions, and in decimals that are as close as decimals can be.
#[test]
fn replay_shows_an_instance_in_numbers() {
    let text = unwrapped(&stdout(&["replay", CLAIM, "12", "6"]));
    assert!(
        text.contains(" weights of the mean (signed: no probabilities) = [") && text.contains(" gamma = ["),
        "{text}"
    );
    assert!(!stdout(&["replay", CLAIM, "12", "0"]).contains("signed"), "the weights of that one are positive");
    let document: Value =
        serde_json::from_str(&stdout(&["replay", CLAIM, "12", "6", "--format", "json"])).expect("JSON");
    let examination = &document["examination"];
    let numbers = examination["numbers"].as_array().expect("a list");
    let terms = examination["findings"][0]["terms"].as_array().expect("a list");
    let names: Vec<&str> = numbers.iter().filter_map(|numbers| numbers["name"].as_str()).collect();
    assert!(["theta", "sample 0, input", "eta", "gamma"].iter().all(|name| names.contains(name)), "{names:?}");
    assert!(terms.iter().any(|term| term["term"] == "E|g_w|^2" && term["side"] == "left"), "{terms:?}");
    let mut compared = 0;
    for entries in numbers.iter().chain(terms) {
        let list = |member: &str| entries[member].as_array().expect("a list").clone();
        for (fraction, decimal) in list("values").iter().zip(list("decimals")) {
            let read = |text: &Value| parse_number(text.as_str().expect("text")).expect("a number");
            let (exact, rounded) = (read(fraction), read(&decimal));
            let gap = (exact.clone() - rounded).abs();
            assert!(gap <= exact.abs() / 10_u64.pow(19), "{fraction} and {decimal}");
            compared += 1;
        }
    }
    assert!(compared > 40, "{compared}");
}

/// The instance that the report calls worst is the one that the replay command shows.
#[test]
fn a_witness_can_be_replayed() {
    let document = timeless(&stdout(&["verify", CLAIM, "--format", "json", "--seed", "3"]));
    let witness = &document["claims"][0]["witnesses"][0];
    let command = witness["replay"].as_str().expect("a command");
    let arguments: Vec<&str> = command.split(' ').skip(1).collect();
    let text = stdout(&arguments);
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains(witness["instance"].as_str().expect("text")), "{text}");
    assert!(text.contains(witness["residual"].as_str().expect("text")), "{text}");
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
