//! The Hessian of F: swept through the layers where the model is a stack of them, else by dual numbers.

use super::{Objective, Preconditioner};
use crate::model::stack::{Bend, Pass};
use crate::model::{Differentiable, Model};
use crate::scalar::{Dual, Field};
use nalgebra::DMatrix;

impl<T: Field, M: ?Sized + Differentiable<T>> Objective<'_, T, M> {
    /// `Hess F`.
    pub fn entropic_hessian(&self, theta: &[T]) -> DMatrix<T> {
        self.swept_hessian(theta).unwrap_or_else(|| self.hessian_by_columns(theta))
    }

    /// From one sweep forward and one back for each parameter, with values that all of them share; none where the model is no such stack, or learning rates
    /// differ.
    fn swept_hessian(&self, theta: &[T]) -> Option<DMatrix<T>> {
        let Preconditioner::Scalar(rate) = self.preconditioner else { return None };
        let stack = Model::<T>::stack(self.model).filter(|stack| stack.is_elementwise())?;
        let lifted = Model::<Dual<T>>::stack(self.model)?;
        let factor = T::ratio(1, 2) * rate;
        let (mut pass, mut bend) = (Pass::new(stack), Bend::new(stack));
        let mut hessian = DMatrix::from_element(theta.len(), theta.len(), T::zero());
        for (sample, weight) in self.data.samples().iter().zip(self.data.weights()) {
            let samples = (sample, &sample.lift());
            if !bend.add(&mut pass, (stack, lifted), theta, samples, weight, &factor, &mut hessian) {
                return None;
            }
        }
        let twice_decay = T::integer(2) * self.weight_decay;
        for column in 0..theta.len() {
            hessian[(column, column)] += &twice_decay;
            for row in 0..column {
                hessian[(row, column)] = hessian[(column, row)].clone();
            }
        }
        Some(hessian)
    }

    /// Column by column as the derivative of `grad F` along the axes.
    fn hessian_by_columns(&self, theta: &[T]) -> DMatrix<T> {
        let data = self.data.lift();
        let preconditioner = self.preconditioner.map(|x| Dual::constant(x.clone()));
        let weight_decay = Dual::constant(self.weight_decay.clone());
        let lifted =
            Objective { model: self.model, data: &data, preconditioner: &preconditioner, weight_decay: &weight_decay };
        let mut hessian = DMatrix::from_element(theta.len(), theta.len(), T::zero());
        let mut forces = lifted.forces();
        let mut point: Vec<Dual<T>> = theta.iter().map(|parameter| Dual::constant(parameter.clone())).collect();
        let mut gradient = vec![Dual::constant(T::zero()); theta.len()];
        for column in 0..theta.len() {
            point[column].tangent = T::one();
            forces.mean(&point, &mut gradient);
            for (row, entry) in gradient.iter().enumerate() {
                hessian[(row, column)].assign(&entry.tangent);
            }
            point[column].tangent = T::zero();
        }
        hessian
    }
}
