//! Instances in skew coordinates, where normal is not what it seems.

use super::elements;
use super::rates::Rated;
use crate::data::{DataSet, Sample};
use crate::entropic::Preconditioner;
use crate::instances::Problem;
use crate::model::Network;
use crate::scalar::Rational;
use crate::symmetry::{self, Element, Generator, LinearMap};
use crate::verify::{Class, Stream};
use nalgebra::DMatrix;

/// Coordinates of the units of a layer that are skew in one plane: an invertible `P`, and its inverse.
struct Skew {
    p: DMatrix<Rational>,
    inverse: DMatrix<Rational>,
}

impl Skew {
    /// `P` is lower triangular in the plane of two units and the identity elsewhere; `P P^T` is not diagonal.
    fn draw(stream: &mut Stream, width: usize, (row, column): (usize, usize)) -> Self {
        let [a, b, c] = [stream.small(), stream.small(), stream.small()];
        let mut p = DMatrix::identity(width, width);
        let mut inverse = p.clone();
        let determinant = Rational::from(&a * &c);
        inverse[(row, row)] = Rational::from(a.recip_ref());
        inverse[(column, column)] = Rational::from(c.recip_ref());
        inverse[(column, row)] = -Rational::from(&b / &determinant);
        p[(row, row)] = a;
        p[(column, row)] = b;
        p[(column, column)] = c;
        Skew { p, inverse }
    }

    /// `P X P^{-1}`
    fn conjugate(&self, x: &DMatrix<Rational>) -> DMatrix<Rational> {
        &self.p * x * &self.inverse
    }
}

/// The rotation of two of `width` coordinates with half-angle tangent `t`.
fn rotation(width: usize, (row, column): (usize, usize), t: &Rational) -> DMatrix<Rational> {
    let square = Rational::from(t * t);
    let norm = Rational::from(&square + 1_u32);
    let mut matrix = DMatrix::identity(width, width);
    matrix[(row, row)] = (Rational::from(1) - square) / &norm;
    matrix[(column, column)] = matrix[(row, row)].clone();
    matrix[(column, row)] = Rational::from(t * 2_u32) / norm;
    matrix[(row, column)] = -matrix[(column, row)].clone();
    matrix
}

/// `growth` on the diagonal of a plane, `turn` off it: a normal generator.
fn spiral(width: usize, (row, column): (usize, usize), growth: Rational, turn: Rational) -> DMatrix<Rational> {
    let mut matrix = DMatrix::from_element(width, width, Rational::new());
    matrix[(row, row)] = growth.clone();
    matrix[(column, column)] = growth;
    matrix[(row, column)] = -turn.clone();
    matrix[(column, row)] = turn;
    matrix
}

/// The generator `W -> X W`, `U -> -U X` at a hidden layer.
fn generator(network: &Network, layer: usize, x: &DMatrix<Rational>) -> LinearMap {
    let mut map = LinearMap::zero(network.parameter_count());
    for row in 0..x.nrows() {
        for column in 0..x.ncols() {
            map = map.plus(&symmetry::matrix(network, layer, row, column).map.scaled(&x[(row, column)]));
        }
    }
    map
}

/// A spiral in skew coordinates `P` of a linear layer, with learning rates for which it is normal though it is not in the
/// plain sense: `P P^T` on the columns of `W`, `P^{-T} P^{-1}` on the rows of `U`, each times any number.
pub(super) fn draw_adapted(stream: &mut Stream, network: &Network, layer: usize) -> (Generator, Element, Rated) {
    let layout = network.layout().expect("a linear layer");
    let width = layout.widths()[layer + 1];
    let plane = elements::pair(stream, width);
    let skew = Skew::draw(stream, width, plane);
    let map = generator(network, layer, &skew.conjugate(&spiral(width, plane, stream.small(), stream.small())));
    let (factor, turn) = (elements::factor(stream, network), rotation(width, plane, &stream.small()));
    let mut stretch = DMatrix::identity(width, width);
    let mut shrink = DMatrix::identity(width, width);
    for unit in [plane.0, plane.1] {
        stretch[(unit, unit)] = factor.clone();
        shrink[(unit, unit)] = Rational::from(factor.recip_ref());
    }
    let (forth, back) = (skew.conjugate(&(stretch * &turn)), skew.conjugate(&(turn.transpose() * shrink)));
    let element = symmetry::matrix_element(network, layer, "a spiral in skew coordinates".to_owned(), &forth, &back);

    let parameters = network.parameter_count();
    let mut rates = DMatrix::from_fn(parameters, parameters, |row, column| match row == column {
        true => stream.positive() / 4,
        false => Rational::new(),
    });
    let mut inverse = rates.map(|rate| if rate.is_zero() { rate } else { rate.recip() });
    let (incoming, outgoing) = (&skew.p * skew.p.transpose(), skew.inverse.transpose() * &skew.inverse);
    let mut set_block = |at: &dyn Fn(usize) -> usize, block: &DMatrix<Rational>, inverse_block: &DMatrix<Rational>| {
        let size = stream.positive() / 4;
        for (i, j) in (0..width * width).map(|entry| (entry / width, entry % width)) {
            rates[(at(i), at(j))] = Rational::from(&block[(i, j)] * &size);
            inverse[(at(i), at(j))] = Rational::from(&inverse_block[(i, j)] / &size);
        }
    };
    for input in 0..layout.widths()[layer] {
        set_block(&|unit| layout.weight(layer, unit, input), &incoming, &outgoing);
    }
    if layout.has_bias() {
        set_block(&|unit| layout.biases(layer).start + unit, &incoming, &outgoing);
    }
    for output in 0..layout.widths()[layer + 2] {
        set_block(&|unit| layout.weight(layer + 1, output, unit), &outgoing, &incoming);
    }
    let rated = Rated { rates: Preconditioner::Full(rates), inverse: Preconditioner::Full(inverse) };
    (Generator { name: "a spiral in skew coordinates".to_owned(), map }, element, rated)
}

/// The point where normality is missed: `W = P O`, `U = O' P^{-1}` with orthogonal `O`, `O'`, and data whose inputs and
/// output gradients run through all pairs of axes, so that `E[g_W g_W^T]` is proportional to `P^{-T} P^{-1}` and
/// `E[g_U^T g_U]` to `P P^T`. The generator is `P R P^{-1}`, the learning rates are equal.
pub(super) fn draw_not_normal(stream: &mut Stream) -> (Problem, Generator, Element, Rated) {
    let network = Network::deep_linear(&[2, 2, 2]);
    let plane = (0, 1);
    let skew = Skew::draw(stream, 2, plane);
    let first = &skew.p * rotation(2, plane, &stream.small());
    let second = rotation(2, plane, &stream.small()) * &skew.inverse;
    let turn = rotation(2, plane, &stream.small());
    let (forth, back) = (skew.conjugate(&turn), skew.conjugate(&turn.transpose()));
    let element = symmetry::matrix_element(&network, 0, "a turn in skew coordinates".to_owned(), &forth, &back);
    let map = generator(&network, 0, &skew.conjugate(&spiral(2, plane, Rational::new(), Rational::from(1))));

    let output = &second * &first;
    let size = stream.positive();
    let samples = [(0, 0), (0, 1), (1, 0), (1, 1)].map(|(axis, slope)| {
        let input: Vec<Rational> = (0..2).map(|i| Rational::from(i32::from(i == axis))).collect();
        // The gradient at the output is 2 (f - y): y = f - size e_slope makes it 2 size e_slope.
        let target = (0..2).map(|i| {
            let prediction = output[(i, axis)].clone();
            if i == slope { prediction - &size } else { prediction }
        });
        Sample::new(input, target.collect())
    });
    let rated = Rated::equal(stream);
    let row_major = |matrix: &DMatrix<Rational>| matrix.transpose().as_slice().to_vec();
    let problem = Problem {
        class: Class::Awkward,
        network,
        theta: [row_major(&first), row_major(&second)].concat(),
        data: DataSet::new(samples.to_vec()),
        preconditioner: rated.rates.clone(),
        weight_decay: Rational::new(),
        degeneracy: "isotropic noise in skew coordinates",
    };
    (problem, Generator { name: "a rotation in skew coordinates".to_owned(), map }, element, rated)
}
