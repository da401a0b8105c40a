//! `mirror/critical-decay`: the decay above which a dead neuron is stable.
//!
//! ```text
//! u sigma(w.x), sigma homogeneous of degree k, M = sup over |u| = |w| = 1 of |E[u^T delta sigma(w.x)]|:
//! k = 1: (u, w) = 0 is a strict local minimum if 2 gamma > M and none if 2 gamma < M; k >= 2: it is one for every gamma > 0
//! ```
//!
//! `delta = d ell/d f` is that of the network without the neuron, which is held fixed. For linear neurons `M = sigma_max(E[delta x^T])`.
//! Source: the question is that of [`HIERARCHY`].

use super::dead_neuron::{Dead, INPUTS, Neuron, dot, first_to_grow, loss, pull, rectified};
use super::derivative::{constants, gradient, moving};
use super::drawing::{Pair, carried, rotation, smalls};
use super::marginal_neuron::{beside, marginal};
use super::{HIERARCHY, MIRROR};
use crate::linalg::exact;
use crate::linalg::products::product;
use crate::scalar::{Branch, Dual, Rational, Ring};
use crate::verify::{
    Claim, Draw, Draws, EVERY_GAP, Exact, In, Independent, Relation, Stream, Term, Unjudged, all, control,
};
use nalgebra::DMatrix;

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

/// The law.
pub(super) const LAW: CriticalDecay = CriticalDecay { threshold: Threshold::Exact, neuron: None };

/// `mirror/critical-decay`
pub static CLAIM: Claim = Claim {
    id: "mirror/critical-decay",
    title: "the decay above which a dead neuron is stable",
    statement: "u sigma(w.x), sigma positively homogeneous of degree k, M = sup over |u| = |w| = 1 of |E[u^T delta sigma(w.x)]|: for k = 1 (u, w) = 0 is a strict local minimum of L + gamma |theta|^2 if 2 gamma > M and not a local minimum if 2 gamma < M; \
        linear: M = sigma_max(E[delta x^T]), and 2 gamma - M is the smallest second derivative; k >= 2: it is a strict local minimum for every gamma > 0; \
        at the minimum of |W_2 W_1 - V|^2 + gamma (|W_1|^2 + |W_2|^2) with a learned mode, whitened data, the rest held fixed, an added linear neuron is marginal, 2 gamma = M",
    hypotheses: &[
        "delta = d ell/d f of the network without the neuron, which is held fixed or at a nondegenerate local minimum of its own loss with decay; sigma continuous, ell twice continuously differentiable; where the rest is not held fixed, f locally Lipschitz in its parameters; M > 0 and 2 gamma other than M",
        "checked for ell = |f - y|^2 and a network that is held fixed: linear neurons with two outputs, rectified ones with one output, where M^2 is found on all cones of signs and compared with sixteen directions, squared ones with two outputs",
    ],
    references: &[MIRROR, HIERARCHY],
    builds_on: &["mirror/phase-transition"],
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
        let first = first_to_grow(Neuron::Linear, &samples, &weight_decay, &w);
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
            let first = first_to_grow(neuron, &samples, &weight_decay, &w);
            let mut other = (smalls(stream, neuron.outputs()), smalls(stream, INPUTS));
            if neuron == Neuron::Squared {
                // Near 0, as the first one.
                let w: Vec<Rational> = other.1.clone();
                other = first_to_grow(neuron, &samples, &weight_decay, &w);
            }
            return Dead { neuron, samples, weight_decay, size: square, is_stable, first, other, beside: None };
        }
    }
}

impl Dead {
    /// Multiplies residuals and inputs, and the decay so that it is to the threshold as it was; the neurons that are looked at are found anew.
    #[cfg(test)]
    pub(super) fn rescale(&mut self, residuals: &Rational, inputs: &Rational) {
        if self.neuron == Neuron::Marginal {
            return;
        }
        for (input, residual) in &mut self.samples {
            input.iter_mut().for_each(|entry| *entry *= inputs);
            residual.iter_mut().for_each(|entry| *entry *= residuals);
        }
        let squared = self.neuron == Neuron::Squared;
        let pull = Rational::from(residuals * inputs) * if squared { inputs.clone() } else { Rational::from(1) };
        self.weight_decay *= &pull;
        // For rectified neurons the square is kept.
        self.size *= if self.neuron == Neuron::Linear { pull } else { pull.square() };
        self.look_anew();
    }

    /// Takes a decay that is so many times the threshold of a linear neuron.
    #[cfg(test)]
    pub(super) fn place(&mut self, part: &Rational) {
        if self.neuron == Neuron::Linear {
            self.weight_decay = Rational::from(&self.size * part) / 2;
            self.is_stable = *part > 1;
            self.look_anew();
        }
    }

    #[cfg(test)]
    fn look_anew(&mut self) {
        self.first = first_to_grow(self.neuron, &self.samples, &self.weight_decay, &self.first.1);
        if self.neuron == Neuron::Squared {
            self.other = first_to_grow(self.neuron, &self.samples, &self.weight_decay, &self.other.1);
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
            Neuron::Marginal => Ok(marginal(stream)),
            neuron => Ok(self.curved(stream, neuron)),
        }
    }
}

/// Sixteen directions of the plane, none farther than 14 degrees from the next on either side.
fn around() -> impl Iterator<Item = [i64; 2]> {
    let quarter = [[1, 0], [2, 1], [1, 1], [1, 2]];
    quarter.into_iter().flat_map(|[a, b]| [[a, b], [-b, a], [-a, -b], [b, -a]])
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
                // E[delta sigma(w.x)] is the slope of the loss in u at u = 0.
                let constant: Vec<(Vec<_>, Vec<_>)> =
                    samples.iter().map(|(input, residual)| (constants(input), constants(residual))).collect();
                let decay = Dual::constant(gamma.clone());
                let squared_pull = |w: &[T]| {
                    let dead: Vec<T> = std::iter::once(T::zero()).chain(w.iter().cloned()).collect();
                    gradient(|theta| loss(neuron, &constant, &decay, theta), &dead)[0].squared()
                };
                let bound = |w: &[T]| T::product(&size, &dot(w, w));
                // M^2 is an upper bound in every direction, near to which some of many come.
                let drawn = std::iter::once(("drawn".to_owned(), instance.other.1.clone()));
                let around = around().map(|w| (format!("{}, {}", w[0], w[1]), w.map(Rational::from).to_vec()));
                for (direction, w) in drawn.chain(around) {
                    let w: Vec<T> = carried(&w);
                    relations.push(
                        Relation::at_most(
                            ("M over the cones of signs", format!("w along {direction}")),
                            Term::scalar("E[delta sigma(w.x)]^2", squared_pull(&w)),
                            Term::scalar("M^2 |w|^2", bound(&w)),
                        )
                        .sharp((7, 8)),
                    );
                }
                // And reached in the one that grows first.
                let w: Vec<T> = carried(&instance.first.1);
                relations.push(Relation::equality(
                    "M is reached by the first to grow",
                    vec![Term::scalar("E[delta sigma(w.x)]^2", squared_pull(&w))],
                    vec![Term::scalar("M^2 |w|^2", bound(&w))],
                ));
            }
            _ => {}
        }
        Ok(relations)
    }
}
