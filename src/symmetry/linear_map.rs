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

    /// The entries above zero, so that `A = A_+ - A_-` with `A_-` the positive part of `-A`.
    pub fn positive_part(&self) -> Self {
        let positive =
            |entries: &Vec<(usize, Rational)>| entries.iter().filter(|(_, entry)| *entry > 0).cloned().collect();
        LinearMap { rows: self.rows.iter().map(positive).collect() }
    }

    /// The entries below zero, with their sign changed.
    pub fn negative_part(&self) -> Self {
        self.scaled(&Rational::from(-1)).positive_part()
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

    /// Whether it commutes with its transpose.
    pub fn is_normal(&self) -> bool {
        let transposed = self.transposed();
        self.after(&transposed).plus(&transposed.after(self).scaled(&Rational::from(-1))).is_zero()
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
        crate::linalg::products::dot(left, &self.apply(right))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_is_the_difference_of_its_parts_and_neither_has_an_entry_below_zero() {
        let mut map = LinearMap::diagonal([2, 0, -3].map(Rational::from));
        map.add(0, 2, Rational::from((-1, 7)));
        map.add(2, 1, Rational::from((5, 9)));
        let (positive, negative) = (map.positive_part(), map.negative_part());
        assert!(positive.plus(&map.scaled(&Rational::from(-1))).plus(&negative.scaled(&Rational::from(-1))).is_zero());
        for part in [positive, negative] {
            assert!(!part.is_zero() && (0..3).all(|row| part.row(row).iter().all(|(_, entry)| *entry > 0)));
        }
    }
}
