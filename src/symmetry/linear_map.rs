//! Sparse linear maps of parameter space with rational coefficients.

use crate::scalar::{Field, Rational};

/// A square matrix by rows, each a list of (column, coefficient).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinearMap {
    rows: Vec<Vec<(usize, Rational)>>,
}

impl LinearMap {
    /// The zero map on `dimension` parameters.
    pub fn zero(dimension: usize) -> Self {
        LinearMap { rows: vec![Vec::new(); dimension] }
    }

    /// The identity.
    pub fn identity(dimension: usize) -> Self {
        Self::diagonal((0..dimension).map(|_| Rational::from(1)))
    }

    /// A diagonal map; zeros are not stored.
    pub fn diagonal(entries: impl IntoIterator<Item = Rational>) -> Self {
        let rows =
            entries.into_iter().enumerate().map(|(i, entry)| if entry.is_zero() { vec![] } else { vec![(i, entry)] });
        LinearMap { rows: rows.collect() }
    }

    /// The number of parameters.
    pub fn dimension(&self) -> usize {
        self.rows.len()
    }

    /// The entries of one row.
    pub fn row(&self, row: usize) -> &[(usize, Rational)] {
        &self.rows[row]
    }

    /// Adds `coefficient` to the entry `(row, column)`.
    pub fn add(&mut self, row: usize, column: usize, coefficient: Rational) {
        let entries = &mut self.rows[row];
        match entries.iter_mut().find(|(known, _)| *known == column) {
            Some((_, entry)) => *entry += coefficient,
            None => entries.push((column, coefficient)),
        }
        entries.retain(|(_, entry)| !entry.is_zero());
    }

    /// Replaces one row.
    pub fn set_row(&mut self, row: usize, entries: Vec<(usize, Rational)>) {
        self.rows[row] = entries;
    }

    /// The transposed map.
    pub fn transposed(&self) -> Self {
        let mut result = Self::zero(self.dimension());
        for (row, entries) in self.rows.iter().enumerate() {
            for (column, entry) in entries {
                result.rows[*column].push((row, entry.clone()));
            }
        }
        result
    }

    /// The sum of two maps.
    pub fn plus(&self, other: &Self) -> Self {
        let mut result = self.clone();
        for (row, entries) in other.rows.iter().enumerate() {
            for (column, entry) in entries {
                result.add(row, *column, entry.clone());
            }
        }
        result
    }

    /// The map times a number.
    pub fn scaled(&self, factor: &Rational) -> Self {
        let scale = |(column, entry): &(usize, Rational)| (*column, Rational::from(entry * factor));
        let rows = self.rows.iter().map(|entries| entries.iter().map(scale).filter(|(_, e)| !e.is_zero()).collect());
        LinearMap { rows: rows.collect() }
    }

    /// The composition `self after other`.
    pub fn after(&self, other: &Self) -> Self {
        let mut result = Self::zero(self.dimension());
        for (row, entries) in self.rows.iter().enumerate() {
            for (middle, outer) in entries {
                for (column, inner) in &other.rows[*middle] {
                    result.add(row, *column, Rational::from(outer * inner));
                }
            }
        }
        result
    }

    /// Whether it is symmetric.
    pub fn is_symmetric(&self) -> bool {
        self.plus(&self.transposed().scaled(&Rational::from(-1))).is_zero()
    }

    /// Whether every entry is zero.
    pub fn is_zero(&self) -> bool {
        self.rows.iter().all(Vec::is_empty)
    }

    /// `A v`.
    pub fn apply<T: Field>(&self, vector: &[T]) -> Vec<T> {
        let mut scratch = T::zero();
        let combine = |entries: &Vec<(usize, Rational)>| {
            let mut sum = T::zero();
            for (column, entry) in entries {
                sum.add_product(&T::from_rational(entry), &vector[*column], &mut scratch);
            }
            sum
        };
        self.rows.iter().map(combine).collect()
    }

    /// `v^T A w`.
    pub fn form<T: Field>(&self, left: &[T], right: &[T]) -> T {
        crate::entropic::dot(left, &self.apply(right))
    }
}
