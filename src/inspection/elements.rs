//! Loops over the elements of a tensor, and what their products sum up to.

use super::fitted::Layout;
use super::law::Axis;
use super::range::{square, square_of_product};
use super::sums::{Marginals, sum};

/// Elements that are looked at together.
pub const BLOCK: usize = 1 << 13;

/// Sums over rows and over columns.
pub type RowsAndColumns = (Vec<f64>, Vec<f64>);

/// Sums over rows or columns, to sums over the members of a law.
pub fn fold((rows, columns): &RowsAndColumns, axis: Axis, layout: Layout, members: usize) -> Vec<f64> {
    let along = match axis {
        Axis::All => {
            let rows = rows.iter().enumerate().filter(|(row, _)| layout.has(*row));
            return vec![sum(rows.map(|(_, value)| *value))];
        }
        Axis::Rows => rows,
        Axis::Columns => columns,
    };
    let mut folded = vec![0.0; members];
    for (position, value) in along.iter().enumerate() {
        if let Some(member) = layout.member(position) {
            folded[member] += value;
        }
    }
    folded
}

/// `theta` times something like a gradient, and that squared.
pub struct Products {
    pub along: Marginals,
    pub squares: Marginals,
    /// The squares of the products.
    pub scatter: Marginals,
}

impl Products {
    pub fn add(&mut self, theta: &[f64], other: &[f64], product: &mut [f64]) {
        fill_two(product, theta, other, |theta, other| theta * other);
        self.along.add(product);
        fill_two(product, theta, other, square_of_product);
        self.scatter.add(product);
        fill(product, other, square);
        self.squares.add(product);
    }

    pub fn finish(self) -> (RowsAndColumns, RowsAndColumns, RowsAndColumns) {
        (self.along.finish(), self.squares.finish(), self.scatter.finish())
    }
}

pub fn blocks() -> [Vec<f64>; 6] {
    [(); 6].map(|()| vec![0.0; BLOCK])
}

pub fn add_to(sums: &mut [f64], values: &[f64]) {
    for (sum, value) in sums.iter_mut().zip(values) {
        *sum += value;
    }
}

pub fn fill(values: &mut [f64], a: &[f64], function: impl Fn(f64) -> f64) {
    for (value, a) in values.iter_mut().zip(a) {
        *value = function(*a);
    }
}

pub fn fill_two(values: &mut [f64], a: &[f64], b: &[f64], function: impl Fn(f64, f64) -> f64) {
    for ((value, a), b) in values.iter_mut().zip(a).zip(b) {
        *value = function(*a, *b);
    }
}

/// `moment / metric`; where both vanish nothing moves and nothing counts.
pub fn quotient(moment: f64, metric: f64) -> f64 {
    if moment == 0.0 { 0.0 } else { moment / metric }
}
