//! `latent/quartet`: which two of four leaves are siblings is told by the ranks of flattenings, exactly.
//!
//! ```text
//! a, b children of L1;  c, d of L2;  Pi = P(L1, L2):   rank(ab|cd) = rank Pi,   rank(ac|bd) = rank(ad|bc) = |supp Pi|
//! ```
//!
//! The first is the smaller if and only if some row or column of `Pi` has two entries other than 0. Source: [`HIERARCHY`].

use super::HIERARCHY;
use super::tables::{count, full_table, masses, normalised, table};
use crate::linalg::exact;
use crate::scalar::{Field, Rational};
use crate::theories::carried::carried;
use crate::verify::{
    Claim, Class, Draw, Drawn, Draws, EVERY_GAP, Exact, In, Independent, Numbers, Relation, Stream, Term, Unjudged,
    all, control,
};
use nalgebra::DMatrix;

/// The ranks of the three splits of four leaves.
#[derive(Clone, Copy)]
pub(super) struct Quartet {
    given: Given,
}

#[derive(Clone, Copy, PartialEq)]
enum Given {
    /// Two parents that are not relabellings of each other, or are, where only the ranks are asked for; leaves of full column rank.
    Parents,
    /// One parent is a relabelling of the other, and the true split is asked for.
    Star,
    /// A leaf that does not depend on its parent.
    Blind,
    /// Leaves of two values under parents of three states.
    Binary,
}

/// The law.
pub(super) const LAW: Quartet = Quartet { given: Given::Parents };

/// `latent/quartet`
pub static CLAIM: Claim = Claim {
    id: "latent/quartet",
    title: "the true split of four leaves has the smallest rank",
    statement: "a, b children of L1, c, d of L2, Pi = P(L1, L2): rank(ab|cd) = rank Pi and rank(ac|bd) = rank(ad|bc) = |supp Pi|; \
        so the true split is the only smallest if and only if some row or column of Pi has two entries other than 0, and otherwise, L1 a relabelling of L2, no rank tells",
    hypotheses: &[
        "discrete variables on a tree; the tables P(a | L1), P(b | L1), P(c | L2), P(d | L2) have full column rank, tested on those drawn",
        "Pi is any joint law, of any rank and support, with states of probability 0 as well",
        "checked for parents of two and three states with Pi generic, of rank 2, triangular, independent, with a state of probability 0, and diagonal up to order",
    ],
    references: &[HIERARCHY],
    builds_on: &[],
    law: &[all(&Independent(Exact(LAW)))],
    controls: &[
        control(
            "star",
            "L1 a relabelling of L2: all three ranks are equal",
            &Independent(Exact(Quartet { given: Given::Star })),
        ),
        control(
            "blind-leaf",
            "a leaf that ignores its parent: its table has rank 1",
            &Independent(Exact(Quartet { given: Given::Blind })),
        ),
        control(
            "binary-leaves",
            "leaves of two values under parents of three states: no flattening has more than rank 4",
            &Independent(Exact(Quartet { given: Given::Binary })),
        ),
    ],
};

/// A tree of four leaves.
pub(super) struct Tree {
    /// `P(L1, L2)`
    pub(super) parents: DMatrix<Rational>,
    /// The tables of a, b under L1 and of c, d under L2.
    leaves: [DMatrix<Rational>; 4],
    what: &'static str,
}

impl Drawn for Tree {
    fn class(&self) -> Class {
        Class::Awkward
    }
    fn is_algebraic(&self) -> bool {
        true
    }
    fn describe(&self) -> String {
        let values = self.leaves.each_ref().map(DMatrix::nrows);
        format!(
            "{} parents of {} and {} states, leaves of {values:?} values",
            self.what,
            self.parents.nrows(),
            self.parents.ncols()
        )
    }
    fn numbers(&self) -> Vec<Numbers> {
        let mut numbers = vec![Numbers::new("Pi, row by row", self.parents.transpose().iter().cloned())];
        let names = ["P(a | L1)", "P(b | L1)", "P(c | L2)", "P(d | L2)"];
        numbers
            .extend(names.into_iter().zip(&self.leaves).map(|(name, leaf)| Numbers::new(name, leaf.iter().cloned())));
        numbers
    }
}

/// A law of two parents.
fn parents(stream: &mut Stream, kind: u64) -> (&'static str, DMatrix<Rational>) {
    let (rows, columns) = *stream.pick(&[(2, 2), (2, 3), (3, 2), (3, 3)]);
    let generic = |stream: &mut Stream, rows, columns| DMatrix::from_vec(rows, columns, masses(stream, rows * columns));
    let renormalised = |matrix: DMatrix<Rational>| {
        DMatrix::from_vec(matrix.nrows(), matrix.ncols(), normalised(matrix.as_slice().to_vec()))
    };
    let outer = |stream: &mut Stream, rows, columns| {
        let (first, second) = (masses(stream, rows), masses(stream, columns));
        DMatrix::from_fn(rows, columns, |row, column| Rational::from(&first[row] * &second[column]))
    };
    match kind {
        0 => ("generic", generic(stream, rows, columns)),
        1 => ("independent", outer(stream, rows, columns)),
        2 => ("rank two", renormalised(outer(stream, 3, 3) + outer(stream, 3, 3))),
        3 => {
            let full = generic(stream, rows, rows);
            let keep = |row, column, entry: Rational| if row <= column { entry } else { Rational::new() };
            ("triangular", renormalised(full.map_with_location(keep)))
        }
        4 => {
            let full = generic(stream, 3, columns);
            let keep = |row, _, entry: Rational| if row < 2 { entry } else { Rational::new() };
            ("one state never met:", renormalised(full.map_with_location(keep)))
        }
        _ => {
            let (weights, order) = (masses(stream, rows), stream.permutation(rows));
            let entry = |row: usize, column| if order[row] == column { weights[row].clone() } else { Rational::new() };
            ("relabelled", DMatrix::from_fn(rows, rows, entry))
        }
    }
}

impl Draws for Quartet {
    type Instance = Tree;

    fn draw(&self, draw: &mut Draw) -> Result<Tree, Unjudged> {
        let stream = &mut draw.own();
        let kind = match self.given {
            Given::Parents => draw.index % 6,
            Given::Star => 5,
            Given::Blind | Given::Binary => 0,
        };
        let (what, parents) = match self.given {
            Given::Binary => ("generic", DMatrix::from_vec(3, 3, masses(stream, 9))),
            _ => parents(stream, kind),
        };
        let states = [parents.nrows(), parents.nrows(), parents.ncols(), parents.ncols()];
        let mut leaves = states.map(|states| match self.given {
            Given::Binary => table(stream, 2, states),
            _ => {
                let more = usize::from(stream.below(4) == 0);
                full_table(stream, states + more, states)
            }
        });
        if self.given == Given::Blind {
            let law = masses(stream, states[0]);
            leaves[0] = DMatrix::from_fn(states[0], states[0], |value, _| law[value].clone());
        }
        Ok(Tree { parents, leaves, what })
    }
}

impl Tree {
    /// The matrix of `P(a, b, c, d)` whose rows are the values of two leaves and whose columns are those of the others.
    fn flattening(&self, [row, other_row]: [usize; 2]) -> DMatrix<Rational> {
        let [column, other_column] = match (row, other_row) {
            (0, 1) => [2, 3],
            (0, 2) => [1, 3],
            _ => [1, 2],
        };
        let values = self.leaves.each_ref().map(DMatrix::nrows);
        DMatrix::from_fn(values[row] * values[other_row], values[column] * values[other_column], |i, j| {
            let mut value = [0; 4];
            value[row] = i / values[other_row];
            value[other_row] = i % values[other_row];
            value[column] = j / values[other_column];
            value[other_column] = j % values[other_column];
            self.probability(value)
        })
    }

    /// `P(a, b, c, d)`
    fn probability(&self, [a, b, c, d]: [usize; 4]) -> Rational {
        let mut sum = Rational::new();
        for first in 0..self.parents.nrows() {
            let left = Rational::from(&self.leaves[0][(a, first)] * &self.leaves[1][(b, first)]);
            for second in 0..self.parents.ncols() {
                if !self.parents[(first, second)].is_zero() {
                    let right = Rational::from(&self.leaves[2][(c, second)] * &self.leaves[3][(d, second)]);
                    sum += right * &left * &self.parents[(first, second)];
                }
            }
        }
        sum
    }

    /// Whether no row and no column of `Pi` has two entries other than 0.
    fn is_star(&self) -> bool {
        let single =
            |entries: &mut dyn Iterator<Item = &Rational>| entries.filter(|entry| !entry.is_zero()).count() < 2;
        self.parents.row_iter().all(|row| single(&mut row.iter()))
            && self.parents.column_iter().all(|column| single(&mut column.iter()))
    }
}

impl<T: Field> In<T> for Quartet {
    fn relations(&self, tree: &Tree) -> Result<Vec<Relation<T>>, Unjudged> {
        let rank = |rows| count(exact::rank(&tree.flattening(rows)));
        let [split, first, second] = [[0, 1], [0, 2], [0, 3]].map(rank);
        let support = count(tree.parents.iter().filter(|entry| !entry.is_zero()).count());
        let false_splits = || Term::vector("(rank(ac|bd), rank(ad|bc))", vec![first.clone(), second.clone()]);
        let mut relations = Vec::new();
        if self.given != Given::Star {
            relations.push(Relation::equality(
                "the true split",
                vec![Term::scalar("rank(ab|cd)", split.clone())],
                vec![Term::scalar("rank Pi", count(exact::rank(&tree.parents)))],
            ));
            relations.push(Relation::equality(
                "the false splits",
                vec![false_splits()],
                vec![Term::vector("|supp Pi|", vec![support; 2])],
            ));
        }
        let true_split = Term::vector("rank(ab|cd)", vec![split; 2]);
        relations.push(if tree.is_star() && self.given != Given::Star {
            Relation::equality("a star has no true split", vec![true_split], vec![false_splits()])
        } else {
            Relation::less("the true split is the smallest", true_split, false_splits()).resolved_to(EVERY_GAP)
        });
        Ok(carried(relations))
    }
}
