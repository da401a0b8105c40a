//! Theory regression: whatever is weaker than recorded turns a run red and is named.

#![cfg(feature = "cli")]

mod support;

use equipartition::report::baseline::{self, Baseline, BaselineError};
use equipartition::report::{Comparison, GivenModel, Libraries, Report};
use equipartition::theories::{ALL, registry, select};
use equipartition::verify::runner::{Plan, run};
use equipartition::verify::{Checked, Evidence, Settings, Theories, Verdict};
use predicates::prelude::*;
use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use support::equipartition;

/// A few claims with all that a record can hold: bounds, controls, mutants, orbits, exponents.
const CLAIMS: [&str; 4] =
    ["noether/sgd-charge", "balance/stationary-point", "entropic-loss/epoch-mean", "noether/time-average"];

fn report() -> Report {
    let claims = select(&CLAIMS.map(str::to_owned));
    let plan = Plan { settings: Settings::new(0, 256), instances: 8, jobs: 0, time_limit: None };
    let mut claims = run(&claims, &plan, &AtomicBool::new(false), &|_| {});
    claims.iter_mut().for_each(|claim| Theories(ALL).complete(&mut claim.entry));
    let (seed, precision, effort) = (plan.settings.seed, plan.settings.precision, plan.settings.effort);
    Report {
        program: "equipartition".to_owned(),
        libraries: Libraries::linked(),
        seed,
        precision,
        effort,
        instances: plan.instances,
        shard: None,
        model: None,
        comparison: None,
        claims,
        seconds: 0.0,
    }
}

fn order() -> Vec<&'static str> {
    registry().iter().map(|claim| claim.id).collect()
}

fn record(report: &Report) -> Baseline {
    Baseline::empty(baseline::Settings::of(report)).record(report, &order()).expect("all claims are finished")
}

fn compare(baseline: &Baseline, report: &Report) -> Comparison {
    let order = order();
    baseline.compare(report, "theory.lock", &|id| order.contains(&id)).expect("the settings agree")
}

/// Exactly one difference on one side, with these words, and nothing on the other.
fn only(found: &Comparison, is_weaker: bool, id: &str, words: &str) {
    let (these, others) = if is_weaker { (&found.weaker, &found.stronger) } else { (&found.stronger, &found.weaker) };
    assert!(others.is_empty(), "{words}: {others:?}");
    assert!(these.len() == 1 && these[0].id == id && these[0].what.contains(words), "{words}: {these:?}");
}

/// A way to be weaker: the place of a claim in [`CLAIMS`], what is done to its report, and what is said of it.
type Weakening = (usize, fn(&mut equipartition::verify::ClaimReport), &'static str);

#[test]
fn every_way_to_be_weaker_is_seen_and_its_reverse_is_stronger() {
    let weakenings: [Weakening; 24] = [
        (0, |claim| claim.entry.lemma.checked = Checked::Part, "machine-checked proof: part, was full"),
        (0, |claim| drop(claim.entry.lemma.theorems.pop()), "no longer: theorem `noether_sgd_charge"),
        (0, |claim| claim.verdict = Verdict::Undecided, "undecided, was holds"),
        (0, |claim| claim.verdict = Verdict::Vacuous, "vacuous, was holds"),
        (0, |claim| claim.verdict = Verdict::Powerless, "powerless, was holds"),
        (0, |claim| claim.verdict = Verdict::Refuted, "refuted, was holds"),
        (0, |claim| claim.instances -= 1, "7 instances, was 8"),
        (0, |claim| claim.vacuous += 1, "vacuous instances, was"),
        (0, |claim| *claim.evidence.get_mut(&Evidence::Exact).unwrap() -= 1, "instances with exact evidence, was"),
        (0, |claim| _ = claim.evidence.remove(&Evidence::Converged), "0 instances with converged evidence, was"),
        (0, |claim| claim.excluded += 1, "instances left out, was"),
        (0, |claim| claim.unresolved += 1, "instances left out, was"),
        (0, |claim| claim.kinds[0].draws -= 1, "independent draws of `charge after a step`, was"),
        (0, |claim| drop(claim.kinds.remove(0)), "no longer: relation `charge after a step`"),
        (0, |claim| *claim.kinds[0].bound_bits.as_mut().unwrap() -= 1.0, "missed with probability at most 2^-"),
        (0, |claim| claim.kinds[0].bound_bits = None, "missed with probability at most nothing"),
        (0, |claim| claim.kinds[0].families -= 1, "families of the bound of `charge after a step`, was"),
        (0, |claim| claim.controls[1].failed = false, "no longer: failing control `"),
        (0, |claim| claim.controls[1].instances -= 1, "instances of the control `"),
        (0, |claim| claim.mutants[2].refuted = false, "no longer: refuted wrong formula, `"),
        (1, |claim| claim.orbits = claim.orbits.map(|orbits| orbits - 1), "distinct orbits, was"),
        (2, |claim| claim.exponents[0].digits -= 1, "digits of the exponent of |mean - plain flow|, was"),
        (2, |claim| drop(claim.exponents.remove(1)), "no longer: exponent of `|mean - entropic flow| = 3`"),
        (3, |claim| claim.tests -= 1, "confidence intervals, was"),
    ];
    let full = report();
    let baseline = record(&full);
    let same = compare(&baseline, &full);
    assert_eq!((same.weaker, same.stronger), (Vec::new(), Vec::new()), "a run is as strong as itself");
    for (place, weaken, words) in weakenings {
        let mut weaker = full.clone();
        let claim = weaker.claims.iter_mut().find(|claim| claim.entry.id == CLAIMS[place]).expect("it was run");
        weaken(claim);
        only(&compare(&baseline, &weaker), true, CLAIMS[place], words);
        let reverse = compare(&record(&weaker), &full);
        assert!(reverse.weaker.is_empty() && reverse.stronger.len() == 1, "{words}: {reverse:?}");
    }
}

#[test]
fn another_statement_another_hypothesis_and_another_prediction_are_weaker() {
    let full = report();
    let recorded = record(&full);
    let id = CLAIMS[0];
    let altered = |alter: fn(&mut baseline::Record)| {
        let mut old = recorded.clone();
        alter(old.claims.iter_mut().find(|record| record.id == id).expect("it was recorded"));
        compare(&old, &full)
    };
    only(&altered(|record| record.statement.push('!')), true, id, "another statement");
    only(&altered(|record| drop(record.hypotheses.pop())), true, id, "new: hypothesis");
    only(&altered(|record| record.hypotheses.push("x > 0".to_owned())), false, id, "no longer: hypothesis `x > 0`");
    let mut old = recorded.clone();
    let exponents = |record: &&mut baseline::Record| !record.exponents.is_empty();
    old.claims.iter_mut().find(exponents).expect("one has exponents").exponents[0].predicted = 7;
    let found = compare(&old, &full);
    assert!(found.weaker.len() == 1 && found.weaker[0].what.contains("= 7"), "{found:?}");
}

#[test]
fn a_claim_that_is_gone_is_weaker_and_one_that_was_not_asked_for_is_not_compared() {
    let full = report();
    let recorded = record(&full);
    let mut part = full.clone();
    part.claims.remove(0);
    let found = compare(&recorded, &part);
    assert!(found.weaker.is_empty() && found.stronger.is_empty(), "it was not asked for: {found:?}");
    let found = recorded.compare(&part, "theory.lock", &|_| false).expect("the settings agree");
    let gone = full.claims[0].entry.id.as_str();
    only(&found, true, gone, "the claim is gone");
    let mut old = recorded;
    old.claims.remove(0);
    only(&compare(&old, &full), false, gone, "not recorded yet");
}

#[test]
fn a_claim_that_no_longer_speaks_of_the_model_is_weaker() {
    let mut before = report();
    let model = |inapplicable: Vec<(String, String)>| GivenModel {
        file: "m.toml".to_owned(),
        checksum: "00000000".to_owned(),
        network: "a network".to_owned(),
        parameters: 1,
        inapplicable,
        symmetries: Vec::new(),
    };
    before.model = Some(model(Vec::new()));
    let recorded = record(&before);
    let id = before.claims.remove(0).entry.id;
    let id = id.as_str();
    before.model = Some(model(vec![(id.to_owned(), "a reason".to_owned())]));
    only(&compare(&recorded, &before), true, id, "no longer examined on the model");
}

#[test]
fn runs_with_other_settings_are_not_compared_and_cut_short_ones_not_recorded() {
    let full = report();
    let recorded = record(&full);
    let other = Report { seed: 1, ..full.clone() };
    let error = recorded.compare(&other, "theory.lock", &|_| true).expect_err("another seed");
    assert!(matches!(error, BaselineError::OtherSettings { .. }) && error.to_string().contains("--seed 1"), "{error}");
    assert_eq!(recorded.record(&other, &order()).expect("all that is recorded").settings.seed, 1);
    let part = Report { claims: other.claims[1..].to_vec(), ..other };
    let error = recorded.record(&part, &order()).expect_err("the first claim would be left with the old seed");
    assert!(matches!(error, BaselineError::OtherSettings { .. }), "{error}");
    let mut short = full.clone();
    short.claims[1].cut_short = true;
    assert!(matches!(recorded.record(&short, &order()), Err(BaselineError::CutShort(_))));
    short.claims[1].instances = 0;
    let found = compare(&recorded, &short);
    assert!(found.weaker.is_empty() && found.stronger.is_empty(), "what it would have shown is not known: {found:?}");
    let newer = Baseline { version: 3, ..recorded };
    assert!(matches!(newer.compare(&full, "", &|_| true), Err(BaselineError::OtherVersion(3))));
}

// The command line

fn verify(directory: &Path, more: &[&str]) -> assert_cmd::assert::Assert {
    let arguments = ["verify", "noether/sgd-charge", "balance/neuron", "--instances", "8", "--baseline", "theory.lock"];
    equipartition().current_dir(directory).args(arguments).args(more).assert()
}

#[test]
fn a_baseline_is_recorded_held_and_missed() {
    let directory = tempfile::tempdir().expect("a directory");
    let lock = directory.path().join("theory.lock");
    verify(directory.path(), &[]).code(66).stderr(predicate::str::contains("--bless"));
    verify(directory.path(), &["--bless"])
        .success()
        .stderr(predicate::str::contains("recorded in theory.lock: 2 claims"));
    verify(directory.path(), &[])
        .success()
        .stdout(predicate::str::contains("nothing is weaker than theory.lock records"));
    let recorded = fs::read_to_string(&lock).expect("a baseline");
    // The same claim used to be shown by one instance more.
    let stronger = recorded.replace("exact = 6", "exact = 7");
    assert_ne!(stronger, recorded);
    fs::write(&lock, &stronger).expect("a file");
    let weaker = "noether/sgd-charge: 6 instances with exact evidence, was 7";
    verify(directory.path(), &[]).code(1).stdout(predicate::str::contains(weaker));
    let annotation = "::error file=theory.lock,title=noether/sgd-charge is weaker than theory.lock says::6 instances";
    verify(directory.path(), &["--annotate", "github"]).code(1).stderr(predicate::str::contains(annotation));
    verify(directory.path(), &["--format", "json"]).code(1).stdout(predicate::str::contains("\"weaker\": [\n      {"));
    assert_eq!(fs::read_to_string(&lock).expect("a baseline"), stronger, "only --bless writes");
    // Refused before anything is examined: a run of an hour is not thrown away.
    verify(directory.path(), &["--seed", "1", "--time-limit", "0"])
        .code(2)
        .stderr(predicate::str::contains("--seed 1"));
    verify(directory.path(), &["--time-limit", "0", "--bless"])
        .code(3)
        .stderr(predicate::str::contains("was cut short"));
    verify(directory.path(), &["--bless"]).success().stdout(predicate::str::contains(weaker));
    let lines = verify(directory.path(), &["--bless", "--annotate", "github"]).success();
    lines.stderr(predicate::str::contains("::error").not());
    assert_eq!(fs::read_to_string(&lock).expect("a baseline"), recorded);
    let names: Vec<_> =
        fs::read_dir(directory.path()).expect("a directory").map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["theory.lock"], "nothing is left behind");
}

#[test]
fn what_is_no_baseline_is_refused_with_the_place() {
    let directory = tempfile::tempdir().expect("a directory");
    let lock = directory.path().join("theory.lock");
    for (text, words) in [
        ("version = 2\n", "missing field `settings`"),
        ("version = 1\n", "version 1, this program knows 2: delete the file"),
        ("version = one\n", "theory.lock:1:"),
        ("", "missing field `version`"),
        ("version = 2\n<<<<<<< HEAD\n", "theory.lock:2:1: an unresolved merge conflict"),
        ("version = 9\n[settings]\nseed = 0\nprecision = 256\neffort = \"default\"\ninstances = 8\n", "version 9"),
    ] {
        fs::write(&lock, text).expect("a file");
        verify(directory.path(), &[]).code(65).stderr(predicate::str::contains(words));
    }
    fs::write(&lock, "").expect("a file");
    verify(directory.path(), &["--bless"]).success();
    let twice = |arguments: &[&str]| {
        verify(directory.path(), arguments).code(2).stderr(predicate::str::contains("named twice"))
    };
    twice(&["--output", "theory.lock"]);
    twice(&["--also", "json=a", "--also", "junit=a"]);
    equipartition().args(["verify", "--bless"]).assert().code(2).stderr(predicate::str::contains("--baseline"));
}
