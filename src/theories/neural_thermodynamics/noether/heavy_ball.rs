//! The forms of a generator along a run of the heavy ball, and their identities.

use super::charge::extent;
use crate::dynamics::heavy_ball_step;
use crate::instances::Point;
use crate::linalg::products::{add_multiple, dot};
use crate::model::Carrier;
use crate::scalar::Field;
use crate::symmetry::Generator;
use crate::verify::{Relation, Term};

/// The forms of one generator at one moment.
pub struct Moment<T> {
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
            mixed: dot(theta, &pushed),
            kinetic: dot(momentum, &pushed),
            before: dot(before, &pushed),
            extent: extent(&generator.map, theta) + extent(&generator.map, momentum),
        }
    }
}

/// The law over a run, or a control's version of it.
#[derive(Clone, Copy, Debug)]
pub struct OfRun {
    /// Whether `1 + beta` is the factor of the left side, and not 1.
    pub momentum: bool,
    /// Whether the ends of the run count.
    pub boundary: bool,
}

/// The numbers of the law.
pub struct Coefficients<T> {
    pub eta: T,
    pub gamma: T,
    pub beta: T,
}

impl<T: Field> Coefficients<T> {
    /// The identities of one step.
    pub fn of_step(&self, name: &str, now: &Moment<T>, next: &Moment<T>) -> [Relation<T>; 3] {
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
    pub fn of_run(&self, name: &str, history: &[Moment<T>], law: OfRun) -> Relation<T> {
        let Coefficients { eta, gamma, beta } = self;
        let (first, last) = (&history[0], &history[history.len() - 1]);
        let mut charges = T::zero();
        let mut kinetic = T::zero();
        for step in history.windows(2) {
            charges += &step[0].charge;
            kinetic += &step[1].kinetic;
        }
        let factor = if law.momentum { T::one() + beta } else { T::one() };
        let mut right = vec![Term::scalar("(4 gamma / eta) sum C", T::integer(4) * gamma * charges / eta)];
        if law.boundary {
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

/// Follows a run of so many steps through the samples in turn: for each generator, its forms at every moment.
pub fn follow<T: Carrier>(
    point: &Point<T>,
    generators: &[Generator],
    mut momentum: Vec<T>,
    law: &Coefficients<T>,
    step: Step,
    steps: usize,
) -> Vec<Vec<Moment<T>>> {
    let mut theta = point.theta.clone();
    let start = |generator| vec![Moment::new(generator, &theta, &theta, &momentum)];
    let mut histories: Vec<Vec<Moment<T>>> = generators.iter().map(start).collect();
    for sample in point.data.samples().iter().cycle().take(steps) {
        let before = theta.clone();
        if step == Step::HeavyBall {
            heavy_ball_step(&point.objective(), &mut theta, &mut momentum, sample, &law.beta);
        } else {
            let gradient = point.model.gradient(&theta, sample);
            step.wrongly(law, &mut theta, &mut momentum, gradient);
        }
        for (generator, history) in generators.iter().zip(&mut histories) {
            history.push(Moment::new(generator, &before, &theta, &momentum));
        }
    }
    histories
}

/// The step of the law, and those of controls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// `m' = beta m + g + 2 gamma theta`, `theta' = theta - eta m'`
    HeavyBall,
    /// `theta' = theta - eta (g + 2 gamma theta + beta m')`
    Nesterov,
    /// `m' = beta m + (1 - beta) (g + 2 gamma theta)`
    Dampened,
    /// `m' = beta m + g`, `theta' = theta - eta (m' + 2 gamma theta)`
    DecayOutside,
}

impl Step {
    /// The step of a control.
    fn wrongly<T: Field>(self, law: &Coefficients<T>, theta: &mut [T], momentum: &mut [T], gradient: Vec<T>) {
        let Coefficients { eta, gamma, beta } = law;
        let decay: Vec<T> = theta.iter().map(|parameter| T::integer(2) * gamma * parameter).collect();
        let mut force = gradient;
        if self != Step::DecayOutside {
            add_multiple(&mut force, &T::one(), &decay);
        }
        let gain = if self == Step::Dampened { T::one() - beta } else { T::one() };
        for (entry, push) in momentum.iter_mut().zip(&force) {
            *entry *= beta;
            *entry += T::product(&gain, push);
        }
        let descend = -eta.clone();
        match self {
            Step::Nesterov => {
                add_multiple(theta, &descend, &force);
                add_multiple(theta, &T::product(&descend, beta), momentum);
            }
            Step::HeavyBall | Step::Dampened => add_multiple(theta, &descend, momentum),
            Step::DecayOutside => {
                add_multiple(theta, &descend, momentum);
                add_multiple(theta, &descend, &decay);
            }
        }
    }
}
