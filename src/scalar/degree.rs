//! Upper bounds on the total degree of a polynomial, computed by running a formula on degrees.

use super::operators::forward_operators;
use super::{Branch, Field, Rational, Ring};
use num_traits::{One, Zero};
use std::ops::{AddAssign, DivAssign, MulAssign, Neg, SubAssign};

/// An upper bound on the total degree, in the drawn coordinates, of the polynomial that a formula computes.
///
/// The Schwartz-Zippel lemma needs the degree of a residual. Nobody has to work it out by hand: the same generic code
/// that computes the residual runs on degrees. A sum has at most the larger degree, a product at most the sum, a
/// constant has degree 0, a coordinate drawn from the grid ([`Field::drawn`]) degree 1. Cancellation is ignored, so
/// the bound is safe. A selection takes the larger of its two branches, which bounds every activation pattern.
/// Dividing by anything but a constant leaves the polynomials, and the answer is "unbounded".
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Degree {
    /// The zero polynomial.
    Zero,
    /// A polynomial of at most this degree.
    AtMost(u32),
    /// Not known to be a polynomial.
    Unbounded,
}

impl Degree {
    /// The bound, if there is one; the zero polynomial counts as degree 0.
    pub fn bound(self) -> Option<u32> {
        match self {
            Degree::Zero => Some(0),
            Degree::AtMost(degree) => Some(degree),
            Degree::Unbounded => None,
        }
    }
}

impl AddAssign<&Degree> for Degree {
    fn add_assign(&mut self, other: &Self) {
        *self = (*self).max(*other);
    }
}
impl SubAssign<&Degree> for Degree {
    fn sub_assign(&mut self, other: &Self) {
        *self = (*self).max(*other);
    }
}
impl MulAssign<&Degree> for Degree {
    fn mul_assign(&mut self, other: &Self) {
        *self = match (*self, *other) {
            (Degree::Zero, _) | (_, Degree::Zero) => Degree::Zero,
            (Degree::AtMost(a), Degree::AtMost(b)) => a.checked_add(b).map_or(Degree::Unbounded, Degree::AtMost),
            _ => Degree::Unbounded,
        };
    }
}
impl DivAssign<&Degree> for Degree {
    fn div_assign(&mut self, other: &Self) {
        *self = match (*self, *other) {
            (numerator, Degree::AtMost(0)) => numerator,
            _ => Degree::Unbounded,
        };
    }
}
forward_operators!({} Degree);

impl Neg for Degree {
    type Output = Self;
    fn neg(self) -> Self {
        self
    }
}
impl Zero for Degree {
    fn zero() -> Self {
        Degree::Zero
    }
    fn is_zero(&self) -> bool {
        *self == Degree::Zero
    }
}
impl One for Degree {
    fn one() -> Self {
        Degree::AtMost(0)
    }
}

impl Ring for Degree {
    fn integer(n: i64) -> Self {
        if n == 0 { Degree::Zero } else { Degree::AtMost(0) }
    }
}

impl Field for Degree {
    fn from_rational(value: &Rational) -> Self {
        if value.is_zero() { Degree::Zero } else { Degree::AtMost(0) }
    }
    fn drawn(_value: &Rational) -> Self {
        // Even a zero: it is one point of the grid, and the coordinate is a variable all the same.
        Degree::AtMost(1)
    }
}

impl Branch for Degree {
    type Mask = ();
    fn less(&self, _other: &Self) {}
    fn select((): (), if_true: &Self, if_false: &Self) -> Self {
        *if_true.max(if_false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scalar::Dual;

    #[test]
    fn degrees_add_under_products_and_dominate_under_sums() {
        let x = Degree::drawn(&Rational::from(3));
        let square = x.squared();
        assert_eq!(square + x, Degree::AtMost(2));
        assert_eq!(x.powi(5) * Degree::zero(), Degree::Zero);
        assert_eq!(x / Degree::ratio(1, 7), Degree::AtMost(1));
        assert_eq!(Degree::one() / x, Degree::Unbounded);
    }

    #[test]
    fn a_derivative_is_bounded_too() {
        let x = Dual::new(Degree::AtMost(1), Degree::one());
        assert_eq!(x.powi(4).tangent, Degree::AtMost(3));
    }
}
