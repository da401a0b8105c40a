//! Families that people have: tiny networks with true gradients of single samples, made by families/make.py, whose overlaps are rounding, and
//! the same with something wrong.

use super::*;

fn family(file: &str) -> String {
    format!("{}/tests/inspect/families/{file}", env!("CARGO_MANIFEST_DIR"))
}

/// The laws that are confirmed and those that are marked; a confirmed one has an overlap that is rounding.
fn judged(weights: &str, gradients: &str, options: &[&str]) -> (Vec<String>, Vec<String>) {
    let report = inspected(&[&[weights, "--gradients", gradients], options].concat());
    let (mut confirmed, mut marked) = (Vec::new(), Vec::new());
    for law in report["laws"].as_array().unwrap() {
        let name = law["law"].as_str().unwrap().to_owned();
        if law["status"] == "confirmed" {
            assert!(number(&law["largest_overlap"]) < 1e-15, "{law}");
            confirmed.push(name);
        } else {
            assert!(number(&law["largest_overlap"]) > 1e-3, "{law}");
            marked.push(name);
        }
    }
    confirmed.sort_unstable();
    marked.sort_unstable();
    (confirmed, marked)
}

/// The same of a family by its name.
fn of(name: &str, options: &[&str]) -> (Vec<String>, Vec<String>) {
    judged(&family(&format!("{name}.safetensors")), &family(&format!("{name}.gradients.safetensors")), options)
}

const DECODER_OF_FOUR: [&str; 6] = ["--laws", "decoder", "--heads", "4", "--norm-epsilon", "0"];

fn decoder_with(options: &[&'static str]) -> Vec<&'static str> {
    [&DECODER_OF_FOUR[..], options].concat()
}

/// Slices of fused projections, interleaved head by head or one after another, transposed kernels, partial rotary positions.
#[test]
fn laws_of_fused_projections_are_written_with_slices() {
    let case = |name: &str, file: &str| format!("{}/tests/inspect/cases/{name}/{file}", env!("CARGO_MANIFEST_DIR"));
    let phi3 = ["model.safetensors", "gradients.safetensors"].map(|file| case("phi3-laws-file", file));
    let folder = TempDir::new().unwrap();
    let run = |name: &str, laws: &str| match name {
        "phi3" => judged(&phi3[0], &phi3[1], &["--laws", laws]),
        _ => of(name, &["--laws", laws]),
    };
    for (name, count, change) in [
        ("neox", 8, vec![("period = 12", "period = 24"), ("[8, 12]", "[4, 8]"), ("[0, 2]", "[1, 3]")]),
        ("gpt2", 6, vec![("[16, 24]", "[8, 16]"), ("groups = 2", "groups = 1")]),
        ("phi3", 4, vec![("slice = [10, 20]", "slice = [0, 10]"), ("rotary = true", "rotary = \"interleaved\"")]),
    ] {
        let laws = family(&format!("{name}.toml"));
        let (confirmed, marked) = run(name, &laws);
        assert_eq!((confirmed.len(), marked.len()), (count, 0), "{name}: {marked:?}");
        // The controls: another slice, other heads, another rotation.
        let text = fs::read_to_string(&laws).unwrap();
        for (right, wrong) in change {
            let changed = text.replace(right, wrong);
            assert_ne!(changed, text, "{name}: {right}");
            let changed = written(&folder, "laws.toml", changed.as_bytes());
            let weights = if name == "phi3" { phi3[0].clone() } else { family(&format!("{name}.safetensors")) };
            let gradients =
                if name == "phi3" { phi3[1].clone() } else { family(&format!("{name}.gradients.safetensors")) };
            let arguments = ["inspect", &weights, "--gradients", &gradients, "--laws", &changed, "--strict"];
            let code = equipartition().args(arguments).output().unwrap().status.code();
            assert!(matches!(code, Some(1 | 65)), "{name}: {right} -> {wrong}: {code:?}");
        }
    }
}

#[test]
fn decoders_with_other_heads_and_rotations_have_their_laws() {
    let last = |confirmed: &[String], name: &str| confirmed.iter().any(|law| law == name);
    let (confirmed, marked) = of("classifier", &DECODER_OF_FOUR);
    assert_eq!((confirmed.len(), marked.len()), (8, 0), "{marked:?}");
    assert!(last(&confirmed, "final norm gain / columns of the head") && last(&confirmed, "residual writers"));
    let (confirmed, marked) = of("headless", &DECODER_OF_FOUR);
    assert_eq!((confirmed.len(), marked.len()), (7, 0), "{marked:?}");
    assert!(last(&confirmed, "residual writers"));
    let pairs = "query pairs / key pairs (rotary)";
    let (confirmed, marked) = of("partial-interleaved", &decoder_with(&["--interleaved-rotary", "--rotated", "0.5"]));
    assert_eq!((confirmed.len(), marked.len()), (10, 0), "{marked:?}");
    assert!(last(&confirmed, "query rows / key rows, not rotated (matrix)"));
    let (_, marked) = of("partial-interleaved", &decoder_with(&["--interleaved-rotary"]));
    assert_eq!(marked, Vec::<String>::new(), "pairs of what is not rotated have the same factors");
    let (_, marked) = of("partial-interleaved", &decoder_with(&["--interleaved-rotary", "--rotated", "0"]));
    assert_eq!(
        marked,
        ["query rows / key rows, not rotated", "query rows / key rows, not rotated (matrix)"]
            .map(|name| name.replace(", not rotated", ""))
    );
    let (_, marked) = of("partial-interleaved", &DECODER_OF_FOUR);
    assert_eq!(marked, [pairs], "halves");
    let text = stdout(&[
        &family("headless.safetensors"),
        "--gradients",
        &family("headless.gradients.safetensors"),
        "--laws",
        "decoder",
        "--heads",
        "4",
    ]);
    assert!(text.contains("without head"), "{text}");
}

/// Norms on queries and keys, gains stored less 1, experts with a router.
#[test]
fn qwen3_gemma_and_mixtral_are_known() {
    let case = |name: &str, file: &str| format!("{}/tests/inspect/cases/{name}/{file}", env!("CARGO_MANIFEST_DIR"));
    let run = |name: &str, options: &[&str]| {
        judged(&case(name, "model.safetensors"), &case(name, "gradients.safetensors"), options)
    };
    let has = |confirmed: &[String], names: &[&str]| {
        for name in names {
            assert!(confirmed.iter().any(|law| law == name), "{name}: {confirmed:?}");
        }
    };
    let (confirmed, marked) = run("qwen3-laws-file", &DECODER_OF_FOUR);
    assert_eq!((confirmed.len(), marked.len()), (9, 0), "{marked:?}");
    has(
        &confirmed,
        &["query rows of each head", "key rows of each head", "query gain pairs / key gain pairs (rotary)"],
    );
    let (confirmed, marked) = run("mixtral-moe", &DECODER_OF_FOUR);
    assert_eq!((confirmed.len(), marked.len()), (10, 0), "{marked:?}");
    has(&confirmed, &["mlp norm gain / router, gate, up columns", "up rows / down columns, expert 2"]);
    let (confirmed, marked) = run("gemma-no-model_type", &["--laws", "decoder"]);
    assert_eq!((confirmed.len(), marked.len()), (7, 0), "{marked:?}");
    has(&confirmed, &["residual writers, tied / final norm gain"]);
}

/// A gain that is stored less 1 is the gain: the same laws, and what decays is what is stored.
#[test]
fn an_offset_is_what_the_network_adds() {
    let folder = TempDir::new().unwrap();
    let weights = tensors(&[("gain", &[2], vec![0.5, -0.25]), ("matrix", &[1, 2], vec![2.0, 4.0])]);
    // (theta + 1) g of the gain is theta g of the column.
    let gradients =
        tensors(&[("gain", &[2, 2], vec![4.0, 16.0, -2.0, 8.0]), ("matrix", &[2, 1, 2], vec![3.0, 3.0, -1.5, 1.5])]);
    let mut plain = weights.clone();
    plain.get_mut("gain").unwrap().1.iter_mut().for_each(|gain| *gain += 1.0);
    let gradients = written(&folder, "gradients", &safetensors(&gradients, Element::F64));
    let run = |weights: &BTreeMap<String, Tensor>, offset: &str, options: &[&str]| {
        let weights = written(&folder, "weights", &safetensors(weights, Element::F64));
        let laws = format!("[[law]]\nname = 'x'\nin = {{ tensor = 'gain', offset = {offset} }}\nout = 'matrix'");
        let laws = written(&folder, "laws.toml", laws.as_bytes());
        inspected(&[&[&weights as &str, "--gradients", &gradients, "--laws", &laws], options].concat())["laws"][0]
            .clone()
    };
    let stored = run(&weights, "1", &[]);
    // All but the prediction, which is made for numbers without an offset only.
    let told = |mut law: serde_json::Value| {
        law.as_object_mut().unwrap().remove("prediction").expect("every law has one, or says why not");
        law
    };
    assert_eq!(told(stored.clone()), told(run(&plain, "0", &[])));
    assert_eq!(stored["status"], "confirmed");
    assert_eq!(run(&weights, "0", &[])["status"], "not a symmetry of this network");
    // c = 1: 1.5 * 0.5 - 0.75 * 0.25 for what is stored, 1.5^2 + 0.75^2 for the gain itself.
    let decay = ["--learning-rate", "0.5", "--weight-decay", "0.125"];
    assert_eq!(run(&weights, "1", &decay)["decay_a"], 0.5625);
    assert_eq!(run(&plain, "0", &decay)["decay_a"], 2.8125);
}

/// What wrappers put before the names of all tensors, and what a trunk alone lacks.
#[test]
fn names_may_have_prefixes() {
    let (weights, gradients) =
        (read(Path::new(&shipped("decoder.safetensors"))), read(Path::new(&shipped("decoder.gradients.safetensors"))));
    let folder = TempDir::new().unwrap();
    let laws = |prefix: &str| {
        let file = |name: &str, tensors: &BTreeMap<String, Tensor>| {
            let renamed = tensors.iter().map(|(name, tensor)| (format!("{prefix}{name}"), tensor.clone())).collect();
            written(&folder, name, &safetensors(&renamed, Element::F32))
        };
        let (weights, gradients) = (file("weights", &weights), file("gradients", &gradients));
        inspected(&[&weights, "--gradients", &gradients, "--laws", "decoder", "--heads", "4"])["laws"].clone()
    };
    let plain = laws("");
    for prefix in ["_orig_mod.", "module.", "base_model.model.", "module._orig_mod."] {
        assert_eq!(laws(prefix), plain, "{prefix}");
    }
    // Two heads, of which nobody knows which one the loss reads.
    let mut two = weights.clone();
    two.insert("score.weight".to_owned(), (vec![2, 16], counted(32)));
    let two = written(&folder, "two", &safetensors(&two, Element::F32));
    let gradients = shipped("decoder.gradients.safetensors");
    let arguments = [two.as_str(), "--gradients", &gradients, "--laws", "decoder", "--heads", "4"];
    refused(&arguments, 65, &["two heads", "lm_head", "score"]);
}

/// The causes that are named are those of the law, not a list of everything.
#[test]
fn causes_are_named_law_by_law() {
    let case = |name: &str, file: &str| format!("{}/tests/inspect/cases/{name}/{file}", env!("CARGO_MANIFEST_DIR"));
    let causes = |name: &str, options: &[&str], law: &str| -> String {
        let (weights, gradients) = (case(name, "model.safetensors"), case(name, "gradients.safetensors"));
        let report =
            inspected(&[&[&weights as &str, "--gradients", &gradients, "--laws", "decoder"], options].concat());
        let laws = report["laws"].as_array().unwrap().clone();
        let law = laws.iter().find(|found| found["law"] == law).unwrap();
        assert!(
            laws.iter()
                .all(|law| (law["status"] == "confirmed") == law["likely_causes"].as_array().unwrap().is_empty())
        );
        law["likely_causes"].to_string()
    };
    let gains = "mlp norm gain / gate, up columns";
    let gemma = causes("gemma-no-config", &["--heads", "4"], gains);
    assert!(gemma.contains("1 + gain") && !gemma.contains("heads") && !gemma.contains("rotary"), "{gemma}");
    let heads = causes("wrong-heads", &["--heads", "2"], "value rows / output columns");
    assert!(heads.contains("number of heads") && !heads.contains("1 + gain") && !heads.contains("rotary"), "{heads}");
    let rotary = causes("no-rotary-on-rotary", &["--no-rotary"], "query rows / key rows");
    assert!(rotary.contains("rotary"), "{rotary}");
    // Decay inside the gradients is seen by its numbers: 0.1 theta.
    let decay = causes("weight-decay-in-gradients", &[], gains);
    assert!(decay.contains("0.100 theta") && !decay.contains(';'), "{decay}");
}

/// The index omits a tensor that a file holds: what is meant is not known.
#[test]
fn an_index_that_omits_a_tensor_is_refused() {
    let folder = TempDir::new().unwrap();
    written(&folder, "shard.safetensors", &safetensors(&perceptron(), Element::F32));
    let index = |names: &[&str]| {
        let map: serde_json::Map<String, Value> =
            names.iter().map(|name| ((*name).to_owned(), json!("shard.safetensors"))).collect();
        written(&folder, "a.safetensors.index.json", json!({"weight_map": map}).to_string().as_bytes())
    };
    let whole = index(&["fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"]);
    stdout(&[&whole, "--list"]);
    let part = index(&["fc1.weight", "fc1.bias", "fc2.weight"]);
    refused(&[&part, "--list"], 65, &["fc2.bias", "shard.safetensors", "omits"]);
}
