//! From examinations to a verdict.

use super::draw::Case;
use super::entry::Entry;
use super::examination::Examination;
use super::finding::{Finding, Status, WIDE};
use super::kinds::Kinds;
use super::report::{ClaimReport, ControlReport, ExponentReport, MOST_LEFT_OUT, MutantReport, Verdict, Witness};
use super::scalars::Scalar;
use equipartition_scalar::Magnitude;
use equipartition_scalar::digest::Fingerprint;
use std::collections::{BTreeMap, BTreeSet};

impl ClaimReport {
    /// Judges a claim by all of its examinations, which must be sorted by case and index.
    ///
    /// `cut_short` says that some are missing.
    pub fn conclude(entry: Entry, examinations: &[(Case, u64, Examination)], cut_short: bool, seconds: f64) -> Self {
        let mut report = ClaimReport {
            entry: entry.clone(),
            verdict: Verdict::Holds,
            reason: String::new(),
            evidence: BTreeMap::new(),
            instances: 0,
            vacuous: 0,
            excluded: 0,
            unresolved: 0,
            undecided: 0,
            refuted: 0,
            residual: Magnitude::zero(),
            ladder: BTreeMap::new(),
            margin: None,
            controls: Vec::new(),
            exponents: Vec::new(),
            quantities: Vec::new(),
            tests: 0,
            mutants: Vec::new(),
            kinds: Vec::new(),
            fingerprint: None,
            orbits: None,
            witnesses: Vec::new(),
            cut_short,
            seconds,
        };
        report.fingerprint = Some(fingerprint(Case::Law, examinations));
        let silent = report.judge_law(examinations);
        report.tests = examinations.iter().flat_map(|(.., found)| &found.findings).map(|finding| finding.tests).sum();
        report.controls = entry
            .controls
            .iter()
            .enumerate()
            .map(|(number, control)| judge_control(&control.name, Case::Control(number), examinations))
            .collect();
        report.witnesses.extend(report.controls.iter().filter(|control| !control.failed).filter_map(|control| {
            let number = entry.controls.iter().position(|known| known.name == control.name)?;
            weakest(Case::Control(number), examinations)
        }));
        (report.verdict, report.reason) = report.decide(silent);
        report
    }

    /// Returns the first part of the law of which no instance was judged, counted from 1, if there is one.
    fn judge_law(&mut self, examinations: &[(Case, u64, Examination)]) -> Option<usize> {
        let mut judged = BTreeSet::new();
        let mut parts = 1;
        let mut violations = Vec::new();
        let mut worst: Option<Witness> = None;
        let mut open: Option<Witness> = None;
        let mut kinds = Kinds::default();
        let mut orbits = BTreeSet::new();
        for (case, index, examination) in examinations.iter().filter(|(case, ..)| *case == Case::Law) {
            let status = examination.status();
            parts = parts.max(examination.place.parts);
            if examination.excluded.is_some() || status == Status::Unresolved {
                *(if examination.excluded.is_some() { &mut self.excluded } else { &mut self.unresolved }) += 1;
                continue;
            }
            self.instances += 1;
            judged.insert(examination.place.part);
            self.absorb(examination);
            orbits.extend(examination.orbit.as_deref());
            let witness = Witness::new(*case, *index, examination);
            match status {
                Status::Violated => violations.push(witness),
                Status::Vacuous => self.vacuous += 1,
                Status::Undecided(why) => {
                    self.undecided += 1;
                    self.reason = why.to_owned();
                    open.get_or_insert(witness);
                }
                Status::Satisfied => {
                    for kind in examination.evidence() {
                        *self.evidence.entry(kind).or_default() += 1;
                    }
                    if worst.as_ref().is_none_or(|known| witness.residual > known.residual) {
                        worst = Some(witness);
                    }
                }
                Status::Unresolved => unreachable!("left out above"),
            }
            if matches!(status, Status::Satisfied | Status::Vacuous) {
                kinds.hear(examination);
            }
        }
        self.kinds = kinds.reports();
        self.orbits = (!orbits.is_empty()).then_some(orbits.len());
        self.refuted = violations.len();
        if violations.is_empty() {
            self.witnesses.extend(open.or(worst));
        } else {
            violations.sort_by(|a, b| b.residual.cmp(&a.residual));
            let smallest = violations.iter().min_by_key(|witness| (witness.description.len(), witness.index)).cloned();
            self.witnesses.push(violations.swap_remove(0));
            self.witnesses.extend(smallest.filter(|small| small.index != self.witnesses[0].index));
        }
        (0..parts).find(|part| !judged.contains(part)).map(|part| part + 1)
    }

    fn absorb(&mut self, examination: &Examination) {
        for finding in &examination.findings {
            if let Scalar::Mp(bits) = finding.scalar {
                raise(self.ladder.entry(bits).or_insert_with(Magnitude::zero), &finding.residual);
            }
            for (mutant, miss) in &finding.mutants {
                match self.mutants.iter_mut().find(|known| known.mutant == *mutant) {
                    Some(known) => known.widen(miss),
                    None => self.mutants.push(MutantReport::new(mutant.clone(), miss.clone())),
                }
            }
            for exponent in &finding.exponents {
                let digits = exponent.digits();
                match self.exponents.iter_mut().find(|known| known.worst.label == exponent.label) {
                    Some(known) => {
                        known.instances += 1;
                        if digits < known.digits {
                            (known.worst, known.digits) = (exponent.clone(), digits);
                        }
                    }
                    None => self.exponents.push(ExponentReport { worst: exponent.clone(), digits, instances: 1 }),
                }
            }
            for quantity in &finding.quantities {
                match self.quantities.iter_mut().find(|known| known.label == quantity.label) {
                    Some(known) if quantity.estimate.half_width < known.estimate.half_width => {
                        known.clone_from(quantity);
                    }
                    Some(_) => {}
                    None => self.quantities.push(quantity.clone()),
                }
            }
            if let Some(margin) = &finding.margin {
                self.margin = Some(match self.margin.take() {
                    Some(smallest) => smallest.min(margin.clone()),
                    None => margin.clone(),
                });
            }
        }
        if let Some(decisive) = examination.findings.last() {
            raise(&mut self.residual, &decisive.residual);
        }
    }

    /// The verdict and its reason. A refutation outranks everything; then what could not be examined; then what the
    /// examination could not have told.
    fn decide(&self, silent: Option<usize>) -> (Verdict, String) {
        if let (true, Some(worst)) = (self.refuted > 0, self.witnesses.first()) {
            let reason = format!("instance {} violates `{}` by {}", worst.index, worst.relation, worst.residual);
            return (Verdict::Refuted, reason);
        }
        if self.cut_short {
            return (Verdict::Undecided, "cut short before every instance was examined".to_owned());
        }
        if self.instances == 0 && self.unresolved == 0 {
            return (Verdict::Undecided, "no instance lies within the hypotheses".to_owned());
        }
        if self.left_out() > MOST_LEFT_OUT {
            let (excluded, unresolved) = (self.excluded, self.unresolved);
            let all = self.instances + excluded + unresolved;
            return (
                Verdict::Undecided,
                format!(
                    "of {all} instances {excluded} lie outside the hypotheses and {unresolved} below the check's resolution: more than a third says nothing"
                ),
            );
        }
        if let Some(part) = silent {
            return (Verdict::Undecided, format!("part {part} of the law is given no instance"));
        }
        if self.vacuous == self.instances {
            return (Verdict::Vacuous, "both sides vanish on every instance".to_owned());
        }
        if self.undecided > 0 {
            return (
                Verdict::Undecided,
                format!("{} of {} instances: {}", self.undecided, self.instances, self.reason),
            );
        }
        if let Some(silent) = self.kinds.iter().find(|kind| kind.vacuous == kind.instances) {
            let reason = format!("both sides of `{}` vanish on every instance that has it", silent.kind);
            return (Verdict::Vacuous, reason);
        }
        if self.controls.is_empty() {
            return (Verdict::Powerless, "the claim has no controls".to_owned());
        }
        if let Some(control) = self.controls.iter().find(|control| !control.failed) {
            let reason = format!("the control `{}` did not fail (margin {})", control.name, control.margin);
            return (Verdict::Powerless, reason);
        }
        if let Some((kind, term)) = self.kinds.iter().find_map(|kind| Some((&kind.kind, kind.idle.first()?))) {
            return (Verdict::Powerless, format!("the term `{term}` of `{kind}` is 0 on every instance"));
        }
        if let Some(mutant) = self.surviving_mutants().next() {
            return (Verdict::Powerless, format!("the wrong formula with `{mutant}` was not told from the right one"));
        }
        (Verdict::Holds, String::new())
    }
}

impl Witness {
    fn new(case: Case, index: u64, examination: &Examination) -> Self {
        let by_miss = |finding: &&Finding| finding.status == Status::Violated;
        let finding = examination.findings.iter().rev().find(by_miss).or(examination.findings.last());
        Witness {
            case,
            index,
            description: examination.description.clone(),
            relation: finding.map(|finding| finding.worst.clone()).unwrap_or_default(),
            residual: finding.map_or_else(Magnitude::zero, |finding| match finding.status {
                Status::Violated => finding.miss.clone(),
                _ => finding.residual.clone(),
            }),
        }
    }
}

/// The instance on which a control came closest to passing.
fn weakest(case: Case, examinations: &[(Case, u64, Examination)]) -> Option<Witness> {
    let tried = examinations.iter().filter(|(known, _, found)| *known == case && found.excluded.is_none());
    let witness = |(case, index, examination): &(Case, u64, Examination)| {
        let witness = Witness::new(*case, *index, examination);
        let miss = examination.findings.last().map_or_else(Magnitude::zero, Finding::failure);
        Witness { residual: miss, ..witness }
    };
    tried.map(witness).min_by(|a, b| a.residual.cmp(&b.residual))
}

/// A control fails if on every instance some relation is missed by more than `2^-20`.
fn judge_control(name: &str, case: Case, examinations: &[(Case, u64, Examination)]) -> ControlReport {
    let tried = || {
        let of_case = examinations.iter().filter(move |(known, ..)| *known == case);
        of_case.filter(|(.., examination)| examination.excluded.is_none())
    };
    let miss = |examination: &Examination| examination.findings.last().map_or_else(Magnitude::zero, Finding::failure);
    let margin =
        tried().map(|(.., examination)| miss(examination)).reduce(Magnitude::min).unwrap_or_else(Magnitude::zero);
    let failed = margin > Magnitude::power_of_two(-WIDE);
    let fingerprint = Some(fingerprint(case, examinations));
    ControlReport { name: name.to_owned(), failed, margin, instances: tried().count(), fingerprint }
}

/// Of all instances of a case that were drawn, also of those that are left out.
fn fingerprint(case: Case, examinations: &[(Case, u64, Examination)]) -> u64 {
    let mut fingerprint = Fingerprint::new();
    for (_, index, examination) in examinations.iter().filter(|(known, ..)| *known == case) {
        fingerprint.take(index);
        fingerprint.take(&examination.fingerprint);
    }
    fingerprint.finish()
}

fn raise(largest: &mut Magnitude, candidate: &Magnitude) {
    if candidate > largest {
        *largest = candidate.clone();
    }
}
