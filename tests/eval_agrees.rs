//! `eval` against an independent computation: explicit polynomials in exact fractions, no shared code.

#![cfg(feature = "cli")]

mod support;

use equipartition::claim::Stream;
use equipartition::scalar::parse_number;
use rug::Rational;
use serde_json::{Value, json};
use support::answers;
use support::reference::{Problem, Reference};

const QUANTITIES: [&str; 6] =
    ["loss", "entropy", "entropic_loss", "entropic_gradient", "sample_gradients", "entropic_hessian"];

fn written(value: &Rational) -> Value {
    Value::String(value.to_string())
}

fn written_vector(values: &[Rational]) -> Value {
    values.iter().map(written).collect()
}

fn written_matrix(rows: &[Vec<Rational>]) -> Value {
    rows.iter().map(|row| written_vector(row)).collect()
}

/// All numbers of an answer's member, flattened.
fn numbers(value: &Value) -> Vec<Rational> {
    match value {
        Value::Array(entries) => entries.iter().flat_map(numbers).collect(),
        Value::String(text) => vec![parse_number(text).expect("an answer holds numbers")],
        other => panic!("unexpected in an answer: {other}"),
    }
}

fn largest(values: &[Rational]) -> Rational {
    values.iter().map(|value| value.clone().abs()).max().unwrap_or_default()
}

/// Both are the same up to a relative error of `2^-bits` of the largest entry.
fn assert_close(left: &Value, right: &Value, bits: u32, what: &str) {
    let (left, right) = (numbers(left), numbers(right));
    assert_eq!(left.len(), right.len(), "{what}");
    let scale = largest(&right).max(Rational::from((1, 1 << 20)));
    for (index, (a, b)) in left.iter().zip(&right).enumerate() {
        let error = Rational::from(a - b).abs() << bits;
        assert!(error <= scale, "{what}[{index}]: {} against {}", a.to_f64(), b.to_f64());
    }
}

#[test]
fn the_rational_scalar_agrees_exactly_with_explicit_polynomials() {
    let problems: Vec<Problem> = (0..150).map(|index| Problem::draw(index, index % 3 == 2)).collect();
    let requests: Vec<Value> = problems.iter().map(|problem| problem.request(json!("rational"), &QUANTITIES)).collect();
    let mut kinks = 0;
    for ((problem, request), answer) in problems.iter().zip(&requests).zip(answers(&requests)) {
        let reference = Reference::new(problem);
        kinks += usize::from(reference.on_a_kink);
        assert_eq!(answer["schema_version"], 1);
        assert_eq!(answer["loss"], written(&reference.loss()), "{request}");
        assert_eq!(answer["entropy"], written(&reference.entropy()), "{request}");
        assert_eq!(answer["entropic_loss"], written(&reference.entropic_loss()), "{request}");
        assert_eq!(answer["entropic_gradient"], written_vector(&reference.entropic_gradient()), "{request}");
        assert_eq!(answer["sample_gradients"], written_matrix(&reference.sample_gradients()), "{request}");
        assert_eq!(answer["entropic_hessian"], written_matrix(&reference.entropic_hessian()), "{request}");
    }
    assert!(kinks > 8, "the derivative at a kink is part of the agreement, but only {kinks} requests met one");
}

/// At a kink a rounded number may fall on either side, so only points away from kinks are compared.
#[test]
fn floats_agree_with_fractions_to_their_precision() {
    let problems: Vec<Problem> = (0..24).map(|index| Problem::draw(100 + index, false)).collect();
    let problems: Vec<&Problem> = problems.iter().filter(|problem| !Reference::new(problem).on_a_kink).collect();
    let ask = |scalar: Value| -> Vec<Value> {
        answers(&problems.iter().map(|problem| problem.request(scalar.clone(), &QUANTITIES)).collect::<Vec<_>>())
    };
    assert!(problems.len() > 12);
    let exact = ask(json!("rational"));
    for (scalar, bits) in [
        (json!("f32"), 10),
        (json!("f64"), 38),
        (json!({"mpfr": 64}), 48),
        (json!({"mpfr": 256}), 240),
        (json!({"mpfr": 4096}), 4080),
    ] {
        for (answer, exact) in ask(scalar.clone()).iter().zip(&exact) {
            for quantity in QUANTITIES {
                assert_close(&answer[quantity], &exact[quantity], bits, &format!("{quantity} in {scalar}"));
            }
        }
    }
}

/// A request of a transcendental model at `theta`.
fn transcendental(model: &Value, loss: &str, theta: &[Rational], scalar: Value, quantities: &[&str]) -> Value {
    json!({
        "model": model, "loss": loss, "scalar": scalar, "quantities": quantities,
        "samples": [{"x": ["1/2", "-3/4"], "y": ["1/4", "3/4"]}, {"x": ["2", "1/8"], "y": [1, 0]}],
        "weights": ["1", "2"],
        "theta": written_vector(theta), "learning_rate": "1/10", "weight_decay": "3/100",
    })
}

/// The gradient of the entropic loss against central differences of its values with a step of 2^-200 at 1024 bits: the
/// truncation error is about 2^-400, far below what is compared.
#[test]
fn transcendental_gradients_agree_with_differences_of_values() {
    let losses = ["squared-error", "cross-entropy", "logistic"];
    let activations = ["tanh", "sigmoid", "gelu", "silu", "relu", "squared-relu"];
    let step = Rational::from(1) >> 200;
    let high = || json!({"mpfr": 1024});
    let mut requests = Vec::new();
    for (number, activation) in activations.into_iter().enumerate() {
        let mut stream = Stream::new(&["differences"], 2, number as u64);
        let theta: Vec<Rational> = (0..15).map(|_| stream.small()).collect();
        let normalised = number % 2 == 0;
        let model = json!({"kind": "mlp", "widths": [2, 3, 2], "activation": activation, "bias": true, "normalised": normalised});
        // Biases of 3 and 2 neurons: (2 + 1) 3 + (3 + 1) 2 = 17 parameters.
        let theta: Vec<Rational> = theta.into_iter().chain([Rational::from((1, 3)), Rational::from(-1)]).collect();
        let loss = losses[number % 3];
        requests.push(transcendental(&model, loss, &theta, high(), &["entropic_gradient"]));
        requests.push(transcendental(&model, loss, &theta, json!({"mpfr": 128}), &["entropic_gradient"]));
        for axis in 0..theta.len() {
            for sign in [1, -1] {
                let mut moved = theta.clone();
                moved[axis] += Rational::from(&step * sign);
                requests.push(transcendental(&model, loss, &moved, high(), &["entropic_loss"]));
            }
        }
    }
    let answers = answers(&requests);
    for answers in answers.chunks_exact(2 + 2 * 17) {
        let (gradients, values) = answers.split_at(2);
        let difference = |pair: &[Value]| {
            let value = |answer: &Value| numbers(&answer["entropic_loss"]).remove(0);
            written(&((value(&pair[0]) - value(&pair[1])) / Rational::from(&step * 2)))
        };
        let differences: Value = values.chunks_exact(2).map(difference).collect();
        assert_close(&gradients[0]["entropic_gradient"], &differences, 350, "the gradient");
        assert_close(&gradients[1]["entropic_gradient"], &differences, 110, "the gradient at 128 bits");
    }
}
