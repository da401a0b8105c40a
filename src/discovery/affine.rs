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
type Row<K> = BTreeMap<K, Rational>;

fn subtract<K: Ord + Clone>(row: &mut Row<K>, factor: &Rational, other: &Row<K>) {
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

/// The affine generators by kind, each kind a reduced basis.
#[derive(Clone, Debug)]
pub struct Parts {
    /// Linear ones, `v = 0`.
    pub linear: Vec<Affine>,
    /// Linear ones modulo the implied ones.
    pub essential: Vec<Affine>,
    /// Linear ones implied by translations: every column of `B` is one, as in `B = v e^T`, a translation times a parameter.
    pub implied: Vec<Affine>,
    /// Linear ones with independent symmetric parts, as many as these have dimensions; those of the essential ones first, in reduced
    /// echelon form.
    pub symmetric: Vec<Affine>,
    /// How many of the symmetric ones come first, from the essential ones; the others are implied by translations.
    pub essential_symmetric: usize,
    /// A basis of the linear ones with `B^T = -B`.
    pub antisymmetric: Vec<Affine>,
    /// Translations, `B = 0`.
    pub translations: Vec<Affine>,
    /// What completes linear ones and translations to all.
    pub mixed: Vec<Affine>,
}

impl Parts {
    /// Splits the span of some generators.
    pub fn of(parameters: usize, generators: &[Affine]) -> Self {
        let key = |(row, column): (usize, usize), first: bool| (u8::from((column == parameters) != first), row, column);
        let reduced = |generators: &[Affine], shifts_first: bool| -> Vec<Affine> {
            let rows = generators.iter().map(|generator| -> Row<(u8, usize, usize)> {
                generator.entries.iter().map(|(place, entry)| (key(*place, shifts_first), entry.clone())).collect()
            });
            let back = |row: Row<(u8, usize, usize)>| {
                Affine::new(parameters, row.into_iter().map(|((_, row, column), entry)| ((row, column), entry)))
            };
            echelon(rows).into_iter().map(back).collect()
        };
        let has_shift = |generator: &Affine| generator.entries.keys().any(|(_, column)| *column == parameters);
        let has_matrix = |generator: &Affine| generator.entries.keys().any(|(_, column)| *column < parameters);

        let (moving, linear): (Vec<Affine>, Vec<Affine>) = reduced(generators, true).into_iter().partition(has_shift);
        let translations: Vec<Affine> =
            reduced(generators, false).into_iter().filter(|generator| !has_matrix(generator)).collect();
        // Those with a shift, modulo the translations: they complete both.
        let mut known = translations.clone();
        let mut mixed = Vec::new();
        for generator in moving {
            let before = echelon(known.iter().map(|affine| affine.entries.clone())).len();
            known.push(generator.clone());
            if echelon(known.iter().map(|affine| affine.entries.clone())).len() > before {
                mixed.push(generator);
            } else {
                known.pop();
            }
        }
        let (essential, implied) = modulo_translations(parameters, &linear, &translations);
        let (mut symmetric, _) = split(parameters, &essential);
        let essential_symmetric = symmetric.len();
        let mut parts: Vec<_> = symmetric.iter().map(Affine::symmetric_part).collect();
        for generator in split(parameters, &implied).0 {
            parts.push(generator.symmetric_part());
            if echelon(parts.iter().cloned()).len() == parts.len() {
                symmetric.push(generator);
            } else {
                parts.pop();
            }
        }
        let (_, antisymmetric) = split(parameters, &linear);
        Parts { linear, essential, implied, symmetric, essential_symmetric, antisymmetric, translations, mixed }
    }
}

/// Linear generators that translations do not imply, and those that they do: each row carries its columns modulo the translations in
/// front, so that the echelon form reduces these first.
fn modulo_translations(parameters: usize, linear: &[Affine], translations: &[Affine]) -> (Vec<Affine>, Vec<Affine>) {
    let shifts: Vec<BTreeMap<usize, Rational>> =
        translations.iter().map(|translation| translation.shift().into_iter().collect()).collect();
    let shifts = echelon(shifts);
    let reduced = |generator: &Affine| {
        let mut entries = generator.entries.clone();
        for shift in &shifts {
            let Some(pivot) = shift.keys().next() else { continue };
            let along: Vec<(usize, Rational)> = entries
                .range((*pivot, 0)..(*pivot + 1, 0))
                .map(|((_, column), entry)| (*column, entry.clone()))
                .collect();
            for (column, factor) in along {
                let product = shift.iter().map(|(row, entry)| ((*row, column), entry.clone())).collect();
                subtract(&mut entries, &factor, &product);
            }
        }
        entries
    };
    let rows = linear.iter().map(|generator| -> Row<(u8, usize, usize)> {
        let front = reduced(generator).into_iter().map(|((row, column), entry)| ((0, row, column), entry));
        front
            .chain(generator.entries.iter().map(|((row, column), entry)| ((1, *row, *column), entry.clone())))
            .collect()
    });
    let (mut essential, mut implied) = (Vec::new(), Vec::new());
    for row in echelon(rows) {
        let is_essential = row.keys().next().is_some_and(|key| key.0 == 0);
        let whole = row.into_iter().filter(|(key, _)| key.0 == 1);
        let generator = Affine::new(parameters, whole.map(|((_, row, column), entry)| ((row, column), entry)));
        if is_essential { essential.push(generator) } else { implied.push(generator) }
    }
    (essential, implied)
}

/// Generators with independent symmetric parts, and those without symmetric part: each row carries its symmetric part in front, so
/// that the echelon form reduces that first.
fn split(parameters: usize, linear: &[Affine]) -> (Vec<Affine>, Vec<Affine>) {
    let rows = linear.iter().map(|generator| -> Row<(u8, usize, usize)> {
        let part = generator.symmetric_part().into_iter().map(|((row, column), entry)| ((0, row, column), entry));
        let whole = generator.entries.iter().map(|((row, column), entry)| ((1, *row, *column), entry.clone()));
        part.chain(whole).collect()
    });
    let (mut symmetric, mut antisymmetric) = (Vec::new(), Vec::new());
    for row in echelon(rows) {
        let is_symmetric = row.keys().next().is_some_and(|key| key.0 == 0);
        let whole = row.into_iter().filter(|(key, _)| key.0 == 1);
        let generator = Affine::new(parameters, whole.map(|((_, row, column), entry)| ((row, column), entry)));
        if is_symmetric { symmetric.push(generator) } else { antisymmetric.push(generator) }
    }
    (symmetric, antisymmetric)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In the plane: a rotation, a scale, a shear and a translation that comes with it.
    #[test]
    fn generators_are_split_by_kind() {
        let affine = |entries: &[((usize, usize), i32)]| {
            Affine::new(2, entries.iter().map(|(place, entry)| (*place, Rational::from(*entry))))
        };
        let rotation = affine(&[((0, 1), -1), ((1, 0), 1)]);
        let sum = affine(&[((0, 1), -1), ((1, 0), 1), ((0, 0), 2), ((1, 1), 2)]);
        let mixed = affine(&[((0, 1), 1), ((1, 2), 3)]);
        let shift = affine(&[((0, 2), 1), ((1, 0), 5), ((0, 1), -5)]);
        let parts = Parts::of(2, &[sum, rotation, mixed, shift]);
        assert_eq!(parts.linear.len(), 2);
        assert_eq!((parts.symmetric.len(), parts.antisymmetric.len()), (1, 1));
        assert_eq!((parts.translations.len(), parts.mixed.len()), (1, 1));
        assert_eq!(parts.antisymmetric[0].symmetric_part().len(), 0);
        assert_eq!(parts.translations[0], affine(&[((0, 2), 1)]));
    }
}
