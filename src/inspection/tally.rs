//! A rescaling law, member by member.

use super::contribution::Contribution;
use super::range::norm;
use super::reading::{Reading, Sides, side};
use super::sums::{add, sum};
use super::symmetry::{Overlaps, limit};

/// A rescaling law, member by member.
pub(super) struct Tally {
    /// The binary digits of the numbers given.
    digits: u32,
    /// For each side.
    decay: [Vec<f64>; 2],
    /// For each sample and each side.
    noise: Vec<[Vec<f64>; 2]>,
    /// `|A theta|^2`.
    stretch: Vec<f64>,
    /// `theta^T A theta`.
    signed: Vec<f64>,
    /// `(A theta)^T g` of each sample.
    overlap: Vec<Vec<f64>>,
    /// `|g|^2`, summed over the samples.
    gradient: Vec<f64>,
    /// `sum_i (A theta)_i^2 g_i^2`, summed over the samples.
    scatter: Vec<f64>,
    /// The same with the rounding of numbers below the normal range of their type in place of each.
    floor: Vec<f64>,
    /// `(A theta)^T grad F` and `|grad F|^2`.
    entropic: Option<[Vec<f64>; 2]>,
    /// For each side.
    mean: Option<[Vec<f64>; 2]>,
}

impl Tally {
    pub fn new(parts: &[(f64, Contribution)], members: usize, digits: u32) -> Self {
        let zeros = || vec![0.0; members];
        let (samples, overlaps) = parts.first().map_or((0, 0), |(_, part)| (part.noise.len(), part.overlap.len()));
        // A tensor without mean gradient leaves all overlaps unknown.
        let overlaps = if parts.iter().all(|(_, part)| part.overlap.len() == overlaps) { overlaps } else { 0 };
        let mut tally = Tally {
            digits,
            decay: [zeros(), zeros()],
            noise: (0..samples).map(|_| [zeros(), zeros()]).collect(),
            stretch: zeros(),
            signed: zeros(),
            overlap: (0..overlaps).map(|_| zeros()).collect(),
            gradient: zeros(),
            scatter: zeros(),
            floor: zeros(),
            entropic: parts.first().and_then(|(_, part)| part.entropic.as_ref()).map(|_| [zeros(), zeros()]),
            mean: parts.first().and_then(|(_, part)| part.mean.as_ref()).map(|_| [zeros(), zeros()]),
        };
        for (coefficient, part) in parts {
            let (side, size) = (side(*coefficient), coefficient.abs());
            add(&mut tally.decay[side], size, &part.decay);
            add(&mut tally.stretch, size * size, &part.parameters);
            add(&mut tally.signed, *coefficient, &part.parameters);
            add(&mut tally.gradient, 1.0, &part.gradient);
            add(&mut tally.scatter, size * size, &part.scatter);
            let [of_parameters, of_gradients] = part.floor();
            add(&mut tally.floor, size * size, &of_parameters);
            add(&mut tally.floor, size * size, &of_gradients);
            for (sum, noise) in tally.noise.iter_mut().zip(&part.noise) {
                add(&mut sum[side], size, noise);
            }
            for (sum, overlap) in tally.overlap.iter_mut().zip(&part.overlap) {
                add(sum, *coefficient, overlap);
            }
            if let (Some(mean), Some(part)) = (&mut tally.mean, &part.mean) {
                add(&mut mean[side], size, part);
            }
            if let (Some([along, squared]), Some(part)) = (&mut tally.entropic, &part.entropic) {
                add(along, *coefficient, &part.0);
                add(squared, 1.0, &part.1);
            }
        }
        tally
    }

    /// The decay inside the gradients that makes the members' overlaps what they are, if one does.
    pub fn hidden_decay(&self) -> Option<f64> {
        let overlaps = Overlaps { overlaps: &self.overlap, signed: &self.signed, scatter: &self.scatter };
        overlaps.hidden_decay(|member| limit(self.digits, self.scatter[member], self.floor[member]))
    }

    /// The law of the sum of these members' generators.
    pub fn reading(&self, members: std::ops::Range<usize>, rate: f64) -> Reading {
        let total = |values: &[f64]| sum(values[members.clone()].iter().copied());
        let samples: Vec<[f64; 2]> = self.noise.iter().map(|noise| noise.each_ref().map(|side| total(side))).collect();
        let count = samples.len() as f64;
        let noise = [0, 1].map(|side| sum(samples.iter().map(|sample| sample[side])) / count);
        let decay = self.decay.each_ref().map(|side| total(side));
        let sides = Sides { noise, decay };
        let (imbalance, scale) = (sides.imbalance(), sides.scale());
        let relative = |value: f64| (scale > 0.0).then(|| value / scale);
        let stretch = total(&self.stretch);
        let entropic = self.entropic.as_ref().map(|entropic| entropic.each_ref().map(|values| total(values)));
        let (gradient, scatter) = (total(&self.gradient), total(&self.scatter));
        let known = !self.overlap.is_empty();
        let size = norm(self.overlap.iter().map(|overlap| total(overlap)));
        let bound = stretch.sqrt() * gradient.sqrt();
        let cancellation = (known && scatter > 0.0).then(|| size / scatter.sqrt());
        let limit = cancellation.and_then(|_| limit(self.digits, scatter, total(&self.floor)));
        Reading {
            sides,
            imbalance,
            standard_error: imbalance.and_then(|imbalance| standard_error(&samples, imbalance, scale)),
            tolerance: entropic.and_then(|[_, squared]| relative(2.0 / rate * stretch.sqrt() * squared.sqrt())),
            off_shell: entropic.and_then(|[along, _]| relative(-2.0 / rate * along)),
            overlap: (known && bound > 0.0).then(|| size / bound),
            cancellation,
            limit,
            lost: usize::from(cancellation.is_some() && limit.is_none()),
            parameters: stretch,
            mean_gradient: self.mean.as_ref().map(|mean| mean.each_ref().map(|side| total(side))),
            generator: None,
        }
    }
}

/// The standard error of a quotient of means, `(a - b - ...) / (a + b + ...)`, to first order; everything is taken relative to the denominator, so that squares of
/// squares stay in range.
fn standard_error(samples: &[[f64; 2]], imbalance: f64, scale: f64) -> Option<f64> {
    let count = samples.len() as f64;
    let deviation = |[a, b]: &[f64; 2]| (a / scale - b / scale) - imbalance * (a / scale + b / scale);
    let deviations: Vec<f64> = samples.iter().map(deviation).collect();
    let mean = sum(deviations.iter().copied()) / count;
    let squares = sum(deviations.iter().map(|deviation| (deviation - mean).powi(2)));
    (samples.len() > 1).then(|| (squares / (count * (count - 1.0))).sqrt())
}
