//! The three reports of one run in which every verdict occurs.

#![cfg(feature = "cli")]

use equipartition::report::nearest::{Changed, Instead, Sought};
use equipartition::report::text::Style;
use equipartition::report::{Comparison, Difference, Libraries, Report, annotations, json, junit, markdown, text};
use equipartition::scalar::Magnitude;
use equipartition::statistics::Estimate;
use equipartition::verify::entry::ControlEntry;
use equipartition::verify::exponent::Exponent;
use equipartition::verify::report::{ControlReport, ExponentReport, MutantReport, Witness};
use equipartition::verify::{
    Case, Change, ClaimReport, Effort, Entry, Evidence, KindReport, Lemma, Mutant, Quantity, Verdict,
};
use std::collections::BTreeMap;

/// Wide enough for everything.
const WIDE: Style = Style { width: 200, quiet: false };

const IDS: [&str; 5] =
    ["demonstration/sum", "demonstration/product", "demonstration/silence", "other/blunt", "other/unfinished"];

fn entry(id: &str) -> Entry {
    let texts = |list: &[&str]| list.iter().map(ToString::to_string).collect();
    Entry {
        theory: String::new(),
        lemma: Lemma::default(),
        id: id.to_owned(),
        title: "a title".to_owned(),
        statement: "a + b = c".to_owned(),
        hypotheses: texts(&["a is a number"]),
        evidence: vec![Evidence::Exact, Evidence::Converged],
        controls: vec![ControlEntry { name: "swapped".to_owned(), breaks: "a and c swapped".to_owned() }],
        references: texts(&[]),
        theory_file: None,
    }
}

fn claim(entry: Entry, verdict: Verdict, reason: &str) -> ClaimReport {
    ClaimReport {
        entry,
        verdict,
        reason: reason.to_owned(),
        evidence: BTreeMap::from([(Evidence::Exact, 5), (Evidence::Enclosed, 2), (Evidence::Converged, 3)]),
        instances: 8,
        vacuous: 1,
        excluded: 2,
        unresolved: 1,
        undecided: 0,
        refuted: 0,
        residual: Magnitude::power_of_two(-251),
        ladder: BTreeMap::from([(64, Magnitude::power_of_two(-60)), (128, Magnitude::power_of_two(-123))]),
        margin: None,
        exponents: Vec::new(),
        quantities: Vec::new(),
        tests: 0,
        controls: vec![ControlReport {
            name: "swapped".to_owned(),
            failed: true,
            margin: Magnitude::power_of_two(-3),
            instances: 4,
            fingerprint: Some(0xfedc_ba98_7654_3210),
        }],
        mutants: vec![
            MutantReport::new(
                Mutant { relation: "row".to_owned(), term: "a".to_owned(), change: Change::Dropped },
                Magnitude::power_of_two(0),
            ),
            MutantReport::new(
                Mutant { relation: "row".to_owned(), term: "b".to_owned(), change: Change::Doubled },
                Magnitude::power_of_two(-1),
            ),
        ],
        kinds: vec![KindReport {
            kind: "row".to_owned(),
            inequality: false,
            instances: 8,
            vacuous: 1,
            idle: Vec::new(),
            draws: 4,
            bound_bits: Some(56.9),
            families: 2,
            expanded: equipartition::verify::Expanded { tried: 2, identities: 1, on_pieces: 0, too_large: 1 },
        }],
        fingerprint: Some(0x0123_4567_89ab_cdef),
        orbits: None,
        witnesses: Vec::new(),
        cut_short: false,
        seconds: 0.25,
    }
}

fn witness(case: Case, index: u64, description: &str, residual: Magnitude) -> Witness {
    Witness { case, index, description: description.to_owned(), relation: "row 0".to_owned(), residual }
}

/// What holds in the place of a refuted law, with every kind of change.
fn sought() -> Sought {
    let term = |term: &str| term.to_owned();
    let instead = Instead {
        law: term("u = 2 v + c"),
        latex: term(r"u = 2 \, v + c"),
        changes: vec![
            Changed::Coefficient { term: term("v"), from: term("1"), to: term("2") },
            Changed::Side { term: term("A @ A.T"), to: term("A.T @ A") },
            Changed::Without { term: term("-w") },
            Changed::Further { term: term("c"), kind: term("decay") },
        ],
        verdict: Verdict::Holds,
        evidence: BTreeMap::from([(Evidence::Identity, 2), (Evidence::Exact, 8)]),
        instances: 8,
    };
    Sought { nearest: Some(instead), offered: vec![term("decay")] }
}

fn report() -> Report {
    let mut holds = claim(entry(IDS[0]), Verdict::Holds, "");
    holds.tests = 100;
    holds.exponents = vec![ExponentReport {
        worst: Exponent {
            label: "|a - b|".to_owned(),
            predicted: 3,
            measured: "3.0000000000000000000".to_owned(),
            error: Magnitude::power_of_two(-330),
            deviation: Magnitude::power_of_two(-300),
            differences: vec![(-40.0, -119.5), (-50.0, -149.5)],
        },
        digits: 90,
        instances: 8,
    }];
    holds.quantities = vec![Quantity {
        label: "a / b".to_owned(),
        estimate: Estimate { mean: 0.96872, half_width: 0.0002 },
        predicted: 0.96875,
        alternative: ("another theory".to_owned(), 1.0),
    }];
    let mut refuted = claim(entry(IDS[1]), Verdict::Refuted, "instance 3 violates `row 0` by 1.25e-1");
    refuted.refuted = 2;
    refuted.evidence = BTreeMap::from([(Evidence::Exact, 3)]);
    refuted.kinds[0].bound_bits = None;
    refuted.witnesses = vec![
        witness(Case::Law, 3, "a large network", Magnitude::power_of_two(-3)),
        witness(Case::Law, 1, "a net", Magnitude::power_of_two(-9)),
    ];
    let mut vacuous = claim(entry(IDS[2]), Verdict::Vacuous, "both sides vanish on every instance");
    vacuous.vacuous = 8;
    vacuous.residual = Magnitude::zero();
    vacuous.evidence.clear();
    let mut powerless = claim(entry(IDS[3]), Verdict::Powerless, "the control `swapped` did not fail (margin 0)");
    powerless.controls[0].failed = false;
    powerless.controls[0].margin = Magnitude::zero();
    powerless.mutants[1].refuted = false;
    powerless.mutants[1].margin = Magnitude::zero();
    powerless.witnesses = vec![witness(Case::Control(0), 2, "a <small> net", Magnitude::zero())];
    let mut undecided = claim(entry(IDS[4]), Verdict::Undecided, "1 of 8 instances: the enclosure is too wide");
    undecided.undecided = 1;
    undecided.witnesses = vec![witness(Case::Law, 6, "a wide network", Magnitude::power_of_two(-30))];
    let claims = vec![holds, refuted, vacuous, powerless, undecided];
    Report {
        program: "equipartition".to_owned(),
        libraries: Libraries::linked(),
        seed: 7,
        precision: 1024,
        effort: Effort::Default,
        instances: 8,
        shard: None,
        model: None,
        comparison: None,
        claims,
        sought: BTreeMap::from([(IDS[1].to_owned(), sought())]),
        never_taken: BTreeMap::from([(IDS[0].to_owned(), vec!["relu(w - 10^4)".to_owned()])]),
        seconds: 1.5,
    }
}

/// The versions of what is linked may differ between machines.
fn without_versions(text: &str) -> String {
    let Libraries { gmp, mpfr } = Libraries::linked();
    text.replace(&format!("GMP {gmp}, MPFR {mpfr}"), "GMP g, MPFR m")
        .replace(&format!("\"{gmp}\""), "\"g\"")
        .replace(&format!("\"{mpfr}\""), "\"m\"")
        .replace(&format!("equipartition {}", env!("CARGO_PKG_VERSION")), "equipartition v")
        .replace(&format!("\"version\": \"{}\"", env!("CARGO_PKG_VERSION")), "\"version\": \"v\"")
}

#[test]
fn the_text_shows_every_verdict_and_what_to_do_about_it() {
    let text = anstream::adapter::strip_str(&text::render(&report(), WIDE)).to_string();
    insta::assert_snapshot!(without_versions(&text));
}

#[test]
fn a_narrow_terminal_gets_fewer_columns_and_is_told() {
    for width in [60, 80, 100, 200] {
        let text = anstream::adapter::strip_str(&text::render(&report(), Style::of_width(width))).to_string();
        let rules: Vec<&str> = text.lines().filter(|line| line.starts_with('─')).collect();
        assert_eq!(rules.len(), 3, "{text}");
        assert!(rules.iter().all(|rule| rule.chars().count() <= width), "{text}");
        assert!(text.lines().any(|line| line.starts_with("demonstration/product  ")), "no name is broken: {text}");
        assert_eq!(text.contains("for want of width"), width < 200, "{text}");
    }
    let narrow = anstream::adapter::strip_str(&text::render(&report(), Style::of_width(80))).to_string();
    insta::assert_snapshot!(narrow.lines().skip(2).take(11).collect::<Vec<_>>().join("\n"));
}

/// A report that is written claim by claim is the same, and a quiet one has nothing of the claims that hold.
#[test]
fn a_quiet_report_tells_what_does_not_hold_and_concludes() {
    let quiet = Style { quiet: true, ..WIDE };
    let text = anstream::adapter::strip_str(&text::render(&report(), quiet)).to_string();
    assert!(text.starts_with("demonstration/product is refuted"), "{text}");
    assert!(!text.contains('─') && !text.contains("demonstration/sum"), "{text}");
    let held = Report { claims: vec![claim(entry(IDS[0]), Verdict::Holds, "")], ..report() };
    let text = text::render(&held, quiet);
    assert_eq!(
        text,
        "1 claim: 1 holds, judged on 8 instances; 1 of 1 control failed as it must, 2 of 2 mutants refuted; 1.5 s.\n"
    );
}

#[test]
fn verdicts_are_coloured() {
    let text = text::render(&report(), WIDE);
    assert!(text.contains("\u{1b}["));
}

#[test]
fn the_json_has_the_documented_members_in_their_order() {
    let mut bytes = Vec::new();
    json::write(&report(), &mut bytes).expect("a vector takes everything");
    insta::assert_snapshot!(without_versions(std::str::from_utf8(&bytes).expect("JSON is text")));
}

#[test]
fn junit_counts_failures_and_errors() {
    let mut bytes = Vec::new();
    junit::write(&report(), &mut bytes).expect("a vector takes everything");
    insta::assert_snapshot!(std::str::from_utf8(&bytes).expect("XML is text"));
}

/// The same with two claims that are weaker than a baseline and one that is stronger.
fn compared() -> Report {
    let difference = |id: &str, what: &str| Difference { id: id.to_owned(), what: what.to_owned() };
    let comparison = Comparison {
        file: "theory.lock".to_owned(),
        weaker: vec![
            difference("demonstration/sum", "4 instances with exact evidence, was 5"),
            difference("demonstration/sum", "no longer: failing control `x`"),
            difference("demonstration/gone", "the claim is gone"),
        ],
        stronger: vec![difference("other/blunt", "new: failing control `a_b, c: 100%`")],
        ..Comparison::default()
    };
    Report { comparison: Some(comparison), ..report() }
}

#[test]
fn the_markdown_tells_first_what_is_wrong() {
    insta::assert_snapshot!(without_versions(&markdown::render(&compared())));
}

#[test]
fn the_text_tells_what_is_weaker_at_the_end() {
    let text = anstream::adapter::strip_str(&text::render(&compared(), WIDE)).to_string();
    let weaker = text.find("weaker than theory.lock records").expect("it is told");
    assert!(text[weaker..].starts_with(
        "weaker than theory.lock records:\n  demonstration/sum: 4 instances with exact evidence, was 5\n  \
         demonstration/sum: no longer: failing control `x`\n  \
         demonstration/gone: the claim is gone\nstronger than theory.lock records, or so it looks; is it meant?\n  \
         other/blunt: new: failing control `a_b, c: 100%`\n\nWith 8 instances of each law"
    ));
    assert!(text[weaker..].contains("\n\n5 claims: 1 holds,"), "{text}");
    assert!(
        text.trim_end().lines().next_back().is_some_and(|line| line.ends_with("1.5 s.")),
        "a sentence concludes: {text}"
    );
}

#[test]
fn an_annotation_is_one_line_for_each_claim_that_is_wrong() {
    let lines = annotations::github(&compared());
    assert_eq!(lines.lines().count(), 4 + 2, "one for each claim: {lines}");
    assert!(lines.contains("::4 instances with exact evidence, was 5%0Ano longer: failing control `x`\n"), "{lines}");
    assert!(lines.lines().all(|line| line.starts_with("::error ")), "{lines}");
    assert!(
        lines.contains("title=demonstration/product is refuted::instance 3 violates `row 0` by 1.25e-1%0Aa + b = c")
    );
    assert!(
        lines.contains("::error file=theory.lock,title=demonstration/gone is weaker than theory.lock says::the claim")
    );
    let held = Report { claims: vec![claim(entry(IDS[0]), Verdict::Holds, "")], ..report() };
    assert_eq!(annotations::github(&held), "", "there is nothing to tell");
}

#[test]
fn junit_fails_for_what_is_weaker() {
    let mut bytes = Vec::new();
    junit::write(&compared(), &mut bytes).expect("a vector takes everything");
    let xml = String::from_utf8(bytes).expect("XML is text");
    assert!(xml.contains("name=\"equipartition\" tests=\"6\" skipped=\"0\" failures=\"4\" errors=\"1\""), "{xml}");
    assert!(xml.contains("weaker than theory.lock records"), "{xml}");
}

fn find(id: &str) -> Option<Entry> {
    IDS.contains(&id).then(|| entry(id))
}

fn as_json(report: &Report) -> String {
    let mut bytes = Vec::new();
    json::write(report, &mut bytes).expect("a vector takes everything");
    String::from_utf8(bytes).expect("JSON is text")
}

#[test]
fn a_report_that_is_read_tells_the_same_in_every_format() {
    let report = report();
    let again = json::read(&as_json(&report), &find).expect("a report");
    assert_eq!(as_json(&again), as_json(&report));
    assert_eq!(text::render(&again, WIDE), text::render(&report, WIDE));
    assert_eq!(markdown::render(&again), markdown::render(&report));
}

/// What is done to the report of a claim that holds, and what is said of it.
type Edit = (fn(&mut ClaimReport), &'static str);

/// Whoever edits a report cannot make a claim hold on what refutes it.
#[test]
fn no_verdict_is_read_that_is_better_than_its_evidence() {
    let held = || Report { claims: vec![claim(entry(IDS[0]), Verdict::Holds, "")], ..report() };
    assert!(json::read(&as_json(&held()), &find).is_ok());
    let edits: [Edit; 17] = [
        (|claim| claim.cut_short = true, "cut short"),
        (|claim| claim.instances = 0, "without an instance"),
        (|claim| claim.refuted = 1, "violates"),
        (|claim| claim.undecided = 1, "undecided"),
        (|claim| claim.vacuous = 8, "vacuous"),
        (|claim| claim.unresolved = 3, "more than a third"),
        (|claim| claim.kinds.clear(), "without a relation"),
        (|claim| claim.kinds[0].vacuous = 8, "a vacuous kind"),
        (|claim| claim.kinds[0].draws = 0, "seen on no draw"),
        (|claim| claim.kinds[0].idle.push("a".to_owned()), "a term that is always 0"),
        (|claim| claim.kinds[0].inequality = true, "a Schwartz-Zippel bound on an inequality"),
        (|claim| claim.kinds[0].expanded.identities = 3, "more identities than were tried"),
        (
            |claim| (claim.kinds[0].inequality, claim.kinds[0].bound_bits) = (true, None),
            "an expansion of an inequality",
        ),
        (|claim| claim.evidence.clear(), "without evidence"),
        (|claim| claim.controls.clear(), "without all of its controls"),
        (|claim| claim.controls[0].failed = false, "a control that passed"),
        (|claim| claim.mutants[0].refuted = false, "a wrong formula that passed"),
    ];
    for (edit, words) in edits {
        let mut report = held();
        edit(&mut report.claims[0]);
        let error = json::read(&as_json(&report), &find).expect_err(words).to_string();
        assert!(error.contains("better than its evidence") && error.contains(words), "{error}");
        report.claims[0].verdict = Verdict::Undecided;
        let silent = json::read(&as_json(&report), &find).expect_err("no reason").to_string();
        assert!(silent.contains("a verdict with its reason"), "{silent}");
        report.claims[0].reason = "a reason".to_owned();
        assert!(json::read(&as_json(&report), &find).is_ok(), "a worse verdict is believed");
    }
    let refuted = Report { claims: vec![claim(entry(IDS[0]), Verdict::Refuted, "a reason")], ..report() };
    let mut baseless = refuted.clone();
    baseless.claims[0].refuted = 0;
    let error = json::read(&as_json(&baseless), &find).expect_err("nothing violates it").to_string();
    assert!(error.contains("without an instance that violates it"), "{error}");
}

/// A report is of what was stated then: it says nothing about what has the identifier now.
#[test]
fn no_report_is_read_of_a_claim_that_states_something_else() {
    let text = as_json(&report());
    for (was, words) in
        [("\"a + b = c\"", "what the claim states now"), ("\"a is a number\"", "those that the claim has now")]
    {
        let error = json::read(&text.replacen(was, "\"a + b = 2 c\"", 1), &find).expect_err(words).to_string();
        assert!(error.contains(words) && error.contains("a + b = 2 c"), "{error}");
    }
}

#[test]
fn what_is_no_report_is_not_read() {
    let text = as_json(&report());
    let read = |text: &str| json::read(text, &find).expect_err("no report").to_string();
    assert!(read("").contains("not a complete report"));
    assert!(read(&text[..text.len() / 2]).contains("not a complete report"), "half of one is none");
    assert!(read(&text.replace("\"seed\"", "\"sead\"")).contains("not a complete report"));
    assert!(read(&text.replace("demonstration/sum", "demonstration/some")).contains("the identifier of a claim"));
    assert!(read(&text.replace("swapped", "exchanged")).contains("a control of the claim"));
    assert!(read(&text.replace("\"dropped\"", "\"forgotten\"")).contains("not a complete report"));
    assert!(read(&text.replace("\"effort\": \"default\"", "\"effort\": \"some\"")).contains("quick"));
    assert!(read(&text.replacen("2^-56", "2^56", 1)).contains("a power"));
    assert!(read(&text.replacen("\"residual\": \"2", "\"residual\": \"x2", 1)).contains("a magnitude"));
    let version = format!("\"version\": \"{}\"", env!("CARGO_PKG_VERSION"));
    assert!(read(&text.replace(&version, "\"version\": \"0.0.1\"")).contains("written by version 0.0.1"));
}

#[test]
fn the_whole_is_as_bad_as_its_worst_part() {
    let mut report = report();
    for (verdict, rest) in [
        (Verdict::Refuted, 4),
        (Verdict::Powerless, 3),
        (Verdict::Vacuous, 2),
        (Verdict::Undecided, 1),
        (Verdict::Holds, 0),
    ] {
        assert_eq!(report.verdict(), verdict);
        report.claims.retain(|claim| claim.verdict != verdict);
        assert_eq!(report.claims.len(), rest);
    }
}
