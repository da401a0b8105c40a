//! Gram matrices of heads in one pass: `W W^T` of rows, `U^T U` of columns, summed over the heads of each group.

use super::law::Axis;

use super::fitted::{Extent, Layout};
use super::sums::{Compensated, dot};

/// So many outer products are added plainly before the rounding is looked at.
const PLAIN: usize = 64;

/// Sums Gram matrices of a matrix that comes row by row.
pub struct Gram {
    extent: Extent,
    axis: Axis,
    layout: Layout,
    /// The rows of the head that is being read, or the one row that is.
    pending: Vec<f64>,
    /// As many elements as that takes.
    step: usize,
    position: usize,
    plain: Vec<f64>,
    added: usize,
    /// For each group a square matrix, of which the upper triangle is filled.
    sums: Vec<Compensated>,
}

impl Gram {
    /// Nothing yet.
    pub fn new(extent: Extent, axis: Axis, layout: Layout, groups: usize) -> Self {
        let entries = groups * layout.head * layout.head;
        let (step, plain) = match axis {
            Axis::Rows => (extent.columns * layout.head, Vec::new()),
            _ => (extent.columns, vec![0.0; entries]),
        };
        let sums = vec![Compensated::default(); entries];
        Gram { extent, axis, layout, pending: Vec::with_capacity(step), step, position: 0, plain, added: 0, sums }
    }

    /// Adds the next elements in row-major order.
    pub fn add(&mut self, mut values: &[f64]) {
        while !values.is_empty() {
            let missing = self.step - self.pending.len();
            let (part, rest) = values.split_at(values.len().min(missing));
            self.pending.extend_from_slice(part);
            if part.len() == missing {
                match self.axis {
                    Axis::Rows => self.add_head(),
                    _ => self.add_row(),
                }
                self.pending.clear();
            }
            values = rest;
        }
    }

    fn add_head(&mut self) {
        let (width, head) = (self.extent.columns, self.layout.head);
        let base = self.layout.group(self.position) * head * head;
        let rows: Vec<&[f64]> = self.pending.chunks(width).collect();
        for (i, row) in rows.iter().enumerate() {
            for (j, other) in rows.iter().enumerate().skip(i) {
                self.sums[base + i * head + j].add(dot(row, other));
            }
        }
        self.position += head;
    }

    fn add_row(&mut self) {
        let head = self.layout.head;
        for (number, values) in self.pending.chunks(head).enumerate() {
            let base = self.layout.group(number * head) * head * head;
            for (i, value) in values.iter().enumerate() {
                let row = &mut self.plain[base + i * head..][i..head];
                for (sum, other) in row.iter_mut().zip(&values[i..]) {
                    *sum += value * other;
                }
            }
        }
        self.added += 1;
        if self.added == PLAIN {
            self.settle();
        }
    }

    fn settle(&mut self) {
        for (sum, plain) in self.sums.iter_mut().zip(&mut self.plain) {
            sum.add(std::mem::take(plain));
        }
        self.added = 0;
    }

    /// The matrices of all groups, one after another, each row by row.
    pub fn finish(mut self) -> Vec<f64> {
        self.settle();
        let head = self.layout.head;
        let mut entries: Vec<f64> = self.sums.into_iter().map(Compensated::value).collect();
        for matrix in entries.chunks_mut(head * head) {
            for i in 0..head {
                for j in 0..i {
                    matrix[i * head + j] = matrix[j * head + i];
                }
            }
        }
        entries
    }
}

/// Sums `X = G W^T` of rows, or `G^T W` of columns, over the heads of each group, and the same of the elements' squares: entry
/// `(i, j)` is the overlap of the gradient with the generator that adds a multiple of member `j` to member `i`.
pub struct Cross {
    extent: Extent,
    axis: Axis,
    layout: Layout,
    /// The members of a group that are looked at.
    places: Vec<usize>,
    parameters: Vec<f64>,
    gradients: Vec<f64>,
    step: usize,
    position: usize,
    sums: Vec<Compensated>,
    squares: Vec<f64>,
}

impl Cross {
    /// Nothing yet.
    pub fn new(extent: Extent, axis: Axis, layout: Layout, groups: usize, places: Vec<usize>) -> Self {
        let step = if axis == Axis::Rows { extent.columns * layout.head } else { extent.columns };
        let entries = groups * places.len() * places.len();
        Cross {
            extent,
            axis,
            layout,
            places,
            parameters: Vec::with_capacity(step),
            gradients: Vec::with_capacity(step),
            step,
            position: 0,
            sums: vec![Compensated::default(); entries],
            squares: vec![0.0; entries],
        }
    }

    /// Adds the next elements of both in row-major order.
    pub fn add(&mut self, mut parameters: &[f64], mut gradients: &[f64]) {
        while !parameters.is_empty() {
            let missing = (self.step - self.parameters.len()).min(parameters.len());
            let (part, rest) = parameters.split_at(missing);
            let (other, other_rest) = gradients.split_at(missing);
            self.parameters.extend_from_slice(part);
            self.gradients.extend_from_slice(other);
            if self.parameters.len() == self.step {
                match self.axis {
                    Axis::Rows => self.add_head(),
                    _ => self.add_row(),
                }
                self.parameters.clear();
                self.gradients.clear();
            }
            (parameters, gradients) = (rest, other_rest);
        }
    }

    fn add_head(&mut self) {
        let (width, count) = (self.extent.columns, self.places.len());
        let base = self.layout.group(self.position) * count * count;
        let squared = |values: &[f64]| values.iter().map(|value| value * value).collect::<Vec<_>>();
        let (parameter_squares, gradient_squares) = (squared(&self.parameters), squared(&self.gradients));
        let row = |values: &[f64], place: usize| values[place * width..][..width].to_vec();
        for (i, &to) in self.places.iter().enumerate() {
            let (gradient, gradient_squares) = (row(&self.gradients, to), row(&gradient_squares, to));
            for (j, &from) in self.places.iter().enumerate() {
                let entry = base + i * count + j;
                self.sums[entry].add(dot(&gradient, &self.parameters[from * width..][..width]));
                self.squares[entry] += dot(&gradient_squares, &parameter_squares[from * width..][..width]);
            }
        }
        self.position += self.layout.head;
    }

    fn add_row(&mut self) {
        let (head, count) = (self.layout.head, self.places.len());
        for (number, (parameters, gradients)) in
            self.parameters.chunks(head).zip(self.gradients.chunks(head)).enumerate()
        {
            let base = self.layout.group(number * head) * count * count;
            for (i, &to) in self.places.iter().enumerate() {
                for (j, &from) in self.places.iter().enumerate() {
                    let (entry, product) = (base + i * count + j, gradients[to] * parameters[from]);
                    self.sums[entry].add(product);
                    self.squares[entry] += product * product;
                }
            }
        }
    }

    /// The matrices of all groups, and those of squares.
    pub fn finish(self) -> (Vec<f64>, Vec<f64>) {
        (self.sums.into_iter().map(Compensated::value).collect(), self.squares)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(head: usize, shared: usize) -> Layout {
        Layout { head, shared, width: head, neighbours: false, slice: None }
    }

    #[test]
    fn cross_matrices_are_inner_products_of_gradients_and_parameters() {
        let extent = Extent { rows: 4, columns: 6 };
        let parameters: Vec<f64> = (0..24).map(|index| f64::from(index * index % 13 - 6)).collect();
        let gradients: Vec<f64> = (0..24).map(|index| f64::from(index * index % 7 - 3)).collect();
        let (w, g) = (|r: usize, c: usize| parameters[6 * r + c], |r: usize, c: usize| gradients[6 * r + c]);
        for cut in [1, 5, 24] {
            let run = |axis, layout| {
                let mut cross = Cross::new(extent, axis, layout, 1, vec![0, 1]);
                for (w, g) in parameters.chunks(cut).zip(gradients.chunks(cut)) {
                    cross.add(w, g);
                }
                cross.finish()
            };
            // Two heads of two rows, three of two columns.
            let (rows, row_squares) = run(Axis::Rows, layout(2, 2));
            let (columns, column_squares) = run(Axis::Columns, layout(2, 3));
            for (i, j) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
                let of_rows = || (0..12).map(|n| g(2 * (n / 6) + i, n % 6) * w(2 * (n / 6) + j, n % 6));
                let of_columns = || (0..12).map(|n| g(n / 3, 2 * (n % 3) + i) * w(n / 3, 2 * (n % 3) + j));
                assert_eq!(rows[2 * i + j], of_rows().sum::<f64>());
                assert_eq!(columns[2 * i + j], of_columns().sum::<f64>());
                assert_eq!(row_squares[2 * i + j], of_rows().map(|x| x * x).sum::<f64>());
                assert_eq!(column_squares[2 * i + j], of_columns().map(|x| x * x).sum::<f64>());
            }
        }
    }

    #[test]
    fn gram_matrices_are_inner_products_of_rows_or_columns_of_each_group() {
        let extent = Extent { rows: 12, columns: 8 };
        // Integers, so that every order gives the same sums.
        let values: Vec<f64> = (0..96).map(|index| f64::from(index * index % 23 - 11)).collect();
        let at = |row: usize, column: usize| values[row * 8 + column];
        for cut in [1, 5, 8, 96] {
            let mut rows = Gram::new(extent, Axis::Rows, layout(3, 2), 2);
            values.chunks(cut).for_each(|values| rows.add(values));
            let rows = rows.finish();
            let mut columns = Gram::new(extent, Axis::Columns, layout(2, 2), 2);
            values.chunks(cut).for_each(|values| columns.add(values));
            let columns = columns.finish();
            for group in 0..2 {
                for (i, j) in (0..3).flat_map(|i| (0..3).map(move |j| (i, j))) {
                    let head = |head: usize| (0..8).map(|k| at(3 * head + i, k) * at(3 * head + j, k)).sum::<f64>();
                    assert_eq!(rows[9 * group + 3 * i + j], head(2 * group) + head(2 * group + 1));
                }
                for (i, j) in (0..2).flat_map(|i| (0..2).map(move |j| (i, j))) {
                    let head = |head: usize| (0..12).map(|k| at(k, 2 * head + i) * at(k, 2 * head + j)).sum::<f64>();
                    assert_eq!(columns[4 * group + 2 * i + j], head(2 * group) + head(2 * group + 1));
                }
            }
        }
    }
}
