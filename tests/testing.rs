//! A claim's test is green if the claim holds, and red for every other verdict.

use equipartition::claim::{
    Case, Class, Control, Draw, Drawn, Entry, Evidence, Outside, Relation, Term, Theorem, Verdict,
};
use equipartition::claims::{find, select};
use equipartition::model::Carrier;
use equipartition::scalar::{MENU, Rational};
use equipartition::testing::{Suite, verify};

/// Ways to be wrong about `(x + y)^2 = x^2 + 2 x y + y^2`.
#[derive(Clone, Copy, PartialEq)]
enum Square {
    Right,
    /// The formula without its factor 2.
    False,
    /// Right, with a control that breaks nothing.
    ControlPasses,
    /// Right, without any control.
    Uncontrolled,
    /// Right for x = y = 0, and only looked at there.
    AtZero,
    /// With a hypothesis that nothing meets.
    OfNothing,
}

const CONTROLS: &[Control] = &[Control { name: "one-product", breaks: "x y in place of 2 x y" }];

const fn entry(id: &'static str, controls: &'static [Control]) -> Entry {
    Entry {
        id,
        title: "the square of a sum",
        statement: "(x + y)^2 = x^2 + 2 x y + y^2",
        hypotheses: &[],
        evidence: &[Evidence::Exact],
        controls,
        references: &[],
    }
}

static RIGHT: Entry = entry("square/right", CONTROLS);
static FALSE: Entry = entry("square/false", CONTROLS);
static CONTROL_PASSES: Entry = entry("square/control-passes", CONTROLS);
static UNCONTROLLED: Entry = entry("square/uncontrolled", &[]);
static AT_ZERO: Entry = entry("square/at-zero", CONTROLS);
static OF_NOTHING: Entry = entry("square/of-nothing", CONTROLS);

struct Pair(Rational, Rational);

impl Drawn for Pair {
    fn class(&self) -> Class {
        Class::Generic
    }
    fn is_algebraic(&self) -> bool {
        true
    }
    fn describe(&self) -> String {
        "two numbers".to_owned()
    }
}

impl Theorem for Square {
    type Instance = Pair;

    fn entry(&self) -> &'static Entry {
        match self {
            Square::Right => &RIGHT,
            Square::False => &FALSE,
            Square::ControlPasses => &CONTROL_PASSES,
            Square::Uncontrolled => &UNCONTROLLED,
            Square::AtZero => &AT_ZERO,
            Square::OfNothing => &OF_NOTHING,
        }
    }

    fn draw(&self, mut draw: Draw) -> Pair {
        match (self, draw.case) {
            (Square::AtZero, Case::Law) => Pair(Rational::new(), Rational::new()),
            _ => Pair(draw.point.positive(), draw.point.small()),
        }
    }

    fn relations<T: Carrier>(&self, Pair(x, y): &Pair, case: Case) -> Result<Vec<Relation<T>>, Outside> {
        if (*self, case) == (Square::OfNothing, Case::Law) {
            return Err(Outside::because("x and y are not one number"));
        }
        let (x, y) = (T::drawn(x), T::drawn(y));
        let wrong = match case {
            Case::Law => *self == Square::False,
            Case::Control(_) => *self != Square::ControlPasses,
        };
        let product = T::integer(if wrong { 1 } else { 2 }) * T::product(&x, &y);
        Ok(vec![
            Relation::equality(
                "square",
                vec![Term::scalar("(x + y)^2", (x.clone() + &y).squared())],
                vec![
                    Term::scalar("x^2", x.squared()),
                    Term::scalar("2 x y", product),
                    Term::scalar("y^2", y.squared()),
                ],
            )
            .against(T::one()),
        ])
    }
}

/// The complaint about a claim whose verdict is not `holds`.
fn complaint(claim: Square, verdict: Verdict) -> String {
    let suite = Suite::new();
    assert_eq!(suite.examine(&claim).expect("a precision of the menu").verdict, verdict);
    let complaint = suite.verify(&claim).expect_err("only what holds is green");
    let opening = format!("{}: {verdict}: ", Theorem::entry(&claim).id);
    assert!(complaint.starts_with(&opening), "{complaint}");
    complaint
}

#[test]
fn a_true_claim_passes() {
    assert_eq!(verify(&Square::Right), Ok(()));
}

#[test]
fn a_false_claim_fails_with_the_terms_of_an_instance_that_can_be_replayed() {
    let complaint = complaint(Square::False, Verdict::Refuted);
    assert!(complaint.contains("right  2 x y = ["), "{complaint}");
    let replay = "replay: Suite::new().seed(0).precision(256).replay(&claim, Case::Law, ";
    let index = complaint.split_once(replay).and_then(|(_, rest)| rest.split_once(')')).map(|(index, _)| index.parse());
    let index: u64 = index.expect("a replay").expect("an index");
    let text = Suite::new().replay(&Square::False, Case::Law, index).expect("a precision of the menu");
    assert!(text.contains("rational: violated: surely missed by "), "{text}");
    assert!(text.contains("left   (x + y)^2 = ["), "{text}");
}

#[test]
fn a_claim_whose_control_passes_fails_and_names_the_control() {
    let complaint = complaint(Square::ControlPasses, Verdict::Powerless);
    assert!(complaint.contains("`one-product`"), "{complaint}");
    assert!(complaint.contains("replay(&claim, Case::Control(0), "), "{complaint}");
}

#[test]
fn a_claim_without_controls_fails() {
    complaint(Square::Uncontrolled, Verdict::Powerless);
}

#[test]
fn a_claim_that_says_nothing_fails() {
    complaint(Square::AtZero, Verdict::Vacuous);
}

#[test]
fn a_claim_without_an_instance_within_its_hypotheses_fails() {
    complaint(Square::OfNothing, Verdict::Undecided);
}

#[test]
fn a_suite_without_instances_fails() {
    assert!(Suite::new().instances(0).verify(&Square::Right).is_err());
}

#[test]
fn a_precision_that_is_not_on_the_menu_is_refused_with_the_menu() {
    let refusal = Suite::new().precision(100).verify(&Square::Right).expect_err("100 bits are not offered");
    assert!(refusal.contains(&format!("{MENU:?}")), "{refusal}");
}

#[test]
fn the_replay_command_is_printed_with_what_it_needs() {
    let suite = Suite::new().seed(7).precision(128).replay_command("cargo run -- replay");
    let complaint = suite.verify(&Square::ControlPasses).expect_err("powerless");
    let law = complaint.lines().any(|line| {
        line.trim_start().starts_with("replay: cargo run -- replay square/control-passes 7 ")
            && line.ends_with(" --precision 128")
    });
    assert!(law && complaint.contains(" --precision 128 --control one-product"), "{complaint}");
}

#[test]
fn claims_are_found_by_id_and_by_prefix() {
    assert_eq!(find("balance/neuron").map(|claim| claim.entry().id), Some("balance/neuron"));
    assert!(find("balance/neutron").is_none());
    assert!(select(&["balance"]).iter().all(|claim| claim.entry().family() == "balance"));
    assert!(select(&["balanse"]).is_empty());
}

#[cfg(feature = "testing")]
mod program {
    use super::*;
    use libtest_mimic::{Arguments, run};

    fn run_quietly(arguments: Arguments) -> libtest_mimic::Conclusion {
        let log = tempfile::NamedTempFile::new().expect("a temporary file");
        let arguments = Arguments { logfile: Some(log.path().display().to_string()), ..arguments };
        let trials = Suite::new().trials(&[&Square::Right, &Square::False, &Square::ControlPasses, &Square::AtZero]);
        run(&arguments, trials)
    }

    #[test]
    fn every_claim_is_a_test_and_only_the_true_one_passes() {
        let conclusion = run_quietly(Arguments::default());
        assert_eq!((conclusion.num_passed, conclusion.num_failed), (1, 3));
        assert!(conclusion.has_failed());
    }

    #[test]
    fn tests_are_filtered_by_id() {
        let conclusion = run_quietly(Arguments { filter: Some("square/ri".to_owned()), ..Arguments::default() });
        assert_eq!((conclusion.num_passed, conclusion.num_failed, conclusion.num_filtered_out), (1, 0, 3));
    }
}

/// The macro makes tests that run, and that can fail.
mod by_macro {
    use super::*;

    equipartition::claim_tests! {
        in Suite::new().seed(3).precision(64).instances(8);
        right: &Square::Right,
        #[should_panic(expected = "square/false: refuted: ")]
        false_: &Square::False,
        #[should_panic(expected = "square/control-passes: powerless: ")]
        control_passes: &Square::ControlPasses,
        #[should_panic(expected = "square/at-zero: vacuous: ")]
        at_zero: &Square::AtZero,
        #[should_panic(expected = "square/of-nothing: undecided: ")]
        of_nothing: &Square::OfNothing,
    }
}
