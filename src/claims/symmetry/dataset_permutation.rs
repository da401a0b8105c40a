//! `symmetry/dataset-permutation`

use super::PAPER;
use super::orbit::{self, Moved, invariance, losses, moved};
use crate::claim::problem::{Decay, Rates};
use crate::claim::{
    Case, Class, Control, Draw, Drawn, Entry, Evidence, Outside, Palette, Problem, Relation, Stream, Term, Theorem,
};
use crate::data::{DataSet, Fixed, Sample};
use crate::model::{Activation, Carrier, Loss, Network, Piecewise, Smooth};
use crate::scalar::Rational;
use crate::symmetry::{self, Element, Symmetry};
use nalgebra::DMatrix;

/// Symmetries of the data set as a whole.
pub struct DatasetPermutation;

static ENTRY: Entry = Entry {
    id: "symmetry/dataset-permutation",
    title: "symmetries of the data set",
    statement: "l(K theta; z) = l(theta; pi(z)) implies F(K theta) = F(theta) and grad F(K theta) = K grad F(theta)",
    hypotheses: &[
        "K is orthogonal and commutes with Lambda; pi is a permutation of the data set",
        "the weights of the mean are constant on the orbits of pi",
        "theta is not on a kink, and no vector that is normalised is 0",
        "pi(x, y) = (P x, Q y) with signed permutations P and Q (Q without signs unless the loss is the squared error); K acts on the first layer by P, on the last by the inverse of Q, and on hidden neurons by any discrete symmetry; in modular addition P shifts the one-hot inputs and Q the one-hot sum",
    ],
    evidence: &[Evidence::Exact, Evidence::Enclosed, Evidence::Converged],
    controls: &[
        Control { name: "not-closed", breaks: "a sample left out, so that the data set is not closed under the shift" },
        Control { name: "unequal-weights", breaks: "weights of the mean that differ within an orbit" },
        Control { name: "inputs-only", breaks: "inputs shifted and outputs not" },
        Control { name: "not-commuting", breaks: "different learning rates within an orbit of K" },
    ],
    references: &[PAPER],
};

/// A problem with a symmetry of its data set.
pub struct Instance {
    moved: Moved,
    /// `pi(z)` for every sample.
    images: DataSet<Rational>,
}

impl Drawn for Instance {
    fn class(&self) -> Class {
        self.moved.class()
    }
    fn is_algebraic(&self) -> bool {
        self.moved.is_algebraic()
    }
    fn describe(&self) -> String {
        self.moved.describe()
    }
}

/// A network with `pi`, and the samples whose orbits make the data set, if they are not drawn at random.
struct Setup {
    network: Network,
    inputs: DMatrix<Rational>,
    outputs: DMatrix<Rational>,
    name: String,
    representatives: Option<Vec<(Vec<Rational>, Vec<Rational>)>>,
}

/// Addition modulo `p` in {2, 3}: from the one-hot codes of `a` and `b` to that of `a + b`, under `a -> a + s`,
/// `b -> b + t`. Controls keep to networks without kinks and to shifts that move the sum.
fn modular_addition(stream: &mut Stream, class: Class, case: Case) -> Setup {
    let modulus = 2 + stream.below(2);
    let smooth = class == Class::Smooth;
    let activation = match (smooth, case) {
        (true, _) => (*stream.pick(&[Smooth::Tanh, Smooth::Gelu])).into(),
        (false, Case::Control(_)) => Piecewise::Identity.into(),
        (false, Case::Law) => Activation::from(*stream.pick(&[Piecewise::Relu, Piecewise::SquaredRelu])),
    };
    let loss = if smooth && case == Case::Law { Loss::CrossEntropy } else { Loss::SquaredError };
    let network = Network::mlp(&[2 * modulus, 1 + stream.below(2), modulus], activation, stream.coin(), loss);
    let (s, t) = loop {
        let shift = (stream.below(modulus), stream.below(modulus));
        let moves_sum = !(shift.0 + shift.1).is_multiple_of(modulus);
        if moves_sum || (case == Case::Law && shift != (0, 0)) {
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
    Setup {
        network,
        inputs: signed_permutation(&inputs, |_| false),
        outputs: signed_permutation(&outputs, |_| false),
        name: format!("a + {s}, b + {t} in addition modulo {modulus}"),
        representatives: Some(representatives),
    }
}

/// Any perceptron under random signed permutations of its inputs and outputs.
fn random_permutation(stream: &mut Stream, class: Class) -> Setup {
    let network = orbit::network(stream, Palette::Any, class);
    let signs = !matches!(&network, Network::Mlp { loss, .. } if *loss != Loss::SquaredError);
    let (input_len, output_len) = (network.input_len(), network.target_len());
    loop {
        let (input_places, output_places) = (stream.permutation(input_len), stream.permutation(output_len));
        let inputs = signed_permutation(&input_places, |_| stream.coin());
        let outputs = signed_permutation(&output_places, |_| signs && stream.coin());
        if inputs != DMatrix::identity(input_len, input_len) || outputs != DMatrix::identity(output_len, output_len) {
            let name = format!("signed permutation of inputs {input_places:?} and outputs {output_places:?}");
            return Setup { network, inputs, outputs, name, representatives: None };
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

impl Setup {
    /// `pi(z)`
    fn image(&self, sample: &Sample<Rational>) -> Sample<Rational> {
        Sample {
            input: multiply(&self.inputs, &sample.input),
            target: multiply(&self.outputs, &sample.target),
            ..sample.clone()
        }
    }

    /// The orbits of the samples, each with the weight and the activation pattern of its first.
    fn close(&self, data: &DataSet<Rational>) -> DataSet<Rational> {
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

impl Theorem for DatasetPermutation {
    type Instance = Instance;

    fn entry(&self) -> &'static Entry {
        &ENTRY
    }

    fn draw(&self, mut draw: Draw) -> Instance {
        let (case, class) = (draw.case, draw.turn());
        let is = |name| case.is_control(&ENTRY, name);
        let stream = &mut draw.family;
        let setup = if case == Case::Law && stream.coin() {
            random_permutation(stream, class)
        } else {
            modular_addition(stream, class, case)
        };
        let network = setup.network.clone();
        let mut element = symmetry::input_element(&network, setup.name.clone(), &setup.inputs);
        if !is("inputs-only") {
            let outputs = symmetry::output_element(&network, "identity".to_owned(), &setup.outputs);
            element = outputs.after(&element);
        }
        if case == Case::Law && stream.coin() {
            let hidden = orbit::draw_element(stream, &network, Symmetry::is_discrete);
            element = hidden.unwrap_or_else(|| Element::identity(&network)).after(&element);
        }
        let representatives = setup.representatives.as_ref().map_or(1 + stream.below(2), Vec::len);
        let mut problem =
            Problem::draw_samples(&mut draw, class, network, Rates::Scalar, Decay::Positive, representatives);
        let mut data = setup.close(&problem.data);
        let (samples, weights) = (data.samples(), data.weights());
        if is("not-closed") {
            data = DataSet::weighted(samples[1..].to_vec(), weights[1..].to_vec());
        } else if is("unequal-weights") {
            let weights = (0..samples.len()).map(|i| Rational::from((i as i64 + 1, 8)));
            data = DataSet::weighted(samples.to_vec(), weights.collect());
        }
        let images = data.samples().iter().map(|sample| setup.image(sample)).collect();
        let images = DataSet::weighted(images, data.weights().to_vec());
        problem.data = data;
        if is("not-commuting") || (case == Case::Law && draw.family.coin()) {
            let rates = orbit::distinct_rates(&mut draw.family, problem.theta.len());
            problem.preconditioner = if case == Case::Law { orbit::averaged(rates, &element.map) } else { rates };
        }
        Instance { moved: Moved { problem, element }, images }
    }

    fn relations<T: Carrier>(&self, instance: &Instance, _case: Case) -> Result<Vec<Relation<T>>, Outside> {
        let Moved { problem, element } = &instance.moved;
        let point = orbit::at::<T>(problem)?;
        let image = moved(&point, element);
        let permuted: DataSet<T> = instance.images.carry();
        let permuted = permuted.samples().iter().map(|sample| point.model.loss(&point.theta, sample)).collect();
        let samples = Relation::equality(
            "the loss of every sample is that of another",
            vec![Term::vector("l(K theta; z)", losses(&image))],
            vec![Term::vector("l(theta; pi(z))", permuted)],
        );
        let [entropic_loss, gradient] = invariance(&point, &image, &element.map);
        Ok(vec![samples, entropic_loss, gradient])
    }
}
