//! The catalogue of continuous symmetries that a network has by construction.

use super::LinearMap;
use crate::model::{Activation, Network, Piecewise};
use crate::scalar::Rational;
use nalgebra::DMatrix;

/// A generator `A` of a linear symmetry: `(A theta)^T g_z = 0` for every `theta` and `z`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generator {
    /// Which symmetry it is, in the network's own terms.
    pub name: String,
    /// The matrix `A`.
    pub map: LinearMap,
}

/// The rescaling of hidden neuron `index` behind layer `layer`: incoming weights and bias grow like `e^t`, outgoing
/// weights shrink like `e^{-kt}`, for an activation homogeneous of degree `k`.
///
/// # Panics
/// If the network has no layers.
pub fn neuron(network: &Network, layer: usize, index: usize, degree: i64) -> Generator {
    let layout = network.layout().expect("a network with layers");
    let mut map = LinearMap::zero(network.parameter_count());
    for column in 0..layout.widths()[layer] {
        let incoming = layout.weight(layer, index, column);
        map.add(incoming, incoming, Rational::from(1));
    }
    if layout.has_bias() {
        let bias = layout.biases(layer).start + index;
        map.add(bias, bias, Rational::from(1));
    }
    for row in 0..layout.widths()[layer + 2] {
        let outgoing = layout.weight(layer + 1, row, index);
        map.add(outgoing, outgoing, Rational::from(-degree));
    }
    Generator { name: format!("rescaling of neuron {index} of hidden layer {layer}"), map }
}

/// The rescalings of all hidden neurons; none where the activation is not homogeneous or the layers are normalised.
pub fn neurons(network: &Network) -> Vec<Generator> {
    let Some(layout) = network.layout() else { return Vec::new() };
    let Some(degree) = homogeneity(network) else { return Vec::new() };
    (0..layout.depth() - 1)
        .flat_map(|layer| (0..layout.widths()[layer + 1]).map(move |index| (layer, index)))
        .map(|(layer, index)| neuron(network, layer, index, degree))
        .collect()
}

/// The joint rescaling of layers `first < last`: all neurons between them, those of hidden layer `j` with weight
/// `k^(j - first)`. The weights of layers strictly between cancel; their biases do not.
pub fn layer(network: &Network, first: usize, last: usize, degree: i64) -> Generator {
    let layout = network.layout().expect("a network with layers");
    let mut map = LinearMap::zero(network.parameter_count());
    let mut weight = Rational::from(1);
    for hidden in first..last {
        for index in 0..layout.widths()[hidden + 1] {
            map = map.plus(&neuron(network, hidden, index, degree).map.scaled(&weight));
        }
        weight *= Rational::from(degree);
    }
    Generator { name: format!("rescaling of layer {first} against layer {last}"), map }
}

/// The joint rescalings of all pairs of layers.
pub fn layers(network: &Network) -> Vec<Generator> {
    let Some(layout) = network.layout() else { return Vec::new() };
    let Some(degree) = homogeneity(network) else { return Vec::new() };
    let depth = layout.depth();
    (0..depth)
        .flat_map(|first| (first + 1..depth).map(move |last| (first, last)))
        .map(|(first, last)| layer(network, first, last, degree))
        .collect()
}

/// `W -> e^{tX} W`, `b -> e^{tX} b`, `U -> U e^{-tX}` with `X` the unit matrix of entry `(row, column)`: a symmetry where
/// nothing but the identity stands between the layers `W` and `U`.
///
/// # Panics
/// If the network has no layers, or `layer + 1` is not one.
pub fn matrix(network: &Network, layer: usize, row: usize, column: usize) -> Generator {
    let layout = network.layout().expect("a network with layers");
    let mut map = LinearMap::zero(network.parameter_count());
    for input in 0..layout.widths()[layer] {
        map.add(layout.weight(layer, row, input), layout.weight(layer, column, input), Rational::from(1));
    }
    if layout.has_bias() {
        let start = layout.biases(layer).start;
        map.add(start + row, start + column, Rational::from(1));
    }
    for output in 0..layout.widths()[layer + 2] {
        map.add(layout.weight(layer + 1, output, column), layout.weight(layer + 1, output, row), Rational::from(-1));
    }
    Generator { name: format!("linear map ({row}, {column}) of hidden layer {layer}"), map }
}

/// The same for any square matrix `X`; for a symmetric one the generator is symmetric.
///
/// # Panics
/// If the network has no layers, `layer + 1` is not one, or `X` is larger than the hidden layer is wide.
pub fn linear(network: &Network, layer: usize, x: &DMatrix<Rational>) -> Generator {
    let mut map = LinearMap::zero(network.parameter_count());
    for row in 0..x.nrows() {
        for column in 0..x.ncols() {
            map = map.plus(&matrix(network, layer, row, column).map.scaled(&x[(row, column)]));
        }
    }
    Generator { name: format!("linear map of hidden layer {layer}"), map }
}

/// The rotation of hidden units `row` and `column` of hidden layer `layer`: antisymmetric.
pub fn rotation(network: &Network, layer: usize, row: usize, column: usize) -> Generator {
    let forward = matrix(network, layer, row, column).map;
    let backward = matrix(network, layer, column, row).map;
    let map = forward.plus(&backward.scaled(&Rational::from(-1)));
    Generator { name: format!("rotation of units {row} and {column} of hidden layer {layer}"), map }
}

/// The scaling of one block of parameters that a normalisation makes invisible: weights and biases of `layer`.
pub fn normalised_block(network: &Network, layer: usize) -> Generator {
    let layout = network.layout().expect("a network with layers");
    let mut map = LinearMap::zero(network.parameter_count());
    for parameter in layout.weights(layer).chain(layout.biases(layer)) {
        map.add(parameter, parameter, Rational::from(1));
    }
    Generator { name: format!("scale of layer {layer}"), map }
}

/// The scaling of all parameters.
pub fn whole(network: &Network) -> Generator {
    Generator { name: "scale of all parameters".to_owned(), map: LinearMap::identity(network.parameter_count()) }
}

/// The degree of homogeneity between layers, none if a normalisation stands there.
pub(super) fn homogeneity(network: &Network) -> Option<i64> {
    match network {
        Network::Mlp { normalised: true, .. } => None,
        _ => network.activation().homogeneity().map(i64::from),
    }
}

/// Whether nothing but the identity stands between the layers.
pub fn is_linear(network: &Network) -> bool {
    network.layout().is_some()
        && !matches!(network, Network::Mlp { normalised: true, .. })
        && network.activation() == Activation::Piecewise(Piecewise::Identity)
}
