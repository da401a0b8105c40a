//! `mirror/residual-hessian`: across a mirror the loss is curved by the residual alone.
//!
//! ```text
//! f(K theta) = f(theta):   P^T grad f_k = 0,   P^T grad^2 l Q = 0,   P^T grad^2 l P = sum_k (d ell/d f_k) P^T grad^2 f_k P
//! ```
//!
//! at points of the mirror set `P^T theta = 0`, for `l = ell(f, y)`, `K = 1 - 2 P P^T` and `Q` tangential: no term of `grad f grad f^T` is across the mirror.
//! Source: mirrors as constraints are those of [`MIRROR`].

use super::derivative::{Jet, constants, gradient, jet};
use super::drawing::{Pair, carried, smalls};
use super::{HIERARCHY, MIRROR};
use crate::scalar::{Branch, Dual, Field, Rational, Ring};
use crate::verify::{
    Claim, Class, Draw, Drawn, Draws, Exact, In, Independent, Numbers, Relation, Stream, Term, Unjudged, all, control,
};
use num_traits::Zero;

/// The second derivatives across a mirror.
#[derive(Clone, Copy)]
pub(super) struct ResidualHessian {
    place: Place,
}

/// Where, and along what, the second derivatives are taken.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    /// On the mirror set, across it.
    Across,
    /// On the mirror set, along it.
    Along,
    /// Off the mirror set.
    Off,
    /// On the mirror set of a loss that is symmetric while the model changes its sign.
    LossAlone,
}

/// The law.
pub(super) const LAW: ResidualHessian = ResidualHessian { place: Place::Across };

/// `mirror/residual-hessian`
pub static CLAIM: Claim = Claim {
    id: "mirror/residual-hessian",
    title: "across a mirror the loss is curved by the residual alone",
    statement: "f(K theta; x) = f(theta; x): on the mirror set P^T grad f = 0, P^T grad^2 l Q = 0 for tangential Q and P^T grad^2 l P = sum_k (d ell/d f_k) P^T grad^2 f_k P; \
        so at interpolation P^T grad^2 (l + gamma |theta|^2) P = 2 gamma P^T P",
    hypotheses: &[
        "l = ell(f, y), f and ell twice differentiable there; K = 1 - 2 P P^T with P^T P = 1, and P^T theta = 0",
        "checked for the mean over samples with P unnormalised: two equal neurons (P^T P = 2) and a neuron of weights 0 with an odd activation (P^T P = 1), beside another neuron and biases of the outputs",
        "checked for the activations z + z^3, z/(1 + z^2), z and, for equal neurons, z^2; one or two outputs; ell = r^2 + r^4, r = |f - y|",
    ],
    references: &[MIRROR, HIERARCHY],
    law: &[all(&Independent(Exact(LAW)))],
    controls: &[
        control(
            "tangential",
            "the formula along the mirror set, where the outputs have a gradient",
            &Independent(Exact(ResidualHessian { place: Place::Along })),
        ),
        control(
            "off-the-mirror-set",
            "the formula across the mirror at a point off its set",
            &Independent(Exact(ResidualHessian { place: Place::Off })),
        ),
        control(
            "loss-alone",
            "the model changes its sign and ell is even in it",
            &Independent(Exact(ResidualHessian { place: Place::LossAlone })),
        ),
    ],
};

/// A function of one number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Activation {
    Cubic,
    Rational,
    Linear,
    Square,
}

impl Activation {
    fn apply<T: Field>(self, z: T) -> T {
        match self {
            Activation::Cubic => z.clone() * z.squared() + z,
            Activation::Rational => z.clone() / (T::one() + z.squared()),
            Activation::Linear => z,
            Activation::Square => z.squared(),
        }
    }
}

/// Which mirror.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Mirror {
    Twins,
    Dead,
    /// `f = u sigma(w x)`, which changes its sign with `u`.
    Signed,
}

/// A network at a point of a mirror set, with samples.
pub(super) struct Network {
    pub(super) mirror: Mirror,
    activation: Activation,
    outputs: usize,
    /// Neuron by neuron `u` (outputs) and `w` (two inputs), then the biases of the outputs.
    pub(super) theta: Vec<Rational>,
    /// Inputs and labels.
    pub(super) samples: Vec<Pair<Rational>>,
    pub(super) weight_decay: Rational,
}

const INPUTS: usize = 2;

impl Network {
    fn neurons(&self) -> usize {
        match self.mirror {
            Mirror::Twins => 3,
            Mirror::Dead => 2,
            Mirror::Signed => 1,
        }
    }

    fn width(&self) -> usize {
        self.outputs + INPUTS
    }

    /// The outputs at an input.
    fn output<T: Field>(&self, theta: &[T], input: &[T]) -> Vec<T> {
        let mut output = if self.mirror == Mirror::Signed {
            vec![T::zero(); self.outputs]
        } else {
            theta[self.neurons() * self.width()..].to_vec()
        };
        for neuron in theta.chunks(self.width()).take(self.neurons()) {
            let (readout, weights) = neuron.split_at(self.outputs);
            let z = T::product(&weights[0], &input[0]) + T::product(&weights[1], &input[1]);
            let active = self.activation.apply(z);
            for (entry, readout) in output.iter_mut().zip(readout) {
                *entry += T::product(readout, &active);
            }
        }
        output
    }

    /// `ell(f, y)`: `r^2 + r^4` of the residual, or of `f^2 - y` where the loss alone is symmetric.
    fn loss<T: Field>(&self, output: &[T], label: &[T]) -> T {
        let mut square = T::zero();
        for (output, label) in output.iter().zip(label) {
            let output = if self.mirror == Mirror::Signed { output.squared() } else { output.clone() };
            square += (output - label).squared();
        }
        square.clone() + square.squared()
    }

    /// Directions across the mirror, or along its set.
    fn directions<T: Field>(&self, across: bool) -> Vec<Vec<T>> {
        let count = self.theta.len();
        let unit = |places: &[(usize, i64)]| {
            let mut direction = vec![T::zero(); count];
            for (place, entry) in places {
                direction[*place] = T::integer(*entry);
            }
            direction
        };
        let width = self.width();
        match (self.mirror, across) {
            (Mirror::Twins, true) => (0..width).map(|place| unit(&[(place, 1), (width + place, -1)])).collect(),
            (Mirror::Twins, false) => {
                let both = (0..width).map(|place| unit(&[(place, 1), (width + place, 1)]));
                both.chain((2 * width..count).map(|place| unit(&[(place, 1)]))).collect()
            }
            (Mirror::Dead, true) => (0..width).map(|place| unit(&[(place, 1)])).collect(),
            (Mirror::Dead, false) => (width..count).map(|place| unit(&[(place, 1)])).collect(),
            (Mirror::Signed, true) => (0..self.outputs).map(|place| unit(&[(place, 1)])).collect(),
            (Mirror::Signed, false) => (self.outputs..count).map(|place| unit(&[(place, 1)])).collect(),
        }
    }

    /// `P^T grad f_k`, for every sample.
    pub(super) fn slopes<T: Field>(&self, directions: &[Vec<T>]) -> Vec<T> {
        let theta: Vec<T> = carried(&self.theta);
        let zero = vec![T::zero(); theta.len()];
        let mut slopes = Vec::new();
        for (input, _) in &self.samples {
            let input = twice(&carried::<T>(input));
            for direction in directions {
                slopes.extend(self.output(&jet(&theta, direction, &zero), &input).into_iter().map(|f| f.value.tangent));
            }
        }
        slopes
    }

    fn draw(stream: &mut Stream, place: Place) -> Self {
        let mirror = match place {
            Place::LossAlone => Mirror::Signed,
            _ => *stream.pick(&[Mirror::Twins, Mirror::Dead]),
        };
        let odd = [Activation::Cubic, Activation::Rational, Activation::Linear, Activation::Square];
        let activation = *stream.pick(if mirror == Mirror::Twins { &odd } else { &odd[..3] });
        let outputs = 1 + stream.below(2);
        let mut network = Network {
            mirror,
            activation,
            outputs,
            theta: Vec::new(),
            samples: Vec::new(),
            weight_decay: stream.positive(),
        };
        let width = network.width();
        let biases = if mirror == Mirror::Signed { 0 } else { outputs };
        network.theta = smalls(stream, network.neurons() * width + biases);
        if place != Place::Off {
            match mirror {
                Mirror::Twins => twin(&mut network.theta, width),
                Mirror::Dead => network.theta[..width].fill(Rational::new()),
                Mirror::Signed => network.theta[..outputs].fill(Rational::new()),
            }
        }
        let count = 1 + stream.below(3);
        network.samples = (0..count).map(|_| (smalls(stream, INPUTS), smalls(stream, outputs))).collect();
        if mirror == Mirror::Signed {
            // So that the second derivatives of ell, -4 y (1 + 2 |y|^2), do not cancel.
            network.samples.iter_mut().flat_map(|sample| &mut sample.1).for_each(|label| *label = label.clone().abs());
        }
        network
    }
}

/// Makes the second neuron equal to the first.
fn twin(theta: &mut [Rational], width: usize) {
    let (first, rest) = theta.split_at_mut(width);
    rest[..width].clone_from_slice(first);
}

impl Drawn for Network {
    fn class(&self) -> Class {
        Class::Awkward
    }
    fn is_algebraic(&self) -> bool {
        true
    }
    fn describe(&self) -> String {
        format!("{:?}, {:?}, {} outputs, {} samples", self.mirror, self.activation, self.outputs, self.samples.len())
            .to_lowercase()
    }
    fn numbers(&self) -> Vec<Numbers> {
        let all = |part: fn(&Pair<Rational>) -> &Vec<Rational>| {
            self.samples.iter().flat_map(move |sample| part(sample).clone()).collect::<Vec<_>>()
        };
        vec![
            Numbers::new("theta, neuron by neuron", self.theta.clone()),
            Numbers::new("inputs", all(|sample| &sample.0)),
            Numbers::new("labels", all(|sample| &sample.1)),
            Numbers::new("gamma", [self.weight_decay.clone()]),
        ]
    }
}

impl Draws for ResidualHessian {
    type Instance = Network;

    fn draw(&self, draw: &mut Draw) -> Result<Network, Unjudged> {
        let stream = &mut draw.own();
        loop {
            let network = Network::draw(stream, self.place);
            // A control needs a Gauss-Newton term: ell is strictly convex in f, so that a slope of f is enough. Where the loss alone is symmetric
            // the labels are positive, and a slope of f is enough as well.
            let fails =
                |across| network.slopes::<Rational>(&network.directions(across)).iter().any(|slope| !slope.is_zero());
            let fits = match self.place {
                Place::Across | Place::Along => true,
                Place::Off | Place::LossAlone => fails(true),
            };
            if fits {
                return Ok(network);
            }
        }
    }
}

/// Constants with two nilpotent units.
fn twice<T: Field>(numbers: &[T]) -> Vec<Jet<T>> {
    constants(&constants(numbers))
}

/// What the second derivatives of one network are.
struct Second<'a, T> {
    network: &'a Network,
    theta: Vec<T>,
    samples: Vec<Pair<T>>,
}

impl<T: Field> Second<'_, T> {
    fn of(network: &Network) -> Second<'_, T> {
        let samples = network.samples.iter().map(|(input, label)| (carried(input), carried(label))).collect();
        Second { network, theta: carried(&network.theta), samples }
    }

    /// `a^T E grad^2 l b`; labels that are `None` are the outputs themselves.
    fn of_loss(&self, a: &[T], b: &[T], interpolated: bool) -> T {
        let point = jet(&self.theta, a, b);
        let mut sum = T::zero();
        for (input, label) in &self.samples {
            let label = if interpolated { self.network.output(&self.theta, input) } else { label.clone() };
            let output = self.network.output(&point, &twice(input));
            sum += self.network.loss(&output, &twice(&label)).tangent.tangent;
        }
        sum * T::ratio(1, self.samples.len() as i64)
    }

    /// `E sum_k (d ell/d f_k) a^T grad^2 f_k b`
    fn of_outputs(&self, a: &[T], b: &[T]) -> T {
        let point = jet(&self.theta, a, b);
        let mut sum = T::zero();
        for (input, label) in &self.samples {
            let label = constants(label);
            let output = self.network.output(&self.theta, input);
            let slopes = gradient(|output: &[Dual<T>]| self.network.loss(output, &label), &output);
            for (slope, output) in slopes.iter().zip(self.network.output(&point, &twice(input))) {
                sum += T::product(slope, &output.tangent.tangent);
            }
        }
        sum * T::ratio(1, self.samples.len() as i64)
    }
}

impl<T: Branch> In<T> for ResidualHessian {
    fn relations(&self, network: &Network) -> Result<Vec<Relation<T>>, Unjudged> {
        let second = Second::<T>::of(network);
        let directions: Vec<Vec<T>> = network.directions(self.place != Place::Along);
        let every = |entry: &dyn Fn(&[T], &[T]) -> T| {
            let mut entries = Vec::new();
            for (place, a) in directions.iter().enumerate() {
                entries.extend(directions[..=place].iter().map(|b| entry(a, b)));
            }
            entries
        };
        let normal = Relation::equality(
            "second derivatives across the mirror",
            vec![Term::vector("P^T grad^2 l P", every(&|a, b| second.of_loss(a, b, false)))],
            vec![Term::vector("sum_k (d ell/d f_k) P^T grad^2 f_k P", every(&|a, b| second.of_outputs(a, b)))],
        )
        .against(T::one());
        if self.place != Place::Across {
            return Ok(vec![normal]);
        }
        let mut relations = vec![normal];
        // At interpolation: of the loss with decay nothing is left but decay.
        let dot = |a: &[T], b: &[T]| a.iter().zip(b).fold(T::zero(), |sum, (a, b)| sum + T::product(a, b));
        let decay = T::integer(2) * T::from_rational(&network.weight_decay);
        let regularised = |a: &[T], b: &[T]| {
            // The squared norm along a and b, by the same jets.
            let point = jet(&second.theta, a, b);
            let square = point.iter().fold(Jet::<T>::zero(), |sum, entry| sum + entry.squared()).tangent.tangent;
            second.of_loss(a, b, true) + square * T::from_rational(&network.weight_decay)
        };
        relations.push(Relation::equality(
            "second derivatives across the mirror at interpolation",
            vec![Term::vector("P^T grad^2 (l + gamma |theta|^2) P", every(&regularised))],
            vec![Term::vector("2 gamma P^T P", every(&|a, b| T::product(&decay, &dot(a, b))))],
        ));
        // Of equal neurons each has the same slope, also with what is tangential; of a dead one both are 0.
        let width = network.width();
        let halves = |sign: i64| -> Vec<Vec<T>> {
            let part = |direction: &Vec<T>| {
                let of_sign = |(place, entry): (usize, &T)| {
                    let first = place < width;
                    if first == (sign > 0) { entry.squared() } else { T::zero() }
                };
                direction.iter().enumerate().map(of_sign).collect()
            };
            directions.iter().map(part).collect()
        };
        let (first, other) = (halves(1), halves(-1));
        relations.push(
            Relation::equality(
                "slopes of the outputs across the mirror",
                vec![Term::vector("a^T grad f", network.slopes(&first))],
                vec![Term::vector("(K a)^T grad f", network.slopes(&other))],
            )
            .against(T::one()),
        );
        let tangential: Vec<Vec<T>> = network.directions(false);
        let mixed = |directions: &[Vec<T>]| {
            let mut entries = Vec::new();
            for a in directions {
                entries.extend(tangential.iter().map(|q| second.of_loss(a, q, false)));
            }
            entries
        };
        relations.push(
            Relation::equality(
                "mixed second derivatives",
                vec![Term::vector("a^T grad^2 l Q", mixed(&first))],
                vec![Term::vector("(K a)^T grad^2 l Q", mixed(&other))],
            )
            .against(T::one()),
        );
        Ok(relations)
    }
}
