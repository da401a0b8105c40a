//! Samples: finite data sets, whose mean `E` is exact and never an estimate.

pub mod digits;

use crate::scalar::{Dual, Field, Rational};
use std::sync::Arc;

/// One sample: an input, a target, and optionally a forced activation pattern.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample<T> {
    /// The input `x`.
    pub input: Vec<T>,
    /// The target `y`.
    pub target: Vec<T>,
    /// The gates of all hidden neurons, layer by layer, if they are to be forced.
    ///
    /// A piecewise-linear network is a polynomial within one activation pattern. With the pattern drawn independently of
    /// the point the Schwartz-Zippel lemma applies to that polynomial; with `None` the network decides for itself.
    pub gates: Option<Arc<[bool]>>,
    /// Which parts are the same at every point of a family, and so are no coordinates of a random point.
    pub fixed: Fixed,
}

/// Which parts of a sample are constants: tokens, probabilities and whatever else is drawn from fewer values than the grid has.
///
/// Only what is uniform on the grid is a coordinate to which the Schwartz-Zippel lemma applies; what is not must be the same at all points of
/// the family, and is then a coefficient of the polynomial.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fixed {
    /// The input is.
    pub input: bool,
    /// The target is.
    pub target: bool,
}

impl<T: Field> Sample<T> {
    /// A sample whose activation pattern is the network's own.
    pub fn new(input: Vec<T>, target: Vec<T>) -> Self {
        Sample { input, target, gates: None, fixed: Fixed::default() }
    }

    /// The same sample as constants of the dual numbers.
    pub fn lift(&self) -> Sample<Dual<T>> {
        self.convert(&|x: &T| Dual::constant(x.clone()))
    }

    fn convert<U>(&self, convert: &impl Fn(&T) -> U) -> Sample<U> {
        Sample {
            input: self.input.iter().map(convert).collect(),
            target: self.target.iter().map(convert).collect(),
            gates: self.gates.clone(),
            fixed: self.fixed,
        }
    }
}

impl Sample<Rational> {
    /// The sample in another scalar: what is fixed as constants, the rest as drawn ([`Field::drawn`]).
    fn carry<T: Field>(&self) -> Sample<T> {
        let part = |numbers: &[Rational], is_fixed: bool| -> Vec<T> {
            numbers.iter().map(if is_fixed { T::from_rational } else { T::drawn }).collect()
        };
        Sample {
            input: part(&self.input, self.fixed.input),
            target: part(&self.target, self.fixed.target),
            gates: self.gates.clone(),
            fixed: self.fixed,
        }
    }
}

/// A finite data set with weights that define the mean: `E f = sum_z weight_z f(z)`.
#[derive(Clone, Debug, PartialEq)]
pub struct DataSet<T> {
    samples: Vec<Sample<T>>,
    weights: Vec<T>,
}

impl<T: Field> DataSet<T> {
    /// Equal weights `1/N`.
    ///
    /// # Panics
    /// If there is no sample: the mean would not exist.
    pub fn new(samples: Vec<Sample<T>>) -> Self {
        assert!(!samples.is_empty(), "a data set has at least one sample");
        let weight = T::ratio(1, samples.len() as i64);
        let weights = vec![weight; samples.len()];
        DataSet { samples, weights }
    }

    /// Weights as given, one per sample. They define the mean as they are and need not add up to 1.
    ///
    /// # Panics
    /// If there is no sample, or the lengths differ.
    pub fn weighted(samples: Vec<Sample<T>>, weights: Vec<T>) -> Self {
        assert!(!samples.is_empty(), "a data set has at least one sample");
        assert_eq!(samples.len(), weights.len(), "one weight per sample");
        DataSet { samples, weights }
    }

    /// The samples.
    pub fn samples(&self) -> &[Sample<T>] {
        &self.samples
    }

    /// The weights of the mean.
    pub fn weights(&self) -> &[T] {
        &self.weights
    }

    /// The number of samples.
    #[expect(clippy::len_without_is_empty, reason = "a data set is never empty")]
    pub fn len(&self) -> usize {
        self.samples.len()
    }

    /// The mean of a scalar over the samples.
    pub fn mean(&self, mut value: impl FnMut(&Sample<T>) -> T) -> T {
        let mut total = T::zero();
        let mut scratch = T::zero();
        for (sample, weight) in self.samples.iter().zip(&self.weights) {
            total.add_product(weight, &value(sample), &mut scratch);
        }
        total
    }

    /// The same data as constants of the dual numbers.
    pub fn lift(&self) -> DataSet<Dual<T>> {
        DataSet {
            samples: self.samples.iter().map(Sample::lift).collect(),
            weights: self.weights.iter().map(|weight| Dual::constant(weight.clone())).collect(),
        }
    }
}

impl DataSet<Rational> {
    /// The same data in another scalar. Inputs and targets count as drawn ([`Field::drawn`]) unless they are [`Fixed`], weights as constants.
    pub fn carry<T: Field>(&self) -> DataSet<T> {
        DataSet {
            samples: self.samples.iter().map(Sample::carry).collect(),
            weights: self.weights.iter().map(T::from_rational).collect(),
        }
    }
}
