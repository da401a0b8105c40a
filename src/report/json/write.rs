//! From a report to its document.

use super::super::{
    Comparison, Difference, GivenModel, NotCompared, Report, SCHEMA_VERSION, Why, hexadecimal, milliseconds,
    power_of_two,
};
use super::document::{
    BaselineDocument, ClaimDocument, ControlDocument, Document, ExponentDocument, InapplicableDocument, KindDocument,
    ModelDocument, MutantDocument, ProofDocument, QuantityDocument, Rung, Statistics, Summary, SymmetryDocument,
    WitnessDocument,
};
use crate::discovery::structure::Known;
use crate::scalar::Magnitude;
use crate::verify::report::{ControlReport, ExponentReport, MutantReport, Witness};
use crate::verify::simulation::ERROR_BITS;
use crate::verify::{Case, ClaimReport, KindReport, Mutant, Quantity, Verdict};

impl Document {
    pub(super) fn new(report: &Report) -> Self {
        Document {
            schema_version: SCHEMA_VERSION,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            libraries: report.libraries.clone(),
            seed: report.seed,
            precision: report.precision,
            effort: report.effort.name().to_owned(),
            instances: report.instances,
            shard: report.shard.clone(),
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
            baseline: report.comparison.as_ref().map(BaselineDocument::new),
            claims: report.claims.iter().map(|claim| ClaimDocument::new(report, claim)).collect(),
            seconds: milliseconds(report.seconds),
        }
    }
}

impl ModelDocument {
    fn new(model: &GivenModel) -> Self {
        let inapplicable = model
            .inapplicable
            .iter()
            .map(|(id, reason)| InapplicableDocument { id: id.clone(), reason: reason.clone() });
        let symmetries = model.symmetries.iter().cloned().map(|known| {
            let Known { name, maps, generators, tried, verified, residual } = known;
            SymmetryDocument { name, maps, generators, tried, verified, residual }
        });
        ModelDocument {
            file: model.file.clone(),
            checksum: model.checksum.clone(),
            network: model.network.clone(),
            parameters: model.parameters,
            inapplicable: inapplicable.collect(),
            symmetries: symmetries.collect(),
        }
    }
}

fn not_compared(found: &NotCompared) -> Difference {
    let what = match &found.why {
        Why::CutShort => "cut short".to_owned(),
        Why::NotLoaded(theory) => format!("of the theory `{theory}`, which is not loaded"),
    };
    Difference { id: found.id.clone(), what }
}

impl BaselineDocument {
    fn new(comparison: &Comparison) -> Self {
        BaselineDocument {
            file: comparison.file.clone(),
            weaker: comparison.weaker.clone(),
            stronger: comparison.stronger.clone(),
            compared: comparison.compared,
            not_compared: comparison.not_compared.iter().map(not_compared).collect(),
        }
    }
}

impl ClaimDocument {
    fn new(report: &Report, claim: &ClaimReport) -> Self {
        let sought = report.sought.get(&claim.entry.id);
        ClaimDocument {
            theory: claim.entry.theory.clone(),
            proof: ProofDocument { checked: claim.entry.lemma.checked, theorems: claim.entry.lemma.theorems.clone() },
            id: claim.entry.id.to_owned(),
            title: claim.entry.title.to_owned(),
            statement: claim.entry.statement.clone(),
            hypotheses: claim.entry.hypotheses.clone(),
            verdict: claim.verdict,
            reason: (claim.verdict != Verdict::Holds).then(|| claim.reason.clone()),
            evidence: claim.evidence.keys().copied().collect(),
            evidence_instances: claim.evidence.clone(),
            instances: claim.instances,
            vacuous: claim.vacuous,
            excluded: claim.excluded,
            unresolved: claim.unresolved,
            undecided: claim.undecided,
            refuted: claim.refuted,
            residual: claim.residual.to_string(),
            resolution: claim.resolution().to_string(),
            margin: claim.margin.as_ref().map(Magnitude::to_string),
            ladder: claim
                .ladder
                .iter()
                .map(|(&bits, residual)| Rung { bits, residual: residual.to_string() })
                .collect(),
            kinds: claim.kinds.iter().map(KindDocument::new).collect(),
            fingerprint: claim.fingerprint.map(hexadecimal),
            orbits: claim.orbits,
            exponents: claim.exponents.iter().map(ExponentDocument::new).collect(),
            quantities: claim.quantities.iter().map(QuantityDocument::new).collect(),
            intervals: claim.tests,
            controls: claim.controls.iter().map(ControlDocument::new).collect(),
            mutants: claim.mutants.iter().map(MutantDocument::new).collect(),
            witnesses: claim.witnesses.iter().map(|witness| WitnessDocument::new(report, claim, witness)).collect(),
            nearest: sought.map(|sought| sought.nearest.clone()),
            offered: sought.map(|sought| sought.offered.clone()),
            branches_never_taken: report.never_taken.get(&claim.entry.id).cloned().unwrap_or_default(),
            cut_short: claim.cut_short,
            seconds: milliseconds(claim.seconds),
        }
    }
}

impl KindDocument {
    fn new(found: &KindReport) -> Self {
        KindDocument {
            kind: found.kind.clone(),
            inequality: found.inequality,
            instances: found.instances,
            vacuous: found.vacuous,
            idle: found.idle.clone(),
            draws: found.draws,
            open_share: found.open_share(),
            bound: found.bound_bits.map(power_of_two),
            families: found.families,
            expanded: found.expanded,
        }
    }
}

impl ExponentDocument {
    pub(super) fn new(report: &ExponentReport) -> Self {
        let ExponentReport { worst, digits, instances } = report;
        ExponentDocument {
            of: worst.label.clone(),
            predicted: worst.predicted,
            measured: worst.measured.clone(),
            error: worst.error.to_string(),
            deviation: worst.deviation.to_string(),
            digits: *digits,
            unseen: worst.unseen().to_string(),
            instances: *instances,
            differences: worst.differences.clone(),
        }
    }
}

impl QuantityDocument {
    fn new(quantity: &Quantity) -> Self {
        let Quantity { label, estimate, predicted, alternative } = quantity;
        QuantityDocument {
            of: label.clone(),
            value: estimate.mean,
            half_width: estimate.half_width,
            predicted: *predicted,
            alternative: alternative.0.clone(),
            alternative_value: alternative.1,
        }
    }
}

impl ControlDocument {
    fn new(control: &ControlReport) -> Self {
        ControlDocument {
            name: control.name.to_owned(),
            failed: control.failed,
            margin: control.margin.to_string(),
            instances: control.instances,
            fingerprint: control.fingerprint.map(hexadecimal),
        }
    }
}

impl MutantDocument {
    fn new(found: &MutantReport) -> Self {
        let Mutant { relation, term, change } = found.mutant.clone();
        MutantDocument { relation, term, change, refuted: found.refuted, margin: found.margin.to_string() }
    }
}

impl WitnessDocument {
    fn new(report: &Report, claim: &ClaimReport, witness: &Witness) -> Self {
        WitnessDocument {
            control: (witness.case != Case::Law).then(|| claim.entry.case_name(witness.case).to_owned()),
            index: witness.index,
            instance: witness.description.clone(),
            relation: witness.relation.clone(),
            residual: witness.residual.to_string(),
            replay: report.replay(claim, witness),
        }
    }
}
