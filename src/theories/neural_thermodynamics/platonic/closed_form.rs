//! The entropic minimiser of a setting in closed form, and its frames.

use super::experiment::identity;
use crate::linalg::{Decomposable, LinalgError};
use crate::platonic::{Factors, Setting, entropic_minimiser};
use crate::scalar::{Field, Rational};
use crate::verify::Stream;
use nalgebra::DMatrix;

/// Rational frames `R_i` with orthonormal columns: products of rotations by the sides 3, 4, 5.
pub fn orthonormal_frames(stream: &mut Stream, hidden: &[usize], rank: usize) -> Vec<DMatrix<Rational>> {
    let frame = |width: usize, stream: &mut Stream| {
        let mut frame = identity(width);
        for _ in 0..2 * width {
            let (row, other) = (stream.below(width), stream.below(width));
            if row != other {
                let (cosine, sine) = (Rational::from((3, 5)), Rational::from((if stream.coin() { 4 } else { -4 }, 5)));
                for column in 0..width {
                    let (a, b) = (frame[(row, column)].clone(), frame[(other, column)].clone());
                    frame[(row, column)] = Rational::from(&cosine * &a) - Rational::from(&sine * &b);
                    frame[(other, column)] = Rational::from(&sine * &a) + Rational::from(&cosine * &b);
                }
            }
        }
        frame.columns(0, rank).into_owned()
    };
    hidden.iter().map(|&width| frame(width, stream)).collect()
}

/// A rational matrix in another scalar.
pub fn carry<T: Field>(matrix: &DMatrix<Rational>) -> DMatrix<T> {
    matrix.map_with_location(|_, _, entry| T::from_rational(&entry))
}

/// Matrices in another scalar.
pub fn carried<T: Field>(factors: &Factors<Rational>) -> Factors<T> {
    Factors(factors.0.iter().map(carry).collect())
}

/// The entropic minimiser for a target of given rank, with given frames.
///
/// # Errors
/// Those of the decompositions.
pub fn closed_form<T: Decomposable>(
    setting: &Setting<Rational>,
    rank: usize,
    frames: &[DMatrix<Rational>],
) -> Result<Factors<T>, LinalgError> {
    entropic_minimiser(&setting.carry(), rank, &frames.iter().map(carry).collect::<Vec<_>>())
}
