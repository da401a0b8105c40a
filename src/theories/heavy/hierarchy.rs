//! The loop equations with further factors: moments of `n` levels at `beta = 2 c/n`, as polynomials in `1/n`.

use crate::scalar::Rational;
use std::collections::BTreeMap;

/// With `u_k = p_k/n` and `h = 1/n`, for any product `U` of `u_(k_j)`:
///
/// ```text
/// E u_(k+1) U = (a + (k+1) (1 - c h)) E u_k U + c sum_(q=0)^k E u_q u_(k-q) U + h sum_j k_j E u_(k+k_j) U/u_(k_j)
/// ```
///
/// and the total degree falls by 1 from left to right.
pub(super) struct Hierarchy {
    a: Rational,
    c: Rational,
    known: BTreeMap<Vec<usize>, Vec<Rational>>,
}

impl Hierarchy {
    /// Of these parameters.
    pub(super) fn new(a: &Rational, c: &Rational) -> Self {
        Hierarchy { a: a.clone(), c: c.clone(), known: BTreeMap::new() }
    }

    /// The coefficients in `h` of `E prod_j u_(k_j)`.
    pub(super) fn mean(&mut self, mut powers: Vec<usize>) -> Vec<Rational> {
        powers.retain(|power| *power > 0);
        powers.sort_unstable();
        if let Some(known) = self.known.get(&powers) {
            return known.clone();
        }
        let mut others = powers.clone();
        let Some(largest) = others.pop() else { return vec![Rational::from(1)] };
        let with = |factors: &[usize]| [&others[..], factors].concat();
        let k = largest - 1;
        let mut sum = Vec::new();
        let lower = self.mean(with(&[k]));
        add(&mut sum, 0, &Rational::from(&self.a + largest as u64), &lower);
        add(&mut sum, 1, &(-Rational::from(&self.c * largest as u64)), &lower);
        for q in 0..=k {
            let pair = self.mean(with(&[q, k - q]));
            let c = self.c.clone();
            add(&mut sum, 0, &c, &pair);
        }
        for place in 0..others.len() {
            let mut rest = others.clone();
            let power = rest.remove(place);
            rest.push(k + power);
            let merged = self.mean(rest);
            add(&mut sum, 1, &Rational::from(power as u64), &merged);
        }
        self.known.insert(powers, sum.clone());
        sum
    }

    /// The limit of `E prod_j u_(k_j)` for `n -> infinity`.
    pub(super) fn limit(&mut self, powers: Vec<usize>) -> Rational {
        self.mean(powers).first().cloned().unwrap_or_default()
    }

    /// `E u_k` for `n` levels.
    pub(super) fn at(&mut self, k: usize, levels: usize) -> Rational {
        let h = Rational::from((1, levels as u64));
        self.mean(vec![k]).iter().rev().fold(Rational::new(), |value, coefficient| value * &h + coefficient)
    }
}

/// `sum += factor h^shift polynomial`
fn add(sum: &mut Vec<Rational>, shift: usize, factor: &Rational, polynomial: &[Rational]) {
    if sum.len() < polynomial.len() + shift {
        sum.resize(polynomial.len() + shift, Rational::new());
    }
    for (entry, coefficient) in sum[shift..].iter_mut().zip(polynomial) {
        *entry += Rational::from(factor * coefficient);
    }
}
