//! `eval` against an independent computation: explicit polynomials in exact fractions, no shared code.

#![cfg(feature = "cli")]

mod support;

use equipartition::scalar::parse_number;
use equipartition::verify::Stream;
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
        assert_eq!(answer["schema_version"], 2);
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

// The minima of deep linear networks

const MINIMA: [&str; 4] = ["entropy_minimum", "sharpness_entropic", "sharpness_flattest", "sharpness_ratio"];

/// The exact value of a member of an answer.
fn number(answer: &Value, member: &str) -> Rational {
    numbers(&answer[member]).remove(0)
}

/// `left = right` up to a relative error of `2^-bits`.
fn assert_equal(left: &Rational, right: &Rational, bits: u32, what: &str) {
    let error = Rational::from(left - right).abs() << bits;
    assert!(error <= right.clone().abs(), "{what}: {} against {}", left.to_f64(), right.to_f64());
}

fn power(base: &Rational, exponent: u32) -> Rational {
    (0..exponent).fold(Rational::from(1), |product, _| product * base)
}

fn diagonal(entries: &[Rational]) -> Value {
    let row = |row: usize| -> Value {
        let entry = |column: usize| if row == column { entries[row].clone() } else { Rational::new() };
        (0..entries.len()).map(|column| written(&entry(column))).collect()
    };
    (0..entries.len()).map(row).collect()
}

/// One input, one output: every minimum is a list of numbers with the product `w = v / (m_o m_i)`, of which the entropic and the flattest
/// one are the same, with `D` equal terms `(e x (m_o m_i)^2 (e v^2 x)^(D - 1))^(1/D)`.
#[test]
fn the_minima_of_scalar_networks_are_known_by_hand() {
    let mut requests = Vec::new();
    let mut expected = Vec::new();
    for depth in 1..=5_u32 {
        let mut stream = Stream::new(&["scalar networks"], 0, u64::from(depth));
        let [x, e] = [stream.positive(), stream.positive()];
        let [v, m_in, m_out] = [stream.small(), stream.small(), stream.small()];
        requests.push(json!({
            "model": {"kind": "deep-linear", "input_covariance": [[written(&x)]], "noise_covariance": [[written(&e)]],
                      "target": [[written(&v)]], "embedding_in": [[written(&m_in)]], "embedding_out": [[written(&m_out)]],
                      "depth": depth},
            "scalar": {"mpfr": 512}, "quantities": MINIMA,
        }));
        let ends = power(&Rational::from(&m_in * &m_out), 2) * Rational::from(&e * &x);
        let term_to_the_depth = ends * power(&(power(&v, 2) * Rational::from(&e * &x)), depth - 1);
        expected.push((depth, e, term_to_the_depth));
    }
    for ((depth, e, product), answer) in expected.iter().zip(answers(&requests)) {
        let term = number(&answer, "entropy_minimum") / *depth;
        assert_equal(&power(&term, *depth), product, 500, "the entropy");
        let sharpness = Rational::from(2) * number(&answer, "entropy_minimum") / e;
        assert_equal(&number(&answer, "sharpness_entropic"), &sharpness, 500, "the sharpness of the entropic minimum");
        assert_equal(&number(&answer, "sharpness_flattest"), &sharpness, 500, "the least sharpness");
        assert_equal(&number(&answer, "sharpness_ratio"), &Rational::from(1), 500, "the ratio");
    }
}

/// With diagonal matrices all of whose entries are squares the nuclear norms are rational, so that the `D`-th powers of the answers are.
#[test]
fn the_minima_of_diagonal_networks_are_known_by_hand() {
    let mut requests = Vec::new();
    let mut expected = Vec::new();
    for depth in 1..=6_u32 {
        let mut stream = Stream::new(&["diagonal networks"], 0, u64::from(depth));
        let mut draw = || -> Vec<Rational> { (0..3).map(|_| stream.positive()).collect() };
        // The roots of the variances; the target has rank 2.
        let (x, e, m_in, m_out, mut v) = (draw(), draw(), draw(), draw(), draw());
        v[2] = Rational::new();
        let squares = |roots: &[Rational]| -> Vec<Rational> { roots.iter().map(|root| power(root, 2)).collect() };
        requests.push(json!({
            "model": {"kind": "deep-linear", "input_covariance": diagonal(&squares(&x)),
                      "noise_covariance": diagonal(&squares(&e)), "target": diagonal(&v),
                      "embedding_in": diagonal(&m_in), "embedding_out": diagonal(&m_out), "depth": depth},
            "scalar": {"mpfr": 256}, "quantities": MINIMA,
        }));
        let sum = |term: &dyn Fn(usize) -> Rational| (0..3).map(term).sum::<Rational>();
        let a = sum(&|i| power(&Rational::from(&e[i] * &m_out[i]), 2));
        let b = sum(&|i| power(&Rational::from(&x[i] * &m_in[i]), 2));
        let n = sum(&|i| Rational::from(&e[i] * &x[i]) * &v[i]);
        let a_0 = sum(&|i| power(&m_out[i], 2));
        let n_0 = sum(&|i| Rational::from(&x[i] * &v[i]));
        let tau = sum(&|i| Rational::from(&x[i] * &v[i]) / &e[i]);
        let term = Rational::from(&a * &b) * power(&n, 2 * (depth - 1));
        let flat_term = Rational::from(&a_0 * &b) * power(&n_0, 2 * (depth - 1));
        let factor = Rational::from(depth - 1) * tau / n + a_0 / a;
        expected.push((depth, term, flat_term, factor));
    }
    for ((depth, term, flat_term, factor), answer) in expected.iter().zip(answers(&requests)) {
        let equal_term = number(&answer, "entropy_minimum") / *depth;
        assert_equal(&power(&equal_term, *depth), term, 240, "the entropy");
        let sharpness = Rational::from(2) * &equal_term * factor;
        assert_equal(&number(&answer, "sharpness_entropic"), &sharpness, 240, "the sharpness of the entropic minimum");
        let flattest = number(&answer, "sharpness_flattest");
        assert_equal(&power(&(flattest.clone() / (2 * depth)), *depth), flat_term, 240, "the least sharpness");
        assert_equal(&number(&answer, "sharpness_ratio"), &(sharpness / flattest), 240, "the ratio");
    }
}

/// A request with full matrices; the covariances are `G G^T` with `G` almost singular, to `2^-small`.
fn ill_conditioned(number: u64, small: u32, scalar: Value) -> Value {
    let mut stream = Stream::new(&["ill-conditioned"], 0, number);
    let mut matrix = |rows: usize, columns: usize| -> Vec<Vec<Rational>> {
        (0..rows).map(|_| (0..columns).map(|_| stream.small()).collect()).collect()
    };
    let nearly_singular = |mut rows: Vec<Vec<Rational>>| -> Vec<Vec<Rational>> {
        let last = rows.len() - 1;
        rows[last] = rows[0].iter().map(|entry| Rational::from(entry * 3)).collect();
        rows[last][0] += Rational::from(1) >> small;
        let entry = |i: usize, j: usize| rows[i].iter().zip(&rows[j]).map(|(a, b)| Rational::from(a * b)).sum();
        (0..rows.len()).map(|i| (0..rows.len()).map(|j| entry(i, j)).collect()).collect()
    };
    let (x, e) = (nearly_singular(matrix(3, 3)), nearly_singular(matrix(2, 2)));
    let (v, m_in) = (matrix(2, 3), matrix(3, 3));
    json!({
        "model": {"kind": "deep-linear", "input_covariance": written_matrix(&x), "noise_covariance": written_matrix(&e),
                  "target": written_matrix(&v), "embedding_in": written_matrix(&m_in), "depth": 2 + number % 3},
        "scalar": scalar, "quantities": MINIMA,
    })
}

/// Every scalar rounds the same numbers, to the last bits, whatever the condition.
#[test]
fn the_minima_are_right_to_the_precision_asked_for() {
    for small in [2, 40, 300] {
        let ask = |scalar: Value| -> Vec<Value> {
            answers(&(0..6).map(|number| ill_conditioned(number, small, scalar.clone())).collect::<Vec<_>>())
        };
        let fine = ask(json!({"mpfr": 4096}));
        for (scalar, bits) in [
            (json!("f32"), 23),
            (json!("f64"), 52),
            (json!({"mpfr": 64}), 63),
            (json!({"mpfr": 128}), 127),
            (json!({"mpfr": 1024}), 1023),
        ] {
            if scalar == "f32" && small == 300 {
                // The sharpness is about 2^300 there, and refused.
                continue;
            }
            for (answer, fine) in ask(scalar.clone()).iter().zip(&fine) {
                for quantity in MINIMA {
                    let what = format!("{quantity} in {scalar}, 2^-{small}");
                    assert_equal(&number(answer, quantity), &number(fine, quantity), bits, &what);
                }
            }
        }
    }
}

/// The minimum is below the entropy of every other network that fits, which `eval` computes at a point; and equal layers of one neuron
/// attain it.
#[test]
fn the_entropy_minimum_is_attained_by_a_network() {
    // f(x) = w_2 w_1 x with w_1 w_2 = v = 4 and y = 4 x + e, e = +1 or -1: 1/4 E|g|^2 = E[x^2] (w_1^2 + w_2^2), least at w_1 = w_2 = 2.
    let at = |w: [&str; 2]| {
        json!({
            "model": {"kind": "mlp", "widths": [1, 1, 1], "activation": "identity"}, "loss": "squared-error",
            "samples": [{"x": [1], "y": [5]}, {"x": [1], "y": [3]}, {"x": [3], "y": [13]}, {"x": [3], "y": [11]}],
            "theta": w, "learning_rate": 1, "scalar": "rational", "quantities": ["entropy"],
        })
    };
    let minimum = json!({
        "model": {"kind": "deep-linear", "input_covariance": [[5]], "noise_covariance": [[1]], "target": [[4]], "depth": 2},
        "scalar": "f64", "quantities": ["entropy_minimum"],
    });
    let answers = answers(&[at(["2", "2"]), at(["1", "4"]), minimum]);
    assert_eq!(answers[0]["entropy"], "40");
    assert_eq!(answers[1]["entropy"], "85");
    assert_eq!(answers[2], json!({"schema_version": 2, "entropy_minimum": "40"}));
}
