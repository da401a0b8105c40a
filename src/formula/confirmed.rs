//! What floats refute, an enclosure has to exclude.
//!
//! A typed formula may cancel as its author wrote it: `1 - sigmoid(a)` loses all digits of a float where a is large, and keeps a wrong size. Only an enclosure knows
//! how much was lost. So a law is refuted in floats where it is also refuted in intervals. Where the interval confirms the law, it alone decides; where it is too
//! wide to tell, the instance is below what the check resolves, and is left out; and where it contains a kink, nothing is decided.

use crate::verify::finding::KINK;
use crate::verify::{
    Case, Check, Draw, Evidence, Examination, Finding, Inapplicable, Scalar, Settings, Status, Subject,
};

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
    let is_float = |finding: &Finding| matches!(finding.scalar, Scalar::Mp(_));
    if !examination.findings.iter().any(|finding| is_float(finding) && finding.status == Status::Violated) {
        return examination;
    }
    match enclosure {
        // What some floats agreed to beside is no evidence.
        Status::Satisfied => examination.findings.retain(|finding| !is_float(finding)),
        other => {
            let instead = if other == Status::Undecided(KINK) { other } else { Status::Unresolved };
            examination
                .findings
                .iter_mut()
                .filter(|finding| is_float(finding))
                .for_each(|finding| finding.status = instead);
        }
    }
    examination
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::{Class, Relation, Term};

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
        assert_eq!(after(&with(Status::Undecided(KINK))), Status::Undecided(KINK));
        assert_eq!(after(&with(Status::Satisfied)), Status::Satisfied);
        // The coarse rung alone had rounded too much: what converges without it is no ladder.
        let one =
            confirmed(found(&[(interval, Status::Satisfied), (coarse, Status::Violated), (fine, Status::Satisfied)]));
        assert_eq!((one.status(), one.evidence()), (Status::Satisfied, vec![Evidence::Enclosed]));
        let none = [(interval, wide), (coarse, Status::Satisfied), (fine, Status::Satisfied)];
        assert_eq!(after(&none), Status::Satisfied);
        // A control has no enclosure, and the rationals need none.
        assert_eq!(after(&floats), Status::Violated);
        assert_eq!(after(&[(Scalar::Rational, Status::Violated)]), Status::Violated);
    }
}
