//! `balance/norm-gain`: a norm's gain is in balance with what reads it.
//!
//! ```text
//! E g_{gain_i}^2 + E g_{bias_i}^2 - sum_M E|g_{M_i}|^2 = (4 gamma / eta) (gain_i^2 + bias_i^2 - sum_M |M_i|^2)   where grad F = 0
//! ```
//!
//! `M_i` is column `i` of every matrix that reads the norm, `eta` the learning rate, `gamma` the weight decay. Source: [`PAPER`].

use super::super::PAPER;
use super::super::law::{Block, LawPoint};
use super::{composed, problem, random_shape};
use crate::instances::Problem;
use crate::model::Carrier;
use crate::model::composed::Statistic;
use crate::symmetry::transformer::{NormReaders, norms};
use crate::verify::routes::Transcendental;
use crate::verify::{Claim, Draw, Draws, In, Relation, Unjudged, all, control};

/// The balance law of a coordinate of a norm.
#[derive(Clone, Copy)]
pub(in super::super) struct NormGain {
    /// Whether no reader is left out.
    all_readers: bool,
    /// Whether the bias of a layer norm enters; if not, every norm is one.
    bias: bool,
    /// Whether a tied unembedding passes for a reader of the final norm.
    embedding: bool,
    /// Whether a random point passes for a stationary one.
    stationary: bool,
}

pub(in super::super) const LAW: NormGain =
    NormGain { all_readers: true, bias: true, embedding: false, stationary: false };

/// `balance/norm-gain`
pub static CLAIM: Claim = Claim {
    id: "balance/norm-gain",
    title: "balance of a norm's gain and what reads it",
    statement: "for every coordinate of a norm: E g_{gain_i}^2 + E g_{bias_i}^2 - sum_M E|g_{M_i}|^2 = (4 gamma / eta) (gain_i^2 + bias_i^2 - sum_M |M_i|^2) \
        where grad F = 0",
    hypotheses: &[
        "M_i is column i of every matrix that reads the norm: queries, keys and values, or gate and up, or the unembedding",
        "the bias is that of a layer norm; an RMS norm has none. An unembedding tied to the embedding is no such reader",
        "Lambda = eta I; checked off-shell, with the further term -(2/eta) (A theta)^T grad F",
    ],
    references: &[PAPER],
    builds_on: &["balance/master"],
    law: &[all(&Transcendental(LAW))],
    controls: &[
        control("missing-reader", "the last reader left out", &Transcendental(NormGain { all_readers: false, ..LAW })),
        control(
            "layer-norm-as-rms",
            "a layer norm whose bias is left out, as if it were an RMS norm",
            &Transcendental(NormGain { bias: false, ..LAW }),
        ),
        control(
            "tied",
            "a tied unembedding taken for a reader of the final norm",
            &Transcendental(NormGain { embedding: true, ..LAW }),
        ),
        control(
            "not-stationary",
            "the law itself at a random point",
            &Transcendental(NormGain { stationary: true, ..LAW }),
        ),
    ],
};

impl Draws for NormGain {
    type Instance = Problem;

    fn draw(&self, draw: &mut Draw) -> Result<Problem, Unjudged> {
        let mut shape = random_shape(draw);
        if !self.bias {
            shape.statistic = Statistic::Layer;
            // In two dimensions a layer norm has nothing but a sign to output.
            shape.width = 3;
        }
        shape.tied |= self.embedding;
        Ok(problem(draw, &shape))
    }
}

impl<T: Carrier> In<T> for NormGain {
    fn relations(&self, problem: &Problem) -> Result<Vec<Relation<T>>, Unjudged> {
        let network = composed(problem);
        let at = LawPoint::<T>::new(problem, self.stationary);
        let mut norms = norms(network);
        if self.embedding {
            // The final norm with the columns of the embedding, whose rows are tokens.
            let table = network.parameter("embedding.weight").expect("decoders have an embedding");
            let places = |name: &str| network.parameter(name).map_or(Vec::new(), |block| block.range().collect());
            norms = vec![NormReaders {
                name: "norm".to_owned(),
                gain: places("norm.gain"),
                bias: places("norm.bias"),
                readers: (0..table.columns).map(|column| vec![table.column(column).collect()]).collect(),
            }];
        }
        let mut relations = Vec::new();
        for norm in norms {
            for (coordinate, gain) in norm.gain.iter().enumerate() {
                let mut readers = norm.readers[coordinate].clone();
                if !self.all_readers {
                    readers.pop();
                }
                let mut blocks = vec![
                    Block {
                        noise: "E g_{gain_i}^2",
                        decay: "(4 gamma / eta) gain_i^2",
                        parameters: vec![*gain],
                        coefficient: 1,
                    },
                    Block {
                        noise: "-sum_M E|g_{M_i}|^2",
                        decay: "-(4 gamma / eta) sum_M |M_i|^2",
                        parameters: readers.concat(),
                        coefficient: -1,
                    },
                ];
                if let (Some(bias), false) = (norm.bias.get(coordinate), !self.bias) {
                    blocks.push(Block {
                        noise: "E g_{bias_i}^2",
                        decay: "(4 gamma / eta) bias_i^2",
                        parameters: vec![*bias],
                        coefficient: 1,
                    });
                }
                let name = format!("{}, coordinate {coordinate}", norm.name);
                relations.push(at.rescaling_law(name, &blocks));
            }
        }
        Ok(relations)
    }
}
