//! Points whose radius a step does not change, for a gradient of a given length: one in each regime.

use super::drawing::{Plane, carried, moved, pythagorean, scaled};
use super::turn::Turn;
use crate::closed_form::gas;
use crate::linalg::products::squared_norm;
use crate::scalar::{Field, Rational};
use crate::verify::{Drawn, Numbers, Stream};

/// A point with a rational turning angle.
pub(super) struct Steady {
    plane: Plane,
    /// `eta` at a fixed rate, `eps` at a fixed effective rate and on a fixed sphere.
    pub(super) rate: Rational,
    /// Cosine and sine of the turning angle.
    pub(super) angle: [Rational; 2],
}

/// A step in one regime, with what enters the equation of state.
pub(super) struct State<T> {
    pub(super) turn: Turn<T>,
    /// `eta`
    pub(super) learning_rate: T,
    /// `gamma`
    pub(super) weight_decay: T,
    /// `|g|^2`
    pub(super) squared_gradient: T,
}

impl<T: Field> State<T> {
    /// `p V = gamma r^2`
    pub(super) fn pressure_volume(&self) -> T {
        gas::pressure_volume(&self.weight_decay, &self.turn.start)
    }

    /// `R T = eta |g|^2 / 4`
    pub(super) fn heat(&self) -> T {
        gas::heat(&self.learning_rate, &self.squared_gradient)
    }
}

impl Steady {
    pub(super) fn draw(stream: &mut Stream) -> Self {
        Steady { plane: Plane::draw(stream), rate: stream.positive(), angle: pythagorean(stream) }
    }

    pub(super) fn dimension(&self) -> usize {
        self.plane.dimension()
    }

    pub(super) fn squared_radius(&self) -> Rational {
        squared_norm(&self.plane.vector)
    }

    /// A step with these rates along the gradient `length J theta`.
    fn step<T: Field>(&self, learning_rate: &Rational, weight_decay: &Rational, length: &Rational) -> State<T> {
        let [theta, turned] = [&self.plane.vector, &self.plane.turned].map(|vector| carried::<T>(vector));
        let [learning_rate, weight_decay] = [learning_rate, weight_decay].map(T::from_rational);
        let gradient = scaled(&turned, &T::from_rational(length));
        let kept = T::one() - T::integer(2) * &learning_rate * &weight_decay;
        let next = moved(&theta, &gradient, &learning_rate, &kept);
        let squared_gradient = squared_norm(&gradient);
        let push = learning_rate.squared() * &squared_gradient;
        State { turn: Turn::of(&theta, &next, kept, push), learning_rate, weight_decay, squared_gradient }
    }

    /// At a fixed learning rate: `2 eta gamma = 1 - cos`, `eta |g| = sin r`.
    pub(super) fn fixed_rate<T: Field>(&self) -> State<T> {
        let [cosine, sine] = &self.angle;
        let weight_decay = Rational::from(1 - cosine) / Rational::from(&self.rate * 2);
        self.step(&self.rate, &weight_decay, &Rational::from(sine / &self.rate))
    }

    /// At a fixed effective rate: `eta = eps r^2`, `2 eps gamma r^2 = 1 - cos`, `eps rho = sin`.
    pub(super) fn fixed_effective_rate<T: Field>(&self) -> State<T> {
        let learning_rate = self.learning_rate();
        let weight_decay = self.decay_at_effective_rate();
        // |g| = rho / r, so that g = (rho / r^2) J theta, and rho = sin / eps.
        self.step(&learning_rate, &weight_decay, &Rational::from(&self.angle[1] / &learning_rate))
    }

    /// `eps r^2`
    pub(super) fn learning_rate(&self) -> Rational {
        &self.rate * self.squared_radius()
    }

    /// `gamma` with `2 eps gamma r^2 = 1 - cos`.
    pub(super) fn decay_at_effective_rate(&self) -> Rational {
        Rational::from(1 - &self.angle[0]) / (self.learning_rate() * Rational::from(2))
    }

    /// Without decay, for `eps rho` = tan: the step on a sphere before the radius is reset.
    pub(super) fn fixed_sphere<T: Field>(&self) -> State<T> {
        let learning_rate = self.learning_rate();
        let tangent = Rational::from(&self.angle[1] / &self.angle[0]);
        self.step(&learning_rate, &Rational::new(), &(tangent / &learning_rate))
    }
}

impl Drawn for Steady {
    fn is_algebraic(&self) -> bool {
        true
    }
    fn describe(&self) -> String {
        let [cosine, sine] = &self.angle;
        format!("steady radius in dimension {}, cos delta = {cosine}, sin delta = {sine}", self.dimension())
    }
    fn numbers(&self) -> Vec<Numbers> {
        vec![
            Numbers::new("theta", self.plane.vector.iter().cloned()),
            Numbers::new("eta or eps", [self.rate.clone()]),
            Numbers::new("cos delta, sin delta", self.angle.iter().cloned()),
        ]
    }
}
