//! A law on a checkpoint: what it reads, of all members and of each, and whether its symmetry is one of the network.

use super::contribution::Contribution;
use super::fitted::Fitted;
use super::generators;
use super::law::{Form, Law};
use super::matrices::Matrices;
use super::reading::{Reading, Sides, side};
use super::sums::{add, sum};

/// Whether the symmetry that a law comes from is one of this network, by the overlap of gradients with its orbit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// The terms of every overlap cancel to half of the digits of the numbers given, or better.
    Confirmed,
    /// Those of some overlap do not: the law says nothing about this network, or the gradients are none of its loss.
    NotASymmetry,
    /// There are no gradients at these parameters, or all of them vanish.
    Unchecked,
}

impl Status {
    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Status::Confirmed => "confirmed",
            Status::NotASymmetry => "not a symmetry of this network",
            Status::Unchecked => "unchecked",
        }
    }
}

/// A law on a checkpoint.
#[derive(Clone, Debug)]
pub struct Balance {
    /// The law.
    pub law: Law,
    /// Members of each group; of a matrix law 1.
    pub width: usize,
    /// All members together: the law of the sum of the generators.
    pub total: Reading,
    /// The members, group by group.
    pub members: Vec<Reading>,
    /// Whether the symmetry is one of this network.
    pub status: Status,
    /// The binary digits of the numbers given, by the narrowest type among them.
    pub digits: u32,
    /// The cancellation up to which it is.
    pub limit: f64,
    /// The overlap up to which an epsilon in norms may be its reason; 0 if the law is exact without one.
    pub allowed: f64,
    /// The decay `lambda theta` inside the gradients that would make the overlaps what they are, if one does.
    pub hidden_decay: Option<f64>,
    /// Tensors of the law whose gradients vanish.
    pub still: Vec<String>,
    /// Whether a matrix of the law has as many rows as columns, so that nobody sees if it is transposed.
    pub square: bool,
    /// Whether only some generators of a matrix law were looked at.
    pub sampled: bool,
}

/// How the sizes of the members' imbalances are distributed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// Members whose terms do not all vanish.
    pub count: usize,
    /// The median.
    pub median: f64,
    /// The largest.
    pub worst: f64,
    /// Whose it is.
    pub worst_member: usize,
}

impl Balance {
    /// `current` says that the gradients are those at the parameters given.
    pub(super) fn new(fitted: &Fitted<'_>, parts: Vec<(usize, Contribution)>, rate: f64, current: bool) -> Self {
        let law = fitted.law.clone();
        let vanishes =
            |part: &Contribution| !part.gradient.is_empty() && part.gradient.iter().all(|square| *square == 0.0);
        let still = parts.iter().filter(|(_, part)| vanishes(part)).map(|(block, _)| law.blocks[*block].tensor.clone());
        let still: Vec<String> = still.collect();
        let square = fitted.square;
        let first =
            parts.iter().find(|(block, _)| *block == 0).map_or(0.0, |(_, part)| sum(part.parameters.iter().copied()));
        let allowed = law.inexact.map_or(0.0, |inexact| inexact.allowed(first / inexact.entries.max(1) as f64));
        let hidden = |tally: &Tally, limit: f64| tally.hidden_decay(limit).filter(|_| current);
        let parts: Vec<(f64, Contribution)> =
            parts.into_iter().map(|(block, part)| (law.blocks[block].coefficient, part)).collect();
        // Half of the digits: rounding spends one or two on the way, a mean over a batch some more; a false law has none.
        let digits = parts.iter().map(|(_, part)| part.digits).min().unwrap_or(53);
        let limit = (-0.5 * f64::from(digits)).exp2();
        let sampled = law.form == Form::Matrix && fitted.width > generators::ALL_UP_TO;
        let status = Status::Unchecked;
        let mut balance = match law.form {
            Form::Rescaling => {
                let tally = Tally::new(&parts, fitted.members());
                let members = (0..fitted.members()).map(|member| tally.reading(member..member + 1, rate)).collect();
                let total = tally.reading(0..fitted.members(), rate);
                let (width, hidden_decay) = (fitted.width, hidden(&tally, limit));
                Balance {
                    law,
                    width,
                    total,
                    members,
                    status,
                    digits,
                    limit,
                    allowed,
                    hidden_decay,
                    still,
                    square,
                    sampled,
                }
            }
            Form::Matrix => {
                let matrices = Matrices::new(&parts, fitted);
                let members = (0..law.groups).map(|group| matrices.reading(group..group + 1, rate)).collect();
                let total = matrices.reading(0..law.groups, rate);
                Balance {
                    law,
                    width: 1,
                    total,
                    members,
                    status,
                    digits,
                    limit,
                    allowed,
                    hidden_decay: None,
                    still,
                    square,
                    sampled,
                }
            }
        };
        if current {
            balance.status = balance.judged();
        }
        balance
    }

    /// The member with the largest cancellation, if the law is not a symmetry.
    pub fn failing(&self) -> Option<(usize, &Reading)> {
        let members = self.members.iter().enumerate().filter(|_| self.status == Status::NotASymmetry);
        let size = |member: &Reading| member.cancellation.unwrap_or(0.0);
        members.max_by(|(_, a), (_, b)| size(a).total_cmp(&size(b)))
    }

    /// The status by the members' overlaps.
    fn judged(&self) -> Status {
        let known: Vec<&Reading> = self.members.iter().filter(|member| member.cancellation.is_some()).collect();
        let cancels = |member: &&Reading| {
            let nearly = member.overlap.is_some_and(|overlap| overlap < self.allowed);
            nearly || member.cancellation.is_some_and(|cancellation| cancellation <= self.limit)
        };
        match known.iter().all(cancels) {
            _ if known.is_empty() => Status::Unchecked,
            true => Status::Confirmed,
            false => Status::NotASymmetry,
        }
    }

    /// The distribution over the members; none if all their terms vanish.
    pub fn spread(&self) -> Option<Spread> {
        let sized = |(member, reading): (usize, &Reading)| Some((reading.imbalance?.abs(), member));
        let mut sizes: Vec<(f64, usize)> = self.members.iter().enumerate().filter_map(sized).collect();
        sizes.sort_by(|a, b| a.0.total_cmp(&b.0));
        let count = sizes.len();
        let &(worst, worst_member) = sizes.last()?;
        let median = 0.5 * (sizes[(count - 1) / 2].0 + sizes[count / 2].0);
        Some(Spread { count, median, worst, worst_member })
    }

    /// The largest overlap of a member: it should be no more than rounding.
    pub fn largest_overlap(&self) -> Option<f64> {
        self.members.iter().filter_map(|member| member.overlap).max_by(f64::total_cmp)
    }
}

/// A rescaling law, member by member.
struct Tally {
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
    /// `(A theta)^T grad F` and `|grad F|^2`.
    entropic: Option<[Vec<f64>; 2]>,
    /// For each side.
    mean: Option<[Vec<f64>; 2]>,
}

impl Tally {
    fn new(parts: &[(f64, Contribution)], members: usize) -> Self {
        let zeros = || vec![0.0; members];
        let (samples, overlaps) = parts.first().map_or((0, 0), |(_, part)| (part.noise.len(), part.overlap.len()));
        // A tensor without mean gradient leaves all overlaps unknown.
        let overlaps = if parts.iter().all(|(_, part)| part.overlap.len() == overlaps) { overlaps } else { 0 };
        let mut tally = Tally {
            decay: [zeros(), zeros()],
            noise: (0..samples).map(|_| [zeros(), zeros()]).collect(),
            stretch: zeros(),
            signed: zeros(),
            overlap: (0..overlaps).map(|_| zeros()).collect(),
            gradient: zeros(),
            scatter: zeros(),
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

    /// The decay `lambda theta` inside the gradients that leaves no more of the overlaps than rounding, if one does.
    fn hidden_decay(&self, limit: f64) -> Option<f64> {
        let squares = sum(self.signed.iter().map(|square| square * square)) * self.overlap.len() as f64;
        let products = self.overlap.iter().flat_map(|overlap| overlap.iter().zip(&self.signed));
        let lambda = sum(products.map(|(overlap, square)| overlap * square)) / squares;
        let left =
            |member: usize| sum(self.overlap.iter().map(|of| (of[member] - lambda * self.signed[member]).powi(2)));
        let cancels = |member: usize| {
            // What is subtracted is rounded like what it is subtracted from.
            let terms = self.scatter[member] + self.overlap.len() as f64 * (lambda * self.signed[member]).powi(2);
            left(member) <= limit * limit * terms
        };
        let enough = self.signed.len() * self.overlap.len() > 1;
        (enough && lambda.is_finite() && lambda > 0.0 && (0..self.signed.len()).all(cancels)).then_some(lambda)
    }

    /// The law of the sum of these members' generators.
    fn reading(&self, members: std::ops::Range<usize>, rate: f64) -> Reading {
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
        let overlap = |bound: f64| {
            let squares = sum(self.overlap.iter().map(|overlap| total(overlap).powi(2)));
            (!self.overlap.is_empty() && bound > 0.0).then(|| (squares / bound).sqrt())
        };
        Reading {
            sides,
            imbalance,
            standard_error: imbalance.and_then(|imbalance| standard_error(&samples, imbalance, scale)),
            tolerance: entropic.and_then(|[_, squared]| relative(2.0 / rate * (stretch * squared).sqrt())),
            off_shell: entropic.and_then(|[along, _]| relative(-2.0 / rate * along)),
            overlap: overlap(stretch * total(&self.gradient)),
            cancellation: overlap(total(&self.scatter)),
            parameters: stretch,
            mean_gradient: self.mean.as_ref().map(|mean| mean.each_ref().map(|side| total(side))),
            generator: None,
        }
    }
}

/// The standard error of a quotient of means, `(a - b - ...) / (a + b + ...)`, to first order.
fn standard_error(samples: &[[f64; 2]], imbalance: f64, scale: f64) -> Option<f64> {
    let count = samples.len() as f64;
    let deviations: Vec<f64> = samples.iter().map(|[a, b]| (a - b) - imbalance * (a + b)).collect();
    let mean = sum(deviations.iter().copied()) / count;
    let squares = sum(deviations.iter().map(|deviation| (deviation - mean).powi(2)));
    (samples.len() > 1).then(|| (squares / (count * (count - 1.0))).sqrt() / scale)
}
