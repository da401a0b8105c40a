//! Random group elements, with networks that have them.

use crate::instances::NetworkKind;
use crate::instances::decoders;
use crate::model::{Activation, Loss, Network, Piecewise, Smooth};
use crate::scalar::Rational;
use crate::symmetry::transformer::{Exchange, attentions, exchanges};
use crate::symmetry::{self, Element, LinearMap, Symmetry};
use crate::verify::{Class, Stream};

/// A random product of elements of the admitted kinds, not the identity; none if the network has none.
///
/// Half of the time up to three elements, otherwise one of every kind in random order.
pub(super) fn draw_element(
    stream: &mut Stream,
    network: &Network,
    admits: impl Fn(Symmetry) -> bool,
) -> Option<Element> {
    let kinds: Vec<Symmetry> = symmetry::catalogue(network).into_iter().filter(|kind| admits(*kind)).collect();
    if kinds.is_empty() {
        return None;
    }
    loop {
        let mut product = Element::identity(network);
        let factors: Vec<Symmetry> = if stream.coin() {
            stream.permutation(kinds.len()).into_iter().map(|place| kinds[place]).collect()
        } else {
            (0..1 + stream.below(3)).map(|_| *stream.pick(&kinds)).collect()
        };
        for kind in factors {
            product = draw_factor(stream, network, kind).after(&product);
        }
        if !product.is_identity() {
            return Some(product);
        }
    }
}

/// A network of the network_kind whose loss is defined everywhere.
///
/// A layer of ReLUs can be silent altogether; if the next layer has no bias, there is nothing to normalise.
pub(super) fn network(stream: &mut Stream, network_kind: NetworkKind, class: Class) -> Network {
    loop {
        let network = network_kind.network(stream, class);
        let silent = match &network {
            Network::Mlp { normalised: true, activation, layout, .. } => {
                let relu = [Piecewise::Relu, Piecewise::SquaredRelu].map(Activation::Piecewise).contains(activation);
                relu && layout.depth() > 2 && !layout.has_bias()
            }
            _ => false,
        };
        if !silent {
            return network;
        }
    }
}

/// A network of the network_kind that has symmetries of the admitted kinds, and one of them.
pub(super) fn draw_network(
    stream: &mut Stream,
    network_kind: NetworkKind,
    class: Class,
    admits: impl Fn(Symmetry) -> bool,
) -> (Network, Element) {
    loop {
        let network = network(stream, network_kind, class);
        if let Some(element) = draw_element(stream, &network, &admits) {
            return (network, element);
        }
    }
}

/// A small decoder, and a product of up to three exchanges that change nothing.
pub(super) fn draw_decoder(stream: &mut Stream) -> (Network, Element) {
    let composed = decoders::random_shape(stream, true).network().expect("the sizes fit");
    let exchanges = exchanges(&composed);
    let network = Network::Composed(composed);
    loop {
        let mut product = Element::identity(&network);
        for _ in 0..1 + stream.below(3) {
            let Exchange { name, pairs } = stream.pick(&exchanges).clone();
            product = symmetry::exchange_element(&network, name, &pairs).after(&product);
        }
        if !product.is_identity() {
            return (network, product);
        }
    }
}

/// A decoder with two heads in a group, and the exchange of their queries alone.
pub(super) fn draw_query_exchange(stream: &mut Stream) -> (Network, Element) {
    let mut shape = decoders::random_shape(stream, false);
    (shape.attention.groups, shape.attention.heads) = (1, 2);
    let composed = shape.network().expect("the sizes fit");
    let attention = &attentions(&composed)[0];
    let rows = |head: usize| (0..attention.shape.size).flat_map(move |unit| attention.row("query", head, unit));
    let pairs: Vec<(usize, usize)> = rows(0).zip(rows(1)).collect();
    let network = Network::Composed(composed.clone());
    let element = symmetry::exchange_element(&network, "queries of heads 0 and 1".to_owned(), &pairs);
    (network, element)
}

/// One element of a kind, not the identity.
pub(super) fn draw_factor(stream: &mut Stream, network: &Network, kind: Symmetry) -> Element {
    let width = |layer: usize| network.layout().map_or(0, |layout| layout.widths()[layer + 1]);
    match kind {
        Symmetry::NeuronPermutation { layer } => {
            symmetry::neuron_permutation(network, layer, &proper_permutation(stream, width(layer)))
        }
        Symmetry::SignFlip { layer } => symmetry::sign_flip(network, layer, stream.below(width(layer))),
        Symmetry::Rotation { layer } => {
            symmetry::rotation_element(network, layer, pair(stream, width(layer)), &stream.small())
        }
        Symmetry::Shear { layer } => symmetry::shear(network, layer, pair(stream, width(layer)), &stream.small()),
        Symmetry::Rescaling { layer, degree } => {
            let index = stream.below(width(layer));
            symmetry::neuron_rescaling(network, layer, index, &factor(stream, network), degree)
        }
        Symmetry::BlockScale { layer } => symmetry::block_scale(network, layer, &factor(stream, network)),
        Symmetry::WholeScale => symmetry::whole_scale(network, &factor(stream, network)),
    }
}

/// A permutation of `0..len`, `len > 1`, that moves something.
pub(super) fn proper_permutation(stream: &mut Stream, len: usize) -> Vec<usize> {
    loop {
        let places = stream.permutation(len);
        if places.iter().enumerate().any(|(from, to)| from != *to) {
            return places;
        }
    }
}

/// Two different indices below `len > 1`.
pub(super) fn pair(stream: &mut Stream, len: usize) -> (usize, usize) {
    let first = stream.below(len);
    (first, (first + 1 + stream.below(len - 1)) % len)
}

/// A positive factor other than 1.
///
/// Where rounding meets a kink, a power of two: a pre-activation that is exactly 0 must stay so when it is rescaled.
pub(super) fn factor(stream: &mut Stream, network: &Network) -> Rational {
    let smooth_or_linear = !matches!(network.activation(), Activation::Piecewise(kind) if kind != Piecewise::Identity);
    let factors: &[(i64, i64)] = &[(2, 1), (1, 2), (4, 1), (1, 4), (3, 1), (1, 3), (3, 2), (2, 3), (5, 4), (4, 5)];
    let exact = network.is_algebraic() || smooth_or_linear;
    Rational::from(*stream.pick(if exact { factors } else { &factors[..4] }))
}

/// The permutation of the neurons of the first hidden layer with the outgoing weights left behind: no symmetry.
pub(super) fn incoming_permutation(network: &Network, places: &[usize]) -> Element {
    let layout = network.layout().expect("a network with layers");
    let mut element = symmetry::neuron_permutation(network, 0, places);
    for parameter in layout.weights(1) {
        element.map.set_row(parameter, vec![(parameter, Rational::from(1))]);
        element.inverse.set_row(parameter, vec![(parameter, Rational::from(1))]);
    }
    element
}

/// The sign flip of one neuron behind a sigmoid, which is not odd: `s(x) + s(-x) = 1`, so that the output moves by an
/// outgoing weight wherever the neuron is. With one hidden layer, so that nothing downstream can hide it.
pub(super) fn draw_even_flip(stream: &mut Stream) -> (Network, Element) {
    let network = draw_shallow(stream, Smooth::Sigmoid);
    let element = symmetry::sign_flip(&network, 0, stream.below(width(&network)));
    (network, element)
}

/// The width of the first hidden layer.
pub(super) fn width(network: &Network) -> usize {
    network.layout().map_or(0, |layout| layout.widths()[1])
}

/// A perceptron with one hidden layer.
pub(super) fn draw_shallow(stream: &mut Stream, activation: impl Into<Activation>) -> Network {
    let widths = [1 + stream.below(3), 1 + stream.below(3), 1 + stream.below(2)];
    Network::mlp(&widths, activation, stream.coin(), Loss::SquaredError)
}

/// The number of powers of a signed permutation.
pub(super) fn order(element: &Element) -> i64 {
    let identity = LinearMap::identity(element.map.dimension());
    let mut power = element.map.clone();
    let mut order = 1;
    while power != identity {
        power = element.map.after(&power);
        order += 1;
    }
    order
}

/// A network of the widths of another, with an odd activation.
pub(super) fn activated(stream: &mut Stream, linear: &Network) -> Network {
    let widths = linear.layout().map_or(&[][..], |layout| layout.widths());
    Network::mlp(widths, Smooth::Tanh, stream.coin(), Loss::SquaredError)
}

/// A deep linear network with one hidden layer of at least two units, for controls.
pub(super) fn draw_two_layer_linear(stream: &mut Stream) -> Network {
    Network::deep_linear(&[1 + stream.below(3), 2 + stream.below(2), 1 + stream.below(3)])
}
