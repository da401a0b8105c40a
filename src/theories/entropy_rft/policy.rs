//! Softmax policies with rational probabilities.

use crate::exact::{Logarithms, Series};
use crate::scalar::{Field, Rational, Real};
use crate::verify::{Class, Drawn, Numbers, Stream};
use num_traits::{One, Zero};

/// A policy with a direction in the logits.
pub(super) struct Policy {
    /// `p`, all positive.
    pub(super) p: Vec<Rational>,
    /// `v`, or the advantages.
    pub(super) v: Vec<Rational>,
}

/// Probabilities proportional to integers from 1 to 16.
pub(super) fn probabilities(stream: &mut Stream, tokens: usize) -> Vec<Rational> {
    normalised((0..tokens).map(|_| Rational::from(stream.integer(1, 16))).collect())
}

pub(super) fn normalised(weights: Vec<Rational>) -> Vec<Rational> {
    let sum: Rational = weights.iter().sum();
    weights.into_iter().map(|weight| weight / &sum).collect()
}

/// `-sum_i p_i ln p_i`
pub(super) fn entropy(p: &[Rational]) -> Logarithms {
    p.iter().map(|p| Logarithms::multiple(&Rational::from(-p), p)).sum()
}

/// `E_p f`
pub(super) fn mean(p: &[Rational], f: &[Rational]) -> Rational {
    p.iter().zip(f).map(|(p, f)| Rational::from(p * f)).sum()
}

/// `Cov_p(ln p, f)`
pub(super) fn covariance(p: &[Rational], f: &[Rational]) -> Logarithms {
    let centre = mean(p, f);
    p.iter().zip(f).map(|(p, f)| Logarithms::multiple(&(Rational::from(f - &centre) * p), p)).sum()
}

/// `S_k = p_k (H + ln p_k)` for every `k`.
pub(super) fn discriminators(p: &[Rational]) -> Vec<Logarithms> {
    let whole = entropy(p);
    p.iter().map(|p| (whole.clone() + Logarithms::of(p)).scaled(p)).collect()
}

/// The coefficients of `eps` and `eps^2` of the entropy of the policy with the logits `ln p + eps v`, by power series.
pub(super) fn entropy_series(p: &[Rational], v: &[Rational]) -> [Logarithms; 2] {
    type Second = Series<Rational, 3>;
    let eps = Second::variable();
    let weights: Vec<Second> = p
        .iter()
        .zip(v)
        .map(|(p, v)| {
            let first = eps.clone() * Second::from_rational(v);
            (Second::one() + &first + first.clone() * &first / Second::from_rational(&Rational::from(2)))
                * Second::from_rational(p)
        })
        .collect();
    let sum = weights.iter().fold(Second::zero(), |sum, weight| sum + weight);
    let mut coefficients = [Logarithms::default(), Logarithms::default()];
    for ((weight, p), v) in weights.into_iter().zip(p).zip(v) {
        let chance = weight / &sum;
        // ln of it: ln p + eps v - ln sum
        let rest = chance.clone() * (eps.clone() * Second::from_rational(v) - sum.ln());
        for (power, coefficient) in coefficients.iter_mut().enumerate() {
            *coefficient -= &Logarithms::multiple(&chance.coefficients[power + 1], p);
            *coefficient -= &Logarithms::rational(&rest.coefficients[power + 1]);
        }
    }
    coefficients
}

/// The probabilities with the logits `ln p + v`.
pub(super) fn shifted<T: Real>(p: &[T], v: &[T]) -> Vec<T> {
    let weights: Vec<T> = p.iter().zip(v).map(|(p, v)| v.exp() * p).collect();
    let mut sum = T::zero();
    weights.iter().for_each(|weight| sum += weight);
    weights.into_iter().map(|weight| weight / &sum).collect()
}

/// The entropy in a scalar.
pub(super) fn entropy_of<T: Real>(p: &[T]) -> T {
    let mut sum = T::zero();
    for p in p {
        sum -= p.ln() * p;
    }
    sum
}

pub(super) fn carried<T: Field>(numbers: &[Rational]) -> Vec<T> {
    numbers.iter().map(T::from_rational).collect()
}

impl Drawn for Policy {
    fn class(&self) -> Class {
        Class::Awkward
    }
    fn is_algebraic(&self) -> bool {
        true
    }
    fn describe(&self) -> String {
        format!("a policy over {} tokens", self.p.len())
    }
    fn numbers(&self) -> Vec<Numbers> {
        vec![Numbers::new("p", self.p.clone()), Numbers::new("v", self.v.clone())]
    }
}
