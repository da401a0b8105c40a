//! Weight decay as part of the loss: what a step `theta - eta (g + 2 gamma theta)` descends on.

use super::{DecayedStack, Model};
use crate::data::Sample;
use crate::scalar::{Dual, Field};

/// The per-sample loss `l(theta; z) + gamma |theta|^2` of a model `l`.
///
/// Its gradient is `g + 2 gamma theta`, its Hessian `H + 2 gamma I`.
pub struct Regularised<'a, T, M: ?Sized> {
    /// `l`
    pub model: &'a M,
    /// `gamma`
    pub weight_decay: T,
}

/// Adds `gamma |theta|^2` and its gradient.
fn add_decay<T: Field>(weight_decay: &T, theta: &[T], loss: &mut T, gradient: &mut [T]) {
    for (parameter, slope) in theta.iter().zip(gradient) {
        let pull = T::product(weight_decay, parameter);
        *loss += T::product(&pull, parameter);
        *slope += T::integer(2) * pull;
    }
}

/// For one scalar: the same lines at `T` and at its duals, in which the decay is a constant.
macro_rules! regularised {
    ($scalar:ty, |$decay:ident| $lifted:expr) => {
        impl<T: Field, M: ?Sized + Model<$scalar>> Model<$scalar> for Regularised<'_, T, M> {
            fn parameter_count(&self) -> usize {
                self.model.parameter_count()
            }
            fn loss_and_gradient(
                &self,
                theta: &[$scalar],
                sample: &Sample<$scalar>,
                gradient: &mut [$scalar],
            ) -> $scalar {
                let mut loss = self.model.loss_and_gradient(theta, sample, gradient);
                let $decay = self.weight_decay.clone();
                add_decay(&$lifted, theta, &mut loss, gradient);
                loss
            }
            fn decayed_stack(&self) -> Option<DecayedStack<'_, $scalar>> {
                let DecayedStack { stack, weight_decay } = self.model.decayed_stack()?;
                let $decay = self.weight_decay.clone();
                Some(DecayedStack { stack, weight_decay: weight_decay + $lifted })
            }
        }
    };
}
regularised!(T, |decay| decay);
regularised!(Dual<T>, |decay| Dual::constant(decay));
regularised!(Dual<Dual<T>>, |decay| Dual::constant(Dual::constant(decay)));

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropic::hessian_vector;
    use crate::model::{Carrier, Loss, Network, Piecewise};
    use crate::scalar::Rational;

    #[test]
    fn the_gradient_gains_twice_the_decay_and_so_does_the_hessian() {
        let network = Network::mlp(&[1, 2, 1], Piecewise::LeakyRelu, true, Loss::SquaredError);
        let model = Rational::model(&network).unwrap();
        let decay = Rational::from((3, 7));
        let regularised = Regularised { model: &*model, weight_decay: decay.clone() };
        let theta: Vec<Rational> = (1..=network.parameter_count() as i64).map(|i| Rational::from((i, 5))).collect();
        let sample = Sample::new(vec![Rational::from(2)], vec![Rational::from(1)]);
        let direction: Vec<Rational> = theta.iter().rev().cloned().collect();
        let twice = Rational::from(2) * &decay;
        let plus = |plain: Vec<Rational>, vector: &[Rational]| -> Vec<Rational> {
            plain.into_iter().zip(vector).map(|(p, v)| p + Rational::from(&twice * v)).collect()
        };
        let gradient = |model: &dyn Model<Rational>| model.gradient(&theta, &sample);
        assert_eq!(gradient(&regularised), plus(Model::<Rational>::gradient(&*model, &theta, &sample), &theta));
        let curved = hessian_vector(&*model, &theta, &direction, &sample.lift());
        assert_eq!(hessian_vector(&regularised, &theta, &direction, &sample.lift()), plus(curved, &direction));
    }
}
