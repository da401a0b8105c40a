//! `circuit/input-duality`: for every circuit, the outputs concentrate over random inputs, and over all inputs they spread as far as the observable.
//!
//! ```text
//! (1/M) sum_i (f(psi_i) - tr O/d)^2 = v(O)/(d (d + 1)),   max_psi f - min_psi f = lambda_max(O) - lambda_min(O)
//! ```
//!
//! `f(psi) = psi^+ U^+ O U psi`, `psi_1, ..., psi_M` a projective 2-design, `U` any unitary matrix. Source: what [`SIMPLICITY`] says of architectures.

use super::SIMPLICITY;
use crate::exact::complex::{adjoint, conjugated};
use crate::exact::groups::clifford::stabiliser_states;
use crate::exact::groups::{Group, Operator};
use crate::exact::{Complex, Gaussian};
use crate::instances::operators::{diagonal, exactly, unitary};
use crate::linalg::products::product;
use crate::scalar::{Field, Rational};
use crate::verify::{
    Claim, Class, Draw, Drawn, Draws, Exact, In, Independent, Numbers, Relation, Term, Unjudged, all, control,
};
use nalgebra::DMatrix;
use std::sync::OnceLock;

/// Which inputs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Inputs {
    /// All stabiliser states.
    Stabiliser,
    /// Those that are products, of two qubits.
    Products,
    /// The computational basis.
    Basis,
}

/// The concentration over inputs.
#[derive(Clone, Copy)]
pub(super) struct InputDuality {
    inputs: Inputs,
}

pub(super) const LAW: InputDuality = InputDuality { inputs: Inputs::Stabiliser };

/// `circuit/input-duality`
pub static CLAIM: Claim = Claim {
    id: "circuit/input-duality",
    title: "collapse over random inputs is a property of the inputs",
    statement: "for every unitary U: (1/M) sum_i f(psi_i) = tr O/d and (1/M) sum_i (f(psi_i) - tr O/d)^2 = v(O)/(d (d + 1)), \
        while max f - min f over all unit vectors is lambda_max(O) - lambda_min(O)",
    hypotheses: &[
        "f(psi) = psi^+ U^+ O U psi; psi_1, ..., psi_M unit vectors that form a projective 2-design on d >= 2 dimensions; O Hermitian, v(O) = tr O^2 - (tr O)^2/d",
        "checked for the 6 and 60 stabiliser states of one and two qubits, O with a rational spectrum in a rational basis, U a Cayley transform",
    ],
    references: &[SIMPLICITY],
    builds_on: &[],
    law: &[all(&Independent(Exact(LAW)))],
    controls: &[
        control(
            "product-states",
            "the 36 products of one-qubit stabiliser states, U = 1",
            &Independent(Exact(InputDuality { inputs: Inputs::Products })),
        ),
        control(
            "basis-states",
            "the d states of the computational basis, U = 1 and O diagonal",
            &Independent(Exact(InputDuality { inputs: Inputs::Basis })),
        ),
    ],
};

/// An observable with its eigenvectors, a circuit and an input.
pub(super) struct Spectral {
    pub(super) eigenvalues: Vec<Rational>,
    /// The eigenvectors as columns, shape (d, d).
    pub(super) basis: DMatrix<Gaussian>,
    /// `U`, shape (d, d).
    pub(super) circuit: DMatrix<Gaussian>,
}

impl Drawn for Spectral {
    fn class(&self) -> Class {
        Class::Awkward
    }
    fn is_algebraic(&self) -> bool {
        true
    }
    fn describe(&self) -> String {
        format!("a circuit in {} dimensions", self.eigenvalues.len())
    }
    fn numbers(&self) -> Vec<Numbers> {
        let parts = |matrix: &DMatrix<Gaussian>| -> Vec<Rational> {
            matrix.transpose().iter().flat_map(|entry| [entry.re.clone(), entry.im.clone()]).collect()
        };
        vec![
            Numbers::new("spectrum of O", self.eigenvalues.clone()),
            Numbers::new("eigenvectors of O, real and imaginary parts row by row", parts(&self.basis)),
            Numbers::new("U, real and imaginary parts row by row", parts(&self.circuit)),
        ]
    }
}

impl Draws for InputDuality {
    type Instance = Spectral;

    fn draw(&self, draw: &mut Draw) -> Result<Spectral, Unjudged> {
        let stream = &mut draw.own();
        if draw.is_law() {
            let size = 2 << stream.below(2);
            let eigenvalues = loop {
                let eigenvalues: Vec<Rational> = (0..size).map(|_| Rational::from(stream.integer(-4, 4))).collect();
                if eigenvalues.iter().any(|value| *value != eigenvalues[0]) {
                    break eigenvalues;
                }
            };
            return Ok(Spectral { eigenvalues, basis: unitary(stream, size)?, circuit: unitary(stream, size)? });
        }
        let scale = stream.small();
        let eigenvalues: Vec<Rational> = [1, 1, -1, -1].map(|value: i32| scale.clone() * value).to_vec();
        let one = diagonal(&[1, 1, 1, 1].map(Rational::from));
        Ok(Spectral { eigenvalues, basis: one.clone(), circuit: one })
    }
}

/// The inputs as operators; the stabiliser states are found once.
fn inputs(kind: Inputs, qubits: usize) -> &'static [Operator] {
    static KNOWN: [[OnceLock<Vec<Operator>>; 2]; 3] = [const { [const { OnceLock::new() }; 2] }; 3];
    KNOWN[kind as usize][qubits - 1].get_or_init(|| match kind {
        Inputs::Stabiliser => stabiliser_states(qubits, Group::Clifford),
        Inputs::Products => stabiliser_states(qubits, Group::LocalClifford),
        Inputs::Basis => (0..1 << qubits).map(|b| Operator::basis_state(qubits, b)).collect(),
    })
}

impl<T: Field> In<T> for InputDuality {
    fn relations(&self, instance: &Spectral) -> Result<Vec<Relation<T>>, Unjudged> {
        let size = instance.eigenvalues.len();
        let qubits = size.trailing_zeros() as usize;
        let observable = conjugated(&instance.basis, &diagonal(&instance.eigenvalues));
        let turned = conjugated(&adjoint(&instance.circuit), &observable);
        let outputs: Vec<Rational> = {
            let turned = Operator::of_matrix(qubits, &turned);
            inputs(self.inputs, qubits).iter().map(|state| turned.trace_with(state)).collect()
        };
        let count = outputs.len() as u32;
        let dimension = Rational::from(size as u32);
        let (first, second) = instance
            .eigenvalues
            .iter()
            .fold((Rational::new(), Rational::new()), |sums, value| (sums.0 + value, sums.1 + value.clone().square()));
        let mean = first.clone() / &dimension;
        let spread: Rational = outputs.iter().map(|output| Rational::from(output - &mean).square()).sum();
        let denominator = dimension.clone() * (dimension.clone() + 1_u32);
        // The extreme outputs are at the preimages of the extreme eigenvectors, U^+ v.
        let value_at = |place: usize| -> Rational {
            let column = DMatrix::from_column_slice(size, 1, instance.basis.column(place).clone_owned().as_slice());
            let psi = product(&adjoint(&instance.circuit), &column);
            let value = product(&product(&adjoint(&psi), &turned), &psi);
            Complex::real(value[(0, 0)].re.clone()).re
        };
        let place_of = |largest: bool| {
            let compare = |a: &usize, b: &usize| instance.eigenvalues[*a].cmp(&instance.eigenvalues[*b]);
            if largest { (0..size).max_by(compare) } else { (0..size).min_by(compare) }.unwrap_or(0)
        };
        let (top, bottom) = (place_of(true), place_of(false));
        let (largest, smallest) = (&instance.eigenvalues[top], &instance.eigenvalues[bottom]);
        let repeated = |value: &Rational| vec![T::from_rational(value); outputs.len()];
        Ok(vec![
            Relation::equality(
                "mean over inputs",
                vec![exactly("(1/M) sum f(psi_i)", &(outputs.iter().sum::<Rational>() / count))],
                vec![exactly("tr O/d", &mean)],
            ),
            Relation::equality(
                "variance over inputs",
                vec![exactly("(1/M) sum (f(psi_i) - tr O/d)^2", &(spread / count))],
                vec![
                    exactly("tr O^2/(d (d + 1))", &(second / &denominator)),
                    exactly("-(tr O)^2/(d^2 (d + 1))", &-(first.square() / &dimension / &denominator)),
                ],
            ),
            Relation::equality(
                "range over all states",
                vec![exactly("f(U^+ v_max)", &value_at(top)), exactly("-f(U^+ v_min)", &-value_at(bottom))],
                vec![exactly("lambda_max(O)", largest), exactly("-lambda_min(O)", &-smallest.clone())],
            ),
            Relation::at_most(
                "every output is within the spectrum",
                Term::vector("f(psi_i)", outputs.iter().map(T::from_rational).collect()),
                Term::vector("lambda_max(O)", repeated(largest)),
            ),
        ])
    }
}
