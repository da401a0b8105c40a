//! The Hessian of one sample's loss at a point, as a map: what is shared by its products with several vectors is computed once.

use super::derivatives::{hessian_vector, second_and_third_derivative};
use crate::data::Sample;
use crate::linalg::products::add_multiple;
use crate::model::stack::{Bend, Direction, Pass};
use crate::model::{DecayedStack, Differentiable, Model};
use crate::scalar::{Dual, Field};

/// `v -> H_z v` at a point.
pub(super) struct SampleHessian<'a, T, M: ?Sized> {
    model: &'a M,
    theta: &'a [T],
    sample: &'a Sample<T>,
    way: Way<'a, T>,
}

/// How the Hessian is multiplied by a vector.
enum Way<'a, T> {
    /// Layer by layer, with twice the weight decay on the diagonal.
    Swept(DecayedStack<'a, T>, Pass<T>),
    /// As the tangent of the gradient, with the sample as a constant of the dual numbers.
    Dual(Sample<Dual<T>>),
}

/// Adds `2 gamma v`.
fn add_decay<T: Field>(total: &mut [T], weight_decay: &T, vector: &[T]) {
    if !weight_decay.is_zero() {
        add_multiple(total, &(T::integer(2) * weight_decay), vector);
    }
}

impl<'a, T: Field, M: ?Sized + Differentiable<T>> SampleHessian<'a, T, M> {
    /// At a point, with the gradient there.
    pub(super) fn with_gradient(model: &'a M, theta: &'a [T], sample: &'a Sample<T>) -> (Self, Vec<T>) {
        let mut gradient = vec![T::zero(); theta.len()];
        let way = match Model::<T>::decayed_stack(model).filter(|swept| swept.stack.is_elementwise()) {
            Some(swept) => {
                let mut pass = Pass::new(swept.stack);
                pass.loss_and_gradient(swept.stack, theta, sample, &mut gradient);
                add_decay(&mut gradient, &swept.weight_decay, theta);
                Way::Swept(swept, pass)
            }
            None => {
                Model::<T>::loss_and_gradient(model, theta, sample, &mut gradient);
                Way::Dual(sample.lift())
            }
        };
        (SampleHessian { model, theta, sample, way }, gradient)
    }

    /// `H v`
    pub(super) fn times(&mut self, vector: &[T]) -> Vec<T> {
        match &mut self.way {
            Way::Swept(DecayedStack { stack, weight_decay }, pass) => {
                let mut product = vec![T::zero(); vector.len()];
                pass.move_along(*stack, self.theta, self.sample, Direction::Vector(vector));
                pass.set_curvature(*stack, &mut product);
                add_decay(&mut product, weight_decay, vector);
                product
            }
            Way::Dual(lifted) => hessian_vector(self.model, self.theta, vector, lifted),
        }
    }

    /// `H v` and the third derivative `T[v, v]`.
    pub(super) fn times_and_third(&mut self, vector: &[T]) -> (Vec<T>, Vec<T>) {
        let lifted_sample = self.sample.lift();
        let lifted = Model::<Dual<T>>::decayed_stack(self.model);
        if let Some(lifted) = lifted.filter(|_| matches!(self.way, Way::Swept(..))) {
            let product = self.times(vector);
            if let Way::Swept(DecayedStack { stack, .. }, pass) = &self.way {
                let mut third = vec![T::zero(); vector.len()];
                let (stacks, samples) = ((*stack, lifted.stack), (self.sample, &lifted_sample));
                Bend::new(*stack).set_third(pass, stacks, self.theta, samples, vector, &mut third);
                return (product, third);
            }
        }
        second_and_third_derivative(self.model, self.theta, vector, vector, &lifted_sample.lift())
    }
}
