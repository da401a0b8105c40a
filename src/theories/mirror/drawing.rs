//! What the draws share: few-bit numbers carried into other scalars, and rational rotations.

use crate::scalar::{Field, Rational};
use crate::verify::Stream;
use nalgebra::DMatrix;

/// Two lists of numbers: an input with its label or residual, or the weights out of a neuron with those into it.
pub(super) type Pair<T> = (Vec<T>, Vec<T>);

/// The numbers in another scalar.
pub(super) fn carried<T: Field>(numbers: &[Rational]) -> Vec<T> {
    numbers.iter().map(T::from_rational).collect()
}

/// An orthogonal matrix of rational entries: a product of rotations in the planes of neighbouring axes by angles of Pythagorean triples.
pub(super) fn rotation(stream: &mut Stream, size: usize) -> DMatrix<Rational> {
    let mut matrix = DMatrix::from_fn(size, size, |row, column| Rational::from(i64::from(row == column)));
    for axis in 1..size {
        let (opposite, adjacent, hypotenuse) =
            *stream.pick(&[(3, 4, 5), (4, 3, 5), (5, 12, 13), (8, 15, 17), (0, 1, 1)]);
        let sign = if stream.coin() { 1 } else { -1 };
        let (sine, cosine) = (Rational::from((sign * opposite, hypotenuse)), Rational::from((adjacent, hypotenuse)));
        for row in 0..size {
            let (left, right) = (matrix[(row, axis - 1)].clone(), matrix[(row, axis)].clone());
            matrix[(row, axis - 1)] = Rational::from(&cosine * &left) - Rational::from(&sine * &right);
            matrix[(row, axis)] = Rational::from(&sine * &left) + Rational::from(&cosine * &right);
        }
    }
    matrix
}

/// Few-bit numbers other than 0.
pub(super) fn smalls(stream: &mut Stream, count: usize) -> Vec<Rational> {
    (0..count).map(|_| stream.small()).collect()
}
