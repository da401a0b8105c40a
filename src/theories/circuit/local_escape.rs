//! `circuit/local-escape`: products of one-qubit circuits concentrate by the size of the observable's support, not by the dimension.
//!
//! ```text
//! Cov(f(rho_1), f(rho_2)) = 4^n sum_{S not empty} 3^{-|S|} (sum_{supp P = S} o_P^2) (sum_{supp P = S} r1_P r2_P)
//! ```
//!
//! `O = sum o_P P` and `rho_i = sum ri_P P` on `n` qubits. Source: what is said to escape concentration in [`SIMPLICITY`].

use super::SIMPLICITY;
use super::drawing::Circuit;
use crate::exact::groups::{Group, Operator, moments, pauli};
use crate::instances::operators::{exactly, state};
use crate::scalar::{Field, Rational};
use crate::verify::{Claim, Draw, Draws, Exact, In, Independent, Part, Relation, Unjudged, control};

/// The covariance over products of one-qubit designs.
#[derive(Clone, Copy)]
pub(super) struct LocalEscape {
    group: Group,
    formula: Formula,
}

#[derive(Clone, Copy, PartialEq)]
enum Formula {
    /// `3^-|S|`
    Supports,
    /// `1/(4^|S| - 1)` for each support.
    SupportsAsWholes,
    /// The kernel of a 2-design on all qubits.
    Haar,
}

/// A string on one site, or on all: its variance by the reduced states.
#[derive(Clone, Copy)]
pub(super) struct OneString {
    /// Whether the state is a product of pure states, or else a Bell state.
    product: bool,
}

pub(super) const LAW: LocalEscape = LocalEscape { group: Group::LocalClifford, formula: Formula::Supports };
const STRINGS: OneString = OneString { product: true };

/// `circuit/local-escape`
pub static CLAIM: Claim = Claim {
    id: "circuit/local-escape",
    title: "tensor structure escapes concentration for local observables on unmixed sites",
    statement: "Cov(f(rho_1), f(rho_2)) = 4^n sum over nonempty S of 3^{-|S|} (sum_{supp P = S} o_P^2) (sum_{supp P = S} r1_P r2_P); \
        so a Pauli on one site has the variance (2 tr rho_s^2 - 1)/3, rho_s the reduced state, and Z on every site of a pure product state has 3^{-n}",
    hypotheses: &[
        "f(rho) = tr(O U rho U^+) with U a product of n independent one-qubit unitaries, each from a 2-design; O = sum o_P P, rho_i = sum ri_P P Hermitian",
        "checked for the 24 and 576 products of Cliffords of one and two qubits",
    ],
    references: &[SIMPLICITY],
    builds_on: &[],
    law: &[
        Part { check: &Independent(Exact(STRINGS)), number: |index| index.is_multiple_of(2).then_some(index / 2) },
        Part { check: &Independent(Exact(LAW)), number: Some },
    ],
    controls: &[
        control(
            "haar-formula",
            "the kernel of a 2-design on both qubits for the same group",
            &Independent(Exact(LocalEscape { formula: Formula::Haar, ..LAW })),
        ),
        control(
            "support-as-whole",
            "1/(4^|S| - 1) in place of 3^-|S|",
            &Independent(Exact(LocalEscape { formula: Formula::SupportsAsWholes, ..LAW })),
        ),
        control(
            "local-paulis",
            "one-qubit Paulis in place of one-qubit Cliffords",
            &Independent(Exact(LocalEscape { group: Group::Pauli, ..LAW })),
        ),
        control(
            "bell-input",
            "a Bell state, whose sites are mixed: one site varies not at all",
            &Independent(Exact(OneString { product: false })),
        ),
    ],
};

impl Draws for LocalEscape {
    type Instance = Circuit;

    fn draw(&self, draw: &mut Draw) -> Result<Circuit, Unjudged> {
        let stream = &mut draw.own();
        if draw.is_law() {
            return Ok(Circuit::draw(stream));
        }
        let one = pauli::z(2, 0);
        let mut circuit = Circuit::of_strings(
            stream,
            if self.formula == Formula::SupportsAsWholes { one | pauli::z(2, 1) } else { one },
        );
        circuit.states[1] = circuit.states[0].clone();
        Ok(circuit)
    }
}

impl Draws for OneString {
    type Instance = Circuit;

    fn draw(&self, draw: &mut Draw) -> Result<Circuit, Unjudged> {
        let stream = &mut draw.own();
        let mut circuit = Circuit::of_strings(stream, pauli::z(2, 0));
        circuit.observable = Operator::string(2, pauli::z(2, 0), &Rational::from(1));
        let state = if self.product {
            // Any state of the first qubit beside a pure one of the second.
            let (first, second) = (state(stream, 1), Operator::basis_state(1, stream.below(2)));
            product(&first, &second)
        } else {
            let signs = [(0, 1), (0b0011, 1), (0b1100, 1), (0b1111, -1)];
            let sign = |string| signs.iter().find(|(known, _)| *known == string).map_or(0, |(_, sign)| *sign);
            Operator::of(2, |string| Rational::from((sign(string), 4)))
        };
        circuit.states = [state.clone(), state];
        Ok(circuit)
    }
}

/// The product of the states of two qubits.
fn product(first: &Operator, second: &Operator) -> Operator {
    Operator::of(2, |string| {
        let of = |qubit: usize| (string >> qubit & 1) | (string >> (2 + qubit) & 1) << 1;
        Rational::from(&first.coefficients[of(0)] * &second.coefficients[of(1)])
    })
}

/// `2 tr rho_s^2 - 1` of the first qubit's reduced state: the squared length of its Bloch vector.
fn purity_of_first(rho: &Operator) -> Rational {
    let strings = [pauli::x(0), pauli::z(2, 0), pauli::x(0) | pauli::z(2, 0)];
    let squares: Rational = strings.iter().map(|&string| rho.coefficients[string].clone().square()).sum();
    squares * 16_u32
}

impl<T: Field> In<T> for LocalEscape {
    fn relations(&self, circuit: &Circuit) -> Result<Vec<Relation<T>>, Unjudged> {
        let qubits = circuit.qubits();
        let (observable, [first, second]) = (&circuit.observable, &circuit.states);
        let moments = moments(self.group, qubits);
        let mean = moments.mean(observable);
        let two = moments.of_two(observable, observable);
        let formula = if self.formula == Formula::Haar {
            let size = circuit.size();
            observable.variance() * (first.trace_with(second) - size.clone().recip()) / (size.square() - 1_u32)
        } else {
            let of_support = |support: usize| {
                let strings = (1..1 << (2 * qubits)).filter(|&string| pauli::support(qubits, string) == support);
                let mut squares = (Rational::new(), Rational::new());
                for string in strings {
                    squares.0 += observable.coefficients[string].clone().square();
                    squares.1 += Rational::from(&first.coefficients[string] * &second.coefficients[string]);
                }
                let sites = support.count_ones();
                let weight = if self.formula == Formula::Supports { 3_u32.pow(sites) } else { 4_u32.pow(sites) - 1 };
                squares.0 * squares.1 / weight
            };
            (1..1 << qubits).map(of_support).sum::<Rational>() * (1_u32 << (2 * qubits))
        };
        Ok(vec![Relation::equality(
            "covariance over products",
            vec![
                exactly("E f(rho_1) f(rho_2)", &two.paired(first, second)),
                exactly("-E f(rho_1) E f(rho_2)", &-(mean.trace_with(first) * mean.trace_with(second))),
            ],
            vec![exactly("4^n sum_S 3^-|S| (sum o_P^2) (sum r1_P r2_P)", &formula)],
        )])
    }
}

impl<T: Field> In<T> for OneString {
    fn relations(&self, circuit: &Circuit) -> Result<Vec<Relation<T>>, Unjudged> {
        let rho = &circuit.states[0];
        let variance = |string: usize| {
            let observable = Operator::string(2, string, &Rational::from(1));
            moments(Group::LocalClifford, 2).of_two(&observable, &observable).paired(rho, rho)
        };
        // Of the Bell state the control says what a pure site would give.
        let purity = if self.product { purity_of_first(rho) } else { Rational::from(1) };
        let both = pauli::z(2, 0) | pauli::z(2, 1);
        Ok(vec![
            Relation::equality(
                "a Pauli on one site",
                vec![exactly("Var f, O = Z_1", &variance(pauli::z(2, 0)))],
                vec![exactly("(2 tr rho_1^2 - 1)/3", &(purity.clone() / 3_u32))],
            ),
            Relation::equality(
                "a Pauli on every site",
                vec![exactly("Var f, O = Z_1 Z_2", &variance(both))],
                vec![exactly("prod_s (2 tr rho_s^2 - 1)/3", &(purity / 9_u32))],
            ),
        ])
    }
}
