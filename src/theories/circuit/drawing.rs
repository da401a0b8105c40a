//! Circuits as they are drawn: an observable, input states and a generator on one or two qubits.

use crate::exact::groups::{Operator, pauli};
use crate::instances::operators::{integers, state};
use crate::scalar::Rational;
use crate::verify::{Class, Drawn, Numbers, Stream};

/// What a random circuit is asked about. An operator that a claim does not use is 0.
pub(super) struct Circuit {
    /// `O`
    pub(super) observable: Operator,
    /// `rho_1`, `rho_2`
    pub(super) states: [Operator; 2],
    /// `H`
    pub(super) generator: Operator,
}

impl Circuit {
    /// An observable and a generator with integer coefficients, and two states; of one qubit or two.
    pub(super) fn draw(stream: &mut Stream) -> Self {
        let qubits = 1 + stream.below(2);
        Circuit {
            observable: integers(stream, qubits),
            states: [state(stream, qubits), state(stream, qubits)],
            generator: integers(stream, qubits),
        }
    }

    /// `O = c P`, two states of the computational basis that differ on the second qubit, and `H = c' X_1`.
    pub(super) fn of_strings(stream: &mut Stream, observable: usize) -> Self {
        Circuit {
            observable: Operator::string(2, observable, &stream.small()),
            states: [Operator::basis_state(2, 0), Operator::basis_state(2, 2)],
            generator: Operator::string(2, pauli::x(0), &stream.small()),
        }
    }

    /// The number of qubits.
    pub(super) fn qubits(&self) -> usize {
        self.observable.qubits
    }

    /// `d`
    pub(super) fn size(&self) -> Rational {
        self.observable.size()
    }
}

impl Drawn for Circuit {
    fn class(&self) -> Class {
        // Integer coefficients: no coordinate of the grid is drawn.
        Class::Awkward
    }
    fn is_algebraic(&self) -> bool {
        true
    }
    fn describe(&self) -> String {
        match self.qubits() {
            1 => "a circuit of one qubit".to_owned(),
            qubits => format!("a circuit of {qubits} qubits"),
        }
    }
    fn numbers(&self) -> Vec<Numbers> {
        let [first, second] = &self.states;
        vec![
            Numbers::new("O, by Pauli string", self.observable.coefficients.clone()),
            Numbers::new("rho_1, by Pauli string", first.coefficients.clone()),
            Numbers::new("rho_2, by Pauli string", second.coefficients.clone()),
            Numbers::new("H, by Pauli string", self.generator.coefficients.clone()),
        ]
    }
}
