//! The elementary functions of networks in the machine's floats and in MPFR's, against their definitions in 1024 bits, in units in the last place; and
//! their derivatives, against quotients of differences in 512 bits.

use equipartition_scalar::{Branch, Dual, Field, HyperDual, Interval, Mp, Rational, Real, Ring};
use num_traits::{One, Zero};

/// The precision of definitions.
type Fine = Mp<1024>;

/// A float that is exactly a number of [`Fine`], with its unit in the last place.
trait Machine: Real + PartialOrd + Copy {
    fn exactly(self) -> Fine;
    /// The distance of neighbouring numbers near this one, subnormals included.
    fn unit(near: &Fine) -> Fine;
    fn of(x: f64) -> Self;
    const LARGEST: f64;
}

macro_rules! machine {
    ($float:ident, $digits:literal, $least:literal, $largest:literal) => {
        impl Machine for $float {
            fn exactly(self) -> Fine {
                Fine::new(&rug::Float::with_val(64, self))
            }
            fn unit(near: &Fine) -> Fine {
                let exponent = near.as_float().get_exp().unwrap_or(i32::MIN / 2);
                Fine::integer(2).powi((exponent - $digits).max($least))
            }
            fn of(x: f64) -> Self {
                x as $float
            }
            const LARGEST: f64 = $largest;
        }
    };
}
machine!(f64, 53, -1074, 800.0);
machine!(f32, 24, -149, 120.0);

fn logistic(x: &Fine) -> Fine {
    Fine::one() / (Fine::one() + (-x.clone()).exp())
}

fn softplus(x: &Fine) -> Fine {
    x.exp().ln_1p()
}

/// `2 sqrt(2/pi) (x + 0.044715 x^3)`
fn gelu_exponent(x: &Fine) -> Fine {
    let scale = Fine::integer(2) * (Fine::integer(2) / Fine::pi()).sqrt();
    scale * (x.clone() + Fine::ratio(44_715, 1_000_000) * x.powi(3))
}

/// Both signs of eighths and of numbers with all of their digits up to 40, of odd steps up to the end of the range, of powers of two down to its other
/// end, and 0.
fn arguments<T: Machine>() -> impl Iterator<Item = T> {
    let eighths = (0..320).map(|k| f64::from(k) / 8.0);
    let uneven = (0..480).map(|k| f64::from(k) / 11.9);
    let beyond = (0..).map(|k| 40.0 + 1.7 * f64::from(k)).take_while(|x| *x <= T::LARGEST);
    let powers = (1..1075).step_by(7).map(|n| 2.0_f64.powi(-n)).filter(|x| *x as f32 > 0.0 || T::LARGEST > 500.0);
    eighths.chain(uneven).chain(beyond).chain(powers).flat_map(|x| [T::of(x), T::of(-x)])
}

/// Whether a result is within so many units in the last place of the exact one.
fn within<T: Machine>(units: i64, what: &str, x: T, result: T, exact: &Fine) {
    let gap = (result.exactly() - exact).absolute();
    let most = Fine::integer(units) * T::unit(exact);
    assert!(gap <= most, "{what} of {x:?} is {result:?}, more than {units} units from {exact}");
}

fn machine_floats<T: Machine>() {
    for x in arguments::<T>() {
        let exact = x.exactly();
        within(3, "sigmoid", x, x.sigmoid(), &logistic(&exact));
        within(3, "softplus", x, x.softplus(), &softplus(&exact));
        for factor in [1.0, -3.0, 1e30].map(T::of) {
            let expected = factor.exactly() * logistic(&exact);
            within(6, "sigmoid_times", x, x.sigmoid_times(&factor), &expected);
            let expected = factor.exactly() * logistic(&gelu_exponent(&exact));
            within(8, "gelu_gate_times", x, x.gelu_gate_times(&factor), &expected);
        }
    }
}

#[test]
fn the_machines_floats_are_within_the_units_that_they_say() {
    machine_floats::<f64>();
    machine_floats::<f32>();
}

fn relative(found: &Fine, exact: &Fine) -> Fine {
    ((found.clone() - exact) / exact).absolute()
}

fn floats_of<const BITS: u32>() {
    let x = |k: i64| Mp::<BITS>::ratio(k, 16);
    let unit = Fine::integer(2).powi(1 - BITS as i32);
    for x in (-320..=320).map(x) {
        let exact: Fine = x.to_precision();
        let near = |units: i64, what: &str, found: &Mp<BITS>, expected: &Fine| {
            let gap = relative(&found.to_precision(), expected);
            assert!(gap <= Fine::integer(units) * &unit, "{what} of {x} at {BITS} bits: {gap}");
        };
        let (left, right) = (logistic(&exact), logistic(&-exact.clone()));
        near(2, "sigmoid", &x.sigmoid(), &left);
        near(2, "softplus", &x.softplus(), &softplus(&exact));
        let (value, opposite) = x.sigmoids().expect("the exponent has no bound");
        near(2, "sigmoids", &value, &left);
        near(2, "sigmoids", &opposite, &right);
        let (value, opposite) = x.softpluses().expect("the exponent has no bound");
        near(2, "softpluses", &value, &softplus(&exact));
        near(2, "softpluses", &opposite, &softplus(&-exact.clone()));
        near(2, "sigmoid_times", &x.sigmoid_times(&Mp::integer(-3)), &(left * Fine::integer(-3)));
        near(
            1,
            "gelu_gate_times",
            &x.gelu_gate_times(&Mp::integer(3)),
            &(logistic(&gelu_exponent(&exact)) * Fine::integer(3)),
        );
        let (tanh, slope) = x.tanh_and_slope();
        if !x.is_zero() {
            near(2, "tanh", &tanh, &exact.tanh());
        }
        near(3, "slope of tanh", &slope, &(Fine::one() / exact.cosh().squared()));
    }
}

#[test]
fn floats_of_two_precisions_are_within_the_units_that_they_say() {
    floats_of::<64>();
    floats_of::<256>();
}

/// The enclosure of a point holds the definition, and is no wider than so many units in the last place.
fn enclosed<const BITS: u32>(units: i64, what: &str, found: &Interval<BITS>, exact: &Fine) {
    let exactly = exact.as_float().to_rational().expect("finite");
    assert!(found.contains(&exactly), "{what}: {found} leaves out {exact}");
    let width = Fine::new(&found.width());
    let most = Fine::integer(units) * Fine::integer(2).powi(1 - BITS as i32) * exact.absolute();
    assert!(width <= most, "{what}: {found} is wider than {units} units");
}

fn intervals_of<const BITS: u32>() {
    for k in -320..=320 {
        let x = Interval::<BITS>::ratio(k, 16);
        let exact = Fine::ratio(k, 16);
        enclosed(4, "sigmoid", &x.sigmoid(), &logistic(&exact));
        enclosed(4, "softplus", &x.softplus(), &softplus(&exact));
        let gate = logistic(&gelu_exponent(&exact)) * Fine::integer(3);
        enclosed(4, "gelu_gate_times", &x.gelu_gate_times(&Interval::integer(3)), &gate);
    }
    // Beyond 2^20 the number itself is below, and the one after it above.
    for x in [1 << 20, (1 << 20) + 1, 1 << 40] {
        let found = Interval::<BITS>::integer(x).softplus();
        assert!(found.lower() >= &x && found.lower() < found.upper(), "{found}");
        enclosed(2, "softplus", &found, &Fine::integer(x));
    }
    let gate = Interval::<BITS>::integer(1 << 20).gelu_gate_times(&Interval::one());
    assert!(gate.upper() >= &1 && gate.lower() < gate.upper(), "{gate}");
}

#[test]
fn intervals_of_two_precisions_hold_the_definitions_and_little_more() {
    intervals_of::<64>();
    intervals_of::<256>();
}

/// Intervals differ surely where they are apart; where they touch they may be equal. Zero is `{0}`, and what met no kink.
#[test]
fn intervals_differ_where_they_are_apart() {
    type Number = Interval<64>;
    let of = |lower: i64, upper: i64| Number::integer(lower).hull(&Number::integer(upper));
    let apart = |a: &Number, b: &Number| (a.surely_differs(b, &[]), b.surely_differs(a, &[]));
    assert_eq!(apart(&of(1, 2), &of(3, 4)), (true, true));
    assert_eq!(apart(&of(1, 3), &of(3, 4)), (false, false));
    assert_eq!(apart(&of(1, 4), &of(2, 3)), (false, false));
    assert_eq!(apart(&of(2, 2), &of(2, 2)), (false, false));
    assert!(Number::zero().is_zero() && !Number::one().is_zero() && !of(0, 1).is_zero() && !of(-1, 0).is_zero());
    let kink = Number::select(of(-1, 1).less(&Number::zero()), &Number::one(), &of(2, 2)) * Number::zero();
    assert!(kink == Number::zero() && kink.met_kink() && !kink.is_zero());
}

/// Where the hyperbolic cosine is beyond the range of the exponent the tangent is 1, and its slope 0.
#[test]
fn the_tangent_of_what_has_no_cosine_is_one() {
    let far = Mp::<64>::integer(2).powi(40);
    assert!(far.cosh().as_float().is_infinite());
    assert_eq!(far.tanh_and_slope(), (Mp::one(), Mp::zero()));
    assert_eq!((-far).tanh_and_slope(), (-Mp::<64>::one(), Mp::zero()));
}

/// The functions that dual numbers differentiate by hand, of an argument and of a factor that both move.
const FUNCTIONS: [&str; 8] =
    ["sigmoid", "softplus", "sigmoid_times", "gelu_gate_times", "tanh", "slope of tanh", "sigmoids", "softpluses"];

fn function<T: Real>(name: &str, x: &T, factor: &T) -> T {
    let both = |pair: Option<(T, T)>, single: &dyn Fn(&T) -> T| {
        let (value, opposite) = pair.unwrap_or_else(|| (single(x), single(&-x.clone())));
        value * T::integer(3) - opposite * factor
    };
    match name {
        "sigmoid" => x.sigmoid(),
        "softplus" => x.softplus(),
        "sigmoid_times" => x.sigmoid_times(factor),
        "gelu_gate_times" => x.gelu_gate_times(factor),
        "tanh" => x.tanh_and_slope().0,
        "slope of tanh" => x.tanh_and_slope().1,
        "sigmoids" => both(x.sigmoids(), &T::sigmoid),
        _ => both(x.softpluses(), &T::softplus),
    }
}

/// `(x, factor) = (1 + t, 2 - 3 t) x_0`, whose derivatives by t are asked for.
fn moving<T: Real>(start: &T, t: &T) -> (T, T) {
    let along = |value: i64, slope: i64| (T::integer(value) + T::integer(slope) * t) * start;
    (along(1, 1), along(2, -3))
}

/// First and second derivatives by `t` at 0, from quotients of differences at `h = 2^-100`: their errors are of the order of `h^2`, and of `2^-512 / h^2`.
fn by_differences(name: &str, start: &Rational) -> [f64; 2] {
    type Number = Mp<512>;
    let h = Number::integer(2).powi(-100);
    let at = |t: &Number| {
        let (x, factor) = moving(&Number::from_rational(start), t);
        function(name, &x, &factor)
    };
    let (right, left, middle) = (at(&h), at(&-h.clone()), at(&Number::zero()));
    let first = (right.clone() - &left) / (Number::integer(2) * &h);
    let second = (right + left - Number::integer(2) * middle) / h.squared();
    [first, second].map(|number| number.as_float().to_f64())
}

/// The same from dual numbers over dual numbers.
fn by_duals<T: Real>(name: &str, start: &Rational) -> [T; 2] {
    let constant = |x: T| Dual::constant(Dual::constant(x));
    let t = Dual::new(Dual::new(T::zero(), T::one()), Dual::new(T::one(), T::zero()));
    let (x, factor) = moving(&constant(T::from_rational(start)), &t);
    let found = function(name, &x, &factor);
    [found.value.tangent, found.tangent.tangent]
}

#[test]
fn derivatives_written_by_hand_are_limits_of_quotients() {
    for start in [(1, 3), (-5, 4), (3, 1), (-7, 2)].map(Rational::from) {
        for name in FUNCTIONS {
            let expected = by_differences(name, &start);
            let doubles: [f64; 2] = by_duals(name, &start);
            let fine = by_duals::<Mp<256>>(name, &start).map(|number| number.as_float().to_f64());
            for ((expected, double), fine) in expected.into_iter().zip(doubles).zip(fine) {
                let scale = expected.abs().max(1.0);
                assert!((fine - expected).abs() <= 1e-14 * scale, "{name} at {start}: {fine} is not {expected}");
                assert!((double - expected).abs() <= 1e-12 * scale, "{name} at {start}: {double} is not {expected}");
            }
        }
    }
}

/// Where one exponential gives both it does so under differentiation too: two calls at every level would be `2^n`.
#[test]
fn derivatives_of_both_logistics_are_found_together() {
    let nested = Dual::constant(Dual::constant(Mp::<64>::one()));
    assert!(nested.sigmoids().is_some() && nested.softpluses().is_some());
    assert!(Dual::constant(1.0).sigmoids().is_none() && Interval::<64>::one().softpluses().is_none());
}

/// The slope of gelu's exponent is its derivative, `2 sqrt(2/pi) (1 + 3 * 0.044715 x^2)`, also where the square would overflow.
#[test]
fn the_slope_of_gelus_exponent_is_its_derivative() {
    for x in [0.0, 0.5, -3.0, 1024.0] {
        let exact = x.exactly();
        let h = Fine::integer(2).powi(-300);
        let difference = gelu_exponent(&(exact.clone() + &h)) - gelu_exponent(&(exact.clone() - &h));
        let slope = difference / (Fine::integer(2) * h);
        let found = x.gelu_exponent_slope();
        assert!(relative(&found.exactly(), &slope) < Fine::integer(2).powi(-50), "{found} at {x}");
        assert!(relative(&exact.gelu_exponent_slope(), &slope) < Fine::integer(2).powi(-500), "at {x}");
    }
    assert_eq!(1e300_f64.gelu_exponent_slope(), 1024.0_f64.gelu_exponent_slope());
    assert_eq!((-1e300_f64).gelu_exponent_slope(), 1024.0_f64.gelu_exponent_slope());
}

/// Numbers whose exponent is bounded are held at 1024 where powers of them would overflow; under differentiation they still move.
#[test]
fn what_would_overflow_is_saturated() {
    assert_eq!((3.0_f64.saturated(), 1e9_f64.saturated(), (-1e9_f64).saturated()), (3.0, 1024.0, -1024.0));
    assert_eq!((3.0_f32.saturated(), 1e9_f32.saturated(), (-1e9_f32).saturated()), (3.0, 1024.0, -1024.0));
    assert_eq!(Mp::<64>::integer(1 << 40).saturated(), Mp::integer(1 << 40));
    assert_eq!(Dual::new(1e9_f64, 2.0).saturated(), Dual::new(1024.0, 2.0));
}

/// The largest power of two that is no larger, and at least the smallest normal number; a constant under differentiation.
#[test]
fn a_power_of_two_is_near_every_number() {
    for (x, power) in [(1.0, 1.0), (-1.5, 1.0), (2.0, 2.0), (-1000.0, 512.0), (0.3, 0.25), (1e-310, f64::MIN_POSITIVE)]
    {
        assert_eq!(x.power_of_two_near(), power, "{x}");
        assert_eq!(Dual::new(x, 7.0).power_of_two_near(), Dual::constant(power));
    }
    for none in [0.0, f64::NAN, f64::INFINITY] {
        assert_eq!(none.power_of_two_near(), 1.0);
    }
    assert_eq!((3.0_f32.power_of_two_near(), 1e-45_f32.power_of_two_near()), (2.0, f32::MIN_POSITIVE));
    assert_eq!(Mp::<64>::integer(1000).power_of_two_near(), Mp::one());
}

/// The scale of several numbers is that of the largest, and 1 where squares are safe always.
#[test]
fn a_scale_makes_squares_safe() {
    assert_eq!(f64::scale_of(&[3.0, -1000.0, 0.0]), 512.0);
    assert_eq!(f64::scale_of(&[]), 1.0);
    assert_eq!(Rational::scale_of(&[Rational::from(1000)]), 1);
    let moving = |value: f64| Dual::new(value, 5.0);
    assert_eq!(Dual::scale_of(&[moving(3.0), moving(-1000.0)]), Dual::constant(512.0));
    let turning = |value: f64| HyperDual::constant(value).moving(0, HyperDual::constant(5.0));
    assert_eq!(HyperDual::scale_of(&[turning(3.0), turning(-1000.0)]), HyperDual::constant(512.0));
    // The product of two safe squares, and the sum of 2^10 such products, is a normal number; a little beyond it is not safe.
    for (safe, unsafe_) in [(2.0_f64.powi(506), 2.0_f64.powi(507)), (2.0_f64.powi(-506), 2.0_f64.powi(-507))] {
        assert!(safe.is_safe_square() && !unsafe_.is_safe_square());
        assert!((safe * safe * 1024.0).is_normal() && (safe * safe / 1024.0).is_normal());
        assert!(moving(safe).is_safe_square() && !moving(unsafe_).is_safe_square());
        assert!(turning(safe).is_safe_square() && !turning(unsafe_).is_safe_square());
    }
    assert!(2.0_f32.powi(58).is_safe_square() && !2.0_f32.powi(59).is_safe_square());
    assert!(!0.0_f64.is_safe_square() && !f64::NAN.is_safe_square());
    assert!(Rational::from(0).is_safe_square() && Mp::<64>::zero().is_safe_square());
}

/// Half of the digits, of the largest of the numbers and of those beside which they were computed.
#[test]
fn numbers_surely_differ_beyond_half_of_their_digits() {
    fn half_of<T: Field>(bits: i32) {
        let (one, two) = (T::one(), T::integer(2));
        let near = |exponent: i32| T::one() + two.powi(exponent);
        let half = bits / 2;
        assert!(!one.surely_differs(&near(-half - 2), &[]) && one.surely_differs(&near(2 - half), &[]));
        assert!(!near(-half - 2).surely_differs(&one, &[]) && near(2 - half).surely_differs(&one, &[]));
        assert!(!one.surely_differs(&one, &[]) && one.surely_differs(&-T::one(), &[]));
        assert!(!T::zero().surely_differs(&T::zero(), &[]));
        // Beside a large number, of either sign, they may differ by more.
        for beside in [T::integer(1 << 10), T::integer(-1 << 10)] {
            assert!(!one.surely_differs(&near(2 - half), &[T::one(), beside.clone()]));
            assert!(one.surely_differs(&near(14 - half), &[beside]));
        }
    }
    half_of::<f64>(52);
    half_of::<f32>(23);
    half_of::<Mp<64>>(64);
    half_of::<Mp<256>>(256);
    let third = Rational::from((1, 3));
    assert!(third.surely_differs(&(third.clone() + Rational::from((1, 1_u64 << 60))), &[Rational::from(1 << 30)]));
    assert!(!third.surely_differs(&third, &[]));
    // A scalar that cannot tell says no.
    assert!(!Dual::constant(third.clone()).surely_differs(&Dual::constant(Rational::from(7)), &[]));
}
