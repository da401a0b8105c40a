//! The loss of a formula as a model like any other.

use super::arithmetic::Over;
use crate::data::Sample;
use crate::model::{Differentiable, Model};
use crate::scalar::{Branch, Real};
use equipartition_formula::{CompiledLoss, Sizes, TooLarge};
use std::sync::Arc;

/// A loss with its gradient, for given sizes. A sample's data are its input, in the order in which they are declared; it has no target.
#[derive(Clone, Debug)]
pub struct FormulaModel(Arc<CompiledLoss>);

/// The model over scalars without elementary functions.
struct Algebraic(Arc<CompiledLoss>);
/// The model over scalars with all of them.
struct WithFunctions(Arc<CompiledLoss>);

impl FormulaModel {
    /// Compiles a loss.
    ///
    /// # Errors
    /// [`TooLarge`]
    pub fn new(model: &equipartition_formula::Model, sizes: &Sizes) -> Result<Self, TooLarge> {
        Ok(FormulaModel(Arc::new(CompiledLoss::new(model, sizes)?)))
    }

    /// The number of parameters.
    pub fn parameter_count(&self) -> usize {
        self.0.layout.parameter_count()
    }

    /// The numbers of a sample.
    pub fn input_len(&self) -> usize {
        self.0.layout.sample_len()
    }

    /// Whether the loss is a rational function of its arguments.
    pub fn is_algebraic(&self) -> bool {
        self.0.tape.is_algebraic()
    }

    /// Over a scalar that may lack elementary functions; none if the loss needs them.
    pub fn algebraic<T: Branch>(&self) -> Option<Arc<dyn Differentiable<T>>> {
        self.is_algebraic().then(|| Arc::new(Algebraic(Arc::clone(&self.0))) as _)
    }

    /// Over a scalar that has them.
    pub fn real<T: Real>(&self) -> Arc<dyn Differentiable<T>> {
        Arc::new(WithFunctions(Arc::clone(&self.0)))
    }
}

/// The loss; where it divides by 0 it is not a number, or infinite, as the scalar has it.
fn evaluate<T: Branch>(loss: &CompiledLoss, over: Over<T>, theta: &[T], sample: &Sample<T>, gradient: &mut [T]) -> T {
    let inputs: Vec<T> = theta.iter().chain(&sample.input).cloned().collect();
    let values = loss.tape.evaluate(&over, &inputs);
    let values = values.unwrap_or_else(|_| vec![T::one() / T::zero(); loss.tape.len()]);
    for (entry, node) in gradient.iter_mut().zip(&loss.gradient) {
        entry.assign(&values[node.place()]);
    }
    values[loss.loss.place()].clone()
}

impl<T: Branch> Model<T> for Algebraic {
    fn parameter_count(&self) -> usize {
        self.0.layout.parameter_count()
    }
    fn loss_and_gradient(&self, theta: &[T], sample: &Sample<T>, gradient: &mut [T]) -> T {
        evaluate(&self.0, Over::ALGEBRAIC, theta, sample, gradient)
    }
}

impl<T: Real> Model<T> for WithFunctions {
    fn parameter_count(&self) -> usize {
        self.0.layout.parameter_count()
    }
    fn loss_and_gradient(&self, theta: &[T], sample: &Sample<T>, gradient: &mut [T]) -> T {
        evaluate(&self.0, Over::REAL, theta, sample, gradient)
    }
}
