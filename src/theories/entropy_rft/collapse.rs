//! `entropy-rft/collapse`: advantages that are ordered like the policy make its entropy fall for all time, with either gradient.
//!
//! ```text
//! (p_i - p_j)(A_i - A_j) >= 0:   Cov_p(ln p, A) >= 0 (natural, v = A),   Cov_p(ln p, p (A - E A)) >= 0 (vanilla, v = p (A - E A))
//! ```
//!
//! Both are 0 only if `A` is constant or `p` uniform. Without that order the two can differ in sign. Source: the question is that of [`ENTROPY`].

use super::ENTROPY;
use super::policy::{Policy, carried, covariance, entropy_of, mean, normalised, shifted};
use crate::exact::Logarithms;
use crate::exact::logarithms::equality;
use crate::linalg::products::dot;
use crate::scalar::{Field, Rational, Real, Sign};
use crate::verify::{
    Claim, Draw, Draws, Exact, In, Independent, Part, Relation, Term, Transcendental, Unjudged, control,
};

/// The fall of the entropy.
#[derive(Clone, Copy)]
pub(super) struct Collapse {
    order: Order,
}

/// How the advantages are ordered.
#[derive(Clone, Copy, PartialEq)]
enum Order {
    /// As the policy.
    Same,
    /// Against it.
    Opposite,
    /// Such that the natural gradient lowers the entropy, and the vanilla one raises it.
    Mixed,
}

/// The identity behind the vanilla gradient's sign.
#[derive(Clone, Copy)]
pub(super) struct Split;

pub(super) const LAW: Collapse = Collapse { order: Order::Same };

/// `entropy-rft/collapse`
pub static CLAIM: Claim = Claim {
    id: "entropy-rft/collapse",
    title: "advantages ordered like the policy collapse it",
    statement: "all p_i > 0, (p_i - p_j)(A_i - A_j) >= 0: both v = A and v = p (A - E A) lower H to first order, strictly unless A is constant or p uniform; along both flows the order persists and H falls for all time; \
        with Q proportional to p^2: Cov_p(ln p, p (A - E A)) = |p|^2 (Cov_Q(ln p, A) + E_Q[ln p + H] E_Q[A - E A])",
    hypotheses: &[
        "A fixed; flows z' = v in continuous time; the identity for every A",
        "checked at p, along the natural flow p e^{t A} normalised, and for the vanilla flow as its first-order sign along a path of short steps",
    ],
    references: &[ENTROPY],
    builds_on: &[],
    law: &[
        Part { check: &Independent(Exact(Split)), number: |index| (index % 4 == 3).then_some(index / 4) },
        Part { check: &Independent(Transcendental(LAW)), number: |index| Some(index - index / 4) },
    ],
    controls: &[
        control(
            "opposite-order",
            "advantages ordered against the policy",
            &Independent(Transcendental(Collapse { order: Order::Opposite })),
        ),
        control(
            "natural-for-vanilla",
            "advantages in no order for which the natural gradient lowers the entropy",
            &Independent(Transcendental(Collapse { order: Order::Mixed })),
        ),
    ],
};

/// `p (A - E A)`
fn vanilla(p: &[Rational], a: &[Rational]) -> Vec<Rational> {
    let centre = mean(p, a);
    p.iter().zip(a).map(|(p, a)| Rational::from(a - &centre) * p).collect()
}

impl Draws for Collapse {
    type Instance = Policy;
    fn draw(&self, draw: &mut Draw) -> Result<Policy, Unjudged> {
        let stream = &mut draw.own();
        loop {
            let tokens = 2 + stream.below(4);
            let mut weights: Vec<Rational> = (0..tokens).map(|_| Rational::from(stream.integer(1, 16))).collect();
            let mut v: Vec<Rational> = (0..tokens).map(|_| stream.small()).collect();
            if self.order != Order::Mixed {
                weights.sort();
                v.sort();
            }
            if self.order == Order::Opposite {
                v.reverse();
            }
            let policy = Policy { p: normalised(weights), v };
            let natural = covariance(&policy.p, &policy.v);
            let plain = covariance(&policy.p, &vanilla(&policy.p, &policy.v));
            let is_wanted = match self.order {
                // Neither A constant nor p uniform: else both are 0.
                Order::Same | Order::Opposite => !natural.is_zero(),
                Order::Mixed => natural.sign() == Some(Sign::Positive) && plain.value::<f64>() < -1e-3,
            };
            if is_wanted {
                return Ok(policy);
            }
        }
    }
}

/// `Cov_p(ln p, v)` in a scalar.
fn covariance_of<T: Real>(p: &[T], v: &[T]) -> T {
    let centre = dot(p, v);
    let mut sum = T::zero();
    for (p, v) in p.iter().zip(v) {
        sum += (v.clone() - &centre) * p.ln() * p;
    }
    sum
}

fn vanilla_of<T: Real>(p: &[T], a: &[T]) -> Vec<T> {
    let centre = dot(p, a);
    p.iter().zip(a).map(|(p, a)| (a.clone() - &centre) * p).collect()
}

impl<T: Real> In<T> for Collapse {
    fn relations(&self, policy: &Policy) -> Result<Vec<Relation<T>>, Unjudged> {
        let (p, a): (Vec<T>, Vec<T>) = (carried(&policy.p), carried(&policy.v));
        let positive =
            |kind: &'static str, label: &'static str, value: T| Relation::positive(kind, Term::scalar(label, value));
        let mut relations = vec![
            positive("natural step", "Cov_p(ln p, A)", covariance_of(&p, &a)),
            positive("vanilla step", "Cov_p(ln p, p (A - E A))", covariance_of(&p, &vanilla_of(&p, &a))),
        ];
        if self.order == Order::Same {
            let along = |t: T| entropy_of(&shifted(&p, &a.iter().map(|a| T::product(a, &t)).collect::<Vec<T>>()));
            for t in 0..3 {
                let [earlier, later] = [along(T::ratio(t, 2)), along(T::ratio(t + 1, 2))];
                relations.push(Relation::less(
                    ("natural flow", format!("from t = {t}/2")),
                    Term::scalar("H later", later),
                    Term::scalar("H", earlier),
                ));
            }
            let mut q = p;
            for step in 1..=4 {
                let shift: Vec<T> = vanilla_of(&q, &a).iter().map(|v| v.clone() / T::integer(8)).collect();
                q = shifted(&q, &shift);
                relations.push(Relation::positive(
                    ("vanilla path", format!("after {step} steps")),
                    Term::scalar("Cov_p(ln p, p (A - E A))", covariance_of(&q, &vanilla_of(&q, &a))),
                ));
            }
        }
        Ok(relations)
    }
}

impl Draws for Split {
    type Instance = Policy;
    fn draw(&self, draw: &mut Draw) -> Result<Policy, Unjudged> {
        let stream = &mut draw.own();
        let tokens = 2 + stream.below(4);
        let p = super::policy::probabilities(stream, tokens);
        Ok(Policy { p, v: (0..tokens).map(|_| stream.small()).collect() })
    }
}

impl<T: Field> In<T> for Split {
    fn relations(&self, Policy { p, v: a }: &Policy) -> Result<Vec<Relation<T>>, Unjudged> {
        let square = dot(p, p);
        let q: Vec<Rational> = p.iter().map(|p| p.clone().square() / &square).collect();
        let (centre, under) = (mean(p, a), mean(&q, a));
        let covariance_q: Logarithms =
            (0..p.len()).map(|i| Logarithms::multiple(&(Rational::from(&a[i] - &under) * &q[i]), &p[i])).sum();
        let mean_q: Logarithms = (0..p.len()).map(|i| Logarithms::multiple(&q[i], &p[i])).sum();
        let raised = (mean_q + super::policy::entropy(p)).scaled(&(under - centre));
        Ok(vec![equality(
            "vanilla covariance under p^2",
            vec![("Cov_p(ln p, p (A - E A))", covariance(p, &vanilla(p, a)))],
            vec![
                ("|p|^2 Cov_Q(ln p, A)", covariance_q.scaled(&square)),
                ("|p|^2 E_Q[ln p + H] E_Q[A - E A]", raised.scaled(&square)),
            ],
        )])
    }
}
