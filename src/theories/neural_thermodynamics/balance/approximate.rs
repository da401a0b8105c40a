//! `balance/approximate`: how far from balance a point can be that is not stationary.
//!
//! ```text
//! |gamma theta^T (A + A^T) theta - 1/4 E[g^T (A Lambda + Lambda A^T) g]| <= |A theta| |grad F|
//! ```
//!
//! with equality where `grad F` is parallel to `A theta`. `A` generates a symmetry of the per-sample loss, `g` is a sample's gradient, `Lambda` the
//! matrix of learning rates, `gamma` the weight decay. Source: [`PAPER`].

use super::law::{WithGenerators, class_of, out_of_scale, samples_for};
use super::master::noise_form;
use super::{KINKS, PAPER};
use crate::instances::problem::{Decay, Rates};
use crate::instances::weights::with_gradient;
use crate::instances::{NetworkKind, Problem};
use crate::linalg::products::dot;
use crate::model::{Carrier, Loss, Network, Piecewise};
use crate::scalar::Rational;
use crate::symmetry;
use crate::verify::{
    Claim, Class, Draw, Drawn, Draws, In, Inapplicable, Ladder, Numbers, Relation, Subject, Term, Unjudged, all,
    control,
};

/// The bound on the imbalance.
#[derive(Clone, Copy)]
pub(super) struct Approximate {
    /// The square of what the bound is multiplied by.
    pub square: (i64, i64),
    /// Whether the law says that the bound is reached where `grad F` is parallel to `A theta`.
    pub says_equality: bool,
    /// Whether the networks are small and `grad F` is parallel to `A theta` on all instances.
    pub parallel: bool,
    /// Whether the gradient is that of `L`, without decay, in place of that of `F`, at a point where it vanishes.
    pub plain: bool,
}

pub(super) const LAW: Approximate = Approximate { square: (1, 1), says_equality: true, parallel: false, plain: false };
const PARALLEL: Approximate = Approximate { says_equality: false, parallel: true, ..LAW };

/// `balance/approximate`
pub static CLAIM: Claim = Claim {
    id: "balance/approximate",
    title: "imbalance of a point that is not stationary",
    statement: "|gamma theta^T (A + A^T) theta - 1/4 E[g^T (A Lambda + Lambda A^T) g]| <= |A theta| |grad F|, \
                with equality where grad F is parallel to A theta",
    hypotheses: &[
        "A generates a symmetry of the per-sample loss; Lambda is symmetric and constant; theta is arbitrary",
        "grad F is made equal to A theta, exactly, by the weights of the mean, which may have either sign: on instances of their own, with one hidden layer and one generator; \
            where no weights do so the instance is excluded",
        KINKS,
    ],
    references: &[PAPER],
    builds_on: &["balance/master"],
    law: &[all(&Ladder(LAW))],
    controls: &[
        control(
            "three-quarters",
            "three quarters of the bound, where grad F is parallel to A theta",
            &Ladder(Approximate { square: (9, 16), ..PARALLEL }),
        ),
        control(
            "plain-gradient",
            "the gradient of L in place of that of F, at a point where it vanishes",
            &Ladder(Approximate { plain: true, ..PARALLEL }),
        ),
    ],
};

/// A problem with generators of its symmetries, and what its gradient is made.
pub(super) struct Sloped {
    pub of: WithGenerators,
    plain: bool,
}

impl Sloped {
    /// The problem with the weights of the mean for which `grad F = A theta`, where its class says so; or for which `grad L = 0`.
    fn judged(&self) -> Result<Problem, Unjudged> {
        let WithGenerators { problem, generators } = &self.of;
        match problem.class {
            Class::Stationary if self.plain => {
                let zero = vec![Rational::new(); problem.theta.len()];
                with_gradient(problem, |point| point.objective().sample_gradients(&point.theta), &zero)
            }
            Class::Stationary => {
                let target = generators[0].map.apply(&problem.theta);
                with_gradient(problem, |point| point.objective().sample_forces(&point.theta), &target)
            }
            _ => Ok(problem.clone()),
        }
    }
}

impl Drawn for Sloped {
    fn base(&self) -> Option<&dyn Drawn> {
        Some(&self.of)
    }
    fn numbers(&self) -> Vec<Numbers> {
        // Made already, it is a point like any other.
        self.judged().map(|problem| Problem { class: Class::Smooth, ..problem }.numbers()).unwrap_or_default()
    }
}

impl Draws for Approximate {
    type Instance = Sloped;

    fn draw(&self, draw: &mut Draw) -> Result<Sloped, Unjudged> {
        let class = if self.parallel { Class::Stationary } else { class_of(draw) };
        let widths = [(); 3].map(|()| 1 + draw.family.below(2));
        let (network, rates) = if self.parallel {
            (Network::mlp(&widths, Piecewise::LeakyRelu, true, Loss::SquaredError), Rates::Scalar)
        } else {
            (NetworkKind::Homogeneous.network(&mut draw.family, class), Rates::Any)
        };
        let samples = samples_for(class, network.parameter_count(), draw);
        // With decay no point makes that gradient vanish: along A theta only the decay contributes to it.
        let decay = if self.plain { Decay::None } else { Decay::Positive };
        let problem = Problem::draw_samples(draw, class, network, rates, decay, samples);
        let problem = out_of_scale(draw, problem);
        let mut generators = symmetry::neurons(&problem.network);
        if class == Class::Stationary {
            // The gradient can be made parallel to one direction only.
            generators.truncate(1);
        }
        Ok(Sloped { of: WithGenerators { problem, generators }, plain: self.plain })
    }

    fn draw_on(&self, draw: &mut Draw, subject: &Subject) -> Result<Sloped, Inapplicable> {
        Ok(Sloped { of: WithGenerators::draw_on(draw, subject)?, plain: false })
    }
}

impl<T: Carrier> In<T> for Approximate {
    fn relations(&self, instance: &Sloped) -> Result<Vec<Relation<T>>, Unjudged> {
        let is_parallel = instance.of.problem.class == Class::Stationary;
        let problem = instance.judged()?;
        let point = problem.at::<T>();
        let objective = point.objective();
        let theta = &point.theta;
        let gradient = if self.plain { objective.mean_gradient(theta) } else { objective.entropic_gradient(theta) };
        let square = T::ratio(self.square.0, self.square.1);
        let mut relations = Vec::new();
        for generator in &instance.of.generators {
            let map = &generator.map;
            let decay = map.plus(&map.transposed()).form(theta, theta) * &point.weight_decay;
            let imbalance = decay - T::ratio(1, 2) * noise_form(&objective, map, theta);
            let direction = map.apply(theta);
            let bound = dot(&direction, &direction) * dot(&gradient, &gradient) * &square;
            // Squared, so that the inequality is polynomial and the rationals decide it.
            let imbalance = Term::scalar("imbalance^2", imbalance.squared());
            let bound = Term::scalar("|A theta|^2 |grad F|^2", bound);
            let inequality = Relation::at_most(("the bound", &generator.name), imbalance.clone(), bound.clone());
            if !is_parallel {
                relations.push(inequality);
                continue;
            }
            relations.push(inequality.sharp((1, 2)));
            if self.says_equality {
                let name = ("equality where grad F is parallel to A theta", &generator.name);
                relations.push(Relation::equality(name, vec![imbalance], vec![bound]));
            }
        }
        Ok(relations)
    }
}
