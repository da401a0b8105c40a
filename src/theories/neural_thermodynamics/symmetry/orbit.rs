//! A point and its image under a group element, and what is the same at both.

use crate::instances::{Point, Problem};
use crate::linalg::products::dot;
use crate::model::Carrier;
use crate::symmetry::{Element, LinearMap};
use crate::verify::{Drawn, Relation, Term};

pub(super) use crate::instances::defined::at;

/// A problem with an element of its symmetry group: the instance of most claims of this family.
pub struct Moved {
    pub(super) problem: Problem,
    pub(super) element: Element,
}

impl Drawn for Moved {
    fn base(&self) -> Option<&dyn Drawn> {
        Some(&self.problem)
    }
    fn besides(&self) -> String {
        format!(": {}", self.element.name)
    }
}

/// What carries gradients along with a point that `K` moves: the inverse transposed, or what a control takes in its place.
#[derive(Clone, Copy)]
pub(super) enum Carrying {
    InverseTransposed,
    Transposed,
    Inverse,
    Itself,
}

impl Carrying {
    /// Of an element `K`.
    pub fn of(self, element: &Element) -> LinearMap {
        match self {
            Carrying::InverseTransposed => element.inverse.transposed(),
            Carrying::Transposed => element.map.transposed(),
            Carrying::Inverse => element.inverse.clone(),
            Carrying::Itself => element.map.clone(),
        }
    }
}

/// The point `K theta`. Samples, learning rates and decay stay; forced activation patterns follow the neurons.
pub(super) fn moved<T: Carrier>(point: &Point<T>, element: &Element) -> Point<T> {
    Point {
        model: point.model.clone(),
        theta: element.map.apply(&point.theta),
        data: element.on_data(&point.data),
        preconditioner: point.preconditioner.clone(),
        weight_decay: point.weight_decay.clone(),
    }
}

/// The losses of all samples, without decay.
pub(super) fn losses<T: Carrier>(point: &Point<T>) -> Vec<T> {
    point.data.samples().iter().map(|sample| point.model.loss(&point.theta, sample)).collect()
}

/// `l(K theta; z) = l(theta; z)` for every sample: what makes `K` a symmetry.
pub(super) fn flat_loss<T: Carrier>(point: &Point<T>, image: &Point<T>) -> Relation<T> {
    let left = vec![Term::vector("l(K theta; z)", losses(image))];
    Relation::equality("the loss is flat", left, vec![Term::vector("l(theta; z)", losses(point))])
}

/// `F(K theta) = F(theta)`, term by term, and `grad F(K theta) = K grad F(theta)`.
pub(super) fn invariance<T: Carrier>(point: &Point<T>, image: &Point<T>, map: &LinearMap) -> [Relation<T>; 2] {
    let (here, there) = (point.objective(), image.objective());
    let decay = |point: &Point<T>| T::product(&point.weight_decay, &dot(&point.theta, &point.theta));
    let entropic_loss = Relation::equality(
        "the entropic loss",
        vec![
            Term::scalar("L(K theta)", there.loss(&image.theta)),
            Term::scalar("gamma |K theta|^2", decay(image)),
            Term::scalar("S(K theta)", there.entropy(&image.theta)),
        ],
        vec![
            Term::scalar("L(theta)", here.loss(&point.theta)),
            Term::scalar("gamma |theta|^2", decay(point)),
            Term::scalar("S(theta)", here.entropy(&point.theta)),
        ],
    );
    let gradient = Relation::equality(
        "its gradient",
        vec![Term::vector("grad F(K theta)", there.entropic_gradient(&image.theta))],
        vec![Term::vector("K grad F(theta)", map.apply(&here.entropic_gradient(&point.theta)))],
    );
    [entropic_loss, gradient]
}
