//! `balance/approximate`

use super::law::{class_of, out_of_scale, with_gradient};
use super::master::noise_form;
use super::{KINKS, PAPER};
use crate::claim::problem::{Decay, Rates};
use crate::claim::{
    Case, Class, Control, Draw, Drawn, Entry, Evidence, Inapplicable, Outside, Palette, Problem, Relation, Term,
    Theorem,
};
use crate::claims::given;
use crate::linalg::products::dot;
use crate::model::{Carrier, Loss, Network, Piecewise};
use crate::scalar::Rational;
use crate::symmetry::{self, Generator};

/// An exact tolerance for points that are nearly stationary.
pub struct Approximate;

static ENTRY: Entry = Entry {
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
    evidence: &[Evidence::Exact, Evidence::Enclosed],
    controls: &[
        Control { name: "three-quarters", breaks: "three quarters of the bound, where grad F is parallel to A theta" },
        Control {
            name: "plain-gradient",
            breaks: "the gradient of L in place of that of F, at a point where it vanishes",
        },
    ],
    references: &[PAPER],
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

impl Theorem for Approximate {
    type Instance = Instance;

    fn entry(&self) -> &'static Entry {
        &ENTRY
    }

    fn draw(&self, mut draw: Draw) -> Instance {
        let class = if draw.case == Case::Law { class_of(&draw) } else { Class::Stationary };
        let widths = [1 + draw.family.below(2), 1 + draw.family.below(2), 1 + draw.family.below(2)];
        let network = match draw.case {
            Case::Law => Palette::Homogeneous.network(&mut draw.family, class),
            _ => Network::mlp(&widths, Piecewise::LeakyRelu, true, Loss::SquaredError),
        };
        let samples = super::law::samples_for(class, network.parameter_count(), &mut draw);
        let rates = if draw.case == Case::Law { Rates::Any } else { Rates::Scalar };
        // With decay no point makes that gradient vanish: along A theta only the decay contributes to it.
        let decay = if draw.case.is_control(&ENTRY, "plain-gradient") { Decay::None } else { Decay::Positive };
        let problem = Problem::draw_samples(&mut draw, class, network, rates, decay, samples);
        let problem = out_of_scale(&mut draw, problem);
        let mut generators = symmetry::neurons(&problem.network);
        if class == Class::Stationary {
            // The gradient can be made parallel to one direction only.
            generators.truncate(1);
        }
        Instance { problem, generators }
    }

    fn draw_on(&self, mut draw: Draw, network: &Network) -> Result<Instance, Inapplicable> {
        let generators = given::generators(&mut draw.family, network)?;
        let samples = 2 + draw.family.below(2);
        let problem = Problem::draw_on(&mut draw, network, Rates::Any, Decay::Positive, samples);
        Ok(Instance { problem, generators })
    }

    fn relations<T: Carrier>(&self, instance: &Instance, case: Case) -> Result<Vec<Relation<T>>, Outside> {
        let plain = case.is_control(&ENTRY, "plain-gradient");
        let problem = match instance.problem.class {
            Class::Stationary if plain => {
                let zero = vec![Rational::new(); instance.problem.theta.len()];
                &with_gradient(&instance.problem, |point| point.objective().sample_gradients(&point.theta), &zero)?
            }
            Class::Stationary => {
                let target = instance.generators[0].map.apply(&instance.problem.theta);
                &with_gradient(&instance.problem, |point| point.objective().sample_forces(&point.theta), &target)?
            }
            _ => &instance.problem,
        };
        let point = problem.at::<T>();
        let objective = point.objective();
        let theta = &point.theta;
        let gradient = if plain { objective.mean_gradient(theta) } else { objective.entropic_gradient(theta) };
        let factor = if case.is_control(&ENTRY, "three-quarters") { T::ratio(9, 16) } else { T::one() };
        let is_parallel = instance.problem.class == Class::Stationary;
        let mut relations = Vec::new();
        for generator in &instance.generators {
            let map = &generator.map;
            let decay = map.plus(&map.transposed()).form(theta, theta) * &point.weight_decay;
            let imbalance = decay - T::ratio(1, 2) * noise_form(&objective, map, theta);
            let direction = map.apply(theta);
            let bound = dot(&direction, &direction) * dot(&gradient, &gradient) * &factor;
            // Squared, so that the inequality is polynomial and the rationals decide it.
            let imbalance = Term::scalar("imbalance^2", imbalance.squared());
            let bound = Term::scalar("|A theta|^2 |grad F|^2", bound);
            let inequality = Relation::at_most(("the bound", &generator.name), imbalance.clone(), bound.clone());
            if !is_parallel {
                relations.push(inequality);
                continue;
            }
            relations.push(inequality.sharp((1, 2)));
            if case == Case::Law {
                let name = ("equality where grad F is parallel to A theta", &generator.name);
                relations.push(Relation::equality(name, vec![imbalance], vec![bound]));
            }
        }
        Ok(relations)
    }
}
