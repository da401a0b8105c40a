//! The gas law at a steady point, `p V = Z R T`, at a fixed learning rate and at a fixed effective one: `Z = 2/(1 + cos delta)` in both.

use super::drawing::one;
use super::steady::{State, Steady};
use crate::closed_form::gas;
use crate::scalar::Field;
use crate::verify::{Relation, Term};

/// `p V = R T` times a factor.
pub(super) fn of_regime<T: Field>(kind: &'static str, state: &State<T>, factor: &T) -> Relation<T> {
    Relation::equality(kind, one("p V", state.pressure_volume()), one("Z R T", T::product(factor, &state.heat())))
}

pub(super) fn of_steady<T: Field>(steady: &Steady) -> Vec<Relation<T>> {
    let root = T::from_rational(&steady.angle[0]);
    let (fixed, effective) = (steady.fixed_rate::<T>(), steady.fixed_effective_rate::<T>());
    // 1/cos^2(delta/2) = 2/(1 + cos delta), and cos delta = theta^T theta' / r^2 where r' = r.
    let of_angle = |state: &State<T>| T::integer(2) / (T::one() + state.turn.inner.clone() / &state.turn.start);
    let squared_rate = effective.turn.push.clone() / &effective.turn.start;
    let rate = T::from_rational(&steady.rate);
    vec![
        of_regime("angle and state at a fixed rate", &fixed, &of_angle(&fixed)),
        of_regime(
            "state at a fixed rate",
            &fixed,
            &gas::factor_at_fixed_rate(&fixed.learning_rate, &fixed.weight_decay),
        ),
        of_regime("angle and state at a fixed effective rate", &effective, &of_angle(&effective)),
        of_regime("state at a fixed effective rate", &effective, &gas::factor_at_effective_rate(&root)),
        Relation::equality(
            "s^2 = 1 - (eps rho)^2",
            vec![Term::scalar("s^2", root.squared()), Term::scalar("(eps rho)^2", squared_rate)],
            one("1", T::one()),
        ),
        Relation::equality(
            "steady radius at a fixed effective rate",
            one("r'^2", effective.turn.end.clone()),
            one(
                "(1 - s) / (2 eps gamma)",
                gas::squared_radius_at_effective_rate(&root, &rate, &effective.weight_decay),
            ),
        ),
    ]
}
