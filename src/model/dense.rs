//! The kernels of a dense layer, shared by every model that has one.

use crate::scalar::Field;

/// `W h` for a row-major `W` of `rows x input.len()`.
pub(super) fn multiply<T: Field>(weights: &[T], input: &[T], rows: usize) -> Vec<T> {
    let mut scratch = T::zero();
    let mut output = vec![T::zero(); rows];
    for (sum, row) in output.iter_mut().zip(weights.chunks_exact(input.len())) {
        for (weight, value) in row.iter().zip(input) {
            sum.add_product(weight, value, &mut scratch);
        }
    }
    output
}

/// `W^T delta` for a row-major `W` of `delta.len() x columns`.
pub(super) fn multiply_transposed<T: Field>(weights: &[T], delta: &[T], columns: usize) -> Vec<T> {
    let mut scratch = T::zero();
    let mut output = vec![T::zero(); columns];
    for (slope, row) in delta.iter().zip(weights.chunks_exact(columns)) {
        for (sum, weight) in output.iter_mut().zip(row) {
            sum.add_product(weight, slope, &mut scratch);
        }
    }
    output
}

/// Overwrites `gradient` (row-major) with the outer product `delta input^T`.
pub(super) fn set_outer<T: Field>(gradient: &mut [T], delta: &[T], input: &[T]) {
    for (slope, row) in delta.iter().zip(gradient.chunks_exact_mut(input.len())) {
        for (entry, value) in row.iter_mut().zip(input) {
            entry.set_product(slope, value);
        }
    }
}

/// Adds the outer product `delta input^T` to `gradient` (row-major).
pub(super) fn add_outer<T: Field>(gradient: &mut [T], delta: &[T], input: &[T]) {
    let mut scratch = T::zero();
    for (slope, row) in delta.iter().zip(gradient.chunks_exact_mut(input.len())) {
        for (entry, value) in row.iter_mut().zip(input) {
            entry.add_product(slope, value, &mut scratch);
        }
    }
}
