//! What a run found out about a claim: the verdict, and all that it rests on.

use super::draw::Case;
use super::entry::{Entry, Evidence};
use super::exponent::Exponent;
use super::finding::{Quantity, WIDE};
use super::kinds::KindReport;
use super::mutant::Mutant;
use super::order::FINE_BITS;
use super::routes::INTERVAL_BITS;
use super::scalars::Scalar;
use equipartition_scalar::Magnitude;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// What is known of a claim after a run. Nothing collapses into a truth value before the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Every instance that says something satisfies the claim, and every control and mutant fails.
    Holds,
    /// An instance violates the claim.
    Refuted,
    /// On every instance both sides vanish, of all relations or of one kind of them.
    Vacuous,
    /// A control or a mutant passes, or a term is always 0: the check could not have told.
    Powerless,
    /// Cut short, without an instance, with more than a third of them left out, or without a decision.
    Undecided,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Verdict::Holds => "holds",
            Verdict::Refuted => "refuted",
            Verdict::Vacuous => "vacuous",
            Verdict::Powerless => "powerless",
            Verdict::Undecided => "undecided",
        })
    }
}

/// How one control fared.
#[derive(Clone, Debug)]
pub struct ControlReport {
    /// Its name in the entry.
    pub name: String,
    /// Whether it failed on every generic instance, by more than `2^-20`, as it must.
    pub failed: bool,
    /// The smallest relative amount by which it failed.
    pub margin: Magnitude,
    /// The instances on which it was tried.
    pub instances: usize,
    /// A fingerprint of those that were drawn, as the law's.
    pub fingerprint: Option<u64>,
}

/// Above this share of instances that are left out a claim is undecided: what is left is no fair sample of its hypotheses.
pub const MOST_LEFT_OUT: f64 = 1.0 / 3.0;

/// How one exponent fared.
#[derive(Clone, Debug)]
pub struct ExponentReport {
    /// The measurement with the fewest digits, of which the prediction's agreement and the estimated error take part.
    pub worst: Exponent,
    /// Its digits, [`Exponent::digits`].
    pub digits: u32,
    /// The instances on which it was measured.
    pub instances: usize,
}

/// How one systematic mutant fared.
#[derive(Clone, Debug)]
pub struct MutantReport {
    /// The wrong formula.
    pub mutant: Mutant,
    /// Whether some instance told it from the right one, by more than `2^-20`.
    pub refuted: bool,
    /// The widest relative amount by which it failed.
    pub margin: Magnitude,
}

/// An instance to look at.
#[derive(Clone, Debug)]
pub struct Witness {
    /// Law or control.
    pub case: Case,
    /// The instance's index.
    pub index: u64,
    /// The instance in words.
    pub description: String,
    /// The relation.
    pub relation: String,
    /// The relative residual.
    pub residual: Magnitude,
}

/// What a run found out about one claim.
#[derive(Clone, Debug)]
pub struct ClaimReport {
    /// The claim.
    pub entry: Entry,
    /// The verdict.
    pub verdict: Verdict,
    /// Why, if it does not hold.
    pub reason: String,
    /// For each kind of evidence, the number of instances that reached it.
    pub evidence: BTreeMap<Evidence, usize>,
    /// Instances judged, vacuous ones included.
    pub instances: usize,
    /// Instances on which both sides vanish.
    pub vacuous: usize,
    /// Instances outside the hypotheses.
    pub excluded: usize,
    /// Instances on which the gap of a strict inequality is smaller than the check resolves. They count as left out.
    pub unresolved: usize,
    /// Instances without a decision.
    pub undecided: usize,
    /// Instances that violate the claim.
    pub refuted: usize,
    /// The worst relative residual in the decisive scalar.
    pub residual: Magnitude,
    /// The worst relative residual on each rung of the ladder, by bits.
    pub ladder: BTreeMap<u32, Magnitude>,
    /// The smallest relative margin of the inequalities, if there are any.
    pub margin: Option<Magnitude>,
    /// The controls.
    pub controls: Vec<ControlReport>,
    /// The exponents that were measured, by what they are of.
    pub exponents: Vec<ExponentReport>,
    /// The numbers that were estimated, each from the instance with the narrowest interval.
    pub quantities: Vec<Quantity>,
    /// Confidence intervals that the verdict rests on, those of controls included.
    pub tests: usize,
    /// The systematic mutants.
    pub mutants: Vec<MutantReport>,
    /// What each kind of relation said.
    pub kinds: Vec<KindReport>,
    /// A fingerprint of the instances of the law that were drawn: another generator has another. None in a report of an older version that was read.
    pub fingerprint: Option<u64>,
    /// For a claim that searches for its points: the number of distinct orbits found.
    pub orbits: Option<usize>,
    /// The worst instance, and if it is refuted also the smallest one found (the shortest description); the first
    /// undecided one, if nothing is refuted; for every control that passed, the instance that passed best.
    pub witnesses: Vec<Witness>,
    /// Whether examinations are missing, because of a time limit or an interruption.
    pub cut_short: bool,
    /// Seconds of computing, over all threads.
    pub seconds: f64,
}

impl ClaimReport {
    /// The mutants that survived: no instance told them from the claim.
    pub fn surviving_mutants(&self) -> impl Iterator<Item = &Mutant> {
        self.mutants.iter().filter(|found| !found.refuted).map(|found| &found.mutant)
    }

    /// The kind with the weakest Schwartz-Zippel bound, of those that have one.
    pub fn weakest_bound(&self) -> Option<(&KindReport, f64)> {
        let bounded = self.kinds.iter().filter_map(|kind| Some((kind, kind.bound_bits?)));
        bounded.min_by(|(_, a), (_, b)| a.total_cmp(b))
    }

    /// Of the kinds without such a bound the one that was seen on the fewest independent draws: nothing but their number speaks for it.
    pub fn least_drawn(&self) -> Option<&KindReport> {
        self.kinds.iter().filter(|kind| kind.bound_bits.is_none()).min_by_key(|kind| kind.draws)
    }

    /// The share of instances of the law that were left out, because they lie outside the hypotheses or below the check's resolution.
    pub fn left_out(&self) -> f64 {
        let left_out = self.excluded + self.unresolved;
        if left_out == 0 { 0.0 } else { left_out as f64 / (left_out + self.instances) as f64 }
    }

    /// The relative amount by which an equality may be false on the instances that satisfy it, and was not looked for: what the widest tolerance lets
    /// pass, of the scalars that decided. 0 if all of them are exact.
    pub fn resolution(&self) -> Magnitude {
        let reached = |kind| self.evidence.get(&kind).is_some_and(|&instances| instances > 0);
        let finest = self.ladder.keys().next_back().map(|&bits| Scalar::Mp(bits).tolerance());
        let passes = [
            Some(Scalar::Interval(INTERVAL_BITS).tolerance()).filter(|_| reached(Evidence::Enclosed)),
            finest.filter(|_| reached(Evidence::Converged)),
            Some(Scalar::Order(FINE_BITS).tolerance()).filter(|_| reached(Evidence::Order)),
            Some(Magnitude::power_of_two(-5)).filter(|_| reached(Evidence::Statistical)),
        ];
        passes.into_iter().flatten().fold(Magnitude::zero(), Magnitude::max)
    }

    /// Whether there are margins only: where nothing is claimed to be equal, a residual of 0 says nothing.
    pub fn is_inequality(&self) -> bool {
        self.margin.is_some() && self.residual.is_zero()
    }

    /// The controls that failed, as all of them must.
    pub fn failed_controls(&self) -> impl Iterator<Item = &ControlReport> {
        self.controls.iter().filter(|control| control.failed)
    }
}

impl MutantReport {
    /// Judges a mutant by the widest amount by which it failed.
    pub fn new(mutant: Mutant, margin: Magnitude) -> Self {
        MutantReport { mutant, refuted: margin > Magnitude::power_of_two(-WIDE), margin }
    }

    /// Another instance, on which it failed by `margin`.
    pub(super) fn widen(&mut self, margin: &Magnitude) {
        if *margin > self.margin {
            *self = MutantReport::new(self.mutant.clone(), margin.clone());
        }
    }
}
