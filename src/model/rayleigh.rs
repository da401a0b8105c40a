//! A scale-invariant model in the rationals.

use super::Model;
use crate::data::Sample;
use crate::scalar::Field;

/// `l(theta; x, y) = ((x . theta)^2 / (theta . theta) - y)^2`: a rational function that does not change when `theta` is
/// multiplied by a number.
///
/// RMS-normalised layers are scale invariant too, but need a square root; this model carries the same laws exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rayleigh {
    /// The number of parameters.
    pub dimension: usize,
}

impl<T: Field> Model<T> for Rayleigh {
    fn parameter_count(&self) -> usize {
        self.dimension
    }

    fn loss_and_gradient(&self, theta: &[T], sample: &Sample<T>, gradient: &mut [T]) -> T {
        let mut scratch = T::zero();
        let mut overlap = T::zero();
        let mut square = T::zero();
        for (parameter, input) in theta.iter().zip(&sample.input) {
            overlap.add_product(parameter, input, &mut scratch);
            square += parameter.squared();
        }
        // f = s^2/n with s = x . theta, n = theta . theta: df = 2 s/n (x - (s/n) theta).
        let quotient = overlap.clone() / &square;
        let residual = T::product(&overlap, &quotient) - &sample.target[0];
        let factor = T::integer(4) * &residual * &quotient;
        for ((entry, parameter), input) in gradient.iter_mut().zip(theta).zip(&sample.input) {
            *entry = (input.clone() - T::product(&quotient, parameter)) * &factor;
        }
        residual.squared()
    }
}
