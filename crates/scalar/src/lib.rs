//! Numbers: a tower of small traits and the types that climb it.
//!
//! | trait | adds | types |
//! |---|---|---|
//! | [`Ring`] | `+ - *`, integers, in-place kernels | all |
//! | [`Field`] | `/`, exact fractions | all |
//! | [`Branch`] | comparison as a *mask*, selection | all |
//! | [`Real`] | square root, exponential, hyperbolic functions | floats, intervals and dual numbers over them |
//! | [`Measured`] | rigorous bounds on an absolute value | the carriers of a verdict |
//!
//! The types are `f32`, `f64`, [`Mp`] (MPFR at a precision that is part of the type), [`Rational`] (exact),
//! [`Residue`] (exact modulo a prime, without an order), [`Interval`] (outward rounded), [`Dual`] (forward derivatives,
//! nesting), [`HyperDual`] (mixed derivatives of any order) and [`Recorded`] (numbers that remember how they were computed: the [`Degree`] of a
//! polynomial, for the Schwartz-Zippel lemma, and the [`Program`] that computes it, to expand or to write down).
//!
//! A formula is written once, against the weakest trait that suffices, and runs in every type that has it.
//! It never branches on a number's value: where a kink decides, [`Branch::less`] gives a mask and [`Branch::select`]
//! uses it, so that an interval can answer "maybe".

#![deny(unsafe_code)]
#![warn(missing_docs)]

mod degree;
pub mod digest;
mod dual;
mod expression;
mod float;
mod fraction;
mod hyper_dual;
mod interval;
mod magnitude;
mod mp;
mod operators;
mod parse;
pub mod polynomial;
pub mod program;
mod rational;
mod recorded;
mod residue;

pub use degree::Degree;
pub use dual::Dual;
pub use expression::Operation;
pub use fraction::{reconstructed, snapped};
pub use hyper_dual::HyperDual;
#[doc(hidden)]
pub use interval::rounding;
pub use interval::{BoundsError, Enclosure, Interval, Truth};
pub use magnitude::Magnitude;
pub use mp::{MENU, Mp};
pub use parse::{NumberError, parse_number};
pub use program::{Program, Step};
pub use rational::decimal;
pub use recorded::Recorded;
pub use residue::Residue;
pub use rug::Rational;

use num_traits::{One, Zero};
use std::cmp::Ordering;
use std::fmt::Debug;
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

/// A commutative ring with in-place kernels.
///
/// The supertraits carry both owned and borrowed right-hand sides, so that no caller repeats a where-clause; where both
/// operands are borrowed, use [`Ring::product`] or the in-place kernels, which do not allocate.
pub trait Ring:
    Clone
    + Debug
    + PartialEq
    + Send
    + Sync
    + 'static
    + Zero
    + One
    + Neg<Output = Self>
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + for<'a> Add<&'a Self, Output = Self>
    + for<'a> Sub<&'a Self, Output = Self>
    + for<'a> Mul<&'a Self, Output = Self>
    + AddAssign
    + SubAssign
    + MulAssign
    + for<'a> AddAssign<&'a Self>
    + for<'a> SubAssign<&'a Self>
    + for<'a> MulAssign<&'a Self>
{
    /// The integer `n`.
    fn integer(n: i64) -> Self;

    /// `self = other`, reusing the storage of `self`.
    fn assign(&mut self, other: &Self) {
        self.clone_from(other);
    }

    /// `self = a * b`, reusing the storage of `self`.
    fn set_product(&mut self, a: &Self, b: &Self) {
        self.assign(a);
        *self *= b;
    }

    /// `self += a * b`; `scratch` is overwritten.
    fn add_product(&mut self, a: &Self, b: &Self, scratch: &mut Self) {
        scratch.set_product(a, b);
        *self += &*scratch;
    }

    /// `self -= a * b`; `scratch` is overwritten.
    fn sub_product(&mut self, a: &Self, b: &Self, scratch: &mut Self) {
        scratch.set_product(a, b);
        *self -= &*scratch;
    }

    /// `a * b` of two borrowed operands.
    fn product(a: &Self, b: &Self) -> Self {
        let mut result = a.clone();
        result *= b;
        result
    }

    /// `self * self`. Intervals override it: a square is never negative.
    fn squared(&self) -> Self {
        Self::product(self, self)
    }
}

/// A ring with division and exact fractions.
pub trait Field:
    Ring + Div<Output = Self> + for<'a> Div<&'a Self, Output = Self> + DivAssign + for<'a> DivAssign<&'a Self>
{
    /// The rational number `value`, correctly rounded (outward for intervals).
    fn from_rational(value: &Rational) -> Self;

    /// The constant `numerator / denominator`.
    ///
    /// # Panics
    /// If the denominator is zero: constants are written in the source.
    fn ratio(numerator: i64, denominator: i64) -> Self {
        Self::from_rational(&Rational::from((numerator, denominator)))
    }

    /// A number that was drawn at random from a grid: the same as [`Field::from_rational`], except that [`Recorded`]
    /// takes it for a variable.
    fn drawn(value: &Rational) -> Self {
        Self::from_rational(value)
    }

    /// Whether two numbers that should be equal surely are not: they differ by more than rounding to half of the digits, of the largest of them and
    /// of those `beside` which they were computed. A scalar that cannot tell says no.
    fn surely_differs(&self, _other: &Self, _beside: &[Self]) -> bool {
        false
    }

    /// Whether a sum of squares, and its product with another such sum, is surely far from both ends of the range of the exponent. So it always is but in the
    /// machine's floats.
    fn is_safe_square(&self) -> bool {
        true
    }

    /// A power of two near the largest of the numbers, a constant under differentiation: divided by it they are squared safely. 1 where all squares are safe.
    fn scale_of(_entries: &[Self]) -> Self {
        Self::one()
    }

    /// `self` to the integer power `exponent`.
    fn powi(&self, exponent: i32) -> Self {
        let mut result = Self::one();
        let mut base = self.clone();
        let mut remaining = exponent.unsigned_abs();
        while remaining > 0 {
            if remaining & 1 == 1 {
                result *= &base;
            }
            remaining >>= 1;
            if remaining > 0 {
                base = base.squared();
            }
        }
        if exponent < 0 { Self::one() / result } else { result }
    }
}

/// Comparison and selection without branching: what a kink needs.
pub trait Branch: Field {
    /// The answer to a comparison: a `bool`, or for intervals one of three values.
    type Mask: Copy + Debug + Send + Sync;

    /// Whether `self < other`.
    fn less(&self, other: &Self) -> Self::Mask;

    /// `if_true` where the mask holds, else `if_false`. An interval that cannot decide takes the hull of both and marks
    /// the result as having met a kink.
    fn select(mask: Self::Mask, if_true: &Self, if_false: &Self) -> Self;

    /// `self = Self::select(mask, if_true, if_false)`, reusing the storage of `self` where a mask is a `bool`.
    fn assign_selected(&mut self, mask: Self::Mask, if_true: &Self, if_false: &Self) {
        *self = Self::select(mask, if_true, if_false);
    }

    /// The same value, held constant under differentiation.
    fn detach(&self) -> Self {
        self.clone()
    }

    /// The smaller of two.
    fn minimum(&self, other: &Self) -> Self {
        Self::select(other.less(self), other, self)
    }

    /// The larger of two.
    fn maximum(&self, other: &Self) -> Self {
        Self::select(self.less(other), other, self)
    }

    /// The absolute value; its derivative at 0 is taken as 1.
    fn absolute(&self) -> Self {
        Self::select(self.less(&Self::zero()), &-self.clone(), self)
    }
}

/// The elementary functions that networks use.
pub trait Real: Branch {
    /// The square root.
    fn sqrt(&self) -> Self;
    /// e to the power `self`.
    fn exp(&self) -> Self;
    /// `exp(self) - 1` without cancellation near 0.
    fn exp_m1(&self) -> Self;
    /// The natural logarithm.
    fn ln(&self) -> Self;
    /// `ln(1 + self)` without cancellation near 0.
    fn ln_1p(&self) -> Self;
    /// The hyperbolic sine.
    fn sinh(&self) -> Self;
    /// The hyperbolic cosine.
    fn cosh(&self) -> Self;
    /// The hyperbolic tangent.
    fn tanh(&self) -> Self;
    /// The hyperbolic tangent and its slope `1 / cosh^2`, which as `1 - tanh^2` would cancel.
    fn tanh_and_slope(&self) -> (Self, Self) {
        (self.tanh(), (Self::one() / self.cosh()).squared())
    }
    /// The inverse tangent.
    fn atan(&self) -> Self;
    /// The circle constant.
    fn pi() -> Self;

    /// The logistic function `1 / (1 + exp(-self))`.
    fn sigmoid(&self) -> Self;

    /// `ln(1 + exp(self))`, the primitive of [`Real::sigmoid`].
    fn softplus(&self) -> Self;

    /// The logistic function at `self` and at `-self`, from one exponential; none where the exponent is bounded or bounds are rounded outward.
    ///
    /// The slope of each is their product: under nested differentiation two calls at every level would be `2^n`.
    fn sigmoids(&self) -> Option<(Self, Self)> {
        None
    }

    /// [`Real::softplus`] at `self` and at `-self`, where there are [`Real::sigmoids`].
    fn softpluses(&self) -> Option<(Self, Self)> {
        None
    }

    /// `factor / (1 + exp(-self))`. The machine's floats do not round a subnormal on the way.
    fn sigmoid_times(&self, factor: &Self) -> Self {
        Self::product(&self.sigmoid(), factor)
    }

    /// `factor / (1 + exp(-z))` with `z = 2 sqrt(2/pi) (x + 0.044715 x^3)` at `x = self`: the gate of gelu, `(1 + tanh(z/2)) / 2`.
    ///
    /// The exponent has more digits than the scalar: rounded to the scalar's own it would cost `|z|` units in the last place.
    fn gelu_gate_times(&self, factor: &Self) -> Self;

    /// The derivative of the exponent of [`Real::gelu_gate_times`], `2 sqrt(2/pi) (1 + 3 * 0.044715 x^2)` at `x = self`.
    fn gelu_exponent_slope(&self) -> Self {
        let curved = Self::ratio(26_829, 200_000) * self.saturated().squared();
        Self::integer(2) * (Self::integer(2) / Self::pi()).sqrt() * (Self::one() + curved)
    }

    /// `self`, or in a scalar whose exponent is bounded the nearest number of at most 1024: beyond, the gate of gelu is 0 or 1 in every
    /// digit, and its derivatives are 0, but the powers of `self` overflow. Under differentiation it is `self`.
    fn saturated(&self) -> Self {
        self.clone()
    }

    /// A power of two near the absolute value, a constant under differentiation: what is divided by it can be squared without
    /// overflow. 1 for zero, and in scalars whose exponent is practically unbounded.
    fn power_of_two_near(&self) -> Self {
        Self::one()
    }
}

/// What a verdict can be carried by: a number with rigorous bounds on its absolute value.
pub trait Measured: Branch {
    /// An upper bound on the absolute value.
    fn magnitude(&self) -> Magnitude;

    /// A lower bound on the absolute value.
    fn mignitude(&self) -> Magnitude;

    /// The sign, if it is certain.
    fn sign(&self) -> Option<Sign>;

    /// The number in decimals, if the debug format writes it otherwise.
    fn decimal(&self) -> Option<String> {
        None
    }

    /// Why no verdict may rest on this value (not a number, or an interval that met a kink), if so.
    fn obstacle(&self) -> Option<Obstacle>;
}

/// Why a number cannot carry a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// Not a number, or infinite.
    NotFinite,
    /// An interval contained a kink, where a derivative jumps.
    Kink,
}

/// The sign of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// Below zero.
    Negative,
    /// Zero.
    Zero,
    /// Above zero.
    Positive,
}

impl Sign {
    /// The sign of a number that compares with zero; none for one that is not a number.
    fn of<T: PartialOrd + Zero>(value: &T) -> Option<Self> {
        value.partial_cmp(&T::zero()).map(Sign::from)
    }
}

impl From<Ordering> for Sign {
    /// The sign of a number that compares with zero like this.
    fn from(ordering: Ordering) -> Self {
        match ordering {
            Ordering::Less => Sign::Negative,
            Ordering::Equal => Sign::Zero,
            Ordering::Greater => Sign::Positive,
        }
    }
}
