//! `entropy/coarse-graining`: what a measurement does not see is a squared distance and a relative entropy, and it grows from coarse states.
//!
//! ```text
//! tr rho^2 - sum p_i^2/V_i = |rho - rho_c|_F^2,   S_obs(rho) - S(rho) = D(rho || rho_c),   rho_c = sum p_i P_i/V_i
//! ```
//!
//! `P_i` orthogonal projectors, `V_i = tr P_i`, `p_i = tr P_i rho`, `S_obs = -sum p_i log(p_i/V_i)`. Sources: [`SAFRANEK`], [`NAGASAWA`].

use super::measurement::{Matrix, Measurement, Outcomes, identity, parts, squared_distance, state};
use super::relative_entropy::RelativeEntropy;
use super::{NAGASAWA, SAFRANEK};
use crate::exact::Gaussian;
use crate::exact::complex::conjugated;
use crate::instances::operators::{all_exactly, exactly, unitary};
use crate::linalg::products::dot;
use crate::scalar::{Field, Rational};
use crate::verify::{
    Claim, Class, Draw, Drawn, Draws, Exact, In, Independent, Numbers, Part, Relation, Transcendental, Unjudged,
    control,
};
use nalgebra::DMatrix;

/// The purities before and after a measurement.
#[derive(Clone, Copy)]
pub(super) struct CoarseGraining {
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Law,
    /// The first state is not coarse.
    NotCoarse,
    /// The effects are no projectors.
    Unsharp,
    /// `V_i = 1`
    UnitVolumes,
}

pub(super) const LAW: CoarseGraining = CoarseGraining { kind: Kind::Law };

/// `entropy/coarse-graining`
pub static CLAIM: Claim = Claim {
    id: "entropy/coarse-graining",
    title: "what a measurement does not see, and the second law from coarse states",
    statement: "tr rho^2 - sum p_i^2/V_i = |rho - rho_c|_F^2 and S_obs(rho) - S(rho) = D(rho || rho_c); if rho_0 = rho_{0,c} then under U the purity sum p_i^2/V_i falls by |U rho_0 U^+ - (U rho_0 U^+)_c|_F^2 \
        and S_obs rises by D(U rho_0 U^+ || (U rho_0 U^+)_c), p' = T p with T_ij = tr(P_i U P_j U^+)/V_j and T V = V",
    hypotheses: &[
        "rho, rho_0 states, U unitary; P_i nonzero orthogonal projectors with sum 1, V_i = tr P_i, p_i = tr P_i rho, S_obs = -sum p_i log(p_i/V_i), rho_c = sum p_i P_i/V_i",
        "checked in 2, 3 and 4 dimensions with rational bases, states and U; entropies of states with a rational spectrum above 0, and evolutions that lower the purity by 2^-10 or more",
    ],
    references: &[SAFRANEK, NAGASAWA],
    builds_on: &[],
    law: &[
        Part {
            check: &Independent(Transcendental(RelativeEntropy)),
            number: |index| (index % 4 == 3).then_some(index / 4),
        },
        Part { check: &Independent(Exact(LAW)), number: Some },
    ],
    controls: &[
        control(
            "not-coarse",
            "a first state that is not coarse: the purity can rise",
            &Independent(Exact(CoarseGraining { kind: Kind::NotCoarse })),
        ),
        control(
            "unsharp",
            "effects that are no projectors",
            &Independent(Exact(CoarseGraining { kind: Kind::Unsharp })),
        ),
        control("unit-volumes", "1 in place of V_i", &Independent(Exact(CoarseGraining { kind: Kind::UnitVolumes }))),
    ],
};

/// A measurement, a state, a coarse state and an evolution.
pub(super) struct Observed {
    pub(super) measurement: Measurement,
    pub(super) rho: Matrix,
    /// `q_i`: the first state is `sum q_i P_i/V_i`.
    pub(super) weights: Vec<Rational>,
    pub(super) evolution: Matrix,
}

impl Drawn for Observed {
    fn class(&self) -> Class {
        Class::Awkward
    }
    fn is_algebraic(&self) -> bool {
        true
    }
    fn describe(&self) -> String {
        format!("a measurement with blocks {:?}", self.measurement.blocks)
    }
    fn numbers(&self) -> Vec<Numbers> {
        let mut numbers = self.measurement.numbers();
        numbers.extend([
            Numbers::new("rho, real and imaginary parts row by row", parts(&self.rho)),
            Numbers::new("q", self.weights.clone()),
            Numbers::new("U, real and imaginary parts row by row", parts(&self.evolution)),
        ]);
        numbers
    }
}

/// A real matrix in two dimensions.
fn real(entries: [i64; 4], denominator: i64) -> Matrix {
    DMatrix::from_row_slice(2, 2, &entries.map(|entry| Gaussian::ratio(entry, denominator)))
}

impl Draws for CoarseGraining {
    type Instance = Observed;

    fn draw(&self, draw: &mut Draw) -> Result<Observed, Unjudged> {
        let stream = &mut draw.own();
        if matches!(self.kind, Kind::NotCoarse | Kind::Unsharp) {
            // u u^T with u = (3, 4)/5, and the rotation that takes u to e_1; or e_1 e_1^T.
            let not_coarse = self.kind == Kind::NotCoarse;
            return Ok(Observed {
                measurement: Measurement::computational(vec![1, 1]),
                rho: if not_coarse { real([9, 12, 12, 16], 25) } else { real([1, 0, 0, 0], 1) },
                weights: vec![Rational::from((1, 2)); 2],
                evolution: if not_coarse { real([3, 4, -4, 3], 5) } else { identity(2) },
            });
        }
        loop {
            let size = 2 + stream.below(3);
            let measurement = Measurement::draw(stream, size)?;
            let masses: Vec<Rational> = measurement.blocks.iter().map(|_| stream.positive()).collect();
            let total: Rational = masses.iter().sum();
            let instance = Observed {
                rho: state(stream, size),
                weights: masses.into_iter().map(|mass| mass / &total).collect(),
                evolution: unitary(stream, size)?,
                measurement,
            };
            // With 1 for V_i the two sides differ by sum p_i^2 (V_i - 1).
            let p = Outcomes::new(instance.measurement.projectors()).probabilities(&instance.rho);
            let is_seen = |(p, block): (&Rational, &usize)| *p > 0 && *block > 1;
            if self.kind == Kind::Law || p.iter().zip(&instance.measurement.blocks).any(is_seen) {
                return Ok(instance);
            }
        }
    }
}

impl<T: Field> In<T> for CoarseGraining {
    fn relations(&self, instance: &Observed) -> Result<Vec<Relation<T>>, Unjudged> {
        let mut outcomes = Outcomes::new(match self.kind {
            Kind::Unsharp => vec![real([3, 0, 0, 1], 4), real([1, 0, 0, 3], 4)],
            _ => instance.measurement.projectors(),
        });
        if self.kind == Kind::UnitVolumes {
            outcomes.volumes.fill(Rational::from(1));
        }
        let p = outcomes.probabilities(&instance.rho);
        let unseen = squared_distance(&instance.rho, &outcomes.coarse(&p));
        let square: Rational = instance.rho.iter().map(Gaussian::squared_modulus).sum();
        let mut relations = vec![Relation::equality(
            "purity that is not seen",
            vec![exactly("tr rho^2", &square), exactly("-sum p_i^2/V_i", &-outcomes.purity(&p))],
            vec![exactly("|rho - rho_c|_F^2", &unseen)],
        )];
        if matches!(self.kind, Kind::Unsharp | Kind::UnitVolumes) {
            return Ok(relations);
        }
        let first = match self.kind {
            Kind::NotCoarse => instance.rho.clone(),
            _ => outcomes.coarse(&instance.weights),
        };
        let last = conjugated(&instance.evolution, &first);
        let (before, after) = (outcomes.probabilities(&first), outcomes.probabilities(&last));
        let transition = outcomes.transition(&instance.evolution);
        let applied = |to: &[Rational]| -> Vec<Rational> { transition.iter().map(|row| dot(row, to)).collect() };
        relations.extend([
            Relation::equality(
                "fall of the purity",
                vec![
                    exactly("sum p_i^2/V_i", &outcomes.purity(&before)),
                    exactly("-sum p'_i^2/V_i", &-outcomes.purity(&after)),
                ],
                vec![exactly(
                    "|U rho_0 U^+ - (U rho_0 U^+)_c|_F^2",
                    &squared_distance(&last, &outcomes.coarse(&after)),
                )],
            ),
            Relation::equality(
                "transition",
                vec![all_exactly("p'", &after)],
                vec![all_exactly("T p", &applied(&before))],
            ),
            Relation::equality(
                "volumes are kept",
                vec![all_exactly("T V", &applied(&outcomes.volumes))],
                vec![all_exactly("V", &outcomes.volumes)],
            ),
        ]);
        Ok(relations)
    }
}
