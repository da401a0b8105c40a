//! What a tape computes, in any arithmetic.

use crate::number::Number;
use crate::tape::{Node, Operation, Tape, Transcendental};

/// An arithmetic. What is not defined is none.
pub trait Arithmetic {
    /// Its numbers.
    type Value: Clone;
    /// A constant.
    fn constant(&self, number: Number) -> Self::Value;
    /// `a + b`
    fn add(&self, a: &Self::Value, b: &Self::Value) -> Self::Value;
    /// `a b`
    fn multiply(&self, a: &Self::Value, b: &Self::Value) -> Self::Value;
    /// `a / b`, unless b is surely 0.
    fn divide(&self, a: &Self::Value, b: &Self::Value) -> Option<Self::Value>;
    /// `-a`
    fn negate(&self, a: &Self::Value) -> Self::Value;
    /// `a^exponent`, unless the exponent is negative and a surely 0.
    fn power(&self, a: &Self::Value, exponent: i32) -> Option<Self::Value>;
    /// A function that no field has; none where it is not defined, or the arithmetic does not have it.
    fn apply(&self, function: Transcendental, a: &Self::Value) -> Option<Self::Value>;
    /// `then` where `a < b`, else `otherwise`.
    fn select(&self, a: &Self::Value, b: &Self::Value, then: &Self::Value, otherwise: &Self::Value) -> Self::Value;
}

/// An operation that has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Undefined(pub Node);

impl Tape {
    /// The values of all nodes.
    ///
    /// # Errors
    /// [`Undefined`] for the first operation that has no value.
    ///
    /// # Panics
    /// If an input is missing.
    pub fn evaluate<A: Arithmetic>(&self, arithmetic: &A, inputs: &[A::Value]) -> Result<Vec<A::Value>, Undefined> {
        let mut values: Vec<A::Value> = Vec::with_capacity(self.len());
        for operation in self.operations() {
            let at = |node: Node| &values[node.place()];
            let value = match *operation {
                Operation::Constant(number) => Some(arithmetic.constant(number)),
                Operation::Input(place) => Some(inputs[place as usize].clone()),
                Operation::Add(a, b) => Some(arithmetic.add(at(a), at(b))),
                Operation::Multiply(a, b) => Some(arithmetic.multiply(at(a), at(b))),
                Operation::Divide(a, b) => arithmetic.divide(at(a), at(b)),
                Operation::Negate(a) => Some(arithmetic.negate(at(a))),
                Operation::Power(a, exponent) => arithmetic.power(at(a), exponent),
                Operation::Apply(function, a) => arithmetic.apply(function, at(a)),
                Operation::Select(a, b, then, otherwise) => {
                    Some(arithmetic.select(at(a), at(b), at(then), at(otherwise)))
                }
            };
            let Some(value) = value else { return Err(Undefined(self.node(values.len()))) };
            values.push(value);
        }
        Ok(values)
    }
}
