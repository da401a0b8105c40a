//! Descent at a fixed effective rate with a gradient of a given length: the map of `x = 2 eps gamma r^2`.

use super::drawing::{Plane, carried, moved, scaled};
use crate::closed_form::gas;
use crate::linalg::products::squared_norm;
use crate::scalar::{Field, Rational};
use crate::verify::{Drawn, Numbers, Relation, Stream, Term};

/// A start with the lengths of the gradients along a path.
#[derive(Clone)]
pub(super) struct Kicked {
    plane: Plane,
    /// `eps`
    pub(super) rate: Rational,
    /// `2 eps gamma r^2` at the start
    pub(super) start: Rational,
    /// `eps rho` at every step
    pub(super) kicks: Vec<Rational>,
    pub(super) what: &'static str,
}

/// A step.
pub(super) struct Kick<T> {
    /// `x`
    pub(super) before: T,
    /// `x'`
    pub(super) after: T,
    /// `(eps rho)^2`
    pub(super) square: T,
    /// `r^2`
    pub(super) squared_radius: T,
    /// `r'^2`
    pub(super) squared_end: T,
    /// `eta`
    pub(super) learning_rate: T,
    /// `c`
    pub(super) kept: T,
    /// `|g|^2`
    pub(super) squared_gradient: T,
}

impl<T: Field> Kick<T> {
    /// `x' = x (1 - x)^2 + x (eps rho)^2`
    pub(super) fn map(&self, step: &str) -> Relation<T> {
        let [shrunk, pushed] = gas::next_height(&self.before, &self.square);
        Relation::equality(
            ("the map of x", step),
            vec![Term::scalar("x'", self.after.clone())],
            vec![Term::scalar("x (1 - x)^2", shrunk), Term::scalar("x (eps rho)^2", pushed)],
        )
    }
}

impl Kicked {
    pub(super) fn draw(stream: &mut Stream, start: Rational, kicks: Vec<Rational>) -> Self {
        Kicked { plane: Plane::draw(stream), rate: stream.positive(), start, kicks, what: "" }
    }

    /// The steps, from the vectors.
    pub(super) fn follow<T: Field>(&self) -> Vec<Kick<T>> {
        let [mut theta, mut turned] = [&self.plane.vector, &self.plane.turned].map(|vector| carried::<T>(vector));
        let rate = T::from_rational(&self.rate);
        let weight_decay = T::from_rational(&self.start) / (T::integer(2) * &rate * squared_norm(&theta));
        let height = |square: &T| T::integer(2) * &rate * &weight_decay * square;
        let mut steps = Vec::new();
        for kick in &self.kicks {
            let squared_radius: T = squared_norm(&theta);
            let learning_rate = T::product(&rate, &squared_radius);
            let kept = T::one() - T::integer(2) * &learning_rate * &weight_decay;
            let kick = T::from_rational(kick);
            // |g| = rho / r
            let gradient = scaled(&turned, &(kick.clone() / &learning_rate));
            let next = moved(&theta, &gradient, &learning_rate, &kept);
            turned = moved(&turned, &theta, &-kick.clone(), &kept);
            theta = next;
            let squared_end: T = squared_norm(&theta);
            steps.push(Kick {
                before: height(&squared_radius),
                after: height(&squared_end),
                square: kick.squared(),
                squared_gradient: squared_norm(&gradient),
                squared_radius,
                squared_end,
                learning_rate,
                kept,
            });
        }
        steps
    }
}

impl Drawn for Kicked {
    fn is_algebraic(&self) -> bool {
        true
    }
    fn describe(&self) -> String {
        let kicks: Vec<String> = self.kicks.iter().map(Rational::to_string).collect();
        let what = if self.what.is_empty() { String::new() } else { format!(", {}", self.what) };
        format!(
            "fixed effective rate in dimension {}, x = {}, eps rho = {}{what}",
            self.plane.dimension(),
            self.start,
            kicks.join(", ")
        )
    }
    fn numbers(&self) -> Vec<Numbers> {
        vec![
            Numbers::new("theta", self.plane.vector.iter().cloned()),
            Numbers::new("eps", [self.rate.clone()]),
            Numbers::new("2 eps gamma r^2", [self.start.clone()]),
            Numbers::new("eps rho", self.kicks.iter().cloned()),
        ]
    }
}
