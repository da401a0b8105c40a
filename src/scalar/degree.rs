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
/// the bound is safe. Where a value chooses a branch there is one polynomial on each side, and a random point of one of
/// them is no random point of the whole grid: the answer is "unbounded", as it is after dividing by anything but a constant.
/// Networks with kinks have a degree only if their pattern was drawn beforehand and forced, so that nothing is left to choose.
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

    /// Whether no drawn coordinate enters.
    pub fn is_constant(self) -> bool {
        matches!(self, Degree::Zero | Degree::AtMost(0))
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

/// Fractions with a denominator of at most `2^COARSE_BITS` are no draws from the grid: of its `2^32` points one in `2^22` is such a number.
const COARSE_BITS: u32 = 8;

/// The constants that entered a formula. The bounds of two points multiply only where they are the same.
pub(crate) mod constants {
    use super::Rational;
    use std::cell::RefCell;

    thread_local! {
        static SEEN: RefCell<Option<Vec<Rational>>> = const { RefCell::new(None) };
    }

    pub(super) fn see(value: impl Into<Rational>) {
        SEEN.with_borrow_mut(|seen| {
            if let Some(seen) = seen {
                seen.push(value.into());
            }
        });
    }

    /// What `action` does, with the constants that it made of degrees on this thread, in their order. What is watched within is watched from outside too.
    pub(crate) fn during<R>(action: impl FnOnce() -> R) -> (R, Vec<Rational>) {
        let outside = SEEN.replace(Some(Vec::new()));
        let result = action();
        let seen = SEEN.replace(outside).unwrap_or_default();
        SEEN.with_borrow_mut(|outside| {
            if let Some(outside) = outside {
                outside.extend_from_slice(&seen);
            }
        });
        (result, seen)
    }
}

impl Ring for Degree {
    fn integer(n: i64) -> Self {
        constants::see(n);
        if n == 0 { Degree::Zero } else { Degree::AtMost(0) }
    }
}

impl Field for Degree {
    fn from_rational(value: &Rational) -> Self {
        constants::see(value);
        if value.is_zero() { Degree::Zero } else { Degree::AtMost(0) }
    }
    fn drawn(value: &Rational) -> Self {
        // A token, a sign or a few-bit number that is carried as a coordinate would earn a bound that speaks of 2^32 values where there are
        // sixteen.
        if *value.denom() <= 1_u64 << COARSE_BITS {
            return Degree::Unbounded;
        }
        Degree::AtMost(1)
    }
}

impl Branch for Degree {
    /// Whether the comparison is one of constants, which no drawn coordinate can change.
    type Mask = bool;
    fn less(&self, other: &Self) -> bool {
        self.is_constant() && other.is_constant()
    }
    fn select(of_constants: bool, if_true: &Self, if_false: &Self) -> Self {
        match (*if_true).max(*if_false) {
            Degree::Zero => Degree::Zero,
            larger if of_constants => larger,
            _ => Degree::Unbounded,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scalar::Dual;

    #[test]
    fn degrees_add_under_products_and_dominate_under_sums() {
        let x = Degree::drawn(&Rational::from((3, 1 << 30)));
        let square = x.squared();
        assert_eq!(square + x, Degree::AtMost(2));
        assert_eq!(x.powi(5) * Degree::zero(), Degree::Zero);
        assert_eq!(x / Degree::ratio(1, 7), Degree::AtMost(1));
        assert_eq!(Degree::one() / x, Degree::Unbounded);
    }

    /// Where a coordinate may be one of a few numbers, only what it enters has no degree.
    #[test]
    fn what_is_not_drawn_from_the_grid_has_no_degree() {
        for token in [Rational::new(), Rational::from(3), Rational::from((-5, 256)), Rational::from((1, 3))] {
            assert_eq!(Degree::drawn(&token), Degree::Unbounded, "{token}");
        }
        assert_eq!(Degree::drawn(&Rational::from((1, 512))), Degree::AtMost(1));
    }

    #[test]
    fn a_derivative_is_bounded_too() {
        let x = Dual::new(Degree::AtMost(1), Degree::one());
        assert_eq!(x.powi(4).tangent, Degree::AtMost(3));
    }

    /// |x| is x on one half of the grid and -x on the other: no polynomial, and no bound.
    #[test]
    fn where_a_value_chooses_a_branch_there_is_no_degree() {
        let x = Degree::drawn(&Rational::from((3, 1 << 30)));
        assert_eq!(x.absolute(), Degree::Unbounded);
        assert_eq!(Degree::select(x.less(&Degree::zero()), &Degree::one(), &Degree::zero()), Degree::Unbounded);
        assert_eq!(Degree::select(x.less(&Degree::zero()), &Degree::zero(), &Degree::zero()), Degree::Zero);
        // Constants choose the same branch at every point.
        assert_eq!(Degree::select(Degree::one().less(&Degree::zero()), &x, &Degree::one()), x);
    }
}
