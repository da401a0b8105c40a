//! `reversal/flow`: the flow comes back through the reflection if and only if the field is reversible.
//!
//! ```text
//! R Phi_t R Phi_t = 1 for all t   <=>   f(R x) = -R f(x) for all x
//! R Psi_h R Psi_h x = x + h (f(x) + R f(R x)) + O(h^2)
//! ```
//!
//! `R^2 = 1` linear, `Phi_t` the flow of `f`, `Psi_h` the flow over `h` or a step of a consistent method. Source: [`GEOMETRIC`].

use super::GEOMETRIC;
use super::field::{Fields, Instance, POWERS, Powers, coefficients, times_power};
use super::method::Map;
use crate::scalar::Field;
use crate::verify::{Claim, Draw, Draws, Exact, In, Independent, Part, Relation, Term, Unjudged, control};

/// What is said of the way there and back.
#[derive(Clone, Copy)]
pub(super) struct Return {
    fields: Fields,
    said: Said,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Said {
    /// It ends where it began.
    Identity,
    /// The same with the identity in place of the reflection.
    IdentityUnreflected,
    /// What is of first order in `h`.
    FirstOrder,
}

/// Reversible fields.
pub(super) const REVERSIBLE: Return = Return { fields: Fields::Reversible, said: Said::Identity };
/// All others.
pub(super) const FIRST_ORDER: Return = Return { fields: Fields::Irreversible, said: Said::FirstOrder };

/// `reversal/flow`
pub static CLAIM: Claim = Claim {
    id: "reversal/flow",
    title: "the flow comes back through the reflection if and only if the field is reversible",
    statement: "R Phi_t R Phi_t = 1 for all t if and only if f(R x) = -R f(x) for all x; and R Psi_h R Psi_h x = x + h (f(x) + R f(R x)) + O(h^2)",
    hypotheses: &[
        "R linear with R^2 = 1; f smooth, Phi_t its flow, where it exists; Psi_h: the flow over h, or a step of a consistent Runge-Kutta method",
        "checked for polynomial fields of degree 2 in the plane: the coefficients of h^0 to h^6 if f is reversible, that of h if it is not",
    ],
    references: &[GEOMETRIC],
    builds_on: &[],
    law: &[
        Part { check: &Independent(Exact(REVERSIBLE)), number: |index| index.is_multiple_of(2).then_some(index / 2) },
        Part { check: &Independent(Exact(FIRST_ORDER)), number: |index| Some(index / 2) },
    ],
    controls: &[
        control(
            "damping",
            "a damping -c p is added to a reversible field",
            &Independent(Exact(Return { fields: Fields::Damped, said: Said::Identity })),
        ),
        control(
            "without-reflection",
            "a reversible field, with the identity in place of R",
            &Independent(Exact(Return { fields: Fields::Reversible, said: Said::IdentityUnreflected })),
        ),
    ],
};

impl Draws for Return {
    type Instance = Instance;

    fn draw(&self, draw: &mut Draw) -> Result<Instance, Unjudged> {
        Ok(self.fields.draw(draw))
    }
}

impl<T: Field> In<T> for Return {
    fn relations(&self, instance: &Instance) -> Result<Vec<Relation<T>>, Unjudged> {
        let last = POWERS - 1;
        if self.said == Said::FirstOrder {
            let velocity = instance.velocity(&instance.start::<T>());
            let mirrored = instance.reflect(&instance.velocity(&instance.reflect(&instance.start::<T>())));
            let first_order = |map: Map| {
                let back = map.reflected_return::<T>(instance);
                let first = back.iter().map(|entry| entry.coefficients[1].clone()).collect();
                Relation::equality(
                    format!("first order of the way there and back, {}", map.name()),
                    vec![Term::vector("R Psi_h R Psi_h x", first)],
                    vec![Term::vector("f(x)", velocity.to_vec()), Term::vector("R f(R x)", mirrored.to_vec())],
                )
            };
            return Ok(Map::all().map(first_order).collect());
        }
        let back = if self.said == Said::Identity {
            Map::Flow.reflected_return::<T>(instance)
        } else {
            let h = Powers::variable();
            Map::Flow.apply(instance, &Map::Flow.apply(instance, &instance.start(), &h), &h)
        };
        Ok(vec![Relation::equality(
            "there and back",
            vec![Term::vector("R Phi_h R Phi_h x", coefficients(&back, last))],
            vec![Term::vector("x", times_power(&instance.start(), 0, last))],
        )])
    }
}
