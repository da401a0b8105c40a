//! From trees to a tape: every entry of every tensor is a node.

mod objective;
mod tensor;

pub use objective::GenericLoss;

use crate::layout::{Layout, Sizes, extent, length};
use crate::shape::{Extent, Shape};
use crate::tape::{Node, Place as Written, Source, Tape, Transcendental};
use crate::typed::{Descent, Objective, Place, Reduction, Typed, TypedKind};
use crate::vocabulary::{Elementwise, Extremum};
use std::collections::HashMap;

/// The most operations of a compiled formula.
const LONGEST: usize = 1 << 21;
/// Numbers of a higher degree have more digits than anybody waits for: powers of powers of powers.
const HIGHEST_DEGREE: u64 = 1 << 14;

/// The formula is too large for these sizes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the formula is too large for these sizes: it takes more than {LONGEST} operations, or numbers of a degree above {HIGHEST_DEGREE}"
)]
pub struct TooLarge;

/// The loss of a sample.
#[derive(Clone, Copy)]
pub(crate) enum Loss<'a> {
    /// As it was written.
    Written(&'a Typed),
    /// A polynomial without any structure: what holds for it holds for every loss.
    Generic(GenericLoss<'a>),
}

/// Where an expression is evaluated: at which point, for which sample, with which names at which places.
#[derive(Clone, Copy)]
pub(crate) struct At<'a> {
    pub point: usize,
    pub sample: Option<usize>,
    pub running: &'a [usize],
}

pub(crate) struct Lowering<'a> {
    pub tape: Tape,
    layout: &'a Layout,
    sizes: &'a Sizes,
    loss: Loss<'a>,
    source: Source,
    /// The parameters of every point: the first is the input, others come by steps of descent.
    points: Vec<Vec<Node>>,
    losses: HashMap<(usize, usize), Node>,
    objectives: HashMap<(usize, Objective), Node>,
    gradients: HashMap<(usize, Descent, Option<usize>), Vec<Node>>,
    steps: HashMap<(usize, Descent, Option<usize>), usize>,
    is_too_large: bool,
}

impl<'a> Lowering<'a> {
    pub fn new(layout: &'a Layout, sizes: &'a Sizes, loss: Loss<'a>) -> Self {
        let mut tape = Tape::default();
        let theta = (0..layout.parameter_count()).map(|place| tape.input(place)).collect();
        Lowering {
            tape,
            layout,
            sizes,
            loss,
            source: Source::Law,
            points: vec![theta],
            losses: HashMap::new(),
            objectives: HashMap::new(),
            gradients: HashMap::new(),
            steps: HashMap::new(),
            is_too_large: false,
        }
    }

    /// The tape, if neither it nor a number on it has grown out of bounds.
    pub fn finished(self) -> Result<Tape, TooLarge> {
        if self.is_too_large || self.tape.degree() > HIGHEST_DEGREE { Err(TooLarge) } else { Ok(self.tape) }
    }

    /// Whether the tape has grown too long: then everything is 0 from here on, and [`Lowering::finished`] says so.
    fn overflows(&mut self) -> bool {
        self.is_too_large |= self.tape.len() > LONGEST;
        self.is_too_large
    }

    pub fn theta(&self, point: usize) -> Vec<Node> {
        self.points[point].clone()
    }

    fn extent(&self, axis: &Extent) -> usize {
        extent(axis, self.sizes, self.layout.parameter_count())
    }

    fn dimensions(&self, shape: &Shape) -> (usize, usize) {
        match shape {
            Shape::Scalar => (1, 1),
            Shape::Vector(entries) => (self.extent(entries), 1),
            Shape::Matrix(rows, columns) => (self.extent(rows), self.extent(columns)),
        }
    }

    /// The entries of an expression, row by row.
    pub fn lower(&mut self, typed: &Typed, at: At<'_>) -> Vec<Node> {
        if self.overflows() {
            let zero = self.tape.integer(0);
            return vec![zero; length(&typed.shape, self.sizes, self.layout.parameter_count())];
        }
        match &typed.kind {
            TypedKind::Number(number) => vec![self.tape.constant(*number)],
            TypedKind::Size(name) => {
                let size = self.sizes.get(name).copied().unwrap_or(1);
                vec![self.tape.integer(size as i64)]
            }
            TypedKind::Parameter(place) => self.points[at.point][self.layout.parameters[*place].clone()].to_vec(),
            TypedKind::Datum(place) => {
                let start = self.layout.sample(at.sample.expect("the checker asked for a sample")).start;
                let range = self.layout.data[*place].clone();
                range.map(|entry| self.tape.input(start + entry)).collect()
            }
            TypedKind::Theta => self.theta(at.point),
            TypedKind::LearningRate => vec![self.tape.input(self.layout.learning_rate())],
            TypedKind::WeightDecay => vec![self.tape.input(self.layout.weight_decay())],
            TypedKind::Step => vec![self.tape.input(self.layout.step())],
            TypedKind::Rates => self.rate_matrix(),
            TypedKind::SampleLoss => {
                vec![self.sample_loss(at.point, at.sample.expect("the checker asked for a sample"))]
            }
            TypedKind::Objective(objective) => vec![self.objective(at.point, *objective)],
            TypedKind::Gradient(descent) => self.gradient(at.point, *descent, at.sample),
            TypedKind::Part(whole, place) => {
                let whole = self.lower(whole, at);
                whole[self.layout.parameters[*place].clone()].to_vec()
            }
            TypedKind::Mean(inside) => self.mean(inside, at),
            TypedKind::Next(descent, inside) => {
                let point = self.step(at.point, *descent, at.sample);
                self.lower(inside, At { point, ..at })
            }
            TypedKind::Rate(objective, inside) => {
                let moving = self.lower(inside, at);
                let slope = self.gradient(at.point, Descent::Of(*objective), None);
                let velocity: Vec<Node> = slope.into_iter().map(|entry| self.tape.negate(entry)).collect();
                let theta = self.theta(at.point);
                self.tape.tangents(&moving, &theta, &velocity)
            }
            TypedKind::Hessian(descent, direction) => {
                let direction = self.lower(direction, at);
                let slope = self.gradient(at.point, *descent, at.sample);
                let theta = self.theta(at.point);
                self.tape.tangents(&slope, &theta, &direction)
            }
            _ => self.tensor(typed, at),
        }
    }

    /// What is made of tensors alone.
    fn tensor(&mut self, typed: &Typed, at: At<'_>) -> Vec<Node> {
        match &typed.kind {
            TypedKind::Sum(terms) => {
                let mut total: Option<Vec<Node>> = None;
                for (negative, term) in terms {
                    let mut entries = self.lower(term, at);
                    if *negative {
                        entries.iter_mut().for_each(|entry| *entry = self.tape.negate(*entry));
                    }
                    total = Some(match total {
                        None => entries,
                        Some(total) => self.zipped(&total, &entries, Tape::add),
                    });
                }
                total.expect("a sum has terms")
            }
            TypedKind::Product(factors) => self.product(factors, at),
            TypedKind::Contract(left, right) => self.contract(left, right, at),
            TypedKind::Power(base, exponent) => {
                let base = self.lower(base, at);
                base.into_iter().map(|entry| self.power(entry, *exponent, typed)).collect()
            }
            TypedKind::Transpose(of) => {
                let (rows, columns) = self.dimensions(&of.shape);
                let entries = self.lower(of, at);
                (0..columns)
                    .flat_map(|column| (0..rows).map(move |row| row * columns + column))
                    .map(|place| entries[place])
                    .collect()
            }
            TypedKind::Elementwise(function, of) => {
                let entries = self.lower(of, at);
                entries.into_iter().map(|entry| self.elementwise(*function, entry, typed)).collect()
            }
            TypedKind::Extremum(which, first, second) => {
                let (first, second) = (self.lower(first, at), self.lower(second, at));
                let larger = |tape: &mut Tape, a, b| tape.select(a, b, b, a);
                let smaller = |tape: &mut Tape, a, b| tape.select(b, a, b, a);
                let entries = match which {
                    Extremum::Max => self.zipped(&first, &second, larger),
                    Extremum::Min => self.zipped(&first, &second, smaller),
                };
                let place = self.written(typed);
                entries.iter().for_each(|entry| self.tape.chosen_at(*entry, place.clone()));
                entries
            }
            TypedKind::Reduce(reduction, of) => vec![self.reduce(*reduction, of, at)],
            TypedKind::Outer(first, second) => {
                let (first, second) = (self.lower(first, at), self.lower(second, at));
                first
                    .iter()
                    .flat_map(|a| second.iter().map(move |b| (*a, *b)))
                    .map(|(a, b)| self.tape.multiply(a, b))
                    .collect()
            }
            TypedKind::Diagonal(of) => {
                let zero = self.tape.integer(0);
                let entries = self.lower(of, at);
                let (rows, _) = self.dimensions(&of.shape);
                match of.shape {
                    Shape::Vector(_) => {
                        let entry =
                            |place: usize| if place / rows == place % rows { entries[place / rows] } else { zero };
                        (0..rows * rows).map(entry).collect()
                    }
                    _ => (0..rows).map(|row| entries[row * rows + row]).collect(),
                }
            }
            TypedKind::Ones(size) => vec![self.tape.integer(1); self.extent(size)],
            TypedKind::Identity(size) => {
                let size = self.extent(size);
                (0..size * size).map(|place| self.tape.integer(i64::from(place / size == place % size))).collect()
            }
            TypedKind::Softmax(of) => self.softmax(of, at),
            TypedKind::CrossEntropy(logits, target) => vec![self.cross_entropy(logits, target, at)],
            TypedKind::Index(of, places) => self.index(of, places, at),
            _ => unreachable!("the others are lowered elsewhere"),
        }
    }

    fn zipped(&mut self, a: &[Node], b: &[Node], combine: impl Fn(&mut Tape, Node, Node) -> Node) -> Vec<Node> {
        a.iter().zip(b).map(|(a, b)| combine(&mut self.tape, *a, *b)).collect()
    }

    fn written(&self, typed: &Typed) -> Written {
        Written { source: self.source, span: typed.span.clone() }
    }

    /// Remembers where in the text something may not be defined.
    fn asked_by(&mut self, node: Node, typed: &Typed) {
        let place = self.written(typed);
        self.tape.asked_at(node, place);
    }

    fn power(&mut self, entry: Node, exponent: i32, typed: &Typed) -> Node {
        let power = self.tape.power(entry, exponent);
        if exponent < 0 {
            self.asked_by(power, typed);
        }
        power
    }

    fn elementwise(&mut self, function: Elementwise, entry: Node, typed: &Typed) -> Node {
        let value = self.tape.elementwise(function, entry);
        match function {
            Elementwise::Log | Elementwise::Sqrt => self.asked_by(value, typed),
            Elementwise::Abs | Elementwise::Relu | Elementwise::LeakyRelu => {
                let place = self.written(typed);
                self.tape.chosen_at(value, place);
            }
            _ => {}
        }
        value
    }

    fn product(&mut self, factors: &[(bool, Typed)], at: At<'_>) -> Vec<Node> {
        let mut total: Option<Vec<Node>> = None;
        for (below, factor) in factors {
            let entries = self.lower(factor, at);
            let before = match total {
                None => vec![self.tape.integer(1)],
                Some(total) => total,
            };
            let len = before.len().max(entries.len());
            let entry = |list: &[Node], place: usize| if list.len() == 1 { list[0] } else { list[place] };
            let combined = (0..len).map(|place| {
                let (a, b) = (entry(&before, place), entry(&entries, place));
                if !*below {
                    return self.tape.multiply(a, b);
                }
                let quotient = self.tape.divide(a, b);
                self.asked_by(quotient, factor);
                quotient
            });
            total = Some(combined.collect());
        }
        total.expect("a product has factors")
    }

    fn mean(&mut self, inside: &Typed, at: At<'_>) -> Vec<Node> {
        let mut total: Option<Vec<Node>> = None;
        for (sample, weight) in self.layout.weights().enumerate() {
            let entries = self.lower(inside, At { sample: Some(sample), ..at });
            let weight = self.tape.input(weight);
            let weighted: Vec<Node> = entries.into_iter().map(|entry| self.tape.multiply(weight, entry)).collect();
            total = Some(match total {
                None => weighted,
                Some(total) => self.zipped(&total, &weighted, Tape::add),
            });
        }
        total.expect("there is a sample")
    }

    fn index(&mut self, of: &Typed, places: &[Place], at: At<'_>) -> Vec<Node> {
        let entries = self.lower(of, at);
        let (rows, columns) = self.dimensions(&of.shape);
        let chosen = |place: &Place, size: usize| match *place {
            Place::All => 0..size,
            Place::At(place) => place..place + 1,
            Place::Running(name) => at.running[name]..at.running[name] + 1,
            Place::Between(first, end) => first..end,
        };
        let rows = chosen(&places[0], rows);
        let of_columns = places.get(1).map_or(0..1, |place| chosen(place, columns));
        rows.flat_map(|row| of_columns.clone().map(move |column| row * columns + column))
            .map(|place| entries[place])
            .collect()
    }

    fn reduce(&mut self, reduction: Reduction, of: &Typed, at: At<'_>) -> Node {
        let entries = self.lower(of, at);
        let (rows, _) = self.dimensions(&of.shape);
        match reduction {
            Reduction::Sum => self.tape.sum(entries),
            Reduction::Mean => {
                let count = self.tape.integer(entries.len() as i64);
                let sum = self.tape.sum(entries);
                self.tape.divide(sum, count)
            }
            Reduction::SumOfSquares => {
                let squares: Vec<Node> = entries.into_iter().map(|entry| self.tape.power(entry, 2)).collect();
                self.tape.sum(squares)
            }
            Reduction::Trace => self.tape.sum((0..rows).map(|row| entries[row * rows + row])),
            Reduction::Determinant => self.determinant(&entries, rows),
        }
    }

    fn log_sum_of_differences(&mut self, row: &[Node], from: Node) -> Node {
        let exponentials: Vec<Node> = row
            .iter()
            .map(|entry| {
                let difference = self.tape.subtract(*entry, from);
                self.tape.apply(Transcendental::Exp, difference)
            })
            .collect();
        self.tape.sum(exponentials)
    }
}
