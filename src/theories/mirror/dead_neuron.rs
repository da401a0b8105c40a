//! A dead neuron beside a network that is held fixed: its loss, the pull on it, and the neuron that would be the first to grow.

use super::drawing::Pair;
use crate::scalar::{Branch, Field, Rational, Ring};
use crate::verify::{Class, Drawn, Numbers};
use nalgebra::DMatrix;

/// A neuron, or a linear one beside a linear network of depth two at its minimum.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Neuron {
    Linear,
    Rectified,
    Squared,
    Marginal,
}

/// A dead neuron with what the rest of the network leaves to learn.
pub(super) struct Dead {
    pub(super) neuron: Neuron,
    /// Inputs and residuals `f - y` without the neuron.
    pub(super) samples: Vec<Pair<Rational>>,
    pub(super) weight_decay: Rational,
    /// `M`; its square for rectified neurons; of no meaning for the others.
    pub(super) size: Rational,
    /// Whether it is said to be stable.
    pub(super) is_stable: bool,
    /// The neuron that would be the first to grow, `u` and `w`.
    pub(super) first: Pair<Rational>,
    /// Another one.
    pub(super) other: Pair<Rational>,
    /// Of the network of depth two: the modes' `w`, then `V` and both matrices.
    pub(super) beside: Option<[DMatrix<Rational>; 3]>,
}

pub(super) const INPUTS: usize = 2;

impl Drawn for Dead {
    fn class(&self) -> Class {
        Class::Awkward
    }
    fn is_algebraic(&self) -> bool {
        true
    }
    fn describe(&self) -> String {
        let says = if self.is_stable { "stable" } else { "not stable" };
        format!("a {} neuron, gamma = {}: {says}", format!("{:?}", self.neuron).to_lowercase(), self.weight_decay)
    }
    fn numbers(&self) -> Vec<Numbers> {
        let all = |part: fn(&Pair<Rational>) -> &Vec<Rational>| {
            self.samples.iter().flat_map(move |sample| part(sample).clone()).collect::<Vec<_>>()
        };
        let both = |(u, w): &Pair<Rational>| u.iter().chain(w).cloned().collect::<Vec<_>>();
        vec![
            Numbers::new("inputs", all(|sample| &sample.0)),
            Numbers::new("residuals", all(|sample| &sample.1)),
            Numbers::new("gamma", [self.weight_decay.clone()]),
            Numbers::new("u, w that grow first", both(&self.first)),
            Numbers::new("another u, w", both(&self.other)),
        ]
    }
}

impl Neuron {
    pub(super) fn apply<T: Branch>(self, z: T) -> T {
        match self {
            Neuron::Linear | Neuron::Marginal => z,
            Neuron::Rectified => z.maximum(&T::zero()),
            Neuron::Squared => z.squared(),
        }
    }

    pub(super) fn outputs(self) -> usize {
        if self == Neuron::Rectified { 1 } else { 2 }
    }
}

pub(super) fn dot<T: Field>(a: &[T], b: &[T]) -> T {
    a.iter().zip(b).fold(T::zero(), |sum, (a, b)| sum + T::product(a, b))
}

/// `E |r + u sigma(w.x)|^2 + gamma (|u|^2 + |w|^2)`
pub(super) fn loss<T: Branch>(neuron: Neuron, samples: &[Pair<T>], gamma: &T, theta: &[T]) -> T {
    let (u, w) = theta.split_at(neuron.outputs());
    let mut sum = T::zero();
    for (input, residual) in samples {
        let active = neuron.apply(dot(w, input));
        for (residual, u) in residual.iter().zip(u) {
            sum += (residual.clone() + T::product(u, &active)).squared();
        }
    }
    sum * T::ratio(1, samples.len() as i64) + T::product(gamma, &dot(theta, theta))
}

/// `E[delta sigma(w.x)]`, `delta = 2 r`
pub(super) fn pull(neuron: Neuron, samples: &[Pair<Rational>], w: &[Rational]) -> Vec<Rational> {
    let mut pull = vec![Rational::new(); neuron.outputs()];
    for (input, residual) in samples {
        let active = neuron.apply(dot(w, input));
        for (sum, residual) in pull.iter_mut().zip(residual) {
            *sum += Rational::from(residual * &active) * 2 / samples.len() as i64;
        }
    }
    pull
}

/// `M^2` of a rectified neuron with one output, and where it is reached: `E[delta sigma(w.x)]` is linear on every cone of signs, so that its largest
/// absolute value on the circle is reached along the gradient of a cone, if that lies in it, or on a ray between two cones.
pub(super) fn rectified(samples: &[Pair<Rational>]) -> (Rational, Vec<Rational>) {
    let mut candidates = Vec::new();
    for (input, _) in samples {
        for sign in [1, -1] {
            candidates.push(vec![Rational::from(&input[1] * &Rational::from(-sign)), input[0].clone() * sign]);
        }
    }
    for cone in 0..1_usize << samples.len() {
        let mut slope = vec![Rational::new(); INPUTS];
        for (place, (input, residual)) in samples.iter().enumerate() {
            if cone >> place & 1 == 1 {
                for (sum, entry) in slope.iter_mut().zip(input) {
                    *sum += Rational::from(entry * &residual[0]);
                }
            }
        }
        // What is not in its cone is a direction like any other, and does no harm.
        candidates.push(slope.iter().map(|entry| -entry.clone()).collect());
        candidates.push(slope);
    }
    let of = |w: Vec<Rational>| {
        let square = dot(&w, &w);
        (!square.is_zero()).then(|| {
            let pull = pull(Neuron::Rectified, samples, &w);
            (Rational::from(pull[0].square_ref()) / square, w)
        })
    };
    candidates.into_iter().filter_map(of).max_by(|a, b| a.0.cmp(&b.0)).unwrap_or_default()
}

/// The neuron `u = -E[delta sigma(w.x)] / (2 gamma)`, `w`, made so small that what is of higher order cannot decide.
pub(super) fn first_to_grow(
    neuron: Neuron,
    samples: &[Pair<Rational>],
    gamma: &Rational,
    w: &[Rational],
) -> Pair<Rational> {
    let mut scale = Rational::from(1);
    loop {
        let w: Vec<Rational> = w.iter().map(|entry| Rational::from(entry * &scale)).collect();
        let pull = pull(neuron, samples, &w);
        let u: Vec<Rational> = pull.iter().map(|entry| -Rational::from(entry / gamma) / 2).collect();
        // -|p|^2 / (4 gamma) + gamma |w|^2, and the term of higher order.
        let square = dot(&w, &w) * gamma;
        let gain = dot(&pull, &pull) / gamma / 4;
        let gap = Rational::from(&gain - &square).abs();
        let mut higher = Rational::new();
        for (input, _) in samples {
            higher += neuron.apply(dot(&w, input)).squared() * dot(&u, &u) / samples.len() as i64;
        }
        let is_small = match neuron {
            // |p| is of second order in w: until it is below the decay.
            Neuron::Squared => gain < square / 2,
            _ => higher < gap / 2,
        };
        if is_small {
            return (u, w);
        }
        scale /= 2;
    }
}

impl Dead {
    /// Multiplies residuals and inputs, and the decay so that it is to the threshold as it was; the neurons that are looked at are found anew.
    #[cfg(test)]
    pub(super) fn rescale(&mut self, residuals: &Rational, inputs: &Rational) {
        if self.neuron == Neuron::Marginal {
            return;
        }
        for (input, residual) in &mut self.samples {
            input.iter_mut().for_each(|entry| *entry *= inputs);
            residual.iter_mut().for_each(|entry| *entry *= residuals);
        }
        let squared = self.neuron == Neuron::Squared;
        let pull = Rational::from(residuals * inputs) * if squared { inputs.clone() } else { Rational::from(1) };
        self.weight_decay *= &pull;
        // For rectified neurons the square is kept.
        self.size *= if self.neuron == Neuron::Linear { pull } else { pull.square() };
        self.look_anew();
    }

    /// Takes a decay that is so many times the threshold of a linear neuron.
    #[cfg(test)]
    pub(super) fn place(&mut self, part: &Rational) {
        if self.neuron == Neuron::Linear {
            self.weight_decay = Rational::from(&self.size * part) / 2;
            self.is_stable = *part > 1;
            self.look_anew();
        }
    }

    #[cfg(test)]
    fn look_anew(&mut self) {
        self.first = first_to_grow(self.neuron, &self.samples, &self.weight_decay, &self.first.1);
        if self.neuron == Neuron::Squared {
            self.other = first_to_grow(self.neuron, &self.samples, &self.weight_decay, &self.other.1);
        }
    }
}
