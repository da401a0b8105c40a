//! The functions that a scalar may or may not have.

use crate::model::activation::{Activation, Piecewise};
use crate::model::loss::{Loss, OutputLoss, SquaredError};
use crate::scalar::{Branch, Real};

/// The loss at one position, from the output and the target, and its gradient in the output.
type PositionLoss<T> = fn(Loss, &[T], &[T]) -> (T, Vec<T>);

/// What a network needs of a scalar beyond arithmetic and masks. Networks that are not algebraic exist in scalars that have all of it.
pub struct Functions<T> {
    /// The value and the slope of an activation.
    pub activation: fn(Activation, &T) -> (T, T),
    /// The loss.
    pub loss: PositionLoss<T>,
    /// `sqrt`
    pub square_root: fn(&T) -> T,
    /// `exp`
    pub exponential: fn(&T) -> T,
    /// A power of two by which numbers of that size are divided before they are squared.
    pub power_of_two_near: fn(&T) -> T,
}

/// Why a scalar without elementary functions is never asked for one.
const ALGEBRAIC: &str = "only algebraic networks exist in this scalar";

impl<T: Branch> Functions<T> {
    /// Those that any scalar has.
    pub fn algebraic() -> Self {
        fn piecewise(activation: Activation) -> Piecewise {
            let Activation::Piecewise(piecewise) = activation else { unreachable!("{ALGEBRAIC}") };
            piecewise
        }
        Functions {
            activation: |activation, x| piecewise(activation).value_and_slope(x, None),
            loss: |loss, output, target| {
                assert!(loss == Loss::SquaredError, "{ALGEBRAIC}");
                SquaredError.value_and_gradient(output, target)
            },
            square_root: |_| unreachable!("{ALGEBRAIC}"),
            exponential: |_| unreachable!("{ALGEBRAIC}"),
            power_of_two_near: |_| unreachable!("{ALGEBRAIC}"),
        }
    }
}

impl<T: Real> Functions<T> {
    /// All of them.
    pub fn real() -> Self {
        Functions {
            activation: |activation, x| match activation {
                Activation::Piecewise(piecewise) => piecewise.value_and_slope(x, None),
                Activation::Smooth(smooth) => smooth.value_and_slope(x),
            },
            loss: |loss, output, target| loss.value_and_gradient(output, target),
            square_root: T::sqrt,
            exponential: T::exp,
            power_of_two_near: T::power_of_two_near,
        }
    }
}
