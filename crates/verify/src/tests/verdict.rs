//! From examinations to a verdict.

use super::super::bounds::Bound;
use super::super::entry::{ControlEntry, Entry};
use super::super::examination::Place;
use super::super::exponent::Exponent;
use super::super::lemmas::Lemma;
use super::super::report::MOST_LEFT_OUT;
use super::super::{
    Case, ClaimReport, Class, Evidence, Examination, Finding, Quantity, Relation, Scalar, Status, Term, Verdict,
};
use super::{above_one, equality, judged};
use equipartition_scalar::{Magnitude, Rational};
use equipartition_statistics::Estimate;

fn entry(controls: usize) -> Entry {
    let control = |number| ControlEntry { name: format!("control {number}"), breaks: String::new() };
    Entry {
        theory: String::new(),
        lemma: Lemma::default(),
        id: "test/law".to_owned(),
        title: String::new(),
        statement: String::new(),
        hypotheses: Vec::new(),
        evidence: vec![Evidence::Exact],
        controls: (0..controls).map(control).collect(),
        references: Vec::new(),
        theory_file: None,
    }
}

fn examined(findings: Vec<Finding>) -> Examination {
    Examination { findings, ..Examination::of(Class::Generic, "numbers".to_owned()) }
}

/// `n + 1 = n + 1` in two terms, or with another right side.
fn law(number: u64, right: &Rational) -> Examination {
    let left = Rational::from(number);
    let sum = Rational::from(number + 1) * right;
    examined(vec![judged(Scalar::Rational, &[equality(&[("n", left), ("1", Rational::from(1))], &[("sum", sum)])])])
}

fn holding(index: u64) -> (Case, u64, Examination) {
    (Case::Law, index, law(index + 1, &Rational::from(1)))
}

/// A control that is missed by `2^-bits`; by nothing without bits.
fn control(number: usize, index: u64, bits: Option<u32>) -> (Case, u64, Examination) {
    (Case::Control(number), index, law(index + 1, &bits.map_or(Rational::from(1), above_one)))
}

fn concluded(controls: usize, examinations: &[(Case, u64, Examination)]) -> ClaimReport {
    ClaimReport::conclude(entry(controls), examinations, false, 0.0)
}

fn all_well() -> Vec<(Case, u64, Examination)> {
    (0..4).map(holding).chain((0..4).map(|index| control(0, index, Some(1)))).collect()
}

/// The law has a fingerprint of its own instances, also of those that are left out, and so has each control: a further control is no other law.
#[test]
fn another_instance_is_another_fingerprint() {
    let of = |controls, examinations: &[_]| {
        let report = concluded(controls, examinations);
        let control = report.controls[0].fingerprint.expect("it was run");
        (report.fingerprint.expect("it was run"), control)
    };
    let (law, first) = of(1, &all_well());
    let altered = |place: usize| {
        let mut other = all_well();
        other[place].2.fingerprint += 1;
        of(1, &other)
    };
    assert!(altered(1).0 != law && altered(1).1 == first);
    assert!(altered(5).0 == law && altered(5).1 != first);
    let mut left_out = all_well();
    left_out[1].2.excluded = Some("outside".to_owned());
    assert_eq!(of(1, &left_out), (law, first));
    assert_ne!(of(1, &all_well()[1..]).0, law);
    let further: Vec<_> = all_well().into_iter().chain((0..4).map(|index| control(1, index, Some(1)))).collect();
    assert_eq!(of(2, &further), (law, first));
}

#[test]
fn what_holds_on_every_instance_and_fails_in_every_control_holds() {
    let report = concluded(1, &all_well());
    assert_eq!(report.verdict, Verdict::Holds, "{}", report.reason);
    assert_eq!((report.instances, report.refuted, report.undecided, report.vacuous), (4, 0, 0, 0));
    assert_eq!(report.evidence.get(&Evidence::Exact), Some(&4));
    assert!(report.controls[0].failed && report.controls[0].instances == 4);
    assert_eq!(report.failed_controls().count(), 1);
    assert!(report.resolution().is_zero());
}

/// One instance that violates is enough, and is the witness.
#[test]
fn one_violation_refutes() {
    let mut examinations = all_well();
    examinations[2].2 = law(3, &above_one(100));
    let report = concluded(1, &examinations);
    assert_eq!((report.verdict, report.refuted), (Verdict::Refuted, 1));
    assert_eq!(report.witnesses[0].index, 2);
}

/// A control has to fail on all of its instances, each time by more than 2^-20.
#[test]
fn a_control_that_fails_once_has_not_failed() {
    for passing in 0..4 {
        let mut examinations: Vec<_> = (0..4).map(holding).collect();
        examinations.extend((0..4).map(|index| control(0, index, (index != passing).then_some(1))));
        let report = concluded(1, &examinations);
        assert_eq!(report.verdict, Verdict::Powerless, "instance {passing} passes");
        assert!(!report.controls[0].failed && report.controls[0].margin.is_zero());
        assert!(report.witnesses.iter().any(|w| w.case == Case::Control(0) && w.index == passing));
    }
    let by = |bits| {
        let mut examinations: Vec<_> = (0..4).map(holding).collect();
        examinations.push(control(0, 0, Some(bits)));
        concluded(1, &examinations).verdict
    };
    assert_eq!((by(18), by(21)), (Verdict::Holds, Verdict::Powerless));
}

#[test]
fn every_control_counts_and_one_that_was_not_tried_has_not_failed() {
    let mut examinations = all_well();
    assert_eq!(concluded(2, &examinations).verdict, Verdict::Powerless);
    examinations.extend((0..4).map(|index| control(1, index, Some(1))));
    assert_eq!(concluded(2, &examinations).verdict, Verdict::Holds);
    assert_eq!(concluded(0, &examinations[..4]).verdict, Verdict::Powerless);
}

#[test]
fn left_out_instances_are_no_controls() {
    let mut examinations = all_well();
    examinations[4].2.excluded = Some("outside".to_owned());
    let report = concluded(1, &examinations);
    assert_eq!((report.verdict, report.controls[0].instances), (Verdict::Holds, 3));
    examinations[4..].iter_mut().for_each(|(.., found)| found.excluded = Some("outside".to_owned()));
    assert_eq!(concluded(1, &examinations).verdict, Verdict::Powerless);
}

/// Up to a third may lie outside the hypotheses.
#[test]
fn a_claim_that_leaves_out_more_than_a_third_is_undecided() {
    let with = |inside: u64, outside: u64| {
        let mut examinations: Vec<_> = (0..inside + outside).map(holding).collect();
        examinations.extend((0..4).map(|index| control(0, index, Some(1))));
        for (.., found) in &mut examinations[inside as usize..(inside + outside) as usize] {
            found.excluded = Some("outside".to_owned());
        }
        concluded(1, &examinations)
    };
    assert_eq!(with(2, 1).verdict, Verdict::Holds);
    assert!((with(2, 1).left_out() - MOST_LEFT_OUT).abs() < 1e-12);
    assert!(with(3, 0).left_out() == 0.0 && with(0, 3).left_out() == 1.0);
    let unresolved = ClaimReport { unresolved: 2, ..with(7, 1) };
    assert!((unresolved.left_out() - 0.3).abs() < 1e-12);
    assert_eq!(with(7, 4).verdict, Verdict::Undecided);
    assert_eq!(with(0, 3).verdict, Verdict::Undecided);
    assert_eq!((with(2, 1).excluded, with(2, 1).instances), (1, 2));
}

#[test]
fn an_open_instance_and_a_run_cut_short_leave_the_claim_open() {
    let mut examinations = all_well();
    assert_eq!(ClaimReport::conclude(entry(1), &examinations, true, 0.0).verdict, Verdict::Undecided);
    examinations[1].2 = examined(vec![Finding::undecided(Scalar::Rational, "because")]);
    let report = concluded(1, &examinations);
    assert_eq!((report.verdict, report.undecided), (Verdict::Undecided, 1));
    assert!(report.reason.contains("1 of 4") && report.reason.contains("because"), "{}", report.reason);
    // A violation is known however little was examined.
    examinations[0].2 = law(1, &above_one(3));
    assert_eq!(ClaimReport::conclude(entry(1), &examinations, true, 0.0).verdict, Verdict::Refuted);
    assert_eq!(concluded(1, &[]).verdict, Verdict::Undecided);
}

fn nothing() -> Examination {
    let zero = Rational::new;
    examined(vec![judged(Scalar::Rational, &[equality(&[("n", zero())], &[("sum", zero())])])])
}

#[test]
fn what_says_nothing_anywhere_is_vacuous_and_somewhere_is_counted() {
    let mut examinations = all_well();
    examinations[0].2 = nothing();
    let report = concluded(1, &examinations);
    assert_eq!((report.verdict, report.vacuous, report.instances), (Verdict::Holds, 1, 4));
    examinations[..4].iter_mut().for_each(|(.., found)| *found = nothing());
    assert_eq!(concluded(1, &examinations).verdict, Verdict::Vacuous);
}

/// A wrong formula that no instance tells from the right one: the term is below 2^-20 of the largest.
#[test]
fn a_mutant_that_no_instance_refutes_takes_the_power() {
    let with = |bits: u32| {
        let small = Rational::from(1) >> bits;
        let big = Rational::from(1);
        let sum = equality(&[("a", big.clone()), ("small", small.clone())], &[("sum", big + small)]);
        let mut examinations = vec![(Case::Law, 0, examined(vec![judged(Scalar::Rational, &[sum])]))];
        examinations.extend((0..4).map(|index| control(0, index, Some(1))));
        concluded(1, &examinations)
    };
    assert_eq!(with(10).verdict, Verdict::Holds);
    let report = with(30);
    assert_eq!(report.verdict, Verdict::Powerless);
    assert!(report.reason.contains("small"), "{}", report.reason);
    assert!(report.surviving_mutants().all(|mutant| mutant.term == "small"));
    assert_eq!(report.surviving_mutants().count(), 3);
}

/// A bound that is always reached could as well be said the other way round.
#[test]
fn an_inequality_that_is_an_equality_has_no_power() {
    let with = |right: u64| {
        let instance = |index: u64| {
            let term = |label, value: u64| Term::scalar(label, Rational::from(value));
            let relation = Relation::at_most("bound", term("a", index + 1), term("b", index + right));
            (Case::Law, index, examined(vec![judged(Scalar::Rational, &[relation])]))
        };
        let mut examinations: Vec<_> = (0..4).map(instance).collect();
        examinations.extend((0..4).map(|index| control(0, index, Some(1))));
        concluded(1, &examinations)
    };
    assert_eq!(with(2).verdict, Verdict::Holds);
    assert_eq!(with(1).verdict, Verdict::Powerless);
    assert!(with(1).reason.contains("reversed"), "{}", with(1).reason);
    assert_eq!(with(1).surviving_mutants().count(), 1);
}

/// Of several kinds the one with the weakest bound, and of those without any the one with the fewest draws.
#[test]
fn the_weakest_number_stands_behind_a_claim() {
    let relation = |kind: &'static str, value: u64| {
        let term = |label| vec![Term::scalar(label, Rational::from(value))];
        Relation::equality(kind, term("a"), term("b"))
    };
    let instance = |index: u64| {
        let mut relations =
            vec![relation("strong", index + 1), relation("weak", index + 2), relation("often", index + 1)];
        if index < 2 {
            relations.push(relation("seldom", index + 1));
        }
        let bound = |kind: &'static str, bits| Bound { kind: kind.into(), bits, polynomials: 0 };
        let bounds = vec![bound("strong", 30.0), bound("weak", 20.0)];
        let place = Place { number: index, ..Place::default() };
        (Case::Law, index, Examination { place, bounds, ..examined(vec![judged(Scalar::Rational, &relations)]) })
    };
    let report = concluded(0, &(0..6).map(instance).collect::<Vec<_>>());
    let (weakest, bits) = report.weakest_bound().expect("two kinds have one");
    assert_eq!((weakest.kind.as_str(), bits), ("weak", 40.0));
    let least = report.least_drawn().expect("two kinds have none");
    assert_eq!((least.kind.as_str(), least.draws), ("seldom", 1));
}

/// What the widest tolerance lets pass, of the scalars that decided.
#[test]
fn the_resolution_is_that_of_the_scalars_that_decided() {
    let found = |scalar| Finding { status: Status::Satisfied, ..Finding::undecided(scalar, "") };
    let with = |scalars: &[Scalar]| {
        let findings = scalars.iter().map(|scalar| found(*scalar)).collect();
        concluded(0, &[(Case::Law, 0, examined(findings))]).resolution()
    };
    assert!(with(&[Scalar::Rational]).is_zero());
    assert_eq!(with(&[Scalar::Mp(64), Scalar::Mp(256)]), Magnitude::power_of_two(-216));
    assert_eq!(with(&[Scalar::Interval(256), Scalar::Mp(256)]), Magnitude::power_of_two(-128));
    assert_eq!(with(&[Scalar::Order(1024)]), Magnitude::power_of_two(-64));
    assert_eq!(with(&[Scalar::Simulation(1)]), Magnitude::power_of_two(-5));
    // A kind of evidence that no instance reached passes nothing.
    let mut report = concluded(0, &[holding(0)]);
    report.evidence.insert(Evidence::Statistical, 0);
    assert!(report.resolution().is_zero());
}

/// Margins alone make an inequality, unless a residual stands beside them.
#[test]
fn what_claims_an_equality_is_no_inequality() {
    let term = |label, value: u64| Term::scalar(label, Rational::from(value));
    let bound = || Relation::at_most("bound", term("a", 1), term("b", 2));
    let of = |relations: &[Relation<Rational>]| {
        concluded(0, &[(Case::Law, 0, examined(vec![judged(Scalar::Rational, relations)]))]).is_inequality()
    };
    assert!(of(&[bound()]));
    assert!(!of(&[equality(&[("a", Rational::from(1))], &[("b", Rational::from(1))])]));
    let mut report = concluded(0, &[(Case::Law, 0, examined(vec![judged(Scalar::Rational, &[bound()])]))]);
    report.residual = Magnitude::power_of_two(-200);
    assert!(!report.is_inequality());
}

/// The report keeps the worst residual of the decisive scalar, and of every rung.
#[test]
fn the_worst_residual_is_kept() {
    let residual = |bits| Finding {
        status: Status::Satisfied,
        residual: Magnitude::power_of_two(bits),
        ..Finding::undecided(Scalar::Mp(64), "")
    };
    let instance = |index, bits| (Case::Law, index, examined(vec![residual(bits)]));
    let report = concluded(0, &[instance(0, -60), instance(1, -50), instance(2, -55)]);
    assert_eq!(report.residual, Magnitude::power_of_two(-50));
    assert_eq!(report.ladder.get(&64), Some(&Magnitude::power_of_two(-50)));
    assert_eq!(report.witnesses[0].index, 1);
}

/// Of several violations the worst is shown, and beside it the one that is shortest to describe, if it is another.
#[test]
fn the_worst_and_the_smallest_violation_are_witnesses() {
    let with = |violations: &[(u32, &str)]| {
        let instance = |(index, (bits, description)): (u64, &(u32, &str))| {
            let violated = Examination { description: (*description).to_owned(), ..law(3, &above_one(*bits)) };
            (Case::Law, index, violated)
        };
        let report = concluded(0, &(0..).zip(violations).map(instance).collect::<Vec<_>>());
        assert_eq!((report.verdict, report.refuted), (Verdict::Refuted, violations.len()));
        report.witnesses.iter().map(|witness| witness.index).collect::<Vec<_>>()
    };
    assert_eq!(with(&[(9, "medium"), (2, "the largest of all"), (5, "small")]), [1, 2]);
    assert_eq!(with(&[(9, "medium"), (2, "least"), (5, "smaller")]), [1]);
    assert_eq!(with(&[(3, "two"), (3, "one")]), [0]);
}

/// Of equal residuals the first instance is the witness, so that the report does not depend on how many follow.
#[test]
fn the_first_of_the_worst_is_the_witness() {
    let report = concluded(0, &(0..3).map(holding).collect::<Vec<_>>());
    assert_eq!(report.witnesses.iter().map(|witness| witness.index).collect::<Vec<_>>(), [0]);
}

/// Distinct orbits are counted where points are searched for, and nowhere else.
#[test]
fn orbits_are_counted_once() {
    let on = |index: u64, orbit: Option<&str>| {
        let (case, index, examination) = holding(index);
        (case, index, Examination { orbit: orbit.map(str::to_owned), ..examination })
    };
    let orbits = |orbits: [Option<&str>; 3]| {
        concluded(0, &(0..).zip(orbits).map(|(index, orbit)| on(index, orbit)).collect::<Vec<_>>()).orbits
    };
    assert_eq!(orbits([Some("a"), Some("b"), Some("a")]), Some(2));
    assert_eq!(orbits([None, Some("b"), None]), Some(1));
    assert_eq!(orbits([None, None, None]), None);
}

fn with_finding(change: impl Fn(&mut Finding)) -> (Case, u64, Examination) {
    let (case, index, mut examination) = holding(0);
    change(&mut examination.findings[0]);
    (case, index, examination)
}

/// Of each exponent the measurement with the fewest digits is shown, the first of them if several have as few.
#[test]
fn the_worst_measurement_of_an_exponent_is_shown() {
    let exponent = |label: &str, bits: i32, measured: &str| Exponent {
        label: label.to_owned(),
        predicted: 2,
        measured: measured.to_owned(),
        error: Magnitude::power_of_two(-bits),
        deviation: Magnitude::zero(),
        differences: Vec::new(),
    };
    let instance = |bits, measured| {
        let exponents = vec![exponent("loss", bits, measured), exponent("flow", 100, measured)];
        with_finding(|finding| finding.exponents.clone_from(&exponents))
    };
    let report = concluded(0, &[instance(90, "a"), instance(70, "b"), instance(70, "c"), instance(80, "d")]);
    let shown: Vec<_> = report
        .exponents
        .iter()
        .map(|found| (found.worst.label.as_str(), found.worst.measured.as_str(), found.digits, found.instances))
        .collect();
    // 70 log10(2) = 21.07, 100 log10(2) = 30.1
    assert_eq!(shown, [("loss", "b", 21, 4), ("flow", "a", 30, 4)]);
}

/// Of each number that was estimated the narrowest interval is shown, the first of them if several are as narrow.
#[test]
fn the_narrowest_estimate_of_a_quantity_is_shown() {
    let quantity = |label: &str, mean: f64, half_width: f64| Quantity {
        label: label.to_owned(),
        estimate: Estimate { mean, half_width },
        predicted: 1.0,
        alternative: ("another".to_owned(), 2.0),
    };
    let instance = |mean, half_width| {
        let quantities = vec![quantity("radius", mean, half_width), quantity("angle", mean, 0.5)];
        with_finding(|finding| finding.quantities.clone_from(&quantities))
    };
    let report = concluded(0, &[instance(1.0, 0.3), instance(2.0, 0.1), instance(3.0, 0.1), instance(4.0, 0.2)]);
    let shown: Vec<_> = report.quantities.iter().map(|found| (found.label.as_str(), found.estimate.mean)).collect();
    assert_eq!(shown, [("radius", 2.0), ("angle", 1.0)]);
}

/// `2^-20` is no more than `2^-20`: neither a control nor a wrong formula that is missed by it has failed. The instance that came closest to passing
/// is a witness, with what it was missed by.
#[test]
fn a_miss_has_to_be_more_than_it_has_to_be() {
    let missed = |miss: Magnitude| {
        let mut examinations = vec![holding(0)];
        for index in 0..3 {
            let (_, _, mut found) = holding(0);
            found.findings[0].miss = if index == 1 { miss.clone() } else { Magnitude::power_of_two(-1) };
            examinations.push((Case::Control(0), index, found));
        }
        concluded(1, &examinations)
    };
    let edge = Magnitude::power_of_two(-20);
    let report = missed(edge.clone());
    assert_eq!((report.verdict, report.controls[0].failed), (Verdict::Powerless, false));
    let witness = report.witnesses.last().expect("the control passed");
    assert_eq!((witness.case, witness.index, &witness.residual), (Case::Control(0), 1, &edge));
    assert_eq!(missed(Magnitude::power_of_two(-19)).verdict, Verdict::Holds);
    let with = |misses: &[i32]| {
        let instance = |miss: &i32| {
            with_finding(|finding| {
                finding.mutants.iter_mut().for_each(|(_, found)| *found = Magnitude::power_of_two(*miss));
            })
        };
        let report = concluded(0, &misses.iter().map(instance).collect::<Vec<_>>());
        assert!(report.mutants.iter().all(|found| found.refuted == report.mutants[0].refuted));
        (report.mutants[0].refuted, report.mutants[0].margin.clone())
    };
    assert_eq!(with(&[-20]), (false, edge.clone()));
    assert_eq!(with(&[-30, -20, -25]), (false, edge));
    assert_eq!(with(&[-30, -19, -25]), (true, Magnitude::power_of_two(-19)));
}

/// Every way to leave an instance out is counted, and told.
#[test]
fn what_is_left_out_is_told() {
    let unresolved = |index: u64| {
        let gap = Relation::less("gap", Term::scalar("b", Rational::from(1)), Term::scalar("c", above_one(10)));
        let finding = judged(Scalar::Rational, &[gap.resolved_to(5)]);
        assert_eq!(finding.status, Status::Unresolved);
        (Case::Law, index, examined(vec![finding]))
    };
    let outside = |index: u64| {
        let (case, index, examination) = holding(index);
        (case, index, Examination { excluded: Some("outside".to_owned()), ..examination })
    };
    let reason = |examinations: &[(Case, u64, Examination)]| {
        let report = concluded(0, examinations);
        assert_eq!(report.verdict, Verdict::Undecided);
        report.reason
    };
    let counts = reason(&[holding(0), outside(1), outside(2), outside(3), unresolved(4), unresolved(5)]);
    assert!(counts.starts_with("of 6 instances 3 lie outside the hypotheses and 2 below"), "{counts}");
    assert!(reason(&[outside(0)]).contains("no instance lies within the hypotheses"));
    let below = reason(&[unresolved(0), unresolved(1)]);
    assert!(below.starts_with("of 2 instances 0 lie outside the hypotheses and 2 below"), "{below}");
}
