//! Affine maps with the places of their parameters, and sequences of vectors.

use crate::model::dense::{add_outer, multiply, multiply_transposed};
use crate::scalar::Branch;

/// A vector for each position.
pub type Sequence<T> = Vec<Vec<T>>;

/// `W h + b` with the places of `W` (row-major, outputs x inputs) and `b`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dense {
    pub weights: usize,
    pub bias: Option<usize>,
    pub outputs: usize,
    pub inputs: usize,
}

impl Dense {
    pub fn apply<T: Branch>(&self, theta: &[T], input: &[T]) -> Vec<T> {
        let matrix = &theta[self.weights..self.weights + self.outputs * self.inputs];
        let mut output = multiply(matrix, input, self.outputs);
        if let Some(bias) = self.bias {
            for (entry, shift) in output.iter_mut().zip(&theta[bias..bias + self.outputs]) {
                *entry += shift;
            }
        }
        output
    }

    /// The slope at the input; that of the parameters is added to the gradient.
    pub fn pull_back<T: Branch>(&self, theta: &[T], input: &[T], delta: &[T], gradient: &mut [T]) -> Vec<T> {
        let places = self.weights..self.weights + self.outputs * self.inputs;
        add_outer(&mut gradient[places.clone()], delta, input, &mut T::zero());
        if let Some(bias) = self.bias {
            add(&mut gradient[bias..bias + self.outputs], delta);
        }
        multiply_transposed(&theta[places], delta, self.inputs)
    }
}

/// Adds a vector.
pub fn add<T: Branch>(sum: &mut [T], vector: &[T]) {
    for (total, entry) in sum.iter_mut().zip(vector) {
        *total += entry;
    }
}
