//! The orbit of some neurons under rescaling, `K_a: u -> a u, w -> a^{-k} w`, and the parts of the entropic loss along it.

use super::elements;
use crate::entropic::Preconditioner;
use crate::instances::{Point, Problem};
use crate::model::{Carrier, Network};
use crate::scalar::{Field, Rational};
use crate::symmetry::{self, Element, LinearMap, Symmetry};
use crate::verify::Stream;

/// Some neurons of a hidden layer with what grows and what shrinks along their orbit.
pub(super) struct Orbit {
    pub layer: usize,
    pub neurons: Vec<usize>,
    pub degree: i32,
    /// `u`
    pub incoming: Vec<usize>,
    /// `w`
    pub outgoing: Vec<usize>,
    /// `v`
    pub rest: Vec<usize>,
}

impl Orbit {
    /// A random nonempty set of neurons of a random hidden layer.
    pub fn draw(stream: &mut Stream, network: &Network, degree: i32) -> Self {
        let layout = network.layout().expect("networks of this kind have layers");
        let layer = stream.below(layout.depth() - 1);
        let width = layout.widths()[layer + 1];
        let mut neurons: Vec<usize> = (0..width).filter(|_| stream.coin()).collect();
        if neurons.is_empty() {
            neurons.push(stream.below(width));
        }
        let (mut incoming, mut outgoing) = (Vec::new(), Vec::new());
        for &neuron in &neurons {
            incoming.extend((0..layout.widths()[layer]).map(|column| layout.weight(layer, neuron, column)));
            incoming.extend(layout.biases(layer).nth(neuron));
            outgoing.extend((0..layout.widths()[layer + 2]).map(|row| layout.weight(layer + 1, row, neuron)));
        }
        let rest = (0..network.parameter_count()).filter(|i| !incoming.contains(i) && !outgoing.contains(i)).collect();
        Orbit { layer, neurons, degree, incoming, outgoing, rest }
    }

    /// `K_a`
    pub fn element(&self, network: &Network, a: &Rational) -> Element {
        self.neurons.iter().fold(Element::identity(network), |product, &neuron| {
            symmetry::neuron_rescaling(network, self.layer, neuron, a, self.degree).after(&product)
        })
    }

    /// `A`, with `K_a = e^{A ln a}`.
    pub fn generator(&self, network: &Network) -> LinearMap {
        self.neurons.iter().fold(LinearMap::zero(network.parameter_count()), |sum, &neuron| {
            sum.plus(&symmetry::neuron(network, self.layer, neuron, i64::from(self.degree)).map)
        })
    }
}

/// `gamma |block|^2` and `(eta/4) E|g_block|^2` for `u`, `w` and `v`.
pub(super) struct Parts<T> {
    pub decay: [T; 3],
    pub noise: [T; 3],
}

impl<T: Carrier> Parts<T> {
    pub fn new(point: &Point<T>, learning_rate: &T, orbit: &Orbit) -> Self {
        let square = |vector: &[T], block: &[usize]| {
            let mut sum = T::zero();
            for &index in block {
                sum += vector[index].squared();
            }
            sum
        };
        let gradients = point.objective().sample_gradients(&point.theta);
        let blocks = [&orbit.incoming, &orbit.outgoing, &orbit.rest];
        let quarter = T::ratio(1, 4) * learning_rate;
        let noise = blocks.map(|block| {
            let mut mean = T::zero();
            for (gradient, weight) in gradients.iter().zip(point.data.weights()) {
                mean += T::product(weight, &square(gradient, block));
            }
            T::product(&quarter, &mean)
        });
        Parts { decay: blocks.map(|block| T::product(&point.weight_decay, &square(&point.theta, block))), noise }
    }

    /// `p` and `q`
    pub fn p_and_q(&self) -> (T, T) {
        let [decay_u, decay_w, _] = &self.decay;
        let [noise_u, noise_w, _] = &self.noise;
        (decay_u.clone() + noise_w, decay_w.clone() + noise_u)
    }
}

/// A symmetric element: rescalings of one layer's neurons, in rotated axes if the layer is linear.
pub(super) fn draw_symmetric(stream: &mut Stream, network: &Network, orbit: &Orbit) -> Element {
    let width = network.layout().map_or(0, |layout| layout.widths()[orbit.layer + 1]);
    let mut element = (0..width).fold(Element::identity(network), |product, neuron| {
        let factor = elements::factor(stream, network);
        symmetry::neuron_rescaling(network, orbit.layer, neuron, &factor, orbit.degree).after(&product)
    });
    if symmetry::catalogue(network).contains(&Symmetry::Shear { layer: orbit.layer }) {
        let pair = elements::pair(stream, width);
        let rotation = symmetry::rotation_element(network, orbit.layer, pair, &stream.small());
        element = rotation.after(&element).after(&rotation.inverted());
    }
    element
}

/// A rational number other than 1 whose power lies strictly between two different positive numbers.
fn root_between(first: Rational, second: Rational, power: i32) -> Option<Rational> {
    let (low_power, high_power) = if first < second { (first, second) } else { (second, first) };
    let (mut low, mut high) = (Rational::new(), Rational::from(1));
    while high.powi(power) <= low_power {
        high *= 2;
    }
    for _ in 0..64 {
        let middle: Rational = Rational::from(&low + &high) / 2;
        let value = middle.powi(power);
        if value <= low_power {
            low = middle;
        } else if value >= high_power || middle == 1 {
            high = middle;
        } else {
            return Some(middle);
        }
    }
    None
}

/// Chooses the learning rate so that `a^power = q / p` has a rational solution, which is returned.
///
/// `q - a^power p` is linear in the learning rate; it vanishes at a positive one if `a^power` lies between
/// `|w|^2 / |u|^2` and `E|g_u|^2 / E|g_w|^2`.
pub(super) fn place_minimum(problem: &mut Problem, orbit: &Orbit, power: i32) -> Option<Rational> {
    let parts = Parts::new(&problem.at::<Rational>(), &Rational::from(1), orbit);
    let ([decay_u, decay_w, _], [noise_u, noise_w, _]) = (parts.decay, parts.noise);
    if [&decay_u, &decay_w, &noise_u, &noise_w].into_iter().any(Rational::is_zero) {
        return None;
    }
    let a = root_between(Rational::from(&decay_w / &decay_u), Rational::from(&noise_u / &noise_w), power)?;
    let square = a.powi(power);
    let learning_rate = (decay_w - decay_u * &square) / (noise_w * square - noise_u);
    problem.preconditioner = Preconditioner::Scalar(learning_rate);
    Some(a)
}
