//! `ideal-gas/turning-angle`: the angle of a step is fixed by decay and radius, and its mean in a stationary state by decay alone.
//!
//! ```text
//! cos delta = c r / r',   tan delta = eta |g| / (c r),   prod cos delta = (prod c) r_0 / r_T,   E ln cos delta = ln(1 - 2 eta gamma)
//! ```
//!
//! `delta` is the angle between theta and theta', `r` and `r'` are their norms, `c = 1 - 2 eta gamma > 0`; E is the mean over a stationary state at a fixed
//! learning rate. Sources: [`SPHERICAL_MOTION`], [`IDEAL_GAS`]; the laws at finite steps are derived in the proofs.

use super::drawing::{one, small_vector};
use super::optimisers::{Optimiser, Path};
use super::periodic::Orbit;
use super::steady::Steady;
use super::turn::{Turn, product_of_cosines};
use super::{IDEAL_GAS, SPHERICAL_MOTION};
use crate::scalar::{Branch, Field, Rational, Real};
use crate::verify::{
    Claim, Draw, Drawn, Draws, Exact, In, Independent, Numbers, Part, Relation, Stream, Term, Transcendental, Unjudged,
    control,
};

/// The laws of a path.
#[derive(Clone, Copy)]
pub(super) struct TurningAngle {
    steps: Steps,
    /// Whether the decay is left out of the product.
    without_decay: bool,
}

/// What the steps of a path are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Steps {
    /// Descent at a fixed rate or effective rate, with periodic orbits and steady radii.
    Descent,
    /// Descent at a fixed rate that keeps between 1/2 and 31/32 of theta.
    Decaying,
    /// Under a loss that is not scale-invariant.
    Shifted,
    HeavyBall,
    Sign,
}

/// The mean angle of a periodic orbit.
#[derive(Clone, Copy)]
pub(super) struct MeanAngle {
    first_order: bool,
}

pub(super) const LAW: TurningAngle = TurningAngle { steps: Steps::Descent, without_decay: false };
const MEAN: MeanAngle = MeanAngle { first_order: false };

fn of_mean(index: u64) -> Option<u64> {
    (index % 16 == 5).then_some(index)
}

/// `ideal-gas/turning-angle`
pub static CLAIM: Claim = Claim {
    id: "ideal-gas/turning-angle",
    title: "the turning angle of scale-invariant weights",
    statement: "l(a theta) = l(theta) for a > 0, theta' = c theta - eta g: cos delta = c r / r', tan delta = eta |g| / (c r), prod cos delta = (prod c) r_0 / r_T along a path; \
        in a stationary state at a fixed learning rate E ln cos delta = ln(1 - 2 eta gamma), so E delta <= arccos c, E cos delta >= c, E tan^2 delta >= 1/c^2 - 1",
    hypotheses: &[
        "theta is not 0 along the path; c = 1 - 2 eta gamma > 0 at every step, and where it is negative cos delta = c r / r' and the product keep their signs, tan^2 delta its value; c = 0 is left out",
        "any batches, noise and dimension; the rate may change from step to step: eta = eps r^2 at a fixed effective rate, in gradient and decay",
        "the inequalities are equalities if and only if delta is constant",
        "stationary states are periodic orbits of descent at a fixed rate, whose points have equal weights; a law on 0 < r < infinity needs no moment, by the proof",
        "where rho = r |g| is constant: tan delta = eps rho on a fixed sphere without decay, sin delta = eps rho at a fixed effective rate, cos delta = 1 - 2 eta gamma at a fixed rate, the last two at the steady radius",
    ],
    references: &[SPHERICAL_MOTION, IDEAL_GAS],
    law: &[
        Part { check: &Independent(Transcendental(MEAN)), number: of_mean },
        Part { check: &Independent(Exact(LAW)), number: Some },
    ],
    controls: &[
        control(
            "epsilon-in-norm",
            "|theta|^2 + epsilon in the loss",
            &Exact(TurningAngle { steps: Steps::Shifted, ..LAW }),
        ),
        control(
            "without-decay",
            "c left out of the product",
            &Exact(TurningAngle { steps: Steps::Decaying, without_decay: true }),
        ),
        control("momentum", "heavy-ball steps", &Exact(TurningAngle { steps: Steps::HeavyBall, ..LAW })),
        control(
            "sign",
            "steps of sign descent, which are Adam's first",
            &Exact(TurningAngle { steps: Steps::Sign, ..LAW }),
        ),
        control(
            "first-order",
            "E delta^2 = 4 eta gamma for a gradient that fluctuates",
            &Transcendental(MeanAngle { first_order: true }),
        ),
    ],
};

/// A path, or what is stationary.
pub(super) enum Instance {
    Path(Path),
    Orbit(Orbit),
    Steady(Steady),
}

impl Instance {
    fn drawn(&self) -> &dyn Drawn {
        match self {
            Instance::Path(path) => path,
            Instance::Orbit(orbit) => orbit,
            Instance::Steady(steady) => steady,
        }
    }
}

impl Drawn for Instance {
    fn is_algebraic(&self) -> bool {
        true
    }
    fn describe(&self) -> String {
        self.drawn().describe()
    }
    fn numbers(&self) -> Vec<Numbers> {
        self.drawn().numbers()
    }
}

/// A path of descent at one of the rates; every fourth is awkward.
fn descent(stream: &mut Stream, number: u64) -> Path {
    loop {
        let steps = 1 + stream.below(3);
        let mut path = Path::draw(stream, steps);
        if stream.coin() {
            path.optimiser = Optimiser::FixedEffectiveRate;
        }
        match number % 16 {
            // c < 0
            3 => path.weight_decay = Rational::from(1) / &path.rate,
            7 => path.weight_decay = Rational::new(),
            // No gradient along the first step: the target is reached.
            11 => path.samples[0].target = reached(&path),
            15 => path.theta = vec![path.theta[0].clone(); path.theta.len()],
            _ => {}
        }
        if path.is_defined() {
            return path;
        }
    }
}

fn reached(path: &Path) -> Rational {
    let inner: Rational = crate::linalg::products::dot(&path.theta, &path.samples[0].input);
    inner.square() / crate::linalg::products::squared_norm::<Rational>(&path.theta)
}

/// A path of steps that are none of descent, or of descent with decay.
fn broken(stream: &mut Stream, steps: Steps) -> Path {
    loop {
        let count = if steps == Steps::HeavyBall { 2 } else { 1 };
        let mut path = Path::draw(stream, count);
        let dimension = path.theta.len();
        path.theta = small_vector(stream, dimension);
        path.weight_decay = Rational::from((stream.integer(1, 16), 64)) / &path.rate;
        path.momentum = Rational::from((stream.integer(4, 7), 8));
        match steps {
            Steps::Descent | Steps::Decaying => {}
            Steps::Shifted => path.loss.shift = stream.positive(),
            Steps::HeavyBall => path.optimiser = Optimiser::HeavyBall,
            Steps::Sign => path.optimiser = Optimiser::Sign,
        }
        if path.is_defined() && (steps == Steps::Decaying || path.leaves_the_tangent()) {
            return path;
        }
    }
}

impl Draws for TurningAngle {
    type Instance = Instance;

    fn draw(&self, draw: &mut Draw) -> Result<Instance, Unjudged> {
        let mut stream = draw.own();
        Ok(match (self.steps, draw.index % 4) {
            (Steps::Descent, 1) => Instance::Orbit(Orbit::draw(&mut stream, draw.index % 32 == 17)),
            (Steps::Descent, 2) => Instance::Steady(Steady::draw(&mut stream)),
            (Steps::Descent, _) => Instance::Path(descent(&mut stream, draw.index / 2)),
            (steps, _) => Instance::Path(broken(&mut stream, steps)),
        })
    }
}

impl<T: Branch> In<T> for TurningAngle {
    fn relations(&self, instance: &Instance) -> Result<Vec<Relation<T>>, Unjudged> {
        match instance {
            Instance::Path(path) => {
                let turns: Vec<Turn<T>> = path.follow::<T>().iter().map(|passed| passed.turn()).collect();
                let kept = |turn: &Turn<T>| if self.without_decay { T::one() } else { turn.kept.clone() };
                let mut relations = vec![product_of_cosines(&turns, kept)];
                if self.steps == Steps::Descent {
                    relations.extend(turns.iter().enumerate().flat_map(|(number, turn)| turn.laws(number)));
                }
                Ok(relations)
            }
            Instance::Orbit(orbit) => Ok(of_orbit(orbit)),
            Instance::Steady(steady) => Ok(of_steady(steady)),
        }
    }
}

/// The laws of a periodic orbit.
fn of_orbit<T: Field>(orbit: &Orbit) -> Vec<Relation<T>> {
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
fn of_steady<T: Field>(steady: &Steady) -> Vec<Relation<T>> {
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
