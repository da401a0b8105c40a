//! `balance/gated-mlp`

use super::super::PAPER;
use super::super::law::{Block, Setting};
use super::{composed, problem, random_shape};
use crate::claim::{Case, Control, Draw, Entry, Evidence, Outside, Problem, Relation, Theorem};
use crate::model::{Carrier, Smooth};
use crate::symmetry::transformer::gated_neurons;

/// The balance law of a neuron of a gated mlp.
pub struct GatedMlp;

static ENTRY: Entry = Entry {
    id: "balance/gated-mlp",
    title: "balance of the neurons of a gated mlp",
    statement: "for every hidden neuron of D (phi(G h) * (U h)): E|g_{U_i}|^2 - E|g_{D_i}|^2 = (4 gamma / eta) (|U_i|^2 - |D_i|^2) where grad F = 0",
    hypotheses: &[
        "U_i is a row with its bias, D_i a column; phi is any activation, twice differentiable at the gates reached; the gate's row does not enter",
        "Lambda = eta I; checked off-shell, with the further term -(2/eta) (A theta)^T grad F",
    ],
    evidence: &[Evidence::Enclosed, Evidence::Converged],
    controls: &[
        Control { name: "gate", breaks: "the row of the gate in place of that of up, for the logistic function" },
        Control { name: "both", breaks: "the rows of gate and up together" },
        Control { name: "not-stationary", breaks: "the law itself at a random point" },
    ],
    references: &[PAPER],
};

impl Theorem for GatedMlp {
    type Instance = Problem;

    fn entry(&self) -> &'static Entry {
        &ENTRY
    }

    fn draw(&self, mut draw: Draw) -> Problem {
        let mut shape = random_shape(&mut draw);
        if draw.case != Case::Law {
            // Its slope vanishes nowhere, so that no gate is homogeneous by accident.
            shape.activation = Smooth::Sigmoid.into();
        }
        problem(&mut draw, &shape)
    }

    fn relations<T: Carrier>(&self, problem: &Problem, case: Case) -> Result<Vec<Relation<T>>, Outside> {
        let is = |name| case.is_control(&ENTRY, name);
        let setting = Setting::<T>::new(problem, is("not-stationary"));
        let law = |neuron: crate::symmetry::transformer::GatedNeuron| {
            let rows = match () {
                () if is("gate") => neuron.gate,
                () if is("both") => [neuron.gate, neuron.up].concat(),
                () => neuron.up,
            };
            let blocks = [
                Block { noise: "E|g_{U_i}|^2", decay: "(4 gamma / eta) |U_i|^2", parameters: rows, coefficient: 1 },
                Block {
                    noise: "-E|g_{D_i}|^2",
                    decay: "-(4 gamma / eta) |D_i|^2",
                    parameters: neuron.down,
                    coefficient: -1,
                },
            ];
            setting.rescaling_law(neuron.name, &blocks)
        };
        Ok(gated_neurons(composed(problem)).into_iter().map(law).collect())
    }
}
