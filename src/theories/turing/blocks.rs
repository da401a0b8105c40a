//! `turing/blocks`: the linear part on a graph is one block for each eigenvalue of the Laplacian.
//!
//! ```text
//! det(z - 1 (x) A + L (x) D) = prod_Lam det(z - A + Lam D)
//! k = 2, D = diag(d_u, d_v) >= 0, tr A < 0 < det A:  unstable  <=>  d_u d_v Lam^2 - (d_v a_11 + d_u a_22) Lam + det A < 0 for some Lam
//! ```
//!
//! `L` is the Laplacian of a weighted graph and `Lam` its eigenvalues. Source: [`TURING`].

use super::TURING;
use super::graph::{self, Matrix, block, integers, linear_part, with_spectrum};
use super::reaction_diffusion::{Instance, diagonal, quadratic};
use crate::exact::Series;
use crate::exact::roots::{multiply, stable_modes};
use crate::linalg::{exact, minors};
use crate::scalar::{Field, Rational};
use crate::verify::{Claim, Draw, Draws, Exact, In, Independent, Part, Relation, Term, Unjudged, control};
use nalgebra::DMatrix;

/// The characteristic polynomial in blocks.
#[derive(Clone, Copy)]
pub(super) struct Blocks {
    /// Whether the blocks are those of another graph.
    other_graph: bool,
}

/// The count of unstable modes by the quadratic in `Lam`.
#[derive(Clone, Copy)]
pub(super) struct Signs {
    /// Whether the classical condition, that the quadratic is negative at some positive number, is taken for all nodes but one.
    classical: bool,
}

/// The law of the polynomials.
pub(super) const BLOCKS: Blocks = Blocks { other_graph: false };
/// The law of the signs.
pub(super) const SIGNS: Signs = Signs { classical: false };

/// `turing/blocks`
pub static CLAIM: Claim = Claim {
    id: "turing/blocks",
    title: "one block for each eigenvalue of the Laplacian, and the sign that tells instability",
    statement: "det(z - 1 (x) A + L (x) D) = prod_Lam det(z - A + Lam D); for k = 2, D = diag(d_u, d_v) >= 0 and tr A < 0 < det A, every Lam with d_u d_v Lam^2 - (d_v a_11 + d_u a_22) Lam + det A < 0 has one unstable mode, every one with a positive value has none",
    hypotheses: &[
        "L: the Laplacian of a graph with positive weights, Lam: its eigenvalues; A, D: any k x k matrices; no Lam at which the quadratic is 0",
        "checked for k up to 3 and up to four nodes: the polynomials at as many numbers as determine them, the signs against Routh's table of the whole system",
        "in the terms n is the number of nodes",
    ],
    references: &[TURING],
    builds_on: &[],
    law: &[
        Part { check: &Independent(Exact(BLOCKS)), number: |index| index.is_multiple_of(2).then_some(index / 2) },
        Part { check: &Independent(Exact(SIGNS)), number: |index| Some(index / 2) },
    ],
    controls: &[
        control(
            "another-graph",
            "the eigenvalues of a graph with another weight of one edge",
            &Independent(Exact(Blocks { other_graph: true })),
        ),
        control(
            "classical-condition",
            "that the quadratic is negative somewhere, where no Lam of the graph is",
            &Independent(Exact(Signs { classical: true })),
        ),
    ],
};

impl Draws for Blocks {
    type Instance = Instance;

    fn draw(&self, draw: &mut Draw) -> Result<Instance, Unjudged> {
        let stream = &mut draw.own();
        let laplacian = graph::draw(stream);
        // At most nine rows, whose determinants are cheap.
        let size = 1 + stream.below(if laplacian.nrows() > 3 { 2 } else { 3 });
        let mut any = || DMatrix::from_fn(size, size, |_, _| stream.small());
        loop {
            let (reaction, diffusion) = (any(), any());
            // Another graph shows in the trace of the whole.
            if !self.other_graph || (0..size).map(|i| &diffusion[(i, i)]).sum::<Rational>() != 0 {
                return Ok(Instance { reaction, diffusion, laplacian, spectrum: Vec::new() });
            }
        }
    }
}

/// `prod_Lam det(z - A + Lam D)` as the determinant of `q(L)`, where `q(m) = det(z - A + m D)`: no eigenvalue is needed.
fn product_of_blocks(instance: &Instance, laplacian: &Matrix, z: &Rational) -> Result<Rational, Unjudged> {
    let size = instance.reaction.nrows();
    let entries = DMatrix::from_fn(size, size, |i, j| {
        let diagonal = if i == j { z.clone() } else { Rational::new() };
        let constant = Series::<Rational, 4>::constant(diagonal - &instance.reaction[(i, j)]);
        constant + Series::variable() * Series::constant(instance.diffusion[(i, j)].clone())
    });
    // Of degree at most 3 in m, so that nothing is cut off.
    let q = minors::determinant(&entries);
    let nodes = laplacian.nrows();
    let mut value = DMatrix::from_element(nodes, nodes, Rational::new());
    for coefficient in q.coefficients.iter().rev() {
        value = multiply(&value, laplacian);
        for node in 0..nodes {
            value[(node, node)] += coefficient;
        }
    }
    Ok(exact::determinant(&value)?)
}

impl<T: Field> In<T> for Blocks {
    fn relations(&self, instance: &Instance) -> Result<Vec<Relation<T>>, Unjudged> {
        let mut graph = instance.laplacian.clone();
        if self.other_graph {
            // Another weight of one edge changes the trace, and so the spectrum.
            for (i, j) in [(0, 0), (1, 1)] {
                graph[(i, j)] += 1;
            }
            for (i, j) in [(0, 1), (1, 0)] {
                graph[(i, j)] -= 1;
            }
        }
        let whole = linear_part(&instance.reaction, &instance.diffusion, &instance.laplacian);
        let degree = whole.nrows() as i64;
        let (mut left, mut right) = (Vec::new(), Vec::new());
        for z in (0..=degree).map(Rational::from) {
            let shifted = DMatrix::from_fn(whole.nrows(), whole.nrows(), |i, j| {
                if i == j { Rational::from(&z - &whole[(i, j)]) } else { Rational::from(-&whole[(i, j)]) }
            });
            left.push(T::from_rational(&exact::determinant(&shifted)?));
            right.push(T::from_rational(&product_of_blocks(instance, &graph, &z)?));
        }
        Ok(vec![Relation::equality(
            "the characteristic polynomial at 0, 1, 2, ...",
            vec![Term::vector("det(z - 1 (x) A + L (x) D)", left)],
            vec![Term::vector("prod_Lam det(z - A + Lam D)", right)],
        )])
    }
}

/// The determinants of the blocks, which are the values of the quadratic.
fn determinants<T: Field>(Instance { reaction, diffusion, spectrum, .. }: &Instance) -> Relation<T> {
    let vector = |name, of: &dyn Fn(&Rational) -> Rational| {
        Term::vector(name, spectrum.iter().map(|value| T::from_rational(&of(value))).collect())
    };
    let determinant = |a: &Matrix| Rational::from(&a[(0, 0)] * &a[(1, 1)]) - Rational::from(&a[(0, 1)] * &a[(1, 0)]);
    let [d_u, d_v] = [&diffusion[(0, 0)], &diffusion[(1, 1)]];
    let linear = Rational::from(d_v * &reaction[(0, 0)]) + Rational::from(d_u * &reaction[(1, 1)]);
    Relation::equality(
        "the determinant of a block",
        vec![vector("det(A - Lam D)", &|value| determinant(&block(reaction, diffusion, value)))],
        vec![
            vector("d_u d_v Lam^2", &|value| Rational::from(d_u * d_v) * value.clone().square()),
            vector("-(d_v a_11 + d_u a_22) Lam", &|value| -Rational::from(&linear * value)),
            vector("det A", &|_| determinant(reaction)),
        ],
    )
}

impl Draws for Signs {
    type Instance = Instance;

    fn draw(&self, draw: &mut Draw) -> Result<Instance, Unjudged> {
        let stream = &mut draw.own();
        if self.classical {
            // The window of [[1, -2], [2, -3]] and diag(1, 20) lies within (0.06, 0.79): the least eigenvalue but 0 is above.
            let weight = Rational::from(1) + stream.positive();
            let (laplacian, spectrum) = with_spectrum(stream, &weight);
            let diffusion = diagonal(Rational::from(1), Rational::from(20));
            return Ok(Instance { reaction: integers(2, &[1, -2, 2, -3]), diffusion, laplacian, spectrum });
        }
        loop {
            let mut weight = stream.positive();
            let mut reaction = DMatrix::from_fn(2, 2, |_, _| stream.small());
            let mut diffusion = diagonal(stream.positive(), stream.positive() * 8);
            if draw.index.is_multiple_of(2) {
                // Where there is a window at all, it is met more often.
                reaction = integers(2, &[1, -2, 2, -3]).map(|entry| entry * stream.positive());
                weight /= 4;
            }
            if draw.index % 8 == 5 {
                diffusion[(0, 0)] = Rational::new();
            }
            // Both signs occur, however few instances there are.
            let has_a_window = draw.index.is_multiple_of(4);
            if has_a_window {
                diffusion = diagonal(Rational::from(1), Rational::from(20)).map(|entry| entry * stream.positive());
            }
            let (laplacian, spectrum) = with_spectrum(stream, &weight);
            let trace = Rational::from(&reaction[(0, 0)] + &reaction[(1, 1)]);
            let zero = Rational::new();
            let decided = spectrum.iter().all(|value| quadratic(&reaction, &diffusion, value) != 0);
            let is_met = spectrum.iter().any(|value| quadratic(&reaction, &diffusion, value) < 0);
            if trace < 0 && quadratic(&reaction, &diffusion, &zero) > 0 && decided && (is_met || !has_a_window) {
                return Ok(Instance { reaction, diffusion, laplacian, spectrum });
            }
        }
    }
}

impl<T: Field> In<T> for Signs {
    fn relations(&self, instance: &Instance) -> Result<Vec<Relation<T>>, Unjudged> {
        let Instance { reaction, diffusion, laplacian, spectrum } = instance;
        let stable = stable_modes(&linear_part(reaction, diffusion, laplacian))?;
        let unstable = if self.classical {
            spectrum.len() - 1
        } else {
            spectrum.iter().filter(|value| quadratic(reaction, diffusion, value) < 0).count()
        };
        let number = |name, count: i64| Term::scalar(name, T::integer(count));
        let mut relations = vec![Relation::equality(
            "the stable modes of the whole system",
            vec![number("eigenvalues with negative real part", stable as i64)],
            vec![number("2 n", 2 * spectrum.len() as i64), number("-Lam with a negative value", -(unstable as i64))],
        )];
        if !self.classical {
            relations.push(determinants(instance));
        }
        for value in spectrum {
            let modes = stable_modes(&block(reaction, diffusion, value))? as i64;
            let negative = i64::from(quadratic(reaction, diffusion, value) < 0);
            relations.push(Relation::equality(
                ("the stable modes of a block", format!("Lam = {value}")),
                vec![number("eigenvalues with negative real part", modes)],
                vec![number("2", 2), number("-1 if the value is negative", -negative)],
            ));
        }
        Ok(relations)
    }
}
