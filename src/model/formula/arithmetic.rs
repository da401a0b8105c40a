//! What a tape computes, in the scalars of this crate.

use crate::scalar::{Branch, Interval, Magnitude, Measured, Mp, Rational, Real, Recorded};
use equipartition_formula::{Arithmetic, Number, Transcendental};

/// A scalar in which formulas are evaluated.
pub trait Computed: Branch {
    /// Its arithmetic.
    const ARITHMETIC: Over<Self>;

    /// Whether so many numbers may be nothing but rounding of numbers of this size. Never where nothing is rounded.
    fn are_rounding<'a>(values: impl Iterator<Item = &'a Self>, size: f64) -> bool;
}

/// The roundings of a long formula add up to less than `2^ROUNDINGS` units in the last place.
const ROUNDINGS: i32 = 16;

fn rounding<'a, T: Measured + 'a>(mut values: impl Iterator<Item = &'a T>, size: f64, bits: u32) -> bool {
    let Some(size) = Rational::from_f64(size) else { return false };
    let most = Magnitude::above_rational(&size).scaled(ROUNDINGS - bits as i32);
    values.all(|value| value.magnitude() <= most)
}

/// The arithmetic of a scalar, with the functions that no field has, if the scalar has them.
#[derive(Clone, Copy, Debug)]
pub struct Over<T>(Option<fn(Transcendental, &T) -> T>);

impl<T: Branch> Over<T> {
    /// Without functions.
    pub const ALGEBRAIC: Over<T> = Over(None);
}

impl<T: Real> Over<T> {
    /// With all functions.
    pub const REAL: Over<T> = Over(Some(applied));
}

fn applied<T: Real>(function: Transcendental, value: &T) -> T {
    match function {
        Transcendental::Exp => value.exp(),
        Transcendental::Log => value.ln(),
        Transcendental::Sqrt => value.sqrt(),
        Transcendental::Tanh => value.tanh(),
        Transcendental::HyperbolicSecant => T::one() / value.cosh(),
        Transcendental::Sigmoid => value.sigmoid(),
        Transcendental::Softplus => value.softplus(),
        Transcendental::GeluGate => value.gelu_gate_times(&T::one()),
        Transcendental::GeluSlope => value.gelu_exponent_slope(),
    }
}

macro_rules! algebraic {
    ($($type:ty),*) => {$(
        impl Computed for $type {
            const ARITHMETIC: Over<Self> = Over::ALGEBRAIC;

            fn are_rounding<'a>(_: impl Iterator<Item = &'a Self>, _: f64) -> bool {
                false
            }
        }
    )*};
}
algebraic!(Rational, Recorded);

macro_rules! real {
    ($({$($generics:tt)*} $type:ty, $bits:expr);*) => {$(
        impl<$($generics)*> Computed for $type {
            const ARITHMETIC: Over<Self> = Over::REAL;

            fn are_rounding<'a>(values: impl Iterator<Item = &'a Self>, size: f64) -> bool {
                rounding(values, size, $bits)
            }
        }
    )*};
}
real!({} f64, f64::MANTISSA_DIGITS; {const BITS: u32} Mp<BITS>, BITS; {const BITS: u32} Interval<BITS>, BITS);

impl<T: Branch> Arithmetic for Over<T> {
    type Value = T;

    fn constant(&self, number: Number) -> T {
        T::ratio(number.numerator(), number.denominator())
    }
    fn add(&self, a: &T, b: &T) -> T {
        a.clone() + b
    }
    fn multiply(&self, a: &T, b: &T) -> T {
        T::product(a, b)
    }
    fn divide(&self, a: &T, b: &T) -> Option<T> {
        (!b.is_zero()).then(|| a.clone() / b)
    }
    fn negate(&self, a: &T) -> T {
        -a.clone()
    }
    fn power(&self, a: &T, exponent: i32) -> Option<T> {
        match exponent {
            2 => Some(a.squared()),
            negative if negative < 0 && a.is_zero() => None,
            exponent => Some(a.powi(exponent)),
        }
    }
    fn apply(&self, function: Transcendental, a: &T) -> Option<T> {
        self.0.map(|applied| applied(function, a))
    }
    fn select(&self, a: &T, b: &T, then: &T, otherwise: &T) -> T {
        T::select(a.less(b), then, otherwise)
    }
}
