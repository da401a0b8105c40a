//! Sparse bases: of a space of generators those of fewest and smallest entries, so that each is told by itself and not as a sum of several.
//!
//! *Method.* The space falls into summands that share no entry; each is taken by itself. In a summand sets of regions are tried, the smaller ones first
//! (the regions of an entry are the blocks that it speaks of). Of the vectors without entries outside a set of this size those with fewest entries are taken
//! first, and of equally short ones those whose regions are near each other, as far as they are independent of those before. Within a set, and at the end
//! among all, a multiple of one vector is added to another as long as that leaves fewer regions, or as many and fewer entries, or as many of smaller numbers. So a vector of two blocks is
//! never hidden in a sum over many. That no basis has fewer entries is not claimed: in general the question is a hard one.

use super::affine::{Row, echelon, subtract};
use super::formula::clearing;
use crate::formula::relations::space::advance;
use crate::linalg::exact::{Span, null_space};
use crate::scalar::Rational;
use nalgebra::DMatrix;
use num_traits::{One, Zero};
use std::collections::{BTreeMap, BTreeSet};

/// Sets of regions that are tried in a summand at most.
const MOST_SETS: usize = 1 << 12;

/// An entry, or what is carried along with the entries.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key<K> {
    /// An entry that counts.
    Entry(K),
    /// One that does not.
    Carried(K),
    /// The coefficient of a row of the basis that was given.
    Part(usize),
}

type Vector<K> = Row<Key<K>>;

/// A sparse basis of the span of some rows. `regions` are those of an entry; entries that have none do not count, and are carried along: the rows
/// have to be independent without them.
pub fn sparse_basis<K: Ord + Clone>(rows: Vec<Row<K>>, regions: &dyn Fn(&K) -> Vec<usize>) -> Vec<Row<K>> {
    let keyed = |row: Row<K>| -> Vector<K> {
        let key = |key: K| if regions(&key).is_empty() { Key::Carried(key) } else { Key::Entry(key) };
        row.into_iter().map(|(name, entry)| (key(name), entry)).collect()
    };
    let rows = echelon(rows.into_iter().map(keyed));
    let mut basis: Vec<Row<K>> =
        summands(rows).into_iter().flat_map(|summand| of_summand(summand, regions)).map(stripped).collect();
    basis.sort_by(|a, b| a.keys().cmp(b.keys()));
    basis
}

/// The rows by what they share.
fn summands<K: Ord + Clone>(rows: Vec<Vector<K>>) -> Vec<Vec<Vector<K>>> {
    let mut summands: Vec<(BTreeSet<K>, Vec<Vector<K>>)> = Vec::new();
    for row in rows {
        let mut entries: BTreeSet<K> = entries(&row).map(|(key, _)| key.clone()).collect();
        let mut members = vec![row];
        let (linked, apart): (Vec<_>, Vec<_>) =
            summands.into_iter().partition(|(known, _)| !known.is_disjoint(&entries));
        for (known, rows) in linked {
            entries.extend(known);
            members.splice(0..0, rows);
        }
        summands = apart;
        summands.push((entries, members));
    }
    summands.into_iter().map(|(_, rows)| rows).collect()
}

fn entries<K>(vector: &Vector<K>) -> impl Iterator<Item = (&K, &Rational)> {
    vector.iter().map_while(|(key, entry)| match key {
        Key::Entry(name) => Some((name, entry)),
        _ => None,
    })
}

fn of_summand<K: Ord + Clone>(rows: Vec<Vector<K>>, regions: &dyn Fn(&K) -> Vec<usize>) -> Vec<Vector<K>> {
    let count = rows.len();
    if count == 1 {
        return rows;
    }
    let mut columns: BTreeMap<K, Vec<Rational>> = BTreeMap::new();
    for (place, row) in rows.iter().enumerate() {
        for (key, entry) in entries(row) {
            columns.entry(key.clone()).or_insert_with(|| vec![Rational::zero(); count])[place] = entry.clone();
        }
    }
    // By regions; what differs by a factor is one condition.
    let mut conditions: BTreeMap<Vec<usize>, BTreeSet<Vec<Rational>>> = BTreeMap::new();
    for (key, mut column) in columns {
        let factor = column.iter().find(|entry| !entry.is_zero()).expect("a column has an entry").clone();
        column.iter_mut().for_each(|entry| *entry /= &factor);
        conditions.entry(regions(&key)).or_default().insert(column);
    }
    let all: Vec<usize> = conditions.keys().flatten().copied().collect::<BTreeSet<_>>().into_iter().collect();
    let rows: Vec<Vector<K>> = rows
        .into_iter()
        .enumerate()
        .map(|(place, mut row)| {
            row.insert(Key::Part(place), Rational::one());
            row
        })
        .collect();
    let (mut span, mut found, mut tried) = (Span::new(), Vec::new(), 0);
    let mut take = |found: &mut Vec<Vector<K>>, vectors: Vec<Vector<K>>| {
        for vector in vectors {
            let part = |place| vector.get(&Key::Part(place)).cloned().unwrap_or_default();
            if span.add((0..count).map(part).collect()) {
                found.push(vector);
            }
        }
    };
    for size in 1..all.len() {
        if found.len() == count || tried > MOST_SETS {
            break;
        }
        let mut vectors = Vec::new();
        let mut set: Vec<usize> = (0..size).collect();
        loop {
            tried += 1;
            if tried > MOST_SETS {
                break;
            }
            let inside = |region: &usize| set.iter().any(|place| all[*place] == *region);
            let outside = conditions.iter().filter(|(regions, _)| !regions.iter().all(inside));
            let combinations = vanishing(count, outside.flat_map(|(_, columns)| columns));
            let mut within = echelon(combinations.iter().map(|factors| combined(&rows, factors)));
            shorten(&mut within, regions);
            vectors.append(&mut within);
            if !advance(&mut set, all.len()) {
                break;
            }
        }
        // Of sets of one size the shortest vectors come first, and of equally short ones those of regions that are near each other.
        vectors.sort_by_key(|vector| (cost(vector, regions), spread(vector, regions)));
        take(&mut found, vectors);
    }
    let mut rest = rows;
    shorten(&mut rest, regions);
    rest.sort_by_key(|vector| cost(vector, regions));
    take(&mut found, rest);
    shorten(&mut found, regions);
    found
}

/// The combinations of rows whose entries in some columns vanish.
fn vanishing<'a>(count: usize, columns: impl Iterator<Item = &'a Vec<Rational>>) -> Vec<Vec<Rational>> {
    let (mut span, mut independent) = (Span::new(), Vec::new());
    for column in columns {
        if span.add(column.clone()) {
            independent.push(column);
        }
        if independent.len() == count {
            return Vec::new();
        }
    }
    let matrix = DMatrix::from_fn(independent.len(), count, |row, column| independent[row][column].clone());
    null_space(&matrix).column_iter().map(|column| column.iter().cloned().collect()).collect()
}

fn combined<K: Ord + Clone>(rows: &[Vector<K>], factors: &[Rational]) -> Vector<K> {
    let mut sum = Vector::new();
    for (row, factor) in rows.iter().zip(factors).filter(|(_, factor)| !factor.is_zero()) {
        subtract(&mut sum, &Rational::from(-factor), row);
    }
    sum
}

/// What there is to read: regions, entries, and their bits.
fn cost<K>(vector: &Vector<K>, regions: &dyn Fn(&K) -> Vec<usize>) -> (usize, usize, u32) {
    let of: BTreeSet<usize> = entries(vector).flat_map(|(key, _)| regions(key)).collect();
    let factor = clearing(entries(vector).map(|(_, entry)| entry));
    let bits = entries(vector).map(|(_, entry)| Rational::from(entry * &factor).numer().significant_bits());
    (of.len(), entries(vector).count(), bits.sum())
}

/// How far apart its regions are.
fn spread<K>(vector: &Vector<K>, regions: &dyn Fn(&K) -> Vec<usize>) -> usize {
    let all: BTreeSet<usize> = entries(vector).flat_map(|(key, _)| regions(key)).collect();
    all.last().unwrap_or(&0) - all.first().unwrap_or(&0)
}

/// The vector with a multiple of another added, if that makes it shorter.
fn shorter<K: Ord + Clone>(
    vector: &Vector<K>,
    other: &Vector<K>,
    regions: &dyn Fn(&K) -> Vec<usize>,
) -> Option<Vector<K>> {
    let shared = entries(other).filter_map(|(key, entry)| Some((vector.get(&Key::Entry(key.clone()))?, entry)));
    let ratios: Vec<Rational> = shared.map(|(mine, entry)| Rational::from(mine / entry)).collect();
    // What comes in is what is not shared.
    if ratios.is_empty() || 2 * ratios.len() < entries(other).count() {
        return None;
    }
    let now = cost(vector, regions);
    ratios.into_iter().collect::<BTreeSet<_>>().into_iter().find_map(|ratio| {
        let mut sum = vector.clone();
        subtract(&mut sum, &ratio, other);
        (cost(&sum, regions) < now).then_some(sum)
    })
}

/// Adds multiples of one vector to another as long as that makes it shorter.
fn shorten<K: Ord + Clone>(vectors: &mut [Vector<K>], regions: &dyn Fn(&K) -> Vec<usize>) {
    let mut changed = true;
    while changed {
        changed = false;
        for place in 0..vectors.len() {
            for other in (0..vectors.len()).filter(|other| *other != place) {
                if let Some(sum) = shorter(&vectors[place], &vectors[other], regions) {
                    (vectors[place], changed) = (sum, true);
                }
            }
        }
    }
}

/// Rows, as representatives modulo others, with as little to read as multiples of these leave.
pub fn shortened<K: Ord + Clone>(
    rows: Vec<Row<K>>,
    others: &[Row<K>],
    regions: &dyn Fn(&K) -> Vec<usize>,
) -> Vec<Row<K>> {
    let keyed = |row: &Row<K>| -> Vector<K> {
        row.iter().map(|(key, entry)| (Key::Entry(key.clone()), entry.clone())).collect()
    };
    let others: Vec<Vector<K>> = others.iter().map(keyed).collect();
    let each = |row: Row<K>| {
        let mut vector = keyed(&row);
        while let Some(sum) = others.iter().find_map(|other| shorter(&vector, other, regions)) {
            vector = sum;
        }
        stripped(vector)
    };
    rows.into_iter().map(each).collect()
}

/// With 1 as its first entry.
fn stripped<K: Ord>(vector: Vector<K>) -> Row<K> {
    let first = entries(&vector).next().map_or_else(Rational::one, |(_, entry)| entry.clone());
    let named = |(key, entry): (Key<K>, Rational)| match key {
        Key::Entry(name) | Key::Carried(name) => Some((name, entry / &first)),
        Key::Part(_) => None,
    };
    vector.into_iter().filter_map(named).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `sum_l` of the laws `a_l - a_(l+1)` of a chain, in every order: the differences of neighbours come back, whatever sums were given.
    #[test]
    fn sums_along_a_chain_are_taken_apart() {
        let number = |value: i32| Rational::from(value);
        for depth in 2..6_usize {
            // Block l has 2 x 2 entries; unit i of block l takes its row, and the column of the next block.
            let law = |block: usize, unit: usize| -> Row<(usize, usize, usize)> {
                let row = (0..2).map(|k| ((block, unit, k), number(1)));
                row.chain((0..2).map(|k| ((block + 1, k, unit), number(-1)))).collect()
            };
            let laws: Vec<_> = (0..depth).flat_map(|block| [law(block, 0), law(block, 1)]).collect();
            let mut sums = Vec::new();
            for (place, law) in laws.iter().enumerate() {
                let mut sum = law.clone();
                for (other, further) in laws.iter().enumerate().skip(place + 1) {
                    subtract(&mut sum, &number(-(1 + (other * 7 % 3) as i32)), further);
                }
                sums.push(sum);
            }
            assert_eq!(sparse_basis(sums, &|key| vec![key.0]), laws, "{depth}");
        }
    }

    /// Modulo `a + b` and `c + d` the vector `w + a + b + 2 c + 2 d` is `w`.
    #[test]
    fn representatives_are_the_shortest() {
        let row = |entries: &[(usize, i32)]| -> Row<usize> {
            entries.iter().map(|(key, entry)| (*key, Rational::from(*entry))).collect()
        };
        let others = [row(&[(1, 1), (2, 1)]), row(&[(3, 1), (4, 1)])];
        let rows = vec![row(&[(0, 1), (1, 1), (2, 1), (3, 2), (4, 2)])];
        assert_eq!(shortened(rows, &others, &|_| vec![0]), [row(&[(0, 1)])]);
    }

    /// What has no region is carried along, and does not count.
    #[test]
    fn what_is_carried_does_not_count() {
        let row = |entries: &[(usize, i32)]| -> Row<usize> {
            entries.iter().map(|(key, entry)| (*key, Rational::from(*entry))).collect()
        };
        let rows = vec![row(&[(0, 1), (1, 1), (100, 1)]), row(&[(0, 1), (1, 2), (200, 1)])];
        let basis = sparse_basis(rows, &|key| if *key < 100 { vec![0] } else { Vec::new() });
        assert_eq!(basis, [row(&[(0, 1), (100, 2), (200, -1)]), row(&[(1, 1), (100, -1), (200, 1)])]);
    }
}
