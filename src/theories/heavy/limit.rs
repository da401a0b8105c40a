//! The limit law of levels at high temperature, `beta = 2 c/n`, by its moments.

use crate::scalar::Rational;
use crate::verify::{Class, Drawn, Numbers};

/// The parameters of a limit law.
pub(super) struct Law {
    pub(super) a: Rational,
    pub(super) c: Rational,
    /// A number of levels at which it is compared.
    pub(super) levels: usize,
}

impl Drawn for Law {
    fn class(&self) -> Class {
        Class::Awkward
    }
    fn is_algebraic(&self) -> bool {
        true
    }
    fn describe(&self) -> String {
        format!("a = {}, c = {}", self.a, self.c)
    }
    fn numbers(&self) -> Vec<Numbers> {
        vec![Numbers::new("a", [self.a.clone()]), Numbers::new("c", [self.c.clone()])]
    }
}

/// `sum_q x_q x_(k-q)`, from `q = first` on.
pub(super) fn convolution(x: &[Rational], k: usize, first: usize) -> Rational {
    (first..=k).map(|q| Rational::from(&x[q] * &x[k - q])).sum()
}

/// `m_0, ..., m_last` by `m_(k+1) = (a + k + 1) m_k + c sum_q m_q m_(k-q)`.
pub(super) fn moments(a: &Rational, c: &Rational, last: usize) -> Vec<Rational> {
    let mut m = vec![Rational::from(1)];
    for k in 0..last {
        let next = Rational::from(a + (k as u64 + 1)) * &m[k] + convolution(&m, k, 0) * c;
        m.push(next);
    }
    m
}

/// The same from Stieltjes's fraction `1/(1 - (a+1+c) z/(1 - (1+c) z/(1 - (a+2+c) z/(1 - (2+c) z/...))))`: sums over the paths of Dyck, a step down
/// from height `j` with the weight of the `j`-th coefficient.
pub(super) fn fraction(a: &Rational, c: &Rational, last: usize) -> Vec<Rational> {
    let coefficient = |height: usize| {
        let level = Rational::from(c + height.div_ceil(2) as u64);
        if height % 2 == 1 { level + a } else { level }
    };
    let mut at = vec![Rational::new(); last + 2];
    at[0] = Rational::from(1);
    let mut m = vec![at[0].clone()];
    for step in 1..=2 * last {
        at = (0..at.len())
            .map(|height| {
                let up = if height > 0 { at[height - 1].clone() } else { Rational::new() };
                match at.get(height + 1) {
                    Some(above) => up + Rational::from(above * &coefficient(height + 1)),
                    None => up,
                }
            })
            .collect();
        if step % 2 == 0 {
            m.push(at[0].clone());
        }
    }
    m
}
