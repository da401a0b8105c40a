//! `balance/master`

use super::{KINKS, NOISE_EQUILIBRIUM, PAPER};
use crate::claim::problem::{Decay, Rates};
use crate::claim::{
    Case, Class, Control, Draw, Drawn, Entry, Evidence, Inapplicable, Outside, Palette, Problem, Relation, Term,
    Theorem,
};
use crate::claims::given;
use crate::entropic::Objective;
use crate::linalg::products::dot;
use crate::model::{Carrier, Differentiable, Network};
use crate::scalar::Field;
use crate::symmetry::{self, Generator, LinearMap};

/// The identity from which every balance law follows.
pub struct Master;

static ENTRY: Entry = Entry {
    id: "balance/master",
    title: "the master identity",
    statement: "(A theta)^T grad F = gamma theta^T (A + A^T) theta - 1/4 E[g^T (A Lambda + Lambda A^T) g]",
    hypotheses: &[
        "A generates a symmetry of the per-sample loss: l(e^{tA} theta; z) = l(theta; z) for all t and z",
        "Lambda is symmetric and constant; theta is arbitrary, stationary or not; the weights of the mean are arbitrary",
        KINKS,
    ],
    evidence: &[Evidence::Exact, Evidence::Enclosed, Evidence::Converged],
    controls: &[
        Control { name: "not-a-symmetry", breaks: "rescaling of a neuron whose activation is not homogeneous" },
        Control { name: "transposed-generator", breaks: "A^T in place of A in the noise term, A not symmetric" },
        Control { name: "plain-gradient", breaks: "the gradient of L + gamma |theta|^2 in place of that of F" },
    ],
    references: &[PAPER, NOISE_EQUILIBRIUM],
};

/// A problem with generators of its symmetries.
pub struct Instance {
    pub(super) problem: Problem,
    generators: Vec<Generator>,
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

/// `E[g^T A Lambda g]`, half of `E[g^T (A Lambda + Lambda A^T) g]`.
pub(super) fn noise_form<T: Field, M: ?Sized + Differentiable<T>>(
    objective: &Objective<'_, T, M>,
    map: &LinearMap,
    theta: &[T],
) -> T {
    objective.data.mean(|sample| {
        let gradient = objective.model.gradient(theta, sample);
        map.form(&gradient, &objective.preconditioner.apply(&gradient))
    })
}

/// The master identity for one generator, with `in_noise` in its place in the noise term.
fn identity<T: Field, M: ?Sized + Differentiable<T>>(
    objective: &Objective<'_, T, M>,
    generator: &Generator,
    in_noise: &LinearMap,
    theta: &[T],
    entropic_gradient: &[T],
) -> Relation<T> {
    let map = &generator.map;
    let decay = map.plus(&map.transposed()).form(theta, theta) * objective.weight_decay;
    let noise = T::ratio(-1, 2) * noise_form(objective, in_noise, theta);
    Relation::equality(
        ("master identity", &generator.name),
        vec![Term::scalar("(A theta)^T grad F", dot(&map.apply(theta), entropic_gradient))],
        vec![
            Term::scalar("gamma theta^T (A + A^T) theta", decay),
            Term::scalar("-1/4 E[g^T (A Lambda + Lambda A^T) g]", noise),
        ],
    )
    .against(objective.entropy(theta) + T::product(objective.weight_decay, &dot(theta, theta)))
}

/// The balance law of a generator, off-shell, for a model of one's own:
///
/// ```text
/// (A theta)^T grad F = gamma theta^T (A + A^T) theta - 1/4 E[g^T (A Lambda + Lambda A^T) g]
/// ```
///
/// Judge it with [`Finding::judge`](crate::claim::Finding::judge); it holds at every `theta` if and only if `A` generates
/// a symmetry of the model, up to accidents of the point.
pub fn balance_law<T: Field, M: ?Sized + Differentiable<T>>(
    objective: &Objective<'_, T, M>,
    generator: &Generator,
    theta: &[T],
) -> Relation<T> {
    identity(objective, generator, &generator.map, theta, &objective.entropic_gradient(theta))
}

impl Theorem for Master {
    type Instance = Instance;

    fn entry(&self) -> &'static Entry {
        &ENTRY
    }

    fn draw(&self, mut draw: Draw) -> Instance {
        let class = draw.turn();
        let palette = match draw.case {
            Case::Law if draw.family.coin() => Palette::Linear,
            Case::Law => Palette::Homogeneous,
            case if case.is_control(&ENTRY, "not-a-symmetry") => Palette::NotHomogeneous,
            _ => Palette::Rotations,
        };
        let class = match palette {
            Palette::NotHomogeneous => Class::Smooth,
            Palette::Rotations => Class::Generic,
            _ => class,
        };
        let network = palette.network(&mut draw.family, class);
        // With Lambda = eta I the forms of A and of A^T agree, and the transposed control would pass.
        let rates = if draw.case == Case::Law { Rates::Any } else { Rates::Full };
        let problem = Problem::draw(&mut draw, class, network, rates, Decay::Positive);
        let network = &problem.network;
        let generators = match palette {
            Palette::Linear => {
                let layout = network.layout().expect("linear models have layers");
                let layer = draw.family.below(layout.depth() - 1);
                let width = layout.widths()[layer + 1];
                let (row, column) = (draw.family.below(width), draw.family.below(width));
                vec![symmetry::matrix(network, layer, row, column), symmetry::matrix(network, layer, column, column)]
            }
            Palette::Rotations => vec![symmetry::matrix(network, 0, 0, 1)],
            Palette::NotHomogeneous => vec![symmetry::neuron(network, 0, 0, 1)],
            _ => symmetry::neurons(network),
        };
        Instance { problem, generators }
    }

    fn draw_on(&self, mut draw: Draw, network: &Network) -> Result<Instance, Inapplicable> {
        let generators = given::generators(&mut draw.family, network)?;
        let samples = 2 + draw.family.below(2);
        let problem = Problem::draw_on(&mut draw, network, Rates::Any, Decay::Positive, samples);
        Ok(Instance { problem, generators })
    }

    fn relations<T: Carrier>(&self, instance: &Instance, case: Case) -> Result<Vec<Relation<T>>, Outside> {
        let point = instance.problem.at::<T>();
        let objective = point.objective();
        let theta = &point.theta;
        let gradient = if case.is_control(&ENTRY, "plain-gradient") {
            let mut gradient = objective.mean_gradient(theta);
            let twice_decay = T::integer(2) * &point.weight_decay;
            crate::linalg::products::add_multiple(&mut gradient, &twice_decay, theta);
            gradient
        } else {
            objective.entropic_gradient(theta)
        };
        let relation = |generator: &Generator| {
            let map = &generator.map;
            let in_noise = if case.is_control(&ENTRY, "transposed-generator") { &map.transposed() } else { map };
            identity(&objective, generator, in_noise, theta, &gradient)
        };
        Ok(instance.generators.iter().map(relation).collect())
    }
}
