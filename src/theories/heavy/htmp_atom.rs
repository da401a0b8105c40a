//! `heavy/htmp-atom`: beyond the aspect ratio 1 the law has an atom, and the rest of it is the law of other parameters.
//!
//! ```text
//! c m_k(a, c) = c' m_k(a', c')  for k >= 1,   a' = -a - 2,  c' = c + a + 1;   for a < -1 an atom of mass (-a - 1)/c at 0
//! ```
//!
//! `m_k(a, c)` are the moments of `heavy/htmp-law`. Source: [`HODGKINSON`].

use super::HODGKINSON;
use super::limit::{Law, fraction, moments};
use crate::linalg::exact;
use crate::scalar::{Field, Rational};
use crate::theories::carried::carried;
use crate::verify::{Claim, Draw, Draws, EVERY_GAP, Exact, In, Independent, Relation, Term, Unjudged, all, control};
use nalgebra::DMatrix;

/// The duality of two laws.
#[derive(Clone, Copy)]
pub(super) struct HtmpAtom {
    /// `a' = shift - a`
    shift: i64,
    /// The least `k` of which the duality is said.
    first: usize,
    /// Whether `a > -1` is drawn.
    is_above: bool,
}

/// The law.
pub(super) const LAW: HtmpAtom = HtmpAtom { shift: -2, first: 1, is_above: false };

/// How many moments are looked at.
const LAST: usize = 8;

/// `heavy/htmp-atom`
pub static CLAIM: Claim = Claim {
    id: "heavy/htmp-atom",
    title: "the atom at zero, and a duality of the laws at high temperature",
    statement: "c m_k(a, c) = c' m_k(a', c') for k >= 1 with a' = -a - 2, c' = c + a + 1; so for a < -1 the law of the m_k(a, c) is (-a - 1)/c times the unit mass at 0 plus c'/c times the law of (a', c')",
    hypotheses: &[
        "c > 0, a + 1 + c > 0, m_k the coefficients of the Stieltjes fraction of heavy/htmp-law; at a = -1 the duality says nothing",
        "checked for eight moments, those on the right from the recursion and those on the left from the fraction; and, N <= 4, for the least mean square of a polynomial of degree below N that is 1 at 0, \
            1/(e^T H^-1 e) with H = (m_(i+j)), e = (1, 0, ..., 0): (-a - 1)/c + (c'/c) times the same of (a', c')",
    ],
    references: &[HODGKINSON],
    builds_on: &["heavy/htmp-law"],
    law: &[all(&Independent(Exact(LAW)))],
    controls: &[
        control(
            "neighbouring-map",
            "a' = -a - 1 in place of -a - 2",
            &Independent(Exact(HtmpAtom { shift: -1, ..LAW })),
        ),
        control("with-k-0", "the duality for k = 0 as well", &Independent(Exact(HtmpAtom { first: 0, ..LAW }))),
        control(
            "no-atom",
            "a > -1: the atom's mass would be negative",
            &Independent(Exact(HtmpAtom { is_above: true, ..LAW })),
        ),
    ],
};

impl Draws for HtmpAtom {
    type Instance = Law;

    fn draw(&self, draw: &mut Draw) -> Result<Law, Unjudged> {
        let stream = &mut draw.own();
        let c = stream.positive() * stream.integer(1, 3);
        // a + 1 in (-c, 0)
        let part = Rational::from((stream.integer(1, 15), 16));
        let above: Rational = if self.is_above { part } else { part * -c.clone() };
        let a = above - 1;
        Ok(Law { a, c, levels: 0 })
    }
}

/// The least mean square of a polynomial of degree below `size` that is 1 at 0.
fn christoffel(m: &[Rational], size: usize) -> Result<Rational, Unjudged> {
    let minor =
        |from: usize, size: usize| exact::determinant(&DMatrix::from_fn(size, size, |i, j| m[from + i + j].clone()));
    Ok(minor(0, size)? / minor(2, size - 1)?)
}

impl<T: Field> In<T> for HtmpAtom {
    fn relations(&self, law: &Law) -> Result<Vec<Relation<T>>, Unjudged> {
        let Law { a, c, .. } = law;
        let dual = [Rational::from(self.shift) - a, Rational::from(a + c) + 1];
        let (m, other) = (fraction(a, c, LAST), moments(&dual[0], &dual[1], LAST));
        let atom = Rational::from(-1 - a) / c;
        let share = Rational::from(&dual[1] / c);
        let mut relations = vec![
            Relation::positive("the atom has a mass", Term::scalar("(-a - 1)/c", atom.clone())).resolved_to(EVERY_GAP),
            Relation::less(
                "the atom is not all",
                Term::scalar("(-a - 1)/c", atom.clone()),
                Term::scalar("1", Rational::from(1)),
            )
            .resolved_to(EVERY_GAP),
        ];
        for k in self.first..=LAST {
            relations.push(Relation::equality(
                ("duality", format!("k = {k}")),
                vec![Term::scalar("c m_k(a, c)", Rational::from(c * &m[k]))],
                vec![Term::scalar("c' m_k(a', c')", Rational::from(&dual[1] * &other[k]))],
            ));
        }
        for size in 2..=4 {
            relations.push(Relation::equality(
                ("least mean squares", format!("N = {size}")),
                vec![Term::scalar("of (a, c)", christoffel(&m, size)?)],
                vec![
                    Term::scalar("(-a - 1)/c", atom.clone()),
                    Term::scalar("c'/c times that of (a', c')", christoffel(&other, size)? * &share),
                ],
            ));
        }
        Ok(carried(relations))
    }
}
