//! Master equations `p' = Q p`, whose columns sum to 0, with a law and a step; and those whose rows sum to 0 too.

use super::masses;
use crate::scalar::Rational;
use crate::verify::{Class, Drawn, Numbers, Stream};
use nalgebra::DMatrix;
use num_traits::Zero;

/// A master equation with a law and a step.
pub(super) struct Instance {
    pub(super) rates: DMatrix<Rational>,
    pub(super) law: Vec<Rational>,
    pub(super) step: Rational,
    pub(super) algebraic: bool,
}

impl Instance {
    pub(super) fn states(&self) -> usize {
        self.law.len()
    }

    /// `Q p`
    pub(super) fn velocity(&self) -> Vec<Rational> {
        apply(&self.rates, &self.law)
    }

    /// The pairs of different states.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (usize, usize)> {
        let states = self.states();
        (0..states).flat_map(move |i| (0..states).filter(move |j| i != *j).map(move |j| (i, j)))
    }
}

pub(super) fn apply(rates: &DMatrix<Rational>, law: &[Rational]) -> Vec<Rational> {
    let entry = |i| law.iter().enumerate().map(|(j, mass)| Rational::from(&rates[(i, j)] * mass)).sum();
    (0..law.len()).map(entry).collect()
}

impl Drawn for Instance {
    fn class(&self) -> Class {
        Class::Awkward
    }
    fn is_algebraic(&self) -> bool {
        self.algebraic
    }
    fn describe(&self) -> String {
        format!("a master equation of {} states", self.states())
    }
    fn numbers(&self) -> Vec<Numbers> {
        vec![
            Numbers::new("Q, row by row", self.rates.transpose().iter().cloned()),
            Numbers::new("p", self.law.iter().cloned()),
            Numbers::new("h", [self.step.clone()]),
        ]
    }
}

/// A sum of permutations less the identity, with positive weights: rows and columns sum to 0. At the law it moves something.
pub(super) fn balanced(stream: &mut Stream, algebraic: bool) -> Instance {
    loop {
        let states = 2 + stream.below(3);
        let mut rates = DMatrix::from_element(states, states, Rational::new());
        for _ in 0..3 {
            let weight = stream.positive();
            for (from, to) in stream.permutation(states).into_iter().enumerate() {
                rates[(to, from)] += &weight;
                rates[(from, from)] -= &weight;
            }
        }
        let fastest = (0..states).map(|i| Rational::from(-&rates[(i, i)])).max().unwrap_or_default();
        let law = masses(stream, states);
        if fastest == 0 || apply(&rates, &law).iter().all(Zero::is_zero) {
            continue;
        }
        let step = Rational::from((stream.integer(1, 15), 16)) / fastest;
        return Instance { rates, law, step, algebraic };
    }
}
