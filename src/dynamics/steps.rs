//! One step of an optimiser on one sample, over any field: in the rationals a path has no rounding.
//!
//! Every step reads the learning-rate matrix `Lambda` and the weight decay `gamma` from the objective, changes the
//! parameters in place, and returns the sample's gradient `g` (without decay) at the point it left.

use crate::data::Sample;
use crate::entropic::Objective;
use crate::linalg::products::add_multiple;
use crate::model::Model;
use crate::scalar::Field;

/// Stochastic gradient descent on the regularised loss `l + gamma |theta|^2`:
///
/// ```text
/// theta' = theta - Lambda (g + 2 gamma theta)
/// ```
pub fn sgd_step<T: Field, M: ?Sized + Model<T>>(
    objective: &Objective<'_, T, M>,
    theta: &mut [T],
    sample: &Sample<T>,
) -> Vec<T> {
    let gradient = objective.model.gradient(theta, sample);
    let mut force = gradient.clone();
    add_multiple(&mut force, &twice_decay(objective), theta);
    descend(theta, &objective.preconditioner.apply(&force));
    gradient
}

/// Heavy-ball momentum on the regularised loss; the buffer `momentum` starts at zero:
///
/// ```text
/// m' = beta m + g + 2 gamma theta,     theta' = theta - Lambda m'
/// ```
pub fn heavy_ball_step<T: Field, M: ?Sized + Model<T>>(
    objective: &Objective<'_, T, M>,
    theta: &mut [T],
    momentum: &mut [T],
    sample: &Sample<T>,
    momentum_factor: &T,
) -> Vec<T> {
    let gradient = objective.model.gradient(theta, sample);
    for (entry, slope) in momentum.iter_mut().zip(&gradient) {
        *entry *= momentum_factor;
        *entry += slope;
    }
    add_multiple(momentum, &twice_decay(objective), theta);
    descend(theta, &objective.preconditioner.apply(momentum));
    gradient
}

/// Weight decay decoupled from the gradient, with a rate `eta` of its own:
///
/// ```text
/// theta' = (1 - 2 eta gamma) theta - Lambda g
/// ```
///
/// With `Lambda = eta I` it is [`sgd_step`].
pub fn decoupled_decay_step<T: Field, M: ?Sized + Model<T>>(
    objective: &Objective<'_, T, M>,
    theta: &mut [T],
    sample: &Sample<T>,
    learning_rate: &T,
) -> Vec<T> {
    let gradient = objective.model.gradient(theta, sample);
    let kept = T::one() - T::product(learning_rate, &twice_decay(objective));
    for parameter in theta.iter_mut() {
        *parameter *= &kept;
    }
    descend(theta, &objective.preconditioner.apply(&gradient));
    gradient
}

/// `2 gamma`
fn twice_decay<T: Field, M: ?Sized>(objective: &Objective<'_, T, M>) -> T {
    T::integer(2) * objective.weight_decay
}

fn descend<T: Field>(theta: &mut [T], step: &[T]) {
    for (parameter, change) in theta.iter_mut().zip(step) {
        *parameter -= change;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::DataSet;
    use crate::entropic::Preconditioner;
    use crate::scalar::Rational;

    /// `l = (theta . x)^2 / 2`, whose gradient is `(theta . x) x`.
    struct Quadratic;

    impl<T: Field> Model<T> for Quadratic {
        fn parameter_count(&self) -> usize {
            2
        }
        fn loss_and_gradient(&self, theta: &[T], sample: &Sample<T>, gradient: &mut [T]) -> T {
            let overlap = crate::linalg::products::dot(theta, &sample.input);
            for (entry, input) in gradient.iter_mut().zip(&sample.input) {
                entry.set_product(&overlap, input);
            }
            T::ratio(1, 2) * overlap.squared()
        }
    }

    fn rationals(entries: [(i64, i64); 2]) -> Vec<Rational> {
        entries.map(Rational::from).to_vec()
    }

    /// theta = (1, 2), x = (3, 1): g = 5 x = (15, 5).
    fn with_objective(
        preconditioner: Preconditioner<Rational>,
        check: impl Fn(Objective<'_, Rational, Quadratic>, &Sample<Rational>),
    ) {
        let sample = Sample::new(rationals([(3, 1), (1, 1)]), vec![]);
        let data = DataSet::new(vec![sample.clone()]);
        let weight_decay = Rational::from((1, 4));
        let objective =
            Objective { model: &Quadratic, data: &data, preconditioner: &preconditioner, weight_decay: &weight_decay };
        check(objective, &sample);
    }

    #[test]
    fn a_step_of_descent_by_hand() {
        let rates = Preconditioner::Diagonal(rationals([(1, 10), (1, 5)]));
        with_objective(rates, |objective, sample| {
            let mut theta = rationals([(1, 1), (2, 1)]);
            // theta - Lambda ((15, 5) + (1, 2)/2) = (1 - 31/20, 2 - 6/5)
            assert_eq!(sgd_step(&objective, &mut theta, sample), rationals([(15, 1), (5, 1)]));
            assert_eq!(theta, rationals([(-11, 20), (4, 5)]));
        });
    }

    #[test]
    fn decay_with_a_rate_of_its_own_by_hand() {
        let rates = Preconditioner::Diagonal(rationals([(1, 10), (1, 5)]));
        with_objective(rates, |objective, sample| {
            let mut theta = rationals([(1, 1), (2, 1)]);
            // (1 - 2/3 1/4) (1, 2) - (3/2, 1) = (5/6 - 3/2, 5/3 - 1)
            decoupled_decay_step(&objective, &mut theta, sample, &Rational::from((1, 3)));
            assert_eq!(theta, rationals([(-2, 3), (2, 3)]));
        });
    }

    #[test]
    fn with_one_learning_rate_decoupled_decay_is_plain_descent() {
        let rate = Rational::from((1, 7));
        with_objective(Preconditioner::Scalar(rate.clone()), |objective, sample| {
            let mut plain = rationals([(1, 1), (2, 1)]);
            let mut decoupled = plain.clone();
            for _ in 0..3 {
                sgd_step(&objective, &mut plain, sample);
                decoupled_decay_step(&objective, &mut decoupled, sample, &rate);
            }
            assert_eq!(plain, decoupled);
        });
    }

    #[test]
    fn the_heavy_ball_is_the_two_step_recursion() {
        // Eliminating m: theta'' - theta' = beta (theta' - theta) - eta (g(theta') + 2 gamma theta').
        let rate = Rational::from((1, 9));
        let beta = Rational::from((2, 3));
        with_objective(Preconditioner::Scalar(rate), |objective, sample| {
            let mut theta = rationals([(1, 1), (2, 1)]);
            let mut momentum = rationals([(0, 1), (0, 1)]);
            let start = theta.clone();
            heavy_ball_step(&objective, &mut theta, &mut momentum, sample, &beta);
            let first = theta.clone();
            heavy_ball_step(&objective, &mut theta, &mut momentum, sample, &beta);
            let mut plain = first.clone();
            sgd_step(&objective, &mut plain, sample);
            for i in 0..2 {
                let inertia = Rational::from(&first[i] - &start[i]) * &beta;
                assert_eq!(theta[i], inertia + &plain[i]);
            }
            assert_ne!(theta, plain);
        });
    }
}
