//! Networks with a generator of eigenvalues 0, 1 and -1, and points on the orbits that it has.
//!
//! A generator `A` of a rescaling is +1 on the incoming weights of a neuron and -1 on its outgoing weights, or the other way round, or 0. In a two-layer
//! linear network it may be turned by a reflection of the hidden units, which is a symmetry of its own. Under a scale-invariant loss `A = I`.

use super::drawing::{in_turn, sizable, sizable_rate};
use crate::data::{DataSet, Sample};
use crate::instances::Problem;
use crate::instances::problem::{Decay, Rates};
use crate::model::rayleigh::Rayleigh;
use crate::model::{Activation, Loss, Network, Piecewise};
use crate::scalar::Rational;
use crate::verify::{Class, Draw, Drawn, Numbers, Stream};

/// A problem with a generator.
pub(super) struct Orbit {
    pub(super) problem: Problem,
    /// The eigenvalue of each parameter, after the reflection.
    pub(super) eigenvalues: Vec<i32>,
    /// The normal vector of a reflection of the hidden units, or none.
    pub(super) reflection: Option<Vec<Rational>>,
    /// Points on the orbit, rising.
    pub(super) factors: [Rational; 2],
}

/// Whose orbits are drawn.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Networks {
    /// Two-layer networks with ReLU, leaky ReLU or no activation, and of the smooth ones some that are scale-invariant.
    Homogeneous,
    /// ReLU networks whose weights and errors are of a size and of one sign, so that all neurons are open.
    Sizable,
    /// The same with squared ReLU, under the generator of degree 1.
    SquaredRelu,
    /// Scale-invariant ones.
    ScaleInvariant,
}

impl Networks {
    /// Draws an orbit with as many samples as are given, of equal weights.
    pub(super) fn draw(self, draw: &mut Draw, samples: usize, decay: bool) -> Orbit {
        let class = if self == Networks::Homogeneous { draw.turn() } else { Class::Smooth };
        let number = draw.family_number();
        let family = &mut draw.family;
        let network = self.network(family, class, number);
        let signs = match class {
            _ if self != Networks::Homogeneous => &[1][..],
            Class::Generic => &[1, -1],
            _ => &[1, 0, -1],
        };
        let mut eigenvalues = eigenvalues(family, &network, signs);
        let turns = self == Networks::Homogeneous && family.coin();
        let reflection = reflection(family, &network).filter(|_| turns);
        let first = Rational::from((family.integer(1, 12), 8));
        let factors = [first.clone(), first + Rational::from((family.integer(1, 8), 8))];
        let mut problem = Problem::draw_samples(draw, class, network, Rates::Scalar, Decay::Positive, samples);
        problem.data = DataSet::new(problem.data.samples().to_vec());
        if !decay {
            problem.weight_decay = Rational::new();
        }
        if matches!(self, Networks::Sizable | Networks::SquaredRelu) {
            open_all(&mut problem, draw);
        }
        if class == Class::Awkward {
            let what: &Special =
                in_turn(draw, &[Special::NoIncoming, Special::None, Special::NoOutgoing, Special::None]);
            what.befall(&mut problem, &mut eigenvalues);
        }
        Orbit { problem, eigenvalues, reflection, factors }
    }

    fn network(self, stream: &mut Stream, class: Class, family: u64) -> Network {
        let width = |stream: &mut Stream, highest: usize| 1 + stream.below(highest);
        let scale_invariant = self == Networks::ScaleInvariant
            || self == Networks::Homogeneous && class == Class::Smooth && family % 8 == 2;
        if scale_invariant {
            return Network::Rayleigh(Rayleigh { dimension: 2 + stream.below(3) });
        }
        let narrow = class == Class::Awkward && stream.coin();
        let widths = if narrow { [1; 3] } else { [width(stream, 2), width(stream, 3), width(stream, 2)] };
        let activation = match self {
            Networks::Homogeneous => {
                *stream.pick(&[Piecewise::Relu, Piecewise::Relu, Piecewise::LeakyRelu, Piecewise::Identity])
            }
            Networks::SquaredRelu => Piecewise::SquaredRelu,
            _ => Piecewise::Relu,
        };
        let bias = self == Networks::Homogeneous && stream.coin();
        Network::mlp(&widths, activation, bias, Loss::SquaredError)
    }
}

/// What befalls an awkward point beside what [`Problem`] does to it.
#[derive(Clone, Copy)]
enum Special {
    None,
    /// All neurons are scaled alike, and have no incoming weights: an orbit without an equilibrium.
    NoIncoming,
    /// The same without outgoing weights.
    NoOutgoing,
}

impl Special {
    fn befall(self, problem: &mut Problem, eigenvalues: &mut [i32]) {
        let Some(layout) = problem.network.layout() else { return };
        let incoming = layout.weights(0).chain(layout.biases(0));
        let (zero, sign): (Vec<usize>, i32) = match self {
            Special::None => return,
            Special::NoIncoming => (incoming.collect(), 1),
            Special::NoOutgoing => (layout.weights(1).collect(), -1),
        };
        for (index, eigenvalue) in eigenvalues.iter_mut().enumerate().filter(|(_, eigenvalue)| **eigenvalue != 0) {
            *eigenvalue = if zero.contains(&index) { sign } else { -sign };
        }
        for index in zero {
            problem.theta[index] = Rational::new();
        }
    }
}

/// The eigenvalues of a generator, with one of the signs for each neuron, not all of them 0.
fn eigenvalues(stream: &mut Stream, network: &Network, signs: &[i32]) -> Vec<i32> {
    let Some(layout) = network.layout() else { return vec![1; network.parameter_count()] };
    let widths = layout.widths();
    let mut signs: Vec<i32> = (0..widths[1]).map(|_| *stream.pick(signs)).collect();
    if signs.iter().all(|sign| *sign == 0) {
        signs[0] = if stream.coin() { 1 } else { -1 };
    }
    let mut eigenvalues = vec![0; network.parameter_count()];
    for (neuron, sign) in signs.into_iter().enumerate() {
        let incoming = (0..widths[0]).map(|column| layout.weight(0, neuron, column));
        for index in incoming.chain(layout.biases(0).nth(neuron)) {
            eigenvalues[index] = sign;
        }
        for row in 0..widths[2] {
            eigenvalues[layout.weight(1, row, neuron)] = -sign;
        }
    }
    eigenvalues
}

/// A reflection of the hidden units, where there is no activation.
fn reflection(stream: &mut Stream, network: &Network) -> Option<Vec<Rational>> {
    let hidden = network.layout()?.widths()[1];
    let normal = (0..hidden).map(|_| stream.small()).collect();
    (network.activation() == Activation::Piecewise(Piecewise::Identity)).then_some(normal)
}

/// Positive weights and inputs of a size and negative targets: then all neurons are open, and all errors are positive.
fn open_all(problem: &mut Problem, draw: &mut Draw) {
    let point = &mut draw.point;
    let mut positive = |numbers: &mut [Rational]| numbers.iter_mut().for_each(|number| *number = sizable(point).abs());
    positive(&mut problem.theta);
    let weights = problem.data.weights().to_vec();
    let samples = problem.data.samples().iter().map(|sample| {
        let mut sample = sample.clone();
        positive(&mut sample.input);
        positive(&mut sample.target);
        Sample { target: sample.target.into_iter().map(|entry| -entry).collect(), gates: None, ..sample }
    });
    problem.data = DataSet::weighted(samples.collect(), weights);
    let rate = sizable_rate(&mut draw.family);
    problem.preconditioner = crate::entropic::Preconditioner::Scalar(rate);
}

impl Drawn for Orbit {
    fn base(&self) -> Option<&dyn Drawn> {
        Some(&self.problem)
    }
    fn besides(&self) -> String {
        let decay = if self.problem.weight_decay == 0 { ", no decay" } else { "" };
        let reflected = if self.reflection.is_some() { " after a reflection" } else { "" };
        format!("; generator {:?}{reflected}{decay}", self.eigenvalues)
    }
    fn numbers(&self) -> Vec<Numbers> {
        let mut numbers = self.problem.numbers();
        numbers.push(Numbers::new("points of the orbit", self.factors.clone()));
        numbers.extend(self.reflection.iter().map(|v| Numbers::new("normal of the reflection", v.iter().cloned())));
        numbers
    }
}
