//! Matrix symmetries: generators that come as `dP += X P, dQ += -Q X`, one for every matrix `X` of a size, or for every antisymmetric one.
//!
//! They are read off the sparse basis: a generator that adds one line of each block to another suggests what the matrices do, and whether all of them are
//! generators is seen by reducing each. Their balance laws are the entries of one matrix law: symmetric `X` give
//!
//! ```text
//! E[g_P g_P^T] - E[g_Q^T g_Q] = (4 gamma/eta) (P P^T - Q^T Q).
//! ```

use super::affine::{Affine, Row, echelon, subtract};
use super::blocks::{Block, locate};
use crate::scalar::Rational;
use num_traits::One;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// What the matrix does to some lines of a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// The block.
    pub block: usize,
    /// `X P` on rows, or else `P X` on columns.
    pub is_left: bool,
    /// With the transpose of `X`.
    pub is_transposed: bool,
    /// The number before it.
    pub factor: Rational,
    /// The first of the rows or columns.
    pub start: usize,
}

/// A symmetry by all matrices of a size.
#[derive(Clone, Debug)]
pub struct MatrixSymmetry {
    /// On each block.
    pub actions: Vec<Action>,
    /// The rows of the matrix.
    pub size: usize,
    /// Whether only antisymmetric matrices are meant.
    pub is_antisymmetric: bool,
    /// Which of the essential generators are its members.
    pub members: Range<usize>,
    /// Which of the generators with independent symmetric parts are its own.
    pub laws: Range<usize>,
}

/// Which matrices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// All that there are.
    Any,
    /// The symmetric ones.
    Symmetric,
}

/// Lines of a block that move: block, whether rows, to which, from which.
type Move = (usize, bool, usize, usize);

impl MatrixSymmetry {
    /// A basis.
    pub fn members(&self, blocks: &[Block], unit: Unit) -> Vec<Affine> {
        let pairs = (0..self.size).flat_map(|row| (0..self.size).map(move |column| (row, column)));
        let basis = pairs.filter_map(|(row, column)| match (unit, self.is_antisymmetric) {
            (Unit::Any, false) => Some(self.of_matrix(blocks, &[(row, column, 1)])),
            (Unit::Any, true) => (row < column).then(|| self.of_matrix(blocks, &[(row, column, 1), (column, row, -1)])),
            (Unit::Symmetric, true) => None,
            (Unit::Symmetric, false) if row == column => Some(self.of_matrix(blocks, &[(row, row, 1)])),
            (Unit::Symmetric, false) => {
                (row < column).then(|| self.of_matrix(blocks, &[(row, column, 1), (column, row, 1)]))
            }
        });
        basis.collect()
    }

    /// The generator of a matrix, by its entries.
    fn of_matrix(&self, blocks: &[Block], matrix: &[(usize, usize, i32)]) -> Affine {
        let parameters = blocks.last().map_or(0, |block| block.range().end);
        let mut entries = Vec::new();
        for action in &self.actions {
            let block = &blocks[action.block];
            for (row, column, entry) in matrix {
                let (row, column) = if action.is_transposed { (column, row) } else { (row, column) };
                let (row, column) = (action.start + row, action.start + column);
                // A row of `X P` is a sum of rows of P, a column of `P X` one of columns.
                let places: Vec<(usize, usize)> = if action.is_left {
                    block.row(row).zip(block.row(column)).collect()
                } else {
                    block.column(column).zip(block.column(row)).collect()
                };
                let coefficient = Rational::from(&action.factor * *entry);
                entries.extend(places.into_iter().map(|place| (place, coefficient.clone())));
            }
        }
        Affine::new(parameters, entries)
    }
}

/// What one generator suggests: what its matrix does, starting from its first line, and the entry of the matrix.
struct Suggested {
    actions: Vec<(Action, isize)>,
    is_antisymmetric: bool,
    entry: (usize, usize),
}

/// The matrix symmetries among generators of a sparse basis, whose members may have parts among other generators.
pub fn matrix_symmetries(blocks: &[Block], basis: &[Affine], others: &[Affine]) -> Vec<MatrixSymmetry> {
    let mut families: Vec<(Suggested, Vec<(usize, usize)>)> = Vec::new();
    for suggested in basis.iter().filter_map(|generator| suggested(blocks, generator)) {
        let is_same = |(known, _): &&mut (Suggested, Vec<(usize, usize)>)| {
            known.actions == suggested.actions && known.is_antisymmetric == suggested.is_antisymmetric
        };
        let entry = suggested.entry;
        match families.iter_mut().find(is_same) {
            Some((_, entries)) => entries.push(entry),
            None => families.push((suggested, vec![entry])),
        }
    }
    let span = echelon(basis.iter().chain(others).map(|generator| generator.entries().clone()));
    let span: BTreeMap<(usize, usize), Row<(usize, usize)>> =
        span.into_iter().filter_map(|row| Some((*row.keys().next()?, row))).collect();
    let mut found: Vec<MatrixSymmetry> = Vec::new();
    for (suggested, entries) in families {
        for lines in connected(&entries) {
            let Some(symmetry) = completed(&suggested, &lines) else { continue };
            if symmetry.members(blocks, Unit::Any).iter().all(|member| is_within(&span, member)) {
                found.push(symmetry);
            }
        }
    }
    found.sort_by_key(|symmetry| symmetry.actions.first().map(|action| (action.block, !action.is_left, action.start)));
    found
}

fn is_within(span: &BTreeMap<(usize, usize), Row<(usize, usize)>>, generator: &Affine) -> bool {
    let mut row = generator.entries().clone();
    // A row of the span has zeros at the other pivots.
    let pivots: Vec<_> = row.keys().filter(|key| span.contains_key(key)).copied().collect();
    for pivot in pivots {
        if let Some(factor) = row.get(&pivot).cloned() {
            subtract(&mut row, &factor, &span[&pivot]);
        }
    }
    row.is_empty()
}

/// Reads off a generator what its matrix does; none if it is no sum of lines added to others.
fn suggested(blocks: &[Block], generator: &Affine) -> Option<Suggested> {
    let mut moves: BTreeMap<Move, (Rational, BTreeSet<usize>)> = BTreeMap::new();
    for ((to, from), entry) in generator.entries() {
        if *from >= blocks.last()?.range().end {
            return None;
        }
        let ((block, row, column), (other, other_row, other_column)) = (locate(blocks, *to), locate(blocks, *from));
        let (key, position) = match () {
            () if block != other => return None,
            () if column == other_column && row != other_row => ((block, true, row, other_row), column),
            () if row == other_row && column != other_column => ((block, false, column, other_column), row),
            () => return None,
        };
        let (factor, positions) = moves.entry(key).or_insert_with(|| (entry.clone(), BTreeSet::new()));
        if factor != entry || !positions.insert(position) {
            return None;
        }
    }
    let is_whole = |((block, is_left, ..), (_, positions)): (&Move, &(Rational, BTreeSet<usize>))| {
        let Block { rows, columns, .. } = &blocks[*block];
        positions.len() == if *is_left { *columns } else { *rows }
    };
    if !moves.iter().all(is_whole) {
        return None;
    }
    // The entry of X that moves these lines, were it not transposed.
    let entry = |(_, is_left, to, from): &Move| if *is_left { (*to, *from) } else { (*from, *to) };
    let (first, (of_first, _)) = moves.first_key_value()?;
    let (row, column) = entry(first);
    let distance = |one: usize, other: usize| one as isize - other as isize;
    let mut actions = Vec::new();
    for (key, (factor, _)) in &moves {
        let (own_row, own_column) = entry(key);
        let (is_transposed, offset) = if distance(own_row, row) == distance(own_column, column) {
            (false, distance(own_row, row))
        } else if distance(own_row, column) == distance(own_column, row) {
            (true, distance(own_row, column))
        } else {
            return None;
        };
        let factor = Rational::from(factor / of_first);
        actions.push((Action { block: key.0, is_left: key.1, is_transposed, factor, start: 0 }, offset));
    }
    let opposite = |(action, offset): &(Action, isize)| {
        let partner =
            Action { is_transposed: !action.is_transposed, factor: Rational::from(-&action.factor), ..action.clone() };
        actions.contains(&(partner, *offset))
    };
    let is_antisymmetric = actions.iter().all(opposite);
    if is_antisymmetric {
        actions.retain(|(action, _)| !action.is_transposed);
    }
    debug_assert!(actions.first().is_some_and(|(action, _)| action.factor.is_one()));
    Some(Suggested { actions, is_antisymmetric, entry: (row, column) })
}

/// Lines that entries link.
fn connected(entries: &[(usize, usize)]) -> Vec<BTreeSet<usize>> {
    let mut sets: Vec<BTreeSet<usize>> = Vec::new();
    for (row, column) in entries {
        let (linked, mut apart): (Vec<_>, Vec<_>) =
            sets.into_iter().partition(|set| set.contains(row) || set.contains(column));
        let mut all: BTreeSet<usize> = [*row, *column].into();
        all.extend(linked.into_iter().flatten());
        apart.push(all);
        sets = apart;
    }
    sets
}

/// The symmetry by matrices of some lines, if these are successive.
fn completed(suggested: &Suggested, lines: &BTreeSet<usize>) -> Option<MatrixSymmetry> {
    let (first, last) = (*lines.first()?, *lines.last()?);
    if last - first + 1 != lines.len() {
        return None;
    }
    let placed = |(action, offset): &(Action, isize)| {
        Some(Action { start: first.checked_add_signed(*offset)?, ..action.clone() })
    };
    Some(MatrixSymmetry {
        actions: suggested.actions.iter().map(placed).collect::<Option<_>>()?,
        size: lines.len(),
        is_antisymmetric: suggested.is_antisymmetric,
        members: 0..0,
        laws: 0..0,
    })
}
