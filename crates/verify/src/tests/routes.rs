//! In which scalars a law is judged, and what a bound is given for.

use super::super::bounds::{Bound, schwartz_zippel};
use super::super::stream::GRID_BITS;
use super::super::{
    Case, Check, Class, Decomposition, Draw, Drawn, Draws, Evidence, Exact, In, Ladder, Numbers, Relation, Scalar,
    Settings, Status, Stream, Term, Transcendental, Unjudged, ladder,
};
use equipartition_scalar::{Branch, Degree, Field, Rational, Recorded};
use num_traits::{One, Zero};
use std::collections::BTreeSet;

#[test]
fn the_ladder_has_three_rungs_a_factor_two_apart() {
    assert_eq!(ladder(256), [64, 128, 256]);
    assert_eq!(ladder(4096), [1024, 2048, 4096]);
    assert_eq!(ladder(128), [64, 128]);
    assert_eq!(ladder(64), [64]);
}

/// `x y = y x`
#[derive(Clone, Copy)]
struct Commutes {
    bits: u32,
    algebraic: bool,
    /// Whether y is a constant of the point.
    hidden: bool,
    outcome: Outcome,
}

#[derive(Clone, Copy, PartialEq)]
enum Outcome {
    Judged,
    Outside,
    Contradicted,
    Open,
}

const LAW: Commutes = Commutes { bits: 32, algebraic: true, hidden: false, outcome: Outcome::Judged };

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
        "two numbers".to_owned()
    }
    fn numbers(&self) -> Vec<Numbers> {
        vec![Numbers::new("x", [self.x.clone()]), Numbers::new("y", [self.y.clone()])]
    }
}

impl Draws for Commutes {
    type Instance = Pair;
    fn draw(&self, draw: &mut Draw) -> Result<Pair, Unjudged> {
        let mut number = || draw.point.dyadic(self.bits) + if self.bits == 32 { 3 } else { 0 };
        Ok(Pair { x: number(), y: number(), algebraic: self.algebraic })
    }
}

impl<T: Branch> In<T> for Commutes {
    fn relations(&self, pair: &Pair) -> Result<Vec<Relation<T>>, Unjudged> {
        match self.outcome {
            Outcome::Judged => {}
            Outcome::Outside => return Err(Unjudged::outside("outside")),
            Outcome::Contradicted => return Err(Unjudged::Contradicted("at odds".to_owned())),
            Outcome::Open => return Err(Unjudged::Open("no method")),
        }
        let x = T::drawn(&pair.x);
        let y = if self.hidden { T::from_rational(&pair.y) } else { T::drawn(&pair.y) };
        let (left, right) = (T::product(&x, &y), T::product(&y, &x));
        Ok(vec![Relation::equality("law", vec![Term::scalar("x y", left)], vec![Term::scalar("y x", right)])])
    }
}

fn examined(check: &dyn Check, case: Case, index: u64, precision: u32) -> super::super::Examination {
    let name = if case == Case::Law { "law" } else { "control" };
    check.examine(Draw::keyed("test/routes", name, 0, case, index), &Settings::new(0, precision))
}

fn scalars(check: &dyn Check, case: Case, precision: u32) -> Vec<Scalar> {
    examined(check, case, 0, precision).findings.iter().map(|finding| finding.scalar).collect()
}

/// A law on every rung, a control on the decisive one.
#[test]
fn every_route_judges_in_its_scalars() {
    let real = Commutes { algebraic: false, ..LAW };
    let all = [Scalar::Interval(256), Scalar::Mp(64), Scalar::Mp(128), Scalar::Mp(256)];
    assert_eq!(scalars(&Exact(LAW), Case::Law, 256), [Scalar::Rational]);
    assert_eq!(scalars(&Ladder(LAW), Case::Law, 256), [Scalar::Rational]);
    assert_eq!(scalars(&Ladder(real), Case::Law, 256), all);
    assert_eq!(scalars(&Transcendental(LAW), Case::Law, 256), all);
    assert_eq!(scalars(&Transcendental(LAW), Case::Control(0), 256), [Scalar::Mp(256)]);
    assert_eq!(scalars(&Decomposition(LAW), Case::Law, 512), [128, 256, 512].map(Scalar::Mp));
    assert_eq!(scalars(&Decomposition(LAW), Case::Law, 64), [64, 128, 256].map(Scalar::Mp));
    assert_eq!(scalars(&Decomposition(LAW), Case::Control(0), 256), [Scalar::Mp(256)]);
    assert_eq!(scalars(&Transcendental(LAW), Case::Law, 4096)[1..], [1024, 2048, 4096].map(Scalar::Mp));
}

/// A fingerprint is of what was drawn, whatever is judged of it and in which scalars.
#[test]
fn other_instances_have_other_fingerprints() {
    let of = |check: &dyn Check, index| examined(check, Case::Law, index, 256).fingerprint;
    let first = of(&Exact(LAW), 0);
    assert_eq!(first, of(&Transcendental(LAW), 0));
    assert_eq!(first, of(&Exact(Commutes { outcome: Outcome::Outside, ..LAW }), 0));
    // Equal words are not enough: another index has other numbers, and so has a narrower generator.
    assert_ne!(first, of(&Exact(LAW), 1));
    assert_ne!(first, of(&Exact(Commutes { bits: 4, ..LAW }), 0));
    let control = |index| examined(&Exact(LAW), Case::Control(0), index, 256).fingerprint;
    assert_ne!(control(0), control(1));
}

#[test]
fn a_route_declares_the_evidence_that_it_reaches() {
    let real = Commutes { algebraic: false, ..LAW };
    let reached = |check: &dyn Check| examined(check, Case::Law, 0, 256).evidence();
    assert_eq!(reached(&Exact(LAW)), [Evidence::Identity, Evidence::Exact]);
    assert_eq!(reached(&Ladder(real)), [Evidence::Enclosed, Evidence::Converged]);
    for check in [&Exact(LAW) as &dyn Check, &Ladder(LAW), &Ladder(real), &Transcendental(LAW), &Decomposition(LAW)] {
        assert!(reached(check).iter().all(|kind| check.evidence().contains(kind)));
    }
}

#[test]
fn what_could_not_be_judged_is_told_apart() {
    let with = |outcome| examined(&Exact(Commutes { outcome, ..LAW }), Case::Law, 0, 256);
    let outside = with(Outcome::Outside);
    assert!(outside.excluded.is_some() && outside.findings.is_empty());
    assert_eq!(with(Outcome::Contradicted).status(), Status::Violated);
    assert_eq!(with(Outcome::Open).status(), Status::Undecided("no method"));
    assert!(with(Outcome::Open).excluded.is_none());
}

fn bits_of(bounds: &[Bound]) -> Vec<f64> {
    bounds.iter().map(|bound| bound.bits).collect()
}

/// The degree is 2, on a grid of 2^32: 31 bits.
#[test]
fn a_bound_is_for_polynomials_in_coordinates_of_the_whole_grid() {
    let bounds = |law: Commutes| bits_of(&examined(&Exact(law), Case::Law, 0, 256).bounds);
    assert_eq!(bounds(LAW), [31.0]);
    assert_eq!(bounds(Commutes { hidden: true, ..LAW }), [32.0]);
    assert!(bounds(Commutes { bits: 8, ..LAW }).is_empty(), "2^8 numbers are no grid of 2^32");
    // What looks like 2^16 numbers is counted as no more.
    for index in 0..8 {
        let bits = bits_of(&examined(&Exact(Commutes { bits: 16, ..LAW }), Case::Law, index, 256).bounds);
        assert!(bits.iter().all(|bits| *bits <= 15.0), "{bits:?} on a grid of 2^16");
    }
    assert!(examined(&Exact(LAW), Case::Control(0), 0, 256).bounds.is_empty());
    // What is hidden is a constant of the polynomial, which two points of a family do not share.
    let polynomials =
        |hidden, index| examined(&Exact(Commutes { hidden, ..LAW }), Case::Law, index, 256).bounds[0].polynomials;
    assert_eq!(polynomials(false, 0), polynomials(false, 1));
    assert_ne!(polynomials(true, 0), polynomials(true, 1));
}

/// `degree / size of the grid`, and no bound for what is constant, unbounded or no equality.
#[test]
fn bits_of_bounds() {
    let x = Recorded::drawn(&Rational::from((1, 1 << 30)));
    let zero = || vec![Term::scalar("0", Recorded::zero())];
    let law = |number: Recorded| Relation::equality("law", vec![Term::scalar("a", number)], zero());
    let bits = |number: Recorded| bits_of(&schwartz_zippel(&[law(number)])).first().copied();
    assert_eq!((bits(x.clone()), bits(x.powi(8))), (Some(32.0), Some(29.0)));
    assert_eq!((bits(Recorded::one()), bits(Recorded::zero()), bits(x.powi(-1))), (None, None, None));
    let bound = Relation::at_most("law", Term::scalar("a", x.clone()), Term::scalar("b", x.clone()));
    assert!(schwartz_zippel(&[bound]).is_empty());
    // Of several relations of a kind the one of highest degree.
    assert_eq!(bits_of(&schwartz_zippel(&[2, 4, 1].map(|degree| law(x.powi(degree))))), [30.0]);
    // A constant beside it, into which nothing that was drawn is known to enter, leaves the kind without a bound; 0 does not.
    assert!(schwartz_zippel(&[law(x.clone()), law(Recorded::one())]).is_empty());
    assert_eq!(bits_of(&schwartz_zippel(&[law(x.clone()), law(Recorded::zero())])), [32.0]);
}

/// Coordinates that are all fractions over `2^m` show a grid of `2^(m + 2)` points. Of the whole grid `n` are with probability `2^(-n (30 - m))`; up to
/// `2^-22` it may be an accident.
#[test]
fn a_bound_speaks_of_the_grid_that_its_coordinates_show() {
    let bits = |count: i64, m: u32| {
        let coordinates = (0..count).map(|k| Recorded::drawn(&Rational::from((2 * k + 1, 1_u64 << m))));
        let sum = coordinates.fold(Recorded::zero(), |sum, x| sum + x);
        let zero = vec![Term::scalar("0", Recorded::zero())];
        bits_of(&schwartz_zippel(&[Relation::equality("law", vec![Term::scalar("a", sum)], zero)]))
    };
    assert_eq!((bits(2, 20), bits(3, 20)), (vec![32.0], vec![22.0]));
    assert_eq!((bits(2, 19), bits(2, 18)), (vec![32.0], vec![20.0]));
    assert_eq!((bits(9, 30), bits(9, 29)), (vec![32.0], vec![32.0]));
    assert_eq!(bits(23, 29), [31.0]);
}

/// The grid has as many points as the bound counts: `2^32` in [-2, 2), one every `2^-30`.
#[test]
fn the_grid_is_as_fine_as_the_bound_counts() {
    let mut stream = Stream::new(&["grid"], 0, 0);
    let drawn: Vec<Rational> = (0..2000).map(|_| stream.dyadic(GRID_BITS)).collect();
    let finest = drawn.iter().map(|x| x.denom().to_u64().expect("small")).max().expect("many");
    // Half of all points have the finest denominator.
    assert_eq!(4 * finest, 1 << GRID_BITS);
    let odd = drawn.iter().filter(|x| *x.denom() == finest).count();
    assert!((800..1200).contains(&odd), "{odd}");
    assert_eq!(drawn.iter().collect::<BTreeSet<_>>().len(), drawn.len());
    assert!(drawn.iter().all(|x| Degree::drawn(x) == Degree::AtMost(1)));
    assert!((0..100).all(|_| Degree::drawn(&stream.dyadic(8)) == Degree::Unbounded));
}
