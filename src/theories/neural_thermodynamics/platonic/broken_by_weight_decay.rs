//! `platonic/broken-by-weight-decay`: weight decay in place of the entropic force does not align networks.
//!
//! ```text
//! 1/2 |K/|K| - K'/|K'||^2 > 0
//! ```
//!
//! for Gram matrices `K`, `K'` of all inputs in a hidden layer of networks trained on `x` and on `Z x`, where `sum |W_i|^2` is least among the global
//! minima: where infinitesimal weight decay leads. Sources: [`PAPER`], [`PERFECT`].

use super::alignment::seen_through;
use super::broken::{Broken, Minimum, Network, Pair, Pairs, experiment};
use super::closed_form::orthonormal_frames;
use super::experiment::{identity, invertible};
use super::{PAPER, PERFECT};
use crate::scalar::Rational;
use crate::verify::{Claim, all, control};
use crate::verify::{EnclosedDecomposition, Stream};
use nalgebra::DMatrix;

/// The law of a view.
#[derive(Clone, Copy)]
struct WeightDecay {
    /// Whether `Z` is orthogonal, and the embeddings are the identity.
    orthogonal: bool,
    minimum: Minimum,
}

const LAW: WeightDecay = WeightDecay { orthogonal: false, minimum: Minimum::LeastNorm };

/// `platonic/broken-by-weight-decay`
pub static CLAIM: Claim = Claim {
    id: "platonic/broken-by-weight-decay",
    title: "weight decay in place of the entropic force",
    statement: "where sum |W_i|^2 is least among the global minima, networks trained on x and on Z x: 1/2 |K/|K| - K'/|K'||^2 > 0 in every hidden layer",
    hypotheses: &[
        "the setting of platonic/lower-bound; K, K' the Gram matrices of all inputs in one hidden layer of both networks",
        "V (Z^T M_I^T M_I Z)^-1 V^T is not proportional to V (M_I^T M_I)^-1 V^T, that is when and only when they align: true of almost all invertible Z; \
         rank 2 or more, depth 2 to 4, Z and fixed embeddings invertible",
        "the limit of small weight decay without entropic force",
    ],
    references: &[PAPER, PERFECT],
    builds_on: &[],
    law: &[all(&EnclosedDecomposition(Broken(LAW)))],
    controls: &[
        control(
            "orthogonal-view",
            "an orthogonal Z with identity embeddings, which changes nothing",
            &EnclosedDecomposition(Broken(WeightDecay { orthogonal: true, ..LAW })),
        ),
        control(
            "entropic",
            "the entropic force after all: the networks align",
            &EnclosedDecomposition(Broken(WeightDecay { minimum: Minimum::Entropic, ..LAW })),
        ),
    ],
};

impl Pairs for WeightDecay {
    fn pair(&self, stream: &mut Stream) -> Pair {
        let experiment = experiment(stream, !self.orthogonal);
        let size = experiment.inputs[0].len();
        let view = if self.orthogonal {
            orthonormal_frames(stream, &[size], size).remove(0)
        } else {
            // Strongly stretched, so that no accident makes it nearly orthogonal.
            let mut view = invertible(stream, size);
            for column in 0..size {
                view[(0, column)] *= 4;
            }
            view
        };
        let network = |view: DMatrix<Rational>| Network {
            setting: seen_through(&experiment.setting, &view),
            view,
            minimum: self.minimum,
        };
        let networks = [network(identity(size)), network(view)];
        Pair::draw(stream, experiment, networks)
    }
}
