//! The tree of a formula as it was written, before names and shapes are known.

use crate::number::Number;
use std::ops::Range;

/// A part of a formula.
#[derive(Clone, Debug, PartialEq)]
pub struct Expression {
    /// What it is.
    pub kind: Kind,
    /// Its bytes in the text.
    pub span: Range<usize>,
}

/// What an expression is.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// A constant.
    Number(Number),
    /// A name.
    Name(String),
    /// `(e)`
    Group(Box<Expression>),
    /// `E[e]`
    Mean(Box<Expression>),
    /// `f(a, b; c)`: groups of arguments.
    Call(Call),
    /// `e.NAME`, with the bytes of the name.
    Member(Box<Expression>, String, Range<usize>),
    /// `e.T`
    Transpose(Box<Expression>),
    /// `e[i, :]`
    Index(Box<Expression>, Vec<Selector>),
    /// Terms with their signs; a sign alone makes a sum of one term.
    Sum(Vec<(Sign, Expression)>),
    /// Factors, each with what stands before it.
    Product(Vec<(Join, Expression)>),
    /// `a @ b @ c`
    Chain(Vec<Expression>),
    /// `e^k`
    Power(Box<Expression>, i32),
}

/// A function with its arguments.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// The name.
    pub function: String,
    /// Its bytes.
    pub span: Range<usize>,
    /// The arguments, in groups that semicolons separate.
    pub groups: Vec<Vec<Expression>>,
}

/// The sign of a term.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// `+`, or none.
    Plus,
    /// `-`
    Minus,
}

/// What stands before a factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Join {
    /// `*`, and nothing before the first.
    Times,
    /// `·`, a product with a number.
    Dot,
    /// `×`, likewise.
    Cross,
    /// Nothing: side by side.
    Beside,
    /// `/`
    Over,
}

/// One place of an index.
#[derive(Clone, Debug, PartialEq)]
pub enum Selector {
    /// `:`
    All(Range<usize>),
    /// `2`, counted from 0.
    Place(usize, Range<usize>),
    /// `0:2`, without its end.
    Between(usize, usize, Range<usize>),
    /// `i`, of `for i in n:`.
    Running(String, Range<usize>),
}

/// A law: a relation, or a family of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// `for i in n, j in m:`
    pub binders: Vec<Binder>,
    /// The left side.
    pub left: Expression,
    /// How the sides are related.
    pub sense: Sense,
    /// The bytes of the sign between the sides.
    pub sign: Range<usize>,
    /// The right side.
    pub right: Expression,
}

/// One name that runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Binder {
    /// The name.
    pub name: String,
    /// Its bytes.
    pub span: Range<usize>,
    /// The size below which it runs, with its bytes; none for `for z:`, which runs over the samples.
    pub size: Option<(String, Range<usize>)>,
}

/// How two sides are related.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sense {
    /// `=`
    Equal,
    /// `<=`
    AtMost,
    /// `>=`
    AtLeast,
    /// `~`: the left side vanishes like the right one.
    Order,
}

impl Expression {
    pub(crate) fn new(kind: Kind, span: Range<usize>) -> Self {
        Expression { kind, span }
    }

    /// The expression without the brackets around it.
    pub(crate) fn inside(&self) -> &Expression {
        match &self.kind {
            Kind::Group(inside) => inside.inside(),
            _ => self,
        }
    }

    /// Whether it is the constant 0.
    pub fn is_zero(&self) -> bool {
        matches!(self.inside().kind, Kind::Number(Number::ZERO))
    }
}
