//! Derivatives of a sample's loss along vectors, by dual numbers.

use crate::data::Sample;
use crate::model::Model;
use crate::scalar::{Dual, Field};

/// The Hessian-vector product `H_z v`: the tangent of the gradient along `v`. `sample` is lifted already.
pub fn hessian_vector<T: Field, M: ?Sized + Model<Dual<T>>>(
    model: &M,
    theta: &[T],
    direction: &[T],
    sample: &Sample<Dual<T>>,
) -> Vec<T> {
    let point: Vec<Dual<T>> = theta.iter().zip(direction).map(|(x, v)| Dual::new(x.clone(), v.clone())).collect();
    model.gradient(&point, sample).into_iter().map(|entry| entry.tangent).collect()
}

/// The Hessian applied to one vector and the third derivative to two, `H_z u` and `T_z[u, v]`. `sample` is lifted twice.
pub(super) fn second_and_third_derivative<T: Field, M: ?Sized + Model<Dual<Dual<T>>>>(
    model: &M,
    theta: &[T],
    first: &[T],
    second: &[T],
    sample: &Sample<Dual<Dual<T>>>,
) -> (Vec<T>, Vec<T>) {
    let point: Vec<Dual<Dual<T>>> = theta
        .iter()
        .zip(first.iter().zip(second))
        .map(|(x, (u, v))| Dual::new(Dual::new(x.clone(), v.clone()), Dual::constant(u.clone())))
        .collect();
    model.gradient(&point, sample).into_iter().map(|entry| (entry.tangent.value, entry.tangent.tangent)).unzip()
}

/// The third derivative applied to two vectors, `T_z[u, v]`. `sample` is lifted twice.
pub fn third_derivative<T: Field, M: ?Sized + Model<Dual<Dual<T>>>>(
    model: &M,
    theta: &[T],
    first: &[T],
    second: &[T],
    sample: &Sample<Dual<Dual<T>>>,
) -> Vec<T> {
    second_and_third_derivative(model, theta, first, second, sample).1
}
