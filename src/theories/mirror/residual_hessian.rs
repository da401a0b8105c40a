//! `mirror/residual-hessian`: across a mirror the loss is curved by the residual alone.
//!
//! ```text
//! f(K theta) = f(theta):   P^T grad f_k = 0,   P^T grad^2 l Q = 0,   P^T grad^2 l P = sum_k (d ell/d f_k) P^T grad^2 f_k P
//! ```
//!
//! at points of the mirror set `P^T theta = 0`, for `l = ell(f, y)`, `K = 1 - 2 P P^T` and `Q` tangential: no term of `grad f grad f^T` is across the mirror.
//! Source: mirrors as constraints are those of [`MIRROR`].

use super::derivative::{Jet, constants, gradient, jet};
use super::drawing::{Pair, carried};
use super::mirrored_network::{Network, Place, twice};
use super::{HIERARCHY, MIRROR};
use crate::scalar::{Branch, Dual, Field, Rational, Ring};
use crate::verify::{Claim, Draw, Draws, Exact, In, Independent, Relation, Term, Unjudged, all, control};
use num_traits::Zero;

/// The second derivatives across a mirror.
#[derive(Clone, Copy)]
pub(super) struct ResidualHessian {
    place: Place,
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
    builds_on: &[],
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
