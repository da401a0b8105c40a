//! Networks at points of a mirror set: equal neurons and dead ones.

use super::derivative::{Jet, constants, jet};
use super::drawing::{Pair, carried, smalls};
use crate::scalar::{Field, Rational};
use crate::verify::{Class, Drawn, Numbers, Stream};

/// Where, and along what, the second derivatives are taken.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Place {
    /// On the mirror set, across it.
    Across,
    /// On the mirror set, along it.
    Along,
    /// Off the mirror set.
    Off,
    /// On the mirror set of a loss that is symmetric while the model changes its sign.
    LossAlone,
}

/// A function of one number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Activation {
    Cubic,
    Rational,
    Linear,
    Square,
}

impl Activation {
    pub(super) fn apply<T: Field>(self, z: T) -> T {
        match self {
            Activation::Cubic => z.clone() * z.squared() + z,
            Activation::Rational => z.clone() / (T::one() + z.squared()),
            Activation::Linear => z,
            Activation::Square => z.squared(),
        }
    }
}

/// Which mirror.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Mirror {
    Twins,
    Dead,
    /// `f = u sigma(w x)`, which changes its sign with `u`.
    Signed,
}

/// A network at a point of a mirror set, with samples.
pub(super) struct Network {
    pub(super) mirror: Mirror,
    activation: Activation,
    outputs: usize,
    /// Neuron by neuron `u` (outputs) and `w` (two inputs), then the biases of the outputs.
    pub(super) theta: Vec<Rational>,
    /// Inputs and labels.
    pub(super) samples: Vec<Pair<Rational>>,
    pub(super) weight_decay: Rational,
}

pub(super) const INPUTS: usize = 2;

impl Network {
    pub(super) fn neurons(&self) -> usize {
        match self.mirror {
            Mirror::Twins => 3,
            Mirror::Dead => 2,
            Mirror::Signed => 1,
        }
    }

    pub(super) fn width(&self) -> usize {
        self.outputs + INPUTS
    }

    /// The outputs at an input.
    pub(super) fn output<T: Field>(&self, theta: &[T], input: &[T]) -> Vec<T> {
        let mut output = if self.mirror == Mirror::Signed {
            vec![T::zero(); self.outputs]
        } else {
            theta[self.neurons() * self.width()..].to_vec()
        };
        for neuron in theta.chunks(self.width()).take(self.neurons()) {
            let (readout, weights) = neuron.split_at(self.outputs);
            let z = T::product(&weights[0], &input[0]) + T::product(&weights[1], &input[1]);
            let active = self.activation.apply(z);
            for (entry, readout) in output.iter_mut().zip(readout) {
                *entry += T::product(readout, &active);
            }
        }
        output
    }

    /// `ell(f, y)`: `r^2 + r^4` of the residual, or of `f^2 - y` where the loss alone is symmetric.
    pub(super) fn loss<T: Field>(&self, output: &[T], label: &[T]) -> T {
        let mut square = T::zero();
        for (output, label) in output.iter().zip(label) {
            let output = if self.mirror == Mirror::Signed { output.squared() } else { output.clone() };
            square += (output - label).squared();
        }
        square.clone() + square.squared()
    }

    /// Directions across the mirror, or along its set.
    pub(super) fn directions<T: Field>(&self, across: bool) -> Vec<Vec<T>> {
        let count = self.theta.len();
        let unit = |places: &[(usize, i64)]| {
            let mut direction = vec![T::zero(); count];
            for (place, entry) in places {
                direction[*place] = T::integer(*entry);
            }
            direction
        };
        let width = self.width();
        match (self.mirror, across) {
            (Mirror::Twins, true) => (0..width).map(|place| unit(&[(place, 1), (width + place, -1)])).collect(),
            (Mirror::Twins, false) => {
                let both = (0..width).map(|place| unit(&[(place, 1), (width + place, 1)]));
                both.chain((2 * width..count).map(|place| unit(&[(place, 1)]))).collect()
            }
            (Mirror::Dead, true) => (0..width).map(|place| unit(&[(place, 1)])).collect(),
            (Mirror::Dead, false) => (width..count).map(|place| unit(&[(place, 1)])).collect(),
            (Mirror::Signed, true) => (0..self.outputs).map(|place| unit(&[(place, 1)])).collect(),
            (Mirror::Signed, false) => (self.outputs..count).map(|place| unit(&[(place, 1)])).collect(),
        }
    }

    /// `P^T grad f_k`, for every sample.
    pub(super) fn slopes<T: Field>(&self, directions: &[Vec<T>]) -> Vec<T> {
        let theta: Vec<T> = carried(&self.theta);
        let zero = vec![T::zero(); theta.len()];
        let mut slopes = Vec::new();
        for (input, _) in &self.samples {
            let input = twice(&carried::<T>(input));
            for direction in directions {
                slopes.extend(self.output(&jet(&theta, direction, &zero), &input).into_iter().map(|f| f.value.tangent));
            }
        }
        slopes
    }

    pub(super) fn draw(stream: &mut Stream, place: Place) -> Self {
        let mirror = match place {
            Place::LossAlone => Mirror::Signed,
            _ => *stream.pick(&[Mirror::Twins, Mirror::Dead]),
        };
        let odd = [Activation::Cubic, Activation::Rational, Activation::Linear, Activation::Square];
        let activation = *stream.pick(if mirror == Mirror::Twins { &odd } else { &odd[..3] });
        let outputs = 1 + stream.below(2);
        let mut network = Network {
            mirror,
            activation,
            outputs,
            theta: Vec::new(),
            samples: Vec::new(),
            weight_decay: stream.positive(),
        };
        let width = network.width();
        let biases = if mirror == Mirror::Signed { 0 } else { outputs };
        network.theta = smalls(stream, network.neurons() * width + biases);
        if place != Place::Off {
            match mirror {
                Mirror::Twins => twin(&mut network.theta, width),
                Mirror::Dead => network.theta[..width].fill(Rational::new()),
                Mirror::Signed => network.theta[..outputs].fill(Rational::new()),
            }
        }
        let count = 1 + stream.below(3);
        network.samples = (0..count).map(|_| (smalls(stream, INPUTS), smalls(stream, outputs))).collect();
        if mirror == Mirror::Signed {
            // So that the second derivatives of ell, -4 y (1 + 2 |y|^2), do not cancel.
            network.samples.iter_mut().flat_map(|sample| &mut sample.1).for_each(|label| *label = label.clone().abs());
        }
        network
    }
}

/// Makes the second neuron equal to the first.
pub(super) fn twin(theta: &mut [Rational], width: usize) {
    let (first, rest) = theta.split_at_mut(width);
    rest[..width].clone_from_slice(first);
}

impl Drawn for Network {
    fn class(&self) -> Class {
        Class::Awkward
    }
    fn is_algebraic(&self) -> bool {
        true
    }
    fn describe(&self) -> String {
        format!("{:?}, {:?}, {} outputs, {} samples", self.mirror, self.activation, self.outputs, self.samples.len())
            .to_lowercase()
    }
    fn numbers(&self) -> Vec<Numbers> {
        let all = |part: fn(&Pair<Rational>) -> &Vec<Rational>| {
            self.samples.iter().flat_map(move |sample| part(sample).clone()).collect::<Vec<_>>()
        };
        vec![
            Numbers::new("theta, neuron by neuron", self.theta.clone()),
            Numbers::new("inputs", all(|sample| &sample.0)),
            Numbers::new("labels", all(|sample| &sample.1)),
            Numbers::new("gamma", [self.weight_decay.clone()]),
        ]
    }
}

/// Constants with two nilpotent units.
pub(super) fn twice<T: Field>(numbers: &[T]) -> Vec<Jet<T>> {
    constants(&constants(numbers))
}
