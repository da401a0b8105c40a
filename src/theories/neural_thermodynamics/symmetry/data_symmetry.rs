//! Symmetries of data sets: `pi(x, y) = (P x, Q y)` with signed permutations `P` and `Q`.

use super::elements;
use crate::data::{DataSet, Fixed, Sample};
use crate::instances::NetworkKind;
use crate::model::{Activation, Loss, Network, Piecewise, Smooth};
use crate::scalar::Rational;
use crate::verify::{Class, Stream};
use nalgebra::DMatrix;

/// A network with `pi`, and the samples whose orbits make the data set, if they are not drawn at random.
pub(super) struct DataSymmetry {
    pub network: Network,
    /// `P`
    pub inputs: DMatrix<Rational>,
    /// `Q`
    pub outputs: DMatrix<Rational>,
    pub name: String,
    /// A sample of each orbit, if they are not drawn at random.
    representatives: Option<Vec<(Vec<Rational>, Vec<Rational>)>>,
}

/// Addition modulo `p` in {2, 3}: from the one-hot codes of `a` and `b` to that of `a + b`, under `a -> a + s`,
/// `b -> b + t`. Controls keep to networks without kinks and to shifts that move the sum.
pub(super) fn modular_addition(stream: &mut Stream, class: Class, is_law: bool) -> DataSymmetry {
    let modulus = 2 + stream.below(2);
    let smooth = class == Class::Smooth;
    let activation = match (smooth, is_law) {
        (true, _) => (*stream.pick(&[Smooth::Tanh, Smooth::Gelu])).into(),
        (false, false) => Piecewise::Identity.into(),
        (false, true) => Activation::from(*stream.pick(&[Piecewise::Relu, Piecewise::SquaredRelu])),
    };
    let loss = if smooth && is_law { Loss::CrossEntropy } else { Loss::SquaredError };
    let network = Network::mlp(&[2 * modulus, 1 + stream.below(2), modulus], activation, stream.coin(), loss);
    let (s, t) = loop {
        let shift = (stream.below(modulus), stream.below(modulus));
        let moves_sum = !(shift.0 + shift.1).is_multiple_of(modulus);
        if moves_sum || (is_law && shift != (0, 0)) {
            break shift;
        }
    };
    let shifted = |by: usize, len: usize| (0..len).map(move |i| (i + by) % len);
    let inputs: Vec<usize> = shifted(s, modulus).chain(shifted(t, modulus).map(|place| modulus + place)).collect();
    let outputs: Vec<usize> = shifted(s + t, modulus).collect();
    let one_hot = |value: usize| (0..modulus).map(move |i| Rational::from(i32::from(i == value)));
    let mut seen = vec![false; modulus * modulus];
    let mut representatives = Vec::new();
    for (a, b) in (0..modulus * modulus).map(|pair| (pair / modulus, pair % modulus)) {
        if !seen[a * modulus + b] {
            representatives.push((one_hot(a).chain(one_hot(b)).collect(), one_hot((a + b) % modulus).collect()));
        }
        for turn in 0..modulus {
            seen[(a + turn * s) % modulus * modulus + (b + turn * t) % modulus] = true;
        }
    }
    DataSymmetry {
        network,
        inputs: signed_permutation(&inputs, |_| false),
        outputs: signed_permutation(&outputs, |_| false),
        name: format!("a + {s}, b + {t} in addition modulo {modulus}"),
        representatives: Some(representatives),
    }
}

/// Any perceptron under random signed permutations of its inputs and outputs.
pub(super) fn random_permutation(stream: &mut Stream, class: Class) -> DataSymmetry {
    let network = elements::network(stream, NetworkKind::Any, class);
    let signs = !matches!(&network, Network::Mlp { loss, .. } if *loss != Loss::SquaredError);
    let (input_len, output_len) = (network.input_len(), network.target_len());
    loop {
        let (input_places, output_places) = (stream.permutation(input_len), stream.permutation(output_len));
        let inputs = signed_permutation(&input_places, |_| stream.coin());
        let outputs = signed_permutation(&output_places, |_| signs && stream.coin());
        if inputs != DMatrix::identity(input_len, input_len) || outputs != DMatrix::identity(output_len, output_len) {
            let name = format!("signed permutation of inputs {input_places:?} and outputs {output_places:?}");
            return DataSymmetry { network, inputs, outputs, name, representatives: None };
        }
    }
}

/// The matrix that moves entry `i` to `places[i]`, with a minus where asked for.
fn signed_permutation(places: &[usize], mut negative: impl FnMut(usize) -> bool) -> DMatrix<Rational> {
    let mut matrix = DMatrix::from_element(places.len(), places.len(), Rational::new());
    for (from, &to) in places.iter().enumerate() {
        matrix[(to, from)] = Rational::from(if negative(from) { -1 } else { 1 });
    }
    matrix
}

/// `M v`
fn multiply(matrix: &DMatrix<Rational>, vector: &[Rational]) -> Vec<Rational> {
    let row = |i: usize| vector.iter().enumerate().map(move |(j, entry)| Rational::from(&matrix[(i, j)] * entry)).sum();
    (0..vector.len()).map(row).collect()
}

impl DataSymmetry {
    /// The number of samples to draw, one for each orbit, if it is known.
    pub fn orbits(&self) -> Option<usize> {
        self.representatives.as_ref().map(Vec::len)
    }

    /// `pi(z)`
    pub fn image(&self, sample: &Sample<Rational>) -> Sample<Rational> {
        Sample {
            input: multiply(&self.inputs, &sample.input),
            target: multiply(&self.outputs, &sample.target),
            ..sample.clone()
        }
    }

    /// The orbits of the samples, each with the weight and the activation pattern of its first.
    pub fn close(&self, data: &DataSet<Rational>) -> DataSet<Rational> {
        let (mut samples, mut weights) = (Vec::new(), Vec::new());
        for (number, (sample, weight)) in data.samples().iter().zip(data.weights()).enumerate() {
            let mut first = sample.clone();
            if let Some(representatives) = &self.representatives {
                (first.input, first.target) = representatives[number].clone();
                // Codes are no coordinates of a random point.
                first.fixed = Fixed { input: true, target: true };
            }
            let mut next = first.clone();
            loop {
                samples.push(next.clone());
                weights.push(weight.clone());
                next = self.image(&next);
                if next == first {
                    break;
                }
            }
        }
        DataSet::weighted(samples, weights)
    }
}
