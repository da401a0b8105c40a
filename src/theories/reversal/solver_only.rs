//! `reversal/solver-only`: a path back along `-f`, without the reflection, tests the solver and nothing of the model.
//!
//! ```text
//! the step of -f over h = the step of f over -h:   the way there and back ends at Psi_{-h} Psi_h x, and at x for the exact flow of any f
//! ```
//!
//! `Psi_h` is a Runge-Kutta step of the field `f`, reversible or not. Source: [`GEOMETRIC`].

use super::GEOMETRIC;
use super::field::{Fields, Instance, POWERS, Powers, coefficients, times_power};
use super::method::{Map, Method};
use super::parity::{backward_return, is_seen};
use crate::scalar::Field;
use crate::verify::{Claim, Draw, Draws, Exact, In, Independent, Relation, Term, Unjudged, all, control};

/// The way back along `-f`.
#[derive(Clone, Copy)]
pub(super) struct Back {
    along: Along,
}

/// How the way back is made.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Along {
    Backward,
    /// Through the reflection, along `f`.
    Reflected,
    /// Along `f`.
    Forward,
}

/// The law.
pub(super) const LAW: Back = Back { along: Along::Backward };

/// `reversal/solver-only`
pub static CLAIM: Claim = Claim {
    id: "reversal/solver-only",
    title: "a path back along the reversed field tests the solver alone",
    statement: "the way there along f and back along -f ends at Psi_{-h} Psi_h x for every f: at x for the exact flow and for symmetric methods, at x + (1 - (-1)^p) h^(p+1) e + O(h^(p+2)) for a method of order p",
    hypotheses: &[
        "f smooth, reversible or not; Psi_h: a step of a Runge-Kutta method with Psi_h = Phi_h + h^(p+1) e + O(h^(p+2)); steps of one size",
        "checked for polynomial fields of degree 2 in the plane that are not reversible and five methods, by the coefficients of h^0 to h^6",
    ],
    references: &[GEOMETRIC],
    builds_on: &["reversal/parity"],
    law: &[all(&Independent(Exact(LAW)))],
    controls: &[
        control(
            "with-reflection",
            "R Psi_h R in place of the step back, where the field is not reversible",
            &Independent(Exact(Back { along: Along::Reflected })),
        ),
        control("forward", "f in place of -f on the way back", &Independent(Exact(Back { along: Along::Forward }))),
    ],
};

impl Draws for Back {
    type Instance = Instance;

    fn draw(&self, draw: &mut Draw) -> Result<Instance, Unjudged> {
        Ok(Fields::Irreversible.draw(draw))
    }
}

impl<T: Field> In<T> for Back {
    fn relations(&self, instance: &Instance) -> Result<Vec<Relation<T>>, Unjudged> {
        let h = Powers::<T>::variable();
        let back = |map: Map| {
            let there = map.apply(instance, &instance.start(), &h);
            let end = match self.along {
                Along::Backward => map.apply_reversed(instance, &there, &h),
                Along::Reflected => map.reflected_return(instance),
                Along::Forward => map.apply(instance, &there, &h),
            };
            coefficients(&end, POWERS - 1)
        };
        let start = times_power(&instance.start(), 0, POWERS - 1);
        let mut relations = vec![Relation::equality(
            "there and back, the flow",
            vec![Term::vector("after the way back", back(Map::Flow))],
            vec![Term::vector("x", start)],
        )];
        for method in Method::ALL {
            let backward = coefficients(&Map::Step(method).backward_return(instance), POWERS - 1);
            relations.push(Relation::equality(
                format!("the way back and the backward step, {}", method.name()),
                vec![Term::vector("after the way back", back(Map::Step(method)))],
                vec![Term::vector("Psi_{-h} Psi_h x", backward)],
            ));
            if self.along == Along::Backward {
                relations.push(backward_return(method, instance, is_seen(method)));
            }
        }
        Ok(relations)
    }
}
