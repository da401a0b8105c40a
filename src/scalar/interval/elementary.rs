//! Elementary functions: monotone on each side of 0 at most, so that every bound is one value, rounded one way.

use super::Enclosure;
use super::rounding::Rounding;
use crate::scalar::Real;
use rug::float::{Constant, Round};
use rug::ops::{AddAssignRound, NegAssign};
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

/// `ln(1 + exp(x))` rounded in the direction `round`, by one formula on the whole line: a rounded step that increases
/// keeps intervals nested, a change of formula at 0 would not. The exponent of MPFR has room for `exp(x)`
/// as long as `x` is below 2^29; beyond, the upper bound is infinite.
fn softplus_round(x: &mut Float, round: Round) -> Ordering {
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
}
