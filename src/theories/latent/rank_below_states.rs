//! `latent/rank-below-states`: a table may have a smaller rank than any single cause of it has states.
//!
//! ```text
//! P_s = s C/8 + (1 - s) J/16,  C = rows 1100, 0110, 0011, 1001,  0 < s <= 1:
//! rank P_s = 3;  three states suffice if s <= 1/3, and at s = 1 a cause needs four
//! ```
//!
//! `J` is the matrix of ones. With positive factors on its rows and columns a table keeps its rank and its causes. Source: [`HIERARCHY`].

use super::HIERARCHY;
use super::rectangle_cover::rectangles;
use super::tables::{count, masses};
use crate::linalg::exact;
use crate::scalar::{Field, Rational};
use crate::theories::carried::carried;
use crate::verify::{
    Claim, Class, Draw, Drawn, Draws, EVERY_GAP, Exact, In, Independent, Numbers, Relation, Term, Unjudged, all,
    control,
};
use nalgebra::DMatrix;

/// Rank and states of the tables of a square.
#[derive(Clone, Copy)]
pub(super) struct RankBelowStates {
    given: Given,
}

#[derive(Clone, Copy, PartialEq)]
enum Given {
    Square,
    /// The triangle of three states where the square does not fit into it.
    LargeSquare,
    /// Three ones in each row in place of two.
    ThreeOnes,
    /// The argument for four states where no entry is 0.
    NoZeros,
}

/// The law.
pub(super) const LAW: RankBelowStates = RankBelowStates { given: Given::Square };

/// `latent/rank-below-states`
pub static CLAIM: Claim = Claim {
    id: "latent/rank-below-states",
    title: "rank is a lower bound on the states of a single cause, not their number",
    statement: "P_s = s C/8 + (1 - s) J/16, C the circulant of 1100, 0 < s <= 1, has rank 3; at s = 1 any S with A and B independent given S has at least 4 states; \
        for s <= 1/3 one of 3 states is enough",
    hypotheses: &[
        "J: the 4 x 4 matrix of ones; rows and columns may be multiplied by positive numbers, which changes neither rank nor states",
        "four states: of two cells (i, i) and (j, j) in one rectangle of positive entries the other corners are positive as well, and here no two are; \
            checked against the least number of such rectangles that cover all positive entries, found by trying all",
        "three states: the square of half side s lies in the triangle (-1, -1), (1, -1), (0, 1) of the unit square; between s = 1/3 and 1 nothing is said but the rank",
    ],
    references: &[HIERARCHY],
    builds_on: &[],
    law: &[all(&Independent(Exact(LAW)))],
    controls: &[
        control(
            "larger-square",
            "1/3 < s < 1: a corner of the square is outside the triangle, and a weight is negative",
            &Independent(Exact(RankBelowStates { given: Given::LargeSquare })),
        ),
        control(
            "three-ones",
            "the circulant of 1110, which is regular",
            &Independent(Exact(RankBelowStates { given: Given::ThreeOnes })),
        ),
        control(
            "no-zeros",
            "s <= 1/3: every two cells lie in one rectangle, and the argument for four states says nothing",
            &Independent(Exact(RankBelowStates { given: Given::NoZeros })),
        ),
    ],
};

/// A table of the family.
pub(super) struct Square {
    /// `s`
    pub(super) size: Rational,
    /// Positive factors of the rows and of the columns.
    pub(super) factors: [Vec<Rational>; 2],
    ones: usize,
}

impl Drawn for Square {
    fn class(&self) -> Class {
        Class::Awkward
    }
    fn is_algebraic(&self) -> bool {
        true
    }
    fn describe(&self) -> String {
        format!("the circulant of {} ones, s = {}", self.ones, self.size)
    }
    fn numbers(&self) -> Vec<Numbers> {
        let [rows, columns] = self.factors.clone();
        vec![
            Numbers::new("s", [self.size.clone()]),
            Numbers::new("factors of rows", rows),
            Numbers::new("factors of columns", columns),
        ]
    }
}

/// The corners of the square in the order of the rows of `C`, and the sides `x = -1`, `y = -1`, `x = 1`, `y = 1` by their normals, in that of its columns.
const CORNERS: [(i64, i64); 4] = [(1, 1), (-1, 1), (-1, -1), (1, -1)];
const SIDES: [(i64, i64); 4] = [(1, 0), (0, 1), (-1, 0), (0, -1)];
/// The corners of the triangle.
const TRIANGLE: [(i64, i64); 3] = [(-1, -1), (1, -1), (0, 1)];

impl Square {
    /// `P_s`, entry by entry.
    pub(super) fn entry(&self, row: usize, column: usize) -> Rational {
        let one = if (column + 4 - row) % 4 < self.ones { 2 } else { 0 };
        let entry = Rational::from(&self.size * one) + 1 - &self.size;
        entry / 16 * &self.factors[0][row] * &self.factors[1][column]
    }

    /// The weight of a corner of the triangle in a corner of the square.
    fn weight(&self, row: usize, corner: usize) -> Rational {
        let (x, y) = CORNERS[row];
        let top = (Rational::from(&self.size * y) + 1) / 2;
        match corner {
            2 => top,
            corner => (Rational::from(1) - top + Rational::from(&self.size * x) * TRIANGLE[corner].0) / 2,
        }
    }

    /// What the cause in that corner of the triangle adds to the table: its weight at the rows, times its distance to the sides at the columns.
    fn part(&self, corner: usize) -> Vec<Rational> {
        let (x, y) = TRIANGLE[corner];
        cells(|row, column| {
            let (normal_x, normal_y) = SIDES[column];
            let distance = 1 + normal_x * x + normal_y * y;
            self.weight(row, corner) * distance / 16 * &self.factors[0][row] * &self.factors[1][column]
        })
    }
}

fn cells<V>(entry: impl Fn(usize, usize) -> V) -> Vec<V> {
    (0..16).map(|place| entry(place / 4, place % 4)).collect()
}

impl Draws for RankBelowStates {
    type Instance = Square;

    fn draw(&self, draw: &mut Draw) -> Result<Square, Unjudged> {
        let stream = &mut draw.own();
        let part = Rational::from((stream.integer(1, 31), 32));
        let third = Rational::from((1, 3));
        let size = match (self.given, draw.index % 4) {
            (Given::Square, 0) | (Given::ThreeOnes, _) => Rational::from(1),
            (Given::Square, 1) | (Given::NoZeros, 1) => third,
            (Given::Square, 2) => part,
            (Given::Square | Given::NoZeros, _) => part * third,
            (Given::LargeSquare, _) => part * Rational::from((2, 3)) + third,
        };
        let factors = [masses(stream, 4), masses(stream, 4)];
        Ok(Square { size, factors, ones: if self.given == Given::ThreeOnes { 3 } else { 2 } })
    }
}

impl<T: Field> In<T> for RankBelowStates {
    fn relations(&self, square: &Square) -> Result<Vec<Relation<T>>, Unjudged> {
        let table = DMatrix::from_fn(4, 4, |row, column| square.entry(row, column));
        let rank = || Term::scalar("rank P", count(exact::rank(&table)));
        let mut relations = vec![Relation::equality("rank", vec![rank()], vec![Term::scalar("3", count(3))])];
        if self.given == Given::ThreeOnes {
            return Ok(carried(relations));
        }
        // r1 / u1 - r2 / u2 + r3 / u3 - r4 / u4 = 0, with the rows' factors u.
        let row =
            |row: usize| table.row(row).iter().map(|entry| Rational::from(entry / &square.factors[0][row])).collect();
        let names = ["first row", "third row", "second row", "fourth row"];
        let mut rows: Vec<Term<Rational>> =
            names.into_iter().zip([0, 2, 1, 3]).map(|(name, place)| Term::vector(name, row(place))).collect();
        let others = rows.split_off(2);
        relations.push(Relation::equality("the rows are dependent", rows, others));
        if square.size == 1 || self.given == Given::NoZeros {
            let is_positive = |row, column| !table[(row, column)].is_zero();
            let together =
                cells(|i, j| is_positive(i, j) && is_positive(j, i)).into_iter().filter(|both| *both).count();
            relations.push(Relation::equality(
                "no two cells (i, i) in one rectangle",
                vec![Term::scalar("pairs (i, j) of cells in one rectangle", count(together))],
                vec![Term::scalar("pairs (i, i)", count(4))],
            ));
            relations.push(
                Relation::less(
                    "rank is below the states",
                    rank(),
                    Term::scalar("rectangles that cover the table", count(rectangles(is_positive))),
                )
                .resolved_to(EVERY_GAP),
            );
        }
        if square.size <= Rational::from((1, 3)) || self.given == Given::LargeSquare {
            let parts = ["first state", "second state", "third state"];
            let part = |(corner, name): (usize, &'static str)| Term::vector(name, square.part(corner));
            relations.push(Relation::equality(
                "three states",
                vec![Term::vector("P", cells(|row, column| square.entry(row, column)))],
                parts.into_iter().enumerate().map(part).collect(),
            ));
            let weights: Vec<Rational> = (0..12).map(|place| square.weight(place / 3, place % 3)).collect();
            relations.push(Relation::equality(
                "no weight is negative",
                vec![Term::scalar("sum of |weights|", weights.iter().map(|weight| weight.clone().abs()).sum())],
                vec![Term::scalar("sum of weights", weights.iter().sum())],
            ));
        }
        Ok(carried(relations))
    }
}
