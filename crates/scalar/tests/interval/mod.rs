//! What the properties of intervals range over: functions, operations, ranges of numbers.

use equipartition_scalar::rounding::Rounding;
use equipartition_scalar::{Branch, Enclosure, Field, Rational, Real};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestError, TestRunner};
use rug::Float;

/// A function of one number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Function {
    Square,
    Power(i32),
    Sqrt,
    Exp,
    ExpM1,
    Ln,
    Ln1p,
    Sinh,
    Cosh,
    Tanh,
    Atan,
    Sigmoid,
    Softplus,
    Absolute,
    Negative,
}

use Function::*;

pub const TRANSCENDENTAL: [Function; 11] = [Sqrt, Exp, ExpM1, Ln, Ln1p, Sinh, Cosh, Tanh, Atan, Sigmoid, Softplus];
pub const RATIONAL: [Function; 9] =
    [Square, Power(0), Power(1), Power(2), Power(3), Power(8), Power(-1), Power(-2), Power(-3)];
pub const EXACT: [Function; 2] = [Absolute, Negative];

pub fn functions() -> impl Iterator<Item = Function> {
    TRANSCENDENTAL.into_iter().chain(RATIONAL).chain(EXACT)
}

impl Function {
    pub fn of<T: Real>(self, x: &T) -> T {
        match self {
            Sqrt => x.sqrt(),
            Exp => x.exp(),
            ExpM1 => x.exp_m1(),
            Ln => x.ln(),
            Ln1p => x.ln_1p(),
            Sinh => x.sinh(),
            Cosh => x.cosh(),
            Tanh => x.tanh(),
            Atan => x.atan(),
            Sigmoid => x.sigmoid(),
            Softplus => x.softplus(),
            rational => rational.of_field(x),
        }
    }

    pub fn of_field<T: Branch>(self, x: &T) -> T {
        match self {
            Square => x.squared(),
            Power(exponent) => x.powi(exponent),
            Absolute => x.absolute(),
            Negative => -x.clone(),
            transcendental => unreachable!("{transcendental:?} leaves the rationals"),
        }
    }

    pub fn defined_at(self, x: &Rational) -> bool {
        match self {
            Sqrt => *x >= 0,
            Ln => *x > 0,
            Ln1p => *x > -1,
            Power(..0) => *x != 0,
            _ => true,
        }
    }

    /// How many numbers of the working precision may lie between the bounds of the image of a point.
    pub fn spread(self) -> u32 {
        match self {
            Sigmoid | Softplus => 6,
            _ => 1,
        }
    }
}

/// A function of two numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Operation {
    Add,
    Sub,
    Mul,
    Div,
    Minimum,
    Maximum,
}

use Operation::*;

pub const ARITHMETIC: [Operation; 4] = [Add, Sub, Mul, Div];
pub const OPERATIONS: [Operation; 6] = [Add, Sub, Mul, Div, Minimum, Maximum];

impl Operation {
    pub fn of<T: Branch>(self, x: &T, y: &T) -> T {
        match self {
            Add => x.clone() + y,
            Sub => x.clone() - y,
            Mul => x.clone() * y,
            Div => x.clone() / y,
            Minimum => x.minimum(y),
            Maximum => x.maximum(y),
        }
    }
}

/// `2^exponent`, exactly.
pub fn power_of_two(exponent: i32) -> Rational {
    Rational::from(2).powi(exponent)
}

/// Two numbers of at most 53 bits and a point between them, the `sixteenths` part of the way.
#[derive(Clone, Copy, Debug)]
pub struct Range {
    pub ends: [(i64, i32); 2],
    pub sixteenths: u32,
}

impl Range {
    pub fn ends(&self) -> [Rational; 2] {
        let mut ends = self.ends.map(|(mantissa, exponent)| Rational::from(mantissa) * power_of_two(exponent));
        ends.sort();
        ends
    }

    pub fn point(&self) -> Rational {
        let [lower, upper] = self.ends();
        let length = Rational::from(&upper - &lower);
        lower + length * Rational::from((self.sixteenths, 16))
    }

    pub fn interval<const BITS: u32, R: Rounding>(&self) -> Enclosure<BITS, R> {
        let [lower, upper] = self.ends();
        Enclosure::new(&Float::with_val(53, &lower), &Float::with_val(53, &upper)).expect("the ends are in order")
    }

    pub fn hull(&self, other: &Self) -> [Rational; 2] {
        let ([a, b], [c, d]) = (self.ends(), other.ends());
        [a.min(c), b.max(d)]
    }
}

/// A number of at most 53 bits and any of the sizes that matter: up to 2^12, down to far below the roundoff.
pub fn number() -> impl Strategy<Value = (i64, i32)> {
    prop_oneof![
        (-8_i64..=8, Just(0)),
        (-(1_i64 << 53)..=1 << 53, -60_i32..=-41),
        (-(1_i64 << 53)..=1 << 53, -250_i32..=-41),
        (prop_oneof![Just(-1_i64), Just(1)], -250_i32..=0),
    ]
}

/// Wide intervals, points, and intervals with a bound at 0.
pub fn range() -> impl Strategy<Value = Range> {
    let any = (number(), number());
    let point = number().prop_map(|x| (x, x));
    let touching = number().prop_map(|x| ((0, 0), x));
    let shape = prop_oneof![4 => any, 2 => point, 1 => touching];
    (shape, 0_u32..=16).prop_map(|((a, b), sixteenths)| Range { ends: [a, b], sixteenths })
}

/// Runs a property on random cases from a fixed seed (`PROPTEST_RNG_SEED` and `PROPTEST_CASES` override), and reports
/// the smallest counterexample.
///
/// # Panics
/// If too many cases are rejected: that is neither a success nor a counterexample.
pub fn check<S: Strategy>(strategy: S, property: impl Fn(S::Value) -> Result<(), TestCaseError>) -> Result<(), String> {
    let mut config = Config { failure_persistence: None, ..Config::default() };
    config.max_global_rejects = config.cases.saturating_mul(4);
    if config.rng_seed == RngSeed::Random {
        config.rng_seed = RngSeed::Fixed(1788);
    }
    TestRunner::new(config).run(&strategy, property).map_err(|error| match error {
        TestError::Fail(..) => error.to_string(),
        TestError::Abort(reason) => panic!("{reason}"),
    })
}

pub fn holds<S: Strategy>(strategy: S, property: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    check(strategy, property).unwrap_or_else(|error| panic!("{error}"));
}
