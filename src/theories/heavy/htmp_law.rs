//! `heavy/htmp-law`: the spectrum of levels whose repulsion fades as their number grows.
//!
//! ```text
//! beta = 2 c/n:  E p_k/n -> m_k,   m_(k+1) = (a + k + 1) m_k + c sum_(q=0)^k m_q m_(k-q)
//! sum m_k z^k = 1/(1 - (a+1+c) z/(1 - (1+c) z/(1 - (a+2+c) z/(1 - (2+c) z/...))))
//! ```
//!
//! Source: [`ALLEZ`] for the law, [`HODGKINSON`] for its use.

use super::ensemble::{Bidiagonal, Means};
use super::hierarchy::Hierarchy;
use super::limit::{Law, convolution, fraction, moments};
use super::{ALLEZ, HODGKINSON};
use crate::linalg::exact;
use crate::scalar::{Field, Rational};
use crate::theories::carried::carried;
use crate::verify::{Claim, Draw, Draws, Exact, In, Independent, Relation, Term, Unjudged, all, control};
use nalgebra::DMatrix;

/// The limit of the moments.
#[derive(Clone, Copy)]
pub(super) struct HtmpLaw {
    /// The first `q` of the sum.
    first: usize,
    /// `beta = 2` at every size.
    is_fixed: bool,
}

/// The law.
pub(super) const LAW: HtmpLaw = HtmpLaw { first: 0, is_fixed: false };

/// How many moments are looked at.
const LAST: usize = 8;

/// `heavy/htmp-law`
pub static CLAIM: Claim = Claim {
    id: "heavy/htmp-law",
    title: "the spectrum of many levels that hardly repel each other",
    statement: "beta = 2 c/n, n -> infinity: E p_k/n -> m_k with m_0 = 1, m_(k+1) = (a + k + 1) m_k + c sum_(q=0)^k m_q m_(k-q), products of the p_k/n to products of the m_k, with errors of order 1/n, \
        n (E p_1/n - m_1) = -c and n (E p_2/n - m_2) = -c (3 a + 4 + 4 c) + 2 c^2/n; sum m_k z^k is the Stieltjes fraction of a+1+c, 1+c, a+2+c, 2+c, ..., \
        so that det(m_(i+j))_(i,j<N) = prod_(j=1)^(N-1) ((a + j + c)(j + c))^(N-j): the m_k are the moments of one law; and sum m_k z^k = 1 + (z/c) F'(z)/F(z), F(z) = sum_s (c)_s (a+1+c)_s z^s/s!",
    hypotheses: &[
        "levels as in heavy/loop-equations with a > -1; c > 0 (at c = 0 the law is that of Gamma(a + 1))",
        "the moments of n levels are polynomials in 1/n by the loop equations with further factors; these are compared with closed walks of the bidiagonal matrix for n = 2, 3, 4 and k <= 4",
        "F is the divergent series of Kummer's function U(c, -a, -1/z), read as a formal one; checked for eight moments and N <= 4; the density is in the proof only",
    ],
    references: &[HODGKINSON, ALLEZ],
    builds_on: &["heavy/loop-equations"],
    law: &[all(&Independent(Exact(LAW)))],
    controls: &[
        control("without-q-0", "the sum from q = 1", &Independent(Exact(HtmpLaw { first: 1, ..LAW }))),
        control(
            "fixed-beta",
            "beta = 2 at every size: the mean is a + n",
            &Independent(Exact(HtmpLaw { is_fixed: true, ..LAW })),
        ),
    ],
};

impl Draws for HtmpLaw {
    type Instance = Law;

    fn draw(&self, draw: &mut Draw) -> Result<Law, Unjudged> {
        let stream = &mut draw.own();
        // beta = 2 is right at one size, n = c: there are more levels than that.
        let levels = if self.is_fixed { 3 } else { 2 + stream.below(3) };
        let a = stream.positive() * stream.integer(1, 2) - Rational::from((17, 16)) + Rational::from((1, 7));
        Ok(Law { a, c: stream.positive(), levels })
    }
}

impl HtmpLaw {
    /// What the polynomials in `1/n` have for their constant terms.
    fn limits(self, law: &Law, m: &[Rational]) -> Vec<Relation<Rational>> {
        let mut hierarchy = Hierarchy::new(&law.a, &law.c);
        let limits = (1..=LAST).map(|k| hierarchy.limit(vec![k])).collect();
        let own = (1..=LAST).map(|k| Rational::from(&law.a + k as u64) * &m[k - 1]).collect();
        let repelled = (1..=LAST).map(|k| convolution(m, k - 1, self.first.min(k - 1)) * &law.c).collect::<Vec<_>>();
        // With q = 0 left out nothing is left of the first.
        let repelled = repelled.into_iter().enumerate();
        let repelled = repelled.map(|(k, sum)| if k < self.first { Rational::new() } else { sum }).collect();
        let mut relations = vec![Relation::equality(
            "limits of the moments",
            vec![Term::vector("lim E p_(k+1)/n", limits)],
            vec![Term::vector("(a + k + 1) m_k", own), Term::vector("c sum_q m_q m_(k-q)", repelled)],
        )];
        let pairs = || (1..=4).flat_map(|j| (j..=4).map(move |k| (j, k)));
        relations.push(Relation::equality(
            "products factorise in the limit",
            vec![Term::vector("lim E p_j p_k/n^2", pairs().map(|(j, k)| hierarchy.limit(vec![j, k])).collect())],
            vec![Term::vector("m_j m_k", pairs().map(|(j, k)| Rational::from(&m[j] * &m[k])).collect())],
        ));
        relations
    }

    /// Finitely many levels, by closed walks.
    fn at_finite_size(self, law: &Law, m: &[Rational]) -> Vec<Relation<Rational>> {
        let Law { a, c, levels } = law;
        let n = *levels as u64;
        let beta = if self.is_fixed { Rational::from(2) } else { Rational::from(c * 2) / n };
        let mut matrix = Bidiagonal::new(*levels, &beta, a, 4);
        let mut hierarchy = Hierarchy::new(a, c);
        let walks: Vec<Rational> = (1..=4).map(|k| matrix.single(k) / n).collect();
        let second = Rational::from(a * 3) + 4 + Rational::from(c * 4);
        vec![
            Relation::equality(
                "polynomials in 1/n",
                vec![Term::vector("E p_k/n", walks.clone())],
                vec![Term::vector("of the hierarchy", (1..=4).map(|k| hierarchy.at(k, *levels)).collect())],
            ),
            Relation::equality(
                "corrections",
                vec![Term::vector("E p_k/n", walks[..2].to_vec())],
                vec![
                    Term::vector("m_k", m[1..3].to_vec()),
                    Term::vector("(-c/n, -c (3 a + 4 + 4 c)/n)", vec![-c.clone() / n, second * -c.clone() / n]),
                    Term::vector("(0, 2 c^2/n^2)", vec![Rational::new(), Rational::from(c.square_ref()) * 2 / (n * n)]),
                ],
            ),
        ]
    }
}

/// The generating function on other ways.
fn transforms(law: &Law, m: &[Rational]) -> Result<Vec<Relation<Rational>>, Unjudged> {
    let Law { a, c, .. } = law;
    let mut relations = vec![Relation::equality(
        "Stieltjes fraction",
        vec![Term::vector("m_k", m[1..].to_vec())],
        vec![Term::vector("of the fraction", fraction(a, c, LAST)[1..].to_vec())],
    )];
    for size in 2..=4 {
        let hankel = exact::determinant(&DMatrix::from_fn(size, size, |i, j| m[i + j].clone()))?;
        let mut product = Rational::from(1);
        for j in 1..size {
            let level = Rational::from(c + j as u64);
            let factor = Rational::from(&level + a) * level;
            (j..size).for_each(|_| product *= &factor);
        }
        relations.push(Relation::equality(
            ("Hankel determinants", format!("N = {size}")),
            vec![Term::scalar("det(m_(i+j))", hankel)],
            vec![Term::scalar("prod ((a + j + c)(j + c))^(N-j)", product)],
        ));
    }
    // c (m - 1) F = z F'
    let mut series = vec![Rational::from(1)];
    for s in 0..LAST as u64 {
        let next = Rational::from(c + s) * (Rational::from(a + c) + (s + 1)) / (s + 1) * &series[s as usize];
        series.push(next);
    }
    let product = |k: usize| (1..=k).map(|j| Rational::from(&m[j] * &series[k - j])).sum::<Rational>() * c;
    relations.push(Relation::equality(
        "Kummer's series",
        vec![Term::vector("c (m - 1) F", (1..=LAST).map(product).collect())],
        vec![Term::vector("z F'", (1..=LAST).map(|k| Rational::from(&series[k] * k as u64)).collect())],
    ));
    Ok(relations)
}

impl<T: Field> In<T> for HtmpLaw {
    fn relations(&self, law: &Law) -> Result<Vec<Relation<T>>, Unjudged> {
        let m = moments(&law.a, &law.c, LAST);
        let mut relations = self.limits(law, &m);
        relations.extend(self.at_finite_size(law, &m));
        relations.extend(transforms(law, &m)?);
        Ok(carried(relations))
    }
}
