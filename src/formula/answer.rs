//! What became of one law that was asked about.

use super::claim::{FormulaClaim, GENERIC_LOSS};
use super::counterexample::{Counterexample, counterexample};
use super::law::{FormulaLaw, Question};
use crate::verify::report::ControlReport;
use crate::verify::runner::{self, Plan};
use crate::verify::{Case, ClaimReport, Settings, Verdict};
use equipartition_formula::Assertion;
use std::sync::atomic::AtomicBool;

/// What became of one law.
pub struct Answer {
    /// What was asked.
    pub question: Question,
    /// What the judge found.
    pub report: ClaimReport,
    /// Of a refuted law, an instance of few digits, if one was found.
    pub counterexample: Option<Counterexample>,
    /// Why an instance was left out, if one was.
    pub left_out: Option<String>,
    /// What chose the same branch on every instance: of the other nothing is known.
    pub never_taken: Vec<String>,
    /// How many controls were given.
    pub given_controls: usize,
    /// From which numbers the instances were drawn.
    pub ranges: String,
    /// Whether the law may hold there and not beyond.
    pub minds_its_range: bool,
    /// How it was examined.
    pub settings: Settings,
}

impl Answer {
    /// Examines the claim of a law.
    pub fn find(law: &FormulaLaw, claim: &FormulaClaim, settings: Settings, instances: u64) -> Self {
        let lists = claim.lists();
        let as_judged = claim.claim(&lists);
        // As many threads as whoever asks has.
        let jobs = rayon::current_num_threads();
        let plan = Plan { settings: settings.clone(), instances, jobs, time_limit: None };
        let mut reports = runner::run(&[&as_judged], &plan, &AtomicBool::new(false), &|_| {});
        let report = reports.pop().expect("a run reports on every claim");
        let all = if report.excluded > 0 { as_judged.instances(Case::Law, instances) } else { 0 };
        let left_out = (0..all).find_map(|index| as_judged.examine(&settings, Case::Law, index).excluded);
        let never_taken = claim.never_taken(settings.seed, instances);
        let counterexample = (report.verdict == Verdict::Refuted).then(|| counterexample(law, settings.seed)).flatten();
        Answer {
            question: law.question.clone(),
            report,
            counterexample,
            left_out,
            never_taken,
            given_controls: claim.given_controls(),
            ranges: law.ranges(),
            minds_its_range: law.minds_its_range(),
            settings,
        }
    }

    /// How losses without structure fared.
    pub fn generic(&self) -> Option<&ControlReport> {
        self.report.controls.iter().find(|control| control.name == GENERIC_LOSS)
    }

    /// Whether the law is an equality that holds, and losses without structure obey it too. An inequality that some such losses obey is none of all.
    pub fn is_tautology(&self) -> bool {
        self.question.law.assertion != Assertion::AtMost && self.holds_for_generic_losses()
    }

    /// Whether the law holds, and the losses without structure that were drawn obey it too.
    pub fn holds_for_generic_losses(&self) -> bool {
        self.report.verdict == Verdict::Powerless
            && self.generic().is_some_and(|generic| !generic.failed && generic.instances > 0)
    }
}
