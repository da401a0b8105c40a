//! `balance/norm-gain`

use super::super::PAPER;
use super::super::law::{Block, Setting};
use super::{composed, problem, random_shape};
use crate::claim::{Case, Control, Draw, Entry, Evidence, Outside, Problem, Relation, Theorem};
use crate::model::Carrier;
use crate::model::composed::Statistic;
use crate::symmetry::transformer::norms;

/// The balance law of a coordinate of a norm.
pub struct NormGain;

static ENTRY: Entry = Entry {
    id: "balance/norm-gain",
    title: "balance of a norm's gain and what reads it",
    statement: "for every coordinate of a norm: E g_{gain_i}^2 + E g_{bias_i}^2 - sum_M E|g_{M_i}|^2 = (4 gamma / eta) (gain_i^2 + bias_i^2 - sum_M |M_i|^2) \
        where grad F = 0",
    hypotheses: &[
        "M_i is column i of every matrix that reads the norm: queries, keys and values, or gate and up, or the unembedding",
        "the bias is that of a layer norm; an RMS norm has none. An unembedding tied to the embedding is no such reader",
        "Lambda = eta I; checked off-shell, with the further term -(2/eta) (A theta)^T grad F",
    ],
    evidence: &[Evidence::Enclosed, Evidence::Converged],
    controls: &[
        Control { name: "missing-reader", breaks: "the last reader left out" },
        Control { name: "layer-norm-as-rms", breaks: "a layer norm whose bias is left out, as if it were an RMS norm" },
        Control { name: "tied", breaks: "a tied unembedding taken for a reader of the final norm" },
        Control { name: "not-stationary", breaks: "the law itself at a random point" },
    ],
    references: &[PAPER],
};

impl Theorem for NormGain {
    type Instance = Problem;

    fn entry(&self) -> &'static Entry {
        &ENTRY
    }

    fn draw(&self, mut draw: Draw) -> Problem {
        let mut shape = random_shape(&mut draw);
        if draw.case.is_control(&ENTRY, "layer-norm-as-rms") {
            shape.statistic = Statistic::Layer;
            // In two dimensions a layer norm has nothing but a sign to output.
            shape.width = 3;
        }
        if draw.case.is_control(&ENTRY, "tied") {
            shape.tied = true;
        }
        problem(&mut draw, &shape)
    }

    fn relations<T: Carrier>(&self, problem: &Problem, case: Case) -> Result<Vec<Relation<T>>, Outside> {
        let is = |name| case.is_control(&ENTRY, name);
        let network = composed(problem);
        let setting = Setting::<T>::new(problem, is("not-stationary"));
        let mut norms = norms(network);
        if is("tied") {
            // The final norm with the columns of the embedding, whose rows are tokens.
            let table = network.parameter("embedding.weight").expect("decoders have an embedding");
            let places = |name: &str| network.parameter(name).map_or(Vec::new(), |block| block.range().collect());
            norms = vec![crate::symmetry::transformer::NormReaders {
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
                if is("missing-reader") {
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
                if let (Some(bias), false) = (norm.bias.get(coordinate), is("layer-norm-as-rms")) {
                    blocks.push(Block {
                        noise: "E g_{bias_i}^2",
                        decay: "(4 gamma / eta) bias_i^2",
                        parameters: vec![*bias],
                        coefficient: 1,
                    });
                }
                let name = format!("{}, coordinate {coordinate}", norm.name);
                relations.push(setting.rescaling_law(name, &blocks));
            }
        }
        Ok(relations)
    }
}
