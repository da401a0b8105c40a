//! The report as JUnit XML, one test case per claim, one suite per family, and one suite of what is weaker than a baseline.

use super::{Comparison, Report};
use crate::verify::{ClaimReport, Verdict};
use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};
use std::collections::BTreeMap;
use std::io;
use std::time::Duration;

/// Writes the report as JUnit XML. Refuted, vacuous and powerless claims are failures, undecided ones errors.
///
/// # Errors
/// Those of the writer.
pub fn write(report: &Report, mut writer: impl io::Write) -> io::Result<()> {
    let mut suites: BTreeMap<&str, TestSuite> = BTreeMap::new();
    let mut order = Vec::new();
    for claim in &report.claims {
        let family = claim.entry.family();
        let suite = suites.entry(family).or_insert_with(|| {
            order.push(family);
            TestSuite::new(family)
        });
        suite.add_test_case(test_case(report, claim));
    }
    let mut document = quick_junit::Report::new("equipartition");
    document.set_time(duration(report.seconds));
    document.add_test_suites(order.iter().filter_map(|family| suites.remove(family)).map(with_time));
    document.add_test_suites(report.comparison.as_ref().map(baseline));
    let text = document.to_string().map_err(io::Error::other)?;
    writer.write_all(text.as_bytes())
}

/// A case that fails if anything is weaker than recorded, and is skipped if a claim was cut short or nothing was compared.
fn baseline(comparison: &Comparison) -> TestSuite {
    let weaker: Vec<String> = comparison.weaker.iter().map(|found| format!("{}: {}", found.id, found.what)).collect();
    let mut status = TestCaseStatus::success();
    if !weaker.is_empty() {
        status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        let message = format!("{} weaker than {} records", weaker.len(), comparison.file);
        status.set_message(message).set_type("weaker").set_description(weaker.join("\n"));
    }
    if weaker.is_empty() && (comparison.is_cut_short() || comparison.compared == 0) {
        // Not passed: what the rest would have shown is not known.
        status = TestCaseStatus::skipped();
        status.set_message(comparison.omissions().join("; "));
    }
    let mut suite = TestSuite::new("baseline");
    let mut case = TestCase::new(comparison.file.as_str(), status);
    case.set_classname("equipartition.baseline");
    suite.add_test_case(case);
    suite
}

fn with_time(mut suite: TestSuite) -> TestSuite {
    let time = suite.test_cases.iter().filter_map(|case| case.time).sum();
    suite.set_time(time);
    suite
}

fn test_case(report: &Report, claim: &ClaimReport) -> TestCase {
    let kind = match claim.verdict {
        Verdict::Holds => None,
        Verdict::Undecided => Some(NonSuccessKind::Error),
        Verdict::Refuted | Verdict::Vacuous | Verdict::Powerless => Some(NonSuccessKind::Failure),
    };
    let status = kind.map_or_else(TestCaseStatus::success, |kind| {
        let mut status = TestCaseStatus::non_success(kind);
        let replays: Vec<String> = claim.witnesses.iter().map(|witness| report.replay(claim, witness)).collect();
        status.set_message(claim.reason.as_str()).set_type(claim.verdict.to_string()).set_description(
            [&[format!("{}: {}", claim.entry.statement, claim.reason)], &replays[..]].concat().join("\n"),
        );
        status
    });
    let mut case = TestCase::new(claim.entry.id.as_str(), status);
    case.set_classname(format!("equipartition.{}", claim.entry.family()));
    case.set_time(duration(claim.seconds));
    case
}

fn duration(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or_default()
}
