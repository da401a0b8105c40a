//! `ideal-gas/turning-angle`: the angle of a step is fixed by decay and radius, and its mean in a stationary state by decay alone.
//!
//! ```text
//! cos delta = c r / r',   tan delta = eta |g| / (c r),   prod cos delta = (prod c) r_0 / r_T,   E ln cos delta = ln(1 - 2 eta gamma)
//! ```
//!
//! `delta` is the angle between theta and theta', `r` and `r'` are their norms, `c = 1 - 2 eta gamma > 0`; E is the mean over a stationary state at a fixed
//! learning rate. Sources: [`SPHERICAL_MOTION`], [`IDEAL_GAS`]; the laws at finite steps are derived in the proofs.

use super::drawing::small_vector;
use super::optimisers::{Optimiser, Path};
use super::periodic::Orbit;
use super::stationary_angles::{self, MeanAngle};
use super::steady::Steady;
use super::turn::{Turn, product_of_cosines};
use super::{IDEAL_GAS, SPHERICAL_MOTION};
use crate::linalg::products::{dot, squared_norm};
use crate::scalar::{Branch, Rational};
use crate::verify::{
    Claim, Draw, Drawn, Draws, Exact, In, Independent, Numbers, Part, Relation, Stream, Transcendental, Unjudged,
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

pub(super) const LAW: TurningAngle = TurningAngle { steps: Steps::Descent, without_decay: false };

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
        "stationary states are periodic orbits of descent at a fixed rate, whose points have equal weights, a step of r'^2 = c^2 (1 + w^2) r^2 with w = eta |g| / (c r); a law on 0 < r < infinity needs no moment, by the proof",
        "where rho = r |g| is constant: tan delta = eps rho on a fixed sphere without decay, sin delta = eps rho at a fixed effective rate, cos delta = 1 - 2 eta gamma at a fixed rate, the last two at the steady radius",
    ],
    references: &[SPHERICAL_MOTION, IDEAL_GAS],
    builds_on: &[],
    law: &[
        Part { check: &Independent(Transcendental(MeanAngle::LAW)), number: of_mean },
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
            &Transcendental(MeanAngle::FIRST_ORDER),
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
    let inner: Rational = dot(&path.theta, &path.samples[0].input);
    inner.square() / squared_norm::<Rational>(&path.theta)
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
            Instance::Orbit(orbit) => Ok(stationary_angles::of_orbit(orbit)),
            Instance::Steady(steady) => Ok(stationary_angles::of_steady(steady)),
        }
    }
}
