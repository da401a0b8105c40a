//! The prime field with `2^61 - 1` elements: exact arithmetic at the speed of machine words.

use super::{Branch, Field, Rational, Ring};
use crate::forward_operators;
use num_traits::{One, Zero};
use rug::Integer;
use rug::ops::RemRounding;
use std::convert::Infallible;
use std::ops::{AddAssign, DivAssign, MulAssign, Neg, SubAssign};

/// A residue modulo the Mersenne prime `p = 2^61 - 1`.
///
/// Reduction modulo `p` maps the rational numbers whose denominator `p` does not divide onto this field and respects
/// `+ - * /`. So a number that is not 0 here was not 0 in the rationals, and the rank of a matrix of residues is at most
/// the rank of the matrix of rationals: what is *not* zero is proven, what is zero is not.
///
/// A finite field has no order. [`Branch::less`] panics rather than answer, and [`Branch::select`] cannot even be called,
/// because nobody has a mask: whoever evaluates a network with kinks has to force its gates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Residue(u64);

/// The number of bits, and the prime.
const BITS: u32 = 61;

impl Residue {
    /// The prime `p`.
    pub const PRIME: u64 = (1 << BITS) - 1;

    /// The residue of an unsigned integer.
    #[inline]
    pub fn new(value: u64) -> Self {
        Residue(value % Self::PRIME)
    }

    /// The representative in `0..p`.
    #[inline]
    pub fn value(self) -> u64 {
        self.0
    }

    /// From a number below `2 p`.
    #[inline]
    fn reduced(value: u64) -> Self {
        Residue(if value >= Self::PRIME { value - Self::PRIME } else { value })
    }

    /// `1 / self`, by Fermat's theorem `x^(p - 1) = 1`.
    ///
    /// # Panics
    /// If it is zero.
    fn inverse(self) -> Self {
        assert!(self.0 != 0, "division by zero in the field of residues modulo 2^61 - 1");
        let (mut result, mut base, mut exponent) = (Residue(1), self, Self::PRIME - 2);
        while exponent > 0 {
            if exponent & 1 == 1 {
                result *= &base;
            }
            base *= &base.clone();
            exponent >>= 1;
        }
        result
    }
}

impl AddAssign<&Residue> for Residue {
    #[inline]
    fn add_assign(&mut self, other: &Self) {
        *self = Self::reduced(self.0 + other.0);
    }
}
impl SubAssign<&Residue> for Residue {
    #[inline]
    fn sub_assign(&mut self, other: &Self) {
        *self = Self::reduced(self.0 + Self::PRIME - other.0);
    }
}
impl MulAssign<&Residue> for Residue {
    #[inline]
    fn mul_assign(&mut self, other: &Self) {
        // 2^61 = 1: the high bits count like the low ones.
        let product = u128::from(self.0) * u128::from(other.0);
        *self = Self::reduced((product as u64 & Self::PRIME) + (product >> BITS) as u64);
    }
}
impl DivAssign<&Residue> for Residue {
    #[inline]
    fn div_assign(&mut self, other: &Self) {
        self.mul_assign(&other.inverse());
    }
}
forward_operators!({} Residue);

impl Neg for Residue {
    type Output = Self;
    #[inline]
    fn neg(self) -> Self {
        Self::reduced(Self::PRIME - self.0)
    }
}
impl Zero for Residue {
    #[inline]
    fn zero() -> Self {
        Residue(0)
    }
    #[inline]
    fn is_zero(&self) -> bool {
        self.0 == 0
    }
}
impl One for Residue {
    #[inline]
    fn one() -> Self {
        Residue(1)
    }
}

impl Ring for Residue {
    #[inline]
    fn integer(n: i64) -> Self {
        let size = Self::new(n.unsigned_abs());
        if n < 0 { -size } else { size }
    }
}

impl Field for Residue {
    /// The numerator times the inverse of the denominator.
    ///
    /// # Panics
    /// If `p` divides the denominator: such a rational number has no residue.
    #[inline]
    fn from_rational(value: &Rational) -> Self {
        let residue = |integer: &Integer| {
            let remainder = Integer::from(integer.rem_euc(&Integer::from(Self::PRIME)));
            Residue(remainder.to_u64().expect("a remainder is below the divisor"))
        };
        let denominator = residue(value.denom());
        assert!(!denominator.is_zero(), "2^61 - 1 divides the denominator of {value}: it has no residue");
        residue(value.numer()) / denominator
    }
}

impl Branch for Residue {
    type Mask = Infallible;
    /// # Panics
    /// Always: a finite field has no order.
    #[inline]
    fn less(&self, _other: &Self) -> Infallible {
        panic!("residues are not ordered: force the gates of a network that is evaluated in a finite field")
    }
    #[inline]
    fn select(mask: Infallible, _if_true: &Self, _if_false: &Self) -> Self {
        match mask {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use quickcheck::quickcheck;

    #[test]
    fn the_modulus_is_zero_and_minus_one_is_its_predecessor() {
        assert!(Residue::new(Residue::PRIME).is_zero());
        assert_eq!(Residue::integer(-1), Residue::new(Residue::PRIME - 1));
        assert_eq!(-Residue::zero(), Residue::zero());
        assert_eq!(Residue::integer(i64::MIN), -(Residue::new(1 << 62) + Residue::new(1 << 62)));
        // 2^61 = 1
        assert!(Residue::integer(2).powi(61).is_one());
    }

    quickcheck! {
        fn a_product_is_that_of_long_division(a: u64, b: u64) -> bool {
            let (a, b) = (Residue::new(a), Residue::new(b));
            let product = u128::from(a.value()) * u128::from(b.value()) % u128::from(Residue::PRIME);
            u128::from((a * b).value()) == product
        }

        fn a_division_undoes_a_product(a: u64, b: u64) -> bool {
            let (a, b) = (Residue::new(a), Residue::new(b));
            b.is_zero() || a * b / b == a
        }
    }

    #[test]
    #[should_panic(expected = "residues are not ordered")]
    fn residues_are_never_compared() {
        Residue::one().maximum(&Residue::zero());
    }

    #[test]
    #[should_panic(expected = "has no residue")]
    fn a_denominator_that_vanishes_is_refused() {
        let _ = Residue::from_rational(&Rational::from((1, Residue::PRIME)));
    }
}
