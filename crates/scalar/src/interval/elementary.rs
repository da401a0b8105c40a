//! Elementary functions: monotone on each side of 0 at most, so that every bound is one value, rounded one way.

use super::Enclosure;
use super::rounding::Rounding;
use crate::Real;
use rug::float::{Constant, Round};
use rug::ops::{AddAssignRound, DivAssignRound, DivFromRound, MulAssignRound, NegAssign};
use rug::{Assign, Float};
use std::cmp::Ordering;

impl<const BITS: u32, R: Rounding> Enclosure<BITS, R> {
    /// The part of the interval above `edge`, which belongs to the domain if `closed`; anything cut off is remembered.
    fn above(&self, edge: i32, closed: bool) -> Self {
        let outside = |bound: &Float| if closed { *bound < edge } else { *bound <= edge };
        let mut inside = self.clone();
        if inside.is_empty() || !outside(&self.lower) {
            return inside;
        }
        inside.history.undefined = true;
        if outside(&self.upper) {
            inside.make_empty();
        } else {
            inside.lower.assign(edge);
        }
        inside
    }
}

/// `1 / (1 + exp(-x))` rounded in the direction `result`; `inner` is the opposite one, since a larger denominator makes a
/// smaller quotient.
fn sigmoid_round(x: &mut Float, result: Round, inner: Round) {
    x.neg_assign();
    x.exp_round(inner);
    let _ = x.add_assign_round(1, inner);
    x.recip_round(result);
}

/// The gate of gelu, rounded in the direction `result`; `inner` is the opposite one. 64 more bits are carried on the way.
fn gelu_gate_round(x: &Float, result: Round, inner: Round) -> Float {
    let bits = x.prec() + 64;
    // The exponent is odd: of a negative x its size is rounded the other way.
    let (size, other) = if x.is_sign_negative() { (inner, result) } else { (result, inner) };
    let of = |value: &Float| Float::with_val(bits, value.abs_ref());
    let mut curved = of(x);
    curved.square_round(size);
    let _ = curved.mul_assign_round(8943_u32, size);
    let _ = curved.div_assign_round(200_000_u32, size);
    let _ = curved.add_assign_round(1_u32, size);
    let mut exponent = Float::with_val_round(bits, Constant::Pi, other).0;
    let _ = exponent.div_from_round(8_u32, size);
    exponent.sqrt_round(size);
    let _ = exponent.mul_assign_round(&curved, size);
    let _ = exponent.mul_assign_round(of(x), size);
    if x.is_sign_negative() {
        exponent.neg_assign();
    }
    sigmoid_round(&mut exponent, result, inner);
    Float::with_val_round(x.prec(), &exponent, result).0
}

/// Above this, `ln(1 + exp(x))` is `x` and less than a unit in its last place.
const SOFTPLUS_IS_LINEAR: u32 = 1 << 20;

/// `ln(1 + exp(x))` rounded in the direction `round`, by one formula up to 2^20: a rounded step that increases
/// keeps intervals nested, a change of formula at 0 would not. Above, where `exp(x)` might leave MPFR's exponents, the bounds are
/// `x` and the number after it; at the change below 2^20 the value is at most 2^20, so they remain in order.
fn softplus_round(x: &mut Float, round: Round) -> Ordering {
    if *x >= SOFTPLUS_IS_LINEAR {
        if round == Round::Up {
            x.next_up();
        }
        return Ordering::Equal;
    }
    x.exp_round(round);
    x.ln_1p_round(round)
}

impl<const BITS: u32, R: Rounding> Real for Enclosure<BITS, R> {
    fn sqrt(&self) -> Self {
        self.above(0, true).increasing(Float::sqrt_round)
    }
    fn exp(&self) -> Self {
        self.increasing(Float::exp_round)
    }
    fn exp_m1(&self) -> Self {
        self.increasing(Float::exp_m1_round)
    }
    fn ln(&self) -> Self {
        self.above(0, false).increasing(Float::ln_round)
    }
    fn ln_1p(&self) -> Self {
        self.above(-1, false).increasing(Float::ln_1p_round)
    }
    fn sinh(&self) -> Self {
        self.increasing(Float::sinh_round)
    }
    fn cosh(&self) -> Self {
        self.magnitudes().increasing(Float::cosh_round)
    }
    fn tanh(&self) -> Self {
        self.increasing(Float::tanh_round)
    }
    fn atan(&self) -> Self {
        self.increasing(Float::atan_round)
    }
    fn pi() -> Self {
        Self::outward(Constant::Pi, Constant::Pi)
    }
    fn sigmoid(&self) -> Self {
        let mut image = self.clone();
        if !image.is_empty() {
            sigmoid_round(&mut image.lower, R::DOWN, R::UP);
            sigmoid_round(&mut image.upper, R::UP, R::DOWN);
        }
        image
    }
    fn softplus(&self) -> Self {
        self.increasing(softplus_round)
    }
    fn gelu_gate_times(&self, factor: &Self) -> Self {
        let mut gate = self.clone();
        if !gate.is_empty() {
            gate.lower = gelu_gate_round(&self.lower, R::DOWN, R::UP);
            gate.upper = gelu_gate_round(&self.upper, R::UP, R::DOWN);
        }
        gate * factor
    }
}
