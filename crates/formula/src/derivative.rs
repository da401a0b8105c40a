//! Derivatives of what a tape computes, appended to the tape: backwards for gradients, forwards along a direction.

use crate::number::Number;
use crate::tape::{Node, Operation, Tape, Transcendental};

impl Tape {
    /// The derivatives of `output` with respect to each of `variables`, which may be any nodes: what computes them is held apart.
    ///
    /// Reverse accumulation: of every operation the sum of what its uses contribute.
    pub fn gradient(&mut self, output: Node, variables: &[Node]) -> Vec<Node> {
        let zero = self.integer(0);
        let one = self.integer(1);
        let depends = self.dependence(output, variables);
        let mut slopes: Vec<Option<Node>> = vec![None; output.place() + 1];
        slopes[output.place()] = Some(one);
        let mut is_variable = vec![false; output.place() + 1];
        for variable in variables.iter().filter(|variable| variable.place() <= output.place()) {
            is_variable[variable.place()] = true;
        }
        for place in (0..=output.place()).rev() {
            let (Some(slope), true, false) = (slopes[place], depends[place], is_variable[place]) else { continue };
            for (operand, factor) in self.contributions(place, slope) {
                if depends[operand.place()] {
                    let known = slopes[operand.place()].unwrap_or(zero);
                    slopes[operand.place()] = Some(self.add(known, factor));
                }
            }
        }
        let slope = |variable: &Node| match depends.get(variable.place()) {
            Some(true) => slopes[variable.place()].unwrap_or(zero),
            _ => zero,
        };
        variables.iter().map(slope).collect()
    }

    /// Which nodes up to `last` depend on the variables.
    fn dependence(&self, last: Node, variables: &[Node]) -> Vec<bool> {
        let mut depends = vec![false; last.place() + 1];
        for variable in variables.iter().filter(|variable| variable.place() <= last.place()) {
            depends[variable.place()] = true;
        }
        for place in 0..=last.place() {
            depends[place] |= self.operations()[place].operands().any(|operand| depends[operand.place()]);
        }
        depends
    }

    /// What the operation at `place` contributes to the slopes of its operands, if its own is `slope`.
    fn contributions(&mut self, place: usize, slope: Node) -> Vec<(Node, Node)> {
        match self.operations()[place] {
            Operation::Constant(_) | Operation::Input(_) => Vec::new(),
            Operation::Add(a, b) => vec![(a, slope), (b, slope)],
            Operation::Negate(a) => vec![(a, self.negate(slope))],
            Operation::Multiply(a, b) => vec![(a, self.multiply(slope, b)), (b, self.multiply(slope, a))],
            Operation::Divide(a, b) => {
                // d(a/b) = da/b - (a/b) db/b
                let of_a = self.divide(slope, b);
                let quotient = self.divide(a, b);
                let product = self.multiply(of_a, quotient);
                vec![(a, of_a), (b, self.negate(product))]
            }
            Operation::Power(..) | Operation::Apply(..) => {
                let (a, derivative) = self.slope(place);
                vec![(a, self.multiply(slope, derivative))]
            }
            Operation::Select(a, b, then, otherwise) => {
                let zero = self.integer(0);
                vec![(then, self.select(a, b, slope, zero)), (otherwise, self.select(a, b, zero, slope))]
            }
        }
    }

    /// The operand of a function of one number, and the derivative there.
    fn slope(&mut self, place: usize) -> (Node, Node) {
        match self.operations()[place] {
            Operation::Power(a, exponent) => {
                let power = self.power(a, exponent - 1);
                let factor = self.integer(exponent.into());
                (a, self.multiply(factor, power))
            }
            Operation::Apply(function, a) => (a, self.slope_of(function, a)),
            _ => unreachable!("only functions of one number have one slope"),
        }
    }

    /// In the form that does not cancel: `1 - tanh^2` and `s (1 - s)` would.
    fn slope_of(&mut self, function: Transcendental, a: Node) -> Node {
        let value = self.apply(function, a);
        match function {
            Transcendental::Exp => value,
            Transcendental::Log => {
                let one = self.integer(1);
                self.divide(one, a)
            }
            Transcendental::Sqrt => {
                let half = self.constant(Number::ratio(1, 2).expect("a half"));
                self.divide(half, value)
            }
            Transcendental::Tanh => {
                let secant = self.apply(Transcendental::HyperbolicSecant, a);
                self.power(secant, 2)
            }
            Transcendental::HyperbolicSecant => {
                let tangent = self.apply(Transcendental::Tanh, a);
                let product = self.multiply(value, tangent);
                self.negate(product)
            }
            Transcendental::Sigmoid => {
                let opposite = self.negate(a);
                let complement = self.apply(Transcendental::Sigmoid, opposite);
                self.multiply(value, complement)
            }
            Transcendental::Softplus => self.apply(Transcendental::Sigmoid, a),
            Transcendental::GeluGate => {
                let opposite = self.negate(a);
                let complement = self.apply(Transcendental::GeluGate, opposite);
                let slope = self.apply(Transcendental::GeluSlope, a);
                let product = self.multiply(value, complement);
                self.multiply(product, slope)
            }
            Transcendental::GeluSlope => {
                // z' = c (1 + 3 k x^2) with c the slope at 0, so that z'' = 6 k c x.
                let zero = self.integer(0);
                let at_zero = self.apply(Transcendental::GeluSlope, zero);
                let factor = self.constant(Number::ratio(26_829, 100_000).expect("a constant"));
                let scaled = self.multiply(factor, a);
                self.multiply(at_zero, scaled)
            }
        }
    }

    /// The derivatives of `outputs` along a direction of the variables, which may be any nodes.
    pub fn tangents(&mut self, outputs: &[Node], variables: &[Node], direction: &[Node]) -> Vec<Node> {
        let zero = self.integer(0);
        let Some(last) = outputs.iter().copied().max() else { return Vec::new() };
        let depends = self.dependence(last, variables);
        let mut tangents: Vec<Node> = vec![zero; last.place() + 1];
        let mut given = vec![false; last.place() + 1];
        for (variable, along) in
            variables.iter().zip(direction).filter(|(variable, _)| variable.place() <= last.place())
        {
            tangents[variable.place()] = *along;
            given[variable.place()] = true;
        }
        for place in 0..=last.place() {
            if !depends[place] || given[place] {
                continue;
            }
            tangents[place] = match self.operations()[place] {
                Operation::Constant(_) | Operation::Input(_) => zero,
                Operation::Select(a, b, then, otherwise) => {
                    self.select(a, b, tangents[then.place()], tangents[otherwise.place()])
                }
                _ => {
                    let one = self.integer(1);
                    let mut total = zero;
                    for (operand, slope) in self.contributions(place, one) {
                        let part = self.multiply(slope, tangents[operand.place()]);
                        total = self.add(total, part);
                    }
                    total
                }
            };
        }
        outputs.iter().map(|output| tangents[output.place()]).collect()
    }
}
