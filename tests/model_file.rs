//! Networks from files: what is read, what is refused with its line underlined, and what `verify --model` makes of them.

#![cfg(feature = "cli")]

mod support;

use equipartition::model::file::{self, language, schema::schema};
use equipartition::model::{Loss, Network, Piecewise};
use predicates::prelude::*;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use support::equipartition;

const GOOD: &str = r#"loss = "squared-error"

[input]
width = 2

[[layers]]
kind = "linear"
width = 3
bias = true

[[layers]]
kind = "activation"
function = "relu"

[[layers]]
kind = "linear"
width = 1
bias = true
"#;

fn examples() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/models");
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).expect("examples").map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    files
}

/// The complaint about a file that differs from the good one.
fn complaint(from: &str, to: &str) -> String {
    assert!(GOOD.contains(from), "{from}");
    refusal(&GOOD.replacen(from, to, 1))
}

fn refusal(text: &str) -> String {
    match file::parse("MODEL.toml", text) {
        Ok(model) => panic!("{} was read from\n{text}", model.network),
        Err(complaint) => complaint.to_string(),
    }
}

// What is read

#[test]
fn a_file_describes_the_network_that_rust_would_build() {
    let Network::Composed(composed) = file::parse("MODEL.toml", GOOD).expect("a network").network else {
        panic!("always a composed network")
    };
    let mlp = Network::mlp(&[2, 3, 1], Piecewise::Relu, true, Loss::SquaredError);
    assert_eq!(composed.parameter_count(), mlp.parameter_count());
    let names: Vec<&str> = composed.parameters().iter().map(|block| block.name.as_str()).collect();
    assert_eq!(names, ["linear1.weight", "linear1.bias", "linear2.weight", "linear2.bias"]);
    assert_eq!((composed.positions(), composed.input_width(), composed.output_width()), (1, 2, 1));
}

#[test]
fn numbers_are_read_exactly() {
    let epsilon = |text: &str| {
        let layer = format!("[[layers]]\nkind = \"norm\"\nstatistic = \"rms\"\nepsilon = {text}\n");
        format!("{:?}", file::parse("MODEL.toml", &(GOOD.to_owned() + &layer)).expect("a network").network)
    };
    assert_eq!(epsilon("\"0.125\""), epsilon("\"1/8\""));
    assert_eq!(epsilon("\"1e-6\""), epsilon("\"1/1000000\""));
    assert_ne!(epsilon("\"1/3\""), epsilon("\"0.333333333333333333333333333333\""));
    assert_eq!(epsilon("2"), epsilon("\"2\""));
}

// What is refused

#[test]
fn every_error_underlines_what_it_is_about() {
    let unedited = |rest: &str| refusal(&(GOOD.to_owned() + rest));
    let cases = [
        ("malformed TOML", complaint("width = 3", "width = = 3")),
        ("an unknown key", complaint("width = 3", "widht = 3")),
        ("an unknown key without a likeness", complaint("width = 3", "width = 3\nxyzzy = 1")),
        ("a key of the file in a layer", unedited("loss = \"logistic\"\n")),
        ("a missing key of a layer", complaint("width = 3\n", "")),
        ("a missing key of the file", complaint("loss = \"squared-error\"\n", "")),
        ("a layer without a kind", complaint("kind = \"activation\"\n", "")),
        ("an unknown kind", complaint("\"activation\"", "\"activaton\"")),
        ("a kind that is no text", complaint("\"activation\"", "7")),
        ("an unknown activation", complaint("\"relu\"", "\"rleu\"")),
        ("an unknown loss", complaint("\"squared-error\"", "\"squared\"")),
        ("a width of zero", complaint("width = 3", "width = 0")),
        ("a negative width", complaint("width = 3", "width = -3")),
        ("a width too large", complaint("width = 3", "width = 99999999999999999999999999")),
        ("a width that is a float", complaint("width = 3", "width = 3.0")),
        ("a width that is a text", complaint("width = 3", "width = \"3\"")),
        ("a flag that is none", complaint("bias = true", "bias = 1")),
        ("neither width nor vocabulary", complaint("width = 2", "positions = 2")),
        ("both width and vocabulary", complaint("width = 2", "width = 2\nvocabulary = 2")),
        ("tokens without an embedding", complaint("width = 2", "vocabulary = 2")),
        (
            "an embedding without tokens",
            complaint("kind = \"linear\"\nwidth = 3\nbias = true", "kind = \"embedding\"\nwidth = 3"),
        ),
        ("no input", complaint("[input]\nwidth = 2\n", "")),
        ("input that is no table", refusal("loss = \"logistic\"\ninput = 2\nlayers = [{kind = \"bias\"}]\n")),
        ("layers that are no tables", refusal("loss = \"logistic\"\nlayers = [1]\n[input]\nwidth = 1\n")),
        ("no layers", refusal("loss = \"logistic\"\nlayers = []\n[input]\nwidth = 1\n")),
        ("one table of layers", refusal("loss = \"logistic\"\n[input]\nwidth = 1\n[layers]\nkind = \"bias\"\n")),
        ("a name twice", complaint("kind = \"activation\"", "kind = \"activation\"\nname = \"linear1\"")),
        ("a name with a dot", complaint("kind = \"activation\"", "kind = \"activation\"\nname = \"a.b\"")),
        ("an epsilon that was rounded", unedited("[[layers]]\nkind = \"norm\"\nstatistic = \"rms\"\nepsilon = 1e-6\n")),
        (
            "an epsilon that is no number",
            unedited("[[layers]]\nkind = \"norm\"\nstatistic = \"rms\"\nepsilon = \"tiny\"\n"),
        ),
        ("a negative epsilon", unedited("[[layers]]\nkind = \"norm\"\nstatistic = \"rms\"\nepsilon = \"-1/2\"\n")),
        (
            "an epsilon with too many digits",
            unedited("[[layers]]\nkind = \"norm\"\nstatistic = \"rms\"\nepsilon = \"1e-19999\"\n"),
        ),
        (
            "heads that cannot be grouped",
            unedited("[[layers]]\nkind = \"attention\"\nheads = 3\ngroups = 2\nsize = 1\n"),
        ),
        ("odd rotary heads", unedited("[[layers]]\nkind = \"attention\"\nsize = 3\nrotary = true\n")),
        ("too few rotary angles", unedited("[[layers]]\nkind = \"attention\"\nsize = 4\nrotary = [\"1/2\"]\n")),
        ("a rotary angle that was rounded", unedited("[[layers]]\nkind = \"attention\"\nsize = 2\nrotary = [0.5]\n")),
        (
            "a residual of another width",
            unedited("[[layers]]\nkind = \"residual\"\n[[layers.layers]]\nkind = \"linear\"\nwidth = 2\n"),
        ),
        ("a tie to nothing", unedited("[[layers]]\nkind = \"tied-unembedding\"\nembedding = \"nowhere\"\n")),
        ("too many parameters", complaint("width = 3", "width = 2000")),
        (
            "nothing to train",
            refusal(
                "loss = \"logistic\"\n[input]\nwidth = 1\n[[layers]]\nkind = \"activation\"\nfunction = \"relu\"\n",
            ),
        ),
    ];
    let all: Vec<String> = cases.iter().map(|(name, complaint)| format!("# {name}\n{complaint}\n")).collect();
    insta::assert_snapshot!(all.join("\n"));
    for (name, complaint) in &cases {
        assert!(complaint.lines().count() == 4 && complaint.ends_with('^'), "{name}: {complaint}");
    }
}

#[test]
fn carets_stand_under_what_is_meant_in_any_script_and_on_any_line() {
    let wide = complaint("width = 3", "\"größe\" = 3");
    let lines: Vec<&str> = wide.lines().collect();
    assert_eq!(lines[2].chars().position(|c| c == '"'), lines[3].chars().position(|c| c == '^'), "{wide}");
    let crlf = refusal(&GOOD.replace('\n', "\r\n").replace("width = 3", "widht = 3"));
    assert!(crlf.contains("8 | widht = 3\n"), "{crlf:?}");
    let long = complaint("\"relu\"", &format!("\"{}\"", "z".repeat(10_000)));
    assert!(long.lines().all(|line| line.chars().count() < 400), "{long}");
    let hostile = complaint("\"relu\"", "\"\\u001b[31mred\"");
    assert!(!hostile.contains('\u{1b}'), "{hostile:?}");
}

#[test]
fn hostile_files_are_refused_and_not_suffered() {
    let nested = |depth: usize| {
        let open = "{kind = \"residual\", layers = [".repeat(depth);
        format!("loss = \"logistic\"\nlayers = [{open}{{kind = \"bias\"}}{}]\n[input]\nwidth = 1\n", "]}".repeat(depth))
    };
    assert!(file::parse("MODEL.toml", &nested(file::DEEPEST_RESIDUAL)).is_ok());
    assert!(refusal(&nested(file::DEEPEST_RESIDUAL + 1)).contains("at most 16 deep"));
    assert!(refusal(&nested(20_000)).contains("malformed TOML"));
    refusal(&format!("{}a = 1\n", "layers.".repeat(100_000)));
    refusal(&"[".repeat(200_000));
    refusal(&format!("loss = {}\n", "[".repeat(200_000)));
    refusal(&format!("{GOOD}{}", "[[layers]]\nkind = \"bias\"\n".repeat(20_000)));
    refusal(&format!("a = \"{}", "x".repeat(500_000)));
    refusal(&format!("a = {}", "9".repeat(500_000)));
    refusal("");
    refusal("\0\0\0");
    refusal("\u{feff}");
}

#[test]
fn no_damaged_file_makes_the_reader_panic() {
    for example in examples() {
        let text = fs::read_to_string(example).expect("text");
        let characters: Vec<char> = text.chars().collect();
        for place in 0..characters.len() {
            let cut: String = characters[..place].iter().collect();
            let without: String = [&characters[..place], &characters[place + 1..]].concat().into_iter().collect();
            for replacement in ["\"", "[", "é", "="] {
                let mut damaged = cut.clone();
                damaged.push_str(replacement);
                damaged.extend(&characters[place + 1..]);
                let _ = file::parse("MODEL.toml", &damaged).map_err(|complaint| complaint.to_string());
            }
            for text in [&cut, &without] {
                let _ = file::parse("MODEL.toml", text).map_err(|complaint| complaint.to_string());
            }
        }
    }
}

#[test]
fn exit_codes_tell_what_is_wrong_with_the_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).expect("written");
        path
    };
    let verify = |path: &Path| {
        let mut command = equipartition();
        command.arg("verify").arg("--model").arg(path).args(["balance/master", "--instances", "1"]);
        command.assert()
    };
    let wrong = write("wrong.toml", GOOD.replace("width = 3", "widht = 3").as_bytes());
    verify(&wrong).code(65).stderr(
        predicate::str::contains("wrong.toml:8:1: unknown key `widht`: did you mean `width`?")
            .and(predicate::str::contains("8 | widht = 3\n  | ^^^^^")),
    );
    verify(&write("binary.toml", &[0xff, 0xfe, 0x00])).code(65).stderr(predicate::str::contains("UTF-8"));
    verify(&write("empty.toml", b"")).code(65);
    verify(&write("long.toml", &vec![b'#'; 2 << 20])).code(65).stderr(predicate::str::contains("longer than 1024 KiB"));
    verify(&folder.path().join("nowhere.toml")).code(66);
    verify(folder.path()).code(74);
    let inert = write("inert.toml", GOOD.replace("relu", "tanh").as_bytes());
    verify(&inert).code(4).stderr(predicate::str::contains("no continuous symmetry is known"));
    let assert = equipartition().args(["verify", "--format", "json", "--model"]).arg(&wrong).assert().code(65);
    let document: Value = serde_json::from_slice(&assert.get_output().stdout).expect("JSON");
    assert_eq!(document["error"]["kind"], "bad-data");
}

// What is verified

#[test]
fn every_example_holds() {
    assert!(examples().len() >= 5);
    for example in examples() {
        let assert = equipartition()
            .args(["verify", "--effort", "quick", "--format", "json", "--model"])
            .arg(&example)
            .assert()
            .success();
        let document: Value = serde_json::from_slice(&assert.get_output().stdout).expect("JSON");
        let model = &document["model"];
        assert_eq!(model["file"], example.display().to_string());
        let claims = document["claims"].as_array().expect("claims");
        let others = model["inapplicable"].as_array().expect("claims");
        assert_eq!(claims.len() + others.len(), equipartition::theories::registry().len(), "no claim is passed over");
        // The symmetries that it has are listed, each with its result.
        let symmetries = model["symmetries"].as_array().expect("symmetries");
        assert!(!symmetries.is_empty(), "{model}");
        for known in symmetries {
            assert!(known["tried"].as_u64() >= Some(1) && known["tried"] == known["verified"], "{known}");
        }
        assert!(others.iter().all(|claim| claim["reason"].as_str().is_some_and(|reason| !reason.is_empty())));
        for id in ["entropic-loss/modified-step", "entropic-loss/minibatch", "balance/master", "noether/sgd-charge"] {
            assert!(claims.iter().any(|claim| claim["id"] == id && claim["verdict"] == "holds"), "{id} on {model}");
        }
    }
}

#[test]
fn the_instances_are_of_the_model_and_can_be_replayed() {
    let example = "examples/models/attention.toml";
    let replay = equipartition().args(["replay", "balance/master", "0", "3", "--model", example]).assert().success();
    let text = String::from_utf8_lossy(&replay.get_output().stdout).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("network of attention1, 3 positions of width 3, squared-error"), "{text}");
    equipartition().args(["replay", "platonic/alignment", "0", "3", "--model", example]).assert().code(4);
    equipartition()
        .args(["replay", "balance/master", "0", "3", "--model", example, "--control", "plain-gradient"])
        .assert()
        .code(2);
}

/// A constant loss says nothing, and is told from one that satisfies the laws.
#[test]
fn a_model_that_says_nothing_is_vacuous() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("constant.toml");
    // The softmax of one logit.
    fs::write(&path, GOOD.replace("squared-error", "cross-entropy")).expect("written");
    equipartition()
        .args(["verify", "balance/master", "--effort", "quick", "--model"])
        .arg(&path)
        .assert()
        .code(1)
        .stdout(predicate::str::contains("vacuous").and(predicate::str::contains("--model")));
}

// The schema

#[test]
fn the_shipped_schema_is_the_generated_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/model.schema.json");
    let shipped = fs::read_to_string(path).expect("the schema");
    assert_eq!(shipped, format!("{:#}\n", schema()));
    let assert = equipartition().arg("schema").assert().success();
    assert_eq!(String::from_utf8_lossy(&assert.get_output().stdout), shipped);
}

#[test]
fn examples_follow_the_schema() {
    let schema = schema();
    for example in examples() {
        let text = fs::read_to_string(&example).expect("text");
        assert_eq!(violation(&schema, &schema, &document(&text)), None, "{}", example.display());
    }
}

/// What the reader refuses by its structure the schema refuses too.
#[test]
fn the_schema_refuses_what_the_reader_refuses() {
    let schema = schema();
    assert_eq!(violation(&schema, &schema, &document(GOOD)), None);
    for (from, to) in [
        ("width = 3", "widht = 3"),
        ("width = 3", "width = 0"),
        ("width = 3", "width = 5000"),
        ("width = 3", "width = \"3\""),
        ("width = 3\n", ""),
        ("\"activation\"", "\"activaton\""),
        ("\"relu\"", "\"rleu\""),
        ("\"squared-error\"", "\"squared\""),
        ("loss = \"squared-error\"\n", ""),
        ("bias = true", "bias = 1"),
        ("width = 2", "width = 2\nvocabulary = 2"),
        ("width = 2", "positions = 2"),
    ] {
        let text = GOOD.replacen(from, to, 1);
        refusal(&text);
        assert!(violation(&schema, &schema, &document(&text)).is_some(), "{to}");
    }
    for layer in language::LAYERS {
        assert!(schema["$defs"][layer.name]["properties"]["kind"]["const"] == layer.name);
    }
}

/// A TOML document as JSON.
fn document(text: &str) -> Value {
    fn convert(value: &toml::de::DeValue<'_>) -> Value {
        use toml::de::DeValue;
        match value {
            DeValue::String(text) => text.as_ref().into(),
            DeValue::Integer(integer) => integer.as_str().parse::<i64>().expect("a small integer").into(),
            DeValue::Boolean(flag) => (*flag).into(),
            DeValue::Array(entries) => entries.iter().map(|entry| convert(entry.get_ref())).collect(),
            DeValue::Table(table) => {
                table.iter().map(|(key, value)| (key.get_ref().to_string(), convert(value.get_ref()))).collect()
            }
            DeValue::Float(_) | DeValue::Datetime(_) => panic!("examples have neither"),
        }
    }
    convert(&toml::de::DeValue::Table(toml::de::DeTable::parse(text).expect("TOML").into_inner()))
}

/// The first violation of a schema, as far as schemas of this crate go: a keyword that is not known here is a fault of the test.
fn violation(root: &Value, schema: &Value, value: &Value) -> Option<String> {
    let Some(schema) = schema.as_object() else { panic!("a schema is an object") };
    let is_of = |name: &Value| match name.as_str().expect("a name") {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64(),
        "boolean" => value.is_boolean(),
        other => panic!("the type {other}"),
    };
    for (keyword, expected) in schema {
        let fails = match keyword.as_str() {
            "$schema" | "title" | "description" | "$defs" => false,
            "$ref" => {
                let pointer = expected.as_str().and_then(|path| path.strip_prefix('#')).expect("a local reference");
                if let found @ Some(_) = violation(root, root.pointer(pointer).expect("a definition"), value) {
                    return found;
                }
                false
            }
            "type" => !expected.as_array().map_or_else(|| is_of(expected), |kinds| kinds.iter().any(is_of)),
            "const" => value != expected,
            "enum" => !expected.as_array().expect("words").contains(value),
            "minimum" => value.as_i64().is_some_and(|number| number < expected.as_i64().expect("a bound")),
            "maximum" => value.as_i64().is_some_and(|number| number > expected.as_i64().expect("a bound")),
            "minItems" => {
                value.as_array().is_some_and(|entries| (entries.len() as u64) < expected.as_u64().expect("a bound"))
            }
            "required" => {
                expected.as_array().expect("keys").iter().any(|key| value.get(key.as_str().expect("a key")).is_none())
            }
            "additionalProperties" => {
                assert_eq!(expected, false);
                value
                    .as_object()
                    .is_some_and(|members| members.keys().any(|key| schema["properties"].get(key).is_none()))
            }
            "properties" => {
                for (key, inner) in expected.as_object().expect("properties") {
                    if let Some(found) = value.get(key).and_then(|member| violation(root, inner, member)) {
                        return Some(format!("{key}: {found}"));
                    }
                }
                false
            }
            "items" => {
                let entries = value.as_array().map_or(&[][..], Vec::as_slice);
                if let Some(found) = entries.iter().find_map(|entry| violation(root, expected, entry)) {
                    return Some(found);
                }
                false
            }
            "oneOf" => {
                let admits = |inner: &&Value| violation(root, inner, value).is_none();
                expected.as_array().expect("schemas").iter().filter(admits).count() != 1
            }
            other => panic!("the keyword {other}"),
        };
        if fails {
            return Some(format!("{keyword}: {value} against {expected}"));
        }
    }
    None
}
