//! Reports: what a run found, told to a person or to a program.
//!
//! | module | reader |
//! |---|---|
//! | `inspection` | people, programs: a checkpoint's balance (with the feature `checkpoint`) |
//! | `prediction` | the same: what descent would come to |
//! | `heat_map` | people: heat maps as SVG (likewise) |
//! | [`json`] | programs; the schema is stable and versioned, and can be read back |
//! | `junit`, with the feature of that name | continuous integration |
//! | [`html`] | people: everything, on one page with formulas and plots |
//! | [`dependence`] | people, Graphviz: which claim rests on which |
//! | [`markdown`] | people: the summary page of a job |
//! | [`paper`] | people who write papers: formulas and a table |
//! | [`annotations`] | a forge that shows what is wrong with a run |
//!
//! | module | from reports |
//! |---|---|
//! | [`baseline`] | what is weaker than was recorded |
//! | [`merge`] | one report from those of all parts of a run |
//!
//! | module | reader of observations |
//! |---|---|
//! | [`observation`] | people and plotting programs: what was observed along a run of descent |
//! | [`valley`] | the same: descent beside the flows of both losses |
//! | [`representation`] | the same: alignment and sharpness of deep linear networks |
//! | [`imbalance`] | the same: layers that forget their imbalance |
//! | [`saddles`] | the same: the order of learning, and a saddle that attracts |
//! | [`gas`] | the same: the norm of scale-invariant weights |
//! | [`friction`] | the same: momentum beside the field with friction |
//! | [`features`] | the same: features that starve, and do not |
//! | [`discovery`] | people and programs: the symmetries that were found of a network |
//! | [`conserved`] | the same: the polynomials that gradient flow conserves |
//! | [`relations`] | people, programs and papers: linear laws among terms, and what follows the answer to a law |
//! | [`nearest`] | people and programs: the law that holds in place of one that is refuted |
//! | `text` | people (with the feature `cli`) |
//! | `explanation` | people: one claim in full (likewise) |
//!
//! | module | on which they draw |
//! |---|---|
//! | [`plot`] | plots as SVG |
//! | [`figures`] | the plots of claims, for the page and for files |
//! | [`formula`] | statements in plain text as MathML |
//! | [`latex`] | tables to paste into a paper |
//! | [`layout`] | paragraphs and tables that fit a width |
//! | [`svg`] | what all drawings have in common |
//!
//! A report apart from its times depends on the claims, the seed, the precision, the effort and the number of instances only,
//! never on the number of threads.

pub mod annotations;
pub mod answer;
pub mod baseline;
pub mod conserved;
pub mod dependence;
pub mod discovery;
mod doubt;
#[cfg(feature = "cli")]
pub mod explanation;
pub mod features;
pub mod figures;
pub mod formula;
pub mod friction;
pub mod gas;
pub mod heat_map;
pub mod html;
pub mod imbalance;
#[cfg(feature = "checkpoint")]
pub mod inspection;
pub mod json;
#[cfg(feature = "junit")]
pub mod junit;
pub mod latex;
pub mod layout;
pub mod markdown;
pub mod merge;
pub mod nearest;
pub mod observation;
pub mod paper;
pub mod plot;
#[cfg(feature = "checkpoint")]
mod prediction;
pub mod program;
pub mod relations;
pub mod representation;
pub mod saddles;
pub mod svg;
#[cfg(feature = "cli")]
pub mod text;
mod uncertain;
pub mod valley;

pub use baseline::{Comparison, Difference, NotCompared, Why};

use crate::discovery::structure::Known;
use crate::verify::report::{ExponentReport, Witness};
use crate::verify::simulation::ERROR_BITS;
use crate::verify::{Case, ClaimReport, Effort, Entry, Verdict};
use nearest::Sought;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt::Write;

/// The version of every JSON document that this crate writes. It grows when a member changes its meaning or goes away;
/// new members may come at any time.
pub const SCHEMA_VERSION: u32 = 2;

/// The precision of a run for which none is given, in bits.
pub const DEFAULT_PRECISION: u32 = 256;

/// Which arithmetic the numbers come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Libraries {
    /// The version of GMP.
    pub gmp: String,
    /// The version of MPFR.
    pub mpfr: String,
}

impl Libraries {
    /// Those that this program is linked with.
    pub fn linked() -> Self {
        use gmp_mpfr_sys::{gmp, mpfr};
        Libraries {
            gmp: format!("{}.{}.{}", gmp::VERSION, gmp::VERSION_MINOR, gmp::VERSION_PATCHLEVEL),
            mpfr: format!("{}.{}.{}", mpfr::VERSION_MAJOR, mpfr::VERSION_MINOR, mpfr::VERSION_PATCHLEVEL),
        }
    }
}

/// A run: how it was done, and what it found of every claim.
#[derive(Clone, Debug)]
pub struct Report {
    /// How the program is called, for the commands that replay an instance.
    pub program: String,
    /// Which arithmetic the numbers come from.
    pub libraries: Libraries,
    /// The run's seed.
    pub seed: u64,
    /// The top of the precision ladder, in bits.
    pub precision: u32,
    /// How long simulations were.
    pub effort: Effort,
    /// The instances of each law that were asked for.
    pub instances: u64,
    /// Which part of a run this is, if it is one.
    pub shard: Option<Shard>,
    /// The network that the laws were examined on, if it was given.
    pub model: Option<GivenModel>,
    /// How the claims compare with those of a baseline, if there is one.
    pub comparison: Option<Comparison>,
    /// The claims, in the order of the registry.
    pub claims: Vec<ClaimReport>,
    /// Of refuted laws of formulas, by identifier, what was sought in their place.
    pub sought: BTreeMap<String, Sought>,
    /// Of laws of formulas that nothing violates, by identifier, what chose the same branch on every instance.
    pub never_taken: BTreeMap<String, Vec<String>>,
    /// Seconds from the start of the run to its end.
    pub seconds: f64,
}

/// A network from a file, and the claims that were asked for but do not speak of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenModel {
    /// The file.
    pub file: String,
    /// Of the file's bytes, a cyclic redundancy check, to notice that another file has its name.
    pub checksum: String,
    /// The network in words.
    pub network: String,
    /// Its parameters.
    pub parameters: usize,
    /// Identifiers, each with the reason.
    pub inapplicable: Vec<(String, String)>,
    /// The symmetries that it has by its structure, each with what was found of its balance laws.
    pub symmetries: Vec<Known>,
}

/// One part of a run that is shared between machines: every `count`-th of the selected claims.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shard {
    /// Which part, from 1 to `count`.
    pub index: u32,
    /// The number of parts.
    pub count: u32,
    /// The beginnings of identifiers that were asked for; none stands for all claims.
    pub selection: Vec<String>,
}

impl Shard {
    /// Its part of what is selected: dealt out like cards, so that a family's heavy claims are spread.
    pub fn part<T: Copy>(&self, selected: &[T]) -> Vec<T> {
        selected.iter().copied().skip(self.index as usize - 1).step_by(self.count as usize).collect()
    }
}

impl Report {
    /// The theories in the order of the claims, if there are several: then reports say which claim is of which.
    pub fn theories(&self) -> Vec<&str> {
        let mut theories: Vec<&str> = Vec::new();
        for theory in self.claims.iter().map(|claim| claim.entry.theory.as_str()) {
            if !theories.contains(&theory) {
                theories.push(theory);
            }
        }
        if theories.len() > 1 { theories } else { Vec::new() }
    }

    /// Whether the claim at this place is the first of its theory, in a report of several.
    pub fn opens_theory(&self, place: usize) -> Option<&str> {
        let theory = |place: usize| self.claims[place].entry.theory.as_str();
        let opens = place == 0 || theory(place - 1) != theory(place);
        (opens && self.theories().len() > 1).then(|| theory(place))
    }

    /// The number of claims with this verdict.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.claims.iter().filter(|claim| claim.verdict == verdict).count()
    }

    /// `59 claims: 58 hold, 1 refuted (2 weaker than recorded)`
    fn counts_in_words(&self) -> String {
        let verdicts = [Verdict::Holds, Verdict::Refuted, Verdict::Vacuous, Verdict::Powerless, Verdict::Undecided];
        let counts = verdicts.map(|verdict| (verdict, self.count(verdict)));
        let told = counts.into_iter().filter(|(verdict, count)| *count > 0 || *verdict == Verdict::Holds);
        let words = told.map(|(verdict, count)| match (verdict, count) {
            (Verdict::Holds, 1) => "1 holds".to_owned(),
            (Verdict::Holds, _) => format!("{count} hold"),
            _ => format!("{count} {verdict}"),
        });
        let mut text = format!("{}: {}", plural(self.claims.len(), "claim"), words.collect::<Vec<_>>().join(", "));
        if self.weaker() > 0 {
            let _ = write!(text, " ({} weaker than recorded)", self.weaker());
        }
        text
    }

    /// The claims that are weaker than a baseline records.
    pub fn weaker(&self) -> usize {
        let found = self.comparison.iter().flat_map(|comparison| &comparison.weaker);
        found.map(|found| found.id.as_str()).collect::<std::collections::BTreeSet<_>>().len()
    }

    /// The verdict of the whole: the first of refuted, powerless, vacuous, undecided that any claim has, else holds.
    pub fn verdict(&self) -> Verdict {
        [Verdict::Refuted, Verdict::Powerless, Verdict::Vacuous, Verdict::Undecided]
            .into_iter()
            .find(|verdict| self.count(*verdict) > 0)
            .unwrap_or(Verdict::Holds)
    }

    /// The confidence intervals that the verdicts rest on.
    pub fn tests(&self) -> usize {
        self.claims.iter().map(|claim| claim.tests).sum()
    }

    /// Minus the base-2 logarithm of the bound on the probability that any statistical judgement of the run is in error: the number of
    /// intervals times what each may err by. None without intervals.
    pub fn error_bits(&self) -> Option<f64> {
        let tests = self.tests();
        (tests > 0).then(|| f64::from(ERROR_BITS) - (tests as f64).log2())
    }

    /// The command that examines one instance again, verbosely.
    pub fn replay_command(&self, entry: &Entry, case: Case, index: u64) -> String {
        let mut command = format!("{} replay {} {} {index}", self.program, entry.id, self.seed);
        if let Some(file) = &entry.theory_file {
            let _ = write!(command, " --theory {}", quoted(file));
        }
        // Controls keep to networks of their own.
        if let (Some(model), Case::Law) = (&self.model, case) {
            let _ = write!(command, " --model {}", quoted(&model.file));
        }
        if case != Case::Law {
            let _ = write!(command, " --control {}", entry.case_name(case));
        }
        if self.precision != DEFAULT_PRECISION {
            let _ = write!(command, " --precision {}", self.precision);
        }
        if self.effort != Effort::Default {
            let _ = write!(command, " --effort {}", self.effort.name());
        }
        command
    }

    fn replay(&self, claim: &ClaimReport, witness: &Witness) -> String {
        self.replay_command(&claim.entry, witness.case, witness.index)
    }
}

/// What was measured of an exponent: `left side = 2.0000, predicted 2; 30 digits on each of 8 instances; a term one order lower would be seen from 2^-80
/// of the coefficient on`.
fn measured(exponent: &ExponentReport) -> String {
    let ExponentReport { worst, digits, instances } = exponent;
    format!(
        "{} = {}, predicted {}; {digits} digits on each of {}; a term one order lower would be seen from {} of the coefficient on",
        worst.label,
        worst.measured,
        worst.predicted,
        plural(*instances, "instance"),
        worst.unseen(),
    )
}

pub(crate) fn plural(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// How many controls failed, as they must.
fn controls_failed(report: &Report) -> String {
    let failed: usize = report.claims.iter().map(|claim| claim.failed_controls().count()).sum();
    let controls: usize = report.claims.iter().map(|claim| claim.controls.len()).sum();
    let they = if controls == 1 { "it" } else { "they" };
    format!("{failed} of {} failed as {they} must", plural(controls, "control"))
}

/// A file's name as one word of a shell.
pub(crate) fn quoted(file: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '/' | '_' | '-');
    if !file.is_empty() && file.chars().all(is_plain) {
        file.to_owned()
    } else {
        format!("'{}'", file.replace('\'', "'\\''"))
    }
}

/// A Schwartz-Zippel bound as a power of two, rounded towards certainty's weaker side.
fn power_of_two(bound_bits: f64) -> String {
    format!("2^-{}", bound_bits.floor())
}

/// A fingerprint as reports and locks have it.
fn hexadecimal(fingerprint: u64) -> String {
    format!("{fingerprint:016x}")
}

/// Seconds to the millisecond: more digits would pretend.
fn milliseconds(seconds: f64) -> f64 {
    (seconds * 1000.0).round() / 1000.0
}
