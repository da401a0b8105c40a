//! Exact values that are no rational numbers, by their rational coordinates.
//!
//! A law about such values is judged in the rationals: their coordinates with respect to numbers that are linearly independent over the rationals are
//! the entries of a vector term, and an equation holds if and only if it holds coordinate by coordinate.
//!
//! | room | values | coordinates |
//! |---|---|---|
//! | [`polynomial`] | polynomials in several variables | of the monomials |
//! | [`series`] | truncated power series | of the powers of the variable |
//! | [`logarithms`] | rationals plus rational multiples of logarithms of positive rationals | of 1 and the logarithms of a coprime base |
//! | [`complex`] | complex numbers over a field, Hermitian and unitary matrices | real and imaginary part |
//! | [`groups`] | averages over finite groups of unitary and orthogonal matrices | rational: sums over the elements |
//! | [`cyclotomic`] | numbers of the field of a root of unity | of the powers of the root |
//! | [`roots`] | roots of a rational polynomial, by half-plane | their number |
//! | [`draws`] | random matrices with rational spectra, points of spheres | their entries |

pub mod complex;
pub mod cyclotomic;
pub mod draws;
pub mod groups;
pub mod logarithms;
pub mod polynomial;
pub mod roots;
pub mod series;

pub use complex::{Complex, Gaussian};
pub use cyclotomic::Cyclotomic;
pub use logarithms::Logarithms;
pub use polynomial::Polynomial;
pub use series::Series;
