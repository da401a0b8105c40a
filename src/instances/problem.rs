//! Random instances: a network, a point, a data set, learning rates and decay, biased to the awkward.

use crate::data::{DataSet, Fixed, Sample};
use crate::entropic::{Objective, Preconditioner};
use crate::model::composed::Composed;
use crate::model::{Activation, Carrier, Differentiable, Loss, Network, Piecewise};
use crate::scalar::Rational;
use crate::verify::stream::GRID_BITS;
use crate::verify::{Class, Draw, Stream};
use nalgebra::DMatrix;
use std::sync::Arc;

/// Which learning-rate matrices a claim speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rates {
    /// `eta I`.
    Scalar,
    /// Scalar, diagonal or full, drawn at random.
    Any,
    /// A learning rate for each parameter.
    Diagonal,
    /// A full symmetric matrix.
    Full,
}

/// Which weight decay a claim speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decay {
    /// `gamma = 0`.
    None,
    /// `gamma > 0`.
    Positive,
}

/// How often a point is drawn again at most.
const DRAWN_AGAIN: u32 = 64;

/// A network with a point, a data set, learning rates and decay: the instance of most claims.
#[derive(Clone, Debug)]
pub struct Problem {
    /// Generic, awkward or smooth.
    pub class: Class,
    /// The network.
    pub network: Network,
    /// The parameters.
    pub theta: Vec<Rational>,
    /// The samples.
    pub data: DataSet<Rational>,
    /// `Lambda`.
    pub preconditioner: Preconditioner<Rational>,
    /// `gamma`.
    pub weight_decay: Rational,
    /// What was made special, for an awkward instance.
    pub degeneracy: &'static str,
}

impl Problem {
    /// Draws the point and the data of `network`: parameters, inputs and targets from the point stream; activation
    /// pattern, tokens, probabilities, weights of the mean, learning rates and decay from the family stream.
    pub fn draw(draw: &mut Draw, class: Class, network: Network, rates: Rates, decay: Decay) -> Self {
        let samples = if class == Class::Awkward && draw.family.coin() { 1 } else { 2 + draw.family.below(2) };
        Self::draw_samples(draw, class, network, rates, decay, samples)
    }

    /// The same with a given number of samples.
    ///
    /// A control with few-bit numbers is drawn again while no sample has a gradient, as where the probabilities that a softmax gives happen to be those
    /// asked for: nothing is broken there.
    pub fn draw_samples(
        draw: &mut Draw,
        class: Class,
        network: Network,
        rates: Rates,
        decay: Decay,
        samples: usize,
    ) -> Self {
        let is_law = draw.is_law();
        let mut drawn = || Self::drawn(draw, class, network.clone(), rates, decay, samples);
        let mut problem = drawn();
        for _ in 0..DRAWN_AGAIN {
            if is_law || class != Class::Smooth || !problem.is_silent() {
                break;
            }
            problem = drawn();
        }
        problem
    }

    /// Whether the gradient of every sample vanishes, in doubles.
    fn is_silent(&self) -> bool {
        let point = self.at::<f64>();
        point.objective().sample_gradients(&point.theta).iter().flatten().all(|slope| *slope == 0.0)
    }

    fn drawn(draw: &mut Draw, class: Class, network: Network, rates: Rates, decay: Decay, samples: usize) -> Self {
        let parameters = network.parameter_count();
        let family = &mut draw.family;
        let preconditioner = preconditioner(family, rates, parameters);
        let weight_decay = weight_decay(family, decay);
        let weights = weights_of_mean(family, samples);
        let gates: Vec<_> = (0..samples).map(|_| forced_gates(family, class, &network)).collect();
        let loss = match &network {
            Network::Mlp { loss, .. } => *loss,
            Network::Composed(composed) => composed.loss(),
            _ => Loss::SquaredError,
        };
        let (family, point) = (&mut draw.family, &mut draw.point);
        let mut coordinate = |stream: &mut Stream| match class {
            Class::Generic => stream.dyadic(GRID_BITS),
            Class::Smooth | Class::Stationary => stream.small(),
            Class::Awkward => Rational::from(stream.integer(-2, 2)),
        };
        // Halved where activations saturate: a neuron without slope says nothing.
        let halving = if class == Class::Smooth { Rational::from((1, 2)) } else { Rational::from(1) };
        let mut theta: Vec<Rational> = (0..parameters).map(|_| coordinate(point) * &halving).collect();
        if let Network::Composed(composed) = &network {
            // A norm's epsilon is positive: an affine image of the coordinate, from [-2, 2] to [1/8, 17/8], so that it stays uniform.
            for place in composed.epsilons() {
                theta[place] = Rational::from(&theta[place] / &halving) / 2 + Rational::from((9, 8));
            }
        }
        let samples = gates.into_iter().map(|gates| {
            let reads_tokens = matches!(&network, Network::Composed(composed) if composed.reads_tokens());
            let fixed = Fixed { input: reads_tokens, target: loss != Loss::SquaredError };
            // What is no coordinate of the point is the same for all points of the family.
            let of_targets = if fixed.target { &mut *family } else { &mut *point };
            let (input, target) = match &network {
                Network::Composed(composed) => {
                    let target = (0..composed.positions())
                        .flat_map(|_| target(of_targets, loss, composed.output_width(), &mut coordinate))
                        .collect();
                    let of_inputs = if fixed.input { &mut *family } else { &mut *point };
                    (sequence(of_inputs, composed, &mut coordinate), target)
                }
                _ => {
                    let target = target(of_targets, loss, network.target_len(), &mut coordinate);
                    ((0..network.input_len()).map(|_| coordinate(point)).collect(), target)
                }
            };
            Sample { input, target, gates, fixed }
        });
        let data = DataSet::weighted(samples.collect(), weights);
        let mut problem = Problem { class, network, theta, data, preconditioner, weight_decay, degeneracy: "" };
        if class == Class::Awkward {
            problem.degenerate(&mut draw.point);
        }
        problem
    }

    /// Makes the point special in one of the ways that break careless formulas.
    fn degenerate(&mut self, stream: &mut Stream) {
        let Some(layout) = self.network.layout().cloned() else {
            self.degeneracy = "integers";
            if self.theta.iter().all(|parameter| parameter.cmp0().is_eq()) {
                // A scale-invariant loss is not defined at the origin.
                self.theta[0] = Rational::from(1);
            }
            return;
        };
        let hidden = layout.depth() > 1;
        self.degeneracy =
            *stream.pick(&["integers", "zero row", "dead neuron", "equal neurons", "low rank", "zero input"]);
        match self.degeneracy {
            "zero row" => {
                for index in layout.weights(0).take(layout.widths()[0]) {
                    self.theta[index] = Rational::new();
                }
            }
            "dead neuron" if hidden => {
                for index in layout.weights(0).take(layout.widths()[0]).chain(layout.biases(0).take(1)) {
                    self.theta[index] = Rational::new();
                }
                if let Some(bias) = layout.biases(0).next() {
                    self.theta[bias] = Rational::from(-1);
                }
            }
            "equal neurons" if hidden && layout.widths()[1] > 1 => {
                for column in 0..layout.widths()[0] {
                    self.theta[layout.weight(0, 1, column)] = self.theta[layout.weight(0, 0, column)].clone();
                }
                for row in 0..layout.widths()[2] {
                    self.theta[layout.weight(1, row, 1)] = self.theta[layout.weight(1, row, 0)].clone();
                }
                if layout.has_bias() {
                    let start = layout.biases(0).start;
                    self.theta[start + 1] = self.theta[start].clone();
                }
            }
            "low rank" => {
                let width = layout.widths()[0];
                for row in 1..layout.widths()[1] {
                    for column in 0..width {
                        self.theta[layout.weight(0, row, column)] =
                            Rational::from(&self.theta[layout.weight(0, 0, column)] * (row as i64 + 1));
                    }
                }
            }
            "zero input" => {
                let mut samples = self.data.samples().to_vec();
                samples[0].input.fill(Rational::new());
                self.data = DataSet::weighted(samples, self.data.weights().to_vec());
            }
            _ => self.degeneracy = "integers",
        }
    }

    /// The plain learning rate.
    ///
    /// # Panics
    /// If the learning rates are a matrix.
    pub fn learning_rate<T: Carrier>(&self) -> T {
        match &self.preconditioner {
            Preconditioner::Scalar(rate) => T::from_rational(rate),
            _ => panic!("the claim draws scalar learning rates"),
        }
    }

    /// The problem in another scalar.
    ///
    /// # Panics
    /// If the network does not exist in that scalar: claims choose scalars by [`is_algebraic`](crate::verify::Drawn::is_algebraic).
    pub fn at<T: Carrier>(&self) -> Point<T> {
        Point {
            model: T::model(&self.network).expect("the route was chosen by whether the network is algebraic"),
            theta: self.theta.iter().map(T::drawn).collect(),
            data: self.data.carry(),
            preconditioner: self.preconditioner.map(T::from_rational),
            weight_decay: T::from_rational(&self.weight_decay),
        }
    }
}

/// A problem in a given scalar, ready to be differentiated.
pub struct Point<T: Carrier> {
    /// The per-sample loss.
    pub model: Arc<dyn Differentiable<T>>,
    /// The parameters.
    pub theta: Vec<T>,
    /// The samples.
    pub data: DataSet<T>,
    /// `Lambda`.
    pub preconditioner: Preconditioner<T>,
    /// `gamma`.
    pub weight_decay: T,
}

impl<T: Carrier> Point<T> {
    /// What descent minimises here.
    pub fn objective(&self) -> Objective<'_, T, dyn Differentiable<T>> {
        Objective {
            model: &*self.model,
            data: &self.data,
            preconditioner: &self.preconditioner,
            weight_decay: &self.weight_decay,
        }
    }
}

/// The gates to force on one sample of a kinked network: three of four open, and in every hidden layer at least one, so
/// that the sample has a gradient at all.
fn forced_gates(stream: &mut Stream, class: Class, network: &Network) -> Option<Arc<[bool]>> {
    let Network::Mlp { layout, activation: Activation::Piecewise(kind), .. } = network else { return None };
    if !matches!(class, Class::Generic | Class::Stationary) || *kind == Piecewise::Identity {
        return None;
    }
    let mut gates = Vec::new();
    for &width in &layout.widths()[1..layout.depth()] {
        let open = stream.below(width);
        gates.extend((0..width).map(|neuron| neuron == open || stream.below(4) > 0));
    }
    Some(gates.into())
}

/// The input of a network on sequences: tokens are unit vectors.
fn sequence(
    stream: &mut Stream,
    network: &Composed,
    coordinate: &mut impl FnMut(&mut Stream) -> Rational,
) -> Vec<Rational> {
    let (positions, width) = (network.positions(), network.input_width());
    let mut input = Vec::with_capacity(positions * width);
    // Not one token only: then attention has nothing to choose from.
    let first = stream.below(width);
    for position in 0..positions {
        let token = network.reads_tokens().then(|| match position {
            0 => first,
            1 if width > 1 => (first + 1 + stream.below(width - 1)) % width,
            _ => stream.below(width),
        });
        input.extend((0..width).map(|entry| match token {
            Some(token) => Rational::from(u8::from(entry == token)),
            None => coordinate(stream),
        }));
    }
    input
}

/// A target that suits the loss: a probability vector, numbers in [0, 1], or any numbers.
fn target(
    stream: &mut Stream,
    loss: Loss,
    len: usize,
    coordinate: &mut impl FnMut(&mut Stream) -> Rational,
) -> Vec<Rational> {
    match loss {
        Loss::SquaredError => (0..len).map(|_| coordinate(stream)).collect(),
        Loss::Logistic => (0..len).map(|_| Rational::from((stream.integer(0, 8), 8))).collect(),
        Loss::CrossEntropy => {
            // Eight eighths thrown into the classes.
            let mut target = vec![Rational::new(); len];
            for _ in 0..8 {
                target[stream.below(len)] += Rational::from((1, 8));
            }
            target
        }
    }
}

/// Draws `gamma`.
pub(super) fn weight_decay(stream: &mut Stream, decay: Decay) -> Rational {
    match decay {
        Decay::None => Rational::new(),
        Decay::Positive => stream.positive() / 8,
    }
}

/// Draws the weights of the mean over `samples` samples: equal ones, or any positive ones.
pub(crate) fn weights_of_mean(stream: &mut Stream, samples: usize) -> Vec<Rational> {
    if stream.coin() {
        vec![Rational::from((1, samples as i64)); samples]
    } else {
        (0..samples).map(|_| stream.positive()).collect()
    }
}

/// Draws a learning-rate matrix that is symmetric positive definite.
pub fn preconditioner(stream: &mut Stream, rates: Rates, dimension: usize) -> Preconditioner<Rational> {
    match (rates, stream.below(3)) {
        (Rates::Scalar, _) | (Rates::Any, 0) => Preconditioner::Scalar(stream.positive() / 4),
        (Rates::Any, 1) | (Rates::Diagonal, _) => {
            Preconditioner::Diagonal((0..dimension).map(|_| stream.positive() / 4).collect())
        }
        (Rates::Any | Rates::Full, _) => {
            // D + v v^T is positive definite for a positive diagonal D.
            let v: Vec<Rational> = (0..dimension).map(|_| stream.small()).collect();
            let diagonal: Vec<Rational> = (0..dimension).map(|_| stream.positive()).collect();
            let entry = |row: usize, column: usize| {
                let outer = Rational::from(&v[row] * &v[column]);
                (if row == column { outer + &diagonal[row] } else { outer }) / 8
            };
            Preconditioner::Full(DMatrix::from_fn(dimension, dimension, entry))
        }
    }
}
