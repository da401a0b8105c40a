//! `inspect`: balance laws on checkpoints, shipped ones, made ones and hostile ones.

#![cfg(feature = "cli")]

mod cases;
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

// Files of every kind

/// A tensor for a file: its shape and its elements.
type Tensor = (Vec<usize>, Vec<f64>);

fn safetensors(tensors: &BTreeMap<String, Tensor>, element: Element) -> Vec<u8> {
    let mut data = Vec::new();
    let mut header = serde_json::Map::new();
    header.insert("__metadata__".to_owned(), json!({"format": "pt"}));
    for (name, (shape, values)) in tensors {
        let begin = data.len();
        let kind = match element {
            Element::F64 => "F64",
            Element::F32 => "F32",
            Element::F16 => "F16",
            Element::Bf16 => "BF16",
            Element::Integer { .. } => unreachable!("no parameter is an integer"),
        };
        data.extend(encoded(values, element));
        header.insert(name.clone(), json!({"dtype": kind, "shape": shape, "data_offsets": [begin, data.len()]}));
    }
    file(&Value::Object(header).to_string(), &data)
}

fn encoded(values: &[f64], element: Element) -> Vec<u8> {
    let bytes = |value: &f64| match element {
        Element::F64 => value.to_le_bytes().to_vec(),
        Element::F32 => (*value as f32).to_le_bytes().to_vec(),
        Element::F16 => half::f16::from_f64(*value).to_le_bytes().to_vec(),
        Element::Bf16 => half::bf16::from_f64(*value).to_le_bytes().to_vec(),
        Element::Integer { .. } => unreachable!("no parameter is an integer"),
    };
    values.iter().flat_map(bytes).collect()
}

/// A safetensors file with this header and these data.
fn file(header: &str, data: &[u8]) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes(), header.as_bytes(), data].concat()
}

fn npy(shape: &[usize], values: &[f64], element: Element) -> Vec<u8> {
    let descr = match element {
        Element::F64 => "<f8",
        Element::F32 => "<f4",
        Element::F16 => "<f2",
        Element::Bf16 => unreachable!("NumPy has no such type"),
        Element::Integer { .. } => unreachable!("no parameter is an integer"),
    };
    let lengths: String = shape.iter().map(|length| format!("{length}, ")).collect();
    npy_with(
        &format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({lengths}), }}"),
        &encoded(values, element),
    )
}

fn npy_with(dictionary: &str, data: &[u8]) -> Vec<u8> {
    let length = (dictionary.len() as u16).to_le_bytes();
    [&b"\x93NUMPY\x01\x00"[..], &length, dictionary.as_bytes(), data].concat()
}

fn npz(entries: &[(String, Vec<u8>)], method: CompressionMethod) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in entries {
        writer.start_file(name.as_str(), SimpleFileOptions::default().compression_method(method)).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn written(folder: &TempDir, name: &str, content: &[u8]) -> String {
    let path = folder.path().join(name);
    fs::write(&path, content).unwrap();
    path.display().to_string()
}

/// All tensors of a checkpoint.
fn read(path: &Path) -> BTreeMap<String, Tensor> {
    let checkpoint = Checkpoint::open(path).unwrap();
    let tensor = |name: &str| {
        let tensor = checkpoint.tensor(name).unwrap();
        let mut values = vec![0.0; tensor.len()];
        let mut stream = checkpoint.stream(name).unwrap();
        stream.read(&mut values).unwrap();
        stream.finish().unwrap();
        (tensor.shape.clone(), values)
    };
    checkpoint.names().map(|name| (name.to_owned(), tensor(name))).collect()
}

fn tensors(list: &[(&str, &[usize], Vec<f64>)]) -> BTreeMap<String, Tensor> {
    list.iter().map(|(name, shape, values)| ((*name).to_owned(), (shape.to_vec(), values.clone()))).collect()
}

/// Numbers that all types can hold.
fn counted(count: usize) -> Vec<f64> {
    (0..count).map(|index| f64::from((index * 37 % 101) as u32) / 8.0 - 6.0).collect()
}

fn perceptron() -> BTreeMap<String, Tensor> {
    tensors(&[
        ("fc1.weight", &[3, 4], counted(12)),
        ("fc1.bias", &[3], counted(3)),
        ("fc2.weight", &[2, 3], counted(6)),
        ("fc2.bias", &[2], counted(2)),
    ])
}

/// Gradients of five samples.
fn perceptron_gradients() -> BTreeMap<String, Tensor> {
    let stacked = |(name, (shape, values)): (String, Tensor)| {
        let shape = [&[5], &shape[..]].concat();
        (name, (shape, counted(5 * values.len()).iter().map(|value| value / 2.0).collect()))
    };
    perceptron().into_iter().map(stacked).collect()
}

#[test]
fn every_type_and_every_container_gives_the_same_report() {
    let folder = TempDir::new().unwrap();
    let mut reports = BTreeSet::new();
    let mut report = |weights: &str, gradients: &str| {
        let mut report = inspected(&[weights, "--laws", "mlp", "--gradients", gradients]);
        for member in ["weights", "gradients"] {
            report[member] = Value::Null;
        }
        reports.insert(report.to_string());
    };
    for element in [Element::F64, Element::F32, Element::F16, Element::Bf16] {
        // Multiples of 1/16 below 8 need at most seven bits.
        let weights = written(&folder, &format!("{element:?}.safetensors"), &safetensors(&perceptron(), element));
        let gradients = safetensors(&perceptron_gradients(), element);
        report(&weights, &written(&folder, &format!("{element:?}.gradients.safetensors"), &gradients));
    }
    for element in [Element::F64, Element::F32, Element::F16] {
        for (name, method) in [("stored", CompressionMethod::Stored), ("deflated", CompressionMethod::Deflated)] {
            let arrays = |tensors: BTreeMap<String, Tensor>| {
                let entry =
                    |(name, (shape, values)): (String, Tensor)| (format!("{name}.npy"), npy(&shape, &values, element));
                npz(&tensors.into_iter().map(entry).collect::<Vec<_>>(), method)
            };
            let weights = written(&folder, &format!("{element:?}.{name}.npz"), &arrays(perceptron()));
            let gradients = arrays(perceptron_gradients());
            report(&weights, &written(&folder, &format!("{element:?}.{name}.gradients.npz"), &gradients));
        }
    }
    assert_eq!(reports.len(), 1, "{reports:?}");
}

#[test]
fn a_checkpoint_in_several_files_is_that_in_one() {
    let folder = TempDir::new().unwrap();
    let mut shards = [BTreeMap::new(), BTreeMap::new()];
    let mut map = serde_json::Map::new();
    for (number, (name, tensor)) in read(Path::new(&shipped("decoder.safetensors"))).into_iter().enumerate() {
        map.insert(name.clone(), json!(format!("model-{}.safetensors", number % 2)));
        shards[number % 2].insert(name, tensor);
    }
    for (number, shard) in shards.iter().enumerate() {
        written(&folder, &format!("model-{number}.safetensors"), &safetensors(shard, Element::F32));
    }
    let index = json!({"metadata": {"total_size": 1}, "weight_map": map}).to_string();
    let index = written(&folder, "model.safetensors.index.json", index.as_bytes());
    written(&folder, "config.json", &fs::read(shipped("config.json")).unwrap());
    let gradients = shipped("decoder.gradients.safetensors");
    let options = [&["--gradients", gradients.as_str()], &DECODER[..]].concat();
    let mut sharded = inspected(&[&[index.as_str()], &options[..]].concat());
    let mut whole = inspected(&[&[shipped("decoder.safetensors").as_str()], &options[..]].concat());
    for report in [&mut sharded, &mut whole] {
        report["weights"] = Value::Null;
    }
    assert_eq!(sharded, whole);

    let words = |name: &str, index: Value, code: i32, words: &[&str]| {
        let index = written(&folder, name, index.to_string().as_bytes());
        refused(&[&[index.as_str()], &options[..]].concat(), code, words);
    };
    words("a.json", json!({"weight_map": {"a": "../model-0.safetensors"}}), 65, &["tensor `a`", "beside the index"]);
    words("b.json", json!({"weight_map": {"a": "/etc/passwd"}}), 65, &["tensor `a`", "beside the index"]);
    words("c.json", json!({"weight_map": {"a": "model-7.safetensors"}}), 66, &["model-7.safetensors", "no such file"]);
    words("d.json", json!({"weight_map": {"a": "model-0.safetensors"}}), 65, &["model-0.safetensors", "tensor `a`"]);
    words("e.json", json!({"weight_map": [1]}), 65, &["e.json", "index"]);
    let twice = r#"{"weight_map": {"a": "model-0.safetensors", "a": "model-1.safetensors"}}"#;
    let twice = written(&folder, "f.json", twice.as_bytes());
    refused(&[&[twice.as_str()], &options[..]].concat(), 65, &["f.json", "`a` comes twice"]);
}

#[test]
fn names_of_perceptrons_follow_pytorch() {
    let folder = TempDir::new().unwrap();
    for (first, second) in
        [("0", "2"), ("fc1", "fc2"), ("layers.0", "layers.10"), ("net.1", "net.3"), ("linear_1", "linear_2")]
    {
        let renamed = |tensors: BTreeMap<String, Tensor>| {
            let name = |name: String| name.replace("fc1", first).replace("fc2", second);
            tensors.into_iter().map(|(key, tensor)| (name(key), tensor)).collect()
        };
        let weights = written(&folder, "weights", &safetensors(&renamed(perceptron()), Element::F32));
        let gradients = written(&folder, "gradients", &safetensors(&renamed(perceptron_gradients()), Element::F32));
        let report = inspected(&[&weights, "--laws", "mlp", "--gradients", &gradients]);
        assert_eq!(report["laws"].as_array().map(Vec::len), Some(1), "{first}");
        assert_eq!(report["laws"][0]["members"].as_array().map(Vec::len), Some(3));
    }
    for (name, words) in
        [("norm.weight", "norm.weight"), ("fc1.scale", "fc1.scale"), ("x", "`x`"), ("gc3.weight", "gc3.weight")]
    {
        let mut tensors = perceptron();
        tensors.insert(name.to_owned(), (vec![1], vec![1.0]));
        let weights = written(&folder, "weights", &safetensors(&tensors, Element::F32));
        refused(&[&weights, "--laws", "mlp", "--gradients", &weights], 65, &[words, "mlp", &weights]);
    }
    let mut tensors = perceptron();
    tensors.insert("fc2.weight".to_owned(), (vec![2, 4], counted(8)));
    let weights = written(&folder, "weights", &safetensors(&tensors, Element::F32));
    refused(&[&weights, "--laws", "mlp", "--gradients", &weights], 65, &["fc2.weight", "4 columns", "3"]);
}

#[test]
fn the_degree_of_the_activation_weighs_the_outgoing_side() {
    let folder = TempDir::new().unwrap();
    let weights = written(&folder, "weights", &safetensors(&perceptron(), Element::F32));
    let gradients = written(&folder, "gradients", &safetensors(&perceptron_gradients(), Element::F32));
    let report = |activation: &str| {
        inspected(&[&weights, "--laws", "mlp", "--gradients", &gradients, "--activation", activation])
    };
    let [relu, squared, identity] = ["relu", "squared-relu", "identity"].map(report);
    let law = |report: &Value| laws(report)[&("incoming / outgoing weights of neurons".to_owned(), Some(0))].clone();
    assert_eq!(law(&relu)["gradient_a"], law(&squared)["gradient_a"]);
    assert_eq!(2.0 * number(&law(&relu)["gradient_b"]), number(&law(&squared)["gradient_b"]));
    assert_eq!((relu["laws"].as_array().unwrap().len(), identity["laws"].as_array().unwrap().len()), (1, 2));
    assert_eq!(law(&relu)["imbalance"], law(&identity)["imbalance"]);
}

// Laws from a file

#[test]
fn a_file_of_laws_says_what_the_built_in_ones_say() {
    let folder = TempDir::new().unwrap();
    let prefix = "model.layers.1";
    let text = format!(
        r#"
[[law]]
name = "up rows / down columns"
layer = 1
in = "{prefix}.mlp.up_proj.weight"
out = ["{prefix}.mlp.down_proj.weight"]

[[law]]
name = "query pairs / key pairs (rotary)"
layer = 1
groups = 2
rotary = true
blocks = [
  {{ tensor = "{prefix}.self_attn.q_proj.weight", axis = "rows", sign = 1, heads = 4 }},
  {{ tensor = "{prefix}.self_attn.k_proj.weight", axis = "rows", sign = -1 }},
]

[[law]]
name = "value rows / output columns"
layer = 1
groups = 2
matrix = true
in = "{prefix}.self_attn.v_proj.weight"
blocks = [{{ tensor = "{prefix}.self_attn.o_proj.weight", axis = "columns", sign = -1, heads = 4 }}]
"#
    );
    let description = written(&folder, "laws.toml", text.as_bytes());
    let (weights, gradients) = (shipped("decoder.safetensors"), shipped("decoder.gradients.safetensors"));
    let from_file = inspected(&[&weights, "--gradients", &gradients, "--laws", &description]);
    let built_in = inspected(&[&weights, "--gradients", &gradients, "--laws", "decoder"]);
    let (from_file, built_in) = (laws(&from_file), laws(&built_in));
    assert_eq!(from_file.len(), 4);
    for (title, law) in from_file {
        assert_eq!(law, built_in[&title], "{title:?}");
    }
}

#[test]
fn a_file_of_laws_that_contradicts_itself_is_refused() {
    let folder = TempDir::new().unwrap();
    let weights = written(&folder, "weights", &safetensors(&perceptron(), Element::F32));
    let gradients = written(&folder, "gradients", &safetensors(&perceptron_gradients(), Element::F32));
    for (law, words) in [
        ("", "law"),
        ("law = []", "no [[law]]"),
        ("[[law]]\nname = 3", "name"),
        ("[[law]]\nname = 'x'", "expected tensors"),
        ("[[law]]\nname = 'x'\nin = 'fc1.weight'\ncolour = 1", "colour"),
        ("[[law]]\nname = 'x'\nin = 'fc1.weight'\nout = 'fc1.weight'", "only once"),
        ("[[law]]\nname = 'x'\nin = 'fc1.weight'\nout = 'fc2.weight'\ndegree = 0", "above 0"),
        ("[[law]]\nname = 'x'\nin = 'fc1.weight'\nout = 'fc2.weight'\ndegree = -1", "above 0"),
        ("[[law]]\nname = 'x'\nin = 'fc1.weight'", "without `out`"),
        ("[[law]]\nname = 'x'\nblocks = [{ tensor = 'fc1.weight', axis = 'rows', sign = 0 }]", "not zero"),
        ("[[law]]\nname = 'x'\nin = 'fc1.weight'\nout = 'fc2.weight'\ndegree = nan", "finite"),
        ("[[law]]\nname = 'x'\nin = 'fc1.weight'\nout = 'fc2.weight'\ngroups = 0", "at least 1"),
        (
            "[[law]]\nname = 'x'\nin = 'fc1.weight'\nout = 'fc2.weight'\ngroups = 2",
            "3 rows are not 2 heads in 2 groups",
        ),
        ("[[law]]\nname = 'x'\nin = 'fc1.weight'\nout = 'fc2.weight'\nrotary = true", "heads of 3"),
        ("[[law]]\nname = 'x'\nin = 'fc1.weight'\nout = 'fc9.weight'", "fc9.weight"),
        ("[[law]]\nname = 'x'\nin = 'fc1.weight'\nout = 'fc1.bias'", "expected a matrix"),
        ("[[law]]\nname = 'x'\nin = ['fc1.weight', 'fc2.bias']\nout = 'fc2.weight'", "2 members"),
        (
            "[[law]]\nname = 'x'\nmatrix = true\nblocks = [{ tensor = 'fc1.weight', axis = 'all', sign = 1 }]",
            "matrix law",
        ),
        ("[[law]]\nname = 'x'\nblocks = [{ tensor = 'fc1.weight', axis = 'up', sign = 1 }]", "up"),
    ] {
        let description = written(&folder, "laws.toml", law.as_bytes());
        let arguments = [weights.as_str(), "--gradients", &gradients, "--laws", &description];
        let assert = equipartition().arg("inspect").args(arguments).assert().code(65);
        let complaint = String::from_utf8(assert.get_output().stderr.clone()).unwrap();
        assert!(complaint.starts_with("error: ") && complaint.contains(words), "{law}\n{complaint}");
    }
    refused(&[&weights, "--gradients", &gradients, "--laws", "nowhere.toml"], 66, &["nowhere.toml"]);
}
