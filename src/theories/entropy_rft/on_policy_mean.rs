//! `entropy-rft/on-policy-mean`: what updates of tokens that the policy draws itself do to the entropy on average.
//!
//! ```text
//! sum_k p_k (S_k - E S) = 0;   two tokens, alpha = eps A: the mean to second order is -2 (alpha q (1 - q))^2 (1 + (1 - 2 q) logit q)
//! ```
//!
//! It is below 0 near `q = 1/2` and above 0 where `(2 q - 1) logit q > 1`. Source: the question is that of [`ENTROPY`].

use super::ENTROPY;
use super::one_token::logit;
use super::policy::{Policy, covariance, entropy_of, entropy_series, probabilities, shifted};
use crate::exact::Logarithms;
use crate::exact::logarithms::equality;
use crate::scalar::{Field, Rational, Real};
use crate::verify::{
    Claim, Draw, Draws, Exact, In, Independent, Part, Relation, Stream, Term, Transcendental, Unjudged, control,
};

/// The mean over the sampled token.
#[derive(Clone, Copy)]
pub(super) struct OnPolicyMean {
    /// Whether tokens are sampled by the policy, and not uniformly.
    on_policy: bool,
}

/// The sign of the mean for two tokens.
#[derive(Clone, Copy)]
pub(super) struct Drift {
    /// Whether it is said to be negative for every `q`.
    always_negative: bool,
}

pub(super) const LAW: OnPolicyMean = OnPolicyMean { on_policy: true };
pub(super) const DRIFT: Drift = Drift { always_negative: false };

/// `entropy-rft/on-policy-mean`
pub static CLAIM: Claim = Claim {
    id: "entropy-rft/on-policy-mean",
    title: "rewards without information have no first-order effect on the entropy, and none of one sign to second order",
    statement: "v = A (e_k - p), k drawn from p, A constant: sum_k p_k (S_k - E_p S) = 0, so the mean change of H is 0 to first order; \
        two tokens, alpha = eps A: to second order it is -2 (alpha q (1 - q))^2 (1 + (1 - 2 q) logit q), above 0 if and only if (2 q - 1) logit q > 1, and H as a function of logit q has H'' = -q (1 - q)(1 + (1 - 2 q) logit q)",
    hypotheses: &[
        "all p_i > 0; A does not depend on k",
        "checked for the sign at q = n/256 and finite steps alpha <= 2^-8",
    ],
    references: &[ENTROPY],
    builds_on: &["entropy-rft/second-order"],
    law: &[
        Part { check: &Independent(Transcendental(DRIFT)), number: |index| (index % 2 == 1).then_some(index / 2) },
        Part { check: &Independent(Exact(LAW)), number: |index| Some(index / 2) },
    ],
    controls: &[
        control(
            "uniform-sampling",
            "the token drawn uniformly",
            &Independent(Exact(OnPolicyMean { on_policy: false })),
        ),
        control(
            "always-negative",
            "the entropy falls on average at q >= 7/8",
            &Independent(Transcendental(Drift { always_negative: true })),
        ),
    ],
};

/// `e_k`
fn unit(tokens: usize, k: usize) -> Vec<Rational> {
    (0..tokens).map(|i| Rational::from(i64::from(i == k))).collect()
}

/// `e_k - p`
fn update(p: &[Rational], k: usize) -> Vec<Rational> {
    unit(p.len(), k).iter().zip(p).map(|(e, p)| Rational::from(e - p)).collect()
}

fn two(q: &Rational) -> Vec<Rational> {
    vec![q.clone(), Rational::from(1 - q)]
}

impl OnPolicyMean {
    /// `sum_k P(k) Cov(ln p, e_k)`
    fn sampled(self, p: &[Rational]) -> Logarithms {
        let uniform = Rational::from((1, p.len() as i64));
        let chance = |k: usize| if self.on_policy { &p[k] } else { &uniform };
        (0..p.len()).map(|k| covariance(p, &unit(p.len(), k)).scaled(chance(k))).sum()
    }
}

impl Draws for OnPolicyMean {
    type Instance = Policy;
    fn draw(&self, draw: &mut Draw) -> Result<Policy, Unjudged> {
        let stream = &mut draw.own();
        loop {
            let tokens = 2 + stream.below(4);
            let p = probabilities(stream, tokens);
            let v = vec![Rational::from((stream.integer(1, 255), 256))];
            // The control is silent for uniform p.
            if draw.is_law() || !(self.sampled(&p) - covariance(&p, &p)).is_zero() {
                return Ok(Policy { p, v });
            }
        }
    }
}

impl<T: Field> In<T> for OnPolicyMean {
    fn relations(&self, Policy { p, v }: &Policy) -> Result<Vec<Relation<T>>, Unjudged> {
        let q = &v[0];
        let weight: Rational = Rational::from(1 - q) * q;
        let tilt: Rational = Rational::from(1) - q.clone() * Rational::from(2);
        let pair = two(q);
        let minus = Rational::from(-&weight);
        let [_, along] = entropy_series(&pair, &unit(2, 0));
        let drift: Logarithms = (0..2).map(|k| entropy_series(&pair, &update(&pair, k))[1].scaled(&pair[k])).sum();
        let square = weight.square() * Rational::from(-2);
        Ok(vec![
            equality(
                "mean to first order",
                vec![("sum_k p_k Cov_p(ln p, e_k)", self.sampled(p))],
                vec![("Cov_p(ln p, p)", covariance(p, p))],
            ),
            equality(
                "second derivative by the logit",
                vec![("H''", along.scaled(&Rational::from(2)))],
                vec![
                    ("-q (1 - q)", Logarithms::rational(&minus)),
                    ("-q (1 - q)(1 - 2 q) logit q", logit(q).scaled(&(minus * &tilt))),
                ],
            ),
            equality(
                "mean to second order",
                vec![("sum_k p_k H_k/alpha^2", drift)],
                vec![
                    ("-2 (q (1 - q))^2", Logarithms::rational(&square)),
                    ("-2 (q (1 - q))^2 (1 - 2 q) logit q", logit(q).scaled(&(square * tilt))),
                ],
            ),
        ])
    }
}

impl Drift {
    fn numerator(self, stream: &mut Stream) -> i64 {
        match self.always_negative {
            true => stream.integer(224, 250),
            // Not next to where the sign changes, at 256 q = 45.07 and 210.93.
            false => loop {
                let q = stream.integer(6, 250);
                if !(44..=46).contains(&q) && !(210..=212).contains(&q) {
                    return q;
                }
            },
        }
    }
}

impl Draws for Drift {
    type Instance = Policy;
    fn draw(&self, draw: &mut Draw) -> Result<Policy, Unjudged> {
        let stream = &mut draw.own();
        let q = Rational::from((self.numerator(stream), 256));
        Ok(Policy { p: two(&q), v: vec![stream.positive() / Rational::from(1 << 9)] })
    }
}

impl<T: Real> In<T> for Drift {
    fn relations(&self, Policy { p, v }: &Policy) -> Result<Vec<Relation<T>>, Unjudged> {
        let law: Vec<T> = p.iter().map(T::from_rational).collect();
        let before = entropy_of(&law);
        let mut mean = T::zero();
        for (k, chance) in p.iter().enumerate() {
            let shift: Vec<T> = update(p, k).iter().map(|v_i| T::from_rational(&Rational::from(v_i * &v[0]))).collect();
            mean += (entropy_of(&shifted(&law, &shift)) - &before) * T::from_rational(chance);
        }
        let q = p[0].to_f64();
        let rises = (2.0 * q - 1.0) * (q / (1.0 - q)).ln() > 1.0;
        let sign = T::integer(if rises && !self.always_negative { 1 } else { -1 });
        Ok(vec![Relation::positive("sign of the mean change", Term::scalar("+-(E H' - H)", mean * sign))])
    }
}
