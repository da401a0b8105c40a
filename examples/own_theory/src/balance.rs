//! `own/quadratic-balance`: a law of a polynomial model, checked exactly in the rationals.

use equipartition::data::Sample;
use equipartition::instances::problem::{Decay, Rates};
use equipartition::instances::{Shape, Situation};
use equipartition::model::{Carrier, Model};
use equipartition::scalar::Field;
use equipartition::verify::{Claim, Class, Draw, Draws, Exact, In, Relation, Term, Unjudged, all, control};
use std::ops::Range;

/// `l = (u phi(v . x) - y)^2` with `phi(a) = a^2`, or for a control with `phi(a) = a^2 + a`. Parameters: u, then v.
struct Unit {
    homogeneous: bool,
}

const INPUTS: usize = 2;

impl<T: Field> Model<T> for Unit {
    fn parameter_count(&self) -> usize {
        1 + INPUTS
    }

    fn loss_and_gradient(&self, theta: &[T], sample: &Sample<T>, gradient: &mut [T]) -> T {
        let (u, v) = (&theta[0], &theta[1..]);
        let mut sum = T::zero();
        for (weight, entry) in v.iter().zip(&sample.input) {
            sum += T::product(weight, entry);
        }
        let (mut value, mut slope) = (sum.squared(), T::integer(2) * &sum);
        if !self.homogeneous {
            value += &sum;
            slope += T::one();
        }
        let residual = T::product(u, &value) - &sample.target[0];
        let outer = T::integer(2) * &residual;
        gradient[0] = T::product(&outer, &value);
        for (entry, x) in gradient[1..].iter_mut().zip(&sample.input) {
            *entry = T::product(&outer, u) * &slope * x;
        }
        residual.squared()
    }
}

/// The balance law of the unit. Its fields are what controls change.
#[derive(Clone, Copy)]
struct Balance {
    degree: i64,
    homogeneous: bool,
}

const LAW: Balance = Balance { degree: 2, homogeneous: true };

/// `own/quadratic-balance`
pub static QUADRATIC_BALANCE: Claim = Claim {
    id: "own/quadratic-balance",
    title: "balance of a quadratic unit",
    statement: "E|g_v|^2 - 2 E g_u^2 = (4 gamma / eta) (|v|^2 - 2 u^2) - (2/eta) (A theta)^T grad F, A theta = (-2 u, v)",
    hypotheses: &["l = (u (v . x)^2 - y)^2", "Lambda = eta I"],
    references: &[],
    builds_on: &[],
    law: &[all(&Exact(LAW))],
    controls: &[
        control("wrong-degree", "degree 1 in place of 2", &Exact(Balance { degree: 1, ..LAW })),
        control("not-homogeneous", "phi(a) = a^2 + a", &Exact(Balance { homogeneous: false, ..LAW })),
    ],
};

impl Draws for Balance {
    type Instance = Situation;

    fn draw(&self, draw: &mut Draw) -> Result<Situation, Unjudged> {
        // A polynomial has nothing transcendental: the smooth turn is one more generic one.
        let class = if draw.turn() == Class::Awkward { Class::Awkward } else { Class::Generic };
        let shape = Shape { parameters: 1 + INPUTS, inputs: INPUTS, targets: 1 };
        Ok(Situation::draw(draw, class, shape, Rates::Scalar, Decay::Positive))
    }
}

impl<T: Carrier> In<T> for Balance {
    fn relations(&self, situation: &Situation) -> Result<Vec<Relation<T>>, Unjudged> {
        let degree = T::integer(self.degree);
        let point = situation.at::<T>(Unit { homogeneous: self.homogeneous })?;
        let objective = point.objective();
        let rate: T = situation.learning_rate();
        let decay_factor = T::integer(4) * &point.weight_decay / &rate;

        // Mean squares of the gradients' blocks, squares of the parameters', and the gradient of F along A theta.
        let (u, v) = (0..1, 1..1 + INPUTS);
        let noise = |block: &Range<usize>| {
            objective.data.mean(|sample| square(&objective.model.gradient(&point.theta, sample)[block.clone()]))
        };
        let decay = |block: &Range<usize>| T::product(&decay_factor, &square(&point.theta[block.clone()]));
        let force = objective.entropic_gradient(&point.theta);
        let mut along = -(T::product(&degree, &point.theta[0]) * &force[0]);
        for index in v.clone() {
            along += T::product(&point.theta[index], &force[index]);
        }

        let law = Relation::equality(
            "balance",
            vec![Term::scalar("E|g_v|^2", noise(&v)), Term::scalar("-2 E g_u^2", -(T::product(&degree, &noise(&u))))],
            vec![
                Term::scalar("(4 gamma / eta) |v|^2", decay(&v)),
                Term::scalar("-(8 gamma / eta) u^2", -(T::product(&degree, &decay(&u)))),
                Term::scalar("-(2/eta) (A theta)^T grad F", T::integer(-2) / &rate * along),
            ],
        );
        Ok(vec![law])
    }
}

fn square<T: Field>(entries: &[T]) -> T {
    entries.iter().fold(T::zero(), |sum, entry| sum + entry.squared())
}
