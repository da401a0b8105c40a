//! The Hessian of one sample's loss at a point, as a map: what is shared by its products with several vectors is computed once.

use super::derivatives::hessian_vector;
use crate::data::Sample;
use crate::model::Model;
use crate::model::stack::{Direction, Pass, Stack};
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
    /// Layer by layer.
    Swept(&'a dyn Stack<T>, Pass<T>),
    /// As the tangent of the gradient, with the sample as a constant of the dual numbers.
    Dual(Sample<Dual<T>>),
}

impl<'a, T: Field, M: ?Sized + Model<T> + Model<Dual<T>>> SampleHessian<'a, T, M> {
    /// At a point, with the gradient there.
    pub(super) fn with_gradient(model: &'a M, theta: &'a [T], sample: &'a Sample<T>) -> (Self, Vec<T>) {
        let mut gradient = vec![T::zero(); theta.len()];
        let way = match Model::<T>::stack(model).filter(|stack| stack.is_elementwise()) {
            Some(stack) => {
                let mut pass = Pass::new(stack);
                pass.loss_and_gradient(stack, theta, sample, &mut gradient);
                Way::Swept(stack, pass)
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
            Way::Swept(stack, pass) => {
                let mut product = vec![T::zero(); vector.len()];
                pass.move_along(*stack, self.theta, self.sample, Direction::Vector(vector));
                pass.set_curvature(*stack, &mut product);
                product
            }
            Way::Dual(lifted) => hessian_vector(self.model, self.theta, vector, lifted),
        }
    }
}
