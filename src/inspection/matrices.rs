//! Matrix laws: all groups' matrices, and the overlaps with their generators.

use super::contribution::Contribution;
use super::fitted::Fitted;
use super::generators;
use super::range::norm;
use super::reading::{Reading, Sides, side};
use super::sums::{add, sum};
use super::symmetry::{Overlaps, limit};
use std::ops::Range;

/// A matrix law: all groups' matrices one after another.
pub(super) struct Matrices {
    /// Rows of each matrix.
    width: usize,
    decay: [Vec<f64>; 2],
    noise: [Vec<f64>; 2],
    /// For each sample the difference of the two sides.
    residuals: Vec<Vec<f64>>,
    /// The squares of the parameters, which are the matrices' diagonals.
    parameters: Vec<f64>,
    /// For each row `|grad F|^2`.
    entropic: Option<Vec<f64>>,
    generators: Generators,
}

/// What is worst of some generators.
#[derive(Default)]
struct Worst {
    /// The largest overlap.
    overlap: Option<f64>,
    /// The cancellation that is largest beside its limit, with that limit if there is one.
    cancellation: Option<(f64, Option<f64>)>,
    /// Whose that is: the member that is changed, and the one that is added.
    generator: Option<(usize, usize)>,
    /// Of how many too few digits are left.
    lost: usize,
}

/// The overlaps with the generators that add member `j` to member `i`.
struct Generators {
    /// The members that are looked at.
    places: Vec<usize>,
    /// For each sample, all groups' matrices one after another.
    overlaps: Vec<Vec<f64>>,
    /// What a decay `theta` adds to them.
    signed: Vec<f64>,
    /// The squares of the terms, summed over the samples.
    scatter: Vec<f64>,
    /// The same with the rounding of numbers below the normal range of their type in place of each.
    floor: Vec<f64>,
    digits: u32,
    /// For each side the diagonals of `theta theta^T`, and of `g g^T` summed over the samples.
    parameters: [Vec<f64>; 2],
    gradients: [Vec<f64>; 2],
}

impl Generators {
    fn new(parts: &[(f64, Contribution)], fitted: &Fitted<'_>, digits: u32) -> Self {
        let places = generators::places(fitted.width);
        let (count, width, groups) = (places.len(), fitted.width, fitted.law.groups);
        let samples = parts.first().map_or(0, |(_, part)| part.generators.len());
        let zeros = || vec![0.0; groups * count * count];
        let mut overlaps: Vec<Vec<f64>> = (0..samples).map(|_| zeros()).collect();
        let (mut scatter, mut signed, mut floor) = (zeros(), zeros(), zeros());
        let members = || [vec![0.0; groups * width], vec![0.0; groups * width]];
        let (mut parameters, mut gradients) = (members(), members());
        for (coefficient, part) in parts {
            let side = side(*coefficient);
            // What the one side is multiplied by the other is divided by: X there is minus X^T here.
            let turn = |entry: usize| {
                let (group, i, j) = (entry / (count * count), entry / count % count, entry % count);
                if side == 0 { entry } else { (group * count + j) * count + i }
            };
            for (sum, values) in overlaps.iter_mut().zip(&part.generators) {
                for (entry, sum) in sum.iter_mut().enumerate() {
                    *sum += coefficient * values[turn(entry)];
                }
            }
            for (entry, sum) in scatter.iter_mut().enumerate().filter(|_| !part.scatter.is_empty()) {
                *sum += part.scatter[turn(entry)];
            }
            let diagonal = |member: usize| part.parameters[member * width + member % width];
            for (entry, (signed, floor)) in signed.iter_mut().zip(&mut floor).enumerate() {
                let (group, i, j) = (entry / (count * count), places[entry / count % count], places[entry % count]);
                *signed += coefficient * part.parameters[(group * width + i) * width + j];
                // The member whose parameters these generators add, and the one whose gradients they meet.
                let (added, changed) = if side == 0 { (j, i) } else { (i, j) };
                *floor += part.gradient_rounding * diagonal(group * width + added);
                *floor += part.parameter_rounding * part.gradient.get(group * width + changed).unwrap_or(&0.0);
            }
            for (member, sum) in parameters[side].iter_mut().enumerate() {
                *sum += diagonal(member);
            }
            add(&mut gradients[side], 1.0, &part.gradient);
        }
        Generators { places, overlaps, signed, scatter, floor, digits, parameters, gradients }
    }

    fn limit(&self, entry: usize) -> Option<f64> {
        limit(self.digits, self.scatter[entry], self.floor[entry])
    }

    /// What is worst of the generators of these groups.
    fn worst(&self, groups: Range<usize>, width: usize) -> Worst {
        let count = self.places.len();
        let mut worst = Worst::default();
        let mut largest = 0.0;
        for group in groups {
            for (i, j) in (0..count).flat_map(|i| (0..count).map(move |j| (i, j))) {
                let entry = (group * count + i) * count + j;
                let (scatter, limit) = (self.scatter[entry], self.limit(entry));
                if self.overlaps.is_empty() || scatter <= 0.0 {
                    continue;
                }
                let size = norm(self.overlaps.iter().map(|sample| sample[entry]));
                let (to, from) = (self.places[i], self.places[j]);
                let at = |place: usize| group * width + place;
                // On the one side member j is added to i, on the other i is subtracted from j.
                let stretch = self.parameters[0][at(from)] + self.parameters[1][at(to)];
                let gradient = self.gradients[0][at(to)] + self.gradients[1][at(from)];
                let overlap = size / (stretch.sqrt() * gradient.sqrt());
                worst.overlap = Some(worst.overlap.map_or(overlap, |largest| largest.max(overlap)));
                worst.lost += usize::from(limit.is_none());
                let cancellation = size / scatter.sqrt();
                let beside = limit.map_or(0.0, |limit| cancellation / limit);
                if worst.cancellation.is_none() || beside > largest {
                    largest = beside;
                    worst.cancellation = Some((cancellation, limit));
                    worst.generator = Some((to, from));
                }
            }
        }
        worst
    }
}

impl Matrices {
    pub fn new(parts: &[(f64, Contribution)], fitted: &Fitted<'_>, digits: u32) -> Self {
        let zeros = || vec![0.0; fitted.members() * fitted.width];
        let samples = parts.first().map_or(0, |(_, part)| part.noise.len());
        let mut matrices = Matrices {
            width: fitted.width,
            generators: Generators::new(parts, fitted, digits),
            parameters: zeros(),
            entropic: parts.first().and_then(|(_, part)| part.entropic.as_ref()).map(|_| vec![0.0; fitted.members()]),
            decay: [zeros(), zeros()],
            noise: [zeros(), zeros()],
            residuals: (0..samples).map(|_| zeros()).collect(),
        };
        for (coefficient, part) in parts {
            let side = side(*coefficient);
            add(&mut matrices.decay[side], 1.0, &part.decay);
            add(&mut matrices.parameters, 1.0, &part.parameters);
            if let (Some(sum), Some((_, squared))) = (&mut matrices.entropic, &part.entropic) {
                add(sum, 1.0, squared);
            }
            for (residual, noise) in matrices.residuals.iter_mut().zip(&part.noise) {
                add(&mut matrices.noise[side], 1.0 / samples as f64, noise);
                add(residual, *coefficient, noise);
            }
        }
        matrices
    }

    /// The decay inside the gradients that makes the overlaps of all generators what they are, if one does.
    pub fn hidden_decay(&self) -> Option<f64> {
        let Generators { overlaps, signed, scatter, .. } = &self.generators;
        Overlaps { overlaps, signed, scatter }.hidden_decay(|entry| self.generators.limit(entry))
    }

    /// The law of these groups.
    pub fn reading(&self, groups: Range<usize>, rate: f64) -> Reading {
        let (width, size) = (self.width, self.width * self.width);
        let (rows, entries) = (groups.start * width..groups.end * width, groups.start * size..groups.end * size);
        let trace = |values: &Vec<f64>| {
            sum(entries.clone().filter(|entry| entry % size % (width + 1) == 0).map(|entry| values[entry]))
        };
        let norm = |entry: &dyn Fn(usize) -> f64| norm(entries.clone().map(entry));
        let [noise, decay] = [&self.noise, &self.decay];
        let scale: f64 = noise.iter().chain(decay).map(|values| norm(&|entry| values[entry])).sum();
        let residual = norm(&|entry| (noise[0][entry] - noise[1][entry]) - (decay[0][entry] - decay[1][entry]));
        let relative = |value: f64| (scale > 0.0).then(|| value / scale);
        let deviation = |sample: &Vec<f64>| norm(&|entry| sample[entry] - (noise[0][entry] - noise[1][entry]));
        let scatter = sum(self.residuals.iter().filter_map(|sample| Some(relative(deviation(sample))?.powi(2))));
        let count = self.residuals.len() as f64;
        let standard_error = (count > 1.0 && scale > 0.0).then(|| (scatter / (count * (count - 1.0))).sqrt());
        // For every symmetric S of norm 1 the generator moves theta by at most |theta|.
        let bound = |squared: &Vec<f64>| {
            2.0 / rate * trace(&self.parameters).sqrt() * sum(squared[rows.clone()].iter().copied()).sqrt()
        };
        let Worst { overlap, cancellation, generator, lost } = self.generators.worst(groups.clone(), width);
        Reading {
            overlap,
            cancellation: cancellation.map(|(cancellation, _)| cancellation),
            limit: cancellation.and_then(|(_, limit)| limit),
            generator,
            lost,
            sides: Sides { noise: [trace(&noise[0]), trace(&noise[1])], decay: [trace(&decay[0]), trace(&decay[1])] },
            imbalance: relative(residual),
            standard_error,
            tolerance: self.entropic.as_ref().map(bound).and_then(relative),
            ..Reading::default()
        }
    }
}
