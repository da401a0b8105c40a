//! `balance/representation`: representations align with their gradients.
//!
//! ```text
//! E[|x|^2 g_h g_h^T] = E[|delta|^2 h h^T]   where grad F = 0
//! ```
//!
//! `h = W x` is the representation, `delta` the loss gradient at the output of the matrix `U` that reads it, and `g_h = U^T delta`.
//! Source: [`PAPER`].

use super::PAPER;
use super::law::{LawPoint, class_of, draw_problem};
use crate::data::Sample;
use crate::instances::Problem;
use crate::instances::problem::Decay;
use crate::linalg::products::{add_multiple, dot};
use crate::model::mlp::Layout;
use crate::model::{Carrier, Loss, Network, Piecewise};
use crate::scalar::Field;
use crate::verify::{Claim, Class, Draw, Draws, Exact, In, Relation, Term, Unjudged, all, control};

/// The alignment of representations with their gradients.
#[derive(Clone, Copy)]
pub(super) struct Representation {
    /// Whether the points are made stationary with decay, of networks of their own.
    decay: bool,
    /// Whether `|x|^2 + 1` is read where there is a bias; if not, there is one on every instance.
    reads_bias: bool,
    /// Whether `|x|^2` and `|delta|^2` stand in the formula.
    weighted: bool,
    /// Whether a random point passes for a stationary one.
    stationary: bool,
}

pub(super) const LAW: Representation =
    Representation { decay: false, reads_bias: true, weighted: true, stationary: false };

/// `balance/representation`
pub static CLAIM: Claim = Claim {
    id: "balance/representation",
    title: "representations align with their gradients",
    statement: "E[|x|^2 g_h g_h^T] = E[|delta|^2 h h^T] where grad F = 0",
    hypotheses: &[
        "h = W x, U follows with no activation between, delta is the loss gradient at the output of U, g_h = U^T delta",
        "one vector x per sample; with a bias read |x|^2 + 1; gamma = 0; Lambda = eta I",
        "off-shell the right side has the further term -(2/eta) ((grad_W F) W^T - U^T grad_U F); with a bias, W and grad_W F have it as a further column",
        "checked for linear networks under the squared error; a quarter of the instances are made exactly stationary by weights of the mean, which may have either sign; where none do so the instance is excluded",
    ],
    references: &[PAPER],
    builds_on: &["balance/matrix"],
    law: &[all(&Exact(LAW))],
    controls: &[
        control("with-decay", "a stationary point with weight decay", &Exact(Representation { decay: true, ..LAW })),
        control(
            "bias-unread",
            "|x|^2 in place of |x|^2 + 1 with a bias",
            &Exact(Representation { reads_bias: false, ..LAW }),
        ),
        control("unweighted", "|x|^2 and |delta|^2 left out", &Exact(Representation { weighted: false, ..LAW })),
        control(
            "not-stationary",
            "the law itself at a random point",
            &Exact(Representation { stationary: true, ..LAW }),
        ),
    ],
};

/// What a linear network computes on one sample: the inputs of every layer and the loss gradients at their outputs.
struct States<T> {
    inputs: Vec<Vec<T>>,
    deltas: Vec<Vec<T>>,
}

impl<T: Field> States<T> {
    /// Forward and backward through plain sums over the entries, apart from the model's own routine.
    fn new(layout: &Layout, theta: &[T], sample: &Sample<T>) -> Self {
        let depth = layout.depth();
        let mut inputs = vec![sample.input.clone()];
        for layer in 0..depth {
            let output = (0..layout.widths()[layer + 1]).map(|row| {
                let weights = layout.weight(layer, row, 0)..layout.weight(layer, row, 0) + layout.widths()[layer];
                let sum = dot(&theta[weights], &inputs[layer]);
                layout.biases(layer).nth(row).map_or(sum.clone(), |bias| sum + &theta[bias])
            });
            let output = output.collect();
            inputs.push(output);
        }
        let output = inputs.pop().unwrap_or_default();
        let residual = output.into_iter().zip(&sample.target).map(|(f, y)| T::integer(2) * (f - y));
        let mut deltas = vec![residual.collect::<Vec<T>>()];
        for layer in (1..depth).rev() {
            let behind = &deltas[deltas.len() - 1];
            let entry = |column: usize| {
                let mut sum = T::zero();
                for (row, slope) in behind.iter().enumerate() {
                    sum += T::product(&theta[layout.weight(layer, row, column)], slope);
                }
                sum
            };
            let delta = (0..layout.widths()[layer]).map(entry).collect();
            deltas.push(delta);
        }
        deltas.reverse();
        States { inputs, deltas }
    }
}

/// `factor v v^T`, row-major.
fn outer<T: Field>(factor: &T, vector: &[T]) -> Vec<T> {
    vector.iter().flat_map(|a| vector.iter().map(move |b| T::product(a, b) * factor)).collect()
}

impl Draws for Representation {
    type Instance = Problem;

    fn draw(&self, draw: &mut Draw) -> Result<Problem, Unjudged> {
        let class = match class_of(draw) {
            Class::Smooth => Class::Generic,
            class => class,
        };
        let is_law = draw.is_law();
        let stream = &mut draw.family;
        let hidden = 1 + stream.below(2);
        let awkward = class == Class::Awkward;
        let mut width = || if awkward && stream.coin() { 1 } else { 1 + stream.below(3) };
        let widths: Vec<usize> = (0..hidden + 2).map(|_| width()).collect();
        let bias = !self.reads_bias || (is_law && stream.coin());
        let small = [(); 3].map(|()| 2 + stream.below(2));
        let (class, widths, decay) = match (is_law, self.decay) {
            (true, _) => (class, widths, Decay::None),
            (_, true) => (Class::Stationary, small.to_vec(), Decay::Positive),
            _ => (Class::Generic, widths, Decay::None),
        };
        let network = Network::mlp(&widths, Piecewise::Identity, bias, Loss::SquaredError);
        Ok(draw_problem(draw, class, network, decay))
    }
}

impl<T: Carrier> In<T> for Representation {
    fn relations(&self, problem: &Problem) -> Result<Vec<Relation<T>>, Unjudged> {
        let layout = problem.network.layout().expect("a multilayer perceptron");
        let at = LawPoint::<T>::of(problem, self.stationary)?;
        let theta = &at.point.theta;
        let read_bias = layout.has_bias() && self.reads_bias;
        let relation = |layer: usize| {
            let width = layout.widths()[layer + 1];
            let mut gradients = vec![T::zero(); width * width];
            let mut representations = gradients.clone();
            for (sample, weight) in at.point.data.samples().iter().zip(at.point.data.weights()) {
                let states = States::new(layout, theta, sample);
                let input = &states.inputs[layer];
                let mut size = dot(input, input);
                if read_bias {
                    size += T::integer(1);
                }
                let delta = &states.deltas[layer + 1];
                let (input_size, delta_size) =
                    if self.weighted { (size, dot(delta, delta)) } else { (T::integer(1), T::integer(1)) };
                add_multiple(&mut gradients, weight, &outer(&input_size, &states.deltas[layer]));
                add_multiple(&mut representations, weight, &outer(&delta_size, &states.inputs[layer + 1]));
            }
            let mut right = vec![Term::vector("E[|delta|^2 h h^T]", representations)];
            if let Some(gradient) = &at.entropic_gradient {
                let factor = T::integer(-2) / &at.learning_rate;
                let entry = |row: usize, column: usize| {
                    let mut sum = T::zero();
                    for input in 0..layout.widths()[layer] {
                        let (i, j) = (layout.weight(layer, row, input), layout.weight(layer, column, input));
                        sum += T::product(&gradient[i], &theta[j]);
                    }
                    if let (Some(i), Some(j)) = (layout.biases(layer).nth(row), layout.biases(layer).nth(column)) {
                        sum += T::product(&gradient[i], &theta[j]);
                    }
                    for output in 0..layout.widths()[layer + 2] {
                        let (i, j) = (layout.weight(layer + 1, output, row), layout.weight(layer + 1, output, column));
                        sum -= T::product(&theta[i], &gradient[j]);
                    }
                    sum * &factor
                };
                let imbalance = (0..width * width).map(|index| entry(index / width, index % width)).collect();
                right.push(Term::vector("-(2/eta) ((grad_W F) W^T - U^T grad_U F)", imbalance));
            }
            let left = vec![Term::vector("E[|x|^2 g_h g_h^T]", gradients)];
            Relation::equality(("interface", format!("behind layer {layer}")), left, right)
        };
        Ok((0..layout.depth() - 1).map(relation).collect())
    }
}
