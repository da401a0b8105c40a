//! Theory regression: whatever is weaker than recorded turns a run red and is named.

#![cfg(feature = "cli")]

mod support;

use equipartition::report::baseline::{self, Baseline, BaselineError, Known, Why};
use equipartition::report::{Comparison, GivenModel, Libraries, Report};
use equipartition::theories::{ALL, registry, select};
use equipartition::verify::runner::{Plan, run};
use equipartition::verify::{Checked, Evidence, Settings, Theories, Verdict};
use predicates::prelude::*;
use std::collections::BTreeMap;
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
        sought: BTreeMap::new(),
        never_taken: BTreeMap::new(),
        seconds: 0.0,
    }
}

fn order() -> Vec<&'static str> {
    registry().iter().map(|claim| claim.id).collect()
}

fn known<'a>(claims: &'a [&'a str]) -> Known<'a> {
    Known { claims, theories: &["neural-thermodynamics"] }
}

fn record(report: &Report) -> Baseline {
    Baseline::empty(baseline::Settings::of(report)).record(report, known(&order())).expect("all claims are finished")
}

fn compare(baseline: &Baseline, report: &Report) -> Comparison {
    baseline.compare(report, "theory.lock", known(&order())).expect("the settings agree")
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
    only(&altered(|record| record.fingerprint = Some("0".repeat(16))), true, id, "other instances of the law");
    let exchanged = |record: &mut baseline::Record| {
        let control = record.control_fingerprints.values_mut().next().expect("it has controls");
        *control = "0".repeat(16);
    };
    only(&altered(exchanged), true, id, "other instances of the control");
    // Where there is one more there was none to compare it with.
    let fewer = altered(|record| {
        let name = record.controls.keys().next().expect("it has controls").clone();
        record.controls.remove(&name);
        record.control_fingerprints.remove(&name);
    });
    only(&fewer, false, id, "new: failing control");
    let older = altered(|record| record.fingerprint = None);
    assert!(older.weaker.is_empty() && older.stronger.is_empty(), "a lock of an older version has none: {older:?}");
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
    let found = recorded.compare(&part, "theory.lock", known(&order()[..0])).expect("the settings agree");
    let gone = full.claims[0].entry.id.as_str();
    only(&found, true, gone, "the claim is gone");
    let mut old = recorded;
    old.claims.remove(0);
    only(&compare(&old, &full), false, gone, "not recorded yet");
}

/// A claim is gone only if its theory is there without it: of a theory that was not loaded nothing is known, and nothing is lost.
#[test]
fn claims_of_a_theory_that_is_not_loaded_are_neither_gone_nor_dropped() {
    let full = report();
    let mut recorded = record(&full);
    let id = recorded.claims[0].id.clone();
    recorded.claims[0].theory = Some("of-a-file".to_owned());
    let part = Report { claims: full.claims[1..].to_vec(), ..full };
    let order: Vec<&str> = order().into_iter().filter(|known| *known != id).collect();
    let loaded = Known { claims: &order, theories: &["neural-thermodynamics", "of-a-file"] };
    only(&recorded.compare(&part, "theory.lock", loaded).expect("the settings agree"), true, &id, "the claim is gone");
    let found = recorded.compare(&part, "theory.lock", known(&order)).expect("the settings agree");
    assert!(found.weaker.is_empty() && found.stronger.is_empty(), "{found:?}");
    assert_eq!(found.not_compared[0].why, Why::NotLoaded("of-a-file".to_owned()));
    let [said] = &found.omissions()[..] else { panic!("{found:?}") };
    assert!(said.contains(&id) && said.contains("a theory not loaded") && said.contains("--theory"), "{said}");
    let ids = |known| -> Vec<String> {
        let blessed = recorded.record(&part, known).expect("the settings agree");
        blessed.claims.iter().map(|record| record.id.clone()).collect()
    };
    assert!(ids(known(&order)).contains(&id) && !ids(loaded).contains(&id));
    // With other settings it would be left with the old ones.
    let other = Report { seed: 1, ..part.clone() };
    assert!(recorded.record(&other, known(&order)).is_err() && recorded.record(&other, loaded).is_ok());
    // Where nothing that is recorded is loaded, nothing would be compared, and a green run would say nothing.
    recorded.claims.truncate(1);
    let ids: Vec<&str> = part.claims.iter().map(|claim| claim.entry.id.as_str()).collect();
    let refused = BaselineError::NotLoaded { theories: vec!["of-a-file".to_owned()] };
    assert_eq!(recorded.compare(&part, "theory.lock", known(&order)), Err(refused.clone()));
    assert_eq!(recorded.check_before(&part, &ids, known(&order), false), Err(refused));
    let empty = Baseline { claims: Vec::new(), ..recorded.clone() };
    assert_eq!(empty.check_before(&part, &ids, known(&order), false), Err(BaselineError::Empty));
    // What is recorded beside it is compared with nothing.
    assert_eq!(recorded.check_before(&part, &ids, known(&order), true), Ok(()));
    assert_eq!(recorded.record(&part, known(&order)).expect("recorded beside it").claims.len(), part.claims.len() + 1);
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
    let error = recorded.compare(&other, "theory.lock", known(&order())).expect_err("another seed");
    assert!(matches!(error, BaselineError::OtherSettings { .. }) && error.to_string().contains("--seed 1"), "{error}");
    assert_eq!(recorded.record(&other, known(&order())).expect("all that is recorded").settings.seed, 1);
    let part = Report { claims: other.claims[1..].to_vec(), ..other };
    let error = recorded.record(&part, known(&order())).expect_err("the first claim would be left with the old seed");
    assert!(matches!(error, BaselineError::OtherSettings { .. }), "{error}");
    let mut short = full.clone();
    short.claims[1].cut_short = true;
    assert!(matches!(recorded.record(&short, known(&order())), Err(BaselineError::CutShort(_))));
    short.claims[1].instances = 0;
    let found = compare(&recorded, &short);
    assert!(found.weaker.is_empty() && found.stronger.is_empty(), "what it would have shown is not known: {found:?}");
    assert!(found.is_cut_short() && found.omissions()[0].contains(&short.claims[1].entry.id), "{found:?}");
    let none = compare(&recorded, &Report { claims: vec![short.claims[1].clone()], ..short });
    assert!(found.is_held() && !none.is_held(), "of nothing compared nothing can be said");
    let unrecorded = Baseline { claims: recorded.claims[1..].to_vec(), ..recorded.clone() };
    let none = compare(&unrecorded, &Report { claims: full.claims[..1].to_vec(), ..full.clone() });
    assert!(!none.is_held() && none.weaker.is_empty() && none.compared == 0, "{none:?}");
    assert_eq!(none.omissions(), ["nothing was compared with theory.lock: it records no claim of this run"]);
    let newer = Baseline { version: 3, ..recorded };
    assert!(matches!(newer.compare(&full, "", known(&order())), Err(BaselineError::OtherVersion(3))));
}

/// `list` and `explain` say which evidence a claim can reach; a run reaches no other.
#[test]
fn claims_declare_the_evidence_that_is_recorded_of_them() {
    let lock: Baseline = toml::from_str(include_str!("../theory.lock")).expect("a baseline");
    let claims = registry();
    for record in lock.claims {
        let claim = claims.iter().find(|claim| claim.id == record.id).expect("a claim of this program");
        let declared = claim.evidence();
        for kind in record.evidence.keys() {
            assert!(declared.contains(kind), "{} reached {kind}, and declares {declared:?}", record.id);
        }
    }
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
    let cut = verify(directory.path(), &["--time-limit", "0", "--also", "junit=cut.xml"]).code(3);
    let cut = String::from_utf8_lossy(&cut.get_output().stdout).replace("\n  ", " ");
    assert!(cut.contains("not compared with theory.lock: 2 claims were cut short"), "{cut}");
    assert!(!cut.contains("nothing is weaker"), "{cut}");
    let report = directory.path().join("cut.xml");
    assert!(fs::read_to_string(&report).expect("a report").contains("<skipped message=\"not compared"));
    fs::remove_file(report).expect("it is there");
    verify(directory.path(), &["--bless"]).success().stdout(predicate::str::contains(weaker));
    let lines = verify(directory.path(), &["--bless", "--annotate", "github"]).success();
    lines.stderr(predicate::str::contains("::error").not());
    assert_eq!(fs::read_to_string(&lock).expect("a baseline"), recorded);
    let names: Vec<_> =
        fs::read_dir(directory.path()).expect("a directory").map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["theory.lock"], "nothing is left behind");
}

#[test]
fn a_lock_with_claims_of_a_theory_of_a_file_keeps_them() {
    let directory = tempfile::tempdir().expect("a directory");
    let theory = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/theories/quadratic-unit.toml");
    let theory = theory.to_str().expect("a path");
    let run = |selected: &[&str]| {
        let options = ["--instances", "4", "--baseline", "t.lock"];
        equipartition().current_dir(directory.path()).arg("verify").args(selected).args(options).assert()
    };
    let lock = || fs::read_to_string(directory.path().join("t.lock")).expect("a baseline");
    run(&[theory, "balance/neuron", "--bless"]).success();
    let whole = lock();
    assert!(whole.contains("theory = \"quadratic-unit\"") && whole.contains("id = \"balance/neuron\""), "{whole}");
    let told = run(&["balance/neuron"]).success();
    let told = String::from_utf8_lossy(&told.get_output().stdout).replace("\n  ", " ");
    assert!(told.contains("t.lock also records claims of `quadratic-unit`, a theory not loaded"), "{told}");
    run(&["balance/neuron", "--bless"]).success();
    let claims = |text: &str| text.matches("[[claim]]").count();
    assert_eq!(claims(&lock()), claims(&whole), "a partial run drops nothing");
    run(&[theory]).success().stdout(predicate::str::contains("nothing is weaker"));
    let told = run(&["balance/neuron", "--theory", theory]).success();
    told.stdout(predicate::str::contains("not loaded").not());
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
        ("# what\n\nversion = 9\n", "theory.lock:3:11: the form of the baseline is version 9"),
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
