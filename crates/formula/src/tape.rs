//! A flat list of operations: what a formula computes, without names, shapes or scalars.

use crate::number::Number;
use crate::vocabulary::Elementwise;
use std::collections::HashMap;
use std::ops::Range;

/// A result on a tape: the place of the operation that computes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Node(u32);

impl Node {
    /// Its place.
    pub fn place(self) -> usize {
        self.0 as usize
    }
}

/// Functions that no field has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names are the functions")]
pub enum Transcendental {
    Exp,
    Log,
    Sqrt,
    Tanh,
    /// `1 / cosh(x)`: the root of the slope of tanh.
    HyperbolicSecant,
    Sigmoid,
    Softplus,
    /// `1 / (1 + exp(-z))` with `z = 2 sqrt(2/pi) (x + 0.044715 x^3)`
    GeluGate,
    /// `dz/dx` of the gate of gelu.
    GeluSlope,
}

/// An operation. Its operands come before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names are the operations")]
pub enum Operation {
    Constant(Number),
    /// What is put in from outside.
    Input(u32),
    Add(Node, Node),
    Multiply(Node, Node),
    Divide(Node, Node),
    Negate(Node),
    Power(Node, i32),
    Apply(Transcendental, Node),
    /// The third where the first is less than the second, else the fourth.
    Select(Node, Node, Node, Node),
}

impl Operation {
    /// The operands.
    pub fn operands(self) -> impl Iterator<Item = Node> {
        let list = match self {
            Operation::Constant(_) | Operation::Input(_) => [None; 4],
            Operation::Negate(a) | Operation::Power(a, _) | Operation::Apply(_, a) => [Some(a), None, None, None],
            Operation::Add(a, b) | Operation::Multiply(a, b) | Operation::Divide(a, b) => {
                [Some(a), Some(b), None, None]
            }
            Operation::Select(a, b, c, d) => [Some(a), Some(b), Some(c), Some(d)],
        };
        list.into_iter().flatten()
    }

    fn renamed(self, name: impl Fn(Node) -> Node) -> Self {
        match self {
            Operation::Constant(_) | Operation::Input(_) => self,
            Operation::Add(a, b) => Operation::Add(name(a), name(b)),
            Operation::Multiply(a, b) => Operation::Multiply(name(a), name(b)),
            Operation::Divide(a, b) => Operation::Divide(name(a), name(b)),
            Operation::Negate(a) => Operation::Negate(name(a)),
            Operation::Power(a, exponent) => Operation::Power(name(a), exponent),
            Operation::Apply(function, a) => Operation::Apply(function, name(a)),
            Operation::Select(a, b, c, d) => Operation::Select(name(a), name(b), name(c), name(d)),
        }
    }
}

/// Which text a part of a formula is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// That of the loss.
    Loss,
    /// That of the law.
    Law,
}

/// Bytes of a text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// The text.
    pub source: Source,
    /// Its bytes.
    pub span: Range<usize>,
}

/// Operations in the order in which they are computed, none of them twice.
///
/// Only constants are folded: nothing looks into an operand, so that a node can stand for a variable in [`Tape::gradient`], whatever computes it.
#[derive(Clone, Debug, Default)]
pub struct Tape {
    operations: Vec<Operation>,
    known: HashMap<Operation, Node>,
    /// What in a text asks for a division, a logarithm or a root: where it is not defined.
    places: HashMap<Node, Place>,
    /// What in a text compares two numbers, the first of which may be less.
    compared: HashMap<(Node, Node), Place>,
}

impl Tape {
    /// The operations.
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// The bytes of a text that asked for an operation, if they are known.
    pub fn place_of(&self, node: Node) -> Option<Place> {
        self.places.get(&node).cloned()
    }

    pub(crate) fn asked_at(&mut self, node: Node, place: Place) {
        self.places.entry(node).or_insert(place);
    }

    /// The comparisons that a text asks for: of the first number with the second, and the bytes.
    pub fn comparisons(&self) -> impl Iterator<Item = (Node, Node, &Place)> {
        self.compared.iter().map(|((a, b), place)| (*a, *b, place))
    }

    /// A branch is chosen by a comparison that this text asks for, unless two constants are compared.
    pub(crate) fn chosen_at(&mut self, node: Node, place: Place) {
        if let Operation::Select(a, b, ..) = self.operations[node.place()]
            && (self.constant_of(a).is_none() || self.constant_of(b).is_none())
        {
            self.compared.entry((a, b)).or_insert(place);
        }
    }

    /// The number of operations.
    #[expect(clippy::len_without_is_empty, reason = "nobody asks")]
    pub fn len(&self) -> usize {
        self.operations.len()
    }

    /// The largest degree of a number on it, counted as if nothing cancelled: a function of a number counts as the number, a constant as a variable.
    /// A rational of so high a degree has as many times the digits of an input.
    pub fn degree(&self) -> u64 {
        let mut degrees: Vec<u64> = Vec::with_capacity(self.len());
        for operation in &self.operations {
            let of = |node: Node| degrees[node.place()];
            let degree = match *operation {
                Operation::Multiply(a, b) | Operation::Divide(a, b) => of(a).saturating_add(of(b)),
                Operation::Power(a, exponent) => of(a).saturating_mul(exponent.unsigned_abs().into()),
                _ => operation.operands().map(of).max().unwrap_or(1),
            };
            degrees.push(degree);
        }
        degrees.into_iter().max().unwrap_or(0)
    }

    /// The nodes, in the order in which they are computed.
    pub fn nodes(&self) -> impl Iterator<Item = Node> {
        (0..self.operations.len()).map(|place| Node(place as u32))
    }

    pub(crate) fn node(&self, place: usize) -> Node {
        Node(place as u32)
    }

    fn push(&mut self, operation: Operation) -> Node {
        if let Some(known) = self.known.get(&operation) {
            return *known;
        }
        let node = Node(u32::try_from(self.operations.len()).expect("tapes are bounded where formulas are compiled"));
        self.operations.push(operation);
        self.known.insert(operation, node);
        node
    }

    fn constant_of(&self, node: Node) -> Option<Number> {
        match self.operations[node.place()] {
            Operation::Constant(number) => Some(number),
            _ => None,
        }
    }

    /// Whether a node is the constant 0.
    pub fn is_zero(&self, node: Node) -> bool {
        self.constant_of(node) == Some(Number::ZERO)
    }

    /// The summands of a sum that was computed last, if it was.
    pub fn summands(&self, node: Node) -> Option<(Node, Node)> {
        match self.operations[node.place()] {
            Operation::Add(first, second) => Some((first, second)),
            _ => None,
        }
    }

    /// What is put in at this place.
    pub fn input(&mut self, place: usize) -> Node {
        self.push(Operation::Input(u32::try_from(place).expect("inputs are few")))
    }

    /// A constant.
    pub fn constant(&mut self, number: Number) -> Node {
        self.push(Operation::Constant(number))
    }

    /// An integer.
    pub fn integer(&mut self, number: i64) -> Node {
        self.constant(Number::integer(number))
    }

    /// `a + b`
    pub fn add(&mut self, a: Node, b: Node) -> Node {
        match (self.constant_of(a), self.constant_of(b)) {
            (Some(Number::ZERO), _) => return b,
            (_, Some(Number::ZERO)) => return a,
            (Some(a), Some(b)) => {
                if let Some(sum) = a.plus(b) {
                    return self.constant(sum);
                }
            }
            _ => {}
        }
        self.push(Operation::Add(a.min(b), a.max(b)))
    }

    /// `a - b`
    pub fn subtract(&mut self, a: Node, b: Node) -> Node {
        let negated = self.negate(b);
        self.add(a, negated)
    }

    /// `-a`
    pub fn negate(&mut self, a: Node) -> Node {
        match self.constant_of(a).and_then(Number::negated) {
            Some(number) => self.constant(number),
            None => self.push(Operation::Negate(a)),
        }
    }

    /// `a b`
    pub fn multiply(&mut self, a: Node, b: Node) -> Node {
        match (self.constant_of(a), self.constant_of(b)) {
            (Some(Number::ZERO), _) | (_, Some(Number::ZERO)) => return self.integer(0),
            (Some(Number::ONE), _) => return b,
            (_, Some(Number::ONE)) => return a,
            (Some(a), Some(b)) => {
                if let Some(product) = a.times(b) {
                    return self.constant(product);
                }
            }
            _ => {}
        }
        self.push(Operation::Multiply(a.min(b), a.max(b)))
    }

    /// `a / b`
    pub fn divide(&mut self, a: Node, b: Node) -> Node {
        match (self.constant_of(a), self.constant_of(b)) {
            (_, Some(Number::ONE)) => return a,
            (Some(a), Some(b)) => {
                if let Some(quotient) = a.over(b) {
                    return self.constant(quotient);
                }
            }
            _ => {}
        }
        self.push(Operation::Divide(a, b))
    }

    /// `a^exponent`
    pub fn power(&mut self, a: Node, exponent: i32) -> Node {
        match exponent {
            0 => return self.integer(1),
            1 => return a,
            _ => {}
        }
        if let Some(number) = self.constant_of(a) {
            let mut power = Some(Number::ONE);
            for _ in 0..exponent.unsigned_abs() {
                power = power.and_then(|power| power.times(number));
            }
            let power = if exponent < 0 { power.and_then(|power| Number::ONE.over(power)) } else { power };
            if let Some(power) = power {
                return self.constant(power);
            }
        }
        self.push(Operation::Power(a, exponent))
    }

    /// A function that no field has.
    pub fn apply(&mut self, function: Transcendental, a: Node) -> Node {
        self.push(Operation::Apply(function, a))
    }

    /// `then` where `a < b`, else `otherwise`.
    pub fn select(&mut self, a: Node, b: Node, then: Node, otherwise: Node) -> Node {
        if then == otherwise { then } else { self.push(Operation::Select(a, b, then, otherwise)) }
    }

    /// The sum, in the order given.
    pub fn sum(&mut self, nodes: impl IntoIterator<Item = Node>) -> Node {
        let mut total = self.integer(0);
        for node in nodes {
            total = self.add(total, node);
        }
        total
    }

    /// `sum_i a_i b_i`
    pub fn dot(&mut self, a: &[Node], b: &[Node]) -> Node {
        let products: Vec<Node> = a.iter().zip(b).map(|(a, b)| self.multiply(*a, *b)).collect();
        self.sum(products)
    }

    /// A function of a formula.
    pub fn elementwise(&mut self, function: Elementwise, a: Node) -> Node {
        let zero = self.integer(0);
        match function {
            Elementwise::Abs => {
                let negated = self.negate(a);
                self.select(a, zero, negated, a)
            }
            Elementwise::Relu => self.select(zero, a, a, zero),
            Elementwise::LeakyRelu => {
                let tenth = self.constant(Number::ratio(1, 10).expect("a tenth"));
                let below = self.multiply(tenth, a);
                self.select(zero, a, a, below)
            }
            Elementwise::Silu => {
                let gate = self.apply(Transcendental::Sigmoid, a);
                self.multiply(a, gate)
            }
            Elementwise::Gelu => {
                let gate = self.apply(Transcendental::GeluGate, a);
                self.multiply(a, gate)
            }
            Elementwise::Exp => self.apply(Transcendental::Exp, a),
            Elementwise::Log => self.apply(Transcendental::Log, a),
            Elementwise::Sqrt => self.apply(Transcendental::Sqrt, a),
            Elementwise::Tanh => self.apply(Transcendental::Tanh, a),
            Elementwise::Sigmoid => self.apply(Transcendental::Sigmoid, a),
            Elementwise::Softplus => self.apply(Transcendental::Softplus, a),
        }
    }

    /// Whether all that it computes is rational in what is put in.
    pub fn is_algebraic(&self) -> bool {
        !self.operations.iter().any(|operation| matches!(operation, Operation::Apply(..)))
    }

    /// Whether all that it computes is one polynomial in what is put in.
    pub fn is_polynomial(&self) -> bool {
        self.operations.iter().all(|operation| match operation {
            Operation::Apply(..) | Operation::Select(..) => false,
            Operation::Divide(_, below) => matches!(self.operations[below.place()], Operation::Constant(_)),
            Operation::Power(_, exponent) => *exponent >= 0,
            _ => true,
        })
    }

    /// Whether a comparison of numbers chooses what it computes.
    pub fn has_branches(&self) -> bool {
        self.operations.iter().any(|operation| matches!(operation, Operation::Select(..)))
    }

    /// The inputs on which comparisons depend that no coordinate enters, such as `eta < 1`. What they choose is the same at all points where these inputs
    /// are, and another formula where they are not.
    pub fn deciding(&self, is_coordinate: impl Fn(usize) -> bool) -> Vec<usize> {
        let mut moves = vec![false; self.len()];
        for (place, operation) in self.operations.iter().enumerate() {
            moves[place] = match operation {
                Operation::Input(input) => is_coordinate(*input as usize),
                operation => operation.operands().any(|operand| moves[operand.place()]),
            };
        }
        let mut decides = vec![false; self.len()];
        let mut inputs = Vec::new();
        for (place, operation) in self.operations.iter().enumerate().rev() {
            match operation {
                Operation::Input(input) if decides[place] => inputs.push(*input as usize),
                Operation::Select(a, b, ..) if !moves[a.place()] && !moves[b.place()] => {
                    decides[a.place()] = true;
                    decides[b.place()] = true;
                }
                _ => {}
            }
            if decides[place] {
                operation.operands().for_each(|operand| decides[operand.place()] = true);
            }
        }
        inputs
    }

    /// The tape without what none of `outputs` needs, and where these are on it.
    pub fn pruned(&self, outputs: &[Node]) -> (Tape, Vec<Node>) {
        let mut needed = vec![false; self.len()];
        for output in outputs {
            needed[output.place()] = true;
        }
        for place in (0..self.len()).rev() {
            if needed[place] {
                self.operations[place].operands().for_each(|operand| needed[operand.place()] = true);
            }
        }
        let mut renamed: Vec<Node> = vec![Node(0); self.len()];
        let mut tape = Tape::default();
        for place in (0..self.len()).filter(|place| needed[*place]) {
            renamed[place] = tape.push(self.operations[place].renamed(|node| renamed[node.place()]));
            if let Some(span) = self.places.get(&Node(place as u32)) {
                tape.asked_at(renamed[place], span.clone());
            }
            // Derivatives choose by the same comparison.
            if let Operation::Select(a, b, ..) = self.operations[place]
                && let Some(span) = self.compared.get(&(a, b))
            {
                tape.compared.insert((renamed[a.place()], renamed[b.place()]), span.clone());
            }
        }
        let outputs = outputs.iter().map(|output| renamed[output.place()]).collect();
        (tape, outputs)
    }
}
