//! Numbers of the cyclotomic field `Q(zeta)`, `zeta = e^(2 pi i/N)`, by their coordinates over the rationals.

use crate::scalar::{Rational, Ring};
use num_traits::{One, Zero};
use std::ops::{Add, AddAssign, Mul, MulAssign, Neg, Sub, SubAssign};
use std::sync::OnceLock;

/// The largest order.
const LARGEST: usize = 64;

/// An element of `Q(zeta_N)`, `1 <= N <= 64`: `sum_k x_k zeta^k`, `k < phi(N)`.
///
/// These powers are a basis, as the cyclotomic polynomial, of degree `phi(N)`, is irreducible: two numbers are equal if and only if their coordinates
/// are, and a number is rational if and only if all but the first are 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cyclotomic<const N: usize>(Vec<Rational>);

/// The cyclotomic polynomial of an order, from its constant coefficient: `x^N - 1` divided by those of the proper divisors of `N`.
///
/// # Panics
/// If the order is 0 or above 64.
pub fn cyclotomic_polynomial(order: usize) -> &'static [i64] {
    static KNOWN: [OnceLock<Vec<i64>>; LARGEST + 1] = [const { OnceLock::new() }; LARGEST + 1];
    assert!((1..=LARGEST).contains(&order), "cyclotomic fields are those of the orders 1 to {LARGEST}");
    KNOWN[order].get_or_init(|| {
        let mut rest = vec![0; order + 1];
        (rest[0], rest[order]) = (-1, 1);
        for divisor in (1..order).filter(|divisor| order.is_multiple_of(*divisor)) {
            rest = quotient(rest, cyclotomic_polynomial(divisor));
        }
        rest
    })
}

/// Of a division that leaves nothing, by a polynomial whose leading coefficient is 1.
fn quotient(mut dividend: Vec<i64>, divisor: &[i64]) -> Vec<i64> {
    let degree = divisor.len() - 1;
    let mut quotient = vec![0; dividend.len() - degree];
    for place in (0..quotient.len()).rev() {
        let factor = dividend[place + degree];
        quotient[place] = factor;
        for (offset, coefficient) in divisor.iter().enumerate() {
            dividend[place + offset] -= factor * coefficient;
        }
    }
    quotient
}

impl<const N: usize> Cyclotomic<N> {
    /// From any number of coefficients of powers of `zeta`.
    fn reduced(mut coefficients: Vec<Rational>) -> Self {
        let modulus = cyclotomic_polynomial(N);
        let degree = modulus.len() - 1;
        while coefficients.len() > degree {
            let Some(factor) = coefficients.pop() else { break };
            let shift = coefficients.len() - degree;
            for (offset, coefficient) in modulus[..degree].iter().enumerate().filter(|_| !factor.is_zero()) {
                match coefficient {
                    0 => {}
                    coefficient => coefficients[shift + offset] -= Rational::from(&factor * *coefficient),
                }
            }
        }
        coefficients.resize(degree, Rational::new());
        Cyclotomic(coefficients)
    }

    /// `zeta^exponent`
    pub fn root(exponent: usize) -> Self {
        let mut coefficients = vec![Rational::new(); exponent % N + 1];
        coefficients[exponent % N] = Rational::from(1);
        Cyclotomic::reduced(coefficients)
    }

    /// `i`, which is a power of `zeta` where 4 divides `N`.
    ///
    /// # Panics
    /// Where it does not.
    pub fn imaginary() -> Self {
        assert!(N.is_multiple_of(4), "the field of order {N} is not known to have a square root of -1");
        Cyclotomic::root(N / 4)
    }

    /// The complex conjugate: `zeta` goes to its inverse.
    #[must_use]
    pub fn conjugate(&self) -> Self {
        let mut coefficients = vec![Rational::new(); N];
        for (power, coordinate) in self.0.iter().enumerate() {
            coefficients[(N - power) % N].clone_from(coordinate);
        }
        Cyclotomic::reduced(coefficients)
    }

    /// `z` times its conjugate.
    #[must_use]
    pub fn norm_squared(&self) -> Self {
        self.clone() * self.conjugate()
    }

    /// Times a rational number.
    #[must_use]
    pub fn scaled(mut self, factor: &Rational) -> Self {
        self.0.iter_mut().for_each(|coordinate| *coordinate *= factor);
        self
    }

    /// The coordinates in the powers of `zeta` below `phi(N)`.
    pub fn coordinates(&self) -> &[Rational] {
        &self.0
    }
}

impl<const N: usize> From<Rational> for Cyclotomic<N> {
    fn from(number: Rational) -> Self {
        Cyclotomic::reduced(vec![number])
    }
}

impl<const N: usize> AddAssign<&Cyclotomic<N>> for Cyclotomic<N> {
    fn add_assign(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(entry, other)| *entry += other);
    }
}

impl<const N: usize> SubAssign<&Cyclotomic<N>> for Cyclotomic<N> {
    fn sub_assign(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(entry, other)| *entry -= other);
    }
}

impl<const N: usize> MulAssign<&Cyclotomic<N>> for Cyclotomic<N> {
    fn mul_assign(&mut self, other: &Self) {
        let degree = self.0.len();
        let mut product = vec![Rational::new(); 2 * degree - 1];
        for (i, left) in self.0.iter().enumerate().filter(|(_, left)| !left.is_zero()) {
            for (j, right) in other.0.iter().enumerate().filter(|(_, right)| !right.is_zero()) {
                product[i + j] += Rational::from(left * right);
            }
        }
        *self = Cyclotomic::reduced(product);
    }
}

impl<const N: usize> Neg for Cyclotomic<N> {
    type Output = Self;
    fn neg(self) -> Self {
        Cyclotomic(self.0.into_iter().map(|coordinate| -coordinate).collect())
    }
}

/// The other forms of an operator.
macro_rules! forward {
    ($operator:ident, $method:ident, $assign:ident, $assign_method:ident) => {
        impl<const N: usize> $operator<&Cyclotomic<N>> for Cyclotomic<N> {
            type Output = Cyclotomic<N>;
            fn $method(mut self, other: &Cyclotomic<N>) -> Cyclotomic<N> {
                $assign::$assign_method(&mut self, other);
                self
            }
        }
        impl<const N: usize> $operator for Cyclotomic<N> {
            type Output = Cyclotomic<N>;
            fn $method(mut self, other: Cyclotomic<N>) -> Cyclotomic<N> {
                $assign::$assign_method(&mut self, &other);
                self
            }
        }
        impl<const N: usize> $assign for Cyclotomic<N> {
            fn $assign_method(&mut self, other: Cyclotomic<N>) {
                $assign::$assign_method(self, &other);
            }
        }
    };
}
forward!(Add, add, AddAssign, add_assign);
forward!(Sub, sub, SubAssign, sub_assign);
forward!(Mul, mul, MulAssign, mul_assign);

impl<const N: usize> Zero for Cyclotomic<N> {
    fn zero() -> Self {
        Cyclotomic::reduced(Vec::new())
    }
    fn is_zero(&self) -> bool {
        self.0.iter().all(Zero::is_zero)
    }
}

impl<const N: usize> One for Cyclotomic<N> {
    fn one() -> Self {
        Cyclotomic::from(Rational::from(1))
    }
}

impl<const N: usize> Ring for Cyclotomic<N> {
    fn integer(n: i64) -> Self {
        Cyclotomic::from(Rational::from(n))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Some number that is not in a smaller field.
    fn number<const N: usize>(seed: i64) -> Cyclotomic<N> {
        let coefficient =
            |power: i64| Rational::from(((7 * power + 5 * seed + power * power * seed) % 11 - 5, 3 + seed % 2));
        Cyclotomic::reduced((0..N as i64).map(coefficient).collect())
    }

    fn laws<const N: usize>() {
        type C<const N: usize> = Cyclotomic<N>;
        let (a, b, c) = (number::<N>(1), number::<N>(2), number::<N>(5));
        assert_eq!(a.clone() * &b, b.clone() * &a);
        assert_eq!((a.clone() * &b) * &c, a.clone() * (b.clone() * &c));
        assert_eq!(a.clone() * (b.clone() + &c), a.clone() * &b + a.clone() * &c);
        assert_eq!(a.clone() * C::one(), a);
        assert!((a.clone() - &a).is_zero() && (a.clone() + -a.clone()).is_zero());
        assert_eq!((a.clone() * &b).conjugate(), a.conjugate() * b.conjugate());
        assert_eq!(a.conjugate().conjugate(), a);
        assert_eq!(a.norm_squared().conjugate(), a.norm_squared());
        // zeta is a root of unity of this order and of no smaller one, and all of them sum to 0.
        let mut power = C::<N>::one();
        let mut sum = C::<N>::zero();
        for exponent in 0..N {
            assert_eq!(power, C::root(exponent));
            assert_eq!(power == C::one(), exponent == 0);
            assert_eq!(power.conjugate() * &power, C::one());
            sum += &power;
            power *= C::root(1);
        }
        assert_eq!(power, C::one());
        assert!(sum.is_zero() || N == 1);
    }

    #[test]
    fn the_laws_of_a_field_with_conjugation_hold() {
        laws::<1>();
        laws::<2>();
        laws::<3>();
        laws::<4>();
        laws::<5>();
        laws::<12>();
        laws::<20>();
        laws::<30>();
        laws::<40>();
        laws::<42>();
    }

    #[test]
    fn the_imaginary_unit_is_a_root_of_minus_one() {
        assert_eq!(Cyclotomic::<4>::imaginary().squared(), Cyclotomic::integer(-1));
        assert_eq!(Cyclotomic::<20>::imaginary().squared(), Cyclotomic::integer(-1));
        assert_eq!(Cyclotomic::<12>::imaginary().conjugate(), -Cyclotomic::<12>::imaginary());
    }

    #[test]
    fn known_polynomials_are_found() {
        assert_eq!(cyclotomic_polynomial(1), [-1, 1]);
        assert_eq!(cyclotomic_polynomial(6), [1, -1, 1]);
        assert_eq!(cyclotomic_polynomial(12), [1, 0, -1, 0, 1]);
        assert_eq!(cyclotomic_polynomial(30), [1, 1, 0, -1, -1, -1, 0, 1, 1]);
        // The degree is the number of residues that are units.
        for order in 1..=LARGEST {
            let coprime =
                (1..=order).filter(|&k| (2..=k).all(|p| !k.is_multiple_of(p) || !order.is_multiple_of(p))).count();
            assert_eq!(cyclotomic_polynomial(order).len() - 1, coprime, "order {order}");
        }
    }
}
