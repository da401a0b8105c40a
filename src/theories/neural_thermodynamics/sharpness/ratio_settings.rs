//! Settings for the ratio of the sharpnesses: with noise of any kind, and with noise for which the entropic minimum is a flattest one,
//! `V^T Se V = (a/a_0) V^T V`.

use super::instance::{Instance, Sizes};
use super::random_matrices::{columns, invertible, isotropic_noise, matrix, reflection, symmetrised, wide_inputs};
use crate::linalg::products::{product, squared_norm, transposed_product};
use crate::platonic::Setting;
use crate::platonic::setting::{second_moment, weighted_square};
use crate::scalar::Rational;
use crate::verify::Stream;
use nalgebra::DMatrix;

pub(super) fn is_multiple_of_identity(matrix: &DMatrix<Rational>) -> bool {
    let first = &matrix[(0, 0)];
    (0..matrix.nrows()).all(|row| {
        (0..matrix.ncols())
            .all(|column| if row == column { matrix[(row, column)] == *first } else { matrix[(row, column)] == 0 })
    })
}

/// Noise that is not isotropic, of a spectrum up to 2^8 wide beyond that of a random matrix.
fn anisotropic_noise(stream: &mut Stream, size: usize) -> Vec<Vec<Rational>> {
    loop {
        let noises = symmetrised(&wide_inputs(stream, size));
        if !is_multiple_of_identity(&second_moment(&noises)) {
            return noises;
        }
    }
}

/// `V^T Se V = (a/a_0) V^T V`: then, and only then, the entropic minimum is a flattest one.
pub(super) fn is_flattest(setting: &Setting<Rational>) -> bool {
    let Setting { noise_covariance, embedding_out, target, .. } = setting;
    let quotient = weighted_square(noise_covariance, embedding_out) / squared_norm::<Rational>(embedding_out.iter());
    let seen = transposed_product(target, &product(noise_covariance, target));
    seen == transposed_product(target, target).map(|entry| entry * &quotient)
}

fn draw_inputs(stream: &mut Stream, size: usize) -> Vec<Vec<Rational>> {
    if stream.coin() { wide_inputs(stream, size) } else { columns(&invertible(stream, size)) }
}

/// Noise of any kind, and for one output none but the isotropic.
pub(super) fn draw_generic(stream: &mut Stream, depth: usize, least_outputs: usize) -> Instance {
    let (d_x, d_y) = (1 + stream.below(3), least_outputs + stream.below(4 - least_outputs));
    let sizes = Sizes { inputs: d_x, outputs: d_y, rank: 1 + stream.below(d_x.min(d_y)), depth };
    let inputs = draw_inputs(stream, d_x);
    let noises = if d_y == 1 { isotropic_noise(stream, d_y) } else { anisotropic_noise(stream, d_y) };
    Instance::draw(stream, &sizes, inputs, noises)
}

/// The entropic minimum is a flattest one: because the noise is isotropic, or because it is so on average in the one direction that the target
/// has and in those that the embedding has.
pub(super) fn draw_flattest(stream: &mut Stream, depth: usize) -> Instance {
    let d_x = 1 + stream.below(3);
    let inputs = draw_inputs(stream, d_x);
    if stream.coin() {
        let d_y = 1 + stream.below(3);
        let sizes = Sizes { inputs: d_x, outputs: d_y, rank: 1 + stream.below(d_x.min(d_y)), depth };
        let noises = isotropic_noise(stream, d_y);
        return Instance::draw(stream, &sizes, inputs, noises);
    }
    // Se = T diag(e) T^T with orthogonal T, and T times a vector of signs has the same u^T Se u / u^T u for all signs.
    let d_y = 2 + stream.below(2);
    let frame = reflection(stream, d_y);
    let mut directions = columns(&frame);
    for (number, entry) in
        directions.iter_mut().enumerate().flat_map(|(number, d)| d.iter_mut().map(move |e| (number, e)))
    {
        *entry *= 1 + 2 * number as i64;
    }
    let signs = DMatrix::from_fn(d_y, d_y, |row, column| Rational::from(if row == column && row > 0 { -1 } else { 1 }));
    let sizes = Sizes { inputs: d_x, outputs: d_y, rank: 1, depth };
    let mut instance = Instance::draw(stream, &sizes, inputs, symmetrised(&directions));
    let mut embedding = product(&frame, &signs);
    let along = embedding.columns(0, 1).into_owned();
    for mut column in embedding.column_iter_mut() {
        let size = stream.small();
        column.iter_mut().for_each(|entry| *entry *= &size);
    }
    instance.setting.embedding_out = embedding;
    instance.setting.target = product(&along, &matrix(stream, 1, d_x));
    instance
}
