//! Settings whose matrices are diagonal in common frames, with their entropic and their balanced minimum in closed form.
//!
//! With orthogonal `Q` and diagonal matrices of positive numbers, `v` with as many as the rank of the target,
//!
//! ```text
//! V = v Q^T,    Sx = Q x Q^T,    Se = e,    M_I = i Q^T,    M_O = o
//! ```
//!
//! The outputs are not turned: the noise on the first may be as small as it takes, and 64 bits lose nothing.

use super::instance::{Depths, hessian_traces, network};
use super::random_matrices::{columns, frame, reflection, symmetrised};
use super::vanishing::{bits_to_outgrow, power};
use crate::linalg::products::product;
use crate::model::Carrier;
use crate::platonic::factors::sum;
use crate::platonic::setting::product_data;
use crate::platonic::{Factors, Setting};
use crate::scalar::{Field, Rational, Real, Ring};
use crate::verify::{Drawn, Stream, Unjudged};
use nalgebra::DMatrix;

/// One of them, for two noises: isotropic, and vanishing on the first output.
pub struct Instance {
    target: Vec<Rational>,
    input_scales: Vec<Rational>,
    embedding_in: Vec<Rational>,
    embedding_out: Vec<Rational>,
    right: DMatrix<Rational>,
    frames: Vec<DMatrix<Rational>>,
    widths: Vec<usize>,
    pub(super) exceptional: bool,
}

impl Drawn for Instance {
    fn describe(&self) -> String {
        let widths: Vec<String> = self.widths.iter().map(usize::to_string).collect();
        format!("deep linear network {} in common frames, target of rank {}", widths.join("-"), self.target.len())
    }
}

/// Positive numbers, every other time of very different sizes.
fn scales(stream: &mut Stream, count: usize) -> Vec<Rational> {
    let spread = if stream.coin() { 9 } else { 1 };
    (0..count).map(|_| stream.positive() << stream.below(spread) as u32).collect()
}

impl Instance {
    pub(super) fn draw(stream: &mut Stream, depth: Depths, exceptional: bool) -> Self {
        let d_y = 2 + stream.below(2);
        let d_x = if exceptional { d_y } else { 1 + stream.below(3) };
        let depth = depth(stream);
        let deep = depth > 2;
        let rank = if exceptional && deep { d_y } else { 1 + stream.below(d_x.min(d_y)) };
        let (mut embedding_in, embedding_out) = (scales(stream, d_x), scales(stream, d_y));
        let (mut target, input_scales) = (scales(stream, rank), scales(stream, d_x));
        if exceptional {
            // i^2 x = kappa o^2 on every axis, and for more than two layers equal singular values of v / (o i).
            let common = stream.positive();
            for (entry, (outer, inner)) in embedding_in.iter_mut().zip(embedding_out.iter().zip(&input_scales)) {
                *entry = Rational::from(outer / inner) * &common;
            }
            if deep {
                for (entry, (outer, inner)) in target.iter_mut().zip(embedding_out.iter().zip(&embedding_in)) {
                    *entry = Rational::from(outer * inner) * &common;
                }
            }
        }
        let hidden: Vec<usize> = (1..depth).map(|_| rank + stream.below(3)).collect();
        let frames = hidden.iter().map(|&width| frame(stream, width, rank)).collect();
        let widths = [&[d_x], &hidden[..], &[d_y]].concat();
        let right = reflection(stream, d_x);
        let mut instance =
            Instance { target, input_scales, embedding_in, embedding_out, right, frames, widths, exceptional: false };
        instance.exceptional = instance.is_exceptional();
        instance
    }

    /// Whether the balanced minimum is a flattest one: `i^2 x / o^2` is `b / a_0` on all axes of the target, and for more than two layers also
    /// `r = d_x = d_y` and all `v / (o i)` are equal.
    fn is_exceptional(&self) -> bool {
        let rank = self.target.len();
        let input = |axis: usize| Rational::from(&self.embedding_in[axis] * &self.input_scales[axis]).square();
        let output = |axis: usize| self.embedding_out[axis].squared();
        let inputs: Rational = (0..self.embedding_in.len()).map(input).sum();
        let outputs: Rational = (0..self.embedding_out.len()).map(output).sum();
        let first = &self.target[0] / Rational::from(&self.embedding_in[0] * &self.embedding_out[0]);
        let equal = |axis: usize| {
            let outer = Rational::from(&self.embedding_in[axis] * &self.embedding_out[axis]);
            self.target[axis] == outer * &first
        };
        let is_full = rank == self.embedding_in.len() && rank == self.embedding_out.len();
        (0..rank).all(|axis| input(axis) * &outputs == output(axis) * &inputs)
            && (self.widths.len() == 3 || is_full && (0..rank).all(equal))
    }

    pub(super) fn depth(&self) -> usize {
        self.widths.len() - 1
    }

    /// `tr Hess L` by differentiation; it does not depend on the noise.
    pub(super) fn sharpness<T: Real + Carrier>(&self, factors: &Factors<T>) -> Result<T, Unjudged> {
        let noises = noises(&vec![Rational::from(1); self.outputs()]);
        let setting = self.setting(&noises);
        let network = network(&self.widths, &setting);
        let data = product_data(&self.inputs(), &noises, &setting.target).carry::<T>();
        let (Some(model), Some(layout)) = (T::model(&network), network.layout()) else {
            return Err(Unjudged::outside("no product of matrices"));
        };
        Ok(sum(&hessian_traces(&*model, layout, &data, &factors.flat())))
    }

    fn inputs(&self) -> Vec<Vec<Rational>> {
        scaled(&self.right, &self.input_scales)
    }

    pub(super) fn outputs(&self) -> usize {
        self.embedding_out.len()
    }

    pub(super) fn setting(&self, noises: &[Vec<Rational>]) -> Setting<Rational> {
        let (d_y, d_x) = (self.outputs(), self.right.nrows());
        let turned = self.right.transpose();
        let target = product(&diagonal(&self.target, d_y, d_x), &turned);
        let mut setting = Setting::of_data(&self.inputs(), noises, target);
        setting.embedding_in = product(&diagonal(&self.embedding_in, d_x, d_x), &turned);
        setting.embedding_out = diagonal(&self.embedding_out, d_y, d_y);
        setting
    }

    /// The entropic minimum for `Se = diag(e)`, and its entropy.
    pub(super) fn entropic<T: Real>(&self, e: &[T]) -> (Factors<T>, T) {
        let (rank, depth) = (self.target.len(), self.depth() as i64);
        let (v, i, o) =
            (carried::<T>(&self.target), carried::<T>(&self.embedding_in), carried::<T>(&self.embedding_out));
        let x = spectrum::<T>(&self.input_scales);
        let weighted = |weights: &[T], scales: &[T]| {
            sum(&weights.iter().zip(scales).map(|(weight, scale)| scale.squared() * weight).collect::<Vec<T>>())
        };
        let (a, b) = (weighted(e, &o), weighted(&x, &i));
        let s: Vec<T> = (0..rank).map(|axis| (e[axis].clone() * &x[axis]).sqrt() * &v[axis]).collect();
        let n = sum(&s);
        let t = power(&(a * &b), 1, depth) * power(&n, 2 * (depth - 1), depth);
        // The squares of the c_i of `platonic::entropic_minimiser` are q_i / n, with q_i = n^2 q_{i-1} / t.
        let mut size = b;
        let mut scales = Vec::new();
        for _ in 1..depth {
            size = n.squared() * size / &t;
            scales.push((size.clone() / &n).sqrt());
        }
        let inner = |axis: usize| (s[axis].clone() / &x[axis]).sqrt() / &i[axis] * &scales[0];
        let outer = |axis: usize| (s[axis].clone() / &e[axis]).sqrt() / &o[axis] / &scales[scales.len() - 1];
        let mut diagonals = vec![(0..rank).map(inner).collect::<Vec<T>>()];
        diagonals.extend(scales.windows(2).map(|pair| vec![pair[1].clone() / &pair[0]; rank]));
        diagonals.push((0..rank).map(outer).collect());
        (self.factors(&diagonals), t * T::integer(depth))
    }

    /// The balanced minimum.
    pub(super) fn balanced<T: Real>(&self) -> Factors<T> {
        let depth = self.depth() as i64;
        let root = |axis: usize| {
            let outer = Rational::from(&self.embedding_in[axis] * &self.embedding_out[axis]);
            power(&T::from_rational(&Rational::from(&self.target[axis] / &outer)), 1, depth)
        };
        let roots: Vec<T> = (0..self.target.len()).map(root).collect();
        self.factors(&vec![roots; self.depth()])
    }

    /// `R_1 d_1 I^T`, `R_i d_i R_{i-1}^T`, `I d_D R_{D-1}^T` for diagonal `d_i`.
    fn factors<T: Real>(&self, diagonals: &[Vec<T>]) -> Factors<T> {
        let unit =
            |size: usize| DMatrix::from_fn(size, self.target.len(), |row, column| T::integer(i64::from(row == column)));
        let mut outer: Vec<DMatrix<T>> = vec![unit(self.right.nrows())];
        outer.extend(self.frames.iter().map(|frame| frame.map_with_location(|_, _, entry| T::from_rational(&entry))));
        outer.push(unit(self.outputs()));
        let factor = |(pair, diagonal): (&[DMatrix<T>], &Vec<T>)| {
            let scaled = DMatrix::from_fn(pair[1].nrows(), pair[1].ncols(), |row, column| {
                T::product(&pair[1][(row, column)], &diagonal[column])
            });
            product(&scaled, &pair[0].transpose())
        };
        Factors(outer.windows(2).zip(diagonals).map(factor).collect())
    }

    /// The scales of noises for which by the lower bound of `sharpness/ratio` the entropic minimum is more than twice as sharp as the balanced one:
    /// small on the first output, 1 on the others.
    pub(super) fn sharper(&self) -> Vec<Rational> {
        let mut scales = vec![Rational::from(1); self.outputs()];
        let setting = self.setting(&noises(&scales)).carry::<f64>();
        let flow = sum(&self.balanced::<f64>().sharpness_terms(&setting));
        let (v, i, o) =
            (carried::<f64>(&self.target), carried::<f64>(&self.embedding_in), carried::<f64>(&self.embedding_out));
        let (e, x) = (spectrum::<f64>(&scales), spectrum::<f64>(&self.input_scales));
        let noise: f64 = (1..o.len()).map(|axis| e[axis] * o[axis] * o[axis]).sum();
        let input: f64 = (0..i.len()).map(|axis| x[axis] * i[axis] * i[axis]).sum();
        let along = v[0] * x[0].sqrt();
        let beside: f64 = (1..v.len()).map(|axis| v[axis] * (x[axis] * e[axis]).sqrt()).sum();
        let depth = self.depth() as f64;
        let (norms, root) = match v.len() {
            1 => (along.powf(2.0 * (depth - 1.0) / depth), self.depth() as i64),
            _ => (beside.powf((depth - 2.0) / depth) * along, 2),
        };
        let coefficient = 2.0 * (depth - 1.0) * (noise * input).powf(1.0 / depth) * norms;
        // The eigenvalue of Se is this square of a scale over the number of outputs, smaller still.
        scales[0] >>= bits_to_outgrow(2.0 * flow / coefficient, root) / 2;
        scales
    }
}

fn carried<T: Field>(numbers: &[Rational]) -> Vec<T> {
    numbers.iter().map(T::from_rational).collect()
}

/// The eigenvalues of the second moment of orthonormal vectors times scales, as many as there are dimensions.
pub(super) fn spectrum<T: Field>(scales: &[Rational]) -> Vec<T> {
    let count = scales.len() as i64;
    scales.iter().map(|scale| T::from_rational(&(scale.squared() / count))).collect()
}

/// `diag(scales)`, every column and its negative.
pub(super) fn noises(scales: &[Rational]) -> Vec<Vec<Rational>> {
    symmetrised(&columns(&diagonal(scales, scales.len(), scales.len())))
}

/// The columns of a matrix times scales.
fn scaled(matrix: &DMatrix<Rational>, scales: &[Rational]) -> Vec<Vec<Rational>> {
    let mut columns = columns(matrix);
    for (column, scale) in columns.iter_mut().zip(scales) {
        column.iter_mut().for_each(|entry| *entry *= scale);
    }
    columns
}

fn diagonal(entries: &[Rational], rows: usize, columns: usize) -> DMatrix<Rational> {
    DMatrix::from_fn(rows, columns, |row, column| {
        if row == column && row < entries.len() { entries[row].clone() } else { Rational::new() }
    })
}
