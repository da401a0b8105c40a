//! Inclusion, the property that makes an interval a proof: the exact value lies inside, at every precision; plus what
//! follows an interval along (a kink that was met, a domain that was left), comparison, and division through 0.
//!
//! The exact value comes from the rationals, or from MPFR at 512 bits or more, rounded to nearest. The checks of
//! directed rounding also run on arithmetics that round in a wrong direction, where every one of them must fail.

mod interval;

use equipartition_scalar::rounding::{LowerRoundedUp, Nearest, Outward, Rounding, UpperRoundedDown};
use equipartition_scalar::{
    Branch, Dual, Enclosure, Field, Interval, Magnitude, Measured, Mp, Obstacle, Rational, Real, Ring, Truth,
    parse_number,
};
use interval::Function::Power;
use interval::Operation::Div;
use interval::{
    ARITHMETIC, Function, OPERATIONS, Operation, RATIONAL, Range, TRANSCENDENTAL, check, functions, holds, number,
    power_of_two, range,
};
use num_traits::{One, Zero};
use proptest::prelude::*;
use rug::Float;

/// Whether a number that was rounded to nearest, at a precision no lower than that of the bounds, lies between them.
fn between<const BITS: u32, const FINE: u32, R: Rounding>(set: &Enclosure<BITS, R>, value: &Mp<FINE>) -> bool {
    set.lower() <= value.as_float() && value.as_float() <= set.upper()
}

/// The exact result of an operation on points lies in the result on intervals.
fn operation_encloses<R: Rounding>(operation: Operation) -> Result<(), String> {
    check((range(), range()), |(x, y)| {
        let (p, q) = (x.point(), y.point());
        prop_assume!(operation != Div || q != 0);
        let exact = operation.of(&p, &q);
        prop_assert!(operation.of(&x.interval::<53, R>(), &y.interval()).contains(&exact));
        prop_assert!(operation.of(&x.interval::<128, R>(), &y.interval()).contains(&exact));
        Ok(())
    })
}

/// The exact value of a rational function at a point lies in its value on the interval.
fn rational_function_encloses<R: Rounding>(function: Function) -> Result<(), String> {
    check(range(), |x| {
        let p = x.point();
        prop_assume!(function.defined_at(&p));
        let exact = function.of_field(&p);
        prop_assert!(function.of_field(&x.interval::<53, R>()).contains(&exact));
        prop_assert!(function.of_field(&x.interval::<128, R>()).contains(&exact));
        Ok(())
    })
}

/// The value of a function at a point, to 512 bits, lies in its value on the interval.
fn function_encloses<R: Rounding>(function: Function) -> Result<(), String> {
    check(range(), |x| {
        let p = x.point();
        prop_assume!(function.defined_at(&p));
        let value = function.of(&Mp::<512>::from_rational(&p));
        prop_assert!(between(&function.of(&x.interval::<53, R>()), &value));
        prop_assert!(between(&function.of(&x.interval::<128, R>()), &value));
        prop_assert!(between(&function.of(&x.interval::<256, R>()), &value));
        Ok(())
    })
}

/// The exact value of a fraction lies in its enclosure.
fn fraction_is_enclosed<R: Rounding>() -> Result<(), String> {
    check((any::<i64>(), 1_i64..), |(numerator, denominator)| {
        let exact = Rational::from((numerator, denominator));
        prop_assert!(Enclosure::<53, R>::from_rational(&exact).contains(&exact));
        prop_assert!(Enclosure::<128, R>::from_rational(&exact).contains(&exact));
        Ok(())
    })
}

/// Numbers of more bits than the bounds are rounded outward.
fn bounds_are_rounded_outward<R: Rounding>() -> Result<(), String> {
    check(range(), |x| {
        let [lower, upper] = x.ends();
        let (lower, upper) = (Float::with_val(53, &lower), Float::with_val(53, &upper));
        let coarse = Enclosure::<24, R>::new(&lower, &upper).expect("the ends are in order");
        prop_assert!(*coarse.lower() <= lower && upper <= *coarse.upper());
        prop_assert!(x.interval::<53, R>().subset_of(&coarse));
        prop_assert!(x.interval::<53, R>().subset_of(&x.interval::<53, R>().to_precision::<24>()));
        Ok(())
    })
}

/// Every check of a rounding direction, by name.
fn rounding_checks<R: Rounding>() -> Vec<(String, Result<(), String>)> {
    let operations = ARITHMETIC.map(|operation| (format!("{operation:?}"), operation_encloses::<R>(operation)));
    let rationals = RATIONAL.map(|function| (format!("{function:?}"), rational_function_encloses::<R>(function)));
    let functions = TRANSCENDENTAL.map(|function| (format!("{function:?}"), function_encloses::<R>(function)));
    let fractions = [
        ("fractions".to_owned(), fraction_is_enclosed::<R>()),
        ("bounds".to_owned(), bounds_are_rounded_outward::<R>()),
    ];
    operations.into_iter().chain(rationals).chain(functions).chain(fractions).collect()
}

#[test]
fn the_exact_value_lies_inside() {
    for (name, result) in rounding_checks::<Outward>() {
        assert_eq!(result, Ok(()), "{name}");
    }
}

fn wrong_rounding_is_caught<R: Rounding>() {
    for (name, result) in rounding_checks::<R>() {
        // x^0 and x^1 do not round.
        let rounds = name != "Power(0)" && name != "Power(1)";
        assert_eq!(result.is_err(), rounds, "{name}: {result:?}");
    }
}

#[test]
fn lower_bounds_rounded_up_are_caught() {
    wrong_rounding_is_caught::<LowerRoundedUp>();
}

#[test]
fn upper_bounds_rounded_down_are_caught() {
    wrong_rounding_is_caught::<UpperRoundedDown>();
}

#[test]
fn bounds_rounded_to_nearest_are_caught() {
    wrong_rounding_is_caught::<Nearest>();
}

#[test]
fn pi_lies_inside_and_nothing_else_fits() {
    let pi = Interval::<128>::pi();
    assert!(between(&pi, &Mp::<512>::pi()));
    assert!(neighbours(&pi, 1) && !pi.is_point());
    assert!(!between(&Enclosure::<128, LowerRoundedUp>::pi(), &Mp::<512>::pi()));
    assert!(!between(&Enclosure::<128, UpperRoundedDown>::pi(), &Mp::<512>::pi()));
}

/// Whether at most `steps` steps from one number of the precision to the next lead from the lower to the upper bound.
fn neighbours<const BITS: u32>(set: &Interval<BITS>, steps: u32) -> bool {
    let mut bound = set.lower().clone();
    for _ in 0..steps {
        bound.next_up();
    }
    bound >= *set.upper()
}

#[test]
fn the_image_of_a_point_is_tight() {
    for function in functions() {
        holds(number(), |end| {
            let x = Range { ends: [end, end], sixteenths: 0 };
            prop_assume!(function.defined_at(&x.point()));
            let (half, whole) = (function.of(&x.interval::<53, _>()), function.of(&x.interval::<256, _>()));
            prop_assert!(neighbours(&half, function.spread()), "{:?} {:?}", function, half);
            prop_assert!(neighbours(&whole, function.spread()), "{:?} {:?}", function, whole);
            Ok(())
        });
    }
    for operation in OPERATIONS {
        holds((number(), number()), |(x, y)| {
            let (x, y) = (Range { ends: [x, x], sixteenths: 0 }, Range { ends: [y, y], sixteenths: 0 });
            prop_assume!(operation != Div || y.point() != 0);
            let image = operation.of(&x.interval::<53, _>(), &y.interval());
            prop_assert!(neighbours(&image, 1), "{:?} {:?}", operation, image);
            Ok(())
        });
    }
}

/// A finer result lies inside a coarser one: f at 256 bits inside f at 128 bits inside f at 53 bits.
#[test]
fn precision_only_narrows() {
    for function in functions() {
        holds(range(), |x| {
            let fine = function.of(&x.interval::<256, Outward>());
            let middle = function.of(&x.interval::<128, Outward>());
            prop_assert!(fine.subset_of(&middle) && middle.subset_of(&function.of(&x.interval::<53, _>())));
            Ok(())
        });
    }
    for operation in OPERATIONS {
        holds((range(), range()), |(x, y)| {
            let fine = operation.of(&x.interval::<256, Outward>(), &y.interval());
            let middle = operation.of(&x.interval::<128, Outward>(), &y.interval());
            prop_assert!(
                fine.subset_of(&middle) && middle.subset_of(&operation.of(&x.interval::<53, _>(), &y.interval()))
            );
            Ok(())
        });
    }
}

/// x inside X gives f(x) inside f(X).
#[test]
fn inclusion_is_monotone() {
    let around = |x: &Range, more: &Range| {
        let [lower, upper] = x.hull(more);
        Interval::<53>::from_rational(&lower).hull(&Interval::from_rational(&upper))
    };
    for function in functions() {
        holds((range(), range()), |(x, more)| {
            let (inner, outer) = (x.interval::<53, _>(), around(&x, &more));
            prop_assert!(inner.subset_of(&outer));
            prop_assert!(function.of(&inner).subset_of(&function.of(&outer)), "{:?}", function);
            Ok(())
        });
    }
    for operation in OPERATIONS {
        holds((range(), range(), range(), range()), |(x, more, y, further)| {
            let image = operation.of(&x.interval::<53, _>(), &y.interval());
            prop_assert!(image.subset_of(&operation.of(&around(&x, &more), &around(&y, &further))), "{:?}", operation);
            Ok(())
        });
    }
}

/// Whether the kernels that reuse the storage of `z` give what the operators give.
fn kernels_agree(x: &Interval<53>, y: &Interval<53>, z: &Interval<53>) -> bool {
    let (mut product, mut sum, mut copy) = (z.clone(), z.clone(), z.clone());
    product.set_product(x, y);
    sum.add_product(x, y, &mut Interval::entire());
    copy.assign(x);
    product == x.clone() * y && sum == z.clone() + &product && copy == *x
}

#[test]
fn kernels_in_place_agree_with_operators() {
    holds((range(), range(), range()), |(x, y, z)| {
        prop_assert!(kernels_agree(&x.interval(), &y.interval(), &z.interval()));
        Ok(())
    });
    let all: Vec<_> = small_intervals().into_iter().map(interval_of).chain([Interval::empty()]).collect();
    for x in &all {
        for y in &all {
            assert!(kernels_agree(x, y, &Interval::one()), "{x:?} {y:?}");
        }
    }
}

/// All intervals with bounds among -2, ..., 2 and the infinities.
fn small_intervals() -> Vec<[f64; 2]> {
    let lowers = [f64::NEG_INFINITY, -2.0, -1.0, 0.0, 1.0, 2.0];
    let uppers = [-2.0, -1.0, 0.0, 1.0, 2.0, f64::INFINITY];
    lowers.iter().flat_map(|&a| uppers.iter().map(move |&b| [a, b])).filter(|[a, b]| a <= b).collect()
}

fn interval_of([lower, upper]: [f64; 2]) -> Interval<53> {
    Interval::new(&Float::with_val(53, lower), &Float::with_val(53, upper)).expect("the bounds are in order")
}

/// The smallest interval around all results, found with huge numbers for the infinities and by cutting a tiny
/// neighbourhood of 0 out of the divisor: on each side of 0 the extremes are then at the corners.
fn by_corners(operation: Operation, x: [f64; 2], y: [f64; 2]) -> Interval<53> {
    let [huge, tiny, negligible, large] = [80, -80, -40, 40].map(power_of_two);
    let finite =
        |end: f64| Rational::from_f64(end).unwrap_or_else(|| huge.clone() * Rational::from(end.signum() as i32));
    let (x, [c, d]) = (x.map(finite), y.map(finite));
    let parts = match operation {
        Div => vec![[c.clone(), d.clone().min(-tiny.clone())], [c.max(tiny), d]],
        _ => vec![[c, d]],
    };
    let corners = parts.iter().filter(|[low, high]| low <= high);
    let corners = corners.flat_map(|part| part.iter().flat_map(|q| x.iter().map(move |p| operation.of(p, q))));
    let bound = |value: Rational| match value.clone().abs() {
        size if size >= large => f64::INFINITY.copysign(value.to_f64()),
        size if size <= negligible => 0.0,
        _ => value.to_f64(),
    };
    let corners: Vec<Rational> = corners.collect();
    match (corners.iter().min().cloned(), corners.iter().max().cloned()) {
        (Some(lower), Some(upper)) => interval_of([bound(lower), bound(upper)]),
        _ => Interval::empty(),
    }
}

#[test]
fn products_and_quotients_of_unbounded_intervals_are_the_tightest() {
    for x in small_intervals() {
        for y in small_intervals() {
            for operation in ARITHMETIC {
                let found = operation.of(&interval_of(x), &interval_of(y));
                assert_eq!(found, by_corners(operation, x, y), "{operation:?} of {x:?} and {y:?}");
                let left_domain = operation == Div && interval_of(y).contains_zero();
                assert_eq!(found.left_domain(), left_domain, "{operation:?} of {x:?} and {y:?}");
            }
        }
    }
}

/// A comparison says "true" for all pairs, "false" for none, and "maybe" only if there are pairs of both kinds.
#[test]
fn comparison_is_sound_and_decides_whatever_it_can() {
    holds((range(), range()), |(x, y)| {
        let ([a, b], [c, d], p, q) = (x.ends(), y.ends(), x.point(), y.point());
        match x.interval::<53, Outward>().less(&y.interval()) {
            Truth::True => prop_assert!(p < q),
            Truth::False => prop_assert!(p >= q),
            Truth::Maybe => prop_assert!(a < d && b >= c),
        }
        Ok(())
    });
}

/// The empty set is neither below nor above anything.
#[test]
fn the_empty_set_decides_no_comparison() {
    let (empty, one) = (Interval::<53>::empty(), Interval::one());
    for (x, y) in [(&empty, &one), (&one, &empty), (&empty, &empty)] {
        assert_eq!(x.less(y), Truth::Maybe);
    }
}

#[test]
fn magnitudes_bound_the_absolute_value() {
    holds(range(), |x| {
        let (set, point) = (x.interval::<53, Outward>(), x.point());
        prop_assert!(set.mignitude() <= Magnitude::above_rational(&point));
        prop_assert!(Magnitude::below_rational(&point) <= set.magnitude());
        prop_assert_eq!(set.obstacle(), None);
        Ok(())
    });
    for sign in [-1_i64, 1] {
        let third = Rational::from((sign, 3));
        let set = Interval::<128>::from_rational(&third);
        assert_eq!(set.hull(&Interval::zero()).magnitude(), Magnitude::above_rational(&third));
        assert_eq!(set.hull(&Interval::integer(sign)).mignitude(), Magnitude::below_rational(&third));
    }
    let [far, near] = [interval_of([-2.0, -1.0]), interval_of([-1.0, 2.0])];
    assert_eq!((far.mignitude(), far.magnitude()), (Magnitude::power_of_two(0), Magnitude::power_of_two(1)));
    assert_eq!((near.mignitude(), near.magnitude()), (Magnitude::zero(), Magnitude::power_of_two(1)));
    assert!(Interval::<53>::empty().magnitude() > Magnitude::power_of_two(1000));
    assert_eq!(Interval::<53>::empty().mignitude(), Magnitude::zero());
}

#[test]
fn the_width_is_rounded_up() {
    holds(range(), |x| {
        let [lower, upper] = x.ends();
        prop_assert!(x.interval::<53, Outward>().width() >= Rational::from(&upper - &lower));
        Ok(())
    });
    assert!(Interval::<53>::empty().width().is_nan());
}

#[test]
fn bounds_that_enclose_nothing_are_refused() {
    let float = |value: f64| Float::with_val(53, value);
    for [lower, upper] in [[f64::NAN, 1.0], [0.0, f64::NAN], [1.0, 0.0], [f64::INFINITY; 2], [f64::NEG_INFINITY; 2]] {
        assert!(Interval::<53>::new(&float(lower), &float(upper)).is_err(), "[{lower}, {upper}]");
    }
    assert!(Interval::<53>::point(&float(f64::INFINITY)).is_err());
}

#[test]
fn printed_bounds_enclose_too() {
    let bounds = |text: &str| -> Vec<Rational> {
        let inner = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).expect("brackets");
        inner.split(", ").map(|bound| parse_number(bound).expect("a decimal")).collect()
    };
    holds(range(), |x| {
        let [lower, upper] = x.ends();
        let set = x.interval::<53, Outward>();
        for text in [format!("{set}"), format!("{set:.3}")] {
            let printed = bounds(&text);
            prop_assert!(printed[0] <= lower && upper <= printed[1], "{}", text);
        }
        Ok(())
    });
}

/// What a kink leaves behind follows every operation.
#[test]
fn a_kink_that_was_met_is_never_forgotten() {
    let (one, two) = (Interval::<128>::one(), Interval::<128>::integer(2));
    let kinked = Interval::select(Truth::Maybe, &one, &two);
    assert!(!one.met_kink() && kinked.met_kink());
    assert_eq!(kinked, one.hull(&two));
    for function in functions() {
        assert!(function.of(&kinked).met_kink() && !function.of(&two).met_kink(), "{function:?}");
    }
    for operation in OPERATIONS {
        assert!(operation.of(&kinked, &two).met_kink() && operation.of(&two, &kinked).met_kink(), "{operation:?}");
        assert!(!operation.of(&one, &two).met_kink(), "{operation:?}");
    }
    let mut product = Interval::zero();
    product.set_product(&Interval::zero(), &kinked);
    assert!(product == Interval::zero() && !product.is_zero());
    assert_eq!(product.obstacle(), Some(Obstacle::Kink));
    let mut sum = Interval::zero();
    sum.add_product(&two, &kinked, &mut Interval::zero());
    assert!(sum.met_kink());
    sum.assign(&kinked);
    assert!(sum.met_kink());
    assert!(kinked.hull(&one).met_kink() && one.intersection(&kinked).met_kink());
    assert!(kinked.to_precision::<53>().met_kink() && kinked.detach().met_kink());
    for operation in OPERATIONS {
        let (left, right) = (operation.of(&kinked, &Interval::empty()), operation.of(&Interval::empty(), &kinked));
        assert!(left.is_empty() && left.met_kink() && right.is_empty() && right.met_kink(), "{operation:?}");
    }
    // It would not survive a mask, so it decides nothing.
    assert_eq!(kinked.less(&Interval::integer(5)), Truth::Maybe);
    assert_eq!(Interval::integer(5).less(&kinked), Truth::Maybe);
}

/// Minimum, maximum and absolute value are continuous: on bare intervals they are decided.
#[test]
fn continuous_functions_with_a_kink_are_tight_on_bare_intervals() {
    let x = interval_of([-1.0, 2.0]);
    assert_eq!(x.maximum(&Interval::zero()), interval_of([0.0, 2.0]));
    assert_eq!(x.minimum(&Interval::zero()), interval_of([-1.0, 0.0]));
    assert_eq!(x.absolute(), interval_of([0.0, 2.0]));
    for image in [x.maximum(&Interval::zero()), x.minimum(&Interval::zero()), x.absolute()] {
        assert_eq!(image.obstacle(), None);
    }
}

type Second = Dual<Dual<Interval<128>>>;

/// The variable of a second derivative, on an interval of integers.
fn variable(lower: i64, upper: i64) -> Second {
    let range = Interval::integer(lower).hull(&Interval::integer(upper));
    Dual::new(Dual::new(range, Interval::one()), Dual::constant(Interval::one()))
}

/// ReLU has the second derivative 0 on either side of 0, and none at 0.
#[test]
fn the_second_derivative_of_a_kink_is_never_decided() {
    let relu = |x: &Second| x.maximum(&Second::zero());
    let straddling = relu(&variable(-1, 1));
    for part in [&straddling.value, &straddling.tangent] {
        assert_eq!(part.value.obstacle(), Some(Obstacle::Kink));
        assert_eq!(part.tangent.obstacle(), Some(Obstacle::Kink));
    }
    assert_eq!(straddling.tangent.tangent, Interval::zero());
    // x^0 does not depend on x.
    for function in functions().filter(|function| *function != Power(0)) {
        let beyond = function.of(&(relu(&variable(-1, 1)) + Second::one()));
        assert_eq!(beyond.tangent.tangent.obstacle(), Some(Obstacle::Kink), "{function:?}");
    }
    assert_eq!(variable(-1, 1).absolute().tangent.tangent.obstacle(), Some(Obstacle::Kink));
    for (lower, upper, slope) in [(1, 2, 1), (-2, -1, 0)] {
        let decided = relu(&variable(lower, upper));
        assert_eq!(decided.tangent.tangent.obstacle(), None);
        assert_eq!(decided.tangent.tangent, Interval::zero());
        assert_eq!(decided.value.tangent, Interval::integer(slope));
    }
}

/// A function that was not defined everywhere leaves a value on which no verdict rests, however narrow it looks later.
#[test]
fn a_domain_that_was_left_is_never_forgotten() {
    let straddling = interval_of([-1.0, 4.0]);
    assert_eq!(straddling.sqrt(), interval_of([0.0, 2.0]));
    let reciprocal = interval_of([1.0, 1.0]) / straddling.clone();
    assert!(reciprocal.is_entire());
    let undefined = [straddling.sqrt(), straddling.ln().tanh(), reciprocal.atan(), reciprocal * Interval::zero()];
    for value in undefined {
        assert!(value.is_bounded() && value.left_domain(), "{value:?}");
        assert_eq!(value.obstacle(), Some(Obstacle::NotFinite));
        assert_eq!(value.less(&Interval::integer(100)), Truth::Maybe);
    }
    let outside = interval_of([-4.0, -2.0]);
    for nowhere in [outside.sqrt(), outside.ln(), outside.ln_1p(), outside / Interval::zero()] {
        assert!(nowhere.is_empty() && nowhere.left_domain());
        assert_eq!(nowhere.obstacle(), Some(Obstacle::NotFinite));
    }
    let edge = interval_of([0.0, 1.0]);
    assert!(!edge.sqrt().left_domain() && edge.ln().left_domain() && (-edge).ln_1p().left_domain());
}

/// Derivatives of intervals enclose difference quotients: (f(x + h) - f(x - h)) / 2h at 1024 bits with h = 2^-300, which
/// is off by about 2^-600, and then rounded to 512.
#[test]
fn derivatives_are_enclosed() {
    let step = Mp::<1024>::integer(2).powi(-300);
    for function in functions() {
        holds((-40_i64..=40, 0_i64..=16), |(sixteenths, part)| {
            let x = Rational::from((sixteenths, 16));
            let width = power_of_two(-40);
            let point = x.clone() + width.clone() * Rational::from((part, 16));
            prop_assume!(function.defined_at(&x) && x != 0);
            let centre = Mp::from_rational(&point);
            let [right, left] = [centre.clone() + &step, centre - &step].map(|at| function.of(&at));
            let quotient = (right - left) / (Mp::integer(2) * &step);
            let at = |set: Interval<128>| function.of(&Dual::new(set, Interval::one())).tangent;
            let slope = at(Interval::from_rational(&x).hull(&Interval::from_rational(&(x.clone() + width))));
            prop_assert!(between(&slope, &quotient.to_precision::<512>()), "{:?}", slope);
            prop_assert_eq!(slope.obstacle(), None);
            prop_assert!(slope.width() <= Float::with_val(53, Float::i_exp(1, -10)), "{:?}", slope);
            Ok(())
        });
    }
}
