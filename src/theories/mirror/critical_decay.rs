//! `mirror/critical-decay`: the decay above which a dead neuron is stable.
//!
//! ```text
//! u sigma(w.x), sigma homogeneous of degree k, M = sup over |u| = |w| = 1 of |E[u^T delta sigma(w.x)]|:
//! k = 1: (u, w) = 0 is a strict local minimum if 2 gamma > M and none if 2 gamma < M; k >= 2: it is one for every gamma > 0
//! ```
//!
//! `delta = d ell/d f` is that of the network without the neuron, which is held fixed. For linear neurons `M = sigma_max(E[delta x^T])`.
//! Source: the question is that of [`HIERARCHY`].

use super::derivative::{Jet, constants, gradient, jet, moving};
use super::drawing::{Pair, carried, rotation, smalls};
use super::{EVERY_GAP, HIERARCHY, MIRROR};
use crate::linalg::exact;
use crate::linalg::products::product;
use crate::scalar::{Branch, Dual, Field, Rational, Ring};
use crate::verify::{
    Claim, Class, Draw, Drawn, Draws, Exact, In, Independent, Numbers, Relation, Stream, Term, Unjudged, all, control,
};
use nalgebra::DMatrix;
use num_traits::Zero;

/// When a dead neuron is said to be stable.
#[derive(Clone, Copy)]
pub(super) struct CriticalDecay {
    threshold: Threshold,
    /// The neuron; any if none.
    neuron: Option<Neuron>,
}

/// What `gamma` is compared with.
#[derive(Clone, Copy, PartialEq)]
enum Threshold {
    /// `2 gamma` with `M`
    Exact,
    /// `gamma` with `M`
    WithoutFactor,
    /// `2 gamma` with the Frobenius norm
    Frobenius,
    /// `2 gamma` with `M` although `k = 2`
    OfDegreeOne,
}

/// A neuron, or a linear one beside a linear network of depth two at its minimum.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Neuron {
    Linear,
    Rectified,
    Squared,
    Marginal,
}

/// The law.
pub(super) const LAW: CriticalDecay = CriticalDecay { threshold: Threshold::Exact, neuron: None };

/// `mirror/critical-decay`
pub static CLAIM: Claim = Claim {
    id: "mirror/critical-decay",
    title: "the decay above which a dead neuron is stable",
    statement: "u sigma(w.x), sigma positively homogeneous of degree k, M = sup over |u| = |w| = 1 of |E[u^T delta sigma(w.x)]|: for k = 1 (u, w) = 0 is a strict local minimum of L + gamma |theta|^2 if 2 gamma > M and not a local minimum if 2 gamma < M; \
        linear: M = sigma_max(E[delta x^T]), and 2 gamma - M is the smallest second derivative; k >= 2: it is a strict local minimum for every gamma > 0; \
        at the minimum of |W_2 W_1 - V|^2 + gamma (|W_1|^2 + |W_2|^2) with a learned mode, whitened data, an added linear neuron is marginal",
    hypotheses: &[
        "delta = d ell/d f of the network without the neuron, which is held fixed or at a nondegenerate local minimum of its own loss with decay; sigma continuous, ell twice continuously differentiable; M > 0 and 2 gamma other than M",
        "checked for ell = |f - y|^2 and a network that is held fixed: linear neurons with two outputs, rectified ones with one output, where M^2 is found on all cones of signs, squared ones with two outputs",
    ],
    references: &[MIRROR, HIERARCHY],
    law: &[all(&Independent(Exact(LAW)))],
    controls: &[
        control(
            "without-the-factor",
            "gamma in place of 2 gamma: M/2 < gamma < M",
            &Independent(Exact(CriticalDecay { threshold: Threshold::WithoutFactor, neuron: Some(Neuron::Linear) })),
        ),
        control(
            "frobenius-norm",
            "the Frobenius norm of E[delta x^T] in place of its largest singular value, at rank two",
            &Independent(Exact(CriticalDecay { threshold: Threshold::Frobenius, neuron: Some(Neuron::Linear) })),
        ),
        control(
            "degree-two",
            "the threshold of k = 1 for a squared neuron below it",
            &Independent(Exact(CriticalDecay { threshold: Threshold::OfDegreeOne, neuron: Some(Neuron::Squared) })),
        ),
    ],
};

/// A dead neuron with what the rest of the network leaves to learn.
pub(super) struct Dead {
    pub(super) neuron: Neuron,
    /// Inputs and residuals `f - y` without the neuron.
    samples: Vec<Pair<Rational>>,
    pub(super) weight_decay: Rational,
    /// `M`; its square for rectified neurons; of no meaning for the others.
    size: Rational,
    /// Whether it is said to be stable.
    is_stable: bool,
    /// The neuron that would be the first to grow, `u` and `w`.
    first: Pair<Rational>,
    /// Another one.
    other: Pair<Rational>,
    /// Of the network of depth two: the modes' `w`, then `V` and both matrices.
    beside: Option<[DMatrix<Rational>; 3]>,
}

const INPUTS: usize = 2;

impl Drawn for Dead {
    fn class(&self) -> Class {
        Class::Awkward
    }
    fn is_algebraic(&self) -> bool {
        true
    }
    fn describe(&self) -> String {
        let says = if self.is_stable { "stable" } else { "not stable" };
        format!("a {} neuron, gamma = {}: {says}", format!("{:?}", self.neuron).to_lowercase(), self.weight_decay)
    }
    fn numbers(&self) -> Vec<Numbers> {
        let all = |part: fn(&Pair<Rational>) -> &Vec<Rational>| {
            self.samples.iter().flat_map(move |sample| part(sample).clone()).collect::<Vec<_>>()
        };
        let both = |(u, w): &Pair<Rational>| u.iter().chain(w).cloned().collect::<Vec<_>>();
        vec![
            Numbers::new("inputs", all(|sample| &sample.0)),
            Numbers::new("residuals", all(|sample| &sample.1)),
            Numbers::new("gamma", [self.weight_decay.clone()]),
            Numbers::new("u, w that grow first", both(&self.first)),
            Numbers::new("another u, w", both(&self.other)),
        ]
    }
}

impl Neuron {
    fn apply<T: Branch>(self, z: T) -> T {
        match self {
            Neuron::Linear | Neuron::Marginal => z,
            Neuron::Rectified => z.maximum(&T::zero()),
            Neuron::Squared => z.squared(),
        }
    }

    fn outputs(self) -> usize {
        if self == Neuron::Rectified { 1 } else { 2 }
    }
}

fn dot<T: Field>(a: &[T], b: &[T]) -> T {
    a.iter().zip(b).fold(T::zero(), |sum, (a, b)| sum + T::product(a, b))
}

/// `E |r + u sigma(w.x)|^2 + gamma (|u|^2 + |w|^2)`
fn loss<T: Branch>(neuron: Neuron, samples: &[Pair<T>], gamma: &T, theta: &[T]) -> T {
    let (u, w) = theta.split_at(neuron.outputs());
    let mut sum = T::zero();
    for (input, residual) in samples {
        let active = neuron.apply(dot(w, input));
        for (residual, u) in residual.iter().zip(u) {
            sum += (residual.clone() + T::product(u, &active)).squared();
        }
    }
    sum * T::ratio(1, samples.len() as i64) + T::product(gamma, &dot(theta, theta))
}

/// `E[delta sigma(w.x)]`, `delta = 2 r`
fn pull(neuron: Neuron, samples: &[Pair<Rational>], w: &[Rational]) -> Vec<Rational> {
    let mut pull = vec![Rational::new(); neuron.outputs()];
    for (input, residual) in samples {
        let active = neuron.apply(dot(w, input));
        for (sum, residual) in pull.iter_mut().zip(residual) {
            *sum += Rational::from(residual * &active) * 2 / samples.len() as i64;
        }
    }
    pull
}

/// `M^2` of a rectified neuron with one output, and where it is reached: `E[delta sigma(w.x)]` is linear on every cone of signs, so that its largest
/// absolute value on the circle is reached along the gradient of a cone, if that lies in it, or on a ray between two cones.
fn rectified(samples: &[Pair<Rational>]) -> (Rational, Vec<Rational>) {
    let mut candidates = Vec::new();
    for (input, _) in samples {
        for sign in [1, -1] {
            candidates.push(vec![Rational::from(&input[1] * &Rational::from(-sign)), input[0].clone() * sign]);
        }
    }
    for cone in 0..1_usize << samples.len() {
        let mut slope = vec![Rational::new(); INPUTS];
        for (place, (input, residual)) in samples.iter().enumerate() {
            if cone >> place & 1 == 1 {
                for (sum, entry) in slope.iter_mut().zip(input) {
                    *sum += Rational::from(entry * &residual[0]);
                }
            }
        }
        // What is not in its cone is a direction like any other, and does no harm.
        candidates.push(slope.iter().map(|entry| -entry.clone()).collect());
        candidates.push(slope);
    }
    let of = |w: Vec<Rational>| {
        let square = dot(&w, &w);
        (!square.is_zero()).then(|| {
            let pull = pull(Neuron::Rectified, samples, &w);
            (Rational::from(pull[0].square_ref()) / square, w)
        })
    };
    candidates.into_iter().filter_map(of).max_by(|a, b| a.0.cmp(&b.0)).unwrap_or_default()
}

/// A part of a threshold, other than 1.
fn part(stream: &mut Stream) -> Rational {
    loop {
        let part = Rational::from((stream.integer(1, 32), 16));
        if part != 1 {
            return part;
        }
    }
}

impl CriticalDecay {
    /// The neuron `u = -E[delta sigma(w.x)] / (2 gamma)`, `w`, made so small that what is of higher order cannot decide.
    fn first(neuron: Neuron, samples: &[Pair<Rational>], gamma: &Rational, w: &[Rational]) -> Pair<Rational> {
        let mut scale = Rational::from(1);
        loop {
            let w: Vec<Rational> = w.iter().map(|entry| Rational::from(entry * &scale)).collect();
            let pull = pull(neuron, samples, &w);
            let u: Vec<Rational> = pull.iter().map(|entry| -Rational::from(entry / gamma) / 2).collect();
            // -|p|^2 / (4 gamma) + gamma |w|^2, and the term of higher order.
            let square = dot(&w, &w) * gamma;
            let gain = dot(&pull, &pull) / gamma / 4;
            let gap = Rational::from(&gain - &square).abs();
            let mut higher = Rational::new();
            for (input, _) in samples {
                higher += neuron.apply(dot(&w, input)).squared() * dot(&u, &u) / samples.len() as i64;
            }
            let is_small = match neuron {
                // |p| is of second order in w: until it is below the decay.
                Neuron::Squared => gain < square / 2,
                _ => higher < gap / 2,
            };
            if is_small {
                return (u, w);
            }
            scale /= 2;
        }
    }

    fn linear(self, stream: &mut Stream) -> Result<Dead, Unjudged> {
        let (left, right) = (rotation(stream, 2), rotation(stream, 2));
        let second = stream.positive();
        let least =
            if self.threshold == Threshold::Exact && stream.below(4) == 0 { Rational::new() } else { second.clone() };
        let size = Rational::from(&second + &stream.positive());
        let values = DMatrix::from_fn(2, 2, |row, column| match (row, column) {
            (0, 0) => size.clone(),
            (1, 1) => least.clone(),
            _ => Rational::new(),
        });
        // E[delta x^T]
        let matrix = product(&product(&left, &values), &right.transpose());
        let samples = loop {
            let inputs = DMatrix::from_fn(2, 2, |_, _| stream.small());
            if let Ok(inverse) = exact::inverse(&inputs.transpose()) {
                // Residuals r = delta / 2 of the two samples: sum r x^T is that matrix.
                let residuals = product(&matrix, &inverse);
                break (0..2)
                    .map(|place| {
                        (
                            inputs.column(place).iter().cloned().collect(),
                            residuals.column(place).iter().cloned().collect(),
                        )
                    })
                    .collect::<Vec<Pair<Rational>>>();
            }
        };
        let half = Rational::from((1, 2));
        let weight_decay = match self.threshold {
            Threshold::WithoutFactor => (Rational::from((stream.integer(1, 15), 16)) + 1) * &half * &size,
            Threshold::Frobenius => {
                // 2 gamma = M + d with (M + d)^2 < M^2 + least^2
                let mut excess = least.clone();
                let square = Rational::from(least.square_ref());
                while (Rational::from(&size * 2_i64) + &excess) * &excess >= square {
                    excess /= 2;
                }
                (excess + &size) * &half
            }
            _ => part(stream) * &half * &size,
        };
        let doubled = Rational::from(&weight_decay * 2_i64);
        let is_stable = match self.threshold {
            Threshold::WithoutFactor => weight_decay > size,
            Threshold::Frobenius => doubled.squared() > size.squared() + least.squared(),
            _ => doubled > size,
        };
        let w: Vec<Rational> = right.column(0).iter().cloned().collect();
        let first = CriticalDecay::first(Neuron::Linear, &samples, &weight_decay, &w);
        let other = (smalls(stream, 2), smalls(stream, 2));
        Ok(Dead { neuron: Neuron::Linear, samples, weight_decay, size, is_stable, first, other, beside: None })
    }

    /// A rectified or a squared neuron with arbitrary samples.
    fn curved(self, stream: &mut Stream, neuron: Neuron) -> Dead {
        loop {
            let count = 1 + stream.below(4);
            let samples: Vec<_> =
                (0..count).map(|_| (smalls(stream, INPUTS), smalls(stream, neuron.outputs()))).collect();
            let (square, w) = match neuron {
                Neuron::Rectified => rectified(&samples),
                _ => {
                    let w = smalls(stream, INPUTS);
                    let pull = pull(neuron, &samples, &w);
                    (dot(&pull, &pull) / dot(&w, &w).squared(), w)
                }
            };
            let Some(root) = Rational::from_f64(square.to_f64().sqrt()).filter(|_| !square.is_zero()) else { continue };
            let mut weight_decay = root / 2 * part(stream);
            if self.threshold == Threshold::OfDegreeOne {
                // Below half of a lower bound of M: the threshold of k = 1 calls it unstable.
                weight_decay /= 4;
            }
            let is_stable = match self.threshold {
                Threshold::OfDegreeOne => false,
                _ => neuron == Neuron::Squared || Rational::from(&weight_decay * 2_i64).squared() > square,
            };
            let first = CriticalDecay::first(neuron, &samples, &weight_decay, &w);
            let mut other = (smalls(stream, neuron.outputs()), smalls(stream, INPUTS));
            if neuron == Neuron::Squared {
                // Near 0, as the first one.
                let w: Vec<Rational> = other.1.clone();
                other = CriticalDecay::first(neuron, &samples, &weight_decay, &w);
            }
            return Dead { neuron, samples, weight_decay, size: square, is_stable, first, other, beside: None };
        }
    }

    /// A linear network of depth two at its minimum.
    fn marginal(stream: &mut Stream) -> Dead {
        let turns = [rotation(stream, 2), rotation(stream, 2), rotation(stream, 2)];
        let weight_decay = stream.positive();
        let roots = [stream.positive(), if stream.coin() { stream.positive() } else { Rational::new() }];
        let turned = |left: usize, right: usize, entries: [Rational; 2]| {
            let diagonal = DMatrix::from_fn(
                2,
                2,
                |row, column| if row == column { entries[row].clone() } else { Rational::new() },
            );
            product(&product(&turns[left], &diagonal), &turns[right].transpose())
        };
        // s = w^2 + gamma; a mode that is off has a smaller one.
        let off = Rational::from(&weight_decay * &Rational::from((stream.integer(0, 7), 8)));
        let values =
            roots.clone().map(|root| if root.is_zero() { off.clone() } else { root.squared() + &weight_decay });
        let beside = Some([turned(2, 0, values), turned(2, 1, roots.clone()), turned(1, 0, roots)]);
        let column = |turn: &DMatrix<Rational>| turn.column(0).iter().cloned().collect::<Vec<_>>();
        let first = (column(&turns[2]), column(&turns[0]));
        let other = first.clone();
        let size = Rational::from(&weight_decay * 2_i64);
        Dead {
            neuron: Neuron::Marginal,
            samples: Vec::new(),
            weight_decay,
            size,
            is_stable: false,
            first,
            other,
            beside,
        }
    }
}

impl Draws for CriticalDecay {
    type Instance = Dead;

    fn draw(&self, draw: &mut Draw) -> Result<Dead, Unjudged> {
        let stream = &mut draw.own();
        let drawn = [Neuron::Linear, Neuron::Rectified, Neuron::Squared, Neuron::Marginal][stream.below(4)];
        match self.neuron.unwrap_or(drawn) {
            Neuron::Linear => self.linear(stream),
            Neuron::Marginal => Ok(CriticalDecay::marginal(stream)),
            neuron => Ok(self.curved(stream, neuron)),
        }
    }
}

/// The neuron beside a network of depth two: second derivatives along its first direction of the squared error and of the decay.
fn beside<T: Field>(instance: &Dead, [target, second, first]: &[DMatrix<Rational>; 3]) -> Relation<T> {
    let carry =
        |matrix: &DMatrix<Rational>| matrix.map(|entry| Jet::<T>::constant(Dual::constant(T::from_rational(&entry))));
    let (u, w): Pair<T> = (carried(&instance.first.0), carried(&instance.first.1));
    let zero = vec![T::zero(); 2];
    let (u, w) = (jet(&zero, &u, &u), jet(&zero, &w, &w));
    let mut map = product(&carry(second), &carry(first)) - carry(target);
    for row in 0..2 {
        for column in 0..2 {
            map[(row, column)] += Jet::<T>::product(&u[row], &w[column]);
        }
    }
    let error = map.iter().fold(Jet::<T>::zero(), |sum, entry| sum + entry.squared());
    let squares = u.iter().chain(&w).fold(Jet::<T>::zero(), |sum, entry| sum + entry.squared());
    Relation::equality(
        "a neuron beside the minimum of depth two is marginal",
        vec![Term::scalar("-second derivative of the squared error", -error.tangent.tangent)],
        vec![Term::scalar("that of the decay", squares.tangent.tangent * T::from_rational(&instance.weight_decay))],
    )
}

impl<T: Branch> In<T> for CriticalDecay {
    fn relations(&self, instance: &Dead) -> Result<Vec<Relation<T>>, Unjudged> {
        if let Some(matrices) = &instance.beside {
            return Ok(vec![beside(instance, matrices)]);
        }
        let neuron = instance.neuron;
        let samples: Vec<Pair<T>> =
            instance.samples.iter().map(|(input, residual)| (carried(input), carried(residual))).collect();
        let gamma = T::from_rational(&instance.weight_decay);
        let join = |(u, w): &Pair<Rational>| carried::<T>(&[u.as_slice(), w.as_slice()].concat());
        let (first, other) = (join(&instance.first), join(&instance.other));
        let at = |theta: &[T]| loss(neuron, &samples, &gamma, theta);
        let dead = at(&vec![T::zero(); first.len()]);
        let mut relations = Vec::new();
        if instance.is_stable {
            for (detail, theta) in [("the first to grow", &first), ("another", &other)] {
                relations.push(
                    Relation::less(
                        ("above the threshold the loss is larger at other neurons", detail),
                        Term::scalar("loss of the dead neuron", dead.clone()),
                        Term::scalar("loss of another", at(theta)),
                    )
                    .resolved_to(EVERY_GAP),
                );
            }
        } else {
            relations.push(
                Relation::less(
                    "below the threshold a small neuron lowers the loss",
                    Term::scalar("loss of a small neuron", at(&first)),
                    Term::scalar("loss of the dead neuron", dead),
                )
                .resolved_to(EVERY_GAP),
            );
        }
        if self.threshold != Threshold::Exact {
            return Ok(relations);
        }
        let size = T::from_rational(&instance.size);
        match neuron {
            Neuron::Linear => {
                let zero = vec![T::zero(); first.len()];
                let hessian = |direction: &[T]| -> Vec<T> {
                    let constant: Vec<(Vec<_>, Vec<_>)> = samples
                        .iter()
                        .map(|(input, residual)| (constants(&constants(input)), constants(&constants(residual))))
                        .collect();
                    let gamma = Dual::constant(Dual::constant(gamma.clone()));
                    let slopes = gradient(|theta| loss(neuron, &constant, &gamma, theta), &moving(&zero, direction));
                    slopes.into_iter().map(|slope| slope.tangent).collect()
                };
                // The eigenvector is (a, -b) of the singular vectors a, b.
                let doubled = T::integer(2) * &gamma;
                let (u, w) = first.split_at(2);
                let stretch = doubled.clone() / &size;
                let vector: Vec<T> =
                    u.iter().map(|entry| T::product(entry, &stretch)).chain(w.iter().cloned()).collect();
                let times = |factor: &T| vector.iter().map(|entry| T::product(factor, entry)).collect::<Vec<T>>();
                relations.push(Relation::equality(
                    "second derivatives along the singular vectors",
                    vec![Term::vector("H z", hessian(&vector))],
                    vec![Term::vector("2 gamma z", times(&doubled)), Term::vector("-M z", times(&-size.clone()))],
                ));
                relations.push(Relation::at_most(
                    "no second derivative is smaller than 2 gamma - M",
                    Term::scalar("(2 gamma - M) |z|^2", (doubled - &size) * dot(&other, &other)),
                    Term::scalar("z^T H z", dot(&hessian(&other), &other)),
                ));
            }
            Neuron::Rectified => {
                // M^2 is an upper bound in every direction, and reached in the one that grows first.
                for (direction, w) in
                    [("another direction", &instance.other.1), ("the first to grow", &instance.first.1)]
                {
                    let pull = T::from_rational(&pull(neuron, &instance.samples, w)[0]);
                    let w: Vec<T> = carried(w);
                    relations.push(
                        Relation::at_most(
                            ("M over the cones of signs", direction),
                            Term::scalar("E[delta sigma(w.x)]^2", pull.squared()),
                            Term::scalar("M^2 |w|^2", T::product(&size, &dot(&w, &w))),
                        )
                        .sharp((7, 8)),
                    );
                }
            }
            _ => {}
        }
        Ok(relations)
    }
}
