//! `latent/separator-rank`: the rank of a joint table is the number of states of what separates its two sides.
//!
//! ```text
//! P(A, B) = M_A diag(pi) M_B^T:   rank P(A, B) <= |supp pi|,   with equality if M_A and M_B have full column rank on supp pi
//! ```
//!
//! `S` separates `A` from `B`: they are independent given `S`, which has the law `pi`; `M_A = P(A | S)`. Several discrete variables are one with
//! the product of their states. Source: [`HIERARCHY`].

use super::HIERARCHY;
use super::tables::{columns, count, full_table, independent_rows, joint, masses, normalised, product, table};
use crate::linalg::exact;
use crate::scalar::{Field, Rational};
use crate::theories::carried::carried;
use crate::verify::{
    Claim, Class, Draw, Drawn, Draws, Exact, In, Independent, Numbers, Relation, Stream, Term, Unjudged, all, control,
};
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

/// A joint table and a separator of it.
pub(super) struct Separated {
    /// `P(A, B)`
    table: DMatrix<Rational>,
    /// `P(A | S)` and `P(B | S)`
    views: [DMatrix<Rational>; 2],
    /// `pi`
    law: Vec<Rational>,
    /// States of positive probability, of every separator that is known.
    separators: Vec<usize>,
    /// Whether both views have full column rank.
    is_full: bool,
    what: String,
}

impl Drawn for Separated {
    fn class(&self) -> Class {
        Class::Awkward
    }
    fn is_algebraic(&self) -> bool {
        true
    }
    fn describe(&self) -> String {
        format!("{}, a table of {} x {}", self.what, self.table.nrows(), self.table.ncols())
    }
    fn numbers(&self) -> Vec<Numbers> {
        let [a, b] = &self.views;
        vec![
            Numbers::new("pi", self.law.clone()),
            Numbers::new("P(A | S), state by state", a.iter().cloned()),
            Numbers::new("P(B | S), state by state", b.iter().cloned()),
        ]
    }
}

impl Separated {
    fn of(what: String, views: [DMatrix<Rational>; 2], law: Vec<Rational>) -> Self {
        let table = joint(&views[0], &law, &views[1]);
        let mut separated = Separated { table, views, law, separators: Vec::new(), is_full: false, what };
        let support = separated.support();
        separated.separators = vec![support.len()];
        separated.is_full = separated.views.iter().all(|view| exact::rank(&columns(view, &support)) == support.len());
        separated
    }

    /// The same views of states of another law.
    #[cfg(test)]
    pub(super) fn with_law(&mut self, change: fn(&mut [Rational])) {
        change(&mut self.law);
        *self = Separated::of(self.what.clone(), self.views.clone(), self.law.clone());
    }

    fn support(&self) -> Vec<usize> {
        (0..self.law.len()).filter(|&state| !self.law[state].is_zero()).collect()
    }

    /// Two latent variables; of partial support every third pair of states or so has probability 0.
    fn grid(stream: &mut Stream, is_partial: bool) -> Self {
        let (first, second) = *stream.pick(&[(2, 2), (2, 3), (3, 3)]);
        let states = first * second;
        let (rows, more) = (states + stream.below(2), states + stream.below(2));
        let views = [full_table(stream, rows, states), full_table(stream, more, states)];
        let mut weights = masses(stream, states);
        for weight in weights.iter_mut().skip(1).filter(|_| is_partial && stream.below(3) == 0) {
            *weight = Rational::new();
        }
        Separated::of(format!("latent variables of {first} and {second} states"), views, normalised(weights))
    }

    /// `A - S1 - S2 - B`: the smaller separator is the one that is looked at.
    fn chain(stream: &mut Stream) -> Self {
        let (first, second) = *stream.pick(&[(3, 5), (5, 3), (4, 4)]);
        loop {
            let near_a = full_table(stream, 5, first);
            let near_b = full_table(stream, 5, second);
            let (law, step) = (masses(stream, first), table(stream, second, first));
            // P(S1, S2)
            let both = DMatrix::from_fn(first, second, |from, to| Rational::from(&law[from] * &step[(to, from)]));
            let ending: Vec<Rational> = both.column_iter().map(|column| column.iter().sum()).collect();
            let back = DMatrix::from_fn(first, second, |from, to| Rational::from(&both[(from, to)] / &ending[to]));
            let table = product(&product(&near_a, &both), &near_b.transpose());
            let what = format!("a chain through {first} and {second} states");
            let mut separated = if first <= second {
                Separated::of(what, [near_a, product(&near_b, &step)], law)
            } else {
                Separated::of(what, [product(&near_a, &back), near_b], ending)
            };
            if separated.is_full {
                separated.table = table;
                separated.separators = vec![first, second];
                return separated;
            }
        }
    }

    /// Three values cannot tell four states.
    fn capped(stream: &mut Stream) -> Self {
        let views = [table(stream, 3, 4), table(stream, 4, 4)];
        Separated::of("four states seen by three values".to_owned(), views, masses(stream, 4))
    }

    /// Either latent variable picks a value with a probability of its own.
    fn additive(stream: &mut Stream) -> Self {
        let (first, second) = *stream.pick(&[(2, 2), (2, 3), (3, 3)]);
        let states = first * second;
        let (f, g) = (table(stream, states, first), table(stream, states, second));
        let weight = Rational::from((stream.integer(1, 15), 16));
        let rest = Rational::from(1) - &weight;
        let mixture = DMatrix::from_fn(states, states, |value, state| {
            Rational::from(&f[(value, state / second)] * &weight) + Rational::from(&g[(value, state % second)] * &rest)
        });
        let other = full_table(stream, states, states);
        Separated::of(
            format!("additive mechanisms of {first} and {second} states"),
            [mixture, other],
            masses(stream, states),
        )
    }

    /// Given a value of the effect, the table is that of the causes times its probability.
    fn collider(stream: &mut Stream) -> Self {
        let views = [table(stream, 4, 1), table(stream, 4, 1)];
        let mut collider = Separated::of("given a common effect".to_owned(), views, vec![Rational::from(1)]);
        loop {
            let effect = table(stream, 3, 16);
            let seen = collider.table.map_with_location(|row, column, mass| mass * &effect[(0, 4 * row + column)]);
            // Probabilities that factorise would keep A and B independent.
            if exact::rank(&seen) > 1 {
                let total: Rational = seen.iter().sum();
                collider.table = seen.map(|mass| mass / &total);
                return collider;
            }
        }
    }
}

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
