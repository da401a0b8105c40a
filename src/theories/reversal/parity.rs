//! `reversal/parity`: a path of a reversible field, there and back, shows the error of the solver, and only that of odd order.
//!
//! ```text
//! R Psi_h R Psi_h x = Psi_{-h} Psi_h x = x + (1 - (-1)^p) h^(p+1) e + O(h^(p+2)),   Psi_h x = Phi_h x + h^(p+1) e + O(h^(p+2))
//! ```
//!
//! `f(R x) = -R f(x)`, `Psi_h` a Runge-Kutta step of order `p`; the way back is exact for symmetric methods. For `K` Euler steps it is
//! `-K h^2 f' f + O(h^3)`. Source: [`GEOMETRIC`].

use super::GEOMETRIC;
use super::field::{Fields, Instance, POWERS, Powers, coefficients, times_power};
use super::method::{Map, Method};
use crate::scalar::{Field, Rational};
use crate::verify::{Claim, Draw, Draws, Exact, In, Independent, Relation, Term, Unjudged, all, control};

/// What is said of the way there and back of a solver.
#[derive(Clone, Copy)]
pub(super) struct Parity {
    said: Said,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Said {
    Law,
    /// `2 h^(p+1) e` for a method of even order.
    TwiceTheError(Method),
    /// The backward step in place of the reflected one, for a field that is not reversible.
    Irreversible,
}

/// The law.
pub(super) const LAW: Parity = Parity { said: Said::Law };

/// `reversal/parity`
pub static CLAIM: Claim = Claim {
    id: "reversal/parity",
    title: "the loss of the way there and back sees the solver's error in odd orders only",
    statement: "R Psi_h R Psi_h x = Psi_{-h} Psi_h x, which is x + 2 h^(p+1) e + O(h^(p+2)) for odd p, x + O(h^(p+2)) for even p, and x for symmetric methods; after K Euler steps there and back it is x - K h^2 f' f + O(h^3)",
    hypotheses: &[
        "R linear with R^2 = 1; f smooth with f(R x) = -R f(x); Psi_h: a step of a Runge-Kutta method with Psi_h = Phi_h + h^(p+1) e + O(h^(p+2)); steps of one size",
        "checked for polynomial fields of degree 2 in the plane and five methods, by the coefficients of h^0 to h^6",
    ],
    references: &[GEOMETRIC],
    builds_on: &[],
    law: &[all(&Independent(Exact(LAW)))],
    controls: &[
        control(
            "even-order-four",
            "twice the error 2 h^5 e for the Runge-Kutta method of order 4",
            &Independent(Exact(Parity { said: Said::TwiceTheError(Method::RungeKuttaFour) })),
        ),
        control(
            "even-order-two",
            "twice the error 2 h^3 e for the midpoint method",
            &Independent(Exact(Parity { said: Said::TwiceTheError(Method::Midpoint) })),
        ),
        control(
            "irreversible",
            "R Psi_h R = Psi_{-h} for a field that is not reversible",
            &Independent(Exact(Parity { said: Said::Irreversible })),
        ),
    ],
};

impl Draws for Parity {
    type Instance = Instance;

    fn draw(&self, draw: &mut Draw) -> Result<Instance, Unjudged> {
        Ok(match self.said {
            Said::Law => Fields::Reversible.draw(draw),
            Said::Irreversible => Fields::Irreversible.draw(draw),
            // Where the step has an error of its leading order.
            Said::TwiceTheError(method) => Fields::Reversible
                .draw_where(draw, |instance| local_error::<Rational>(method, instance).iter().any(|entry| *entry != 0)),
        })
    }
}

/// `e`, the coefficient of `h^(p+1)` in `Psi_h x - Phi_h x`.
fn local_error<T: Field>(method: Method, instance: &Instance) -> [T; 2] {
    let h = Powers::variable();
    let [step, flow] = [Map::Step(method), Map::Flow].map(|map| map.apply::<T>(instance, &instance.start(), &h));
    let power = method.order() + 1;
    [0, 1].map(|row: usize| step[row].coefficients[power].clone() - &flow[row].coefficients[power])
}

/// `Psi_{-h} Psi_h x = x + (1 - (-1)^p) h^(p+1) e + O(h^(p+2))`, whatever the field.
pub(super) fn backward_return<T: Field>(method: Method, instance: &Instance, twice: bool) -> Relation<T> {
    let start = instance.start::<T>();
    let power = method.order() + 1;
    let last = if method.is_symmetric() { POWERS - 1 } else { power };
    let back = Map::Step(method).backward_return::<T>(instance);
    let mut right = vec![Term::vector("x", times_power(&start, 0, last))];
    if twice {
        let double = local_error::<T>(method, instance).map(|entry| entry * T::integer(2));
        right.push(Term::vector("2 h^(p+1) e", times_power(&double, power, last)));
    }
    let left = vec![Term::vector("Psi_{-h} Psi_h x", coefficients(&back, last))];
    Relation::equality(format!("there and back, {}", method.name()), left, right)
}

/// Whether twice the error is seen.
pub(super) fn is_seen(method: Method) -> bool {
    method.order() % 2 == 1
}

/// `R Psi_h R Psi_h x = Psi_{-h} Psi_h x`, to every order that is computed.
fn reflected<T: Field>(method: Method, instance: &Instance) -> Relation<T> {
    let [reflected, backward] =
        [Map::Step(method).reflected_return::<T>(instance), Map::Step(method).backward_return(instance)]
            .map(|back| coefficients(&back, POWERS - 1));
    Relation::equality(
        format!("reflected and backward step, {}", method.name()),
        vec![Term::vector("R Psi_h R Psi_h x", reflected)],
        vec![Term::vector("Psi_{-h} Psi_h x", backward)],
    )
}

/// That the method has its order.
fn order<T: Field>(method: Method, instance: &Instance) -> Relation<T> {
    let h = Powers::variable();
    let [step, flow] = [Map::Step(method), Map::Flow]
        .map(|map| coefficients(&map.apply::<T>(instance, &instance.start(), &h), method.order()));
    let label = format!("the order of the method, {}", method.name());
    Relation::equality(label, vec![Term::vector("Psi_h x", step)], vec![Term::vector("Phi_h x", flow)])
}

/// `K` Euler steps there, and as many back through the reflection.
fn euler_steps<T: Field>(steps: i64, instance: &Instance) -> Relation<T> {
    let h = Powers::variable();
    let euler = Map::Step(Method::Euler);
    let mut x = instance.start();
    for _ in 0..2 {
        for _ in 0..steps {
            x = euler.apply(instance, &x, &h);
        }
        x = instance.reflect(&x);
    }
    let bent = instance.acceleration::<T>().map(|entry| -entry * T::integer(steps));
    Relation::equality(
        ("Euler steps there and back", format!("K = {steps}")),
        vec![Term::vector("after K steps there and K back", coefficients(&x, 2))],
        vec![
            Term::vector("x", times_power(&instance.start(), 0, 2)),
            Term::vector("-K h^2 f' f", times_power(&bent, 2, 2)),
        ],
    )
}

impl<T: Field> In<T> for Parity {
    fn relations(&self, instance: &Instance) -> Result<Vec<Relation<T>>, Unjudged> {
        Ok(match self.said {
            Said::TwiceTheError(method) => vec![backward_return(method, instance, true)],
            Said::Irreversible => Method::ALL.map(|method| reflected(method, instance)).into(),
            Said::Law => {
                let methods = Method::ALL.into_iter();
                let all = methods.flat_map(|method| {
                    [
                        order(method, instance),
                        reflected(method, instance),
                        backward_return(method, instance, is_seen(method)),
                    ]
                });
                all.chain([1, 2, 5].map(|steps| euler_steps(steps, instance))).collect()
            }
        })
    }
}
