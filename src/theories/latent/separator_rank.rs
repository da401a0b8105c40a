//! `latent/separator-rank`: the rank of a joint table is the number of states of what separates its two sides.
//!
//! ```text
//! P(A, B) = M_A diag(pi) M_B^T:   rank P(A, B) <= |supp pi|,   with equality if M_A and M_B have full column rank on supp pi
//! ```
//!
//! `S` separates `A` from `B`: they are independent given `S`, which has the law `pi`; `M_A = P(A | S)`. Several discrete variables are one with
//! the product of their states. Source: [`HIERARCHY`].

use super::HIERARCHY;
use super::separated_table::Separated;
use super::tables::{columns, count, independent_rows};
use crate::linalg::exact;
use crate::scalar::Field;
use crate::theories::carried::carried;
use crate::verify::{Claim, Draw, Draws, Exact, In, Independent, Relation, Term, Unjudged, all, control};
use nalgebra::DMatrix;

/// The rank of a table, with what its sides have in common.
#[derive(Clone, Copy)]
pub(super) struct SeparatorRank {
    given: Given,
}

#[derive(Clone, Copy, PartialEq)]
enum Given {
    /// Latent variables that separate.
    Separators,
    /// As many, but each acts on its own: `P(A | l1, l2)` is a mixture of a table of `l1` and one of `l2`.
    Additive,
    /// A common effect of `A` and `B`, of which a value is given.
    Collider,
}

/// The law.
pub(super) const LAW: SeparatorRank = SeparatorRank { given: Given::Separators };

/// `latent/separator-rank`
pub static CLAIM: Claim = Claim {
    id: "latent/separator-rank",
    title: "the rank of a joint table counts the states of what separates its sides",
    statement: "A and B independent given S of the law pi: rank P(A, B) <= |supp pi|, so at most the least |supp pi| of all separators, with equality if P(A | S) and P(B | S) have full column rank on supp pi; \
        two latent variables of full joint support count as the product of their states",
    hypotheses: &[
        "discrete variables; S is one or several of them, and pi their joint law; full column rank is tested on the tables drawn",
        "checked for two latent variables of two and three states with full and with partial support, for chains A - S1 - S2 - B of 3-5, 5-3 and 4-4 states, \
            and for tables of fewer values than states, of which only the bound is said",
        "where the rank is attained, some minor of that size is det M_A[I] prod pi det M_B[J]",
    ],
    references: &[HIERARCHY],
    builds_on: &[],
    law: &[all(&Independent(Exact(LAW)))],
    controls: &[
        control(
            "additive-mechanism",
            "P(A | l1, l2) = w f(A | l1) + (1 - w) g(A | l2) has rank at most k1 + k2 - 1, not k1 k2",
            &Independent(Exact(SeparatorRank { given: Given::Additive })),
        ),
        control(
            "collider",
            "A and B independent, and a value of their common effect given: the rank is 1 no longer",
            &Independent(Exact(SeparatorRank { given: Given::Collider })),
        ),
    ],
};

impl Draws for SeparatorRank {
    type Instance = Separated;

    fn draw(&self, draw: &mut Draw) -> Result<Separated, Unjudged> {
        let stream = &mut draw.own();
        Ok(match (self.given, draw.index % 4) {
            (Given::Additive, _) => Separated::additive(stream),
            (Given::Collider, _) => Separated::collider(stream),
            (_, 0) => Separated::grid(stream, false),
            (_, 1) => Separated::chain(stream),
            (_, 2) => Separated::grid(stream, true),
            _ => Separated::capped(stream),
        })
    }
}

impl<T: Field> In<T> for SeparatorRank {
    fn relations(&self, instance: &Separated) -> Result<Vec<Relation<T>>, Unjudged> {
        let Separated { table, views, law, separators, .. } = instance;
        let support = instance.support();
        let rank = count(exact::rank(table));
        let bounds = separators.iter().map(|&states| count(states)).collect();
        let attained = Relation::equality(
            "rank of the table",
            vec![Term::scalar("rank P(A, B)", rank.clone())],
            vec![Term::scalar("|supp pi|", count(support.len()))],
        );
        if self.given != Given::Separators {
            return Ok(carried(vec![attained]));
        }
        let mut relations = vec![Relation::at_most(
            "at most the states of every separator",
            Term::vector("rank P(A, B)", vec![rank; separators.len()]),
            Term::vector("|supp pi|", bounds),
        )];
        if instance.is_full {
            let seen = [columns(&views[0], &support), columns(&views[1], &support)];
            let places = seen.each_ref().map(independent_rows);
            let chosen = |view: usize| {
                let (view, rows) = (&seen[view], &places[view]);
                exact::determinant(&DMatrix::from_fn(rows.len(), rows.len(), |i, j| view[(rows[i], j)].clone()))
            };
            let [rows, others] = &places;
            let minor = exact::determinant(&DMatrix::from_fn(rows.len(), others.len(), |i, j| {
                table[(rows[i], others[j])].clone()
            }))?;
            let mut predicted = chosen(0)? * chosen(1)?;
            support.iter().for_each(|&state| predicted *= &law[state]);
            relations.push(attained);
            relations.push(Relation::equality(
                "a minor of that size",
                vec![Term::scalar("det P[I, J]", minor)],
                vec![Term::scalar("det M_A[I] prod pi det M_B[J]", predicted)],
            ));
        }
        Ok(carried(relations))
    }
}
