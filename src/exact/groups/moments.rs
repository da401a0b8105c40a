//! Averages over a group of signed permutations, from its elements: of the image of one operator, and of the images of two.

use super::clifford::{Group, MOST_QUBITS};
use super::pauli::Operator;
use crate::scalar::Rational;
use num_traits::Zero;
use std::sync::OnceLock;

/// `E g(P)` and `E g(P) (x) g(Q)` for all strings `P`, `Q`: sums over the group, sparse.
pub struct Moments {
    qubits: usize,
    /// The number of elements.
    order: i64,
    /// `(P, R, count)`: `order E g(P)` has the coefficient `count` at `R`.
    first: Vec<(usize, usize, i64)>,
    /// `([P, Q], [R, S], count)` in the same way.
    second: Vec<([usize; 2], [usize; 2], i64)>,
}

/// The moments of a group, summed over its elements once in a process.
///
/// # Panics
/// For more than [`MOST_QUBITS`] qubits, or none.
pub fn moments(group: Group, qubits: usize) -> &'static Moments {
    static KNOWN: [[OnceLock<Moments>; MOST_QUBITS]; Group::ALL.len()] =
        [const { [const { OnceLock::new() }; MOST_QUBITS] }; Group::ALL.len()];
    KNOWN[group as usize][qubits - 1].get_or_init(|| Moments::of(group, qubits))
}

impl Moments {
    fn of(group: Group, qubits: usize) -> Self {
        let strings = 1_usize << (2 * qubits);
        let mut first = vec![0_i64; strings.pow(2)];
        let mut second = vec![0_i64; strings.pow(4)];
        let mut order = 0;
        for element in group.elements(qubits) {
            order += 1;
            for p in 0..strings {
                let (r, sign) = (usize::from(element.images[p]), i64::from(element.signs[p]));
                first[p * strings + r] += sign;
                for q in 0..strings {
                    let s = usize::from(element.images[q]);
                    second[((p * strings + q) * strings + r) * strings + s] += sign * i64::from(element.signs[q]);
                }
            }
        }
        let present = |(place, &count): (usize, &i64)| (count != 0).then_some((place, count));
        let pair = |place: usize| [place / strings, place % strings];
        Moments {
            qubits,
            order,
            first: first
                .iter()
                .enumerate()
                .filter_map(present)
                .map(|(at, n)| (at / strings, at % strings, n))
                .collect(),
            second: second
                .iter()
                .enumerate()
                .filter_map(present)
                .map(|(at, n)| (pair(at / strings.pow(2)), pair(at % strings.pow(2)), n))
                .collect(),
        }
    }

    /// `E g(A)`
    pub fn mean(&self, a: &Operator) -> Operator {
        let mut mean = Operator::of(self.qubits, |_| Rational::new());
        for &(p, r, count) in &self.first {
            mean.coefficients[r] += Rational::from((count, self.order)) * &a.coefficients[p];
        }
        mean
    }

    /// `E g(A) (x) g(B)`, by its coefficients at `R (x) S`.
    pub fn of_two(&self, a: &Operator, b: &Operator) -> Twofold {
        let strings = a.coefficients.len();
        let mut sums = vec![Rational::new(); strings * strings];
        for &([p, q], [r, s], count) in &self.second {
            let (of_a, of_b) = (&a.coefficients[p], &b.coefficients[q]);
            if !Zero::is_zero(of_a) && !Zero::is_zero(of_b) {
                sums[r * strings + s] += Rational::from(of_a * of_b) * Rational::from((count, self.order));
            }
        }
        let present = |(place, sum): (usize, Rational)| (!Zero::is_zero(&sum)).then_some((place, sum));
        let entries = sums.into_iter().enumerate().filter_map(present);
        Twofold {
            size: a.size(),
            entries: entries.map(|(place, sum)| ([place / strings, place % strings], sum)).collect(),
        }
    }
}

/// An operator on two copies, `sum c_RS R (x) S`.
pub struct Twofold {
    /// `d`
    size: Rational,
    /// `([R, S], c_RS)`, where it is not 0.
    pub entries: Vec<([usize; 2], Rational)>,
}

impl Twofold {
    /// `tr (sum c_RS R (x) S) (A (x) B)`
    pub fn paired(&self, a: &Operator, b: &Operator) -> Rational {
        let mut sum = Rational::new();
        for ([r, s], c) in &self.entries {
            sum += Rational::from(&a.coefficients[*r] * &b.coefficients[*s]) * c;
        }
        sum * &self.size * &self.size
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::Stream;

    fn drawn(stream: &mut Stream, qubits: usize) -> Operator {
        Operator::of(qubits, |_| stream.small())
    }

    /// The swap of the two copies is `F = (1/d) sum P (x) P`; a 2-design leaves `a I + b F` with the traces of the operator.
    #[test]
    fn the_clifford_group_is_a_2_design() {
        let mut stream = Stream::new(&["design"], 0, 0);
        for qubits in 1..=2 {
            let (a, b) = (drawn(&mut stream, qubits), drawn(&mut stream, qubits));
            let (size, product) = (a.size(), a.trace_with(&b));
            let of_swap = (product - a.trace() * b.trace() / &size) / (size.clone() * &size - Rational::from(1));
            let expected = |place: usize| {
                if place == 0 { a.trace() * b.trace() / &size / &size } else { of_swap.clone() / &size }
            };
            let two = moments(Group::Clifford, qubits).of_two(&a, &b);
            assert_eq!(two.entries.len(), 1 << (2 * qubits));
            for ([r, s], c) in &two.entries {
                assert_eq!((r, c), (s, &expected(*r)));
            }
        }
    }

    #[test]
    fn every_group_is_a_1_design_and_only_one_is_a_2_design() {
        let mut stream = Stream::new(&["design"], 1, 0);
        let (a, b) = (drawn(&mut stream, 2), drawn(&mut stream, 2));
        for group in Group::ALL {
            let mean = moments(group, 2).mean(&a);
            assert_eq!(mean, Operator::string(2, 0, &a.coefficients[0]));
            let average = moments(group, 2).of_two(&a, &b);
            let direct: Rational =
                group.elements(2).map(|g| g.apply(&a).trace_with(&a) * g.apply(&b).trace_with(&b)).sum();
            assert_eq!(average.paired(&a, &b) * Rational::from(group.elements(2).count()), direct);
        }
        let z1 = Operator::string(2, 4, &Rational::from(1));
        let zero = Operator::basis_state(2, 0);
        let variance = |group| moments(group, 2).of_two(&z1, &z1).paired(&zero, &zero);
        assert_eq!(Group::ALL.map(variance), [Rational::from((1, 5)), Rational::from((1, 3)), Rational::from(1)]);
    }
}
