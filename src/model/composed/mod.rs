//! Networks composed of layers that act on a sequence of vectors: transformers among others.
//!
//! | module | concept |
//! |---|---|
//! | this one | the description: layers by name, their parameters, the model |
//! | [`decoder`] | a pre-norm decoder as such a description |
//! | `stage` | layers with the places of their parameters, forwards and backwards |
//! | `attention`, `norm`, `gated` | the stages that are more than a line |
//!
//! A sample's input has `positions * width` entries, position by position; a sequence of tokens is one of unit vectors. Its target
//! has as many entries as the output, and the loss is summed over positions.

mod affine;
mod attention;
pub mod decoder;
mod functions;
mod gated;
mod norm;
mod stage;

pub use attention::AttentionShape;
pub use norm::Statistic;

use super::activation::Activation;
use super::{Loss, Model};
use crate::data::Sample;
use crate::scalar::{Branch, Rational, Real};
use functions::Functions;
use stage::Stage;
use std::fmt;
use std::ops::Range;

/// A layer with the name under which its parameters are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// For instance `attention`; names of nested layers are joined by dots.
    pub name: String,
    /// The layer.
    pub layer: Layer,
}

/// What a layer does to every vector of the sequence, or to all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Layer {
    /// `W h + b`: `weight`, shape (width, width of the input), and `bias`.
    Linear {
        /// The width of the output.
        width: usize,
        /// Whether there is a bias.
        bias: bool,
    },
    /// `h + b`.
    Bias,
    /// Element by element.
    Activation(Activation),
    /// `E^T h` for the unit vector `h` of a token: its row of `weight`, shape (width of the input, width).
    Embedding {
        /// The width of the output.
        width: usize,
    },
    /// `h_t + p_t` with a learned vector for each position: `weight`, shape (positions, width).
    Positions,
    /// `n * gain + bias` with `n = h / sqrt(mean h^2 + epsilon)`, from which the mean is subtracted first in a layer norm.
    Norm {
        /// Whether the mean is subtracted.
        statistic: Statistic,
        /// Whether there is a gain.
        gain: bool,
        /// Whether there is a bias.
        bias: bool,
        /// `epsilon`, not negative.
        epsilon: Epsilon,
    },
    /// Attention: `query`, `key`, `value`, `output` matrices with optional biases.
    Attention(AttentionShape),
    /// `D (phi(G h) * (U h))`: `gate`, `up`, shape (hidden, width), and `down`, shape (width, hidden).
    GatedMlp {
        /// The width between.
        hidden: usize,
        /// `phi`
        activation: Activation,
        /// Whether all three have biases.
        bias: bool,
    },
    /// `h` plus what the layers inside make of it, of the same width.
    Residual(Vec<Named>),
    /// `E h` with the matrix of the embedding layer of a name: logits over its tokens.
    TiedUnembedding {
        /// The full name of the embedding.
        embedding: String,
    },
}

/// The epsilon of a norm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Epsilon {
    /// A constant, not negative.
    Fixed(Rational),
    /// A parameter of the network, to differentiate by.
    Trained,
}

/// A block of parameters, a row-major matrix; a vector has one column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// The names of its layers and its role, joined by dots.
    pub name: String,
    /// Rows.
    pub rows: usize,
    /// Columns.
    pub columns: usize,
    /// Where it begins in the flat vector.
    pub start: usize,
}

impl Parameter {
    /// The place of an entry in the flat vector.
    pub fn entry(&self, row: usize, column: usize) -> usize {
        self.start + row * self.columns + column
    }

    /// All places.
    pub fn range(&self) -> Range<usize> {
        self.start..self.start + self.rows * self.columns
    }

    /// The places of a row.
    pub fn row(&self, row: usize) -> impl Iterator<Item = usize> + use<> {
        let start = self.entry(row, 0);
        start..start + self.columns
    }

    /// The places of a column.
    pub fn column(&self, column: usize) -> impl Iterator<Item = usize> + use<> {
        (0..self.rows).map({
            let (start, columns) = (self.start + column, self.columns);
            move |row| start + row * columns
        })
    }
}

/// Why layers do not fit together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("layer `{layer}`: {problem}")]
pub struct ComposeError {
    /// The full name of the layer, or `network`.
    pub layer: String,
    /// What is wrong with it.
    pub problem: String,
}

/// A network of named layers on sequences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Composed {
    positions: usize,
    input_width: usize,
    output_width: usize,
    layers: Vec<Named>,
    loss: Loss,
    parameters: Vec<Parameter>,
    stages: Vec<Stage>,
}

impl Composed {
    /// A network that reads `positions` vectors of `input_width` entries.
    ///
    /// # Errors
    /// [`ComposeError`] with the first layer that does not fit.
    pub fn new(positions: usize, input_width: usize, layers: Vec<Named>, loss: Loss) -> Result<Self, ComposeError> {
        let network = |problem: &str| ComposeError { layer: "network".to_owned(), problem: problem.to_owned() };
        if positions == 0 || input_width == 0 {
            return Err(network("expected at least one position and one input"));
        }
        let mut builder = stage::Builder::new(positions);
        let (stages, output_width) = builder.stages("", &layers, input_width)?;
        if builder.parameters.is_empty() {
            return Err(network("expected a layer with parameters"));
        }
        let parameters = builder.parameters;
        Ok(Composed { positions, input_width, output_width, layers, loss, parameters, stages })
    }

    /// The length of the sequence.
    pub fn positions(&self) -> usize {
        self.positions
    }

    /// The width of an input vector.
    pub fn input_width(&self) -> usize {
        self.input_width
    }

    /// The width of an output vector.
    pub fn output_width(&self) -> usize {
        self.output_width
    }

    /// The layers.
    pub fn layers(&self) -> &[Named] {
        &self.layers
    }

    /// Every layer with its full name, nested ones after those that contain them.
    pub fn all_layers(&self) -> Vec<(String, &Layer)> {
        fn walk<'a>(path: &str, layers: &'a [Named], found: &mut Vec<(String, &'a Layer)>) {
            for named in layers {
                let name = if path.is_empty() { named.name.clone() } else { format!("{path}.{}", named.name) };
                found.push((name.clone(), &named.layer));
                if let Layer::Residual(inside) = &named.layer {
                    walk(&name, inside, found);
                }
            }
        }
        let mut found = Vec::new();
        walk("", &self.layers, &mut found);
        found
    }

    /// The loss at every position.
    pub fn loss(&self) -> Loss {
        self.loss
    }

    /// The blocks of parameters, in the order of the flat vector.
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    /// The block of a name.
    pub fn parameter(&self, name: &str) -> Option<&Parameter> {
        self.parameters.iter().find(|parameter| parameter.name == name)
    }

    /// The number of parameters.
    pub fn parameter_count(&self) -> usize {
        self.parameters.last().map_or(0, |last| last.range().end)
    }

    /// The places of epsilons that are parameters.
    pub fn epsilons(&self) -> Vec<usize> {
        let trained = |layer: &Layer| matches!(layer, Layer::Norm { epsilon: Epsilon::Trained, .. });
        let norms = self.all_layers().into_iter().filter(|(_, layer)| trained(layer));
        norms.filter_map(|(name, _)| Some(self.parameter(&format!("{name}.epsilon"))?.start)).collect()
    }

    /// Whether inputs are tokens, that is, unit vectors: the first layer is an embedding.
    pub fn reads_tokens(&self) -> bool {
        matches!(self.layers.first(), Some(Named { layer: Layer::Embedding { .. }, .. }))
    }

    /// Whether the loss is a rational function of all numbers on each activation pattern.
    pub fn is_algebraic(&self) -> bool {
        self.loss == Loss::SquaredError && self.stages.iter().all(Stage::is_algebraic)
    }
}

impl fmt::Display for Composed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.layers.iter().map(|named| named.name.as_str()).collect();
        let Composed { positions, input_width, loss, .. } = self;
        let plural = if *positions == 1 { "" } else { "s" };
        write!(f, "network of {}, {positions} position{plural} of width {input_width}, {loss}", names.join(", "))
    }
}

/// A composed network over scalars with all elementary functions.
pub(super) struct RealComposed(pub Composed);

/// An algebraic composed network ([`Composed::is_algebraic`]) over any scalar with masks.
pub(super) struct AlgebraicComposed(pub Composed);

impl<T: Real> Model<T> for RealComposed {
    fn parameter_count(&self) -> usize {
        self.0.parameter_count()
    }

    fn loss_and_gradient(&self, theta: &[T], sample: &Sample<T>, gradient: &mut [T]) -> T {
        self.0.loss_and_gradient(&Functions::real(), theta, sample, gradient)
    }
}

impl<T: Branch> Model<T> for AlgebraicComposed {
    fn parameter_count(&self) -> usize {
        self.0.parameter_count()
    }

    fn loss_and_gradient(&self, theta: &[T], sample: &Sample<T>, gradient: &mut [T]) -> T {
        self.0.loss_and_gradient(&Functions::algebraic(), theta, sample, gradient)
    }
}

impl Composed {
    /// One routine for all scalars; what a scalar lacks, an algebraic network does not ask for.
    fn loss_and_gradient<T: Branch>(
        &self,
        functions: &Functions<T>,
        theta: &[T],
        sample: &Sample<T>,
        gradient: &mut [T],
    ) -> T {
        let mut sequence: Vec<Vec<T>> = sample.input.chunks_exact(self.input_width).map(<[T]>::to_vec).collect();
        let mut tapes = Vec::with_capacity(self.stages.len());
        for stage in &self.stages {
            let (output, tape) = stage.forward(functions, theta, sequence);
            tapes.push(tape);
            sequence = output;
        }
        let mut loss = T::zero();
        let mut delta = Vec::with_capacity(sequence.len());
        for (output, target) in sequence.iter().zip(sample.target.chunks_exact(self.output_width)) {
            let (value, slope) = (functions.loss)(self.loss, output, target);
            loss += value;
            delta.push(slope);
        }
        for entry in gradient.iter_mut() {
            entry.assign(&T::zero());
        }
        for (stage, tape) in self.stages.iter().zip(tapes).rev() {
            delta = stage.backward(theta, tape, delta, gradient);
        }
        loss
    }
}

#[cfg(test)]
mod tests {
    use super::decoder::DecoderShape;
    use super::*;
    use crate::model::{Carrier, Network, Piecewise, Smooth};
    use crate::scalar::{Dual, Field, Mp};

    type Number = Mp<128>;

    fn number(seed: usize) -> Rational {
        Rational::from((((seed * seed * 13 + 7 * seed) % 41) as i64 - 20, 16))
    }

    fn drawn<T: Field>(count: usize, seed: usize) -> Vec<T> {
        (0..count).map(|index| T::from_rational(&number(3 * index + 5 * seed + 1))).collect()
    }

    fn shape() -> DecoderShape {
        let rotary = AttentionShape::default_rotary(4);
        DecoderShape {
            vocabulary: 3,
            positions: 3,
            width: 4,
            hidden: 3,
            blocks: 1,
            attention: AttentionShape { heads: 2, groups: 1, size: 4, rotary, causal: true, bias: true },
            activation: Activation::Smooth(Smooth::Silu),
            statistic: Statistic::Layer,
            epsilon: Epsilon::Trained,
            learned_positions: true,
            mlp_bias: true,
            tied: true,
        }
    }

    /// Parameters with a positive epsilon, and a sample of tokens with probability vectors for targets.
    fn point<T: Field>(network: &Composed) -> (Vec<T>, Sample<T>) {
        let mut theta: Vec<T> = drawn(network.parameter_count(), 1);
        for block in network.parameters().iter().filter(|block| block.name.ends_with("epsilon")) {
            theta[block.start] = T::ratio(1, 3);
        }
        let token = |position: usize, size: usize| (0..size).map(move |entry| i64::from(entry == position % size));
        let input = (0..network.positions()).flat_map(|position| token(position, network.input_width()));
        let target = (0..network.positions()).flat_map(|position| token(position + 1, network.output_width()));
        (theta, Sample::new(input.map(T::integer).collect(), target.map(T::integer).collect()))
    }

    /// Backwards and forwards differentiation agree in every parameter.
    fn check_gradient(network: &Composed) {
        let model = RealComposed(network.clone());
        let (theta, sample) = point::<Number>(network);
        let gradient = Model::<Number>::gradient(&model, &theta, &sample);
        let constant = |entries: &[Number]| entries.iter().cloned().map(Dual::constant).collect::<Vec<_>>();
        let lifted = Sample::new(constant(&sample.input), constant(&sample.target));
        for index in 0..theta.len() {
            let mut seeded = constant(&theta);
            seeded[index].tangent = Number::ratio(1, 1);
            let forward = Model::<Dual<Number>>::loss(&model, &seeded, &lifted).tangent;
            let gap = (forward.clone() - &gradient[index]).absolute();
            let name = &network.parameters().iter().find(|block| block.range().contains(&index)).expect("a block").name;
            assert!(gap <= Number::ratio(1, 1 << 60), "{name}: {forward:?} against {:?}", gradient[index]);
        }
        assert!(gradient.iter().filter(|entry| !num_traits::Zero::is_zero(*entry)).count() * 2 > gradient.len());
    }

    #[test]
    fn backwards_and_forwards_differentiation_agree() {
        let llama = DecoderShape {
            statistic: Statistic::Rms,
            epsilon: Epsilon::Fixed(Rational::from((1, 100))),
            tied: false,
            learned_positions: false,
            attention: AttentionShape { groups: 2, bias: false, causal: false, ..shape().attention },
            ..shape()
        };
        for shape in [shape(), llama] {
            check_gradient(&shape.network().expect("sizes fit"));
        }
    }

    /// A composition of dense layers is a multilayer perceptron, exactly.
    #[test]
    fn dense_layers_make_a_multilayer_perceptron() {
        let named = |name: &str, layer| Named { name: name.to_owned(), layer };
        let layers = vec![
            named("first", Layer::Linear { width: 3, bias: true }),
            named("relu", Layer::Activation(Piecewise::Relu.into())),
            named("second", Layer::Linear { width: 2, bias: true }),
        ];
        let composed = Composed::new(1, 2, layers, Loss::SquaredError).expect("sizes fit");
        assert!(composed.is_algebraic());
        let mlp = Network::mlp(&[2, 3, 2], Piecewise::Relu, true, Loss::SquaredError);
        let (one, other) = (Network::Composed(composed), mlp);
        assert_eq!(one.parameter_count(), other.parameter_count());
        let theta: Vec<Rational> = drawn(one.parameter_count(), 2);
        let sample = Sample::new(drawn(2, 3), drawn(2, 4));
        let gradient = |network: &Network| Rational::model(network).expect("algebraic").gradient(&theta, &sample);
        assert_eq!(gradient(&one), gradient(&other));
    }

    /// One head of attention without rotary positions, written out.
    #[test]
    fn attention_is_its_formula() {
        let shape = AttentionShape { heads: 1, groups: 1, size: 1, rotary: Vec::new(), causal: true, bias: false };
        let layers = vec![Named { name: "attention".to_owned(), layer: Layer::Attention(shape) }];
        let network = Composed::new(2, 1, layers, Loss::SquaredError).expect("sizes fit");
        let (query, key, value, output) = (0.5_f64, -1.5, 2.0, 0.75);
        let (first, second) = (1.25_f64, -0.5);
        let (a, b) = (query * second * key * first, query * second * key * second);
        let mixed = (a.exp() * value * first + b.exp() * value * second) / (a.exp() + b.exp());
        let expected = (output * value * first).powi(2) + (output * mixed).powi(2);
        let sample = Sample::new(vec![first, second], vec![0.0, 0.0]);
        let found = Model::<f64>::loss(&RealComposed(network), &[query, key, value, output], &sample);
        assert!((found - expected).abs() < 1e-14, "{found} against {expected}");
    }

    /// Rotary positions turn keys against queries: from one position to the next by twice the angle of the tangent 1/2, of cosine 3/5.
    #[test]
    fn rotary_positions_turn_keys_against_queries() {
        let attention = AttentionShape {
            heads: 1,
            groups: 1,
            size: 2,
            rotary: vec![Rational::from((1, 2))],
            causal: false,
            bias: false,
        };
        let layers = vec![Named { name: "attention".to_owned(), layer: Layer::Attention(attention) }];
        let network = Composed::new(2, 2, layers, Loss::SquaredError).expect("sizes fit");
        let identity = [1.0, 0.0, 0.0, 1.0];
        let theta = [identity, identity, identity, identity].concat();
        let (first, second) = ([1.0, 0.0], [1.0, 1.0]);
        let sample = Sample::new([first, second].concat(), vec![0.0; 4]);
        let found = Model::<f64>::loss(&RealComposed(network), &theta, &sample);
        // <q_t, R^(s - t) k_s> / sqrt 2 by hand; R turns by cosine 3/5 and sine 4/5.
        let turn = |v: [f64; 2]| [0.6 * v[0] - 0.8 * v[1], 0.8 * v[0] + 0.6 * v[1]];
        let back = |v: [f64; 2]| [0.6 * v[0] + 0.8 * v[1], -0.8 * v[0] + 0.6 * v[1]];
        let dot = |a: [f64; 2], b: [f64; 2]| (a[0] * b[0] + a[1] * b[1]) / 2.0_f64.sqrt();
        let mixed = |to_first: f64, to_second: f64| {
            let (p, q) = (to_first.exp(), to_second.exp());
            [0, 1].map(|entry| (p * first[entry] + q * second[entry]) / (p + q))
        };
        let outputs =
            [mixed(dot(first, first), dot(first, turn(second))), mixed(dot(second, back(first)), dot(second, second))];
        let expected: f64 = outputs.iter().flatten().map(|entry| entry * entry).sum();
        assert!((found - expected).abs() < 1e-14, "{found} against {expected}");
    }

    #[test]
    fn layers_that_do_not_fit_are_named() {
        let named = |name: &str, layer| Named { name: name.to_owned(), layer };
        let inner = vec![named("wide", Layer::Linear { width: 3, bias: false })];
        let error = Composed::new(1, 2, vec![named("block", Layer::Residual(inner))], Loss::SquaredError).unwrap_err();
        assert_eq!(error.layer, "block");
        assert!(error.problem.contains("width 3: expected 2"), "{error}");
        let error = Composed::new(0, 2, vec![], Loss::SquaredError).unwrap_err();
        assert_eq!(error.layer, "network");
    }
}
