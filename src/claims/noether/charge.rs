//! Problems with the symmetric generators whose charges are followed, and the networks of controls.

use crate::claim::problem::{Decay, Rates};
use crate::claim::{Class, Draw, Drawn, Inapplicable, Palette, Problem, Stream};
use crate::claims::given;
use crate::data::{DataSet, Sample};
use crate::entropic::Preconditioner;
use crate::model::mlp::Layout;
use crate::model::{Activation, Carrier, Loss, Network, Piecewise, Smooth};
use crate::scalar::{Field, Rational};
use crate::symmetry::{self, Generator, LinearMap};
use nalgebra::DMatrix;

/// A problem with symmetric generators `A`, whose charges are `theta^T A theta`.
pub struct Charged {
    pub problem: Problem,
    pub generators: Vec<Generator>,
}

impl Drawn for Charged {
    fn class(&self) -> Class {
        self.problem.class()
    }
    fn is_algebraic(&self) -> bool {
        self.problem.is_algebraic()
    }
    fn describe(&self) -> String {
        self.problem.describe()
    }
}

impl Charged {
    /// The instance of a law under plain descent: half of the families are rescalings of the neurons and layers of a
    /// homogeneous network, half symmetric linear maps at the interfaces of a linear one.
    pub fn of_law(draw: &mut Draw, decay: Decay) -> Self {
        let class = draw.turn();
        let palette = if draw.family.coin() { Palette::Linear } else { Palette::Homogeneous };
        let network = palette.network(&mut draw.family, class);
        let problem = Problem::draw(draw, class, network, Rates::Scalar, decay);
        match palette {
            Palette::Linear => Self::with_interfaces(problem, &mut draw.family),
            _ => Self::with_rescalings(problem),
        }
    }

    /// An instance of a law on a given network, with some of its symmetric generators.
    ///
    /// # Errors
    /// [`Inapplicable`] if no symmetry is known.
    pub fn on(draw: &mut Draw, network: &Network, decay: Decay) -> Result<Self, Inapplicable> {
        let generators = given::symmetric_generators(&mut draw.family, network)?;
        let samples = 2 + draw.family.below(2);
        Ok(Charged { problem: Problem::draw_on(draw, network, Rates::Scalar, decay, samples), generators })
    }

    /// The rescalings of all neurons, and of all pairs of layers.
    pub fn with_rescalings(problem: Problem) -> Self {
        let mut generators = symmetry::neurons(&problem.network);
        generators.extend(symmetry::layers(&problem.network));
        Charged { problem, generators }
    }

    /// A symmetric linear map at every interface.
    pub fn with_interfaces(problem: Problem, stream: &mut Stream) -> Self {
        let layout = layout(&problem.network);
        let interface = |layer: usize| {
            let x = symmetric_matrix(stream, layout.widths()[layer + 1]);
            symmetry::linear(&problem.network, layer, &x)
        };
        let generators = (0..layout.depth() - 1).map(interface).collect();
        Charged { problem, generators }
    }

    /// The rescalings of the neurons of the first hidden layer, as if its activation were homogeneous of `degree`.
    pub fn with_neurons_of_degree(problem: Problem, degree: i64) -> Self {
        let width = layout(&problem.network).widths()[1];
        let generators = (0..width).map(|index| symmetry::neuron(&problem.network, 0, index, degree)).collect();
        Charged { problem, generators }
    }

    /// For a control: a small tanh network with the rescalings that it lacks.
    pub fn not_homogeneous(draw: &mut Draw, decay: Decay) -> Self {
        Self::with_neurons_of_degree(small_problem(draw, Class::Smooth, Smooth::Tanh, decay), 1)
    }

    /// For a control: a small leaky ReLU network with the rescalings of its neurons.
    pub fn leaky(draw: &mut Draw, decay: Decay) -> Self {
        Self::with_neurons_of_degree(small_problem(draw, Class::Generic, Piecewise::LeakyRelu, decay), 1)
    }

    /// The same under strong decay.
    pub fn decaying(draw: &mut Draw) -> Self {
        let charged = Self::leaky(draw, Decay::Positive);
        Charged { problem: with_strong_decay(charged.problem), ..charged }
    }
}

/// For a control: a network with one hidden layer and biases, of which no gate is closed, under one learning rate. It
/// has more than one neuron, so that the accidents of one do not make the control pass.
pub fn small_problem(draw: &mut Draw, class: Class, activation: impl Into<Activation>, decay: Decay) -> Problem {
    let widths = [1 + draw.family.below(3), 2 + draw.family.below(2), 1 + draw.family.below(2)];
    let network = Network::mlp(&widths, activation, true, Loss::SquaredError);
    with_gates(Problem::draw(draw, class, network, Rates::Scalar, decay), |_| true)
}

/// The problem with the gate of every hidden neuron forced in every sample: dead neurons would make a control pass.
pub fn with_gates(problem: Problem, is_open: impl Fn(usize) -> bool) -> Problem {
    let gates = (0..layout(&problem.network).hidden_neurons()).map(is_open).collect();
    let samples = problem.data.samples().iter();
    let samples = samples.map(|sample| Sample { gates: Some(std::sync::Arc::clone(&gates)), ..sample.clone() });
    let data = DataSet::weighted(samples.collect(), problem.data.weights().to_vec());
    Problem { data, ..problem }
}

/// The problem with a small learning rate and a decay so strong that a wrong factor of it cannot hide behind the noise:
/// `eta gamma = 1/8`.
pub fn with_strong_decay(problem: Problem) -> Problem {
    let preconditioner = Preconditioner::Scalar(Rational::from((1, 256)));
    Problem { preconditioner, weight_decay: Rational::from(32), ..problem }
}

/// `eta gamma`; zero without decay, whatever the learning rates.
pub fn decay_per_step<T: Carrier>(problem: &Problem) -> T {
    match &problem.preconditioner {
        Preconditioner::Scalar(rate) => T::from_rational(&Rational::from(rate * &problem.weight_decay)),
        _ => T::zero(),
    }
}

/// The layout of a network that was drawn with layers.
pub fn layout(network: &Network) -> &Layout {
    network.layout().expect("the palette has layers")
}

/// A symmetric matrix of few-bit numbers.
pub fn symmetric_matrix(stream: &mut Stream, size: usize) -> DMatrix<Rational> {
    let mut matrix = DMatrix::from_element(size, size, Rational::new());
    for row in 0..size {
        for column in 0..=row {
            let entry = stream.small();
            matrix[(column, row)] = entry.clone();
            matrix[(row, column)] = entry;
        }
    }
    matrix
}

/// `W W'^T + b b'^T` for the weights and biases of layer `layer` of two vectors of parameters, row-major.
pub fn incoming_gram<T: Field>(layout: &Layout, layer: usize, first: &[T], second: &[T]) -> Vec<T> {
    let width = layout.widths()[layer + 1];
    let mut gram = weight_gram(layout, layer, first, second);
    let biases = |theta: &[T]| theta[layout.biases(layer)].to_vec();
    for (row, left) in biases(first).iter().enumerate() {
        for (column, right) in biases(second).iter().enumerate() {
            gram[row * width + column] += T::product(left, right);
        }
    }
    gram
}

/// `W W'^T` for the weights of layer `layer` of two vectors of parameters, row-major.
pub fn weight_gram<T: Field>(layout: &Layout, layer: usize, first: &[T], second: &[T]) -> Vec<T> {
    let width = layout.widths()[layer + 1];
    contract(width, layout.widths()[layer], |row, column, inner| {
        T::product(&first[layout.weight(layer, row, inner)], &second[layout.weight(layer, column, inner)])
    })
}

/// `U^T U'` for the weights of layer `layer + 1` of two vectors of parameters, row-major.
pub fn outgoing_gram<T: Field>(layout: &Layout, layer: usize, first: &[T], second: &[T]) -> Vec<T> {
    let width = layout.widths()[layer + 1];
    contract(width, layout.widths()[layer + 2], |row, column, inner| {
        T::product(&first[layout.weight(layer + 1, inner, row)], &second[layout.weight(layer + 1, inner, column)])
    })
}

/// The matrix whose entry `(row, column)` is the sum of `summand(row, column, inner)` over `inner`.
fn contract<T: Field>(width: usize, terms: usize, summand: impl Fn(usize, usize, usize) -> T) -> Vec<T> {
    let entry = |position: usize| {
        let mut sum = T::zero();
        for inner in 0..terms {
            sum += summand(position / width, position % width, inner);
        }
        sum
    };
    (0..width * width).map(entry).collect()
}

/// The sum of squares of the entries on which a map acts. Relations are judged against it: for balanced weights a
/// charge vanishes, and rounding errors alone would be compared.
pub fn extent<T: Field>(map: &LinearMap, vector: &[T]) -> T {
    let mut sum = T::zero();
    for (index, entry) in vector.iter().enumerate() {
        if !map.row(index).is_empty() {
            sum += entry.squared();
        }
    }
    sum
}

/// Every entry times a factor.
pub fn scaled<T: Field>(factor: &T, vector: Vec<T>) -> Vec<T> {
    vector.into_iter().map(|entry| entry * factor).collect()
}
