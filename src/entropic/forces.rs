//! The parts of `grad F`, sample by sample: swept through the layers where the model is a stack of them, else by dual numbers.

use super::derivatives::hessian_vector;
use super::preconditioner::Preconditioner;
use crate::data::DataSet;
use crate::linalg::products::add_multiple;
use crate::model::Model;
use crate::model::stack::{Direction, Pass, Stack};
use crate::scalar::{Dual, Field};

/// An objective with the room that the gradient of F needs, kept from one evaluation to the next.
pub(super) struct Forces<'a, T: Field, M: ?Sized> {
    model: &'a M,
    data: &'a DataSet<T>,
    preconditioner: &'a Preconditioner<T>,
    weight_decay: &'a T,
    way: Way<'a, T>,
    half: T,
    gradient: Vec<T>,
    direction: Vec<T>,
}

/// How the Hessian is multiplied by a vector.
enum Way<'a, T> {
    /// Layer by layer.
    Swept(&'a dyn Stack<T>, Pass<T>),
    /// As the tangent of the gradient, on the data as constants of the dual numbers.
    Dual(DataSet<Dual<T>>),
}

impl<'a, T: Field, M: ?Sized + Model<T> + Model<Dual<T>>> Forces<'a, T, M> {
    pub(super) fn new(
        model: &'a M,
        data: &'a DataSet<T>,
        preconditioner: &'a Preconditioner<T>,
        weight_decay: &'a T,
    ) -> Self {
        let stack = Model::<T>::stack(model).filter(|stack| stack.is_elementwise());
        let way = match stack {
            Some(stack) => Way::Swept(stack, Pass::new(stack)),
            None => Way::Dual(data.lift()),
        };
        let half = T::ratio(1, 2);
        Forces { model, data, preconditioner, weight_decay, way, half, gradient: Vec::new(), direction: Vec::new() }
    }

    /// Adds `weight (g + 1/2 H Lambda g)` of the sample of that number.
    pub(super) fn add(&mut self, theta: &[T], number: usize, weight: &T, total: &mut [T]) {
        let Forces { model, data, preconditioner, way, half, gradient, direction, .. } = self;
        let (model, preconditioner) = (*model, *preconditioner);
        let sample = &data.samples()[number];
        gradient.resize(theta.len(), T::zero());
        direction.resize(theta.len(), T::zero());
        match way {
            Way::Swept(stack, pass) => {
                pass.run(*stack, theta, sample);
                if let Preconditioner::Scalar(rate) = preconditioner {
                    pass.move_along(*stack, theta, sample, Direction::Gradient);
                    pass.add_gradient_and_curvature(*stack, weight, &T::product(half, rate), total);
                } else {
                    pass.set_gradient(*stack, gradient);
                    preconditioner.apply_to(gradient, direction);
                    pass.move_along(*stack, theta, sample, Direction::Vector(direction));
                    pass.add_gradient_and_curvature(*stack, weight, half, total);
                }
            }
            Way::Dual(lifted) => {
                model.loss_and_gradient(theta, sample, gradient);
                preconditioner.apply_to(gradient, direction);
                let curvature = hessian_vector(model, theta, direction, &lifted.samples()[number]);
                add_multiple(gradient, half, &curvature);
                add_multiple(total, weight, gradient);
            }
        }
    }

    /// Overwrites `total` with `grad F`.
    pub(super) fn mean(&mut self, theta: &[T], total: &mut [T]) {
        let twice_decay = T::integer(2) * self.weight_decay;
        for (entry, parameter) in total.iter_mut().zip(theta) {
            entry.set_product(&twice_decay, parameter);
        }
        let data = self.data;
        for (number, weight) in data.weights().iter().enumerate() {
            self.add(theta, number, weight, total);
        }
    }
}
