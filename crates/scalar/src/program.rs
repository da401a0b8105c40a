//! Straight-line programs: what recorded numbers were computed by, without branches and without repetition.

use super::digest::digest_of;
use super::expression::{Expression, Form, Node, Operation};
use super::{Field, Rational, Recorded};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

/// A step of a program. Operands are the numbers of earlier steps.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// A constant of the formula.
    Constant(Rational),
    /// A constant of the instance.
    Given(Rational),
    /// A coordinate of the point.
    Drawn(Rational),
    /// `-a`
    Negative(usize),
    /// `a operation b`
    Binary(Operation, usize, usize),
}

/// A straight-line program: every step once, none that no output needs, operands before what they enter.
///
/// Coordinates of one value are one step; see [`Program::of`].
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// The steps.
    pub steps: Vec<Step>,
    /// The steps whose values are the results, in the order in which they were asked for.
    pub outputs: Vec<usize>,
    /// Whether a comparison of values has decided something on the way: then this is the program of one piece.
    pub has_choices: bool,
    /// Digests of constants that were compared on the way, to decide something: other constants may have another program.
    pub decisions: Vec<u128>,
}

/// A quick hash of words, which nobody attacks: the keys are places and addresses of this program. (The multiplicative hash of Knuth and Fibonacci.)
#[derive(Default)]
struct Mixed(u64);

impl Hasher for Mixed {
    fn write(&mut self, bytes: &[u8]) {
        for part in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..part.len()].copy_from_slice(part);
            self.write_u64(u64::from_le_bytes(word));
        }
    }
    fn write_u64(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
    fn write_usize(&mut self, word: usize) {
        self.write_u64(word as u64);
    }
    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }
}

/// A program that is being written.
#[derive(Default)]
struct Writer {
    program: Program,
    /// Steps by what they are, and by the node that they came from.
    known: HashMap<Step, usize, BuildHasherDefault<Mixed>>,
    places: HashMap<*const Node, usize, BuildHasherDefault<Mixed>>,
}

impl Writer {
    fn step(&mut self, step: Step) -> usize {
        if let Some(place) = self.known.get(&step) {
            return *place;
        }
        let place = self.program.steps.len();
        self.program.steps.push(step.clone());
        self.known.insert(step, place);
        place
    }

    /// The place of an expression whose node, if it has one, was written.
    fn place(&mut self, expression: &Expression) -> usize {
        match expression {
            Expression::Integer(n) => self.step(Step::Constant(Rational::from(*n))),
            Expression::Node(node) => self.places[&Arc::as_ptr(node)],
        }
    }

    /// Writes an expression, operands first, without recursion: graphs are deep.
    fn write(&mut self, expression: &Expression) -> usize {
        let mut stack: Vec<&Arc<Node>> = expression.node().into_iter().collect();
        while let Some(&node) = stack.last() {
            let before = stack.len();
            if !self.places.contains_key(&Arc::as_ptr(node)) {
                let operands = node.form.operands().rev().filter_map(Expression::node);
                stack.extend(operands.filter(|operand| !self.places.contains_key(&Arc::as_ptr(operand))));
                if stack.len() > before {
                    continue;
                }
                let place = self.node(&node.form);
                self.places.insert(Arc::as_ptr(node), place);
            }
            stack.pop();
        }
        self.place(expression)
    }

    fn node(&mut self, form: &Form) -> usize {
        let step = match form {
            Form::Constant(value) => Step::Constant(value.clone()),
            Form::Given(value) => Step::Given(value.clone()),
            Form::Drawn(value) => Step::Drawn(value.clone()),
            Form::Negative(a) => Step::Negative(self.place(a)),
            Form::Binary(operation, a, b) => {
                let (a, b) = (self.place(a), self.place(b));
                Step::Binary(*operation, a, b)
            }
            Form::Chosen(a) => {
                self.program.has_choices = true;
                return self.place(a);
            }
            Form::Decided(compared, a) => {
                self.program.decisions.push(*compared);
                return self.place(a);
            }
        };
        self.step(step)
    }
}

impl Program {
    /// The program of these numbers. Coordinates are told apart by their values: two that happen to be equal become one.
    pub fn of<'a>(numbers: impl IntoIterator<Item = &'a Recorded>) -> Self {
        let mut writer = Writer::default();
        for number in numbers {
            let place = writer.write(number.expression());
            writer.program.outputs.push(place);
        }
        writer.program
    }

    /// The values of all steps, where `leaf` says what constants and coordinates are.
    pub fn evaluate<T: Field>(&self, mut leaf: impl FnMut(&Step) -> T) -> Vec<T> {
        let mut values: Vec<T> = Vec::with_capacity(self.steps.len());
        for step in &self.steps {
            let value = match step {
                Step::Constant(_) | Step::Given(_) | Step::Drawn(_) => leaf(step),
                Step::Negative(a) => -values[*a].clone(),
                Step::Binary(operation, a, b) => {
                    let a = values[*a].clone();
                    match operation {
                        Operation::Sum => a + &values[*b],
                        Operation::Difference => a - &values[*b],
                        Operation::Product => a * &values[*b],
                        Operation::Quotient => a / &values[*b],
                    }
                }
            };
            values.push(value);
        }
        values
    }

    /// What each step computes as a function of the coordinates, as a digest: coordinates are numbered as they come, and only constants have values.
    ///
    /// At two points of one polynomial, computed in the same way, the digests are equal.
    pub fn digests(&self) -> Vec<u128> {
        let mut digests: Vec<u128> = Vec::with_capacity(self.steps.len());
        let mut coordinates = 0_usize;
        for step in &self.steps {
            digests.push(match step {
                Step::Constant(value) | Step::Given(value) => digest_of(&(0, value)),
                Step::Drawn(_) => {
                    coordinates += 1;
                    digest_of(&(1, coordinates))
                }
                Step::Negative(a) => digest_of(&(2, digests[*a])),
                Step::Binary(operation, a, b) => digest_of(&(3, operation, digests[*a], digests[*b])),
            });
        }
        digests
    }

    /// The exact values of all steps; none if one divides by zero.
    pub fn values(&self) -> Option<Vec<Rational>> {
        let mut values: Vec<Rational> = Vec::with_capacity(self.steps.len());
        for step in &self.steps {
            values.push(match step {
                Step::Constant(value) | Step::Given(value) | Step::Drawn(value) => value.clone(),
                Step::Negative(a) => Rational::from(-&values[*a]),
                Step::Binary(operation, a, b) => operation.apply(&values[*a], &values[*b])?,
            });
        }
        Some(values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Branch, Ring};
    use num_traits::{One, Zero};
    use std::collections::HashSet;

    fn drawn(value: i64) -> Recorded {
        Recorded::drawn(&Rational::from(value))
    }

    /// (x + y)^2 twice, with x lifted twice, and something that nobody asks for.
    #[test]
    fn what_is_common_is_computed_once_and_what_is_dead_never() {
        let sum = || drawn(3) + drawn(5);
        let _dead = drawn(7) * drawn(11);
        let program = Program::of(&[sum().squared(), sum().squared() + Recorded::one()]);
        assert_eq!(program.steps.len(), 6, "{program:?}");
        let values = program.values().unwrap();
        assert_eq!(program.outputs.iter().map(|place| values[*place].clone()).collect::<Vec<_>>(), [64, 65]);
        assert!(!program.has_choices);
    }

    /// The coordinates may be any, what is done with them may not.
    #[test]
    fn digests_tell_polynomials_apart_and_points_not() {
        let digest = |number: Recorded| {
            let program = Program::of(&[number]);
            program.digests()[program.outputs[0]]
        };
        let polynomial = |x, y, c| digest(drawn(x).squared() * Recorded::ratio(c, 7) + drawn(y));
        assert_eq!(polynomial(3, 5, 2), polynomial(8, 9, 2));
        assert_ne!(polynomial(3, 5, 2), polynomial(3, 5, 3));
        assert_ne!(digest(drawn(3) * drawn(5)), digest(drawn(3) * drawn(3)));
        assert_ne!(digest(drawn(3) - drawn(5)), digest(drawn(3) + drawn(5)));
        assert_ne!(digest(drawn(3) - drawn(5)), digest(drawn(3)));
        // What constants have decided is told by them.
        let decided = |c: i64| Recorded::select(Recorded::ratio(c, 7).less(&Recorded::one()), &drawn(3), &drawn(3));
        let decisions = |c| Program::of(&[decided(c)]).decisions;
        assert_eq!(decisions(2), decisions(2));
        assert_ne!(decisions(2), decisions(3));
        // A piece of one function and a piece of the other.
        assert_ne!(digest(drawn(3).absolute()), digest(drawn(-3).absolute()));
    }

    #[test]
    fn a_chosen_branch_is_marked_and_the_other_one_is_gone() {
        let size = drawn(-3).absolute();
        let program = Program::of(&[size]);
        assert!(program.has_choices);
        assert_eq!(program.steps, [Step::Drawn(Rational::from(-3)), Step::Negative(0)]);
        let constants = Recorded::select(Recorded::zero().less(&Recorded::one()), &drawn(2), &drawn(4));
        assert!(!Program::of(&[constants]).has_choices);
    }

    /// Every part of a key counts; where keys are addresses, whose last bits are 0, the last bits of their hashes are not, and half of all bits are set.
    #[test]
    fn a_quick_hash_tells_keys_apart() {
        let of = |words: &[u64]| {
            let mut hasher = Mixed::default();
            words.iter().for_each(|word| hasher.write_u64(*word));
            hasher.finish()
        };
        let pairs = (0..64).flat_map(|a| (0..64).map(move |b| [a, b]));
        assert_eq!(pairs.map(|pair| of(&pair)).collect::<HashSet<_>>().len(), 64 * 64);
        let bytes = |text: &str| {
            let mut hasher = Mixed::default();
            hasher.write(text.as_bytes());
            hasher.finish()
        };
        let texts = ["a", "b", "abcdefgh", "abcdefgi", "abcdefghi", "abcdefghj"];
        assert_eq!(texts.map(bytes).into_iter().collect::<HashSet<_>>().len(), texts.len());
        let addresses: Vec<u64> = (0..4096).map(|place| of(&[0x7f00_0000_0000 + 64 * place])).collect();
        let last = addresses.iter().map(|hash| hash % 64).collect::<HashSet<_>>();
        assert_eq!(last.len(), 64);
        let set: u32 = addresses.iter().map(|hash| (hash & 0xffff_ffff).count_ones()).sum();
        assert!((15 * 4096..17 * 4096).contains(&set), "{set}");
    }

    /// Run in the rationals with the values of the point for leaves, a program has the values of its own steps, whatever the operation.
    #[test]
    fn a_program_that_is_run_has_its_values() {
        let (x, y) = (drawn(3), drawn(5));
        let numbers =
            [x.clone() + &y, x.clone() - &y, x.clone() * &y, x.clone() / &y, -x.clone(), Recorded::ratio(2, 7)];
        let expected = [(8, 1), (-2, 1), (15, 1), (3, 5), (-3, 1), (2, 7)].map(Rational::from);
        let program = Program::of(&numbers);
        let run: Vec<Rational> = program.evaluate(|leaf| match leaf {
            Step::Constant(value) | Step::Given(value) | Step::Drawn(value) => value.clone(),
            step => panic!("{step:?} is no leaf"),
        });
        assert_eq!(Some(&run), program.values().as_ref());
        assert_eq!(program.outputs.iter().map(|place| run[*place].clone()).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_division_by_zero_has_no_values() {
        assert!(Program::of(&[Recorded::integer(2) / drawn(0)]).values().is_none());
    }

    #[test]
    fn the_program_of_a_long_sum_is_long_and_not_deep() {
        let x = drawn(1);
        let mut sum = Recorded::zero();
        for _ in 0..100_000 {
            sum += &x;
        }
        assert_eq!(Program::of(&[sum]).steps.len(), 100_000);
    }
}
