//! Files of laws: what they say, complaints with the line underlined, and the schema.

use super::*;
use equipartition::inspection::file::{language, parse, schema};
use equipartition::verify::Stream;

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

/// What is wrong with the text, whose `part` has to be underlined.
fn underlined(text: &str, part: &str, words: &[&str]) {
    let complaint = parse("laws.toml", text).expect_err(text).to_string();
    for word in words {
        assert!(complaint.contains(word), "`{word}` is missing in:\n{complaint}");
    }
    let lines: Vec<&str> = complaint.lines().collect();
    let [.., shown, carets] = lines[..] else { panic!("{complaint}") };
    let marked: String =
        shown.chars().zip(carets.chars()).filter(|(_, caret)| *caret == '^').map(|(shown, _)| shown).collect();
    assert_eq!(marked, part, "{complaint}");
}

#[test]
fn complaints_underline_what_they_mean() {
    let law = |rest: &str| format!("[[law]]\nname = \"x\"\n{rest}");
    for (rest, part, words) in [
        ("inn = 'a'", "inn", &["did you mean `in`", "blocks"][..]),
        ("in = 3", "3", &["names of tensors", "the integer 3"]),
        ("in = 'a'", "in", &["`in` is given without `out`"]),
        ("in = 'a'\nout = ['b', 'a']", "'a'", &["only once"]),
        ("in = { tensor = 'a', slice = [4, 2] }\nout = 'b'", "[4, 2]", &["to a later one"]),
        ("in = { tensor = 'a', slice = [0, 4], period = 3 }\nout = 'b'", "[0, 4]", &["period of 3"]),
        ("in = { tensor = 'a', period = 3 }\nout = 'b'", "period", &["give `slice`"]),
        ("in = { tensor = 'a', slice = 4 }\nout = 'b'", "4", &["[FROM, TO]"]),
        ("in = 'a'\nout = 'b'\ndegree = -2", "degree", &["above 0"]),
        ("in = 'a'\nout = 'b'\ndegree = inf", "inf", &["finite"]),
        ("in = 'a'\nout = 'b'\nrotary = 'pairs'", "'pairs'", &["interleaved"]),
        ("in = 'a'\nout = 'b'\nmatrix = 1", "1", &["true or false"]),
        ("in = 'a'\nout = 'b'\ngroups = 0", "0", &["at least 1"]),
        ("in = 'a'\nout = 'b'\nmatrix = true\nrotary = true", "matrix", &["no rotary pairs"]),
        ("in = { tensor = 'a', offset = 1 }\nout = 'b'\nmatrix = true", "{ tensor = 'a', offset = 1 }", &["offset"]),
        ("blocks = [{ tensor = 'a', axis = 'row', sign = 1 }]", "'row'", &["did you mean `rows`"]),
        ("blocks = [{ tensor = 'a', axis = 'rows', sign = 0 }]", "0", &["not zero"]),
        ("blocks = [{ tensor = 'a', axis = 'rows' }]", "{ tensor = 'a', axis = 'rows' }", &["`sign`"]),
        ("in = 'a'\nout = 'b'\n[[decay]]\ntensors = 'a'", "[[decay]]", &["`gamma`", "`pytorch`"]),
        ("in = 'a'\nout = 'b'\n[[decay]]\ntensors = 'a'\ngamma = -1", "-1", &["negative"]),
        ("in = 'a'\nout = 'b'\n[[decay]]\ntensors = 'a'\ngamma = 1\npytorch = 2", "pytorch", &["not both"]),
        ("in = 'a'\nout = 'b'\n[[decay]]\ntensors = []\ngamma = 1", "[]", &["at least one name"]),
    ] {
        underlined(&law(rest), part, words);
    }
    underlined("[[law]]\nlayer = 1", "[[law]]", &["needs the key `name`"]);
    underlined("law = []", "law", &["no [[law]]"]);
    underlined("[[law]]\nname = = 'x'", "=", &["malformed TOML"]);
    // Names from files do no harm on a terminal.
    let complaint = parse("laws.toml", "[[law]]\nname = \"\\u001b[2J\"\nin = 'a'").unwrap_err().to_string();
    assert!(!complaint.contains('\u{1b}') && complaint.contains("\\u001b"), "{complaint}");
}

/// Slices of one tensor may be both sides of a law, as in a fused projection.
#[test]
fn a_tensor_may_come_twice_in_slices_that_do_not_overlap() {
    let law = |second: &str| {
        let block = |slice: &str, sign: &str| format!("{{ tensor = 'qkv', axis = 'rows', sign = {sign}, {slice} }}");
        let blocks = [block("slice = [0, 4], period = 12", "1"), block(second, "-1")].join(", ");
        parse("laws.toml", &format!("[[law]]\nname = 'x'\nblocks = [{blocks}]"))
    };
    assert_eq!(law("slice = [4, 8], period = 12").unwrap().laws.len(), 1);
    assert!(law("slice = [3, 7], period = 12").is_err());
    assert!(law("slice = [4, 8]").is_ok() && law("slice = [4, 13]").is_err());
}

#[test]
fn the_shipped_schema_is_the_generated_one_and_has_every_key() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/laws.schema.json");
    let shipped = fs::read_to_string(path).expect("the schema");
    assert_eq!(shipped, format!("{:#}\n", schema()));
    let assert = equipartition().args(["schema", "laws"]).assert().success();
    assert_eq!(String::from_utf8_lossy(&assert.get_output().stdout), shipped);
    for table in language::Table::ALL {
        let properties = schema()["$defs"][table.name()]["properties"].as_object().unwrap().clone();
        let keys: Vec<&str> = table.keys().iter().map(|key| key.name).collect();
        assert_eq!(properties.keys().map(String::as_str).collect::<Vec<_>>(), keys);
    }
}

/// Every example of laws in the documents is read.
#[test]
fn examples_in_the_documents_are_read() {
    let mut count = 0;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let pages = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    for page in pages.filter(|path| path.extension().is_some_and(|kind| kind == "md")) {
        let (document, text) = (page.display().to_string(), fs::read_to_string(&page).unwrap());
        for example in text.split("```toml\n").skip(1) {
            let example = example.split("```").next().unwrap();
            if example.contains("[[law]]") {
                parse(&document, example).unwrap_or_else(|complaint| panic!("{complaint}"));
                count += 1;
            }
        }
    }
    assert!(count > 0);
}

// Laws found from gradients

/// The laws that are found in a file of gradients, and what an inspection by them says.
fn found(weights: &str, gradients: &str) -> (Vec<BTreeSet<(String, String)>>, Value) {
    let text = stdout(&[weights, "--gradients", gradients, "--laws", "auto"]);
    let folder = TempDir::new().unwrap();
    let laws = parse("found.toml", &text).map(|file| file.laws).unwrap_or_default();
    let of = |law: &equipartition::inspection::law::Law| {
        let block = |block: &equipartition::inspection::law::Block| {
            let sign = if block.coefficient > 0.0 { "+" } else { "-" };
            (format!("{:?}{sign}{}", block.axis, block.coefficient.abs()), block.tensor.clone())
        };
        law.blocks.iter().map(block).collect()
    };
    let kept = written(&folder, "found.toml", text.as_bytes());
    let report = inspected(&[weights, "--gradients", gradients, "--laws", &kept]);
    (laws.iter().map(of).collect(), report)
}

/// The gradients of the shipped decoder show all laws of axes that it has, and the file that is printed is read again.
#[test]
fn laws_are_found_from_gradients_alone() {
    let (laws, report) = found(&shipped("decoder.safetensors"), &shipped("decoder.gradients.safetensors"));
    assert_eq!(report["symmetries"], json!({"confirmed": laws.len(), "not_a_symmetry": 0, "unchecked": 0}));
    let set = |sides: &[(&str, &str)]| -> BTreeSet<(String, String)> {
        sides.iter().map(|(axis, name)| ((*axis).to_owned(), format!("{name}.weight"))).collect()
    };
    for layer in 0..2 {
        let at = |name: &str| format!("model.layers.{layer}.{name}");
        let [norm, q, k, v, second, gate, up, down] = [
            "input_layernorm",
            "self_attn.q_proj",
            "self_attn.k_proj",
            "self_attn.v_proj",
            "post_attention_layernorm",
            "mlp.gate_proj",
            "mlp.up_proj",
            "mlp.down_proj",
        ]
        .map(at);
        for law in [
            set(&[("Rows+1", &norm), ("Columns-1", &q), ("Columns-1", &k), ("Columns-1", &v)]),
            set(&[("Rows+1", &second), ("Columns-1", &gate), ("Columns-1", &up)]),
            set(&[("Rows+1", &up), ("Columns-1", &down)]),
        ] {
            let turned = law.iter().map(|(axis, name)| {
                let turned = if axis.contains('+') { axis.replace('+', "-") } else { axis.replace('-', "+") };
                (turned, name.clone())
            });
            let turned: BTreeSet<_> = turned.collect();
            assert!(laws.contains(&law) || laws.contains(&turned), "{law:?} in {laws:?}");
        }
    }
    assert!(laws.iter().any(|law| law.iter().any(|(_, name)| name == "lm_head.weight")), "{laws:?}");
    // Two laws of norms and one of neurons in each layer, and that of the final norm.
    assert_eq!(laws.len(), 7, "{laws:?}");
}

/// Gradients of single samples of `|V relu(W x)^p - y|^2`.
fn homogeneous(power: i32) -> [BTreeMap<String, Tensor>; 2] {
    const SAMPLES: usize = 12;
    let (inputs, hidden, outputs) = (2, 3, 2);
    let mut stream = Stream::new(&["a homogeneous network"], 5, 0);
    let mut uniform = |count: usize| -> Vec<f64> {
        (0..count).map(|_| stream.integer(-(1 << 20), 1 << 20) as f64 / f64::from(1 << 20)).collect()
    };
    let (w, v) = (uniform(hidden * inputs), uniform(outputs * hidden));
    let (mut to_w, mut to_v) = (Vec::new(), Vec::new());
    for _ in 0..SAMPLES {
        let (x, y) = (uniform(inputs), uniform(outputs));
        let on: Vec<f64> =
            w.chunks(inputs).map(|row| row.iter().zip(&x).map(|(w, x)| w * x).sum::<f64>().max(0.0)).collect();
        let after: Vec<f64> = on.iter().map(|on| on.powi(power)).collect();
        let residual: Vec<f64> = v
            .chunks(hidden)
            .zip(&y)
            .map(|(row, y)| 2.0 * (row.iter().zip(&after).map(|(v, a)| v * a).sum::<f64>() - y))
            .collect();
        let back = |i: usize| {
            let slope = if on[i] > 0.0 { f64::from(power) * on[i].powi(power - 1) } else { 0.0 };
            slope * (0..outputs).map(|k| residual[k] * v[k * hidden + i]).sum::<f64>()
        };
        to_w.extend((0..hidden * inputs).map(|n| back(n / inputs) * x[n % inputs]));
        to_v.extend((0..outputs * hidden).map(|n| residual[n / hidden] * after[n % hidden]));
    }
    [
        tensors(&[("in", &[hidden, inputs], w), ("out", &[outputs, hidden], v)]),
        tensors(&[("in", &[SAMPLES, hidden, inputs], to_w), ("out", &[SAMPLES, outputs, hidden], to_v)]),
    ]
}

/// The degree of the activation is a coefficient of the law; tanh has no law.
#[test]
fn degrees_are_found_and_nothing_where_there_is_nothing() {
    let folder = TempDir::new().unwrap();
    for (power, degree) in [(1, "1"), (2, "2"), (3, "3")] {
        let [weights, gradients] = homogeneous(power);
        let weights = written(&folder, "weights", &safetensors(&weights, Element::F64));
        let gradients = written(&folder, "gradients", &safetensors(&gradients, Element::F64));
        let (laws, _) = found(&weights, &gradients);
        let sides = |incoming: &str, outgoing: &str| -> BTreeSet<(String, String)> {
            [(format!("Rows{incoming}"), "in".to_owned()), (format!("Columns{outgoing}"), "out".to_owned())].into()
        };
        assert_eq!(laws, [sides("+1", &format!("-{degree}"))], "{power}");
        let json = stdout(&[&weights, "--gradients", &gradients, "--laws", "auto", "--format", "json"]);
        let json: Value = serde_json::from_str(&json).unwrap();
        assert_eq!(json["laws"].as_array().unwrap().len(), 1);
        assert_eq!(parse("json", json["file"].as_str().unwrap()).unwrap().laws.len(), 1);
    }
    let case = |name: &str, file: &str| format!("{}/tests/inspect/cases/{name}/{file}", env!("CARGO_MANIFEST_DIR"));
    let name = "tanh-default-relu";
    let arguments = [&case(name, "m.safetensors"), "--gradients", &case(name, "g.safetensors"), "--laws", "auto"];
    let text = stdout(&arguments.map(|word| word as &str));
    assert!(text.starts_with("# no laws") && !text.contains("[[law]]"), "{text}");
    refused(&[&shipped("mlp.safetensors"), "--laws", "auto"], 2, &["--gradients"]);
    let (laws, _) = found(&shipped("mlp.safetensors"), &shipped("mlp.gradients.safetensors"));
    assert_eq!(laws.len(), 1, "{laws:?}");
    assert_eq!(laws[0].len(), 3, "the bias, too: {laws:?}");
}

/// What is written is what is read.
#[test]
fn files_of_laws_are_written_as_they_are_read() {
    let text = "[[law]]\nname = \"a \\\"b\\\"\"\nlayer = 2\ngroups = 2\nmatrix = true\nblocks = [
        { tensor = \"q\", axis = \"rows\", sign = 1, heads = 4, slice = [0, 8], period = 24 },
        { tensor = \"o\", axis = \"columns\", sign = -1 }]
        [[law]]\nname = 'c'\nrotary = 'interleaved'\ntransposed = true\nin = { tensor = 'x', offset = 1 }\nout = ['y', 'z']\ndegree = 2.5
        [[law]]\nname = 'd'\nwhole = true\ngroups = 3\nblocks = [{ tensor = 'all', axis = 'all', sign = -1 }]";
    let laws = parse("a", text).unwrap().laws;
    let written = equipartition::inspection::file::text(laws.iter().map(|law| (law, "a\ncomment".to_owned())));
    assert_eq!(parse("b", &written).unwrap().laws, laws, "{written}");
    assert_eq!(laws.len(), 4);
}
