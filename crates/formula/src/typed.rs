//! The tree of a formula with its names resolved and its shapes known.

use crate::number::Number;
use crate::shape::{Extent, Shape};
use crate::vocabulary::{Elementwise, Extremum};
use std::ops::Range;

/// A part of a formula that makes sense.
#[derive(Clone, Debug, PartialEq)]
pub struct Typed {
    /// What it is.
    pub kind: TypedKind,
    /// Its shape.
    pub shape: Shape,
    /// Its bytes in the text.
    pub span: Range<usize>,
}

/// Which function of the parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Objective {
    /// `L = E[l]`
    Loss,
    /// `S = 1/4 E[g @ Lambda @ g]`
    Entropy,
    /// `F = L + gamma sum(theta^2) + S`
    FreeEnergy,
}

/// What descent follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Descent {
    /// The loss of one sample.
    Sample,
    /// A function of the mean.
    Of(Objective),
}

/// What reduces to a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are the functions")]
pub enum Reduction {
    Sum,
    Mean,
    SumOfSquares,
    Trace,
    Determinant,
}

/// One place of an index.
#[derive(Clone, Debug, PartialEq)]
pub enum Place {
    /// The whole axis.
    All,
    /// One place.
    At(usize),
    /// Where a name runs: the place of its binder.
    Running(usize),
    /// From the first place to before the second.
    Between(usize, usize),
}

/// What an expression is.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "see the grammar")]
pub enum TypedKind {
    Number(Number),
    /// A size, as a number.
    Size(String),
    /// The parameter of this place.
    Parameter(usize),
    /// Of the sample, the datum of this place.
    Datum(usize),
    /// All parameters.
    Theta,
    LearningRate,
    WeightDecay,
    Step,
    Rates,
    SampleLoss,
    Objective(Objective),
    /// The gradient in all parameters.
    Gradient(Descent),
    /// Of a vector of all parameters, the part of one.
    Part(Box<Typed>, usize),
    /// Terms, each negated or not.
    Sum(Vec<(bool, Typed)>),
    /// Factors, each below the bar or above. At most one shape beside numbers.
    Product(Vec<(bool, Typed)>),
    /// The matrix product, or the inner product of vectors.
    Contract(Box<Typed>, Box<Typed>),
    Power(Box<Typed>, i32),
    Transpose(Box<Typed>),
    Elementwise(Elementwise, Box<Typed>),
    Extremum(Extremum, Box<Typed>, Box<Typed>),
    Reduce(Reduction, Box<Typed>),
    Outer(Box<Typed>, Box<Typed>),
    /// From a vector to a matrix, or back.
    Diagonal(Box<Typed>),
    Ones(Extent),
    Identity(Extent),
    Softmax(Box<Typed>),
    CrossEntropy(Box<Typed>, Box<Typed>),
    Index(Box<Typed>, Vec<Place>),
    Mean(Box<Typed>),
    Next(Descent, Box<Typed>),
    Rate(Objective, Box<Typed>),
    Hessian(Descent, Box<Typed>),
}

impl Typed {
    /// Says of all parts that they are written here, as of a definition where it is used.
    pub(crate) fn place_at(&mut self, span: &Range<usize>) {
        self.span = span.clone();
        match &mut self.kind {
            TypedKind::Sum(parts) | TypedKind::Product(parts) => {
                parts.iter_mut().for_each(|(_, part)| part.place_at(span))
            }
            TypedKind::Contract(a, b)
            | TypedKind::Extremum(_, a, b)
            | TypedKind::Outer(a, b)
            | TypedKind::CrossEntropy(a, b) => {
                a.place_at(span);
                b.place_at(span);
            }
            TypedKind::Part(a, _)
            | TypedKind::Power(a, _)
            | TypedKind::Transpose(a)
            | TypedKind::Elementwise(_, a)
            | TypedKind::Reduce(_, a)
            | TypedKind::Diagonal(a)
            | TypedKind::Softmax(a)
            | TypedKind::Index(a, _)
            | TypedKind::Mean(a)
            | TypedKind::Next(_, a)
            | TypedKind::Rate(_, a)
            | TypedKind::Hessian(_, a) => a.place_at(span),
            _ => {}
        }
    }

    /// The parts of which it is made.
    pub(crate) fn children(&self) -> Vec<&Typed> {
        match &self.kind {
            TypedKind::Sum(parts) | TypedKind::Product(parts) => parts.iter().map(|(_, part)| part).collect(),
            TypedKind::Contract(a, b)
            | TypedKind::Extremum(_, a, b)
            | TypedKind::Outer(a, b)
            | TypedKind::CrossEntropy(a, b) => vec![a, b],
            TypedKind::Part(a, _)
            | TypedKind::Power(a, _)
            | TypedKind::Transpose(a)
            | TypedKind::Elementwise(_, a)
            | TypedKind::Reduce(_, a)
            | TypedKind::Diagonal(a)
            | TypedKind::Softmax(a)
            | TypedKind::Index(a, _)
            | TypedKind::Mean(a)
            | TypedKind::Next(_, a)
            | TypedKind::Rate(_, a)
            | TypedKind::Hessian(_, a) => vec![a],
            TypedKind::Number(_)
            | TypedKind::Size(_)
            | TypedKind::Parameter(_)
            | TypedKind::Datum(_)
            | TypedKind::Theta
            | TypedKind::LearningRate
            | TypedKind::WeightDecay
            | TypedKind::Step
            | TypedKind::Rates
            | TypedKind::SampleLoss
            | TypedKind::Objective(_)
            | TypedKind::Gradient(_)
            | TypedKind::Ones(_)
            | TypedKind::Identity(_) => Vec::new(),
        }
    }
}
