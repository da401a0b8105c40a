//! `platonic/equal-terms`: equipartition over the layers at the entropic minimiser.
//!
//! ```text
//! tr(Se A_i A_i^T) tr(B_i Sx B_i^T) = (a b n^(2 (D - 1)))^(1/D)      for every layer i
//! ```
//!
//! The notation is that of [`super::lower_bound`]. Sources: [`PAPER`], [`PERFECT`].

use super::closed_form::{carried, closed_form, orthonormal_frames};
use super::experiment::{Experiment, Wanted, identity};
use super::{PAPER, PERFECT};
use crate::linalg::Decomposable;
use crate::platonic::{Factors, Setting};
use crate::scalar::Rational;
use crate::verify::routes::Decomposition;
use crate::verify::{Claim, Draw, Drawn, Draws, In, Relation, Term, Unjudged, all, control};
use nalgebra::DMatrix;

/// The global minimum at which all terms are said to be equal.
#[derive(Clone, Copy)]
enum EqualTerms {
    Entropic,
    Random,
    /// The minimiser for `Se = I`.
    Flattest,
}

/// `platonic/equal-terms`
pub static CLAIM: Claim = Claim {
    id: "platonic/equal-terms",
    title: "equipartition over the layers",
    statement: "at the entropic minimiser tr(Se A_i A_i^T) tr(B_i Sx B_i^T) = (a b n^(2 (D - 1)))^(1/D) for every layer i",
    hypotheses: &["the setting of platonic/lower-bound, D >= 2"],
    references: &[PAPER, PERFECT],
    builds_on: &["platonic/lower-bound"],
    law: &[all(&Decomposition(EqualTerms::Entropic))],
    controls: &[
        control("random-minimum", "a random global minimum", &Decomposition(EqualTerms::Random)),
        control(
            "identity-noise",
            "the minimiser for Se = I: the flattest minimum, not the entropic one",
            &Decomposition(EqualTerms::Flattest),
        ),
    ],
};

struct Instance {
    experiment: Experiment,
    minimum: Factors<Rational>,
    frames: Vec<DMatrix<Rational>>,
}

impl Drawn for Instance {
    fn base(&self) -> Option<&dyn Drawn> {
        Some(&self.experiment)
    }
}

impl Draws for EqualTerms {
    type Instance = Instance;

    fn draw(&self, draw: &mut Draw) -> Result<Instance, Unjudged> {
        let stream = &mut draw.own();
        let embeddings = stream.coin();
        let wanted = Wanted { least_rank: 1, depth: (2, 8), embeddings, conditioned: false };
        let experiment = Experiment::draw(stream, wanted);
        let minimum = experiment.global_minimum(stream);
        let frames = orthonormal_frames(stream, &experiment.hidden, experiment.rank);
        Ok(Instance { experiment, minimum, frames })
    }
}

impl<T: Decomposable> In<T> for EqualTerms {
    fn relations(&self, instance: &Instance) -> Result<Vec<Relation<T>>, Unjudged> {
        let Experiment { setting, rank, .. } = &instance.experiment;
        let factors = match self {
            EqualTerms::Entropic => closed_form(setting, *rank, &instance.frames)?,
            EqualTerms::Random => carried(&instance.minimum),
            EqualTerms::Flattest => {
                let noise_covariance = identity(setting.noise_covariance.nrows());
                closed_form(&Setting { noise_covariance, ..setting.clone() }, *rank, &instance.frames)?
            }
        };
        let setting: Setting<T> = setting.carry();
        let common = setting.invariants()?.entropy_term(instance.experiment.depth());
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
