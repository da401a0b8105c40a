//! The judge is judged: claims that are false, empty, blind or undecidable get the verdict they deserve, never `holds`.

use equipartition::claim::runner::{Plan, run};
use equipartition::claim::{
    Case, Claim, ClaimReport, Class, Control, Draw, Drawn, Entry, Evidence, Outside, Relation, Settings, Term, Theorem,
    Verdict,
};
use equipartition::model::Carrier;
use equipartition::scalar::Rational;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// How the claim `x + y = y + x` about two random numbers is spoiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Spoiled {
    Not,
    /// `x + y = y + x` plus a part in a million of x.
    False,
    /// Both sides are zero.
    Empty,
    /// The control states the law itself.
    Blind,
    /// There is no control.
    Unattacked,
    /// A term is always zero, so that no mutant of it is noticed.
    IdleTerm,
    /// No instance meets the hypotheses.
    Outside,
    /// A value is not a number.
    NotANumber,
}

struct Numbers(Spoiled);

struct Pair {
    x: Rational,
    y: Rational,
    algebraic: bool,
}

impl Drawn for Pair {
    fn class(&self) -> Class {
        Class::Generic
    }
    fn is_algebraic(&self) -> bool {
        self.algebraic
    }
    fn describe(&self) -> String {
        format!("x = {}, y = {}", self.x, self.y)
    }
}

const fn entry(id: &'static str, controls: &'static [Control]) -> Entry {
    Entry {
        id,
        title: "addition commutes",
        statement: "x + y = y + x",
        hypotheses: &[],
        evidence: &[Evidence::Exact],
        controls,
        references: &[],
    }
}
static ENTRY: Entry = entry("soundness/numbers", &[Control { name: "minus", breaks: "x - y = y - x" }]);
static UNATTACKED: Entry = entry("soundness/unattacked", &[]);

impl Theorem for Numbers {
    type Instance = Pair;

    fn entry(&self) -> &'static Entry {
        if self.0 == Spoiled::Unattacked { &UNATTACKED } else { &ENTRY }
    }

    fn draw(&self, mut draw: Draw) -> Pair {
        let algebraic = self.0 != Spoiled::NotANumber;
        Pair { x: draw.point.dyadic(32), y: draw.point.dyadic(32) + 8, algebraic }
    }

    fn relations<T: Carrier>(&self, pair: &Pair, case: Case) -> Result<Vec<Relation<T>>, Outside> {
        let (x, y) = (T::drawn(&pair.x), T::drawn(&pair.y));
        let control = case != Case::Law && self.0 != Spoiled::Blind;
        let sign = T::integer(if control { -1 } else { 1 });
        let mut left = vec![Term::scalar("x", x.clone()), Term::scalar("y", sign.clone() * &y)];
        let mut right = vec![Term::scalar("y'", y.clone()), Term::scalar("x'", sign * &x)];
        match self.0 {
            Spoiled::Outside => return Err(Outside::because("it is never inside")),
            Spoiled::False => right.push(Term::scalar("more", T::ratio(1, 1_000_000) * &x)),
            Spoiled::Empty => {
                left = vec![Term::scalar("x - x", x.clone() - &x)];
                right = vec![Term::scalar("y - y", y.clone() - &y)];
            }
            Spoiled::IdleTerm => right.push(Term::scalar("idle", T::zero())),
            Spoiled::NotANumber => right.push(Term::scalar("0/0", T::zero() / T::zero())),
            _ => {}
        }
        Ok(vec![Relation::equality("commutes", left, right)])
    }
}

fn judge_with(spoiled: Spoiled, time_limit: Option<Duration>) -> ClaimReport {
    let claim: &'static Numbers = Box::leak(Box::new(Numbers(spoiled)));
    let plan = Plan { settings: Settings::new(0, 256), instances: 12, jobs: 1, time_limit };
    run(&[claim as &dyn Claim], &plan, &AtomicBool::new(false), &|_| {}).remove(0)
}

fn judge(spoiled: Spoiled) -> ClaimReport {
    judge_with(spoiled, None)
}

#[test]
fn a_true_claim_whose_controls_fail_holds_with_exact_evidence_and_a_bound() {
    let report = judge(Spoiled::Not);
    assert_eq!(report.verdict, Verdict::Holds, "{}", report.reason);
    assert_eq!(report.evidence.get(&Evidence::Exact), Some(&12));
    // Degree 1 on a grid of 2^32, two points a family.
    assert_eq!(report.bound_bits, Some(64.0));
}

#[test]
fn a_claim_that_is_false_by_a_part_in_a_million_is_refuted_with_a_witness() {
    let report = judge(Spoiled::False);
    assert_eq!(report.verdict, Verdict::Refuted);
    assert!(!report.witnesses.is_empty() && !report.witnesses[0].residual.is_zero());
}

#[test]
fn a_claim_that_says_nothing_is_vacuous() {
    assert_eq!(judge(Spoiled::Empty).verdict, Verdict::Vacuous);
}

#[test]
fn a_claim_whose_control_passes_or_is_missing_is_powerless() {
    assert_eq!(judge(Spoiled::Blind).verdict, Verdict::Powerless);
    assert_eq!(judge(Spoiled::Unattacked).verdict, Verdict::Powerless);
}

#[test]
fn a_claim_with_a_term_that_cannot_be_got_wrong_is_powerless() {
    let report = judge(Spoiled::IdleTerm);
    assert_eq!(report.verdict, Verdict::Powerless);
    assert!(report.reason.contains("idle"), "{}", report.reason);
}

#[test]
fn without_an_instance_or_a_number_or_time_a_claim_is_undecided() {
    assert_eq!(judge(Spoiled::Outside).verdict, Verdict::Undecided);
    assert_eq!(judge(Spoiled::NotANumber).verdict, Verdict::Undecided);
    assert_eq!(judge_with(Spoiled::Not, Some(Duration::ZERO)).verdict, Verdict::Undecided);
}

#[test]
fn what_an_interval_cannot_decide_is_never_counted_as_enclosed() {
    use equipartition::claim::{Finding, Scalar, Status};
    use equipartition::scalar::{Branch, Dual, Field, Interval};
    // d/dx |x| on an interval that straddles 0 is not known; a relation with it is undecided even where it looks true.
    let straddling = Interval::<128>::ratio(1, 3) - Interval::ratio(1, 3);
    let slope = Dual::new(straddling, Interval::ratio(1, 1)).absolute().tangent;
    let relation =
        Relation::equality("kink", vec![Term::scalar("slope", slope.clone())], vec![Term::scalar("s", slope)]);
    let finding = Finding::judge(Scalar::Interval(128), &[relation], false);
    assert!(matches!(finding.status, Status::Undecided(_)), "{:?}", finding.status);
}

/// In intervals a miss is a proof, however small: two numbers that differ by a part in 2^200 are not equal.
#[test]
fn an_interval_that_excludes_zero_refutes_however_close_it_comes() {
    use equipartition::claim::{Finding, Scalar, Status};
    use equipartition::scalar::{Field, Interval, Ring};
    let third = Interval::<256>::ratio(1, 3);
    let near = third.clone() + Interval::integer(2).powi(-200);
    let judge = |right| {
        let relation =
            Relation::equality("near", vec![Term::scalar("a", third.clone())], vec![Term::scalar("b", right)]);
        Finding::judge(Scalar::Interval(256), &[relation], false).status
    };
    assert_eq!(judge(near), Status::Violated);
    assert_eq!(judge(third.clone()), Status::Satisfied);
}
