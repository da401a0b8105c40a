//! Hermitian operators, states and unitary matrices as they are drawn: rational, so that what is said of them is judged exactly.

use crate::exact::groups::Operator;
use crate::exact::{Gaussian, complex};
use crate::linalg::LinalgError;
use crate::scalar::{Field, Rational, Ring};
use crate::verify::{Stream, Term};
use nalgebra::DMatrix;

/// Integer coefficients, in a quarter of the draws of few strings only; not a multiple of the identity.
pub(crate) fn integers(stream: &mut Stream, qubits: usize) -> Operator {
    let sparse = stream.below(4) == 0;
    loop {
        let drawn = Operator::of(qubits, |string| {
            // A trace besides: some laws say nothing without.
            let number = if string == 0 { stream.integer(1, 4) } else { stream.integer(-4, 4) };
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
        let psi: Vec<Gaussian> = (0..1 << qubits).map(|_| Gaussian::new(number(stream), number(stream))).collect();
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
