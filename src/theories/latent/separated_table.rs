//! Joint tables `P(A, B) = M_A diag(pi) M_B^T` with what separates their sides, and tables that look alike and have no such separator.

use super::tables::{columns, full_table, joint, masses, normalised, product, table};
use crate::linalg::exact;
use crate::scalar::Rational;
use crate::verify::{Class, Drawn, Numbers, Stream};
use nalgebra::DMatrix;

/// A joint table and a separator of it.
pub(super) struct Separated {
    /// `P(A, B)`
    pub(super) table: DMatrix<Rational>,
    /// `P(A | S)` and `P(B | S)`
    pub(super) views: [DMatrix<Rational>; 2],
    /// `pi`
    pub(super) law: Vec<Rational>,
    /// States of positive probability, of every separator that is known.
    pub(super) separators: Vec<usize>,
    /// Whether both views have full column rank.
    pub(super) is_full: bool,
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

    pub(super) fn support(&self) -> Vec<usize> {
        (0..self.law.len()).filter(|&state| !self.law[state].is_zero()).collect()
    }

    /// Two latent variables; of partial support every third pair of states or so has probability 0.
    pub(super) fn grid(stream: &mut Stream, is_partial: bool) -> Self {
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
    pub(super) fn chain(stream: &mut Stream) -> Self {
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
    pub(super) fn capped(stream: &mut Stream) -> Self {
        let views = [table(stream, 3, 4), table(stream, 4, 4)];
        Separated::of("four states seen by three values".to_owned(), views, masses(stream, 4))
    }

    /// Either latent variable picks a value with a probability of its own.
    pub(super) fn additive(stream: &mut Stream) -> Self {
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
    pub(super) fn collider(stream: &mut Stream) -> Self {
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
