//! How large numbers were before they cancelled: what rounding is measured against.
//!
//! A law may say that a sum vanishes, as the gradient with respect to the biases of a softmax does. In numbers that round it is as large as the rounding
//! of its summands, however small the law's own terms are.

use equipartition_formula::{Operation, Tape, Transcendental};

/// The size of every node: its rounding errors are a few units in the last place of it, however much of its operands cancelled. To first order
///
/// ```text
/// a + b: m_a + m_b,   a b: m_a |b| + |a| m_b,   a / b: (m_a + |a / b| m_b) / |b|,   f(a): |f'(a)| m_a + |f(a)|
/// ```
///
/// from the nodes' values in doubles.
pub(in crate::formula) fn sizes(tape: &Tape, values: &[f64]) -> Vec<f64> {
    let mut sizes: Vec<f64> = Vec::with_capacity(values.len());
    for (operation, value) in tape.operations().iter().zip(values) {
        let of = |node: equipartition_formula::Node| (values[node.place()].abs(), sizes[node.place()]);
        let size = match *operation {
            Operation::Constant(_) | Operation::Input(_) => value.abs(),
            Operation::Add(a, b) => of(a).1 + of(b).1,
            Operation::Multiply(a, b) => of(a).1 * of(b).0 + of(a).0 * of(b).1,
            Operation::Divide(a, b) => (of(a).1 + value.abs() * of(b).1) / of(b).0,
            Operation::Negate(a) => of(a).1,
            Operation::Power(_, 0) => 1.0,
            Operation::Power(a, exponent) => f64::from(exponent.unsigned_abs()) * of(a).0.powi(exponent - 1) * of(a).1,
            Operation::Apply(function, a) => slope(function, of(a).0, value.abs()) * of(a).1 + value.abs(),
            Operation::Select(.., then, otherwise) => of(then).1.max(of(otherwise).1),
        };
        sizes.push(size);
    }
    sizes
}

/// At most the absolute slope of a function at `|x|` where it is `|f|`, but for a factor of two.
fn slope(function: Transcendental, x: f64, value: f64) -> f64 {
    match function {
        Transcendental::Exp => value,
        Transcendental::Log => x.recip(),
        Transcendental::Sqrt => (2.0 * value).recip(),
        Transcendental::Tanh
        | Transcendental::HyperbolicSecant
        | Transcendental::Sigmoid
        | Transcendental::Softplus
        | Transcendental::GeluGate => 1.0,
        Transcendental::GeluSlope => 1.0 + x,
    }
}
