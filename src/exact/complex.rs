//! Complex numbers over any field of the tower, and their matrices: over the rationals, Gaussian rationals, in which unitary matrices are exact.

use crate::linalg::LinalgError;
use crate::linalg::exact::{self, ExactField};
use crate::linalg::products::product;
use crate::scalar::{Field, Rational, Ring, forward_operators};
use nalgebra::DMatrix;
use num_traits::{One, Zero};
use std::ops::{AddAssign, DivAssign, MulAssign, Neg, SubAssign};

/// `re + i im`.
#[derive(Clone, Debug, PartialEq)]
pub struct Complex<T> {
    /// The real part.
    pub re: T,
    /// The imaginary part.
    pub im: T,
}

/// A complex number with rational parts.
pub type Gaussian = Complex<Rational>;

impl<T: Field> Complex<T> {
    /// `re + i im`.
    pub fn new(re: T, im: T) -> Self {
        Complex { re, im }
    }

    /// A real number.
    pub fn real(re: T) -> Self {
        Complex { re, im: T::zero() }
    }

    /// The imaginary unit.
    pub fn i() -> Self {
        Complex { re: T::zero(), im: T::one() }
    }

    /// `re - i im`.
    pub fn conjugate(&self) -> Self {
        Complex { re: self.re.clone(), im: -self.im.clone() }
    }

    /// `re^2 + im^2`.
    pub fn squared_modulus(&self) -> T {
        self.re.squared() + self.im.squared()
    }
}

impl<T: Field> AddAssign<&Complex<T>> for Complex<T> {
    fn add_assign(&mut self, other: &Self) {
        self.re += &other.re;
        self.im += &other.im;
    }
}
impl<T: Field> SubAssign<&Complex<T>> for Complex<T> {
    fn sub_assign(&mut self, other: &Self) {
        self.re -= &other.re;
        self.im -= &other.im;
    }
}
impl<T: Field> MulAssign<&Complex<T>> for Complex<T> {
    fn mul_assign(&mut self, other: &Self) {
        let re = T::product(&self.re, &other.re) - T::product(&self.im, &other.im);
        self.im *= &other.re;
        self.im += T::product(&self.re, &other.im);
        self.re = re;
    }
}
impl<T: Field> DivAssign<&Complex<T>> for Complex<T> {
    fn div_assign(&mut self, other: &Self) {
        let square = other.squared_modulus();
        *self *= &other.conjugate();
        self.re /= &square;
        self.im /= &square;
    }
}
forward_operators!({T: Field} Complex<T>);

impl<T: Field> Neg for Complex<T> {
    type Output = Self;
    fn neg(self) -> Self {
        Complex { re: -self.re, im: -self.im }
    }
}
impl<T: Field> Zero for Complex<T> {
    fn zero() -> Self {
        Self::real(T::zero())
    }
    fn is_zero(&self) -> bool {
        self.re.is_zero() && self.im.is_zero()
    }
}
impl<T: Field> One for Complex<T> {
    fn one() -> Self {
        Self::real(T::one())
    }
}
impl<T: Field> Ring for Complex<T> {
    fn integer(n: i64) -> Self {
        Self::real(T::integer(n))
    }
}
impl<T: Field> Field for Complex<T> {
    fn from_rational(value: &Rational) -> Self {
        Self::real(T::from_rational(value))
    }
    fn drawn(value: &Rational) -> Self {
        Self::real(T::drawn(value))
    }
}

impl ExactField for Gaussian {
    fn size(&self) -> u64 {
        self.re.size() + self.im.size()
    }
}

/// The conjugate transpose `A^+`.
pub fn adjoint<T: Field>(a: &DMatrix<Complex<T>>) -> DMatrix<Complex<T>> {
    DMatrix::from_fn(a.ncols(), a.nrows(), |i, j| a[(j, i)].conjugate())
}

/// `U A U^+`.
///
/// # Panics
/// If the sizes do not match.
pub fn conjugated<T: Field>(u: &DMatrix<Complex<T>>, a: &DMatrix<Complex<T>>) -> DMatrix<Complex<T>> {
    product(&product(u, a), &adjoint(u))
}

/// `A B - B A`.
///
/// # Panics
/// If the sizes do not match.
pub fn commutator<T: Field>(a: &DMatrix<Complex<T>>, b: &DMatrix<Complex<T>>) -> DMatrix<Complex<T>> {
    let (mut there, back) = (product(a, b), product(b, a));
    there.as_mut_slice().iter_mut().zip(back.as_slice()).for_each(|(entry, other)| *entry -= other);
    there
}

/// `tr A`.
///
/// # Panics
/// If the matrix is not square.
pub fn trace<T: Field>(a: &DMatrix<Complex<T>>) -> Complex<T> {
    assert_eq!(a.nrows(), a.ncols(), "the trace is one of a square matrix");
    (0..a.nrows()).fold(Complex::zero(), |sum, i| sum + &a[(i, i)])
}

/// `tr A B`, without the product.
///
/// # Panics
/// If the sizes do not match.
pub fn trace_of_product<T: Field>(a: &DMatrix<Complex<T>>, b: &DMatrix<Complex<T>>) -> Complex<T> {
    assert_eq!((a.nrows(), a.ncols()), (b.ncols(), b.nrows()), "tr A B needs a square product");
    let (mut sum, mut scratch) = (Complex::zero(), Complex::zero());
    for i in 0..a.nrows() {
        for j in 0..a.ncols() {
            sum.add_product(&a[(i, j)], &b[(j, i)], &mut scratch);
        }
    }
    sum
}

/// `|A|_F^2`, the sum of the squared moduli of the entries.
pub fn squared_norm<T: Field>(a: &DMatrix<Complex<T>>) -> T {
    a.iter().fold(T::zero(), |sum, entry| sum + entry.squared_modulus())
}

/// Cayley's unitary matrix `(1 - K)(1 + K)^-1` of an anti-Hermitian `K`: `1 + K` is invertible, since the eigenvalues of `K` are imaginary.
///
/// # Errors
/// [`LinalgError`] if `1 + K` is singular, which for an anti-Hermitian matrix it is not.
///
/// # Panics
/// If the matrix is not square.
pub fn cayley(k: &DMatrix<Gaussian>) -> Result<DMatrix<Gaussian>, LinalgError> {
    let size = k.nrows();
    let one_and = |sign: i64| {
        DMatrix::from_fn(size, size, |i, j| {
            Gaussian::integer(i64::from(i == j)) + Gaussian::product(&Gaussian::integer(sign), &k[(i, j)])
        })
    };
    // The two factors commute.
    exact::inverse(&one_and(1)).map(|inverse| product(&inverse, &one_and(-1)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::Stream;

    fn number(stream: &mut Stream) -> Gaussian {
        Gaussian::new(stream.small(), stream.small())
    }

    fn matrix(stream: &mut Stream, size: usize) -> DMatrix<Gaussian> {
        DMatrix::from_fn(size, size, |_, _| number(stream))
    }

    fn anti_hermitian(stream: &mut Stream, size: usize) -> DMatrix<Gaussian> {
        let g = matrix(stream, size);
        DMatrix::from_fn(size, size, |i, j| g[(i, j)].clone() - g[(j, i)].conjugate())
    }

    fn identity(size: usize) -> DMatrix<Gaussian> {
        DMatrix::from_fn(size, size, |i, j| Gaussian::integer(i64::from(i == j)))
    }

    #[test]
    fn complex_numbers_are_a_field_with_a_conjugation() {
        let mut stream = Stream::new(&["complex"], 0, 0);
        assert_eq!(Gaussian::i().squared(), Gaussian::integer(-1));
        for _ in 0..32 {
            let (a, b, c) = (number(&mut stream), number(&mut stream), number(&mut stream));
            assert_eq!(Gaussian::product(&a, &b), Gaussian::product(&b, &a));
            assert_eq!((a.clone() * &b) * &c, a.clone() * (b.clone() * &c));
            assert_eq!((a.clone() + &b) * &c, a.clone() * &c + b.clone() * &c);
            assert_eq!((a.clone() / &b) * &b, a);
            assert_eq!((a.clone() * &b).conjugate(), a.conjugate() * b.conjugate());
            assert_eq!((a.clone() * &b).squared_modulus(), a.squared_modulus() * b.squared_modulus());
            assert_eq!(a.clone() * a.conjugate(), Gaussian::real(a.squared_modulus()));
            assert_eq!(a.powi(-3) * a.powi(3), Gaussian::one());
            assert!((a.clone() - &a).is_zero() && (a.clone() + -a).is_zero());
        }
    }

    #[test]
    fn the_adjoint_reverses_products_and_the_trace_is_cyclic() {
        let mut stream = Stream::new(&["adjoint"], 0, 0);
        let (a, b) = (matrix(&mut stream, 3), matrix(&mut stream, 3));
        assert_eq!(adjoint(&product(&a, &b)), product(&adjoint(&b), &adjoint(&a)));
        assert_eq!(trace(&product(&a, &b)), trace(&product(&b, &a)));
        assert_eq!(trace_of_product(&a, &b), trace(&product(&a, &b)));
        assert!(trace(&commutator(&a, &b)).is_zero());
        assert_eq!(trace_of_product(&a, &adjoint(&a)), Gaussian::real(squared_norm(&a)));
    }

    #[test]
    fn the_cayley_transform_of_an_anti_hermitian_matrix_is_unitary() {
        let mut stream = Stream::new(&["cayley"], 0, 0);
        for size in 1..=4 {
            let u = cayley(&anti_hermitian(&mut stream, size)).expect("1 + K is invertible");
            assert_eq!(product(&u, &adjoint(&u)), identity(size));
            assert_eq!(product(&adjoint(&u), &u), identity(size));
            let a = matrix(&mut stream, size);
            assert_eq!(squared_norm(&conjugated(&u, &a)), squared_norm(&a));
            assert_eq!(trace(&conjugated(&u, &a)), trace(&a));
        }
        assert_eq!(cayley(&DMatrix::repeat(3, 3, Gaussian::zero())), Ok(identity(3)));
    }
}
