//! The machine's floats, `f32` and `f64`.

use super::{Branch, Field, Magnitude, Measured, Obstacle, Rational, Real, Ring, Sign};
use rug::Float;
use rug::float::Round;

macro_rules! machine_float {
    ($float:ident, $bits:literal, $to:ident, $pi:expr) => {
        impl Ring for $float {
            fn integer(n: i64) -> Self {
                n as $float
            }
            #[inline(always)]
            fn assign(&mut self, other: &Self) {
                *self = *other;
            }
            #[inline(always)]
            fn add_product(&mut self, a: &Self, b: &Self, _scratch: &mut Self) {
                *self += a * b;
            }
        }

        impl Field for $float {
            fn from_rational(value: &Rational) -> Self {
                // Nearest, ties to even, once: `Rational::to_f64` truncates, and a subnormal must not round twice.
                let (mut rounded, direction) = Float::with_val_round($bits, value, Round::Nearest);
                let _ = rounded.subnormalize_ieee_round(direction, Round::Nearest);
                rounded.$to()
            }
        }

        impl Branch for $float {
            type Mask = bool;
            #[inline(always)]
            fn less(&self, other: &Self) -> bool {
                self < other
            }
            #[inline(always)]
            fn select(mask: bool, if_true: &Self, if_false: &Self) -> Self {
                if mask { *if_true } else { *if_false }
            }
        }

        impl Real for $float {
            fn sqrt(&self) -> Self {
                $float::sqrt(*self)
            }
            fn exp(&self) -> Self {
                $float::exp(*self)
            }
            fn exp_m1(&self) -> Self {
                $float::exp_m1(*self)
            }
            fn ln(&self) -> Self {
                $float::ln(*self)
            }
            fn ln_1p(&self) -> Self {
                $float::ln_1p(*self)
            }
            fn sinh(&self) -> Self {
                $float::sinh(*self)
            }
            fn cosh(&self) -> Self {
                $float::cosh(*self)
            }
            fn tanh(&self) -> Self {
                $float::tanh(*self)
            }
            fn atan(&self) -> Self {
                $float::atan(*self)
            }
            fn pi() -> Self {
                $pi
            }
            fn sigmoid(&self) -> Self {
                1.0 / (1.0 + $float::exp(-*self))
            }
            fn softplus(&self) -> Self {
                self.max(0.0) + $float::ln_1p($float::exp(-self.abs()))
            }
        }

        impl Measured for $float {
            fn magnitude(&self) -> Magnitude {
                Magnitude::above(&Float::with_val($bits, *self))
            }
            fn mignitude(&self) -> Magnitude {
                Magnitude::below(&Float::with_val($bits, *self))
            }
            fn sign(&self) -> Option<Sign> {
                Sign::of(self)
            }
            fn obstacle(&self) -> Option<Obstacle> {
                (!self.is_finite()).then_some(Obstacle::NotFinite)
            }
        }
    };
}

machine_float!(f64, 53, to_f64, std::f64::consts::PI);
machine_float!(f32, 24, to_f32, std::f32::consts::PI);
