//! Theory regression: what a run found, kept to compare later runs with.
//!
//! A run is a function of the program and its settings. So with the same settings whatever is weaker than recorded comes from a
//! change of the program: a verdict, a kind of evidence on fewer instances, a control or a wrong formula that is no longer
//! tried, a bound, an exponent's digits, or the statement itself.

mod comparison;
mod differences;
mod record;

pub use comparison::{Comparison, Difference, NotCompared, Why};
pub use record::{ExponentRecord, KindRecord, Record};

use super::Report;
use crate::verify::{Effort, Verdict};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The version of the recorded form.
pub const VERSION: u32 = 2;

/// What was found with some settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    /// The version of the form.
    pub version: u32,
    /// How the run was done.
    pub settings: Settings,
    /// The claims, in the order of the registry.
    #[serde(rename = "claim", default)]
    pub claims: Vec<Record>,
}

/// What decides what a run finds, apart from the program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The seed.
    pub seed: u64,
    /// The top of the precision ladder, in bits.
    pub precision: u32,
    /// How long simulations are.
    pub effort: String,
    /// The instances of each law.
    pub instances: u64,
    /// The checksum of the model's file, if the laws were examined on one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
}

impl Settings {
    /// Those of a run.
    pub fn of(report: &Report) -> Self {
        Settings {
            seed: report.seed,
            precision: report.precision,
            effort: report.effort.name().to_owned(),
            instances: report.instances,
            model: report.model.as_ref().map(|model| model.checksum.clone()),
        }
    }

    /// The options that ask for them.
    pub fn options(&self) -> String {
        let mut options = format!("--seed {} --precision {} --instances {}", self.seed, self.precision, self.instances);
        if self.effort != Effort::Default.name() {
            options += &format!(" --effort {}", self.effort);
        }
        if let Some(checksum) = &self.model {
            options += &format!(" --model (a file with checksum {checksum})");
        }
        options
    }
}

/// The claims and theories that a program speaks of.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// The identifiers of all claims, in their order.
    pub claims: &'a [&'a str],
    /// The names of all theories.
    pub theories: &'a [&'a str],
}

impl Known<'_> {
    fn has(&self, id: &str) -> bool {
        self.claims.contains(&id)
    }

    /// The theory of a recorded claim that is unknown because the theory is.
    fn not_loaded<'r>(&self, record: &'r Record) -> Option<&'r str> {
        let theory = record.theory.as_deref().filter(|theory| !self.theories.contains(theory));
        theory.filter(|_| !self.has(&record.id))
    }
}

/// Why a run cannot be compared with a baseline, or recorded in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BaselineError {
    /// It was recorded in another form.
    #[error(
        "the form of the baseline is version {0}, this program knows {VERSION}: delete the file and record it anew with --bless"
    )]
    OtherVersion(u32),
    /// It was recorded with other settings, so that differences would mean nothing.
    #[error(
        "recorded with {}, this run has {}: run with the former, or record all the claims that it holds again with --bless",
        recorded.options(), run.options()
    )]
    OtherSettings {
        /// Those of the baseline.
        recorded: Box<Settings>,
        /// Those of the run.
        run: Box<Settings>,
    },
    /// All that is recorded is of theories that are not loaded: a run without them has nothing to be held against.
    #[error(
        "all of its claims are of `{}`, not loaded here, so that nothing would be compared: name the file or give --theory",
        theories.join("`, `")
    )]
    NotLoaded {
        /// Their names.
        theories: Vec<String>,
    },
    /// It records no claim, so that there is nothing to be held against.
    #[error("it records no claim, so that nothing would be compared: record what holds with --bless")]
    Empty,
    /// A claim was cut short, so that what it would have shown is not known.
    #[error("{0} was cut short: a baseline records finished claims only")]
    CutShort(String),
}

impl Baseline {
    /// Nothing recorded yet.
    pub fn empty(settings: Settings) -> Self {
        Baseline { version: VERSION, settings, claims: Vec::new() }
    }

    /// Compares a run.
    ///
    /// Claims that the run was not asked for are not compared; claims that do not exist any more though their theory is loaded, or do not
    /// speak of the model any more, are weaker than they were.
    ///
    /// # Errors
    /// [`BaselineError`] if form or settings differ, or nothing is recorded of a theory that is loaded.
    pub fn compare(&self, report: &Report, file: &str, known: Known<'_>) -> Result<Comparison, BaselineError> {
        self.check(report)?;
        self.check_loaded(known)?;
        let mut comparison = Comparison { file: file.to_owned(), ..Comparison::default() };
        for record in &self.claims {
            let id = &record.id;
            let difference = |what: String| Difference { id: id.clone(), what };
            let inapplicable =
                || report.model.iter().flat_map(|model| &model.inapplicable).any(|(known, _)| known == id);
            if let Some(claim) = report.claims.iter().find(|claim| claim.entry.id == *id) {
                // What a claim would have shown is not known; that it is undecided is told already.
                if claim.cut_short {
                    comparison.not_compared.push(NotCompared { id: id.clone(), why: Why::CutShort });
                    continue;
                }
                comparison.compared += 1;
                let (weaker, stronger) = record.differences(&Record::of(claim));
                comparison.weaker.extend(weaker.into_iter().map(difference));
                comparison.stronger.extend(stronger.into_iter().map(difference));
            } else if let Some(theory) = known.not_loaded(record) {
                let why = Why::NotLoaded(theory.to_owned());
                comparison.not_compared.push(NotCompared { id: id.clone(), why });
            } else if !known.has(id) {
                comparison.weaker.push(difference("the claim is gone".to_owned()));
            } else if inapplicable() {
                comparison.weaker.push(difference("the claim is no longer examined on the model".to_owned()));
            }
        }
        let recorded = |id: &str| self.claims.iter().any(|record| record.id == id);
        for claim in report.claims.iter().filter(|claim| !recorded(&claim.entry.id)) {
            if claim.cut_short {
                let id = claim.entry.id.clone();
                comparison.not_compared.push(NotCompared { id, why: Why::CutShort });
                continue;
            }
            // What fails is told as a verdict: it is nothing that a record could gain.
            if claim.verdict == Verdict::Holds {
                let what = format!("not recorded yet; {}", claim.verdict);
                comparison.stronger.push(Difference { id: claim.entry.id.clone(), what });
            }
        }
        Ok(comparison)
    }

    /// Whether a run that has not begun, of the claims `ids`, can be compared, or recorded if it `is_blessed`.
    ///
    /// # Errors
    /// [`BaselineError`] if form or settings differ, unless everything is recorded anew, or if no theory of what is recorded is loaded, unless something is recorded beside it.
    pub fn check_before(
        &self,
        run: &Report,
        ids: &[&str],
        known: Known<'_>,
        is_blessed: bool,
    ) -> Result<(), BaselineError> {
        if is_blessed && self.is_covered(run, ids, known) {
            return Ok(());
        }
        self.check(run)?;
        if is_blessed { Ok(()) } else { self.check_loaded(known) }
    }

    fn check_loaded(&self, known: Known<'_>) -> Result<(), BaselineError> {
        if self.claims.is_empty() {
            return Err(BaselineError::Empty);
        }
        let theories: Option<BTreeSet<&str>> = self.claims.iter().map(|record| known.not_loaded(record)).collect();
        match theories.filter(|theories| !theories.is_empty()) {
            Some(theories) => {
                Err(BaselineError::NotLoaded { theories: theories.into_iter().map(str::to_owned).collect() })
            }
            None => Ok(()),
        }
    }

    /// Whether a run of the claims `ids` leaves nothing of what is recorded as it is.
    fn is_covered(&self, run: &Report, ids: &[&str], known: Known<'_>) -> bool {
        let inapplicable =
            |id: &str| run.model.iter().flat_map(|model| &model.inapplicable).any(|(known, _)| known == id);
        let is_gone = |record: &Record| !known.has(&record.id) && known.not_loaded(record).is_none();
        let covered =
            |record: &Record| ids.contains(&record.id.as_str()) || inapplicable(&record.id) || is_gone(record);
        self.claims.iter().all(covered)
    }

    fn check(&self, report: &Report) -> Result<(), BaselineError> {
        let run = Settings::of(report);
        match self.version {
            VERSION if run == self.settings => Ok(()),
            VERSION => {
                let recorded = Box::new(self.settings.clone());
                Err(BaselineError::OtherSettings { recorded, run: Box::new(run) })
            }
            other => Err(BaselineError::OtherVersion(other)),
        }
    }

    /// Records what a run found, in the order of the known claims. Claims that it was not asked for are kept, and at the end those of theories
    /// that are not loaded; what else is not known is left out.
    ///
    /// # Errors
    /// [`BaselineError`] if settings differ and something recorded was not examined again, or a claim was cut short.
    pub fn record(&self, report: &Report, known: Known<'_>) -> Result<Baseline, BaselineError> {
        if let Some(claim) = report.claims.iter().find(|claim| claim.cut_short) {
            return Err(BaselineError::CutShort(claim.entry.id.clone()));
        }
        let examined = |id: &str| report.claims.iter().find(|claim| claim.entry.id == *id);
        let inapplicable =
            |id: &str| report.model.iter().flat_map(|model| &model.inapplicable).any(|(known, _)| known == id);
        let ids: Vec<&str> = report.claims.iter().map(|claim| claim.entry.id.as_str()).collect();
        self.check_before(report, &ids, known, true)?;
        let kept = |id: &str| self.claims.iter().find(|record| record.id == id).filter(|_| !inapplicable(id));
        let record = |&id: &&str| examined(id).map(Record::of).or_else(|| kept(id).cloned());
        let elsewhere = self.claims.iter().filter(|record| known.not_loaded(record).is_some()).cloned();
        let claims = known.claims.iter().filter_map(record).chain(elsewhere).collect();
        Ok(Baseline { version: VERSION, settings: Settings::of(report), claims })
    }
}
