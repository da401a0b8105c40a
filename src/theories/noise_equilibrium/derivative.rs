//! Gradients by dual numbers: a loss is written as a formula, and no chain rule by hand stands between it and its law.

use crate::linalg::products::add_multiple;
use crate::scalar::{Dual, Field};

/// The gradient of `loss`, shape (n) -> (n), one directional derivative for each coordinate.
pub(super) fn gradient<T: Field>(loss: impl Fn(&[Dual<T>]) -> Dual<T>, at: &[T]) -> Vec<T> {
    let mut point = constants(at);
    let mut along = |coordinate: usize| {
        point[coordinate].tangent = T::one();
        let slope = loss(&point).tangent;
        point[coordinate].tangent = T::zero();
        slope
    };
    (0..at.len()).map(&mut along).collect()
}

/// The numbers as constants of the dual numbers.
pub(super) fn constants<T: Field>(numbers: &[T]) -> Vec<Dual<T>> {
    numbers.iter().cloned().map(Dual::constant).collect()
}

/// One step of descent, `theta' = kept theta - rate g`.
pub(super) fn step<T: Field>(theta: &[T], gradient: &[T], rate: &T, kept: &T) -> Vec<T> {
    let mut moved: Vec<T> = theta.iter().map(|entry| T::product(kept, entry)).collect();
    add_multiple(&mut moved, &-rate.clone(), gradient);
    moved
}

/// The mean of vectors.
pub(super) fn mean<T: Field>(vectors: &[Vec<T>]) -> Vec<T> {
    let weight = T::ratio(1, vectors.len() as i64);
    let mut mean = vec![T::zero(); vectors[0].len()];
    for vector in vectors {
        add_multiple(&mut mean, &weight, vector);
    }
    mean
}
