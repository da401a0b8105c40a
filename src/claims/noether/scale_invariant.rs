//! `noether/scale-invariant`

use super::charge::{decay_per_step, small_problem, with_strong_decay};
use super::{EXPONENTIAL_RATES, SPHERICAL_MOTION};
use crate::claim::problem::{Decay, Rates, preconditioner};
use crate::claim::{
    Case, Class, Control, Draw, Drawn, Entry, Evidence, Outside, Palette, Point, Problem, Relation, Term, Theorem,
};
use crate::claims::defined;
use crate::dynamics::sgd_step;
use crate::entropic::Objective;
use crate::model::{Activation, Carrier, Network, Piecewise};
use crate::scalar::Rational;
use crate::symmetry::{self, Generator};

/// The norm of a scale-invariant block after a step, and over a run.
pub struct ScaleInvariant;

static ENTRY: Entry = Entry {
    id: "noether/scale-invariant",
    title: "the norm of a scale-invariant block",
    statement: "l(a theta) = l(theta) for a > 0, theta' = theta - eta (g + 2 gamma theta), r = |theta|: r'^2 = (1 - 2 eta gamma)^2 r^2 + eta^2 |g|^2, so without decay the norm never shrinks; \
        over a run 4 eta gamma (1 - eta gamma) sum r^2 = eta^2 sum |g|^2 + r_0^2 - r_T^2 and \
        4 eta gamma (1 - eta gamma) sum r^4 = eta^2 sum |r g|^2 + 1/2 sum (r'^2 - r^2)^2 + 1/2 (r_0^4 - r_T^4)",
    hypotheses: &[
        "theta is a block of parameters, or all of them, whose scale does not change the per-sample loss; g is the block's gradient",
        "theta and eta are arbitrary; every other parameter moves too",
        "neither theta nor a vector that is normalised vanishes along the run: ReLU and squared ReLU, whose layers can die, are not drawn, and a start where one vanishes is left out",
        "the law of r^4 loses the second term of its right side only if r is constant; then |r g| is constant too",
    ],
    evidence: &[Evidence::Exact, Evidence::Enclosed, Evidence::Converged],
    controls: &[
        Control { name: "not-scale-invariant", breaks: "the same block without normalisation" },
        Control { name: "last-layer", breaks: "the block that no normalisation follows" },
        Control { name: "unequal-rates", breaks: "a step theta - Lambda g, Lambda not a multiple of I" },
        Control { name: "half-decay", breaks: "(1 - eta gamma)^2 in place of (1 - 2 eta gamma)^2" },
        Control {
            name: "first-order-decay",
            breaks: "4 eta gamma E r^2 = eta^2 E|g|^2, without the factor 1 - eta gamma",
        },
        Control {
            name: "constant-noise",
            breaks: "r^4 = eta |r g|^2 / (4 gamma (1 - eta gamma)) where |r g| fluctuates",
        },
    ],
    references: &[SPHERICAL_MOTION, EXPONENTIAL_RATES],
};

/// A problem with the identities of its scale-invariant blocks.
pub struct Instance {
    pub(super) problem: Problem,
    blocks: Vec<Generator>,
}

impl Drawn for Instance {
    fn class(&self) -> Class {
        self.problem.class()
    }
    fn is_algebraic(&self) -> bool {
        self.problem.is_algebraic()
    }
    fn describe(&self) -> String {
        self.problem.describe()
    }
}

/// A step along a gradient: squared norms of one block.
struct Step<T> {
    /// `r^2`
    start: T,
    /// `r'^2`
    end: T,
    /// `eta^2 |g|^2`
    displacement: T,
}

impl Theorem for ScaleInvariant {
    type Instance = Instance;

    fn entry(&self) -> &'static Entry {
        &ENTRY
    }

    fn draw(&self, mut draw: Draw) -> Instance {
        let draw = &mut draw;
        let case = draw.case;
        if case.is_control(&ENTRY, "not-scale-invariant") {
            let problem = small_problem(draw, Class::Generic, Piecewise::LeakyRelu, Decay::Positive);
            let blocks = vec![symmetry::normalised_block(&problem.network, 0)];
            return Instance { problem, blocks };
        }
        let last_layer = case.is_control(&ENTRY, "last-layer");
        let class = if last_layer { Class::Smooth } else { draw.turn() };
        let network = loop {
            let network = Palette::ScaleInvariant.network(&mut draw.family, class);
            if !can_die(&network) {
                break network;
            }
        };
        let mut problem = Problem::draw(draw, class, network, Rates::Scalar, Decay::Positive);
        let blocks = match problem.network.layout() {
            None => vec![symmetry::whole(&problem.network)],
            Some(layout) if last_layer => vec![symmetry::normalised_block(&problem.network, layout.depth() - 1)],
            Some(layout) => {
                (0..layout.depth() - 1).map(|layer| symmetry::normalised_block(&problem.network, layer)).collect()
            }
        };
        if case.is_control(&ENTRY, "unequal-rates") {
            let parameters = problem.network.parameter_count();
            problem.preconditioner = preconditioner(&mut draw.family, Rates::Full, parameters);
            problem.weight_decay = Rational::new();
        } else if case != Case::Law && !last_layer {
            problem = with_strong_decay(problem);
        }
        Instance { problem, blocks }
    }

    fn relations<T: Carrier>(&self, instance: &Instance, case: Case) -> Result<Vec<Relation<T>>, Outside> {
        let problem = &instance.problem;
        let decay: T = decay_per_step(problem);
        let kept = match case {
            case if case.is_control(&ENTRY, "half-decay") => T::one() - &decay,
            _ => T::one() - T::integer(2) * &decay,
        }
        .squared();
        let point = defined::at::<T>(problem)?;
        // Rationals grow by a factor of about eight a step.
        let steps = if problem.is_algebraic() { 2 } else { point.data.len() };
        let mut relations = Vec::new();
        for (block, run) in instance.blocks.iter().zip(runs(&point, &instance.blocks, &point.weight_decay, steps)) {
            let of_run = OfRun { decay: &decay, run: &run };
            match case {
                case if case.is_control(&ENTRY, "first-order-decay") => {
                    relations.push(of_run.second_moment(&block.name, &T::one()));
                }
                case if case.is_control(&ENTRY, "constant-noise") => {
                    let mut law = of_run.fourth_moment(&block.name);
                    law.right.retain(|term| term.label != FLUCTUATION);
                    relations.push(law);
                }
                _ => relations.extend(run.iter().enumerate().map(|(number, step)| {
                    Relation::equality(
                        ("radius after a step", format!("{}, step {number}", block.name)),
                        vec![Term::scalar("r'^2", step.end.clone())],
                        vec![
                            Term::scalar("(1 - 2 eta gamma)^2 r^2", T::product(&kept, &step.start)),
                            Term::scalar("eta^2 |g|^2", step.displacement.clone()),
                        ],
                    )
                })),
            }
            if case == Case::Law {
                relations.push(of_run.second_moment(&block.name, &(T::one() - &decay)));
                relations.push(of_run.fourth_moment(&block.name));
            }
        }
        // Only the rationals can tell a tie, which a zero gradient is.
        if case == Case::Law && problem.is_algebraic() {
            for (block, run) in instance.blocks.iter().zip(runs(&point, &instance.blocks, &T::zero(), steps)) {
                relations.push(Relation::at_most(
                    ("radius without decay", &block.name),
                    Term::scalar("r_0^2", run[0].start.clone()),
                    Term::scalar("r_T^2 without decay", run[run.len() - 1].end.clone()),
                ));
            }
        }
        Ok(relations)
    }
}

/// Whether all neurons of a layer can be dead, so that the next one has nothing to normalise.
fn can_die(network: &Network) -> bool {
    matches!(network.activation(), Activation::Piecewise(Piecewise::Relu | Piecewise::SquaredRelu))
}

/// Follows a run through the samples in turn: for each block, the norms at every step.
fn runs<T: Carrier>(point: &Point<T>, blocks: &[Generator], weight_decay: &T, steps: usize) -> Vec<Vec<Step<T>>> {
    let objective = Objective { weight_decay, ..point.objective() };
    let mut theta = point.theta.clone();
    let mut runs: Vec<Vec<Step<T>>> = blocks.iter().map(|_| Vec::new()).collect();
    for sample in point.data.samples().iter().cycle().take(steps) {
        let start = theta.clone();
        let gradient = sgd_step(&objective, &mut theta, sample);
        let displacement = point.preconditioner.apply(&gradient);
        for (block, run) in blocks.iter().zip(&mut runs) {
            let square = |vector: &[T]| block.map.form(vector, vector);
            run.push(Step { start: square(&start), end: square(&theta), displacement: square(&displacement) });
        }
    }
    runs
}

/// A run of one block, for the laws that are summed over it.
struct OfRun<'a, T> {
    /// `eta gamma`
    decay: &'a T,
    run: &'a [Step<T>],
}

const FLUCTUATION: &str = "1/2 sum (r'^2 - r^2)^2";

impl<T: Carrier> OfRun<'_, T> {
    fn sum(&self, value: impl Fn(&Step<T>) -> T) -> T {
        let mut sum = T::zero();
        for step in self.run {
            sum += value(step);
        }
        sum
    }

    /// `4 eta gamma (1 - eta gamma) sum r^2 = eta^2 sum |g|^2 + r_0^2 - r_T^2`, with the given factor for
    /// `1 - eta gamma`.
    fn second_moment(&self, block: &str, factor: &T) -> Relation<T> {
        let (first, last) = (&self.run[0].start, &self.run[self.run.len() - 1].end);
        Relation::equality(
            ("sum of r^2", block),
            vec![Term::scalar(
                "4 eta gamma (1 - eta gamma) sum r^2",
                T::integer(4) * self.decay * factor * self.sum(|step| step.start.clone()),
            )],
            vec![
                Term::scalar("eta^2 sum |g|^2", self.sum(|step| step.displacement.clone())),
                Term::scalar("r_0^2 - r_T^2", first.clone() - last),
            ],
        )
    }

    /// `4 eta gamma (1 - eta gamma) sum r^4 = eta^2 sum |r g|^2 + 1/2 sum (r'^2 - r^2)^2 + 1/2 (r_0^4 - r_T^4)`
    fn fourth_moment(&self, block: &str) -> Relation<T> {
        let (first, last) = (&self.run[0].start, &self.run[self.run.len() - 1].end);
        let half = T::ratio(1, 2);
        let factor = T::integer(4) * self.decay * (T::one() - self.decay);
        Relation::equality(
            ("sum of r^4", block),
            vec![Term::scalar("4 eta gamma (1 - eta gamma) sum r^4", factor * self.sum(|step| step.start.squared()))],
            vec![
                Term::scalar("eta^2 sum |r g|^2", self.sum(|step| T::product(&step.start, &step.displacement))),
                Term::scalar(
                    FLUCTUATION,
                    T::product(&half, &self.sum(|step| (step.end.clone() - &step.start).squared())),
                ),
                Term::scalar("1/2 (r_0^4 - r_T^4)", half * (first.squared() - last.squared())),
            ],
        )
    }
}
