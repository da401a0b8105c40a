//! Random points and samples.
//!
//! Coordinates come from a grid of dyadic numbers in [-2, 2). At each point one of three laws of signs is in force, drawn first:
//! either sign, above zero three times in four, or always above zero: so that deep chains of ReLU neurons are alive at a
//! fair share of the points, and their activation patterns vary at the others. Of a formula with kinks every second point is far: each of its quantities
//! is multiplied by a power of two of its own, so that a kink that is not near 0 is met.

use crate::data::Sample;
use crate::model::composed::{Composed, Epsilon, Layer, Named};
use crate::model::{Activation, Loss, Network, Piecewise};
use crate::scalar::{Field, Rational};
use crate::verify::Stream;
use equipartition_formula::{Declaration, Domain};

/// Bits of the grid.
pub const GRID_BITS: u32 = 16;
/// Powers of two by which the quantities of a far point are multiplied.
const EXPONENTS: (i64, i64) = (-10, 10);

/// Numbers whose signs follow one law.
struct Draws {
    stream: Stream,
    /// Out of four, how many have their sign taken away.
    above: usize,
    is_far: bool,
}

impl Draws {
    fn number(&mut self) -> Rational {
        let number = self.stream.dyadic(GRID_BITS);
        if self.stream.below(4) < self.above { number.abs() } else { number }
    }

    /// A parameter of a formula, which is free within its sign: descent leaves every simplex.
    fn parameters(&mut self, (quantity, [rows, len]): &(&Declaration, [usize; 2])) -> Vec<Rational> {
        let each = |_| match quantity.domain {
            Domain::Real => self.number(),
            Domain::Positive | Domain::Probabilities | Domain::OneHot => self.stream.positive(),
        };
        let numbers: Vec<Rational> = (0..rows * len).map(each).collect();
        self.moved(numbers)
    }

    /// Numbers of one quantity, multiplied by a power of two where the point is far.
    fn moved(&mut self, mut numbers: Vec<Rational>) -> Vec<Rational> {
        let (least, most) = EXPONENTS;
        if self.is_far && self.stream.coin() {
            let factor = Rational::from(2).powi(self.stream.integer(least, most) as i32);
            numbers.iter_mut().for_each(|number| *number *= &factor);
        }
        numbers
    }

    /// A datum of a formula, row by row in its domain.
    fn datum(&mut self, (quantity, [rows, len]): &(&Declaration, [usize; 2])) -> Vec<Rational> {
        let row = |_| -> Vec<Rational> {
            match quantity.domain {
                Domain::Real => (0..*len).map(|_| self.number()).collect(),
                Domain::Positive => (0..*len).map(|_| self.stream.positive()).collect(),
                Domain::Probabilities => self.probabilities(*len),
                Domain::OneHot => {
                    let chosen = self.stream.below(*len);
                    (0..*len).map(|entry| Rational::from(i32::from(entry == chosen))).collect()
                }
            }
        };
        let numbers = (0..*rows).flat_map(row).collect();
        if matches!(quantity.domain, Domain::Real | Domain::Positive) { self.moved(numbers) } else { numbers }
    }

    fn probabilities(&mut self, len: usize) -> Vec<Rational> {
        let weights: Vec<Rational> = (0..len).map(|_| self.stream.positive()).collect();
        let total: Rational = weights.iter().sum();
        weights.into_iter().map(|weight| weight / &total).collect()
    }
}

/// A point and a sample, exact; the same for the same purpose, seed and index.
pub fn point(network: &Network, purpose: &str, seed: u64, index: u64) -> (Vec<Rational>, Sample<Rational>) {
    let (theta, mut samples) = point_with_samples(network, purpose, seed, index, 1);
    (theta, samples.remove(0))
}

/// A point with several samples.
pub fn point_with_samples(
    network: &Network,
    purpose: &str,
    seed: u64,
    index: u64,
    count: usize,
) -> (Vec<Rational>, Vec<Sample<Rational>>) {
    let mut stream = Stream::new(&["discover", purpose], seed, index);
    let above = *stream.pick(&[0, 2, 4]);
    let has_kinks = matches!(network, Network::Formula(model) if network.is_algebraic() && !model.is_polynomial());
    let mut draws = Draws { stream, above, is_far: has_kinks && index % 2 == 1 };
    let mut theta: Vec<Rational> = (0..network.parameter_count()).map(|_| draws.number()).collect();
    if let Network::Composed(composed) = network {
        for place in trained_epsilons(composed) {
            theta[place] = draws.stream.positive();
        }
    }
    if let Network::Formula(model) = network {
        let [parameters, _] = model.quantities();
        theta = parameters.iter().flat_map(|quantity| draws.parameters(quantity)).collect();
    }
    let samples = (0..count).map(|_| sample(network, &mut draws)).collect();
    (theta, samples)
}

/// Tokens are unit vectors; the targets of classes are probabilities.
fn sample(network: &Network, draws: &mut Draws) -> Sample<Rational> {
    let input = match network {
        Network::Composed(composed) if composed.reads_tokens() => {
            let mut input = Vec::with_capacity(network.input_len());
            for _ in 0..composed.positions() {
                let token = draws.stream.below(composed.input_width());
                input.extend((0..composed.input_width()).map(|entry| Rational::from(i32::from(entry == token))));
            }
            input
        }
        Network::Formula(model) => {
            let [_, data] = model.quantities();
            data.iter().flat_map(|quantity| draws.datum(quantity)).collect()
        }
        _ => (0..network.input_len()).map(|_| draws.number()).collect(),
    };
    let (loss, width) = match network {
        Network::Mlp { loss, .. } => (*loss, network.target_len()),
        Network::Composed(composed) => (composed.loss(), composed.output_width()),
        _ => (Loss::SquaredError, network.target_len()),
    };
    let target = match loss {
        Loss::SquaredError => (0..network.target_len()).map(|_| draws.number()).collect(),
        Loss::CrossEntropy => (0..network.target_len() / width).flat_map(|_| draws.probabilities(width)).collect(),
        Loss::Logistic => (0..network.target_len()).map(|_| draws.stream.positive() / 4_u32).collect(),
    };
    Sample::new(input, target)
}

/// The same sample over another scalar.
pub fn converted<T: Field>(sample: &Sample<Rational>) -> Sample<T> {
    Sample::new(numbers(&sample.input), numbers(&sample.target))
}

/// Numbers over another scalar.
pub fn numbers<T: Field>(numbers: &[Rational]) -> Vec<T> {
    numbers.iter().map(T::from_rational).collect()
}

/// Whether the loss is one polynomial, without kinks.
pub fn is_polynomial(network: &Network) -> bool {
    let identity = Activation::Piecewise(Piecewise::Identity);
    match network {
        Network::Mlp { activation, .. } => network.is_algebraic() && *activation == identity,
        Network::Linear(_) => true,
        Network::Rayleigh(_) => false,
        Network::Formula(model) => {
            let is_free = |(quantity, _): &(&Declaration, [usize; 2])| quantity.domain == Domain::Real;
            // The bound is about numbers of the grid.
            model.is_polynomial() && model.quantities().iter().flatten().all(is_free)
        }
        Network::Composed(composed) => {
            composed.is_algebraic()
                && layers(composed.layers()).iter().all(|named| match &named.layer {
                    Layer::Activation(activation) | Layer::GatedMlp { activation, .. } => *activation == identity,
                    _ => true,
                })
        }
    }
}

/// All layers, those within others too.
fn layers(named: &[Named]) -> Vec<&Named> {
    let mut all = Vec::new();
    for layer in named {
        all.push(layer);
        if let Layer::Residual(inside) = &layer.layer {
            all.extend(layers(inside));
        }
    }
    all
}

/// The places of epsilons that are parameters: they have to be above zero.
fn trained_epsilons(composed: &Composed) -> Vec<usize> {
    let trained = |named: &&Named| matches!(&named.layer, Layer::Norm { epsilon: Epsilon::Trained, .. });
    if !layers(composed.layers()).iter().any(trained) {
        return Vec::new();
    }
    let blocks = composed.parameters().iter().filter(|block| block.name.ends_with(".epsilon"));
    blocks.map(|block| block.start).collect()
}
