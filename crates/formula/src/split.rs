//! Laws that say that one term vanishes: what is computed last of it is compared with the rest, so that the two sides say something.

use crate::tape::{Node, Operation, Tape};
use std::ops::Range;

/// The terms of a side, with what each is of.
type Side = Vec<(String, Vec<Node>)>;

/// Where one side is 0 and the other one term, what is computed last of it is compared with the rest.
pub fn split(tape: &mut Tape, weights: &Range<usize>, left: &mut Side, right: &mut Side) {
    let (from, to) = if right.is_empty() { (left, right) } else { (right, left) };
    let [(label, entries)] = &mut from[..] else { return };
    let halves: Vec<(Node, Node)> = entries.iter().map(|entry| halves(tape, weights, *entry)).collect();
    // What is no sum has no summand to be compared with.
    if halves.iter().all(|(_, last)| tape.is_zero(*last)) {
        return;
    }
    let moved = halves.iter().map(|(_, last)| tape.negate(*last)).collect();
    *entries = halves.into_iter().map(|(rest, _)| rest).collect();
    to.push((format!("-(last summand of {label})"), moved));
    *label = format!("{label}, without its last summand");
}

/// The most nodes that are looked at for the means of one entry: expressions are shared, and may be deep.
const MOST_VISITS: usize = 1 << 12;

/// What is computed last of a node, and the rest. Of a mean over the samples it is the mean of what is computed last of each: were it the last sample's part,
/// and the law true of every sample, both halves would be 0.
fn halves(tape: &mut Tape, weights: &Range<usize>, node: Node) -> (Node, Node) {
    let zero = tape.integer(0);
    let mut means = Means { tape, weights, visits: 0 };
    match means.halves(node) {
        Some((rest, last)) if !tape.is_zero(last) => (rest, last),
        _ => tape.summands(node).unwrap_or((node, zero)),
    }
}

/// Means over the samples, taken apart.
struct Means<'a> {
    tape: &'a mut Tape,
    weights: &'a Range<usize>,
    visits: usize,
}

impl Means<'_> {
    /// The halves of `sum_z p_z x_z`, and of what is a multiple of it; none if a node is no such mean.
    fn halves(&mut self, node: Node) -> Option<(Node, Node)> {
        self.visits += 1;
        if self.visits > MOST_VISITS {
            return None;
        }
        match self.tape.operations()[node.place()] {
            Operation::Add(a, b) => {
                // Sums grow to the left: what is no mean is seen at once.
                let (other_rest, other_last) = self.halves(b)?;
                let (rest, last) = self.halves(a)?;
                Some((self.tape.add(rest, other_rest), self.tape.add(last, other_last)))
            }
            Operation::Negate(a) => {
                let (rest, last) = self.halves(a)?;
                Some((self.tape.negate(rest), self.tape.negate(last)))
            }
            Operation::Multiply(a, b) => {
                let (factor, of) = if self.is_leaf(a) { (a, b) } else { (b, a) };
                let (rest, last) = if self.is_weight(factor) {
                    self.tape.summands(of).unwrap_or((of, self.tape.integer(0)))
                } else if self.is_leaf(factor) {
                    self.halves(of)?
                } else {
                    return None;
                };
                Some((self.tape.multiply(factor, rest), self.tape.multiply(factor, last)))
            }
            _ => None,
        }
    }

    fn is_leaf(&self, node: Node) -> bool {
        matches!(self.tape.operations()[node.place()], Operation::Input(_) | Operation::Constant(_))
    }

    fn is_weight(&self, node: Node) -> bool {
        match self.tape.operations()[node.place()] {
            Operation::Input(place) => self.weights.contains(&(place as usize)),
            _ => false,
        }
    }
}
