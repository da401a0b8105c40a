//! Instances far from 1: their quantities multiplied by powers of two.

use super::instance::row_len;
use crate::scalar::{Field, Rational};
use crate::verify::Stream;
use equipartition_formula::{Declaration, Domain, Layout, Rates, Signature, Sizes};
use std::ops::Range;

/// Powers of two by which quantities are multiplied.
const EXPONENTS: (i64, i64) = (-10, 10);
/// The largest of them where there are functions that no field has: an exponential of a thousand leaves nothing to decide.
const TRANSCENDENTAL: i64 = 4;
/// The weights of the mean, and other probabilities, are made smaller by such powers, one by one, before their sum is made 1.
const LIGHTEST: i64 = -10;
/// So many samples more than near instances have, at most.
const FURTHER_SAMPLES: usize = 4;

/// The least and the largest power of two, where all functions are those of a field or not.
pub(super) fn exponents(is_algebraic: bool) -> (i64, i64) {
    let (least, most) = EXPONENTS;
    (least, if is_algebraic { most } else { TRANSCENDENTAL })
}

/// Multiplies the quantities among the inputs by powers of two, each by its own, or by 1.
pub(super) fn stretch(
    inputs: &mut [Rational],
    layout: &Layout,
    signature: &Signature,
    sizes: &Sizes,
    is_algebraic: bool,
    stream: &mut Stream,
) {
    let (least, most) = exponents(is_algebraic);
    let mut factor = |least: i64, most: i64| {
        let exponent = if stream.coin() { 0 } else { stream.integer(least, most) };
        Rational::from(2).powi(exponent as i32)
    };
    let mut of_declared = |inputs: &mut [Rational], start: usize, declared: &[Declaration], ranges: &[Range<usize>]| {
        for (quantity, range) in declared.iter().zip(ranges) {
            let numbers = &mut inputs[start + range.start..start + range.end];
            match quantity.domain {
                Domain::Real | Domain::Positive => {
                    let factor = factor(least, most);
                    numbers.iter_mut().for_each(|number| *number *= &factor);
                }
                // Towards the corners.
                Domain::Probabilities => numbers.chunks_mut(row_len(quantity, sizes)).for_each(|row| {
                    row.iter_mut().for_each(|number| *number *= factor(LIGHTEST, 0));
                    let total: Rational = row.iter().sum();
                    row.iter_mut().for_each(|number| *number /= &total);
                }),
                Domain::OneHot => {}
            }
        }
    };
    of_declared(inputs, 0, &signature.parameters, &layout.parameters);
    for sample in 0..layout.samples {
        of_declared(inputs, layout.sample(sample).start, &signature.data, &layout.data);
    }
    layout.weights().for_each(|place| inputs[place] *= factor(LIGHTEST, 0));
    let total: Rational = inputs[layout.weights()].iter().sum();
    layout.weights().for_each(|place| inputs[place] /= &total);
    for place in [layout.learning_rate(), layout.weight_decay(), layout.step()] {
        inputs[place] *= factor(least, most);
    }
    // By a power for each coordinate: a common one would leave the ratios of the rates near 1. `D Lambda D` is positive definite as `Lambda` is.
    match layout.rates {
        Rates::Scalar => {}
        Rates::Diagonal => layout.rate_entries().for_each(|place| inputs[place] *= factor(least, most)),
        Rates::Full => {
            let count = layout.parameter_count();
            let factors: Vec<Rational> = (0..count).map(|_| factor(least, most)).collect();
            for (number, place) in layout.rate_entries().enumerate() {
                inputs[place] *= &factors[number / count];
                inputs[place] *= &factors[number % count];
            }
        }
    }
}

/// Samples that a far instance has besides.
pub(super) fn further_samples(stream: &mut Stream) -> usize {
    stream.below(FURTHER_SAMPLES)
}
