//! The four operations, squares, integer powers and exact fractions.

use super::Enclosure;
use super::rounding::Rounding;
use crate::forward_operators;
use crate::{Field, Rational, Ring};
use num_traits::{One, Zero};
use rug::Assign;
use rug::Float;
use rug::float::{Round, Special};
use rug::ops::{
    AddAssignRound, AssignRound, DivAssignRound, MulAssignRound, NegAssign, PowAssignRound, SubAssignRound,
};
use std::cmp::Ordering;
use std::mem::swap;
use std::ops::{AddAssign, DivAssign, MulAssign, Neg, SubAssign};

/// Where a non-empty interval lies: what decides which endpoints meet in a product.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    /// `{0}`
    Zero,
    /// No number above 0, some below.
    Negative,
    /// No number below 0, some above.
    Positive,
    /// Some on either side.
    Mixed,
}

/// One of the two bounds of an operand.
#[derive(Clone, Copy)]
enum End {
    Lower,
    Upper,
}
use End::{Lower, Upper};

/// The endpoints, of the left and of the right operand, that give a lower bound, and those that give an upper bound.
type Ends = [(End, End); 2];

/// The endpoints that meet in `[a, b] * [c, d]`, neither being `{0}` nor both mixed:
///
/// |   |       M       |       N       |       P       |
/// |---|---------------|---------------|---------------|
/// | M |   see `both`  | `[b*c, a*c]`  | `[a*d, b*d]`  |
/// | N | `[a*d, a*c]`  | `[b*d, a*c]`  | `[a*d, b*c]`  |
/// | P | `[b*c, b*d]`  | `[b*c, a*d]`  | `[a*c, b*d]`  |
///
/// (M mixed, N negative, P positive; `both` is `[min(a*d, b*c), max(a*c, b*d)]`.) No entry multiplies 0 by infinity:
/// an infinite endpoint meets only endpoints that are not 0.
fn product_ends(left: Side, right: Side) -> Option<Ends> {
    use Side::{Mixed, Negative, Positive};
    Some(match (left, right) {
        (Mixed, Negative) => [(Upper, Lower), (Lower, Lower)],
        (Mixed, Positive) => [(Lower, Upper), (Upper, Upper)],
        (Negative, Mixed) => [(Lower, Upper), (Lower, Lower)],
        (Negative, Negative) => [(Upper, Upper), (Lower, Lower)],
        (Negative, Positive) => [(Lower, Upper), (Upper, Lower)],
        (Positive, Mixed) => [(Upper, Lower), (Upper, Upper)],
        (Positive, Negative) => [(Upper, Lower), (Lower, Upper)],
        (Positive, Positive) => [(Lower, Lower), (Upper, Upper)],
        _ => return None,
    })
}

/// The endpoints that meet in `[a, b] / [c, d]`, the dividend not being `{0}`, the divisor negative or positive:
///
/// |   |       N       |       P       |
/// |---|---------------|---------------|
/// | M | `[b/d, a/d]`  | `[a/c, b/c]`  |
/// | N | `[b/c, a/d]`  | `[a/c, b/d]`  |
/// | P | `[b/d, a/c]`  | `[a/d, b/c]`  |
///
/// Where the divisor's endpoint is 0, the bound is infinite. No entry divides infinity by infinity. A mixed divisor
/// gives the whole line.
fn quotient_ends(left: Side, right: Side) -> Option<Ends> {
    use Side::{Mixed, Negative, Positive};
    Some(match (left, right) {
        (Mixed, Negative) => [(Upper, Upper), (Lower, Upper)],
        (Mixed, Positive) => [(Lower, Lower), (Upper, Lower)],
        (Negative, Negative) => [(Upper, Lower), (Lower, Upper)],
        (Negative, Positive) => [(Lower, Lower), (Upper, Upper)],
        (Positive, Negative) => [(Upper, Upper), (Lower, Lower)],
        (Positive, Positive) => [(Lower, Upper), (Upper, Lower)],
        _ => return None,
    })
}

impl<const BITS: u32, R: Rounding> Enclosure<BITS, R> {
    fn side(&self) -> Side {
        match (self.lower.cmp0(), self.upper.cmp0()) {
            (Some(Ordering::Equal), Some(Ordering::Equal)) => Side::Zero,
            (_, Some(Ordering::Less | Ordering::Equal)) => Side::Negative,
            (Some(Ordering::Greater | Ordering::Equal), _) => Side::Positive,
            _ => Side::Mixed,
        }
    }

    fn end(&self, end: End) -> &Float {
        match end {
            Lower => &self.lower,
            Upper => &self.upper,
        }
    }

    /// Moves the endpoint named first into the place of the lower bound, the other into that of the upper bound.
    fn arrange(&mut self, lower: End, upper: End) {
        match (lower, upper) {
            (Lower, Upper) => {}
            (Upper, Lower) => swap(&mut self.lower, &mut self.upper),
            (Lower, Lower) => self.upper.assign(&self.lower),
            (Upper, Upper) => self.lower.assign(&self.upper),
        }
    }

    /// Takes over the memory of another operand; an empty operand makes the result empty, and then the answer is false.
    fn meets(&mut self, other: &Self) -> bool {
        self.history = self.history.and(other.history);
        let both = !self.is_empty() && !other.is_empty();
        if !both {
            self.make_empty();
        }
        both
    }

    /// The image under an increasing function that is defined on the whole interval.
    pub(super) fn increasing(&self, function: impl Fn(&mut Float, Round) -> Ordering) -> Self {
        let mut image = self.clone();
        if !image.is_empty() {
            function(&mut image.lower, R::DOWN);
            function(&mut image.upper, R::UP);
        }
        image
    }

    /// The image under a decreasing function that is defined on the whole interval.
    fn decreasing(&self, function: impl Fn(&mut Float, Round) -> Ordering) -> Self {
        let mut image = self.clone();
        if !image.is_empty() {
            swap(&mut image.lower, &mut image.upper);
            function(&mut image.lower, R::DOWN);
            function(&mut image.upper, R::UP);
        }
        image
    }

    /// `self^exponent` for a negative exponent: a pole at 0, where the bounds that touch it become infinite.
    fn reciprocal_power(&self, exponent: i32) -> Self {
        let power = |bound: &mut Float, round| bound.pow_assign_round(exponent, round);
        let base = if exponent % 2 == 0 { self.magnitudes() } else { self.clone() };
        if base.is_empty() {
            return base;
        }
        let mut image = base.decreasing(power);
        match base.side() {
            Side::Zero => image.make_empty(),
            Side::Mixed => image.make_entire(),
            Side::Positive if base.lower.is_zero() => image.upper.assign(Special::Infinity),
            Side::Negative if base.upper.is_zero() => image.lower.assign(Special::NegInfinity),
            Side::Positive | Side::Negative => {}
        }
        image.history.undefined |= base.contains_zero();
        image
    }
}

impl<const BITS: u32, R: Rounding> AddAssign<&Enclosure<BITS, R>> for Enclosure<BITS, R> {
    fn add_assign(&mut self, other: &Self) {
        if self.meets(other) {
            let _ = self.lower.add_assign_round(&other.lower, R::DOWN);
            let _ = self.upper.add_assign_round(&other.upper, R::UP);
        }
    }
}
impl<const BITS: u32, R: Rounding> SubAssign<&Enclosure<BITS, R>> for Enclosure<BITS, R> {
    fn sub_assign(&mut self, other: &Self) {
        if self.meets(other) {
            let _ = self.lower.sub_assign_round(&other.upper, R::DOWN);
            let _ = self.upper.sub_assign_round(&other.lower, R::UP);
        }
    }
}
impl<const BITS: u32, R: Rounding> MulAssign<&Enclosure<BITS, R>> for Enclosure<BITS, R> {
    fn mul_assign(&mut self, other: &Self) {
        if !self.meets(other) {
            return;
        }
        match (self.side(), other.side()) {
            (Side::Zero, _) | (_, Side::Zero) => self.make_zero(),
            (left, right) => {
                let Some([lower, upper]) = product_ends(left, right) else {
                    let left = self.clone();
                    return self.set_product(&left, other);
                };
                self.arrange(lower.0, upper.0);
                let _ = self.lower.mul_assign_round(other.end(lower.1), R::DOWN);
                let _ = self.upper.mul_assign_round(other.end(upper.1), R::UP);
            }
        }
    }
}
impl<const BITS: u32, R: Rounding> DivAssign<&Enclosure<BITS, R>> for Enclosure<BITS, R> {
    fn div_assign(&mut self, other: &Self) {
        if !self.meets(other) {
            return;
        }
        self.history.undefined |= other.contains_zero();
        match (self.side(), other.side()) {
            (_, Side::Zero) => self.make_empty(),
            (Side::Zero, _) => {}
            (left, right) => {
                let Some([lower, upper]) = quotient_ends(left, right) else {
                    return self.make_entire();
                };
                self.arrange(lower.0, upper.0);
                if other.end(lower.1).is_zero() {
                    self.lower.assign(Special::NegInfinity);
                } else {
                    let _ = self.lower.div_assign_round(other.end(lower.1), R::DOWN);
                }
                if other.end(upper.1).is_zero() {
                    self.upper.assign(Special::Infinity);
                } else {
                    let _ = self.upper.div_assign_round(other.end(upper.1), R::UP);
                }
            }
        }
    }
}
forward_operators!({const BITS: u32, R: Rounding} Enclosure<BITS, R>);

impl<const BITS: u32, R: Rounding> Neg for Enclosure<BITS, R> {
    type Output = Self;
    fn neg(mut self) -> Self {
        // The empty set, [+inf, -inf], is its own negative.
        swap(&mut self.lower, &mut self.upper);
        self.lower.neg_assign();
        self.upper.neg_assign();
        self
    }
}
impl<const BITS: u32, R: Rounding> Zero for Enclosure<BITS, R> {
    fn zero() -> Self {
        Self::integer(0)
    }
    /// Whether it is `{0}` and remembers nothing: a zero that met a kink must not be optimised away.
    fn is_zero(&self) -> bool {
        self.lower.is_zero() && self.upper.is_zero() && self.history.is_clean()
    }
}
impl<const BITS: u32, R: Rounding> One for Enclosure<BITS, R> {
    fn one() -> Self {
        Self::integer(1)
    }
}

impl<const BITS: u32, R: Rounding> Ring for Enclosure<BITS, R> {
    fn integer(n: i64) -> Self {
        Self::outward(n, n)
    }
    fn assign(&mut self, other: &Self) {
        self.lower.assign(&other.lower);
        self.upper.assign(&other.upper);
        self.history = other.history;
    }
    fn set_product(&mut self, a: &Self, b: &Self) {
        self.history = a.history.and(b.history);
        if a.is_empty() || b.is_empty() {
            return self.make_empty();
        }
        match (a.side(), b.side()) {
            (Side::Zero, _) | (_, Side::Zero) => self.make_zero(),
            (left, right) => {
                if let Some([lower, upper]) = product_ends(left, right) {
                    let _ = self.lower.assign_round(a.end(lower.0) * b.end(lower.1), R::DOWN);
                    let _ = self.upper.assign_round(a.end(upper.0) * b.end(upper.1), R::UP);
                    return;
                }
                // Both mixed.
                let mut candidate = Float::new(BITS);
                let _ = self.lower.assign_round(&a.lower * &b.upper, R::DOWN);
                let _ = candidate.assign_round(&a.upper * &b.lower, R::DOWN);
                if candidate < self.lower {
                    swap(&mut self.lower, &mut candidate);
                }
                let _ = self.upper.assign_round(&a.lower * &b.lower, R::UP);
                let _ = candidate.assign_round(&a.upper * &b.upper, R::UP);
                if candidate > self.upper {
                    swap(&mut self.upper, &mut candidate);
                }
            }
        }
    }
    fn squared(&self) -> Self {
        self.magnitudes().increasing(Float::square_round)
    }
}

impl<const BITS: u32, R: Rounding> Field for Enclosure<BITS, R> {
    fn from_rational(value: &Rational) -> Self {
        Self::outward(value, value)
    }
    fn surely_differs(&self, other: &Self, _beside: &[Self]) -> bool {
        self.upper() < other.lower() || other.upper() < self.lower()
    }
    /// The tightest enclosure of the power; `x^0` is 1 for every `x`.
    fn powi(&self, exponent: i32) -> Self {
        let power = |bound: &mut Float, round| bound.pow_assign_round(exponent, round);
        match exponent {
            0 if self.is_empty() => self.clone(),
            0 => Enclosure { history: self.history, ..Self::one() },
            ..0 => self.reciprocal_power(exponent),
            _ if exponent % 2 == 0 => self.magnitudes().increasing(power),
            _ => self.increasing(power),
        }
    }
}
