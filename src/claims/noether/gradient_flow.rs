//! `noether/gradient-flow`

use super::charge::{Charged, extent, incoming_gram, layout, outgoing_gram, scaled, small_problem};
use super::{AUTO_BALANCING, NEURAL_MECHANICS};
use crate::claim::problem::{Decay, Rates, preconditioner};
use crate::claim::{Case, Class, Control, Draw, Entry, Evidence, Outside, Point, Relation, Term, Theorem};
use crate::entropic::{Objective, Preconditioner};
use crate::linalg::products::{add_multiple, dot};
use crate::model::mlp::Layout;
use crate::model::{Carrier, Piecewise};
use crate::scalar::{Dual, Field, Rational};
use crate::symmetry::{Generator, LinearMap, is_linear};

/// The charges that gradient flow conserves.
pub struct GradientFlow;

static ENTRY: Entry = Entry {
    id: "noether/gradient-flow",
    title: "charges conserved by gradient flow",
    statement: "theta' = -grad L implies d/dt theta^T A theta = -2 (A theta)^T grad L = 0; for l(U W) also d/dt (W W^T - U^T U) = 0",
    hypotheses: &[
        "A generates a symmetry of the per-sample loss and is symmetric; L is any weighted mean of the samples",
        "the first two derivatives along the flow are checked, at any theta: A = A_+ - A_- splits both sides",
        "with weight decay, theta' = -grad L - 2 gamma theta: d/dt theta^T A theta = -4 gamma theta^T A theta",
        "with biases, W W^T + b b^T stands for W W^T",
    ],
    evidence: &[Evidence::Exact, Evidence::Enclosed, Evidence::Converged],
    controls: &[
        Control { name: "not-a-symmetry", breaks: "rescaling of a neuron whose activation is not homogeneous" },
        Control { name: "wrong-degree", breaks: "|w|^2 - |u|^2 for squared ReLU, of degree 2" },
        Control { name: "without-bias", breaks: "the bias left out of w" },
        Control { name: "unequal-rates", breaks: "the flow of -Lambda grad L, Lambda not a multiple of I" },
        Control { name: "finite-step", breaks: "one step of descent in place of the flow" },
        Control { name: "slower-decay", breaks: "-2 gamma in place of -4 gamma" },
    ],
    references: &[NEURAL_MECHANICS, AUTO_BALANCING],
};

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

impl Theorem for GradientFlow {
    type Instance = Charged;

    fn entry(&self) -> &'static Entry {
        &ENTRY
    }

    fn draw(&self, mut draw: Draw) -> Charged {
        let draw = &mut draw;
        let decay = Decay::Positive;
        match draw.case {
            Case::Law => Charged::of_law(draw, decay),
            case if case.is_control(&ENTRY, "not-a-symmetry") => Charged::not_homogeneous(draw, decay),
            case if case.is_control(&ENTRY, "wrong-degree") => {
                let problem = small_problem(draw, Class::Generic, Piecewise::SquaredRelu, decay);
                Charged::with_neurons_of_degree(problem, 1)
            }
            case if case.is_control(&ENTRY, "without-bias") => without_biases(Charged::leaky(draw, decay)),
            case if case.is_control(&ENTRY, "unequal-rates") => {
                let mut charged = Charged::leaky(draw, decay);
                let parameters = charged.problem.network.parameter_count();
                charged.problem.preconditioner = preconditioner(&mut draw.family, Rates::Full, parameters);
                charged
            }
            case if case.is_control(&ENTRY, "finite-step") => {
                let mut charged = Charged::leaky(draw, decay);
                charged.problem.preconditioner = Preconditioner::Scalar(Rational::from((1, 2)));
                charged
            }
            case if case.is_control(&ENTRY, "slower-decay") => Charged::decaying(draw),
            _ => Charged::leaky(draw, decay),
        }
    }

    fn relations<T: Carrier>(&self, charged: &Charged, case: Case) -> Result<Vec<Relation<T>>, Outside> {
        let point = charged.problem.at::<T>();
        let theta = &point.theta;
        let mut velocity = scaled(&T::integer(-1), point.objective().mean_gradient(theta));
        if case.is_control(&ENTRY, "unequal-rates") {
            velocity = point.preconditioner.apply(&velocity);
        }
        let relation = |generator: &Generator| match case {
            case if case.is_control(&ENTRY, "finite-step") => {
                let mut stepped = theta.clone();
                add_multiple(&mut stepped, &charged.problem.learning_rate(), &velocity);
                let charge = |theta: &[T]| generator.map.form(theta, theta);
                let left = vec![Term::scalar("C'", charge(&stepped))];
                Relation::equality(&generator.name, left, vec![Term::scalar("C", charge(theta))])
            }
            case if case.is_control(&ENTRY, "slower-decay") => with_decay(generator, &point, &velocity, -2),
            _ => first_derivative(generator, theta, &velocity),
        };
        let mut relations: Vec<_> = charged.generators.iter().map(relation).collect();
        if case == Case::Law {
            let acceleration = acceleration(&point, &velocity);
            for generator in &charged.generators {
                relations.push(second_derivative(generator, theta, &velocity, &acceleration));
                relations.push(with_decay(generator, &point, &velocity, -4));
            }
            if is_linear(&charged.problem.network) {
                let layout = layout(&charged.problem.network);
                relations.extend((0..layout.depth() - 1).map(|layer| of_interface(layout, layer, theta, &velocity)));
            }
        }
        Ok(relations)
    }
}

/// `d/dt theta^T A_+ theta = -2 (A_- theta)^T grad L`: the left side by the chain rule of dual numbers, the right side
/// multiplied out.
fn first_derivative<T: Field>(generator: &Generator, theta: &[T], velocity: &[T]) -> Relation<T> {
    let (positive, negative) = (generator.map.positive_part(), generator.map.negative_part());
    let left = vec![Term::scalar("d/dt theta^T A_+ theta", rate(&positive, theta, velocity))];
    let right = vec![Term::scalar("-2 (A_- theta)^T grad L", T::integer(2) * negative.form(theta, velocity))];
    Relation::equality(format!("{}, first derivative", generator.name), left, right)
        .against(extent(&generator.map, theta))
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
    Relation::equality(format!("{}, second derivative", generator.name), left, right)
        .against(extent(&generator.map, theta))
}

/// `d/dt theta^T A theta = factor gamma theta^T A theta` with weight decay; the factor is -4.
fn with_decay<T: Carrier>(generator: &Generator, point: &Point<T>, velocity: &[T], factor: i64) -> Relation<T> {
    let theta = &point.theta;
    let mut decaying = velocity.to_vec();
    add_multiple(&mut decaying, &(T::integer(-2) * &point.weight_decay), theta);
    let left = Term::scalar("d/dt theta^T A theta, with decay", rate(&generator.map, theta, &decaying));
    let charge = generator.map.form(theta, theta);
    let right = Term::scalar("-4 gamma theta^T A theta", T::integer(factor) * &point.weight_decay * charge);
    Relation::equality(format!("{}, with decay", generator.name), vec![left], vec![right])
        .against(extent(&generator.map, theta))
}

/// `d/dt W W^T = -U^T grad_U L - (grad_U L)^T U`, every entry.
fn of_interface<T: Field>(layout: &Layout, layer: usize, theta: &[T], velocity: &[T]) -> Relation<T> {
    let along_flow = moving(theta, velocity);
    let left = tangents(incoming_gram(layout, layer, &along_flow, &along_flow));
    let right = vec![
        Term::vector("-U^T grad_U L", outgoing_gram(layout, layer, theta, velocity)),
        Term::vector("-(grad_U L)^T U", outgoing_gram(layout, layer, velocity, theta)),
    ];
    Relation::equality(format!("interface at hidden layer {layer}"), vec![Term::vector("d/dt W W^T", left)], right)
        .against(dot(theta, theta))
}

/// The generators with the biases' entries removed.
fn without_biases(mut charged: Charged) -> Charged {
    let biases = layout(&charged.problem.network).biases(0);
    for generator in &mut charged.generators {
        for bias in biases.clone() {
            generator.map.set_row(bias, Vec::<(usize, Rational)>::new());
        }
    }
    charged
}
