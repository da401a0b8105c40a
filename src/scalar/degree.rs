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

/// What entered a formula that ran on degrees: a bound presumes that the constants are the same at every point of a family, and that coordinates
/// are drawn from the whole grid.
pub(crate) mod intake {
    use super::Rational;
    use std::cell::RefCell;

    /// The numbers of which degrees were made, in their order.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub(crate) struct Intake {
        /// Those that are the polynomial's coefficients and exponents.
        pub(crate) constants: Vec<Rational>,
        /// Those that are its variables.
        pub(crate) drawn: Vec<Rational>,
    }

    thread_local! {
        static SEEN: RefCell<Option<Intake>> = const { RefCell::new(None) };
    }

    pub(super) fn see(note: impl FnOnce(&mut Intake)) {
        SEEN.with_borrow_mut(|seen| {
            if let Some(seen) = seen {
                note(seen);
            }
        });
    }

    /// What `action` does, with the numbers of which it made degrees on this thread. What is watched within is watched from outside too.
    pub(crate) fn during<R>(action: impl FnOnce() -> R) -> (R, Intake) {
        let outside = SEEN.replace(Some(Intake::default()));
        let result = action();
        let seen = SEEN.replace(outside).unwrap_or_default();
        see(|outside| {
            outside.constants.extend_from_slice(&seen.constants);
            outside.drawn.extend_from_slice(&seen.drawn);
        });
        (result, seen)
    }
}

impl Ring for Degree {
    fn integer(n: i64) -> Self {
        intake::see(|seen| seen.constants.push(n.into()));
        if n == 0 { Degree::Zero } else { Degree::AtMost(0) }
    }
}

impl Field for Degree {
    fn from_rational(value: &Rational) -> Self {
        intake::see(|seen| seen.constants.push(value.clone()));
        if value.is_zero() { Degree::Zero } else { Degree::AtMost(0) }
    }
    fn drawn(value: &Rational) -> Self {
        intake::see(|seen| seen.drawn.push(value.clone()));
        // Even a zero: it is one point of the grid, and the coordinate is a variable all the same.
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

    /// |x| is x on one half of the grid and -x on the other: no polynomial, and no bound.
    #[test]
    fn where_a_value_chooses_a_branch_there_is_no_degree() {
        let x = Degree::drawn(&Rational::from(3));
        assert_eq!(x.absolute(), Degree::Unbounded);
        assert_eq!(Degree::select(x.less(&Degree::zero()), &Degree::one(), &Degree::zero()), Degree::Unbounded);
        assert_eq!(Degree::select(x.less(&Degree::zero()), &Degree::zero(), &Degree::zero()), Degree::Zero);
        // Constants choose the same branch at every point.
        assert_eq!(Degree::select(Degree::one().less(&Degree::zero()), &x, &Degree::one()), x);
    }
}
