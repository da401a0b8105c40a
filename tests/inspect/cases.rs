//! Small files after the kind of other people's, each with what is right.

use super::*;

fn case(name: &str, file: &str) -> String {
    format!("{}/tests/inspect/cases/{name}/{file}", env!("CARGO_MANIFEST_DIR"))
}

/// The report on a case, and the laws that are marked as no symmetries by their names.
fn marked(name: &str, weights: &str, companion: (&str, &str), options: &[&str]) -> (Value, Vec<String>) {
    let (weights, other) = (case(name, weights), case(name, companion.1));
    let arguments = [&[weights.as_str(), companion.0, &other][..], options].concat();
    let report = inspected(&arguments);
    let of = |status: &str| {
        let laws = report["laws"].as_array().unwrap().iter().filter(|law| law["status"] == status);
        laws.map(|law| law["law"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let names = of("not a symmetry of this network");
    let counts = &report["symmetries"];
    assert_eq!(counts["not_a_symmetry"], names.len(), "{name}");
    assert_eq!(counts["unchecked"], of("unchecked").len(), "{name}");
    assert_eq!(counts["confirmed"], of("confirmed").len(), "{name}");
    // The text has them in its last line, and with --strict an exit code of their own.
    let text = wide().arg("inspect").args(&arguments).arg("--strict").assert();
    let is_short = !names.is_empty() || !of("unchecked").is_empty();
    let text = text.code(i32::from(is_short)).get_output().stdout.clone();
    let text = String::from_utf8(text).unwrap();
    assert!(text.trim_end().lines().last().unwrap().contains(&format!("{} not,", names.len())), "{name}: {text}");
    assert_eq!(text.contains("Likely causes"), !names.is_empty(), "{name}");
    // What all of several have in common is said once, of all of them.
    let broken =
        report["laws"].as_array().unwrap().iter().filter(|law| !law["likely_causes"].as_array().unwrap().is_empty());
    let causes = |law: &Value| -> BTreeSet<String> {
        law["likely_causes"].as_array().unwrap().iter().map(|cause| cause.as_str().unwrap().to_owned()).collect()
    };
    let shared = broken.map(causes).reduce(|all, other| all.intersection(&other).cloned().collect());
    for cause in shared.iter().flatten() {
        assert_eq!(text.matches(cause.as_str()).count(), 1, "{name}: {cause}: {text}");
    }
    (report, names)
}

/// Half of the digits of bf16 are few: the report says how few, and what passes.
#[test]
fn up_to_which_cancellation_a_law_is_confirmed_is_told_with_the_type() {
    for (name, kind, digits) in [("bf16-gradients-true-law", "bf16", 8), ("llama-baseline", "f64", 53)] {
        let (weights, gradients) = (case(name, "model.safetensors"), case(name, "gradients.safetensors"));
        let arguments = [weights.as_str(), "--gradients", &gradients, "--laws", "decoder"];
        let limit = (-0.5 * f64::from(digits)).exp2();
        for law in inspected(&arguments)["laws"].as_array().unwrap() {
            assert_eq!((&law["number_type"], number(&law["confirmed_up_to"])), (&json!(kind), limit), "{name}");
        }
        let text = stdout(&arguments);
        assert!(text.contains(&format!("up to {limit:.1e} ({kind})")), "{name}: {text}");
        assert_eq!(text.contains("decay inside the gradients"), kind == "bf16", "{name}: {text}");
    }
}

const GRADIENTS_OF: (&str, &str) = ("--gradients", "gradients.safetensors");
const G: (&str, &str) = ("--gradients", "g.safetensors");

#[test]
fn no_true_law_is_called_into_question() {
    for (name, laws, count) in [
        ("llama-baseline", "decoder", 8),
        ("bf16-gradients-true-law", "decoder", 8),
        ("config-bom", "decoder", 8),
        ("gemma-no-model_type", "decoder", 7),
        ("conv1d-laws-file", "laws.toml", 3),
        ("qwen3-laws-file", "laws.toml", 3),
    ] {
        let laws = if laws == "decoder" { laws.to_owned() } else { case(name, laws) };
        let (report, marked) = marked(name, "model.safetensors", GRADIENTS_OF, &["--laws", &laws]);
        assert_eq!((marked.len(), &report["symmetries"]["confirmed"]), (0, &json!(count)), "{name}");
    }
    for (name, weights) in [("py2-long", "m.npz"), ("dir-entry", "m.npz")] {
        let (report, _) = marked(name, weights, G, &["--laws", "mlp"]);
        assert_eq!(report["symmetries"]["confirmed"], 1, "{name}");
    }
}

#[test]
fn laws_that_are_no_symmetries_are_marked_and_no_others() {
    let gains = ["attention norm gain / q, k, v columns", "mlp norm gain / gate, up columns"];
    for (name, options, expected) in [
        ("gemma-no-config", vec!["--heads", "4"], vec![gains[0], gains[1], "residual writers, tied / final norm gain"]),
        ("rope_interleaved-true-in-config", vec![], vec!["query pairs / key pairs (rotary)"]),
        ("no-rotary-on-rotary", vec!["--no-rotary"], vec!["query rows / key rows", "query rows / key rows (matrix)"]),
        (
            "wrong-heads",
            vec!["--heads", "2"],
            vec![
                "query pairs / key pairs (rotary)",
                "value rows / output columns",
                "value rows / output columns (matrix)",
            ],
        ),
        (
            "conv1d-square",
            vec![],
            vec![
                gains[0],
                gains[1],
                "query pairs / key pairs (rotary)",
                "up rows / down columns",
                "value rows / output columns",
                "value rows / output columns (matrix)",
            ],
        ),
    ] {
        let options = [&["--laws", "decoder"][..], &options].concat();
        let (_, mut marked) = marked(name, "model.safetensors", GRADIENTS_OF, &options);
        marked.sort_unstable();
        assert_eq!(marked, expected, "{name}");
    }
    for (name, expected) in [("phi3-laws-file", "up half / down"), ("mixtral-moe", "gain, router forgotten")] {
        let laws = case(name, "laws.toml");
        let (_, marked) = marked(name, "model.safetensors", GRADIENTS_OF, &["--laws", &laws]);
        assert_eq!(marked, [expected], "{name}");
    }
    let (_, marked_law) = marked("tanh-default-relu", "m.safetensors", G, &["--laws", "mlp"]);
    assert_eq!(marked_law.len(), 1);
}

#[test]
fn decay_inside_the_gradients_is_named_among_the_causes() {
    let (report, marked) =
        marked("weight-decay-in-gradients", "model.safetensors", GRADIENTS_OF, &["--laws", "decoder"]);
    assert_eq!(marked.len(), report["laws"].as_array().unwrap().len());
    let (weights, gradients) =
        (case("weight-decay-in-gradients", "model.safetensors"), case("weight-decay-in-gradients", GRADIENTS_OF.1));
    assert!(
        stdout(&[&weights, "--laws", "decoder", "--gradients", &gradients])
            .contains("weight decay inside the gradients")
    );
}

/// The diagonal of a ReLU layer's matrix law is true, the matrix law is not.
#[test]
fn matrix_laws_are_checked_by_all_their_generators() {
    let options = ["--laws", "mlp", "--activation", "identity"];
    let (report, marked) = marked("relu-called-identity", "m.safetensors", G, &options);
    assert_eq!(marked, ["incoming / outgoing weights of neurons (matrix)"]);
    let law = report["laws"].as_array().unwrap().iter().find(|law| law["form"] == "matrix").unwrap();
    let generator = &law["failing_generator"];
    assert_ne!(generator["changed"], generator["added"], "the diagonal is true");
}

#[test]
fn what_nothing_has_checked_is_marked_as_that() {
    let companion = ("--optimizer", "adam.safetensors");
    let (report, _) = marked("gemma-adam-only", "model.safetensors", companion, &["--laws", "decoder", "--heads", "4"]);
    assert_eq!(report["symmetries"], json!({"confirmed": 0, "not_a_symmetry": 0, "unchecked": 6}));
}

/// By the run that made the files: decay on the matrices only, in a stationary state.
#[test]
fn biases_without_decay_are_left_out_of_the_right_side() {
    let (weights, gradients) = (case("no-decay-groups", "m.safetensors"), case("no-decay-groups", "g.safetensors"));
    let run = |options: &[&str]| {
        let common = [&weights, "--laws", "mlp", "--gradients", &gradients, "--learning-rate", "0.02"];
        let report = inspected(&[&common[..], options].concat());
        (number(&report["laws"][0]["imbalance"]), number(&report["laws"][0]["standard_error"]))
    };
    let (imbalance, error) = run(&["--weight-decay", "0.02", "--no-decay", "*.bias"]);
    assert!((imbalance + 0.003).abs() < 5e-4 && (error - 0.013).abs() < 5e-4, "{imbalance} {error}");
    let (all_decay, _) = run(&["--weight-decay", "0.02"]);
    assert!((all_decay + 0.280).abs() < 5e-4, "{all_decay}");
    assert_eq!(run(&["--pytorch-weight-decay", "0.04", "--no-decay", "0.bias"]), (imbalance, error));
    let decay = ["--learning-rate", "0.02", "--weight-decay", "0.02"];
    let refusal = [&weights as &str, "--laws", "mlp", "--gradients", &gradients, "--no-decay", "*.baes"];
    refused(&[&refusal[..], &decay].concat(), 2, &["--no-decay *.baes"]);
}

#[test]
fn contradictions_are_refused() {
    for (name, weights, words) in [
        ("tied-gradients-not-summed", "model.safetensors", ["tie_word_embeddings", "sum of both gradients"]),
        ("index-omits-lm_head", "model.safetensors.index.json", ["lm_head.weight", "index"]),
        ("config-nan", "model.safetensors", ["`NaN`", "null"]),
    ] {
        let (weights, gradients) = (case(name, weights), case(name, "gradients.safetensors"));
        refused(&[&weights, "--laws", "decoder", "--gradients", &gradients], 65, &words);
    }
}

#[test]
fn files_of_another_kind_are_named_with_what_to_do() {
    for (name, weights, words) in [
        ("torch-bin-renamed", "m.safetensors", ["torch.save", "save_file"]),
        ("lfs-pointer", "m.safetensors", ["Git LFS", "git lfs pull"]),
        ("legacy-pickle", "m.safetensors", ["pickle", "save_file"]),
        ("bare-npy", "m.npy", ["NumPy array", "numpy.savez"]),
        ("odd-name", "m.safetensors", ["\\u001b", "\\u202e"]),
    ] {
        let (weights, gradients) = (case(name, weights), case(name, "g.safetensors"));
        let arguments = [&weights, "--laws", "mlp", "--gradients", &gradients];
        refused(&arguments.map(|word| word as &str), 65, &words);
        let output = equipartition().arg("inspect").args(arguments).output().unwrap();
        assert!(!output.stderr.contains(&0x1b), "{name}");
    }
}

#[test]
fn the_tensors_of_a_file_can_be_listed_and_a_slip_gets_the_nearest() {
    let weights = case("mixtral-moe", "model.safetensors");
    let text = stdout(&[&weights, "--list"]);
    let row = text.lines().find(|line| line.starts_with("model.layers.0.post_attention_layernorm.weight"));
    assert!(row.is_some_and(|row| row.contains("f64") && row.ends_with('8')), "{text}");
    let report: Value = serde_json::from_str(&stdout(&[&weights, "--list", "--format", "json"])).unwrap();
    assert_eq!(report["tensors"].as_array().unwrap().len(), text.lines().count() - 4);
    let odd = stdout(&[&case("odd-name", "m.safetensors"), "--list"]);
    assert!(odd.contains("\\u202e") && !odd.contains('\u{1b}') && !odd.contains('\u{202e}'), "{odd}");
    let folder = TempDir::new().unwrap();
    let laws = b"[[law]]\nname = 'x'\nin = 'model.norm.wieght'\nout = 'lm_head.weight'";
    let laws = written(&folder, "laws.toml", laws);
    let gradients = case("mixtral-moe", "gradients.safetensors");
    refused(&[&weights, "--laws", &laws, "--gradients", &gradients], 65, &["did you mean `model.norm.weight`?"]);
}

fn evaluated(name: &str, file: &str) -> Vec<Value> {
    let output = equipartition().args(["eval", &case(name, file)]).output().unwrap().stdout;
    String::from_utf8(output).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn losses_are_right_in_their_tails() {
    assert_eq!(evaluated("eval-bom", "request.json")[0]["loss"], "4");
    for answer in evaluated("ce-common-offset", "requests.jsonl") {
        let loss = answer["loss"].as_str().unwrap();
        let f32s = loss == "0.6931472";
        assert!(f32s || (loss.parse::<f64>().unwrap() - 2_f64.ln()).abs() < 1e-16, "{loss}");
    }
    for (answer, expected) in evaluated("logistic-confident", "requests.jsonl")
        .iter()
        .zip([4.248354255291589e-18; 4].into_iter().chain([3.720075976020836e-44; 4]))
    {
        assert_eq!(answer["loss"].as_str().unwrap().parse::<f64>().unwrap(), expected);
    }
    // In f64 the last square is below every number: 0 is it to all digits.
    let gelu = evaluated("gelu-tail", "requests.jsonl");
    for (answers, expected) in gelu.chunks(4).zip(["7.12276364336879261", "1.44983838301740468", "1.13936691584606238"])
    {
        for answer in &answers[1..] {
            assert!(answer["loss"].as_str().unwrap().starts_with(expected), "{answer}");
        }
    }
    let found: f64 = gelu[0]["loss"].as_str().unwrap().parse().unwrap();
    assert!((found / 7.122_763_643_368_793e-21 - 1.0).abs() < 4e-15, "{found:e}");
    let gelu = evaluated("gelu-f32-large", "requests.jsonl");
    assert!(gelu[2..].iter().all(|answer| answer["loss"] == "0"), "{gelu:?}");
    for answer in evaluated("rms-norm-overflow", "requests.jsonl") {
        let loss: f64 = answer["loss"].as_str().unwrap().parse().unwrap();
        assert!(loss < 1e-36, "{answer}");
    }
}
