//! One examination as JSON.

use super::super::power_of_two;
use crate::scalar::Magnitude;
use crate::scalar::decimal;
use crate::verify::{Detail, Examination, Finding, Numbers, Status, Text};
use serde::Serialize;
use std::collections::BTreeMap;

/// One examination as JSON: what a replay tells a program.
pub fn examination(examination: &Examination) -> impl Serialize + use<> {
    #[derive(Serialize)]
    struct ExaminationDocument {
        instance: String,
        class: String,
        excluded: Option<String>,
        bounds: BTreeMap<Text, String>,
        expansions: BTreeMap<Text, &'static str>,
        numbers: Vec<NumbersDocument>,
        findings: Vec<FindingDocument>,
    }
    #[derive(Serialize)]
    struct NumbersDocument {
        name: String,
        values: Vec<String>,
        decimals: Vec<String>,
    }
    let numbers = |numbers: &Numbers| NumbersDocument {
        name: numbers.name.clone(),
        values: numbers.values.iter().map(ToString::to_string).collect(),
        decimals: numbers.values.iter().map(decimal).collect(),
    };
    ExaminationDocument {
        instance: examination.description.clone(),
        class: format!("{:?}", examination.class).to_lowercase(),
        excluded: examination.excluded.clone(),
        bounds: examination.bounds.iter().map(|bound| (bound.kind.clone(), power_of_two(bound.bits))).collect(),
        expansions: examination.expansions.iter().map(|(kind, found)| (kind.clone(), found.in_words())).collect(),
        numbers: examination.numbers.iter().map(numbers).collect(),
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
    terms: Vec<TermDocument>,
}

/// A term of a relation with its entries.
#[derive(Serialize)]
struct TermDocument {
    relation: String,
    side: &'static str,
    term: String,
    values: Vec<String>,
    decimals: Vec<String>,
}

fn terms(finding: &Finding) -> Vec<TermDocument> {
    let mut relation = "";
    let mut terms = Vec::new();
    for detail in &finding.details {
        match detail {
            Detail::Relation { label, .. } => relation = label,
            Detail::Term { side, label, values, decimals } => terms.push(TermDocument {
                relation: relation.to_owned(),
                side: side.name(),
                term: label.to_string(),
                values: values.clone(),
                decimals: decimals.as_ref().unwrap_or(values).clone(),
            }),
            Detail::Note(_) => {}
        }
    }
    terms
}

impl FindingDocument {
    fn new(finding: &Finding) -> Self {
        let (status, reason) = status(finding.status);
        let (relations, vacuous) = finding.relations();
        FindingDocument {
            scalar: finding.scalar.to_string(),
            status,
            reason,
            residual: finding.residual.to_string(),
            miss: finding.miss.to_string(),
            margin: finding.margin.as_ref().map(Magnitude::to_string),
            relation: finding.worst.clone(),
            relations,
            vacuous,
            details: finding.details.iter().map(ToString::to_string).collect(),
            terms: terms(finding),
        }
    }
}

/// A status in one word, and why if it decides nothing.
pub fn status(status: Status) -> (&'static str, Option<&'static str>) {
    match status {
        Status::Satisfied => ("satisfied", None),
        Status::Vacuous => ("vacuous", None),
        Status::Unresolved => ("unresolved", Some("the gap of a strict inequality is smaller than the check resolves")),
        Status::Violated => ("violated", None),
        Status::Undecided(why) => ("undecided", Some(why)),
    }
}
