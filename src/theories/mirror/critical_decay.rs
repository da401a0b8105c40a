//! `mirror/critical-decay`: the decay above which a dead neuron is stable.
//!
//! ```text
//! u sigma(w.x), sigma homogeneous of degree k, M = sup over |u| = |w| = 1 of |E[u^T delta sigma(w.x)]|:
//! k = 1: (u, w) = 0 is a strict local minimum if 2 gamma > M and none if 2 gamma < M; k >= 2: it is one for every gamma > 0
//! ```
//!
//! `delta = d ell/d f` is that of the network without the neuron, which is held fixed. For linear neurons `M = sigma_max(E[delta x^T])`.
//! Source: the question is that of [`HIERARCHY`].

use super::dead_neuron::{Dead, Neuron, dot, loss};
use super::decay_threshold::Threshold;
use super::derivative::{constants, gradient, moving};
use super::drawing::{Pair, carried};
use super::marginal_neuron::{beside, marginal};
use super::{HIERARCHY, MIRROR};
use crate::scalar::{Branch, Dual, Rational};
use crate::verify::{Claim, Draw, Draws, EVERY_GAP, Exact, In, Independent, Relation, Term, Unjudged, all, control};

/// When a dead neuron is said to be stable.
#[derive(Clone, Copy)]
pub(super) struct CriticalDecay {
    threshold: Threshold,
    /// The neuron; any if none.
    neuron: Option<Neuron>,
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

impl Draws for CriticalDecay {
    type Instance = Dead;

    fn draw(&self, draw: &mut Draw) -> Result<Dead, Unjudged> {
        let stream = &mut draw.own();
        let drawn = [Neuron::Linear, Neuron::Rectified, Neuron::Squared, Neuron::Marginal][stream.below(4)];
        match self.neuron.unwrap_or(drawn) {
            Neuron::Linear => self.threshold.linear(stream),
            Neuron::Marginal => Ok(marginal(stream)),
            neuron => Ok(self.threshold.curved(stream, neuron)),
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
