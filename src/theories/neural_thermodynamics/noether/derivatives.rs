//! The derivatives of charges along gradient flow, at a point.

use super::charge::{Charged, Charges, extent, layout, scaled};
use super::gram_matrices::{incoming_gram, outgoing_gram};
use crate::entropic::{Objective, Preconditioner};
use crate::instances::Point;
use crate::instances::problem::Decay;
use crate::linalg::products::{add_multiple, dot};
use crate::model::Carrier;
use crate::model::mlp::Layout;
use crate::scalar::{Dual, Field, Rational};
use crate::symmetry::{Generator, LinearMap, is_linear};
use crate::verify::{Draw, Draws, In, Relation, Term, Unjudged};

/// The derivatives of the charges along the flow.
#[derive(Clone, Copy)]
pub struct Derivatives {
    pub charges: Charges,
    /// Whether the flow is that of `-Lambda grad L` with a full matrix `Lambda`.
    pub unequal_rates: bool,
    pub laws: Laws,
}

/// Which laws.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Laws {
    All,
    /// That the first derivative vanishes.
    FirstDerivative,
    /// For a control: that a step of descent conserves the charge.
    FiniteStep,
    /// For a control: `d/dt C = -2 gamma C` under decay.
    SlowerDecay,
}

/// The law.
pub const DERIVATIVES: Derivatives =
    Derivatives { charges: Charges::OfSymmetries, unequal_rates: false, laws: Laws::All };

impl Draws for Derivatives {
    type Instance = Charged;

    fn draw(&self, draw: &mut Draw) -> Result<Charged, Unjudged> {
        let mut charged = self.charges.draw(draw, Decay::Positive);
        if self.unequal_rates {
            charged = charged.with_full_rates(&mut draw.family);
        }
        if self.laws == Laws::FiniteStep {
            charged.problem.preconditioner = Preconditioner::Scalar(Rational::from((1, 2)));
        }
        Ok(charged)
    }
}

impl<T: Carrier> In<T> for Derivatives {
    fn relations(&self, charged: &Charged) -> Result<Vec<Relation<T>>, Unjudged> {
        let Charged { problem, generators } = charged;
        let point = problem.at::<T>();
        let theta = &point.theta;
        let mut velocity = scaled(&T::integer(-1), point.objective().mean_gradient(theta));
        if self.unequal_rates {
            velocity = point.preconditioner.apply(&velocity);
        }
        let relation = |generator: &Generator| match self.laws {
            Laws::All | Laws::FirstDerivative => first_derivative(generator, theta, &velocity),
            Laws::FiniteStep => conserved_by_a_step(generator, theta, &problem.learning_rate(), &velocity),
            Laws::SlowerDecay => with_decay(generator, &point, &velocity, -2),
        };
        let mut relations: Vec<_> = generators.iter().map(relation).collect();
        if self.laws == Laws::All {
            let acceleration = acceleration(&point, &velocity);
            for generator in generators {
                relations.push(second_derivative(generator, theta, &velocity, &acceleration));
                relations.push(with_decay(generator, &point, &velocity, -4));
                relations.push(of_step(generator, &point, &problem.learning_rate(), &velocity));
            }
            if is_linear(&problem.network) {
                let layout = layout(&problem.network);
                relations.extend((0..layout.depth() - 1).map(|layer| of_interface(layout, layer, theta, &velocity)));
            }
        }
        Ok(relations)
    }
}

/// `theta + t v` to first order in `t`.
fn moving<T: Field>(theta: &[T], velocity: &[T]) -> Vec<Dual<T>> {
    theta.iter().zip(velocity).map(|(x, v)| Dual::new(x.clone(), v.clone())).collect()
}

fn tangents<T>(vector: Vec<Dual<T>>) -> Vec<T> {
    vector.into_iter().map(|entry| entry.tangent).collect()
}

/// `d/dt theta^T A theta` along a velocity.
fn rate<T: Field>(map: &LinearMap, theta: &[T], velocity: &[T]) -> T {
    let moving = moving(theta, velocity);
    map.form(&moving, &moving).tangent
}

/// `theta'' = (Hess L) grad L` along `theta' = -grad L`.
fn acceleration<T: Carrier>(point: &Point<T>, velocity: &[T]) -> Vec<T> {
    let lifted = Objective {
        model: &*point.model,
        data: &point.data.lift(),
        preconditioner: &Preconditioner::Scalar(Dual::constant(T::one())),
        weight_decay: &Dual::constant(T::zero()),
    };
    scaled(&T::integer(-1), tangents(lifted.mean_gradient(&moving(&point.theta, velocity))))
}

/// `d/dt theta^T A_+ theta = -2 (A_- theta)^T grad L`: the left side by the chain rule of dual numbers, the right side
/// multiplied out.
fn first_derivative<T: Field>(generator: &Generator, theta: &[T], velocity: &[T]) -> Relation<T> {
    let (positive, negative) = (generator.map.positive_part(), generator.map.negative_part());
    let left = vec![Term::scalar("d/dt theta^T A_+ theta", rate(&positive, theta, velocity))];
    let right = vec![Term::scalar("-2 (A_- theta)^T grad L", T::integer(2) * negative.form(theta, velocity))];
    Relation::equality(("first derivative", &generator.name), left, right).against(extent(&generator.map, theta))
}

/// Half of the second derivative of `theta^T A_+ theta`, and that of `theta^T A_- theta`.
fn second_derivative<T: Field>(generator: &Generator, theta: &[T], velocity: &[T], acceleration: &[T]) -> Relation<T> {
    let (positive, negative) = (generator.map.positive_part(), generator.map.negative_part());
    let left = vec![
        Term::scalar("theta'^T A_+ theta'", positive.form(velocity, velocity)),
        Term::scalar("theta^T A_+ theta''", positive.form(theta, acceleration)),
    ];
    let right = vec![
        Term::scalar("theta'^T A_- theta'", negative.form(velocity, velocity)),
        Term::scalar("theta^T A_- theta''", negative.form(theta, acceleration)),
    ];
    Relation::equality(("second derivative", &generator.name), left, right).against(extent(&generator.map, theta))
}

/// `d/dt theta^T A theta = factor gamma theta^T A theta` with weight decay; the factor is -4.
fn with_decay<T: Carrier>(generator: &Generator, point: &Point<T>, velocity: &[T], factor: i64) -> Relation<T> {
    let theta = &point.theta;
    let mut decaying = velocity.to_vec();
    add_multiple(&mut decaying, &(T::integer(-2) * &point.weight_decay), theta);
    let left = Term::scalar("d/dt theta^T A theta, with decay", rate(&generator.map, theta, &decaying));
    let charge = generator.map.form(theta, theta);
    let right = Term::scalar("-4 gamma theta^T A theta", T::integer(factor) * &point.weight_decay * charge);
    Relation::equality(("derivative with decay", &generator.name), vec![left], vec![right])
        .against(extent(&generator.map, theta))
}

/// For a control: `C' = C` after a step of descent.
fn conserved_by_a_step<T: Carrier>(generator: &Generator, theta: &[T], eta: &T, velocity: &[T]) -> Relation<T> {
    let mut stepped = theta.to_vec();
    add_multiple(&mut stepped, eta, velocity);
    let charge = |theta: &[T]| generator.map.form(theta, theta);
    let left = vec![Term::scalar("C'", charge(&stepped))];
    Relation::equality(("charge", &generator.name), left, vec![Term::scalar("C", charge(theta))])
}

/// `C' = C + eta^2 (grad L)^T A grad L` after a step of descent: the rate at which finite steps break the charge.
fn of_step<T: Carrier>(generator: &Generator, point: &Point<T>, eta: &T, velocity: &[T]) -> Relation<T> {
    let charge = |theta: &[T]| generator.map.form(theta, theta);
    let mut stepped = point.theta.clone();
    add_multiple(&mut stepped, eta, velocity);
    let left = vec![Term::scalar("C after a step", charge(&stepped))];
    let right = vec![
        Term::scalar("C", charge(&point.theta)),
        Term::scalar("eta^2 (grad L)^T A grad L", eta.squared() * charge(velocity)),
    ];
    Relation::equality(("one step", &generator.name), left, right).against(extent(&generator.map, &point.theta))
}

/// `d/dt W W^T = -U^T grad_U L - (grad_U L)^T U`, every entry.
fn of_interface<T: Field>(layout: &Layout, layer: usize, theta: &[T], velocity: &[T]) -> Relation<T> {
    let along_flow = moving(theta, velocity);
    let left = tangents(incoming_gram(layout, layer, &along_flow, &along_flow));
    let right = vec![
        Term::vector("-U^T grad_U L", outgoing_gram(layout, layer, theta, velocity)),
        Term::vector("-(grad_U L)^T U", outgoing_gram(layout, layer, velocity, theta)),
    ];
    Relation::equality(("interface", format!("at hidden layer {layer}")), vec![Term::vector("d/dt W W^T", left)], right)
        .against(dot(theta, theta))
}
