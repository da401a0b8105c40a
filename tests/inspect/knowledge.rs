//! What a report says without knowing it: causes, statuses and numbers at the ends of the types' ranges, and what it did not read.

use super::redraws::{draw, rounded};
use super::*;
use equipartition::verify::Stream;

/// Parameters and gradients of a small network; each number as it is in a file of that type.
fn network(relu: bool, decay: f64, element: Element) -> [BTreeMap<String, Tensor>; 2] {
    draw(&mut Stream::new(&["what a report knows"], 5, 0), relu, decay, element)
}

fn scaled(mut tensors: BTreeMap<String, Tensor>, factor: f64) -> BTreeMap<String, Tensor> {
    tensors.values_mut().for_each(|(_, values)| values.iter_mut().for_each(|value| *value *= factor));
    tensors
}

/// The files of parameters and gradients.
fn files(
    folder: &TempDir,
    [weights, gradients]: &[BTreeMap<String, Tensor>; 2],
    elements: [Element; 2],
) -> [String; 2] {
    let weights = written(folder, "weights", &safetensors(weights, elements[0]));
    [weights, written(folder, "gradients", &safetensors(gradients, elements[1]))]
}

fn report(files: &[String; 2], options: &[&str]) -> Value {
    inspected(&[&[files[0].as_str(), "--laws", "mlp", "--gradients", &files[1]], options].concat())
}

fn causes(law: &Value) -> String {
    law["likely_causes"].as_array().unwrap().iter().map(|cause| cause.as_str().unwrap()).collect::<Vec<_>>().join("; ")
}

/// A ReLU network has no matrix law: decay is no cause where there is none, and not the only one where there is.
#[test]
fn decay_is_no_cause_of_what_it_does_not_explain() {
    let folder = TempDir::new().unwrap();
    for element in [Element::F64, Element::Bf16] {
        for (relu, decay) in [(true, 0.0), (true, 0.25), (false, 0.25)] {
            let files = files(&folder, &network(relu, decay, element), [element; 2]);
            let report = report(&files, &["--activation", "identity"]);
            let found = laws(&report);
            let [diagonal, matrix] = ["", " (matrix)"]
                .map(|suffix| found[&(format!("incoming / outgoing weights of neurons{suffix}"), Some(0))]);
            let case = format!("relu {relu}, decay {decay}, {element:?}: {}; {}", causes(diagonal), causes(matrix));
            assert_eq!(diagonal["status"] == "confirmed", decay == 0.0, "{case}");
            assert_eq!(matrix["status"], "not a symmetry of this network", "{case}");
            assert_eq!(causes(diagonal).contains("makes all of it"), decay > 0.0, "{case}");
            assert_eq!(causes(matrix).contains("makes all of it"), !relu, "{case}");
            assert_eq!(causes(matrix).contains("acts on each member alone"), relu, "{case}");
            assert_eq!(causes(matrix).contains("weight decay"), decay > 0.0, "{case}");
            assert!(decay == 0.0 || causes(matrix).contains("0.25"), "{case}");
        }
    }
}

/// However small gradients in f16 are, a true law is never called into question: below the normal range digits are lost, and it is unchecked in the end.
#[test]
fn a_true_law_is_unchecked_where_gradients_run_out_of_digits() {
    let folder = TempDir::new().unwrap();
    let [weights, gradients] = network(true, 0.0, Element::F64);
    let mut last = BTreeSet::new();
    for exponent in 0..30 {
        let mut gradients = scaled(gradients.clone(), f64::from(-exponent).exp2());
        gradients.values_mut().for_each(|(_, values)| *values = rounded(values, Element::F16));
        for stored in [Element::F16, Element::F32] {
            let files = files(&folder, &[weights.clone(), gradients.clone()], [Element::F64, stored]);
            let report = report(&files, &[]);
            let law = &report["laws"][0];
            let reason = law["unchecked_because"].as_str().unwrap_or("none");
            match law["status"].as_str().unwrap() {
                "confirmed" => assert!(exponent < 20 && reason == "none", "{exponent} {stored:?}"),
                "unchecked" => {
                    assert!(
                        exponent > 5 && (reason.contains("bf16") || reason.contains("vanish")),
                        "{exponent} {reason}"
                    );
                }
                status => panic!("2^-{exponent} in {stored:?}: {status}"),
            }
            last.insert(reason.split(':').next().unwrap().to_owned());
        }
    }
    assert!(last.len() >= 3, "confirmed, without digits, vanishing: {last:?}");
    // A false law is still marked while there are digits.
    let files = files(&folder, &[weights, scaled(gradients, f64::from(-4).exp2())], [Element::F64, Element::F16]);
    let report = report(&files, &["--activation", "squared-relu"]);
    assert_eq!(report["laws"][0]["status"], "not a symmetry of this network");
}

#[test]
fn errors_do_not_depend_on_the_size_of_the_gradients() {
    let folder = TempDir::new().unwrap();
    let [weights, gradients] = network(true, 0.0, Element::F64);
    let of = |of_weights: f64, of_gradients: f64| {
        let tensors = [scaled(weights.clone(), of_weights), scaled(gradients.clone(), of_gradients)];
        files(&folder, &tensors, [Element::F64; 2])
    };
    let plain = report(&of(1.0, 1.0), &[])["laws"][0].clone();
    for scale in [1e-90, 1e-120, 1e78, 1e100, 1e140] {
        let scaled = report(&of(1.0, scale), &["--activation", "relu"])["laws"][0].clone();
        for member in ["imbalance", "standard_error", "z"] {
            let (plain, scaled) = (number(&plain[member]), number(&scaled[member]));
            assert!((scaled / plain - 1.0).abs() < 1e-12, "{member} at {scale}: {scaled} {plain}");
        }
        assert_eq!(scaled["status"], "confirmed", "{scale}");
    }
    // Matrix laws too.
    let matrix = |scale: f64| {
        let report = report(&of(1.0, scale), &["--activation", "identity"]);
        let law = laws(&report)[&("incoming / outgoing weights of neurons (matrix)".to_owned(), Some(0))].clone();
        ["imbalance", "standard_error", "overlap"].map(|member| number(&law[member]))
    };
    for (scaled, plain) in matrix(1e-100).into_iter().zip(matrix(1.0)) {
        assert!((scaled / plain - 1.0).abs() < 1e-12, "{scaled} {plain}");
    }
    // What cannot be told is refused, with the file that it is about.
    for (of_weights, of_gradients, file, words) in [
        (1.0, 1e200, "gradients", "leave the range"),
        (1.0, 1e-160, "gradients", "fall below the range"),
        (1.0, 1e-200, "gradients", "fall below the range"),
        (1e200, 1.0, "weights", "leave the range"),
        (1e-161, 1e-161, "weights", "fall below the range"),
        (1e-200, 1e-200, "weights", "fall below the range"),
        (1e-90, 1e-90, "gradients", "products with the parameters fall below the range"),
        (1e90, 1e90, "gradients", "products with the parameters leave the range"),
    ] {
        let files = of(of_weights, of_gradients);
        let place = &files[usize::from(file == "gradients")];
        refused(
            &[&files[0], "--laws", "mlp", "--gradients", &files[1]],
            65,
            &[&format!("error: {place}: tensor"), words],
        );
    }
}

#[test]
fn decay_that_is_given_is_not_denied() {
    let folder = TempDir::new().unwrap();
    let [weights, gradients] = network(true, 0.0, Element::F64);
    let files = files(&folder, &[scaled(weights, 0.0), gradients], [Element::F64; 2]);
    let text =
        |options: &[&str]| stdout(&[&[files[0].as_str(), "--laws", "mlp", "--gradients", &files[1]], options].concat());
    let decay = ["--learning-rate", "0.1", "--weight-decay", "0.005"];
    assert!(!text(&decay).contains("Without weight decay") && text(&decay).contains("c|theta_A|^2"));
    assert!(text(&[]).contains("Without weight decay"));
    // Nothing multiplies the gradients: nothing is checked.
    assert!(text(&[]).contains("Unchecked: incoming / outgoing weights of neurons, layer 0: its gradients, or what"));
}

/// Axes of length 2: rows and bias of fc2, and 1 + that; of length 3: rows of fc1, its bias, 1 + that, columns of fc2; of length 4: columns of fc1.
#[test]
fn axes_with_too_few_overlaps_are_named() {
    let folder = TempDir::new().unwrap();
    let weights = written(&folder, "weights", &safetensors(&perceptron(), Element::F64));
    let of = |samples: usize, factor: f64| {
        let first = |(name, (shape, values)): (String, Tensor)| {
            let one = values.len() / 5;
            (name, ([&[samples], &shape[1..]].concat(), values[..samples * one].to_vec()))
        };
        let gradients = scaled(perceptron_gradients(), factor).into_iter().map(first).collect();
        written(&folder, "gradients", &safetensors(&gradients, Element::F64))
    };
    let gradients = of(3, 1.0);
    let arguments = [&weights as &str, "--gradients", &gradients, "--laws", "auto"];
    assert!(stdout(&arguments).contains("# Not told: axes of length 3: 4 of them, with 9 overlaps each"));
    let found: Value = serde_json::from_str(&stdout(&[&arguments[..], &["--format", "json"]].concat())).unwrap();
    let untold = |length: usize, axes: usize, overlaps: usize, samples: usize| json!({"length": length, "axes": axes, "overlaps": overlaps, "samples_needed": samples});
    assert_eq!(found["untold"], json!([untold(2, 3, 6, 6), untold(3, 4, 9, 4)]));
    let gradients = of(1, 1.0);
    let words = [&format!("error: {gradients}: expected more samples") as &str, "axes of length 2: 3 of them"];
    refused(&[&weights, "--gradients", &gradients, "--laws", "auto"], 65, &words);
    let gradients = of(5, 0.0);
    let words = format!("error: {gradients}: expected gradients that do not vanish");
    refused(&[&weights, "--gradients", &gradients, "--laws", "auto"], 65, &[&words]);
}

#[test]
fn what_no_law_reads_is_named() {
    let folder = TempDir::new().unwrap();
    let (mut weights, mut gradients) = (perceptron(), perceptron_gradients());
    weights.insert("fc2.bias".to_owned(), (vec![2], vec![f64::NAN; 2]));
    gradients.insert("fc2.baiss".to_owned(), (vec![5, 2], vec![f64::INFINITY; 10]));
    let files = files(&folder, &[weights, gradients], [Element::F64; 2]);
    let report = report(&files, &[]);
    let expected =
        json!({"parameters": ["fc2.bias"], "gradients": ["fc2.baiss"], "optimizer": [], "entropic_gradient": []});
    assert_eq!(report["unread"], expected);
    let text = stdout(&[&files[0], "--laws", "mlp", "--gradients", &files[1]]);
    assert!(text.contains(&format!("No law reads 1 tensor of {}", files[0])) && text.contains(": fc2.bias."), "{text}");
    assert!(text.contains(&format!("not looked at, in {}: 1 tensor: fc2.baiss.", files[1])), "{text}");
}

#[test]
fn options_without_effect_are_refused_and_what_was_asked_for_is_shown() {
    let (weights, gradients) = (shipped("mlp.safetensors"), shipped("mlp.gradients.safetensors"));
    let fixed = [weights.as_str(), "--laws", "mlp", "--gradients", &gradients];
    for option in [["--momentum", "0.9"], ["--no-decay", "*.bias"], ["--steps", "5"]] {
        refused(&[&fixed[..], &option].concat(), 2, &[option[0], "would have no effect", "--weight-decay"]);
    }
    let decay = ["--learning-rate", "0.1", "--weight-decay", "0.1"];
    for (option, words) in [
        (["--steps", "1.5"], "whole, from 1, found 1.5"),
        (["--momentum", "-0.5"], "at least 0 and less than 1, found -0.5"),
        (["--batch-size", "-3"], "expected a whole number, found `-3`"),
    ] {
        refused(&[&fixed[..], &decay, &option].concat(), 2, &[option[0], words]);
    }
    refused(&[&fixed[..], &["--learning-rate", "inf"]].concat(), 2, &["positive and finite, found inf"]);
    refused(&[&fixed[..], &["--pytorch-weight-decay", "-1"]].concat(), 2, &["--pytorch-weight-decay", "found -1"]);
    let entropic = shipped("mlp.entropic.safetensors");
    let arguments = [&fixed[..], &decay, &["--entropic-gradient", &entropic]].concat();
    let output = equipartition().env("COLUMNS", "80").arg("inspect").args(arguments).assert().success();
    let text = String::from_utf8(output.get_output().stdout.clone()).unwrap();
    let header = text.lines().find(|line| line.starts_with("law  ")).unwrap();
    assert!(header.contains("predicted") && header.contains("tolerance"), "{text}");
    assert!(text.contains("furthest from balance by its own error"), "{text}");
}
