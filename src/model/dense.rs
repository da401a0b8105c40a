//! The kernels of a dense layer, shared by every model that has one. They overwrite in place, so that numbers keep their storage.
//!
//! Loops count with an index: zipped iterators are set up by calls that are not inlined, which costs more than a short row.

use crate::scalar::Field;

/// Rows whose sums grow side by side: each sum waits for its last addition, but not for another's. The order within a sum is that of its row.
const ROWS: usize = 4;

/// `output = W h` for a row-major `W` of `output.len() x input.len()`; `scratch` is overwritten.
pub(super) fn set_multiplied<T: Field>(output: &mut [T], weights: &[T], input: &[T], scratch: &mut T) {
    let (rows, columns) = (output.len(), input.len());
    let weights = &weights[..rows * columns];
    let blocked = rows - rows % ROWS;
    for row in (0..blocked).step_by(ROWS) {
        let [sum_one, sum_two, sum_three, sum_four] = &mut output[row..row + ROWS] else {
            unreachable!("blocks have four rows")
        };
        let block = &weights[row * columns..(row + ROWS) * columns];
        let (upper, lower) = block.split_at(2 * columns);
        let ((one, two), (three, four)) = (upper.split_at(columns), lower.split_at(columns));
        let (three, four) = (&three[..columns], &four[..columns]);
        sum_one.set_product(&one[0], &input[0]);
        sum_two.set_product(&two[0], &input[0]);
        sum_three.set_product(&three[0], &input[0]);
        sum_four.set_product(&four[0], &input[0]);
        for column in 1..columns {
            let value = &input[column];
            sum_one.add_product(&one[column], value, scratch);
            sum_two.add_product(&two[column], value, scratch);
            sum_three.add_product(&three[column], value, scratch);
            sum_four.add_product(&four[column], value, scratch);
        }
    }
    for row in blocked..rows {
        let (sum, row) = (&mut output[row], &weights[row * columns..(row + 1) * columns]);
        sum.set_product(&row[0], &input[0]);
        for column in 1..columns {
            sum.add_product(&row[column], &input[column], scratch);
        }
    }
}

/// `output = W^T delta` for a row-major `W` of `delta.len() x output.len()`; `scratch` is overwritten.
pub(super) fn set_multiplied_transposed<T: Field>(output: &mut [T], weights: &[T], delta: &[T], scratch: &mut T) {
    let columns = output.len();
    let first = &weights[..columns];
    for column in 0..columns {
        output[column].set_product(&first[column], &delta[0]);
    }
    add_multiplied_transposed(output, &weights[columns..], &delta[1..], scratch);
}

/// Adds `W h` to `output`; `scratch` is overwritten.
pub(super) fn add_multiplied<T: Field>(output: &mut [T], weights: &[T], input: &[T], scratch: &mut T) {
    let columns = input.len();
    for row in 0..output.len() {
        let (sum, row) = (&mut output[row], &weights[row * columns..(row + 1) * columns]);
        for column in 0..columns {
            sum.add_product(&row[column], &input[column], scratch);
        }
    }
}

/// Adds `W^T delta` to `output`; `scratch` is overwritten. Four rows at a time, in their order, so that a sum is fetched for four products.
pub(super) fn add_multiplied_transposed<T: Field>(output: &mut [T], weights: &[T], delta: &[T], scratch: &mut T) {
    let columns = output.len();
    let (fours, rest) = delta.as_chunks::<4>();
    let (many, few) = weights.split_at(4 * fours.len() * columns);
    for number in 0..fours.len() {
        let (slopes, rows) = (&fours[number], &many[4 * number * columns..4 * (number + 1) * columns]);
        let (upper, lower) = rows.split_at(2 * columns);
        let ((one, two), (three, four)) = (upper.split_at(columns), lower.split_at(columns));
        let (three, four) = (&three[..columns], &four[..columns]);
        for column in 0..columns {
            let sum = &mut output[column];
            sum.add_product(&one[column], &slopes[0], scratch);
            sum.add_product(&two[column], &slopes[1], scratch);
            sum.add_product(&three[column], &slopes[2], scratch);
            sum.add_product(&four[column], &slopes[3], scratch);
        }
    }
    for row in 0..rest.len() {
        let (slope, row) = (&rest[row], &few[row * columns..(row + 1) * columns]);
        for column in 0..columns {
            output[column].add_product(&row[column], slope, scratch);
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
    let columns = input.len();
    for row in 0..delta.len() {
        let (slope, row) = (&delta[row], &mut gradient[row * columns..(row + 1) * columns]);
        for column in 0..columns {
            row[column].set_product(slope, &input[column]);
        }
    }
}

/// Adds the outer product `delta input^T` to `gradient` (row-major); `scratch` is overwritten.
pub(super) fn add_outer<T: Field>(gradient: &mut [T], delta: &[T], input: &[T], scratch: &mut T) {
    let columns = input.len();
    for row in 0..delta.len() {
        let (slope, row) = (&delta[row], &mut gradient[row * columns..(row + 1) * columns]);
        for column in 0..columns {
            row[column].add_product(slope, &input[column], scratch);
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
    let columns = one_input.len();
    let two_input = &two_input[..columns];
    for row in 0..one_delta.len() {
        let (one_slope, two_slope) = (&one_delta[row], &two_delta[row]);
        let row = &mut gradient[row * columns..(row + 1) * columns];
        for column in 0..columns {
            row[column].add_product(one_slope, &one_input[column], scratch);
            row[column].add_product(two_slope, &two_input[column], scratch);
        }
    }
}

/// `output = factor x`
pub(super) fn set_multiple<T: Field>(output: &mut [T], factor: &T, x: &[T]) {
    let x = &x[..output.len()];
    for i in 0..output.len() {
        output[i].set_product(factor, &x[i]);
    }
}

/// `output += factor x`; `scratch` is overwritten.
pub(super) fn add_multiple<T: Field>(output: &mut [T], factor: &T, x: &[T], scratch: &mut T) {
    let x = &x[..output.len()];
    for i in 0..output.len() {
        output[i].add_product(factor, &x[i], scratch);
    }
}

/// `output_i = x_i y_i`
pub(super) fn set_entrywise<T: Field>(output: &mut [T], x: &[T], y: &[T]) {
    let (x, y) = (&x[..output.len()], &y[..output.len()]);
    for i in 0..output.len() {
        output[i].set_product(&x[i], &y[i]);
    }
}

/// `output_i *= x_i`
pub(super) fn scale_entrywise<T: Field>(output: &mut [T], x: &[T]) {
    let x = &x[..output.len()];
    for i in 0..output.len() {
        output[i] *= &x[i];
    }
}

/// `output += x`
pub(super) fn add<T: Field>(output: &mut [T], x: &[T]) {
    let x = &x[..output.len()];
    for i in 0..output.len() {
        output[i] += &x[i];
    }
}

/// `output = x`
pub(super) fn assign<T: Field>(output: &mut [T], x: &[T]) {
    let x = &x[..output.len()];
    for i in 0..output.len() {
        output[i].assign(&x[i]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scalar::Rational;

    /// However many rows are taken at a time: entry by entry from the definition.
    #[test]
    fn products_are_those_of_the_definition_for_every_number_of_rows() {
        let number = |k: usize| Rational::from(((7919 * k % 101) as i64 - 50, 7));
        for rows in 1..=13 {
            for columns in 1..=6 {
                let weights: Vec<Rational> = (0..rows * columns).map(number).collect();
                let input: Vec<Rational> = (100..100 + columns).map(number).collect();
                let delta: Vec<Rational> = (200..200 + rows).map(number).collect();
                let forward = |row: usize| -> Rational {
                    (0..columns).map(|column| weights[row * columns + column].clone() * &input[column]).sum()
                };
                let back = |column: usize| -> Rational {
                    (0..rows).map(|row| weights[row * columns + column].clone() * &delta[row]).sum()
                };
                let (ahead, behind): (Vec<_>, Vec<_>) =
                    ((0..rows).map(forward).collect(), (0..columns).map(back).collect());
                assert_eq!(multiply(&weights, &input, rows), ahead, "{rows} rows, {columns} columns");
                assert_eq!(multiply_transposed(&weights, &delta, columns), behind, "{rows} rows, {columns} columns");
                let (mut twice, mut back_twice) = (ahead.clone(), behind.clone());
                add_multiplied(&mut twice, &weights, &input, &mut Rational::new());
                add_multiplied_transposed(&mut back_twice, &weights, &delta, &mut Rational::new());
                let doubled = |once: &[Rational]| once.iter().map(|entry| entry.clone() * 2).collect::<Vec<_>>();
                assert_eq!((twice, back_twice), (doubled(&ahead), doubled(&behind)));
            }
        }
    }
}
