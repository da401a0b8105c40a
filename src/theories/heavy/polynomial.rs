//! Polynomials in several variables, and their means over independent ones.

use crate::scalar::Rational;
use std::collections::BTreeMap;

/// A polynomial: of every monomial, by its exponents, the coefficient, which is not 0.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Polynomial {
    variables: usize,
    terms: BTreeMap<Vec<u32>, Rational>,
}

impl Polynomial {
    /// A number.
    pub(super) fn constant(variables: usize, value: i64) -> Self {
        let mut constant = Polynomial { variables, terms: BTreeMap::new() };
        constant.add_term(vec![0; variables], &Rational::from(value));
        constant
    }

    /// A variable.
    pub(super) fn variable(variables: usize, place: usize) -> Self {
        let mut exponents = vec![0; variables];
        exponents[place] = 1;
        Polynomial { variables, terms: BTreeMap::from([(exponents, Rational::from(1))]) }
    }

    fn add_term(&mut self, exponents: Vec<u32>, coefficient: &Rational) {
        let entry = self.terms.entry(exponents).or_default();
        *entry += coefficient;
        if *entry == 0 {
            self.terms.retain(|_, coefficient| *coefficient != 0);
        }
    }

    /// `self + factor other`
    pub(super) fn plus(&self, factor: i64, other: &Self) -> Self {
        let mut sum = self.clone();
        for (exponents, coefficient) in &other.terms {
            sum.add_term(exponents.clone(), &Rational::from(coefficient * factor));
        }
        sum
    }

    /// `self other`
    pub(super) fn times(&self, other: &Self) -> Self {
        let mut terms: BTreeMap<Vec<u32>, Rational> = BTreeMap::new();
        for (left, coefficient) in &self.terms {
            for (right, factor) in &other.terms {
                let exponents = left.iter().zip(right).map(|(left, right)| left + right).collect();
                *terms.entry(exponents).or_default() += Rational::from(coefficient * factor);
            }
        }
        terms.retain(|_, coefficient| *coefficient != 0);
        Polynomial { variables: self.variables, terms }
    }

    /// The mean over independent variables, of each of which the mean of a power is given.
    pub(super) fn mean(&self, mut moment: impl FnMut(usize, u32) -> Rational) -> Rational {
        let degree = self.terms.keys().flatten().copied().max().unwrap_or(0);
        let known: Vec<Vec<Rational>> =
            (0..self.variables).map(|place| (0..=degree).map(|power| moment(place, power)).collect()).collect();
        let mut mean = Rational::new();
        for (exponents, coefficient) in &self.terms {
            let mut term = coefficient.clone();
            for (known, &power) in known.iter().zip(exponents).filter(|(_, power)| **power > 0) {
                term *= &known[power as usize];
            }
            mean += term;
        }
        mean
    }

    /// Exponents and coefficients.
    pub(super) fn terms(&self) -> impl Iterator<Item = (&Vec<u32>, &Rational)> {
        self.terms.iter()
    }
}

/// The traces of the powers `0..=last` of a square matrix, given by rows.
pub(super) fn power_traces(matrix: &[Vec<Polynomial>], last: usize) -> Vec<Polynomial> {
    let size = matrix.len();
    let variables = matrix[0][0].variables;
    let mut power: Vec<Vec<Polynomial>> = (0..size)
        .map(|row| (0..size).map(|column| Polynomial::constant(variables, i64::from(row == column))).collect())
        .collect();
    let zero = || Polynomial::constant(variables, 0);
    let mut traces = Vec::new();
    for exponent in 0..=last {
        traces.push((0..size).fold(zero(), |sum, place| sum.plus(1, &power[place][place])));
        if exponent < last {
            let entry = |row: usize, column: usize| {
                (0..size).fold(zero(), |sum, inner| sum.plus(1, &power[row][inner].times(&matrix[inner][column])))
            };
            power = (0..size).map(|row| (0..size).map(|column| entry(row, column)).collect()).collect();
        }
    }
    traces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(seed: i64) -> Polynomial {
        let [x, y] = [0, 1].map(|place| Polynomial::variable(2, place));
        x.times(&x).plus(seed, &y).plus(-3, &x.times(&y)).plus(1, &Polynomial::constant(2, seed))
    }

    #[test]
    fn polynomials_are_a_commutative_ring() {
        let (a, b, c) = (drawn(1), drawn(-2), drawn(5));
        assert_eq!(a.times(&b), b.times(&a));
        assert_eq!(a.times(&b).times(&c), a.times(&b.times(&c)));
        assert_eq!(a.times(&b.plus(1, &c)), a.times(&b).plus(1, &a.times(&c)));
        assert_eq!(a.plus(-1, &a), Polynomial::constant(2, 0));
    }

    #[test]
    fn the_mean_at_a_point_is_the_value_there() {
        let at = [3_i64, -2];
        let value = |p: &Polynomial| p.mean(|place, power| Rational::from(at[place].pow(power)));
        let (a, b) = (drawn(1), drawn(4));
        assert_eq!(value(&a), Rational::from(9 - 2 + 18 + 1));
        assert_eq!(value(&a.times(&b)), value(&a) * value(&b));
    }
}
