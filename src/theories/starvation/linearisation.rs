//! The flow of the margins `u` at an optimum with decay of the margins or of the weights: where it is stationary, and whether its linearisation `J`
//! commutes with `K`.

use crate::linalg::products::dot;
use crate::scalar::{Dual, Real};
use crate::verify::{Relation, Term};
use nalgebra::DMatrix;

/// `A v`
pub(super) fn apply<T: Real>(a: &DMatrix<T>, v: &[T]) -> Vec<T> {
    (0..a.nrows()).map(|i| dot(&a.row(i).iter().cloned().collect::<Vec<T>>(), v)).collect()
}

pub(super) fn alike<T: Real>(alpha: &[T], margins: &[T], lambda: &T) -> Relation<T> {
    Relation::equality(
        "one margin for all",
        vec![Term::vector("alpha_i", alpha.to_vec())],
        vec![Term::vector("lambda u_i", margins.iter().map(|u| T::product(lambda, u)).collect())],
    )
}

/// `loss' = -penalty'` along a direction in the image of `Phi`, from dual numbers.
pub(super) fn stationary<T: Real>(margins: &[T], along: &[T], lambda: &T) -> Relation<T> {
    let (mut loss, mut penalty) = (Dual::constant(T::zero()), Dual::constant(T::zero()));
    for (u, v) in margins.iter().zip(along) {
        let margin = Dual::new(u.clone(), v.clone());
        penalty += margin.clone() * &margin * Dual::constant(lambda.clone() / T::integer(2));
        loss += (-margin).softplus();
    }
    Relation::equality(
        "stationary",
        vec![Term::scalar("sum_i ln(1 + e^{-u_i}), differentiated", loss.tangent)],
        vec![Term::scalar("-(lambda/2) |u|^2, differentiated", -penalty.tangent)],
    )
}

/// The flow's matrix at `u`, applied to a vector, with the penalty on `u` or on `theta`.
pub(super) fn linearised<T: Real>(k: &DMatrix<T>, margins: &[T], lambda: &T, along: &[T], on_margins: bool) -> Vec<T> {
    let moved = margins.iter().zip(along).map(|(u, v)| Dual::new(u.clone(), v.clone()));
    let pulls: Vec<T> = moved
        .map(|margin| {
            let held = margin.clone() * Dual::constant(lambda.clone());
            let pull = (-margin).sigmoid();
            if on_margins { (pull - held).tangent } else { pull.tangent }
        })
        .collect();
    let flow = apply(k, &pulls);
    let rest = |(f, v): (T, &T)| if on_margins { f } else { f - T::product(lambda, v) };
    flow.into_iter().zip(along).map(rest).collect()
}

pub(super) fn commuting<T: Real>(
    k: &DMatrix<T>,
    margins: &[T],
    lambda: &T,
    along: &[T],
    on_margins: bool,
) -> Relation<T> {
    let flow = |v: &[T]| linearised(k, margins, lambda, v, on_margins);
    Relation::equality(
        "the linearised flow commutes with K",
        vec![Term::vector("K J v", apply(k, &flow(along)))],
        vec![Term::vector("J K v", flow(&apply(k, along)))],
    )
}
