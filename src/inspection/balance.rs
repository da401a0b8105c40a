//! Both sides of a law, and how far they are apart.

use super::fitted::Fitted;
use super::generators;
use super::law::{Form, Law};
use super::measure::Contribution;
use super::sums::sum;

/// The four terms of a law: `E|g_A|^2 - E|g_B|^2 = c (|theta_A|^2 - |theta_B|^2)`, where `A` is what the generator
/// multiplies and `B` what it divides, each weighted by the generator's coefficient. For Adam squares are in its metric.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sides {
    /// `E|g_A|^2` and `E|g_B|^2`.
    pub noise: [f64; 2],
    /// `c |theta_A|^2` and `c |theta_B|^2`; of numbers stored with an offset `c` times what is used times what is stored, which may be
    /// negative.
    pub decay: [f64; 2],
}

impl Sides {
    /// The sum of the terms' sizes.
    pub fn scale(&self) -> f64 {
        self.noise.iter().chain(&self.decay).map(|term| term.abs()).sum()
    }

    /// The same under another decay.
    #[must_use]
    pub fn with_decay_times(self, factor: f64) -> Self {
        Sides { decay: self.decay.map(|term| factor * term), ..self }
    }

    /// Left side minus right side over the sum of the terms, from -1 to 1; none if all vanish: 0 = 0 says nothing.
    pub fn imbalance(&self) -> Option<f64> {
        let difference = (self.noise[0] - self.noise[1]) - (self.decay[0] - self.decay[1]);
        let scale = self.scale();
        (scale > 0.0).then(|| difference / scale)
    }
}

/// A law, one of its members, or all of them together.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Reading {
    /// The terms. Of a matrix law, the traces.
    pub sides: Sides,
    /// The relative imbalance. Of a matrix law, the norm of the residual over the sum of the terms' norms: not negative.
    pub imbalance: Option<f64>,
    /// Its standard error over the samples, taken as independent. Of a matrix law, what their scatter alone would make of a
    /// residual that is zero.
    pub standard_error: Option<f64>,
    /// The imbalance that `balance/approximate` allows: `(2 / eta) |A theta| |grad F|` over the sum of the terms, with the
    /// part of `grad F` that the law is about.
    pub tolerance: Option<f64>,
    /// The imbalance that `balance/master` says there is: `-(2 / eta) (A theta)^T grad F` over the sum of the terms.
    pub off_shell: Option<f64>,
    /// How far the gradients are from being orthogonal to the orbit, as they must be if the symmetry is one of this network:
    /// the root of `E[((A theta)^T g)^2]` over `|A theta|` and the root of `E|g|^2`. Of a matrix law, the largest of all generators
    /// that add a multiple of one member to another.
    pub overlap: Option<f64>,
    /// The root of `E[((A theta)^T g)^2]` over that of `E sum_i (A theta)_i^2 g_i^2`: if the terms of the overlap had random signs,
    /// about 1; if they cancel up to rounding, about its relative size, however many they are.
    pub cancellation: Option<f64>,
    /// `|A theta|^2`; of a matrix law 0.
    pub parameters: f64,
    /// The square of the mean gradient on both sides, weighted like the terms, if it was asked for; not of a matrix law.
    pub mean_gradient: Option<[f64; 2]>,
    /// Of a matrix law, the generator with the largest cancellation: the member that is changed, and the one that is added.
    pub generator: Option<(usize, usize)>,
}

impl Reading {
    /// The imbalance in standard errors; of a matrix law how many times it is what scatter alone would make.
    pub fn z(&self) -> Option<f64> {
        let error = self.standard_error.filter(|error| *error > 0.0)?;
        self.imbalance.map(|imbalance| imbalance / error)
    }
}

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
                Balance { law, width, total, members, status, limit, allowed, hidden_decay, still, square, sampled }
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

/// Which side of the law a coefficient is on.
fn side(coefficient: f64) -> usize {
    usize::from(coefficient < 0.0)
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

fn add(sum: &mut [f64], factor: f64, values: &[f64]) {
    for (sum, value) in sum.iter_mut().zip(values) {
        *sum += factor * value;
    }
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

/// A matrix law: all groups' matrices one after another.
struct Matrices {
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

/// The largest cancellation, and the generator that has it: the member that is changed, and the one that is added.
type Worst = (f64, (usize, usize));

/// The overlaps with the generators that add member `j` to member `i`.
struct Generators {
    /// The members that are looked at.
    places: Vec<usize>,
    /// For each sample, all groups' matrices one after another.
    overlaps: Vec<Vec<f64>>,
    /// The squares of the terms, summed over the samples.
    scatter: Vec<f64>,
    /// For each side the diagonals of `theta theta^T`, and of `g g^T` summed over the samples.
    parameters: [Vec<f64>; 2],
    gradients: [Vec<f64>; 2],
}

impl Generators {
    fn new(parts: &[(f64, Contribution)], fitted: &Fitted<'_>) -> Self {
        let places = generators::places(fitted.width);
        let (count, width, groups) = (places.len(), fitted.width, fitted.law.groups);
        let samples = parts.first().map_or(0, |(_, part)| part.generators.len());
        let zeros = || vec![0.0; groups * count * count];
        let mut overlaps: Vec<Vec<f64>> = (0..samples).map(|_| zeros()).collect();
        let mut scatter = zeros();
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
            let diagonal = |sum: &mut Vec<f64>, matrices: &[f64]| {
                for (member, sum) in sum.iter_mut().enumerate() {
                    *sum += matrices[member * width + member % width];
                }
            };
            diagonal(&mut parameters[side], &part.parameters);
            add(&mut gradients[side], 1.0, &part.gradient);
        }
        Generators { places, overlaps, scatter, parameters, gradients }
    }

    /// The largest overlap of the generators of these groups, the largest cancellation, and whose that is.
    fn largest(&self, groups: std::ops::Range<usize>, width: usize) -> (Option<f64>, Option<Worst>) {
        let count = self.places.len();
        let (mut overlap, mut cancellation) = (None::<f64>, None::<Worst>);
        for group in groups {
            for (i, j) in (0..count).flat_map(|i| (0..count).map(move |j| (i, j))) {
                let entry = (group * count + i) * count + j;
                let squares = sum(self.overlaps.iter().map(|sample| sample[entry].powi(2)));
                let scatter = self.scatter[entry];
                if self.overlaps.is_empty() || scatter <= 0.0 {
                    continue;
                }
                let (to, from) = (self.places[i], self.places[j]);
                let at = |place: usize| group * width + place;
                // On the one side member j is added to i, on the other i is subtracted from j.
                let stretch = self.parameters[0][at(from)] + self.parameters[1][at(to)];
                let gradient = self.gradients[0][at(to)] + self.gradients[1][at(from)];
                let found = (squares / (stretch * gradient)).sqrt();
                overlap = Some(overlap.map_or(found, |largest| largest.max(found)));
                let found = (squares / scatter).sqrt();
                if cancellation.is_none_or(|(largest, _)| found > largest) {
                    cancellation = Some((found, (to, from)));
                }
            }
        }
        (overlap, cancellation)
    }
}

impl Matrices {
    fn new(parts: &[(f64, Contribution)], fitted: &Fitted<'_>) -> Self {
        let zeros = || vec![0.0; fitted.members() * fitted.width];
        let samples = parts.first().map_or(0, |(_, part)| part.noise.len());
        let mut matrices = Matrices {
            width: fitted.width,
            generators: Generators::new(parts, fitted),
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

    /// The law of these groups.
    fn reading(&self, groups: std::ops::Range<usize>, rate: f64) -> Reading {
        let (width, size) = (self.width, self.width * self.width);
        let (rows, entries) = (groups.start * width..groups.end * width, groups.start * size..groups.end * size);
        let trace = |values: &Vec<f64>| {
            sum(entries.clone().filter(|entry| entry % size % (width + 1) == 0).map(|entry| values[entry]))
        };
        let norm = |entry: &dyn Fn(usize) -> f64| sum(entries.clone().map(|number| entry(number).powi(2))).sqrt();
        let [noise, decay] = [&self.noise, &self.decay];
        let scale: f64 = noise.iter().chain(decay).map(|values| norm(&|entry| values[entry])).sum();
        let residual = norm(&|entry| (noise[0][entry] - noise[1][entry]) - (decay[0][entry] - decay[1][entry]));
        let scatter = sum(self
            .residuals
            .iter()
            .map(|sample| norm(&|entry| sample[entry] - (noise[0][entry] - noise[1][entry])).powi(2)));
        let count = self.residuals.len() as f64;
        let scatter = (count > 1.0).then(|| (scatter / (count * (count - 1.0))).sqrt());
        let relative = |value: f64| (scale > 0.0).then(|| value / scale);
        // For every symmetric S of norm 1 the generator moves theta by at most |theta|.
        let bound = |squared: &Vec<f64>| {
            2.0 / rate * (trace(&self.parameters) * sum(squared[rows.clone()].iter().copied())).sqrt()
        };
        let (overlap, cancellation) = self.generators.largest(groups.clone(), width);
        Reading {
            overlap,
            cancellation: cancellation.map(|(cancellation, _)| cancellation),
            generator: cancellation.map(|(_, generator)| generator),
            sides: Sides { noise: [trace(&noise[0]), trace(&noise[1])], decay: [trace(&decay[0]), trace(&decay[1])] },
            imbalance: relative(residual),
            standard_error: scatter.and_then(relative),
            tolerance: self.entropic.as_ref().map(bound).and_then(relative),
            ..Reading::default()
        }
    }
}
