//! The affine generators by kind: linear ones and translations, what SGD preserves and what it breaks, each with a sparse basis.

use super::affine::{Affine, Row, echelon, subtract};
use super::blocks::Block;
use super::matrices::{MatrixSymmetry, Unit, matrix_symmetries};
use super::sparse::{shortened, sparse_basis};
use crate::scalar::Rational;
use std::collections::BTreeMap;

/// The affine generators by kind, each kind with a [sparse basis](super::sparse) but for `linear`, whose basis is a reduced echelon form.
#[derive(Clone, Debug)]
pub struct Parts {
    /// Linear ones, `v = 0`.
    pub linear: Vec<Affine>,
    /// Linear ones modulo the implied ones; first the members of the matrix symmetries.
    pub essential: Vec<Affine>,
    /// Linear ones implied by translations: every column of `B` is one, as in `B = v e^T`, a translation times a parameter.
    pub implied: Vec<Affine>,
    /// Symmetries by all matrices of a size.
    pub matrices: Vec<MatrixSymmetry>,
    /// Linear ones with independent symmetric parts, as many as these have dimensions; those of the matrix symmetries first, then those of the other
    /// essential ones.
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

/// An entry of a matrix behind what it is sorted by.
type Place = (u8, usize, usize);

impl Parts {
    /// Splits the span of some generators of a network with these blocks.
    pub fn of(blocks: &[Block], generators: &[Affine]) -> Self {
        let parameters = blocks.last().map_or(0, |block| block.range().end);
        let key = |(row, column): (usize, usize), first: bool| (u8::from((column == parameters) != first), row, column);
        let reduced = |generators: &[Affine], shifts_first: bool| -> Vec<Affine> {
            let rows = generators.iter().map(|generator| -> Row<Place> {
                generator.entries().iter().map(|(place, entry)| (key(*place, shifts_first), entry.clone())).collect()
            });
            echelon(rows).into_iter().map(|row| of_row(parameters, row)).collect()
        };
        let has_shift = |generator: &Affine| generator.entries().keys().any(|(_, column)| *column == parameters);
        let has_matrix = |generator: &Affine| generator.entries().keys().any(|(_, column)| *column < parameters);

        let (moving, linear): (Vec<Affine>, Vec<Affine>) = reduced(generators, true).into_iter().partition(has_shift);
        let translations: Vec<Affine> =
            reduced(generators, false).into_iter().filter(|generator| !has_matrix(generator)).collect();
        // Those with a shift, modulo the translations: they complete both.
        let mut known = translations.clone();
        let mut mixed = Vec::new();
        for generator in moving {
            let before = echelon(known.iter().map(|affine| affine.entries().clone())).len();
            known.push(generator.clone());
            if echelon(known.iter().map(|affine| affine.entries().clone())).len() > before {
                mixed.push(generator);
            } else {
                known.pop();
            }
        }
        let (essential, implied) = modulo_translations(parameters, &linear, &translations);
        let region = |place: usize| blocks.iter().position(|block| block.range().contains(&place));
        let regions =
            |row: usize, column: usize| -> Vec<usize> { [region(row), region(column)].into_iter().flatten().collect() };
        let sparse = |generators: &[Affine]| -> Vec<Affine> {
            let rows = generators.iter().map(|generator| generator.entries().clone()).collect();
            let basis = sparse_basis(rows, &|(row, column)| regions(*row, *column));
            basis.into_iter().map(|row| Affine::new(parameters, row)).collect()
        };
        let mut matrices = Vec::new();
        let essential = {
            let rows = sparse(&essential).into_iter().map(|generator| generator.entries().clone()).collect();
            let others: Vec<_> = implied.iter().map(|generator| generator.entries().clone()).collect();
            let rows = shortened(rows, &others, &|(row, column)| regions(*row, *column));
            let sparse: Vec<Affine> = rows.into_iter().map(|row| Affine::new(parameters, row)).collect();
            let mut known = Independent::modulo(others);
            for mut found in matrix_symmetries(blocks, &sparse, &implied) {
                let members = found.members(blocks, Unit::Any);
                let start = known.members.len();
                if known.take_all(members, |member| member.entries().clone()) {
                    found.members = start..known.members.len();
                    matrices.push(found);
                }
            }
            known.take(sparse, |member| member.entries().clone());
            known.members
        };
        let mut symmetric = Independent::default();
        for found in &mut matrices {
            let start = symmetric.members.len();
            symmetric.take(found.members(blocks, Unit::Symmetric), Affine::symmetric_part);
            found.laws = start..symmetric.members.len();
        }
        let by_symmetric_part =
            |(kind, row, column): &Place| if *kind == 0 { regions(*row, *column) } else { Vec::new() };
        let (rows, _) = split(&essential);
        let basis = sparse_basis(rows, &by_symmetric_part);
        symmetric.take(basis.into_iter().map(|row| whole(parameters, row)), Affine::symmetric_part);
        let essential_symmetric = symmetric.members.len();
        let (rows, _) = split(&implied);
        symmetric.take(rows.into_iter().map(|row| whole(parameters, row)), Affine::symmetric_part);
        let (_, rows) = split(&linear);
        let antisymmetric: Vec<Affine> = rows.into_iter().map(|row| whole(parameters, row)).collect();
        Parts {
            linear,
            essential,
            implied,
            matrices,
            symmetric: symmetric.members,
            essential_symmetric,
            antisymmetric: sparse(&antisymmetric),
            translations: sparse(&translations),
            mixed: sparse(&mixed),
        }
    }
}

fn of_row(parameters: usize, row: Row<Place>) -> Affine {
    Affine::new(parameters, row.into_iter().map(|((_, row, column), entry)| ((row, column), entry)))
}

/// Generators whose rows are independent.
#[derive(Default)]
struct Independent {
    members: Vec<Affine>,
    rows: BTreeMap<(usize, usize), Row<(usize, usize)>>,
}

impl Independent {
    /// Of no members, modulo some rows.
    fn modulo(rows: Vec<Row<(usize, usize)>>) -> Self {
        let rows = echelon(rows).into_iter();
        let first = |row: Row<(usize, usize)>| Some((*row.keys().next()?, row));
        Independent { members: Vec::new(), rows: rows.filter_map(first).collect() }
    }

    /// What is left of a row.
    fn rest(&self, mut row: Row<(usize, usize)>) -> Row<(usize, usize)> {
        let mut from = (0, 0);
        while let Some((pivot, factor)) =
            row.range(from..).find(|(key, _)| self.rows.contains_key(key)).map(|(key, entry)| (*key, entry.clone()))
        {
            subtract(&mut row, &factor, &self.rows[&pivot]);
            from = pivot;
        }
        row
    }

    fn add(&mut self, generator: Affine, row: Row<(usize, usize)>) -> bool {
        let mut rest = self.rest(row);
        let Some((pivot, value)) = rest.first_key_value().map(|(pivot, value)| (*pivot, value.clone())) else {
            return false;
        };
        rest.values_mut().for_each(|entry| *entry /= &value);
        self.rows.insert(pivot, rest);
        self.members.push(generator);
        true
    }

    /// Takes those that are independent of what is there.
    fn take(&mut self, generators: impl IntoIterator<Item = Affine>, row: impl Fn(&Affine) -> Row<(usize, usize)>) {
        for generator in generators {
            let row = row(&generator);
            self.add(generator, row);
        }
    }

    /// Takes all, or none if some depend on what is there.
    fn take_all(&mut self, generators: Vec<Affine>, row: impl Fn(&Affine) -> Row<(usize, usize)>) -> bool {
        let (count, before) = (self.members.len() + generators.len(), self.rows.clone());
        let start = self.members.len();
        self.take(generators, row);
        let all = self.members.len() == count;
        if !all {
            self.members.truncate(start);
            self.rows = before;
        }
        all
    }
}

/// Linear generators that translations do not imply, and those that they do: each row carries its columns modulo the translations in
/// front, so that the echelon form reduces these first.
fn modulo_translations(parameters: usize, linear: &[Affine], translations: &[Affine]) -> (Vec<Affine>, Vec<Affine>) {
    let shifts: Vec<BTreeMap<usize, Rational>> =
        translations.iter().map(|translation| translation.shift().into_iter().collect()).collect();
    let shifts = echelon(shifts);
    let reduced = |generator: &Affine| {
        let mut entries = generator.entries().clone();
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
            .chain(generator.entries().iter().map(|((row, column), entry)| ((1, *row, *column), entry.clone())))
            .collect()
    });
    let (mut essential, mut implied) = (Vec::new(), Vec::new());
    for row in echelon(rows) {
        let is_essential = row.keys().next().is_some_and(|key| key.0 == 0);
        let generator = whole(parameters, row);
        if is_essential { essential.push(generator) } else { implied.push(generator) }
    }
    (essential, implied)
}

/// Rows of generators with independent symmetric parts, and of those without symmetric part: each row carries its symmetric part in front, so
/// that the echelon form reduces that first.
fn split(linear: &[Affine]) -> (Vec<Row<Place>>, Vec<Row<Place>>) {
    let rows = linear.iter().map(|generator| -> Row<Place> {
        let part = generator.symmetric_part().into_iter().map(|((row, column), entry)| ((0, row, column), entry));
        let whole = generator.entries().iter().map(|((row, column), entry)| ((1, *row, *column), entry.clone()));
        part.chain(whole).collect()
    });
    echelon(rows).into_iter().partition(|row| row.keys().next().is_some_and(|key| key.0 == 0))
}

/// The generator of a row that carries something in front.
fn whole(parameters: usize, row: Row<Place>) -> Affine {
    of_row(parameters, row.into_iter().filter(|(key, _)| key.0 == 1).collect())
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
        let plane = Block { name: "theta".to_owned(), rows: 2, columns: 1, start: 0 };
        let rotation = affine(&[((0, 1), -1), ((1, 0), 1)]);
        let sum = affine(&[((0, 1), -1), ((1, 0), 1), ((0, 0), 2), ((1, 1), 2)]);
        let mixed = affine(&[((0, 1), 1), ((1, 2), 3)]);
        let shift = affine(&[((0, 2), 1), ((1, 0), 5), ((0, 1), -5)]);
        let parts = Parts::of(&[plane], &[sum, rotation, mixed, shift]);
        assert_eq!(parts.linear.len(), 2);
        assert_eq!((parts.symmetric.len(), parts.antisymmetric.len()), (1, 1));
        assert_eq!((parts.translations.len(), parts.mixed.len()), (1, 1));
        assert_eq!(parts.antisymmetric[0].symmetric_part().len(), 0);
        assert_eq!(parts.translations[0], affine(&[((0, 2), 1)]));
    }
}
