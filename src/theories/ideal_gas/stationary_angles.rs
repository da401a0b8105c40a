//! The turning angles of stationary states: periodic orbits, and steady radii of a constant rho.

use super::drawing::one;
use super::periodic::Orbit;
use super::steady::Steady;
use super::turn::{Turn, product_of_cosines};
use crate::scalar::{Field, Real};
use crate::verify::{Draw, Draws, In, Relation, Term, Unjudged};

/// The laws of a periodic orbit.
pub(super) fn of_orbit<T: Field>(orbit: &Orbit) -> Vec<Relation<T>> {
    let (turns, [end, start]) = orbit.follow::<T>();
    let count = turns.len() as i64;
    let mean = |values: Vec<T>| {
        let mut sum = T::zero();
        for value in values {
            sum += value;
        }
        sum / T::integer(count)
    };
    let kept = T::from_rational(&orbit.kept);
    let mut cosines = T::one();
    for turn in &turns {
        cosines *= turn.squared_cosine();
    }
    let stretches: Vec<T> = orbit.stretches().iter().map(T::from_rational).collect();
    // r r' = c a r^2
    let cosine = |(turn, stretch): (&Turn<T>, &T)| turn.inner.clone() / (T::product(&kept, stretch) * &turn.start);
    let known = turns.iter().zip(&stretches);
    let mut relations = vec![
        Relation::equality(
            "the orbit is closed",
            vec![Term::vector("theta_T", end)],
            vec![Term::vector("theta_0", start)],
        ),
        Relation::equality(
            "a step multiplies the radius by c sqrt(1 + w^2)",
            vec![Term::vector("r'^2", turns.iter().map(|turn| turn.end.clone()).collect())],
            vec![Term::vector(
                "c^2 (1 + w^2) r^2",
                known.clone().map(|(turn, stretch)| T::product(&kept, stretch).squared() * &turn.start).collect(),
            )],
        ),
        Relation::equality(
            "product of cosines in a stationary state",
            one("prod cos^2 delta", cosines),
            one("c^(2T)", kept.powi(2 * turns.len() as i32)),
        ),
        Relation::at_most(
            "mean cosine in a stationary state",
            Term::scalar("c", kept.clone()),
            Term::scalar("E cos delta", mean(known.map(cosine).collect())),
        ),
        Relation::at_most(
            "mean squared tangent in a stationary state",
            Term::scalar("1/c^2 - 1", T::one() / kept.squared() - T::one()),
            Term::scalar("E tan^2 delta", mean(turns.iter().map(Turn::squared_tangent).collect())),
        ),
        product_of_cosines(&turns, |turn| turn.kept.clone()),
    ];
    relations.extend(turns.iter().enumerate().flat_map(|(number, turn)| turn.laws(number)));
    relations
}

/// The angles for a constant rho.
pub(super) fn of_steady<T: Field>(steady: &Steady) -> Vec<Relation<T>> {
    let [cosine, sine] = [0, 1].map(|part| T::from_rational(&steady.angle[part]));
    let (fixed, effective, sphere) =
        (steady.fixed_rate::<T>(), steady.fixed_effective_rate::<T>(), steady.fixed_sphere::<T>());
    let stays = |kind: &'static str, turn: &Turn<T>| {
        Relation::equality(kind, one("r'^2", turn.end.clone()), one("r^2", turn.start.clone()))
    };
    // (eps rho)^2 = (eps r^2)^2 |g|^2 / r^2
    let squared_rate = |turn: &Turn<T>| turn.push.clone() / &turn.start;
    vec![
        stays("steady radius at a fixed rate", &fixed.turn),
        Relation::equality(
            "angle at a fixed rate",
            one("cos delta", fixed.turn.inner.clone() / &fixed.turn.start),
            vec![
                Term::scalar("1", T::one()),
                Term::scalar("-2 eta gamma", T::integer(-2) * &fixed.learning_rate * &fixed.weight_decay),
            ],
        ),
        stays("steady radius at a fixed effective rate", &effective.turn),
        Relation::equality(
            "angle at a fixed effective rate",
            one("sin^2 delta", T::one() - effective.turn.squared_cosine()),
            one("(eps rho)^2", squared_rate(&effective.turn)),
        ),
        Relation::equality(
            "sine of the angle that was drawn",
            one("sin^2 delta", T::one() - fixed.turn.squared_cosine()),
            one("sin^2", sine.squared()),
        ),
        Relation::equality(
            "angle on a fixed sphere",
            one("tan^2 delta", sphere.turn.squared_tangent()),
            one("(eps rho)^2", squared_rate(&sphere.turn)),
        ),
        Relation::equality(
            "tangent of the angle that was drawn",
            one("tan^2 delta", sphere.turn.squared_tangent()),
            one("tan^2", (sine / cosine).squared()),
        ),
    ]
}

/// The mean angle of a periodic orbit.
#[derive(Clone, Copy)]
pub(super) struct MeanAngle {
    first_order: bool,
}

impl MeanAngle {
    pub(super) const LAW: MeanAngle = MeanAngle { first_order: false };
    /// `E delta^2 = 4 eta gamma`
    pub(super) const FIRST_ORDER: MeanAngle = MeanAngle { first_order: true };
}

impl Draws for MeanAngle {
    type Instance = Orbit;

    fn draw(&self, draw: &mut Draw) -> Result<Orbit, Unjudged> {
        Ok(Orbit::draw(&mut draw.own(), false))
    }
}

impl<T: Real> In<T> for MeanAngle {
    fn relations(&self, orbit: &Orbit) -> Result<Vec<Relation<T>>, Unjudged> {
        let (turns, _) = orbit.follow::<T>();
        let share = T::ratio(1, turns.len() as i64);
        let kept = T::from_rational(&orbit.kept);
        let (mut angle, mut square, mut logarithm) = (T::zero(), T::zero(), T::zero());
        for turn in &turns {
            let delta = turn.squared_tangent().sqrt().atan();
            square += delta.squared() * &share;
            angle += delta * &share;
            logarithm += turn.squared_cosine().ln() * &share / T::integer(2);
        }
        if self.first_order {
            let rates = T::from_rational(&orbit.learning_rate) * T::from_rational(&orbit.weight_decay());
            return Ok(vec![Relation::equality(
                "mean squared angle, to first order",
                one("E delta^2", square),
                one("4 eta gamma", T::integer(4) * rates),
            )]);
        }
        let constant = ((T::one() - kept.squared()).sqrt() / &kept).atan();
        Ok(vec![
            Relation::equality(
                "mean logarithm in a stationary state",
                one("E ln cos delta", logarithm),
                one("ln(1 - 2 eta gamma)", kept.ln()),
            ),
            Relation::at_most(
                "mean angle in a stationary state",
                Term::scalar("E delta", angle),
                Term::scalar("arccos c", constant),
            ),
        ])
    }
}
