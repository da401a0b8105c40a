//! `heavy/loop-equations`: what the moments of repelling levels satisfy at every size.
//!
//! ```text
//! E p_(k+1) = (a + (k+1) (1 - beta/2)) E p_k + (beta/2) sum_(q=0)^k E p_q p_(k-q),   k >= 0,   p_k = sum_i l_i^k
//! E p_(-1) = n/a,   (a - 1 + beta/2) E p_(-2) = E p_(-1) + (beta/2) E p_(-1)^2
//! ```
//!
//! The levels have the density `prod l_i^a e^(-l_i) prod |l_i - l_j|^beta`. Source: [`DUMITRIU_EDELMAN`] for the matrix, [`HODGKINSON`] for the use.

use super::ensemble::{Bidiagonal, Expanded, Means};
use super::{DUMITRIU_EDELMAN, HODGKINSON};
use crate::scalar::{Field, Rational};
use crate::theories::carried::carried;
use crate::verify::{
    Claim, Class, Draw, Drawn, Draws, Exact, In, Independent, Numbers, Relation, Term, Unjudged, all, control,
};

/// The equations between moments.
#[derive(Clone, Copy)]
pub(super) struct LoopEquations {
    /// The sign of `beta/2` beside 1.
    sign: i64,
    /// The first `q` of the sum.
    first: i64,
    /// Levels repel each other by differences of their powers to this.
    power: usize,
}

/// The law.
pub(super) const LAW: LoopEquations = LoopEquations { sign: -1, first: 0, power: 1 };

/// `heavy/loop-equations`
pub static CLAIM: Claim = Claim {
    id: "heavy/loop-equations",
    title: "moments of repelling levels at every size",
    statement: "density prod l_i^a e^(-l_i) prod |l_i - l_j|^beta, p_k = sum l_i^k: E p_(k+1) = (a + (k+1)(1 - beta/2)) E p_k + (beta/2) sum_(q=0)^k E p_q p_(k-q) for k >= 0; \
        a E p_(-1) = n, whatever beta; (a - 1 + beta/2) E p_(-2) = E p_(-1) + (beta/2) E p_(-1)^2",
    hypotheses: &[
        "n levels on (0, infinity), beta >= 0, a > -1; a > 0 for the first inverse moment and a > 1 for the second",
        "checked for k <= 3 by expanding the repulsion (up to four levels, beta = 2, 4, 6, inverse moments as well), and by closed walks of a bidiagonal matrix of independent gamma variables (rational beta > 0)",
        "the eigenvalues of X^T X/2, X a T x n standard normal matrix with T >= n, are such levels with beta = 1, a = (T - n - 1)/2",
    ],
    references: &[HODGKINSON, DUMITRIU_EDELMAN],
    builds_on: &[],
    law: &[all(&Independent(Exact(LAW)))],
    controls: &[
        control(
            "wrong-sign",
            "1 + beta/2 in place of 1 - beta/2",
            &Independent(Exact(LoopEquations { sign: 1, ..LAW })),
        ),
        control("without-q-0", "the sum from q = 1", &Independent(Exact(LoopEquations { first: 1, ..LAW }))),
        control(
            "squared-repulsion",
            "levels that repel each other as |l_i^2 - l_j^2|^beta",
            &Independent(Exact(LoopEquations { power: 2, ..LAW })),
        ),
    ],
};

/// An ensemble.
pub(super) struct Levels {
    levels: usize,
    pub(super) a: Rational,
    pub(super) beta: Rational,
}

impl Drawn for Levels {
    fn class(&self) -> Class {
        Class::Awkward
    }
    fn is_algebraic(&self) -> bool {
        true
    }
    fn describe(&self) -> String {
        format!("{} levels, beta = {}, a = {}", self.levels, self.beta, self.a)
    }
    fn numbers(&self) -> Vec<Numbers> {
        vec![Numbers::new("a", [self.a.clone()]), Numbers::new("beta", [self.beta.clone()])]
    }
}

impl Levels {
    /// `beta`, if the repulsion is expanded.
    fn even(&self) -> Option<usize> {
        [2, 4, 6].into_iter().find(|even| self.beta == *even as u64)
    }
}

impl Draws for LoopEquations {
    type Instance = Levels;

    fn draw(&self, draw: &mut Draw) -> Result<Levels, Unjudged> {
        let stream = &mut draw.own();
        let is_law = draw.is_law();
        // Without repulsion all is vacuous, and one level does not feel it.
        let a = stream.positive() + 2;
        Ok(match draw.index % 4 {
            1 | 3 if is_law => {
                let a = stream.positive() - Rational::from((15, 16));
                Levels { levels: 2 + stream.below(2), a, beta: stream.positive() }
            }
            _ => {
                let sizes = [(2, 2), (2, 4), (2, 6), (3, 2), (3, 4), (4, 2), (3, 6), (1, 2)];
                let (levels, beta) = *stream.pick(if is_law { &sizes } else { &sizes[..6] });
                Levels { levels, a, beta: Rational::from(beta as u64) }
            }
        })
    }
}

impl<T: Field> In<T> for LoopEquations {
    fn relations(&self, instance: &Levels) -> Result<Vec<Relation<T>>, Unjudged> {
        let Levels { levels, a, beta } = instance;
        let half = Rational::from(beta / 2);
        let mut means: Box<dyn Means> = match instance.even() {
            Some(even) => Box::new(Expanded::new(*levels, even, a, self.power)),
            None => Box::new(Bidiagonal::new(*levels, beta, a, 4)),
        };
        let mut relations = Vec::new();
        for k in 0..4 {
            let sum: Rational = (self.first..=k).map(|q| means.pair(q, k - q)).sum();
            let mean = means.single(k);
            let own = Rational::from(&half * self.sign) + 1;
            relations.push(Relation::equality(
                ("loop equation", format!("k = {k}")),
                vec![Term::scalar("E p_(k+1)", means.single(k + 1))],
                vec![
                    Term::scalar("a E p_k", Rational::from(a * &mean)),
                    Term::scalar("(k + 1)(1 - beta/2) E p_k", own * &mean * (k + 1)),
                    Term::scalar("(beta/2) sum_q E p_q p_(k-q)", sum * &half),
                ],
            ));
        }
        if instance.even().is_some() && *a > 1 {
            relations.push(Relation::equality(
                "first inverse moment",
                vec![Term::scalar("a E p_(-1)", means.single(-1) * a)],
                vec![Term::scalar("n", Rational::from(*levels as u64))],
            ));
            let second = means.single(-2);
            relations.push(Relation::equality(
                "second inverse moment",
                vec![
                    Term::scalar("(a - 1) E p_(-2)", Rational::from(a - 1) * &second),
                    Term::scalar("(beta/2) E p_(-2)", Rational::from(&half * &second)),
                ],
                vec![
                    Term::scalar("E p_(-1)", means.single(-1)),
                    Term::scalar("(beta/2) E p_(-1)^2", means.pair(-1, -1) * &half),
                ],
            ));
        }
        Ok(carried(relations))
    }
}
