//! `eth/local-not-flat`: a local observable's envelope keeps its width, and the same observable's in a random basis is as wide as the spectrum.
//!
//! ```text
//! (1/d) sum_ij (E_i - E_j)^2 |O_ij|^2 = 4 sum_{P anticommutes with O} h_P^2,   rotated by a 2-design: 2 d^2/(d^2-1) sum_{P != I} h_P^2
//! ```
//!
//! `O` a Pauli string other than `I`, `H = sum h_P P`. On a chain with fields `O = Z_j` has `4 g^2` at every length. Source: [`ENVELOPES`].

use super::ENVELOPES;
use super::strings::{Chain, Sum};
use crate::exact::complex::{commutator, squared_norm};
use crate::exact::groups::{Group, Operator, moments, pauli};
use crate::instances::operators::{exactly, integers};
use crate::scalar::{Field, Rational};
use crate::verify::{
    Claim, Class, Draw, Drawn, Draws, Exact, In, Independent, Numbers, Part, Relation, Unjudged, control,
};

/// Any Hamiltonian on one qubit or two.
#[derive(Clone, Copy)]
pub(super) struct AnyHamiltonian;

/// A chain with equal couplings.
#[derive(Clone, Copy)]
pub(super) struct OnChain {
    said: Said,
}

#[derive(Clone, Copy, PartialEq)]
enum Said {
    /// `4 g^2` of `Z_j`
    Local,
    /// The flat value of `Z_j`.
    Flat,
    /// `4 g^2` of an `X_j`.
    OfX,
}

pub(super) const LAW: OnChain = OnChain { said: Said::Local };

/// `eth/local-not-flat`
pub static CLAIM: Claim = Claim {
    id: "eth/local-not-flat",
    title: "a local observable's envelope keeps its width, a rotated one's is the spectrum's",
    statement: "(1/d) sum_ij (E_i - E_j)^2 |O_ij|^2 = 4 sum over P that anticommute with O of h_P^2; for the same O rotated by a 2-design its mean is 2 d^2/(d^2 - 1) sum_{P != I} h_P^2; \
        on the open chain J sum Z_i Z_{i+1} + g sum X_i + h sum Z_i it is 4 g^2 for O = Z_j at every n, against 2 d^2/(d^2 - 1) (n g^2 + n h^2 + (n - 1) J^2)",
    hypotheses: &[
        "H = sum h_P P on n qubits, d = 2^n, with energies E_i; O a Pauli string other than I, with the entries O_ij in a basis of eigenvectors",
        "checked by commutators for integer h_P on one qubit and two and all Cliffords; on chains of 2, 3 and 4 sites with the mean over all 4^n - 1 strings",
        "in the terms U is a unitary of the 2-design",
    ],
    references: &[ENVELOPES],
    builds_on: &["circuit/kernel", "eth/envelope-moments"],
    law: &[
        Part {
            check: &Independent(Exact(AnyHamiltonian)),
            number: |index| index.is_multiple_of(2).then_some(index / 2),
        },
        Part { check: &Independent(Exact(LAW)), number: Some },
    ],
    controls: &[
        control("flat-value", "the flat value for Z_j, four sites", &Independent(Exact(OnChain { said: Said::Flat }))),
        control(
            "field-for-bond",
            "4 g^2 for X_2, which anticommutes with a field and two bonds",
            &Independent(Exact(OnChain { said: Said::OfX })),
        ),
    ],
};

/// A Hamiltonian with a Pauli string.
pub(super) struct Pair {
    pub(super) hamiltonian: Operator,
    pub(super) string: usize,
}

impl Drawn for Pair {
    fn class(&self) -> Class {
        Class::Awkward
    }
    fn is_algebraic(&self) -> bool {
        true
    }
    fn describe(&self) -> String {
        format!("a Hamiltonian in {} dimensions and the Pauli string {}", self.hamiltonian.dimension(), self.string)
    }
    fn numbers(&self) -> Vec<Numbers> {
        vec![Numbers::new("H, by Pauli string", self.hamiltonian.coefficients.clone())]
    }
}

impl Draws for AnyHamiltonian {
    type Instance = Pair;

    fn draw(&self, draw: &mut Draw) -> Result<Pair, Unjudged> {
        let stream = &mut draw.own();
        let qubits = 1 + stream.below(2);
        Ok(Pair { hamiltonian: integers(stream, qubits), string: 1 + stream.below((1 << (2 * qubits)) - 1) })
    }
}

impl<T: Field> In<T> for AnyHamiltonian {
    fn relations(&self, Pair { hamiltonian, string }: &Pair) -> Result<Vec<Relation<T>>, Unjudged> {
        let (qubits, d) = (hamiltonian.qubits, hamiltonian.size());
        let observable = Operator::string(qubits, *string, &Rational::from(1));
        let norm = squared_norm(&commutator(&hamiltonian.matrix(), &observable.matrix()));
        let square = |place: usize| hamiltonian.coefficients[place].clone().square();
        let strings = 1..hamiltonian.coefficients.len();
        let anticommuting: Rational =
            strings.clone().filter(|&place| !pauli::commute(qubits, place, *string)).map(square).sum();
        // E (1/d) tr |[H, g(O)]|^2, from E g(O) (x) g(O).
        let commutators: Vec<Operator> = (0..hamiltonian.coefficients.len())
            .map(|place| hamiltonian.commutator(&Operator::string(qubits, place, &Rational::from(1))))
            .collect();
        let two = moments(Group::Clifford, qubits).of_two(&observable, &observable);
        let part = |([r, s], weight): &([usize; 2], Rational)| commutators[*r].trace_with(&commutators[*s]) * weight;
        let rotated: Rational = two.entries.iter().map(part).sum::<Rational>() / &d;
        let flat = strings.map(square).sum::<Rational>() * 2_u32 * d.clone().square() / (d.clone().square() - 1_u32);
        Ok(vec![
            Relation::equality(
                "second moment of the envelope",
                vec![exactly("(1/d) tr |[H, O]|^2", &(norm / &d))],
                vec![exactly("4 sum_{P anticommuting} h_P^2", &(anticommuting * 4_u32))],
            ),
            Relation::equality(
                "its mean over rotations",
                vec![exactly("E (1/d) tr |[H, U^+ O U]|^2", &rotated)],
                vec![exactly("2 d^2/(d^2 - 1) sum_{P != I} h_P^2", &flat)],
            ),
        ])
    }
}

impl Draws for OnChain {
    type Instance = Chain;

    fn draw(&self, draw: &mut Draw) -> Result<Chain, Unjudged> {
        let stream = &mut draw.own();
        let (sites, site, [j, g, h]) = if self.said == Said::Local {
            let sites = 2 + stream.below(3);
            (sites, stream.below(sites), [stream.small(), stream.small(), stream.small()])
        } else {
            let scale = stream.small();
            (4, 1, [(1, 1), (9, 10), (1, 2)].map(|ratio| Rational::from(ratio) * &scale))
        };
        Ok(Chain {
            bonds: vec![j; sites - 1],
            transverse: vec![g; sites],
            longitudinal: vec![h; sites],
            site,
            all_to_all: false,
        })
    }
}

impl<T: Field> In<T> for OnChain {
    fn relations(&self, chain: &Chain) -> Result<Vec<Relation<T>>, Unjudged> {
        let n = chain.sites();
        let hamiltonian = chain.hamiltonian(n);
        let moment = |string: usize| hamiltonian.moment(&Sum::new(n, [(string, Rational::from(1))]), 1);
        let string = if self.said == Said::OfX { pauli::x(chain.site) } else { pauli::z(n, chain.site) };
        let [j, g, h] =
            [&chain.bonds[0], &chain.transverse[0], &chain.longitudinal[0]].map(|number| number.clone().square());
        let strings = (1_u32 << (2 * n)) - 1;
        let factor = Rational::from((2 * (strings + 1), strings));
        let flat = [
            Rational::from(&factor * &g) * n as u32,
            Rational::from(&factor * &h) * n as u32,
            Rational::from(&factor * &j) * (n as u32 - 1),
        ];
        let local = if self.said == Said::Flat { flat.iter().sum::<Rational>() } else { g * 4_u32 };
        let mut relations = vec![Relation::equality(
            "a field on one site",
            vec![exactly("(1/d) tr |[H, Z_j]|^2", &moment(string))],
            vec![exactly("4 g^2", &local)],
        )];
        if self.said == Said::Local {
            let mean = (1..=strings as usize).map(moment).sum::<Rational>() / strings;
            relations.push(Relation::equality(
                "mean over all strings",
                vec![exactly("mean over P != I of (1/d) tr |[H, P]|^2", &mean)],
                vec![
                    exactly("2 d^2/(d^2 - 1) n g^2", &flat[0]),
                    exactly("2 d^2/(d^2 - 1) n h^2", &flat[1]),
                    exactly("2 d^2/(d^2 - 1) (n - 1) J^2", &flat[2]),
                ],
            ));
        }
        Ok(relations)
    }
}
