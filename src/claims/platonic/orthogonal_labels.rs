//! `platonic/orthogonal-labels`

use super::alignment::normalised_gram;
use super::experiment::{Experiment, Wanted, identity, invertible};
use super::lower_bound::{carry, orthonormal_frames};
use super::{PAPER, PERFECT};
use crate::claim::{Case, Claim, Control, Entry, Evidence, Examination, Relation, Settings, Stream, Term};
use crate::claims::decomposed::{self, Decomposed, Setback};
use crate::linalg::products::product;
use crate::linalg::{Decomposable, LinalgError};
use crate::platonic::{Setting, entropic_minimiser};
use crate::scalar::Rational;
use nalgebra::DMatrix;

/// Rotated labels give the same representation.
pub struct OrthogonalLabels;

static ENTRY: Entry = Entry {
    id: "platonic/orthogonal-labels",
    title: "rotated labels keep the representation",
    statement: "the entropic minimisers for y and for O y, O orthogonal, have proportional Gram matrices in every hidden layer",
    hypotheses: &[
        "the setting of platonic/lower-bound, V not 0, D >= 2; the noise is rotated with the label: V -> O V, Se -> O Se O^T",
    ],
    evidence: &[Evidence::Converged],
    controls: &[
        Control { name: "stretched", breaks: "y -> diag(8, 1, ...) y, for targets of rank 2 or more" },
        Control {
            name: "noise-not-rotated",
            breaks: "V -> O V with the noise as it was, for targets of rank 2 or more",
        },
    ],
    references: &[PAPER, PERFECT],
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

impl Decomposed for Instance {
    fn describe(&self) -> String {
        self.experiment.describe()
    }

    fn relations<T: Decomposable>(&self, _: Case) -> Result<Vec<Relation<T>>, Setback> {
        let inputs = carry::<T>(&self.experiment.input_columns());
        let layers = |setting: &Setting<Rational>, frames: &[DMatrix<Rational>]| {
            let setting: Setting<T> = setting.carry();
            let frames: Vec<DMatrix<T>> = frames.iter().map(carry).collect();
            let factors = entropic_minimiser(&setting, self.experiment.rank, &frames)?;
            Ok::<_, LinalgError>(factors.representations(&setting, &inputs))
        };
        let first = layers(&self.experiment.setting, &self.frames[0])?;
        let second = layers(&self.other, &self.frames[1])?;
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

impl Claim for OrthogonalLabels {
    fn entry(&self) -> &'static Entry {
        &ENTRY
    }

    fn examine(&self, settings: &Settings, case: Case, index: u64) -> Examination {
        let stream = &mut Stream::new(&[ENTRY.id, case.name(&ENTRY)], settings.seed, index);
        let least_rank = if case == Case::Law { 1 } else { 2 };
        let experiment =
            Experiment::draw(stream, Wanted { least_rank, depth: (2, 5), embeddings: true, conditioned: false });
        let outputs = experiment.noises[0].len();
        let mut labels = orthonormal_frames(stream, &[outputs], outputs).remove(0);
        if case.is_control(&ENTRY, "stretched") {
            labels = identity(outputs);
            labels[(0, 0)] = Rational::from(8);
        }
        let mut other = transformed(&experiment.setting, &labels);
        other.embedding_out = invertible(stream, outputs);
        if case.is_control(&ENTRY, "noise-not-rotated") {
            // A rotation by a right angle in strongly anisotropic noise: no accident makes it commute.
            labels = identity(outputs);
            for (row, column, entry) in [(0, 0, 0), (1, 1, 0), (0, 1, 1), (1, 0, -1)] {
                labels[(row, column)] = Rational::from(entry);
            }
            other.target = product(&labels, &experiment.setting.target);
            other.noise_covariance = experiment.setting.noise_covariance.clone();
        }
        let frames = [0, 1].map(|_| orthonormal_frames(stream, &experiment.hidden, experiment.rank));
        decomposed::examine(&Instance { experiment, other, frames }, settings, case)
    }
}
