//! `platonic/orthogonal-labels`: rotated labels give the same representation.
//!
//! The entropic minimisers for `y` and for `O y` with orthogonal `O` have proportional Gram matrices `K`, `K'` of all inputs in every hidden layer.
//! Sources: [`PAPER`], [`PERFECT`].

use super::alignment::normalised_gram;
use super::closed_form::{carry, closed_form, orthonormal_frames};
use super::experiment::{Experiment, Wanted, identity, invertible};
use super::{PAPER, PERFECT};
use crate::linalg::products::product;
use crate::linalg::{Decomposable, LinalgError};
use crate::platonic::Setting;
use crate::scalar::Rational;
use crate::verify::routes::Decomposition;
use crate::verify::{Claim, Draw, Drawn, Draws, In, Relation, Term, Unjudged, all, control};
use nalgebra::DMatrix;

/// What is done to the labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum OrthogonalLabels {
    /// They are rotated.
    Rotated,
    /// The first is stretched.
    Stretched,
    /// They are rotated, but their noise is not.
    NoiseKept,
}

/// `platonic/orthogonal-labels`
pub static CLAIM: Claim = Claim {
    id: "platonic/orthogonal-labels",
    title: "rotated labels keep the representation",
    statement: "the entropic minimisers for y and for O y, O orthogonal, have proportional Gram matrices K, K' in every hidden layer",
    hypotheses: &[
        "the setting of platonic/lower-bound, V not 0, D >= 2; the noise is rotated with the label: V -> O V, Se -> O Se O^T",
    ],
    references: &[PAPER, PERFECT],
    builds_on: &["platonic/alignment"],
    law: &[all(&Decomposition(OrthogonalLabels::Rotated))],
    controls: &[
        control(
            "stretched",
            "y -> diag(8, 1, ...) y, for targets of rank 2 or more",
            &Decomposition(OrthogonalLabels::Stretched),
        ),
        control(
            "noise-not-rotated",
            "V -> O V with the noise as it was, for targets of rank 2 or more",
            &Decomposition(OrthogonalLabels::NoiseKept),
        ),
    ],
};

/// The setting for the labels `T y`.
pub fn transformed(setting: &Setting<Rational>, labels: &DMatrix<Rational>) -> Setting<Rational> {
    Setting {
        target: product(labels, &setting.target),
        noise_covariance: product(&product(labels, &setting.noise_covariance), &labels.transpose()),
        ..setting.clone()
    }
}

struct Instance {
    experiment: Experiment,
    other: Setting<Rational>,
    frames: [Vec<DMatrix<Rational>>; 2],
}

impl Drawn for Instance {
    fn base(&self) -> Option<&dyn Drawn> {
        Some(&self.experiment)
    }
}

impl Draws for OrthogonalLabels {
    type Instance = Instance;

    fn draw(&self, draw: &mut Draw) -> Result<Instance, Unjudged> {
        let stream = &mut draw.own();
        // For rank 1 all labels give one direction to represent.
        let least_rank = if *self == OrthogonalLabels::Rotated { 1 } else { 2 };
        let wanted = Wanted { least_rank, depth: (2, 5), embeddings: true, conditioned: false };
        let experiment = Experiment::draw(stream, wanted);
        let outputs = experiment.noises[0].len();
        let mut labels = orthonormal_frames(stream, &[outputs], outputs).remove(0);
        if *self == OrthogonalLabels::Stretched {
            labels = identity(outputs);
            labels[(0, 0)] = Rational::from(8);
        }
        let mut other = transformed(&experiment.setting, &labels);
        other.embedding_out = invertible(stream, outputs);
        if *self == OrthogonalLabels::NoiseKept {
            // A rotation by a right angle in strongly anisotropic noise: no accident makes it commute.
            labels = identity(outputs);
            for (row, column, entry) in [(0, 0, 0), (1, 1, 0), (0, 1, 1), (1, 0, -1)] {
                labels[(row, column)] = Rational::from(entry);
            }
            other.target = product(&labels, &experiment.setting.target);
            other.noise_covariance = experiment.setting.noise_covariance.clone();
        }
        let frames = [0, 1].map(|_| orthonormal_frames(stream, &experiment.hidden, experiment.rank));
        Ok(Instance { experiment, other, frames })
    }
}

impl<T: Decomposable> In<T> for OrthogonalLabels {
    fn relations(&self, instance: &Instance) -> Result<Vec<Relation<T>>, Unjudged> {
        let Instance { experiment, other, frames } = instance;
        let inputs = carry::<T>(&experiment.input_columns());
        let layers = |setting: &Setting<Rational>, frames: &[DMatrix<Rational>]| {
            let factors = closed_form(setting, experiment.rank, frames)?;
            Ok::<_, LinalgError>(factors.representations(&setting.carry(), &inputs))
        };
        let first = layers(&experiment.setting, &frames[0])?;
        let second = layers(other, &frames[1])?;
        let relation = |(layer, (one, other)): (usize, (&DMatrix<T>, &DMatrix<T>))| {
            Relation::equality(
                ("Gram matrix", format!("layer {}", layer + 1)),
                vec![Term::vector("K / |K|", normalised_gram(one).as_slice().to_vec())],
                vec![Term::vector("K' / |K'|", normalised_gram(other).as_slice().to_vec())],
            )
        };
        Ok(first.iter().zip(&second).enumerate().map(relation).collect())
    }
}
