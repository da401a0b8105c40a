//! Problems with the symmetric generators whose charges are followed, and the networks of controls.

use crate::data::{DataSet, Sample};
use crate::entropic::Preconditioner;
use crate::instances::problem::{Decay, Rates, preconditioner};
use crate::instances::subject;
use crate::instances::{NetworkKind, Problem};
use crate::model::mlp::Layout;
use crate::model::{Activation, Carrier, Loss, Network, Piecewise, Smooth};
use crate::scalar::{Field, Rational};
use crate::symmetry::{self, Generator, LinearMap};
use crate::verify::{Class, Draw, Drawn, Inapplicable, Stream};
use nalgebra::DMatrix;

/// A problem with symmetric generators `A`, whose charges are `theta^T A theta`.
pub struct Charged {
    pub problem: Problem,
    pub generators: Vec<Generator>,
}

impl Drawn for Charged {
    fn base(&self) -> Option<&dyn Drawn> {
        Some(&self.problem)
    }
}

/// Whose charges a law, or a control, is about.
#[derive(Clone, Copy, Debug)]
pub enum Charges {
    /// Those of symmetries, as [`Charged::of_law`] draws them.
    OfSymmetries,
    /// For a control: the rescalings that a network of logistic neurons lacks. The logistic function is homogeneous nowhere; tanh is at 0.
    NotHomogeneous,
    /// For a control: the rescalings of squared ReLU, as if its degree were 1.
    WrongDegree,
    /// The rescalings of a small leaky ReLU network, for controls that break something else.
    Leaky,
    /// For a control: the same with the bias left out.
    WithoutBias,
    /// The same as `Leaky` under a decay so strong that a wrong factor of it cannot hide behind the noise.
    Decaying,
}

impl Charges {
    /// Draws a problem with its charges.
    pub fn draw(self, draw: &mut Draw, decay: Decay) -> Charged {
        let small = |draw: &mut Draw, class, activation: Activation| {
            Charged::with_neurons_of_degree(small_problem(draw, class, activation, decay), 1)
        };
        match self {
            Charges::OfSymmetries => Charged::of_law(draw, decay),
            Charges::NotHomogeneous => small(draw, Class::Smooth, Smooth::Sigmoid.into()),
            Charges::WrongDegree => small(draw, Class::Generic, Piecewise::SquaredRelu.into()),
            Charges::Leaky => small(draw, Class::Generic, Piecewise::LeakyRelu.into()),
            Charges::WithoutBias => Charges::Leaky.draw(draw, decay).without_biases(),
            Charges::Decaying => {
                let charged = Charges::Leaky.draw(draw, decay);
                Charged { problem: with_strong_decay(charged.problem), ..charged }
            }
        }
    }
}

/// What a step of decay leaves of a charge.
#[derive(Clone, Copy, Debug)]
pub enum Kept {
    /// `(1 - 2 eta gamma)^2`
    Exactly,
    /// For a control: `(1 - eta gamma)^2`
    HalfDecay,
    /// For a control: `1 - 4 eta gamma`
    FirstOrder,
}

impl Kept {
    /// The factor for `eta gamma`.
    pub fn of<T: Field>(self, decayed: &T) -> T {
        match self {
            Kept::Exactly => (T::one() - T::integer(2) * decayed).squared(),
            Kept::HalfDecay => (T::one() - decayed).squared(),
            Kept::FirstOrder => T::one() - T::integer(4) * decayed,
        }
    }
}

impl Charged {
    /// The instance of a law under plain descent: half of the families are rescalings of the neurons and layers of a
    /// homogeneous network, half symmetric linear maps at the interfaces of a linear one.
    pub fn of_law(draw: &mut Draw, decay: Decay) -> Self {
        let class = draw.turn();
        let network_kind = if draw.family.coin() { NetworkKind::Linear } else { NetworkKind::Homogeneous };
        let network = network_kind.network(&mut draw.family, class);
        let problem = Problem::draw(draw, class, network, Rates::Scalar, decay);
        match network_kind {
            NetworkKind::Linear => Self::with_interfaces(problem, &mut draw.family),
            _ => Self::with_rescalings(problem),
        }
    }

    /// An instance of a law on a given network, with some of its symmetric generators.
    ///
    /// # Errors
    /// [`Inapplicable`] if no symmetry is known.
    pub fn on(draw: &mut Draw, network: &Network, decay: Decay) -> Result<Self, Inapplicable> {
        let generators = subject::symmetric_generators(&mut draw.family, network)?;
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

    /// For a control: a full matrix of learning rates.
    pub fn with_full_rates(mut self, stream: &mut Stream) -> Self {
        let parameters = self.problem.network.parameter_count();
        self.problem.preconditioner = preconditioner(stream, Rates::Full, parameters);
        self
    }

    /// The generators with the entries of the first layer's biases removed.
    fn without_biases(mut self) -> Self {
        let biases = layout(&self.problem.network).biases(0);
        for generator in &mut self.generators {
            for bias in biases.clone() {
                generator.map.set_row(bias, Vec::<(usize, Rational)>::new());
            }
        }
        self
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
    network.layout().expect("networks of this kind have layers")
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
