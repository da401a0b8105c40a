//! What is recorded of a claim.

use super::super::hexadecimal;
use crate::verify::report::ExponentReport;
use crate::verify::{Checked, ClaimReport, Evidence, KindReport, Verdict};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

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
    /// A fingerprint of the law's instances, in hexadecimal; none in older locks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
    /// Distinct orbits of the points that were found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub orbits: Option<usize>,
    /// Confidence intervals that the verdict rests on.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub intervals: usize,
    /// The controls that failed, each with the number of instances.
    pub controls: BTreeMap<String, usize>,
    /// Fingerprints of the instances of these controls.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub control_fingerprints: BTreeMap<String, String>,
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

impl Record {
    /// What a run found of a claim.
    pub fn of(claim: &ClaimReport) -> Self {
        let exponent = |found: &ExponentReport| ExponentRecord {
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
            fingerprint: claim.fingerprint.map(hexadecimal),
            orbits: claim.orbits,
            intervals: claim.tests,
            controls: claim.failed_controls().map(|control| (control.name.to_owned(), control.instances)).collect(),
            control_fingerprints: claim
                .controls
                .iter()
                .filter(|control| control.failed)
                .filter_map(|control| Some((control.name.clone(), hexadecimal(control.fingerprint?))))
                .collect(),
            mutants: refuted.map(|found| found.mutant.to_string()).collect(),
            kinds: claim.kinds.iter().map(kind).collect(),
            exponents: claim.exponents.iter().map(exponent).collect(),
        }
    }
}
