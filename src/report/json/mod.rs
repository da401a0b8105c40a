//! The report as JSON.
//!
//! An object with `schema_version`, `version`, `libraries`, `seed`, `precision`, `effort`, `instances`, with `verify --model` also `model`, `statistics`, `summary`, `claims`
//! and `seconds`. Residuals and margins are decimal strings, `"0"` when exact, because 2^-4096 does not fit a double. The
//! order of members is part of the schema.

use super::{GivenModel, Libraries, Report, SCHEMA_VERSION, milliseconds, power_of_two};
use crate::claim::Mutant;
use crate::claim::finding::WIDE;
use crate::claim::simulation::ERROR_BITS;
use crate::claim::verdict::{ControlReport, ExponentReport, Witness};
use crate::claim::{Case, ClaimReport, Evidence, Examination, Finding, Quantity, Status, Verdict};
use crate::scalar::Magnitude;
use serde::Serialize;
use std::collections::BTreeMap;
use std::io;

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    version: &'static str,
    libraries: LibrariesDocument,
    seed: u64,
    precision: u32,
    effort: &'static str,
    instances: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<ModelDocument<'a>>,
    statistics: Statistics,
    summary: Summary,
    claims: Vec<ClaimDocument<'a>>,
    seconds: f64,
}

#[derive(Serialize)]
struct ModelDocument<'a> {
    file: &'a str,
    network: &'a str,
    parameters: usize,
    inapplicable: Vec<InapplicableDocument>,
}

#[derive(Serialize)]
struct InapplicableDocument {
    id: &'static str,
    reason: &'static str,
}

#[derive(Serialize)]
struct LibrariesDocument {
    gmp: String,
    mpfr: String,
}

#[derive(Serialize)]
struct Statistics {
    intervals: usize,
    error_probability_each: String,
    error_probability: Option<String>,
}

#[derive(Serialize)]
struct Summary {
    claims: usize,
    holds: usize,
    refuted: usize,
    vacuous: usize,
    powerless: usize,
    undecided: usize,
}

#[derive(Serialize)]
struct ClaimDocument<'a> {
    id: &'a str,
    title: &'a str,
    verdict: Verdict,
    reason: Option<&'a str>,
    evidence: Vec<Evidence>,
    evidence_instances: &'a BTreeMap<Evidence, usize>,
    instances: usize,
    vacuous: usize,
    excluded: usize,
    undecided: usize,
    refuted: usize,
    residual: String,
    margin: Option<String>,
    ladder: Vec<Rung>,
    bound: Option<String>,
    families: usize,
    orbits: Option<usize>,
    exponents: Vec<ExponentDocument<'a>>,
    quantities: Vec<QuantityDocument<'a>>,
    intervals: usize,
    controls: Vec<ControlDocument<'a>>,
    mutants: Vec<MutantDocument>,
    witnesses: Vec<WitnessDocument<'a>>,
    seconds: f64,
}

#[derive(Serialize)]
struct Rung {
    bits: u32,
    residual: String,
}

#[derive(Serialize)]
struct ExponentDocument<'a> {
    of: &'a str,
    predicted: i64,
    measured: &'a str,
    error: String,
    digits: u32,
    instances: usize,
}

#[derive(Serialize)]
struct QuantityDocument<'a> {
    of: &'a str,
    value: f64,
    half_width: f64,
    predicted: f64,
    alternative: &'a str,
    alternative_value: f64,
}

#[derive(Serialize)]
struct ControlDocument<'a> {
    name: &'a str,
    failed: bool,
    margin: String,
    instances: usize,
}

#[derive(Serialize)]
struct MutantDocument {
    name: String,
    refuted: bool,
    margin: String,
}

#[derive(Serialize)]
struct WitnessDocument<'a> {
    control: Option<&'a str>,
    index: u64,
    instance: &'a str,
    relation: &'a str,
    residual: String,
    replay: String,
}

impl<'a> Document<'a> {
    fn new(report: &'a Report) -> Self {
        let Libraries { gmp, mpfr } = Libraries::linked();
        Document {
            schema_version: SCHEMA_VERSION,
            version: env!("CARGO_PKG_VERSION"),
            libraries: LibrariesDocument { gmp, mpfr },
            seed: report.seed,
            precision: report.precision,
            effort: report.effort.name(),
            instances: report.instances,
            model: report.model.as_ref().map(ModelDocument::new),
            statistics: Statistics {
                intervals: report.tests(),
                error_probability_each: power_of_two(f64::from(ERROR_BITS)),
                error_probability: report.error_bits().map(power_of_two),
            },
            summary: Summary {
                claims: report.claims.len(),
                holds: report.count(Verdict::Holds),
                refuted: report.count(Verdict::Refuted),
                vacuous: report.count(Verdict::Vacuous),
                powerless: report.count(Verdict::Powerless),
                undecided: report.count(Verdict::Undecided),
            },
            claims: report.claims.iter().map(|claim| ClaimDocument::new(report, claim)).collect(),
            seconds: milliseconds(report.seconds),
        }
    }
}

impl<'a> ModelDocument<'a> {
    fn new(model: &'a GivenModel) -> Self {
        let inapplicable = model.inapplicable.iter().map(|&(id, reason)| InapplicableDocument { id, reason });
        ModelDocument {
            file: &model.file,
            network: &model.network,
            parameters: model.parameters,
            inapplicable: inapplicable.collect(),
        }
    }
}

impl<'a> ClaimDocument<'a> {
    fn new(report: &'a Report, claim: &'a ClaimReport) -> Self {
        ClaimDocument {
            id: claim.entry.id,
            title: claim.entry.title,
            verdict: claim.verdict,
            reason: (claim.verdict != Verdict::Holds).then_some(claim.reason.as_str()),
            evidence: claim.evidence.keys().copied().collect(),
            evidence_instances: &claim.evidence,
            instances: claim.instances,
            vacuous: claim.vacuous,
            excluded: claim.excluded,
            undecided: claim.undecided,
            refuted: claim.refuted,
            residual: claim.residual.to_string(),
            margin: claim.margin.as_ref().map(Magnitude::to_string),
            ladder: claim
                .ladder
                .iter()
                .map(|(&bits, residual)| Rung { bits, residual: residual.to_string() })
                .collect(),
            bound: claim.bound_bits.map(power_of_two),
            families: claim.families,
            orbits: claim.orbits,
            exponents: claim.exponents.iter().map(ExponentDocument::new).collect(),
            quantities: claim.quantities.iter().map(QuantityDocument::new).collect(),
            intervals: claim.tests,
            controls: claim.controls.iter().map(ControlDocument::new).collect(),
            mutants: claim.mutants.iter().map(|(mutant, miss)| MutantDocument::new(mutant, miss)).collect(),
            witnesses: claim.witnesses.iter().map(|witness| WitnessDocument::new(report, claim, witness)).collect(),
            seconds: milliseconds(claim.seconds),
        }
    }
}

impl<'a> ExponentDocument<'a> {
    fn new(report: &'a ExponentReport) -> Self {
        let ExponentReport { worst, instances } = report;
        ExponentDocument {
            of: worst.label,
            predicted: worst.predicted,
            measured: &worst.measured,
            error: worst.error.to_string(),
            digits: worst.digits(),
            instances: *instances,
        }
    }
}

impl<'a> QuantityDocument<'a> {
    fn new(quantity: &'a Quantity) -> Self {
        let Quantity { label, estimate, predicted, alternative } = quantity;
        QuantityDocument {
            of: label,
            value: estimate.mean,
            half_width: estimate.half_width,
            predicted: *predicted,
            alternative: alternative.0,
            alternative_value: alternative.1,
        }
    }
}

impl<'a> ControlDocument<'a> {
    fn new(control: &'a ControlReport) -> Self {
        let margin = control.margin.to_string();
        ControlDocument { name: control.name, failed: control.failed, margin, instances: control.instances }
    }
}

impl MutantDocument {
    fn new(mutant: &Mutant, miss: &Magnitude) -> Self {
        MutantDocument {
            name: mutant.to_string(),
            refuted: *miss > Magnitude::power_of_two(-WIDE),
            margin: miss.to_string(),
        }
    }
}

impl<'a> WitnessDocument<'a> {
    fn new(report: &Report, claim: &'a ClaimReport, witness: &'a Witness) -> Self {
        WitnessDocument {
            control: (witness.case != Case::Law).then(|| witness.case.name(claim.entry)),
            index: witness.index,
            instance: &witness.description,
            relation: &witness.relation,
            residual: witness.residual.to_string(),
            replay: report.replay(claim, witness),
        }
    }
}

/// Writes the report, indented, with a final newline.
///
/// # Errors
/// Those of the writer.
pub fn write(report: &Report, mut writer: impl io::Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut writer, &Document::new(report))?;
    writeln!(writer)
}

/// One examination as JSON: what a replay tells a program.
pub fn examination(examination: &Examination) -> impl Serialize {
    #[derive(Serialize)]
    struct ExaminationDocument {
        instance: String,
        class: String,
        excluded: Option<String>,
        bound: Option<String>,
        findings: Vec<FindingDocument>,
    }
    ExaminationDocument {
        instance: examination.description.clone(),
        class: format!("{:?}", examination.class).to_lowercase(),
        excluded: examination.excluded.clone(),
        bound: examination.bound_bits.map(power_of_two),
        findings: examination.findings.iter().map(FindingDocument::new).collect(),
    }
}

#[derive(Serialize)]
struct FindingDocument {
    scalar: String,
    status: &'static str,
    reason: Option<&'static str>,
    residual: String,
    miss: String,
    margin: Option<String>,
    relation: String,
    relations: usize,
    vacuous: usize,
    details: Vec<String>,
}

impl FindingDocument {
    fn new(finding: &Finding) -> Self {
        let (status, reason) = status(finding.status);
        FindingDocument {
            scalar: finding.scalar.to_string(),
            status,
            reason,
            residual: finding.residual.to_string(),
            miss: finding.miss.to_string(),
            margin: finding.margin.as_ref().map(Magnitude::to_string),
            relation: finding.worst.clone(),
            relations: finding.vacuous.1,
            vacuous: finding.vacuous.0,
            details: finding.details.clone(),
        }
    }
}

/// A status in one word, and why if it is undecided.
pub fn status(status: Status) -> (&'static str, Option<&'static str>) {
    match status {
        Status::Satisfied => ("satisfied", None),
        Status::Vacuous => ("vacuous", None),
        Status::Violated => ("violated", None),
        Status::Undecided(why) => ("undecided", Some(why)),
    }
}
