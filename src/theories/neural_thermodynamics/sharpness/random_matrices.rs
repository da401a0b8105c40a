//! Random matrices of few bits: invertible ones, reflections `I - 2 v v^T / v^T v`, frames; and inputs and noises along their columns.

use crate::linalg::exact;
use crate::scalar::{Rational, Ring};
use crate::verify::Stream;
use nalgebra::DMatrix;

/// Numbers of few bits, none of them 0.
pub fn matrix(stream: &mut Stream, rows: usize, columns: usize) -> DMatrix<Rational> {
    DMatrix::from_fn(rows, columns, |_, _| stream.small())
}

/// An invertible matrix of few bits.
pub fn invertible(stream: &mut Stream, size: usize) -> DMatrix<Rational> {
    loop {
        let candidate = matrix(stream, size, size);
        if exact::rank(&candidate) == size {
            return candidate;
        }
    }
}

/// An orthogonal matrix: the reflection `I - 2 v v^T / v^T v`.
pub fn reflection(stream: &mut Stream, size: usize) -> DMatrix<Rational> {
    let v: Vec<Rational> = (0..size).map(|_| stream.small()).collect();
    let length: Rational = v.iter().map(Ring::squared).sum();
    DMatrix::from_fn(size, size, |row, column| {
        Rational::from(i64::from(row == column)) - Rational::from(&v[row] * &v[column]) * 2 / &length
    })
}

/// A matrix with orthonormal columns.
pub fn frame(stream: &mut Stream, width: usize, rank: usize) -> DMatrix<Rational> {
    reflection(stream, width).columns(0, rank).into_owned()
}

/// The columns of a matrix.
pub fn columns(matrix: &DMatrix<Rational>) -> Vec<Vec<Rational>> {
    matrix.column_iter().map(|column| column.iter().cloned().collect()).collect()
}

/// Every vector and its negative: a noise of mean 0.
pub fn symmetrised(vectors: &[Vec<Rational>]) -> Vec<Vec<Rational>> {
    let negated = |vector: &Vec<Rational>| vector.iter().map(|entry| Rational::from(-entry)).collect();
    vectors.iter().flat_map(|vector| [vector.clone(), negated(vector)]).collect()
}

/// Noises with the covariance `sigma^2 I`, along the axes of a random orthogonal frame.
pub fn isotropic_noise(stream: &mut Stream, size: usize) -> Vec<Vec<Rational>> {
    let scale = stream.positive();
    symmetrised(&columns(&reflection(stream, size).map(|entry| entry * &scale)))
}

/// Inputs, as many as there are dimensions, whose spectrum is wide: the columns of `G diag(1, 4, 16)`.
pub fn wide_inputs(stream: &mut Stream, size: usize) -> Vec<Vec<Rational>> {
    let mut columns = columns(&invertible(stream, size));
    for (number, column) in columns.iter_mut().enumerate() {
        for entry in column {
            *entry *= 1 << (2 * number);
        }
    }
    columns
}
