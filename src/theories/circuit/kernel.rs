//! `circuit/kernel`: the mean and the covariance of a random circuit's outputs.
//!
//! ```text
//! E f(rho) = tr O/d,   Cov(f(rho_1), f(rho_2)) = v(O) (tr rho_1 rho_2 - 1/d)/(d^2 - 1),   v(O) = tr O^2 - (tr O)^2/d
//! ```
//!
//! `f(rho) = tr(O U rho U^+)`, `U` from a unitary 2-design on `d` dimensions. The Clifford groups of qubits are 3-designs, which gives the third moment, and no 4-designs.
//! Sources: [`SIMPLICITY`], [`GROSS`], [`THREE_DESIGN`].

use super::drawing::Circuit;
use super::{GROSS, SIMPLICITY, THREE_DESIGN};
use crate::exact::Gaussian;
use crate::exact::groups::{Group, Operator, SignedPermutation, moments, pauli};
use crate::instances::operators::exactly;
use crate::linalg::products::product;
use crate::scalar::{Field, Rational};
use crate::verify::{Claim, Draw, Draws, Exact, In, Independent, Relation, Term, Unjudged, all, control};
use nalgebra::DMatrix;
use rug::Integer;
use rug::ops::Pow;

/// The kernel of a random circuit.
#[derive(Clone, Copy)]
pub(super) struct Kernel {
    /// The group that is averaged over.
    group: Group,
    /// Whether the denominator is `d^2 - 1`, or else `d^2`.
    denominator: bool,
}

pub(super) const LAW: Kernel = Kernel { group: Group::Clifford, denominator: true };

/// `circuit/kernel`
pub static CLAIM: Claim = Claim {
    id: "circuit/kernel",
    title: "the kernel of a random circuit",
    statement: "E f(rho) = tr O/d and Cov(f(rho_1), f(rho_2)) = v(O) (tr rho_1 rho_2 - 1/d)/(d^2 - 1), so E (f(rho_1) - f(rho_2))^2 = v(O) |rho_1 - rho_2|_F^2/(d^2 - 1), \
        v(O) = tr O^2 - (tr O)^2/d; for m states P(max_i |f(rho_i) - tr O/d| >= e) <= m v(O)/(d (d + 1) e^2); \
        U from the Clifford group of qubits, rho pure: E f(rho)^3 = ((tr O)^3 + 3 tr O tr O^2 + 2 tr O^3)/(d (d + 1)(d + 2)), as for the Haar measure, \
        and O = rho = |0...0><0...0|: E f(rho)^4 = 5/24 for one qubit and 1/32 for two, where the Haar measure has 1/5 and 1/35",
    hypotheses: &[
        "f(rho) = tr(O U rho U^+) with U from a unitary 2-design on d >= 2 dimensions; O, rho_1, rho_2 Hermitian, tr rho_i = 1; for the bound rho_i >= 0",
        "checked for all 24 Cliffords of one qubit and all 11520 of two, O with integer Pauli coefficients, pure and mixed states",
    ],
    references: &[SIMPLICITY, GROSS, THREE_DESIGN],
    builds_on: &[],
    law: &[all(&Independent(Exact(LAW)))],
    controls: &[
        control(
            "pauli-group",
            "U from the Pauli group, a 1-design: the mean holds and the covariance does not",
            &Independent(Exact(Kernel { group: Group::Pauli, ..LAW })),
        ),
        control(
            "local-cliffords",
            "U a product of one-qubit Cliffords",
            &Independent(Exact(Kernel { group: Group::LocalClifford, ..LAW })),
        ),
        control(
            "dimension-squared",
            "d^2 in place of d^2 - 1",
            &Independent(Exact(Kernel { denominator: false, ..LAW })),
        ),
    ],
};

impl Draws for Kernel {
    type Instance = Circuit;

    fn draw(&self, draw: &mut Draw) -> Result<Circuit, Unjudged> {
        let stream = &mut draw.own();
        if !draw.is_law() {
            return Ok(Circuit::of_strings(stream, pauli::z(2, 0)));
        }
        let mut circuit = Circuit::draw(stream);
        match stream.below(8) {
            // Orthogonal pure inputs are anticorrelated; one input twice.
            0 => circuit.states = [0, 1].map(|b| Operator::basis_state(circuit.qubits(), b)),
            1 => circuit.states[1] = circuit.states[0].clone(),
            _ => {}
        }
        Ok(circuit)
    }
}

/// Operators in whole numbers, up to common denominators.
struct Whole {
    observable: Vec<i128>,
    states: [Vec<i128>; 2],
    /// By what `f` is multiplied to be one.
    unit: Rational,
}

const LARGE: Unjudged = Unjudged::Open("a coefficient is too large for whole numbers of 128 bits");

impl Whole {
    /// `O = o/a`, `rho_i = r_i/b`, and `f = d o.r/(a b)`.
    fn of(observable: &Operator, states: [&Operator; 2]) -> Result<Self, Unjudged> {
        let common = |operators: &[&Operator]| {
            let all = operators.iter().flat_map(|operator| &operator.coefficients);
            all.fold(Integer::from(1), |common, coefficient| common.lcm(coefficient.denom()))
        };
        let whole = |operator: &Operator, common: &Integer| -> Result<Vec<i128>, Unjudged> {
            let scaled = operator.coefficients.iter().map(|coefficient| Rational::from(coefficient * common));
            scaled.map(|number| number.numer().to_i64().map(i128::from).ok_or(LARGE)).collect()
        };
        let (of_observable, of_states) = (common(&[observable]), common(&states));
        Ok(Whole {
            states: [whole(states[0], &of_states)?, whole(states[1], &of_states)?],
            unit: Rational::from((Integer::from(&of_observable * &of_states), observable.dimension() as u64)),
            observable: whole(observable, &of_observable)?,
        })
    }

    /// `f` of a state under an element, in units.
    fn value(&self, element: &SignedPermutation, state: usize) -> i128 {
        let state = &self.states[state];
        let part = |(place, entry): (usize, &i128)| {
            i128::from(element.signs[place]) * entry * state[usize::from(element.images[place])]
        };
        self.observable.iter().enumerate().map(part).sum()
    }
}

/// `E f(rho)^k` over a group.
fn moment(group: Group, observable: &Operator, rho: &Operator, k: u32) -> Result<Rational, Unjudged> {
    let whole = Whole::of(observable, [rho, rho])?;
    let (mut sum, mut order) = (Integer::new(), 0_u32);
    for element in group.elements(observable.qubits) {
        sum += Integer::from(whole.value(&element, 0)).pow(k);
        order += 1;
    }
    Ok(Rational::from((sum, order)) / whole.unit.pow(k as i32))
}

/// `((tr O)^3 + 3 tr O tr O^2 + 2 tr O^3)/(d (d + 1)(d + 2))`
fn third_moment(observable: &Operator) -> Rational {
    let (matrix, size) = (observable.matrix(), observable.size());
    let trace = |power: &DMatrix<Gaussian>| power.diagonal().iter().map(|entry| entry.re.clone()).sum::<Rational>();
    let square = product(&matrix, &matrix);
    let [one, two, three] = [trace(&matrix), trace(&square), trace(&product(&square, &matrix))];
    let cube = one.clone().square() * &one;
    (cube + one * two * 3_u32 + three * 2_u32) / (size.clone() * (size.clone() + 1_u32) * (size + 2_u32))
}

/// How many elements of the group bring some `f(rho_i)` at least as far from `mean` as `e`, of all of them.
fn share_outside(group: Group, circuit: &Circuit, mean: &Rational, e: &Rational) -> Result<Rational, Unjudged> {
    let whole = Whole::of(&circuit.observable, circuit.states.each_ref())?;
    let bound = |number: Rational, up: bool| -> Result<i128, Unjudged> {
        let scaled = number * &whole.unit;
        let (numer, denom) = scaled.into_numer_denom();
        let (floor, rest) = numer.div_rem_floor(denom);
        (floor + i32::from(up && rest != 0)).to_i128().ok_or(LARGE)
    };
    let (low, high) = (bound(Rational::from(mean - e), false)?, bound(Rational::from(mean + e), true)?);
    let (mut outside, mut order) = (0_u32, 0_u32);
    for element in group.elements(circuit.qubits()) {
        let is_outside = |state: usize| {
            let value = whole.value(&element, state);
            value <= low || value >= high
        };
        outside += u32::from((0..2).any(is_outside));
        order += 1;
    }
    Ok(Rational::from((outside, order)))
}

impl<T: Field> In<T> for Kernel {
    fn relations(&self, circuit: &Circuit) -> Result<Vec<Relation<T>>, Unjudged> {
        let [first, second] = &circuit.states;
        let observable = &circuit.observable;
        let moments = moments(self.group, circuit.qubits());
        let size = circuit.size();
        let mean = observable.trace() / &size;
        let of_first = moments.mean(observable).trace_with(first);
        let of_second = moments.mean(observable).trace_with(second);
        let two = moments.of_two(observable, observable);
        let denominator = size.clone().square() - i32::from(self.denominator);
        let kernel = observable.variance() / denominator;
        let covariance = |label: &'static str, a: &Operator, b: &Operator| {
            Relation::equality(
                label,
                vec![
                    exactly("E f(rho_1) f(rho_2)", &two.paired(a, b)),
                    exactly(
                        "-E f(rho_1) E f(rho_2)",
                        &-(moments.mean(observable).trace_with(a) * moments.mean(observable).trace_with(b)),
                    ),
                ],
                vec![
                    exactly("v(O) tr rho_1 rho_2/(d^2 - 1)", &(kernel.clone() * a.trace_with(b))),
                    exactly("-v(O)/(d (d^2 - 1))", &-(kernel.clone() / &size)),
                ],
            )
        };
        let difference = first.combined(&Rational::from(1), second, &Rational::from(-1));
        let mut relations = vec![
            Relation::equality(
                "mean",
                vec![Term::vector("E f(rho)", vec![T::from_rational(&of_first), T::from_rational(&of_second)])],
                vec![Term::vector("tr O/d", vec![T::from_rational(&mean); 2])],
            ),
            covariance("covariance of two outputs", first, second),
            covariance("variance of an output", first, first),
            Relation::equality(
                "difference of two outputs",
                vec![exactly("E (f(rho_1) - f(rho_2))^2", &two.paired(&difference, &difference))],
                vec![exactly(
                    "v(O) |rho_1 - rho_2|_F^2/(d^2 - 1)",
                    &(kernel.clone() * difference.trace_with(&difference)),
                )],
            ),
        ];
        // The union bound, where it says less than 1: at e^2 near 2 m v(O)/(d (d+1)), e rational.
        let variance = Rational::from(2) * observable.variance() / (size.clone() * (size + 1_u32));
        let e = Rational::from_f64((2.0 * variance.to_f64()).sqrt())
            .filter(|e| *e > 0)
            .ok_or(Unjudged::Open("no threshold"))?;
        let e = Rational::from((Integer::from((e.clone() * 64_u32).round_ref()), 64)).max(Rational::from((1, 64)));
        let share = share_outside(self.group, circuit, &mean, &e)?;
        relations.push(Relation::at_most(
            "probability of a distance",
            exactly("P(max_i |f(rho_i) - tr O/d| >= e)", &share),
            exactly("m v(O)/(d (d + 1) e^2)", &(variance / e.square())),
        ));
        if first.trace_with(first) == 1 {
            relations.push(Relation::equality(
                "third moment of a pure state",
                vec![exactly("E f(rho)^3", &moment(self.group, observable, first, 3)?)],
                vec![exactly("((tr O)^3 + 3 tr O tr O^2 + 2 tr O^3)/(d (d + 1)(d + 2))", &third_moment(observable))],
            ));
        }
        let zero = Operator::basis_state(circuit.qubits(), 0);
        let (said, fourth) = if circuit.qubits() == 1 { ("5/24", (5, 24)) } else { ("1/32", (1, 32)) };
        relations.push(Relation::equality(
            "fourth moment of |0...0>",
            vec![exactly("E <0...0|U|0...0>^4", &moment(self.group, &zero, &zero, 4)?)],
            vec![exactly(said, &Rational::from(fourth))],
        ));
        Ok(relations)
    }
}
