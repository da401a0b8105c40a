//! `inspect`: balance laws on checkpoints, shipped ones, made ones and hostile ones.

#![cfg(feature = "cli")]

mod cases;
mod containers;
mod decoders;
mod families;
mod hostile;
mod knowledge;
mod laws_files;
mod predictions;
mod redraws;
mod rules;
#[path = "../support/mod.rs"]
mod support;

use containers::*;
use equipartition::checkpoint::{Checkpoint, Element};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use support::equipartition;
use tempfile::TempDir;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// The checkpoints that examples/pytorch/train.py made.
fn shipped(name: &str) -> String {
    format!("{}/examples/pytorch/checkpoints/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// The command, on a page on which no sentence wraps.
fn wide() -> assert_cmd::Command {
    let mut command = equipartition();
    command.env("COLUMNS", "1000");
    command
}

fn stdout(arguments: &[&str]) -> String {
    let output = wide().arg("inspect").args(arguments).assert().success().get_output().stdout.clone();
    String::from_utf8(output).expect("text")
}

fn inspected(arguments: &[&str]) -> Value {
    let arguments = [arguments, &["--format", "json", "--members"]].concat();
    serde_json::from_str(&stdout(&arguments)).expect("a JSON document")
}

/// Runs an inspection that must fail with `code` and one line that has all the words.
fn refused(arguments: &[&str], code: i32, words: &[&str]) {
    let assert = equipartition().arg("inspect").args(arguments).assert().code(code);
    let complaint = String::from_utf8(assert.get_output().stderr.clone()).expect("text");
    assert!(complaint.starts_with("error: ") && !complaint.contains("panic"), "{complaint}");
    for word in words {
        assert!(complaint.contains(word), "`{word}` is missing in: {complaint}");
    }
}

/// The laws of a report by name and layer.
fn laws(report: &Value) -> BTreeMap<(String, Option<u64>), &Value> {
    let key = |law: &Value| (law["law"].as_str().expect("a name").to_owned(), law["layer"].as_u64());
    report["laws"].as_array().expect("laws").iter().map(|law| (key(law), law)).collect()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

const DECODER: [&str; 6] = ["--learning-rate", "0.1", "--weight-decay", "0.001", "--laws", "decoder"];
const ADAM: [&str; 8] = ["--learning-rate", "0.001", "--weight-decay", "0.05", "--beta2", "0.99", "--laws", "decoder"];
const MLP: [&str; 6] = ["--learning-rate", "0.02", "--weight-decay", "0.002", "--laws", "mlp"];

/// The inspection of a shipped network: with those of its companions, such as `gradients`.
fn shipped_report(network: &str, companions: &[(&str, &str)], options: &[&str]) -> Value {
    let weights = shipped(&format!("{network}.safetensors"));
    let files = companions.iter().map(|(option, name)| (*option, shipped(&format!("{network}.{name}.safetensors"))));
    let files: Vec<(&str, String)> = files.collect();
    let mut arguments = vec![weights.as_str()];
    for (option, file) in &files {
        arguments.extend([*option, file]);
    }
    arguments.extend(options);
    inspected(&arguments)
}

const GRADIENTS: (&str, &str) = ("--gradients", "gradients");
const ENTROPIC: (&str, &str) = ("--entropic-gradient", "entropic");
const ADAMW: (&str, &str) = ("--optimizer", "adamw");

// The shipped networks

/// NumPy's numbers are in expected.json, made by examples/pytorch/check.py with exact summation and other index arithmetic.
#[test]
fn numpy_finds_the_same_numbers() {
    let text = fs::read_to_string(shipped("expected.json")).unwrap();
    let expected: Value = serde_json::from_str(&text).unwrap();
    for (name, report) in [
        ("decoder sgd", shipped_report("decoder", &[GRADIENTS, ENTROPIC], &DECODER)),
        ("decoder adamw", shipped_report("decoder", &[ADAMW], &ADAM)),
        ("decoder adam", shipped_report("decoder", &[ADAMW], &[&ADAM[..], &["--rule", "adam"]].concat())),
        ("decoder adamw gradients", shipped_report("decoder", &[ADAMW, GRADIENTS], &ADAM)),
        ("mlp sgd", shipped_report("mlp", &[GRADIENTS, ENTROPIC], &MLP)),
    ] {
        let expected = expected[name].as_array().unwrap();
        let found = laws(&report);
        assert_eq!(found.len(), expected.len(), "{name}");
        for law in expected {
            let title = (law["law"].as_str().unwrap().to_owned(), law["layer"].as_u64());
            let found = found[&title];
            for member in ["gradient_a", "gradient_b", "decay_a", "decay_b", "standard_error", "tolerance"] {
                let Some(expected) = law.get(member) else { continue };
                let (expected, found) = (number(expected), number(&found[member]));
                assert!(
                    (found - expected).abs() <= 1e-12 * expected.abs(),
                    "{name}, {title:?}, {member}: {found} {expected}"
                );
            }
            // Quotients of what cancels: relative to 1, which is their largest size.
            for member in ["imbalance", "predicted", "overlap"] {
                let Some(expected) = law.get(member) else { continue };
                let (expected, found) = (number(expected), number(&found[member]));
                assert!((found - expected).abs() <= 1e-12, "{name}, {title:?}, {member}: {found} {expected}");
            }
            let members = law["members"].as_array().unwrap();
            assert_eq!(members.len(), found["members"].as_array().unwrap().len(), "{name}, {title:?}");
            for (expected, found) in members.iter().zip(found["members"].as_array().unwrap()) {
                let difference = number(expected) - number(&found["imbalance"]);
                assert!(difference.abs() <= 1e-12, "{name}, {title:?}: {difference:e}");
            }
        }
    }
}

/// `balance/master`: the imbalance is -(2 / eta) (A theta)^T grad F, whatever the point. PyTorch computed grad F by
/// differentiating twice; the files are in single precision.
#[test]
fn the_master_identity_predicts_every_imbalance() {
    let no_rotary = [&DECODER[..], &["--no-rotary"]].concat();
    for (network, options, count) in [("decoder", &DECODER[..], 14), ("mlp", &MLP, 1), ("variant", &no_rotary, 15)] {
        let report = shipped_report(network, &[GRADIENTS, ENTROPIC], options);
        let found = laws(&report);
        assert_eq!(found.len(), count);
        for ((name, layer), law) in found {
            // The residual law is exact only where the norms' epsilon, here 1e-6, is zero.
            let allowed = if name.starts_with("residual") { 1e-4 } else { 2e-6 };
            let imbalance = number(&law["imbalance"]);
            assert!(imbalance.abs() <= number(&law["tolerance"]), "{network}: {name}, {layer:?}");
            if law["form"] == "rescaling" {
                let difference = imbalance - number(&law["predicted"]);
                assert!(difference.abs() < allowed, "{network}: {name}, {layer:?}: {difference:e}");
                assert!(number(&law["largest_overlap"]) < allowed, "{network}: {name}, {layer:?}");
            }
        }
    }
}

/// The controls of the test before: laws that are none of this network's.
#[test]
fn a_wrong_symmetry_shows_in_the_overlap() {
    let weights = shipped("decoder.safetensors");
    let gradients = shipped("decoder.gradients.safetensors");
    let folder = TempDir::new().unwrap();
    let [weights, gradients] = [&weights, &gradients].map(|file| copied(&folder, file));
    let with = |options: &[&str]| {
        inspected(&[&[weights.as_str(), "--laws", "decoder", "--gradients", &gradients], options].concat())
    };
    let overlaps = |report: &Value, name: &str| {
        let overlap = |(title, law): (_, &Value)| {
            let (title, _): (String, _) = title;
            (title == name).then(|| number(&law["largest_overlap"]))
        };
        laws(report).into_iter().filter_map(overlap).collect::<Vec<_>>()
    };
    let right = with(&["--heads", "4"]);
    let wrong_heads = with(&["--heads", "8"]);
    let no_rotary = with(&["--heads", "4", "--no-rotary"]);
    let values = "value rows / output columns";
    for (right, wrong) in overlaps(&right, values).into_iter().zip(overlaps(&wrong_heads, values)) {
        assert!(right < 1e-6 && wrong > 1e-3, "{right} {wrong}");
    }
    let pairs = overlaps(&right, "query pairs / key pairs (rotary)");
    for (right, wrong) in pairs.into_iter().zip(overlaps(&no_rotary, "query rows / key rows")) {
        assert!(right < 1e-6 && wrong > 1e-3, "{right} {wrong}");
    }
}

fn copied(folder: &TempDir, file: &str) -> String {
    let target = folder.path().join(Path::new(file).file_name().unwrap());
    fs::copy(file, &target).unwrap();
    target.display().to_string()
}

#[test]
fn a_matrix_law_has_its_diagonal_for_an_elementwise_law() {
    let report = shipped_report("decoder", &[GRADIENTS], &DECODER);
    let found = laws(&report);
    for layer in [Some(0), Some(1)] {
        let diagonal = found[&("value rows / output columns".to_owned(), layer)];
        let matrix = found[&("value rows / output columns (matrix)".to_owned(), layer)];
        for member in ["gradient_a", "gradient_b", "decay_a", "decay_b"] {
            let (a, b) = (number(&diagonal[member]), number(&matrix[member]));
            assert!((a - b).abs() <= 1e-13 * a, "{a} {b}");
        }
    }
    // An optimiser's buffer has no products of two elements.
    let report = shipped_report("decoder", &[ADAMW], &ADAM);
    assert!(report["laws"].as_array().unwrap().iter().all(|law| law["form"] == "rescaling"));
    assert_eq!(report["skipped"].as_array().unwrap().len(), 2);
    assert!(report["skipped"][0]["reason"].as_str().unwrap().contains("diagonal"));
}

#[test]
fn the_table_is_sorted_by_imbalance_and_says_what_it_is_about() {
    let (weights, buffers) = (shipped("decoder.safetensors"), shipped("decoder.adamw.safetensors"));
    let text = stdout(&[&[weights.as_str(), "--optimizer", &buffers], &ADAM[..]].concat());
    for words in
        ["balance/preconditioned", "stationary state", "element by element only", "Not evaluated", "epsilon is 0"]
    {
        assert!(text.contains(words), "`{words}` is missing in:\n{text}");
    }
    assert!(!text.contains("pass"), "{text}");
    let report = shipped_report("decoder", &[ADAMW], &ADAM);
    let sizes: Vec<f64> =
        report["laws"].as_array().unwrap().iter().map(|law| number(&law["imbalance"]).abs()).collect();
    assert!(sizes.is_sorted_by(|a, b| a >= b), "{sizes:?}");
}

#[test]
fn the_heat_map_has_a_cell_for_every_law_and_both_files_are_written() {
    let folder = TempDir::new().unwrap();
    let [svg, output] = ["map.svg", "report.json"].map(|name| folder.path().join(name));
    let (weights, gradients) = (shipped("decoder.safetensors"), shipped("decoder.gradients.safetensors"));
    let [svg_name, output_name] = [&svg, &output].map(|path| path.display().to_string());
    let files = ["--svg", &svg_name, "--output", &output_name, "--format", "json"];
    assert_eq!(stdout(&[&[weights.as_str(), "--gradients", &gradients], &files[..], &DECODER].concat()), "");
    let report: Value = serde_json::from_str(&fs::read_to_string(output).unwrap()).unwrap();
    let map = fs::read_to_string(svg).unwrap();
    assert_eq!(map.matches("<title>").count(), 1 + report["laws"].as_array().unwrap().len());
    assert!(map.contains("up rows / down columns, layer 1: ") && !map.contains("NaN"));
    let twice = [&[weights.as_str(), "--gradients", &gradients, "--svg", "x", "--output", "x"], &DECODER[..]].concat();
    refused(&twice, 2, &["named twice"]);
    // Nor is what was read replaced, whether this run needs it or not.
    let copy = folder.path().join("weights.safetensors");
    fs::copy(&weights, &copy).unwrap();
    let copy = copy.display().to_string();
    for more in [
        &["--list"][..],
        &["--laws", "auto", "--gradients", &gradients],
        &["--laws", "decoder", "--gradients", &gradients],
    ] {
        refused(&[&[copy.as_str(), "--output", &copy], more].concat(), 2, &["named twice"]);
    }
    let beside = folder.path().join("config.json").display().to_string();
    refused(&[copy.as_str(), "--list", "--output", &beside], 2, &["named twice"]);
    assert_eq!(fs::read(&copy).unwrap(), fs::read(&weights).unwrap());
}

#[test]
fn threads_change_nothing() {
    let (weights, gradients) = (shipped("decoder.safetensors"), shipped("decoder.gradients.safetensors"));
    let run = |threads: &str| {
        let mut command = equipartition();
        command.args(["inspect", &weights, "--gradients", &gradients]).args(DECODER).env("RAYON_NUM_THREADS", threads);
        command.assert().success().get_output().stdout.clone()
    };
    assert_eq!(run("1"), run("4"));
}
