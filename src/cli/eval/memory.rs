//! What an evaluation at a point needs.

use super::point::{Point, Quantity};
use super::request::{Precision, ScalarRequest};
use super::size::{height, within};
use crate::entropic::Preconditioner;
use crate::model::{Activation, Network, Piecewise};

/// Checks the memory that the evaluation needs.
///
/// # Errors
/// That it is too much.
pub fn check(point: &Point) -> Result<(), String> {
    let bytes = match point.scalar {
        ScalarRequest::F32 | ScalarRequest::F64 => 8.0,
        ScalarRequest::Mpfr(Precision(bits)) => 48.0 + f64::from(bits) / 8.0,
        ScalarRequest::Rational => 64.0 + rational_bits(point) / 8.0,
    };
    let parameters = point.theta.len() as f64;
    let samples = point.data.len() as f64;
    // Gradients of all samples and their derivatives, twice dual for the Hessian.
    let hessian = point.quantities.contains(&Quantity::EntropicHessian);
    let numbers =
        if hessian { 4.0 * samples * parameters + 2.0 * parameters * parameters } else { 4.0 * samples * parameters };
    within("quantities", numbers * bytes)
}

/// An upper bound on the bits of any number that an exact evaluation meets.
///
/// A layer's output is a polynomial in its numbers, so that the bits of its factors add up; a squared activation doubles
/// them. The gradient of the entropic loss has four factors like the output, its derivatives no more, and two to spare.
fn rational_bits(point: &Point) -> f64 {
    let parameters = height(&point.theta);
    let samples = point.data.samples();
    let mut output = height(samples.iter().flat_map(|sample| &sample.input));
    if let Network::Mlp { layout, activation, .. } = &point.network {
        for layer in 0..layout.depth() {
            output += parameters + (layout.widths()[layer] as f64 + 1.0).log2();
            if layer + 1 < layout.depth() {
                match activation {
                    Activation::Piecewise(Piecewise::SquaredRelu) => output *= 2.0,
                    Activation::Piecewise(Piecewise::LeakyRelu) => output += 4.0,
                    _ => {}
                }
            }
        }
    }
    output += height(samples.iter().flat_map(|sample| &sample.target));
    let rates = match &point.preconditioner {
        None => 0.0,
        Some(Preconditioner::Scalar(rate)) => height([rate]),
        Some(Preconditioner::Diagonal(rates)) => height(rates),
        Some(Preconditioner::Full(matrix)) => height(matrix.iter()),
    };
    let mean = height(point.data.weights()) + (samples.len() as f64).log2();
    6.0 * output + 2.0 * parameters + rates + mean + height([&point.weight_decay])
}
