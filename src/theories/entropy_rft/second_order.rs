//! `entropy-rft/second-order`: the entropy to second order in a step of the logits.
//!
//! ```text
//! H(eps) - H = -eps Cov_p(ln p, v) - (eps^2/2) (Var_p(v) + k3(ln p, v, v)) + O(eps^3),   k3 = E[(ln p + H)(v - E v)^2]
//! ```
//!
//! For the update of a sampled token, `v = A (e_k - p)`, the first order is `-A (S_k - E_p S)`. Source: the first order is that of [`ENTROPY`].

use super::ENTROPY;
use super::policy::{Policy, covariance, discriminators, entropy, entropy_series, mean, probabilities};
use crate::exact::Logarithms;
use crate::exact::logarithms::equality;
use crate::scalar::{Field, Rational};
use crate::verify::{Claim, Draw, Draws, Exact, In, Independent, Relation, Unjudged, all, control};

/// The coefficients of the entropy.
#[derive(Clone, Copy)]
pub(super) struct SecondOrder {
    /// Whether the third cumulant is there.
    skewed: bool,
    /// Whether the mean of `S` is.
    baseline: bool,
}

pub(super) const LAW: SecondOrder = SecondOrder { skewed: true, baseline: true };

/// `entropy-rft/second-order`
pub static CLAIM: Claim = Claim {
    id: "entropy-rft/second-order",
    title: "the entropy to second order in a step",
    statement: "z -> z + eps v: H(eps) - H = -eps Cov_p(ln p, v) - (eps^2/2)(Var_p(v) + k3(ln p, v, v)) + O(eps^3), k3(ln p, v, v) = E[(ln p + H)(v - E v)^2]; \
        v = A (e_k - p): the first order is -A (S_k - E_p S)",
    hypotheses: &["all p_i > 0"],
    references: &[ENTROPY],
    builds_on: &[],
    law: &[all(&Independent(Exact(LAW)))],
    controls: &[
        control(
            "without-third-cumulant",
            "Var_p(v) alone at second order",
            &Independent(Exact(SecondOrder { skewed: false, ..LAW })),
        ),
        control(
            "without-baseline",
            "S_k in place of S_k - E_p S",
            &Independent(Exact(SecondOrder { baseline: false, ..LAW })),
        ),
    ],
};

/// `k3(ln p, v, v)`
pub(super) fn cumulant(p: &[Rational], v: &[Rational]) -> Logarithms {
    let (centre, whole) = (mean(p, v), entropy(p));
    let part = |(p, v): (&Rational, &Rational)| {
        let weight = Rational::from(v - &centre).square() * p;
        (Logarithms::of(p) + &whole).scaled(&weight)
    };
    p.iter().zip(v).map(part).sum()
}

/// `Var_p(v)`
pub(super) fn variance(p: &[Rational], v: &[Rational]) -> Rational {
    let centre = mean(p, v);
    p.iter().zip(v).map(|(p, v)| Rational::from(v - &centre).square() * p).sum()
}

impl Draws for SecondOrder {
    type Instance = Policy;
    fn draw(&self, draw: &mut Draw) -> Result<Policy, Unjudged> {
        let stream = &mut draw.own();
        loop {
            let tokens = 2 + stream.below(4);
            let policy = Policy { p: probabilities(stream, tokens), v: (0..tokens).map(|_| stream.small()).collect() };
            let s = discriminators(&policy.p);
            let baseline: Logarithms = s.iter().zip(&policy.p).map(|(s, p)| s.scaled(p)).sum();
            let is_told = !cumulant(&policy.p, &policy.v).is_zero() && !baseline.is_zero();
            if draw.is_law() || is_told {
                return Ok(policy);
            }
        }
    }
}

impl<T: Field> In<T> for SecondOrder {
    fn relations(&self, Policy { p, v }: &Policy) -> Result<Vec<Relation<T>>, Unjudged> {
        let half = Rational::from((-1, 2));
        let [first, second] = entropy_series(p, v);
        let mut bent = vec![("-(eps^2/2) Var_p(v)", Logarithms::rational(&(variance(p, v) * &half)))];
        if self.skewed {
            bent.push(("-(eps^2/2) k3(ln p, v, v)", cumulant(p, v).scaled(&half)));
        }
        // A = v_1, k = 1
        let advantage = &v[0];
        let update: Vec<Rational> =
            p.iter().enumerate().map(|(i, p)| (Rational::from(i64::from(i == 0)) - p) * advantage).collect();
        let [sampled, _] = entropy_series(p, &update);
        let s = discriminators(p);
        let baseline: Logarithms = s.iter().zip(p).map(|(s, p)| s.scaled(p)).sum();
        let mut told = vec![("-A S_k", -s[0].scaled(advantage))];
        if self.baseline {
            told.push(("A E_p S", baseline.scaled(advantage)));
        }
        Ok(vec![
            equality("first order", vec![("H", first)], vec![("-eps Cov_p(ln p, v)", -covariance(p, v))]),
            equality("second order", vec![("H", second)], bent),
            equality("a sampled token", vec![("H", sampled)], told),
        ])
    }
}
