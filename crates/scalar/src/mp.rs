//! Floating point of any precision: MPFR, with the precision in the type.

use super::{Branch, Field, Magnitude, Measured, Obstacle, Rational, Real, Ring, Sign};
use crate::forward_operators;
use num_traits::{One, Zero};
use rug::float::Constant;
use rug::ops::NegAssign;
use rug::{Assign, Float};
use std::cmp::Ordering;
use std::fmt;
use std::ops::{AddAssign, DivAssign, MulAssign, Neg, SubAssign};

/// The precisions, in bits, that the binary offers.
pub const MENU: [u32; 7] = [64, 128, 256, 512, 1024, 2048, 4096];

/// A binary floating-point number of `BITS` bits, every operation correctly rounded to nearest (MPFR).
///
/// Precision is part of the type: two precisions do not mix, and no thread can lose it. The exponent is practically
/// unbounded, so nothing overflows on the way to a result. The value is private; take it out with [`Mp::as_float`].
#[derive(Clone)]
pub struct Mp<const BITS: u32>(pub(super) Float);

impl<const BITS: u32> Mp<BITS> {
    /// The precision in bits.
    pub const BITS: u32 = BITS;

    /// `value`, rounded to nearest.
    pub fn new(value: &Float) -> Self {
        Mp(Float::with_val(BITS, value))
    }

    /// The value as MPFR's own type.
    pub fn as_float(&self) -> &Float {
        &self.0
    }

    /// The unit roundoff's double, `2^(1 - BITS)`: the distance from 1 to the next number.
    pub fn epsilon() -> Self {
        Mp(Float::with_val(BITS, Float::i_exp(1, 1 - BITS as i32)))
    }

    /// The same number at another precision.
    pub fn to_precision<const OTHER: u32>(&self) -> Mp<OTHER> {
        Mp::new(&self.0)
    }

    /// Whether it is a finite number.
    pub fn is_finite(&self) -> bool {
        self.0.is_finite()
    }

    fn map(&self, function: impl FnOnce(Float) -> Float) -> Self {
        Mp(function(self.0.clone()))
    }
}

impl<const BITS: u32> fmt::Debug for Mp<BITS> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}
impl<const BITS: u32> fmt::Display for Mp<BITS> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}
impl<const BITS: u32> PartialEq for Mp<BITS> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<const BITS: u32> PartialOrd for Mp<BITS> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.0.partial_cmp(&other.0)
    }
}

impl<const BITS: u32> AddAssign<&Mp<BITS>> for Mp<BITS> {
    fn add_assign(&mut self, other: &Self) {
        self.0 += &other.0;
    }
}
impl<const BITS: u32> SubAssign<&Mp<BITS>> for Mp<BITS> {
    fn sub_assign(&mut self, other: &Self) {
        self.0 -= &other.0;
    }
}
impl<const BITS: u32> MulAssign<&Mp<BITS>> for Mp<BITS> {
    fn mul_assign(&mut self, other: &Self) {
        self.0 *= &other.0;
    }
}
impl<const BITS: u32> DivAssign<&Mp<BITS>> for Mp<BITS> {
    fn div_assign(&mut self, other: &Self) {
        self.0 /= &other.0;
    }
}
forward_operators!({const BITS: u32} Mp<BITS>);

impl<const BITS: u32> Neg for Mp<BITS> {
    type Output = Self;
    fn neg(mut self) -> Self {
        self.0.neg_assign();
        self
    }
}
impl<const BITS: u32> Zero for Mp<BITS> {
    fn zero() -> Self {
        Mp(Float::new(BITS))
    }
    fn is_zero(&self) -> bool {
        self.0.is_zero()
    }
}
impl<const BITS: u32> One for Mp<BITS> {
    fn one() -> Self {
        Self::integer(1)
    }
}

impl<const BITS: u32> Ring for Mp<BITS> {
    fn integer(n: i64) -> Self {
        Mp(Float::with_val(BITS, n))
    }
    fn assign(&mut self, other: &Self) {
        self.0.assign(&other.0);
    }
    fn set_product(&mut self, a: &Self, b: &Self) {
        self.0.assign(&a.0 * &b.0);
    }
    fn squared(&self) -> Self {
        Mp(Float::with_val(BITS, self.0.square_ref()))
    }
}

impl<const BITS: u32> Field for Mp<BITS> {
    fn from_rational(value: &Rational) -> Self {
        Mp(Float::with_val(BITS, value))
    }
    fn surely_differs(&self, other: &Self, beside: &[Self]) -> bool {
        let entries = beside.iter().chain([self, other]);
        let scale = entries.fold(Float::new(BITS), |scale, entry| scale.max(&Float::with_val(BITS, entry.0.abs_ref())));
        Float::with_val(BITS, &self.0 - &other.0).abs() > scale >> (BITS / 2)
    }
}

impl<const BITS: u32> Branch for Mp<BITS> {
    type Mask = bool;
    fn less(&self, other: &Self) -> bool {
        self < other
    }
    fn select(mask: bool, if_true: &Self, if_false: &Self) -> Self {
        if mask { if_true.clone() } else { if_false.clone() }
    }
    fn assign_selected(&mut self, mask: bool, if_true: &Self, if_false: &Self) {
        Ring::assign(self, if mask { if_true } else { if_false });
    }
}

impl<const BITS: u32> Real for Mp<BITS> {
    fn sqrt(&self) -> Self {
        self.map(Float::sqrt)
    }
    fn exp(&self) -> Self {
        self.map(Float::exp)
    }
    fn exp_m1(&self) -> Self {
        self.map(Float::exp_m1)
    }
    fn ln(&self) -> Self {
        self.map(Float::ln)
    }
    fn ln_1p(&self) -> Self {
        self.map(Float::ln_1p)
    }
    fn sinh(&self) -> Self {
        self.map(Float::sinh)
    }
    fn cosh(&self) -> Self {
        self.map(Float::cosh)
    }
    fn tanh(&self) -> Self {
        self.map(Float::tanh)
    }
    /// At most 2 and 3 units in the last place, from one exponential for both.
    fn tanh_and_slope(&self) -> (Self, Self) {
        let mut cosh = Float::new(BITS);
        let mut tanh = self.0.clone();
        tanh.sinh_cosh_mut(&mut cosh);
        if cosh.is_infinite() {
            return (self.tanh(), Self::zero());
        }
        tanh /= &cosh;
        cosh.recip_mut();
        cosh.square_mut();
        (Mp(tanh), Mp(cosh))
    }
    fn atan(&self) -> Self {
        self.map(Float::atan)
    }
    fn pi() -> Self {
        Mp(Float::with_val(BITS, Constant::Pi))
    }
    /// At most 2 units in the last place.
    fn sigmoid(&self) -> Self {
        Self::one() / ((-self.clone()).exp() + Self::one())
    }
    /// At most 2 units in the last place.
    fn softplus(&self) -> Self {
        self.maximum(&Self::zero()) + (-self.absolute()).exp().ln_1p()
    }
    /// At most 2 units in the last place each.
    fn sigmoids(&self) -> Option<(Self, Self)> {
        let mut smaller = (-self.absolute()).exp();
        let partition = Self::one() + &smaller;
        smaller /= &partition;
        let larger = Self::one() / partition;
        Some(if self.0.is_sign_negative() { (smaller, larger) } else { (larger, smaller) })
    }
    /// At most 2 units in the last place each.
    fn softpluses(&self) -> Option<(Self, Self)> {
        let smaller = (-self.absolute()).exp().ln_1p();
        let larger = self.absolute() + &smaller;
        Some(if self.0.is_sign_negative() { (smaller, larger) } else { (larger, smaller) })
    }
    /// Half a unit in the last place and a little: 64 more bits are carried on the way.
    fn gelu_gate_times(&self, factor: &Self) -> Self {
        let bits = BITS + 64;
        let x = Float::with_val(bits, &self.0);
        let curved = Float::with_val(bits, x.square_ref()) * 8943_u32 / 200_000_u32 + 1_u32;
        let scale = (2_u32 / Float::with_val(bits, Constant::Pi)).sqrt() * 2_u32;
        let gate: Float = (-(x * curved * scale)).exp() + 1_u32;
        Mp(Float::with_val(BITS, &factor.0 / gate))
    }
}

impl<const BITS: u32> Measured for Mp<BITS> {
    fn magnitude(&self) -> Magnitude {
        Magnitude::above(&self.0)
    }
    fn mignitude(&self) -> Magnitude {
        Magnitude::below(&self.0)
    }
    fn sign(&self) -> Option<Sign> {
        Sign::of(self)
    }
    fn obstacle(&self) -> Option<Obstacle> {
        (!self.is_finite()).then_some(Obstacle::NotFinite)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rug::Integer;
    use rug::ops::Pow;

    /// A precision kept in a thread-local variable drops to 53 bits in a spawned thread; one kept in the type cannot.
    #[test]
    fn precision_survives_a_thread() {
        let third = std::thread::spawn(|| Mp::<512>::ratio(1, 3)).join().expect("the thread returns");
        assert_eq!(third.as_float().prec(), 512);
        let error = third * Mp::integer(3) - Mp::one();
        assert!(error.absolute() <= Mp::epsilon());
    }

    /// arctan(1/n) = sum of (-1)^k / ((2k + 1) n^(2k + 1)), in the rationals.
    fn arctangent_of_reciprocal(n: u32, terms: u32) -> Rational {
        let term = |k: u32| {
            Rational::from((
                if k.is_multiple_of(2) { 1 } else { -1 },
                Integer::from(2 * k + 1) * Integer::from(n).pow(2 * k + 1),
            ))
        };
        (0..terms).map(term).sum()
    }

    /// Machin: pi = 16 arctan(1/5) - 4 arctan(1/239).
    #[test]
    fn pi_has_all_its_digits() {
        fn at_precision<const BITS: u32>() {
            let pi = (arctangent_of_reciprocal(5, BITS) * 4u32 - arctangent_of_reciprocal(239, BITS)) * 4u32;
            let error = (Mp::<BITS>::pi().0.to_rational().expect("finite") - pi).abs();
            assert!(error <= Rational::from((4, Integer::from(1) << BITS)), "at {BITS} bits");
        }
        at_precision::<64>();
        at_precision::<512>();
    }

    #[test]
    fn epsilon_is_that_of_the_type() {
        assert_eq!(Mp::<256>::epsilon(), Mp::integer(2).powi(-255));
    }
}
