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
                        // softplus(f) - y f and s(f) - y would cancel where the prediction is right and sure.
                        let (other, opposite) = (T::one() - label, -logit.clone());
                        value += T::product(label, &opposite.softplus()) + T::product(&other, &logit.softplus());
                        T::product(&other, &logit.sigmoid()) - T::product(label, &opposite.sigmoid())
                    })
                    .collect();
                (value, gradient)
            }
        }
    }
}

/// Softmax cross-entropy from the differences to the largest logit, without cancellation for non-negative targets: a unit vector's loss
/// and gradient are right to a few units in the last place for each class, however sure the prediction. The largest logit is a
/// constant under differentiation.
fn cross_entropy<T: Real>(logits: &[T], target: &[T]) -> (T, Vec<T>) {
    let shift = logits.iter().map(T::detach).reduce(|a, b| a.maximum(&b)).unwrap_or_else(T::zero);
    let exponentials: Vec<T> = logits.iter().map(|logit| (logit.clone() - &shift).exp()).collect();
    // The largest exponential, which is 1, and the sum of the others. In a tie both selections take the same side.
    let mut largest = T::zero();
    let mut others = T::zero();
    for exponential in &exponentials {
        others += exponential.minimum(&largest);
        largest = largest.maximum(exponential);
    }
    let log_partition = ((largest - T::one()) + &others).ln_1p();
    let mut value = T::zero();
    let mut scratch = T::zero();
    for (logit, label) in logits.iter().zip(target) {
        value.add_product(label, &(shift.clone() - logit + &log_partition), &mut scratch);
    }
    let (other_exponentials, other_labels) = (sums_of_others(&exponentials), sums_of_others(target));
    let partition = exponentials.iter().fold(T::zero(), |sum, exponential| sum + exponential);
    // p_i sum_j y_j - y_i, as p_i times the other labels less y_i times the other probabilities.
    let gradient = (0..logits.len())
        .map(|index| {
            let mut entry = T::product(&other_labels[index], &exponentials[index]);
            entry.sub_product(&target[index], &other_exponentials[index], &mut scratch);
            entry / &partition
        })
        .collect();
    (value, gradient)
}

/// For each entry the sum of all others, without subtracting it from the whole.
fn sums_of_others<T: Field>(values: &[T]) -> Vec<T> {
    let mut sums = Vec::with_capacity(values.len());
    let mut before = T::zero();
    for value in values {
        sums.push(before.clone());
        before += value;
    }
    let mut after = T::zero();
    for (sum, value) in sums.iter_mut().zip(values).rev() {
        *sum += &after;
        after += value;
    }
    sums
}
