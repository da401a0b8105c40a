//! `noether/momentum`

use super::NEURAL_MECHANICS;
use super::charge::{Charged, extent};
use crate::claim::problem::Decay;
use crate::claim::stream::GRID_BITS;
use crate::claim::{
    Case, Claim, Class, Control, Draw, Drawn, Entry, Evidence, Examination, Finding, Outside, Point, Relation,
    Settings, Stream, Term, Theorem, simulation,
};
use crate::claims::long_run::{self, CONTROL_STEPS, Kind, Run};
use crate::dynamics::charges::Diverged;
use crate::dynamics::heavy_ball_step;
use crate::linalg::products::add_multiple;
use crate::model::{Carrier, Network};
use crate::scalar::{Field, Rational};
use crate::symmetry::Generator;

/// The charge under heavy-ball momentum, over a run.
///
/// With `B = theta^T A m` and `M = m^T A m` the step and `(A theta)^T g = 0` give
///
/// ```text
/// B' = beta B + 2 gamma C - eta M',      C' = C - 2 eta B' - eta^2 M'
/// ```
///
/// and with `B` eliminated from the sum over a run, the law of the statement.
pub struct Momentum;

static ENTRY: Entry = Entry {
    id: "noether/momentum",
    title: "a charge under heavy-ball momentum",
    statement: "m' = beta m + g + 2 gamma theta, theta' = theta - eta m', C = theta^T A theta: \
        (1 + beta) sum m'^T A m' = (4 gamma / eta) sum C + (1 - beta) (C_T - C_0) / eta^2 - (2 beta / eta) (B_T - B_0) over any run, with B = theta^T A m; \
        in the stationary state (1 + beta) E[m^T A m] = (4 gamma / eta) E[C]",
    hypotheses: &[
        "A generates a symmetry of the per-sample loss and is symmetric",
        "theta_0, m_0, beta and eta > 0 are arbitrary; the samples come in any order",
        "on a kink g is taken with any slope of the activation there",
        "in every step theta^T A m' = beta B + 2 gamma C, B' = beta B + 2 gamma C - eta m'^T A m' and C' = C - 2 eta B' - eta^2 m'^T A m'",
        "stationary: E is the mean over a distribution of (theta, m) that a step leaves as it is, with finite second moments, or that over time where C_T / T and B_T / T tend to 0",
        "it is examined on runs with label noise and weight decay, beta = 1/2, a quarter of the steps before the recorded ones, by 32 batch means; a run that diverges is left out; A = A_+ - A_-, its positive and its negative entries, splits both sides",
    ],
    evidence: &[Evidence::Exact, Evidence::Enclosed, Evidence::Converged, Evidence::Statistical],
    controls: &[
        Control { name: "not-a-symmetry", breaks: "rescaling of a neuron whose activation is not homogeneous" },
        Control { name: "nesterov", breaks: "Nesterov's step theta - eta (g + 2 gamma theta + beta m')" },
        Control { name: "dampened", breaks: "m' = beta m + (1 - beta) (g + 2 gamma theta)" },
        Control { name: "decay-outside", breaks: "decay applied to theta and not through m" },
        Control { name: "without-momentum", breaks: "the law of plain descent, 1 in place of 1 + beta" },
        Control { name: "without-boundary", breaks: "the stationary law for a short run" },
        Control { name: "without-momentum-run", breaks: "a long run against the law of plain descent" },
        Control { name: "tanh-run", breaks: "a long run of a tanh network" },
    ],
    references: &[NEURAL_MECHANICS],
};

/// A problem with a momentum buffer.
pub struct Instance {
    pub(super) charged: Charged,
    momentum: Vec<Rational>,
    pub(super) momentum_factor: Rational,
}

impl Drawn for Instance {
    fn class(&self) -> Class {
        self.charged.class()
    }
    fn is_algebraic(&self) -> bool {
        self.charged.is_algebraic()
    }
    fn describe(&self) -> String {
        format!("{}, beta = {}", self.charged.describe(), self.momentum_factor)
    }
}

/// The forms of one generator at one moment.
struct Moment<T> {
    /// `C = theta^T A theta`
    charge: T,
    /// `B = theta^T A m`
    mixed: T,
    /// `M = m^T A m`
    kinetic: T,
    /// `theta_before^T A m`; at the start there is none before.
    before: T,
    /// The squares of the parameters and of the momenta on which `A` acts.
    extent: T,
}

impl<T: Field> Moment<T> {
    fn new(generator: &Generator, before: &[T], theta: &[T], momentum: &[T]) -> Self {
        let pushed = generator.map.apply(momentum);
        Moment {
            charge: generator.map.form(theta, theta),
            mixed: crate::linalg::products::dot(theta, &pushed),
            kinetic: crate::linalg::products::dot(momentum, &pushed),
            before: crate::linalg::products::dot(before, &pushed),
            extent: extent(&generator.map, theta) + extent(&generator.map, momentum),
        }
    }
}

impl Claim for Momentum {
    fn entry(&self) -> &'static Entry {
        &ENTRY
    }

    fn instances(&self, case: Case, asked: u64) -> u64 {
        long_run::instances_among(case, asked, is_long(case))
    }

    fn examine(&self, settings: &Settings, case: Case, index: u64) -> Examination {
        let number = match case {
            Case::Law => long_run::run_number(index),
            Case::Control(_) => is_long(case).then_some(index),
        };
        let Some(number) = number else { return Claim::examine(&ShortRun, settings, case, index) };
        let mut stream = Stream::new(&[ENTRY.id, case.name(&ENTRY), "run"], settings.seed, number);
        let kind = match case {
            Case::Law => Kind::in_turn(number),
            Case::Control(_) if case.is_control(&ENTRY, "tanh-run") => Kind::Tanh,
            Case::Control(_) => Kind::strong_in_turn(number),
        };
        let steps = if case == Case::Law { long_run::steps(settings.effort) } else { CONTROL_STEPS };
        let run = Run::draw(kind, true, steps, &mut stream).with_momentum(1.0 / 2.0);
        long_run::examine(&run, case, |run| judge_run(run, settings, case))
    }
}

/// Whether the case consists of long runs.
fn is_long(case: Case) -> bool {
    case.is_control(&ENTRY, "without-momentum-run") || case.is_control(&ENTRY, "tanh-run")
}

/// The stationary law of a long run.
fn judge_run(run: &Run, settings: &Settings, case: Case) -> Result<Vec<Finding>, Diverged> {
    let beta = run.momentum_factor.unwrap_or(0.0);
    let factor = if case.is_control(&ENTRY, "without-momentum-run") { 1.0 } else { 1.0 + beta };
    let labels =
        ["(1 + beta) E[m^T A_+ m]", "(4 gamma / eta) E[C_-]", "(1 + beta) E[m^T A_- m]", "(4 gamma / eta) E[C_+]"];
    let decay_factor = 4.0 * run.training.weight_decay / run.training.learning_rate;
    let laws = long_run::laws(run, &run.stationary()?, labels, [factor, decay_factor])?;
    Ok(vec![simulation::judge(settings, case, run.steps(), laws)])
}

/// The identities of short runs.
pub(super) struct ShortRun;

impl Theorem for ShortRun {
    type Instance = Instance;

    fn entry(&self) -> &'static Entry {
        &ENTRY
    }

    fn draw(&self, mut draw: Draw) -> Instance {
        let draw = &mut draw;
        let charged = match draw.case {
            Case::Law => Charged::of_law(draw, Decay::Positive),
            case if case.is_control(&ENTRY, "not-a-symmetry") => Charged::not_homogeneous(draw, Decay::Positive),
            _ => Charged::decaying(draw),
        };
        let coordinate = |stream: &mut Stream| match charged.class() {
            Class::Generic => stream.dyadic(GRID_BITS),
            Class::Awkward => Rational::from(stream.integer(-2, 2)),
            _ => stream.small(),
        };
        let momentum = charged.problem.theta.iter().map(|_| coordinate(&mut draw.point)).collect();
        let momentum_factor = Rational::from((draw.family.integer(1, 15), 16));
        Instance { charged, momentum, momentum_factor }
    }

    fn relations<T: Carrier>(&self, instance: &Instance, case: Case) -> Result<Vec<Relation<T>>, Outside> {
        let Charged { problem, generators } = &instance.charged;
        let point = problem.at::<T>();
        let beta = T::from_rational(&instance.momentum_factor);
        let law = Coefficients { eta: problem.learning_rate(), gamma: point.weight_decay.clone(), beta };
        let histories = follow(instance, &point, &law, case);
        let mut relations = Vec::new();
        for (generator, history) in generators.iter().zip(&histories) {
            if case == Case::Law {
                for (number, step) in history.windows(2).enumerate() {
                    relations.extend(law.of_step(&format!("{}, step {number}", generator.name), &step[0], &step[1]));
                }
            }
            relations.push(law.of_run(&format!("{}, run", generator.name), history, case));
        }
        Ok(relations)
    }
}

/// The numbers of the law.
struct Coefficients<T> {
    eta: T,
    gamma: T,
    beta: T,
}

impl<T: Field> Coefficients<T> {
    /// The identities of one step.
    fn of_step(&self, name: &str, now: &Moment<T>, next: &Moment<T>) -> [Relation<T>; 3] {
        let Coefficients { eta, gamma, beta } = self;
        let inertia = Term::scalar("beta theta^T A m", T::product(beta, &now.mixed));
        let decay = Term::scalar("2 gamma C", T::integer(2) * gamma * &now.charge);
        let momentum = Relation::equality(
            ("momentum", name),
            vec![Term::scalar("theta^T A m'", next.before.clone())],
            vec![inertia.clone(), decay.clone()],
        );
        let mixed = Relation::equality(
            ("mixed form", name),
            vec![Term::scalar("theta'^T A m'", next.mixed.clone())],
            vec![inertia, decay, Term::scalar("-eta m'^T A m'", -T::product(eta, &next.kinetic))],
        );
        let charge = Relation::equality(
            ("charge", name),
            vec![Term::scalar("C'", next.charge.clone())],
            vec![
                Term::scalar("C", now.charge.clone()),
                Term::scalar("-2 eta theta'^T A m'", T::integer(-2) * eta * &next.mixed),
                Term::scalar("-eta^2 m'^T A m'", -eta.squared() * &next.kinetic),
            ],
        );
        [momentum, mixed, charge].map(|relation| relation.against(now.extent.clone() + &next.extent))
    }

    /// The law over a run, or a control's version of it.
    fn of_run(&self, name: &str, history: &[Moment<T>], case: Case) -> Relation<T> {
        let Coefficients { eta, gamma, beta } = self;
        let (first, last) = (&history[0], &history[history.len() - 1]);
        let mut charges = T::zero();
        let mut kinetic = T::zero();
        for step in history.windows(2) {
            charges += &step[0].charge;
            kinetic += &step[1].kinetic;
        }
        let factor = match case {
            case if case.is_control(&ENTRY, "without-momentum") => T::one(),
            _ => T::one() + beta,
        };
        let mut right = vec![Term::scalar("(4 gamma / eta) sum C", T::integer(4) * gamma * charges / eta)];
        if !case.is_control(&ENTRY, "without-boundary") {
            let charge = last.charge.clone() - &first.charge;
            let mixed = last.mixed.clone() - &first.mixed;
            let charge = (T::one() - beta) * charge / eta.squared();
            right.push(Term::scalar("(1 - beta) (C_T - C_0) / eta^2", charge));
            right.push(Term::scalar("-(2 beta / eta) (B_T - B_0)", T::integer(-2) * beta * mixed / eta));
        }
        let left = vec![Term::scalar("(1 + beta) sum m'^T A m'", factor * kinetic)];
        Relation::equality(("the whole run", name), left, right).against(first.extent.clone() + &last.extent)
    }
}

/// Follows a run through the samples in turn: for each generator, its forms at every moment.
fn follow<T: Carrier>(instance: &Instance, point: &Point<T>, law: &Coefficients<T>, case: Case) -> Vec<Vec<Moment<T>>> {
    let generators = &instance.charged.generators;
    let mut theta = point.theta.clone();
    let mut momentum: Vec<T> = instance.momentum.iter().map(T::drawn).collect();
    let start = |generator| vec![Moment::new(generator, &theta, &theta, &momentum)];
    let mut histories: Vec<Vec<Moment<T>>> = generators.iter().map(start).collect();
    for sample in point.data.samples().iter().cycle().take(steps(&instance.charged.problem.network)) {
        let before = theta.clone();
        match WrongStep::of(case) {
            None => {
                heavy_ball_step(&point.objective(), &mut theta, &mut momentum, sample, &law.beta);
            }
            Some(wrong) => {
                let gradient = point.model.gradient(&theta, sample);
                wrong.step(law, &mut theta, &mut momentum, gradient);
            }
        }
        for (generator, history) in generators.iter().zip(&mut histories) {
            history.push(Moment::new(generator, &before, &theta, &momentum));
        }
    }
    histories
}

/// Steps of a run. In a step the degree of a coordinate in the drawn numbers grows by a factor of about 5, of up to 13
/// with squared ReLU.
fn steps(network: &Network) -> usize {
    if network.activation().homogeneity() == Some(2) { 2 } else { 3 }
}

/// The steps of controls.
#[derive(Clone, Copy, PartialEq, Eq)]
enum WrongStep {
    Nesterov,
    Dampened,
    DecayOutside,
}

impl WrongStep {
    fn of(case: Case) -> Option<Self> {
        let named = [
            ("nesterov", WrongStep::Nesterov),
            ("dampened", WrongStep::Dampened),
            ("decay-outside", WrongStep::DecayOutside),
        ];
        named.into_iter().find(|(name, _)| case.is_control(&ENTRY, name)).map(|(_, step)| step)
    }

    fn step<T: Field>(self, law: &Coefficients<T>, theta: &mut [T], momentum: &mut [T], gradient: Vec<T>) {
        let Coefficients { eta, gamma, beta } = law;
        let decay: Vec<T> = theta.iter().map(|parameter| T::integer(2) * gamma * parameter).collect();
        let mut force = gradient;
        if self != WrongStep::DecayOutside {
            add_multiple(&mut force, &T::one(), &decay);
        }
        let gain = if self == WrongStep::Dampened { T::one() - beta } else { T::one() };
        for (entry, push) in momentum.iter_mut().zip(&force) {
            *entry *= beta;
            *entry += T::product(&gain, push);
        }
        let descend = -eta.clone();
        match self {
            WrongStep::Nesterov => {
                add_multiple(theta, &descend, &force);
                add_multiple(theta, &T::product(&descend, beta), momentum);
            }
            WrongStep::Dampened => add_multiple(theta, &descend, momentum),
            WrongStep::DecayOutside => {
                add_multiple(theta, &descend, momentum);
                add_multiple(theta, &descend, &decay);
            }
        }
    }
}
