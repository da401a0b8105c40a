//! The gated mlp: `D (phi(G h + b_G) * (U h + b_U)) + b_D`.

use super::affine::Dense;
use super::functions::Functions;

use crate::model::activation::Activation;
use crate::scalar::Branch;

/// Its matrices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gated {
    pub gate: Dense,
    pub up: Dense,
    pub down: Dense,
    pub activation: Activation,
}

/// What the backward pass needs of one position.
pub struct GatedTape<T> {
    input: Vec<T>,
    /// `phi(G h)` and `phi'(G h)`.
    gates: Vec<(T, T)>,
    /// `U h`
    raised: Vec<T>,
    /// Their product.
    product: Vec<T>,
}

impl Gated {
    pub fn forward<T: Branch>(&self, functions: &Functions<T>, theta: &[T], input: Vec<T>) -> (Vec<T>, GatedTape<T>) {
        let gates: Vec<(T, T)> =
            self.gate.apply(theta, &input).iter().map(|x| (functions.activation)(self.activation, x)).collect();
        let raised = self.up.apply(theta, &input);
        let product: Vec<T> = gates.iter().zip(&raised).map(|((gate, _), up)| T::product(gate, up)).collect();
        let output = self.down.apply(theta, &product);
        (output, GatedTape { input, gates, raised, product })
    }

    pub fn backward<T: Branch>(&self, theta: &[T], tape: &GatedTape<T>, delta: &[T], gradient: &mut [T]) -> Vec<T> {
        let between = self.down.pull_back(theta, &tape.product, delta, gradient);
        let (mut to_gate, mut to_up) = (Vec::new(), Vec::new());
        for ((slope, (gate, gate_slope)), up) in between.iter().zip(&tape.gates).zip(&tape.raised) {
            to_gate.push(T::product(slope, up) * gate_slope);
            to_up.push(T::product(slope, gate));
        }
        let mut result = self.gate.pull_back(theta, &tape.input, &to_gate, gradient);
        for (sum, entry) in result.iter_mut().zip(self.up.pull_back(theta, &tape.input, &to_up, gradient)) {
            *sum += entry;
        }
        result
    }
}
