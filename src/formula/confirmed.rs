//! What floats refute, an enclosure has to exclude.
//!
//! A typed formula may cancel as its author wrote it: `1 - sigmoid(a)` loses all digits of a float where a is large, and keeps a wrong size. Only an enclosure knows
//! how much was lost. So a law is refuted in floats where it is also refuted in intervals; where the interval tells neither, the instance is below what the check
//! resolves, and is left out; and where the interval confirms the law, it decides.

use crate::verify::{Case, Check, Draw, Evidence, Examination, Inapplicable, Scalar, Settings, Status, Subject};

/// A check whose violations in floats are asked of its enclosure.
pub(super) struct Confirmed<C>(pub C);

impl<C: Check> Check for Confirmed<C> {
    fn examine(&self, draw: Draw, settings: &Settings) -> Examination {
        confirmed(self.0.examine(draw, settings))
    }
    fn evidence(&self) -> &'static [Evidence] {
        self.0.evidence()
    }
    fn examine_on(&self, subject: &Subject, draw: Draw, settings: &Settings) -> Result<Examination, Inapplicable> {
        self.0.examine_on(subject, draw, settings).map(confirmed)
    }
    fn speaks_of(&self, subject: &Subject, draw: Draw) -> Result<(), Inapplicable> {
        self.0.speaks_of(subject, draw)
    }
    fn instances(&self, case: Case, asked: u64) -> u64 {
        self.0.instances(case, asked)
    }
}

fn confirmed(mut examination: Examination) -> Examination {
    let enclosure = examination.findings.iter().find(|finding| matches!(finding.scalar, Scalar::Interval(_)));
    let Some(enclosure) = enclosure.map(|finding| finding.status) else { return examination };
    if enclosure == Status::Violated {
        return examination;
    }
    let rounded = |scalar, status| matches!(scalar, Scalar::Mp(_)) && status == Status::Violated;
    if enclosure == Status::Satisfied {
        examination.findings.retain(|finding| !rounded(finding.scalar, finding.status));
    }
    for finding in &mut examination.findings {
        if rounded(finding.scalar, finding.status) {
            finding.status = Status::Unresolved;
        }
    }
    examination
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::{Class, Finding, Relation, Term};

    /// Findings of a relation `1 = 1`, with these verdicts.
    fn found(statuses: &[(Scalar, Status)]) -> Examination {
        let one = || vec![Term::scalar("1", 1.0)];
        let finding = |&(scalar, status): &(Scalar, Status)| {
            let relation = Relation::equality("law", one(), vec![Term::scalar("one", 1.0)]);
            Finding { status, ..Finding::judge(scalar, &[relation], false) }
        };
        let findings = statuses.iter().map(finding).collect();
        Examination { findings, ..Examination::of(Class::Smooth, "one".to_owned()) }
    }

    #[test]
    fn floats_refute_only_what_the_enclosure_excludes() {
        let (interval, coarse, fine) = (Scalar::Interval(256), Scalar::Mp(128), Scalar::Mp(256));
        let wide = Status::Undecided("the enclosure is too wide");
        let after = |statuses: &[_]| confirmed(found(statuses)).status();
        let floats = [(coarse, Status::Violated), (fine, Status::Violated)];
        let with = |enclosure| [&[(interval, enclosure)], &floats[..]].concat();
        assert_eq!(after(&with(Status::Violated)), Status::Violated);
        assert_eq!(after(&with(wide)), Status::Unresolved);
        assert_eq!(after(&with(Status::Satisfied)), Status::Satisfied);
        // The coarse rung alone had rounded too much: the others decide.
        let one = [(interval, Status::Satisfied), (coarse, Status::Violated), (fine, Status::Satisfied)];
        assert_eq!(after(&one), Status::Satisfied);
        // A control has no enclosure, and the rationals need none.
        assert_eq!(after(&floats), Status::Violated);
        assert_eq!(after(&[(Scalar::Rational, Status::Violated)]), Status::Violated);
    }
}
