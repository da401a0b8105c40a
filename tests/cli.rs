//! The command line: what it prints, what it returns, and what it does with bad input.

#![cfg(feature = "cli")]

mod support;

use equipartition::claims::{registry, select};
use predicates::prelude::*;
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader, Write};
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
    let document = timeless(&stdout(&["verify", "balance", "--instances", "4", "--format", "json"]));
    assert_eq!(document["claims"].as_array().map(Vec::len), Some(count));
}

#[test]
fn the_json_report_has_what_is_promised() {
    let document = timeless(&stdout(&["verify", CLAIM, "--format", "json", "--seed", "5", "--precision", "512"]));
    assert_eq!(document["schema_version"], 1);
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
    assert!(claim["bound"].as_str().is_some_and(|bound| bound.starts_with("2^-")));
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
    assert_eq!(timeless(&fs::read_to_string(&path).expect("readable"))["schema_version"], 1);
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
        let entry = claim.entry();
        assert_eq!(item["schema_version"], 1);
        assert_eq!(item["id"], entry.id);
        assert_eq!(item["title"], entry.title);
        assert_eq!(item["statement"], entry.statement);
        assert_eq!(item["evidence"].as_array().map(Vec::len), Some(entry.evidence.len()));
        let names: Vec<&str> = entry.controls.iter().map(|control| control.name).collect();
        assert_eq!(item["controls"], json!(names));
        assert!(item["hypotheses"].is_array());
    }
    let text = stdout(&["list"]);
    assert!(registry().iter().all(|claim| text.contains(claim.entry().id)));
}

#[test]
fn explain_shows_everything_that_a_claim_says_of_itself() {
    for claim in registry() {
        let entry = claim.entry();
        let text = stdout(&["explain", entry.id]);
        assert!(text.contains(entry.statement) && text.contains("Proof"), "{text}");
        for line in entry.hypotheses.iter().chain(entry.references) {
            assert!(text.contains(line), "{text}");
        }
        for control in entry.controls {
            assert!(text.contains(control.name) && text.contains(control.breaks), "{text}");
        }
        let document: Value = serde_json::from_str(&stdout(&["explain", entry.id, "--format", "json"])).expect("JSON");
        assert_eq!(document["id"], entry.id);
        assert_eq!(document["controls"].as_array().map(Vec::len), Some(entry.controls.len()));
    }
}

#[test]
fn replay_shows_every_term_of_an_instance() {
    let text = stdout(&["replay", CLAIM, "0", "0"]);
    assert!(text.contains("rational: satisfied") && text.contains("left   E|g_w|^2 = ["), "{text}");
    let control =
        registry().iter().map(|claim| claim.entry()).find(|entry| entry.id == CLAIM).expect("known").controls[0];
    let text = stdout(&["replay", CLAIM, "0", "1", "--control", control.name, "--precision", "512"]);
    assert!(text.contains("mpfr, 512 bits") && text.contains("fails, as it must"), "{text}");
    let document: Value =
        serde_json::from_str(&stdout(&["replay", CLAIM, "0", "0", "--format", "json"])).expect("JSON");
    assert_eq!(document["examination"]["findings"][0]["status"], "satisfied");
}

/// The instance that the report calls worst is the one that the replay command shows.
#[test]
fn a_witness_can_be_replayed() {
    let document = timeless(&stdout(&["verify", CLAIM, "--format", "json", "--seed", "3"]));
    let witness = &document["claims"][0]["witnesses"][0];
    let command = witness["replay"].as_str().expect("a command");
    let arguments: Vec<&str> = command.split(' ').skip(1).collect();
    let text = stdout(&arguments);
    assert!(text.contains(witness["instance"].as_str().expect("text")), "{text}");
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
    refused(&["verify", "--instances", "0"], "", 2, &["--instances"]);
    refused(&["verify", "--time-limit", "soon"], "", 2, &["--time-limit", "90s"]);
    refused(&["verify", "--seed", "1.5"], "", 2, &["--seed"]);
    refused(&["verify", "--format", "yaml"], "", 2, &["text, json, junit"]);
    refused(&["verfy"], "", 2, &["verify"]);
}

#[test]
fn errors_are_json_where_json_was_asked_for() {
    let error = |arguments: &[&str], code: i32| -> Value {
        let assert = equipartition().args(arguments).assert().code(code);
        let document: Value = serde_json::from_slice(&assert.get_output().stdout).expect("JSON");
        assert_eq!(document["schema_version"], 1);
        assert_eq!(document["error"]["exit_code"], code);
        document["error"].clone()
    };
    assert_eq!(error(&["verify", "nothing", "--format", "json"], 4)["kind"], "nothing-selected");
    assert_eq!(error(&["verify", "--precision", "0", "--format", "json"], 2)["kind"], "usage");
    assert_eq!(error(&["explain", "nothing", "--format=json"], 2)["kind"], "usage");
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

// Requests

/// A change that spoils a request, and what the complaint must say.
type Spoiled<'a> = (&'a dyn Fn(&mut Value), &'a [&'a str]);

/// A request that can be answered.
fn request() -> Value {
    json!({
        "model": {"kind": "mlp", "widths": [3, 4, 2], "activation": "leaky-relu", "bias": true},
        "loss": "squared-error",
        "samples": [{"x": ["1/2", "-3", "0.25"], "y": ["1", "0"]}],
        "theta": vec!["1/3"; 26],
        "learning_rate": "1/100", "weight_decay": "3/100",
        "scalar": "rational",
        "quantities": ["loss", "entropy", "entropic_loss"],
    })
}

#[test]
fn eval_answers_one_member_per_quantity() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("request.json");
    fs::write(&path, format!("{:#}", request())).expect("writable");
    // By hand: every pre-activation is 1/3 (1/2 - 3 + 1/4) + 1/3 = -5/12, every hidden output -1/24, every output
    // f = 4/3 (-1/24) + 1/3 = 5/18, so the loss is (13^2 + 5^2)/18^2 = 97/162. With d = 2 (f - y) = (-13/9, 5/9):
    // |g_2|^2 = |d|^2 (4/24^2 + 1), |g_1|^2 = 4 (1/10 1/3 (-8/9))^2 (149/16 + 1), and S is 1/400 of their sum.
    let path = path.to_str().expect("text");
    insta::assert_snapshot!(stdout(&["eval", path]), @r#"{"schema_version":1,"loss":"97/162","entropy":"71381/11664000","entropic_loss":"8066261/11664000"}"#);
    let mut machine = request();
    machine["scalar"] = json!("f64");
    let rounded = predicate::str::contains("\"loss\":\"0.59876543209876");
    equipartition().args(["eval", "-"]).write_stdin(machine.to_string()).assert().success().stdout(rounded);
}

#[test]
fn a_bad_request_is_refused_by_field_and_reason() {
    let change = |edit: &dyn Fn(&mut Value)| {
        let mut request = request();
        edit(&mut request);
        format!("{request:#}")
    };
    let sizes = "64, 128, 256, 512, 1024, 2048 or 4096";
    let cases: &[Spoiled<'_>] = &[
        (&|r| r["samples"][0]["x"] = json!(["1", "2"]), &["samples[0].x: expected 3 numbers, found 2"]),
        (&|r| r["samples"][0]["y"] = json!(["1", "2", "3"]), &["samples[0].y: expected 2 numbers, found 3"]),
        (&|r| r["samples"] = json!([]), &["samples: at least one sample"]),
        (&|r| r["samples"][0]["x"][1] = json!("nan"), &["samples[0].x[1]", "not a number"]),
        (&|r| r["samples"][0]["x"][1] = json!(0.5), &["samples[0].x[1]", "string"]),
        (&|r| r["samples"][0]["x"][1] = json!("1/0"), &["samples[0].x[1]", "denominator zero"]),
        (&|r| r["samples"][0] = json!([["1", "2", "3"], ["1", "0"]]), &["samples[0]", "an object with x and y"]),
        (&|r| r["samples"] = json!({"x": [], "y": []}), &["samples", "sequence"]),
        (&|r| r["samples"][0]["z"] = json!([]), &["samples[0].z: unknown field `z`"]),
        (&|r| r["theta"] = json!(["1"]), &["theta: expected 26 numbers, found 1"]),
        (&|r| r["theta"][4] = json!("inf"), &["theta[4]", "not a number"]),
        (&|r| r["theta"][4] = json!(null), &["theta[4]", "null"]),
        (&|r| r["weights"] = json!(["1", "2"]), &["weights: expected 1 number, found 2"]),
        (&|r| r["weights"] = json!(["0"]), &["weights: their sum is zero"]),
        (&|r| r["learning_rate"] = json!("-1"), &["learning_rate: must not be negative"]),
        (&|r| r["weight_decay"] = json!("-1"), &["weight_decay: must not be negative"]),
        (&|r| drop(r.as_object_mut().map(|r| r.remove("learning_rate"))), &["learning_rate: missing", "entropy"]),
        (&|r| drop(r.as_object_mut().map(|r| r.remove("theta"))), &["missing field `theta`"]),
        (&|r| r["preconditioner"] = json!(["1"]), &["preconditioner: give it or learning_rate, not both"]),
        (&|r| r["precondition"] = json!(["1"]), &["precondition: unknown field"]),
        (&|r| r["model"] = json!("mlp"), &["model: expected an object"]),
        (&|r| r["model"] = json!({}), &["model: missing field `kind`"]),
        (&|r| r["model"]["kind"] = json!("transformer"), &["model.kind: unknown kind `transformer`"]),
        (&|r| r["model"]["width"] = json!(3), &["model.width: unknown field"]),
        (&|r| r["model"]["widths"] = json!([3]), &["model.widths: expected at least two"]),
        (&|r| r["model"]["widths"] = json!([3, 0, 2]), &["model.widths[1]: a width is a positive integer, found 0"]),
        (&|r| r["model"]["widths"] = json!([3, -1, 2]), &["model.widths[1]"]),
        (&|r| r["model"]["widths"] = json!([3, 1e30, 2]), &["model.widths[1]"]),
        (&|r| r["model"]["widths"] = json!([3, 4_000_000_000_u64, 4_000_000_000_u64]), &["at most 100000 parameters"]),
        (&|r| r["model"]["widths"] = json!(vec![1; 1000]), &["model.widths: at most 256 layers"]),
        (&|r| r["model"]["activation"] = json!("softsign"), &["model.activation: unknown activation", "leaky-relu"]),
        (&|r| r["model"]["bias"] = json!("yes"), &["model.bias"]),
        (&|r| r["model"]["activation"] = json!("tanh"), &["scalar: rational cannot carry this model"]),
        (&|r| r["model"]["normalised"] = json!(true), &["scalar: rational cannot carry this model"]),
        (&|r| r["loss"] = json!("hinge"), &["loss: unknown loss `hinge`", "squared-error"]),
        (&|r| r["loss"] = json!("cross-entropy"), &["scalar: rational cannot carry this model"]),
        (&|r| r["scalar"] = json!({"mpfr": 100}), &["scalar.mpfr: 100", sizes]),
        (&|r| r["scalar"] = json!({"mpfr": 0}), &["scalar.mpfr: 0", sizes]),
        (&|r| r["scalar"] = json!({"mpfr": 1_000_000_000}), &["scalar.mpfr", sizes]),
        (&|r| r["scalar"] = json!({"mpfr": -64}), &["scalar.mpfr", sizes]),
        (&|r| r["scalar"] = json!("f16"), &["scalar", "f16", "rational", sizes]),
        (&|r| r["scalar"] = json!({"mpf": 64}), &["scalar", "mpf", sizes]),
        (&|r| r["quantities"] = json!([]), &["quantities: nothing is asked for"]),
        (&|r| r["quantities"] = json!(["los"]), &["quantities[0]: unknown quantity `los`: did you mean `loss`?"]),
    ];
    for (edit, words) in cases {
        refused(&["eval", "-"], &change(*edit), 65, words);
    }
}

/// A request about minima that can be answered.
fn deep_linear() -> Value {
    json!({
        "model": {"kind": "deep-linear", "input_covariance": [["2", "1"], ["1", "3"]], "noise_covariance": [["1/4"]],
                  "target": [["1", "-2"]], "embedding_in": [["1", "1"], ["0", "1"]], "embedding_out": [["2"]], "depth": 3},
        "scalar": "f64",
        "quantities": ["entropy_minimum", "sharpness_ratio"],
    })
}

#[test]
fn a_bad_request_about_minima_is_refused_by_field_and_reason() {
    let change = |edit: &dyn Fn(&mut Value)| {
        let mut request = deep_linear();
        edit(&mut request);
        format!("{request:#}")
    };
    equipartition().args(["eval", "-"]).write_stdin(change(&|_| {})).assert().success();
    let place = "has no place beside the model deep-linear";
    let cases: &[Spoiled<'_>] = &[
        (&|r| r["theta"] = json!(["1"]), &["theta:", place]),
        (&|r| r["loss"] = json!("squared-error"), &["loss:", place]),
        (&|r| r["samples"] = json!([{"x": [1], "y": [1]}]), &["samples:", place]),
        (&|r| r["weights"] = json!([1]), &["weights:", place]),
        (&|r| r["learning_rate"] = json!("1/10"), &["learning_rate:", place]),
        (&|r| r["preconditioner"] = json!(["1/10"]), &["preconditioner:", place]),
        (&|r| r["weight_decay"] = json!("0"), &["weight_decay:", place]),
        (&|r| r["scalar"] = json!("rational"), &["scalar: rational cannot carry", "roots", "f64"]),
        (&|r| r["quantities"] = json!([]), &["quantities: nothing is asked for"]),
        (
            &|r| r["quantities"] = json!(["entropy"]),
            &["quantities[0]: unknown quantity `entropy`", "deep-linear", "entropy_minimum"],
        ),
        (&|r| r["quantities"] = json!(["sharpnes_ratio"]), &["did you mean `sharpness_ratio`?"]),
        (&|r| r["model"]["depth"] = json!(0), &["model.depth: expected an integer from 1 to 4096, found 0"]),
        (&|r| r["model"]["depth"] = json!(4097), &["model.depth", "4097"]),
        (&|r| r["model"]["depth"] = json!("3/2"), &["model.depth", "3/2"]),
        (&|r| drop(r["model"].as_object_mut().map(|m| m.remove("depth"))), &["model: missing field `depth`"]),
        (&|r| drop(r["model"].as_object_mut().map(|m| m.remove("target"))), &["model: missing field `target`"]),
        (&|r| r["model"]["widths"] = json!([1]), &["model.widths: unknown field"]),
        (&|r| r["model"]["target"] = json!([]), &["model.target: expected a matrix"]),
        (&|r| r["model"]["target"] = json!([[]]), &["model.target: expected a matrix"]),
        (&|r| r["model"]["target"] = json!(["1", "2"]), &["model.target[0]"]),
        (&|r| r["model"]["target"] = json!([["1", 0.5]]), &["model.target[0][1]", "string"]),
        (&|r| r["model"]["target"] = json!([["1", "x"]]), &["model.target[0][1]", "not a number"]),
        (&|r| r["model"]["target"] = json!([["1", "1"], ["1"]]), &["model.target[1]: expected 2 numbers, found 1"]),
        (
            &|r| r["model"]["target"] = json!(vec![vec!["1"; 2]; 33]),
            &["model.target: at most 32 rows and columns", "33"],
        ),
        (
            &|r| {
                r["model"]["target"] = json!(vec![vec!["1"; 2]; 17]);
                r["scalar"] = json!({"mpfr": 2048});
            },
            &["model.target: at most 16 rows and columns", "17"],
        ),
        (&|r| r["model"]["target"] = json!([["1"]]), &["model.input_covariance: expected 1 rows of 1", "found 2"]),
        (
            &|r| r["model"]["target"] = json!([["1", "1"], ["1", "1"]]),
            &["model.noise_covariance: expected 2 rows", "found 1"],
        ),
        (
            &|r| r["model"]["input_covariance"][1] = json!(["1"]),
            &["model.input_covariance[1]: expected 2 numbers, found 1"],
        ),
        (&|r| r["model"]["input_covariance"][1][0] = json!("1.0001"), &["model.input_covariance[1][0]: not symmetric"]),
        (
            &|r| r["model"]["input_covariance"][1][1] = json!("1/2"),
            &["model.input_covariance: not positive definite", "order 2"],
        ),
        (
            &|r| r["model"]["noise_covariance"] = json!([["0"]]),
            &["model.noise_covariance: not positive definite", "order 1"],
        ),
        (&|r| r["model"]["embedding_in"] = json!([["1", "2"], ["2", "4"]]), &["model.embedding_in: not invertible"]),
        (
            &|r| r["model"]["embedding_in"] = json!([["1", "2"]]),
            &["model.embedding_in: expected 2 rows of 2", "found 1"],
        ),
        (&|r| r["model"]["embedding_out"] = json!([["0"]]), &["model.embedding_out: not invertible"]),
        (&|r| r["model"]["target"] = json!([[0, 0]]), &["quantities: sharpness_ratio is 0/0"]),
        (&|r| r["model"]["noise_covariance"] = json!([["1e900"]]), &["entropy_minimum is outside the range of f64"]),
    ];
    for (edit, words) in cases {
        refused(&["eval", "-"], &change(*edit), 65, words);
    }
    let mut point = request();
    point["quantities"] = json!(["entropy_minimum"]);
    refused(
        &["eval", "-"],
        &point.to_string(),
        65,
        &["quantities[0]: entropy_minimum is a quantity of the model deep-linear"],
    );
}

#[test]
fn without_a_target_several_layers_need_no_weights_and_one_has_a_sharpness() {
    let ask = |depth: i64, quantities: &[&str]| {
        let mut request = deep_linear();
        request["model"]["target"] = json!([[0, 0]]);
        request["model"]["depth"] = json!(depth);
        request["quantities"] = json!(quantities);
        let output = equipartition().args(["eval", "-"]).write_stdin(request.to_string()).assert().success();
        serde_json::from_slice::<Value>(&output.get_output().stdout).expect("JSON")
    };
    let several = ask(3, &["entropy_minimum", "sharpness_entropic", "sharpness_flattest"]);
    assert_eq!(
        several,
        json!({"schema_version": 1, "entropy_minimum": "0", "sharpness_entropic": "0", "sharpness_flattest": "0"})
    );
    // a = 1/4 2^2, a_0 = 2^2, b = tr(M_I Sx M_I^T) = 7 + 3.
    let one = ask(1, &["entropy_minimum", "sharpness_entropic", "sharpness_flattest", "sharpness_ratio"]);
    let expected = json!({"schema_version": 1, "entropy_minimum": "10", "sharpness_entropic": "80",
        "sharpness_flattest": "80", "sharpness_ratio": "1"});
    assert_eq!(one, expected);
}

#[test]
fn targets_must_suit_the_loss() {
    let change = |loss: &str, y: Value| {
        let mut request = request();
        request["loss"] = json!(loss);
        request["scalar"] = json!("f64");
        request["samples"][0]["y"] = y;
        request.to_string()
    };
    refused(&["eval", "-"], &change("cross-entropy", json!(["1/2", "1/3"])), 65, &["samples[0].y", "sum 1", "5/6"]);
    refused(&["eval", "-"], &change("cross-entropy", json!(["2", "-1"])), 65, &["samples[0].y[1]", "not negative"]);
    refused(&["eval", "-"], &change("logistic", json!(["1", "3/2"])), 65, &["samples[0].y[1]", "[0, 1]"]);
    for (loss, y) in [("cross-entropy", json!(["1/3", "2/3"])), ("logistic", json!([0, "0.5"]))] {
        equipartition().args(["eval", "-"]).write_stdin(change(loss, y)).assert().success();
    }
}

#[test]
fn a_preconditioner_is_symmetric_and_positive_definite() {
    let change = |preconditioner: Value| {
        let request = json!({
            "model": {"kind": "mlp", "widths": [2, 1], "activation": "identity"}, "loss": "squared-error",
            "samples": [{"x": [1, 2], "y": [3]}], "theta": ["1", "-1"], "preconditioner": preconditioner,
            "scalar": "rational", "quantities": ["entropy"],
        });
        format!("{request:#}")
    };
    refused(&["eval", "-"], &change(json!(["1"])), 65, &["preconditioner: expected 2 numbers, one for each parameter"]);
    refused(&["eval", "-"], &change(json!(["1", "0"])), 65, &["preconditioner[1]: a learning rate must be positive"]);
    refused(&["eval", "-"], &change(json!([["1", "0"]])), 65, &["preconditioner: expected 2 rows"]);
    refused(&["eval", "-"], &change(json!([["1", "0"], ["0"]])), 65, &["preconditioner[1]: expected 2 numbers"]);
    refused(&["eval", "-"], &change(json!([["1", "0"], "0"])), 65, &["preconditioner[1]: expected a row"]);
    refused(&["eval", "-"], &change(json!(["1", ["0"]])), 65, &["preconditioner[1]: expected a number"]);
    refused(&["eval", "-"], &change(json!([["1", "2"], ["3", "9"]])), 65, &["preconditioner[1][0]: not symmetric"]);
    refused(
        &["eval", "-"],
        &change(json!([["1", "2"], ["2", "4"]])),
        65,
        &["preconditioner: not positive definite: the leading minor of order 2"],
    );
    // g = 2 (x . theta - y) x = -8 (1, 2), and 1/4 g^T Lambda g = 16 (2 + 2 * 2 + 4 * 5).
    equipartition()
        .args(["eval", "-"])
        .write_stdin(change(json!([["2", "1"], ["1", "5"]])))
        .assert()
        .success()
        .stdout("{\"schema_version\":1,\"entropy\":\"416\"}\n");
}

#[test]
fn numbers_beyond_a_machine_float_are_refused_by_name() {
    let mut huge = request();
    huge["scalar"] = json!("f32");
    huge["theta"][3] = json!("1e300");
    refused(&["eval", "-"], &huge.to_string(), 65, &["theta[3]: too large for f32"]);
    huge["theta"][3] = json!("1e30");
    refused(&["eval", "-"], &huge.to_string(), 65, &["loss is not a finite number in f32"]);
}

#[test]
fn a_request_that_would_exhaust_the_memory_is_refused() {
    let mut deep = request();
    deep["model"] = json!({"kind": "mlp", "widths": vec![1; 101], "activation": "squared-relu"});
    deep["samples"] = json!([{"x": ["1/3"], "y": ["1"]}]);
    deep["theta"] = json!(vec!["1/3"; 100]);
    refused(&["eval", "-"], &deep.to_string(), 65, &["quantities: the evaluation would need", "MiB"]);
    deep["scalar"] = json!("f64");
    equipartition().args(["eval", "-"]).write_stdin(deep.to_string()).assert().success();
    refused(&["eval", "-"], &format!("{{\"model\": {}", "[".repeat(100_000)), 65, &["malformed JSON"]);
}

#[test]
fn what_is_not_a_request_is_said_to_be_none() {
    refused(&["eval", "-"], "", 65, &["no request"]);
    refused(&["eval", "-"], "\n\n", 65, &["no request"]);
    refused(&["eval", "-"], "{\"model\": ", 65, &["malformed JSON"]);
    refused(&["eval", "-"], "{\"theta\": [NaN]}", 65, &["malformed JSON"]);
    refused(&["eval", "-"], "3", 65, &["a request, which is a JSON object"]);
    refused(&["eval", "-"], "[1, 2]", 65, &["a request, which is a JSON object"]);
    refused(&["eval", "/nonexistent/request.json"], "", 66, &["/nonexistent/request.json"]);
    let folder = tempfile::tempdir().expect("a folder");
    refused(&["eval", folder.path().to_str().expect("text")], "", 74, &["cannot read"]);
    let binary = folder.path().join("binary");
    fs::write(&binary, [0xff, 0xfe, 0x00]).expect("writable");
    refused(&["eval", binary.to_str().expect("text")], "", 65, &["UTF-8"]);
}

#[test]
fn json_lines_are_answered_line_by_line_and_errors_stay_on_theirs() {
    let mut wrong = request();
    wrong["theta"] = json!(["1"]);
    for first in [request().to_string(), "{\"model\": ".to_owned()] {
        let input = format!("{first}\n\n{wrong}\n{}\nnot json\n", request());
        let assert = equipartition().args(["eval", "-"]).write_stdin(input).assert().code(65);
        let output = assert.get_output();
        let text = std::str::from_utf8(&output.stdout).expect("text");
        let answers: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        assert_eq!(answers.len(), 4);
        assert_eq!(answers[0].get("loss").is_some(), first.ends_with('}'));
        assert_eq!(answers[1]["error"]["line"], 3);
        assert_eq!(answers[1]["error"]["message"], "theta: expected 26 numbers, found 1");
        assert!(answers[2]["loss"].is_string());
        assert_eq!(answers[3]["error"]["line"], 5);
        assert!(String::from_utf8_lossy(&output.stderr).contains("error: line 3: theta"));
    }
}

/// Another program may ask and wait for the answer before it asks again.
#[test]
fn a_line_is_answered_before_the_next_is_read() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_equipartition"))
        .args(["eval", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let mut input = child.stdin.take().expect("piped");
    let mut output = BufReader::new(child.stdout.take().expect("piped"));
    for _ in 0..3 {
        writeln!(input, "{}", request()).expect("the binary listens");
        let mut line = String::new();
        output.read_line(&mut line).expect("text");
        assert!(serde_json::from_str::<Value>(&line).expect("JSON")["loss"].is_string());
    }
    drop(input);
    assert!(child.wait().expect("the binary ends").success());
}

// Observations

/// Runs `observe` in a folder of its own; returns what it prints, and its table and plot.
fn observed(arguments: &[&str], name: &str) -> [String; 3] {
    let folder = tempfile::tempdir().expect("a folder");
    let assert = equipartition().current_dir(folder.path()).arg("observe").args(arguments).assert().success();
    let text = String::from_utf8(assert.get_output().stdout.clone()).expect("text");
    let files = ["csv", "svg"].map(|kind| fs::read_to_string(folder.path().join(format!("{name}.{kind}"))));
    let [csv, svg] = files.map(|file| file.expect("written"));
    let told = text.lines().last().and_then(|line| line.strip_prefix("Written: ")).expect("where the files are");
    assert!(told.starts_with(&format!("{name}.csv (table), {name}.svg (plot)")), "{text}");
    let files = fs::read_dir(folder.path()).expect("readable").count();
    assert_eq!(files, told.split(", ").count(), "nothing else is left");
    [text, csv, svg]
}

#[test]
fn observe_without_a_kind_is_balance() {
    let options = ["--steps", "2000", "--hidden", "2", "--seed", "3"];
    let plain = observed(&options, "observe");
    assert_eq!(plain, observed(&[&["balance"][..], &options].concat(), "observe"));
    assert!(plain[0].starts_with("Balance of gradients in training: 64-2-10 networks"));
    let help = stdout(&["observe", "--help"]);
    for word in ["balance", "flow", "platonic", "--steps", "--first-layer-factor", "[default: observe.csv]"] {
        assert!(help.contains(word), "{help}");
    }
}

#[test]
fn observe_flow_writes_a_summary_a_table_and_a_plot() {
    let options = ["flow", "--time", "4", "--paths", "10", "--start", "-1", "2", "--seed", "3"];
    let [text, csv, svg] = observed(&options, "flow");
    assert!(text.starts_with("Flow of the entropic loss"), "{text}");
    assert!(text.contains("u = -1, w = 2 and end at time eta k = 4") && text.contains("10 paths of each; seed 3"));
    assert!(csv.starts_with("curve,learning_rate,step,time,u,w,charge") && svg.starts_with("<svg"));
    // Threads change nothing.
    let folder = tempfile::tempdir().expect("a folder");
    let alone =
        equipartition().current_dir(folder.path()).env("RAYON_NUM_THREADS", "1").arg("observe").args(options).assert();
    assert_eq!(alone.success().get_output().stdout, text.into_bytes());
    assert_eq!(fs::read_to_string(folder.path().join("flow.csv")).expect("written"), csv);
}

#[test]
fn observe_platonic_writes_a_summary_a_table_and_a_plot() {
    let options = ["platonic", "--learning-rate", "0.04", "--time", "0.4", "--seed", "3"];
    let [text, csv, svg] = observed(&options, "platonic");
    assert!(text.starts_with("The Platonic representation"), "{text}");
    assert!(text.contains("seed 3") && text.contains("eta = 0.04, 0.02, 0.01; 250, 1000, 4000"), "{text}");
    assert!(csv.starts_with("curve,learning_rate,step,time,misalignment") && svg.starts_with("<svg"));
    assert_eq!([text, csv, svg], observed(&options, "platonic"), "a run depends on its options only");
}

#[test]
fn observe_platonic_refuses_what_it_cannot_do() {
    let refuses =
        |options: &[&str], words: &[&str]| refused(&[&["observe", "platonic"], options].concat(), "", 2, words);
    refuses(&["--learning-rate", "0"], &["the learning rate is 0: expected a positive number"]);
    refuses(&["--time", "0.01"], &["the time is 0.01: expected 200 to 10^9 times the square of the learning rate"]);
    refuses(&["--time=-1"], &["the time is -1"]);
    refuses(&["--steps", "2000"], &["--steps"]);
    refuses(&["--seed=-1"], &["--seed"]);
    refuses(&["--csv", "same", "--svg", "same"], &["--csv and --svg name the same file: same"]);
    let folder = tempfile::tempdir().expect("a folder");
    let mut diverges = equipartition();
    diverges.current_dir(folder.path()).args(["observe", "platonic", "--learning-rate", "1", "--time", "400"]);
    diverges.assert().code(65).stderr(predicate::str::contains("stochastic descent at the learning rate 1 diverged"));
    assert_eq!(fs::read_dir(folder.path()).expect("readable").count(), 0, "a run that fails leaves nothing behind");
}

#[test]
fn observe_refuses_what_it_cannot_do() {
    refused(
        &["observe", "flow", "--learning-rate", "0"],
        "",
        2,
        &["the learning rate is 0: expected a positive number"],
    );
    refused(
        &["observe", "flow", "--learning-rate", "1"],
        "",
        2,
        &["the time is 60", "400 to 10^9 times the learning rate"],
    );
    refused(&["observe", "flow", "--paths", "9"], "", 2, &["the number of paths is 9: expected 10 to 10000"]);
    refused(&["observe", "flow", "--label-noise=-1"], "", 2, &["the label noise is -1"]);
    refused(&["observe", "flow", "--start", "1", "-1"], "", 2, &["the start is 1 -1", "different size"]);
    refused(&["observe", "flow", "--start", "1"], "", 2, &["2 values required"]);
    refused(&["observe", "flow", "--steps", "2000"], "", 2, &["--steps"]);
    refused(
        &["observe", "flow", "--csv", "same", "--svg", "same"],
        "",
        2,
        &["--csv and --svg name the same file: same"],
    );
    refused(&["observe", "flow", "--csv", "/nonexistent/x"], "", 74, &["/nonexistent/x"]);
    refused(&["observe", "--steps", "2000", "flow"], "", 2, &["cannot be used with"]);
    refused(&["observe", "flaw"], "", 2, &["flow"]);
    refused(&["observe", "--steps", "1999"], "", 2, &["the number of steps is 1999"]);
    let folder = tempfile::tempdir().expect("a folder");
    let command = |arguments: &[&str]| {
        let mut command = equipartition();
        command.current_dir(folder.path()).args(arguments);
        command
    };
    let diverges = ["observe", "flow", "--start", "100", "0", "--time", "4", "--paths", "10"];
    command(&diverges).assert().code(65).stderr(predicate::str::contains("diverged"));
    assert_eq!(fs::read_dir(folder.path()).expect("readable").count(), 0, "a run that fails leaves nothing behind");
}
