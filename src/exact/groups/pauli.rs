//! Pauli strings on `n` qubits, and operators as their sums.
//!
//! The string of the bits `x` and `z` is `P = i^{x.z} X^x Z^z`, Hermitian, with the index `x + 2^n z`; so `Y = i X Z`, and the identity has the
//! index 0. `tr P Q` is `d = 2^n` for `P = Q` and 0 otherwise.

use crate::exact::Gaussian;
use crate::scalar::{Rational, Ring};
use nalgebra::DMatrix;
use num_traits::Zero;

/// The bits `x` and `z` of a string.
fn bits(qubits: usize, string: usize) -> (usize, usize) {
    (string & ((1 << qubits) - 1), string >> qubits)
}

/// `a b = i^k c`: the string `c`, and `k` modulo 4.
pub fn product(qubits: usize, a: usize, b: usize) -> (usize, u32) {
    let ((ax, az), (bx, bz)) = (bits(qubits, a), bits(qubits, b));
    let c = a ^ b;
    let (cx, cz) = bits(qubits, c);
    // Z^z X^x = (-1)^{z.x} X^x Z^z, and each string has its own power of i.
    let power = (ax & az).count_ones() + (bx & bz).count_ones() + 2 * (az & bx).count_ones();
    (c, (power + 3 * (cx & cz).count_ones()) % 4)
}

/// Whether `a b = b a`.
pub fn commute(qubits: usize, a: usize, b: usize) -> bool {
    let ((ax, az), (bx, bz)) = (bits(qubits, a), bits(qubits, b));
    ((ax & bz).count_ones() + (az & bx).count_ones()).is_multiple_of(2)
}

/// `-i (a b - b a) = 2 sign c` for strings that do not commute.
pub fn commutator(qubits: usize, a: usize, b: usize) -> Option<(usize, i64)> {
    if commute(qubits, a, b) {
        return None;
    }
    // The product of two strings that do not commute is i or -i times a string.
    let (c, power) = product(qubits, a, b);
    Some((c, if power == 1 { 1 } else { -1 }))
}

/// The qubits on which a string is not the identity, as bits.
pub fn support(qubits: usize, string: usize) -> usize {
    let (x, z) = bits(qubits, string);
    x | z
}

/// The string `X` on one qubit.
pub fn x(qubit: usize) -> usize {
    1 << qubit
}

/// The string `Z` on one of the qubits.
pub fn z(qubits: usize, qubit: usize) -> usize {
    1 << (qubits + qubit)
}

/// `i^k`
fn power_of_i(power: u32) -> Gaussian {
    let [re, im] = [[1, 0], [0, 1], [-1, 0], [0, -1]][(power % 4) as usize];
    Gaussian::new(Rational::from(re), Rational::from(im))
}

/// The one entry of a string in column `b`: its row `b + x` and its value `i^{x.z} (-1)^{z.b}`.
fn entry(qubits: usize, string: usize, column: usize) -> (usize, Gaussian) {
    let (x, z) = bits(qubits, string);
    (column ^ x, power_of_i((x & z).count_ones() + 2 * (z & column).count_ones()))
}

/// The Hermitian operator `sum_P c_P P`.
#[derive(Clone, Debug, PartialEq)]
pub struct Operator {
    /// The number of qubits.
    pub qubits: usize,
    /// `c_P` by the string's index, shape (4^n).
    pub coefficients: Vec<Rational>,
}

impl Operator {
    /// `sum_P c_P P` with the coefficients given by the string.
    pub fn of(qubits: usize, coefficient: impl FnMut(usize) -> Rational) -> Self {
        Operator { qubits, coefficients: (0..1 << (2 * qubits)).map(coefficient).collect() }
    }

    /// A string times a number.
    pub fn string(qubits: usize, string: usize, coefficient: &Rational) -> Self {
        Operator::of(qubits, |place| if place == string { coefficient.clone() } else { Rational::new() })
    }

    /// `|b><b|`, a state of the computational basis.
    pub fn basis_state(qubits: usize, b: usize) -> Self {
        let amplitudes: Vec<Gaussian> =
            (0..1 << qubits).map(|place| Gaussian::integer(i64::from(place == b))).collect();
        Operator::pure(qubits, &amplitudes)
    }

    /// `psi psi^+ / |psi|^2`, shape (d); psi is not 0.
    pub fn pure(qubits: usize, psi: &[Gaussian]) -> Self {
        let square: Rational = psi.iter().map(Gaussian::squared_modulus).sum();
        let dimension = 1_u32 << qubits;
        Operator::of(qubits, |string| {
            let mut sum = Gaussian::zero();
            for (column, amplitude) in psi.iter().enumerate() {
                let (row, value) = entry(qubits, string, column);
                sum += psi[row].conjugate() * value * amplitude;
            }
            sum.re / &square / dimension
        })
    }

    /// A Hermitian matrix, shape (d, d): `c_P = tr P A / d`.
    pub fn of_matrix(qubits: usize, matrix: &DMatrix<Gaussian>) -> Self {
        let dimension = 1_usize << qubits;
        Operator::of(qubits, |string| {
            let mut sum = Gaussian::zero();
            for column in 0..dimension {
                let (row, value) = entry(qubits, string, column);
                sum += value * &matrix[(column, row)];
            }
            sum.re / dimension as u32
        })
    }

    /// Its matrix, shape (d, d).
    pub fn matrix(&self) -> DMatrix<Gaussian> {
        let dimension = self.dimension();
        let mut matrix = DMatrix::repeat(dimension, dimension, Gaussian::zero());
        for (string, coefficient) in self.coefficients.iter().enumerate() {
            for column in 0..dimension {
                let (row, value) = entry(self.qubits, string, column);
                matrix[(row, column)] += value * Gaussian::real(coefficient.clone());
            }
        }
        matrix
    }

    /// `d = 2^n`
    pub fn dimension(&self) -> usize {
        1 << self.qubits
    }

    /// `d`, to divide by.
    pub fn size(&self) -> Rational {
        Rational::from(self.dimension() as u64)
    }

    /// `tr A`
    pub fn trace(&self) -> Rational {
        self.size() * &self.coefficients[0]
    }

    /// `tr A B`
    pub fn trace_with(&self, other: &Operator) -> Rational {
        self.size() * crate::linalg::products::dot(&self.coefficients, &other.coefficients)
    }

    /// `v(A) = tr A^2 - (tr A)^2 / d`, 0 for multiples of the identity alone.
    pub fn variance(&self) -> Rational {
        self.trace_with(self) - self.trace().square() / self.size()
    }

    /// `a A + b B`
    pub fn combined(&self, a: &Rational, other: &Operator, b: &Rational) -> Self {
        Operator::of(self.qubits, |place| {
            Rational::from(a * &self.coefficients[place]) + Rational::from(b * &other.coefficients[place])
        })
    }

    /// `-i (A B - B A)`
    pub fn commutator(&self, other: &Operator) -> Self {
        let mut result = Operator::of(self.qubits, |_| Rational::new());
        for (a, of_a) in self.coefficients.iter().enumerate().filter(|(_, c)| !Zero::is_zero(*c)) {
            for (b, of_b) in other.coefficients.iter().enumerate().filter(|(_, c)| !Zero::is_zero(*c)) {
                if let Some((c, sign)) = commutator(self.qubits, a, b) {
                    result.coefficients[c] += Rational::from(of_a * of_b) * (2 * sign);
                }
            }
        }
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::complex;
    use crate::linalg::products;
    use crate::verify::Stream;

    fn drawn(stream: &mut Stream, qubits: usize) -> Operator {
        Operator::of(qubits, |_| stream.small())
    }

    /// Products of strings are those of their matrices, and so are the commutation relations.
    #[test]
    fn strings_multiply_like_their_matrices() {
        for qubits in 1..=2 {
            let strings = 1 << (2 * qubits);
            let matrix = |string| Operator::string(qubits, string, &Rational::from(1)).matrix();
            for a in 0..strings {
                assert_eq!(complex::adjoint(&matrix(a)), matrix(a), "strings are Hermitian");
                for b in 0..strings {
                    let (c, power) = product(qubits, a, b);
                    let right = matrix(c).map(|entry| entry * power_of_i(power));
                    assert_eq!(products::product(&matrix(a), &matrix(b)), right);
                    let commutator = complex::commutator(&matrix(a), &matrix(b));
                    assert_eq!(commute(qubits, a, b), commutator.iter().all(Zero::is_zero));
                }
            }
        }
    }

    #[test]
    fn coefficients_and_matrices_say_the_same() {
        let mut stream = Stream::new(&["pauli"], 0, 0);
        for qubits in 1..=2 {
            let (a, b) = (drawn(&mut stream, qubits), drawn(&mut stream, qubits));
            let (left, right) = (a.matrix(), b.matrix());
            assert_eq!(Operator::of_matrix(qubits, &left), a);
            assert_eq!(complex::trace(&left), Gaussian::real(a.trace()));
            assert_eq!(complex::trace_of_product(&left, &right), Gaussian::real(a.trace_with(&b)));
            let i_times = a.commutator(&b).matrix().map(|entry| entry * Gaussian::i());
            assert_eq!(complex::commutator(&left, &right), i_times);
        }
    }

    #[test]
    fn a_pure_state_is_a_projector_of_trace_1() {
        let mut stream = Stream::new(&["pure"], 0, 0);
        for qubits in 1..=2 {
            let psi: Vec<Gaussian> = (0..1 << qubits).map(|_| Gaussian::new(stream.small(), stream.small())).collect();
            let rho = Operator::pure(qubits, &psi).matrix();
            assert_eq!(products::product(&rho, &rho), rho);
            assert_eq!(complex::trace(&rho), Gaussian::integer(1));
        }
        let zero = Operator::basis_state(2, 0).matrix();
        assert_eq!(zero[(0, 0)], Gaussian::integer(1));
        assert_eq!(complex::squared_norm(&zero), 1);
    }
}
