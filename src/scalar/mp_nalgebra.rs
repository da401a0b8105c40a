//! [`Mp`] as a scalar of nalgebra: simba's `ComplexField` and `RealField` and what they ask for.
//!
//! Every function is MPFR's, rounded once; constants are computed with guard bits and then rounded; the default
//! tolerance is the type's own [`Mp::epsilon`], never a double's.

use super::{Mp, Ring as _};
use approx::{AbsDiffEq, RelativeEq, UlpsEq};
use nalgebra::{ComplexField, Field, RealField, SimdValue};
use num_traits::{FromPrimitive, Num, One, Signed, Zero};
use rug::float::{Constant, ParseFloatError};
use rug::ops::Pow;
use rug::{Float, Integer};
use simba::scalar::SubsetOf;
use std::ops::{Rem, RemAssign};

/// Bits carried beyond the type's own while a constant is computed in several steps.
const GUARD_BITS: u32 = 64;

impl<const BITS: u32> Mp<BITS> {
    /// A constant that takes several rounded steps, computed from `source` with guard bits and rounded at the end.
    fn from_constant(source: Constant, compute: impl FnOnce(Float) -> Float) -> Self {
        Mp::new(&compute(Float::with_val(BITS + GUARD_BITS, source)))
    }

    /// The place of a finite number in the list of all numbers of this precision: neighbours differ by 1.
    fn ordinal(&self) -> Option<Integer> {
        let (significand, exponent) = self.0.to_integer_exp()?;
        let smallest_significand = Integer::from(1) << (BITS - 1);
        let magnitude = match significand.cmp0() {
            std::cmp::Ordering::Equal => return Some(Integer::new()),
            _ => significand.abs() - &smallest_significand,
        };
        // Binades are 2^(BITS - 1) numbers long; the exponent's lower bound keeps the count positive.
        let binades = i64::from(exponent) - 2 * i64::from(rug::float::exp_min());
        let place = Integer::from(binades) * smallest_significand + magnitude;
        Some(if self.0.is_sign_negative() { -place } else { place })
    }
}

impl<const BITS: u32> Rem for Mp<BITS> {
    type Output = Self;
    fn rem(self, other: Self) -> Self {
        Mp(self.0 % other.0)
    }
}
impl<const BITS: u32> RemAssign for Mp<BITS> {
    fn rem_assign(&mut self, other: Self) {
        self.0 %= other.0;
    }
}
impl<const BITS: u32> Num for Mp<BITS> {
    type FromStrRadixErr = ParseFloatError;
    fn from_str_radix(text: &str, radix: u32) -> Result<Self, ParseFloatError> {
        Ok(Mp(Float::with_val(BITS, Float::parse_radix(text, radix as i32)?)))
    }
}
impl<const BITS: u32> Signed for Mp<BITS> {
    fn abs(&self) -> Self {
        Mp(self.0.clone().abs())
    }
    fn abs_sub(&self, other: &Self) -> Self {
        Mp(self.0.clone().positive_diff(&other.0))
    }
    fn signum(&self) -> Self {
        Mp(self.0.clone().signum())
    }
    fn is_positive(&self) -> bool {
        self.0.is_sign_positive()
    }
    fn is_negative(&self) -> bool {
        self.0.is_sign_negative()
    }
}
impl<const BITS: u32> FromPrimitive for Mp<BITS> {
    fn from_i64(n: i64) -> Option<Self> {
        Some(Self::integer(n))
    }
    fn from_u64(n: u64) -> Option<Self> {
        Some(Mp(Float::with_val(BITS, n)))
    }
    fn from_i128(n: i128) -> Option<Self> {
        Some(Mp(Float::with_val(BITS, n)))
    }
    fn from_u128(n: u128) -> Option<Self> {
        Some(Mp(Float::with_val(BITS, n)))
    }
    fn from_f64(n: f64) -> Option<Self> {
        Some(Mp(Float::with_val(BITS, n)))
    }
}

impl<const BITS: u32> SubsetOf<Mp<BITS>> for Mp<BITS> {
    fn to_superset(&self) -> Self {
        self.clone()
    }
    fn from_superset_unchecked(element: &Self) -> Self {
        element.clone()
    }
    fn is_in_subset(_element: &Self) -> bool {
        true
    }
}

macro_rules! machine_subset {
    ($float:ident, $to:ident) => {
        impl<const BITS: u32> SubsetOf<Mp<BITS>> for $float {
            fn to_superset(&self) -> Mp<BITS> {
                Mp(Float::with_val(BITS, *self))
            }
            fn from_superset_unchecked(element: &Mp<BITS>) -> Self {
                element.0.$to()
            }
            /// Only what the machine's float holds exactly: a conversion that loses digits has to be asked for.
            fn is_in_subset(element: &Mp<BITS>) -> bool {
                element.0.is_nan() || element.0 == element.0.$to()
            }
        }
    };
}
machine_subset!(f32, to_f32);
machine_subset!(f64, to_f64);

#[allow(unsafe_code, reason = "the trait declares two methods unsafe; these bodies are not")]
impl<const BITS: u32> SimdValue for Mp<BITS> {
    const LANES: usize = 1;
    type Element = Self;
    type SimdBool = bool;
    fn splat(value: Self) -> Self {
        value
    }
    fn extract(&self, _lane: usize) -> Self {
        self.clone()
    }
    fn replace(&mut self, _lane: usize, value: Self) {
        *self = value;
    }
    fn select(self, condition: bool, other: Self) -> Self {
        if condition { self } else { other }
    }
    // The trait declares these two unsafe; nothing in them is.
    unsafe fn extract_unchecked(&self, _lane: usize) -> Self {
        self.clone()
    }
    unsafe fn replace_unchecked(&mut self, _lane: usize, value: Self) {
        *self = value;
    }
}
impl<const BITS: u32> Field for Mp<BITS> {}

impl<const BITS: u32> AbsDiffEq for Mp<BITS> {
    type Epsilon = Self;
    fn default_epsilon() -> Self {
        Self::epsilon()
    }
    fn abs_diff_eq(&self, other: &Self, epsilon: Self) -> bool {
        Signed::abs(&(self.clone() - other)) <= epsilon
    }
}
impl<const BITS: u32> RelativeEq for Mp<BITS> {
    fn default_max_relative() -> Self {
        Self::epsilon()
    }
    fn relative_eq(&self, other: &Self, epsilon: Self, max_relative: Self) -> bool {
        if self == other {
            return true;
        }
        if self.0.is_infinite() || other.0.is_infinite() {
            return false;
        }
        let difference = Signed::abs(&(self.clone() - other));
        let largest = RealField::max(Signed::abs(self), Signed::abs(other));
        difference <= epsilon || difference <= largest * max_relative
    }
}
impl<const BITS: u32> UlpsEq for Mp<BITS> {
    fn default_max_ulps() -> u32 {
        4
    }
    fn ulps_eq(&self, other: &Self, epsilon: Self, max_ulps: u32) -> bool {
        self.abs_diff_eq(other, epsilon)
            || self == other
            || match (self.ordinal(), other.ordinal()) {
                (Some(a), Some(b)) => (a - b).abs() <= max_ulps,
                _ => false,
            }
    }
}

/// `fn name(self) -> Self` through MPFR's function of the same name.
macro_rules! through_mpfr {
    ($($name:ident)*) => {
        $(fn $name(self) -> Self {
            Mp(self.0.$name())
        })*
    };
}

impl<const BITS: u32> ComplexField for Mp<BITS> {
    type RealField = Self;

    through_mpfr!(floor ceil round trunc fract recip sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh);
    through_mpfr!(log2 log10 ln ln_1p sqrt exp exp2 exp_m1 cbrt abs signum);

    fn from_real(re: Self) -> Self {
        re
    }
    fn real(self) -> Self {
        self
    }
    fn imaginary(self) -> Self {
        Self::zero()
    }
    fn modulus(self) -> Self {
        ComplexField::abs(self)
    }
    fn modulus_squared(self) -> Self {
        Mp(self.0.square())
    }
    fn argument(self) -> Self {
        if self >= Self::zero() { Self::zero() } else { RealField::pi() }
    }
    fn norm1(self) -> Self {
        ComplexField::abs(self)
    }
    fn scale(self, factor: Self) -> Self {
        self * factor
    }
    fn unscale(self, factor: Self) -> Self {
        self / factor
    }
    fn to_exp(self) -> (Self, Self) {
        if self >= Self::zero() { (self, Self::one()) } else { (-self, -Self::one()) }
    }
    fn mul_add(self, a: Self, b: Self) -> Self {
        Mp(self.0.mul_add(&a.0, &b.0))
    }
    fn hypot(self, other: Self) -> Self {
        Mp(self.0.hypot(&other.0))
    }
    fn conjugate(self) -> Self {
        self
    }
    fn sin_cos(self) -> (Self, Self) {
        let (sine, cosine) = self.0.sin_cos(Float::new(BITS));
        (Mp(sine), Mp(cosine))
    }
    fn log(self, base: Self) -> Self {
        ComplexField::ln(self) / ComplexField::ln(base)
    }
    fn powi(self, n: i32) -> Self {
        Mp(self.0.pow(n))
    }
    fn powf(self, n: Self) -> Self {
        Mp(self.0.pow(n.0))
    }
    fn powc(self, n: Self) -> Self {
        self.powf(n)
    }
    fn is_finite(&self) -> bool {
        self.0.is_finite()
    }
    fn try_sqrt(self) -> Option<Self> {
        if self >= Self::zero() { Some(ComplexField::sqrt(self)) } else { None }
    }
}

impl<const BITS: u32> RealField for Mp<BITS> {
    fn is_sign_positive(&self) -> bool {
        self.0.is_sign_positive()
    }
    fn is_sign_negative(&self) -> bool {
        self.0.is_sign_negative()
    }
    fn copysign(self, sign: Self) -> Self {
        Mp(self.0.copysign(&sign.0))
    }
    fn max(self, other: Self) -> Self {
        Mp(self.0.max(&other.0))
    }
    fn min(self, other: Self) -> Self {
        Mp(self.0.min(&other.0))
    }
    fn clamp(self, min: Self, max: Self) -> Self {
        if self < min {
            min
        } else if self > max {
            max
        } else {
            self
        }
    }
    fn atan2(self, other: Self) -> Self {
        Mp(self.0.atan2(&other.0))
    }
    /// None: the exponent is practically unbounded.
    fn min_value() -> Option<Self> {
        None
    }
    /// None: the exponent is practically unbounded.
    fn max_value() -> Option<Self> {
        None
    }

    fn pi() -> Self {
        Mp(Float::with_val(BITS, Constant::Pi))
    }
    fn two_pi() -> Self {
        Self::from_constant(Constant::Pi, |pi| pi * 2u32)
    }
    fn frac_pi_2() -> Self {
        Self::from_constant(Constant::Pi, |pi| pi / 2u32)
    }
    fn frac_pi_3() -> Self {
        Self::from_constant(Constant::Pi, |pi| pi / 3u32)
    }
    fn frac_pi_4() -> Self {
        Self::from_constant(Constant::Pi, |pi| pi / 4u32)
    }
    fn frac_pi_6() -> Self {
        Self::from_constant(Constant::Pi, |pi| pi / 6u32)
    }
    fn frac_pi_8() -> Self {
        Self::from_constant(Constant::Pi, |pi| pi / 8u32)
    }
    fn frac_1_pi() -> Self {
        Self::from_constant(Constant::Pi, Float::recip)
    }
    fn frac_2_pi() -> Self {
        Self::from_constant(Constant::Pi, |pi| pi.recip() * 2u32)
    }
    fn frac_2_sqrt_pi() -> Self {
        Self::from_constant(Constant::Pi, |pi| pi.recip_sqrt() * 2u32)
    }
    fn e() -> Self {
        ComplexField::exp(Self::one())
    }
    fn log2_e() -> Self {
        Self::from_constant(Constant::Log2, Float::recip)
    }
    fn log10_e() -> Self {
        Mp::new(&Float::with_val(BITS + GUARD_BITS, 10).ln().recip())
    }
    fn ln_2() -> Self {
        Mp(Float::with_val(BITS, Constant::Log2))
    }
    fn ln_10() -> Self {
        ComplexField::ln(Self::integer(10))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scalar::{Field as _, Rational};
    use simba::scalar::SupersetOf;

    /// One unit in the last place of a constant of size at most 16 is at most this.
    fn ulp<const BITS: u32>() -> Rational {
        Rational::from((16, Integer::from(1) << BITS))
    }

    fn distance<const BITS: u32>(value: Mp<BITS>, series: &Rational) -> Rational {
        (value.0.to_rational().expect("a constant is finite") - series).abs()
    }

    /// arctan(1/n) = sum of (-1)^k / ((2k + 1) n^(2k + 1)), in the rationals.
    fn arctangent_of_reciprocal(n: u32, terms: u32) -> Rational {
        let mut sum = Rational::new();
        for k in 0..terms {
            let term = Rational::from((1, Integer::from(2 * k + 1) * Integer::from(n).pow(2 * k + 1)));
            if k % 2 == 0 { sum += term } else { sum -= term }
        }
        sum
    }

    /// ln((1 + y)/(1 - y)) = 2 sum of y^(2k + 1)/(2k + 1) with y = 1/n, in the rationals.
    fn logarithm_of_neighbours(n: u32, terms: u32) -> Rational {
        let term = |k| Rational::from((2, Integer::from(2 * k + 1) * Integer::from(n).pow(2 * k + 1)));
        (0..terms).map(term).sum()
    }

    #[test]
    fn constants_have_all_their_digits() {
        fn at_precision<const BITS: u32>() {
            let pi = (arctangent_of_reciprocal(5, BITS) * 4u32 - arctangent_of_reciprocal(239, BITS)) * 4u32;
            let ln_2 = logarithm_of_neighbours(3, BITS);
            let ln_10 = ln_2.clone() * 3u32 + logarithm_of_neighbours(9, BITS);
            let mut e = Rational::from(1);
            for k in (1..BITS).rev() {
                e = e / k + 1u32;
            }
            let constants: [(Mp<BITS>, Rational); 13] = [
                (RealField::pi(), pi.clone()),
                (RealField::two_pi(), pi.clone() * 2u32),
                (RealField::frac_pi_2(), pi.clone() / 2u32),
                (RealField::frac_pi_3(), pi.clone() / 3u32),
                (RealField::frac_pi_4(), pi.clone() / 4u32),
                (RealField::frac_pi_6(), pi.clone() / 6u32),
                (RealField::frac_pi_8(), pi.clone() / 8u32),
                (RealField::frac_1_pi(), pi.clone().recip()),
                (RealField::frac_2_pi(), pi.clone().recip() * 2u32),
                (RealField::e(), e),
                (RealField::log2_e(), ln_2.clone().recip()),
                (RealField::ln_2(), ln_2),
                (RealField::ln_10(), ln_10.clone()),
            ];
            for (index, (value, series)) in constants.into_iter().enumerate() {
                assert!(distance(value, &series) <= ulp::<BITS>(), "constant {index} at {BITS} bits");
            }
            assert!(distance(<Mp<BITS> as RealField>::log10_e(), &ln_10.recip()) <= ulp::<BITS>());
            let root = <Mp<BITS> as RealField>::frac_2_sqrt_pi().0.to_rational().expect("finite");
            assert!((root.square() * pi - 4u32).abs() <= ulp::<BITS>());
        }
        at_precision::<64>();
        at_precision::<512>();
    }

    #[test]
    fn the_default_tolerance_is_that_of_the_type() {
        assert_eq!(Mp::<512>::default_epsilon(), Mp::integer(2).powi(-511));
        let one = Mp::<512>::one();
        let off = one.clone() + Mp::ratio(1, 1 << 60);
        assert!(!one.abs_diff_eq(&off, Mp::default_epsilon()));
        assert!(!one.relative_eq(&off, Mp::default_epsilon(), Mp::default_max_relative()));
        assert!(!one.ulps_eq(&off, Mp::default_epsilon(), Mp::<512>::default_max_ulps()));
    }

    #[test]
    fn units_in_the_last_place_are_counted_across_binades_and_not_across_zero() {
        let four = Mp::<128>::integer(4);
        let above = four.clone() + Mp::epsilon() * Mp::integer(8);
        let below = four.clone() - Mp::epsilon() * Mp::integer(4);
        let nothing = Mp::zero();
        assert!(above.ulps_eq(&below, nothing.clone(), 4));
        assert!(!above.ulps_eq(&below, nothing.clone(), 3));
        assert!((-above.clone()).ulps_eq(&-below, nothing.clone(), 4));
        assert!(!above.ulps_eq(&-above.clone(), nothing.clone(), u32::MAX));
        assert!(!Mp::<128>::integer(2).powi(-900).ulps_eq(&Mp::zero(), nothing, u32::MAX));
    }

    #[test]
    fn a_double_is_a_subset_only_where_it_is_exact() {
        let third = Mp::<256>::ratio(1, 3);
        assert_eq!(SupersetOf::<f64>::to_subset(&third), None);
        assert_eq!(SupersetOf::<f64>::to_subset(&Mp::<256>::ratio(3, 8)), Some(0.375));
        assert_eq!(SupersetOf::<f32>::to_subset(&Mp::<256>::ratio(3, 8)), Some(0.375));
        assert_eq!(SupersetOf::<f64>::to_subset_unchecked(&third), 1.0 / 3.0);
        assert_eq!(<Mp<256> as SupersetOf<f64>>::from_subset(&0.1).0.to_rational(), Rational::from_f64(0.1));
    }

    #[test]
    fn functions_satisfy_their_identities_to_the_last_digits() {
        let x = Mp::<512>::ratio(7, 5);
        let tolerance = Mp::<512>::epsilon() * Mp::integer(64);
        let small = |difference: Mp<512>| Signed::abs(&difference) <= tolerance;
        let (sine, cosine) = ComplexField::sin_cos(x.clone());
        assert!(small(sine.squared() + cosine.squared() - Mp::one()));
        assert!(small(ComplexField::atan(ComplexField::tan(x.clone())) - &x));
        assert!(small(ComplexField::cosh(ComplexField::acosh(x.clone())) - &x));
        assert!(small(ComplexField::powi(ComplexField::cbrt(x.clone()), 3) - &x));
        assert!(small(ComplexField::exp2(ComplexField::log2(x.clone())) - &x));
        assert!(small(ComplexField::powf(x.clone(), ComplexField::log(x.clone(), x.clone())) - &x));
        assert!(small(ComplexField::hypot(Mp::integer(3), Mp::integer(4)) - Mp::integer(5)));
        assert_eq!(Mp::<512>::integer(17) % Mp::integer(5), Mp::integer(2));
        assert_eq!(ComplexField::try_sqrt(-x), None);
        assert_eq!(Mp::<512>::from_str_radix("1.1", 2), Ok(Mp::ratio(3, 2)));
    }
}
