//! `platonic/broken-by-label-transformation`: networks trained on stretched labels need not align.
//!
//! ```text
//! 1/2 |K/|K| - K'/|K'||^2 > 0
//! ```
//!
//! for Gram matrices `K`, `K'` of all inputs in a hidden layer of the entropic minimisers for `y` and for `T y`. Sources: [`PAPER`], [`PERFECT`].

use super::broken::{Broken, Minimum, Network, Pair, Pairs, experiment};
use super::closed_form::orthonormal_frames;
use super::experiment::{identity, invertible};
use super::orthogonal_labels::transformed;
use super::{PAPER, PERFECT};
use crate::platonic::Setting;
use crate::scalar::Rational;
use crate::verify::{Claim, all, control};
use crate::verify::{EnclosedDecomposition, Stream};

/// The law of a transformation.
#[derive(Clone, Copy)]
struct LabelTransformation {
    /// Whether `T` is a multiple of an orthogonal matrix.
    conformal: bool,
}

/// `platonic/broken-by-label-transformation`
pub static CLAIM: Claim = Claim {
    id: "platonic/broken-by-label-transformation",
    title: "labels that are stretched",
    statement: "entropic minimisers for y and for T y: 1/2 |K/|K| - K'/|K'||^2 > 0 in every hidden layer",
    hypotheses: &[
        "the setting of platonic/lower-bound; K, K' the Gram matrices of all inputs in one hidden layer of both networks",
        "T is invertible and V^T T^T T Se T^T T V is not proportional to V^T Se V, that is when and only when they align; rank 2 or more, depth 2 to 4",
    ],
    references: &[PAPER, PERFECT],
    builds_on: &["platonic/alignment"],
    law: &[all(&EnclosedDecomposition(Broken(LabelTransformation { conformal: false })))],
    controls: &[control(
        "multiple-of-orthogonal",
        "T = 3 O with orthogonal O, which changes nothing",
        &EnclosedDecomposition(Broken(LabelTransformation { conformal: true })),
    )],
};

impl Pairs for LabelTransformation {
    fn pair(&self, stream: &mut Stream) -> Pair {
        let experiment = experiment(stream, true);
        let outputs = experiment.noises[0].len();
        let labels = if self.conformal {
            orthonormal_frames(stream, &[outputs], outputs).remove(0).map(|entry| entry * 3)
        } else {
            let mut labels = invertible(stream, outputs);
            for column in 0..outputs {
                labels[(0, column)] *= 8;
            }
            labels
        };
        let view = identity(experiment.inputs[0].len());
        let network = |setting: Setting<Rational>| Network { setting, view: view.clone(), minimum: Minimum::Entropic };
        let networks = [network(experiment.setting.clone()), network(transformed(&experiment.setting, &labels))];
        Pair::draw(stream, experiment, networks)
    }
}
