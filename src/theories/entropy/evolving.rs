//! A state and an observable under a Hamiltonian that is diagonal: energies `E_a`, and the pairs of states by their gap `E_a - E_b`.

use super::measurement::{Matrix, parts};
use crate::scalar::Rational;
use crate::verify::{Class, Drawn, Numbers};
use std::collections::BTreeMap;

/// Energies, a state and an observable.
pub(super) struct Evolving {
    pub(super) energies: Vec<i64>,
    pub(super) rho: Matrix,
    pub(super) observable: Matrix,
    /// The operator norm of the observable, where it is known.
    pub(super) norm: Option<Rational>,
}

impl Evolving {
    /// Whether no two pairs of states have one gap.
    pub(super) fn has_distinct_gaps(&self) -> bool {
        self.gaps().iter().all(|(gap, pairs)| *gap == 0 || pairs.len() == 1)
    }

    /// The pairs `(a, b)`, by their gap.
    pub(super) fn gaps(&self) -> BTreeMap<i64, Vec<(usize, usize)>> {
        let mut gaps: BTreeMap<i64, Vec<(usize, usize)>> = BTreeMap::new();
        for (a, first) in self.energies.iter().enumerate() {
            for (b, second) in self.energies.iter().enumerate() {
                gaps.entry(first - second).or_default().push((a, b));
            }
        }
        gaps
    }
}

impl Drawn for Evolving {
    fn class(&self) -> Class {
        Class::Awkward
    }
    fn is_algebraic(&self) -> bool {
        true
    }
    fn describe(&self) -> String {
        format!("energies {:?}", self.energies)
    }
    fn numbers(&self) -> Vec<Numbers> {
        vec![
            Numbers::new("rho, real and imaginary parts row by row", parts(&self.rho)),
            Numbers::new("O, real and imaginary parts row by row", parts(&self.observable)),
        ]
    }
}
