//! Elements of symmetry groups, with their inverses.

use super::LinearMap;
use crate::data::{DataSet, Sample};
use crate::model::Network;
use crate::model::mlp::Layout;
use crate::scalar::{Field, Rational};
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
    /// Where every hidden neuron goes, in the order of a sample's gates; in place unless neurons are permuted.
    pub places: Vec<usize>,
}

impl Element {
    /// The identity on a network's parameters.
    pub fn identity(network: &Network) -> Self {
        Self::on_parameters(network, "identity".to_owned(), |map| map, |map| map)
    }

    /// The element whose matrix and inverse are made from the identity; neurons stay in place.
    fn on_parameters(
        network: &Network,
        name: String,
        map: impl FnOnce(LinearMap) -> LinearMap,
        inverse: impl FnOnce(LinearMap) -> LinearMap,
    ) -> Self {
        let identity = LinearMap::identity(network.parameter_count());
        let neurons = network.layout().map_or(0, Layout::hidden_neurons);
        Element { name, map: map(identity.clone()), inverse: inverse(identity), places: (0..neurons).collect() }
    }

    /// The product `self after other`.
    pub fn after(&self, other: &Self) -> Self {
        let name = match (self.name.as_str(), other.name.as_str()) {
            ("identity", name) | (name, "identity") => name.to_owned(),
            (outer, inner) => format!("{outer}, after {inner}"),
        };
        Element {
            name,
            map: self.map.after(&other.map),
            inverse: other.inverse.after(&self.inverse),
            places: other.places.iter().map(|&place| self.places[place]).collect(),
        }
    }

    /// The inverse element.
    pub fn inverted(&self) -> Self {
        let mut places = self.places.clone();
        for (from, &to) in self.places.iter().enumerate() {
            places[to] = from;
        }
        Element {
            name: format!("inverse of {}", self.name),
            map: self.inverse.clone(),
            inverse: self.map.clone(),
            places,
        }
    }

    /// Whether `K` is the identity.
    pub fn is_identity(&self) -> bool {
        self.map == LinearMap::identity(self.map.dimension())
    }

    /// The same data where a forced activation pattern follows the neurons.
    ///
    /// A network that decides for itself does so: if `K` moves a neuron, its gate moves along.
    pub fn on_data<T: Field>(&self, data: &DataSet<T>) -> DataSet<T> {
        let samples = data.samples().iter().map(|sample| {
            let gates = sample.gates.as_ref().map(|gates| {
                let mut moved = gates.to_vec();
                for (gate, &place) in gates.iter().zip(&self.places) {
                    moved[place] = *gate;
                }
                moved.into()
            });
            Sample { gates, ..sample.clone() }
        });
        DataSet::weighted(samples.collect(), data.weights().to_vec())
    }

    /// Whether the inverse is the transpose.
    pub fn is_orthogonal(&self) -> bool {
        let difference = self.inverse.plus(&self.map.transposed().scaled(&Rational::from(-1)));
        difference.is_zero()
    }
}

/// The exchange of pairs of parameters: its own inverse.
pub fn exchange_element(network: &Network, name: String, pairs: &[(usize, usize)]) -> Element {
    let exchanged = |mut map: LinearMap| {
        for &(first, second) in pairs {
            map.set_row(first, vec![(second, Rational::from(1))]);
            map.set_row(second, vec![(first, Rational::from(1))]);
        }
        map
    };
    Element::on_parameters(network, name, exchanged, exchanged)
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
    let build = |mut map: LinearMap, incoming: &DMatrix<Rational>, outgoing: &DMatrix<Rational>| {
        let layout = network.layout().expect("a network with layers");
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
    Element::on_parameters(
        network,
        name,
        |identity| build(identity, incoming.0, outgoing.0),
        |identity| build(identity, incoming.1, outgoing.1),
    )
}

/// The permutation of the neurons of hidden layer `layer`: neuron `i` moves to place `places[i]`. Any activation.
pub fn neuron_permutation(network: &Network, layer: usize, places: &[usize]) -> Element {
    let mut x = zeros(places.len());
    for (from, to) in places.iter().enumerate() {
        x[(*to, from)] = Rational::from(1);
    }
    let name = format!("permutation {places:?} of hidden layer {layer}");
    let mut element = matrix_element(network, layer, name, &x, &x.transpose());
    let first: usize = network.layout().map_or(0, |layout| layout.widths()[1..=layer].iter().sum());
    for (from, to) in places.iter().enumerate() {
        element.places[first + from] = first + to;
    }
    element
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

/// The rotation of units `row` and `column` of hidden layer `layer` by the angle with tangent `2 t / (1 - t^2)`, the Cayley
/// transform of `t` times their rotation generator. Linear layers, RMS-normalised or not.
pub fn rotation_element(network: &Network, layer: usize, (row, column): (usize, usize), t: &Rational) -> Element {
    let width = network.layout().expect("a network with layers").widths()[layer + 1];
    let square = Rational::from(t * t);
    let norm = Rational::from(&square + 1_u32);
    let cosine = (Rational::from(1) - square) / &norm;
    let sine = Rational::from(t * 2_u32) / norm;
    let mut x = identity(width);
    x[(row, row)] = cosine.clone();
    x[(column, column)] = cosine;
    x[(row, column)] = -sine.clone();
    x[(column, row)] = sine;
    let name = format!("rotation of units {row} and {column} of hidden layer {layer} at t = {t}");
    matrix_element(network, layer, name, &x, &x.transpose())
}

/// The shear `I + s E` of hidden layer `layer`, with `E` the unit matrix of entry `(row, column)`, off the diagonal.
/// Linear layers.
pub fn shear(network: &Network, layer: usize, (row, column): (usize, usize), s: &Rational) -> Element {
    let width = network.layout().expect("a network with layers").widths()[layer + 1];
    let with = |value: Rational| {
        let mut x = identity(width);
        x[(row, column)] = value;
        x
    };
    let name = format!("shear ({row}, {column}) of hidden layer {layer} by {s}");
    matrix_element(network, layer, name, &with(s.clone()), &with(-s.clone()))
}

/// The multiplication of the weights and biases of `layer` by `factor > 0`. RMS-normalised layers.
pub fn block_scale(network: &Network, layer: usize, factor: &Rational) -> Element {
    let layout = network.layout().expect("a network with layers");
    let scaled = |mut map: LinearMap, factor: &Rational| {
        for parameter in layout.weights(layer).chain(layout.biases(layer)) {
            map.set_row(parameter, vec![(parameter, factor.clone())]);
        }
        map
    };
    Element::on_parameters(
        network,
        format!("scale of layer {layer} by {factor}"),
        |identity| scaled(identity, factor),
        |identity| scaled(identity, &factor.powi(-1)),
    )
}

/// The multiplication of all parameters by `factor`, which is not 0. Scale-invariant models.
pub fn whole_scale(network: &Network, factor: &Rational) -> Element {
    Element::on_parameters(
        network,
        format!("scale of all parameters by {factor}"),
        |identity| identity.scaled(factor),
        |identity| identity.scaled(&factor.powi(-1)),
    )
}

/// `W_1 -> W_1 P` with an orthogonal `P`, so that `f(K theta; x) = f(theta; P x)`: where the data are closed under `P`, a
/// symmetry of the data set, though not of each sample's loss.
pub fn input_element(network: &Network, name: String, p: &DMatrix<Rational>) -> Element {
    let layout = network.layout().expect("a network with layers");
    let build = |mut map: LinearMap, p: &DMatrix<Rational>| {
        for row in 0..layout.widths()[1] {
            for column in 0..p.ncols() {
                let nonzero = (0..p.nrows()).filter(|middle| !p[(*middle, column)].is_zero());
                let entries = nonzero.map(|middle| (layout.weight(0, row, middle), p[(middle, column)].clone()));
                map.set_row(layout.weight(0, row, column), entries.collect());
            }
        }
        map
    };
    Element::on_parameters(network, name, |identity| build(identity, p), |identity| build(identity, &p.transpose()))
}

/// `W_D -> Q^T W_D`, `b_D -> Q^T b_D` with an orthogonal `Q`, so that `f(K theta; x) = Q^T f(theta; x)`.
pub fn output_element(network: &Network, name: String, q: &DMatrix<Rational>) -> Element {
    let layout = network.layout().expect("a network with layers");
    let last = layout.depth() - 1;
    let build = |mut map: LinearMap, q: &DMatrix<Rational>| {
        for row in 0..q.ncols() {
            let entries = |at: &dyn Fn(usize) -> usize| {
                let nonzero = (0..q.nrows()).filter(|output| !q[(*output, row)].is_zero());
                nonzero.map(|output| (at(output), q[(output, row)].clone())).collect::<Vec<_>>()
            };
            for column in 0..layout.widths()[last] {
                map.set_row(layout.weight(last, row, column), entries(&|output| layout.weight(last, output, column)));
            }
            if layout.has_bias() {
                let start = layout.biases(last).start;
                map.set_row(start + row, entries(&|output| start + output));
            }
        }
        map
    };
    Element::on_parameters(network, name, |identity| build(identity, q), |identity| build(identity, &q.transpose()))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Loss, Piecewise};

    fn network() -> Network {
        Network::mlp(&[2, 3, 2, 2], Piecewise::Identity, true, Loss::SquaredError)
    }

    fn elements() -> Vec<Element> {
        let network = network();
        let (quarter, two) = (Rational::from((1, 4)), Rational::from(2));
        let mut turn = zeros(2);
        turn[(0, 1)] = Rational::from(-1);
        turn[(1, 0)] = Rational::from(1);
        vec![
            neuron_permutation(&network, 0, &[1, 2, 0]),
            neuron_permutation(&network, 1, &[1, 0]),
            sign_flip(&network, 0, 1),
            rotation_element(&network, 0, (2, 0), &quarter),
            input_element(&network, "turned inputs".to_owned(), &turn),
            output_element(&network, "turned outputs".to_owned(), &turn),
            neuron_rescaling(&network, 1, 0, &two, 2),
            shear(&network, 1, (0, 1), &quarter),
            block_scale(&network, 1, &two),
            whole_scale(&network, &two),
        ]
    }

    #[test]
    fn an_element_after_its_inverse_is_the_identity() {
        for element in elements() {
            assert!(!element.is_identity(), "{}", element.name);
            assert!(element.after(&element.inverted()).is_identity(), "{}", element.name);
            assert_eq!(element.after(&element.inverted()).places, Element::identity(&network()).places);
        }
    }

    #[test]
    fn permutations_flips_and_rotations_are_orthogonal_and_nothing_else_is() {
        let orthogonal: Vec<bool> = elements().iter().map(Element::is_orthogonal).collect();
        assert_eq!(orthogonal, [[true; 6].as_slice(), &[false; 4]].concat());
    }

    #[test]
    fn the_rotation_at_a_half_has_the_sides_3_4_5() {
        let network = Network::deep_linear(&[1, 2, 1]);
        let rotation = rotation_element(&network, 0, (0, 1), &Rational::from((1, 2)));
        let moved = rotation.map.apply(&[5, 0, 0, 0].map(Rational::from));
        assert_eq!(moved, [3, 4, 0, 0].map(Rational::from));
    }

    #[test]
    fn gates_follow_their_neurons() {
        let sample = |gates: [bool; 5]| {
            let gates = Some(gates.into());
            DataSet::new(vec![Sample { gates, ..Sample::new(vec![Rational::from(1); 2], vec![Rational::from(1); 2]) }])
        };
        let [first, second, ..] = &elements()[..] else { unreachable!("there are ten elements") };
        // Neuron 0 of the first hidden layer goes to place 1; the neurons of the second trade places.
        let moved = second.after(first).on_data(&sample([true, false, false, true, false]));
        assert_eq!(moved, sample([false, true, false, false, true]));
    }
}
