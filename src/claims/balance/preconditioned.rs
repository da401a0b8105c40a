//! `balance/preconditioned`

use super::law::{class_of, made_stationary, samples_for};
use super::master::noise_form;
use super::{KINKS, MADE_STATIONARY, NOISE_EQUILIBRIUM, PAPER};
use crate::claim::problem::{Decay, Rates};
use crate::claim::{
    Case, Class, Control, Draw, Drawn, Entry, Evidence, Inapplicable, Outside, Palette, Problem, Relation, Term,
    Theorem,
};
use crate::claims::given;
use crate::entropic::{Objective, Preconditioner};
use crate::linalg::products::dot;
use crate::model::{Carrier, Loss, Network, Piecewise};
use crate::scalar::Rational;
use crate::symmetry::{self, Generator};

/// The balance law of preconditioned descent.
pub struct Preconditioned;

static ENTRY: Entry = Entry {
    id: "balance/preconditioned",
    title: "balance under a learning-rate matrix",
    statement: "E[g^T (A Lambda + Lambda A^T) g] = 4 gamma theta^T (A + A^T) theta where grad F = 0; \
                for Lambda = eta diag(v)^(-1/2), v = E g^2 frozen: sum A_i sqrt(v_i) = (4 gamma / eta) sum A_i theta_i^2",
    hypotheses: &[
        "A generates a symmetry of the per-sample loss; Lambda is constant and symmetric",
        "the second form: A diagonal, v_i > 0 for every i, decay inside the loss, no momentum; checked with one sample, where sqrt(v) is rational; where some v_i is 0 the instance is excluded",
        "off-shell the right side has the further term -4 (A theta)^T grad F, in the second form -(2/eta) (A theta)^T grad F",
        MADE_STATIONARY,
        KINKS,
    ],
    evidence: &[Evidence::Exact, Evidence::Enclosed, Evidence::Converged],
    controls: &[
        Control { name: "plain-law", breaks: "the law of Lambda = eta I under other learning rates" },
        Control { name: "squares", breaks: "sums of v in place of sqrt(v) for Lambda = eta diag(v)^(-1/2)" },
        Control { name: "not-a-symmetry", breaks: "rescaling of a neuron whose activation is not homogeneous" },
        Control { name: "not-stationary", breaks: "the law itself at a random point" },
    ],
    references: &[PAPER, NOISE_EQUILIBRIUM],
};

/// A problem with generators of its symmetries.
pub struct Instance {
    pub(super) problem: Problem,
    generators: Vec<Generator>,
    /// Whether `Lambda` is to be replaced by `eta diag(v)^(-1/2)`.
    adaptive: bool,
}

impl Drawn for Instance {
    fn class(&self) -> Class {
        self.problem.class()
    }
    fn is_algebraic(&self) -> bool {
        self.problem.is_algebraic()
    }
    fn describe(&self) -> String {
        let adaptive = if self.adaptive { ", Lambda = eta diag(v)^(-1/2)" } else { "" };
        self.problem.describe() + adaptive
    }
}

impl Theorem for Preconditioned {
    type Instance = Instance;

    fn entry(&self) -> &'static Entry {
        &ENTRY
    }

    fn draw(&self, mut draw: Draw) -> Instance {
        let class = class_of(&draw);
        let adaptive = match draw.case {
            Case::Law => class == Class::Generic && draw.family.coin(),
            case => case.is_control(&ENTRY, "squares"),
        };
        let widths = [2, 1 + draw.family.below(2), 1 + draw.family.below(2)];
        let (class, network) = match draw.case {
            Case::Law if !adaptive => (class, Palette::Homogeneous.network(&mut draw.family, class)),
            case if case.is_control(&ENTRY, "not-a-symmetry") => {
                (Class::Smooth, Palette::NotHomogeneous.network(&mut draw.family, Class::Smooth))
            }
            _ => (Class::Generic, Network::mlp(&widths, Piecewise::LeakyRelu, false, Loss::SquaredError)),
        };
        let degree = network.activation().homogeneity().map_or(1, i64::from);
        let generators = match symmetry::neurons(&network) {
            none if none.is_empty() => vec![symmetry::neuron(&network, 0, 0, degree)],
            generators => generators,
        };
        let rates = match draw.case {
            _ if adaptive => Rates::Scalar,
            Case::Law => Rates::Any,
            _ => Rates::Diagonal,
        };
        let samples = if adaptive { 1 } else { samples_for(class, network.parameter_count(), &mut draw) };
        let mut problem = Problem::draw_samples(&mut draw, class, network, rates, Decay::Positive, samples);
        if adaptive {
            // v = E g^2 is the square of the one gradient only if the sample's weight is 1.
            problem.data = crate::data::DataSet::new(problem.data.samples().to_vec());
        }
        Instance { problem, generators, adaptive }
    }

    fn draw_on(&self, mut draw: Draw, network: &Network) -> Result<Instance, Inapplicable> {
        let generators = given::generators(&mut draw.family, network)?;
        let samples = 2 + draw.family.below(2);
        let problem = Problem::draw_on(&mut draw, network, Rates::Any, Decay::Positive, samples);
        Ok(Instance { problem, generators, adaptive: false })
    }

    fn relations<T: Carrier>(&self, instance: &Instance, case: Case) -> Result<Vec<Relation<T>>, Outside> {
        if instance.adaptive {
            return adaptive_relations(instance, case);
        }
        let problem = &instance.problem;
        let stationary = problem.class == Class::Stationary;
        let problem = if stationary { &made_stationary(problem)? } else { problem };
        if let (true, Preconditioner::Diagonal(rates)) = (case.is_control(&ENTRY, "plain-law"), &problem.preconditioner)
            && rates.iter().all(|rate| *rate == rates[0])
        {
            return Err(Outside::because("the learning rates are equal: the plain law is the right one"));
        }
        let point = problem.at::<T>();
        let objective = point.objective();
        let theta = &point.theta;
        let on_shell = stationary || case.is_control(&ENTRY, "not-stationary");
        let gradient = (!on_shell).then(|| objective.entropic_gradient(theta));
        let plain = case.is_control(&ENTRY, "plain-law").then(|| match &point.preconditioner {
            Preconditioner::Diagonal(rates) => Preconditioner::Scalar(rates[0].clone()),
            other => other.clone(),
        });
        let assumed = Objective { preconditioner: plain.as_ref().unwrap_or(&point.preconditioner), ..objective };
        // Four times the entropy and the decay: the size of the law's terms before anything cancels.
        let reference =
            T::integer(4) * (objective.entropy(theta) + T::product(&point.weight_decay, &dot(theta, theta)));
        let relation = |generator: &Generator| {
            let map = &generator.map;
            let symmetric = map.plus(&map.transposed());
            let noise = T::integer(2) * noise_form(&assumed, map, theta);
            let decay = T::integer(4) * &point.weight_decay * symmetric.form(theta, theta);
            let mut right = vec![Term::scalar("4 gamma theta^T (A + A^T) theta", decay)];
            if let Some(gradient) = &gradient {
                let imbalance = T::integer(-4) * dot(&map.apply(theta), gradient);
                right.push(Term::scalar("-4 (A theta)^T grad F", imbalance));
            }
            let left = vec![Term::scalar("E[g^T (A Lambda + Lambda A^T) g]", noise)];
            Relation::equality(("balance", &generator.name), left, right).against(reference.clone())
        };
        Ok(instance.generators.iter().map(relation).collect())
    }
}

/// The form of the law for `Lambda = eta diag(v)^(-1/2)` with one sample, so that `sqrt(v) = |g|`.
fn adaptive_relations<T: Carrier>(instance: &Instance, case: Case) -> Result<Vec<Relation<T>>, Outside> {
    let problem = &instance.problem;
    let exact = problem.at::<Rational>();
    if exact.model.gradient(&exact.theta, &exact.data.samples()[0]).iter().any(|slope| slope.cmp0().is_eq()) {
        return Err(Outside::because("sqrt(v) is zero for some parameter"));
    }
    let point = problem.at::<T>();
    let theta = &point.theta;
    let learning_rate: T = problem.learning_rate();
    let roots: Vec<T> =
        point.model.gradient(theta, &point.data.samples()[0]).iter().map(|slope| slope.absolute()).collect();
    let rates = roots.iter().map(|root| learning_rate.clone() / root).collect();
    let preconditioner = Preconditioner::Diagonal(rates);
    let gradient = Objective { preconditioner: &preconditioner, ..point.objective() }.entropic_gradient(theta);
    let squares = case.is_control(&ENTRY, "squares");
    let relation = |generator: &Generator| {
        let ones = vec![T::one(); theta.len()];
        let weighted: Vec<T> = if squares { roots.iter().map(|root| root.squared()).collect() } else { roots.clone() };
        let noise = generator.map.form(&ones, &weighted);
        let decay = T::integer(4) * &point.weight_decay / &learning_rate * generator.map.form(theta, theta);
        let imbalance = T::integer(-2) / &learning_rate * dot(&generator.map.apply(theta), &gradient);
        Relation::equality(
            ("adaptive balance", &generator.name),
            vec![Term::scalar("sum A_i sqrt(v_i)", noise)],
            vec![
                Term::scalar("(4 gamma / eta) sum A_i theta_i^2", decay),
                Term::scalar("-(2/eta) (A theta)^T grad F", imbalance),
            ],
        )
    };
    Ok(instance.generators.iter().map(relation).collect())
}
