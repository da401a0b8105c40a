//! Claims about decompositions, or about points that are searched for: examined in MPFR floats along a ladder, since no other scalar has them.

use crate::claim::theorem::ladder;
use crate::claim::{Case, Class, Examination, Finding, Relation, Scalar, Settings};
use crate::entropic::stationary::StationaryError;
use crate::linalg::{Decomposable, LinalgError};
use crate::model::Carrier;
use crate::scalar::Mp;

/// The finest rung: decompositions are compiled for it and the coarser ones.
const FINEST: u32 = 1024;

/// Why there are no relations to judge.
#[derive(Debug, thiserror::Error)]
pub enum Setback {
    /// A decomposition that fails leaves the instance open; it is no reason to leave it out.
    #[error(transparent)]
    Decomposition(#[from] LinalgError),
    /// The instance has no point of the kind that the claim is about, or the search did not find it.
    #[error("{0}")]
    Outside(String),
}

impl From<StationaryError> for Setback {
    fn from(error: StationaryError) -> Self {
        Setback::Outside(error.to_string())
    }
}

/// An instance whose relations need square roots and singular values.
pub trait Decomposed {
    /// In words.
    fn describe(&self) -> String;

    /// The relations that the claim asserts of the instance, or that the control asserts wrongly.
    ///
    /// # Errors
    /// [`Setback`]
    fn relations<T: Decomposable + Carrier>(&self, case: Case) -> Result<Vec<Relation<T>>, Setback>;
}

/// Examines an instance on the rungs `P/4, P/2, P` for `P` the precision asked for, at least 256 and at most 1024 bits; a control on the
/// finest rung only.
pub fn examine<I: Decomposed>(instance: &I, settings: &Settings, case: Case) -> Examination {
    let mut examination = Examination::of(Class::Smooth, instance.describe());
    // Everything is drawn from the point's own stream.
    examination.is_independent = true;
    let rungs = ladder(settings.precision.clamp(256, FINEST));
    for &bits in if case == Case::Law { &rungs[..] } else { &rungs[2..] } {
        let judged = match bits {
            64 => instance.relations::<Mp<64>>(case).map(|found| settings.judge(Scalar::Mp(bits), found, case)),
            128 => instance.relations::<Mp<128>>(case).map(|found| settings.judge(Scalar::Mp(bits), found, case)),
            256 => instance.relations::<Mp<256>>(case).map(|found| settings.judge(Scalar::Mp(bits), found, case)),
            512 => instance.relations::<Mp<512>>(case).map(|found| settings.judge(Scalar::Mp(bits), found, case)),
            _ => instance.relations::<Mp<1024>>(case).map(|found| settings.judge(Scalar::Mp(bits), found, case)),
        };
        examination.findings.push(match judged {
            Ok(finding) => finding,
            Err(Setback::Decomposition(_)) => Finding::undecided(Scalar::Mp(bits), "a decomposition failed"),
            Err(Setback::Outside(reason)) => {
                examination.findings.clear();
                examination.excluded = Some(reason);
                return examination;
            }
        });
    }
    examination
}
