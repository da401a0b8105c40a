//! Multilayer perceptrons of any depth and widths.

use super::Model;
use super::activation::Nonlinearity;
use super::dense::assign;
use super::loss::OutputLoss;
use super::stack::{Pass, Stack};
use crate::data::Sample;
use crate::scalar::Field;

pub use super::layout::Layout;

/// A multilayer perceptron: `f(x) = W_D phi(... phi(W_1 x + b_1) ...) + b_D` under a loss.
///
/// The nonlinearity follows every layer but the last. `A` and `L` decide in which scalars the model exists: with
/// [`Piecewise`](super::Piecewise) and [`SquaredError`](super::loss::SquaredError) also in the rationals.
#[derive(Clone, Debug)]
pub struct Mlp<A, L> {
    /// Where the parameters lie.
    pub layout: Layout,
    /// What every hidden layer does to its pre-activations.
    pub nonlinearity: A,
    /// The loss at the output.
    pub loss: L,
}

impl<T: Field, A: Nonlinearity<T>, L: OutputLoss<T>> Model<T> for Mlp<A, L> {
    fn parameter_count(&self) -> usize {
        self.layout.parameter_count()
    }

    fn loss_and_gradient(&self, theta: &[T], sample: &Sample<T>, gradient: &mut [T]) -> T {
        Pass::new(self).loss_and_gradient(self, theta, sample, gradient)
    }

    fn loss(&self, theta: &[T], sample: &Sample<T>) -> T {
        Pass::new(self).forward(self, theta, sample)
    }

    fn stack(&self) -> Option<&dyn Stack<T>> {
        Some(self)
    }
}

impl<T: Field, A: Nonlinearity<T>, L: OutputLoss<T>> Stack<T> for Mlp<A, L> {
    fn layout(&self) -> &Layout {
        &self.layout
    }

    fn enter(&self, sample: &Sample<T>, input: &mut [T]) {
        assign(input, &sample.input);
    }

    fn nonlinearity(&self) -> Option<&dyn Nonlinearity<T>> {
        Some(&self.nonlinearity)
    }

    fn leave(&self, output: &[T], sample: &Sample<T>, delta: &mut [T]) -> T {
        self.loss.evaluate(output, &sample.target, delta)
    }

    fn curve(&self, output: &[T], sample: &Sample<T>, tangent: &[T], product: &mut [T]) {
        self.loss.curve(output, &sample.target, tangent, product);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Carrier, Loss, Network, Piecewise};
    use crate::scalar::Rational;

    #[test]
    fn a_network_does_not_notice_that_its_own_gates_are_forced() {
        let network = Network::mlp(&[2, 3, 3, 2], Piecewise::Relu, true, Loss::SquaredError);
        let layout = network.layout().expect("layers");
        let model = Rational::model(&network).expect("algebraic");
        let number = |i: usize| Rational::from((((i * i * 13 + 5 * i) % 41) as i64 - 20, 8));
        let theta: Vec<_> = (0..layout.parameter_count()).map(number).collect();
        let (mut open, mut closed) = (0, 0);
        for z in 0..8 {
            let free = Sample::new(vec![number(7 * z), number(3 * z + 1)], vec![number(z), number(2 * z)]);
            let gates = layout.relu_gates(&theta, &free.input);
            open += gates.iter().filter(|&&gate| gate).count();
            closed += gates.iter().filter(|&&gate| !gate).count();
            let forced = Sample { gates: Some(gates.into()), ..free.clone() };
            assert_eq!(model.loss(&theta, &forced), model.loss(&theta, &free));
            assert_eq!(model.gradient(&theta, &forced), model.gradient(&theta, &free));
        }
        assert!(open > 0 && closed > 0);
    }
}
