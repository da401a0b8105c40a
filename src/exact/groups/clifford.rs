//! Groups of unitaries that map Pauli strings to Pauli strings up to a sign, without their phases.
//!
//! A unitary is determined, up to its phase, by the images of `X` and `Z` on every qubit; any images with the same commutation relations and any
//! signs occur. So the Clifford group has `6 * 4 = 24` elements for one qubit and `720 * 16 = 11520` for two.

use super::pauli::{self, Operator};
use crate::scalar::Rational;
use std::collections::BTreeSet;

/// The most qubits for which groups are enumerated.
pub const MOST_QUBITS: usize = 2;
const STRINGS: usize = 1 << (2 * MOST_QUBITS);

/// `P -> sign(P) image(P)`, for one element of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SignedPermutation {
    /// The image of every string; of one qubit's the first four.
    pub images: [u8; STRINGS],
    /// 1 or -1.
    pub signs: [i8; STRINGS],
}

impl SignedPermutation {
    /// The element with these images of `X_1, Z_1, X_2, ...`; bit `j` of `negated` turns the sign of the `j`-th.
    fn of_generators(qubits: usize, generators: &[usize], negated: usize) -> Self {
        let mut element = SignedPermutation { images: [0; STRINGS], signs: [1; STRINGS] };
        for string in 0..1_usize << (2 * qubits) {
            let (x, z) = (string & ((1 << qubits) - 1), string >> qubits);
            let mut image = 0;
            let mut power = (x & z).count_ones();
            for (part, offset) in [(x, 0), (z, 1)] {
                for qubit in (0..qubits).filter(|qubit| part >> qubit & 1 == 1) {
                    let place = 2 * qubit + offset;
                    let (next, turn) = pauli::product(qubits, image, generators[place]);
                    image = next;
                    power += turn + 2 * (negated >> place & 1) as u32;
                }
            }
            element.images[string] = image as u8;
            element.signs[string] = if power.is_multiple_of(4) { 1 } else { -1 };
        }
        element
    }

    /// The product of two elements: first this one, then the other.
    pub fn then(&self, other: &Self) -> Self {
        let mut product = *self;
        for (image, sign) in product.images.iter_mut().zip(&mut product.signs) {
            *sign *= other.signs[usize::from(*image)];
            *image = other.images[usize::from(*image)];
        }
        product
    }

    /// The image of an operator.
    pub fn apply(&self, operator: &Operator) -> Operator {
        let mut moved = Operator::of(operator.qubits, |_| Rational::new());
        for (string, coefficient) in operator.coefficients.iter().enumerate() {
            moved.coefficients[usize::from(self.images[string])] = coefficient.clone() * i32::from(self.signs[string]);
        }
        moved
    }
}

/// Which group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// All of them: a 2-design.
    Clifford,
    /// Products of one-qubit Cliffords.
    LocalClifford,
    /// The Pauli strings themselves: a 1-design.
    Pauli,
}

impl Group {
    /// Every group.
    pub const ALL: [Group; 3] = [Group::Clifford, Group::LocalClifford, Group::Pauli];

    /// Its elements, each once, as they are made.
    pub fn elements(self, qubits: usize) -> Box<dyn Iterator<Item = SignedPermutation>> {
        let signed = move |generators: Vec<usize>| {
            (0..1 << (2 * qubits)).map(move |negated| SignedPermutation::of_generators(qubits, &generators, negated))
        };
        match self {
            Group::Clifford => Box::new(symplectic(qubits, false).into_iter().flat_map(signed)),
            Group::LocalClifford => Box::new(symplectic(qubits, true).into_iter().flat_map(signed)),
            Group::Pauli => Box::new(signed(generators(qubits))),
        }
    }
}

/// `X_1, Z_1, X_2, ...`
fn generators(qubits: usize) -> Vec<usize> {
    (0..qubits).flat_map(|qubit| [pauli::x(qubit), pauli::z(qubits, qubit)]).collect()
}

/// All images of the generators with their commutation relations; if they are local, each on its own qubit.
fn symplectic(qubits: usize, local: bool) -> Vec<Vec<usize>> {
    let generators = generators(qubits);
    let mut found = vec![Vec::new()];
    for (place, &generator) in generators.iter().enumerate() {
        let extend = |known: &Vec<usize>| -> Vec<Vec<usize>> {
            let fits = |image: usize| {
                let commutes = |(&before, &its_image): (&usize, &usize)| {
                    pauli::commute(qubits, generator, before) == pauli::commute(qubits, image, its_image)
                };
                let stays = !local || pauli::support(qubits, image) == 1 << (place / 2);
                image != 0 && stays && generators.iter().zip(known).all(commutes)
            };
            (1..1 << (2 * qubits)).filter(|&image| fits(image)).map(|image| [&known[..], &[image]].concat()).collect()
        };
        found = found.iter().flat_map(extend).collect();
    }
    found
}

/// The stabiliser states, each once: the images of `|0...0><0...0|`, 6 for one qubit and 60 for two. Those that are products of one-qubit states
/// are the images under local Cliffords: 36 of the 60.
pub fn stabiliser_states(qubits: usize, group: Group) -> Vec<Operator> {
    let start: Vec<usize> = (0..1 << qubits).map(|z: usize| z << qubits).collect();
    let state = |element: SignedPermutation| {
        let mut signs = vec![0_i8; 1 << (2 * qubits)];
        for &string in &start {
            signs[usize::from(element.images[string])] = element.signs[string];
        }
        signs
    };
    let found: BTreeSet<Vec<i8>> = group.elements(qubits).map(state).collect();
    let operator = |signs: Vec<i8>| Operator::of(qubits, |string| Rational::from((signs[string], 1_u32 << qubits)));
    found.into_iter().map(operator).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(group: Group, qubits: usize) -> BTreeSet<SignedPermutation> {
        group.elements(qubits).collect()
    }

    #[test]
    fn the_groups_have_their_orders() {
        let order = |group: Group, qubits| (group.elements(qubits).count(), set(group, qubits).len());
        assert_eq!(order(Group::Clifford, 1), (24, 24));
        assert_eq!(order(Group::Clifford, 2), (11_520, 11_520));
        assert_eq!(order(Group::LocalClifford, 2), (576, 576));
        assert_eq!((order(Group::Pauli, 1), order(Group::Pauli, 2)), ((4, 4), (16, 16)));
    }

    /// The same group another way: whatever Hadamard, phase and controlled-not generate.
    #[test]
    fn hadamard_phase_and_controlled_not_generate_the_clifford_group() {
        let (x1, x2, z1, z2) = (1, 2, 4, 8);
        let gate = |images: [usize; 4]| SignedPermutation::of_generators(2, &images, 0);
        let gates = [
            gate([z1, x1, x2, z2]),
            gate([x1 ^ z1, z1, x2, z2]),
            gate([x1, z1, z2, x2]),
            gate([x1, z1, x2 ^ z2, z2]),
            gate([x1 ^ x2, z1, x2, z1 ^ z2]),
        ];
        let one = gate([x1, z1, x2, z2]);
        let (mut known, mut last) = (BTreeSet::from([one]), vec![one]);
        while let Some(element) = last.pop() {
            last.extend(gates.iter().map(|gate| element.then(gate)).filter(|next| known.insert(*next)));
        }
        assert_eq!(known, set(Group::Clifford, 2));
    }

    #[test]
    fn elements_respect_products_and_the_groups_are_closed() {
        for group in Group::ALL {
            let elements = set(group, 2);
            // A sample of pairs; the order of a group is that of the list.
            for (a, b) in elements.iter().step_by(97).zip(elements.iter().rev().step_by(61)) {
                assert!(elements.contains(&a.then(b)));
            }
            for element in elements.iter().step_by(53) {
                for (a, b) in (0..16).flat_map(|a| (0..16).map(move |b| (a, b))) {
                    let image = |string: usize| usize::from(element.images[string]);
                    let (c, power) = pauli::product(2, a, b);
                    let (there, turned) = pauli::product(2, image(a), image(b));
                    assert_eq!(there, image(c));
                    let signs = element.signs[a] * element.signs[b] * element.signs[c];
                    assert_eq!(turned, (power + if signs == 1 { 0 } else { 2 }) % 4);
                }
            }
        }
    }

    #[test]
    fn stabiliser_states_are_6_and_60_of_which_36_are_products() {
        assert_eq!(stabiliser_states(1, Group::Clifford).len(), 6);
        assert_eq!(stabiliser_states(2, Group::Clifford).len(), 60);
        assert_eq!(stabiliser_states(2, Group::LocalClifford).len(), 36);
        for state in stabiliser_states(2, Group::Clifford) {
            assert_eq!((state.trace(), state.trace_with(&state)), (Rational::from(1), Rational::from(1)));
        }
    }
}
