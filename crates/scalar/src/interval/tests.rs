//! Every operation rounds its lower bound down and its upper bound up: on points whose exact result is no number of 53 bits, the bounds are the two
//! neighbours of it.

use super::rounding::{LowerRoundedUp, Outward, Rounding, UpperRoundedDown};
use super::{Enclosure, Interval};
use crate::{Branch, Field, Measured, Mp, Rational, Real, Ring, Sign};
use num_traits::{One, Zero};
use rug::Float;

type Coarse<R = Outward> = Enclosure<53, R>;

fn ratio(numerator: i64, denominator: i64) -> Rational {
    Rational::from((numerator, denominator))
}

/// Points with many bits, of all signs, so that no result fits 53 bits.
fn points() -> Vec<Rational> {
    let tail = ratio(1, 1 << 45);
    let rounded = |(p, q)| Float::with_val(53, ratio(p, q) + &tail).to_rational().expect("a finite number");
    [(3, 7), (-5, 3), (17, 1), (-1, 9), (1, 1024)].map(rounded).to_vec()
}

fn at<R: Rounding>(point: &Rational) -> Coarse<R> {
    let bound = Float::with_val(53, point);
    assert_eq!(bound, *point, "the points are numbers of 53 bits");
    Enclosure::outward(&bound, &bound)
}

/// Whether the bounds are the neighbours of a value that lies strictly between them.
fn brackets<R: Rounding>(found: &Coarse<R>, value: &Rational) -> bool {
    let mut next = found.lower().clone();
    next.next_up();
    *found.lower() < *value && *value < *found.upper() && next == *found.upper()
}

/// Every operation with a rational result, at two points.
fn operations<R: Rounding>(x: &Rational, y: &Rational) -> Vec<(&'static str, Coarse<R>, Rational)> {
    let (a, b) = (at::<R>(x), at::<R>(y));
    let mut product = Coarse::<R>::zero();
    product.set_product(&a, &b);
    vec![
        ("+", a.clone() + &b, Rational::from(x + y)),
        ("-", a.clone() - &b, Rational::from(x - y)),
        ("*", a.clone() * &b, Rational::from(x * y)),
        ("set product", product, Rational::from(x * y)),
        ("/", a.clone() / &b, Rational::from(x / y)),
        ("squared", a.squared(), Rational::from(x * x)),
        ("^3", a.powi(3), x.clone() * x * x),
        ("^4", a.powi(4), x.clone() * x * x * x),
        ("^-1", a.powi(-1), x.clone().recip()),
        ("^-2", a.powi(-2), (x.clone() * x).recip()),
    ]
}

fn fits(value: &Rational) -> bool {
    Float::with_val(53, value) == *value
}

#[test]
fn each_operation_gives_the_neighbours_of_its_exact_result() {
    let mut seen = std::collections::BTreeMap::new();
    for x in points() {
        for y in points().into_iter().filter(|y| *y != x) {
            for (name, found, value) in operations::<Outward>(&x, &y) {
                if fits(&value) {
                    assert!(*found.lower() == value && *found.upper() == value, "{name} of {x} and {y} is exact");
                } else {
                    assert!(brackets(&found, &value), "{name} of {x} and {y}: {found}");
                    *seen.entry(name).or_insert(0) += 1;
                }
            }
        }
    }
    assert_eq!(seen.len(), 10, "every operation was inexact somewhere: {seen:?}");
}

/// With one bound rounded the wrong way every operation loses its result.
#[test]
fn a_bound_that_is_rounded_the_wrong_way_is_noticed_in_each_operation() {
    fn losing<R: Rounding>() -> Vec<&'static str> {
        let (x, y) = (points()[0].clone(), points()[1].clone());
        let bad =
            |(name, found, value): (&'static str, Coarse<R>, Rational)| (!brackets(&found, &value)).then_some(name);
        operations::<R>(&x, &y).into_iter().filter_map(bad).collect()
    }
    assert!(losing::<Outward>().is_empty());
    assert_eq!(losing::<LowerRoundedUp>().len(), 10);
    assert_eq!(losing::<UpperRoundedDown>().len(), 10);
}

/// A fraction that has no finite expansion has a width, and lies inside.
#[test]
fn a_fraction_is_no_point() {
    for value in [ratio(1, 3), ratio(-2, 7), ratio(1, 10)] {
        let found = Coarse::<Outward>::from_rational(&value);
        assert!(brackets(&found, &value), "{found}");
        assert!(found.contains(&value) && !found.width().is_zero());
    }
    let exact = Coarse::<Outward>::from_rational(&ratio(3, 4));
    assert!(exact.width().is_zero() && exact.contains(&ratio(3, 4)));
}

/// The elementary functions against 512 bits: strictly inside, and tight but for the functions that are composed of several.
#[test]
fn each_function_encloses_its_value_on_both_sides() {
    type OnIntervals = fn(&Coarse) -> Coarse;
    type OnFloats = fn(&Mp<512>) -> Mp<512>;
    let functions: [(&str, OnIntervals, OnFloats); 12] = [
        ("sqrt", Real::sqrt, Real::sqrt),
        ("exp", Real::exp, Real::exp),
        ("exp_m1", Real::exp_m1, Real::exp_m1),
        ("ln", Real::ln, Real::ln),
        ("ln_1p", Real::ln_1p, Real::ln_1p),
        ("sinh", Real::sinh, Real::sinh),
        ("cosh", Real::cosh, Real::cosh),
        ("tanh", Real::tanh, Real::tanh),
        ("atan", Real::atan, Real::atan),
        ("sigmoid", Real::sigmoid, Real::sigmoid),
        ("softplus", Real::softplus, Real::softplus),
        ("pi", |_| Coarse::pi(), |_| Mp::pi()),
    ];
    for point in [ratio(3, 4), ratio(5, 2), ratio(3, 32)] {
        for (name, on_intervals, on_floats) in functions {
            let (found, value) = (on_intervals(&at::<Outward>(&point)), on_floats(&Mp::from_rational(&point)));
            let inside = found.lower() < value.as_float() && value.as_float() < found.upper();
            assert!(inside, "{name} of {point}: {found}");
            assert!(found.width() < 1e-14 * value.as_float().clone().abs(), "{name} of {point}: {found}");
        }
    }
}

/// `[a, b] o [c, d]` is the hull of the results at the corners, for every pair of sides.
#[test]
fn products_and_quotients_of_intervals_are_the_hulls_of_their_corners() {
    let intervals = [(-3, -1), (-2, 0), (-2, 3), (0, 0), (0, 4), (1, 5), (-4, 1)];
    let wide = |(lower, upper): (i32, i32)| Coarse::<Outward>::outward(lower, upper);
    let hull = |corners: &[Rational]| (corners.iter().min().cloned(), corners.iter().max().cloned());
    let found = |set: &Coarse| (set.lower().to_rational(), set.upper().to_rational());
    for x in intervals {
        for y in intervals {
            let corners = |of: fn(i32, i32) -> Rational| [of(x.0, y.0), of(x.0, y.1), of(x.1, y.0), of(x.1, y.1)];
            let product = corners(|a, b| Rational::from(a * b));
            assert_eq!(found(&(wide(x) * wide(y))), hull(&product), "{x:?} * {y:?}");
            assert_eq!(found(&(wide(x) + wide(y))), hull(&corners(|a, b| Rational::from(a + b))), "{x:?} + {y:?}");
            assert_eq!(found(&(wide(x) - wide(y))), hull(&corners(|a, b| Rational::from(a - b))), "{x:?} - {y:?}");
            // Divisors that are powers of two, so that corners are exact.
            if y.0 > 0 || y.1 < 0 {
                let divisor = if y.0 > 0 { (2, 8) } else { (-8, -2) };
                let corner = |a: i32, b: i32| ratio(i64::from(a), i64::from(b));
                let quotients =
                    [corner(x.0, divisor.0), corner(x.0, divisor.1), corner(x.1, divisor.0), corner(x.1, divisor.1)];
                assert_eq!(found(&(wide(x) / wide(divisor))), hull(&quotients), "{x:?} / {divisor:?}");
            }
        }
        let magnitude = wide(x).magnitude().log2().exp2();
        assert_eq!(magnitude.round() as i32, x.0.abs().max(x.1.abs()), "{x:?}");
        let nearest = if x.0 <= 0 && x.1 >= 0 { 0 } else { x.0.abs().min(x.1.abs()) };
        assert_eq!(wide(x).mignitude().log2().exp2().round() as i32, nearest, "{x:?}");
    }
}

#[test]
fn divisions_by_what_contains_zero_are_remembered() {
    let wide = |lower: i32, upper: i32| Coarse::<Outward>::outward(lower, upper);
    for divisor in [wide(-1, 1), wide(0, 1), wide(-1, 0), wide(0, 0)] {
        let quotient = wide(1, 2) / &divisor;
        assert!(quotient.left_domain() && quotient.obstacle().is_some(), "{divisor}");
        assert!(divisor.powi(-1).left_domain(), "{divisor}");
    }
    assert!(!(wide(1, 2) / wide(1, 2)).left_domain());
    assert!(wide(-1, 4).sqrt().left_domain() && !wide(0, 4).sqrt().left_domain());
    assert!(wide(-1, 4).ln().left_domain() && wide(0, 4).ln().left_domain() && !wide(1, 4).ln().left_domain());
}

#[test]
fn signs_and_comparisons_are_certain_or_none() {
    let wide = |lower: i32, upper: i32| Coarse::<Outward>::outward(lower, upper);
    assert_eq!((wide(1, 2).sign(), wide(-2, -1).sign()), (Some(Sign::Positive), Some(Sign::Negative)));
    assert_eq!((wide(0, 0).sign(), wide(0, 1).sign(), wide(-1, 1).sign()), (Some(Sign::Zero), None, None));
    use super::Truth::{False, Maybe, True};
    assert_eq!(wide(1, 2).less(&wide(3, 4)), True);
    assert_eq!(wide(3, 4).less(&wide(1, 2)), False);
    assert_eq!(wide(1, 3).less(&wide(2, 4)), Maybe);
    assert_eq!((wide(1, 2).less(&wide(2, 3)), wide(2, 3).less(&wide(1, 2))), (Maybe, False));
    let chosen = Coarse::<Outward>::select(Maybe, &wide(1, 2), &wide(5, 6));
    assert!(chosen.met_kink() && chosen == wide(1, 6));
    assert_eq!(Interval::<64>::one().sign(), Some(Sign::Positive));
    assert_eq!((wide(-3, 2).absolute(), wide(-3, -2).absolute()), (wide(0, 3), wide(2, 3)));
}
