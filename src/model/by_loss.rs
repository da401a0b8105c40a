//! Models that are given by their loss alone: dual numbers find the gradient. And the test of one that is given beside a loss.

use super::{Differentiable, Model};
use crate::data::Sample;
use crate::scalar::{Dual, Field};
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};

/// A per-sample loss `l(theta; z)` over the scalar `T`.
///
/// Implement it generically, `impl<T: Field> LossFunction<T> for MyLoss`, or for `T: Real` if it needs roots or exponentials.
pub trait LossFunction<T: Field>: Send + Sync {
    /// The number of parameters, the length of `theta`.
    fn parameter_count(&self) -> usize;

    /// `l(theta; z)`
    fn loss(&self, theta: &[T], sample: &Sample<T>) -> T;
}

/// A [`Model`] whose gradient is that of its loss, found by dual numbers: one evaluation for each parameter. A routine of one's own is faster
/// where there are many.
#[derive(Clone, Copy, Debug, Default)]
pub struct ByLoss<L>(pub L);

impl<T: Field, L: LossFunction<T> + LossFunction<Dual<T>>> Model<T> for ByLoss<L> {
    fn parameter_count(&self) -> usize {
        LossFunction::<T>::parameter_count(&self.0)
    }

    fn loss_and_gradient(&self, theta: &[T], sample: &Sample<T>, gradient: &mut [T]) -> T {
        let mut point = lifted(theta);
        let sample_lifted = sample.lift();
        for (place, entry) in gradient.iter_mut().enumerate() {
            point[place].tangent = T::one();
            *entry = self.0.loss(&point, &sample_lifted).tangent;
            point[place].tangent = T::zero();
        }
        self.0.loss(theta, sample)
    }

    fn loss(&self, theta: &[T], sample: &Sample<T>) -> T {
        self.0.loss(theta, sample)
    }
}

fn lifted<T: Field>(theta: &[T]) -> Vec<Dual<T>> {
    theta.iter().map(|parameter| Dual::constant(parameter.clone())).collect()
}

/// A gradient that is not the derivative of the loss.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the gradient is not that of the loss: on sample {sample}, {} is {given}, the loss has {derived}", entry.map_or("the slope along all parameters".to_owned(), |entry| format!("entry {entry}")))]
pub struct WrongGradient {
    /// The sample's place.
    pub sample: usize,
    /// The parameter's place; none where each entry is right but for rounding, and all of them together are not.
    pub entry: Option<usize>,
    /// What the model's routine gives.
    pub given: String,
    /// What its loss gives.
    pub derived: String,
}

/// Compares a model's gradient with its own loss: the slope of every sample's loss along one direction with all entries is that of the gradient. The
/// direction is drawn from the gradient's own digits: no gradient is wrong across it by design. Only where slopes differ are the entries looked at one by one.
///
/// # Errors
/// [`WrongGradient`] for the first entry that [surely differs](Field::surely_differs), or for the slope.
pub fn test_gradient<T: Field + fmt::Debug>(
    model: &(impl ?Sized + Differentiable<T>),
    theta: &[T],
    samples: &[Sample<T>],
) -> Result<(), WrongGradient> {
    let mut point = lifted(theta);
    for (number, sample) in samples.iter().enumerate() {
        let gradient = Model::<T>::gradient(model, theta, sample);
        let direction = drawn_from(&gradient);
        let along: Vec<Dual<T>> = theta.iter().zip(&direction).map(|(x, v)| Dual::new(x.clone(), v.clone())).collect();
        let sample = sample.lift();
        let parts: Vec<T> = gradient.iter().zip(&direction).map(|(slope, v)| T::product(slope, v)).collect();
        let mut slope = T::zero();
        parts.iter().for_each(|part| slope += part);
        let rising = Model::<Dual<T>>::loss(model, &along, &sample).tangent;
        if !slope.surely_differs(&rising, &parts) {
            continue;
        }
        for (entry, given) in gradient.iter().enumerate() {
            point[entry].tangent = T::one();
            let derived = Model::<Dual<T>>::loss(model, &point, &sample).tangent;
            point[entry].tangent = T::zero();
            if given.surely_differs(&derived, &gradient) {
                let (given, derived) = (format!("{given:?}"), format!("{derived:?}"));
                return Err(WrongGradient { sample: number, entry: Some(entry), given, derived });
            }
        }
        let (given, derived) = (format!("{slope:?}"), format!("{rising:?}"));
        return Err(WrongGradient { sample: number, entry: None, given, derived });
    }
    Ok(())
}

/// Integers from 256 to 511, as many as there are numbers, by the digits of all of them.
///
/// They are added up from ones: a constant of the point's own would tell the points of a family apart, and their bounds would no longer multiply.
fn drawn_from<T: Field + fmt::Debug>(numbers: &[T]) -> Vec<T> {
    let mut digits = DefaultHasher::new();
    numbers.iter().for_each(|number| format!("{number:?}").hash(&mut digits));
    let drawn = |place: usize| {
        let mut digits = digits.clone();
        place.hash(&mut digits);
        let bits = digits.finish();
        (0..8).fold(T::one(), |number, bit| {
            let twice = number.clone() + &number;
            if bits >> bit & 1 == 1 { twice + T::one() } else { twice }
        })
    };
    (0..numbers.len()).map(drawn).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scalar::{Interval, Mp, Rational, Real};

    /// `(theta_0 exp(theta_1 x) - y)^2`, its gradient times a factor.
    struct Exponential {
        factor: i64,
    }

    impl<T: Real> LossFunction<T> for Exponential {
        fn parameter_count(&self) -> usize {
            2
        }
        fn loss(&self, theta: &[T], sample: &Sample<T>) -> T {
            let residual = T::product(&theta[1], &sample.input[0]).exp() * &theta[0] - &sample.target[0];
            residual.squared()
        }
    }

    impl<T: Real> Model<T> for Exponential {
        fn parameter_count(&self) -> usize {
            2
        }
        fn loss_and_gradient(&self, theta: &[T], sample: &Sample<T>, gradient: &mut [T]) -> T {
            let power = T::product(&theta[1], &sample.input[0]).exp();
            let residual = T::product(&power, &theta[0]) - &sample.target[0];
            let outer = T::integer(2) * &residual;
            gradient[0] = T::product(&outer, &power);
            gradient[1] = T::product(&gradient[0], &theta[0]) * &sample.input[0] * T::integer(self.factor);
            residual.squared()
        }
    }

    fn at<T: Field>() -> (Vec<T>, Vec<Sample<T>>) {
        (vec![T::ratio(3, 4), T::ratio(-2, 3)], vec![Sample::new(vec![T::ratio(1, 2)], vec![T::ratio(5, 1)])])
    }

    #[test]
    fn a_loss_alone_has_the_gradient_of_the_routine_and_its_second_derivatives() {
        let (theta, samples) = at::<Mp<256>>();
        let routine = Model::<Mp<256>>::gradient(&Exponential { factor: 1 }, &theta, &samples[0]);
        let derived = Model::<Mp<256>>::gradient(&ByLoss(Exponential { factor: 1 }), &theta, &samples[0]);
        for (one, other) in routine.iter().zip(&derived) {
            assert!(!one.surely_differs(other, &[]), "{one:?} and {other:?}");
        }
        let direction = [Dual::new(theta[0].clone(), Mp::ratio(1, 1)), Dual::new(theta[1].clone(), Mp::ratio(2, 1))];
        let curvature = |model: &dyn Differentiable<Mp<256>>| {
            Model::<Dual<Mp<256>>>::gradient(model, &direction, &samples[0].lift())[1].tangent.clone()
        };
        assert!(
            !curvature(&Exponential { factor: 1 }).surely_differs(&curvature(&ByLoss(Exponential { factor: 1 })), &[])
        );
    }

    #[test]
    fn a_gradient_that_is_not_that_of_the_loss_is_told_by_sample_and_entry() {
        fn found<T: Real + fmt::Debug>(factor: i64) -> Result<(), (usize, usize)> {
            let (theta, samples) = at::<T>();
            let tested = test_gradient::<T>(&Exponential { factor }, &theta, &samples);
            tested.map_err(|wrong| (wrong.sample, wrong.entry.expect("an entry is wrong")))
        }
        assert_eq!((found::<f64>(1), found::<f64>(7)), (Ok(()), Err((0, 1))));
        assert_eq!((found::<Mp<128>>(1), found::<Mp<128>>(-1)), (Ok(()), Err((0, 1))));
        assert_eq!((found::<Interval<128>>(1), found::<Interval<128>>(2)), (Ok(()), Err((0, 1))));
    }

    /// The slope along `1/(i + 2)` is right, that along no direction which the gradient itself decides.
    #[test]
    fn a_gradient_that_is_wrong_across_a_direction_known_beforehand_is_told() {
        struct Askew;
        impl<T: Field> Model<T> for Askew {
            fn parameter_count(&self) -> usize {
                2
            }
            fn loss_and_gradient(&self, theta: &[T], _: &Sample<T>, gradient: &mut [T]) -> T {
                gradient[0] = T::integer(2) * &theta[0] + T::integer(2);
                gradient[1] = T::integer(2) * &theta[1] - T::integer(3);
                theta[0].squared() + theta[1].squared()
            }
        }
        let (theta, samples) = at::<Rational>();
        let wrong = test_gradient::<Rational>(&Askew, &theta, &samples).expect_err("both entries are wrong");
        assert_eq!((wrong.sample, wrong.entry), (0, Some(0)));
    }

    /// In the rationals a part in a million of a million is told.
    #[test]
    fn rationals_tell_any_difference() {
        let (one, other) = (Rational::from(1), Rational::from((1_i64 << 60, (1_i64 << 60) + 1)));
        assert!(one.surely_differs(&other, &[]) && !one.surely_differs(&one, &[]));
    }
}
