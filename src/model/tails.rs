//! Tests of losses and activations where they are nearly constant: against their definitions at 4,096 bits, which has room for every
//! cancellation of them, over each scalar's own range.

use super::activation::Smooth;
use super::loss::{Loss, OutputLoss};
use crate::scalar::{Field, Interval, Mp, Rational, Real, Ring};
use rug::Float;
use rug::float::Constant;

const BITS: u32 = 4096;

fn wide(value: &Rational) -> Float {
    Float::with_val(BITS, value)
}

/// A scalar's number as it is, and the distance to the next one near a number.
trait Format: Real {
    const DIGITS: u32;
    /// The exponent of the smallest positive number, and of the first that is too large.
    const EXPONENTS: (i32, i32);
    fn exact(&self) -> Float;
}

impl Format for f32 {
    const DIGITS: u32 = 24;
    const EXPONENTS: (i32, i32) = (-149, 128);
    fn exact(&self) -> Float {
        Float::with_val(BITS, *self)
    }
}
impl Format for f64 {
    const DIGITS: u32 = 53;
    const EXPONENTS: (i32, i32) = (-1074, 1024);
    fn exact(&self) -> Float {
        Float::with_val(BITS, *self)
    }
}
impl<const DIGITS: u32> Format for Mp<DIGITS> {
    const DIGITS: u32 = DIGITS;
    const EXPONENTS: (i32, i32) = (-(1 << 29), 1 << 29);
    fn exact(&self) -> Float {
        Float::with_val(BITS, self.as_float())
    }
}

/// The error in units of the last place of what was expected, or of `least`.
fn units<T: Format>(found: &T, expected: &Float, least: Option<i32>) -> f64 {
    let (smallest, _) = T::EXPONENTS;
    let exponent = expected.get_exp().unwrap_or(smallest).max(least.unwrap_or(i32::MIN));
    let unit = (exponent - T::DIGITS as i32).max(smallest);
    ((found.exact() - expected).abs() >> unit).to_f64()
}

/// Numbers of either sign from 2^-12 to beyond where the scalar's exponential is 0, each exactly in every scalar.
fn arguments<T: Format>() -> Vec<Rational> {
    let largest = if T::DIGITS > 53 { 2000 } else { -T::EXPONENTS.0 };
    let mut sizes = vec![Rational::from((1, 4096))];
    while *sizes.last().expect("there is one") < largest {
        let last = sizes.last().expect("there is one");
        // Steps of about 7/100, on a grid of 2^-16.
        let next: Rational = Rational::from(last * (1 << 16)) * 107 / 100;
        sizes.push(Rational::from((next.ceil().into_numer_denom().0, 1 << 16)));
    }
    sizes.iter().flat_map(|size| [size.clone(), -size.clone()]).chain([Rational::new()]).collect()
}

fn logistic(z: &Float) -> Float {
    1 / (1 + Float::with_val(BITS, -z).exp())
}

fn cosh_squared(x: &Float) -> Float {
    Float::with_val(BITS, x.cosh_ref()).square()
}

/// The exponent of gelu's gate and its derivative.
fn gelu_exponent(x: &Float) -> (Float, Float) {
    let pi = Float::with_val(BITS, Constant::Pi);
    let scale = Float::with_val(BITS, 8 / pi).sqrt();
    let square: Float = Float::with_val(BITS, x.square_ref()) * 44_715 / 1_000_000;
    let (value, slope) = (1 + square.clone(), 1 + 3 * square);
    (scale.clone() * x * value, scale * slope)
}

fn definition(function: Smooth, x: &Float) -> (Float, Float) {
    let gated = |z: Float, slope: Float| {
        let (gate, other) = (logistic(&z), logistic(&-z));
        let change = Float::with_val(BITS, &gate * &other) * slope * x;
        (Float::with_val(BITS, &gate * x), gate + change)
    };
    match function {
        Smooth::Tanh => (Float::with_val(BITS, x.tanh_ref()), 1 / cosh_squared(x)),
        Smooth::Sigmoid => (logistic(x), logistic(x) * logistic(&Float::with_val(BITS, -x))),
        Smooth::Silu => gated(x.clone(), Float::with_val(BITS, 1)),
        Smooth::Gelu => {
            let (exponent, slope) = gelu_exponent(x);
            gated(exponent, slope)
        }
    }
}

const SMOOTH: [Smooth; 4] = [Smooth::Tanh, Smooth::Sigmoid, Smooth::Silu, Smooth::Gelu];

fn activations_are_right<T: Format>(value_units: f64, slope_units: f64) {
    let (mut tails, mut subnormal) = (0, 0);
    for argument in arguments::<T>() {
        let x = wide(&argument);
        for function in SMOOTH {
            let (value, slope) = function.value_and_slope(&T::from_rational(&argument));
            let expected = definition(function, &x);
            // The slopes of silu and gelu have a zero.
            let near_zero = argument < 0 && argument > -3;
            let least = (near_zero && matches!(function, Smooth::Silu | Smooth::Gelu)).then_some(0);
            let errors = [units(&value, &expected.0, None), units(&slope, &expected.1, least)];
            assert!(
                errors[0] <= value_units && errors[1] <= slope_units,
                "{function:?} of {} in {} bits: {errors:?} units",
                argument.to_f64(),
                T::DIGITS
            );
            let exponent = expected.1.get_exp().expect("no slope is zero");
            tails += usize::from(exponent < -8);
            subnormal += usize::from(exponent < T::EXPONENTS.0 + T::DIGITS as i32 && exponent > T::EXPONENTS.0);
        }
    }
    assert!(tails > 40 && (T::DIGITS > 53 || subnormal > 3), "{tails} tails, {subnormal} subnormal");
}

#[test]
fn activations_and_their_slopes_are_right_to_the_digits_of_every_scalar() {
    activations_are_right::<f32>(3.0, 8.0);
    activations_are_right::<f64>(8.0, 16.0);
    activations_are_right::<Mp<64>>(3.0, 8.0);
    activations_are_right::<Mp<256>>(3.0, 8.0);
    activations_are_right::<Mp<1024>>(3.0, 8.0);
}

/// The loss and the gradient of two logits, by exponentials of them as they are.
fn softmax_by_definition(logits: &[Float], label: usize) -> (Float, Vec<Float>) {
    let exponentials: Vec<Float> = logits.iter().map(|logit| Float::with_val(BITS, logit.exp_ref())).collect();
    let partition = Float::with_val(BITS, Float::sum(exponentials.iter()));
    let loss = Float::with_val(BITS, partition.ln_ref()) - &logits[label];
    let probability = |(index, exponential): (usize, Float)| {
        Float::with_val(BITS, exponential / &partition) - i32::from(index == label)
    };
    (loss, exponentials.into_iter().enumerate().map(probability).collect())
}

fn losses_are_right<T: Format>(allowed: f64) {
    for argument in arguments::<T>().into_iter().filter(|argument| argument.clone().abs() < 2000) {
        let x = wide(&argument);
        let check = |what: &str, found: &T, expected: &Float| {
            let error = units(found, expected, None);
            let place = format!("{what} at {} in {} bits", argument.to_f64(), T::DIGITS);
            assert!(error <= allowed, "{place}: {error} units");
        };
        for label in [0, 1] {
            let (loss, gradient) =
                Loss::Logistic.value_and_gradient(&[T::from_rational(&argument)], &[T::integer(label)]);
            let softplus = Float::with_val(BITS, x.exp_ref()).ln_1p();
            check("logistic loss", &loss, &Float::with_val(BITS, softplus - &x * Float::with_val(BITS, label)));
            check("logistic gradient", &gradient[0], &(logistic(&x) - label));
            // A third class far below, and a common offset that is exact.
            let logits = [argument.clone() + 8, Rational::from(8), Rational::from(-40)];
            let output: Vec<T> = logits.iter().map(T::from_rational).collect();
            let target: Vec<T> = (0..3).map(|class| T::integer(i64::from(class == label))).collect();
            let logits: Vec<Float> = output.iter().map(T::exact).collect();
            let (loss, gradient) = Loss::CrossEntropy.value_and_gradient(&output, &target);
            let (expected, slopes) = softmax_by_definition(&logits, label as usize);
            // Beyond 64 units the difference of two logits is rounded, and an exponential of it is wrong by as many units.
            if Float::with_val(BITS, &logits[0] - &logits[1]) == x {
                check("softmax loss", &loss, &expected);
                for (found, expected) in gradient.iter().zip(&slopes) {
                    check("softmax gradient", found, expected);
                }
            }
        }
    }
}

#[test]
fn losses_and_their_gradients_are_right_however_sure_the_prediction() {
    losses_are_right::<f32>(12.0);
    losses_are_right::<f64>(12.0);
    losses_are_right::<Mp<64>>(8.0);
    losses_are_right::<Mp<256>>(8.0);
    losses_are_right::<Mp<1024>>(8.0);
}

#[test]
fn a_common_offset_of_the_logits_changes_nothing() {
    let ln_2 = 2_f64.ln();
    for offset in [1.0, 1e4, 1e6, 1e17, -1e300] {
        let (loss, gradient) = Loss::CrossEntropy.value_and_gradient(&[offset, offset], &[0.0, 1.0]);
        assert_eq!((loss, gradient), (ln_2, vec![0.5, -0.5]), "{offset}");
    }
}

/// An enclosure contains the value and is a few units wide, on either side and far out.
#[test]
fn enclosures_are_tight_in_the_tails() {
    for argument in arguments::<Mp<256>>() {
        let x = Interval::<256>::from_rational(&argument);
        let sure = |image: &Interval<256>, expected: &Float, units: u32, what: &str| {
            assert!(image.lower() <= expected && expected <= image.upper(), "{what} of {argument}");
            let width = Float::with_val(BITS, image.upper() - image.lower());
            assert!(
                width <= (Float::with_val(BITS, expected.abs_ref()) * units) >> 255,
                "{what} of {argument}: {width:e}"
            );
        };
        let wide_x = wide(&argument);
        for function in SMOOTH {
            let (value, slope) = function.value_and_slope(&x);
            let expected = definition(function, &wide_x);
            sure(&value, &expected.0, 8, "value");
            let may_vanish = argument < 0 && argument > -3 && matches!(function, Smooth::Silu | Smooth::Gelu);
            if !may_vanish {
                sure(&slope, &expected.1, 32, "slope");
            }
        }
        // Beyond, 4,096 bits do not hold the cancellation of the reference.
        if argument.clone().abs() < 1000 {
            let (loss, gradient) = Loss::Logistic.value_and_gradient(std::slice::from_ref(&x), &[Interval::integer(1)]);
            let softplus = Float::with_val(BITS, -&wide_x).exp().ln_1p();
            sure(&loss, &softplus, 8, "logistic loss");
            sure(&gradient[0], &(logistic(&wide_x) - 1_u32), 8, "logistic gradient");
        }
    }
}

#[test]
fn far_out_the_enclosure_of_softplus_is_its_argument() {
    for exponent in [10, 19, 20, 21, 100, 1 << 20] {
        let x = Interval::<64>::from_rational(&(Rational::from(1) << exponent));
        let image = x.softplus();
        // The value is above the argument by less than any of these numbers' last places.
        assert!(
            image.lower() <= x.lower() && image.upper() > x.upper() && image.upper().is_finite(),
            "{exponent}: {image}"
        );
        assert!(image.width() <= Float::with_val(64, image.lower() >> 62), "{exponent}: {image}");
    }
}
