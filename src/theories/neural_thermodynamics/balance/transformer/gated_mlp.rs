//! `balance/gated-mlp`: the rows of up and the columns of down of a gated mlp are in balance.
//!
//! ```text
//! E|g_{U_i}|^2 - E|g_{D_i}|^2 = (4 gamma / eta) (|U_i|^2 - |D_i|^2)   where grad F = 0
//! ```
//!
//! for every hidden neuron of `D (phi(G h) * (U h))`; `eta` is the learning rate, `gamma` the weight decay. Source: [`PAPER`].

use super::super::PAPER;
use super::super::law::{Block, LawPoint};
use super::{composed, problem, random_shape};
use crate::instances::Problem;
use crate::model::{Carrier, Smooth};
use crate::symmetry::transformer::{GatedNeuron, gated_neurons};
use crate::verify::routes::Transcendental;
use crate::verify::{Claim, Draw, Draws, In, Relation, Unjudged, all, control};

/// The balance law of a neuron of a gated mlp.
#[derive(Clone, Copy)]
pub(in super::super) struct GatedMlp {
    /// The rows that are to be in balance with the column of down.
    rows: Rows,
    /// Whether a random point passes for a stationary one.
    stationary: bool,
}

#[derive(Clone, Copy)]
enum Rows {
    Up,
    Gate,
    Both,
}

pub(in super::super) const LAW: GatedMlp = GatedMlp { rows: Rows::Up, stationary: false };

/// `balance/gated-mlp`
pub static CLAIM: Claim = Claim {
    id: "balance/gated-mlp",
    title: "balance of the neurons of a gated mlp",
    statement: "for every hidden neuron of D (phi(G h) * (U h)): E|g_{U_i}|^2 - E|g_{D_i}|^2 = (4 gamma / eta) (|U_i|^2 - |D_i|^2) where grad F = 0",
    hypotheses: &[
        "U_i is a row with its bias, D_i a column; phi is any activation, twice differentiable at the gates reached; the gate's row does not enter",
        "Lambda = eta I; checked off-shell, with the further term -(2/eta) (A theta)^T grad F",
    ],
    references: &[PAPER],
    builds_on: &["balance/master"],
    law: &[all(&Transcendental(LAW))],
    controls: &[
        control(
            "gate",
            "the row of the gate in place of that of up, for the logistic function",
            &Transcendental(GatedMlp { rows: Rows::Gate, ..LAW }),
        ),
        control("both", "the rows of gate and up together", &Transcendental(GatedMlp { rows: Rows::Both, ..LAW })),
        control(
            "not-stationary",
            "the law itself at a random point",
            &Transcendental(GatedMlp { stationary: true, ..LAW }),
        ),
    ],
};

impl Draws for GatedMlp {
    type Instance = Problem;

    fn draw(&self, draw: &mut Draw) -> Result<Problem, Unjudged> {
        let mut shape = random_shape(draw);
        if !draw.is_law() {
            // Its slope vanishes nowhere, so that no gate is homogeneous by accident.
            shape.activation = Smooth::Sigmoid.into();
        }
        Ok(problem(draw, &shape))
    }
}

impl<T: Carrier> In<T> for GatedMlp {
    fn relations(&self, problem: &Problem) -> Result<Vec<Relation<T>>, Unjudged> {
        let at = LawPoint::<T>::new(problem, self.stationary);
        let law = |neuron: GatedNeuron| {
            let rows = match self.rows {
                Rows::Up => neuron.up,
                Rows::Gate => neuron.gate,
                Rows::Both => [neuron.gate, neuron.up].concat(),
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
            at.rescaling_law(neuron.name, &blocks)
        };
        Ok(gated_neurons(composed(problem)).into_iter().map(law).collect())
    }
}
