//! Polynomials in several variables with rational coefficients.

use crate::scalar::{Field, Rational, forward_operators};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::{AddAssign, MulAssign, Neg, SubAssign};

/// A polynomial, by its monomials.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Polynomial {
    /// The coefficients, none of them 0, by the powers of the variables, without zeros at the end.
    terms: BTreeMap<Vec<u32>, Rational>,
}

impl Polynomial {
    /// The constant polynomial.
    pub fn constant(value: impl Into<Rational>) -> Self {
        Polynomial::monomial(&[], value)
    }

    /// The variable of this number, from 0.
    pub fn variable(number: usize) -> Self {
        let mut powers = vec![0; number];
        powers.push(1);
        Polynomial::monomial(&powers, 1)
    }

    /// A coefficient times the variables to these powers.
    pub fn monomial(powers: &[u32], coefficient: impl Into<Rational>) -> Self {
        let mut polynomial = Polynomial::default();
        polynomial.include(powers, coefficient.into());
        polynomial
    }

    /// Whether it is 0.
    pub fn is_zero(&self) -> bool {
        self.terms.is_empty()
    }

    /// The polynomial times a number.
    pub fn scaled(&self, factor: &Rational) -> Self {
        self.clone() * Polynomial::constant(factor.clone())
    }

    /// The partial derivative.
    pub fn derivative(&self, variable: usize) -> Self {
        let mut derivative = Polynomial::default();
        for (powers, coefficient) in &self.terms {
            if let Some(&power) = powers.get(variable).filter(|power| **power > 0) {
                let mut powers = powers.clone();
                powers[variable] -= 1;
                derivative.include(&powers, Rational::from(coefficient * power));
            }
        }
        derivative
    }

    /// The gradient in the first `variables` variables.
    pub fn gradient(&self, variables: usize) -> Vec<Self> {
        (0..variables).map(|variable| self.derivative(variable)).collect()
    }

    /// The value at a point.
    ///
    /// # Panics
    /// If a variable occurs that the point does not give.
    pub fn value<T: Field>(&self, point: &[T]) -> T {
        let mut sum = T::zero();
        for (powers, coefficient) in &self.terms {
            let mut product = T::from_rational(coefficient);
            for (variable, &power) in powers.iter().enumerate() {
                for _ in 0..power {
                    product *= &point[variable];
                }
            }
            sum += product;
        }
        sum
    }

    /// The coefficients of several polynomials, for each of the same monomials in the same order: of all that occur in any, and at least one.
    pub fn coordinates(polynomials: &[&Polynomial]) -> Vec<Vec<Rational>> {
        let mut monomials: BTreeSet<&[u32]> =
            polynomials.iter().flat_map(|p| p.terms.keys().map(Vec::as_slice)).collect();
        monomials.insert(&[]);
        let coordinate =
            |polynomial: &Polynomial, powers: &[u32]| polynomial.terms.get(powers).cloned().unwrap_or_default();
        polynomials.iter().map(|p| monomials.iter().map(|powers| coordinate(p, powers)).collect()).collect()
    }

    /// The powers of the variables, without zeros at the end, and the coefficients.
    pub fn terms(&self) -> impl Iterator<Item = (&[u32], &Rational)> {
        self.terms.iter().map(|(powers, coefficient)| (powers.as_slice(), coefficient))
    }

    /// The mean over independent variables: `moment` gives of a variable the mean of a power, which is asked for once.
    pub fn mean(&self, mut moment: impl FnMut(usize, u32) -> Rational) -> Rational {
        let mut known: BTreeMap<(usize, u32), Rational> = BTreeMap::new();
        let mut mean = Rational::new();
        for (powers, coefficient) in &self.terms {
            let mut term = coefficient.clone();
            for (variable, &power) in powers.iter().enumerate().filter(|(_, power)| **power > 0) {
                term *= &*known.entry((variable, power)).or_insert_with(|| moment(variable, power));
            }
            mean += term;
        }
        mean
    }

    fn include(&mut self, powers: &[u32], coefficient: Rational) {
        let length = powers.iter().rposition(|&power| power > 0).map_or(0, |last| last + 1);
        let powers = &powers[..length];
        let entry = self.terms.entry(powers.to_vec()).or_default();
        *entry += coefficient;
        if *entry == 0 {
            self.terms.remove(powers);
        }
    }
}

/// The powers of a product of monomials.
fn both(a: &[u32], b: &[u32]) -> Vec<u32> {
    let power = |list: &[u32], variable: usize| list.get(variable).copied().unwrap_or(0);
    (0..a.len().max(b.len())).map(|variable| power(a, variable) + power(b, variable)).collect()
}

impl AddAssign<&Polynomial> for Polynomial {
    fn add_assign(&mut self, other: &Polynomial) {
        for (powers, coefficient) in &other.terms {
            self.include(powers, coefficient.clone());
        }
    }
}
impl SubAssign<&Polynomial> for Polynomial {
    fn sub_assign(&mut self, other: &Polynomial) {
        for (powers, coefficient) in &other.terms {
            self.include(powers, Rational::from(-coefficient));
        }
    }
}
impl MulAssign<&Polynomial> for Polynomial {
    fn mul_assign(&mut self, other: &Polynomial) {
        let mut product = Polynomial::default();
        for (mine, a) in &self.terms {
            for (others, b) in &other.terms {
                product.include(&both(mine, others), Rational::from(a * b));
            }
        }
        *self = product;
    }
}
forward_operators!(ring {} Polynomial);

impl Neg for Polynomial {
    type Output = Polynomial;
    fn neg(self) -> Polynomial {
        Polynomial::default() - self
    }
}

impl std::iter::Sum for Polynomial {
    fn sum<I: Iterator<Item = Polynomial>>(polynomials: I) -> Polynomial {
        polynomials.fold(Polynomial::default(), |sum, polynomial| sum + polynomial)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scalar::Dual;
    use crate::verify::Stream;

    fn draw(stream: &mut Stream) -> Polynomial {
        (0..4)
            .map(|_| {
                let powers: Vec<u32> = (0..3).map(|_| stream.below(3) as u32).collect();
                Polynomial::monomial(&powers, stream.small())
            })
            .sum()
    }

    /// Values are a second route: those of a sum and of a product are sums and products of values.
    #[test]
    fn evaluation_is_a_homomorphism() {
        let mut stream = Stream::new(&["homomorphism"], 0, 0);
        for _ in 0..50 {
            let [a, b] = [(); 2].map(|()| draw(&mut stream));
            let point: Vec<Rational> = (0..3).map(|_| stream.small()).collect();
            let [at_a, at_b] = [&a, &b].map(|polynomial| polynomial.value(&point));
            assert_eq!((a.clone() + &b).value(&point), Rational::from(&at_a + &at_b));
            assert_eq!((a.clone() - &b).value(&point), Rational::from(&at_a - &at_b));
            assert_eq!((a.clone() * &b).value(&point), Rational::from(&at_a * &at_b));
            assert_eq!(a.clone() * &b, b.clone() * &a);
            assert!((a.clone() - &a).is_zero());
        }
    }

    #[test]
    fn the_mean_at_a_point_is_the_value_there() {
        let mut stream = Stream::new(&["mean"], 0, 0);
        for _ in 0..20 {
            let polynomial = draw(&mut stream);
            let point: Vec<Rational> = (0..3).map(|_| stream.small()).collect();
            let power = |variable: usize, power: u32| (0..power).map(|_| &point[variable]).product::<Rational>();
            assert_eq!(polynomial.mean(power), polynomial.value(&point));
        }
    }

    #[test]
    fn the_derivative_is_that_of_dual_numbers() {
        let mut stream = Stream::new(&["derivative"], 0, 0);
        for variable in [0, 1, 2].repeat(10) {
            let polynomial = draw(&mut stream);
            let mut point: Vec<Dual<Rational>> = (0..3).map(|_| Dual::constant(stream.small())).collect();
            let at: Vec<Rational> = point.iter().map(|entry| entry.value.clone()).collect();
            point[variable].tangent = Rational::from(1);
            assert_eq!(polynomial.derivative(variable).value(&at), polynomial.value(&point).tangent);
        }
    }

    #[test]
    fn coordinates_are_of_the_same_monomials() {
        let (x, y) = (Polynomial::variable(0), Polynomial::variable(1));
        let both = Polynomial::coordinates(&[&(x.clone() + &y), &(y - x)]);
        assert_eq!(both[0].len(), 3);
        assert_eq!(both[0].iter().zip(&both[1]).filter(|(a, b)| a != b).count(), 1);
        assert_eq!(Polynomial::coordinates(&[&Polynomial::default()]), [[0]]);
    }
}
