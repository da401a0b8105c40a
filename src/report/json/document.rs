//! The members of a report in JSON, in their order, which is part of the schema.

use super::super::nearest::Instead;
use super::super::{Difference, Libraries, Shard};
use crate::verify::{Change, Checked, Evidence, Expanded, Verdict};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Document {
    pub schema_version: u32,
    pub version: String,
    pub libraries: Libraries,
    pub seed: u64,
    pub precision: u32,
    pub effort: String,
    pub instances: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<Shard>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<ModelDocument>,
    pub statistics: Statistics,
    pub summary: Summary,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<BaselineDocument>,
    pub claims: Vec<ClaimDocument>,
    pub seconds: f64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ModelDocument {
    pub file: String,
    pub checksum: String,
    pub network: String,
    pub parameters: usize,
    pub inapplicable: Vec<InapplicableDocument>,
    #[serde(default)]
    pub symmetries: Vec<SymmetryDocument>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SymmetryDocument {
    pub name: String,
    pub maps: String,
    pub generators: usize,
    pub tried: usize,
    pub verified: usize,
    pub residual: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct InapplicableDocument {
    pub id: String,
    pub reason: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Statistics {
    pub intervals: usize,
    pub error_probability_each: String,
    pub error_probability: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Summary {
    pub claims: usize,
    pub holds: usize,
    pub refuted: usize,
    pub vacuous: usize,
    pub powerless: usize,
    pub undecided: usize,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BaselineDocument {
    pub file: String,
    pub weaker: Vec<Difference>,
    pub stronger: Vec<Difference>,
    #[serde(default)]
    pub compared: usize,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_compared: Vec<Difference>,
}

/// What of a claim a proof assistant has checked.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProofDocument {
    pub checked: Checked,
    pub theorems: Vec<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ClaimDocument {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub theory: String,
    #[serde(default)]
    pub proof: ProofDocument,
    pub id: String,
    pub title: String,
    /// What was examined: a report is of no other claim that has the identifier today.
    pub statement: String,
    pub hypotheses: Vec<String>,
    pub verdict: Verdict,
    pub reason: Option<String>,
    pub evidence: Vec<Evidence>,
    pub evidence_instances: BTreeMap<Evidence, usize>,
    pub instances: usize,
    pub vacuous: usize,
    pub excluded: usize,
    pub unresolved: usize,
    pub undecided: usize,
    pub refuted: usize,
    pub residual: String,
    /// Follows from the evidence, and is not read back.
    #[serde(default)]
    pub resolution: String,
    pub margin: Option<String>,
    pub ladder: Vec<Rung>,
    pub kinds: Vec<KindDocument>,
    /// In hexadecimal; none in older reports.
    #[serde(default)]
    pub fingerprint: Option<String>,
    pub orbits: Option<usize>,
    pub exponents: Vec<ExponentDocument>,
    pub quantities: Vec<QuantityDocument>,
    pub intervals: usize,
    pub controls: Vec<ControlDocument>,
    pub mutants: Vec<MutantDocument>,
    pub witnesses: Vec<WitnessDocument>,
    /// Null where it was sought in vain, and not there where it was not sought.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nearest: Option<Option<Instead>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offered: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub branches_never_taken: Vec<String>,
    pub cut_short: bool,
    pub seconds: f64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KindDocument {
    pub kind: String,
    pub inequality: bool,
    pub instances: usize,
    pub vacuous: usize,
    pub idle: Vec<String>,
    pub draws: usize,
    /// Follows from the draws, and is not read back.
    pub open_share: f64,
    pub bound: Option<String>,
    pub families: usize,
    #[serde(default, skip_serializing_if = "Expanded::is_untried")]
    pub expanded: Expanded,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rung {
    pub bits: u32,
    pub residual: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ExponentDocument {
    pub of: String,
    pub predicted: i64,
    pub measured: String,
    pub error: String,
    pub deviation: String,
    pub digits: u32,
    /// Follows from the differences, and is not read back.
    #[serde(default)]
    pub unseen: String,
    pub instances: usize,
    /// `log2` of the step size and of the difference.
    pub differences: Vec<(f64, f64)>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct QuantityDocument {
    pub of: String,
    pub value: f64,
    pub half_width: f64,
    pub predicted: f64,
    pub alternative: String,
    pub alternative_value: f64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ControlDocument {
    pub name: String,
    pub failed: bool,
    pub margin: String,
    pub instances: usize,
    #[serde(default)]
    pub fingerprint: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MutantDocument {
    pub relation: String,
    pub term: String,
    pub change: Change,
    pub refuted: bool,
    pub margin: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WitnessDocument {
    pub control: Option<String>,
    pub index: u64,
    pub instance: String,
    pub relation: String,
    pub residual: String,
    pub replay: String,
}
