//! Networks with equal and dead neurons, and the smaller network that each of them amounts to.

use crate::data::Sample;
use crate::model::{Activation, Carrier, Differentiable, Loss, Model, Network, Piecewise, Smooth};
use crate::scalar::{Field, Rational};
use crate::symmetry::{self, Element};
use crate::verify::Stream;
use std::sync::Arc;

/// A network with one hidden layer in which some neurons are equal up to sign and some are dead, by a symmetry `K`.
///
/// Its points with `K theta = theta` are the points `theta = P phi`, `phi` a point of the smaller network that has one
/// neuron in place of `n` equal ones, and none in place of a dead one. A coordinate of `phi` is the sum over the equal
/// neurons, so that each of them has the share `1/n` of it.
pub(super) struct Merger {
    /// The network with all of its neurons.
    pub(super) network: Network,
    /// `K`
    pub(super) element: Element,
    /// The network with merged neurons.
    merged: Network,
    /// `P`: for every parameter of the network, the one entry of its row, or none.
    shares: Vec<Option<(usize, Rational)>>,
    /// For every coordinate of `phi`, the number `n` of parameters that share it.
    copies: Vec<i64>,
}

/// What a hidden neuron is: a copy of a merged neuron, and whether with the other sign; none if it is dead.
type Slot = Option<(usize, bool)>;

impl Merger {
    /// A random one: with an odd activation a dead neuron and equal ones up to sign, otherwise equal ones.
    pub(super) fn draw(stream: &mut Stream, odd: bool) -> Self {
        let kinked = [Piecewise::Relu, Piecewise::LeakyRelu].map(Activation::Piecewise);
        let others = [Smooth::Sigmoid, Smooth::Gelu, Smooth::Silu].map(Activation::Smooth);
        let activation = match odd {
            true => Smooth::Tanh.into(),
            false => *stream.pick(&[kinked.as_slice(), &others].concat()),
        };
        let loss = *stream.pick(&[Loss::SquaredError, Loss::CrossEntropy, Loss::Logistic]);
        let outputs = if loss == Loss::CrossEntropy { 2 } else { 1 + stream.below(2) };
        let (inputs, bias) = (1 + stream.below(2), stream.coin());
        let slots = slots(stream, odd);
        let network = |hidden| Network::mlp(&[inputs, hidden, outputs], activation, bias, loss);
        let groups = slots.iter().flatten().map(|(group, _)| group + 1).max().unwrap_or(1);
        Self::new(network(slots.len()), network(groups), &slots)
    }

    fn new(network: Network, merged: Network, slots: &[Slot]) -> Self {
        let (whole, small) = (layout(&network), layout(&merged));
        let mut shares = vec![None; network.parameter_count()];
        for (neuron, slot) in slots.iter().enumerate() {
            let Some((group, negative)) = *slot else { continue };
            let equal = slots.iter().flatten().filter(|(other, _)| *other == group).count() as i64;
            let share = Rational::from((if negative { -1 } else { 1 }, equal));
            for input in 0..whole.widths()[0] {
                shares[whole.weight(0, neuron, input)] = Some((small.weight(0, group, input), share.clone()));
            }
            for output in 0..whole.widths()[2] {
                shares[whole.weight(1, output, neuron)] = Some((small.weight(1, output, group), share.clone()));
            }
            if whole.has_bias() {
                shares[whole.biases(0).start + neuron] = Some((small.biases(0).start + group, share));
            }
        }
        for (parameter, coordinate) in whole.biases(1).zip(small.biases(1)) {
            shares[parameter] = Some((coordinate, Rational::from(1)));
        }
        let mut copies = vec![0; merged.parameter_count()];
        for (coordinate, _) in shares.iter().flatten() {
            copies[*coordinate] += 1;
        }
        let element = element(&network, slots);
        Merger { network, element, merged, shares, copies }
    }

    /// The sums over equal neurons: `P` of them is the mean of `theta` over the powers of `K`.
    pub(super) fn sums(&self, theta: &[Rational]) -> Vec<Rational> {
        let mut phi = vec![Rational::new(); self.copies.len()];
        for (parameter, share) in theta.iter().zip(&self.shares) {
            if let Some((coordinate, share)) = share {
                phi[*coordinate] += Rational::from(parameter * share) * self.copies[*coordinate];
            }
        }
        phi
    }

    /// `P phi`
    pub(super) fn spread<T: Field>(&self, phi: &[T]) -> Vec<T> {
        let entry = |share: &Option<(usize, Rational)>| match share {
            Some((coordinate, share)) => T::from_rational(share) * &phi[*coordinate],
            None => T::zero(),
        };
        self.shares.iter().map(entry).collect()
    }

    /// For every coordinate of `phi`, the number of parameters that share it.
    pub(super) fn copies(&self) -> &[i64] {
        &self.copies
    }

    /// The loss of the smaller network, with the weight decay `gamma` of the whole one.
    pub(super) fn loss<T: Carrier>(&self, weight_decay: T) -> Option<MergedLoss<T>> {
        Some(MergedLoss {
            network: T::model(&self.merged)?,
            incoming: layout(&self.merged).biases(0).end,
            copies: self.copies.iter().map(|&copies| T::integer(copies)).collect(),
            weight_decay,
        })
    }
}

fn layout(network: &Network) -> &crate::model::mlp::Layout {
    network.layout().expect("a perceptron has layers")
}

/// Two or three equal neurons, one or two others (which may be equal, too), and if the activation is odd a dead one; at
/// most four, in random order.
fn slots(stream: &mut Stream, odd: bool) -> Vec<Slot> {
    let first = 2 + stream.below(2);
    let second = if odd { 3 - first } else { 1 + stream.below(4 - first) };
    let neurons = (0..first).map(|_| 0).chain((0..second).map(|_| 1));
    let mut sorted: Vec<Slot> = neurons.map(|group| Some((group, odd && stream.coin()))).collect();
    if odd {
        sorted.push(None);
    }
    stream.permutation(sorted.len()).into_iter().map(|place| sorted[place]).collect()
}

/// `K`: equal neurons move round a circle, with the signs that they have, and dead ones are flipped.
fn element(network: &Network, slots: &[Slot]) -> Element {
    let mut places: Vec<usize> = (0..slots.len()).collect();
    for (neuron, slot) in slots.iter().enumerate() {
        let Some((group, _)) = slot else { continue };
        let equal = |other: &usize| slots[*other].is_some_and(|(known, _)| known == *group);
        let next = (neuron + 1..slots.len()).chain(0..=neuron).find(equal);
        places[neuron] = next.unwrap_or(neuron);
    }
    let flips = |flipped: &dyn Fn(&Slot) -> bool| {
        let flipped = (0..slots.len()).filter(|neuron| flipped(&slots[*neuron]));
        flipped
            .fold(Element::identity(network), |product, neuron| symmetry::sign_flip(network, 0, neuron).after(&product))
    };
    let signs = flips(&|slot| slot.is_some_and(|(_, negative)| negative));
    let dead = flips(&Option::is_none);
    dead.after(&signs).after(&symmetry::neuron_permutation(network, 0, &places)).after(&signs)
}

/// `l(P phi) + gamma |P phi|^2` by the smaller network, whose neurons have incoming weights `phi / n` and outgoing
/// weights `phi`.
pub(super) struct MergedLoss<T> {
    network: Arc<dyn Differentiable<T>>,
    /// The number of incoming weights and biases; they are the first parameters.
    incoming: usize,
    /// `n`
    copies: Vec<T>,
    weight_decay: T,
}

impl<T: Field> Model<T> for MergedLoss<T> {
    fn parameter_count(&self) -> usize {
        self.copies.len()
    }

    fn loss_and_gradient(&self, phi: &[T], sample: &Sample<T>, gradient: &mut [T]) -> T {
        let mut theta = phi.to_vec();
        for (weight, copies) in theta[..self.incoming].iter_mut().zip(&self.copies) {
            *weight /= copies;
        }
        let mut loss = self.network.loss_and_gradient(&theta, sample, gradient);
        for (slope, copies) in gradient[..self.incoming].iter_mut().zip(&self.copies) {
            *slope /= copies;
        }
        for ((slope, coordinate), copies) in gradient.iter_mut().zip(phi).zip(&self.copies) {
            let pull = T::product(&self.weight_decay, coordinate) / copies;
            loss += T::product(&pull, coordinate);
            *slope += T::integer(2) * pull;
        }
        loss
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::symmetry::LinearMap;

    fn mergers() -> impl Iterator<Item = (Merger, Stream)> {
        (0..40).map(|number| {
            let mut stream = Stream::new(&["merger"], 0, number);
            (Merger::draw(&mut stream, number % 2 == 0), stream)
        })
    }

    #[test]
    fn the_points_that_the_element_fixes_are_those_of_the_smaller_network() {
        for (merger, mut stream) in mergers() {
            let theta: Vec<Rational> = (0..merger.network.parameter_count()).map(|_| stream.small()).collect();
            let map = &merger.element.map;
            // The mean over the powers of K projects onto its fixed points.
            let (mut power, mut order) = (map.clone(), 1);
            let mut total = theta.clone();
            while power != LinearMap::identity(theta.len()) {
                for (sum, entry) in total.iter_mut().zip(power.apply(&theta)) {
                    *sum += entry;
                }
                power = map.after(&power);
                order += 1;
            }
            let mean: Vec<Rational> = total.into_iter().map(|sum| sum / order).collect();
            assert_eq!(merger.spread(&merger.sums(&theta)), mean, "{}: {}", merger.network, merger.element.name);
            assert_eq!(map.apply(&mean), mean);
        }
    }

    #[test]
    fn the_smaller_network_has_the_loss_of_the_whole_one() {
        for (merger, mut stream) in mergers() {
            let network = &merger.network;
            let mut draw = |len: usize| (0..len).map(|_| f64::from_rational(&stream.small())).collect::<Vec<_>>();
            let phi = draw(merger.copies().len());
            let sample = Sample::new(draw(network.input_len()), draw(network.target_len()));
            let theta = merger.spread(&phi);
            let decay: f64 = theta.iter().map(|entry| entry * entry / 7.0).sum();
            let whole = f64::model(network).expect("doubles carry every network").loss(&theta, &sample) + decay;
            let merged = merger.loss(1.0 / 7.0).expect("doubles carry every network").loss(&phi, &sample);
            assert!((whole - merged).abs() < 1e-12 * (1.0 + whole.abs()), "{whole} is not {merged}");
        }
    }
}
