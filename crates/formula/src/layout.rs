//! What is put into a compiled formula, and where.

use crate::declaration::{Declaration, Signature};
use crate::shape::{Extent, Shape};
use std::collections::BTreeMap;
use std::ops::Range;

/// Which matrix `Lambda` is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rates {
    /// `eta` times the identity.
    #[default]
    Scalar,
    /// A rate for each parameter.
    Diagonal,
    /// Any symmetric matrix, row by row.
    Full,
}

/// Sizes by name.
pub type Sizes = BTreeMap<String, usize>;

/// The places of the inputs: parameters, the data of each sample, the weights of the mean, eta, gamma, h, and the rates if they are not eta.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Of every parameter, its entries among all.
    pub parameters: Vec<Range<usize>>,
    /// Of every datum, its entries among those of a sample.
    pub data: Vec<Range<usize>>,
    /// How many samples there are.
    pub samples: usize,
    /// Which matrix `Lambda` is.
    pub rates: Rates,
}

impl Layout {
    /// The layout for given sizes.
    pub fn new(signature: &Signature, sizes: &Sizes, samples: usize, rates: Rates) -> Self {
        let ranges = |quantities: &[Declaration]| {
            let mut start = 0;
            let range = |quantity: &Declaration| {
                let length = length(&quantity.shape, sizes, 0);
                start += length;
                start - length..start
            };
            quantities.iter().map(range).collect::<Vec<_>>()
        };
        Layout { parameters: ranges(&signature.parameters), data: ranges(&signature.data), samples, rates }
    }

    /// The number of parameters.
    pub fn parameter_count(&self) -> usize {
        self.parameters.last().map_or(0, |range| range.end)
    }

    /// The numbers of a sample.
    pub fn sample_len(&self) -> usize {
        self.data.last().map_or(0, |range| range.end)
    }

    /// The places of the data of a sample.
    pub fn sample(&self, sample: usize) -> Range<usize> {
        let start = self.parameter_count() + sample * self.sample_len();
        start..start + self.sample_len()
    }

    /// The places of the weights of the mean.
    pub fn weights(&self) -> Range<usize> {
        let start = self.parameter_count() + self.samples * self.sample_len();
        start..start + self.samples
    }

    /// The place of `eta`.
    pub fn learning_rate(&self) -> usize {
        self.weights().end
    }

    /// The place of `gamma`.
    pub fn weight_decay(&self) -> usize {
        self.learning_rate() + 1
    }

    /// The place of `h`.
    pub fn step(&self) -> usize {
        self.weight_decay() + 1
    }

    /// The places of the entries of `Lambda`.
    pub fn rate_entries(&self) -> Range<usize> {
        let start = self.step() + 1;
        let parameters = self.parameter_count();
        start
            ..start
                + match self.rates {
                    Rates::Scalar => 0,
                    Rates::Diagonal => parameters,
                    Rates::Full => parameters * parameters,
                }
    }

    /// How many inputs there are.
    #[expect(clippy::len_without_is_empty, reason = "there is always gamma")]
    pub fn len(&self) -> usize {
        self.rate_entries().end
    }
}

/// The size of an axis.
pub(crate) fn extent(extent: &Extent, sizes: &Sizes, parameters: usize) -> usize {
    match extent {
        Extent::Size(name) => sizes.get(name).copied().unwrap_or(1),
        Extent::Fixed(size) => *size,
        Extent::Parameters => parameters,
    }
}

/// The entries of a shape.
pub fn length(shape: &Shape, sizes: &Sizes, parameters: usize) -> usize {
    shape.extents().map(|axis| extent(&axis, sizes, parameters)).product()
}
