//! Expressions as graphs: what numbers were computed by.

use super::Rational;
use std::sync::{Arc, OnceLock};

/// An expression: what most constants of formulas are, or a node of a graph.
#[derive(Clone)]
pub(super) enum Expression {
    Integer(i64),
    Node(Arc<Node>),
}

/// A node, with its value once somebody has asked for it.
pub(super) struct Node {
    pub(super) form: Form,
    value: OnceLock<Option<Box<Rational>>>,
}

/// What a node stands for.
pub(super) enum Form {
    /// A constant of the formula.
    Constant(Rational),
    /// A constant of the instance: a learning rate, an entry of a matrix.
    Given(Rational),
    /// A coordinate of the point.
    Drawn(Rational),
    Negative(Expression),
    Binary(Operation, Expression, Expression),
    /// What a comparison of values has chosen.
    Chosen(Expression),
    /// What a comparison of constants has chosen, with a digest of them.
    Decided(u128, Expression),
}

/// An operation on two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    /// `a + b`
    Sum,
    /// `a - b`
    Difference,
    /// `a b`
    Product,
    /// `a / b`
    Quotient,
}

impl Operation {
    /// The result; none for a division by zero.
    pub fn apply(self, a: &Rational, b: &Rational) -> Option<Rational> {
        Some(match self {
            Operation::Sum => Rational::from(a + b),
            Operation::Difference => Rational::from(a - b),
            Operation::Product => Rational::from(a * b),
            Operation::Quotient if b.is_zero() => return None,
            Operation::Quotient => Rational::from(a / b),
        })
    }
}

impl Expression {
    pub(super) fn of(form: Form) -> Self {
        Expression::Node(Arc::new(Node { form, value: OnceLock::new() }))
    }

    /// `a operation b`, where zeros, ones and integers need no node.
    #[inline(never)]
    pub(super) fn combined(operation: Operation, a: Self, b: Self) -> Self {
        use Expression::Integer;
        match (operation, &a, &b) {
            (Operation::Sum, Integer(0), _) | (Operation::Product, Integer(1), _) => b,
            (Operation::Sum | Operation::Difference, _, Integer(0)) => a,
            (Operation::Difference, Integer(0), _) => b.negative(),
            (Operation::Product | Operation::Quotient, _, Integer(1)) => a,
            (Operation::Product, Integer(0), _) | (Operation::Product, _, Integer(0)) => Integer(0),
            (_, Integer(x), Integer(y)) => {
                let folded = match operation {
                    Operation::Sum => x.checked_add(*y),
                    Operation::Difference => x.checked_sub(*y),
                    Operation::Product => x.checked_mul(*y),
                    Operation::Quotient => None,
                };
                folded.map_or_else(|| Self::of(Form::Binary(operation, a.clone(), b.clone())), Integer)
            }
            _ => Self::of(Form::Binary(operation, a, b)),
        }
    }

    pub(super) fn negative(self) -> Self {
        match self {
            Expression::Integer(n) if n != i64::MIN => Expression::Integer(-n),
            other => Self::of(Form::Negative(other)),
        }
    }

    /// The node, if there is one.
    pub(super) fn node(&self) -> Option<&Arc<Node>> {
        match self {
            Expression::Integer(_) => None,
            Expression::Node(node) => Some(node),
        }
    }

    /// The value that was found already.
    fn known(&self) -> Option<Rational> {
        match self {
            Expression::Integer(n) => Some(Rational::from(*n)),
            Expression::Node(node) => node.value.get()?.as_deref().cloned(),
        }
    }

    /// The value; none if it takes a division by zero. The graph is deep, so nothing here recurs.
    pub(super) fn value(&self) -> Option<Rational> {
        let mut stack: Vec<&Node> = self.node().into_iter().map(Arc::as_ref).collect();
        while let Some(&node) = stack.last() {
            let before = stack.len();
            if node.value.get().is_none() {
                let operands = node.form.operands().filter_map(Expression::node).map(Arc::as_ref);
                stack.extend(operands.filter(|operand| operand.value.get().is_none()));
            }
            if stack.len() == before {
                node.value.get_or_init(|| node.form.evaluated().map(Box::new));
                stack.pop();
            }
        }
        self.known()
    }
}

impl Form {
    /// The operands, in their order.
    pub(super) fn operands(&self) -> impl DoubleEndedIterator<Item = &Expression> {
        let (first, second) = match self {
            Form::Constant(_) | Form::Given(_) | Form::Drawn(_) => (None, None),
            Form::Negative(a) | Form::Chosen(a) | Form::Decided(_, a) => (Some(a), None),
            Form::Binary(_, a, b) => (Some(a), Some(b)),
        };
        first.into_iter().chain(second)
    }

    /// The value, from those of the operands.
    fn evaluated(&self) -> Option<Rational> {
        match self {
            Form::Constant(value) | Form::Given(value) | Form::Drawn(value) => Some(value.clone()),
            Form::Negative(a) => Some(-a.known()?),
            Form::Chosen(a) | Form::Decided(_, a) => a.known(),
            Form::Binary(operation, a, b) => operation.apply(&a.known()?, &b.known()?),
        }
    }

    /// Takes the operands away.
    fn release(&mut self, into: &mut Vec<Arc<Node>>) {
        let mut take = |operand: &mut Expression| {
            if let Expression::Node(node) = std::mem::replace(operand, Expression::Integer(0)) {
                into.push(node);
            }
        };
        match self {
            Form::Constant(_) | Form::Given(_) | Form::Drawn(_) => {}
            Form::Negative(a) | Form::Chosen(a) | Form::Decided(_, a) => take(a),
            Form::Binary(_, a, b) => {
                take(a);
                take(b);
            }
        }
    }
}

/// A long sum is a deep graph: were it dropped node within node, the stack would overflow.
impl Drop for Node {
    fn drop(&mut self) {
        let mut released = Vec::new();
        self.form.release(&mut released);
        while let Some(node) = released.pop() {
            if let Some(mut node) = Arc::into_inner(node) {
                node.form.release(&mut released);
            }
        }
    }
}
