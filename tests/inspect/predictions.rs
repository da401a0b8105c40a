//! What `inspect` predicts, against the formulas, and where it predicts nothing.

use super::{DECODER, MLP, laws, number, refused, shipped, shipped_report, stdout};
use serde_json::Value;

const GRADIENTS: [(&str, &str); 1] = [("--gradients", "gradients")];

fn prediction<'a>(report: &'a Value, name: &str) -> &'a Value {
    let (_, law) = laws(report).into_iter().find(|((law, _), _)| law == name).expect("the law");
    &law["prediction"]
}

#[test]
fn batches_of_one_are_what_was_measured_and_a_batch_of_all_is_the_mean_gradient() {
    let report = |size: &str| shipped_report("mlp", &GRADIENTS, &[&MLP[..], &["--batch-size", size]].concat());
    let (one, some, all) = (report("1"), report("8"), report("48"));
    let law = &one["laws"][0];
    let batches = |report: &Value, member: &str| number(&report["laws"][0]["prediction"]["batches"][member]);
    for member in ["gradient_a", "gradient_b", "imbalance"] {
        assert!((batches(&one, member) - number(&law[member])).abs() < 1e-9 * number(&law["gradient_a"]), "{member}");
    }
    for member in ["gradient_a", "gradient_b"] {
        let [one, some, all] = [&one, &some, &all].map(|report| batches(report, member));
        // E|g_B|^2 = |m|^2 + kappa (E|g|^2 - |m|^2), kappa = (48 - 8) / (8 * 47).
        assert!(all < some && some < one);
        assert!((some - (all + 40.0 / 376.0 * (one - all))).abs() < 1e-9 * one, "{member}");
    }
    // There is decay: no factor is told.
    assert_eq!(law["prediction"]["batches"]["factor_at_rest"], Value::Null);
    let options = ["--laws", "mlp", "--batch-size", "8"];
    let free = shipped_report("mlp", &GRADIENTS, &options);
    let factor = number(&free["laws"][0]["prediction"]["batches"]["factor_at_rest"]);
    assert!((factor.powi(4) - batches(&free, "gradient_a") / batches(&free, "gradient_b")).abs() < 1e-9);
}

#[test]
fn a_scale_invariant_block_has_the_radius_and_the_angle_of_the_gas() {
    let report = shipped_report("decoder", &GRADIENTS, &DECODER);
    let (_, law) = laws(&report).into_iter().find(|((law, _), _)| law == "residual writers").expect("the law");
    let norm = &law["prediction"]["norms"][0];
    let supposed = law["prediction"]["if"].as_array().expect("what it supposes");
    assert!(supposed.iter().any(|text| text.as_str().is_some_and(|text| text.contains("rho hardly fluctuates"))));
    let (eta, gamma) = (0.1, 0.001);
    let square = number(&norm["radius"]).powi(2);
    // decay_a = (4 gamma / eta) |theta|^2.
    assert!((number(&law["decay_a"]) / (4.0 * gamma / eta) / square - 1.0).abs() < 1e-9);
    let squared_gradient = number(&law["gradient_a"]);
    let rest = eta * square * squared_gradient / (4.0 * gamma * (1.0 - eta * gamma));
    assert!((number(&norm["radius_at_rest"]).powi(4) / rest - 1.0).abs() < 1e-9);
    assert!((number(&norm["angle_at_rest"]).cos() - (1.0 - 2.0 * eta * gamma)).abs() < 1e-12);
    let tangent = eta * squared_gradient.sqrt() / ((1.0 - 2.0 * eta * gamma) * square.sqrt());
    assert!((number(&norm["angle"]).tan() / tangent - 1.0).abs() < 1e-9);
}

#[test]
fn what_is_not_known_is_not_predicted_and_the_reason_is_told() {
    let none = |report: &Value, name: &str| prediction(report, name)["none"].as_str().expect("a reason").to_owned();
    let gradients = shipped("decoder.gradients.safetensors");
    let weights = shipped("decoder.safetensors");
    let text = stdout(&[&weights, "--laws", "decoder", "--gradients", &gradients]);
    assert!(text.contains("No prediction for residual writers: no learning rate is given."), "{text}");
    let rate = shipped_report("decoder", &GRADIENTS, &["--laws", "decoder", "--learning-rate", "0.1"]);
    assert!(none(&rate, "residual writers").starts_with("without decay the norm grows"));
    let momentum = shipped_report("mlp", &GRADIENTS, &[&MLP[..], &["--momentum", "0.9"]].concat());
    assert!(none(&momentum, "incoming / outgoing weights of neurons").contains("without momentum"));
    let many = shipped_report("mlp", &GRADIENTS, &[&MLP[..], &["--batch-size", "49"]].concat());
    assert!(none(&many, "incoming / outgoing weights of neurons").starts_with("there are fewer gradients"));
    let told = stdout(&[&[&*weights, "--gradients", &gradients][..], &DECODER].concat());
    assert!(told.contains("Predictions, not measurements") && told.contains("predicted at rest"), "{told}");
    let mlp = shipped("mlp.safetensors");
    let of_mlp = shipped("mlp.gradients.safetensors");
    refused(&[&mlp, "--laws", "mlp", "--gradients", &of_mlp, "--batch-size", "0"], 2, &["--batch-size is at least 1"]);
}
