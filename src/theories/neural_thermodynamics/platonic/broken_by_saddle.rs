//! `platonic/broken-by-saddle`: a solution of lower rank does not represent inputs as one of full rank does.
//!
//! ```text
//! 1/2 |K/|K| - K'/|K'||^2 > 0
//! ```
//!
//! for Gram matrices `K`, `K'` of all inputs in a hidden layer of the entropic minimiser for `V` and of that for its best approximation of one rank
//! less, a saddle of the loss. Sources: [`PAPER`], [`PERFECT`].

use super::broken::{Broken, Minimum, Network, Pair, Pairs, experiment};
use super::experiment::{identity, invertible};
use super::{PAPER, PERFECT};
use crate::platonic::Setting;
use crate::verify::{Claim, all, control};
use crate::verify::{EnclosedDecomposition, Stream};

/// The law of a network at another minimum.
#[derive(Clone, Copy)]
struct Saddle {
    other: Minimum,
}

/// `platonic/broken-by-saddle`
pub static CLAIM: Claim = Claim {
    id: "platonic/broken-by-saddle",
    title: "a solution of lower rank",
    statement: "the entropic minimiser for V and that for its best approximation of one rank less: 1/2 |K/|K| - K'/|K'||^2 > 0 in every hidden layer",
    hypotheses: &[
        "the setting of platonic/lower-bound; K, K' the Gram matrices of all inputs in one hidden layer of both networks",
        "rank 2 or more, depth 2 to 4, embeddings of its own for each; best in the mean square over the inputs: a saddle of the loss",
    ],
    references: &[PAPER, PERFECT],
    builds_on: &[],
    law: &[all(&EnclosedDecomposition(Broken(Saddle { other: Minimum::LowerRank })))],
    controls: &[control(
        "full-rank",
        "both of full rank, with different embeddings",
        &EnclosedDecomposition(Broken(Saddle { other: Minimum::Entropic })),
    )],
};

impl Pairs for Saddle {
    fn pair(&self, stream: &mut Stream) -> Pair {
        let experiment = experiment(stream, true);
        let (inputs, outputs) = (experiment.inputs[0].len(), experiment.noises[0].len());
        let other = Setting {
            embedding_in: invertible(stream, inputs),
            embedding_out: invertible(stream, outputs),
            ..experiment.setting.clone()
        };
        let network = |setting, minimum| Network { setting, view: identity(inputs), minimum };
        let networks = [network(experiment.setting.clone(), Minimum::Entropic), network(other, self.other)];
        Pair::draw(stream, experiment, networks)
    }
}
