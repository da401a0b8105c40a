//! `platonic/equal-terms`

use super::experiment::{Experiment, Wanted};
use super::lower_bound::{carry, orthonormal_frames};
use super::{PAPER, PERFECT};
use crate::claim::{Case, Claim, Control, Entry, Evidence, Examination, Relation, Settings, Stream, Term};
use crate::claims::decomposed::{self, Decomposed, Setback};
use crate::linalg::Decomposable;
use crate::platonic::{Factors, Setting, entropic_minimiser};
use crate::scalar::Rational;
use nalgebra::DMatrix;

/// Equipartition over the layers at the minimiser.
pub struct EqualTerms;

static ENTRY: Entry = Entry {
    id: "platonic/equal-terms",
    title: "equipartition over the layers",
    statement: "at the entropic minimiser tr(Se A_i A_i^T) tr(B_i Sx B_i^T) = (a b n^(2 (D - 1)))^(1/D) for every layer i",
    hypotheses: &["the setting of platonic/lower-bound, D >= 2"],
    evidence: &[Evidence::Converged],
    controls: &[
        Control { name: "random-minimum", breaks: "a random global minimum" },
        Control {
            name: "identity-noise",
            breaks: "the minimiser for Se = I: the flattest minimum, not the entropic one",
        },
    ],
    references: &[PAPER, PERFECT],
};

struct Instance {
    experiment: Experiment,
    minimum: Factors<Rational>,
    frames: Vec<DMatrix<Rational>>,
}

impl Decomposed for Instance {
    fn describe(&self) -> String {
        self.experiment.describe()
    }

    fn relations<T: Decomposable>(&self, case: Case) -> Result<Vec<Relation<T>>, Setback> {
        let setting: Setting<T> = self.experiment.setting.carry();
        let (depth, rank) = (self.experiment.depth(), self.experiment.rank);
        let frames: Vec<DMatrix<T>> = self.frames.iter().map(carry).collect();
        let factors = match case {
            Case::Law => entropic_minimiser(&setting, rank, &frames)?,
            _ if case.is_control(&ENTRY, "random-minimum") => Factors(self.minimum.0.iter().map(carry::<T>).collect()),
            _ => {
                let size = setting.noise_covariance.nrows();
                let white = Setting { noise_covariance: DMatrix::identity(size, size), ..setting.clone() };
                entropic_minimiser(&white, rank, &frames)?
            }
        };
        let common = setting.invariants()?.entropy_term(depth);
        let term = |(layer, term): (usize, T)| {
            Relation::equality(
                ("equal terms", format!("layer {}", layer + 1)),
                vec![Term::scalar("tr(Se A_i A_i^T) tr(B_i Sx B_i^T)", term)],
                vec![Term::scalar("(a b n^(2 (D - 1)))^(1/D)", common.clone())],
            )
        };
        Ok(factors.entropy_terms(&setting).into_iter().enumerate().map(term).collect())
    }
}

impl Claim for EqualTerms {
    fn entry(&self) -> &'static Entry {
        &ENTRY
    }

    fn examine(&self, settings: &Settings, case: Case, index: u64) -> Examination {
        let stream = &mut Stream::new(&[ENTRY.id, case.name(&ENTRY)], settings.seed, index);
        let embeddings = stream.coin();
        let experiment =
            Experiment::draw(stream, Wanted { least_rank: 1, depth: (2, 8), embeddings, conditioned: false });
        let minimum = experiment.global_minimum(stream);
        let frames = orthonormal_frames(stream, &experiment.hidden, experiment.rank);
        decomposed::examine(&Instance { experiment, minimum, frames }, settings, case)
    }
}
