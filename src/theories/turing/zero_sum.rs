//! `turing/zero-sum`: when unequal diffusion makes patterns in a two-player zero-sum game.
//!
//! ```text
//! A = [[p, -b], [b, -c]], p > 0:  stable  <=>  c > p and b^2 > p c
//! then unstable on some graph  <=>  d_v / d_u > ((|b| + sqrt(b^2 - p c)) / p)^2 > c / p > 1
//! ```
//!
//! The loss of the minimiser is locally concave, `p > 0`; `d_u, d_v > 0`. Source: [`TURING`].

use super::TURING;
use super::game::{Diffusing, Game};
use super::graph::{self, Matrix, block, linear_part};
use super::reaction_diffusion::{Instance, diagonal, quadratic};
use crate::exact::roots::stable_modes;
use crate::scalar::{Field, Rational};
use crate::verify::{Claim, Draw, Draws, EVERY_GAP, Exact, In, Independent, Part, Relation, Term, Unjudged, control};

/// The homogeneous state.
#[derive(Clone, Copy)]
pub(super) struct Homogeneous {
    /// Whether there is no adversary, `b = 0`, and the state is said to be stable.
    alone: bool,
}

/// The threshold of the ratio of diffusions.
#[derive(Clone, Copy)]
pub(super) struct Threshold {
    said: Said,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Said {
    Law,
    /// With the diffusions exchanged.
    Exchanged,
    /// `c / p` for the threshold.
    Cruder,
}

/// The law of the homogeneous state.
pub(super) const HOMOGENEOUS: Homogeneous = Homogeneous { alone: false };
/// The law of the threshold.
pub(super) const THRESHOLD: Threshold = Threshold { said: Said::Law };

/// `turing/zero-sum`
pub static CLAIM: Claim = Claim {
    id: "turing/zero-sum",
    title: "the ratio of diffusions above which a zero-sum game makes patterns",
    statement: "for A = [[p, -b], [b, -c]] with p > 0 the homogeneous state is stable if c > p and b^2 > p c, and has an unstable mode if one of these is reversed; if it is stable, some weighted graph is unstable if d_v / d_u > ((|b| + sqrt(b^2 - p c)) / p)^2, none if it is at most that, and that is larger than c / p > 1",
    hypotheses: &[
        "p > 0; D = diag(d_u, d_v) with d_u, d_v > 0",
        "checked where b^2 - p c is a square, at ratios of 999/1000 and 1001/1000 of the threshold and further off, on a graph of two nodes with the most unstable eigenvalue, and off the equalities",
    ],
    references: &[TURING],
    builds_on: &["turing/blocks"],
    law: &[
        Part { check: &Independent(Exact(HOMOGENEOUS)), number: |index| index.is_multiple_of(2).then_some(index / 2) },
        Part { check: &Independent(Exact(THRESHOLD)), number: |index| Some(index / 2) },
    ],
    controls: &[
        control(
            "exchanged",
            "d_u and d_v exchanged, above the threshold",
            &Independent(Exact(Threshold { said: Said::Exchanged })),
        ),
        control(
            "cruder-threshold",
            "c / p for the threshold, between both",
            &Independent(Exact(Threshold { said: Said::Cruder })),
        ),
        control("no-adversary", "b = 0, said to be stable", &Independent(Exact(Homogeneous { alone: true }))),
    ],
};

impl Draws for Homogeneous {
    type Instance = Game;

    fn draw(&self, draw: &mut Draw) -> Result<Game, Unjudged> {
        let stream = &mut draw.own();
        loop {
            let [p, b, c] = [stream.positive(), stream.small() * 2, stream.small()];
            let b = if self.alone { Rational::new() } else { b };
            let turning = b.clone().square() - Rational::from(&p * &c);
            // All three cases occur, however few instances there are.
            let is_asked_for = match draw.index % 4 {
                _ if self.alone => true,
                0 => turning < 0,
                1 => turning > 0 && c < p,
                _ => true,
            };
            if p != c && turning != 0 && is_asked_for {
                return Ok(Game { p, b, c });
            }
        }
    }
}

impl<T: Field> In<T> for Homogeneous {
    fn relations(&self, game: &Game) -> Result<Vec<Relation<T>>, Unjudged> {
        let stable = stable_modes(&game.reaction())?;
        let falls = game.c > game.p;
        let turns = game.b.clone().square() > Rational::from(&game.p * &game.c);
        // A negative determinant is a saddle; a positive one has both modes on the side of the trace.
        let (without_turning, without_falling) = (i64::from(!turns), if turns && !falls { 2 } else { 0 });
        let number = |name, count: i64| Term::scalar(name, T::integer(count));
        let mut left = vec![number("eigenvalues with negative real part", stable as i64)];
        if !self.alone {
            left.push(number("1 if b^2 < p c", without_turning));
            left.push(number("2 if b^2 > p c and c < p", without_falling));
        }
        let right = vec![number("2", 2)];
        let mut relations = vec![Relation::equality("the stable modes of the homogeneous state", left, right)];
        if !self.alone {
            let value = |name, value: Rational| Term::scalar(name, T::from_rational(&value));
            let a = game.reaction();
            let determinant = Rational::from(&a[(0, 0)] * &a[(1, 1)]) - Rational::from(&a[(0, 1)] * &a[(1, 0)]);
            relations.push(Relation::equality(
                "the determinant",
                vec![value("det A", determinant)],
                vec![value("b^2", game.b.clone().square()), value("-p c", -Rational::from(&game.p * &game.c))],
            ));
        }
        Ok(relations)
    }
}

impl Draws for Threshold {
    type Instance = Diffusing;

    fn draw(&self, draw: &mut Draw) -> Result<Diffusing, Unjudged> {
        let stream = &mut draw.own();
        let near = Rational::from((1, 1000));
        let part = match draw.index % 4 {
            _ if self.said == Said::Exchanged => Rational::from(1) + stream.positive(),
            0 => Rational::from(1) + near,
            1 => Rational::from(1) - near,
            2 => Rational::from(1) + stream.positive(),
            _ => Rational::from((stream.integer(1, 15), 16)),
        };
        let mut diffusing = Diffusing::draw(stream, &part);
        if self.said == Said::Cruder {
            // Half-way between c / p and the threshold.
            let cruder = Rational::from(&diffusing.game.c / &diffusing.game.p);
            diffusing.part = (cruder / diffusing.threshold() + 1) / 2;
        }
        Ok(diffusing)
    }
}

impl<T: Field> In<T> for Threshold {
    fn relations(&self, diffusing: &Diffusing) -> Result<Vec<Relation<T>>, Unjudged> {
        let Diffusing { game, d_u, .. } = diffusing;
        let (d_u, d_v) = (d_u.clone(), Rational::from(d_u * &diffusing.ratio()));
        let (first, second) = if self.said == Said::Exchanged { (d_v, d_u) } else { (d_u, d_v) };
        // Where the quadratic of the blocks is least; if that is no eigenvalue, as it is not positive, any number will do.
        let least = (Rational::from(&second * &game.p) - Rational::from(&first * &game.c))
            / 2
            / (Rational::from(&first * &second));
        let eigenvalue = if least > 0 { least } else { Rational::from(1) };
        let reaction = game.reaction();
        let diffusion = diagonal(first, second);
        let cruder = Rational::from(&game.c / &game.p);
        let above = match self.said {
            Said::Cruder => diffusing.ratio() > cruder,
            _ => diffusing.part > 1,
        };
        let number = |name, count: i64| Term::scalar(name, T::integer(count));
        let counted = |label, matrix: &Matrix| -> Result<Relation<T>, Unjudged> {
            Ok(Relation::equality(
                label,
                vec![number("eigenvalues with negative real part", stable_modes(matrix)? as i64)],
                vec![number("all", matrix.nrows() as i64), number("-1 above the threshold", -i64::from(above))],
            ))
        };
        let system = Instance {
            // Two nodes with the weight Lam / 2.
            laplacian: graph::laplacian(2, &[(0, 1, Rational::from(&eigenvalue / 2))]),
            reaction,
            diffusion,
            spectrum: vec![Rational::new(), eigenvalue.clone()],
        };
        let mut relations = vec![
            counted("the most unstable block", &block(&system.reaction, &system.diffusion, &eigenvalue))?,
            counted("two nodes", &linear_part(&system.reaction, &system.diffusion, &system.laplacian))?,
        ];
        if self.said == Said::Law {
            let value = |number: &Rational| T::from_rational(number);
            let label = "the least value of the quadratic has the sign of the threshold less the ratio";
            let sign = if above { -1 } else { 1 };
            let least = quadratic(&system.reaction, &system.diffusion, &eigenvalue) * sign;
            relations.push(Relation::positive(label, Term::scalar("quadratic, times the sign", value(&least))));
            relations.push(
                Relation::less(
                    "the cruder threshold is less",
                    Term::scalar("c / p", value(&cruder)),
                    Term::scalar("((|b| + sqrt(b^2 - p c)) / p)^2", value(&diffusing.threshold())),
                )
                .resolved_to(EVERY_GAP),
            );
        }
        Ok(relations)
    }
}
