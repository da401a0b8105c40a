//! `balance/layer`

use super::law::{Block, Setting, class_of, draw_problem, made_stationary};
use super::{KINKS, MADE_STATIONARY, PAPER};
use crate::claim::problem::Decay;
use crate::claim::{Case, Class, Control, Draw, Entry, Evidence, Outside, Palette, Problem, Relation, Theorem};
use crate::model::mlp::Layout;
use crate::model::{Carrier, Loss, Network, Piecewise};

/// The balance law of whole layers, adjacent or not.
pub struct Layer;

static ENTRY: Entry = Entry {
    id: "balance/layer",
    title: "balance of layers",
    statement: "E|g_{W_l}|^2 + sum_{l<=j<m} k^(j-l) E|g_{b_j}|^2 - k^(m-l) E|g_{W_m}|^2 = \
                (4 gamma / eta) (|W_l|^2 + sum_{l<=j<m} k^(j-l) |b_j|^2 - k^(m-l) |W_m|^2) where grad F = 0",
    hypotheses: &[
        "a chain of layers h_j = phi(W_j h_(j-1) + b_j), with biases or not; all activations between layers l < m are homogeneous of degree k; Lambda = eta I",
        "the bias b_m does not enter; for adjacent layers only b_l does",
        "off-shell the right side has the further term -(2/eta) (A theta)^T grad F with A theta = (W_l, k^(j-l) b_j, -k^(m-l) W_m)",
        MADE_STATIONARY,
        KINKS,
    ],
    evidence: &[Evidence::Exact, Evidence::Enclosed, Evidence::Converged],
    controls: &[
        Control { name: "not-homogeneous", breaks: "activations that are not homogeneous" },
        Control { name: "adjacent-power", breaks: "k in place of k^(m-l) for layers that are not adjacent, k = 2" },
        Control { name: "next-bias", breaks: "the bias of layer m entered with its weights" },
        Control { name: "not-stationary", breaks: "the law itself at a random point" },
    ],
    references: &[PAPER],
};

impl Theorem for Layer {
    type Instance = Problem;

    fn entry(&self) -> &'static Entry {
        &ENTRY
    }

    fn draw(&self, mut draw: Draw) -> Problem {
        let family = draw.family_number();
        let stream = &mut draw.family;
        let small =
            |activation: Piecewise, widths: [usize; 4]| Network::mlp(&widths, activation, true, Loss::SquaredError);
        let mut widths = [(); 4].map(|()| 1 + stream.below(2));
        widths[0] += 1;
        let (class, network) = match draw.case {
            // A run of few instances too has a layer between, whose biases enter.
            Case::Law if family == 0 => (Class::Generic, small(Piecewise::LeakyRelu, widths)),
            Case::Law => {
                let class = class_of(&draw);
                (class, Palette::Homogeneous.network(&mut draw.family, class))
            }
            case if case.is_control(&ENTRY, "not-homogeneous") => {
                (Class::Smooth, Palette::NotHomogeneous.network(stream, Class::Smooth))
            }
            case if case.is_control(&ENTRY, "adjacent-power") => {
                (Class::Generic, small(Piecewise::SquaredRelu, widths))
            }
            _ => (Class::Generic, small(Piecewise::LeakyRelu, widths)),
        };
        draw_problem(&mut draw, class, network, Decay::Positive)
    }

    fn relations<T: Carrier>(&self, problem: &Problem, case: Case) -> Result<Vec<Relation<T>>, Outside> {
        let stationary = problem.class == Class::Stationary;
        let problem = if stationary { &made_stationary(problem)? } else { problem };
        let layout = problem.network.layout().expect("the palette has layers");
        let degree = problem.network.activation().homogeneity().map_or(1, i64::from);
        let setting = Setting::<T>::new(problem, case.is_control(&ENTRY, "not-stationary"));
        let mut relations = Vec::new();
        for first in 0..layout.depth() {
            for last in first + 1..layout.depth() {
                let name = format!("layers {first} and {last}");
                relations.push(setting.rescaling_law(name, &blocks(layout, first, last, degree, case)));
            }
        }
        Ok(relations)
    }
}

/// The blocks of the law of layers `first < last`.
fn blocks(layout: &Layout, first: usize, last: usize, degree: i64, case: Case) -> Vec<Block> {
    let power = |between: usize| degree.pow(between as u32);
    let outgoing_power = if case.is_control(&ENTRY, "adjacent-power") { degree } else { power(last - first) };
    let next_bias = if case.is_control(&ENTRY, "next-bias") { layout.biases(last) } else { 0..0 };
    let mut blocks = vec![
        Block {
            noise: "E|g_{W_l}|^2",
            decay: "(4 gamma / eta) |W_l|^2",
            parameters: layout.weights(first).collect(),
            coefficient: 1,
        },
        Block {
            noise: "-k^(m-l) E|g_{W_m}|^2",
            decay: "-(4 gamma / eta) k^(m-l) |W_m|^2",
            parameters: layout.weights(last).chain(next_bias).collect(),
            coefficient: -outgoing_power,
        },
    ];
    if layout.has_bias() {
        blocks.extend((first..last).map(|layer| Block {
            noise: "k^(j-l) E|g_{b_j}|^2",
            decay: "(4 gamma / eta) k^(j-l) |b_j|^2",
            parameters: layout.biases(layer).collect(),
            coefficient: power(layer - first),
        }));
    }
    blocks
}
