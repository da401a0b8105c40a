//! From the findings of one instance to its evidence, and what kinds of relations said over a run.

use super::super::bounds::Bound;
use super::super::examination::{Effort, Place};
use super::super::identity::Expansion;
use super::super::kinds::Kinds;
use super::super::{Class, Evidence, Examination, Finding, Scalar, Status};
use super::{equality, judged};
use equipartition_scalar::Rational;

fn found(scalar: Scalar, status: Status) -> Finding {
    Finding { status, ..Finding::undecided(scalar, "") }
}

fn examined(findings: Vec<Finding>) -> Examination {
    Examination { findings, ..Examination::of(Class::Generic, String::new()) }
}

const OPEN: Status = Status::Undecided("open");

/// Every rung has to satisfy, the coarsest as the finest.
#[test]
fn converged_is_what_every_rung_satisfies() {
    let rungs = |statuses: [Status; 3]| {
        let findings = [64, 128, 256].into_iter().zip(statuses).map(|(bits, status)| found(Scalar::Mp(bits), status));
        examined(findings.collect())
    };
    let fine = Status::Satisfied;
    assert_eq!(rungs([fine, fine, fine]).evidence(), [Evidence::Converged]);
    for open in 0..3 {
        let mut statuses = [fine; 3];
        statuses[open] = OPEN;
        let examination = rungs(statuses);
        assert!(examination.evidence().is_empty(), "rung {open} is open");
        assert!(matches!(examination.status(), Status::Undecided(_)), "rung {open} is open");
    }
    assert_eq!(rungs([fine, Status::Violated, fine]).status(), Status::Violated);
}

#[test]
fn every_scalar_gives_its_own_evidence_and_doubles_none() {
    let evidence = |scalar| examined(vec![found(scalar, Status::Satisfied)]).evidence();
    assert_eq!(evidence(Scalar::Rational), [Evidence::Exact]);
    assert_eq!(evidence(Scalar::Interval(256)), [Evidence::Enclosed]);
    assert_eq!(evidence(Scalar::Mp(256)), [Evidence::Converged]);
    assert_eq!(evidence(Scalar::Order(1024)), [Evidence::Order]);
    assert_eq!(evidence(Scalar::Simulation(1)), [Evidence::Statistical]);
    let doubles = examined(vec![found(Scalar::Double, Status::Satisfied)]);
    assert!(doubles.evidence().is_empty());
    assert!(matches!(doubles.status(), Status::Undecided(_)));
    for scalar in [Scalar::Rational, Scalar::Interval(256), Scalar::Mp(256), Scalar::Order(1024), Scalar::Simulation(1)]
    {
        assert!(examined(vec![found(scalar, OPEN)]).evidence().is_empty(), "{scalar}");
        assert!(examined(vec![found(scalar, Status::Vacuous)]).evidence().is_empty(), "{scalar}");
    }
}

/// An enclosure that is too wide takes nothing from the floats; the last scalar decides.
#[test]
fn the_finest_scalar_decides_unless_another_refutes() {
    let status =
        |first, last| examined(vec![found(Scalar::Interval(256), first), found(Scalar::Mp(256), last)]).status();
    assert_eq!(status(OPEN, Status::Satisfied), Status::Satisfied);
    assert_eq!(status(Status::Satisfied, OPEN), OPEN);
    assert_eq!(status(Status::Violated, Status::Satisfied), Status::Violated);
    assert_eq!(status(Status::Unresolved, Status::Satisfied), Status::Unresolved);
    assert!(matches!(examined(Vec::new()).status(), Status::Undecided(_)));
}

/// An exact instance of one kind with a bound of so many bits.
fn bounded(bits: f64, value: i32, polynomials: u128) -> Examination {
    let number = || Rational::from(value);
    let finding = judged(Scalar::Rational, &[equality(&[("a", number())], &[("b", number())])]);
    let bounds = vec![Bound { kind: "law".into(), bits, polynomials }];
    Examination { bounds, ..examined(vec![finding]) }
}

fn heard(examinations: &[Examination]) -> (usize, Option<f64>, usize) {
    let mut kinds = Kinds::default();
    for (number, examination) in (0..).zip(examinations) {
        let place = Place { number, ..Place::default() };
        kinds.hear(&Examination { place, ..examination.clone() });
    }
    let report = kinds.reports().remove(0);
    (report.draws, report.bound_bits, report.families)
}

/// The bounds of a family's points multiply; of two families the weaker bound is shown.
#[test]
fn the_weakest_family_gives_the_bound() {
    let (strong, weak) = (|value| bounded(30.0, value, 0), |value| bounded(10.0, value, 0));
    assert_eq!(heard(&[strong(1), strong(2), weak(3), weak(4)]), (2, Some(20.0), 2));
    assert_eq!(heard(&[weak(1), weak(2), strong(3), strong(4)]), (2, Some(20.0), 2));
    assert_eq!(heard(&[strong(1)]), (1, Some(30.0), 1));
}

/// The lemma is about a polynomial that was there before the points: where each point of a family has its own, nothing follows.
#[test]
fn points_of_two_polynomials_have_no_bound() {
    assert_eq!(heard(&[bounded(30.0, 1, 5), bounded(29.0, 2, 6)]), (1, None, 0));
    assert_eq!(
        heard(&[bounded(30.0, 1, 5), bounded(29.0, 2, 6), bounded(30.0, 3, 7), bounded(30.0, 4, 7)]),
        (2, None, 0)
    );
    let own = |value| Examination { is_independent: true, ..bounded(30.0, value, 5) };
    assert_eq!(heard(&[own(1), own(2)]), (2, Some(30.0), 2));
}

/// An instance that is examined again is no further draw.
#[test]
fn instances_of_the_same_values_are_one_draw() {
    let own = |value| Examination { is_independent: true, ..bounded(30.0, value, 5) };
    // Nor is it a random point of the grid, so that there is no bound either.
    assert_eq!(heard(&[own(1), own(1), own(1)]), (1, None, 0));
    assert_eq!(heard(&[own(1), own(2), own(3)]), (3, Some(30.0), 3));
}

#[test]
fn what_is_vacuous_is_no_draw() {
    let mut kinds = Kinds::default();
    for number in 0..6 {
        let place = Place { number, ..Place::default() };
        kinds.hear(&Examination { place, ..bounded(30.0, (number / 2 % 2) as i32, 0) });
    }
    let report = kinds.reports().remove(0);
    assert_eq!((report.instances, report.vacuous, report.draws), (6, 4, 1));
    assert!(report.idle.is_empty());
    assert!(report.open_share() > 0.999_999);
}

/// An instance is an identity where every kind of relation that says something on it was expanded to the zero polynomial, and the rationals satisfy the law.
#[test]
fn an_identity_is_one_in_every_kind_that_says_something() {
    let two = |left: i32, right: i32| {
        let relation = |label: &'static str, n: i32| {
            let mut relation = equality(&[("a", Rational::from(n))], &[("b", Rational::from(n))]);
            relation.label = label.into();
            relation
        };
        judged(Scalar::Rational, &[relation("first", left), relation("second", right)])
    };
    let shown = |finding: Finding, expansions: &[(&'static str, Expansion)]| {
        let expansions = expansions.iter().map(|(kind, found)| ((*kind).into(), *found)).collect();
        Examination { expansions, ..examined(vec![finding]) }.evidence().contains(&Evidence::Identity)
    };
    let both = [("first", Expansion::Identity), ("second", Expansion::OnPiece)];
    assert!(shown(two(1, 2), &both));
    // The second was not expanded: it must say nothing, which 0 = 0 does.
    assert!(!shown(two(1, 2), &both[..1]));
    assert!(shown(two(1, 0), &both[..1]));
    // The second has terms left.
    assert!(!shown(two(1, 2), &[("first", Expansion::Identity), ("second", Expansion::TooLarge)]));
    assert!(!shown(two(1, 2), &[]));
    // Neither a float nor a rational that violates the law shows one.
    assert!(!shown(Finding { scalar: Scalar::Mp(256), ..two(1, 2) }, &both));
    assert!(!shown(Finding { status: Status::Violated, ..two(1, 2) }, &both));
    assert!(!shown(Finding { status: Status::Vacuous, ..two(1, 2) }, &both));
}

/// The names are those of the command line, and more effort is more instances.
#[test]
fn efforts_have_names_and_grow() {
    assert_eq!(Effort::ALL.map(Effort::name), ["quick", "default", "thorough"]);
    assert_eq!(Effort::ALL.map(Effort::instances), [8, 32, 256]);
}
