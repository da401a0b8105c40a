//! The intervals at 53 bits against ITF1788, the public conformance suite of IEEE Std 1788-2015, case by case.
//!
//! The suite is read where Cargo put it: in the sources of the `inari` crate, a dependency for no target at all, which
//! is downloaded and never compiled. Nothing of it is copied here. Every case of an operation that our intervals have
//! must give the same bounds, the tightest ones; decorated cases also say whether the function left its domain. What
//! is left out is listed by reason on standard error.
//!
//! The same cases are then given to arithmetics whose rounding is wrong, which must fail on every operation that
//! rounds: else the suite would not see a wrong direction.
//!
//! Without the suite (no network, and the crate never downloaded) everything here fails, unless the environment says
//! `EQUIPARTITION_WITHOUT_ITF1788=1`; then one test is shown as ignored.

mod itf1788;

use equipartition_scalar::rounding::{LowerRoundedUp, Nearest, Outward, Rounding, UpperRoundedDown};
use itf1788::evaluate::{Exclusion, compare, operation};
use itf1788::locate::{Suite, suite};
use itf1788::syntax::{Assertion, assertions};
use libtest_mimic::{Arguments, Failed, Trial};
use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Arc;

/// Each operation, the number of its cases in the suite that must at least be evaluated, and whether it rounds.
const OPERATIONS: [(&str, usize, bool); 36] = [
    ("add", 108, true),
    ("sub", 140, true),
    ("mul", 277, true),
    ("div", 500, true),
    ("recip", 37, true),
    ("sqr", 60, true),
    ("powi", 174, true),
    ("sqrt", 57, true),
    ("exp", 59, true),
    ("ln", 61, true),
    ("sinh", 59, true),
    ("cosh", 60, true),
    ("tanh", 60, true),
    ("atan", 64, true),
    ("wid", 26, false),
    ("neg", 23, false),
    ("abs", 32, false),
    ("min", 19, false),
    ("max", 19, false),
    ("intersection", 42, false),
    ("convex_hull", 51, false),
    ("inf", 28, false),
    ("sup", 28, false),
    ("mag", 26, false),
    ("mig", 30, false),
    ("is_empty", 28, false),
    ("is_entire", 30, false),
    ("is_singleton", 30, false),
    ("is_common_interval", 48, false),
    ("eq", 44, false),
    ("subset", 80, false),
    ("disjoint", 20, false),
    ("contains", 60, false),
    ("precedes", 68, false),
    ("strict_precedes", 54, false),
    ("constructor", 10, false),
];

/// The decorated cases that at least must say whether a function left its domain, and those where it did.
const DOMAINS: usize = 81;
const DOMAINS_LEFT: usize = 11;

/// An assertion of the suite and where it stands.
struct Case {
    file: String,
    assertion: Assertion,
}

type Cases = BTreeMap<String, Vec<Case>>;

/// What an arithmetic made of the cases of one operation.
#[derive(Default)]
struct Outcome {
    evaluated: usize,
    /// The cases that also said whether a domain was left, and those among them where it was.
    domains: usize,
    domains_left: usize,
    mismatches: Vec<String>,
    left_out: BTreeMap<Exclusion, usize>,
}

fn outcome<R: Rounding>(cases: &[Case]) -> Outcome {
    let mut outcome = Outcome::default();
    for Case { file, assertion } in cases {
        match compare::<R>(&assertion.left, &assertion.right) {
            Ok(comparison) => {
                outcome.evaluated += 1;
                outcome.domains += usize::from(comparison.domain_left.is_some());
                outcome.domains_left += usize::from(comparison.domain_left == Some(true));
                if let Some(found) = comparison.mismatch {
                    outcome.mismatches.push(format!("{file}:{}: {found}", assertion.line));
                }
            }
            Err(reason) => *outcome.left_out.entry(reason).or_default() += 1,
        }
    }
    outcome
}

/// The cases of the suite by operation.
fn read(suite: Suite) -> Result<Cases, String> {
    let mut cases = Cases::new();
    for (file, text) in suite.files {
        for assertion in assertions(&text).map_err(|error| format!("{file}: {error}"))? {
            let name = operation(&assertion.left).to_owned();
            cases.entry(name).or_default().push(Case { file: file.clone(), assertion });
        }
    }
    Ok(cases)
}

fn conforms(outcome: Outcome, floor: usize) -> Result<(), Failed> {
    if outcome.evaluated < floor {
        return Err(format!("only {} cases were evaluated, expected {floor}", outcome.evaluated).into());
    }
    match outcome.mismatches.as_slice() {
        [] => Ok(()),
        mismatches => Err(format!("{} mismatches:\n{}", mismatches.len(), mismatches.join("\n")).into()),
    }
}

fn mutant<R: Rounding>(cases: &Arc<Cases>, mistake: &str, operation: &'static str) -> Trial {
    let cases = Arc::clone(cases);
    Trial::test(format!("{mistake}_must_fail/{operation}"), move || {
        match outcome::<R>(&cases[operation]).mismatches.len() {
            0 => Err("the wrong arithmetic agrees with every case".into()),
            _ => Ok(()),
        }
    })
}

fn trials(cases: Cases, version: &str, list: bool) -> Vec<Trial> {
    let cases = Arc::new(cases);
    let mut trials = Vec::new();
    let (mut total, mut domains, mut domains_left) = (0, 0, 0);
    let mut left_out = BTreeMap::<Exclusion, usize>::new();
    for (name, cases) in cases.iter() {
        let outcome = outcome::<Outward>(cases);
        total += outcome.evaluated;
        domains += outcome.domains;
        domains_left += outcome.domains_left;
        for (reason, count) in &outcome.left_out {
            *left_out.entry(reason.clone()).or_default() += count;
        }
        if let Some(&(_, floor, _)) = OPERATIONS.iter().find(|(known, ..)| known == name) {
            let kind = format!("{} cases", outcome.evaluated);
            trials.push(Trial::test(format!("conforms/{name}"), move || conforms(outcome, floor)).with_kind(kind));
        }
    }
    trials.push(
        Trial::test("domains_are_compared", move || match domains >= DOMAINS && domains_left >= DOMAINS_LEFT {
            true => Ok(()),
            false => Err(format!("only {domains} comparisons, {domains_left} of a domain that was left").into()),
        })
        .with_kind(format!("{domains} cases, {domains_left} left")),
    );
    for (name, _, rounds) in OPERATIONS {
        if !cases.contains_key(name) {
            trials.push(Trial::test(format!("conforms/{name}"), || Err("no case in the suite".into())));
        } else if rounds {
            trials.push(mutant::<LowerRoundedUp>(&cases, "lower_rounded_up", name));
            trials.push(mutant::<UpperRoundedDown>(&cases, "upper_rounded_down", name));
            trials.push(mutant::<Nearest>(&cases, "nearest", name));
        }
    }
    if !list {
        let omitted: usize = left_out.values().sum();
        eprintln!("ITF1788 in inari {version}: {total} cases evaluated, {omitted} left out:");
        for (reason, count) in left_out {
            eprintln!("{count:6}  {reason}");
        }
    }
    trials
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let failed = |name: &str, reason: String| Trial::test(name, move || Err(reason.into()));
    let trials = match suite() {
        Ok(suite) => {
            let version = suite.version.clone();
            match read(suite) {
                Ok(cases) => trials(cases, &version, arguments.list),
                Err(reason) => vec![failed("the_suite_is_readable", reason)],
            }
        }
        Err(reason) => {
            eprintln!("ITF1788 IS ABSENT, NO CASE IS CHECKED: {reason}");
            let waived = std::env::var_os("EQUIPARTITION_WITHOUT_ITF1788").is_some_and(|value| value == "1");
            vec![failed("the_suite_is_present", reason).with_ignored_flag(waived)]
        }
    };
    libtest_mimic::run(&arguments, trials).exit_code()
}
