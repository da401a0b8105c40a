//! First and second derivatives by dual numbers: a loss is written as a formula, and no chain rule by hand stands between it and its law.

use crate::scalar::{Dual, Field};

/// A number with two nilpotent units, whose mixed coefficient is a second derivative.
pub(super) type Jet<T> = Dual<Dual<T>>;

/// The numbers as constants of the dual numbers.
pub(super) fn constants<T: Field>(numbers: &[T]) -> Vec<Dual<T>> {
    numbers.iter().cloned().map(Dual::constant).collect()
}

/// A point that moves along a direction.
pub(super) fn moving<T: Field>(point: &[T], direction: &[T]) -> Vec<Dual<T>> {
    point.iter().zip(direction).map(|(value, slope)| Dual::new(value.clone(), slope.clone())).collect()
}

/// A point that moves along two directions.
pub(super) fn jet<T: Field>(point: &[T], first: &[T], second: &[T]) -> Vec<Jet<T>> {
    moving(&moving(point, first), &constants(second))
}

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
