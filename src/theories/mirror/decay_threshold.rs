//! Dead neurons whose decay is drawn beside a threshold: `2 gamma` against `M`, or what a control says in its place.

use super::dead_neuron::{Dead, INPUTS, Neuron, dot, first_to_grow, pull, rectified};
use super::drawing::{Pair, rotation, smalls};
use crate::linalg::exact;
use crate::linalg::products::product;
use crate::scalar::{Rational, Ring};
use crate::verify::{Stream, Unjudged};
use nalgebra::DMatrix;

/// What `gamma` is compared with.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Threshold {
    /// `2 gamma` with `M`
    Exact,
    /// `gamma` with `M`
    WithoutFactor,
    /// `2 gamma` with the Frobenius norm
    Frobenius,
    /// `2 gamma` with `M` although `k = 2`
    OfDegreeOne,
}

/// A part of a threshold, other than 1.
fn part(stream: &mut Stream) -> Rational {
    loop {
        let part = Rational::from((stream.integer(1, 32), 16));
        if part != 1 {
            return part;
        }
    }
}

impl Threshold {
    /// A linear neuron with two samples, by the singular values of `E[delta x^T]`.
    pub(super) fn linear(self, stream: &mut Stream) -> Result<Dead, Unjudged> {
        let (left, right) = (rotation(stream, 2), rotation(stream, 2));
        let second = stream.positive();
        let least = if self == Threshold::Exact && stream.below(4) == 0 { Rational::new() } else { second.clone() };
        let size = Rational::from(&second + &stream.positive());
        let values = DMatrix::from_fn(2, 2, |row, column| match (row, column) {
            (0, 0) => size.clone(),
            (1, 1) => least.clone(),
            _ => Rational::new(),
        });
        // E[delta x^T]
        let matrix = product(&product(&left, &values), &right.transpose());
        let samples = loop {
            let inputs = DMatrix::from_fn(2, 2, |_, _| stream.small());
            if let Ok(inverse) = exact::inverse(&inputs.transpose()) {
                // Residuals r = delta / 2 of the two samples: sum r x^T is that matrix.
                let residuals = product(&matrix, &inverse);
                break (0..2)
                    .map(|place| {
                        (
                            inputs.column(place).iter().cloned().collect(),
                            residuals.column(place).iter().cloned().collect(),
                        )
                    })
                    .collect::<Vec<Pair<Rational>>>();
            }
        };
        let half = Rational::from((1, 2));
        let weight_decay = match self {
            Threshold::WithoutFactor => (Rational::from((stream.integer(1, 15), 16)) + 1) * &half * &size,
            Threshold::Frobenius => {
                // 2 gamma = M + d with (M + d)^2 < M^2 + least^2
                let mut excess = least.clone();
                let square = Rational::from(least.square_ref());
                while (Rational::from(&size * 2_i64) + &excess) * &excess >= square {
                    excess /= 2;
                }
                (excess + &size) * &half
            }
            _ => part(stream) * &half * &size,
        };
        let doubled = Rational::from(&weight_decay * 2_i64);
        let is_stable = match self {
            Threshold::WithoutFactor => weight_decay > size,
            Threshold::Frobenius => doubled.squared() > size.squared() + least.squared(),
            _ => doubled > size,
        };
        let w: Vec<Rational> = right.column(0).iter().cloned().collect();
        let first = first_to_grow(Neuron::Linear, &samples, &weight_decay, &w);
        let other = (smalls(stream, 2), smalls(stream, 2));
        Ok(Dead { neuron: Neuron::Linear, samples, weight_decay, size, is_stable, first, other, beside: None })
    }

    /// A rectified or a squared neuron with arbitrary samples.
    pub(super) fn curved(self, stream: &mut Stream, neuron: Neuron) -> Dead {
        loop {
            let count = 1 + stream.below(4);
            let samples: Vec<_> =
                (0..count).map(|_| (smalls(stream, INPUTS), smalls(stream, neuron.outputs()))).collect();
            let (square, w) = match neuron {
                Neuron::Rectified => rectified(&samples),
                _ => {
                    let w = smalls(stream, INPUTS);
                    let pull = pull(neuron, &samples, &w);
                    (dot(&pull, &pull) / dot(&w, &w).squared(), w)
                }
            };
            let Some(root) = Rational::from_f64(square.to_f64().sqrt()).filter(|_| !square.is_zero()) else { continue };
            let mut weight_decay = root / 2 * part(stream);
            if self == Threshold::OfDegreeOne {
                // Below half of a lower bound of M: the threshold of k = 1 calls it unstable.
                weight_decay /= 4;
            }
            let is_stable = match self {
                Threshold::OfDegreeOne => false,
                _ => neuron == Neuron::Squared || Rational::from(&weight_decay * 2_i64).squared() > square,
            };
            let first = first_to_grow(neuron, &samples, &weight_decay, &w);
            let mut other = (smalls(stream, neuron.outputs()), smalls(stream, INPUTS));
            if neuron == Neuron::Squared {
                // Near 0, as the first one.
                let w: Vec<Rational> = other.1.clone();
                other = first_to_grow(neuron, &samples, &weight_decay, &w);
            }
            return Dead { neuron, samples, weight_decay, size: square, is_stable, first, other, beside: None };
        }
    }
}
