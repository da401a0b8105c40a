//! The judge is judged: claims that are false, empty, blind or undecidable get the verdict they deserve, never `holds`.

use equipartition::model::Carrier;
use equipartition::scalar::Rational;
use equipartition::verify::runner::{Plan, run};
use equipartition::verify::{
    Claim, ClaimReport, Class, Draw, Drawn, Draws, Evidence, In, Ladder, Relation, Settings, Term, Unjudged, Verdict,
    all, control,
};
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
    /// Beside the law stands another relation, both sides of which are zero.
    OneOfTwoEmpty,
    /// A term is always zero in one relation, and a term of the same label is not in another.
    DeadBehindLive,
    /// Two terms have one label.
    Twins,
    /// Two of three families do not meet the hypotheses.
    RarelyInside,
    /// `|x| + y = y + |x|`: which polynomial it is depends on the point.
    Branching,
    /// `x + c = c + x` where c is drawn for the point and carried as a constant.
    HiddenDraw,
    /// `x^2 <= x^2 + y^2`
    Inequality,
    /// `(x y)^2 <= c x^2 y^2` with c = 1 or 4, said to be sharp.
    Sharp,
    /// The same with a bound that is four times too large.
    FourTimesTooLarge,
    /// `x < x + y`, with a gap that the check resolves.
    Strict,
    /// `x < x + 2^-40 y`, with a gap that it does not resolve.
    Unresolved,
    /// `x < x`
    StrictAndFalse,
}

#[derive(Clone, Copy)]
struct Numbers {
    spoiled: Spoiled,
    is_control: bool,
}

struct Pair {
    x: Rational,
    y: Rational,
    family: u64,
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

impl Draws for Numbers {
    type Instance = Pair;

    fn draw(&self, draw: &mut Draw) -> Result<Pair, Unjudged> {
        let algebraic = self.spoiled != Spoiled::NotANumber;
        Ok(Pair {
            x: draw.point.dyadic(32) + 16,
            y: draw.point.dyadic(32) + 8,
            family: draw.family_number(),
            algebraic,
        })
    }
}

impl<T: Carrier> In<T> for Numbers {
    fn relations(&self, pair: &Pair) -> Result<Vec<Relation<T>>, Unjudged> {
        let (x, y) = (T::drawn(&pair.x), T::drawn(&pair.y));
        let control = self.is_control && self.spoiled != Spoiled::Blind;
        if let Some(inequality) = self.inequality(&x, &y, pair.family, control) {
            return Ok(vec![inequality]);
        }
        let sign = T::integer(if control { -1 } else { 1 });
        let mut left = vec![Term::scalar("x", x.clone()), Term::scalar("y", sign.clone() * &y)];
        let mut right = vec![Term::scalar("y'", y.clone()), Term::scalar("x'", sign * &x)];
        match self.spoiled {
            Spoiled::Outside => return Err(Unjudged::outside("it is never inside")),
            Spoiled::False => right.push(Term::scalar("more", T::ratio(1, 1_000_000) * &x)),
            Spoiled::Empty => {
                left = vec![Term::scalar("x - x", x.clone() - &x)];
                right = vec![Term::scalar("y - y", y.clone() - &y)];
            }
            Spoiled::IdleTerm => right.push(Term::scalar("idle", T::zero())),
            Spoiled::NotANumber => right.push(Term::scalar("0/0", T::zero() / T::zero())),
            Spoiled::Twins => right.push(Term::scalar("y'", T::zero())),
            Spoiled::RarelyInside if !pair.family.is_multiple_of(3) => {
                return Err(Unjudged::outside("two of three are outside"));
            }
            Spoiled::Branching => {
                left[0] = Term::scalar("|x|", x.absolute());
                right[1] = Term::scalar("|x|'", if control { -x.absolute() } else { x.absolute() });
            }
            Spoiled::HiddenDraw => {
                let hidden = T::from_rational(&pair.y);
                left = vec![Term::scalar("c", hidden.clone())];
                right = vec![Term::scalar("c'", if control { -hidden } else { hidden })];
            }
            _ => {}
        }
        let mut relations = vec![Relation::equality("commutes", left, right)];
        match self.spoiled {
            Spoiled::OneOfTwoEmpty => {
                let nothing = |label| vec![Term::scalar(label, x.clone() - &x)];
                relations.push(Relation::equality("nothing", nothing("a"), nothing("b")));
            }
            Spoiled::DeadBehindLive => relations.push(Relation::equality(
                "half of it",
                vec![Term::scalar("x", T::zero()), Term::scalar("y", y.clone())],
                vec![Term::scalar("y'", y)],
            )),
            _ => {}
        }
        Ok(relations)
    }
}

impl Numbers {
    fn inequality<T: Carrier>(&self, x: &T, y: &T, family: u64, control: bool) -> Option<Relation<T>> {
        let squares = || x.squared() + y.squared();
        let product = || x.squared() * y.squared();
        let bound = |factor: i64| {
            let right = if control { T::ratio(1, 2) * product() } else { T::integer(factor) * product() };
            Relation::at_most("bound", Term::scalar("(x y)^2", product()), Term::scalar("x^2 y^2", right))
        };
        let gap = |size: T| {
            let more = if control { x.clone() } else { x.clone() + size };
            Relation::less("gap", Term::scalar("x", x.clone()), Term::scalar("x + more", more)).resolved_to(30)
        };
        match self.spoiled {
            Spoiled::Inequality => {
                let right = if control { T::ratio(1, 2) * x.squared() } else { squares() };
                let (left, right) = (Term::scalar("x^2", x.squared()), Term::scalar("x^2 + y^2", right));
                Some(Relation::at_most("bound", left, right))
            }
            Spoiled::Sharp => Some(bound(if family.is_multiple_of(2) { 1 } else { 4 }).sharp((3, 4))),
            Spoiled::FourTimesTooLarge => Some(bound(4).sharp((3, 4))),
            Spoiled::Strict => Some(gap(y.clone())),
            Spoiled::Unresolved => Some(gap(T::ratio(1, 1 << 40) * y)),
            Spoiled::StrictAndFalse => Some(gap(T::zero())),
            _ => None,
        }
    }
}

fn judge_with(spoiled: Spoiled, time_limit: Option<Duration>) -> ClaimReport {
    let law = Ladder(Numbers { spoiled, is_control: false });
    let broken = Ladder(Numbers { spoiled, is_control: true });
    let controls = [match spoiled {
        Spoiled::Inequality | Spoiled::Sharp | Spoiled::FourTimesTooLarge => {
            control("half", "half of x^2 + y^2 is no bound", &broken)
        }
        Spoiled::Strict | Spoiled::Unresolved | Spoiled::StrictAndFalse => control("none", "nothing is added", &broken),
        _ => control("minus", "x - y = y - x", &broken),
    }];
    let claim = Claim {
        id: "soundness/numbers",
        title: "addition commutes",
        statement: "x + y = y + x",
        hypotheses: &[],
        references: &[],
        builds_on: &[],
        law: &[all(&law)],
        controls: if spoiled == Spoiled::Unattacked { &[] } else { &controls },
    };
    let plan = Plan { settings: Settings::new(0, 256), instances: 12, jobs: 1, time_limit };
    run(&[&claim], &plan, &AtomicBool::new(false), &|_| {}).remove(0)
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
    assert_eq!(report.kinds[0].bound_bits, Some(64.0));
    assert_eq!((report.kinds[0].draws, report.kinds[0].families), (6, 6));
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
fn a_relation_that_never_says_anything_is_not_carried_by_another() {
    let report = judge(Spoiled::OneOfTwoEmpty);
    assert_eq!(report.verdict, Verdict::Vacuous, "{}", report.reason);
    assert!(report.reason.contains("`nothing`"), "{}", report.reason);
}

#[test]
fn a_dead_term_does_not_hide_behind_a_live_one_of_its_label() {
    let report = judge(Spoiled::DeadBehindLive);
    assert_eq!(report.verdict, Verdict::Powerless, "{}", report.reason);
    assert!(report.reason.contains("`x` of `half of it`"), "{}", report.reason);
    assert_eq!(judge(Spoiled::Twins).verdict, Verdict::Undecided);
}

#[test]
fn a_claim_most_of_whose_instances_are_left_out_is_undecided() {
    let report = judge(Spoiled::RarelyInside);
    assert_eq!(report.verdict, Verdict::Undecided);
    assert!(report.reason.contains("8 lie outside"), "{}", report.reason);
}

/// The lemma is about polynomials in what was drawn from the grid; whatever is no such equality has a share of draws in place of a bound.
#[test]
fn a_bound_is_earned_or_not_given() {
    for spoiled in [Spoiled::Branching, Spoiled::HiddenDraw, Spoiled::Inequality, Spoiled::Sharp, Spoiled::Strict] {
        let report = judge(spoiled);
        assert_eq!(report.verdict, Verdict::Holds, "{spoiled:?}: {}", report.reason);
        assert!(report.weakest_bound().is_none(), "{spoiled:?}");
        assert_eq!(report.least_drawn().expect("a kind without a bound").draws, 6, "{spoiled:?}");
    }
}

#[test]
fn a_bound_that_is_said_to_be_sharp_and_is_not_is_powerless() {
    let report = judge(Spoiled::FourTimesTooLarge);
    assert_eq!(report.verdict, Verdict::Powerless);
    assert!(report.reason.contains("tightened"), "{}", report.reason);
}

/// What the check cannot resolve is left open: neither a violation nor evidence. No gap at all refutes.
#[test]
fn a_strict_inequality_is_violated_only_where_it_is_false() {
    let report = judge(Spoiled::Unresolved);
    assert_eq!((report.verdict, report.unresolved, report.refuted), (Verdict::Undecided, 12, 0));
    assert!(report.evidence.is_empty());
    assert_eq!(judge(Spoiled::StrictAndFalse).verdict, Verdict::Refuted);
}

/// `1 <= 2` beside a reference of a million: it says nothing there, but it is not violated.
#[test]
fn an_inequality_far_below_its_reference_is_vacuous_and_not_violated() {
    use equipartition::verify::{Finding, Scalar, Status};
    let number = |n: i64| Rational::from(n);
    let judge = |left: i64, right: i64| {
        let relation = Relation::at_most("a <= b", Term::scalar("a", number(left)), Term::scalar("b", number(right)));
        Finding::judge(Scalar::Rational, &[relation.against(number(1 << 40))], false).status
    };
    assert_eq!(judge(1, 2), Status::Vacuous);
    assert_eq!(judge(2, 1), Status::Violated);
}

#[test]
fn without_an_instance_or_a_number_or_time_a_claim_is_undecided() {
    assert_eq!(judge(Spoiled::Outside).verdict, Verdict::Undecided);
    assert_eq!(judge(Spoiled::NotANumber).verdict, Verdict::Undecided);
    assert_eq!(judge_with(Spoiled::Not, Some(Duration::ZERO)).verdict, Verdict::Undecided);
}

#[test]
fn what_an_interval_cannot_decide_is_never_counted_as_enclosed() {
    use equipartition::scalar::{Branch, Dual, Field, Interval};
    use equipartition::verify::{Finding, Scalar, Status};
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
    use equipartition::scalar::{Field, Interval, Ring};
    use equipartition::verify::{Finding, Scalar, Status};
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
