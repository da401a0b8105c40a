//! Decoders that are none, settings and moments that do not fit.

use super::*;

#[test]
fn a_decoder_with_other_tensors_or_heads_is_refused() {
    let folder = TempDir::new().unwrap();
    let whole = read(Path::new(&shipped("decoder.safetensors")));
    let gradients = shipped("decoder.gradients.safetensors");
    let with = |change: &dyn Fn(&mut BTreeMap<String, Tensor>), options: &[&str], words: &[&str]| {
        let mut tensors = whole.clone();
        change(&mut tensors);
        let weights = written(&folder, "weights.safetensors", &safetensors(&tensors, Element::F32));
        let heads: &[&str] = if options.is_empty() { &["--heads", "4"] } else { options };
        let arguments = [&[weights.as_str(), "--laws", "decoder", "--gradients", &gradients], heads].concat();
        refused(&arguments, 65, words);
    };
    let name = |suffix: &str| format!("model.layers.0.{suffix}.weight");
    let norm = name("self_attn.sinks");
    with(&|tensors| drop(tensors.insert(norm.clone(), (vec![4], counted(4)))), &[], &[&norm, "decoder"]);
    let gate = name("mlp.gate_proj");
    with(&|tensors| drop(tensors.remove(&gate)), &[], &[&gate, "none"]);
    with(&|tensors| tensors.retain(|name, _| !name.contains("layers.0")), &[], &["model.layers.0"]);
    with(&|tensors| tensors.retain(|name, _| !name.contains("layers")), &[], &["model.layers.0"]);
    let query = name("self_attn.q_proj");
    with(&|_| (), &["--heads", "3"], &[&format!("16 rows of `{query}` are no multiple of the heads, 3")]);
    with(&|_| (), &["--heads", "4", "--kv-heads", "4"], &["2 x 4", "not 4 x 4"]);
    with(&|_| (), &["--heads", "4", "--head-dim", "8"], &["4 x 8"]);
    with(&|_| (), &["--heads", "1"], &["k_proj"]);
    let weights = written(&folder, "weights.safetensors", &safetensors(&whole, Element::F32));
    refused(&[&weights, "--laws", "decoder", "--gradients", &gradients], 2, &["--heads"]);
    for option in ["--heads", "--kv-heads", "--head-dim"] {
        let words = format!("{option}: expected at least 1, found 0");
        refused(&[&weights, "--laws", "decoder", "--gradients", &gradients, option, "0"], 2, &[&words]);
    }
    for (config, words) in [
        (json!({"model_type": "gemma2", "num_attention_heads": 4}), "gemma2"),
        (json!({"num_attention_heads": 4, "partial_rotary_factor": 1.5}), "part of each head"),
        (json!({"num_attention_heads": 4, "no_rope_layers": [1, 0]}), "no_rope_layers"),
        (
            json!({"num_attention_heads": 4, "partial_rotary_factor": 1, "rope_parameters": {"partial_rotary_factor": 0.25}}),
            "contradicts itself",
        ),
        (
            json!({"num_attention_heads": "four"}),
            "`num_attention_heads`: expected a whole number, found string \"four\"",
        ),
        (json!({"head_dim": -2}), "`head_dim`: expected a whole number, found integer `-2`"),
        (json!({"rms_norm_eps": []}), "`rms_norm_eps`: expected a number, found sequence"),
        (json!([]), "expected an object"),
        (json!({"num_attention_heads": 4, "num_key_value_heads": 4}), "k_proj"),
    ] {
        written(&folder, "config.json", config.to_string().as_bytes());
        let arguments = [weights.as_str(), "--laws", "decoder", "--gradients", &gradients];
        let assert = equipartition().arg("inspect").args(arguments).assert().code(65);
        let complaint = String::from_utf8(assert.get_output().stderr.clone()).unwrap();
        assert!(complaint.contains("config.json") || words == "k_proj", "{complaint}");
        assert!(complaint.contains(words), "{complaint}");
    }
}

#[test]
fn settings_that_contradict_each_other_are_wrong_usage() {
    let (weights, buffers) = (shipped("decoder.safetensors"), shipped("decoder.adamw.safetensors"));
    let (gradients, entropic) = (shipped("decoder.gradients.safetensors"), shipped("decoder.entropic.safetensors"));
    let with = |options: &[&str], words: &str| {
        refused(&[&[weights.as_str(), "--laws", "decoder"], options].concat(), 2, &[words]);
    };
    with(&[], "--gradients or --optimizer");
    with(&["--gradients", &gradients, "--rule", "adam"], "--optimizer");
    with(&["--gradients", &gradients, "--optimizer", &buffers, "--rule", "sgd"], "leave --optimizer out");
    with(&["--gradients", &gradients, "--weight-decay", "0.1"], "--learning-rate");
    with(&["--gradients", &gradients, "--weight-decay=-1", "--learning-rate", "0.1"], "negative");
    with(&["--gradients", &gradients, "--weight-decay", "nan", "--learning-rate", "0.1"], "negative");
    with(&["--gradients", &gradients, "--learning-rate", "0"], "positive");
    with(&["--gradients", &gradients, "--entropic-gradient", &entropic], "--learning-rate");
    with(&["--optimizer", &buffers, "--entropic-gradient", &entropic, "--learning-rate", "1"], "adamw");
    with(&["--optimizer", &buffers, "--beta2", "1"], "--beta2");
    with(&["--optimizer", &buffers, "--adam-epsilon=-1"], "--adam-epsilon");
    // Whatever would have no effect is refused, and a negative number is no option.
    with(
        &["--gradients", &gradients, "--learning-rate", "-1"],
        "--learning-rate: expected a number that is positive and finite, found -1",
    );
    with(&["--gradients", &gradients, "--activation", "identity"], "--activation is for --laws mlp");
    with(&["--gradients", &gradients, "--beta2", "0.9"], "--beta2");
    with(&["--gradients", &gradients, "--adam-epsilon", "1e-6"], "--adam-epsilon");
    for (laws, option, value) in [
        ("mlp", "--heads", Some("4")),
        ("mlp", "--no-rotary", None),
        ("auto", "--strict", None),
        ("auto", "--svg", Some("map.svg")),
        ("auto", "--batch-size", Some("2")),
        ("auto", "--learning-rate", Some("0.1")),
        ("auto", "--rotated", Some("0.5")),
    ] {
        let arguments = [weights.as_str(), "--gradients", &gradients, "--laws", laws, option];
        refused(&[&arguments[..], value.as_slice()].concat(), 2, &[option, "no effect", laws]);
    }
    refused(&[&weights, "--list", "--gradients", &gradients], 2, &["--gradients", "--list"]);
    refused(&[&weights, "--laws", "mpl", "--gradients", &gradients], 2, &["mpl", "did you mean `mlp`"]);
    refused(&[&weights, "--laws", "mpl.toml", "--gradients", &gradients], 66, &["mpl.toml"]);
}

// Moments that do not fit

#[test]
fn moments_of_another_shape_or_sign_are_refused() {
    let folder = TempDir::new().unwrap();
    let weights = written(&folder, "weights", &safetensors(&perceptron(), Element::F64));
    let with = |option: &str, name: &str, tensor: Option<Tensor>, words: &[&str]| {
        let mut tensors = if option == "--gradients" { perceptron_gradients() } else { perceptron() };
        for (_, values) in tensors.values_mut() {
            values.iter_mut().for_each(|value| *value = value.abs());
        }
        tensors.remove(name);
        if let Some(tensor) = tensor {
            tensors.insert(name.to_owned(), tensor);
        }
        let moments = written(&folder, "moments", &safetensors(&tensors, Element::F64));
        refused(&[&weights, "--laws", "mlp", option, &moments], 65, &[&[moments.as_str()], words].concat());
    };
    let weight = "fc1.weight";
    with("--gradients", weight, None, &[weight]);
    with("--gradients", weight, Some((vec![3, 4], counted(12))), &[weight, "no leading axis of samples", "g[None]"]);
    with("--gradients", weight, Some((vec![4, 3, 4], counted(48))), &[weight, "[5, 3, 4]", "[4, 3, 4]"]);
    with("--gradients", "fc1.bias", Some((vec![0, 3], vec![])), &["fc1.bias", "1 to 65536 samples", "found 0"]);
    with("--gradients", "fc1.bias", Some((vec![], vec![1.0])), &["fc1.bias", "leading axis", "[3]", "found []"]);
    // A square matrix whose gradient is of its own shape has no samples, however many rows it has.
    with("--gradients", "fc1.bias", Some((vec![3], vec![1.0; 3])), &["fc1.bias", "[3]", "g[None]"]);
    with("--gradients", "fc1.bias", Some((vec![65537, 3], vec![0.0; 3 * 65537])), &["fc1.bias", "found 65537"]);
    with("--gradients", weight, Some((vec![5, 3, 4], vec![f64::NAN; 60])), &[weight, "element [0, 0, 0] is NaN"]);
    let infinite = [vec![0.0; 59], vec![f64::NEG_INFINITY]].concat();
    with("--gradients", weight, Some((vec![5, 3, 4], infinite)), &[weight, "element [4, 2, 3] is -inf"]);
    with("--optimizer", weight, None, &[weight, "fc1.weight.exp_avg_sq"]);
    with("--optimizer", weight, Some((vec![4, 3], counted(12))), &[weight, "[3, 4]", "[4, 3]"]);
    with("--optimizer", weight, Some((vec![3, 4], vec![-1.0; 12])), &[weight, "element [0, 0] is -1"]);
    with("--optimizer", "fc1.bias.exp_avg_sq", Some((vec![3], vec![1.0; 3])), &["fc1.bias", "keep one"]);
    with("--optimizer", "step", Some((vec![], vec![0.0])), &["step", "at least one step"]);
    with("--optimizer", "step", Some((vec![2], vec![1.0; 2])), &["step", "found 2"]);
    with("--optimizer", "fc1.bias.exp_avg", Some((vec![2], vec![1.0; 2])), &["fc1.bias.exp_avg", "[3]", "[2]"]);
}

#[test]
fn squares_that_overflow_are_refused() {
    let folder = TempDir::new().unwrap();
    let weights = written(&folder, "weights", &safetensors(&perceptron(), Element::F64));
    let mut gradients = perceptron_gradients();
    gradients.insert("fc1.weight".to_owned(), (vec![5, 3, 4], vec![1e200; 60]));
    let gradients = written(&folder, "gradients", &safetensors(&gradients, Element::F64));
    refused(&[&weights, "--laws", "mlp", "--gradients", &gradients], 65, &["fc1.weight", "range of f64"]);
}

#[test]
fn zero_equals_zero_says_nothing() {
    let folder = TempDir::new().unwrap();
    let weights = written(&folder, "weights", &safetensors(&perceptron(), Element::F64));
    let mut gradients = perceptron_gradients();
    gradients.values_mut().for_each(|(_, values)| values.fill(0.0));
    let gradients = written(&folder, "gradients", &safetensors(&gradients, Element::F64));
    let arguments = [weights.as_str(), "--laws", "mlp", "--gradients", &gradients];
    let report = inspected(&arguments);
    assert_eq!((&report["laws"][0]["imbalance"], &report["laws"][0]["spread"]), (&Value::Null, &Value::Null));
    assert!(stdout(&arguments).contains("0 = 0"));
    // What was not checked is no success where success is asked for.
    let strict = wide().arg("inspect").args(arguments).arg("--strict").assert().code(1);
    let told = String::from_utf8_lossy(&strict.get_output().stderr).into_owned();
    assert!(told.contains("--strict: 1 of 1 law unchecked"), "{told}");
}

#[test]
fn steps_correct_the_second_moments() {
    let folder = TempDir::new().unwrap();
    let weights = written(&folder, "weights", &safetensors(&perceptron(), Element::F64));
    let squares = |(name, (shape, values)): (String, Tensor)| (name, (shape, values.iter().map(|v| v * v).collect()));
    let mut moments: BTreeMap<String, Tensor> = perceptron().into_iter().map(squares).collect();
    let report = |moments: &BTreeMap<String, Tensor>, options: &[&str], refusal: &[&str], words: &[&str]| {
        let moments = written(&folder, "moments", &safetensors(moments, Element::F64));
        let given = [weights.as_str(), "--optimizer", &moments, "--rule", "sgd", "--laws", "mlp"];
        refused(&[&given[..], refusal].concat(), 2, words);
        inspected(&[&given[..], options].concat())
    };
    let plain = report(&moments, &[], &["--beta2", "0.5"], &["--beta2", "give --steps"]);
    let told =
        report(&moments, &["--beta2", "0.5", "--steps", "2"], &["--steps=-2"], &["--steps: expected", "found -2"]);
    moments.insert("step".to_owned(), (vec![], vec![2.0]));
    // One report does not use two counts.
    let contradiction = ["--steps 5", "`step`", "says 2"];
    let corrected = report(&moments, &["--beta2", "0.5"], &["--steps", "5"], &contradiction);
    assert_eq!(told["laws"], corrected["laws"], "it does not matter who tells the steps");
    assert_eq!((&plain["corrected"], &corrected["corrected"]), (&json!(false), &json!(true)));
    for member in ["gradient_a", "gradient_b"] {
        let [plain, corrected] = [&plain, &corrected].map(|report| number(&report["laws"][0][member]));
        assert!((plain / (1.0 - 0.25) / corrected - 1.0).abs() < 1e-15);
    }
}

/// Wrappers put something before all names of a file, each before those of its own.
#[test]
fn what_wrappers_put_before_the_names_of_any_file_does_not_matter() {
    let folder = TempDir::new().unwrap();
    let wrapped = |tensors: &BTreeMap<String, Tensor>, wrapper: &str| -> BTreeMap<String, Tensor> {
        tensors.iter().map(|(name, tensor)| (format!("{wrapper}{name}"), tensor.clone())).collect()
    };
    let mut moments: BTreeMap<String, Tensor> = BTreeMap::new();
    for (name, (shape, values)) in perceptron() {
        moments.insert(format!("{name}.exp_avg_sq"), (shape, values.iter().map(|value| value * value).collect()));
        moments.insert(format!("{name}.step"), (vec![], vec![7.0]));
    }
    let report = |of_weights: &str, of_gradients: &str, of_moments: &str| {
        let file = |name: &str, tensors| written(&folder, name, &safetensors(&tensors, Element::F64));
        let weights = file("weights", wrapped(&perceptron(), of_weights));
        let gradients = file("gradients", wrapped(&perceptron_gradients(), of_gradients));
        let moments = file("moments", wrapped(&moments, of_moments));
        let given = [weights.as_str(), "--laws", "mlp", "--gradients", &gradients, "--optimizer", &moments];
        inspected(&given)["laws"].to_string()
    };
    let plain = report("", "", "");
    for (weights, gradients, moments) in
        [("", "module.", "_orig_mod."), ("module.", "", "module._orig_mod."), ("_orig_mod.", "_orig_mod.", "")]
    {
        assert_eq!(report(weights, gradients, moments), plain, "{weights} {gradients} {moments}");
    }
}

/// Several tensors have one number of samples: the one that has another is at fault, wherever it is among the names.
#[test]
fn the_tensor_with_another_number_of_samples_is_blamed() {
    let folder = TempDir::new().unwrap();
    let weights = written(&folder, "weights", &safetensors(&perceptron(), Element::F64));
    for name in perceptron_gradients().keys().filter(|name| *name != "fc2.bias") {
        let mut gradients = perceptron_gradients();
        let (shape, values) = gradients.get_mut(name).unwrap();
        values.truncate(values.len() / 5 * 4);
        shape[0] = 4;
        let gradients = written(&folder, "gradients", &safetensors(&gradients, Element::F64));
        refused(&[&weights, "--laws", "mlp", "--gradients", &gradients], 65, &[&format!("`{name}`"), "[5, ", "[4, "]);
    }
}

/// A missing bias is not the weight, which is there for itself.
#[test]
fn what_is_expected_for_itself_is_not_proposed_for_what_is_missing() {
    let folder = TempDir::new().unwrap();
    let weights = written(&folder, "weights", &safetensors(&perceptron(), Element::F64));
    let mut gradients = perceptron_gradients();
    let bias = gradients.remove("fc1.bias").unwrap();
    let complaint = |gradients: &BTreeMap<String, Tensor>| {
        let gradients = written(&folder, "gradients", &safetensors(gradients, Element::F64));
        let arguments = [weights.as_str(), "--laws", "mlp", "--gradients", &gradients];
        let assert = equipartition().arg("inspect").args(arguments).assert().code(65);
        String::from_utf8_lossy(&assert.get_output().stderr).into_owned()
    };
    let found = complaint(&gradients);
    assert!(found.contains("`fc1.bias`") && !found.contains("did you mean"), "{found}");
    gradients.insert("fc1.biass".to_owned(), bias);
    let found = complaint(&gradients);
    assert!(found.contains("did you mean `fc1.biass`"), "{found}");
}
