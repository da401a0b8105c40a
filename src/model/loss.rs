//! Losses of an output against a target.

use super::dense::set_multiple;
use crate::scalar::{Field, Real};
use std::fmt;
use std::str::FromStr;

/// A loss over the scalar `T`.
pub trait OutputLoss<T: Field>: Send + Sync {
    /// The loss; overwrites `gradient` with its gradient in the output.
    fn evaluate(&self, output: &[T], target: &[T], gradient: &mut [T]) -> T;

    /// Overwrites `product` with the loss's Hessian in the output times `tangent`.
    fn curve(&self, output: &[T], target: &[T], tangent: &[T], product: &mut [T]);

    /// The loss and its gradient in the output, newly allocated.
    fn value_and_gradient(&self, output: &[T], target: &[T]) -> (T, Vec<T>) {
        let mut gradient = vec![T::zero(); output.len()];
        let value = self.evaluate(output, target, &mut gradient);
        (value, gradient)
    }
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
    fn evaluate(&self, output: &[T], target: &[T], gradient: &mut [T]) -> T {
        let mut value = T::zero();
        let two = T::integer(2);
        for (i, slope) in gradient.iter_mut().enumerate() {
            slope.assign(&output[i]);
            *slope -= &target[i];
            value += slope.squared();
            *slope *= &two;
        }
        value
    }

    fn curve(&self, _output: &[T], _target: &[T], tangent: &[T], product: &mut [T]) {
        set_multiple(product, &T::integer(2), tangent);
    }
}

impl<T: Real> OutputLoss<T> for Loss {
    fn evaluate(&self, output: &[T], target: &[T], gradient: &mut [T]) -> T {
        match self {
            Loss::SquaredError => SquaredError.evaluate(output, target, gradient),
            Loss::CrossEntropy => cross_entropy(output, target, gradient),
            Loss::Logistic => {
                let mut value = T::zero();
                for (slope, (logit, label)) in gradient.iter_mut().zip(output.iter().zip(target)) {
                    if let (Some(pluses), Some(sigmoids)) = (logit.softpluses(), logit.sigmoids()) {
                        let other = T::one() - label;
                        value += T::product(label, &pluses.1) + T::product(&other, &pluses.0);
                        *slope = other * &sigmoids.0 - T::product(label, &sigmoids.1);
                        continue;
                    }
                    // softplus(f) - y f and s(f) - y would cancel where the prediction is right and sure.
                    let (other, opposite) = (T::one() - label, -logit.clone());
                    value += T::product(label, &opposite.softplus()) + T::product(&other, &logit.softplus());
                    *slope = T::product(&other, &logit.sigmoid()) - T::product(label, &opposite.sigmoid());
                }
                value
            }
        }
    }

    fn curve(&self, output: &[T], target: &[T], tangent: &[T], product: &mut [T]) {
        match self {
            Loss::SquaredError => SquaredError.curve(output, target, tangent, product),
            Loss::CrossEntropy => curve_cross_entropy(output, target, tangent, product),
            Loss::Logistic => {
                for (entry, (logit, tangent)) in product.iter_mut().zip(output.iter().zip(tangent)) {
                    let (above, below) =
                        logit.sigmoids().unwrap_or_else(|| (logit.sigmoid(), (-logit.clone()).sigmoid()));
                    *entry = above * &below * tangent;
                }
            }
        }
    }
}

/// The largest logit, held constant under differentiation, and the exponentials of the differences to it.
fn exponentials<T: Real>(logits: &[T]) -> (T, Vec<T>) {
    let shift = logits.iter().map(T::detach).reduce(|a, b| a.maximum(&b)).unwrap_or_else(T::zero);
    let exponentials = logits.iter().map(|logit| (logit.clone() - &shift).exp()).collect();
    (shift, exponentials)
}

/// The Hessian of softmax cross-entropy times `t`, entry by entry `(sum_j y_j) p_i sum_j p_j (t_i - t_j)`: differences come before products, so that
/// nothing cancels where one probability is almost 1.
fn curve_cross_entropy<T: Real>(logits: &[T], target: &[T], tangent: &[T], product: &mut [T]) {
    let (_, exponentials) = exponentials(logits);
    let sum = |numbers: &[T]| numbers.iter().fold(T::zero(), |sum, number| sum + number);
    let partition = sum(&exponentials);
    let factor = sum(target) / partition.squared();
    let mut scratch = T::zero();
    for (index, entry) in product.iter_mut().enumerate() {
        let mut mean = T::zero();
        for (exponential, other) in exponentials.iter().zip(tangent) {
            mean.add_product(exponential, &(tangent[index].clone() - other), &mut scratch);
        }
        *entry = mean * &exponentials[index] * &factor;
    }
}

/// Softmax cross-entropy from the differences to the largest logit, without cancellation for non-negative targets: a unit vector's loss
/// and gradient are right to a few units in the last place for each class, however sure the prediction. The largest logit is a
/// constant under differentiation.
fn cross_entropy<T: Real>(logits: &[T], target: &[T], gradient: &mut [T]) -> T {
    let (shift, exponentials) = exponentials(logits);
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
    for (index, entry) in gradient.iter_mut().enumerate() {
        entry.set_product(&other_labels[index], &exponentials[index]);
        entry.sub_product(&target[index], &other_exponentials[index], &mut scratch);
        *entry /= &partition;
    }
    value
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
