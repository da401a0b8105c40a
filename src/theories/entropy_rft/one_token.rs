//! `entropy-rft/one-token`: what a step on the logit of one token does to the entropy, at every step size.
//!
//! ```text
//! q' = q e^eps/(1 - q + q e^eps):   H' - H = h(q') - h(q) - (q' - q) R,   S_k = q (1 - q) (logit q + R)
//! ```
//!
//! `q = p_k`, `h` is the binary entropy, `R` the entropy of the other tokens given that it is not `k`. `H` rises with `eps` up to `-(logit q + R)`, where it is
//! `ln(1 + e^R)`, and falls after. Source: `S_k` is the discriminator of [`ENTROPY`].

use super::ENTROPY;
use super::policy::{Policy, carried, discriminators, entropy, entropy_of, normalised, probabilities, shifted};
use crate::exact::Logarithms;
use crate::exact::logarithms::equality;
use crate::scalar::{Field, Rational, Real, Sign};
use crate::verify::{
    Claim, Draw, Drawn, Draws, Exact, In, Independent, Numbers, Part, Relation, Term, Transcendental, Unjudged, control,
};

/// The exact change of the entropy.
#[derive(Clone, Copy)]
pub(super) struct OneToken {
    /// Whether the entropy of the others is `R`, and not `H`.
    others: bool,
}

/// The course of the entropy along the logit.
#[derive(Clone, Copy)]
pub(super) struct Course {
    /// Whether the sign rule of the first order is applied where it predicts a rise, to large rewards.
    large_reward: bool,
}

pub(super) const LAW: OneToken = OneToken { others: true };
pub(super) const COURSE: Course = Course { large_reward: false };

/// `entropy-rft/one-token`
pub static CLAIM: Claim = Claim {
    id: "entropy-rft/one-token",
    title: "the entropy after a step on one token, at every step size",
    statement: "z_k -> z_k + eps, q = p_k, q' = q e^eps/(1 - q + q e^eps): H' - H = h(q') - h(q) - (q' - q) R; S_k = q (1 - q)(logit q + R); \
        H rises with eps up to -(logit q + R), where it is ln(1 + e^R), and falls after: where S_k predicts a fall to first order, H falls at every step size",
    hypotheses: &["0 < q < 1; h the binary entropy, R the entropy of the others given that it is not k"],
    references: &[ENTROPY],
    builds_on: &[],
    law: &[
        Part { check: &Independent(Transcendental(COURSE)), number: |index| (index % 2 == 1).then_some(index / 2) },
        Part { check: &Independent(Exact(LAW)), number: |index| Some(index / 2) },
    ],
    controls: &[
        control("entropy-of-all", "H in place of R", &Independent(Exact(OneToken { others: false }))),
        control(
            "sign-rule-for-large-rewards",
            "a rise to first order claimed for a large reward",
            &Independent(Transcendental(Course { large_reward: true })),
        ),
    ],
};

/// A policy whose token `k` is the first, and a step.
pub(super) struct Step {
    pub(super) policy: Policy,
    /// `e^eps`
    pub(super) factor: Rational,
}

impl Step {
    fn q(&self) -> &Rational {
        &self.policy.p[0]
    }

    /// `p` given that it is not `k`.
    fn others(&self) -> Vec<Rational> {
        normalised(self.policy.p[1..].to_vec())
    }

    /// `q'`
    pub(super) fn after(&self) -> Rational {
        let grown = Rational::from(self.q() * &self.factor);
        let rest: Rational = Rational::from(1 - self.q()) + &grown;
        grown / rest
    }
}

/// `h(q)`
fn binary(q: &Rational) -> Logarithms {
    entropy(&[q.clone(), Rational::from(1 - q)])
}

/// `logit q`
pub(super) fn logit(q: &Rational) -> Logarithms {
    Logarithms::of(&(q.clone() / Rational::from(1 - q)))
}

impl Draws for OneToken {
    type Instance = Step;
    fn draw(&self, draw: &mut Draw) -> Result<Step, Unjudged> {
        let stream = &mut draw.own();
        loop {
            let tokens = 2 + stream.below(4);
            let p = probabilities(stream, tokens);
            let factor = Rational::from((stream.integer(1, 32), 8));
            let step = Step { policy: Policy { p, v: Vec::new() }, factor };
            // The control is silent where H = R, and where nothing moves.
            let gap = entropy(&step.policy.p) - entropy(&step.others());
            if draw.is_law() || (step.factor != 1 && gap.value::<f64>().abs() > 1e-2) {
                return Ok(step);
            }
        }
    }
}

impl<T: Field> In<T> for OneToken {
    fn relations(&self, step: &Step) -> Result<Vec<Relation<T>>, Unjudged> {
        let (q, after) = (step.q(), step.after());
        let others = step.others();
        let rest = if self.others { entropy(&others) } else { entropy(&step.policy.p) };
        let mut moved = vec![Rational::from(q * &step.factor)];
        moved.extend_from_slice(&step.policy.p[1..]);
        let weight: Rational = Rational::from(1 - q) * q;
        let discriminator = discriminators(&step.policy.p).swap_remove(0);
        Ok(vec![
            equality(
                "change of the entropy",
                vec![("H'", entropy(&normalised(moved))), ("-H", -entropy(&step.policy.p))],
                vec![
                    ("h(q')", binary(&after)),
                    ("-h(q)", -binary(q)),
                    ("-(q' - q) R", rest.scaled(&(q.clone() - &after))),
                ],
            ),
            equality(
                "discriminator",
                vec![("S_k", discriminator)],
                vec![("q (1 - q) logit q", logit(q).scaled(&weight)), ("q (1 - q) R", rest.scaled(&weight))],
            ),
        ])
    }
}

impl Draws for Course {
    type Instance = Step;
    fn draw(&self, draw: &mut Draw) -> Result<Step, Unjudged> {
        let stream = &mut draw.own();
        loop {
            let tokens = 2 + stream.below(4);
            let mut p = probabilities(stream, tokens);
            if self.large_reward {
                p[0] /= 16;
                p = normalised(p);
            }
            let sign = discriminators(&p)[0].sign();
            let is_wanted = if self.large_reward { sign == Some(Sign::Negative) } else { sign != Some(Sign::Zero) };
            if !is_wanted {
                continue;
            }
            // To first order a fall, of a law; of the control a rise.
            let size = Rational::from((stream.integer(9, 32), 8));
            let falls_upwards = sign == Some(Sign::Positive);
            let factor = if self.large_reward {
                size * Rational::from(1 << 20)
            } else if falls_upwards {
                size
            } else {
                size.recip()
            };
            return Ok(Step { policy: Policy { p, v: Vec::new() }, factor });
        }
    }
}

impl<T: Real> In<T> for Course {
    fn relations(&self, step: &Step) -> Result<Vec<Relation<T>>, Unjudged> {
        let p: Vec<T> = carried(&step.policy.p);
        let at = |shift: &T| {
            let mut shifts = vec![T::zero(); p.len()];
            shifts[0] = shift.clone();
            entropy_of(&shifted(&p, &shifts))
        };
        let eps = T::from_rational(&step.factor).ln();
        let [before, after] = [at(&T::zero()), at(&eps)];
        let (first, last) = (Term::scalar("H(eps)", after), Term::scalar("H(0)", before));
        let rule = if self.large_reward {
            Relation::less("sign to first order", last, first)
        } else {
            Relation::less("sign to first order", first, last)
        };
        let others = entropy_of(&carried::<T>(&step.others()));
        let top = -(logit(step.q()).value::<T>() + &others);
        let peak = at(&top);
        let mut relations = vec![
            rule,
            Relation::equality(
                "largest entropy",
                vec![Term::scalar("H(-(logit q + R))", peak)],
                vec![Term::scalar("ln(1 + e^R)", others.exp().ln_1p())],
            ),
        ];
        if !self.large_reward {
            // Farther from the top on either side it is less.
            for (side, label) in [(-1, "rises before"), (1, "falls after")] {
                let near = at(&(eps.absolute() * T::integer(side) + &top));
                let far = at(&(eps.absolute() * T::integer(2 * side) + &top));
                relations.push(Relation::less(label, Term::scalar("farther", far), Term::scalar("nearer", near)));
            }
        }
        Ok(relations)
    }
}

impl Drawn for Step {
    fn base(&self) -> Option<&dyn Drawn> {
        Some(&self.policy)
    }
    fn besides(&self) -> String {
        format!(", q = {}, e^eps = {}", self.q(), self.factor)
    }
    fn numbers(&self) -> Vec<Numbers> {
        self.policy.numbers()
    }
}
