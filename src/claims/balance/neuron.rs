//! `balance/neuron`.

use super::law::{Block, Setting, class_of, draw_problem, made_stationary};
use super::{KINKS, MADE_STATIONARY, PAPER};
use crate::claim::problem::Decay;
use crate::claim::{Case, Class, Control, Draw, Entry, Evidence, Outside, Palette, Problem, Relation, Stream, Theorem};
use crate::model::mlp::Layout;
use crate::model::{Carrier, Loss, Network, Piecewise};

/// The balance law of one neuron.
pub struct Neuron;

static ENTRY: Entry = Entry {
    id: "balance/neuron",
    title: "balance of a neuron",
    statement: "E|g_w|^2 - k E|g_u|^2 = (4 gamma / eta) (|w|^2 - k |u|^2) where grad F = 0",
    hypotheses: &[
        "the neuron's activation is homogeneous of degree k: linear, ReLU, leaky ReLU (1), squared ReLU (2)",
        "w: its incoming weights and bias; u: its outgoing weights, through which alone it reaches the loss; Lambda = eta I",
        "off-shell the right side has the further term -(2/eta) (A theta)^T grad F with A theta = (w, -k u)",
        MADE_STATIONARY,
        KINKS,
    ],
    evidence: &[Evidence::Exact, Evidence::Enclosed, Evidence::Converged],
    controls: &[
        Control { name: "not-homogeneous", breaks: "an activation that is not homogeneous" },
        Control { name: "wrong-degree", breaks: "the law of degree 1 for squared ReLU" },
        Control { name: "not-stationary", breaks: "the law itself at a random point" },
        Control { name: "without-bias", breaks: "the bias left out of w" },
    ],
    references: &[PAPER],
};

/// A small network with the given activation and no awkwardness, for a control.
fn small(stream: &mut Stream, activation: Piecewise, bias: bool) -> Network {
    let widths = [1 + stream.below(3), 1 + stream.below(3), 1 + stream.below(2)];
    Network::mlp(&widths, activation, bias, Loss::SquaredError)
}

/// The laws of all hidden neurons.
pub(super) fn neuron_laws<T: Carrier>(
    setting: &Setting<T>,
    layout: &Layout,
    degree: i64,
    with_bias: bool,
) -> Vec<Relation<T>> {
    let mut relations = Vec::new();
    for layer in 0..layout.depth() - 1 {
        for index in 0..layout.widths()[layer + 1] {
            let weights = (0..layout.widths()[layer]).map(|column| layout.weight(layer, index, column));
            let bias = layout.biases(layer).nth(index).filter(|_| with_bias);
            let outgoing = (0..layout.widths()[layer + 2]).map(|row| layout.weight(layer + 1, row, index));
            let incoming = Block {
                noise: "E|g_w|^2",
                decay: "(4 gamma / eta) |w|^2",
                parameters: weights.chain(bias).collect(),
                coefficient: 1,
            };
            let outgoing = Block {
                noise: "-k E|g_u|^2",
                decay: "-(4 gamma / eta) k |u|^2",
                parameters: outgoing.collect(),
                coefficient: -degree,
            };
            let name = format!("neuron {index} of hidden layer {layer}");
            relations.push(setting.rescaling_law(name, &[incoming, outgoing]));
        }
    }
    relations
}

impl Theorem for Neuron {
    type Instance = Problem;

    fn entry(&self) -> &'static Entry {
        &ENTRY
    }

    fn draw(&self, mut draw: Draw) -> Problem {
        let class = match draw.case {
            Case::Law => class_of(&draw),
            case if case.is_control(&ENTRY, "not-homogeneous") => Class::Smooth,
            _ => Class::Generic,
        };
        let network = match draw.case {
            Case::Law => Palette::Homogeneous.network(&mut draw.family, class),
            case if case.is_control(&ENTRY, "not-homogeneous") => {
                Palette::NotHomogeneous.network(&mut draw.family, class)
            }
            case if case.is_control(&ENTRY, "wrong-degree") => small(&mut draw.family, Piecewise::SquaredRelu, true),
            _ => small(&mut draw.family, Piecewise::LeakyRelu, true),
        };
        draw_problem(&mut draw, class, network, Decay::Positive)
    }

    fn relations<T: Carrier>(&self, problem: &Problem, case: Case) -> Result<Vec<Relation<T>>, Outside> {
        let stationary = problem.class == Class::Stationary;
        let problem = if stationary { &made_stationary(problem)? } else { problem };
        let network = &problem.network;
        let layout = network.layout().expect("the palette has layers");
        let degree = match network.activation().homogeneity() {
            Some(degree) if !case.is_control(&ENTRY, "wrong-degree") => i64::from(degree),
            _ => 1,
        };
        let with_bias = !case.is_control(&ENTRY, "without-bias");
        let setting = Setting::<T>::new(problem, case.is_control(&ENTRY, "not-stationary"));
        Ok(neuron_laws(&setting, layout, degree, with_bias))
    }
}
