//! Random experiments: inputs, label noise, target, embeddings and widths, all rational, and random global minima.

use crate::linalg::exact;
use crate::linalg::products::{product, transposed_product};
use crate::platonic::{Factors, Setting};
use crate::scalar::Rational;
use crate::verify::{Drawn, Stream};
use nalgebra::DMatrix;

/// A deep linear network and what it is trained on.
#[derive(Clone, Debug)]
pub struct Experiment {
    /// The inputs; with each its negative, so that their mean is 0.
    pub inputs: Vec<Vec<Rational>>,
    /// The label noises, likewise.
    pub noises: Vec<Vec<Rational>>,
    /// Covariances, target, embeddings.
    pub setting: Setting<Rational>,
    /// The rank of the target.
    pub rank: usize,
    /// The widths of the hidden layers, each at least the rank.
    pub hidden: Vec<usize>,
}

/// What an experiment is to be like.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// The least rank of the target: 1, or 2 where rank 1 is a special case.
    pub least_rank: usize,
    /// The least and the largest number of layers.
    pub depth: (usize, usize),
    /// Fixed invertible embeddings, or the identity.
    pub embeddings: bool,
    /// Singular values of the target of one order of magnitude: a target of nearly lower rank hides what only higher rank shows.
    pub conditioned: bool,
}

/// A random matrix of few-bit numbers.
pub fn matrix(stream: &mut Stream, rows: usize, columns: usize) -> DMatrix<Rational> {
    DMatrix::from_fn(rows, columns, |_, _| stream.small())
}

/// An invertible matrix with a dominant diagonal: never close to singular.
pub fn invertible(stream: &mut Stream, size: usize) -> DMatrix<Rational> {
    dominant(stream, size, size)
}

/// A matrix with a dominant diagonal.
fn dominant(stream: &mut Stream, rows: usize, columns: usize) -> DMatrix<Rational> {
    DMatrix::from_fn(rows, columns, |row, column| {
        let entry = stream.small() / 8;
        if row == column { entry + Rational::from(if stream.coin() { 1 } else { -2 }) } else { entry }
    })
}

/// Vectors with their negatives: the columns of an invertible matrix, and one more.
fn symmetric_set(stream: &mut Stream, size: usize) -> Vec<Vec<Rational>> {
    let stretched = invertible(stream, size);
    let mut vectors: Vec<Vec<Rational>> =
        (0..size).map(|column| stretched.column(column).iter().cloned().collect()).collect();
    vectors.push((0..size).map(|_| stream.small()).collect());
    let negatives: Vec<Vec<Rational>> =
        vectors.iter().map(|vector| vector.iter().map(|entry| Rational::from(-entry)).collect()).collect();
    [vectors, negatives].concat()
}

impl Experiment {
    /// Draws an experiment.
    pub fn draw(stream: &mut Stream, wanted: Wanted) -> Self {
        let (d_x, d_y) = (2 + stream.below(2), 2 + stream.below(2));
        let largest = d_x.min(d_y);
        let rank = wanted.least_rank + stream.below(largest + 1 - wanted.least_rank);
        let (inputs, noises) = (symmetric_set(stream, d_x), symmetric_set(stream, d_y));
        let setting = loop {
            let mut half = |rows: usize, columns: usize| {
                if wanted.conditioned { dominant(stream, rows, columns) } else { matrix(stream, rows, columns) }
            };
            let target = product(&half(d_y, rank), &half(rank, d_x));
            if exact::rank(&target) == rank {
                break Setting::of_data(&inputs, &noises, target);
            }
        };
        let setting = if wanted.embeddings {
            Setting { embedding_in: invertible(stream, d_x), embedding_out: invertible(stream, d_y), ..setting }
        } else {
            setting
        };
        let layers = wanted.depth.0 + stream.below(wanted.depth.1 + 1 - wanted.depth.0);
        let hidden = (1..layers).map(|_| rank + stream.below(3)).collect();
        Experiment { inputs, noises, setting, rank, hidden }
    }

    /// The number of layers.
    pub fn depth(&self) -> usize {
        self.hidden.len() + 1
    }

    /// The widths of all layers, the input's first.
    pub fn widths(&self) -> Vec<usize> {
        let (outputs, inputs) = self.setting.target.shape();
        [&[inputs], &self.hidden[..], &[outputs]].concat()
    }

    /// The inputs as columns.
    pub fn input_columns(&self) -> DMatrix<Rational> {
        DMatrix::from_iterator(self.inputs[0].len(), self.inputs.len(), self.inputs.iter().flatten().cloned())
    }

    /// A random global minimum: a random frame `F_i` of full column rank in every hidden layer, `W_i = F_i F_{i-1}^+`, and idle weights
    /// that read the complement of `F_{i-1}`, which no input reaches.
    pub fn global_minimum(&self, stream: &mut Stream) -> Factors<Rational> {
        let Setting { target, embedding_in, embedding_out, .. } = &self.setting;
        let invertible = "embeddings are invertible";
        let inner = product(
            &product(&exact::inverse(embedding_out).expect(invertible), target),
            &exact::inverse(embedding_in).expect(invertible),
        );
        if self.hidden.is_empty() {
            return Factors(vec![inner]);
        }
        let (left, right) = rank_factorisation(&inner, self.rank);
        let mut factors = Vec::new();
        let mut below = right;
        let mut idle: Option<DMatrix<Rational>> = None;
        for &width in &self.hidden {
            let (frame, left_inverse) = frame(stream, width, self.rank);
            let mut factor = product(&frame, &below);
            if let Some(projector) = &idle {
                factor += product(&matrix(stream, width, projector.nrows()), projector);
            }
            factors.push(factor);
            idle = Some(identity(width) - product(&frame, &left_inverse));
            below = left_inverse;
        }
        let mut last = product(&left, &below);
        if let Some(projector) = &idle {
            last += product(&matrix(stream, left.nrows(), projector.nrows()), projector);
        }
        factors.push(last);
        Factors(factors)
    }
}

impl Drawn for Experiment {
    fn describe(&self) -> String {
        let widths: Vec<String> = self.widths().iter().map(usize::to_string).collect();
        let plain = self.setting.embedding_in == identity(self.widths()[0]);
        let embedded = if plain { "" } else { ", embedded" };
        format!("deep linear network {}{embedded}, target of rank {}", widths.join("-"), self.rank)
    }
}

/// The identity matrix.
pub fn identity(size: usize) -> DMatrix<Rational> {
    DMatrix::from_fn(size, size, |row, column| Rational::from(i64::from(row == column)))
}

/// A random matrix of full column rank with a left inverse `(F^T F)^-1 F^T`.
fn frame(stream: &mut Stream, rows: usize, columns: usize) -> (DMatrix<Rational>, DMatrix<Rational>) {
    loop {
        let frame = matrix(stream, rows, columns);
        if let Ok(inverse) = exact::inverse(&transposed_product(&frame, &frame)) {
            let left_inverse = product(&inverse, &frame.transpose());
            return (frame, left_inverse);
        }
    }
}

/// `M = L R` with `L` of `rank` columns: independent columns of `M`, and how all columns combine from them.
fn rank_factorisation(matrix: &DMatrix<Rational>, rank: usize) -> (DMatrix<Rational>, DMatrix<Rational>) {
    let mut chosen: Vec<usize> = Vec::new();
    for column in 0..matrix.ncols() {
        let candidate = [&chosen[..], &[column]].concat();
        if chosen.len() < rank && exact::rank(&matrix.select_columns(&candidate)) == candidate.len() {
            chosen = candidate;
        }
    }
    let left = matrix.select_columns(&chosen);
    let gram = exact::inverse(&transposed_product(&left, &left)).expect("the columns are independent");
    let right = product(&gram, &transposed_product(&left, matrix));
    (left, right)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_global_minima_are_global_minima_and_differ() {
        for index in 0..50 {
            let mut stream = Stream::new(&["experiment"], 0, index);
            let wanted =
                Wanted { least_rank: 1, depth: (1, 5), embeddings: index % 2 == 0, conditioned: index % 3 == 0 };
            let experiment = Experiment::draw(&mut stream, wanted);
            assert_eq!(exact::rank(&experiment.setting.target), experiment.rank);
            let (first, second) = (experiment.global_minimum(&mut stream), experiment.global_minimum(&mut stream));
            for factors in [&first, &second] {
                assert_eq!(factors.end_to_end(&experiment.setting), experiment.setting.target);
            }
            assert_eq!(first == second, experiment.depth() == 1);
        }
    }
}
