//! Coupled unit vectors with rational coordinates.

use crate::exact::draws::{columns, unit_vector};
use crate::linalg::products::dot;
use crate::scalar::Rational;
use crate::verify::{Class, Drawn, Numbers, Stream};
use nalgebra::DMatrix;

/// Nodes, all coordinates one after the other.
pub(super) struct Network {
    /// The dimension of a node.
    pub(super) n: usize,
    pub(super) x: Vec<Rational>,
    /// `J`, of all coordinates.
    pub(super) coupling: DMatrix<Rational>,
    pub(super) c: Vec<Rational>,
    /// `Om_i`
    pub(super) rotations: Vec<DMatrix<Rational>>,
}

pub(super) fn zeros(size: usize) -> DMatrix<Rational> {
    DMatrix::from_element(size, size, Rational::new())
}

/// An antisymmetric matrix.
fn antisymmetric(stream: &mut Stream, n: usize) -> DMatrix<Rational> {
    let mut matrix = zeros(n);
    for row in 0..n {
        for column in 0..row {
            matrix[(row, column)] = stream.small();
            matrix[(column, row)] = Rational::from(-&matrix[(row, column)]);
        }
    }
    matrix
}

/// `U [[a, -t, 0], [t, a, 0], [0, 0, b]] U^T`: it commutes with the rotations around the last column of `U`.
pub(super) fn around(axes: &DMatrix<Rational>, [a, b, t]: &[Rational; 3]) -> DMatrix<Rational> {
    let mut inner = zeros(3);
    for (place, value) in [((0, 0), a), ((1, 1), a), ((2, 2), b), ((1, 0), t)] {
        inner[place].clone_from(value);
    }
    inner[(0, 1)] = Rational::from(-t);
    axes * inner * axes.transpose()
}

impl Network {
    /// Two or three nodes with few-bit couplings of symmetric `J`.
    pub(super) fn draw(stream: &mut Stream, n: usize) -> Self {
        let nodes = 2 + stream.below(2);
        let size = nodes * n;
        let mut coupling = zeros(size);
        for row in 0..size {
            for column in 0..=row {
                coupling[(row, column)] = stream.small();
                coupling[(column, row)] = coupling[(row, column)].clone();
            }
        }
        Network {
            n,
            x: (0..nodes).flat_map(|_| unit_vector(stream, n)).collect(),
            coupling,
            c: (0..size).map(|_| stream.small()).collect(),
            rotations: (0..nodes).map(|_| antisymmetric(stream, n)).collect(),
        }
    }

    /// Nodes in three dimensions of one frequency around one axis, the last column of `axes`, with couplings and fields that commute with it.
    pub(super) fn with_axis(stream: &mut Stream) -> (Self, DMatrix<Rational>) {
        let mut network = Network::draw(stream, 3);
        let axes = columns(stream, 3);
        let rotation = around(&axes, &[Rational::new(), Rational::new(), stream.small()]);
        for i in 0..network.nodes() {
            let size = stream.small();
            for (row, w) in axes.column(2).iter().enumerate() {
                network.c[3 * i + row] = Rational::from(w * &size);
            }
            network.rotations[i].clone_from(&rotation);
            for j in 0..=i {
                let turn = if i == j { Rational::new() } else { stream.small() };
                let block = around(&axes, &[stream.small(), stream.small(), turn]);
                network.set_block(i, j, &block);
                network.set_block(j, i, &block.transpose());
            }
        }
        (network, axes)
    }

    pub(super) fn nodes(&self) -> usize {
        self.rotations.len()
    }

    pub(super) fn set_block(&mut self, i: usize, j: usize, block: &DMatrix<Rational>) {
        self.coupling.view_mut((self.n * i, self.n * j), (self.n, self.n)).copy_from(block);
    }

    pub(super) fn block(&self, i: usize, j: usize) -> DMatrix<Rational> {
        self.coupling.view((self.n * i, self.n * j), (self.n, self.n)).into_owned()
    }

    pub(super) fn node<'a>(&self, all: &'a [Rational], i: usize) -> &'a [Rational] {
        &all[self.n * i..self.n * (i + 1)]
    }

    /// `y`
    pub(super) fn pull(&self) -> Vec<Rational> {
        let coupled = apply(&self.coupling, &self.x);
        coupled.into_iter().zip(&self.c).map(|(a, c)| a + c).collect()
    }

    /// `P_i y_i`
    pub(super) fn tangent(&self) -> Vec<Rational> {
        let y = self.pull();
        let part = |i: usize| {
            let (x, y) = (self.node(&self.x, i), self.node(&y, i));
            let along = dot(x, y);
            x.iter().zip(y).map(move |(x, y)| y - Rational::from(&along * x)).collect::<Vec<_>>()
        };
        (0..self.nodes()).flat_map(part).collect()
    }

    /// `Om_i x_i`
    pub(super) fn turned(&self) -> Vec<Rational> {
        (0..self.nodes()).flat_map(|i| apply(&self.rotations[i], self.node(&self.x, i))).collect()
    }

    /// `x_i'`
    pub(super) fn velocity(&self) -> Vec<Rational> {
        self.turned().into_iter().zip(self.tangent()).map(|(a, b)| a + b).collect()
    }

    /// `-(share) sum x_i^T J_ij x_j - sum c_i^T x_i` differentiated along the velocity: a quadratic function's difference over both sides.
    pub(super) fn rate(&self, share: &Rational) -> Rational {
        let v = self.velocity();
        let energy = |sign: i64| {
            let x: Vec<Rational> = self.x.iter().zip(&v).map(|(x, v)| x + Rational::from(v * sign)).collect();
            -(dot(&x, &apply(&self.coupling, &x)) * share) - dot(&self.c, &x)
        };
        (energy(1) - energy(-1)) / 2
    }

    /// `sum_i y_i^T Om_i x_i`
    pub(super) fn turning(&self) -> Rational {
        dot(&self.pull(), &self.turned())
    }
}

pub(super) fn apply(a: &DMatrix<Rational>, v: &[Rational]) -> Vec<Rational> {
    a.row_iter().map(|row| row.iter().zip(v).map(|(a, v)| Rational::from(a * v)).sum()).collect()
}

impl Drawn for Network {
    fn class(&self) -> Class {
        Class::Awkward
    }
    fn is_algebraic(&self) -> bool {
        true
    }
    fn describe(&self) -> String {
        format!("{} nodes in {} dimensions", self.nodes(), self.n)
    }
    fn numbers(&self) -> Vec<Numbers> {
        vec![
            Numbers::new("x", self.x.clone()),
            Numbers::new("c", self.c.clone()),
            Numbers::new("J, column by column", self.coupling.iter().cloned()),
            Numbers::new("Om_i", self.rotations.iter().flat_map(|om| om.iter().cloned().collect::<Vec<_>>())),
        ]
    }
}
