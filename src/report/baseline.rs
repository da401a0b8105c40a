//! Theory regression: what a run found, kept to compare later runs with.
//!
//! A run is a function of the program and its settings. So with the same settings whatever is weaker than recorded comes from a
//! change of the program: a verdict, a kind of evidence on fewer instances, a control or a wrong formula that is no longer
//! tried, a bound, an exponent's digits, or the statement itself.

use super::{Report, power_of_two};
use crate::verify::{Checked, ClaimReport, Effort, Evidence, KindReport, Verdict};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

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

/// What was found of a claim: everything of which less would be weaker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// The identifier.
    pub id: String,
    /// The statement.
    pub statement: String,
    /// Its hypotheses.
    pub hypotheses: Vec<String>,
    /// The theory, if it is one of a file, which a run may not have loaded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub theory: Option<String>,
    /// What of its proof is machine-checked.
    #[serde(default, skip_serializing_if = "Checked::is_nothing")]
    pub proof: Checked,
    /// The theorems.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub theorems: Vec<String>,
    /// The verdict.
    pub verdict: Verdict,
    /// Instances judged.
    pub instances: usize,
    /// Those of which both sides vanish.
    pub vacuous: usize,
    /// For each kind of evidence, the instances that reached it.
    pub evidence: BTreeMap<Evidence, usize>,
    /// Instances left out: outside the hypotheses, or below the check's resolution.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub left_out: usize,
    /// Distinct orbits of the points that were found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub orbits: Option<usize>,
    /// Confidence intervals that the verdict rests on.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub intervals: usize,
    /// The controls that failed, each with the number of instances.
    pub controls: BTreeMap<String, usize>,
    /// The wrong formulas that were refuted.
    pub mutants: Vec<String>,
    /// The kinds of relations.
    pub kinds: Vec<KindRecord>,
    /// The exponents that were measured.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exponents: Vec<ExponentRecord>,
}

/// What a kind of relation rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KindRecord {
    /// The kind.
    pub kind: String,
    /// Independent draws on which it said something.
    pub draws: usize,
    /// Bits of the Schwartz-Zippel bound, whole ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bound_bits: Option<u32>,
    /// The families that the bound speaks of.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub families: usize,
    /// The instances on which it is an identity.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub identities: usize,
}

/// A measured exponent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExponentRecord {
    /// Of what.
    pub of: String,
    /// What the theory says.
    pub predicted: i64,
    /// Digits of agreement.
    pub digits: u32,
    /// The instances on which it was measured.
    pub instances: usize,
}

fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// How a run compares with what was recorded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// The file of the baseline.
    pub file: String,
    /// What is less than recorded, or not comparable: a changed statement.
    pub weaker: Vec<Difference>,
    /// What is more than recorded.
    pub stronger: Vec<Difference>,
    /// How many claims were compared with their records.
    pub compared: usize,
    /// Recorded claims that were not, though nobody left them out.
    pub not_compared: Vec<NotCompared>,
}

/// A recorded claim that was not compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotCompared {
    /// The claim.
    pub id: String,
    /// Why.
    pub why: Why,
}

/// Why a recorded claim was not compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// What it would have shown is not known.
    CutShort,
    /// It is of this theory, which is one of a file that was not read.
    NotLoaded(String),
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

impl Comparison {
    /// What was not compared and why, in sentences; empty if nobody has to be told.
    pub fn omissions(&self) -> Vec<String> {
        let file = &self.file;
        let ids = |is_meant: &dyn Fn(&Why) -> bool| -> Vec<&str> {
            self.not_compared.iter().filter(|found| is_meant(&found.why)).map(|found| found.id.as_str()).collect()
        };
        let mut said = Vec::new();
        match &ids(&|why| *why == Why::CutShort)[..] {
            [] => {}
            [one] => said.push(format!("not compared with {file}: 1 claim was cut short: {one}")),
            all => {
                said.push(format!("not compared with {file}: {} claims were cut short: {}", all.len(), all.join(", ")))
            }
        }
        let theories = self.not_compared.iter().filter_map(|found| match &found.why {
            Why::NotLoaded(theory) => Some(theory),
            Why::CutShort => None,
        });
        for theory in theories.collect::<std::collections::BTreeSet<_>>() {
            let ids = ids(&|why| matches!(why, Why::NotLoaded(of) if of == theory)).join(", ");
            said.push(format!(
                "{file} also records claims of `{theory}`, a theory not loaded: {ids}: name the file or give --theory"
            ));
        }
        said
    }

    /// Whether claims were cut short.
    pub fn is_cut_short(&self) -> bool {
        self.not_compared.iter().any(|found| found.why == Why::CutShort)
    }

    /// Whether it can be said that nothing is weaker than recorded.
    pub fn is_held(&self) -> bool {
        self.weaker.is_empty() && (self.compared > 0 || !self.is_cut_short())
    }
}

/// One difference between a claim and its record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The claim.
    pub id: String,
    /// What differs, in words.
    pub what: String,
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

impl Record {
    /// What a run found of a claim.
    pub fn of(claim: &ClaimReport) -> Self {
        let exponent = |found: &crate::verify::verdict::ExponentReport| ExponentRecord {
            of: found.worst.label.clone(),
            predicted: found.worst.predicted,
            digits: found.digits,
            instances: found.instances,
        };
        let kind = |found: &KindReport| KindRecord {
            kind: found.kind.clone(),
            draws: found.draws,
            bound_bits: found.bound_bits.map(|bits| bits.floor() as u32),
            families: found.families,
            identities: found.expanded.identities,
        };
        let refuted = claim.mutants.iter().filter(|found| found.refuted);
        Record {
            id: claim.entry.id.clone(),
            statement: claim.entry.statement.clone(),
            hypotheses: claim.entry.hypotheses.clone(),
            theory: claim.entry.theory_file.is_some().then(|| claim.entry.theory.clone()),
            proof: claim.entry.lemma.checked,
            theorems: claim.entry.lemma.theorems.clone(),
            verdict: claim.verdict,
            instances: claim.instances,
            vacuous: claim.vacuous,
            evidence: claim.evidence.clone(),
            left_out: claim.excluded + claim.unresolved,
            orbits: claim.orbits,
            intervals: claim.tests,
            controls: claim.failed_controls().map(|control| (control.name.to_owned(), control.instances)).collect(),
            mutants: refuted.map(|found| found.mutant.to_string()).collect(),
            kinds: claim.kinds.iter().map(kind).collect(),
            exponents: claim.exponents.iter().map(exponent).collect(),
        }
    }

    /// What `now` has less of, and what it has more of.
    fn differences(&self, now: &Record) -> (Vec<String>, Vec<String>) {
        let mut both = Differences::default();
        if self.statement != now.statement {
            both.weaker.push(format!("another statement: `{}`, was `{}`", now.statement, self.statement));
        }
        both.sets("hypothesis", More::IsWeaker, &self.hypotheses, &now.hypotheses);
        if now.proof != self.proof && !(now.proof.is_nothing() && self.proof.is_nothing()) {
            both.add(now.proof > self.proof, format!("machine-checked proof: {}, was {}", now.proof, self.proof));
        }
        both.sets("theorem", More::IsStronger, &self.theorems, &now.theorems);
        match rank(now.verdict).cmp(&rank(self.verdict)) {
            std::cmp::Ordering::Equal => {}
            order => both.add(order.is_lt(), format!("{}, was {}", now.verdict, self.verdict)),
        }
        both.counts("instances", More::IsStronger, self.instances, now.instances);
        both.counts("vacuous instances", More::IsWeaker, self.vacuous, now.vacuous);
        both.counts("instances left out", More::IsWeaker, self.left_out, now.left_out);
        let kinds = self.evidence.keys().chain(now.evidence.keys().filter(|kind| !self.evidence.contains_key(kind)));
        for kind in kinds {
            let count = |record: &Record| record.evidence.get(kind).copied().unwrap_or(0);
            both.counts(&format!("instances with {kind} evidence"), More::IsStronger, count(self), count(now));
        }
        self.compare_kinds(now, &mut both);
        both.counts("distinct orbits", More::IsStronger, self.orbits.unwrap_or(0), now.orbits.unwrap_or(0));
        both.counts("confidence intervals", More::IsStronger, self.intervals, now.intervals);
        let names = |record: &Record| record.controls.keys().cloned().collect::<Vec<_>>();
        both.sets("failing control", More::IsStronger, &names(self), &names(now));
        for (name, &before) in &self.controls {
            if let Some(&after) = now.controls.get(name) {
                both.counts(&format!("instances of the control `{name}`"), More::IsStronger, before, after);
            }
        }
        both.mutants(&self.mutants, &now.mutants);
        self.compare_exponents(now, &mut both);
        (both.weaker, both.stronger)
    }

    fn compare_kinds(&self, now: &Record, both: &mut Differences) {
        let names = |record: &Record| record.kinds.iter().map(|found| found.kind.clone()).collect::<Vec<_>>();
        both.sets("relation", More::IsStronger, &names(self), &names(now));
        for before in &self.kinds {
            let Some(after) = now.kinds.iter().find(|after| after.kind == before.kind) else { continue };
            let kind = &before.kind;
            both.counts(&format!("independent draws of `{kind}`"), More::IsStronger, before.draws, after.draws);
            let bits = |record: &KindRecord| record.bound_bits.unwrap_or(0);
            if bits(before) != bits(after) {
                let bound = |bits: u32| if bits == 0 { "nothing".to_owned() } else { power_of_two(f64::from(bits)) };
                let (now, was) = (bound(bits(after)), bound(bits(before)));
                let text = format!("`{kind}` missed with probability at most {now}, was {was}");
                both.add(bits(after) > bits(before), text);
            }
            both.counts(
                &format!("families of the bound of `{kind}`"),
                More::IsStronger,
                before.families,
                after.families,
            );
            let identities = format!("instances on which `{kind}` is an identity");
            both.counts(&identities, More::IsStronger, before.identities, after.identities);
        }
    }

    fn compare_exponents(&self, now: &Record, both: &mut Differences) {
        let labels = |record: &Record| {
            let label = |found: &ExponentRecord| format!("{} = {}", found.of, found.predicted);
            record.exponents.iter().map(label).collect::<Vec<_>>()
        };
        both.sets("exponent of", More::IsStronger, &labels(self), &labels(now));
        for before in &self.exponents {
            let same = |after: &&ExponentRecord| (&after.of, after.predicted) == (&before.of, before.predicted);
            if let Some(after) = now.exponents.iter().find(same) {
                let of = &before.of;
                both.counts(
                    &format!("digits of the exponent of {of}"),
                    More::IsStronger,
                    before.digits as usize,
                    after.digits as usize,
                );
                both.counts(
                    &format!("instances of the exponent of {of}"),
                    More::IsStronger,
                    before.instances,
                    after.instances,
                );
            }
        }
    }
}

/// Whether more of something makes a claim stronger.
#[derive(Clone, Copy, PartialEq, Eq)]
enum More {
    IsStronger,
    IsWeaker,
}

#[derive(Default)]
struct Differences {
    weaker: Vec<String>,
    stronger: Vec<String>,
}

impl Differences {
    fn add(&mut self, is_stronger: bool, text: String) {
        if is_stronger { &mut self.stronger } else { &mut self.weaker }.push(text);
    }

    fn counts(&mut self, what: &str, more: More, before: usize, now: usize) {
        if now != before {
            self.add((now > before) == (more == More::IsStronger), format!("{now} {what}, was {before}"));
        }
    }

    /// Term by term what is no longer refuted, and what is for the first time.
    fn mutants(&mut self, before: &[String], now: &[String]) {
        for (these, others, word, is_stronger) in [(before, now, "no longer", false), (now, before, "new", true)] {
            let mut terms: Vec<(&str, Vec<&str>)> = Vec::new();
            for name in these.iter().filter(|name| !others.contains(name)) {
                let (term, change) = name.rsplit_once(' ').unwrap_or((name, ""));
                match terms.iter_mut().find(|(known, _)| *known == term) {
                    Some((_, changes)) => changes.push(change),
                    None => terms.push((term, vec![change])),
                }
            }
            for (term, changes) in terms {
                let changes = changes.join(", ");
                self.add(is_stronger, format!("{word}: refuted wrong formula, `{term}` {changes}"));
            }
        }
    }

    fn sets(&mut self, what: &str, more: More, before: &[String], now: &[String]) {
        for gone in before.iter().filter(|name| !now.contains(name)) {
            self.add(more == More::IsWeaker, format!("no longer: {what} `{gone}`"));
        }
        for new in now.iter().filter(|name| !before.contains(name)) {
            self.add(more == More::IsStronger, format!("new: {what} `{new}`"));
        }
    }
}

/// From the best verdict to the worst.
fn rank(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Holds => 0,
        Verdict::Undecided => 1,
        Verdict::Vacuous => 2,
        Verdict::Powerless => 3,
        Verdict::Refuted => 4,
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
    /// [`BaselineError`] if form or settings differ.
    pub fn compare(&self, report: &Report, file: &str, known: Known<'_>) -> Result<Comparison, BaselineError> {
        self.check(report)?;
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
            let what = format!("not recorded yet; {}", claim.verdict);
            comparison.stronger.push(Difference { id: claim.entry.id.clone(), what });
        }
        Ok(comparison)
    }

    /// Whether a run that has not begun, of the claims `ids`, can be compared, or recorded if it `is_blessed`.
    ///
    /// # Errors
    /// [`BaselineError`] if form or settings differ, unless everything is recorded anew.
    pub fn check_before(
        &self,
        run: &Report,
        ids: &[&str],
        known: Known<'_>,
        is_blessed: bool,
    ) -> Result<(), BaselineError> {
        if is_blessed && self.is_covered(run, ids, known) { Ok(()) } else { self.check(run) }
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
