//! Deep linear networks at random: data with independent noise, a target of some rank, embeddings, widths.

use super::random_matrices::{columns, frame, invertible, isotropic_noise, matrix, reflection};
use crate::data::DataSet;
use crate::entropic::hessian_vector;
use crate::linalg::exact;
use crate::linalg::products::product;
use crate::model::linear::{FixedMatrix, LinearStack, Readout};
use crate::model::mlp::Layout;
use crate::model::{Carrier, Differentiable, Network};
use crate::platonic::factors::sum;
use crate::platonic::setting::product_data;
use crate::platonic::{Factors, Setting};
use crate::scalar::{Field, Rational};
use crate::verify::{Drawn, Stream};
use nalgebra::DMatrix;

/// A setting, with the finite data that have it and the network to be trained on them.
pub struct Instance {
    /// The inputs, equally likely.
    pub inputs: Vec<Vec<Rational>>,
    /// The noises, equally likely and independent of the input.
    pub noises: Vec<Vec<Rational>>,
    /// The covariances of both, target and embeddings.
    pub setting: Setting<Rational>,
    /// The rank of the target.
    pub rank: usize,
    /// `d_x`, the hidden widths, `d_y`.
    pub widths: Vec<usize>,
    /// `R_1, ..., R_{D-1}`: matrices with orthonormal columns, as many as the rank.
    pub frames: Vec<DMatrix<Rational>>,
}

/// How the number of layers is drawn.
pub type Depths = fn(&mut Stream) -> usize;

/// Two layers.
pub fn two_layers(_: &mut Stream) -> usize {
    2
}

/// Three to five layers.
pub fn deep(stream: &mut Stream) -> usize {
    3 + stream.below(3)
}

/// The gap of a strict inequality that is told from none: 64 bits resolve no less.
pub const RESOLUTION: i32 = 20;

/// The sizes of an instance.
pub struct Sizes {
    /// `d_x`
    pub inputs: usize,
    /// `d_y`
    pub outputs: usize,
    /// `r`, at most both.
    pub rank: usize,
    /// `D`
    pub depth: usize,
}

impl Instance {
    /// Draws target and embeddings for given inputs and noises; the hidden layers are as wide as the rank or up to two wider.
    pub fn draw(stream: &mut Stream, sizes: &Sizes, inputs: Vec<Vec<Rational>>, noises: Vec<Vec<Rational>>) -> Self {
        let target = target_of_rank(stream, sizes);
        let mut setting = Setting::of_data(&inputs, &noises, target);
        // Every other network has embeddings.
        if stream.coin() {
            setting.embedding_in = invertible(stream, sizes.inputs);
            setting.embedding_out = invertible(stream, sizes.outputs);
        }
        stretch(stream, &mut setting.embedding_in);
        stretch(stream, &mut setting.embedding_out);
        let hidden: Vec<usize> = (1..sizes.depth).map(|_| sizes.rank + stream.below(3)).collect();
        let frames = hidden.iter().map(|&width| frame(stream, width, sizes.rank)).collect();
        let widths = [&[sizes.inputs], &hidden[..], &[sizes.outputs]].concat();
        Instance { inputs, noises, setting, rank: sizes.rank, widths, frames }
    }

    /// A setting for which the minimum with balanced layers is a flattest one. With `M_O^-1 V M_I^-1 = U diag(s) W^T` and `O = U W^T` made orthogonal,
    /// `M_I Sx M_I^T` is a multiple of `O^T M_O^T M_O O`; for more than two layers the target is of full rank and all `s` are equal, too.
    pub fn exceptional(stream: &mut Stream, depth: usize) -> Self {
        let size = 1 + stream.below(3);
        let rank = if depth == 2 { 1 + stream.below(size) } else { size };
        let (left, right) = (reflection(stream, size), reflection(stream, size));
        let embeds = stream.coin();
        let embedding = |stream: &mut Stream| {
            let drawn = invertible(stream, size);
            if embeds { drawn } else { DMatrix::from_fn(size, size, |i, j| Rational::from(i64::from(i == j))) }
        };
        let (embedding_in, mut embedding_out) = (embedding(stream), embedding(stream));
        stretch(stream, &mut embedding_out);
        let mut values: Vec<Rational> = (0..rank).map(|_| stream.positive()).collect();
        if depth > 2 {
            values.fill(stream.positive());
        }
        let mut scaled = left.columns(0, rank).into_owned();
        for (mut column, value) in scaled.column_iter_mut().zip(&values) {
            column.iter_mut().for_each(|entry| *entry *= value);
        }
        let trained = product(&scaled, &right.columns(0, rank).transpose());
        let target = product(&product(&embedding_out, &trained), &embedding_in);
        let orthogonal = product(&left, &right.transpose());
        let size_of_inputs = stream.positive();
        let seen = product(&orthogonal.transpose(), &embedding_out.transpose()).map(|entry| entry * &size_of_inputs);
        let inverse = exact::inverse(&embedding_in).expect("it is invertible");
        let inputs = columns(&product(&inverse, &seen));
        let noises = isotropic_noise(stream, size);
        let mut setting = Setting::of_data(&inputs, &noises, target);
        (setting.embedding_in, setting.embedding_out) = (embedding_in, embedding_out);
        let hidden: Vec<usize> = (1..depth).map(|_| rank + stream.below(3)).collect();
        let frames = hidden.iter().map(|&width| frame(stream, width, rank)).collect();
        let widths = [&[size], &hidden[..], &[size]].concat();
        Instance { inputs, noises, setting, rank, widths, frames }
    }

    /// The number of layers, `D`.
    pub fn depth(&self) -> usize {
        self.widths.len() - 1
    }

    /// The frames in another scalar.
    pub fn frames<T: Field>(&self) -> Vec<DMatrix<T>> {
        self.frames.iter().map(|frame| frame.map_with_location(|_, _, entry| T::from_rational(&entry))).collect()
    }

    /// All pairs of an input and a noise.
    pub fn data(&self) -> DataSet<Rational> {
        product_data(&self.inputs, &self.noises, &self.setting.target)
    }

    /// The network.
    pub fn network(&self) -> Network {
        network(&self.widths, &self.setting)
    }

    /// The trace of the Hessian of `L` with respect to all weights, by differentiation.
    pub fn sharpness<T: Carrier>(&self, factors: &Factors<T>) -> T {
        let (network, data) = (self.network(), self.data().carry::<T>());
        let (Some(model), Some(layout)) = (T::model(&network), network.layout()) else {
            unreachable!("a product of matrices is a model over every scalar")
        };
        sum(&hessian_traces(&*model, layout, &data, &factors.flat()))
    }
}

impl Drawn for Instance {
    fn describe(&self) -> String {
        let widths: Vec<String> = self.widths.iter().map(usize::to_string).collect();
        format!("deep linear network {}, target of rank {}", widths.join("-"), self.rank)
    }
}

/// A deep linear network with the embeddings of a setting.
pub fn network(widths: &[usize], setting: &Setting<Rational>) -> Network {
    let fixed =
        |matrix: &DMatrix<Rational>| FixedMatrix::new(matrix.nrows(), matrix.transpose().iter().cloned().collect());
    Network::Linear(LinearStack {
        layout: Layout::new(widths.to_vec(), false),
        embedding: Some(fixed(&setting.embedding_in)),
        readout: Readout::Fixed(fixed(&setting.embedding_out)),
        frozen: None,
    })
}

/// For every layer the trace of its block of the Hessian of `L`, by differentiation.
pub fn hessian_traces<T: Carrier>(
    model: &dyn Differentiable<T>,
    layout: &Layout,
    data: &DataSet<T>,
    theta: &[T],
) -> Vec<T> {
    let lifted = data.lift();
    let mut axis = vec![T::zero(); theta.len()];
    let mut scratch = T::zero();
    let mut trace = |layer: usize| {
        let mut trace = T::zero();
        for parameter in layout.weights(layer) {
            axis[parameter] = T::one();
            for (sample, weight) in lifted.samples().iter().zip(data.weights()) {
                trace.add_product(weight, &hessian_vector(model, theta, &axis, sample)[parameter], &mut scratch);
            }
            axis[parameter] = T::zero();
        }
        trace
    };
    (0..layout.depth()).map(&mut trace).collect()
}

/// Makes one direction of every fourth matrix up to 2^16 times as large.
fn stretch(stream: &mut Stream, matrix: &mut DMatrix<Rational>) {
    let factor = if stream.below(4) == 0 { stream.below(17) } else { 0 };
    matrix.column_mut(0).iter_mut().for_each(|entry| *entry <<= factor as u32);
}

/// `V`, a product of two factors of the rank asked for.
fn target_of_rank(stream: &mut Stream, sizes: &Sizes) -> DMatrix<Rational> {
    loop {
        let (left, right) = (matrix(stream, sizes.outputs, sizes.rank), matrix(stream, sizes.rank, sizes.inputs));
        let candidate = product(&left, &right);
        if exact::rank(&candidate) == sizes.rank {
            return candidate;
        }
    }
}
