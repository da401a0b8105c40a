//! `balance/equipartition`

use super::law::{Block, Setting, class_of, draw_problem, made_stationary};
use super::{KINKS, MADE_STATIONARY, PAPER};
use crate::claim::problem::Decay;
use crate::claim::{Case, Class, Control, Draw, Entry, Evidence, Outside, Palette, Problem, Relation, Theorem};
use crate::model::{Carrier, Loss, Network, Piecewise};
use crate::scalar::{Rational, Ring};

/// Without decay and biases every layer carries the same gradient noise.
pub struct Equipartition;

static ENTRY: Entry = Entry {
    id: "balance/equipartition",
    title: "equipartition of gradient noise over layers",
    statement: "E|g_{W_1}|^2 = E|g_{W_2}|^2 = ... = E|g_{W_D}|^2 where grad F = 0",
    hypotheses: &[
        "a chain of layers; every activation is homogeneous of degree 1; there are no biases; gamma = 0; Lambda = eta I",
        "off-shell E|g_{W_l}|^2 = E|g_{W_{l+1}}|^2 - (2/eta) (A theta)^T grad F with A theta = (W_l, -W_{l+1})",
        MADE_STATIONARY,
        KINKS,
    ],
    evidence: &[Evidence::Exact, Evidence::Enclosed, Evidence::Converged],
    controls: &[
        Control { name: "with-biases", breaks: "a stationary point of a network with biases" },
        Control { name: "with-decay", breaks: "a stationary point with weight decay, layers of unequal norm" },
        Control { name: "degree-two", breaks: "squared ReLU" },
        Control { name: "not-stationary", breaks: "the law itself at a random point" },
    ],
    references: &[PAPER],
};

impl Theorem for Equipartition {
    type Instance = Problem;

    fn entry(&self) -> &'static Entry {
        &ENTRY
    }

    fn draw(&self, mut draw: Draw) -> Problem {
        let stream = &mut draw.family;
        // Narrower networks have no stationary point with gradient noise at a random theta: the controls would be vacuous.
        let widths = [2 + stream.below(2), 2 + stream.below(2), 2 + stream.below(2)];
        let small = |activation, bias| Network::mlp(&widths, activation, bias, Loss::SquaredError);
        let (class, network, decay) = match draw.case {
            Case::Law => {
                let class = class_of(&draw);
                (class, Palette::HomogeneousWithoutBias.network(&mut draw.family, class), Decay::None)
            }
            case if case.is_control(&ENTRY, "with-biases") => {
                (Class::Stationary, small(Piecewise::LeakyRelu, true), Decay::None)
            }
            case if case.is_control(&ENTRY, "with-decay") => {
                (Class::Stationary, small(Piecewise::LeakyRelu, false), Decay::Positive)
            }
            case if case.is_control(&ENTRY, "degree-two") => {
                (Class::Generic, small(Piecewise::SquaredRelu, false), Decay::None)
            }
            _ => (Class::Generic, small(Piecewise::LeakyRelu, false), Decay::None),
        };
        draw_problem(&mut draw, class, network, decay)
    }

    fn relations<T: Carrier>(&self, problem: &Problem, case: Case) -> Result<Vec<Relation<T>>, Outside> {
        let stationary = problem.class == Class::Stationary;
        let problem = if stationary { &made_stationary(problem)? } else { problem };
        let layout = problem.network.layout().expect("the palette has layers");
        let size = |layer: usize| problem.theta[layout.weights(layer)].iter().map(Rational::squared).sum::<Rational>();
        if case.is_control(&ENTRY, "with-decay") && size(0) == size(1) {
            // Few-bit weights meet by accident now and then, and the decay terms cancel.
            return Err(Outside::because("the layers have equal norms: the law holds in spite of the decay"));
        }
        let mut setting = Setting::<T>::new(problem, case.is_control(&ENTRY, "not-stationary"));
        // The law as stated knows no decay, whatever made the point stationary.
        setting.point.weight_decay = T::zero();
        setting.positive_sides = true;
        let relation = |layer: usize| {
            let blocks =
                [("E|g_{W_l}|^2", layer, 1), ("E|g_{W_{l+1}}|^2", layer + 1, -1)].map(|(noise, layer, coefficient)| {
                    Block { noise, decay: "", parameters: layout.weights(layer).collect(), coefficient }
                });
            setting.rescaling_law(format!("layers {layer} and {}", layer + 1), &blocks)
        };
        Ok((0..layout.depth() - 1).map(relation).collect())
    }
}
