//! `heavy/inverse-tail`: which inverse moments exist is set by the exponent at zero alone; repulsion changes their size.
//!
//! ```text
//! m_(-1) = 1/a,   (a - k) m_(-k-1) = m_(-k) + c sum_(q=1)^k m_(-q) m_(-(k+1-q)),   0 < k < a
//! n levels:  (a - m + beta m/2) E p_(-m-1) = E p_(-m) + (beta/2) sum_(q=1)^m E p_(-q) p_(-(m+1-q)),   a > m
//! ```
//!
//! Source: [`HODGKINSON`].

use super::HODGKINSON;
use super::ensemble::{Expanded, Means};
use super::limit::{Law, moments};
use crate::scalar::{Field, Rational};
use crate::theories::carried::carried;
use crate::verify::{Claim, Draw, Draws, Exact, In, Independent, Relation, Term, Unjudged, all, control};

/// The inverse moments of the limit law.
#[derive(Clone, Copy)]
pub(super) struct InverseTail {
    pole: Pole,
}

#[derive(Clone, Copy, PartialEq)]
enum Pole {
    /// `a - k`
    Law,
    /// `a + k`
    Added,
    /// `a - k + c`
    Shifted,
    /// The moments themselves for those of the inverse.
    Upper,
}

/// The law.
pub(super) const LAW: InverseTail = InverseTail { pole: Pole::Law };

/// `heavy/inverse-tail`
pub static CLAIM: Claim = Claim {
    id: "heavy/inverse-tail",
    title: "repulsion does not change the tail of inverse levels",
    statement: "beta = 2 c/n, n -> infinity: m_(-1) = 1/a, (a - k) m_(-k-1) = m_(-k) + c sum_(q=1)^k m_(-q) m_(-(k+1-q)); the k-th inverse moment is finite if and only if k < a + 1, whatever c, so the inverse levels have the tail exponent a + 2; \
        n levels: (a - m + beta m/2) E p_(-m-1) = E p_(-m) + (beta/2) sum_(q=1)^m E p_(-q) p_(-(m+1-q))",
    hypotheses: &[
        "c >= 0, a > -1, so that the law of heavy/htmp-law has no atom; a > k for a step of the recursion, a > m at finite n",
        "checked at finite n for m = 1, 2, 3 by expanding the repulsion (beta = 2, 4, 6); in the limit for the moments that Kummer's function M(c, -a, -w) gives at w = 0; \
            and between both, c = beta n/2: (1 + c/(n a)) E p_(-2)/n = m_(-2)",
        "that moments of order a + 1 and more are infinite is proved, not checked",
    ],
    references: &[HODGKINSON],
    builds_on: &["heavy/htmp-law", "heavy/loop-equations"],
    law: &[all(&Independent(Exact(LAW)))],
    controls: &[
        control("added", "a + k in place of a - k", &Independent(Exact(InverseTail { pole: Pole::Added }))),
        control(
            "shifted-pole",
            "a pole that repulsion moves, a - k + c",
            &Independent(Exact(InverseTail { pole: Pole::Shifted })),
        ),
        control(
            "upper-tail",
            "the moments of the law, whose own tail is no power, in place of those of the inverse",
            &Independent(Exact(InverseTail { pole: Pole::Upper })),
        ),
    ],
};

/// A law with an ensemble of as much repulsion.
impl Draws for InverseTail {
    type Instance = Law;

    fn draw(&self, draw: &mut Draw) -> Result<Law, Unjudged> {
        let stream = &mut draw.own();
        // Up to E p_(-4), which needs a > 3.
        let a = stream.positive() * 2 + 4;
        let (levels, beta) = *stream.pick(&[(2, 2_u64), (2, 4), (2, 6), (3, 2), (3, 4), (4, 2)]);
        // The control's own proof needs c <= 2.
        let c = if self.pole == Pole::Law { Rational::from(beta * levels as u64) / 2 } else { stream.positive() };
        Ok(Law { a, c, levels })
    }
}

/// `m_(-1), ..., m_(-last)` from the logarithmic derivative of `M(c, -a, -w) = sum_s F_s w^s`: `c sum_j m_(-j-1) F_(k-j) = (k+1) F_(k+1)`.
fn inverses(a: &Rational, c: &Rational, last: usize) -> Vec<Rational> {
    let mut series = vec![Rational::from(1)];
    for s in 0..last as u64 {
        let next = Rational::from(c + s) / Rational::from(a - s) / (s + 1) * &series[s as usize];
        series.push(next);
    }
    let mut m: Vec<Rational> = Vec::new();
    for k in 0..last {
        let known: Rational = (0..k).map(|j| Rational::from(&m[j] * &series[k - j])).sum();
        m.push(Rational::from(&series[k + 1] * (k as u64 + 1)) / c - known);
    }
    m
}

impl<T: Field> In<T> for InverseTail {
    fn relations(&self, law: &Law) -> Result<Vec<Relation<T>>, Unjudged> {
        let Law { a, c, levels } = law;
        // m_(-k) at k - 1
        let m = if self.pole == Pole::Upper { moments(a, c, 4)[1..].to_vec() } else { inverses(a, c, 4) };
        let mut relations = Vec::new();
        for k in 1..4_usize {
            let pole = match self.pole {
                Pole::Added => Rational::from(a + k as u64),
                Pole::Shifted => Rational::from(a - k as u64) + c,
                Pole::Law | Pole::Upper => Rational::from(a - k as u64),
            };
            let sum: Rational = (1..=k).map(|q| Rational::from(&m[q - 1] * &m[k - q])).sum();
            relations.push(Relation::equality(
                ("inverse moments of the limit", format!("k = {k}")),
                vec![Term::scalar("(a - k) m_(-k-1)", pole * &m[k])],
                vec![Term::scalar("m_(-k)", m[k - 1].clone()), Term::scalar("c sum_q m_(-q) m_(-(k+1-q))", sum * c)],
            ));
        }
        if self.pole != Pole::Law {
            return Ok(carried(relations));
        }
        let n = *levels as u64;
        let half = Rational::from(c / n);
        let beta = (half.to_f64() * 2.0) as usize;
        let mut means = Expanded::new(*levels, beta, a, 1);
        for m in 1..4_i64 {
            let sum: Rational = (1..=m).map(|q| means.pair(-q, q - m - 1)).sum();
            let next = means.single(-m - 1);
            relations.push(Relation::equality(
                ("inverse moments of n levels", format!("m = {m}")),
                vec![
                    Term::scalar("(a - m) E p_(-m-1)", Rational::from(a - m) * &next),
                    Term::scalar("(beta m/2) E p_(-m-1)", Rational::from(&half * m) * &next),
                ],
                vec![
                    Term::scalar("E p_(-m)", means.single(-m)),
                    Term::scalar("(beta/2) sum_q E p_(-q) p_(-(m+1-q))", sum * &half),
                ],
            ));
        }
        let second = means.single(-2) / n;
        relations.push(Relation::equality(
            "the first is that of the limit",
            vec![Term::scalar("E p_(-1)/n", means.single(-1) / n)],
            vec![Term::scalar("m_(-1)", m[0].clone())],
        ));
        relations.push(Relation::equality(
            "the second approaches that of the limit",
            vec![Term::scalar("E p_(-2)/n", second.clone()), Term::scalar("c/(n a) E p_(-2)/n", second * &half / a)],
            vec![Term::scalar("m_(-2)", m[1].clone())],
        ));
        Ok(carried(relations))
    }
}
