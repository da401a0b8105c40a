//! The numbers of a problem, for reports.

use super::problem::Problem;
use super::weights::made_stationary;
use crate::data::DataSet;
use crate::entropic::Preconditioner;
use crate::scalar::Rational;
use crate::verify::{Class, Drawn, Numbers};

impl Drawn for Problem {
    fn class(&self) -> Class {
        self.class
    }
    fn is_algebraic(&self) -> bool {
        self.network.is_algebraic()
    }
    fn describe(&self) -> String {
        let samples = self.data.len();
        let degeneracy = if self.degeneracy.is_empty() { String::new() } else { format!(", {}", self.degeneracy) };
        format!("{}, {samples} sample{}{degeneracy}", self.network, if samples == 1 { "" } else { "s" })
    }
    /// The point as it is judged: made stationary where its class says so.
    fn numbers(&self) -> Vec<Numbers> {
        let made = if self.class == Class::Stationary { made_stationary(self).ok() } else { None };
        numbers(&self.theta, &made.as_ref().unwrap_or(self).data, &self.preconditioner, &self.weight_decay)
    }
}

/// Parameters, samples, weights of the mean, learning rates and decay, for a verbose report.
pub(super) fn numbers(
    theta: &[Rational],
    data: &DataSet<Rational>,
    preconditioner: &Preconditioner<Rational>,
    weight_decay: &Rational,
) -> Vec<Numbers> {
    let mut numbers = vec![Numbers::new("theta", theta.to_vec())];
    for (place, sample) in data.samples().iter().enumerate() {
        numbers.push(Numbers::new(format!("sample {place}, input"), sample.input.clone()));
        numbers.push(Numbers::new(format!("sample {place}, target"), sample.target.clone()));
    }
    let signed = data.weights().iter().any(|weight| weight.cmp0().is_lt());
    let weights = if signed { "weights of the mean (signed: no probabilities)" } else { "weights of the mean" };
    numbers.push(Numbers::new(weights, data.weights().to_vec()));
    numbers.push(match preconditioner {
        Preconditioner::Scalar(rate) => Numbers::new("eta", [rate.clone()]),
        Preconditioner::Diagonal(rates) => Numbers::new("diagonal of Lambda", rates.to_vec()),
        Preconditioner::Full(rates) => Numbers::new("Lambda, row by row", rates.transpose().iter().cloned()),
    });
    numbers.push(Numbers::new("gamma", [weight_decay.clone()]));
    numbers
}
