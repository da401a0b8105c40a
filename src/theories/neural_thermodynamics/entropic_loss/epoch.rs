//! An epoch of descent, averaged over the orders of its samples, against the flows of modified fields.

use super::step::end_of_flow;
use crate::data::Sample;
use crate::entropic::modified::{Coefficients, Terms, modified_field};
use crate::entropic::{Preconditioner, hessian_vector};
use crate::instances::{Point, Problem};
use crate::linalg::products::add_multiple;
use crate::model::regularised::Regularised;
use crate::model::{Differentiable, Model};
use crate::scalar::{Field, Ring};
use crate::verify::Unjudged;
use crate::verify::order::{ACCURACY, Differences, Fine};
use num_traits::{One, Zero};

/// An epoch from a point.
pub(super) struct Epoch {
    point: Point<Fine>,
}

impl Epoch {
    pub fn new(problem: &Problem) -> Self {
        Epoch { point: problem.at() }
    }

    /// `N`
    pub fn samples(&self) -> i64 {
        self.point.data.len() as i64
    }

    fn model(&self) -> Regularised<'_, Fine, dyn Differentiable<Fine>> {
        Regularised { model: &*self.point.model, weight_decay: self.point.weight_decay.clone() }
    }

    /// The point after single-sample steps in the given order.
    pub fn descend(&self, order: &[usize], eta: &Fine) -> Vec<Fine> {
        let model = self.model();
        let mut theta = self.point.theta.clone();
        for &sample in order {
            let gradient = Model::<Fine>::gradient(&model, &theta, &self.point.data.samples()[sample]);
            add_multiple(&mut theta, &-eta.clone(), &gradient);
        }
        theta
    }

    /// The mean over all orders.
    pub fn mean(&self, eta: &Fine) -> Vec<Fine> {
        let orders = permutations(self.point.data.len());
        let weight = Fine::ratio(1, orders.len() as i64);
        let mut mean = vec![Fine::zero(); self.point.theta.len()];
        for order in orders {
            add_multiple(&mut mean, &weight, &self.descend(&order, eta));
        }
        mean
    }

    /// `E` of a vector over the samples.
    fn average(&self, vector: impl Fn(&Sample<Fine>) -> Vec<Fine>) -> Vec<Fine> {
        let mut mean = vec![Fine::zero(); self.point.theta.len()];
        for (sample, weight) in self.point.data.samples().iter().zip(self.point.data.weights()) {
            add_multiple(&mut mean, weight, &vector(sample));
        }
        mean
    }

    /// The end of `path` less the flow, for time `N`, of `eta` times a field, for every learning rate `eta`.
    pub fn differences(
        &self,
        order: i32,
        path: impl Fn(&Fine) -> Vec<Fine>,
        field: impl Fn(&Preconditioner<Fine>, &[Fine]) -> Vec<Fine>,
    ) -> Result<Differences, Unjudged> {
        let time = Fine::integer(self.samples());
        Differences::measure(|eta| {
            let tolerance = Fine::integer(2).powi(-ACCURACY) * eta.powi(order);
            let rate = Preconditioner::Scalar(eta.clone());
            let flow = end_of_flow(&|theta| field(&rate, theta), &self.point.theta, &time, &tolerance)?;
            let mut difference = path(&eta);
            add_multiple(&mut difference, &-Fine::one(), &flow);
            Ok(difference)
        })
    }

    /// The mean over the samples of `H g`.
    pub fn mean_force(&self) -> Vec<Fine> {
        let unit = Preconditioner::Scalar(Fine::one());
        self.average(|sample| Terms::new(&self.model(), &unit, &self.point.theta, sample).entropic)
    }

    /// The mean over the samples of their modified fields.
    pub fn field(&self, coefficients: &Coefficients<Fine>, rate: &Preconditioner<Fine>, theta: &[Fine]) -> Vec<Fine> {
        self.average(|sample| modified_field(&self.model(), rate, coefficients, theta, sample))
    }

    /// The field of `L + eta/4 |grad L|^2`, as if the epoch were steps of the full batch.
    pub fn full_batch(&self, rate: &Preconditioner<Fine>, theta: &[Fine]) -> Vec<Fine> {
        let model = self.model();
        let mut force = self.average(|sample| Model::<Fine>::gradient(&model, theta, sample));
        let direction = rate.apply(&force);
        let curved = self.average(|sample| hessian_vector(&model, theta, &direction, &sample.lift()));
        add_multiple(&mut force, &Fine::ratio(1, 2), &curved);
        rate.apply(&force).into_iter().map(|entry| -entry).collect()
    }

    /// The field of `L + gamma |theta|^2 + eta/4 E|g|^2` with the plain gradient `g`.
    pub fn decay_outside(&self, rate: &Preconditioner<Fine>, theta: &[Fine]) -> Vec<Fine> {
        let mut velocity = self.field(&Coefficients::plain(), rate, theta);
        let force = self.average(|sample| Terms::new(&*self.point.model, rate, theta, sample).entropic);
        add_multiple(&mut velocity, &Fine::ratio(-1, 2), &rate.apply(&force));
        velocity
    }
}

/// All orders of `0..len`.
fn permutations(len: usize) -> Vec<Vec<usize>> {
    let mut orders = vec![Vec::new()];
    for item in 0..len {
        let insert = |order: &Vec<usize>| {
            (0..=order.len()).map(|place| [&order[..place], &[item], &order[place..]].concat()).collect::<Vec<_>>()
        };
        orders = orders.iter().flat_map(insert).collect();
    }
    orders
}

#[cfg(test)]
mod tests {
    use super::permutations;

    #[test]
    fn there_are_n_factorial_orders_and_each_is_a_permutation() {
        for (len, count) in [(0, 1), (1, 1), (2, 2), (3, 6), (4, 24), (5, 120)] {
            let mut orders = permutations(len);
            assert_eq!(orders.len(), count);
            orders.sort();
            orders.dedup();
            assert_eq!(orders.len(), count);
            assert!(orders.iter().all(|order| {
                let mut sorted = order.clone();
                sorted.sort_unstable();
                sorted == (0..len).collect::<Vec<_>>()
            }));
        }
    }
}
