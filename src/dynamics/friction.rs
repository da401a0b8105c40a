//! Descent with momentum beside the field with friction that it is the central difference of (`cosmology/exact-scheme`).
//!
//! A bowl of four modes in a basis of its own: the optimiser makes steps along whole gradients, and the field `phi'' + G phi' + A phi = 0` is integrated by the
//! classical Runge-Kutta method; both start at the same point at rest, the optimiser with `th+ = th-`. What each mode does is seen by projection.
//!
//! Then single modes over the whole range of stable step sizes, each long enough to tell how fast it decays, and by what angle it turns in a step: from its size and from
//! how often it changes its sign, beside the roots of both polynomials.

use super::refusal::{Refusal, require};
use crate::closed_form::friction;
use std::f64::consts::PI;
use std::fmt;

/// Modes of the bowl.
pub const MODES: usize = 4;
/// Step sizes of single modes.
pub const PULLS: usize = 72;
/// Steps of the integrator in one of the optimiser.
const SUBSTEPS: usize = 64;
/// Nearer to a threshold than this the kind of a mode takes too long to tell.
pub const RESOLVED: f64 = 0.01;

/// What is run. Only `eta mu` and the momentum matter.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// `beta`
    pub momentum: f64,
    /// `eta mu` of the modes of the bowl.
    pub pulls: [f64; MODES],
    /// Steps of the path in the bowl.
    pub steps: usize,
    /// Steps of each single mode.
    pub sweep_steps: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { momentum: 0.09, pulls: [0.2, 0.45, 1.2, 1.9], steps: 24, sweep_steps: 4000 }
    }
}

impl Settings {
    /// # Errors
    /// The first setting that is out of range.
    pub fn validate(&self) -> Result<(), Refusal> {
        let momentum = self.momentum;
        require((0.0..=0.99).contains(&momentum), "the momentum", &momentum, "a number from 0 to 0.99")?;
        let limit = friction::limit_of_stability(&momentum);
        for pull in self.pulls {
            let is_stable = pull.is_normal() && pull > 0.0 && pull < limit;
            let expected = "a positive number below the limit of stability 2 (1 + beta)";
            require(is_stable, "eta mu of a mode", &pull, expected)?;
            let is_apart = self.thresholds().iter().all(|threshold| (pull - threshold).abs() > 1e-6);
            require(is_apart, "eta mu of a mode", &pull, "none of the thresholds, where two roots are one")?;
        }
        require((4..=1000).contains(&self.steps), "the number of steps", &self.steps, "4 to 1000")?;
        let expected = "1000 to 10^7";
        require(
            (1000..=10_000_000).contains(&self.sweep_steps),
            "the steps of a single mode",
            &self.sweep_steps,
            expected,
        )
    }

    /// The field's threshold, and both of the optimiser.
    pub fn thresholds(&self) -> [f64; 3] {
        let [low, high] = friction::window(&self.momentum.sqrt());
        [friction::threshold_of_field(&self.momentum), low, high]
    }

    /// The limit of stability of `eta mu`.
    pub fn limit(&self) -> f64 {
        friction::limit_of_stability(&self.momentum)
    }

    /// The steps of all parts.
    pub fn work(&self) -> u64 {
        (self.steps + PULLS * self.sweep_steps) as u64
    }

    /// `G h`
    fn friction(&self) -> f64 {
        friction::friction(&self.momentum, &0.5)
    }

    /// `h^2 mu` of a mode.
    fn stiffness(&self, pull: f64) -> f64 {
        friction::squared_step(&pull, &self.momentum, &0.5)
    }
}

/// The optimiser or its field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Descent with momentum.
    Optimiser,
    /// The field with friction.
    Field,
}

impl Side {
    /// Both.
    pub const ALL: [Side; 2] = [Side::Optimiser, Side::Field];
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Side::Optimiser => "optimiser",
            Side::Field => "field",
        })
    }
}

/// What a mode does, as far as signs tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It decays, and changes its sign once at most.
    Decays,
    /// It turns by an angle between 0 and pi in a step.
    Oscillates,
    /// It changes its sign in every step.
    Alternates,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Kind::Decays => "decays",
            Kind::Oscillates => "oscillates",
            Kind::Alternates => "alternates",
        })
    }
}

/// How a mode moves in a step: `r = e^{-decay + i angle}` for the root that lasts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Motion {
    /// By how much the logarithm of its size falls.
    pub decay: f64,
    /// By what angle it turns.
    pub angle: f64,
}

impl Motion {
    /// The kind that signs tell over `steps` steps.
    fn kind(&self, steps: usize) -> Kind {
        let changes = self.angle / PI * steps as f64;
        if changes < 1.5 {
            Kind::Decays
        } else if changes > steps as f64 - 1.5 {
            Kind::Alternates
        } else {
            Kind::Oscillates
        }
    }
}

/// The exact motion: of the roots of the polynomial the one that lasts.
pub fn motion(settings: &Settings, side: Side, pull: f64) -> Motion {
    let beta = settings.momentum;
    match side {
        Side::Optimiser => {
            let (trace, discriminant) = (1.0 + beta - pull, friction::discriminant_of_optimiser(&beta, &pull));
            if discriminant < 0.0 {
                let size = beta.sqrt();
                return Motion { decay: -size.ln(), angle: (trace / (2.0 * size)).clamp(-1.0, 1.0).acos() };
            }
            let root = (trace + trace.signum() * discriminant.sqrt()) / 2.0;
            Motion { decay: -root.abs().ln(), angle: if root < 0.0 { PI } else { 0.0 } }
        }
        Side::Field => {
            let (half, discriminant) = (settings.friction() / 2.0, friction::discriminant_of_field(&beta, &pull));
            let root = discriminant.abs().sqrt() / 2.0;
            match discriminant < 0.0 {
                true => Motion { decay: half, angle: root },
                false => Motion { decay: half - root, angle: 0.0 },
            }
        }
    }
}

/// The exact value of a mode that starts at 1 at rest, after a number of steps; of the field at any time in their unit.
pub fn value(settings: &Settings, side: Side, pull: f64, t: f64) -> f64 {
    let beta = settings.momentum;
    match side {
        Side::Optimiser => {
            let (trace, discriminant) = (1.0 + beta - pull, friction::discriminant_of_optimiser(&beta, &pull));
            let first = 1.0 - pull / (1.0 + beta);
            if discriminant < 0.0 {
                let Motion { decay, angle } = motion(settings, side, pull);
                let sine = (first * decay.exp() - angle.cos()) / angle.sin();
                return (-decay * t).exp() * ((angle * t).cos() + sine * (angle * t).sin());
            }
            let [high, low] = [1.0, -1.0].map(|sign| (trace + sign * discriminant.sqrt()) / 2.0);
            let part = (first - low) / (high - low);
            part * high.powi(t as i32) + (1.0 - part) * low.powi(t as i32)
        }
        Side::Field => {
            let (half, discriminant) = (settings.friction() / 2.0, friction::discriminant_of_field(&beta, &pull));
            let root = discriminant.abs().sqrt() / 2.0;
            if discriminant < 0.0 {
                return (-half * t).exp() * ((root * t).cos() + half / root * (root * t).sin());
            }
            let [slow, fast] = [root - half, -root - half];
            (slow * (fast * t).exp() - fast * (slow * t).exp()) / (slow - fast)
        }
    }
}

/// A mode of the bowl.
#[derive(Clone, Debug, PartialEq)]
pub struct Path {
    /// `eta mu`
    pub pull: f64,
    /// Optimiser and field after each step, by projection.
    pub measured: [Vec<f64>; 2],
    /// The same in closed form.
    pub exact: [Vec<f64>; 2],
}

impl Path {
    /// The largest distance of a side from its closed form, the start being 1.
    pub fn gap(&self, side: Side) -> f64 {
        let both = self.measured[side as usize].iter().zip(&self.exact[side as usize]);
        both.map(|(measured, exact)| (measured - exact).abs()).fold(0.0, f64::max)
    }
}

/// A single mode.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    /// `eta mu`
    pub pull: f64,
    /// What optimiser and field did.
    pub measured: [Motion; 2],
    /// What the roots say.
    pub exact: [Motion; 2],
    /// What signs told of each.
    pub kinds: [Kind; 2],
}

/// What was seen.
#[derive(Clone, Debug, PartialEq)]
pub struct Observation {
    /// What was run.
    pub settings: Settings,
    /// The modes of the bowl.
    pub paths: Vec<Path>,
    /// By how much the energy of `cosmology/energy` fell otherwise than by friction, relative to the energy, at most.
    pub energy_residual: f64,
    /// Single modes.
    pub sweep: Vec<Seen>,
}

/// Runs everything. `progress` is told of steps, [`Settings::work`] in all. The result depends on the settings only.
///
/// # Errors
/// [`Refusal::Setting`]
pub fn observe(settings: &Settings, progress: &(dyn Fn(u64) + Sync)) -> Result<Observation, Refusal> {
    settings.validate()?;
    let (paths, energy_residual) = descend(settings);
    progress(settings.steps as u64);
    let limit = settings.limit();
    let single = |place: usize| {
        let pull = limit * (place as f64 + 0.5) / PULLS as f64;
        let measured = Side::ALL.map(|side| follow(settings, side, pull));
        progress(settings.sweep_steps as u64);
        Seen {
            pull,
            measured,
            exact: Side::ALL.map(|side| motion(settings, side, pull)),
            kinds: measured.map(|motion| motion.kind(settings.sweep_steps)),
        }
    };
    Ok(Observation { settings: settings.clone(), paths, energy_residual, sweep: (0..PULLS).map(single).collect() })
}

type Vector = [f64; MODES];

fn dot(a: &Vector, b: &Vector) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// `a + factor b`
fn plus(a: &Vector, factor: f64, b: &Vector) -> Vector {
    std::array::from_fn(|i| a[i] + factor * b[i])
}

/// The columns of the reflection along (1, 2, 3, 4).
fn axes() -> [Vector; MODES] {
    let along: Vector = std::array::from_fn(|i| i as f64 + 1.0);
    let square = dot(&along, &along);
    std::array::from_fn(|j| std::array::from_fn(|i| f64::from(u8::from(i == j)) - 2.0 * along[i] * along[j] / square))
}

/// Both paths in the bowl, and the energy's law along the optimiser's.
fn descend(settings: &Settings) -> (Vec<Path>, f64) {
    let (axes, beta) = (axes(), settings.momentum);
    // eta times the gradient
    let pulled = |theta: &Vector| {
        let add = |sum: Vector, (axis, pull): (&Vector, f64)| plus(&sum, pull * dot(axis, theta), axis);
        axes.iter().zip(settings.pulls).fold([0.0; MODES], add)
    };
    let start = axes.iter().fold([0.0; MODES], |sum, axis| plus(&sum, 1.0, axis));
    // At rest: th+ = th-.
    let (mut before, mut now) = (plus(&start, -1.0 / (1.0 + beta), &pulled(&start)), start);
    let damping = settings.friction();
    let (mut place, mut speed) = (start, [0.0; MODES]);
    let step = 1.0 / SUBSTEPS as f64;
    let scale = 2.0 / (1.0 + beta);
    let rate = |place: &Vector, speed: &Vector| plus(&speed.map(|s| -damping * s), -scale, &pulled(place));
    // E h^2 of two points, and what friction takes of it in a step.
    let energy = |a: &Vector, b: &Vector| {
        let apart = plus(b, -1.0, a);
        dot(&apart, &apart) / 2.0 + scale * dot(a, &pulled(b)) / 2.0
    };
    let mut residual = 0.0_f64;
    let mut measured: Vec<[Vec<f64>; 2]> = vec![[Vec::new(), Vec::new()]; MODES];
    for number in 0..=settings.steps {
        for (axis, of_mode) in axes.iter().zip(&mut measured) {
            of_mode[0].push(dot(axis, &now));
            of_mode[1].push(dot(axis, &place));
        }
        if number == settings.steps {
            break;
        }
        let next = plus(&plus(&now, beta, &plus(&now, -1.0, &before)), -1.0, &pulled(&now));
        let (old, new, moved) = (energy(&before, &now), energy(&now, &next), plus(&next, -1.0, &before));
        let lost = damping * dot(&moved, &moved) / 4.0;
        if old > 0.0 {
            residual = residual.max(((new - old + lost) / old).abs());
        }
        (before, now) = (now, next);
        for _ in 0..SUBSTEPS {
            let k1 = (speed, rate(&place, &speed));
            let at =
                |k: &(Vector, Vector), part: f64| (plus(&place, part * step, &k.0), plus(&speed, part * step, &k.1));
            let (p, s) = at(&k1, 0.5);
            let k2 = (s, rate(&p, &s));
            let (p, s) = at(&k2, 0.5);
            let k3 = (s, rate(&p, &s));
            let (p, s) = at(&k3, 1.0);
            let k4 = (s, rate(&p, &s));
            let mean = |a: &Vector, b: &Vector, c: &Vector, d: &Vector| -> Vector {
                std::array::from_fn(|i| (a[i] + 2.0 * b[i] + 2.0 * c[i] + d[i]) / 6.0)
            };
            place = plus(&place, step, &mean(&k1.0, &k2.0, &k3.0, &k4.0));
            speed = plus(&speed, step, &mean(&k1.1, &k2.1, &k3.1, &k4.1));
        }
    }
    let path = |(pull, measured): (f64, [Vec<f64>; 2])| {
        let exact =
            Side::ALL.map(|side| (0..=settings.steps).map(|step| value(settings, side, pull, step as f64)).collect());
        Path { pull, measured, exact }
    };
    (settings.pulls.into_iter().zip(measured).map(path).collect(), residual)
}

/// A single mode, brought back to size 1 after every step: it is linear.
fn follow(settings: &Settings, side: Side, pull: f64) -> Motion {
    let (beta, damping, stiffness) = (settings.momentum, settings.friction(), settings.stiffness(pull));
    let (mut state, mut fallen, mut changes) = ([1.0, 0.0_f64], 0.0, 0_u64);
    if side == Side::Optimiser {
        state = [1.0, 1.0 - pull / (1.0 + beta)];
    }
    let rate = |[place, speed]: [f64; 2]| [speed, -damping * speed - stiffness * place];
    let step = 1.0 / SUBSTEPS as f64;
    // What was before the turn-on dies out: the first tenth is not counted.
    let skipped = settings.sweep_steps / 10;
    for number in 0..skipped + settings.sweep_steps {
        let sign = state[0].is_sign_negative();
        let mut turned = 0;
        match side {
            // The point and the one before it.
            Side::Optimiser => {
                state = [state[0] + beta * (state[0] - state[1]) - pull * state[0], state[0]];
                turned += u64::from(state[0].is_sign_negative() != sign);
            }
            Side::Field => {
                for _ in 0..SUBSTEPS {
                    let at = |k: [f64; 2], part: f64| [state[0] + part * step * k[0], state[1] + part * step * k[1]];
                    let k1 = rate(state);
                    let k2 = rate(at(k1, 0.5));
                    let k3 = rate(at(k2, 0.5));
                    let k4 = rate(at(k3, 1.0));
                    let next: [f64; 2] =
                        std::array::from_fn(|i| state[i] + step * (k1[i] + 2.0 * k2[i] + 2.0 * k3[i] + k4[i]) / 6.0);
                    turned += u64::from(next[0].is_sign_negative() != state[0].is_sign_negative());
                    state = next;
                }
            }
        }
        let size = state[0].abs().max(state[1].abs());
        state = state.map(|entry| entry / size);
        if number >= skipped {
            fallen -= size.ln();
            changes += turned;
        }
    }
    let steps = settings.sweep_steps as f64;
    Motion { decay: fallen / steps, angle: PI * changes as f64 / steps }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The closed forms obey the step and the equation of which they are the solutions.
    #[test]
    fn closed_forms_solve_what_they_are_of() {
        for momentum in [0.0, 0.09, 0.5] {
            let settings = Settings { momentum, ..Settings::default() };
            for pull in [0.05, 0.3, 0.45, 1.2, 1.9] {
                let at = |step: usize| value(&settings, Side::Optimiser, pull, step as f64);
                assert!((at(0) - 1.0).abs() < 1e-12 && (at(1) - (1.0 - pull / (1.0 + momentum))).abs() < 1e-12);
                for step in 1..10 {
                    let next = at(step) + momentum * (at(step) - at(step - 1)) - pull * at(step);
                    assert!((at(step + 1) - next).abs() < 1e-12, "{momentum} {pull} {step}");
                }
            }
        }
    }

    #[test]
    fn kinds_are_told_by_how_often_the_sign_changes() {
        let kind = |changes: f64| Motion { decay: 0.0, angle: PI * changes / 1000.0 }.kind(1000);
        assert_eq!(
            [0.0, 1.0, 2.0, 998.0, 999.0, 1000.0].map(kind),
            [Kind::Decays, Kind::Decays, Kind::Oscillates, Kind::Oscillates, Kind::Alternates, Kind::Alternates]
        );
    }
}
