//! From a document back to the report, to merge, compare and render it.
//!
//! What is read is what was written, digit for digit: a report that is written, read and written again does not change. The
//! numbers that a verdict rests on are not judged again; verdicts, and what failed, are taken from the document, but no `holds` that
//! contradicts what stands beside it.

use super::super::nearest::Sought;
use super::super::{GivenModel, Report, SCHEMA_VERSION, hexadecimal};
use super::document::{
    ClaimDocument, Document, ExponentDocument, KindDocument, MutantDocument, QuantityDocument, SymmetryDocument,
    WitnessDocument,
};
use crate::discovery::structure::Known;
use crate::scalar::Magnitude;
use crate::statistics::Estimate;
use crate::verify::exponent::Exponent;
use crate::verify::report::{ControlReport, ExponentReport, MOST_LEFT_OUT, MutantReport, Witness};
use crate::verify::{Case, ClaimReport, Effort, Entry, KindReport, Mutant, Quantity, Verdict};

/// Why a text is not a report that this program can go on with.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// It is not JSON, or lacks members, or has some that no report has.
    #[error("not a complete report of `verify --format json`: {0}")]
    Malformed(String),
    /// It was written by a program that may mean something else.
    #[error("written by version {version} with schema {schema}, this is version {own} with schema {SCHEMA_VERSION}", own = env!("CARGO_PKG_VERSION"))]
    OtherVersion {
        /// The version that wrote it.
        version: String,
        /// The schema's version.
        schema: u32,
    },
    /// A member has a value that it never has.
    #[error("{member}: {expected}, found `{found}`")]
    Wrong {
        /// The member.
        member: String,
        /// What it should be.
        expected: &'static str,
        /// What it is.
        found: String,
    },
}

fn wrong(member: impl Into<String>, expected: &'static str, found: impl Into<String>) -> ReadError {
    ReadError::Wrong { member: member.into(), expected, found: found.into() }
}

/// Reads a report; `find` looks up the entry of an identifier.
///
/// The comparison with a baseline is not kept: it is made anew where it is asked for.
///
/// # Errors
/// [`ReadError`].
pub fn read(text: &str, find: &dyn Fn(&str) -> Option<Entry>) -> Result<Report, ReadError> {
    let value: serde_json::Value =
        serde_json::from_str(text).map_err(|error| ReadError::Malformed(error.to_string()))?;
    let schema = value["schema_version"].as_u64().and_then(|version| u32::try_from(version).ok());
    if let (Some(schema), Some(version)) = (schema, value["version"].as_str())
        && (schema, version) != (SCHEMA_VERSION, env!("CARGO_PKG_VERSION"))
    {
        return Err(ReadError::OtherVersion { version: version.to_owned(), schema });
    }
    let document: Document = serde_json::from_value(value).map_err(|error| ReadError::Malformed(error.to_string()))?;
    let effort = Effort::ALL.into_iter().find(|effort| effort.name() == document.effort);
    let effort = effort.ok_or_else(|| wrong("effort", "one of quick, default and thorough", &document.effort))?;
    if let Some(shard) = document.shard.as_ref().filter(|shard| !(1..=shard.count).contains(&shard.index)) {
        return Err(wrong("shard", "an index from 1 to count", format!("{} of {}", shard.index, shard.count)));
    }
    let sought = document.claims.iter().filter_map(|claim| Some((claim.id.clone(), claim.sought()?))).collect();
    let never_taken = document.claims.iter().filter(|claim| !claim.branches_never_taken.is_empty());
    let never_taken = never_taken.map(|claim| (claim.id.clone(), claim.branches_never_taken.clone())).collect();
    let claims = document.claims.into_iter().map(|claim| claim.read(find)).collect::<Result<Vec<_>, _>>()?;
    let report = Report {
        program: "equipartition".to_owned(),
        libraries: document.libraries,
        seed: document.seed,
        precision: document.precision,
        effort,
        instances: document.instances,
        shard: document.shard,
        model: document.model.map(|model| GivenModel {
            file: model.file,
            checksum: model.checksum,
            network: model.network,
            parameters: model.parameters,
            inapplicable: model.inapplicable.into_iter().map(|found| (found.id, found.reason)).collect(),
            symmetries: model.symmetries.into_iter().map(known).collect(),
        }),
        comparison: None,
        claims,
        sought,
        never_taken,
        seconds: document.seconds,
    };
    Ok(report)
}

fn known(document: SymmetryDocument) -> Known {
    let SymmetryDocument { name, maps, generators, tried, verified, residual } = document;
    Known { name, maps, generators, tried, verified, residual }
}

impl ClaimDocument {
    /// What was sought in the place of a refuted law.
    fn sought(&self) -> Option<Sought> {
        let offered = self.offered.clone()?;
        Some(Sought { nearest: self.nearest.clone().flatten(), offered })
    }

    fn read(self, find: &dyn Fn(&str) -> Option<Entry>) -> Result<ClaimReport, ReadError> {
        let id = self.id;
        let known = "the identifier of a claim of the program, or of a theory's file that is given";
        let entry = find(&id).ok_or_else(|| wrong("id", known, &id))?;
        let of = |member: &str| format!("{id}: {member}");
        if self.statement != entry.statement {
            return Err(wrong(of("statement"), "what the claim states now", self.statement));
        }
        if self.hypotheses != entry.hypotheses {
            let examined = self.hypotheses.iter().find(|hypothesis| !entry.hypotheses.contains(hypothesis));
            let examined = examined.map_or_else(|| format!("{} of them", self.hypotheses.len()), Clone::clone);
            return Err(wrong(of("hypotheses"), "those that the claim has now", examined));
        }
        let magnitude = |member: &str, text: &str| {
            Magnitude::parse(text).ok_or_else(|| wrong(of(member), "a magnitude such as 1.25e-77", text))
        };
        let control = |name: &str| {
            let place = entry.controls.iter().position(|control| control.name == name);
            place.ok_or_else(|| wrong(of("controls"), "a control of the claim", name))
        };
        let ladder = self.ladder.iter().map(|rung| Ok((rung.bits, magnitude("ladder", &rung.residual)?)));
        let fingerprint = |text: &Option<String>| {
            let read = |text: &String| {
                let read = u64::from_str_radix(text, 16).ok().filter(|&read| hexadecimal(read) == *text);
                read.ok_or_else(|| wrong(of("fingerprint"), "16 hexadecimal digits", text))
            };
            text.as_ref().map(read).transpose()
        };
        let controls = self.controls.iter().map(|found| {
            Ok(ControlReport {
                name: entry.controls[control(&found.name)?].name.clone(),
                failed: found.failed,
                margin: magnitude("controls", &found.margin)?,
                instances: found.instances,
                fingerprint: fingerprint(&found.fingerprint)?,
            })
        });
        let mutant = |found: MutantDocument| {
            Ok(MutantReport {
                mutant: Mutant { relation: found.relation, term: found.term, change: found.change },
                refuted: found.refuted,
                margin: magnitude("mutants", &found.margin)?,
            })
        };
        let bound = |text: String| parse_bound(&text).ok_or_else(|| wrong(of("kinds"), "a power such as 2^-53", text));
        let kind = |found: KindDocument| {
            Ok(KindReport {
                kind: found.kind,
                inequality: found.inequality,
                instances: found.instances,
                vacuous: found.vacuous,
                idle: found.idle,
                draws: found.draws,
                bound_bits: found.bound.map(bound).transpose()?,
                families: found.families,
                expanded: found.expanded,
            })
        };
        let exponent = |found: ExponentDocument| {
            Ok(ExponentReport {
                worst: Exponent {
                    predicted: found.predicted,
                    error: magnitude("exponents", &found.error)?,
                    deviation: magnitude("exponents", &found.deviation)?,
                    label: found.of,
                    measured: found.measured,
                    differences: found.differences,
                },
                digits: found.digits,
                instances: found.instances,
            })
        };
        let quantity = |found: QuantityDocument| Quantity {
            label: found.of,
            estimate: Estimate { mean: found.value, half_width: found.half_width },
            predicted: found.predicted,
            alternative: (found.alternative, found.alternative_value),
        };
        let witness = |found: WitnessDocument| {
            Ok(Witness {
                case: found.control.as_deref().map_or(Ok(Case::Law), |name| control(name).map(Case::Control))?,
                index: found.index,
                residual: magnitude("witnesses", &found.residual)?,
                description: found.instance,
                relation: found.relation,
            })
        };
        let report = ClaimReport {
            entry: entry.clone(),
            verdict: self.verdict,
            reason: self.reason.unwrap_or_default(),
            evidence: self.evidence_instances,
            instances: self.instances,
            vacuous: self.vacuous,
            excluded: self.excluded,
            unresolved: self.unresolved,
            undecided: self.undecided,
            refuted: self.refuted,
            residual: magnitude("residual", &self.residual)?,
            ladder: ladder.collect::<Result<_, ReadError>>()?,
            margin: self.margin.as_deref().map(|margin| magnitude("margin", margin)).transpose()?,
            controls: controls.collect::<Result<_, ReadError>>()?,
            exponents: self.exponents.into_iter().map(exponent).collect::<Result<_, ReadError>>()?,
            quantities: self.quantities.into_iter().map(quantity).collect(),
            tests: self.intervals,
            mutants: self.mutants.into_iter().map(mutant).collect::<Result<_, ReadError>>()?,
            kinds: self.kinds.into_iter().map(kind).collect::<Result<_, ReadError>>()?,
            fingerprint: fingerprint(&self.fingerprint)?,
            orbits: self.orbits,
            witnesses: self.witnesses.into_iter().map(witness).collect::<Result<_, ReadError>>()?,
            cut_short: self.cut_short,
            seconds: self.seconds,
        };
        let unlike = |expected, found| Err(wrong(of("verdict"), expected, format!("{}, {found}", report.verdict)));
        match (report.verdict, contradiction(&report)) {
            (Verdict::Holds, Some(found)) => unlike("none that is better than its evidence", found),
            (Verdict::Refuted, _) if report.refuted == 0 => {
                unlike("none without what it rests on", "without an instance that violates it")
            }
            (Verdict::Holds, None) => Ok(report),
            _ if report.reason.is_empty() => unlike("a verdict with its reason", "without a reason"),
            _ => Ok(report),
        }
    }
}

/// What a claim that holds does not have.
fn contradiction(claim: &ClaimReport) -> Option<&'static str> {
    match () {
        () if claim.cut_short => Some("cut short"),
        () if claim.instances == 0 => Some("without an instance"),
        () if claim.refuted > 0 => Some("with an instance that violates it"),
        () if claim.undecided > 0 => Some("with an instance that is undecided"),
        () if claim.vacuous >= claim.instances => Some("with vacuous instances only"),
        () if claim.left_out() > MOST_LEFT_OUT => Some("with more than a third of its instances left out"),
        () if claim.evidence.is_empty() => Some("without evidence"),
        () if claim.kinds.is_empty() => Some("without a relation"),
        () if claim.kinds.iter().any(|kind| kind.vacuous >= kind.instances) => Some("with a vacuous kind of relation"),
        () if claim.kinds.iter().any(|kind| kind.draws == 0) => Some("with a relation that was seen on no draw"),
        () if claim.kinds.iter().any(|kind| !kind.idle.is_empty()) => Some("with a term that is always 0"),
        () if claim.kinds.iter().any(|kind| kind.inequality && kind.bound_bits.is_some()) => {
            Some("with a Schwartz-Zippel bound on an inequality")
        }
        () if claim.kinds.iter().any(|kind| kind.inequality && !kind.expanded.is_untried()) => {
            Some("with an expansion of an inequality")
        }
        () if claim.kinds.iter().any(|kind| !kind.expanded.adds_up()) => Some("with more identities than were tried"),
        () if claim.controls.len() != claim.entry.controls.len() || claim.controls.is_empty() => {
            Some("without all of its controls")
        }
        () if claim.failed_controls().count() < claim.controls.len() => Some("with a control that passed"),
        () if claim.surviving_mutants().next().is_some() => Some("with a wrong formula that passed"),
        () => None,
    }
}

/// `2^-53` is 53 bits.
fn parse_bound(text: &str) -> Option<f64> {
    let bits: u32 = text.strip_prefix("2^-")?.parse().ok()?;
    Some(f64::from(bits))
}
