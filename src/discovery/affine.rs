//! Affine generators with rational coefficients, and exact reductions of them.

use crate::linalg::products::dot;
use crate::scalar::{Branch, Field, Rational};
use crate::symmetry::LinearMap;
use std::collections::BTreeMap;

/// `theta -> B theta + v`: the entries that are not zero by (row, column); column `n` of `n` parameters is `v`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Affine {
    parameters: usize,
    entries: BTreeMap<(usize, usize), Rational>,
}

impl Affine {
    /// The sum of coefficients at places; column `n` stands for `v`.
    pub fn new(parameters: usize, entries: impl IntoIterator<Item = ((usize, usize), Rational)>) -> Self {
        let mut sums: BTreeMap<(usize, usize), Rational> = BTreeMap::new();
        for (place, coefficient) in entries {
            *sums.entry(place).or_default() += coefficient;
        }
        sums.retain(|_, entry| !entry.is_zero());
        Affine { parameters, entries: sums }
    }

    /// The entries that are not zero.
    pub fn entries(&self) -> &BTreeMap<(usize, usize), Rational> {
        &self.entries
    }

    /// `B` alone.
    pub fn linear_part(&self) -> LinearMap {
        let mut map = LinearMap::zero(self.parameters);
        for ((row, column), entry) in &self.entries {
            if *column < self.parameters {
                map.add(*row, *column, entry.clone());
            }
        }
        map
    }

    /// The entries of `v` that are not zero.
    pub fn shift(&self) -> Vec<(usize, Rational)> {
        let shifts = self.entries.iter().filter(|((_, column), _)| *column == self.parameters);
        shifts.map(|((row, _), entry)| (*row, entry.clone())).collect()
    }

    /// The entries of the symmetric part `(B + B^T) / 2` on and above the diagonal.
    pub fn symmetric_part(&self) -> BTreeMap<(usize, usize), Rational> {
        let mut part: BTreeMap<(usize, usize), Rational> = BTreeMap::new();
        for ((row, column), entry) in &self.entries {
            if *column < self.parameters {
                let half = if row == column { entry.clone() } else { Rational::from(entry / 2) };
                *part.entry((*row.min(column), *row.max(column))).or_default() += half;
            }
        }
        part.retain(|_, entry| !entry.is_zero());
        part
    }

    /// `B theta + v`.
    pub fn velocity<T: Field>(&self, theta: &[T]) -> Vec<T> {
        let mut velocity = vec![T::zero(); self.parameters];
        let mut scratch = T::zero();
        for ((row, column), entry) in &self.entries {
            let coefficient = T::from_rational(entry);
            match theta.get(*column) {
                Some(parameter) => velocity[*row].add_product(&coefficient, parameter, &mut scratch),
                None => velocity[*row] += coefficient,
            }
        }
        velocity
    }

    /// `(B theta + v)^T g`, and `max |g_i| sum |(B theta + v)_i|`, to compare it with.
    pub fn equation<T: Branch>(&self, theta: &[T], gradient: &[T]) -> (T, T) {
        let velocity = self.velocity(theta);
        let (mut size, mut largest) = (T::zero(), T::zero());
        for (speed, slope) in velocity.iter().zip(gradient) {
            size += speed.absolute();
            largest = largest.maximum(&slope.absolute());
        }
        (dot(&velocity, gradient), size * largest)
    }

    /// `g^T B g`
    pub fn form<T: Field>(&self, vector: &[T]) -> T {
        dot(vector, &self.linear_part().apply(vector))
    }
}

/// A sparse row of rational numbers.
pub type Row<K> = BTreeMap<K, Rational>;

/// Subtracts a multiple of another row.
pub(super) fn subtract<K: Ord + Clone>(row: &mut Row<K>, factor: &Rational, other: &Row<K>) {
    for (key, entry) in other {
        let difference = row.entry(key.clone()).or_default();
        *difference -= Rational::from(factor * entry);
        if difference.is_zero() {
            row.remove(key);
        }
    }
}

/// The reduced row echelon form: every row has a 1 at its first key, where all others have 0.
pub fn echelon<K: Ord + Clone>(rows: impl IntoIterator<Item = Row<K>>) -> Vec<Row<K>> {
    let mut basis: BTreeMap<K, Row<K>> = BTreeMap::new();
    for mut row in rows {
        let pivots: Vec<K> = row.keys().filter(|key| basis.contains_key(key)).cloned().collect();
        // A row of the basis has zeros at the other pivots, so that the pivots to clear are known from the start.
        for pivot in pivots {
            if let Some(factor) = row.get(&pivot).cloned() {
                subtract(&mut row, &factor, &basis[&pivot]);
            }
        }
        let Some((pivot, value)) = row.first_key_value().map(|(pivot, value)| (pivot.clone(), value.clone())) else {
            continue;
        };
        for entry in row.values_mut() {
            *entry /= &value;
        }
        for known in basis.values_mut() {
            if let Some(factor) = known.get(&pivot).cloned() {
                subtract(known, &factor, &row);
            }
        }
        basis.insert(pivot, row);
    }
    basis.into_values().collect()
}
