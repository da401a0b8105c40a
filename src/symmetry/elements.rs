//! Elements of symmetry groups, with their inverses.

use super::LinearMap;
use crate::model::Network;
use crate::scalar::Rational;
use nalgebra::DMatrix;

/// An invertible linear map `K` of parameter space.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element {
    /// What it does, in the network's own terms.
    pub name: String,
    /// `K`.
    pub map: LinearMap,
    /// The inverse of `K`.
    pub inverse: LinearMap,
}

impl Element {
    /// The identity.
    pub fn identity(dimension: usize) -> Self {
        let map = LinearMap::identity(dimension);
        Element { name: "identity".to_owned(), inverse: map.clone(), map }
    }

    /// The product `self after other`.
    pub fn after(&self, other: &Self) -> Self {
        let name = match (self.name.as_str(), other.name.as_str()) {
            ("identity", name) | (name, "identity") => name.to_owned(),
            (outer, inner) => format!("{outer}, after {inner}"),
        };
        Element { name, map: self.map.after(&other.map), inverse: other.inverse.after(&self.inverse) }
    }

    /// Whether the inverse is the transpose.
    pub fn is_orthogonal(&self) -> bool {
        let difference = self.inverse.plus(&self.map.transposed().scaled(&Rational::from(-1)));
        difference.is_zero()
    }
}

/// `W -> X W`, `b -> X b`, `U -> U X^{-1}` at hidden layer `layer`.
///
/// For a network that is linear there, `X` is any invertible matrix; for others see [`neuron_permutation`],
/// [`sign_flip`] and [`neuron_rescaling`].
///
/// # Panics
/// If the network has no such hidden layer, or the shapes differ from its width.
pub fn matrix_element(
    network: &Network,
    layer: usize,
    name: String,
    x: &DMatrix<Rational>,
    inverse: &DMatrix<Rational>,
) -> Element {
    hidden_map(network, layer, name, (x, inverse), (inverse, x))
}

/// Maps the incoming side by `incoming` and the outgoing side by right multiplication with `outgoing`; each a pair of a
/// matrix and its inverse.
fn hidden_map(
    network: &Network,
    layer: usize,
    name: String,
    incoming: (&DMatrix<Rational>, &DMatrix<Rational>),
    outgoing: (&DMatrix<Rational>, &DMatrix<Rational>),
) -> Element {
    let build = |incoming: &DMatrix<Rational>, outgoing: &DMatrix<Rational>| {
        let layout = network.layout().expect("a network with layers");
        let mut map = LinearMap::identity(network.parameter_count());
        let width = layout.widths()[layer + 1];
        for row in 0..width {
            let entries = |at: &dyn Fn(usize) -> usize| {
                let nonzero = (0..width).filter(|column| !incoming[(row, *column)].is_zero());
                nonzero.map(|column| (at(column), incoming[(row, column)].clone())).collect::<Vec<_>>()
            };
            for input in 0..layout.widths()[layer] {
                map.set_row(layout.weight(layer, row, input), entries(&|unit| layout.weight(layer, unit, input)));
            }
            if layout.has_bias() {
                let start = layout.biases(layer).start;
                map.set_row(start + row, entries(&|unit| start + unit));
            }
        }
        for output in 0..layout.widths()[layer + 2] {
            for column in 0..width {
                let nonzero = (0..width).filter(|row| !outgoing[(*row, column)].is_zero());
                let entries =
                    nonzero.map(|row| (layout.weight(layer + 1, output, row), outgoing[(row, column)].clone()));
                map.set_row(layout.weight(layer + 1, output, column), entries.collect());
            }
        }
        map
    };
    Element { name, map: build(incoming.0, outgoing.0), inverse: build(incoming.1, outgoing.1) }
}

/// The permutation of the neurons of hidden layer `layer`: neuron `i` moves to place `places[i]`. Any activation.
pub fn neuron_permutation(network: &Network, layer: usize, places: &[usize]) -> Element {
    let mut x = zeros(places.len());
    for (from, to) in places.iter().enumerate() {
        x[(*to, from)] = Rational::from(1);
    }
    matrix_element(network, layer, format!("permutation {places:?} of hidden layer {layer}"), &x, &x.transpose())
}

/// The sign flip of neuron `index` of hidden layer `layer`, weights and bias. Odd activations.
pub fn sign_flip(network: &Network, layer: usize, index: usize) -> Element {
    let width = network.layout().expect("a network with layers").widths()[layer + 1];
    let mut x = identity(width);
    x[(index, index)] = Rational::from(-1);
    matrix_element(network, layer, format!("sign flip of neuron {index} of hidden layer {layer}"), &x, &x)
}

/// The rescaling of neuron `index` of hidden layer `layer` by `factor > 0`: incoming side times `factor`, outgoing side
/// times `factor^-degree`. Activations homogeneous of degree `degree`.
pub fn neuron_rescaling(network: &Network, layer: usize, index: usize, factor: &Rational, degree: i32) -> Element {
    use crate::scalar::Field;
    let width = network.layout().expect("a network with layers").widths()[layer + 1];
    let with = |value: Rational| {
        let mut x = identity(width);
        x[(index, index)] = value;
        x
    };
    let name = format!("rescaling of neuron {index} of hidden layer {layer} by {factor}");
    let incoming = (with(factor.clone()), with(factor.powi(-1)));
    let outgoing = (with(factor.powi(-degree)), with(factor.powi(degree)));
    hidden_map(network, layer, name, (&incoming.0, &incoming.1), (&outgoing.0, &outgoing.1))
}

fn zeros(size: usize) -> DMatrix<Rational> {
    DMatrix::from_element(size, size, Rational::new())
}

fn identity(size: usize) -> DMatrix<Rational> {
    let mut matrix = zeros(size);
    for i in 0..size {
        matrix[(i, i)] = Rational::from(1);
    }
    matrix
}
