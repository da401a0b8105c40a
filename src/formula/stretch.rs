//! Instances far from 1: their quantities multiplied by powers of two.

use super::instance::Instance;
use crate::scalar::Rational;
use crate::verify::Stream;
use equipartition_formula::{Declaration, Domain, Rates, Sizes, length};
use std::sync::Arc;

/// Powers of two by which quantities are multiplied.
const EXPONENTS: (i64, i64) = (-10, 10);
/// The largest of them where there are functions that no field has: an exponential of a thousand leaves nothing to decide.
const TRANSCENDENTAL: i64 = 4;
/// The weights of the mean are made smaller by such powers, one by one, before their sum is made 1.
const LIGHTEST: i64 = -10;
/// So many samples more than near instances have, at most.
const FURTHER_SAMPLES: usize = 4;
/// The least and the largest power of two, where all functions are those of a field or not.
pub(super) fn exponents(is_algebraic: bool) -> (i64, i64) {
    let (least, most) = EXPONENTS;
    (least, if is_algebraic { most } else { TRANSCENDENTAL })
}

/// Multiplies the quantities of an instance by powers of two, each by its own, or by 1.
pub(super) fn stretch(instance: &mut Instance, stream: &mut Stream) {
    let (least, most) = exponents(instance.program.tape.is_algebraic());
    let mut factor = |least: i64, most: i64| {
        let exponent = if stream.coin() { 0 } else { stream.integer(least, most) };
        if exponent < 0 { Rational::from(1) >> (-exponent) as u32 } else { Rational::from(1) << exponent as u32 }
    };
    let program = Arc::clone(&instance.program);
    let layout = &program.layout;
    let mut of_declared = |inputs: &mut [Rational], start: usize, declared: &[Declaration], sizes: &Sizes| {
        let mut place = start;
        for quantity in declared {
            let len = length(&quantity.shape, sizes, 0);
            if matches!(quantity.domain, Domain::Real | Domain::Positive) {
                let factor = factor(least, most);
                inputs[place..place + len].iter_mut().for_each(|number| *number *= &factor);
            }
            place += len;
        }
    };
    of_declared(&mut instance.inputs, 0, &instance.signature.parameters, &instance.sizes);
    for sample in 0..layout.samples {
        of_declared(&mut instance.inputs, layout.sample(sample).start, &instance.signature.data, &instance.sizes);
    }
    layout.weights().for_each(|place| instance.inputs[place] *= factor(LIGHTEST, 0));
    let total: Rational = instance.inputs[layout.weights()].iter().sum();
    layout.weights().for_each(|place| instance.inputs[place] /= &total);
    for place in [layout.learning_rate(), layout.weight_decay(), layout.step()] {
        instance.inputs[place] *= factor(least, most);
    }
    if layout.rates != Rates::Scalar {
        let factor = factor(least, most);
        layout.rate_entries().for_each(|place| instance.inputs[place] *= &factor);
    }
}

/// Samples that a far instance has besides.
pub(super) fn further_samples(stream: &mut Stream) -> usize {
    stream.below(FURTHER_SAMPLES)
}
