//! Models: per-sample losses with one gradient routine each, generic over the scalar.
//!
//! | module | models |
//! |---|---|
//! | [`mlp`] | multilayer perceptrons, with or without biases and RMS normalisation |
//! | [`linear`] | deep linear networks with fixed embeddings, low-rank adapters, matrix factorisation |
//! | [`composed`] | layers on sequences: attention, norms, gated mlps, residual streams; decoders |
//! | [`formula`] | losses that are given as formulas |
//! | `file` | networks read from MODEL.toml (with the feature `model-file`) |
//! | [`rayleigh`] | a rational scale-invariant model |
//! | [`regularised`] | any model with weight decay inside its loss |
//! | [`stack`] | the sweeps of all models that are stacks of dense layers |
//! | [`network`] | the description of any of these as data, and the way from it to a model in a given scalar |
//!
//! A model of one's own is a [`LossFunction`], generic over every field it can be computed in: [`ByLoss`] has its derivatives, because [`Dual`] numbers
//! are a field too. One with a routine for its gradient implements [`Model`]; where it is used in a claim the routine is
//! [compared](test_gradient) with the loss.

pub mod activation;
mod by_loss;
pub mod composed;
mod dense;
mod evaluator;
#[cfg(feature = "model-file")]
pub mod file;
pub mod formula;
mod layout;
pub mod linear;
pub mod loss;
pub mod mlp;
pub mod network;
pub mod rayleigh;
pub mod regularised;
pub mod stack;
#[cfg(test)]
mod tails;

pub use activation::{Activation, Piecewise, Smooth};
pub use by_loss::{ByLoss, LossFunction, WrongGradient, test_gradient};
pub use evaluator::Evaluator;
pub use loss::Loss;
pub use network::{Carrier, Network};

use crate::data::Sample;
use crate::scalar::{Dual, Field};
use stack::Stack;

/// A per-sample loss `l(theta; z)` with its gradient in `theta`, over the scalar `T`.
///
/// Implement it generically, for instance `impl<T: Field> Model<T> for MyModel`: everything else (Hessian-vector
/// products, third derivatives, the entropic loss and its gradient) evaluates the same routine on dual numbers.
pub trait Model<T: Field>: Send + Sync {
    /// The number of parameters, the length of `theta`.
    fn parameter_count(&self) -> usize;

    /// Returns `l(theta; z)` and overwrites `gradient` with `dl/dtheta`.
    ///
    /// `theta` and `gradient` have [`Model::parameter_count`] entries.
    fn loss_and_gradient(&self, theta: &[T], sample: &Sample<T>, gradient: &mut [T]) -> T;

    /// The gradient alone, newly allocated.
    fn gradient(&self, theta: &[T], sample: &Sample<T>) -> Vec<T> {
        let mut gradient = vec![T::zero(); theta.len()];
        self.loss_and_gradient(theta, sample, &mut gradient);
        gradient
    }

    /// The per-sample loss alone.
    fn loss(&self, theta: &[T], sample: &Sample<T>) -> T {
        self.loss_and_gradient(theta, sample, &mut vec![T::zero(); theta.len()])
    }

    /// The model as a stack of dense layers, if it is one: it is then swept layer by layer, which is faster.
    fn stack(&self) -> Option<&dyn Stack<T>> {
        None
    }

    /// The model as a stack with weight decay inside its loss, if it is one.
    fn decayed_stack(&self) -> Option<DecayedStack<'_, T>> {
        self.stack().map(|stack| DecayedStack { stack, weight_decay: T::zero() })
    }
}

/// The loss `l + gamma |theta|^2` for the loss `l` of a stack.
pub struct DecayedStack<'a, T> {
    /// `l`
    pub stack: &'a dyn Stack<T>,
    /// `gamma`
    pub weight_decay: T,
}

/// A model that can also be evaluated on dual numbers over `T`, twice nested: it has third derivatives.
///
/// Implemented for every [`Model`] that is generic enough; usable as a trait object.
pub trait Differentiable<T: Field>: Model<T> + Model<Dual<T>> + Model<Dual<Dual<T>>> {}

impl<T: Field, M: ?Sized + Model<T> + Model<Dual<T>> + Model<Dual<Dual<T>>>> Differentiable<T> for M {}
