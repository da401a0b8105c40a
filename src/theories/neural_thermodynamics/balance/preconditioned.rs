//! `balance/preconditioned`: the balance law of descent with a matrix of learning rates.
//!
//! ```text
//! E[g^T (A Lambda + Lambda A^T) g] = 4 gamma theta^T (A + A^T) theta              where grad F = 0
//! sum A_i sqrt(v_i) = (4 gamma / eta) sum A_i theta_i^2      for Lambda = eta diag(v)^(-1/2), v = E g^2
//! ```
//!
//! `A` generates a symmetry of the per-sample loss, `g` is a sample's gradient, `Lambda` the matrix of learning rates, `gamma` the weight decay.
//! Sources: [`PAPER`], [`NOISE_EQUILIBRIUM`].

use super::law::{WithGenerators, class_of, samples_for};
use super::master::noise_form;
use super::{KINKS, MADE_STATIONARY, NOISE_EQUILIBRIUM, PAPER};
use crate::data::DataSet;
use crate::entropic::{Objective, Preconditioner};
use crate::instances::problem::{Decay, Rates};
use crate::instances::weights::made_stationary;
use crate::instances::{NetworkKind, Problem};
use crate::linalg::products::dot;
use crate::model::{Carrier, Loss, Network, Piecewise};
use crate::scalar::Rational;
use crate::symmetry::{self, Generator};
use crate::verify::{
    Claim, Class, Draw, Drawn, Draws, In, Inapplicable, Ladder, Relation, Subject, Term, Unjudged, all, control,
};

/// The balance law of preconditioned descent.
#[derive(Clone, Copy)]
pub(super) struct Preconditioned {
    /// Whether `Lambda = eta diag(v)^(-1/2)`; if it is left open, every other generic family.
    adaptive: Option<bool>,
    /// The networks; if none are named, small ones.
    network_kind: Option<NetworkKind>,
    rates: Rates,
    /// Whether the law is that of `Lambda = eta I`, with the first rate for `eta`.
    plain: bool,
    /// Whether `v` stands in place of `sqrt(v)`.
    squares: bool,
    /// Whether a random point passes for a stationary one.
    stationary: bool,
}

pub(super) const LAW: Preconditioned = Preconditioned {
    adaptive: None,
    network_kind: Some(NetworkKind::Homogeneous),
    rates: Rates::Any,
    plain: false,
    squares: false,
    stationary: false,
};
const SMALL: Preconditioned =
    Preconditioned { adaptive: Some(false), network_kind: None, rates: Rates::Diagonal, ..LAW };

/// `balance/preconditioned`
pub static CLAIM: Claim = Claim {
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
    references: &[PAPER, NOISE_EQUILIBRIUM],
    builds_on: &["balance/master", "noether/decoupled-decay", "noether/preconditioned-charge"],
    law: &[all(&Ladder(LAW))],
    controls: &[
        control(
            "plain-law",
            "the law of Lambda = eta I under other learning rates",
            &Ladder(Preconditioned { plain: true, ..SMALL }),
        ),
        control(
            "squares",
            "sums of v in place of sqrt(v) for Lambda = eta diag(v)^(-1/2)",
            &Ladder(Preconditioned { adaptive: Some(true), squares: true, ..SMALL }),
        ),
        control(
            "not-a-symmetry",
            "rescaling of a neuron whose activation is not homogeneous",
            &Ladder(Preconditioned { network_kind: Some(NetworkKind::NotHomogeneous), ..SMALL }),
        ),
        control(
            "not-stationary",
            "the law itself at a random point",
            &Ladder(Preconditioned { stationary: true, ..SMALL }),
        ),
    ],
};

/// A problem with generators of its symmetries.
pub(super) struct Instance {
    pub problem: WithGenerators,
    /// Whether `Lambda` is to be replaced by `eta diag(v)^(-1/2)`.
    adaptive: bool,
}

impl Drawn for Instance {
    fn base(&self) -> Option<&dyn Drawn> {
        Some(&self.problem)
    }
    fn besides(&self) -> String {
        if self.adaptive { ", Lambda = eta diag(v)^(-1/2)" } else { "" }.to_owned()
    }
}

impl Draws for Preconditioned {
    type Instance = Instance;

    fn draw(&self, draw: &mut Draw) -> Result<Instance, Unjudged> {
        let class = class_of(draw);
        let adaptive = self.adaptive.unwrap_or_else(|| class == Class::Generic && draw.family.coin());
        let widths = [2, 1 + draw.family.below(2), 1 + draw.family.below(2)];
        let (class, network) = match self.network_kind.filter(|_| !adaptive) {
            Some(network_kind) => {
                let class = if draw.is_law() { class } else { Class::Smooth };
                (class, network_kind.network(&mut draw.family, class))
            }
            None => (Class::Generic, Network::mlp(&widths, Piecewise::LeakyRelu, false, Loss::SquaredError)),
        };
        let degree = network.activation().homogeneity().map_or(1, i64::from);
        let generators = match symmetry::neurons(&network) {
            none if none.is_empty() => vec![symmetry::neuron(&network, 0, 0, degree)],
            generators => generators,
        };
        let rates = if adaptive { Rates::Scalar } else { self.rates };
        let samples = if adaptive { 1 } else { samples_for(class, network.parameter_count(), draw) };
        let mut problem = Problem::draw_samples(draw, class, network, rates, Decay::Positive, samples);
        if adaptive {
            // v = E g^2 is the square of the one gradient only if the sample's weight is 1.
            problem.data = DataSet::new(problem.data.samples().to_vec());
        }
        Ok(Instance { problem: WithGenerators { problem, generators }, adaptive })
    }

    fn draw_on(&self, draw: &mut Draw, subject: &Subject) -> Result<Instance, Inapplicable> {
        Ok(Instance { problem: WithGenerators::draw_on(draw, subject)?, adaptive: false })
    }
}

impl<T: Carrier> In<T> for Preconditioned {
    fn relations(&self, instance: &Instance) -> Result<Vec<Relation<T>>, Unjudged> {
        let Instance { problem: instance, adaptive } = instance;
        if *adaptive {
            return adaptive_relations(instance, self.squares);
        }
        let problem = &instance.problem;
        let stationary = problem.class == Class::Stationary;
        let problem = if stationary { &made_stationary(problem)? } else { problem };
        if let (true, Preconditioner::Diagonal(rates)) = (self.plain, &problem.preconditioner)
            && rates.iter().all(|rate| *rate == rates[0])
        {
            return Err(Unjudged::outside("the learning rates are equal: the plain law is the right one"));
        }
        let point = problem.at::<T>();
        let objective = point.objective();
        let theta = &point.theta;
        let gradient = (!stationary && !self.stationary).then(|| objective.entropic_gradient(theta));
        let plain = self.plain.then(|| match &point.preconditioner {
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
fn adaptive_relations<T: Carrier>(instance: &WithGenerators, squares: bool) -> Result<Vec<Relation<T>>, Unjudged> {
    let problem = &instance.problem;
    let exact = problem.at::<Rational>();
    if exact.model.gradient(&exact.theta, &exact.data.samples()[0]).iter().any(|slope| slope.cmp0().is_eq()) {
        return Err(Unjudged::outside("sqrt(v) is zero for some parameter"));
    }
    let point = problem.at::<T>();
    let theta = &point.theta;
    let learning_rate: T = problem.learning_rate();
    let roots: Vec<T> =
        point.model.gradient(theta, &point.data.samples()[0]).iter().map(|slope| slope.absolute()).collect();
    let rates = roots.iter().map(|root| learning_rate.clone() / root).collect();
    let preconditioner = Preconditioner::Diagonal(rates);
    let gradient = Objective { preconditioner: &preconditioner, ..point.objective() }.entropic_gradient(theta);
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
