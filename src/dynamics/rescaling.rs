//! The rescaling of a hidden layer's neurons along a trajectory of descent: both sides of the balance law, and the
//! identity that makes it hold in the time average.
//!
//! With `w`, `b` the incoming weights and bias of a neuron, `u` its outgoing weights, and
//! `A (w, b, u) = (w, b, -u)`, write `C = theta^T A theta = |w|^2 + b^2 - |u|^2` for the charge. The step
//! `theta' = theta - eta (g + 2 gamma theta)` changes it by
//!
//! ```text
//! C' = (1 - 2 eta gamma)^2 C + eta^2 g^T A g - 2 eta (1 - 2 eta gamma) theta^T A g
//! ```
//!
//! and the last term is exactly 0 if the activation is homogeneous of degree 1, because rescaling is then a symmetry of every
//! sample's loss, whatever its label (`noether/sgd-charge`). Added up over `n` steps,
//!
//! ```text
//! mean(g^T A g) - (4 gamma / eta) (1 - eta gamma) mean(C) = (C_n - C_0) / (eta^2 n)
//! ```
//!
//! exactly, for every run and every `n` (`noether/time-average`): the two sides of the balance law
//! `E[g^T A g] = (4 gamma / eta) E[C]` agree in the *time average along the trajectory*, up to a boundary term that dies out
//! like `1/n` once `C` no longer drifts, and up to the factor `1 - eta gamma`, which the first-order law lacks. That is why all
//! averages here are averages over consecutive steps, of the very gradients that the steps used. For another activation
//! the mean of `(2/eta) (1 - 2 eta gamma) theta^T A g` remains.

use crate::model::mlp::Layout;
use crate::statistics::CompensatedSums;
use std::iter::Sum;
use std::ops::{Add, Div};

/// The squared norms of the three groups of a neuron's parameters, or of a layer's, or of the gradient's entries there.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Squares {
    /// `|w|^2`, incoming weights.
    pub incoming: f64,
    /// `b^2`, biases.
    pub bias: f64,
    /// `|u|^2`, outgoing weights.
    pub outgoing: f64,
}

impl Squares {
    /// The quadratic form of the generator: `|w|^2 + b^2 - |u|^2`.
    pub fn charge(&self) -> f64 {
        self.incoming + self.bias - self.outgoing
    }

    /// `|w|^2 + b^2 + |u|^2`
    pub fn total(&self) -> f64 {
        self.incoming + self.bias + self.outgoing
    }
}

impl Add for Squares {
    type Output = Squares;
    fn add(self, other: Squares) -> Squares {
        Squares {
            incoming: self.incoming + other.incoming,
            bias: self.bias + other.bias,
            outgoing: self.outgoing + other.outgoing,
        }
    }
}

/// Both sides of a balance law, summed or averaged over steps. A layer's are the sums of its neurons'.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sides {
    /// `|g|^2`, group by group.
    pub gradient: Squares,
    /// `|theta|^2`, group by group.
    pub parameters: Squares,
}

impl Sides {
    /// Left minus right: `g^T A g - (4 gamma / eta) C` for `decay_factor = 4 gamma / eta`.
    pub fn difference(&self, decay_factor: f64) -> f64 {
        self.gradient.charge() - decay_factor * self.parameters.charge()
    }

    /// The sum of the absolute values of the six terms of both sides.
    pub fn scale(&self, decay_factor: f64) -> f64 {
        self.gradient.total() + decay_factor * self.parameters.total()
    }

    /// The signed imbalance, [`Sides::difference`] over [`Sides::scale`], from -1 to 1; none where all terms are 0.
    pub fn imbalance(&self, decay_factor: f64) -> Option<f64> {
        let ratio = self.difference(decay_factor) / self.scale(decay_factor);
        ratio.is_finite().then_some(ratio)
    }
}

impl Add for Sides {
    type Output = Sides;
    fn add(self, other: Sides) -> Sides {
        Sides { gradient: self.gradient + other.gradient, parameters: self.parameters + other.parameters }
    }
}

impl Sum for Sides {
    fn sum<I: Iterator<Item = Sides>>(sides: I) -> Sides {
        sides.fold(Sides::default(), Add::add)
    }
}

impl Div<f64> for Sides {
    type Output = Sides;
    fn div(self, by: f64) -> Sides {
        let divide = |s: Squares| Squares { incoming: s.incoming / by, bias: s.bias / by, outgoing: s.outgoing / by };
        Sides { gradient: divide(self.gradient), parameters: divide(self.parameters) }
    }
}

/// A meter that adds up both sides of the law of every neuron between layer `layer` and the next, step by step.
#[derive(Clone, Debug)]
pub struct Meter {
    layout: Layout,
    layer: usize,
    now: Vec<f64>,
    sums: CompensatedSums,
}

impl Meter {
    /// A meter at 0.
    ///
    /// # Panics
    /// If `layer + 1` is not a layer of `layout`.
    pub fn new(layout: &Layout, layer: usize) -> Self {
        assert!(layer + 1 < layout.depth(), "a hidden layer lies between two layers");
        let len = 6 * layout.widths()[layer + 1];
        Meter { layout: layout.clone(), layer, now: vec![0.0; len], sums: CompensatedSums::new(len) }
    }

    /// Adds one step at `theta` with gradient `gradient`.
    pub fn add(&mut self, theta: &[f64], gradient: &[f64]) {
        let (of_gradient, of_parameters) = self.now.split_at_mut(3 * self.layout.widths()[self.layer + 1]);
        set_squares(&self.layout, self.layer, gradient, of_gradient);
        set_squares(&self.layout, self.layer, theta, of_parameters);
        self.sums.add(&self.now);
    }

    /// The sums of every neuron since the last call; the meter goes back to 0.
    pub fn take(&mut self) -> Vec<Sides> {
        let values = std::mem::replace(&mut self.sums, CompensatedSums::new(self.now.len())).values();
        let (gradient, parameters) = values.split_at(values.len() / 2);
        let sides = |(gradient, parameters)| Sides { gradient, parameters };
        gather(gradient).zip(gather(parameters)).map(sides).collect()
    }
}

/// The squared norms of every neuron's groups in a vector that is laid out like the parameters.
pub fn squares(layout: &Layout, layer: usize, vector: &[f64]) -> Vec<Squares> {
    let mut flat = vec![0.0; 3 * layout.widths()[layer + 1]];
    set_squares(layout, layer, vector, &mut flat);
    gather(&flat).collect()
}

/// Overwrites `flat` by the incoming squares of all neurons, then the biases', then the outgoing ones.
fn set_squares(layout: &Layout, layer: usize, vector: &[f64], flat: &mut [f64]) {
    let (inputs, width) = (layout.widths()[layer], layout.widths()[layer + 1]);
    let (incoming, rest) = flat.split_at_mut(width);
    let (biases, outgoing) = rest.split_at_mut(width);
    for (square, row) in incoming.iter_mut().zip(vector[layout.weights(layer)].chunks_exact(inputs)) {
        *square = sum_of_squares(row);
    }
    biases.fill(0.0);
    for (square, bias) in biases.iter_mut().zip(&vector[layout.biases(layer)]) {
        *square = bias * bias;
    }
    outgoing.fill(0.0);
    for row in vector[layout.weights(layer + 1)].chunks_exact(width) {
        for (square, weight) in outgoing.iter_mut().zip(row) {
            *square += weight * weight;
        }
    }
}

fn gather(flat: &[f64]) -> impl Iterator<Item = Squares> + '_ {
    let width = flat.len() / 3;
    (0..width).map(move |i| Squares { incoming: flat[i], bias: flat[width + i], outgoing: flat[2 * width + i] })
}

/// Eight sums side by side, so that no addition waits for the one before.
fn sum_of_squares(row: &[f64]) -> f64 {
    let mut lanes = [0.0; 8];
    let chunks = row.chunks_exact(lanes.len());
    let rest: f64 = chunks.remainder().iter().map(|x| x * x).sum();
    for chunk in chunks {
        for (lane, x) in lanes.iter_mut().zip(chunk) {
            *lane += x * x;
        }
    }
    lanes.iter().sum::<f64>() + rest
}

/// The residual of the charge's identity over a whole run, relative to the sum of the absolute values of its terms:
///
/// ```text
/// C_n - C_0 + 4 eta gamma (1 - eta gamma) sum C_t - eta^2 sum g_t^T A g_t
/// ```
///
/// `sums` are the sums over the run's steps, `first` and `last` the squares before and after it. Exact arithmetic gives 0 for
/// a homogeneous activation. A relative residual of 0 is returned where every term is 0.
pub fn identity_residual(first: Squares, last: Squares, sums: Sides, learning_rate: f64, weight_decay: f64) -> f64 {
    let product = learning_rate * weight_decay;
    let decay = 4.0 * product * (1.0 - product);
    let noise = learning_rate * learning_rate;
    let residual = last.charge() - first.charge() + decay * sums.parameters.charge() - noise * sums.gradient.charge();
    let scale =
        last.charge().abs() + first.charge().abs() + decay * sums.parameters.total() + noise * sums.gradient.total();
    if scale == 0.0 { 0.0 } else { residual / scale }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::symmetry;
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    fn random_vector(len: usize, seed: u64) -> Vec<f64> {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        (0..len).map(|_| random.next_u64() as i64 as f64 / 2.0_f64.powi(63)).collect()
    }

    #[test]
    fn the_charge_is_the_form_of_the_generator_in_the_catalogue() {
        use crate::model::{Loss, Network, Piecewise};
        let network = Network::mlp(&[11, 3, 4, 2], Piecewise::Relu, true, Loss::SquaredError);
        let layout = network.layout().unwrap();
        let vector = random_vector(network.parameter_count(), 1);
        for layer in 0..2 {
            let squares = squares(layout, layer, &vector);
            assert_eq!(squares.len(), layout.widths()[layer + 1]);
            for (index, neuron) in squares.iter().enumerate() {
                let form = symmetry::neuron(&network, layer, index, 1).map.form(&vector, &vector);
                assert!((neuron.charge() - form).abs() < 1e-14, "{layer} {index}");
            }
        }
    }

    #[test]
    fn a_meter_adds_up_and_starts_again() {
        let layout = Layout::new(vec![9, 2, 3], true);
        let (theta, gradient) =
            (random_vector(layout.parameter_count(), 2), random_vector(layout.parameter_count(), 3));
        let mut meter = Meter::new(&layout, 0);
        meter.add(&theta, &gradient);
        meter.add(&gradient, &gradient);
        let sums = meter.take();
        let (of_theta, of_gradient) = (squares(&layout, 0, &theta), squares(&layout, 0, &gradient));
        for (neuron, sides) in sums.iter().enumerate() {
            assert_eq!(sides.parameters, of_theta[neuron] + of_gradient[neuron]);
            assert_eq!(sides.gradient, of_gradient[neuron] + of_gradient[neuron]);
        }
        assert!(meter.take().iter().all(|sides| *sides == Sides::default()));
    }

    #[test]
    fn imbalance_is_signed_and_relative_to_all_six_terms() {
        let gradient = Squares { incoming: 3.0, bias: 2.0, outgoing: 1.0 };
        let parameters = Squares { incoming: 1.0, bias: 0.5, outgoing: 0.5 };
        let sides = Sides { gradient, parameters };
        assert_eq!(sides.difference(2.0), 4.0 - 2.0);
        assert_eq!(sides.imbalance(2.0), Some(2.0 / 10.0));
        assert_eq!(Sides::default().imbalance(2.0), None);
    }
}
