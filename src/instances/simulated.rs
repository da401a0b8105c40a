//! A law of averages over simulated paths of its own, judged by batch means.

use super::long_run;
use crate::verify::simulation;
use crate::verify::{Case, Check, Class, Draw, Evidence, Examination, Relation, Settings, Stream};

/// A law of averages over what it simulates itself.
pub trait Simulates: Sync {
    /// The run in words, and the law's relations between [batch means](simulation::BATCHES).
    fn run(&self, stream: &mut Stream) -> (String, Vec<Relation<f64>>);
    /// Its steps.
    fn steps(&self) -> u64;
}

/// A law judged on such runs: of the instances of other laws one in [`long_run::EVERY`].
#[derive(Clone, Copy, Debug)]
pub struct Simulated<L>(pub L);

impl<L: Simulates> Check for Simulated<L> {
    fn examine(&self, draw: Draw, settings: &Settings) -> Examination {
        let (description, relations) = self.0.run(&mut draw.own());
        let mut examination = Examination::of(Class::Smooth, description);
        examination.is_independent = true;
        examination.findings.push(simulation::judge(settings, draw.case, self.0.steps(), relations));
        examination
    }

    fn evidence(&self) -> &'static [Evidence] {
        &[Evidence::Statistical]
    }

    fn instances(&self, case: Case, asked: u64) -> u64 {
        long_run::instances(case, asked)
    }
}
