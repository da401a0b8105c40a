//! `entropy/haar-deficit`: after a random unitary a measurement of `N` outcomes misses a deficit of `(N - 1)/(d + 1)`, whatever their sizes.
//!
//! ```text
//! E chi^2 = (N - 1)(d tr rho^2 - 1)/(d^2 - 1),   chi^2 = d sum p_i^2/V_i - 1,   E[log d - S_obs] <= log(1 + (N - 1)/(d + 1))
//! ```
//!
//! `p_i = tr P_i U rho U^+`, `V_i = tr P_i`, `U` from a unitary 2-design on `d` dimensions. Source: [`NAGASAWA`].

use super::NAGASAWA;
use super::measurement::{Measurement, Outcomes};
use crate::exact::groups::clifford::stabiliser_states;
use crate::exact::groups::{Group, Operator, moments};
use crate::instances::operators::{exactly, state};
use crate::scalar::{Field, Rational, Real};
use crate::verify::{
    Claim, Class, Draw, Drawn, Draws, Exact, In, Independent, Numbers, Part, Relation, Term, Transcendental, Unjudged,
    control,
};
use std::sync::OnceLock;

/// The mean of chi squared.
#[derive(Clone, Copy)]
pub(super) struct HaarDeficit {
    group: Group,
    /// Whether `N - 1` stands in the formula, or else `N`.
    less_one: bool,
}

/// The bound of the entropy's deficit, over the pure states that a Clifford group makes of one.
#[derive(Clone, Copy)]
pub(super) struct EntropyDeficit;

pub(super) const LAW: HaarDeficit = HaarDeficit { group: Group::Clifford, less_one: true };

/// `entropy/haar-deficit`
pub static CLAIM: Claim = Claim {
    id: "entropy/haar-deficit",
    title: "only the number of outcomes decides what random evolution leaves to see",
    statement: "E chi^2 = (N - 1)(d tr rho^2 - 1)/(d^2 - 1) for chi^2 = d sum p_i^2/V_i - 1, hence E[log d - S_obs] <= log(1 + (N - 1)/(d + 1)) \
        and P(log d - S_obs >= e) <= (N - 1)/(e (d + 1))",
    hypotheses: &[
        "p_i = tr P_i U rho U^+ with U from a unitary 2-design on d >= 2 dimensions, rho a state; P_1, ..., P_N nonzero orthogonal projectors with sum 1, V_i = tr P_i, S_obs = -sum p_i log(p_i/V_i), e > 0",
        "checked for the Cliffords of one qubit and two, rational bases and every partition of them; the mean of the entropy for pure stabiliser states; the probability follows by Markov's inequality",
    ],
    references: &[NAGASAWA],
    builds_on: &["circuit/kernel"],
    law: &[
        Part {
            check: &Independent(Transcendental(EntropyDeficit)),
            number: |index| (index % 4 == 3).then_some(index / 4),
        },
        Part { check: &Independent(Exact(LAW)), number: Some },
    ],
    controls: &[
        control(
            "pauli-group",
            "U from the Pauli group: N - 1, as if nothing were random",
            &Independent(Exact(HaarDeficit { group: Group::Pauli, ..LAW })),
        ),
        control(
            "local-cliffords",
            "U a product of one-qubit Cliffords, blocks of 1 and 3",
            &Independent(Exact(HaarDeficit { group: Group::LocalClifford, ..LAW })),
        ),
        control("all-outcomes", "N in place of N - 1", &Independent(Exact(HaarDeficit { less_one: false, ..LAW }))),
    ],
};

/// A measurement and a state of qubits.
pub(super) struct Measured {
    pub(super) measurement: Measurement,
    pub(super) rho: Operator,
    /// Whether entropies are asked for.
    entropies: bool,
}

impl Measured {
    fn dimension(&self) -> usize {
        self.rho.dimension()
    }

    /// `P_i` by their Pauli coefficients.
    fn projectors(&self) -> Vec<Operator> {
        let of = |matrix: &super::measurement::Matrix| Operator::of_matrix(self.rho.qubits, matrix);
        self.measurement.projectors().iter().map(of).collect()
    }
}

impl Drawn for Measured {
    fn class(&self) -> Class {
        if self.entropies { Class::Smooth } else { Class::Awkward }
    }
    fn is_algebraic(&self) -> bool {
        !self.entropies
    }
    fn describe(&self) -> String {
        format!("a measurement with blocks {:?}", self.measurement.blocks)
    }
    fn numbers(&self) -> Vec<Numbers> {
        let mut numbers = self.measurement.numbers();
        numbers.push(Numbers::new("rho, by Pauli string", self.rho.coefficients.clone()));
        numbers
    }
}

impl Draws for HaarDeficit {
    type Instance = Measured;

    fn draw(&self, draw: &mut Draw) -> Result<Measured, Unjudged> {
        let stream = &mut draw.own();
        if draw.is_law() {
            let qubits = 1 + stream.below(2);
            let measurement = Measurement::draw(stream, 1 << qubits)?;
            return Ok(Measured { measurement, rho: state(stream, qubits), entropies: false });
        }
        let blocks =
            if self.group == Group::LocalClifford { vec![1, 3] } else { super::measurement::partition(stream, 4) };
        Ok(Measured {
            measurement: Measurement::computational(blocks),
            rho: Operator::basis_state(2, 0),
            entropies: false,
        })
    }
}

impl<T: Field> In<T> for HaarDeficit {
    fn relations(&self, instance: &Measured) -> Result<Vec<Relation<T>>, Unjudged> {
        let rho = &instance.rho;
        let d = rho.size();
        let square = |projector: &Operator| {
            let two = moments(self.group, rho.qubits).of_two(projector, projector);
            two.paired(rho, rho) / projector.trace()
        };
        let mean = instance.projectors().iter().map(square).sum::<Rational>() * &d;
        let outcomes = instance.measurement.blocks.len() as u32 - u32::from(self.less_one);
        let formula = (rho.trace_with(rho) * &d - 1_u32) * outcomes / (d.square() - 1_u32);
        Ok(vec![Relation::equality(
            "mean of chi squared",
            vec![exactly("E d sum p_i^2/V_i", &mean), exactly("-1", &Rational::from(-1))],
            vec![exactly("(N - 1)(d tr rho^2 - 1)/(d^2 - 1)", &formula)],
        )])
    }
}

impl Draws for EntropyDeficit {
    type Instance = Measured;

    fn draw(&self, draw: &mut Draw) -> Result<Measured, Unjudged> {
        let stream = &mut draw.own();
        let qubits = 1 + stream.below(2);
        let measurement = Measurement::draw(stream, 1 << qubits)?;
        Ok(Measured { measurement, rho: Operator::basis_state(qubits, 0), entropies: true })
    }
}

/// The images of `|0...0><0...0|` under the Clifford group, found once.
pub(super) fn images(qubits: usize) -> &'static [Operator] {
    static KNOWN: [OnceLock<Vec<Operator>>; 2] = [const { OnceLock::new() }; 2];
    KNOWN[qubits - 1].get_or_init(|| stabiliser_states(qubits, Group::Clifford))
}

impl<T: Real> In<T> for EntropyDeficit {
    fn relations(&self, instance: &Measured) -> Result<Vec<Relation<T>>, Unjudged> {
        let d = instance.dimension() as u32;
        let volumes = Outcomes::new(instance.measurement.projectors()).volumes;
        let projectors = instance.projectors();
        let states = images(instance.rho.qubits);
        let mut deficit = T::zero();
        for state in states {
            for (projector, volume) in projectors.iter().zip(&volumes) {
                let p = projector.trace_with(state);
                if p > 0 {
                    let relative = Rational::from(&p / volume) * d;
                    deficit += T::from_rational(&p) * T::from_rational(&relative).ln();
                }
            }
        }
        deficit *= T::ratio(1, states.len() as i64);
        let outcomes = volumes.len() as u32;
        let bound = T::from_rational(&(Rational::from((outcomes - 1, d + 1)) + 1_u32)).ln();
        Ok(vec![Relation::at_most(
            "deficit of the entropy",
            Term::scalar("E[log d - S_obs]", deficit),
            Term::scalar("log(1 + (N - 1)/(d + 1))", bound),
        )])
    }
}
