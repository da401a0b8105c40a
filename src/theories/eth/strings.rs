//! Sums of few Pauli strings on many qubits: chains of spins, and nested commutators with them.

use crate::exact::groups::pauli;
use crate::scalar::Rational;
use crate::verify::{Class, Drawn, Numbers};
use std::collections::BTreeMap;

/// `sum_P c_P P` on some qubits, by the string's index.
#[derive(Clone)]
pub(super) struct Sum {
    pub(super) qubits: usize,
    pub(super) terms: BTreeMap<usize, Rational>,
}

impl Sum {
    pub(super) fn new(qubits: usize, terms: impl IntoIterator<Item = (usize, Rational)>) -> Self {
        let mut sum = Sum { qubits, terms: BTreeMap::new() };
        for (string, coefficient) in terms {
            *sum.terms.entry(string).or_default() += coefficient;
        }
        sum
    }

    /// `-i (A B - B A)`
    pub(super) fn commutator(&self, other: &Sum) -> Sum {
        let mut terms = Vec::new();
        for (&a, of_a) in &self.terms {
            for (&b, of_b) in &other.terms {
                if let Some((c, sign)) = pauli::commutator(self.qubits, a, b) {
                    terms.push((c, Rational::from(of_a * of_b) * (2 * sign)));
                }
            }
        }
        Sum::new(self.qubits, terms)
    }

    /// `tr A^2/d`
    pub(super) fn mean_square(&self) -> Rational {
        self.terms.values().map(|coefficient| coefficient.clone().square()).sum()
    }

    /// `tr |ad_H^k A|^2/d` with `H` this sum.
    pub(super) fn moment(&self, observable: &Sum, k: usize) -> Rational {
        (0..k).fold(observable.clone(), |nested, _| self.commutator(&nested)).mean_square()
    }
}

/// `sum_i J_i Z_i Z_{i+1} + g_i X_i + h_i Z_i`, open, or all pairs `X_i X_j` in place of the bonds.
pub(super) struct Chain {
    /// `J_i`, one for each bond
    pub(super) bonds: Vec<Rational>,
    /// `g_i`
    pub(super) transverse: Vec<Rational>,
    /// `h_i`
    pub(super) longitudinal: Vec<Rational>,
    /// Where the observable sits.
    pub(super) site: usize,
    /// Whether all pairs interact, by `X_i X_j`.
    pub(super) all_to_all: bool,
}

impl Chain {
    /// The Hamiltonian on the first `qubits` sites.
    pub(super) fn hamiltonian(&self, qubits: usize) -> Sum {
        let z = |site| pauli::z(qubits, site);
        let mut terms = Vec::new();
        for site in 0..qubits {
            terms.push((pauli::x(site), self.transverse[site].clone()));
            terms.push((z(site), self.longitudinal[site].clone()));
            if self.all_to_all {
                terms.extend((0..site).map(|other| (pauli::x(site) | pauli::x(other), Rational::from(1))));
            } else if site > 0 {
                terms.push((z(site - 1) | z(site), self.bonds[site - 1].clone()));
            }
        }
        Sum::new(qubits, terms)
    }

    pub(super) fn sites(&self) -> usize {
        self.transverse.len()
    }
}

impl Drawn for Chain {
    fn class(&self) -> Class {
        Class::Awkward
    }
    fn is_algebraic(&self) -> bool {
        true
    }
    fn describe(&self) -> String {
        format!("a chain of {} spins, the observable at site {}", self.sites(), self.site + 1)
    }
    fn numbers(&self) -> Vec<Numbers> {
        vec![
            Numbers::new("J", self.bonds.clone()),
            Numbers::new("g", self.transverse.clone()),
            Numbers::new("h", self.longitudinal.clone()),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// J, g, h = 1, 9/10, 1/2: known moments of `Z_j`, of an inner site and of an end.
    #[test]
    fn the_moments_of_a_chain_are_those_computed_elsewhere() {
        let chain = |sites: usize| Chain {
            bonds: vec![Rational::from(1); sites - 1],
            transverse: vec![Rational::from((9, 10)); sites],
            longitudinal: vec![Rational::from((1, 2)); sites],
            site: 0,
            all_to_all: false,
        };
        let moment = |sites: usize, site: usize, k: usize| {
            let observable = Sum::new(sites, [(pauli::z(sites, site), Rational::from(1))]);
            chain(sites).hamiltonian(sites).moment(&observable, k)
        };
        for sites in 2..=6 {
            assert_eq!(moment(sites, 0, 1), Rational::from((81, 25)));
            assert_eq!(moment(sites, 0, 2), Rational::from((266_976, 10_000)));
        }
        assert_eq!(moment(3, 1, 2), Rational::from((396_576, 10_000)));
        assert_eq!(moment(5, 2, 2), Rational::from((396_576, 10_000)));
        assert!((moment(4, 1, 3).to_f64() - 880.43).abs() < 0.01);
        assert!((moment(3, 0, 3).to_f64() - 313.82).abs() < 0.01);
    }
}
