//! `own/exchange-of-units`: a law of a model with tanh, checked by intervals and along the ladder of precisions.

use equipartition::data::Sample;
use equipartition::instances::problem::{Decay, Rates};
use equipartition::instances::{Shape, Situation};
use equipartition::model::{Carrier, Model};
use equipartition::scalar::Real;
use equipartition::verify::{Claim, Class, Draw, Draws, In, Relation, Term, Transcendental, Unjudged, all, control};

/// `l = (u1 tanh(v1 x) + u2 tanh(v2 x) - y)^2`. Parameters: u1, u2, v1, v2.
struct TwoUnits;

impl<T: Real> Model<T> for TwoUnits {
    fn parameter_count(&self) -> usize {
        4
    }

    fn loss_and_gradient(&self, theta: &[T], sample: &Sample<T>, gradient: &mut [T]) -> T {
        let x = &sample.input[0];
        let activities = [2, 3].map(|weight: usize| T::product(&theta[weight], x).tanh());
        let sum = T::product(&theta[0], &activities[0]) + T::product(&theta[1], &activities[1]);
        let residual = sum - &sample.target[0];
        let outer = T::integer(2) * &residual;
        for (unit, activity) in activities.iter().enumerate() {
            let slope = T::one() - activity.squared();
            gradient[unit] = T::product(&outer, activity);
            gradient[2 + unit] = T::product(&outer, &theta[unit]) * slope * x;
        }
        residual.squared()
    }
}

/// The entropic loss does not tell the two units apart.
#[derive(Clone, Copy)]
struct Exchange {
    /// Where the entries of the image are taken from.
    places: [usize; 4],
}

/// `own/exchange-of-units`
pub static EXCHANGE_OF_UNITS: Claim = Claim {
    id: "own/exchange-of-units",
    title: "the units are interchangeable",
    statement: "F(P theta) = F(theta) and grad F(P theta) = P grad F(theta)",
    hypotheses: &["P exchanges the two units, with their weights in and out", "Lambda = eta I"],
    references: &[],
    builds_on: &[],
    law: &[all(&Transcendental(Exchange { places: [1, 0, 3, 2] }))],
    controls: &[control(
        "half-an-exchange",
        "only the weights in are exchanged",
        &Transcendental(Exchange { places: [0, 1, 3, 2] }),
    )],
};

impl Draws for Exchange {
    type Instance = Situation;

    fn draw(&self, draw: &mut Draw) -> Result<Situation, Unjudged> {
        // Few-bit numbers coincide now and then, and the control does not fail for two units with the same weight in.
        let class = if draw.is_law() { draw.turn() } else { Class::Generic };
        let shape = Shape { parameters: 4, inputs: 1, targets: 1 };
        Ok(Situation::draw(draw, class, shape, Rates::Scalar, Decay::Positive))
    }
}

impl<T: Real + Carrier> In<T> for Exchange {
    fn relations(&self, situation: &Situation) -> Result<Vec<Relation<T>>, Unjudged> {
        let point = situation.at::<T>(TwoUnits)?;
        let objective = point.objective();
        let exchanged = |vector: &[T]| self.places.map(|place| vector[place].clone()).to_vec();
        let image = exchanged(&point.theta);
        Ok(vec![
            Relation::equality(
                "value",
                vec![Term::scalar("F(P theta)", objective.entropic_loss(&image))],
                vec![Term::scalar("F(theta)", objective.entropic_loss(&point.theta))],
            ),
            Relation::equality(
                "gradient",
                vec![Term::vector("grad F(P theta)", objective.entropic_gradient(&image))],
                vec![Term::vector("P grad F(theta)", exchanged(&objective.entropic_gradient(&point.theta)))],
            ),
        ])
    }
}
