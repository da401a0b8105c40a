//! Modified fields: the flows whose time-1 map is one step of descent, to growing order in the learning rate.
//!
//! Backward error analysis of Euler's method for `theta' = -Lambda g` gives the step `theta - Lambda g` as the time-1 flow of
//!
//! ```text
//! -Lambda (g + 1/2 H Lambda g + 1/3 H Lambda H Lambda g + 1/12 T[Lambda g, Lambda g] + ...)
//! ```
//!
//! with the Hessian `H` and the third derivative `T` of the loss. The second term is the gradient of the entropy term
//! `1/4 g^T Lambda g`; the next two are together not a gradient of anything, in general.
//!
//! Source: E. Hairer, C. Lubich, G. Wanner, *Geometric Numerical Integration*, section IX.1, with `f = -Lambda g`.

use super::preconditioner::Preconditioner;
use super::sample_hessian::SampleHessian;
use crate::data::Sample;
use crate::linalg::products::add_multiple;
use crate::model::Differentiable;
use crate::scalar::Field;

/// The coefficients of a modified field beyond `-Lambda g`. A wrong formula is another value of this type.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Coefficients<T> {
    /// Of `H Lambda g`.
    pub entropic: T,
    /// Of `H Lambda H Lambda g`.
    pub curvature: T,
    /// Of `T[Lambda g, Lambda g]`.
    pub third: T,
}

impl<T: Field> Coefficients<T> {
    /// The gradient flow: `0, 0, 0`.
    pub fn plain() -> Self {
        Coefficients { entropic: T::zero(), curvature: T::zero(), third: T::zero() }
    }

    /// The flow of the entropic loss: `1/2, 0, 0`.
    pub fn entropic() -> Self {
        Coefficients { entropic: T::ratio(1, 2), ..Self::plain() }
    }

    /// With the terms of second order: `1/2, 1/3, 1/12`.
    pub fn second_order() -> Self {
        Coefficients { curvature: T::ratio(1, 3), third: T::ratio(1, 12), ..Self::entropic() }
    }
}

/// `H Lambda g`, `H Lambda H Lambda g` and `T[Lambda g, Lambda g]` for one sample.
pub struct Terms<T> {
    /// `H Lambda g`: twice the gradient of the entropy term `1/4 g^T Lambda g`.
    pub entropic: Vec<T>,
    /// `H Lambda H Lambda g`
    pub curvature: Vec<T>,
    /// `T[Lambda g, Lambda g]`
    pub third: Vec<T>,
}

impl<T: Field> Terms<T> {
    /// All three.
    pub fn new<M: ?Sized + Differentiable<T>>(
        model: &M,
        preconditioner: &Preconditioner<T>,
        theta: &[T],
        sample: &Sample<T>,
    ) -> Self {
        Self::with_gradient(model, preconditioner, theta, sample).0
    }

    fn with_gradient<M: ?Sized + Differentiable<T>>(
        model: &M,
        preconditioner: &Preconditioner<T>,
        theta: &[T],
        sample: &Sample<T>,
    ) -> (Self, Vec<T>) {
        let (mut hessian, gradient) = SampleHessian::with_gradient(model, theta, sample);
        let direction = preconditioner.apply(&gradient);
        let (entropic, third) = hessian.times_and_third(&direction);
        let curvature = hessian.times(&preconditioner.apply(&entropic));
        (Terms { entropic, curvature, third }, gradient)
    }
}

/// `-Lambda (g + a H Lambda g + b H Lambda H Lambda g + c T[Lambda g, Lambda g])` for one sample. Terms with coefficient 0 are not computed.
pub fn modified_field<T: Field, M: ?Sized + Differentiable<T>>(
    model: &M,
    preconditioner: &Preconditioner<T>,
    coefficients: &Coefficients<T>,
    theta: &[T],
    sample: &Sample<T>,
) -> Vec<T> {
    let Coefficients { entropic, curvature, third } = coefficients;
    let force = if !curvature.is_zero() || !third.is_zero() {
        let (terms, mut force) = Terms::with_gradient(model, preconditioner, theta, sample);
        add_multiple(&mut force, entropic, &terms.entropic);
        add_multiple(&mut force, curvature, &terms.curvature);
        add_multiple(&mut force, third, &terms.third);
        force
    } else if !entropic.is_zero() {
        let (mut hessian, mut force) = SampleHessian::with_gradient(model, theta, sample);
        let product = hessian.times(&preconditioner.apply(&force));
        add_multiple(&mut force, entropic, &product);
        force
    } else {
        model.gradient(theta, sample)
    };
    preconditioner.apply(&force).into_iter().map(|entry| -entry).collect()
}
