//! `balance/representation`

use super::PAPER;
use super::law::{Setting, class_of, draw_problem, made_stationary};
use crate::claim::problem::Decay;
use crate::claim::{Case, Class, Control, Draw, Entry, Evidence, Outside, Problem, Relation, Term, Theorem};
use crate::data::Sample;
use crate::linalg::products::{add_multiple, dot};
use crate::model::mlp::Layout;
use crate::model::{Carrier, Loss, Network, Piecewise};
use crate::scalar::Field;

/// Representations align with their gradients.
pub struct Representation;

static ENTRY: Entry = Entry {
    id: "balance/representation",
    title: "representations align with their gradients",
    statement: "E[|x|^2 g_h g_h^T] = E[|delta|^2 h h^T] where grad F = 0",
    hypotheses: &[
        "h = W x, U follows with no activation between, delta is the loss gradient at the output of U, g_h = U^T delta",
        "one vector x per sample; with a bias read |x|^2 + 1; gamma = 0; Lambda = eta I",
        "off-shell the right side has the further term -(2/eta) ((grad_W F) W^T - U^T grad_U F); with a bias, W and grad_W F have it as a further column",
        "checked for linear networks under the squared error; a quarter of the instances are made exactly stationary by weights of the mean, which may have either sign; where none do so the instance is excluded",
    ],
    evidence: &[Evidence::Exact],
    controls: &[
        Control { name: "with-decay", breaks: "a stationary point with weight decay" },
        Control { name: "bias-unread", breaks: "|x|^2 in place of |x|^2 + 1 with a bias" },
        Control { name: "unweighted", breaks: "|x|^2 and |delta|^2 left out" },
        Control { name: "not-stationary", breaks: "the law itself at a random point" },
    ],
    references: &[PAPER],
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

impl Theorem for Representation {
    type Instance = Problem;

    fn entry(&self) -> &'static Entry {
        &ENTRY
    }

    fn draw(&self, mut draw: Draw) -> Problem {
        let class = match class_of(&draw) {
            Class::Smooth => Class::Generic,
            class => class,
        };
        let stream = &mut draw.family;
        let hidden = 1 + stream.below(2);
        let awkward = class == Class::Awkward;
        let mut width = || if awkward && stream.coin() { 1 } else { 1 + stream.below(3) };
        let widths: Vec<usize> = (0..hidden + 2).map(|_| width()).collect();
        let bias = draw.case.is_control(&ENTRY, "bias-unread") || (draw.case == Case::Law && stream.coin());
        let small = [2 + stream.below(2), 2 + stream.below(2), 2 + stream.below(2)];
        let (class, widths, decay) = match draw.case {
            Case::Law => (class, widths, Decay::None),
            case if case.is_control(&ENTRY, "with-decay") => (Class::Stationary, small.to_vec(), Decay::Positive),
            _ => (Class::Generic, widths, Decay::None),
        };
        let network = Network::mlp(&widths, Piecewise::Identity, bias, Loss::SquaredError);
        draw_problem(&mut draw, class, network, decay)
    }

    fn relations<T: Carrier>(&self, problem: &Problem, case: Case) -> Result<Vec<Relation<T>>, Outside> {
        let stationary = problem.class == Class::Stationary;
        let problem = if stationary { &made_stationary(problem)? } else { problem };
        let layout = problem.network.layout().expect("a multilayer perceptron");
        let setting = Setting::<T>::new(problem, case.is_control(&ENTRY, "not-stationary"));
        let theta = &setting.point.theta;
        let read_bias = layout.has_bias() && !case.is_control(&ENTRY, "bias-unread");
        let weighted = !case.is_control(&ENTRY, "unweighted");
        let relation = |layer: usize| {
            let width = layout.widths()[layer + 1];
            let mut gradients = vec![T::zero(); width * width];
            let mut representations = gradients.clone();
            for (sample, weight) in setting.point.data.samples().iter().zip(setting.point.data.weights()) {
                let states = States::new(layout, theta, sample);
                let input = &states.inputs[layer];
                let mut size = dot(input, input);
                if read_bias {
                    size += T::integer(1);
                }
                let delta = &states.deltas[layer + 1];
                let (input_size, delta_size) =
                    if weighted { (size, dot(delta, delta)) } else { (T::integer(1), T::integer(1)) };
                add_multiple(&mut gradients, weight, &outer(&input_size, &states.deltas[layer]));
                add_multiple(&mut representations, weight, &outer(&delta_size, &states.inputs[layer + 1]));
            }
            let mut right = vec![Term::vector("E[|delta|^2 h h^T]", representations)];
            if let Some(gradient) = &setting.entropic_gradient {
                let factor = T::integer(-2) / &setting.learning_rate;
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
