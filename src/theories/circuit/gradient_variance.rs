//! `circuit/gradient-variance`: the variance of a random circuit's derivative, symmetric in observable, state and generator.
//!
//! ```text
//! E f'(0) = 0,   Var f'(0) = 2 d v(O) v(rho) v(H)/(d^2 - 1)^2,   f(t) = tr(O V e^{-itH} W rho W^+ e^{itH} V^+)
//! ```
//!
//! `V` and `W` are independent, each from a unitary 2-design; `v(A) = tr A^2 - (tr A)^2/d`. Sources: [`MCCLEAN`], [`SIMPLICITY`].

use super::drawing::Circuit;
use super::{MCCLEAN, SIMPLICITY};
use crate::exact::groups::{Group, Operator, moments, pauli};
use crate::instances::operators::{exactly, integers};
use crate::linalg::products::dot;
use crate::scalar::{Field, Rational};
use crate::verify::{Claim, Draw, Draws, Exact, In, Independent, Relation, Unjudged, all, control};

/// The variance of a derivative.
#[derive(Clone, Copy)]
pub(super) struct GradientVariance {
    /// What `V` and `W` are drawn from.
    pair: Pair,
}

#[derive(Clone, Copy)]
enum Pair {
    Independent(Group, Group),
    /// `V = W^-1` from the Clifford group.
    Inverse,
}

pub(super) const LAW: GradientVariance = GradientVariance { pair: Pair::Independent(Group::Clifford, Group::Clifford) };

/// The law with other groups.
const fn with(v: Group, w: Group) -> GradientVariance {
    GradientVariance { pair: Pair::Independent(v, w) }
}

/// `circuit/gradient-variance`
pub static CLAIM: Claim = Claim {
    id: "circuit/gradient-variance",
    title: "the variance of a gradient, symmetric in observable, state and generator",
    statement: "f(t) = tr(O V e^{-itH} W rho W^+ e^{itH} V^+): E f'(0) = 0 and Var f'(0) = 2 d v(O) v(rho) v(H)/(d^2 - 1)^2",
    hypotheses: &[
        "V and W independent, each from a unitary 2-design on d >= 2 dimensions; O, rho, H Hermitian; v(A) = tr A^2 - (tr A)^2/d",
        "checked for all pairs of the 24 Cliffords of one qubit and of the 11520 of two, integer Pauli coefficients, pure and mixed states",
    ],
    references: &[MCCLEAN, SIMPLICITY],
    builds_on: &[],
    law: &[all(&Independent(Exact(LAW)))],
    controls: &[
        control(
            "pauli-groups",
            "V and W from the Pauli group: no gradient at all",
            &Independent(Exact(with(Group::Pauli, Group::Pauli))),
        ),
        control(
            "local-cliffords",
            "V and W products of one-qubit Cliffords",
            &Independent(Exact(with(Group::LocalClifford, Group::LocalClifford))),
        ),
        control(
            "one-sided",
            "V from a 2-design and W from the Pauli group",
            &Independent(Exact(with(Group::Clifford, Group::Pauli))),
        ),
        control("inverse-pair", "V = W^-1, one qubit", &Independent(Exact(GradientVariance { pair: Pair::Inverse }))),
    ],
};

impl Draws for GradientVariance {
    type Instance = Circuit;

    fn draw(&self, draw: &mut Draw) -> Result<Circuit, Unjudged> {
        let stream = &mut draw.own();
        match self.pair {
            _ if draw.is_law() => Ok(Circuit::draw(stream)),
            Pair::Independent(..) => Ok(Circuit::of_strings(stream, pauli::z(2, 0))),
            // The Bloch vectors of O and rho are orthogonal: the ratio is 3/2.
            Pair::Inverse => Ok(Circuit {
                observable: Operator::string(1, pauli::x(0), &stream.small()),
                states: [0, 1].map(|b| Operator::basis_state(1, b)),
                generator: integers(stream, 1),
            }),
        }
    }
}

/// `E f'(0)^2` for independent `V` and `W`: with the coefficients `A_R` of `A = -i[H, W rho W^+]`, `f'(0) = d sum_R (V^+ O V)_R A_R`.
fn independent_square(circuit: &Circuit, v: Group, w: Group) -> Rational {
    let (observable, rho) = (&circuit.observable, &circuit.states[0]);
    let of_observable = moments(v, circuit.qubits()).of_two(observable, observable);
    let of_state = moments(w, circuit.qubits()).of_two(rho, rho);
    let strings = observable.coefficients.len();
    let one = Rational::from(1);
    // Column K: the coefficients of -i[H, K].
    let columns: Vec<Operator> =
        (0..strings).map(|k| circuit.generator.commutator(&Operator::string(circuit.qubits(), k, &one))).collect();
    let mut of_a = vec![Rational::new(); strings * strings];
    for ([k, l], weight) in &of_state.entries {
        let entries = |k: usize| columns[k].coefficients.iter().enumerate().filter(|(_, entry)| **entry != 0);
        for (r, at_r) in entries(*k) {
            for (s, at_s) in entries(*l) {
                of_a[r * strings + s] += Rational::from(at_r * at_s) * weight;
            }
        }
    }
    let sum: Rational =
        of_observable.entries.iter().map(|([r, s], weight)| Rational::from(weight * &of_a[r * strings + s])).sum();
    sum * circuit.size().square()
}

/// The mean of `f'(0)^2` for `V = W^-1`.
fn inverse_square(circuit: &Circuit) -> Rational {
    let (mut sum, mut order) = (Rational::new(), 0_u32);
    for element in Group::Clifford.elements(circuit.qubits()) {
        let a = circuit.generator.commutator(&element.apply(&circuit.states[0]));
        sum += element.apply(&circuit.observable).trace_with(&a).square();
        order += 1;
    }
    sum / order
}

/// `E Re tr((V^+ O V) H (W rho W^+))`, of which and of whose conjugate `E f'(0)` is the difference.
fn mean_of_product(circuit: &Circuit, v: Group, w: Group) -> Rational {
    let qubits = circuit.qubits();
    let observable = moments(v, qubits).mean(&circuit.observable);
    let rho = moments(w, qubits).mean(&circuit.states[0]);
    // Re tr A H B = tr H (A B + B A)/2, and of strings A B + B A = 2 A B if they commute, else 0.
    let mut symmetric = Operator::of(qubits, |_| Rational::new());
    for (a, of_a) in observable.coefficients.iter().enumerate() {
        for (b, of_b) in rho.coefficients.iter().enumerate() {
            if pauli::commute(qubits, a, b) {
                let (c, power) = pauli::product(qubits, a, b);
                symmetric.coefficients[c] += Rational::from(of_a * of_b) * if power == 0 { 1 } else { -1 };
            }
        }
    }
    circuit.size() * dot(&symmetric.coefficients, &circuit.generator.coefficients)
}

impl<T: Field> In<T> for GradientVariance {
    fn relations(&self, circuit: &Circuit) -> Result<Vec<Relation<T>>, Unjudged> {
        let size = circuit.size();
        let (observable, rho, generator) = (&circuit.observable, &circuit.states[0], &circuit.generator);
        let square = match self.pair {
            Pair::Independent(v, w) => independent_square(circuit, v, w),
            Pair::Inverse => inverse_square(circuit),
        };
        let product = observable.variance() * rho.variance() * generator.variance();
        let formula = Rational::from(2) * &size * product / (size.clone().square() - 1_u32).square();
        let variance = Relation::equality(
            "variance of the derivative",
            vec![exactly("E f'(0)^2", &square)],
            vec![exactly("2 d v(O) v(rho) v(H)/(d^2 - 1)^2", &formula)],
        );
        let Pair::Independent(v, w) = self.pair else {
            return Ok(vec![variance]);
        };
        let traces = observable.trace() * generator.trace() * rho.trace() / size.square();
        let mean = Relation::equality(
            "mean of each half of the derivative",
            vec![exactly("E Re tr(V^+ O V H W rho W^+)", &mean_of_product(circuit, v, w))],
            vec![exactly("tr O tr H tr rho/d^2", &traces)],
        );
        Ok(vec![variance, mean])
    }
}
