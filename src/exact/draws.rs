//! Rational matrices with known spectra, and points of spheres.

use crate::linalg::products::dot;
use crate::scalar::Rational;
use crate::verify::Stream;
use nalgebra::DMatrix;

/// A rational orthogonal matrix: a product of one or two reflections `1 - 2 v v^T/|v|^2` at random few-bit vectors.
pub fn columns(stream: &mut Stream, size: usize) -> DMatrix<Rational> {
    let mut matrix = DMatrix::from_fn(size, size, |row, column| Rational::from(i64::from(row == column)));
    for _ in 0..=stream.below(2) {
        let normal: Vec<Rational> = (0..size).map(|_| stream.small()).collect();
        let factor = Rational::from(2) / dot(&normal, &normal);
        for mut column in matrix.column_iter_mut() {
            let along: Rational = column.iter().zip(&normal).map(|(x, v)| Rational::from(x * v)).sum();
            let along = along * &factor;
            column.iter_mut().zip(&normal).for_each(|(x, v)| *x -= Rational::from(&along * v));
        }
    }
    matrix
}

/// `Q diag(values) Q^T v`
pub fn spectral(axes: &DMatrix<Rational>, values: &[Rational], vector: &[Rational]) -> Vec<Rational> {
    let mut image = vec![Rational::new(); vector.len()];
    for (axis, value) in axes.column_iter().zip(values) {
        let along: Rational = axis.iter().zip(vector).map(|(x, v)| Rational::from(x * v)).sum();
        let along = along * value;
        image.iter_mut().zip(axis.iter()).for_each(|(y, x)| *y += Rational::from(&along * x));
    }
    image
}

/// A point of the unit sphere, by the stereographic projection of a few-bit point.
pub fn unit_vector(stream: &mut Stream, size: usize) -> Vec<Rational> {
    let mut point: Vec<Rational> = (1..size).map(|_| stream.small()).collect();
    let square = dot(&point, &point);
    let scale = Rational::from(1) / (square.clone() + Rational::ONE);
    point.iter_mut().for_each(|x| *x *= scale.clone() * Rational::from(2));
    point.push((square - Rational::ONE) * scale);
    let places = stream.permutation(size);
    places.into_iter().map(|place| point[place].clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::products::product;

    #[test]
    fn columns_are_orthonormal_and_points_lie_on_the_sphere() {
        let mut stream = Stream::new(&["orthogonal"], 0, 0);
        for size in [1, 2, 3, 4, 1, 2, 3, 4] {
            let axes = columns(&mut stream, size);
            assert_eq!(product(&axes.transpose(), &axes), DMatrix::identity(size, size));
            let point = unit_vector(&mut stream, size.max(2));
            assert_eq!(dot(&point, &point), 1);
        }
    }

    #[test]
    fn a_matrix_of_known_spectrum_has_its_eigenvectors() {
        let mut stream = Stream::new(&["spectrum"], 0, 0);
        let axes = columns(&mut stream, 3);
        let values: Vec<Rational> = (0..3).map(|_| stream.small()).collect();
        for (axis, value) in axes.column_iter().zip(&values) {
            let axis: Vec<Rational> = axis.iter().cloned().collect();
            let image: Vec<Rational> = axis.iter().map(|x| Rational::from(x * value)).collect();
            assert_eq!(spectral(&axes, &values, &axis), image);
        }
    }
}
