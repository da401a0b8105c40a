//! `balance/residual-stream`

use super::super::PAPER;
use super::super::law::{Block, Setting};
use super::{composed, problem, random_shape};
use crate::claim::{Case, Control, Draw, Entry, Evidence, Outside, Problem, Relation, Theorem};
use crate::model::Carrier;
use crate::model::composed::Epsilon;
use crate::scalar::Rational;
use crate::symmetry::transformer::stream_writers;

/// The law of all that writes to the residual stream.
pub struct ResidualStream;

static ENTRY: Entry = Entry {
    id: "balance/residual-stream",
    title: "the noise of all writers to the residual stream",
    statement: "E|g_W|^2 [+ 2 E g_epsilon^2] [- E|g_gain|^2 - E|g_bias|^2] = (4 gamma / eta) (|W|^2 [+ 2 epsilon^2] [- |gain|^2 - |bias|^2]) where grad F = 0, \
        W all writers: embedding, learned positions, attention outputs, down projections",
    hypotheses: &[
        "every reader of the stream stands behind a norm",
        "epsilon = 0; or epsilon is a parameter too, of weight 2: the first bracket, summed over norms",
        "the unembedding is not tied; or else the gain and the bias of the final norm compensate: the second bracket",
        "biases of writers belong to W; Lambda = eta I; checked off-shell, with the further term -(2/eta) (A theta)^T grad F",
    ],
    evidence: &[Evidence::Enclosed, Evidence::Converged],
    controls: &[
        Control { name: "epsilon", breaks: "a constant epsilon of 1/2: the stream's scale is not free" },
        Control { name: "tied-writers-alone", breaks: "a tied unembedding without the compensation" },
        Control { name: "missing-writer", breaks: "the last writer left out" },
        Control { name: "not-stationary", breaks: "the law itself at a random point" },
    ],
    references: &[PAPER],
};

impl Theorem for ResidualStream {
    type Instance = Problem;

    fn entry(&self) -> &'static Entry {
        &ENTRY
    }

    fn draw(&self, mut draw: Draw) -> Problem {
        let mut shape = random_shape(&mut draw);
        let is = |name| draw.case.is_control(&ENTRY, name);
        let (alone, constant) = (is("tied-writers-alone"), is("epsilon"));
        shape.epsilon = match draw.family.coin() {
            _ if constant => Epsilon::Fixed(Rational::from((1, 2))),
            true => Epsilon::Fixed(Rational::new()),
            false => Epsilon::Trained,
        };
        // With two coordinates and no epsilon an RMS norm has one direction to move in: a third gives it room.
        shape.width = 3;
        shape.tied = alone || shape.tied;
        problem(&mut draw, &shape)
    }

    fn relations<T: Carrier>(&self, problem: &Problem, case: Case) -> Result<Vec<Relation<T>>, Outside> {
        let is = |name| case.is_control(&ENTRY, name);
        let network = composed(problem);
        let setting = Setting::<T>::new(problem, is("not-stationary"));
        let mut writers = stream_writers(network);
        if is("missing-writer") {
            writers.pop();
        }
        let mut blocks = vec![Block {
            noise: "E|g_W|^2",
            decay: "(4 gamma / eta) |W|^2",
            parameters: writers.concat(),
            coefficient: 1,
        }];
        let epsilons = network.epsilons();
        if !epsilons.is_empty() {
            blocks.push(Block {
                noise: "2 E g_epsilon^2",
                decay: "(4 gamma / eta) 2 epsilon^2",
                parameters: epsilons,
                coefficient: 2,
            });
        }
        let tied = network.parameter("unembedding.weight").is_none();
        if tied && !is("tied-writers-alone") {
            for (name, noise, decay) in [
                ("norm.gain", "-E|g_gain|^2", "-(4 gamma / eta) |gain|^2"),
                ("norm.bias", "-E|g_bias|^2", "-(4 gamma / eta) |bias|^2"),
            ] {
                let parameters = network.parameter(name).map(|block| block.range().collect());
                blocks.extend(parameters.map(|parameters| Block { noise, decay, parameters, coefficient: -1 }));
            }
        }
        Ok(vec![setting.rescaling_law("the residual stream".to_owned(), &blocks)])
    }
}
