//! Laws found from gradients alone: axes of equal length whose overlaps cancel.
//!
//! Of every axis `a` of a tensor and every position `i` along it there is the overlap `o_a(i, z) = sum theta g(z)` over what the
//! position has. If `sum_a c_a o_a(i, z) = 0` for all positions and samples, then multiplying the position `i` of every axis by
//! `exp(t c_a)` leaves the loss as it is to first order: a symmetry of the samples given, with a balance law. Linear dependences among
//! the vectors `o_a` are found one after another, their coefficients rounded to ratios of small integers, and what is left is judged like any
//! other law.

use super::balance::Status;
use super::fitted::Extent;
use super::law::{Axis, Block, Law};
use super::sums::{Marginals, Wanted, dot, sum};
use super::{Inputs, LawsError, Settings, digits, inspect};
use crate::checkpoint::{Checkpoint, CheckpointError};
use std::collections::BTreeMap;
use std::fmt;

/// Elements that are looked at together.
const BLOCK: usize = 1 << 13;
/// The overlaps of all axes are kept: a GiB of them is enough.
const MOST_NUMBERS: usize = 1 << 27;
/// So many more numbers than axes there have to be, or every dependence is one by chance.
const SPARE: usize = 8;
/// Coefficients are ratios of integers up to this.
const LARGEST_INTEGER: u32 = 4;
/// How far from integers they may be before they are rounded: what is rounded is judged afterwards.
const NEAR: f64 = 0.125;

/// An axis with its overlaps.
struct Candidate {
    block: Block,
    length: usize,
    /// Position by position of each sample.
    overlaps: Vec<f64>,
    /// The root of the sum of the squares of the terms.
    scale: f64,
    /// The binary digits of the gradients and of the parameters, whichever are fewer.
    digits: u32,
}

/// An axis that does not depend on those before it.
struct Independent {
    number: usize,
    /// Its part that is orthogonal to those before, of length 1.
    direction: Vec<f64>,
    /// The axis in terms of this and the earlier directions.
    components: Vec<f64>,
}

/// What gradients show.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// The laws, the largest axes last, each with its largest overlap; all of them are confirmed by [`inspect`].
    pub laws: Vec<(Law, f64)>,
    /// Axes of which more samples would tell.
    pub untold: Vec<Untold>,
}

/// Axes of one length that have too few overlaps to tell a law from chance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Untold {
    /// Their length.
    pub length: usize,
    /// How many there are.
    pub axes: usize,
    /// The overlaps of each: its length times the samples.
    pub overlaps: usize,
    /// So many samples are enough.
    pub samples: usize,
}

impl fmt::Display for Untold {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Untold { length, axes, overlaps, samples } = self;
        write!(
            formatter,
            "axes of length {length}: {axes} of them, with {overlaps} overlaps each, too few to tell a law from chance: give {samples} samples or more"
        )
    }
}

/// The laws that gradients show.
///
/// # Errors
/// If a file is malformed, lacks what is needed, or is too large.
pub fn found(weights: &Checkpoint, gradients: &Checkpoint) -> Result<Found, LawsError> {
    // By the length of the axis, and the overlaps of each: those of tensors with other numbers of samples are apart.
    let mut lengths: BTreeMap<(usize, usize), Vec<Candidate>> = BTreeMap::new();
    let (mut kept, mut shared) = (0_usize, false);
    for name in weights.names().filter(|name| gradients.get(name).is_some()) {
        shared = true;
        for candidate in candidates(weights, gradients, name)? {
            kept += candidate.overlaps.len();
            if kept > MOST_NUMBERS {
                let problem = "the overlaps of all axes take more than a GiB: give fewer samples";
                return Err(CheckpointError::file(gradients.path(), problem).into());
            }
            lengths.entry((candidate.length, candidate.overlaps.len())).or_default().push(candidate);
        }
    }
    if lengths.is_empty() {
        let found =
            if shared { "they vanish, or have no axis of two or more" } else { "none has the name of a parameter" };
        let problem = format!("expected gradients that do not vanish, named like the parameters: {found}");
        return Err(CheckpointError::file(gradients.path(), problem).into());
    }
    let (mut laws, mut untold) = (Vec::new(), Vec::new());
    let count = lengths.len();
    for ((length, overlaps), axes) in lengths {
        let needed = axes.len() + SPARE;
        if overlaps < needed {
            untold.push(Untold { length, axes: axes.len(), overlaps, samples: needed.div_ceil(length) });
            continue;
        }
        for blocks in dependences(&axes) {
            let name = blocks.iter().map(described).collect::<Vec<_>>().join(", ");
            laws.push(Law::rescaling(&name, None, blocks));
        }
    }
    if let Some(axes) = untold.first().filter(|_| untold.len() == count) {
        return Err(CheckpointError::file(gradients.path(), format!("expected more samples, for {axes}")).into());
    }
    let inputs = Inputs { weights, optimizer: None, gradients: Some(gradients), entropic_gradient: None };
    let inspection = inspect(&inputs, &laws, &Settings::default())?;
    let confirmed = |law: &Law| {
        let balance = inspection.balances.iter().find(|balance| balance.law == *law)?;
        (balance.status == Status::Confirmed).then(|| balance.largest_overlap().unwrap_or(0.0))
    };
    let laws = laws.into_iter().filter_map(|law| confirmed(&law).map(|overlap| (law, overlap))).collect();
    Ok(Found { laws, untold })
}

fn described(block: &Block) -> String {
    let axis = match block.axis {
        Axis::Rows => "rows",
        Axis::Columns => "columns",
        Axis::All => "all",
    };
    let offset = if block.offset == 0.0 { String::new() } else { format!(" + {}", block.offset) };
    format!("{}{offset} {axis}", block.tensor)
}

/// The axes of a tensor: rows and columns of a matrix; the entries of a vector, as they are and as what is added to 1.
fn candidates(weights: &Checkpoint, gradients: &Checkpoint, name: &str) -> Result<Vec<Candidate>, LawsError> {
    let shape = &weights.tensor(name)?.shape;
    if shape.is_empty() || weights.tensor(name)?.is_empty() {
        return Ok(Vec::new());
    }
    let extent = Extent::of(weights, name)?;
    let stacked = &gradients.tensor(name)?.shape;
    if stacked == shape {
        let problem = format!(
            "its shape {shape:?} is that of the parameter, with no leading axis of samples or batches: add one, g[None]"
        );
        return Err(CheckpointError::tensor(gradients.path(), name, problem).into());
    }
    if stacked.get(1..) != Some(&shape[..]) {
        let problem = format!("expected a leading axis of samples and then the shape {shape:?}, found {stacked:?}");
        return Err(CheckpointError::tensor(gradients.path(), name, problem).into());
    }
    let offsets: &[f64] = if shape.len() == 1 { &[0.0, 1.0] } else { &[0.0] };
    let wanted = Wanted { rows: true, columns: shape.len() == 2 };
    let mut found = Vec::new();
    for offset in offsets {
        let mut overlaps = (Vec::new(), Vec::new());
        let (mut squares, mut significance) = (0.0, digits::Significance::new());
        let mut stream = gradients.stream(name)?;
        for _ in 0..stacked[0] {
            let mut theta = weights.stream(name)?;
            let mut marginals = Marginals::new(extent, wanted);
            let (mut t, mut g) = (vec![0.0; BLOCK], vec![0.0; BLOCK]);
            for done in (0..extent.elements()).step_by(BLOCK) {
                let length = BLOCK.min(extent.elements() - done);
                let (t, g) = (&mut t[..length], &mut g[..length]);
                theta.read(t)?;
                stream.read(g)?;
                significance.look_at(g);
                t.iter_mut().zip(&*g).for_each(|(t, g)| *t = (*t + offset) * g);
                squares += dot(t, t);
                marginals.add(t);
            }
            theta.finish()?;
            let (rows, columns) = marginals.finish();
            overlaps.0.extend(rows);
            overlaps.1.extend(columns);
        }
        stream.finish()?;
        let stored = [weights, gradients].map(|file| Ok::<_, LawsError>(digits::digits(&file.tensor(name)?.element)));
        let [parameters, gradients] = stored;
        let digits = parameters?.min(gradients?).min(significance.digits());
        let blocks = [(Block::rows(name, 1.0), overlaps.0), (Block::columns(name, 1.0), overlaps.1)];
        for (block, overlaps) in blocks {
            let length = if block.axis == Axis::Rows { extent.rows } else { extent.columns };
            if length > 1 && !overlaps.is_empty() && squares > 0.0 {
                found.push(Candidate {
                    block: block.offset_by(*offset),
                    length,
                    overlaps,
                    scale: squares.sqrt(),
                    digits,
                });
            }
        }
    }
    Ok(found)
}

/// The coefficients of axes of one length whose overlaps cancel. What is stored less 1 is looked at last.
fn dependences(axes: &[Candidate]) -> Vec<Vec<Block>> {
    // As in the judgement, half of the digits.
    let digits = axes.iter().map(|axis| axis.digits).min().unwrap_or(53);
    let limit = (-0.5 * f64::from(digits)).exp2();
    let mut laws = Vec::new();
    let mut independent: Vec<Independent> = Vec::new();
    let mut order: Vec<usize> = (0..axes.len()).collect();
    order.sort_by_key(|number| axes[*number].block.offset != 0.0);
    for number in order {
        let axis = &axes[number];
        let mut rest = axis.overlaps.clone();
        let mut components = vec![0.0; independent.len()];
        // Twice is enough.
        for _ in 0..2 {
            for (component, known) in components.iter_mut().zip(&independent) {
                let along = dot(&rest, &known.direction);
                *component += along;
                rest.iter_mut().zip(&known.direction).for_each(|(rest, direction)| *rest -= along * direction);
            }
        }
        let size = sum(rest.iter().map(|rest| rest * rest)).sqrt();
        let law = (size <= limit * axis.scale).then(|| combined(axes, number, &independent, &components)).flatten();
        match law {
            Some(blocks) => laws.push(blocks),
            None if size > f64::EPSILON * axis.scale => {
                rest.iter_mut().for_each(|rest| *rest /= size);
                components.push(size);
                independent.push(Independent { number, direction: rest, components });
            }
            None => {}
        }
    }
    laws
}

/// The axis and those it depends on, with their coefficients, if these are near ratios of small integers.
fn combined(axes: &[Candidate], number: usize, independent: &[Independent], components: &[f64]) -> Option<Vec<Block>> {
    // Back substitution: from directions to axes.
    let mut left = components.to_vec();
    let mut coefficients = vec![0.0; independent.len()];
    for place in (0..independent.len()).rev() {
        let coefficient = left[place] / independent[place].components[place];
        for (left, component) in left.iter_mut().zip(&independent[place].components) {
            *left -= coefficient * component;
        }
        coefficients[place] = coefficient;
    }
    let near = |value: f64| (value - value.round()).abs() < NEAR && value.abs() < f64::from(LARGEST_INTEGER) + NEAR;
    let mut denominators = (1..=LARGEST_INTEGER).map(f64::from);
    let denominator = denominators.find(|factor| coefficients.iter().all(|value| near(factor * value)))?;
    let integers = coefficients.iter().map(|coefficient| (denominator * coefficient).round());
    let mut blocks = vec![Block { coefficient: denominator, ..axes[number].block.clone() }];
    for (known, integer) in independent.iter().zip(integers).filter(|(_, integer)| *integer != 0.0) {
        blocks.push(Block { coefficient: -integer, ..axes[known.number].block.clone() });
    }
    let shared =
        |(place, block): (usize, &Block)| blocks[..place].iter().any(|other| other.shares_elements_with(block));
    if blocks.iter().enumerate().any(shared) {
        return None;
    }
    // What is multiplied comes first, and the smallest coefficient is 1.
    let smallest = blocks.iter().map(|block| block.coefficient.abs()).fold(f64::INFINITY, f64::min);
    blocks.sort_by(|a, b| a.tensor.cmp(&b.tensor));
    let sign = blocks[0].coefficient.signum();
    blocks.iter_mut().for_each(|block| block.coefficient *= sign / smallest);
    blocks.sort_by(|a, b| b.coefficient.signum().total_cmp(&a.coefficient.signum()));
    Some(blocks)
}
