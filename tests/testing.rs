//! A claim's test is green if the claim holds, and red for every other verdict.

use equipartition::model::Carrier;
use equipartition::scalar::{MENU, Rational};
use equipartition::testing::{Suite, verify};
use equipartition::theories::{find, select};
use equipartition::verify::{
    Case, Claim, Class, Control, Draw, Drawn, Draws, In, Ladder, Part, Relation, Term, Unjudged, Verdict, all, control,
};

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

/// The law as it is looked at, or the control with it.
#[derive(Clone, Copy)]
struct Look {
    square: Square,
    is_control: bool,
}

impl Draws for Look {
    type Instance = Pair;

    fn draw(&self, draw: &mut Draw) -> Result<Pair, Unjudged> {
        Ok(match (self.square, self.is_control) {
            (Square::AtZero, false) => Pair(Rational::new(), Rational::new()),
            (Square::OfNothing, false) => return Err(Unjudged::outside("x and y are not one number")),
            _ => Pair(draw.point.positive(), draw.point.small()),
        })
    }
}

impl<T: Carrier> In<T> for Look {
    fn relations(&self, Pair(x, y): &Pair) -> Result<Vec<Relation<T>>, Unjudged> {
        let (x, y) = (T::drawn(x), T::drawn(y));
        let wrong = if self.is_control { self.square != Square::ControlPasses } else { self.square == Square::False };
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

const fn square(
    id: &'static str,
    law: &'static [Part<'static>],
    controls: &'static [Control<'static>],
) -> Claim<'static> {
    Claim {
        id,
        title: "the square of a sum",
        statement: "(x + y)^2 = x^2 + 2 x y + y^2",
        hypotheses: &[],
        references: &[],
        builds_on: &[],
        law,
        controls,
    }
}

macro_rules! squares {
    ($($name:ident $id:literal $square:ident $controls:expr;)+) => {$(
        static $name: Claim = square(
            $id,
            &[all(&Ladder(Look { square: Square::$square, is_control: false }))],
            $controls,
        );
    )+};
    (control $square:ident) => {
        &[control("one-product", "x y in place of 2 x y", &Ladder(Look { square: Square::$square, is_control: true }))]
    };
}

squares! {
    RIGHT "square/right" Right squares!(control Right);
    FALSE "square/false" False squares!(control False);
    CONTROL_PASSES "square/control-passes" ControlPasses squares!(control ControlPasses);
    UNCONTROLLED "square/uncontrolled" Uncontrolled &[];
    AT_ZERO "square/at-zero" AtZero squares!(control AtZero);
    OF_NOTHING "square/of-nothing" OfNothing squares!(control OfNothing);
}

/// The complaint about a claim whose verdict is not `holds`.
fn complaint(claim: &Claim, verdict: Verdict) -> String {
    let suite = Suite::new();
    assert_eq!(suite.examine(claim).expect("a precision of the menu").verdict, verdict);
    let complaint = suite.verify(claim).expect_err("only what holds is green");
    let opening = format!("{}: {verdict}: ", claim.id);
    assert!(complaint.starts_with(&opening), "{complaint}");
    complaint
}

#[test]
fn a_true_claim_passes() {
    assert_eq!(verify(&RIGHT), Ok(()));
}

#[test]
fn a_false_claim_fails_with_the_terms_of_an_instance_that_can_be_replayed() {
    let complaint = complaint(&FALSE, Verdict::Refuted);
    assert!(complaint.contains("right  2 x y = ["), "{complaint}");
    let replay = "replay: Suite::new().seed(0).precision(256).replay(&claim, Case::Law, ";
    let index = complaint.split_once(replay).and_then(|(_, rest)| rest.split_once(')')).map(|(index, _)| index.parse());
    let index: u64 = index.expect("a replay").expect("an index");
    let text = Suite::new().replay(&FALSE, Case::Law, index).expect("a precision of the menu");
    assert!(text.contains("rational: violated: surely missed by "), "{text}");
    assert!(text.contains("left   (x + y)^2 = ["), "{text}");
}

#[test]
fn a_claim_whose_control_passes_fails_and_names_the_control() {
    let complaint = complaint(&CONTROL_PASSES, Verdict::Powerless);
    assert!(complaint.contains("`one-product`"), "{complaint}");
    assert!(complaint.contains("replay(&claim, Case::Control(0), "), "{complaint}");
}

#[test]
fn a_claim_without_controls_fails() {
    complaint(&UNCONTROLLED, Verdict::Powerless);
}

#[test]
fn a_claim_that_says_nothing_fails() {
    complaint(&AT_ZERO, Verdict::Vacuous);
}

#[test]
fn a_claim_without_an_instance_within_its_hypotheses_fails() {
    complaint(&OF_NOTHING, Verdict::Undecided);
}

#[test]
fn a_suite_without_instances_fails() {
    assert!(Suite::new().instances(0).verify(&RIGHT).is_err());
}

#[test]
fn a_precision_that_is_not_on_the_menu_is_refused_with_the_menu() {
    let refusal = Suite::new().precision(100).verify(&RIGHT).expect_err("100 bits are not offered");
    assert!(refusal.contains(&format!("{MENU:?}")), "{refusal}");
}

#[test]
fn the_replay_command_is_printed_with_what_it_needs() {
    let suite = Suite::new().seed(7).precision(128).replay_command("cargo run -- replay");
    let complaint = suite.verify(&CONTROL_PASSES).expect_err("powerless");
    let law = complaint.lines().any(|line| {
        line.trim_start().starts_with("replay: cargo run -- replay square/control-passes 7 ")
            && line.ends_with(" --precision 128")
    });
    assert!(law && complaint.contains(" --precision 128 --control one-product"), "{complaint}");
}

#[test]
fn claims_are_found_by_id_and_by_prefix() {
    assert_eq!(find("balance/neuron").map(|claim| claim.id), Some("balance/neuron"));
    assert!(find("balance/neutron").is_none());
    assert!(select(&["balance"]).iter().all(|claim| claim.family() == "balance"));
    assert!(select(&["balanse"]).is_empty());
}

/// A loss `s (theta_0 theta_1 x)^2` with the gradient of `s = 1`, or with a wrong second entry.
mod models {
    use super::*;
    use equipartition::data::Sample;
    use equipartition::instances::problem::{Decay, Rates};
    use equipartition::instances::{Shape, Situation};
    use equipartition::model::Model;
    use equipartition::scalar::Field;
    use equipartition::verify::Exact;

    #[derive(Clone, Copy)]
    struct Product {
        scale: i64,
        second: i64,
    }

    impl<T: Field> Model<T> for Product {
        fn parameter_count(&self) -> usize {
            2
        }
        fn loss_and_gradient(&self, theta: &[T], sample: &Sample<T>, gradient: &mut [T]) -> T {
            let product = T::product(&theta[0], &theta[1]) * &sample.input[0];
            let outer = T::integer(2) * &product * &sample.input[0];
            gradient[0] = T::product(&outer, &theta[1]);
            gradient[1] = T::product(&outer, &theta[0]) * T::integer(self.second);
            T::integer(self.scale) * product.squared()
        }
    }

    /// `sum of weights = 1`, of which no gradient is part.
    impl Draws for Product {
        type Instance = Situation;
        fn draw(&self, draw: &mut Draw) -> Result<Situation, Unjudged> {
            let shape = Shape { parameters: 2, inputs: 1, targets: 0 };
            Ok(Situation::draw(draw, Class::Generic, shape, Rates::Scalar, Decay::None))
        }
    }

    impl<T: Carrier> In<T> for Product {
        fn relations(&self, situation: &Situation) -> Result<Vec<Relation<T>>, Unjudged> {
            let point = situation.at::<T>(*self)?;
            let left = vec![Term::scalar("|theta|^2", point.theta[0].squared() + point.theta[1].squared())];
            let right = point.theta.iter().enumerate().map(|(i, x)| Term::scalar(format!("theta_{i}^2"), x.squared()));
            Ok(vec![Relation::equality("squares", left, right.collect())])
        }
    }

    fn complaint(model: Product) -> String {
        let law = Exact(model);
        let claim = Claim {
            id: "own/law",
            title: "",
            statement: "",
            hypotheses: &[],
            references: &[],
            builds_on: &[],
            law: &[all(&law)],
            controls: &[],
        };
        Suite::new().verify(&claim).expect_err("it has no control")
    }

    /// No law of gradients could see either fault: the routine is compared with the loss.
    #[test]
    fn a_gradient_that_is_not_that_of_the_loss_refutes_with_sample_entry_and_both_numbers() {
        assert!(complaint(Product { scale: 1, second: 1 }).starts_with("own/law: powerless"), "the right gradient");
        let words = "the gradient is not that of the loss: on sample 0, entry";
        let sevenfold = complaint(Product { scale: 7, second: 1 });
        assert!(
            sevenfold.starts_with("own/law: refuted") && sevenfold.contains(&format!("{words} 0 is ")),
            "{sevenfold}"
        );
        let second = complaint(Product { scale: 1, second: -1 });
        assert!(second.contains(&format!("{words} 1 is ")) && second.contains(", the loss has "), "{second}");
    }
}

#[cfg(feature = "testing")]
mod program {
    use super::*;
    use libtest_mimic::{Arguments, run};

    fn run_quietly(arguments: Arguments) -> libtest_mimic::Conclusion {
        let log = tempfile::NamedTempFile::new().expect("a temporary file");
        let arguments = Arguments { logfile: Some(log.path().display().to_string()), ..arguments };
        let trials = Suite::new().trials(&[&RIGHT, &FALSE, &CONTROL_PASSES, &AT_ZERO]);
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
        right: &RIGHT,
        #[should_panic(expected = "square/false: refuted: ")]
        false_: &FALSE,
        #[should_panic(expected = "square/control-passes: powerless: ")]
        control_passes: &CONTROL_PASSES,
        #[should_panic(expected = "square/at-zero: vacuous: ")]
        at_zero: &AT_ZERO,
        #[should_panic(expected = "square/of-nothing: undecided: ")]
        of_nothing: &OF_NOTHING,
    }
}
