//! Gram matrices of a layer's weights over its hidden units, for two vectors of parameters: of what comes into the units, and of what leaves them.

use crate::model::mlp::Layout;
use crate::scalar::Field;

/// `W W'^T + b b'^T` for the weights and biases of layer `layer` of two vectors of parameters, row-major.
pub fn incoming_gram<T: Field>(layout: &Layout, layer: usize, first: &[T], second: &[T]) -> Vec<T> {
    let width = layout.widths()[layer + 1];
    let mut gram = weight_gram(layout, layer, first, second);
    let biases = |theta: &[T]| theta[layout.biases(layer)].to_vec();
    for (row, left) in biases(first).iter().enumerate() {
        for (column, right) in biases(second).iter().enumerate() {
            gram[row * width + column] += T::product(left, right);
        }
    }
    gram
}

/// `W W'^T` for the weights of layer `layer` of two vectors of parameters, row-major.
pub fn weight_gram<T: Field>(layout: &Layout, layer: usize, first: &[T], second: &[T]) -> Vec<T> {
    let width = layout.widths()[layer + 1];
    contract(width, layout.widths()[layer], |row, column, inner| {
        T::product(&first[layout.weight(layer, row, inner)], &second[layout.weight(layer, column, inner)])
    })
}

/// `U^T U'` for the weights of layer `layer + 1` of two vectors of parameters, row-major.
pub fn outgoing_gram<T: Field>(layout: &Layout, layer: usize, first: &[T], second: &[T]) -> Vec<T> {
    let width = layout.widths()[layer + 1];
    contract(width, layout.widths()[layer + 2], |row, column, inner| {
        T::product(&first[layout.weight(layer + 1, inner, row)], &second[layout.weight(layer + 1, inner, column)])
    })
}

/// The matrix whose entry `(row, column)` is the sum of `summand(row, column, inner)` over `inner`.
fn contract<T: Field>(width: usize, terms: usize, summand: impl Fn(usize, usize, usize) -> T) -> Vec<T> {
    let entry = |position: usize| {
        let mut sum = T::zero();
        for inner in 0..terms {
            sum += summand(position / width, position % width, inner);
        }
        sum
    };
    (0..width * width).map(entry).collect()
}
