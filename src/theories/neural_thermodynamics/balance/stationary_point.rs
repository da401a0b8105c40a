//! `balance/stationary-point`: the laws of neurons and of adjacent matrices at minimisers of `F` that are found from random starts.
//!
//! ```text
//! E|g_w|^2 + (4 gamma / eta) k |u|^2 = k E|g_u|^2 + (4 gamma / eta) |w|^2
//! E[g_W g_W^T] + (4 gamma / eta) U^T U = E[g_U^T g_U] + (4 gamma / eta) W W^T   where grad F = 0
//! ```
//!
//! The notation is that of `balance/neuron` and `balance/matrix`. Source: [`PAPER`].

use super::PAPER;
use super::law::LawPoint;
use super::matrix::matrix_laws;
use super::neuron::neuron_laws;
use crate::data::DataSet;
use crate::entropic::Preconditioner;
use crate::instances::Problem;
use crate::instances::polished::{Polished, STARTS, Sought};
use crate::instances::problem::{Decay, Rates};
use crate::linalg::products::dot;
use crate::model::{Carrier, Loss, Network, Piecewise, Smooth};
use crate::scalar::Rational;
use crate::verify::{Claim, Class, Draw, Relation, all, control};

/// The laws at minimisers.
#[derive(Clone, Copy)]
struct StationaryPoint {
    networks: Networks,
    point: Point,
    /// Whether there is decay; if it is left open, on every other problem.
    decay: Option<bool>,
    /// What the learning rate of the law is, as a multiple of the right one.
    rate: i64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Networks {
    /// Of the law, in turn.
    InTurn,
    /// Linear ones, of a control.
    Linear,
    Tanh,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Point {
    Start,
    /// A minimiser of `F`.
    Entropic,
    /// A minimiser of `L + gamma |theta|^2`.
    Plain,
}

const LAW: StationaryPoint =
    StationaryPoint { networks: Networks::InTurn, point: Point::Entropic, decay: None, rate: 1 };
const LINEAR: StationaryPoint = StationaryPoint { networks: Networks::Linear, decay: Some(false), ..LAW };
// Without decay a wrong learning rate would not show, as the laws would not contain it; and tanh would saturate.
const WITH_DECAY: StationaryPoint = StationaryPoint { decay: Some(true), ..LINEAR };

/// `balance/stationary-point`
pub static CLAIM: Claim = Claim {
    id: "balance/stationary-point",
    title: "the laws at minimisers found from random starts",
    statement: "where grad F = 0, to full working precision: E|g_w|^2 + (4 gamma / eta) k |u|^2 = \
                k E|g_u|^2 + (4 gamma / eta) |w|^2 for every neuron; E[g_W g_W^T] + (4 gamma / eta) U^T U = E[g_U^T g_U] + (4 gamma / eta) W W^T at every linear interface",
    hypotheses: &[
        "the start leads to a point at which F is smooth: of sixteen starts, all but the first on data of their own, the first that does is taken; \
            where none does, as where the minimisers sit on kinks, the instance is excluded and counted",
        "the point is not trivial: the law's sides are compared with the gradient noise at the start",
        "w, u, k, W and U are those of balance/neuron and balance/matrix; Lambda = eta I. Neurons are checked with decay, linear interfaces without",
        "Newton's steps are minimum-norm steps: rotations that survive leave flat directions",
    ],
    references: &[PAPER],
    builds_on: &["balance/master", "balance/approximate"],
    law: &[all(&Polished(LAW))],
    controls: &[
        control(
            "not-stationary",
            "the laws at the random start",
            &Polished(StationaryPoint { point: Point::Start, ..LINEAR }),
        ),
        control(
            "plain-minimiser",
            "the laws at a minimiser of L + gamma |theta|^2, without entropy",
            &Polished(StationaryPoint { point: Point::Plain, ..LINEAR }),
        ),
        control(
            "other-learning-rate",
            "the laws for twice the learning rate that made the point",
            &Polished(StationaryPoint { rate: 2, ..WITH_DECAY }),
        ),
        control(
            "not-homogeneous",
            "the laws for a tanh network, at its own minimiser of F",
            &Polished(StationaryPoint { networks: Networks::Tanh, ..WITH_DECAY }),
        ),
    ],
};

impl Networks {
    /// In turn: small, with more samples than they can interpolate, so that noise remains at the minimum.
    fn network(self, number: u64) -> Network {
        let piecewise = |widths: &[usize], activation| Network::mlp(widths, activation, true, Loss::SquaredError);
        match (self, number % 6) {
            (Networks::Tanh, _) => Network::mlp(&[2, 2, 1], Smooth::Tanh, true, Loss::SquaredError),
            (Networks::InTurn, 1) => piecewise(&[2, 1, 1], Piecewise::LeakyRelu),
            (Networks::InTurn, 3) => piecewise(&[2, 1, 1], Piecewise::Relu),
            (Networks::InTurn, 5) => piecewise(&[2, 2, 1], Piecewise::SquaredRelu),
            (Networks::InTurn, 2) => Network::deep_linear(&[2, 2, 2, 1]),
            (_, 3 | 4) => Network::mlp(&[2, 2, 2], Piecewise::Identity, true, Loss::CrossEntropy),
            _ => Network::deep_linear(&[2, 2, 2]),
        }
    }
}

impl Sought for StationaryPoint {
    /// The problem is shared by [`STARTS`] instances; the start is each instance's own. A further attempt has another start, and other data: where
    /// the minimisers of one problem sit on kinks, all starts end there.
    fn draw(&self, draw: &Draw, attempt: u64) -> Problem {
        let number = draw.index / STARTS;
        let data = draw.stream("data", number + (attempt << 32));
        let mut start = draw.stream("start", draw.index);
        let mut draw = draw.with_streams(draw.stream("problem", number), data);
        let network = self.networks.network(number);
        let decay = if self.decay.unwrap_or(number % 2 == 1) { Decay::Positive } else { Decay::None };
        let samples = 5 + network.parameter_count() / 2;
        let mut problem = Problem::draw_samples(&mut draw, Class::Smooth, network, Rates::Scalar, decay, samples);
        // Positive equal weights, a small learning rate and a small decay: F is to have a minimiser that is not trivial.
        problem.data = DataSet::new(problem.data.samples().to_vec());
        problem.preconditioner = Preconditioner::Scalar(Rational::from((1 + draw.family.below(4) as i64, 64)));
        problem.weight_decay /= 4;
        for _ in 0..=attempt {
            problem.theta = (0..problem.theta.len()).map(|_| start.small()).collect();
        }
        problem
    }

    fn sought(&self, problem: &Problem) -> Option<Problem> {
        match self.point {
            Point::Start => None,
            Point::Entropic => Some(problem.clone()),
            Point::Plain => {
                Some(Problem { preconditioner: Preconditioner::Scalar(Rational::new()), ..problem.clone() })
            }
        }
    }

    /// Compared with the gradient noise at the start.
    fn relations<T: Carrier>(&self, problem: &Problem, theta: Vec<T>) -> Vec<Relation<T>> {
        let start = LawPoint::<T>::new(problem, true);
        let noise_at_start = start.mean(|gradient| dot(gradient, gradient));
        let mut at = LawPoint::<T>::found(problem, theta);
        if self.rate != 1 {
            at.decay_factor /= T::integer(self.rate);
        }
        let layout = problem.network.layout().expect("every network of this claim has layers");
        let linear = problem.network.activation() == Piecewise::Identity.into();
        let relations = if linear {
            matrix_laws(&at, layout)
        } else {
            let degree = problem.network.activation().homogeneity().map_or(1, i64::from);
            neuron_laws(&at, layout, degree, true)
        };
        relations.into_iter().map(|law| law.against(noise_at_start.clone())).collect()
    }
}
