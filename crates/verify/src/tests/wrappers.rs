//! What every route passes on, and what the wrappers change of a check and leave: how many instances it takes, whether they are independent, of which
//! subjects it speaks, which evidence it reaches.

use super::super::examination::Examination;
use super::super::order::{Differences, Fine, StepSizes};
use super::super::{
    Asymptotic, Asymptotics, Case, Check, Class, Decomposition, Doubled, Draw, Drawn, Draws, EnclosedDecomposition,
    Enclosing, Evidence, Exact, Few, INTERVAL_BITS, In, Inapplicable, Independent, Numbers, Order, Relation, Scalar,
    Settings, Subject, Term, Unjudged,
};
use equipartition_scalar::{Branch, Interval, Mp, Rational, Recorded, Ring};
use std::any::Any;

/// `x x = x x` at a random point; on a subject, if that is a number.
struct Squares;

struct Point(Rational);

impl Drawn for Point {
    fn class(&self) -> Class {
        Class::Generic
    }
    fn is_algebraic(&self) -> bool {
        true
    }
    fn describe(&self) -> String {
        self.0.to_string()
    }
    fn numbers(&self) -> Vec<Numbers> {
        vec![Numbers::new("x", [self.0.clone()])]
    }
}

impl Draws for Squares {
    type Instance = Point;
    fn draw(&self, draw: &mut Draw) -> Result<Point, Unjudged> {
        Ok(Point(draw.point.dyadic(32) + 3))
    }
    fn draw_on(&self, _: &mut Draw, subject: &Subject) -> Result<Point, Inapplicable> {
        let subject: &dyn Any = subject;
        subject.downcast_ref().map(|number: &i32| Point(Rational::from(*number))).ok_or(Inapplicable("no number"))
    }
}

fn squares<T: Branch>(point: &Point) -> Vec<Relation<T>> {
    let x = T::drawn(&point.0);
    let square = |label| vec![Term::scalar(label, T::product(&x, &x))];
    vec![Relation::equality("law", square("left"), square("right"))]
}

impl In<Rational> for Squares {
    fn relations(&self, point: &Point) -> Result<Vec<Relation<Rational>>, Unjudged> {
        Ok(squares(point))
    }
}

impl In<Recorded> for Squares {
    fn relations(&self, point: &Point) -> Result<Vec<Relation<Recorded>>, Unjudged> {
        Ok(squares(point))
    }
}

/// The law in floats names the precision in which it computes.
impl<const BITS: u32> In<Mp<BITS>> for Squares {
    fn relations(&self, point: &Point) -> Result<Vec<Relation<Mp<BITS>>>, Unjudged> {
        let mut relations = squares(point);
        relations[0].label = ("law", format!("in {BITS} bits")).into();
        Ok(relations)
    }
}

impl Enclosing for Squares {
    fn enclosed(&self, point: &Point) -> Result<Vec<Relation<Interval<INTERVAL_BITS>>>, Unjudged> {
        Ok(squares(point))
    }
}

/// `h^2` has the exponent 2. It is measured on as many instances as `wanted`, each for itself if so.
struct SecondOrder {
    wanted: Option<u64>,
    independent: bool,
}

impl Draws for SecondOrder {
    type Instance = Point;
    fn draw(&self, draw: &mut Draw) -> Result<Point, Unjudged> {
        Squares.draw(draw)
    }
}

fn second_order() -> Asymptotics {
    let sizes = StepSizes::TINY;
    let differences = Differences::of(sizes, sizes.values().map(|h: Fine| vec![h.squared()]).collect());
    Asymptotics { exponents: vec![("D", 2, differences)], limits: Vec::new() }
}

impl Asymptotic for SecondOrder {
    fn measure(&self, _: &Point) -> Result<Asymptotics, Unjudged> {
        Ok(second_order())
    }
    fn is_independent(&self) -> bool {
        self.independent
    }
    fn instances(&self, case: Case, asked: u64) -> u64 {
        self.wanted.unwrap_or_else(|| super::super::order::instances(case, asked))
    }
}

/// The same, with what the trait says of a law that says nothing of it.
struct Plain;

impl Draws for Plain {
    type Instance = Point;
    fn draw(&self, draw: &mut Draw) -> Result<Point, Unjudged> {
        Squares.draw(draw)
    }
}

impl Asymptotic for Plain {
    fn measure(&self, _: &Point) -> Result<Asymptotics, Unjudged> {
        Ok(second_order())
    }
}

fn draw(case: Case, index: u64) -> Draw<'static> {
    Draw::keyed("test/wrappers", "law", 0, case, index)
}

fn examined(check: &dyn Check, case: Case) -> Examination {
    check.examine(draw(case, 0), &Settings::new(0, 256))
}

fn scalars(examination: &Examination) -> Vec<Scalar> {
    examination.findings.iter().map(|finding| finding.scalar).collect()
}

const CONTROL: Case = Case::Control(0);

/// Of a law as many instances as are asked for and of a control half, of what takes long a quarter and an eighth, but of no control fewer than four.
#[test]
fn long_runs_take_fewer_instances() {
    let counts = |check: &dyn Check| {
        let counts = [check.instances(Case::Law, 32), check.instances(Case::Law, 5), check.instances(CONTROL, 64)];
        assert_eq!(check.instances(CONTROL, 2), 4);
        counts
    };
    assert_eq!(counts(&Exact(Squares)), [32, 5, 32]);
    assert_eq!(counts(&Decomposition(Squares)), [32, 5, 32]);
    assert_eq!(counts(&Independent(Exact(Squares))), [32, 5, 32]);
    let few = [8, 2, 8];
    assert_eq!(counts(&Few(Exact(Squares))), few);
    assert_eq!(counts(&Independent(Few(Exact(Squares)))), few);
    assert_eq!(counts(&Order(Plain)), few);
    assert_eq!(counts(&Order(SecondOrder { wanted: None, independent: false })), few);
    let order = Order(SecondOrder { wanted: Some(7), independent: false });
    assert_eq!((order.instances(Case::Law, 32), order.instances(CONTROL, 32)), (7, 7));
}

/// What is drawn for itself alone is an independent draw; two points of a family are one.
#[test]
fn instances_are_independent_where_everything_is_drawn_for_each() {
    let independent = |check: &dyn Check| examined(check, Case::Law).is_independent;
    assert!(!independent(&Exact(Squares)) && !independent(&Few(Exact(Squares))) && !independent(&Doubled(Squares)));
    assert!(independent(&Independent(Exact(Squares))) && independent(&Few(Independent(Exact(Squares)))));
    assert!(independent(&Decomposition(Squares)) && independent(&EnclosedDecomposition(Squares)));
    let order = |independent| Order(SecondOrder { wanted: None, independent });
    assert!(!independent(&Order(Plain)) && !independent(&order(false)) && independent(&order(true)));
    // And on a subject.
    let on = |check: &dyn Check| {
        let examined = check.examine_on(&3_i32, draw(Case::Law, 0), &Settings::new(0, 256));
        examined.expect("a number").is_independent
    };
    assert!(!on(&Exact(Squares)) && on(&Independent(Exact(Squares))) && on(&Decomposition(Squares)));
}

/// A check speaks of what its law speaks of, and says why not of the rest.
#[test]
fn a_check_speaks_of_the_subjects_of_its_law() {
    let number = 3_i32;
    for check in [&Exact(Squares) as &dyn Check, &Few(Exact(Squares)), &Independent(Exact(Squares))] {
        assert_eq!(check.speaks_of(&number, draw(Case::Law, 0)), Ok(()));
        assert_eq!(check.speaks_of(&"word", draw(Case::Law, 0)), Err(Inapplicable("no number")));
        let examination = check.examine_on(&number, draw(Case::Law, 0), &Settings::new(0, 256)).expect("a number");
        assert_eq!(examination.description, "3");
        assert!(examination.evidence().contains(&Evidence::Exact));
        assert!(check.examine_on(&"word", draw(Case::Law, 0), &Settings::new(0, 256)).is_err());
    }
    // A law that says nothing of subjects speaks of none.
    let order = Order(Plain);
    assert_eq!(order.speaks_of(&number, draw(Case::Law, 0)), Err(Inapplicable::OWN_INSTANCES));
    assert!(order.examine_on(&number, draw(Case::Law, 0), &Settings::new(0, 256)).is_err());
}

#[test]
fn wrappers_reach_the_evidence_of_what_they_wrap() {
    let exact = [Evidence::Identity, Evidence::Exact];
    assert_eq!(Exact(Squares).evidence(), exact);
    assert_eq!((Few(Exact(Squares)).evidence(), Independent(Exact(Squares)).evidence()), (&exact[..], &exact[..]));
    for check in [&Order(Plain) as &dyn Check, &Doubled(Squares), &EnclosedDecomposition(Squares)] {
        let reached = examined(check, Case::Law).evidence();
        assert!(!reached.is_empty() && reached.iter().all(|kind| check.evidence().contains(kind)), "{reached:?}");
    }
}

/// Every rung is computed in twice the bits in which it is judged.
#[test]
fn what_loses_half_of_its_digits_is_computed_in_twice_as_many() {
    let computed = |case: Case, precision: u32| {
        let examination = Doubled(Squares).examine(draw(case, 0), &Settings::new(0, precision));
        let rungs = examination.findings.iter().map(|finding| match finding.scalar {
            Scalar::Mp(bits) => (bits, finding.worst.clone()),
            scalar => panic!("{scalar} is no rung"),
        });
        rungs.collect::<Vec<_>>()
    };
    let rungs =
        |bits: &[u32]| bits.iter().map(|bits| (*bits, format!("law, in {} bits", 2 * bits))).collect::<Vec<_>>();
    assert_eq!(computed(Case::Law, 256), rungs(&[64, 128, 256]));
    assert_eq!(computed(Case::Law, 512), rungs(&[128, 256, 512]));
    // No precision that is asked for leads out of the rungs that there are.
    assert_eq!(computed(Case::Law, 64), rungs(&[64, 128, 256]));
    assert_eq!(computed(Case::Law, 4096), rungs(&[128, 256, 512]));
    assert_eq!((computed(CONTROL, 256), computed(CONTROL, 512)), (rungs(&[64]), rungs(&[128])));
}

/// A decomposition that can be enclosed is judged along its ladder first.
#[test]
fn enclosures_and_orders_are_judged_in_their_scalars() {
    let all = [Scalar::Mp(64), Scalar::Mp(128), Scalar::Mp(256), Scalar::Interval(INTERVAL_BITS)];
    assert_eq!(scalars(&examined(&EnclosedDecomposition(Squares), Case::Law)), all);
    assert_eq!(scalars(&examined(&EnclosedDecomposition(Squares), CONTROL)), all[2..]);
    let order = examined(&Order(Plain), Case::Law);
    assert_eq!(scalars(&order), [Scalar::Order(1024)]);
    assert_eq!(order.findings[0].exponents.len(), 1);
}

/// The first point of each of the first eight families: of the second the residuals would be the same polynomials.
#[test]
fn residuals_are_expanded_at_the_first_points_of_the_first_families() {
    let expanded = |index| {
        let examination = Exact(Squares).examine(draw(Case::Law, index), &Settings::new(0, 256));
        assert_eq!(examination.evidence().contains(&Evidence::Identity), !examination.expansions.is_empty());
        !examination.expansions.is_empty()
    };
    let places: Vec<u64> = (0..40).filter(|index| expanded(*index)).collect();
    assert_eq!(places, [0, 2, 4, 6, 8, 10, 12, 14]);
    assert!(examined(&Exact(Squares), CONTROL).expansions.is_empty());
}
