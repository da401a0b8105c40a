//! Multilayer perceptrons of any depth and widths.

use super::Model;
use super::activation::Nonlinearity;
use super::dense::{multiply, multiply_transposed, set_outer};
use super::loss::OutputLoss;
use crate::data::Sample;
use crate::scalar::{Branch, Field};
use std::ops::Range;

/// Where the parameters of a stack of dense layers lie in the flat vector `theta`.
///
/// Layer by layer: the weight matrix row-major (outputs x inputs), then the bias if there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    widths: Vec<usize>,
    bias: bool,
}

impl Layout {
    /// The layout of layers `widths[0] -> widths[1] -> ...`.
    ///
    /// # Panics
    /// If there are fewer than two widths, or one of them is zero.
    pub fn new(widths: Vec<usize>, bias: bool) -> Self {
        assert!(widths.len() >= 2 && widths.iter().all(|&width| width > 0), "a layer maps some inputs to some outputs");
        Layout { widths, bias }
    }

    /// All widths, the input's first.
    pub fn widths(&self) -> &[usize] {
        &self.widths
    }

    /// Whether the layers have biases.
    pub fn has_bias(&self) -> bool {
        self.bias
    }

    /// The number of layers.
    pub fn depth(&self) -> usize {
        self.widths.len() - 1
    }

    fn layer_len(&self, layer: usize) -> usize {
        self.widths[layer + 1] * (self.widths[layer] + usize::from(self.bias))
    }

    /// The weights of layer `layer` (from 0).
    pub fn weights(&self, layer: usize) -> Range<usize> {
        let start = (0..layer).map(|earlier| self.layer_len(earlier)).sum();
        start..start + self.widths[layer] * self.widths[layer + 1]
    }

    /// The biases of layer `layer`; empty if there are none.
    pub fn biases(&self, layer: usize) -> Range<usize> {
        let start = self.weights(layer).end;
        start..start + if self.bias { self.widths[layer + 1] } else { 0 }
    }

    /// The index of weight `(row, column)` of layer `layer`.
    pub fn weight(&self, layer: usize, row: usize, column: usize) -> usize {
        self.weights(layer).start + row * self.widths[layer] + column
    }

    /// The number of all parameters.
    pub fn parameter_count(&self) -> usize {
        (0..self.depth()).map(|layer| self.layer_len(layer)).sum()
    }

    /// The number of hidden neurons, over all hidden layers.
    pub fn hidden_neurons(&self) -> usize {
        self.widths[1..self.depth()].iter().sum()
    }

    /// The gates of all hidden neurons of a ReLU network at a point, layer by layer: whether their pre-activations are
    /// above 0. Forced upon the sample, as [`Sample::gates`], they change nothing there.
    pub fn relu_gates<T: Branch<Mask = bool>>(&self, theta: &[T], input: &[T]) -> Vec<bool> {
        let mut gates = Vec::with_capacity(self.hidden_neurons());
        let mut values = input.to_vec();
        for layer in 0..self.depth() - 1 {
            values = multiply(&theta[self.weights(layer)], &values, self.widths[layer + 1]);
            for (value, bias) in values.iter_mut().zip(&theta[self.biases(layer)]) {
                *value += bias;
            }
            for value in &mut values {
                let open = T::zero().less(value);
                gates.push(open);
                if !open {
                    value.assign(&T::zero());
                }
            }
        }
        gates
    }
}

/// A multilayer perceptron: `f(x) = W_D phi(... phi(W_1 x + b_1) ...) + b_D` under a loss.
///
/// The nonlinearity follows every layer but the last. `A` and `L` decide in which scalars the model exists: with
/// [`Piecewise`](super::Piecewise) and [`SquaredError`](super::loss::SquaredError) also in the rationals.
#[derive(Clone, Debug)]
pub struct Mlp<A, L> {
    /// Where the parameters lie.
    pub layout: Layout,
    /// What every hidden layer does to its pre-activations.
    pub nonlinearity: A,
    /// The loss at the output.
    pub loss: L,
}

impl<T: Field, A: Nonlinearity<T>, L: OutputLoss<T>> Model<T> for Mlp<A, L> {
    fn parameter_count(&self) -> usize {
        self.layout.parameter_count()
    }

    fn loss_and_gradient(&self, theta: &[T], sample: &Sample<T>, gradient: &mut [T]) -> T {
        let layout = &self.layout;
        let depth = layout.depth();
        let mut inputs = vec![sample.input.clone()];
        let mut tapes = Vec::with_capacity(depth - 1);
        let mut first_gate = 0;
        for layer in 0..depth {
            let width = layout.widths()[layer + 1];
            let mut output = multiply(&theta[layout.weights(layer)], &inputs[layer], width);
            for (value, bias) in output.iter_mut().zip(&theta[layout.biases(layer)]) {
                *value += bias;
            }
            if layer + 1 < depth {
                let gates = sample.gates.as_ref().map(|gates| &gates[first_gate..first_gate + width]);
                first_gate += width;
                let (activated, tape) = self.nonlinearity.apply(&output, gates);
                tapes.push(tape);
                output = activated;
            }
            inputs.push(output);
        }
        let (loss, mut delta) = self.loss.value_and_gradient(&inputs[depth], &sample.target);
        for layer in (0..depth).rev() {
            set_outer(&mut gradient[layout.weights(layer)], &delta, &inputs[layer]);
            for (entry, slope) in gradient[layout.biases(layer)].iter_mut().zip(&delta) {
                entry.assign(slope);
            }
            if layer > 0 {
                delta = multiply_transposed(&theta[layout.weights(layer)], &delta, layout.widths()[layer]);
                self.nonlinearity.pull_back(&tapes[layer - 1], &mut delta);
            }
        }
        loss
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Carrier, Loss, Network, Piecewise};
    use crate::scalar::Rational;

    #[test]
    fn a_network_does_not_notice_that_its_own_gates_are_forced() {
        let network = Network::mlp(&[2, 3, 3, 2], Piecewise::Relu, true, Loss::SquaredError);
        let layout = network.layout().expect("layers");
        let model = Rational::model(&network).expect("algebraic");
        let number = |i: usize| Rational::from((((i * i * 13 + 5 * i) % 41) as i64 - 20, 8));
        let theta: Vec<_> = (0..layout.parameter_count()).map(number).collect();
        let (mut open, mut closed) = (0, 0);
        for z in 0..8 {
            let free = Sample::new(vec![number(7 * z), number(3 * z + 1)], vec![number(z), number(2 * z)]);
            let gates = layout.relu_gates(&theta, &free.input);
            open += gates.iter().filter(|&&gate| gate).count();
            closed += gates.iter().filter(|&&gate| !gate).count();
            let forced = Sample { gates: Some(gates.into()), ..free.clone() };
            assert_eq!(model.loss(&theta, &forced), model.loss(&theta, &free));
            assert_eq!(model.gradient(&theta, &forced), model.gradient(&theta, &free));
        }
        assert!(open > 0 && closed > 0);
    }
}
