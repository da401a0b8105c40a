//! Permutations of units and sign flips of units that leave the loss unchanged.
//!
//! An *axis* is the rows or the columns of a block. Cut into `q` equal units, axes of different lengths can share units: the rows of
//! several heads, say. A *move* exchanges two units, or flips the sign of one, on a set of axes at once. Which axes belong together
//! is not known; it follows from points at which all other axes would not notice: there the two units are equal, or the unit is zero.
//!
//! - An axis that fails alone while all others do not notice belongs to no move.
//! - If an axis fails while another notices, every move that contains the first contains the second.
//!
//! The sets that are closed under the second rule, and unions of two or three of those that are not moves themselves, are tried at
//! fresh points, exactly or to full precision. A move that needs a larger union is missed: the search is restricted.

use super::blocks::Block;
use super::points;
use crate::data::Sample;
use crate::model::{Carrier, Differentiable, Network};
use crate::scalar::{Branch, Magnitude, Measured, Ring};

/// Points, in doubles, at which an axis is tried with others.
const PROBES: u64 = 12;
/// Fresh points at which a move is verified.
const FRESH: u64 = 64;
/// Up to this many units all pairs are exchanged, beyond it neighbours only.
const ALL_PAIRS: usize = 8;
/// Of more closed sets that are not complete only pairs are united.
const MOST_FOR_TRIPLES: usize = 8;
/// The most evaluations in doubles.
const MOST_EVALUATIONS: usize = 400_000;

/// Rows or columns of a block, cut into units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Axis {
    /// The number of the block.
    pub block: usize,
    /// Rows, or columns.
    pub rows: bool,
    /// The length of a unit.
    pub unit: usize,
}

/// Exchanges or flips of units on the same axes.
#[derive(Clone, Debug)]
pub struct Family {
    /// The axes that move together.
    pub axes: Vec<Axis>,
    /// Into how many units they are cut.
    pub units: usize,
    /// For an exchange the two units, for a flip the unit twice.
    pub moves: Vec<(usize, usize)>,
}

/// What was found.
#[derive(Clone, Debug)]
pub struct SignedPermutations {
    /// Exchanges of two units.
    pub exchanges: Vec<Family>,
    /// Sign flips of a unit.
    pub flips: Vec<Family>,
    /// Whether the search ended early because it took too many evaluations.
    pub capped: bool,
}

impl SignedPermutations {
    /// Generators among the exchanges.
    pub fn exchange_count(&self) -> usize {
        self.exchanges.iter().map(|family| family.moves.len()).sum()
    }

    /// Generators among the flips.
    pub fn flip_count(&self) -> usize {
        self.flips.iter().map(|family| family.moves.len()).sum()
    }
}

impl Axis {
    /// The axis in words: `W1 rows`.
    pub fn name(&self, blocks: &[Block]) -> String {
        let block = &blocks[self.block];
        match (block.columns, self.rows) {
            (1, _) => block.name.clone(),
            (_, true) => format!("{} rows", block.name),
            (_, false) => format!("{} columns", block.name),
        }
    }

    /// The places of one index of the axis.
    fn line(&self, blocks: &[Block], index: usize) -> Vec<usize> {
        let block = &blocks[self.block];
        if self.rows { block.row(index).collect() } else { block.column(index).collect() }
    }

    /// The places of a unit.
    fn places(&self, blocks: &[Block], unit: usize) -> Vec<usize> {
        (unit * self.unit..(unit + 1) * self.unit).flat_map(|index| self.line(blocks, index)).collect()
    }
}

/// Exchanges two units of an axis, or flips one if both are the same.
fn act<T: Ring>(blocks: &[Block], axis: &Axis, (first, second): (usize, usize), theta: &mut [T]) {
    if first == second {
        for place in axis.places(blocks, first) {
            theta[place] = -theta[place].clone();
        }
        return;
    }
    for (left, right) in axis.places(blocks, first).into_iter().zip(axis.places(blocks, second)) {
        theta.swap(left, right);
    }
}

/// Makes an axis not notice: both units equal, or the unit zero.
fn blind<T: Ring>(blocks: &[Block], axis: &Axis, (first, second): (usize, usize), theta: &mut [T]) {
    if first == second {
        for place in axis.places(blocks, first) {
            theta[place] = T::zero();
        }
        return;
    }
    for (left, right) in axis.places(blocks, first).into_iter().zip(axis.places(blocks, second)) {
        theta[right] = theta[left].clone();
    }
}

struct Prober<'a> {
    blocks: &'a [Block],
    model: std::sync::Arc<dyn Differentiable<f64>>,
    points: Vec<(Vec<f64>, Sample<f64>)>,
    evaluations: usize,
}

impl Prober<'_> {
    /// Whether acting on one axis alone leaves the loss unchanged while all but it and `noticing` are blind.
    fn unchanged(&mut self, class: &[Axis], move_: (usize, usize), axis: usize, noticing: usize) -> bool {
        for (theta, sample) in &self.points {
            let mut theta = theta.clone();
            for (index, other) in class.iter().enumerate() {
                if index != axis && index != noticing {
                    blind(self.blocks, other, move_, &mut theta);
                }
            }
            let before = self.model.loss(&theta, sample);
            act(self.blocks, &class[axis], move_, &mut theta);
            let after = self.model.loss(&theta, sample);
            self.evaluations += 2;
            if (before - after).abs() > 1e-9 * (before.abs() + after.abs()) {
                return false;
            }
        }
        true
    }

    /// The closed sets of axes.
    fn closed_sets(&mut self, class: &[Axis], move_: (usize, usize)) -> Vec<Vec<usize>> {
        let candidates: Vec<usize> =
            (0..class.len()).filter(|&axis| self.unchanged(class, move_, axis, axis)).collect();
        let mut sets: Vec<Vec<usize>> = Vec::new();
        for &start in &candidates {
            if sets.iter().any(|set| set.contains(&start)) {
                continue;
            }
            let mut set = vec![start];
            let mut next = 0;
            let mut possible = true;
            while next < set.len() && possible {
                let axis = set[next];
                for other in (0..class.len()).filter(|&other| other != axis) {
                    if !set.contains(&other) && !self.unchanged(class, move_, axis, other) {
                        possible &= candidates.contains(&other);
                        set.push(other);
                    }
                }
                next += 1;
            }
            if possible {
                set.sort_unstable();
                sets.push(set);
            }
        }
        sets
    }
}

/// Whether a move leaves the loss unchanged at fresh points, and moves the points at all.
fn holds<T: Carrier + Measured + Branch<Mask = bool>>(
    network: &Network,
    blocks: &[Block],
    axes: &[Axis],
    move_: (usize, usize),
    seed: u64,
    bits: Option<u32>,
) -> bool {
    let model = T::model(network).expect("a scalar in which the network runs");
    let tolerance = bits.map_or_else(Magnitude::zero, |bits| Magnitude::power_of_two(40 - bits as i32));
    (0..FRESH).all(|index| {
        let (theta, sample) = points::point(network, "signed verification", seed, index);
        let (mut theta, sample): (Vec<T>, _) = (points::numbers(&theta), points::converted(&sample));
        let before = model.loss(&theta, &sample);
        for axis in axes {
            act(blocks, axis, move_, &mut theta);
        }
        let after = model.loss(&theta, &sample);
        let scale = before.absolute() + after.absolute();
        Magnitude::ratio_above(&(before - after).magnitude(), &scale.mignitude()) <= tolerance
    })
}

/// What a move does to the places, as signed images.
fn images(blocks: &[Block], axes: &[Axis], move_: (usize, usize)) -> Vec<i64> {
    let parameters = blocks.last().map_or(0, |block| block.range().end) as i64;
    let mut places: Vec<i64> = (1..=parameters).collect();
    for axis in axes {
        if move_.0 == move_.1 {
            for place in axis.places(blocks, move_.0) {
                places[place] = -places[place];
            }
        } else {
            for (left, right) in axis.places(blocks, move_.0).into_iter().zip(axis.places(blocks, move_.1)) {
                places.swap(left, right);
            }
        }
    }
    places
}

/// Sign patterns found so far, reduced over the field of two elements.
#[derive(Default)]
struct Signs(Vec<(usize, Vec<bool>)>);

impl Signs {
    fn add(&mut self, images: &[i64]) -> bool {
        let mut signs: Vec<bool> = images.iter().map(|image| *image < 0).collect();
        for (pivot, known) in &self.0 {
            if signs[*pivot] {
                signs.iter_mut().zip(known).for_each(|(sign, known)| *sign ^= known);
            }
        }
        let Some(pivot) = signs.iter().position(|sign| *sign) else { return false };
        self.0.push((pivot, signs));
        true
    }
}

/// Whether an exchange of long units is a product of exchanges of single indices on the same axes, each a symmetry.
fn is_composite<T: Carrier + Measured + Branch<Mask = bool>>(
    network: &Network,
    blocks: &[Block],
    axes: &[Axis],
    (first, second): (usize, usize),
    seed: u64,
    bits: Option<u32>,
) -> bool {
    let unit = axes[0].unit;
    if unit == 1 || axes.iter().any(|axis| axis.unit != unit) {
        return false;
    }
    let single: Vec<Axis> = axes.iter().map(|axis| Axis { unit: 1, ..axis.clone() }).collect();
    (0..unit)
        .all(|offset| holds::<T>(network, blocks, &single, (first * unit + offset, second * unit + offset), seed, bits))
}

/// Searches exchanges and flips, finer units first.
pub fn find<T: Carrier + Measured + Branch<Mask = bool>>(
    network: &Network,
    blocks: &[Block],
    seed: u64,
    bits: Option<u32>,
) -> SignedPermutations {
    let probes = (0..PROBES).map(|index| points::point(network, "signed", seed, index));
    let points = probes.map(|(theta, sample)| (points::numbers(&theta), points::converted(&sample))).collect();
    let model = f64::model(network).expect("doubles have all functions");
    let mut prober = Prober { blocks, model, points, evaluations: 0 };
    let mut result = SignedPermutations { exchanges: Vec::new(), flips: Vec::new(), capped: false };
    let mut known: Vec<Vec<i64>> = Vec::new();
    let mut signs = Signs::default();
    let longest = blocks.iter().map(|block| block.rows.max(block.columns)).max().unwrap_or(1);
    for units in (1..=longest).rev() {
        let class = class(blocks, units);
        // Only a length that occurs is cut into single indices; a proper divisor makes units of several.
        if class.is_empty() {
            continue;
        }
        let pairs = (0..units).flat_map(|first| (first + 1..units).map(move |second| (first, second)));
        let pairs = pairs.filter(|(first, second)| units <= ALL_PAIRS || second - first == 1);
        for move_ in pairs.chain((0..units).map(|unit| (unit, unit))) {
            if prober.evaluations > MOST_EVALUATIONS {
                result.capped = true;
                return result;
            }
            let axes_of = |set: &[usize]| -> Vec<Axis> { set.iter().map(|&index| class[index].clone()).collect() };
            let holds = |set: &[usize]| holds::<T>(network, blocks, &axes_of(set), move_, seed, bits);
            let (mut sets, incomplete): (Vec<_>, Vec<_>) =
                prober.closed_sets(&class, move_).into_iter().partition(|set| holds(set));
            sets.extend(unions(&incomplete).into_iter().filter(|set| holds(set)));
            for set in sets {
                let axes = axes_of(&set);
                let images = images(blocks, &axes, move_);
                let is_flip = move_.0 == move_.1;
                if known.contains(&images) {
                    continue;
                }
                let new = if is_flip {
                    signs.add(&images)
                } else {
                    !is_composite::<T>(network, blocks, &axes, move_, seed, bits)
                };
                if new {
                    known.push(images);
                    file(if is_flip { &mut result.flips } else { &mut result.exchanges }, axes, units, move_);
                }
            }
        }
    }
    result
}

/// The unions of two sets, and if they are few of three.
fn unions(sets: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let union = |parts: &[usize]| {
        let mut all: Vec<usize> = parts.iter().flat_map(|part| sets[*part].iter().copied()).collect();
        all.sort_unstable();
        all.dedup();
        all
    };
    let mut unions = Vec::new();
    for second in 0..sets.len() {
        for first in 0..second {
            unions.push(union(&[first, second]));
            if sets.len() <= MOST_FOR_TRIPLES {
                unions.extend((0..first).map(|third| union(&[third, first, second])));
            }
        }
    }
    unions
}

fn file(families: &mut Vec<Family>, axes: Vec<Axis>, units: usize, move_: (usize, usize)) {
    match families.iter_mut().find(|family| family.axes == axes && family.units == units) {
        Some(family) => family.moves.push(move_),
        None => families.push(Family { axes, units, moves: vec![move_] }),
    }
}

/// All axes that can be cut into so many units; a block as a whole is one axis.
fn class(blocks: &[Block], units: usize) -> Vec<Axis> {
    let mut axes = Vec::new();
    for (index, block) in blocks.iter().enumerate() {
        if block.rows.is_multiple_of(units) {
            axes.push(Axis { block: index, rows: true, unit: block.rows / units });
        }
        if units > 1 && block.columns.is_multiple_of(units) {
            axes.push(Axis { block: index, rows: false, unit: block.columns / units });
        }
    }
    axes
}
