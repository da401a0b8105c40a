//! Intervals with rigorous bounds: MPFR's directed rounding, the set-based semantics of IEEE Std 1788-2015.
//!
//! | file | holds |
//! |---|---|
//! | `mod.rs` | the type, constructors, bounds, the operations of sets |
//! | `arithmetic.rs` | `+ - * /`, squares, integer powers, exact fractions |
//! | `elementary.rs` | square root, exponential, logarithm, hyperbolic and network functions |
//! | `comparison.rs` | three-valued comparison, selection, minimum, maximum, absolute value |
//! | `rounding.rs` | the rounding policy, which tests replace by a wrong one |

mod arithmetic;
mod comparison;
mod elementary;
pub mod rounding;

#[cfg(test)]
mod tests;

pub use comparison::Truth;
use rounding::{Outward, Rounding};
use rug::float::{Round, Special};
use rug::ops::{AssignRound, SubAssignRound};
use rug::{Assign, Float, Rational};
use std::cmp::Ordering;
use std::fmt;
use std::marker::PhantomData;

/// A closed interval of real numbers with bounds of `BITS` bits, possibly empty or unbounded.
///
/// The result of an operation contains every value that the operation takes on the operands, and is the tightest such
/// interval for each operation except [`sigmoid`](super::Real::sigmoid) and [`softplus`](super::Real::softplus), which
/// round in several steps. A function is taken on the part of the interval that lies in its domain: `sqrt([-1, 4]) = [0, 2]`,
/// `1 / [0, 2] = [1/2, +inf]`.
///
/// ```
/// use equipartition_scalar::{Field, Interval, Rational, Ring};
/// let third = Interval::<128>::ratio(1, 3);
/// assert!(third.contains(&Rational::from((1, 3))) && third.lower() < third.upper());
/// assert!((third * Interval::integer(3)).contains(&Rational::from(1)));
/// ```
pub type Interval<const BITS: u32> = Enclosure<BITS, Outward>;

/// An [`Interval`] whose rounding policy is a parameter; use [`Interval`], which fixes the only sound one.
///
/// An interval remembers two things about the operations it came from, and so does everything computed from it:
/// whether a selection could not be decided ([`Enclosure::met_kink`]) and whether a function was not defined on all of
/// its argument ([`Enclosure::left_domain`]). Neither is part of the set: `==` compares bounds only.
#[derive(Clone)]
pub struct Enclosure<const BITS: u32, R: Rounding> {
    /// Never NaN; `+inf` for the empty set, and only for it.
    lower: Float,
    /// Never NaN; `-inf` for the empty set, and only for it.
    upper: Float,
    history: History,
    rounding: PhantomData<R>,
}

/// What an interval remembers of the operations behind it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct History {
    /// A selection met a mask that was not decided.
    kink: bool,
    /// A function was not defined on all of its argument.
    undefined: bool,
}

impl History {
    /// The memory of a result that depends on both.
    fn and(self, other: Self) -> Self {
        History { kink: self.kink || other.kink, undefined: self.undefined || other.undefined }
    }

    fn is_clean(self) -> bool {
        self == History::default()
    }
}

/// Why two numbers are not the bounds of an interval.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum BoundsError {
    /// A bound is a NaN.
    #[error("a bound of an interval is not a number")]
    NotANumber,
    /// The lower bound is larger than the upper one.
    #[error("the lower bound {lower} is larger than the upper bound {upper}")]
    Reversed {
        /// The lower bound.
        lower: Float,
        /// The upper bound.
        upper: Float,
    },
    /// Both bounds are the same infinity.
    #[error("no real number lies between {0} and {0}")]
    Infinite(Float),
}

impl<const BITS: u32, R: Rounding> Enclosure<BITS, R> {
    /// The precision of the bounds, in bits.
    pub const BITS: u32 = BITS;

    /// The interval `[lower, upper]`, rounded outward to `BITS` bits; `lower` may be minus and `upper` plus infinity.
    ///
    /// # Errors
    /// See [`BoundsError`]. The empty set has no bounds: it is [`Enclosure::empty`].
    pub fn new(lower: &Float, upper: &Float) -> Result<Self, BoundsError> {
        match lower.partial_cmp(upper) {
            None => Err(BoundsError::NotANumber),
            Some(Ordering::Greater) => Err(BoundsError::Reversed { lower: lower.clone(), upper: upper.clone() }),
            Some(Ordering::Equal) if lower.is_infinite() => Err(BoundsError::Infinite(lower.clone())),
            Some(_) => Ok(Self::outward(lower, upper)),
        }
    }

    /// The tightest interval around the finite number `value`: a single point if it has at most `BITS` bits.
    ///
    /// # Errors
    /// If `value` is a NaN or infinite.
    pub fn point(value: &Float) -> Result<Self, BoundsError> {
        Self::new(value, value)
    }

    /// The empty set.
    pub fn empty() -> Self {
        let mut set = Self::outward(&Float::new(BITS), &Float::new(BITS));
        set.make_empty();
        set
    }

    /// The whole line.
    pub fn entire() -> Self {
        let mut set = Self::outward(&Float::new(BITS), &Float::new(BITS));
        set.make_entire();
        set
    }

    /// Both bounds rounded outward, nothing remembered.
    fn outward<L, U>(lower: L, upper: U) -> Self
    where
        Float: AssignRound<L, Round = Round, Ordering = Ordering> + AssignRound<U, Round = Round, Ordering = Ordering>,
    {
        Enclosure {
            lower: Float::with_val_round(BITS, lower, R::DOWN).0,
            upper: Float::with_val_round(BITS, upper, R::UP).0,
            history: History::default(),
            rounding: PhantomData,
        }
    }

    /// The same set at another precision, rounded outward.
    pub fn to_precision<const OTHER: u32>(&self) -> Enclosure<OTHER, R> {
        Enclosure { history: self.history, ..Enclosure::outward(&self.lower, &self.upper) }
    }

    /// The lower bound: minus infinity if there is none, plus infinity for the empty set.
    pub fn lower(&self) -> &Float {
        &self.lower
    }

    /// The upper bound: plus infinity if there is none, minus infinity for the empty set.
    pub fn upper(&self) -> &Float {
        &self.upper
    }

    /// `upper - lower`, rounded up; NaN for the empty set.
    pub fn width(&self) -> Float {
        let mut width = self.upper.clone();
        if self.is_empty() {
            width.assign(Special::Nan);
        } else {
            let _ = width.sub_assign_round(&self.lower, R::UP);
        }
        width
    }

    /// Whether it is the empty set.
    pub fn is_empty(&self) -> bool {
        self.lower.is_infinite() && self.lower.is_sign_positive()
    }

    /// Whether it is the whole line.
    pub fn is_entire(&self) -> bool {
        !self.is_empty() && self.lower.is_infinite() && self.upper.is_infinite()
    }

    /// Whether it is bounded and not empty.
    pub fn is_bounded(&self) -> bool {
        self.lower.is_finite() && self.upper.is_finite()
    }

    /// Whether it is a single number.
    pub fn is_point(&self) -> bool {
        self.lower == self.upper
    }

    /// Whether `value` lies in it.
    pub fn contains(&self, value: &Rational) -> bool {
        self.lower <= *value && self.upper >= *value
    }

    /// Whether 0 lies in it.
    pub fn contains_zero(&self) -> bool {
        self.lower <= 0 && self.upper >= 0
    }

    /// Whether every number in it also lies in `other`, at whatever precision.
    pub fn subset_of<const OTHER: u32>(&self, other: &Enclosure<OTHER, R>) -> bool {
        self.is_empty() || (other.lower <= self.lower && self.upper <= other.upper)
    }

    /// The smallest interval that contains both.
    pub fn hull(&self, other: &Self) -> Self {
        // The bounds of the empty set lose every comparison.
        let lower = if other.lower < self.lower { &other.lower } else { &self.lower };
        let upper = if other.upper > self.upper { &other.upper } else { &self.upper };
        self.with_bounds(lower, upper, other)
    }

    /// The numbers that lie in both.
    pub fn intersection(&self, other: &Self) -> Self {
        let lower = if other.lower > self.lower { &other.lower } else { &self.lower };
        let upper = if other.upper < self.upper { &other.upper } else { &self.upper };
        let mut common = self.with_bounds(lower, upper, other);
        if common.lower > common.upper {
            common.make_empty();
        }
        common
    }

    /// Whether a selection behind this value could not be decided: then a derivative may have jumped inside the
    /// operands, and no verdict may rest on it.
    pub fn met_kink(&self) -> bool {
        self.history.kink
    }

    /// Whether a function behind this value was not defined on all of its argument: a square root of something
    /// negative, a division by something that contains 0. The interval then encloses the values at the other
    /// arguments, and no verdict may rest on it. (The decoration `trv` of IEEE 1788.)
    pub fn left_domain(&self) -> bool {
        self.history.undefined
    }

    /// Bounds taken from two operands, which are remembered both.
    fn with_bounds(&self, lower: &Float, upper: &Float, other: &Self) -> Self {
        Enclosure {
            lower: lower.clone(),
            upper: upper.clone(),
            history: self.history.and(other.history),
            rounding: PhantomData,
        }
    }

    fn make_empty(&mut self) {
        self.lower.assign(Special::Infinity);
        self.upper.assign(Special::NegInfinity);
    }

    fn make_entire(&mut self) {
        self.lower.assign(Special::NegInfinity);
        self.upper.assign(Special::Infinity);
    }

    fn make_zero(&mut self) {
        self.lower.assign(Special::Zero);
        self.upper.assign(Special::Zero);
    }
}

impl<const BITS: u32, R: Rounding> PartialEq for Enclosure<BITS, R> {
    /// Equality as sets; what the intervals remember is not compared.
    fn eq(&self, other: &Self) -> bool {
        self.lower == other.lower && self.upper == other.upper
    }
}

impl<const BITS: u32, R: Rounding> fmt::Display for Enclosure<BITS, R> {
    /// Decimal bounds, rounded outward; a precision gives the number of significant digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.pad("empty");
        }
        let decimal = |bound: &Float, round| match bound.is_zero() {
            true => "0".to_owned(),
            false => bound.to_string_radix_round(10, f.precision(), round),
        };
        write!(f, "[{}, {}]", decimal(&self.lower, R::DOWN), decimal(&self.upper, R::UP))
    }
}

impl<const BITS: u32, R: Rounding> fmt::Debug for Enclosure<BITS, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)?;
        if self.met_kink() {
            f.write_str(" (met a kink)")?;
        }
        if self.left_domain() {
            f.write_str(" (left a domain)")?;
        }
        Ok(())
    }
}
