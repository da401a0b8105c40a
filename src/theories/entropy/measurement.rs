//! Measurements in rational bases, their outcomes' probabilities and volumes, and states.

use crate::exact::Gaussian;
use crate::exact::complex::{self, adjoint, trace, trace_of_product};
use crate::instances::operators::unitary;
use crate::linalg::LinalgError;
use crate::linalg::products::product;
use crate::scalar::{Rational, Ring};
use crate::verify::{Numbers, Stream};
use nalgebra::DMatrix;
use num_traits::Zero;

/// A square matrix of Gaussian rationals.
pub(super) type Matrix = DMatrix<Gaussian>;

/// A measurement whose outcomes are blocks of an orthonormal basis.
#[derive(Clone)]
pub(super) struct Measurement {
    /// `V_i = tr P_i`, the sizes of the blocks.
    pub(super) blocks: Vec<usize>,
    /// The basis as columns, shape (d, d).
    pub(super) basis: Matrix,
}

impl Measurement {
    /// In the computational basis.
    pub(super) fn computational(blocks: Vec<usize>) -> Self {
        let size = blocks.iter().sum();
        Measurement { blocks, basis: identity(size) }
    }

    /// At least two blocks, in a rational basis.
    pub(super) fn draw(stream: &mut Stream, size: usize) -> Result<Self, LinalgError> {
        Ok(Measurement { blocks: partition(stream, size), basis: unitary(stream, size)? })
    }

    /// The block of a column.
    pub(super) fn block_of(&self, column: usize) -> usize {
        let mut end = 0;
        self.blocks
            .iter()
            .take_while(|block| {
                end += *block;
                end <= column
            })
            .count()
    }

    /// `P_i`
    pub(super) fn projectors(&self) -> Vec<Matrix> {
        let size = self.basis.nrows();
        let project = |block: usize| {
            let selected = DMatrix::from_fn(size, size, |row, column| {
                if self.block_of(column) == block { self.basis[(row, column)].clone() } else { Gaussian::zero() }
            });
            product(&selected, &adjoint(&selected))
        };
        (0..self.blocks.len()).map(project).collect()
    }

    pub(super) fn numbers(&self) -> Vec<Numbers> {
        vec![
            Numbers::new("V", self.blocks.iter().map(|&block| Rational::from(block as u64))),
            Numbers::new("basis, real and imaginary parts row by row", parts(&self.basis)),
        ]
    }
}

/// A composition of `size` into two parts or more.
pub(super) fn partition(stream: &mut Stream, size: usize) -> Vec<usize> {
    loop {
        let (mut blocks, mut last) = (Vec::new(), 1);
        for _ in 1..size {
            if stream.coin() {
                blocks.push(last);
                last = 0;
            }
            last += 1;
        }
        blocks.push(last);
        if blocks.len() > 1 {
            return blocks;
        }
    }
}

/// The identity.
pub(super) fn identity(size: usize) -> Matrix {
    DMatrix::from_fn(size, size, |i, j| Gaussian::integer(i64::from(i == j)))
}

/// Real and imaginary parts, row by row.
pub(super) fn parts(matrix: &Matrix) -> Vec<Rational> {
    matrix.transpose().iter().flat_map(|entry| [entry.re.clone(), entry.im.clone()]).collect()
}

/// `G G^+/tr G G^+` for a matrix of small integers, in a third of the draws of one column.
pub(super) fn state(stream: &mut Stream, size: usize) -> Matrix {
    loop {
        let columns = if stream.below(3) == 0 { 1 } else { size };
        let part = |stream: &mut Stream| Rational::from(stream.integer(-3, 3));
        let g = DMatrix::from_fn(size, columns, |_, _| Gaussian::new(part(stream), part(stream)));
        let square = product(&g, &adjoint(&g));
        let total = trace(&square);
        if !total.is_zero() {
            return square.map(|entry| entry / &total);
        }
    }
}

/// `E_i`, `V_i = tr E_i` and `p_i = tr E_i rho`.
pub(super) struct Outcomes {
    effects: Vec<Matrix>,
    pub(super) volumes: Vec<Rational>,
}

impl Outcomes {
    pub(super) fn new(effects: Vec<Matrix>) -> Self {
        let volumes = effects.iter().map(|effect| trace(effect).re).collect();
        Outcomes { effects, volumes }
    }

    pub(super) fn probabilities(&self, rho: &Matrix) -> Vec<Rational> {
        self.effects.iter().map(|effect| trace_of_product(effect, rho).re).collect()
    }

    /// `sum p_i^2/V_i`
    pub(super) fn purity(&self, probabilities: &[Rational]) -> Rational {
        probabilities.iter().zip(&self.volumes).map(|(p, v)| p.clone().square() / v).sum()
    }

    /// `sum q_i E_i/V_i`
    pub(super) fn coarse(&self, weights: &[Rational]) -> Matrix {
        let size = self.effects[0].nrows();
        let mut sum = DMatrix::repeat(size, size, Gaussian::zero());
        for ((effect, weight), volume) in self.effects.iter().zip(weights).zip(&self.volumes) {
            let factor = Gaussian::real(Rational::from(weight / volume));
            sum.iter_mut().zip(effect.iter()).for_each(|(entry, other)| *entry += Gaussian::product(&factor, other));
        }
        sum
    }

    /// `T_ij = tr(E_i U E_j U^+)/V_j`
    pub(super) fn transition(&self, u: &Matrix) -> Vec<Vec<Rational>> {
        let moved: Vec<Matrix> = self.effects.iter().map(|effect| complex::conjugated(u, effect)).collect();
        let row = |effect: &Matrix| {
            let entry = |(after, volume): (&Matrix, &Rational)| trace_of_product(effect, after).re / volume;
            moved.iter().zip(&self.volumes).map(entry).collect()
        };
        self.effects.iter().map(row).collect()
    }
}

/// `|A - B|_F^2`
pub(super) fn squared_distance(a: &Matrix, b: &Matrix) -> Rational {
    a.iter().zip(b.iter()).map(|(a, b)| (a.clone() - b).squared_modulus()).sum()
}
