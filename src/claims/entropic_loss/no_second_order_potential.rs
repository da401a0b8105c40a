//! `entropic-loss/no-second-order-potential`

use super::{GEOMETRIC, PAPER};
use crate::claim::problem::{Decay, Rates};
use crate::claim::theorem::schwartz_zippel_bits;
use crate::claim::{
    Case, Claim, Class, Control, Draw, Drawn, Entry, Evidence, Examination, Problem, Relation, Scalar, Settings,
    Status, Term,
};
use crate::data::{DataSet, Sample};
use crate::entropic::modified::Terms;
use crate::entropic::{Preconditioner, hessian_vector, third_derivative};
use crate::linalg::products::{add_multiple, product, squared_norm};
use crate::model::{Carrier, Differentiable, Loss, Model, Network, Piecewise};
use crate::scalar::{Degree, Dual, Field, Rational};
use nalgebra::DMatrix;
use std::sync::Arc;

/// The field of second order is not a gradient.
pub struct NoSecondOrderPotential;

static ENTRY: Entry = Entry {
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
    evidence: &[Evidence::Exact],
    controls: &[
        Control { name: "quadratic", breaks: "a linear model without hidden layer, whose loss is quadratic" },
        Control { name: "one-dimension", breaks: "l = (u^2 x - y)^2: one parameter" },
        Control { name: "balanced", breaks: "the neuron at u^2 = w^2" },
        Control { name: "no-residual", breaks: "the neuron at u w x = y" },
    ],
    references: &[PAPER, GEOMETRIC],
};

/// Rationals resolve every gap; the judge asks for a number.
const ANY_GAP: i32 = 1 << 16;

impl Claim for NoSecondOrderPotential {
    fn entry(&self) -> &'static Entry {
        &ENTRY
    }

    fn examine(&self, settings: &Settings, case: Case, index: u64) -> Examination {
        let mut draw = Draw::new(&ENTRY, settings.seed, case, index);
        // Of every four families one is the smallest example, one awkward.
        let neuron = case != Case::Law || draw.family_number() % 4 == 3;
        let problem = if neuron { draw_neuron(&mut draw) } else { draw_network(&mut draw) };
        let mut examination = Examination::of(problem.class(), problem.describe());
        let finding = settings.judge(Scalar::Rational, relations::<Rational>(&problem, case, neuron), case);
        if case == Case::Law && problem.class == Class::Generic && finding.status == Status::Satisfied {
            examination.bounds = schwartz_zippel_bits(&relations::<Degree>(&problem, case, neuron));
        }
        examination.findings.push(finding);
        examination
    }
}

/// A small network that is not a quadratic problem, with one sample.
pub(super) fn draw_network(draw: &mut Draw) -> Problem {
    let class = if draw.family_number() % 4 == 1 { Class::Awkward } else { Class::Generic };
    let stream = &mut draw.family;
    let widths: Vec<usize> = (0..3).map(|_| 1 + stream.below(2)).collect();
    let network = match stream.below(4) {
        0 => Network::deep_linear(&widths),
        1 => Network::mlp(&widths, Piecewise::LeakyRelu, true, Loss::SquaredError),
        2 => Network::mlp(&widths, Piecewise::SquaredRelu, stream.coin(), Loss::SquaredError),
        _ => Network::deep_linear(&[widths[0], 1, widths[1], widths[2]]),
    };
    Problem::draw_samples(draw, class, network, Rates::Scalar, Decay::None, 1)
}

/// `l = (u w x - y)^2`; every other one, and some controls, where its curl vanishes.
fn draw_neuron(draw: &mut Draw) -> Problem {
    let case = draw.case;
    let is = |name| case.is_control(&ENTRY, name);
    let quadratic = is("quadratic");
    let widths: &[usize] = if quadratic { &[2, 1] } else { &[1, 1, 1] };
    let mut problem =
        Problem::draw_samples(draw, Class::Smooth, Network::deep_linear(widths), Rates::Scalar, Decay::None, 1);
    let exceptional = case == Case::Law && draw.index % 2 == 1;
    let stream = &mut draw.point;
    let (u, mut w, x, mut y) = loop {
        let drawn = (stream.small(), stream.small(), stream.small(), stream.small());
        if !is_exceptional(&drawn.0, &drawn.1, &drawn.2, &drawn.3) {
            break drawn;
        }
    };
    let balanced = stream.coin();
    if is("balanced") || exceptional && balanced {
        w = if stream.coin() { u.clone() } else { -u.clone() };
    }
    if is("no-residual") || exceptional && !balanced {
        y = Rational::from(&u * &w) * &x;
    }
    let input = if quadratic { vec![x.clone(), x] } else { vec![x] };
    problem.theta = vec![u, w];
    problem.data = DataSet::new(vec![Sample::new(input, vec![y])]);
    problem
}

/// Whether the curl of `l = (u w x - y)^2` vanishes.
fn is_exceptional(u: &Rational, w: &Rational, x: &Rational, y: &Rational) -> bool {
    u.clone().abs() == w.clone().abs() || *x == 0 || Rational::from(u * w) * x == *y
}

/// What is known at a point.
struct Curl<T> {
    /// `J`, with `V_i` differentiated by `theta_j` in row `i`, column `j`.
    jacobian: DMatrix<T>,
    /// `H G`
    product: DMatrix<T>,
}

/// The model of a problem, over a scalar and over its duals: the Jacobian of what already needs three derivatives of the loss.
struct Models<T: Field> {
    model: Arc<dyn Differentiable<T>>,
    dual: Arc<dyn Differentiable<Dual<T>>>,
}

impl<T: Carrier> Models<T>
where
    Dual<T>: Carrier,
{
    fn new(problem: &Problem, case: Case) -> Self {
        if case.is_control(&ENTRY, "one-dimension") {
            return Models { model: Arc::new(TiedNeuron), dual: Arc::new(TiedNeuron) };
        }
        let exists = "piecewise polynomial networks under squared error exist in every scalar";
        Models {
            model: T::model(&problem.network).expect(exists),
            dual: <Dual<T> as Carrier>::model(&problem.network).expect(exists),
        }
    }
}

/// `l = (u^2 x - y)^2`, with one parameter.
struct TiedNeuron;

impl<T: Field> Model<T> for TiedNeuron {
    fn parameter_count(&self) -> usize {
        1
    }
    fn loss_and_gradient(&self, theta: &[T], sample: &Sample<T>, gradient: &mut [T]) -> T {
        let (u, x) = (&theta[0], &sample.input[0]);
        let residual = u.squared() * x - &sample.target[0];
        gradient[0] = T::integer(4) * &residual * u * x;
        residual.squared()
    }
}

impl<T: Field> Curl<T> {
    fn new(models: &Models<T>, theta: &[T], sample: &Sample<T>) -> Self {
        let Models { model, dual } = models;
        let size = theta.len();
        let unit = |column: usize| -> Vec<T> {
            (0..size).map(|row| if row == column { T::one() } else { T::zero() }).collect()
        };
        let columns = |column: &dyn Fn(usize) -> Vec<T>| {
            DMatrix::from_vec(size, size, (0..size).flat_map(column).collect::<Vec<T>>())
        };
        let gradient = Model::<T>::gradient(&**model, theta, sample);
        let lifted = sample.lift();
        let twice = lifted.lift();
        let hessian = columns(&|column| hessian_vector(&**model, theta, &unit(column), &lifted));
        let along = columns(&|column| third_derivative(&**model, theta, &gradient, &unit(column), &twice));
        let rates = Preconditioner::Scalar(Dual::constant(T::one()));
        let field_along = |column: usize| -> Vec<T> {
            let moving: Vec<Dual<T>> = theta.iter().zip(unit(column)).map(|(x, v)| Dual::new(x.clone(), v)).collect();
            let terms = Terms::new(&**dual, &rates, &moving, &lifted);
            let mut field = vec![Dual::constant(T::zero()); size];
            add_multiple(&mut field, &Dual::constant(T::ratio(1, 3)), &terms.curvature);
            add_multiple(&mut field, &Dual::constant(T::ratio(1, 12)), &terms.third);
            field.into_iter().map(|entry| entry.tangent).collect()
        };
        Curl { jacobian: columns(&field_along), product: product(&hessian, &along) }
    }
}

pub(super) fn relations<T: Carrier>(problem: &Problem, case: Case, neuron: bool) -> Vec<Relation<T>>
where
    Dual<T>: Carrier,
{
    let models = Models::<T>::new(problem, case);
    let theta: Vec<T> = problem.theta.iter().take(Model::<T>::parameter_count(&*models.model)).map(T::drawn).collect();
    let data = problem.data.carry::<T>();
    let Curl { jacobian, product } = Curl::new(&models, &theta, &data.samples()[0]);
    let flat = |matrix: &DMatrix<T>, sign: T| matrix.iter().map(|entry| T::product(&sign, entry)).collect::<Vec<_>>();
    let size = squared_norm(jacobian.iter());
    let curl = jacobian.clone() - jacobian.transpose();
    let mut relations = Vec::new();
    if case == Case::Law {
        // Both matrices are symmetric, so G H = (H G)^T needs no second product.
        relations.push(Relation::equality(
            "the antisymmetric part of the Jacobian",
            vec![
                Term::vector("J", flat(&jacobian, T::one())),
                Term::vector("-J^T", flat(&jacobian.transpose(), T::integer(-1))),
            ],
            vec![
                Term::vector("1/6 H G", flat(&product, T::ratio(1, 6))),
                Term::vector("-1/6 G H", flat(&product.transpose(), T::ratio(-1, 6))),
            ],
        ));
    }
    let vanishes = case == Case::Law && {
        let sample = &problem.data.samples()[0];
        neuron && is_exceptional(&problem.theta[0], &problem.theta[1], &sample.input[0], &sample.target[0])
    };
    if vanishes {
        relations.push(Relation::equality(
            "no curl where u^2 = w^2 or u w x = y",
            vec![Term::vector("J", flat(&jacobian, T::one()))],
            vec![Term::vector("J^T", flat(&jacobian.transpose(), T::one()))],
        ));
    } else if neuron {
        let curl = Term::scalar("|J - J^T|^2", squared_norm(curl.iter()));
        relations.push(Relation::positive("the curl is not 0", curl).against(size).resolved_to(ANY_GAP));
    }
    if neuron && case == Case::Law && !vanishes {
        let (u, w) = (T::drawn(&problem.theta[0]), T::drawn(&problem.theta[1]));
        let sample = &problem.data.samples()[0];
        let (x, y) = (T::drawn(&sample.input[0]), T::drawn(&sample.target[0]));
        // Parameters are stored layer by layer; the product u w is symmetric, the curl is not.
        let residual = T::product(&u, &w) * &x - y;
        let right = T::ratio(-8, 3) * x.powi(5) * (u.powi(4) - w.powi(4)) * residual;
        let left = vec![
            Term::scalar("dV_u/dw", jacobian[(0, 1)].clone()),
            Term::scalar("-dV_w/du", -jacobian[(1, 0)].clone()),
        ];
        relations.push(Relation::equality(
            "the smallest example",
            left,
            vec![Term::scalar("-(8/3) x^5 (u^4 - w^4) (u w x - y)", right)],
        ));
    }
    relations
}
