//! `entropic-loss/no-second-order-potential`: the field of second order is no gradient.
//!
//! ```text
//! V = 1/3 H^2 g + 1/12 T[g, g],   J - J^T = 1/6 (H G - G H)   with J = dV/dtheta, G = T[g]
//! dV_u/dw - dV_w/du = -(8/3) x^5 (u^4 - w^4) (u w x - y)   for l = (u w x - y)^2
//! ```
//!
//! `g`, `H` and `T` are the first three derivatives of the loss `l` of one sample. Sources: [`PAPER`], [`GEOMETRIC`].

use super::curl::{Curl, Models, flat};
use super::{GEOMETRIC, PAPER};
use crate::data::{DataSet, Sample};
use crate::instances::Problem;
use crate::instances::problem::{Decay, Rates};
use crate::linalg::products::squared_norm;
use crate::model::{Carrier, Loss, Network, Piecewise};
use crate::scalar::{Dual, Rational};
use crate::verify::POINTS_PER_FAMILY;
use crate::verify::{Claim, Class, Draw, Draws, Exact, In, Part, Relation, Stream, Term, Unjudged, control};

/// The antisymmetric part of the Jacobian, for any loss.
#[derive(Clone, Copy)]
pub(super) struct Identity;

/// The curl of the smallest example, `l = (u w x - y)^2`.
#[derive(Clone, Copy)]
enum Neuron {
    /// Where it vanishes, and what it is elsewhere.
    Law,
    /// That it is not 0 for a linear model without hidden layer.
    Quadratic,
    /// For one parameter.
    OneDimension,
    /// At `u^2 = w^2`.
    Balanced,
    /// At `u w x = y`.
    NoResidual,
}

/// `entropic-loss/no-second-order-potential`
pub static CLAIM: Claim = Claim {
    id: "entropic-loss/no-second-order-potential",
    title: "beyond first order there is no entropic potential",
    statement: "V = 1/3 H^2 g + 1/12 T[g, g] has the Jacobian J with J - J^T = 1/6 (H G - G H), G = T[g]. \
        For l = (u w x - y)^2: dV_u/dw - dV_w/du = -(8/3) x^5 (u^4 - w^4) (u w x - y), which is 0 if and only if u^2 = w^2, x = 0 or u w x = y; \
        elsewhere V is no gradient",
    hypotheses: &[
        "\"not a gradient\" is meant in the Euclidean metric, for the field of one sample's steps with Lambda = h I",
        "the identity holds for every loss that is four times differentiable",
        "the curl vanishes for quadratic losses and in one dimension",
    ],
    references: &[PAPER, GEOMETRIC],
    builds_on: &["entropic-loss/second-order-field"],
    law: &[
        // Of every four families one is the smallest example, one awkward.
        Part { check: &Exact(Neuron::Law), number: |index| (index / POINTS_PER_FAMILY % 4 == 3).then_some(index) },
        Part { check: &Exact(Identity), number: Some },
    ],
    controls: &[
        control("quadratic", "a linear model without hidden layer, whose loss is quadratic", &Exact(Neuron::Quadratic)),
        control("one-dimension", "l = (u^2 x - y)^2: one parameter", &Exact(Neuron::OneDimension)),
        control("balanced", "the neuron at u^2 = w^2", &Exact(Neuron::Balanced)),
        control("no-residual", "the neuron at u w x = y", &Exact(Neuron::NoResidual)),
    ],
};

/// Rationals resolve every gap; the judge asks for a number.
const ANY_GAP: i32 = 1 << 16;

impl Draws for Identity {
    type Instance = Problem;

    /// A small network that is not a quadratic problem, with one sample.
    fn draw(&self, draw: &mut Draw) -> Result<Problem, Unjudged> {
        let class = if draw.family_number() % 4 == 1 { Class::Awkward } else { Class::Generic };
        let stream = &mut draw.family;
        let widths: Vec<usize> = (0..3).map(|_| 1 + stream.below(2)).collect();
        let network = match stream.below(4) {
            0 => Network::deep_linear(&widths),
            1 => Network::mlp(&widths, Piecewise::LeakyRelu, true, Loss::SquaredError),
            2 => Network::mlp(&widths, Piecewise::SquaredRelu, stream.coin(), Loss::SquaredError),
            _ => Network::deep_linear(&[widths[0], 1, widths[1], widths[2]]),
        };
        Ok(Problem::draw_samples(draw, class, network, Rates::Scalar, Decay::None, 1))
    }
}

impl<T: Carrier> In<T> for Identity
where
    Dual<T>: Carrier,
{
    fn relations(&self, problem: &Problem) -> Result<Vec<Relation<T>>, Unjudged> {
        Ok(vec![Models::<T>::of(problem).curl(problem).identity()])
    }
}

/// `u`, `w`, `x` and `y`.
type Numbers = [Rational; 4];

impl Draws for Neuron {
    type Instance = Problem;

    fn draw(&self, draw: &mut Draw) -> Result<Problem, Unjudged> {
        let widths: &[usize] = if matches!(self, Neuron::Quadratic) { &[2, 1] } else { &[1, 1, 1] };
        let network = Network::deep_linear(widths);
        let mut problem = Problem::draw_samples(draw, Class::Smooth, network, Rates::Scalar, Decay::None, 1);
        let (index, stream) = (draw.index, &mut draw.point);
        let [u, mut w, x, mut y] = ordinary(stream);
        let balanced = stream.coin();
        // Every other one of the law where its curl vanishes.
        let place = match self {
            Neuron::Law if index % 2 == 0 => Neuron::Law,
            Neuron::Law if balanced => Neuron::Balanced,
            Neuron::Law => Neuron::NoResidual,
            control => *control,
        };
        match place {
            Neuron::Balanced => w = if stream.coin() { u.clone() } else { -u.clone() },
            Neuron::NoResidual => y = Rational::from(&u * &w) * &x,
            _ => {}
        }
        let input = if matches!(self, Neuron::Quadratic) { vec![x.clone(), x] } else { vec![x] };
        problem.theta = vec![u, w];
        problem.data = DataSet::new(vec![Sample::new(input, vec![y])]);
        Ok(problem)
    }
}

/// Numbers at which the curl does not vanish.
fn ordinary(stream: &mut Stream) -> Numbers {
    loop {
        let drawn = [stream.small(), stream.small(), stream.small(), stream.small()];
        if !is_exceptional(&drawn) {
            return drawn;
        }
    }
}

/// Whether the curl of `l = (u w x - y)^2` vanishes.
fn is_exceptional([u, w, x, y]: &Numbers) -> bool {
    u.clone().abs() == w.clone().abs() || *x == 0 || Rational::from(u * w) * x == *y
}

/// The numbers of an instance.
fn numbers(problem: &Problem) -> Numbers {
    let sample = &problem.data.samples()[0];
    [&problem.theta[0], &problem.theta[1], &sample.input[0], &sample.target[0]].map(Clone::clone)
}

impl<T: Carrier> In<T> for Neuron
where
    Dual<T>: Carrier,
{
    fn relations(&self, problem: &Problem) -> Result<Vec<Relation<T>>, Unjudged> {
        let models = if matches!(self, Neuron::OneDimension) { Models::tied() } else { Models::of(problem) };
        let curl: Curl<T> = models.curl(problem);
        let positive = || is_positive(&curl);
        Ok(match self {
            Neuron::Law if is_exceptional(&numbers(problem)) => vec![curl.identity(), vanishes(&curl)],
            Neuron::Law => vec![curl.identity(), positive(), example(&curl, &numbers(problem))],
            _ => vec![positive()],
        })
    }
}

fn vanishes<T: Carrier>(Curl { jacobian, .. }: &Curl<T>) -> Relation<T> {
    Relation::equality(
        "no curl where u^2 = w^2 or u w x = y",
        vec![Term::vector("J", flat(jacobian, T::one()))],
        vec![Term::vector("J^T", flat(&jacobian.transpose(), T::one()))],
    )
}

fn is_positive<T: Carrier>(Curl { jacobian, .. }: &Curl<T>) -> Relation<T> {
    let curl = jacobian.clone() - jacobian.transpose();
    let size = Term::scalar("|J - J^T|^2", squared_norm(curl.iter()));
    Relation::positive("the curl is not 0", size).against(squared_norm(jacobian.iter())).resolved_to(ANY_GAP)
}

/// Parameters are stored layer by layer; the product `u w` is symmetric, the curl is not.
fn example<T: Carrier>(Curl { jacobian, .. }: &Curl<T>, numbers: &Numbers) -> Relation<T> {
    let [u, w, x, y] = numbers.each_ref().map(T::drawn);
    let residual = T::product(&u, &w) * &x - y;
    let right = T::ratio(-8, 3) * x.powi(5) * (u.powi(4) - w.powi(4)) * residual;
    let left =
        vec![Term::scalar("dV_u/dw", jacobian[(0, 1)].clone()), Term::scalar("-dV_w/du", -jacobian[(1, 0)].clone())];
    let right = vec![Term::scalar("-(8/3) x^5 (u^4 - w^4) (u w x - y)", right)];
    Relation::equality("the smallest example", left, right)
}
