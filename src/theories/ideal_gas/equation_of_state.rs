//! `ideal-gas/equation-of-state`: the ideal gas law has a factor, which is 1 only in the limit of small angles.
//!
//! ```text
//! p V = R T / cos^2(delta/2),   Z = 1/(1 - eta gamma),   Z = 2/(1 + sqrt(1 - (eps rho)^2))
//! ```
//!
//! at the steady radius for a constant `rho = r |g|`; `Z = p V/(R T)` at a fixed learning rate, and at a fixed effective rate, where a steady radius
//! exists up to `eps rho = 1` only. Sources: [`IDEAL_GAS`], [`SPHERICAL_MOTION`]; the laws at finite steps are derived in the proofs.

use super::drawing::{one, pythagorean};
use super::kicked::Kicked;
use super::mean_volume::Fluctuating;
use super::periodic::Orbit;
use super::regimes::{of_regime, of_steady};
use super::steady::Steady;
use super::{IDEAL_GAS, SPHERICAL_MOTION};
use crate::instances::simulated::Simulated;
use crate::scalar::{Field, Rational};
use crate::verify::{
    Claim, Draw, Drawn, Draws, EVERY_GAP, Exact, In, Independent, Numbers, Part, Relation, Stream, Term, Unjudged,
    control,
};

/// The laws of steady radii, and of the way there.
#[derive(Clone, Copy)]
pub(super) struct EquationOfState {
    says: Says,
}

/// Which of them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Says {
    Law,
    /// `p V = R T`
    Ideal,
    /// `r^2 = eps rho^2 / (4 gamma)`
    FirstOrderRadius,
    /// The radius falls beyond `eps rho = 1`.
    StableBeyond,
}

pub(super) const LAW: EquationOfState = EquationOfState { says: Says::Law };

fn of_averages(index: u64) -> Option<u64> {
    (index % 16 == 6).then_some(index)
}

/// `ideal-gas/equation-of-state`
pub static CLAIM: Claim = Claim {
    id: "ideal-gas/equation-of-state",
    title: "the equation of state at finite steps",
    statement: "rho = r |g| constant, gamma > 0: at the steady radius p V = R T / cos^2(delta / 2); at a fixed rate p V = R T / (1 - eta gamma), at a fixed effective rate p V = 2 R T / (1 + s) and r^2 = (1 - s) / (2 eps gamma) with s = sqrt(1 - (eps rho)^2), \
        a stable radius that exists if and only if eps rho < 1. For a rho that fluctuates, p (1 - eta gamma) E V = R E T at a fixed rate; if E[rho^2 | past] = q, E[r^2] = eta q / (4 gamma (1 - eta gamma)) E[1/r^2], so E[r^2]^2 >= eta q / (4 gamma (1 - eta gamma))",
    hypotheses: &[
        "p = 2 gamma, V = r^2/2, p V = Z R T, R T = eta |g|^2/4 with the actual step eta, which is eps r^2 at a fixed effective rate; 0 < eta gamma < 1, and 0 < delta < pi/2 where rho is constant",
        "for x = 2 eps gamma r^2 at a fixed effective rate x' = x ((1 - x)^2 + (eps rho)^2): it rises to 1 - s from below and falls from above up to 1 + s; beyond 1 + s it grows, and for eps rho > 1 everywhere",
        "at eps rho = 1 there is one radius, x = 1, approached from below only; gamma = 0 has no steady radius, and is not drawn",
        "the averages are over a stationary state at a fixed rate with E r^2 finite: exact on periodic orbits, from long runs of the radius alone, as isotropic normal noise in dimension 3 or 5 drives it, with r_s^4 = eta q / (4 gamma (1 - eta gamma))",
    ],
    references: &[IDEAL_GAS, SPHERICAL_MOTION],
    builds_on: &["ideal-gas/turning-angle"],
    law: &[
        Part { check: &Simulated(Fluctuating::LAW), number: of_averages },
        Part { check: &Independent(Exact(LAW)), number: Some },
    ],
    controls: &[
        control("ideal", "p V = R T", &Exact(EquationOfState { says: Says::Ideal })),
        control(
            "first-order-radius",
            "r^2 = eps rho^2 / (4 gamma)",
            &Exact(EquationOfState { says: Says::FirstOrderRadius }),
        ),
        control(
            "beyond-critical",
            "a radius that falls, for eps rho = 1.01",
            &Exact(EquationOfState { says: Says::StableBeyond }),
        ),
        control(
            "deterministic-radius",
            "E r^2 = r_s^2 for a rho that fluctuates",
            &Simulated(Fluctuating::DETERMINISTIC),
        ),
    ],
};

/// A steady point, a path at a fixed effective rate, or a periodic orbit.
pub(super) enum Instance {
    Steady(Steady),
    Kicked { path: Kicked, root: Option<Rational> },
    Orbit(Orbit),
}

impl Instance {
    fn drawn(&self) -> &dyn Drawn {
        match self {
            Instance::Steady(steady) => steady,
            Instance::Kicked { path, .. } => path,
            Instance::Orbit(orbit) => orbit,
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

/// A path of three steps for a constant rho, from all parts of the half-line in turn, below, at and beyond the critical rate.
fn kicked(stream: &mut Stream, number: u64) -> Instance {
    let [cosine, sine] = pythagorean(stream);
    let share = Rational::from((stream.integer(1, 31), 16));
    let upper = Rational::from(&cosine + 1);
    let lower = Rational::from(1 - &cosine);
    let near = Rational::from((1, 1 << 16));
    let (root, kick, start, what) = match number % 8 {
        0 => (Some(cosine), sine, upper + Rational::from((1, stream.integer(2, 64))), "beyond the basin"),
        1 => (Some(cosine), sine, share / 2 * lower, "below the steady radius"),
        2 => (None, Rational::from(1), share, "critical"),
        4 => (Some(cosine), sine, if share < 1 { lower - near } else { lower + near }, "near the steady radius"),
        6 => (None, 1 + stream.positive() / 64, share, "beyond critical"),
        3 => (Some(cosine), sine, Rational::from(&upper - &lower) * share / 2 + lower, "above the steady radius"),
        _ => (Some(cosine), sine, share / 2 * upper, ""),
    };
    let mut path = Kicked::draw(stream, start, vec![kick; 3]);
    path.what = what;
    Instance::Kicked { path, root }
}

impl Draws for EquationOfState {
    type Instance = Instance;

    fn draw(&self, draw: &mut Draw) -> Result<Instance, Unjudged> {
        let mut stream = draw.own();
        Ok(match (self.says, draw.index % 4) {
            (Says::Law, 1 | 3) => kicked(&mut stream, draw.index / 2),
            (Says::Law, 2) => Instance::Orbit(Orbit::draw(&mut stream, draw.index % 32 == 18)),
            (Says::StableBeyond, _) => {
                let start = Rational::from((stream.integer(1, 31), 16));
                let path = Kicked::draw(&mut stream, start, vec![Rational::from((101, 100))]);
                Instance::Kicked { path, root: Some(Rational::new()) }
            }
            _ => Instance::Steady(Steady::draw(&mut stream)),
        })
    }
}

impl<T: Field> In<T> for EquationOfState {
    fn relations(&self, instance: &Instance) -> Result<Vec<Relation<T>>, Unjudged> {
        Ok(match instance {
            Instance::Steady(steady) => match self.says {
                Says::Ideal => vec![of_regime("the ideal gas at a fixed rate", &steady.fixed_rate(), &T::one())],
                Says::FirstOrderRadius => {
                    let state = steady.fixed_effective_rate::<T>();
                    let rate = T::from_rational(&steady.rate);
                    let radius =
                        state.turn.push.clone() / &state.turn.start / (rate * &state.weight_decay * T::integer(4));
                    vec![Relation::equality(
                        "the steady radius, to first order",
                        one("r^2", state.turn.start.clone()),
                        one("eps rho^2 / (4 gamma)", radius),
                    )]
                }
                _ => of_steady(steady),
            },
            Instance::Kicked { path, root } => of_path(path, root.as_ref(), self.says),
            Instance::Orbit(orbit) => vec![time_averages(orbit)],
        })
    }
}

/// The way of x, with the root s where there is one.
fn of_path<T: Field>(path: &Kicked, root: Option<&Rational>, says: Says) -> Vec<Relation<T>> {
    let known = path.follow::<Rational>();
    let mut relations = Vec::new();
    for (number, (step, exact)) in path.follow::<T>().into_iter().zip(&known).enumerate() {
        let detail = format!("step {number}");
        let before = |label: &'static str| Term::scalar(label, step.before.clone());
        let after = |label: &'static str| Term::scalar(label, step.after.clone());
        let less = |kind: &'static str, left, right| {
            Relation::less((kind, detail.as_str()), left, right).resolved_to(EVERY_GAP)
        };
        if says == Says::StableBeyond {
            relations.push(less("x falls", after("x'"), before("x")));
            continue;
        }
        relations.push(step.map(&detail));
        let Some(root) = root else {
            let kind = "x does not fall at and beyond the critical rate";
            relations.push(Relation::at_most((kind, detail.as_str()), before("x"), after("x'")));
            continue;
        };
        let [lower, upper] = [Rational::from(1 - root), Rational::from(1 + root)];
        let fixed = |label: &'static str, value: &Rational| Term::scalar(label, T::from_rational(value));
        if exact.before < lower {
            relations.push(less("below 1 - s it rises", before("x"), after("x'")));
            relations.push(less("and stays below", after("x'"), fixed("1 - s", &lower)));
        } else if lower < exact.before && exact.before < upper {
            relations.push(less("above 1 - s it falls", after("x'"), before("x")));
            relations.push(less("and stays in the basin", after("x'"), fixed("1 + s", &upper)));
            relations.push(Relation::positive(("and above 0", detail.as_str()), after("x'")).resolved_to(EVERY_GAP));
        } else if upper < exact.before {
            relations.push(less("beyond 1 + s it grows", before("x"), after("x'")));
        }
    }
    relations
}

/// `p (1 - eta gamma) E V = R E T` over a periodic orbit.
fn time_averages<T: Field>(orbit: &Orbit) -> Relation<T> {
    let (turns, _) = orbit.follow::<T>();
    let [rate, weight_decay] = [&orbit.learning_rate, &orbit.weight_decay()].map(|number| T::from_rational(number));
    let share = T::ratio(1, turns.len() as i64);
    let (mut volume, mut heat) = (T::zero(), T::zero());
    for turn in &turns {
        volume += T::product(&turn.start, &share) / T::integer(2);
        heat += turn.push.clone() * &share / (T::integer(4) * &rate);
    }
    let factor = T::integer(2) * &weight_decay * (T::one() - rate * &weight_decay);
    Relation::equality(
        "averages in a stationary state",
        one("p (1 - eta gamma) E V", factor * volume),
        one("R E T", heat),
    )
}
