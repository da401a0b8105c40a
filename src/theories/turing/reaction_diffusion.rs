//! The linear part of reaction and diffusion on a graph, `1 (x) A - L (x) D`, and the quadratic in the eigenvalues of the Laplacian whose sign decides for
//! two variables.

use super::graph::Matrix;
use crate::scalar::Rational;
use crate::verify::{Class, Drawn, Numbers};
use nalgebra::DMatrix;

/// A linear part on a graph.
pub(super) struct Instance {
    pub(super) reaction: Matrix,
    pub(super) diffusion: Matrix,
    pub(super) laplacian: Matrix,
    /// The eigenvalues of the Laplacian, where they are rational.
    pub(super) spectrum: Vec<Rational>,
}

impl Drawn for Instance {
    fn class(&self) -> Class {
        Class::Awkward
    }
    fn is_algebraic(&self) -> bool {
        true
    }
    fn describe(&self) -> String {
        format!("{} variables at each of {} nodes", self.reaction.nrows(), self.laplacian.nrows())
    }
    fn numbers(&self) -> Vec<Numbers> {
        vec![
            Numbers::new("A", self.reaction.iter().cloned()),
            Numbers::new("D", self.diffusion.iter().cloned()),
            Numbers::new("L", self.laplacian.iter().cloned()),
        ]
    }
}

/// `d_u d_v Lam^2 - (d_v a_11 + d_u a_22) Lam + det A`
pub(super) fn quadratic(a: &Matrix, d: &Matrix, eigenvalue: &Rational) -> Rational {
    let [d_u, d_v] = [d[(0, 0)].clone(), d[(1, 1)].clone()];
    let linear = Rational::from(&d_v * &a[(0, 0)]) + Rational::from(&d_u * &a[(1, 1)]);
    let determinant = Rational::from(&a[(0, 0)] * &a[(1, 1)]) - Rational::from(&a[(0, 1)] * &a[(1, 0)]);
    (d_u * d_v * eigenvalue - linear) * eigenvalue + determinant
}

/// The diagonal matrix of two numbers.
pub(super) fn diagonal(d_u: Rational, d_v: Rational) -> Matrix {
    DMatrix::from_row_slice(2, 2, &[d_u, Rational::new(), Rational::new(), d_v])
}
