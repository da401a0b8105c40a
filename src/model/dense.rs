//! The kernels of a dense layer, shared by every model that has one. They overwrite in place, so that numbers keep their storage.

use crate::scalar::Field;

/// Rows whose sums grow side by side: each sum waits for its last addition, but not for another's. The order within a sum is that of its row.
const ROWS: usize = 4;

/// `output = W h` for a row-major `W` of `output.len() x input.len()`; `scratch` is overwritten.
pub(super) fn set_multiplied<T: Field>(output: &mut [T], weights: &[T], input: &[T], scratch: &mut T) {
    let columns = input.len();
    let (first, input) = input.split_first().expect("a layer has inputs");
    let mut blocks = output.chunks_exact_mut(ROWS);
    let mut rows = weights.chunks_exact(ROWS * columns);
    for (sums, rows) in (&mut blocks).zip(&mut rows) {
        let (upper, lower) = rows.split_at(2 * columns);
        let ((one, two), (three, four)) = (upper.split_at(columns), lower.split_at(columns));
        let [sum_one, sum_two, sum_three, sum_four] = sums else { unreachable!("blocks have four rows") };
        sum_one.set_product(&one[0], first);
        sum_two.set_product(&two[0], first);
        sum_three.set_product(&three[0], first);
        sum_four.set_product(&four[0], first);
        let entries = one[1..].iter().zip(&two[1..]).zip(three[1..].iter().zip(&four[1..]));
        for (((one, two), (three, four)), value) in entries.zip(input) {
            sum_one.add_product(one, value, scratch);
            sum_two.add_product(two, value, scratch);
            sum_three.add_product(three, value, scratch);
            sum_four.add_product(four, value, scratch);
        }
    }
    for (sum, row) in blocks.into_remainder().iter_mut().zip(rows.remainder().chunks_exact(columns)) {
        sum.set_product(&row[0], first);
        for (weight, value) in row[1..].iter().zip(input) {
            sum.add_product(weight, value, scratch);
        }
    }
}

/// `output = W^T delta` for a row-major `W` of `delta.len() x output.len()`; `scratch` is overwritten.
pub(super) fn set_multiplied_transposed<T: Field>(output: &mut [T], weights: &[T], delta: &[T], scratch: &mut T) {
    let mut rows = weights.chunks_exact(output.len()).zip(delta);
    let (row, slope) = rows.next().expect("a layer has outputs");
    for (sum, weight) in output.iter_mut().zip(row) {
        sum.set_product(weight, slope);
    }
    for (row, slope) in rows {
        for (sum, weight) in output.iter_mut().zip(row) {
            sum.add_product(weight, slope, scratch);
        }
    }
}

/// Adds `W h` to `output`; `scratch` is overwritten.
pub(super) fn add_multiplied<T: Field>(output: &mut [T], weights: &[T], input: &[T], scratch: &mut T) {
    for (sum, row) in output.iter_mut().zip(weights.chunks_exact(input.len())) {
        for (weight, value) in row.iter().zip(input) {
            sum.add_product(weight, value, scratch);
        }
    }
}

/// Adds `W^T delta` to `output`; `scratch` is overwritten.
pub(super) fn add_multiplied_transposed<T: Field>(output: &mut [T], weights: &[T], delta: &[T], scratch: &mut T) {
    for (row, slope) in weights.chunks_exact(output.len()).zip(delta) {
        for (sum, weight) in output.iter_mut().zip(row) {
            sum.add_product(weight, slope, scratch);
        }
    }
}

/// `W h`, newly allocated, for a row-major `W` of `rows x input.len()`.
pub(super) fn multiply<T: Field>(weights: &[T], input: &[T], rows: usize) -> Vec<T> {
    let mut output = vec![T::zero(); rows];
    set_multiplied(&mut output, weights, input, &mut T::zero());
    output
}

/// `W^T delta`, newly allocated, for a row-major `W` of `delta.len() x columns`.
pub(super) fn multiply_transposed<T: Field>(weights: &[T], delta: &[T], columns: usize) -> Vec<T> {
    let mut output = vec![T::zero(); columns];
    set_multiplied_transposed(&mut output, weights, delta, &mut T::zero());
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

/// Adds the outer product `delta input^T` to `gradient` (row-major); `scratch` is overwritten.
pub(super) fn add_outer<T: Field>(gradient: &mut [T], delta: &[T], input: &[T], scratch: &mut T) {
    for (slope, row) in delta.iter().zip(gradient.chunks_exact_mut(input.len())) {
        for (entry, value) in row.iter_mut().zip(input) {
            entry.add_product(slope, value, scratch);
        }
    }
}

/// Adds two outer products, each of what comes back and what went in, to `gradient` (row-major); `scratch` is overwritten.
pub(super) fn add_two_outers<T: Field>(
    gradient: &mut [T],
    (one_delta, one_input): (&[T], &[T]),
    (two_delta, two_input): (&[T], &[T]),
    scratch: &mut T,
) {
    let rows = gradient.chunks_exact_mut(one_input.len());
    for (row, (one_slope, two_slope)) in rows.zip(one_delta.iter().zip(two_delta)) {
        for (entry, (one, two)) in row.iter_mut().zip(one_input.iter().zip(two_input)) {
            entry.add_product(one_slope, one, scratch);
            entry.add_product(two_slope, two, scratch);
        }
    }
}
