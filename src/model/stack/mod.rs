//! Stacks of dense layers: networks whose derivatives are swept layer by layer.
//!
//! ```text
//! a_0 = enter(z),     h_l = W_l a_{l-1} + b_l,     a_l = phi(h_l) for l < D, a_D = h_D,     loss = leave(a_D, z)
//! ```
//!
//! The gradient of a layer's weights is the outer product of what comes back and what went in, `d_l a_{l-1}^T` with `d_l = dl/dh_l`, and that of its
//! biases is `d_l`. So much follows without a gradient's entries: its square is a sum over layers of squares of vectors,
//!
//! ```text
//! |g|^2 = sum_l |d_l|^2 (|a_{l-1}|^2 + 1)
//! ```
//!
//! (without the 1 where there are no biases), and along the gradient itself a layer moves by `d_l (|a_{l-1}|^2 + 1)`, so that `H g`, half of the gradient
//! of `|g|^2`, takes one more sweep forward and one back. [`Pass`] has the sweeps, [`Bend`] what becomes of them along every parameter.

mod bend;
mod pass;
mod square;

pub use bend::Bend;
pub use pass::{Direction, Pass};

use super::activation::Nonlinearity;
use super::layout::Layout;
use crate::data::Sample;
use crate::scalar::Field;

/// A model that is a stack of dense layers, over the scalar `T`.
pub trait Stack<T: Field>: Send + Sync {
    /// Where the parameters of the layers lie.
    fn layout(&self) -> &Layout;

    /// Overwrites `input` with what the first layer is given, which no parameter enters.
    fn enter(&self, sample: &Sample<T>, input: &mut [T]);

    /// What follows every layer but the last; none for the identity.
    fn nonlinearity(&self) -> Option<&dyn Nonlinearity<T>>;

    /// The loss at the last layer's output; overwrites `delta` with its gradient there.
    fn leave(&self, output: &[T], sample: &Sample<T>, delta: &mut [T]) -> T;

    /// Overwrites `product` with the loss's Hessian at the last layer's output times `tangent`.
    fn curve(&self, output: &[T], sample: &Sample<T>, tangent: &[T], product: &mut [T]);

    /// Whether [`Pass::move_along`] can be asked for: it needs the second derivatives of the nonlinearity.
    fn is_elementwise(&self) -> bool {
        self.nonlinearity().is_none_or(Nonlinearity::is_elementwise)
    }
}
