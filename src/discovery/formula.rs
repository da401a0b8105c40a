//! Quadratic forms and generators in the names of the blocks.
//!
//! `W[0,:]` is a row, `W[:,0]` a column, `W[0:2,:]` the rows 0 and 1, `b[0]` an entry of a block with one column; `g_W` is the block's
//! gradient.

use super::affine::Affine;
use super::blocks::{Block, locate};
use super::matrices::{Action, MatrixSymmetry};
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

/// A row or a column of a block.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Line {
    block: usize,
    is_row: bool,
    number: usize,
}

impl Line {
    /// The lines on which two places stand opposite to each other, and where along them: rows of blocks with as many columns, or
    /// columns of blocks with as many rows.
    fn shared(blocks: &[Block], first: usize, second: usize) -> Option<(Line, Line, usize)> {
        let ((block, row, column), (other, other_row, other_column)) = (locate(blocks, first), locate(blocks, second));
        if column == other_column && blocks[block].columns == blocks[other].columns && blocks[block].columns > 1 {
            let line = |block, number| Line { block, is_row: true, number };
            return Some((line(block, row), line(other, other_row), column));
        }
        if row == other_row && blocks[block].rows == blocks[other].rows {
            let line = |block, number| Line { block, is_row: false, number };
            return Some((line(block, column), line(other, other_column), row));
        }
        None
    }

    fn length(self, blocks: &[Block]) -> usize {
        let block = &blocks[self.block];
        if self.is_row { block.columns } else { block.rows }
    }

    fn name(self, blocks: &[Block]) -> String {
        let Block { name, columns, .. } = &blocks[self.block];
        match (self.is_row, columns) {
            (true, _) => format!("{name}[{},:]", self.number),
            (false, 1) => name.clone(),
            (false, _) => format!("{name}[:,{}]", self.number),
        }
    }

    fn place(self, blocks: &[Block], position: usize) -> usize {
        let block = &blocks[self.block];
        if self.is_row { block.entry(self.number, position) } else { block.entry(position, self.number) }
    }
}

/// Members by key, both in order of appearance.
struct Groups<K, V>(Vec<(K, BTreeSet<V>)>);

impl<K: PartialEq, V: Ord> Groups<K, V> {
    fn new() -> Self {
        Groups(Vec::new())
    }

    fn file(&mut self, key: K, value: V) {
        match self.0.iter_mut().find(|(known, _)| *known == key) {
            Some((_, values)) => _ = values.insert(value),
            None => self.0.push((key, [value].into())),
        }
    }
}

/// `x^T S x` for `x` the parameters, or their gradients with the prefix `g_`; `mean` puts `E` around each term.
fn quadratic(blocks: &[Block], form: &BTreeMap<(usize, usize), Rational>, prefix: &str, mean: bool) -> Sum {
    let wrapped = |text: String| if mean { format!("E[{text}]") } else { text };
    let product = |first: usize, second: usize| {
        wrapped(format!("{prefix}{} {prefix}{}", parameter(blocks, first), parameter(blocks, second)))
    };
    let (mut squares, mut products, mut others) = (Groups::new(), Groups::new(), Vec::new());
    for ((first, second), entry) in form {
        let twice = Rational::from(entry * 2);
        if first == second {
            let (block, row, column) = locate(blocks, *first);
            squares.file((block, entry.clone()), (row, column));
        } else if let Some((line, other, position)) = Line::shared(blocks, *first, *second) {
            products.file((line, other, twice), position);
        } else {
            others.push((twice, product(*first, *second)));
        }
    }
    let mut sum = Sum::default();
    for ((block, coefficient), places) in squares.0 {
        for name in covers(&blocks[block], &places) {
            let mark = if mean { "E" } else { "" };
            sum.terms.push((coefficient.clone(), format!("{mark}|{prefix}{name}|^2")));
        }
    }
    for ((first, second, coefficient), positions) in products.0 {
        if positions.len() == first.length(blocks) && positions.len() > 1 {
            let text = format!("<{prefix}{}, {prefix}{}>", first.name(blocks), second.name(blocks));
            sum.terms.push((coefficient, wrapped(text)));
            continue;
        }
        for position in positions {
            let text = product(first.place(blocks, position), second.place(blocks, position));
            sum.terms.push((coefficient.clone(), text));
        }
    }
    sum.terms.extend(others);
    sum
}

/// The factor that makes all coefficients integers without a common divisor.
pub(super) fn clearing<'a>(entries: impl Iterator<Item = &'a Rational>) -> Rational {
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
    let single = |row: usize, entry: &Rational, column: usize| {
        format!("d{} += {}", parameter(blocks, row), scaled(entry, &parameter(blocks, column)))
    };
    let (mut diagonal, mut lines, mut others) = (Groups::new(), Groups::new(), Vec::new());
    for ((row, column), entry) in generator.entries() {
        if *column == parameters {
            others.push(format!("d{} += {entry}", parameter(blocks, *row)));
        } else if row == column {
            let (block, row, column) = locate(blocks, *row);
            diagonal.file((block, entry.clone()), (row, column));
        } else if let Some((to, from, position)) = Line::shared(blocks, *row, *column) {
            lines.file((to, from, entry.clone()), position);
        } else {
            others.push(single(*row, entry, *column));
        }
    }
    let mut parts = Vec::new();
    for ((block, entry), places) in diagonal.0 {
        parts.extend(covers(&blocks[block], &places).iter().map(|name| format!("d{name} += {}", scaled(&entry, name))));
    }
    for ((to, from, entry), positions) in lines.0 {
        if positions.len() == to.length(blocks) {
            parts.push(format!("d{} += {}", to.name(blocks), scaled(&entry, &from.name(blocks))));
        } else {
            let each = |position: usize| single(to.place(blocks, position), &entry, from.place(blocks, position));
            parts.extend(positions.into_iter().map(each));
        }
    }
    parts.extend(others);
    parts.join(", ")
}

/// The rows or columns of a block that a matrix acts on.
fn lines(blocks: &[Block], action: &Action, size: usize) -> String {
    let Block { name, rows, columns, .. } = &blocks[action.block];
    let all = if action.is_left { *rows } else { *columns };
    let lines = range(action.start, action.start + size);
    match (size == all, action.is_left, columns) {
        (true, ..) => name.clone(),
        (false, true, 1) => format!("{name}[{lines}]"),
        (false, true, _) => format!("{name}[{lines},:]"),
        (false, false, _) => format!("{name}[:,{lines}]"),
    }
}

/// What a matrix symmetry does, `dW1 += X W1, dW2 += -W2 X` for every matrix X.
pub fn matrix_generator(blocks: &[Block], symmetry: &MatrixSymmetry) -> String {
    let mut moved: Vec<(String, Sum)> = Vec::new();
    for action in &symmetry.actions {
        let name = lines(blocks, action, symmetry.size);
        let matrix = if action.is_transposed { "X^T" } else { "X" };
        let product = if action.is_left { format!("{matrix} {name}") } else { format!("{name} {matrix}") };
        let term = (action.factor.clone(), product);
        match moved.iter_mut().find(|(known, _)| *known == name) {
            Some((_, sum)) => sum.terms.push(term),
            None => moved.push((name, Sum { terms: vec![term] })),
        }
    }
    let parts: Vec<String> = moved.iter().map(|(name, sum)| format!("d{name} += {}", sum.write())).collect();
    let kind = if symmetry.is_antisymmetric { "antisymmetric " } else { "" };
    format!("{} for every {kind}{size}x{size} matrix X", parts.join(", "), size = symmetry.size)
}

/// The law of a matrix symmetry: `E[g_W1 g_W1^T] - E[g_W2^T g_W2] = (4 gamma/eta) (W1 W1^T - W2^T W2)`; none of antisymmetric matrices.
pub fn matrix_law(blocks: &[Block], symmetry: &MatrixSymmetry) -> Option<String> {
    if symmetry.is_antisymmetric {
        return None;
    }
    let (mut noise, mut decay) = (Sum::default(), Sum::default());
    for action in &symmetry.actions {
        let name = lines(blocks, action, symmetry.size);
        let square = |name: &str| if action.is_left { format!("{name} {name}^T") } else { format!("{name}^T {name}") };
        noise.terms.push((action.factor.clone(), format!("E[{}]", square(&format!("g_{name}")))));
        decay.terms.push((action.factor.clone(), square(&name)));
    }
    Some(format!("{} = (4 gamma/eta) ({})", noise.write(), decay.write()))
}
