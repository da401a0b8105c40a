//! `balance/scale-invariant`

use super::PAPER;
use super::law::{Block, Setting, class_of, draw_problem, made_stationary};
use crate::claim::problem::Decay;
use crate::claim::{Case, Class, Control, Draw, Entry, Evidence, Outside, Palette, Problem, Relation, Theorem};
use crate::model::{Carrier, Loss, Network, Piecewise};

/// The balance law of a block whose scale does not matter.
pub struct ScaleInvariant;

static ENTRY: Entry = Entry {
    id: "balance/scale-invariant",
    title: "balance of a scale-invariant block",
    statement: "E|g|^2 = (4 gamma / eta) |theta|^2 where grad F = 0",
    hypotheses: &[
        "the loss does not change when the block theta is multiplied by a positive number",
        "Lambda = eta I; off-shell the right side has the further term -(2/eta) theta^T grad F",
    ],
    evidence: &[Evidence::Exact, Evidence::Enclosed, Evidence::Converged],
    controls: &[
        Control { name: "not-invariant", breaks: "the weights of a layer without normalisation" },
        Control { name: "not-stationary", breaks: "the law itself at a random point" },
    ],
    references: &[PAPER],
};

impl Theorem for ScaleInvariant {
    type Instance = Problem;

    fn entry(&self) -> &'static Entry {
        &ENTRY
    }

    fn draw(&self, mut draw: Draw) -> Problem {
        let class = class_of(&draw);
        let (class, network) = match draw.case {
            Case::Law => (class, Palette::ScaleInvariant.network(&mut draw.family, class)),
            case if case.is_control(&ENTRY, "not-invariant") => {
                let widths = [2, 1 + draw.family.below(3), 1 + draw.family.below(2)];
                (Class::Generic, Network::mlp(&widths, Piecewise::LeakyRelu, false, Loss::SquaredError))
            }
            _ => (Class::Generic, Palette::ScaleInvariant.network(&mut draw.family, Class::Generic)),
        };
        draw_problem(&mut draw, class, network, Decay::Positive)
    }

    fn relations<T: Carrier>(&self, problem: &Problem, case: Case) -> Result<Vec<Relation<T>>, Outside> {
        let stationary = problem.class == Class::Stationary;
        let problem = if stationary { &made_stationary(problem)? } else { problem };
        let setting = Setting::<T>::new(problem, case.is_control(&ENTRY, "not-stationary"));
        let blocks: Vec<(String, Vec<usize>)> = match problem.network.layout() {
            None => vec![("all parameters".to_owned(), (0..problem.theta.len()).collect())],
            Some(layout) => (0..layout.depth() - 1)
                .map(|layer| (format!("layer {layer}"), layout.weights(layer).chain(layout.biases(layer)).collect()))
                .collect(),
        };
        let relation = |(name, parameters)| {
            let block = Block { noise: "E|g|^2", decay: "(4 gamma / eta) |theta|^2", parameters, coefficient: 1 };
            setting.rescaling_law(name, &[block])
        };
        Ok(blocks.into_iter().map(relation).collect())
    }
}
