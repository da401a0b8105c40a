//! A slice of a tensor that comes row by row.

use super::fitted::{Extent, Layout};
use super::law::Axis;

/// Keeps the elements of a slice of a tensor that comes row by row.
#[derive(Clone, Copy)]
pub struct Sieve {
    pub extent: Extent,
    pub axis: Axis,
    pub layout: Layout,
    /// How many elements have come.
    pub position: usize,
}

impl Sieve {
    /// The extent of what is kept.
    pub fn left(&self) -> Extent {
        let length = |positions| self.layout.slice.map_or(positions, |slice| slice.length(positions).unwrap_or(0));
        match self.axis {
            Axis::Columns => Extent { columns: length(self.extent.columns), ..self.extent },
            _ => Extent { rows: length(self.extent.rows), ..self.extent },
        }
    }

    fn keeps(&self, element: usize) -> bool {
        let (row, column) = (element / self.extent.columns, element % self.extent.columns);
        self.layout.has(if self.axis == Axis::Columns { column } else { row })
    }

    /// Passes the next elements of a tensor.
    pub fn pass(&mut self, values: &[f64], add: impl FnOnce(&[f64])) {
        self.pass_both(values, &[], |values, _| add(values));
    }

    /// Passes the next elements of one or two tensors.
    pub fn pass_both(&mut self, values: &[f64], others: &[f64], add: impl FnOnce(&[f64], &[f64])) {
        let first = self.position;
        self.position += values.len();
        if self.layout.slice.is_none() {
            return add(values, others);
        }
        let kept = |values: &[f64]| -> Vec<f64> {
            let kept = values.iter().enumerate().filter(|(number, _)| self.keeps(first + number));
            kept.map(|(_, value)| *value).collect()
        };
        add(&kept(values), &kept(others));
    }
}
