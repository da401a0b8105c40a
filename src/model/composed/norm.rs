//! RMS norm and layer norm.

use super::Epsilon;
use super::functions::Functions;
use crate::model::activation::RootMeanSquare;
use crate::scalar::{Branch, Field};

/// Which norm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Statistic {
    /// `h / sqrt(mean h^2 + epsilon)`
    Rms,
    /// The same after the mean over the vector is subtracted.
    Layer,
}

/// A norm with the places of its parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Norm {
    pub statistic: Statistic,
    pub epsilon: Epsilon,
    /// Where the gain, the bias and a trained epsilon begin.
    pub gain: Option<usize>,
    pub bias: Option<usize>,
    pub trained_epsilon: Option<usize>,
}

/// What the backward pass needs of one position.
pub struct NormTape<T> {
    normalised: Vec<T>,
    /// `sqrt(mean h^2 + epsilon)`
    size: RootMeanSquare<T>,
}

fn mean<T: Field>(values: impl Iterator<Item = T>, count: usize) -> T {
    values.fold(T::zero(), |sum, value| sum + value) / T::integer(count as i64)
}

impl Norm {
    pub fn forward<T: Branch>(
        &self,
        functions: &Functions<T>,
        theta: &[T],
        mut input: Vec<T>,
    ) -> (Vec<T>, NormTape<T>) {
        let width = input.len();
        if self.statistic == Statistic::Layer {
            let centre = mean(input.iter().cloned(), width);
            for entry in &mut input {
                *entry -= &centre;
            }
        }
        let epsilon = match (&self.epsilon, self.trained_epsilon) {
            (Epsilon::Fixed(epsilon), _) => T::from_rational(epsilon),
            (Epsilon::Trained, place) => theta[place.expect("a trained epsilon has a place")].clone(),
        };
        let size = RootMeanSquare::normalise(&mut input, &epsilon, functions.square_root, functions.power_of_two_near);
        let mut output = input.clone();
        for (index, entry) in output.iter_mut().enumerate() {
            if let Some(gain) = self.gain {
                *entry *= &theta[gain + index];
            }
            if let Some(bias) = self.bias {
                *entry += &theta[bias + index];
            }
        }
        (output, NormTape { normalised: input, size })
    }

    /// With `n = h / r` and `r^2 = mean h^2 + epsilon`: `dl/dh = (delta - n mean(n delta)) / r` and
    /// `dl/d epsilon = -sum(n delta) / (2 r^2)`, for `delta` the slope at `n`.
    pub fn backward<T: Branch>(&self, theta: &[T], tape: &NormTape<T>, delta: &[T], gradient: &mut [T]) -> Vec<T> {
        let width = delta.len();
        let mut slopes = delta.to_vec();
        for (index, slope) in slopes.iter_mut().enumerate() {
            if let Some(bias) = self.bias {
                gradient[bias + index] += &*slope;
            }
            if let Some(gain) = self.gain {
                gradient[gain + index] += T::product(slope, &tape.normalised[index]);
                *slope *= &theta[gain + index];
            }
        }
        let overlap = slopes.iter().zip(&tape.normalised).map(|(slope, value)| T::product(slope, value));
        let overlap = overlap.fold(T::zero(), |sum, term| sum + term);
        if let Some(place) = self.trained_epsilon {
            let mut slope = overlap.clone() / T::integer(2);
            tape.size.divide(&mut slope);
            tape.size.divide(&mut slope);
            gradient[place] -= slope;
        }
        let projection = overlap / T::integer(width as i64);
        for (slope, value) in slopes.iter_mut().zip(&tape.normalised) {
            *slope -= T::product(&projection, value);
            tape.size.divide(slope);
        }
        if self.statistic == Statistic::Layer {
            let centre = mean(slopes.iter().cloned(), width);
            for slope in &mut slopes {
                *slope -= &centre;
            }
        }
        slopes
    }
}
