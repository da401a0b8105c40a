//! `eval`: requests and answers.

use super::support::equipartition;
use super::{refused, stdout};
use predicates::prelude::*;
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

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
    insta::assert_snapshot!(stdout(&["eval", path]), @r#"{"schema_version":2,"loss":"97/162","entropy":"71381/11664000","entropic_loss":"8066261/11664000"}"#);
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
        json!({"schema_version": 2, "entropy_minimum": "0", "sharpness_entropic": "0", "sharpness_flattest": "0"})
    );
    // a = 1/4 2^2, a_0 = 2^2, b = tr(M_I Sx M_I^T) = 7 + 3.
    let one = ask(1, &["entropy_minimum", "sharpness_entropic", "sharpness_flattest", "sharpness_ratio"]);
    let expected = json!({"schema_version": 2, "entropy_minimum": "10", "sharpness_entropic": "80",
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
        .stdout("{\"schema_version\":2,\"entropy\":\"416\"}\n");
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
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(told.contains("error: line 3: theta"), "{told}");
        let malformed = told.lines().find(|line| line.starts_with("error: line 5: ")).expect("it is told");
        assert!(malformed.contains("at column 2") && malformed.matches("line ").count() == 1, "{malformed}");
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
