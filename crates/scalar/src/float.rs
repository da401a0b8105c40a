//! The machine's floats, `f32` and `f64`.

use super::{Branch, Field, Magnitude, Measured, Obstacle, Rational, Real, Ring, Sign};
use rug::Float;
use rug::float::Round;

macro_rules! machine_float {
    ($float:ident, $bits:literal, $to:ident, $pi:expr) => {
        impl Ring for $float {
            #[inline]
            fn integer(n: i64) -> Self {
                n as $float
            }
            #[inline(always)]
            fn assign(&mut self, other: &Self) {
                *self = *other;
            }
            #[inline(always)]
            fn set_product(&mut self, a: &Self, b: &Self) {
                *self = a * b;
            }
            #[inline(always)]
            fn sub_product(&mut self, a: &Self, b: &Self, _scratch: &mut Self) {
                *self -= a * b;
            }
            #[inline(always)]
            fn add_product(&mut self, a: &Self, b: &Self, _scratch: &mut Self) {
                *self += a * b;
            }
        }

        impl Field for $float {
            #[inline]
            fn from_rational(value: &Rational) -> Self {
                // Nearest, ties to even, once: `Rational::to_f64` truncates, and a subnormal must not round twice.
                let (mut rounded, direction) = Float::with_val_round($bits, value, Round::Nearest);
                let _ = rounded.subnormalize_ieee_round(direction, Round::Nearest);
                rounded.$to()
            }
            #[inline]
            fn surely_differs(&self, other: &Self, beside: &[Self]) -> bool {
                let scale = beside.iter().fold(self.abs().max(other.abs()), |scale, entry| scale.max(entry.abs()));
                (self - other).abs() > scale * <$float>::EPSILON.sqrt()
            }
            #[inline]
            fn is_safe_square(&self) -> bool {
                // The product of two, and the sum of 2^10 such products, stays within the range of normal numbers.
                let safe = (2.0 as $float).powi($float::MAX_EXP / 2 - 5);
                *self < safe && *self > safe.recip()
            }
            #[inline]
            fn scale_of(entries: &[Self]) -> Self {
                entries.iter().fold(0.0, |largest: $float, entry| largest.max(entry.abs())).power_of_two_near()
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
            #[inline]
            fn sqrt(&self) -> Self {
                $float::sqrt(*self)
            }
            #[inline]
            fn exp(&self) -> Self {
                $float::exp(*self)
            }
            #[inline]
            fn exp_m1(&self) -> Self {
                $float::exp_m1(*self)
            }
            #[inline]
            fn ln(&self) -> Self {
                $float::ln(*self)
            }
            #[inline]
            fn ln_1p(&self) -> Self {
                $float::ln_1p(*self)
            }
            #[inline]
            fn sinh(&self) -> Self {
                $float::sinh(*self)
            }
            #[inline]
            fn cosh(&self) -> Self {
                $float::cosh(*self)
            }
            #[inline]
            fn tanh(&self) -> Self {
                $float::tanh(*self)
            }
            #[inline]
            fn atan(&self) -> Self {
                $float::atan(*self)
            }
            #[inline]
            fn pi() -> Self {
                $pi
            }
            /// At most 3 units in the last place, subnormals included: only the smaller exponential is formed.
            #[inline]
            fn sigmoid(&self) -> Self {
                let smaller = $float::exp(-self.abs());
                (if *self < 0.0 { smaller } else { 1.0 }) / (1.0 + smaller)
            }
            /// At most 3 units in the last place, subnormals included.
            #[inline]
            fn softplus(&self) -> Self {
                self.max(0.0) + $float::ln_1p($float::exp(-self.abs()))
            }
            /// At most 6 units in the last place.
            #[inline]
            fn sigmoid_times(&self, factor: &Self) -> Self {
                logistic_times(f64::from(*self), 0.0, f64::from(*factor)) as $float
            }
            /// At most 8 units in the last place.
            #[inline]
            fn gelu_gate_times(&self, factor: &Self) -> Self {
                let (exponent, rest) = gelu_exponent(f64::from(*self));
                logistic_times(exponent, rest, f64::from(*factor)) as $float
            }
            #[inline]
            fn saturated(&self) -> Self {
                self.clamp(-1024.0, 1024.0)
            }
            #[inline]
            fn power_of_two_near(&self) -> Self {
                let size = self.abs();
                if size == 0.0 || !size.is_finite() {
                    return 1.0;
                }
                // All exponent and no mantissa; subnormals count as the smallest normal number, by which division is exact too.
                $float::from_bits(size.to_bits() & $float::INFINITY.to_bits()).max($float::MIN_POSITIVE)
            }
        }

        impl Measured for $float {
            #[inline]
            fn magnitude(&self) -> Magnitude {
                Magnitude::above(&Float::with_val($bits, *self))
            }
            #[inline]
            fn mignitude(&self) -> Magnitude {
                Magnitude::below(&Float::with_val($bits, *self))
            }
            #[inline]
            fn sign(&self) -> Option<Sign> {
                Sign::of(self)
            }
            #[inline]
            fn obstacle(&self) -> Option<Obstacle> {
                (!self.is_finite()).then_some(Obstacle::NotFinite)
            }
        }
    };
}

/// `factor / (1 + exp(-(z + rest)))` for `|rest| <= 2^-52 |z|`.
///
/// The exponential of a negative `z` is multiplied in two halves, so that nothing is subnormal before the end.
fn logistic_times(z: f64, rest: f64, factor: f64) -> f64 {
    let half = (0.5 * z.min(0.0)).exp();
    // exp(rest) up to its square, where the exponential is a factor; in the denominator it is below a unit in the last place.
    let correction = if z < 0.0 { 1.0 + rest } else { 1.0 };
    factor * half / (1.0 + (-z.abs()).exp()) * correction * half
}

/// `a b` and its rounding.
fn exact_product(a: f64, b: f64) -> (f64, f64) {
    let product = a * b;
    (product, a.mul_add(b, -product))
}

/// `z = 2 sqrt(2/pi) (x + 0.044715 x^3)` and its rounding; of `x` beyond 1024 as if it were 1024.
fn gelu_exponent(x: f64) -> (f64, f64) {
    /// `2 sqrt(2/pi)` and the same times 0.044715, each in two parts.
    const LINEAR: (f64, f64) = (1.5957691216057308, -9.96930880911092e-17);
    const CUBIC: (f64, f64) = (0.07135481627260025, -6.175149918155315e-19);
    let x = x.clamp(-1024.0, 1024.0);
    let (square, square_rest) = exact_product(x, x);
    let (curved, rest) = exact_product(CUBIC.0, square);
    let curved_rest = rest + CUBIC.0 * square_rest + CUBIC.1 * square;
    let sum = LINEAR.0 + curved;
    // Knuth's sum: which of the two is larger does not matter.
    let taken = sum - LINEAR.0;
    let sum_rest = (LINEAR.0 - (sum - taken)) + (curved - taken) + curved_rest + LINEAR.1;
    let (exponent, rest) = exact_product(x, sum);
    (exponent, rest + x * sum_rest)
}

machine_float!(f64, 53, to_f64, std::f64::consts::PI);
machine_float!(f32, 24, to_f32, std::f32::consts::PI);
