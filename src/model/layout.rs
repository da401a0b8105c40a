//! Where the parameters of dense layers lie.

use super::dense::multiply;
use crate::scalar::Branch;
use std::ops::Range;

/// Where the parameters of a stack of dense layers lie in the flat vector `theta`.
///
/// Layer by layer: the weight matrix row-major (outputs x inputs), then the bias if there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    widths: Vec<usize>,
    bias: bool,
    /// Where the parameters of every layer start; the last entry is the number of all.
    starts: Vec<usize>,
}

impl Layout {
    /// The layout of layers `widths[0] -> widths[1] -> ...`.
    ///
    /// # Panics
    /// If there are fewer than two widths, or one of them is zero.
    pub fn new(widths: Vec<usize>, bias: bool) -> Self {
        assert!(widths.len() >= 2 && widths.iter().all(|&width| width > 0), "a layer maps some inputs to some outputs");
        let mut starts = vec![0];
        for (layer, width) in widths.windows(2).enumerate() {
            starts.push(starts[layer] + width[1] * (width[0] + usize::from(bias)));
        }
        Layout { widths, bias, starts }
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

    /// The weights of layer `layer` (from 0).
    pub fn weights(&self, layer: usize) -> Range<usize> {
        let start = self.starts[layer];
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
        self.starts[self.depth()]
    }

    /// The number of hidden neurons, over all hidden layers.
    pub fn hidden_neurons(&self) -> usize {
        self.widths[1..self.depth()].iter().sum()
    }

    /// The gates of all hidden neurons of a ReLU network at a point, layer by layer: whether their pre-activations are
    /// above 0. Forced upon the sample, as [`gates`](crate::data::Sample::gates), they change nothing there.
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
