//! Quadratic forms and generators in the names of the blocks.
//!
//! `W[0,:]` is a row, `W[:,0]` a column, `W[0:2,:]` the rows 0 and 1, `b[0]` an entry of a block with one column; `g_W` is the block's
//! gradient.

use super::affine::Affine;
use super::blocks::Block;
use crate::scalar::Rational;
use rug::Integer;
use std::collections::{BTreeMap, BTreeSet};

/// A signed sum in words.
#[derive(Default)]
struct Sum {
    terms: Vec<(Rational, String)>,
}

impl Sum {
    fn write(&self) -> String {
        let mut text = String::new();
        for (index, (coefficient, term)) in self.terms.iter().enumerate() {
            let sign = match (index, *coefficient < 0) {
                (0, true) => "-",
                (0, false) => "",
                (_, true) => " - ",
                (_, false) => " + ",
            };
            let size = coefficient.clone().abs();
            let factor = if size == 1 { String::new() } else { format!("{size} ") };
            text += &format!("{sign}{factor}{term}");
        }
        if text.is_empty() { "0".to_owned() } else { text }
    }
}

/// The block of a parameter, and its row and column there.
fn locate(blocks: &[Block], place: usize) -> (usize, usize, usize) {
    let index = blocks.iter().position(|block| block.range().contains(&place)).expect("every parameter has a block");
    let offset = place - blocks[index].start;
    (index, offset / blocks[index].columns, offset % blocks[index].columns)
}

/// The name of one parameter.
pub fn parameter(blocks: &[Block], place: usize) -> String {
    let (index, row, column) = locate(blocks, place);
    let block = &blocks[index];
    match (block.rows * block.columns, block.columns) {
        (1, _) => block.name.clone(),
        (_, 1) => format!("{}[{row}]", block.name),
        _ => format!("{}[{row},{column}]", block.name),
    }
}

fn range(start: usize, end: usize) -> String {
    if end == start + 1 { start.to_string() } else { format!("{start}:{end}") }
}

/// The runs of consecutive numbers.
fn runs(numbers: &BTreeSet<usize>) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for &number in numbers {
        match runs.last_mut() {
            Some((_, end)) if *end == number => *end += 1,
            _ => runs.push((number, number + 1)),
        }
    }
    runs
}

/// Places of a block as few names: the whole, runs of full rows, runs of full columns, single entries.
fn covers(block: &Block, places: &BTreeSet<(usize, usize)>) -> Vec<String> {
    let name = &block.name;
    if places.len() == block.rows * block.columns {
        return vec![name.clone()];
    }
    if block.columns == 1 {
        let rows = places.iter().map(|(row, _)| *row).collect();
        return runs(&rows).into_iter().map(|(start, end)| format!("{name}[{}]", range(start, end))).collect();
    }
    let full = |line: &dyn Fn(usize) -> (usize, usize), length: usize| (0..length).all(|k| places.contains(&line(k)));
    let rows: BTreeSet<usize> = (0..block.rows).filter(|row| full(&|k| (*row, k), block.columns)).collect();
    let rest: BTreeSet<(usize, usize)> = places.iter().filter(|(row, _)| !rows.contains(row)).copied().collect();
    let columns: BTreeSet<usize> =
        (0..block.columns).filter(|column| (0..block.rows).all(|k| rest.contains(&(k, *column)))).collect();
    let mut names: Vec<String> =
        runs(&rows).into_iter().map(|(start, end)| format!("{name}[{},:]", range(start, end))).collect();
    names.extend(runs(&columns).into_iter().map(|(start, end)| format!("{name}[:,{}]", range(start, end))));
    let single = rest.iter().filter(|(_, column)| !columns.contains(column));
    names.extend(single.map(|(row, column)| format!("{name}[{row},{column}]")));
    names
}

/// `x^T S x` for `x` the parameters, or their gradients with the prefix `g_`; `mean` puts `E` around each term.
fn quadratic(blocks: &[Block], form: &BTreeMap<(usize, usize), Rational>, prefix: &str, mean: bool) -> Sum {
    // Squares by block and coefficient, in order of appearance.
    let mut squares: Vec<((usize, Rational), BTreeSet<(usize, usize)>)> = Vec::new();
    // Products by the pair of lines they belong to: (block, is a row, number) twice, coefficient, positions along the lines.
    type Line = (usize, bool, usize);
    let mut products: Vec<((Line, Line, Rational), BTreeSet<usize>)> = Vec::new();
    let mut others: Vec<(Rational, String)> = Vec::new();
    let mut file = |key: (Line, Line, Rational), position: usize| match products.iter_mut().find(|(k, _)| *k == key) {
        Some((_, positions)) => _ = positions.insert(position),
        None => products.push((key, [position].into())),
    };
    for ((first, second), entry) in form {
        let (block, row, column) = locate(blocks, *first);
        if first == second {
            let key = (block, entry.clone());
            match squares.iter_mut().find(|(known, _)| *known == key) {
                Some((_, places)) => _ = places.insert((row, column)),
                None => squares.push((key, [(row, column)].into())),
            }
            continue;
        }
        let (other, other_row, other_column) = locate(blocks, *second);
        let twice = Rational::from(entry * 2);
        if column == other_column && blocks[block].columns == blocks[other].columns && blocks[block].columns > 1 {
            file(((block, true, row), (other, true, other_row), twice), column);
        } else if row == other_row && blocks[block].rows == blocks[other].rows {
            file(((block, false, column), (other, false, other_column), twice), row);
        } else {
            let (left, right) = (parameter(blocks, *first), parameter(blocks, *second));
            others.push((twice, format!("{prefix}{left} {prefix}{right}")));
        }
    }
    let mut sum = Sum::default();
    let wrapped = |text: String| if mean { format!("E[{text}]") } else { text };
    for ((block, coefficient), places) in squares {
        for name in covers(&blocks[block], &places) {
            let text = format!("|{prefix}{name}|^2");
            sum.terms.push((coefficient.clone(), if mean { format!("E{text}") } else { text }));
        }
    }
    for ((first, second, coefficient), positions) in products {
        let length = |(block, is_row, _): Line| if is_row { blocks[block].columns } else { blocks[block].rows };
        let line = |(block, is_row, number): Line| {
            let Block { name, columns, .. } = &blocks[block];
            match (is_row, columns) {
                (true, _) => format!("{prefix}{name}[{number},:]"),
                (false, 1) => format!("{prefix}{name}"),
                (false, _) => format!("{prefix}{name}[:,{number}]"),
            }
        };
        if positions.len() == length(first) && length(first) > 1 {
            sum.terms.push((coefficient, wrapped(format!("<{}, {}>", line(first), line(second)))));
            continue;
        }
        for position in positions {
            let entry = |(block, is_row, number): Line| {
                let block = &blocks[block];
                let place = if is_row { block.entry(number, position) } else { block.entry(position, number) };
                format!("{prefix}{}", parameter(blocks, place))
            };
            sum.terms.push((coefficient.clone(), wrapped(format!("{} {}", entry(first), entry(second)))));
        }
    }
    sum.terms.extend(others.into_iter().map(|(coefficient, text)| (coefficient, wrapped(text))));
    sum
}

/// The factor that makes all coefficients integers without a common divisor.
fn clearing<'a>(entries: impl Iterator<Item = &'a Rational>) -> Rational {
    let (mut numerators, mut denominators) = (Integer::new(), Integer::from(1));
    for entry in entries {
        numerators.gcd_mut(entry.numer());
        denominators.lcm_mut(entry.denom());
    }
    if numerators.is_zero() { Rational::from(1) } else { Rational::from((denominators, numerators)) }
}

/// The law of a generator at stationary points: `E[g^T S g] = (4 gamma/eta) (theta^T S theta + v^T theta)`.
pub fn law(blocks: &[Block], generator: &Affine) -> String {
    let mut form = generator.symmetric_part();
    let mut shift = generator.shift();
    let factor = clearing(form.values().chain(shift.iter().map(|(_, entry)| entry)));
    form.values_mut().for_each(|entry| *entry *= &factor);
    shift.iter_mut().for_each(|(_, entry)| *entry *= &factor);
    let noise = quadratic(blocks, &form, "g_", true);
    let mut decay = quadratic(blocks, &form, "", false);
    decay.terms.extend(shift.into_iter().map(|(place, entry)| (entry, parameter(blocks, place))));
    format!("{} = (4 gamma/eta) ({})", noise.write(), decay.write())
}

/// A number times a name.
fn scaled(entry: &Rational, name: &str) -> String {
    match entry {
        one if *one == 1 => name.to_owned(),
        minus if *minus == -1 => format!("-{name}"),
        _ => format!("{entry} {name}"),
    }
}

/// What a generator does, `dW[0,:] += W[1,:]` and so on: one for each parameter that moves, grouped where a line moves alike.
pub fn generator(blocks: &[Block], generator: &Affine) -> String {
    let parameters = blocks.last().map_or(0, |block| block.range().end);
    // Moves by (block, is a row, number) of target and source and coefficient.
    type Line = (usize, bool, usize);
    let mut lines: Vec<((Line, Line, Rational), Vec<(usize, usize)>)> = Vec::new();
    let mut diagonal: Vec<((usize, Rational), BTreeSet<(usize, usize)>)> = Vec::new();
    let mut texts = Vec::new();
    for ((row, column), entry) in generator.entries() {
        let (block, r, c) = locate(blocks, *row);
        if *column == parameters {
            texts.push(format!("d{} += {entry}", parameter(blocks, *row)));
        } else if row == column {
            let key = (block, entry.clone());
            match diagonal.iter_mut().find(|(known, _)| *known == key) {
                Some((_, places)) => _ = places.insert((r, c)),
                None => diagonal.push((key, [(r, c)].into())),
            }
        } else {
            let (other, s, d) = locate(blocks, *column);
            let key = if c == d && blocks[block].columns == blocks[other].columns && blocks[block].columns > 1 {
                ((block, true, r), (other, true, s), entry.clone())
            } else if r == s && blocks[block].rows == blocks[other].rows {
                ((block, false, c), (other, false, d), entry.clone())
            } else {
                let moved = parameter(blocks, *row);
                texts.push(format!("d{moved} += {}", scaled(entry, &parameter(blocks, *column))));
                continue;
            };
            match lines.iter_mut().find(|(known, _)| *known == key) {
                Some((_, places)) => places.push((*row, *column)),
                None => lines.push((key, vec![(*row, *column)])),
            }
        }
    }
    let mut parts = Vec::new();
    for ((block, entry), places) in diagonal {
        parts.extend(covers(&blocks[block], &places).iter().map(|name| format!("d{name} += {}", scaled(&entry, name))));
    }
    for ((to, from, entry), places) in lines {
        let length = |(block, is_row, _): Line| if is_row { blocks[block].columns } else { blocks[block].rows };
        let line = |(block, is_row, number): Line| {
            let Block { name, columns, .. } = &blocks[block];
            match (is_row, columns) {
                (true, _) => format!("{name}[{number},:]"),
                (false, 1) => name.clone(),
                (false, _) => format!("{name}[:,{number}]"),
            }
        };
        if places.len() == length(to) {
            parts.push(format!("d{} += {}", line(to), scaled(&entry, &line(from))));
        } else {
            let single = |(row, column): &(usize, usize)| {
                format!("d{} += {}", parameter(blocks, *row), scaled(&entry, &parameter(blocks, *column)))
            };
            parts.extend(places.iter().map(single));
        }
    }
    parts.extend(texts);
    parts.join(", ")
}
