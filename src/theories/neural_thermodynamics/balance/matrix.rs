//! `balance/matrix`: two matrices between which nothing stands are in balance.
//!
//! ```text
//! E[g_W g_W^T] - E[g_U^T g_U] = (4 gamma / eta) (W W^T - U^T U)   where grad F = 0
//! ```
//!
//! The loss depends on `U` and `W` through `U W`; `eta` is the learning rate, `gamma` the weight decay. Source: [`PAPER`].

use super::law::{LawPoint, class_of, draw_problem};
use super::{MADE_STATIONARY, PAPER};
use crate::data::DataSet;
use crate::instances::problem::Decay;
use crate::instances::{NetworkKind, Problem};
use crate::model::mlp::Layout;
use crate::model::{Carrier, Loss, Network, Piecewise};
use crate::scalar::Field;
use crate::symmetry::transformer::Factors;
use crate::verify::{Claim, Class, Draw, Draws, In, Ladder, Relation, Term, Unjudged, all, control};

/// The balance law where nothing stands between two matrices.
#[derive(Clone, Copy)]
pub(super) struct Matrix {
    networks: Networks,
    /// Whether `W^T` stands in place of `W` in the noise.
    transposed_noise: bool,
    /// Whether `W^T` stands in place of `W` in the decay.
    transposed_decay: bool,
    /// Whether a random point passes for a stationary one.
    stationary: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Networks {
    Linear,
    /// Linear, the first matrix square.
    Square,
    /// With a ReLU between the matrices.
    Relu,
}

pub(super) const LAW: Matrix =
    Matrix { networks: Networks::Linear, transposed_noise: false, transposed_decay: false, stationary: false };
const SQUARE: Matrix = Matrix { networks: Networks::Square, ..LAW };

/// `balance/matrix`
pub static CLAIM: Claim = Claim {
    id: "balance/matrix",
    title: "balance of two adjacent matrices",
    statement: "E[g_W g_W^T] - E[g_U^T g_U] = (4 gamma / eta) (W W^T - U^T U) where grad F = 0",
    hypotheses: &[
        "the loss depends on U and W through U W: interfaces of linear networks, low-rank adapters, factorisations",
        "with biases, W and g_W have the bias as a further column; Lambda = eta I",
        "off-shell the right side has the further term -(2/eta) ((grad_W F) W^T - U^T grad_U F)",
        MADE_STATIONARY,
    ],
    references: &[PAPER],
    builds_on: &["balance/master"],
    law: &[all(&Ladder(LAW))],
    controls: &[
        control("relu-between", "a ReLU between the matrices", &Ladder(Matrix { networks: Networks::Relu, ..LAW })),
        control(
            "wrong-side",
            "E[g_W^T g_W] in place of E[g_W g_W^T], W square",
            &Ladder(Matrix { transposed_noise: true, ..SQUARE }),
        ),
        control(
            "transposed-decay",
            "W^T W in place of W W^T, W square",
            &Ladder(Matrix { transposed_decay: true, ..SQUARE }),
        ),
        control("not-stationary", "the law itself at a random point", &Ladder(Matrix { stationary: true, ..SQUARE })),
    ],
};

/// The two matrices behind a layer of a stack.
fn factors(layout: &Layout, layer: usize) -> Factors {
    let width = layout.widths()[layer + 1];
    let incoming = |unit: usize| {
        let weights = (0..layout.widths()[layer]).map(|column| layout.weight(layer, unit, column));
        weights.chain(layout.biases(layer).nth(unit)).collect()
    };
    let outgoing =
        |unit: usize| (0..layout.widths()[layer + 2]).map(|row| layout.weight(layer + 1, row, unit)).collect();
    Factors { incoming: (0..width).map(incoming).collect(), outgoing: (0..width).map(outgoing).collect() }
}

/// The rows of `W` with rows and columns exchanged: what a wrong formula would contract over.
fn exchanged(rows: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let columns = rows[0].len().min(rows.len());
    (0..columns).map(|column| rows.iter().map(|row| row[column]).collect()).collect()
}

/// The matrix of inner products `sum_k left[a_ik] right[b_jk]`, row-major.
fn products<T: Field>(left: (&[T], &[Vec<usize>]), right: (&[T], &[Vec<usize>])) -> Vec<T> {
    let mut scratch = T::zero();
    let mut matrix = Vec::with_capacity(left.1.len() * right.1.len());
    for row in left.1 {
        for column in right.1 {
            let mut sum = T::zero();
            for (i, j) in row.iter().zip(column) {
                sum.add_product(&left.0[*i], &right.0[*j], &mut scratch);
            }
            matrix.push(sum);
        }
    }
    matrix
}

/// The mean over samples of the matrix of inner products of a gradient with itself.
fn mean_products<T: Carrier>(at: &LawPoint<T>, blocks: &[Vec<usize>]) -> Vec<T> {
    let mut total = vec![T::zero(); blocks.len() * blocks.len()];
    for (gradient, weight) in at.gradients.iter().zip(at.point.data.weights()) {
        crate::linalg::products::add_multiple(&mut total, weight, &products((gradient, blocks), (gradient, blocks)));
    }
    total
}

fn times<T: Field>(factor: &T, matrix: Vec<T>) -> Vec<T> {
    matrix.into_iter().map(|entry| entry * factor).collect()
}

/// The law of one interface; `noise_blocks` and `decay_blocks` are the rows of `W`, unless a control exchanges them.
pub(super) fn matrix_law<T: Carrier>(
    at: &LawPoint<T>,
    name: String,
    factors: &Factors,
    noise_blocks: &[Vec<usize>],
    decay_blocks: &[Vec<usize>],
) -> Relation<T> {
    let theta = &at.point.theta;
    let (incoming, outgoing) = (&factors.incoming, &factors.outgoing);
    let minus_one = T::integer(-1);
    let decay = &at.decay_factor;
    let outgoing_noise = Term::vector("-E[g_U^T g_U]", times(&minus_one, mean_products(at, outgoing)));
    let outgoing_decay =
        Term::vector("-(4 gamma / eta) U^T U", times(&-decay.clone(), products((theta, outgoing), (theta, outgoing))));
    let mut left = vec![Term::vector("E[g_W g_W^T]", mean_products(at, noise_blocks))];
    let mut right = Vec::new();
    if !at.point.weight_decay.is_zero() {
        let square = products((theta, decay_blocks), (theta, decay_blocks));
        right.push(Term::vector("(4 gamma / eta) W W^T", times(decay, square)));
        if at.positive_sides {
            left.push(outgoing_decay.moved());
        } else {
            right.push(outgoing_decay);
        }
    }
    if at.positive_sides {
        right.push(outgoing_noise.moved());
    } else {
        left.push(outgoing_noise);
    }
    if let Some(gradient) = &at.entropic_gradient {
        let incoming = products((gradient, incoming), (theta, incoming));
        let outgoing = products((theta, outgoing), (gradient, outgoing));
        let imbalance = incoming.into_iter().zip(outgoing).map(|(w, u)| w - u).collect();
        let factor = T::integer(-2) / &at.learning_rate;
        right.push(Term::vector("-(2/eta) ((grad_W F) W^T - U^T grad_U F)", times(&factor, imbalance)));
    }
    Relation::equality(("matrix balance", name), left, right).against(at.reference())
}

fn behind(layer: usize) -> String {
    format!("interface behind layer {layer}")
}

/// The laws of all interfaces of a linear network.
pub(super) fn matrix_laws<T: Carrier>(at: &LawPoint<T>, layout: &Layout) -> Vec<Relation<T>> {
    let law = |layer| {
        let factors = factors(layout, layer);
        matrix_law(at, behind(layer), &factors, &factors.incoming, &factors.incoming)
    };
    (0..layout.depth() - 1).map(law).collect()
}

impl Draws for Matrix {
    type Instance = Problem;

    fn draw(&self, draw: &mut Draw) -> Result<Problem, Unjudged> {
        let class = class_of(draw);
        let square = 2 + draw.family.below(2);
        let (class, network) = match self.networks {
            Networks::Linear => (class, NetworkKind::Linear.network(&mut draw.family, class)),
            Networks::Relu => {
                (Class::Generic, Network::mlp(&[2, square, 2], Piecewise::Relu, false, Loss::SquaredError))
            }
            Networks::Square => (Class::Generic, Network::deep_linear(&[square, square, 1 + draw.family.below(3)])),
        };
        let mut problem = draw_problem(draw, class, network, Decay::Positive);
        if self.networks == Networks::Relu {
            // With all gates alike the network would be linear: let neighbours open on different samples.
            let mut samples = problem.data.samples().to_vec();
            for (number, sample) in samples.iter_mut().enumerate() {
                sample.gates = Some((0..square).map(|neuron| (neuron + number) % 2 == 0).collect());
            }
            problem.data = DataSet::weighted(samples, problem.data.weights().to_vec());
        }
        Ok(problem)
    }
}

impl<T: Carrier> In<T> for Matrix {
    fn relations(&self, problem: &Problem) -> Result<Vec<Relation<T>>, Unjudged> {
        let at = LawPoint::<T>::of(problem, self.stationary)?;
        let layout = problem.network.layout().expect("networks of this kind have layers");
        let relation = |layer: usize| {
            let factors = factors(layout, layer);
            let exchanged = exchanged(&factors.incoming);
            let blocks = |transposed| if transposed { &exchanged } else { &factors.incoming };
            matrix_law(&at, behind(layer), &factors, blocks(self.transposed_noise), blocks(self.transposed_decay))
        };
        Ok((0..layout.depth() - 1).map(relation).collect())
    }
}
