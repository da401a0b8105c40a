//! Networks with their points and data, drawn in a form that shrinks: sizes first, then numbers.

use equipartition::data::{DataSet, Sample};
use equipartition::entropic::Preconditioner;
use equipartition::instances::Problem;
use equipartition::model::{Loss, Network, Piecewise};
use equipartition::scalar::Rational;
use equipartition::verify::Class;
use nalgebra::DMatrix;
use proptest::prelude::*;

/// Numbers of which parameters, inputs and targets are taken: as many as the largest network needs. They do not depend on the sizes, so that a smaller
/// network is tried with the same numbers.
const NUMBERS: usize = 64;
/// Where those of the samples begin.
const OF_SAMPLES: usize = 40;

/// A network with up to three hidden neurons a layer, a point and up to three samples.
#[derive(Clone, Debug)]
pub struct Drawn {
    widths: Vec<usize>,
    activation: Piecewise,
    bias: bool,
    samples: usize,
    numbers: Vec<i8>,
    rate: u8,
    decay: u8,
    neuron: usize,
}

fn network(activations: &'static [Piecewise]) -> impl Strategy<Value = Drawn> {
    (
        prop::collection::vec(1..=3usize, 3..=4),
        prop::sample::select(activations),
        any::<bool>(),
        1..=3usize,
        prop::collection::vec(-8..=8i8, NUMBERS),
        1..=8u8,
        0..=8u8,
        0..3usize,
    )
        .prop_map(|(widths, activation, bias, samples, numbers, rate, decay, neuron)| Drawn {
            widths,
            activation,
            bias,
            samples,
            numbers,
            rate,
            decay,
            neuron,
        })
}

/// Networks with an activation that is homogeneous of degree 1 or 2.
pub fn homogeneous_network() -> impl Strategy<Value = Drawn> {
    network(&[Piecewise::Identity, Piecewise::Relu, Piecewise::LeakyRelu, Piecewise::SquaredRelu])
}

/// Linear networks.
pub fn linear_network() -> impl Strategy<Value = Drawn> {
    network(&[Piecewise::Identity])
}

impl Drawn {
    pub fn widths(&self) -> &[usize] {
        &self.widths
    }

    pub fn samples(&self) -> usize {
        self.samples
    }

    /// A neuron of the first hidden layer.
    pub fn neuron(&self) -> usize {
        self.neuron % self.widths[1]
    }

    pub fn degree(&self) -> i32 {
        if self.activation == Piecewise::SquaredRelu { 2 } else { 1 }
    }

    /// The permutation of the first hidden layer of this number: a rotation of its neurons, with two of them exchanged or not.
    pub fn places(&self, number: usize) -> Vec<usize> {
        let width = self.widths[1];
        let mut places: Vec<usize> = (0..width).map(|neuron| (neuron + number / 2) % width).collect();
        if number % 2 == 1 && width > 1 {
            places.swap(0, 1);
        }
        places
    }

    pub fn numbers_that_are_not_zero(&self) -> usize {
        let problem = self.problem();
        let of_data = problem.data.samples().iter().flat_map(|sample| sample.input.iter().chain(&sample.target));
        problem.theta.iter().chain(of_data).filter(|number| !number.is_zero()).count()
    }

    fn number(&self, place: usize) -> Rational {
        Rational::from((i32::from(self.numbers[place % NUMBERS]), 4))
    }

    /// With one learning rate.
    pub fn problem(&self) -> Problem {
        let network = Network::mlp(&self.widths, self.activation, self.bias, Loss::SquaredError);
        let theta = (0..network.parameter_count()).map(|place| self.number(place)).collect();
        let (inputs, outputs) = (self.widths[0], self.widths[self.widths.len() - 1]);
        let sample = |sample: usize| {
            let first = OF_SAMPLES + sample * (inputs + outputs);
            let part = |from: usize, len: usize| (from..from + len).map(|place| self.number(place)).collect();
            Sample::new(part(first, inputs), part(first + inputs, outputs))
        };
        Problem {
            class: Class::Awkward,
            network,
            theta,
            data: DataSet::new((0..self.samples).map(sample).collect()),
            preconditioner: Preconditioner::Scalar(Rational::from((self.rate, 16))),
            weight_decay: Rational::from((self.decay, 16)),
            degeneracy: "",
        }
    }

    /// With a full matrix of learning rates, `eta I + v v^T`.
    pub fn preconditioned(&self) -> Problem {
        let problem = self.problem();
        let size = problem.theta.len();
        let rates = DMatrix::from_fn(size, size, |row, column| {
            let outer = self.number(row + 7) * self.number(column + 7);
            if row == column { outer + Rational::from((self.rate, 16)) } else { outer }
        });
        Problem { preconditioner: Preconditioner::Full(rates), ..problem }
    }
}
