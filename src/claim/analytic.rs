//! A claim that needs square roots, exponentials or other elementary functions, written once for every real scalar.

use super::entry::Entry;
use super::finding::{Finding, Scalar};
use super::relation::Relation;
use super::theorem::{Case, Claim, Draw, Drawn, Examination, Judged, Outside, Settings, climb};
use crate::model::Carrier;
use crate::scalar::{Measured, Real};

/// A [`Theorem`](super::Theorem) on every instance of which something transcendental is computed, such as a model of one's
/// own with tanh: there is no exact route, only intervals and the ladder of precisions.
///
/// Wrapped in [`Analytic`] it is a [`Claim`].
pub trait AnalyticTheorem: Send + Sync + 'static {
    /// What an instance consists of; [`Drawn::is_algebraic`] is not asked.
    type Instance: Drawn;

    /// The claim's description.
    fn entry(&self) -> &'static Entry;

    /// Draws an instance; for a control, one in which what the control names is broken.
    fn draw(&self, draw: Draw) -> Self::Instance;

    /// The relations that the claim asserts of the instance, or that the control asserts wrongly.
    ///
    /// # Errors
    /// [`Outside`] if the instance does not meet the hypotheses.
    fn relations<T: Real + Carrier>(&self, instance: &Self::Instance, case: Case) -> Result<Vec<Relation<T>>, Outside>;
}

/// An analytic theorem as a claim.
#[derive(Clone, Copy, Debug, Default)]
pub struct Analytic<C>(pub C);

struct Examined<'a, C: AnalyticTheorem> {
    claim: &'a C,
    instance: C::Instance,
    case: Case,
    settings: &'a Settings,
}

impl<C: AnalyticTheorem> Judged for Examined<'_, C> {
    fn judge<T: Real + Carrier + Measured>(&self, scalar: Scalar) -> Result<Finding, Outside> {
        let relations = self.claim.relations::<T>(&self.instance, self.case)?;
        Ok(self.settings.judge(scalar, relations, self.case))
    }
}

impl<C: AnalyticTheorem> Claim for Analytic<C> {
    fn entry(&self) -> &'static Entry {
        self.0.entry()
    }

    fn examine(&self, settings: &Settings, case: Case, index: u64) -> Examination {
        let instance = self.0.draw(Draw::new(self.0.entry(), settings.seed, case, index));
        let mut examination = Examination::of(instance.class(), instance.describe());
        let examined = Examined { claim: &self.0, instance, case, settings };
        if let Err(Outside(reason)) = climb(&examined, settings, case, &mut examination) {
            examination.excluded = Some(reason);
        }
        examination
    }
}
