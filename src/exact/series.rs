//! Truncated power series `a_0 + a_1 h + ... + a_{N-1} h^{N-1} + O(h^N)` over a field.
//!
//! They are a ring in which whatever has the constant term other than 0 has an inverse, so that a formula written once for every [`Field`] gives its own
//! Taylor coefficients: a step of an integrator, run on series, is the integrator's expansion in the step size.

use crate::scalar::{Field, Rational, Ring, forward_operators};
use num_traits::{One, Zero};
use std::array::from_fn;
use std::ops::{AddAssign, DivAssign, MulAssign, Neg, SubAssign};

/// A power series up to `h^(N-1)`; what is beyond is unknown, and ignored alike by all operations.
#[derive(Clone, Debug, PartialEq)]
pub struct Series<T, const N: usize> {
    /// `a_0, ..., a_{N-1}`
    pub coefficients: [T; N],
}

impl<T: Field, const N: usize> Series<T, N> {
    /// The series `value`, without a power of `h`.
    pub fn constant(value: T) -> Self {
        let mut series = Self::zero();
        series.coefficients[0] = value;
        series
    }

    /// The series `h`.
    pub fn variable() -> Self {
        Self::one().shifted()
    }

    /// `h a`
    pub fn shifted(&self) -> Self {
        let shift = |k: usize| if k == 0 { T::zero() } else { self.coefficients[k - 1].clone() };
        Series { coefficients: from_fn(shift) }
    }

    /// The integral from 0 to `h`.
    pub fn integral(&self) -> Self {
        let mut integral = self.shifted();
        for (k, entry) in integral.coefficients.iter_mut().enumerate().skip(2) {
            *entry /= T::integer(k as i64);
        }
        integral
    }

    /// `a(-h)`
    pub fn reflected(&self) -> Self {
        let sign = |k: usize| {
            let entry = self.coefficients[k].clone();
            if k.is_multiple_of(2) { entry } else { -entry }
        };
        Series { coefficients: from_fn(sign) }
    }

    /// The logarithm of a series with the constant term 1, by `a (ln a)' = a'`.
    ///
    /// # Panics
    /// If the constant term is another.
    pub fn ln(&self) -> Self {
        let a = &self.coefficients;
        assert!(a[0] == T::one(), "the logarithm is that of a series with the constant term 1");
        let mut logarithm = Self::zero();
        for k in 1..N {
            let mut sum = T::product(&T::integer(k as i64), &a[k]);
            for j in 1..k {
                sum -= T::product(&T::integer(j as i64), &logarithm.coefficients[j]) * &a[k - j];
            }
            logarithm.coefficients[k] = sum / T::integer(k as i64);
        }
        logarithm
    }
}

impl<T: Field, const N: usize> AddAssign<&Series<T, N>> for Series<T, N> {
    fn add_assign(&mut self, other: &Self) {
        self.coefficients.iter_mut().zip(&other.coefficients).for_each(|(a, b)| *a += b);
    }
}
impl<T: Field, const N: usize> SubAssign<&Series<T, N>> for Series<T, N> {
    fn sub_assign(&mut self, other: &Self) {
        self.coefficients.iter_mut().zip(&other.coefficients).for_each(|(a, b)| *a -= b);
    }
}
impl<T: Field, const N: usize> MulAssign<&Series<T, N>> for Series<T, N> {
    fn mul_assign(&mut self, other: &Self) {
        let mut scratch = T::zero();
        // From the highest power down: each needs the lower ones as they were.
        for k in (0..N).rev() {
            let mut sum = T::zero();
            for j in 0..=k {
                if !self.coefficients[j].is_zero() && !other.coefficients[k - j].is_zero() {
                    sum.add_product(&self.coefficients[j], &other.coefficients[k - j], &mut scratch);
                }
            }
            self.coefficients[k] = sum;
        }
    }
}
impl<T: Field, const N: usize> DivAssign<&Series<T, N>> for Series<T, N> {
    /// `q = a / b` from `a_k = sum_j q_j b_{k-j}`. The constant term of `b` must not be 0.
    fn div_assign(&mut self, other: &Self) {
        let mut scratch = T::zero();
        for k in 0..N {
            let (known, rest) = self.coefficients.split_at_mut(k);
            for (j, entry) in known.iter().enumerate() {
                rest[0].sub_product(entry, &other.coefficients[k - j], &mut scratch);
            }
            rest[0] /= &other.coefficients[0];
        }
    }
}
forward_operators!({T: Field, const N: usize} Series<T, N>);

impl<T: Field, const N: usize> Neg for Series<T, N> {
    type Output = Self;
    fn neg(self) -> Self {
        Series { coefficients: self.coefficients.map(Neg::neg) }
    }
}
impl<T: Field, const N: usize> Zero for Series<T, N> {
    fn zero() -> Self {
        Series { coefficients: from_fn(|_| T::zero()) }
    }
    fn is_zero(&self) -> bool {
        self.coefficients.iter().all(Zero::is_zero)
    }
}
impl<T: Field, const N: usize> One for Series<T, N> {
    fn one() -> Self {
        Self::constant(T::one())
    }
}
impl<T: Field, const N: usize> Ring for Series<T, N> {
    fn integer(n: i64) -> Self {
        Self::constant(T::integer(n))
    }
}
impl<T: Field, const N: usize> Field for Series<T, N> {
    fn from_rational(value: &Rational) -> Self {
        Self::constant(T::from_rational(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::Stream;

    type Six = Series<Rational, 6>;

    fn draw(stream: &mut Stream) -> Six {
        Series { coefficients: from_fn(|_| stream.small()) }
    }

    #[test]
    fn series_are_a_commutative_ring() {
        let mut stream = Stream::new(&["ring"], 0, 0);
        for _ in 0..50 {
            let [a, b, c] = [(); 3].map(|()| draw(&mut stream));
            assert_eq!(a.clone() + &b, b.clone() + &a);
            assert_eq!(a.clone() * &b, b.clone() * &a);
            assert_eq!((a.clone() * &b) * &c, a.clone() * (b.clone() * &c));
            assert_eq!(a.clone() * (b.clone() + &c), a.clone() * &b + a.clone() * &c);
            assert_eq!(a.clone() - &a, Six::zero());
            assert_eq!(a.clone() * Six::one(), a);
            assert_eq!(-a.clone() + &a, Six::zero());
        }
    }

    #[test]
    fn division_undoes_multiplication() {
        let mut stream = Stream::new(&["division"], 0, 0);
        for _ in 0..50 {
            let [a, b] = [(); 2].map(|()| draw(&mut stream));
            assert_eq!(a.clone() * &b / &b, a);
            assert_eq!(a.clone() / &b * &b, a);
        }
        let geometric = Six::one() / (Six::one() - Six::variable());
        assert_eq!(geometric.coefficients, [1, 1, 1, 1, 1, 1]);
    }

    /// `h h^(N-1)` is beyond what is known.
    #[test]
    fn powers_beyond_the_last_are_dropped() {
        assert!(Six::variable().powi(6).is_zero());
        assert_eq!(Six::variable().powi(5).coefficients[5], 1);
    }

    #[test]
    fn reflection_is_an_automorphism_and_its_own_inverse() {
        let mut stream = Stream::new(&["reflection"], 0, 0);
        let [a, b] = [(); 2].map(|()| draw(&mut stream));
        assert_eq!((a.clone() * &b).reflected(), a.reflected() * b.reflected());
        assert_eq!(a.reflected().reflected(), a);
    }

    #[test]
    fn the_logarithm_turns_products_into_sums_and_is_the_integral_of_the_inverse() {
        let mut stream = Stream::new(&["logarithm"], 0, 0);
        let mut unit = || {
            let mut series = draw(&mut stream);
            series.coefficients[0] = Rational::from(1);
            series
        };
        let [a, b] = [(); 2].map(|()| unit());
        assert_eq!((a.clone() * &b).ln(), a.ln() + b.ln());
        let inverse = Six::one() / (Six::one() + Six::variable());
        assert_eq!((Six::one() + Six::variable()).ln(), inverse.integral());
    }

    #[test]
    #[should_panic(expected = "constant term 1")]
    fn there_is_no_logarithm_without_the_constant_term_one() {
        let _ = Six::integer(2).ln();
    }
}
