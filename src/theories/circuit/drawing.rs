//! Circuits as they are drawn: an observable, input states and a generator on one or two qubits.

use crate::exact::groups::{Operator, pauli};
use crate::exact::{Gaussian, complex};
use crate::linalg::LinalgError;
use crate::scalar::{Field, Rational, Ring};
use crate::verify::{Class, Drawn, Numbers, Stream, Term};
use nalgebra::DMatrix;

/// What a random circuit is asked about. An operator that a claim does not use is 0.
pub(crate) struct Circuit {
    /// `O`
    pub(crate) observable: Operator,
    /// `rho_1`, `rho_2`
    pub(crate) states: [Operator; 2],
    /// `H`
    pub(crate) generator: Operator,
}

impl Circuit {
    /// An observable and a generator with integer coefficients, and two states; of one qubit or two.
    pub(crate) fn draw(stream: &mut Stream) -> Self {
        let qubits = 1 + stream.below(2);
        Circuit {
            observable: integers(stream, qubits),
            states: [state(stream, qubits), state(stream, qubits)],
            generator: integers(stream, qubits),
        }
    }

    /// `O = c P`, two states of the computational basis that differ on the second qubit, and `H = c' X_1`.
    pub(crate) fn of_strings(stream: &mut Stream, observable: usize) -> Self {
        Circuit {
            observable: Operator::string(2, observable, &stream.small()),
            states: [Operator::basis_state(2, 0), Operator::basis_state(2, 2)],
            generator: Operator::string(2, pauli::x(0), &stream.small()),
        }
    }

    /// The number of qubits.
    pub(crate) fn qubits(&self) -> usize {
        self.observable.qubits
    }

    /// `d`
    pub(crate) fn size(&self) -> Rational {
        self.observable.size()
    }
}

/// Integer coefficients, in a quarter of the draws of few strings only; not a multiple of the identity.
pub(crate) fn integers(stream: &mut Stream, qubits: usize) -> Operator {
    let sparse = stream.below(4) == 0;
    loop {
        let drawn = Operator::of(qubits, |_| {
            let number = stream.integer(-4, 4);
            Rational::from(if sparse && stream.coin() { 0 } else { number })
        });
        if drawn.variance() != 0 {
            return drawn;
        }
    }
}

/// Small numbers, not all 0.
fn amplitudes(stream: &mut Stream, qubits: usize) -> Vec<Gaussian> {
    loop {
        let number = |stream: &mut Stream| Rational::from(stream.integer(-3, 3));
        let psi: Vec<Gaussian> =
            (0..1 << qubits).map(|_| Gaussian::new(number(stream), number(stream))).collect();
        if psi.iter().any(|entry| entry.squared_modulus() != 0) {
            return psi;
        }
    }
}

/// A pure state or a mixture of two, not `1/d`.
pub(crate) fn state(stream: &mut Stream, qubits: usize) -> Operator {
    loop {
        let pure = Operator::pure(qubits, &amplitudes(stream, qubits));
        let other = Operator::pure(qubits, &amplitudes(stream, qubits));
        let weight = if stream.coin() { Rational::new() } else { Rational::from((stream.integer(1, 7), 8)) };
        let state = pure.combined(&(Rational::from(1) - &weight), &other, &weight);
        if state.variance() != 0 {
            return state;
        }
    }
}

/// A unitary matrix of size `d`: Cayley's transform of an anti-Hermitian matrix with small entries.
///
/// # Errors
/// None that an anti-Hermitian matrix gives.
pub(crate) fn unitary(stream: &mut Stream, size: usize) -> Result<DMatrix<Gaussian>, LinalgError> {
    let part = |stream: &mut Stream| Rational::from((stream.integer(-4, 4), 4));
    let g = DMatrix::from_fn(size, size, |_, _| Gaussian::new(part(stream), part(stream)));
    complex::cayley(&DMatrix::from_fn(size, size, |i, j| g[(i, j)].clone() - g[(j, i)].conjugate()))
}

/// A diagonal matrix.
pub(crate) fn diagonal(entries: &[Rational]) -> DMatrix<Gaussian> {
    DMatrix::from_fn(entries.len(), entries.len(), |i, j| {
        if i == j { Gaussian::real(entries[i].clone()) } else { Gaussian::integer(0) }
    })
}

/// A term that is a rational number, in any scalar.
pub(crate) fn exactly<T: Field>(label: &'static str, value: &Rational) -> Term<T> {
    Term::scalar(label, T::from_rational(value))
}

/// A term of rational numbers, in any scalar.
pub(crate) fn all_exactly<T: Field>(label: &'static str, values: &[Rational]) -> Term<T> {
    Term::vector(label, values.iter().map(T::from_rational).collect())
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
