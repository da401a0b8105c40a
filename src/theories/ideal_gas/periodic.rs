//! Periodic orbits of descent at a fixed learning rate: rational, with turning angles that fluctuate.
//!
//! With `eta g = -c w J theta`, `J` the quarter turn of a plane, a step multiplies the radius by `c sqrt(1 + w^2)`. For `w = (s^2 - 1)/(2s)` the root is
//! the rational `a = (s^2 + 1)/(2s)`. Two such values with `c^2 a_1 a_2 = 1`, each taken once to the left and once to the right, close an orbit of four
//! steps. Its points with equal weights are a stationary state of a loss whose samples have these gradients there.

use super::drawing::{Plane, carried, moved, scaled};
use super::turn::Turn;
use crate::linalg::products::squared_norm;
use crate::scalar::{Field, Rational};
use crate::verify::{Drawn, Numbers, Stream};

/// `s_1`, `s_2` with a product `a_1 a_2` that is the square of a rational: numerators and denominators.
const PAIRS: [[(i64, i64); 2]; 12] = [
    [(13, 9), (5, 1)],
    [(5, 1), (8, 1)],
    [(15, 8), (3, 1)],
    [(13, 9), (8, 1)],
    [(9, 8), (5, 2)],
    [(5, 2), (29, 2)],
    [(20, 9), (13, 4)],
    [(37, 16), (13, 4)],
    [(19, 17), (19, 9)],
    [(20, 9), (37, 16)],
    [(32, 9), (13, 1)],
    [(9, 1), (32, 1)],
];

/// One step: to the left or to the right, by the angle with this `s`.
#[derive(Clone)]
struct Kick {
    s: Rational,
    left: bool,
}

/// An orbit of descent at a fixed learning rate.
pub(super) struct Orbit {
    plane: Plane,
    pub(super) learning_rate: Rational,
    /// `c`
    pub(super) kept: Rational,
    kicks: Vec<Kick>,
}

/// `a = (s^2 + 1)/(2s)`
fn stretch(s: &Rational) -> Rational {
    Rational::from(s.square_ref()) / Rational::from(s * 2) + Rational::from(s * 2).recip()
}

/// `w = (s^2 - 1)/(2s)`
fn tangent(s: &Rational) -> Rational {
    Rational::from(s.square_ref()) / Rational::from(s * 2) - Rational::from(s * 2).recip()
}

/// The root of the square of a rational.
fn root(square: &Rational) -> Rational {
    let (numerator, denominator) = square.clone().into_numer_denom();
    let root = Rational::from((numerator.sqrt(), denominator.sqrt()));
    assert_eq!(root.clone().square(), *square, "the square of a rational");
    root
}

impl Orbit {
    /// Draws an orbit with two angles, or where `constant` is asked for, with one.
    pub(super) fn draw(stream: &mut Stream, constant: bool) -> Self {
        let pair = stream.pick(&PAIRS).map(Rational::from);
        let [first, second] = if constant { [pair[0].clone(), pair[0].clone()] } else { pair };
        let kept = if constant { stretch(&first).recip() } else { root(&(stretch(&first) * stretch(&second))).recip() };
        let kicks: Vec<Kick> = [(&first, true), (&first, false), (&second, true), (&second, false)]
            .map(|(s, left)| Kick { s: s.clone(), left })
            .into();
        let kicks = stream.permutation(4).into_iter().map(|place| kicks[place].clone()).collect();
        Orbit { plane: Plane::draw(stream), learning_rate: stream.positive(), kept, kicks }
    }

    /// `gamma`
    pub(super) fn weight_decay(&self) -> Rational {
        Rational::from(1 - &self.kept) / Rational::from(&self.learning_rate * 2)
    }

    /// `|theta'| / (c |theta|)` at every step.
    pub(super) fn stretches(&self) -> Vec<Rational> {
        self.kicks.iter().map(|kick| stretch(&kick.s)).collect()
    }

    /// The steps, and the last point less the first.
    pub(super) fn follow<T: Field>(&self) -> (Vec<Turn<T>>, [Vec<T>; 2]) {
        let [start, start_turned] = [&self.plane.vector, &self.plane.turned].map(|vector| carried::<T>(vector));
        let kept = T::from_rational(&self.kept);
        let (mut theta, mut turned) = (start.clone(), start_turned);
        let mut turns = Vec::new();
        for kick in &self.kicks {
            let w = T::from_rational(&tangent(&kick.s)) * &kept;
            let w = if kick.left { w } else { -w };
            // eta g
            let push = scaled(&turned, &w);
            let next = moved(&theta, &push, &T::one(), &kept);
            // J of the next point: J J = -1 in the plane.
            turned = moved(&turned, &theta, &-w, &kept);
            turns.push(Turn::of(&theta, &next, kept.clone(), squared_norm(&push)));
            theta = next;
        }
        (turns, [theta, start])
    }
}

impl Drawn for Orbit {
    fn is_algebraic(&self) -> bool {
        true
    }
    fn describe(&self) -> String {
        let angles: Vec<String> = self.kicks.iter().map(|kick| tangent(&kick.s).to_string()).collect();
        format!("periodic orbit in dimension {}, c = {}, tan {}", self.plane.dimension(), self.kept, angles.join(", "))
    }
    fn numbers(&self) -> Vec<Numbers> {
        vec![
            Numbers::new("theta", self.plane.vector.iter().cloned()),
            Numbers::new("eta", [self.learning_rate.clone()]),
            Numbers::new("c", [self.kept.clone()]),
        ]
    }
}
