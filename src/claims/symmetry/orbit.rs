//! Random group elements, and what they do to a point.

use crate::claim::{Class, Drawn, Palette, Point, Problem, Relation, Stream, Term};
use crate::entropic::Preconditioner;
use crate::linalg::products::dot;
use crate::model::{Activation, Carrier, Loss, Network, Piecewise, Smooth};
use crate::scalar::Rational;
use crate::symmetry::transformer::{Exchange, attentions, exchanges};
use crate::symmetry::{self, Element, LinearMap, Symmetry};
use nalgebra::DMatrix;

pub(super) use crate::claims::defined::at;

/// A problem with an element of its symmetry group: the instance of most claims of this family.
pub struct Moved {
    pub(super) problem: Problem,
    pub(super) element: Element,
}

impl Drawn for Moved {
    fn class(&self) -> Class {
        self.problem.class()
    }
    fn is_algebraic(&self) -> bool {
        self.problem.is_algebraic()
    }
    fn describe(&self) -> String {
        format!("{}: {}", self.problem.describe(), self.element.name)
    }
}

/// What carries gradients along with a point that `K` moves: the inverse transposed, or what a control takes in its place.
#[derive(Clone, Copy)]
pub(super) enum Carrying {
    InverseTransposed,
    Transposed,
    Inverse,
    Itself,
}

impl Carrying {
    /// Of an element `K`.
    pub fn of(self, element: &Element) -> LinearMap {
        match self {
            Carrying::InverseTransposed => element.inverse.transposed(),
            Carrying::Transposed => element.map.transposed(),
            Carrying::Inverse => element.inverse.clone(),
            Carrying::Itself => element.map.clone(),
        }
    }
}

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

/// A network of the palette whose loss is defined everywhere.
///
/// A layer of ReLUs can be silent altogether; if the next layer has no bias, there is nothing to normalise.
pub(super) fn network(stream: &mut Stream, palette: Palette, class: Class) -> Network {
    loop {
        let network = palette.network(stream, class);
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

/// A network of the palette that has symmetries of the admitted kinds, and one of them.
pub(super) fn draw_network(
    stream: &mut Stream,
    palette: Palette,
    class: Class,
    admits: impl Fn(Symmetry) -> bool,
) -> (Network, Element) {
    loop {
        let network = network(stream, palette, class);
        if let Some(element) = draw_element(stream, &network, &admits) {
            return (network, element);
        }
    }
}

/// A small decoder, and a product of up to three exchanges that change nothing.
pub(super) fn draw_decoder(stream: &mut Stream) -> (Network, Element) {
    let composed = crate::claims::decoders::random_shape(stream, true).network().expect("the sizes fit");
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
    let mut shape = crate::claims::decoders::random_shape(stream, false);
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

/// The point `K theta`. Samples, learning rates and decay stay; forced activation patterns follow the neurons.
pub(super) fn moved<T: Carrier>(point: &Point<T>, element: &Element) -> Point<T> {
    Point {
        model: point.model.clone(),
        theta: element.map.apply(&point.theta),
        data: element.on_data(&point.data),
        preconditioner: point.preconditioner.clone(),
        weight_decay: point.weight_decay.clone(),
    }
}

/// The losses of all samples, without decay.
pub(super) fn losses<T: Carrier>(point: &Point<T>) -> Vec<T> {
    point.data.samples().iter().map(|sample| point.model.loss(&point.theta, sample)).collect()
}

/// `l(K theta; z) = l(theta; z)` for every sample: what makes `K` a symmetry.
pub(super) fn flat_loss<T: Carrier>(point: &Point<T>, image: &Point<T>) -> Relation<T> {
    let left = vec![Term::vector("l(K theta; z)", losses(image))];
    Relation::equality("the loss is flat", left, vec![Term::vector("l(theta; z)", losses(point))])
}

/// `F(K theta) = F(theta)`, term by term, and `grad F(K theta) = K grad F(theta)`.
pub(super) fn invariance<T: Carrier>(point: &Point<T>, image: &Point<T>, map: &LinearMap) -> [Relation<T>; 2] {
    let (here, there) = (point.objective(), image.objective());
    let decay = |point: &Point<T>| T::product(&point.weight_decay, &dot(&point.theta, &point.theta));
    let entropic_loss = Relation::equality(
        "the entropic loss",
        vec![
            Term::scalar("L(K theta)", there.loss(&image.theta)),
            Term::scalar("gamma |K theta|^2", decay(image)),
            Term::scalar("S(K theta)", there.entropy(&image.theta)),
        ],
        vec![
            Term::scalar("L(theta)", here.loss(&point.theta)),
            Term::scalar("gamma |theta|^2", decay(point)),
            Term::scalar("S(theta)", here.entropy(&point.theta)),
        ],
    );
    let gradient = Relation::equality(
        "its gradient",
        vec![Term::vector("grad F(K theta)", there.entropic_gradient(&image.theta))],
        vec![Term::vector("K grad F(theta)", map.apply(&here.entropic_gradient(&point.theta)))],
    );
    [entropic_loss, gradient]
}

/// The mean of a learning-rate matrix over the conjugations with the powers of `K`, a signed permutation: it commutes
/// with `K`, and is positive definite if the matrix is.
pub(super) fn averaged(rates: Preconditioner<Rational>, map: &LinearMap) -> Preconditioner<Rational> {
    let identity = LinearMap::identity(map.dimension());
    let mut power = map.clone();
    let mut order = 1;
    let mut total = rates.clone();
    while power != identity {
        // Entry (i, j) of K Lambda K^T is K_ia K_jb Lambda_ab with the one nonzero entry of each row.
        let entry = |row: usize| &power.row(row)[0];
        match (&mut total, &rates) {
            (Preconditioner::Diagonal(total), Preconditioner::Diagonal(rates)) => {
                for (row, rate) in total.iter_mut().enumerate() {
                    *rate += &rates[entry(row).0];
                }
            }
            (Preconditioner::Full(total), Preconditioner::Full(rates)) => {
                *total += DMatrix::from_fn(total.nrows(), total.ncols(), |row, column| {
                    let ((a, outer), (b, inner)) = (entry(row), entry(column));
                    Rational::from(outer * inner) * &rates[(*a, *b)]
                });
            }
            _ => return rates,
        }
        power = map.after(&power);
        order += 1;
    }
    total.map(|rate| Rational::from(rate / order))
}

/// Different learning rates for all parameters: no permutation commutes with them.
pub(super) fn distinct_rates(stream: &mut Stream, parameters: usize) -> Preconditioner<Rational> {
    let rates = (0..parameters).map(|i| stream.positive() / 64 + Rational::from((i as i64 + 1, 16)));
    Preconditioner::Diagonal(rates.collect())
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

/// A deep linear network with one hidden layer of at least two units, for controls.
pub(super) fn draw_two_layer_linear(stream: &mut Stream) -> Network {
    Network::deep_linear(&[1 + stream.below(3), 2 + stream.below(2), 1 + stream.below(3)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claim::problem::{Rates, preconditioner};

    #[test]
    fn averaged_learning_rates_commute_with_the_element_and_others_do_not() {
        let mut stream = Stream::new(&["averaged"], 0, 0);
        let mut moved_by_others = 0;
        for _ in 0..20 {
            let (network, element) = draw_network(&mut stream, Palette::Odd, Class::Generic, Symmetry::is_discrete);
            let parameters = network.parameter_count();
            let probe: Vec<Rational> = (0..parameters).map(|_| stream.dyadic(16)).collect();
            let commutes = |rates: &Preconditioner<Rational>| {
                element.map.apply(&rates.apply(&probe)) == rates.apply(&element.map.apply(&probe))
            };
            let rates = preconditioner(&mut stream, Rates::Any, parameters);
            moved_by_others += usize::from(!commutes(&rates));
            assert!(commutes(&averaged(rates, &element.map)), "{network}: {}", element.name);
        }
        assert!(moved_by_others > 0);
    }
}
