//! Losses of an output against a target.

use crate::scalar::{Field, Real};
use std::fmt;
use std::str::FromStr;

/// A loss over the scalar `T`.
pub trait OutputLoss<T: Field>: Send + Sync {
    /// The loss and its gradient in the output.
    fn value_and_gradient(&self, output: &[T], target: &[T]) -> (T, Vec<T>);
}

/// `sum_i (f_i - y_i)^2`: the sum over outputs, with no factor 1/2.
#[derive(Clone, Copy, Debug)]
pub struct SquaredError;

/// Any loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Loss {
    /// `sum_i (f_i - y_i)^2`
    SquaredError,
    /// `sum_i y_i (ln sum_j exp(f_j) - f_i)` for a probability vector `y`
    CrossEntropy,
    /// `sum_i ln(1 + exp(f_i)) - y_i f_i` for `y_i` in [0, 1]
    Logistic,
}

impl Loss {
    /// Every loss with its name.
    pub const ALL: [(&'static str, Loss); 3] =
        [("squared-error", Loss::SquaredError), ("cross-entropy", Loss::CrossEntropy), ("logistic", Loss::Logistic)];
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, _) = Self::ALL.iter().find(|(_, loss)| loss == self).expect("every loss is listed");
        f.pad(name)
    }
}

impl FromStr for Loss {
    type Err = String;
    fn from_str(name: &str) -> Result<Self, String> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, loss)| *loss).ok_or_else(|| {
            let names: Vec<_> = Self::ALL.iter().map(|(known, _)| *known).collect();
            format!("unknown loss `{name}`: expected one of {}", names.join(", "))
        })
    }
}

impl<T: Field> OutputLoss<T> for SquaredError {
    fn value_and_gradient(&self, output: &[T], target: &[T]) -> (T, Vec<T>) {
        let mut value = T::zero();
        let gradient = output
            .iter()
            .zip(target)
            .map(|(prediction, label)| {
                let residual = prediction.clone() - label;
                value += residual.squared();
                T::integer(2) * residual
            })
            .collect();
        (value, gradient)
    }
}

impl<T: Real> OutputLoss<T> for Loss {
    fn value_and_gradient(&self, output: &[T], target: &[T]) -> (T, Vec<T>) {
        match self {
            Loss::SquaredError => SquaredError.value_and_gradient(output, target),
            Loss::CrossEntropy => cross_entropy(output, target),
            Loss::Logistic => {
                let mut value = T::zero();
                let gradient = output
                    .iter()
                    .zip(target)
                    .map(|(logit, label)| {
                        value += logit.softplus();
                        value -= T::product(label, logit);
                        logit.sigmoid() - label
                    })
                    .collect();
                (value, gradient)
            }
        }
    }
}

/// Softmax cross-entropy; the shift that keeps the exponentials in range is a constant under differentiation.
fn cross_entropy<T: Real>(logits: &[T], target: &[T]) -> (T, Vec<T>) {
    let shift = logits.iter().map(T::detach).reduce(|a, b| a.maximum(&b)).unwrap_or_else(T::zero);
    let exponentials: Vec<T> = logits.iter().map(|logit| (logit.clone() - &shift).exp()).collect();
    let mut partition = T::zero();
    for exponential in &exponentials {
        partition += exponential;
    }
    let log_partition = partition.ln() + &shift;
    let mut mass = T::zero();
    let mut value = T::zero();
    let mut scratch = T::zero();
    for (logit, label) in logits.iter().zip(target) {
        mass += label;
        value.add_product(label, &(log_partition.clone() - logit), &mut scratch);
    }
    let gradient = exponentials
        .into_iter()
        .zip(target)
        .map(|(exponential, label)| T::product(&mass, &exponential) / &partition - label)
        .collect();
    (value, gradient)
}
