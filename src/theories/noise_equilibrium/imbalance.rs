//! The imbalance `Q = w_i^2/k_i - w_j^2/k_j` of two factors of a product, and its contraction `h = eta^2 k_i k_j (G P / (w_i w_j))^2` in a step.

use super::derivative::{mean, step};
use super::product::Instance;
use crate::model::Carrier;

/// The formula of `h`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Factor {
    Exact,
    /// With `P` in place of `P / (w_i w_j)`.
    AllFactors,
    /// With `eta |G|` in place of `eta^2 G^2`.
    FirstPower,
    /// That the imbalance shrinks whatever `h` is.
    NeverExpands,
}

/// A step: along which sample or batch, its end, and the slope `G` there.
pub(super) struct Step<T> {
    pub(super) along: String,
    pub(super) end: Vec<T>,
    pub(super) slope: T,
}

/// An instance in a scalar.
pub(super) struct At<'a, T> {
    pub(super) factor: Factor,
    /// Whether the charges are `w_i^2 / k_i`, and not `w_i^2`.
    pub(super) divided_by_powers: bool,
    pub(super) instance: &'a Instance,
    pub(super) theta: Vec<T>,
    pub(super) samples: Vec<[T; 2]>,
    pub(super) learning_rate: T,
    pub(super) kept: T,
}

impl<T: Carrier> At<'_, T> {
    /// `w_i^2 / k_i - w_j^2 / k_j`
    pub(super) fn imbalance(&self, theta: &[T], [i, j]: [usize; 2]) -> T {
        let charge = |i: usize| {
            let power = if self.divided_by_powers { self.instance.powers[i] } else { 1 };
            theta[i].squared() * T::ratio(1, i64::from(power))
        };
        charge(i) - charge(j)
    }

    /// `k_i k_j (P / (w_i w_j))^2`
    pub(super) fn coupling(&self, theta: &[T], [i, j]: [usize; 2]) -> T {
        let powers = T::integer(i64::from(self.instance.powers[i] * self.instance.powers[j]));
        let without: &[usize] = if self.factor == Factor::AllFactors { &[] } else { &[i, j] };
        self.instance.product(theta, without).squared() * powers
    }

    /// `h` for the slope of a step.
    pub(super) fn contraction(&self, theta: &[T], slope: &T, pair: [usize; 2]) -> T {
        let displacement = T::product(&self.learning_rate, slope);
        let size = if self.factor == Factor::FirstPower { displacement.absolute() } else { displacement.squared() };
        self.coupling(theta, pair) * size
    }

    pub(super) fn step(&self, theta: &[T], gradient: &[T]) -> Vec<T> {
        step(theta, gradient, &self.learning_rate, &self.kept)
    }

    /// One step for each sample, and one for their batch.
    pub(super) fn steps(&self) -> Vec<Step<T>> {
        let gradients: Vec<_> = self.samples.iter().map(|sample| self.instance.gradient(&self.theta, sample)).collect();
        let slopes = self.slopes();
        let of_sample = |(number, (gradient, slope)): (usize, (&Vec<T>, &T))| Step {
            along: format!("sample {number}"),
            end: self.step(&self.theta, gradient),
            slope: slope.clone(),
        };
        let mut steps: Vec<_> = gradients.iter().zip(&slopes).enumerate().map(of_sample).collect();
        let weight = T::ratio(1, slopes.len() as i64);
        steps.push(Step {
            along: "the batch of all samples".to_owned(),
            end: self.step(&self.theta, &mean(&gradients)),
            slope: slopes.into_iter().fold(T::zero(), |sum, slope| sum + slope) * weight,
        });
        steps
    }

    fn slopes(&self) -> Vec<T> {
        self.samples.iter().map(|sample| self.instance.slope(&self.theta, sample)).collect()
    }
}
