//! Multivariate polynomials with rational coefficients, differentiated term by term.

use rug::Rational;
use rug::ops::Pow;
use std::collections::BTreeMap;

/// A polynomial: exponents of the variables, and their coefficient.
#[derive(Clone, Debug, PartialEq)]
pub struct Polynomial {
    variables: usize,
    terms: BTreeMap<Vec<u32>, Rational>,
}

impl Polynomial {
    /// A constant.
    pub fn constant(variables: usize, value: Rational) -> Self {
        Polynomial { variables, terms: BTreeMap::from([(vec![0; variables], value)]) }
    }

    /// The variable of that number.
    pub fn variable(variables: usize, number: usize) -> Self {
        let mut exponents = vec![0; variables];
        exponents[number] = 1;
        Polynomial { variables, terms: BTreeMap::from([(exponents, Rational::from(1))]) }
    }

    /// The sum.
    pub fn plus(&self, other: &Self) -> Self {
        let mut sum = self.clone();
        for (exponents, coefficient) in &other.terms {
            *sum.terms.entry(exponents.clone()).or_default() += coefficient;
        }
        sum.without_zeros()
    }

    /// The product.
    pub fn times(&self, other: &Self) -> Self {
        let mut product = Polynomial { variables: self.variables, terms: BTreeMap::new() };
        for (a, p) in &self.terms {
            for (b, q) in &other.terms {
                let exponents = a.iter().zip(b).map(|(x, y)| x + y).collect();
                *product.terms.entry(exponents).or_default() += Rational::from(p * q);
            }
        }
        product.without_zeros()
    }

    /// The multiple.
    pub fn scaled(&self, factor: &Rational) -> Self {
        self.times(&Self::constant(self.variables, factor.clone()))
    }

    /// The partial derivative: `x^n` becomes `n x^(n-1)`.
    pub fn derivative(&self, variable: usize) -> Self {
        let mut derivative = Polynomial { variables: self.variables, terms: BTreeMap::new() };
        for (exponents, coefficient) in self.terms.iter().filter(|(exponents, _)| exponents[variable] > 0) {
            let mut lowered = exponents.clone();
            lowered[variable] -= 1;
            derivative.terms.insert(lowered, Rational::from(coefficient * exponents[variable]));
        }
        derivative
    }

    /// The value at a point.
    pub fn at(&self, point: &[Rational]) -> Rational {
        let mut sum = Rational::new();
        for (exponents, coefficient) in &self.terms {
            let mut term = coefficient.clone();
            for (x, &exponent) in point.iter().zip(exponents) {
                if exponent > 0 {
                    term *= Rational::from(x.pow(exponent));
                }
            }
            sum += term;
        }
        sum
    }

    /// The degree in one variable.
    pub fn degree(&self, variable: usize) -> u32 {
        self.terms.keys().map(|exponents| exponents[variable]).max().unwrap_or(0)
    }

    fn without_zeros(mut self) -> Self {
        self.terms.retain(|_, coefficient| !coefficient.is_zero());
        self
    }
}
