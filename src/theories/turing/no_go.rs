//! `turing/no-go`: where a metric makes the reaction contract and the diffusion not expand, no graph is unstable.
//!
//! ```text
//! P > 0,  P A + A^T P < 0,  P D + D^T P >= 0   =>   A - Lam D is stable for every Lam >= 0
//! ```
//!
//! Gradient systems `A = -diag(rates) hess` with diagonal `D`, strongly convex-concave games with symmetric `D`, stable `A` with `D = d 1`.
//! Source: [`HORN_JOHNSON`].

use super::HORN_JOHNSON;
use super::graph::{self, Matrix, block, integers, linear_part};
use super::reaction_diffusion::{Instance, diagonal};
use crate::exact::roots::{multiply, stable_modes};
use crate::linalg::definite::first_nonpositive_minor;
use crate::linalg::exact;
use crate::scalar::{Field, Rational};
use crate::verify::{
    Claim, Draw, Drawn, Draws, Exact, In, Independent, Numbers, Relation, Stream, Term, Unjudged, all, control,
};
use nalgebra::{DMatrix, DVector};

/// Systems that are claimed to be stable on every graph.
#[derive(Clone, Copy)]
pub(super) struct Stable {
    systems: Systems,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Systems {
    Law,
    /// Stable, but no metric is good for both `A` and `D`.
    NotDissipative,
    /// A gradient system with a `D` that is not diagonal.
    GradientWithOtherDiffusion,
}

/// The law.
pub(super) const LAW: Stable = Stable { systems: Systems::Law };

/// `turing/no-go`
pub static CLAIM: Claim = Claim {
    id: "turing/no-go",
    title: "systems without a Turing instability on any graph",
    statement: "if P A + A^T P < 0 and P D + D^T P >= 0 for some P > 0, then A - Lam D is stable for every Lam >= 0; so no graph is unstable for A = -diag(r) H with r > 0, H > 0 and diagonal D >= 0, for A + A^T < 0 with symmetric D >= 0, and for stable A with D = d 1, d >= 0",
    hypotheses: &[
        "P symmetric; Lam: the eigenvalues of the Laplacian of a graph with positive weights",
        "checked for two and three variables on graphs of up to four nodes, and at other Lam >= 0, by Routh's table",
        "in the terms x is a vector that P, A and D act on",
    ],
    references: &[HORN_JOHNSON],
    builds_on: &["turing/blocks"],
    law: &[all(&Independent(Exact(LAW)))],
    controls: &[
        control(
            "not-dissipative",
            "A = [[1, -2], [2, -3]] and D = diag(1, 20), where Lam is in the window",
            &Independent(Exact(Stable { systems: Systems::NotDissipative })),
        ),
        control(
            "other-diffusion",
            "A = -diag(1, 16) [[1, 3/4], [3/4, 1]] with D = [[1, 4], [4, 16]], Lam above 7/19",
            &Independent(Exact(Stable { systems: Systems::GradientWithOtherDiffusion })),
        ),
    ],
};

/// A system on a graph, its metric, and another number in place of `Lam`.
pub(super) struct Dissipative {
    pub(super) system: Instance,
    pub(super) metric: Matrix,
    pub(super) number: Rational,
    what: &'static str,
}

impl Drawn for Dissipative {
    fn base(&self) -> Option<&dyn Drawn> {
        Some(&self.system)
    }
    fn besides(&self) -> String {
        format!(", {}", self.what)
    }
    fn numbers(&self) -> Vec<Numbers> {
        let mut numbers = self.system.numbers();
        numbers.push(Numbers::new("P", self.metric.iter().cloned()));
        numbers.push(Numbers::new("Lam", [self.number.clone()]));
        numbers
    }
}

/// `L L^T` with a positive diagonal of `L`, unless it is to be semidefinite only, of rank one.
fn square(stream: &mut Stream, size: usize, definite: bool) -> Matrix {
    let root = DMatrix::from_fn(size, if definite { size } else { 1 }, |i, j| match i.cmp(&j) {
        std::cmp::Ordering::Less => Rational::new(),
        std::cmp::Ordering::Equal => stream.positive(),
        std::cmp::Ordering::Greater => stream.small(),
    });
    multiply(&root, &root.transpose())
}

fn rotation(stream: &mut Stream, size: usize) -> Matrix {
    let entries = DMatrix::from_fn(size, size, |_, _| stream.small());
    &entries - entries.transpose()
}

fn positive_diagonal(stream: &mut Stream, size: usize) -> Matrix {
    DMatrix::from_fn(size, size, |i, j| if i == j { stream.positive() } else { Rational::new() })
}

/// `A`, `D` and `P` of one of the classes.
fn class(stream: &mut Stream, number: u64) -> Result<(&'static str, Matrix, Matrix, Matrix), Unjudged> {
    let size = 2 + stream.below(2);
    let one = DMatrix::from_fn(size, size, |i, j| Rational::from(i64::from(i == j)));
    let mut unequal = positive_diagonal(stream, size);
    // One variable may stay where it is.
    if stream.coin() {
        unequal[(0, 0)] = Rational::new();
    }
    Ok(match number {
        0 => {
            let rates = positive_diagonal(stream, size);
            let hessian = square(stream, size, true);
            ("a gradient system", -multiply(&rates, &hessian), unequal, exact::inverse(&rates)?)
        }
        1 => {
            let reaction = rotation(stream, size) - square(stream, size, true);
            let definite = stream.coin();
            ("a strongly convex-concave game", reaction, square(stream, size, definite), one)
        }
        // With a metric: P A = -Q/2 + W and P D = R + W'.
        2 => {
            let metric = square(stream, size, true);
            let inverse = exact::inverse(&metric)?;
            let reaction = multiply(&inverse, &(rotation(stream, size) - square(stream, size, true)));
            let definite = stream.coin();
            let diffusion = multiply(&inverse, &(rotation(stream, size) + square(stream, size, definite)));
            ("a metric for both", reaction, diffusion, metric)
        }
        _ => {
            let metric = square(stream, size, true);
            let inverse = exact::inverse(&metric)?;
            let reaction = multiply(&inverse, &(rotation(stream, size) - square(stream, size, true)));
            let pace = stream.positive();
            ("equal diffusion", reaction, one * pace, metric)
        }
    })
}

impl Draws for Stable {
    type Instance = Dissipative;

    fn draw(&self, draw: &mut Draw) -> Result<Dissipative, Unjudged> {
        let stream = &mut draw.own();
        let fixed = |reaction: Matrix, diffusion: Matrix, number: Rational, what| {
            // Two nodes with the weight Lam / 2 have the eigenvalues 0 and Lam.
            let laplacian = graph::laplacian(2, &[(0, 1, Rational::from(&number / 2))]);
            let metric = DMatrix::from_fn(2, 2, |i, j| Rational::from(i64::from(i == j)));
            let system = Instance { reaction, diffusion, laplacian, spectrum: Vec::new() };
            Dissipative { system, metric, number, what }
        };
        match self.systems {
            Systems::NotDissipative => {
                // The window is (0.0636, 0.7864).
                let number = Rational::from((stream.integer(3, 25), 32));
                let diffusion = diagonal(Rational::from(1), Rational::from(20));
                Ok(fixed(integers(2, &[1, -2, 2, -3]), diffusion, number, "not dissipative"))
            }
            Systems::GradientWithOtherDiffusion => {
                let number = Rational::from((7, 19)) + stream.positive();
                let reaction = integers(2, &[-4, -3, -48, -64]).map(|entry| entry / 4);
                Ok(fixed(reaction, integers(2, &[1, 4, 4, 16]), number, "a gradient system"))
            }
            Systems::Law => {
                let laplacian = graph::draw(stream);
                let (what, reaction, diffusion, metric) = class(stream, draw.index % 4)?;
                let number = stream.positive() * Rational::from((1, 1 << stream.below(6)));
                let system = Instance { reaction, diffusion, laplacian, spectrum: Vec::new() };
                Ok(Dissipative { system, metric, number, what })
            }
        }
    }
}

/// `P A + A^T P`
fn dissipation(metric: &Matrix, a: &Matrix) -> Matrix {
    let product = multiply(metric, a);
    &product + product.transpose()
}

impl<T: Field> In<T> for Stable {
    fn relations(&self, instance: &Dissipative) -> Result<Vec<Relation<T>>, Unjudged> {
        let Instance { reaction, diffusion, laplacian, .. } = &instance.system;
        if self.systems == Systems::Law {
            let contracts = first_nonpositive_minor(&-dissipation(&instance.metric, reaction)).is_none();
            if !contracts || first_nonpositive_minor(&instance.metric).is_some() {
                return Err(Unjudged::outside("the metric does not make the reaction contract"));
            }
        }
        let number = |name, count: usize| Term::scalar(name, T::integer(count as i64));
        let stable = |label, matrix: &Matrix| -> Result<Relation<T>, Unjudged> {
            let modes = stable_modes(matrix)?;
            Ok(Relation::equality(
                label,
                vec![number("eigenvalues with negative real part", modes)],
                vec![number("all", matrix.nrows())],
            ))
        };
        let one = block(reaction, diffusion, &instance.number);
        let mut relations = vec![
            stable("a graph is stable", &linear_part(reaction, diffusion, laplacian))?,
            stable("A - Lam D is stable", &one)?,
        ];
        if self.systems == Systems::Law {
            let x = DVector::from_fn(one.nrows(), |row, _| Rational::from((1, 1 + row as i64)));
            let fall: Rational = -(dissipation(&instance.metric, &one) * &x)
                .iter()
                .zip(x.iter())
                .map(|(a, b)| Rational::from(a * b))
                .sum::<Rational>();
            let term = Term::scalar("-x^T (P (A - Lam D) + (A - Lam D)^T P) x", T::from_rational(&fall));
            relations.push(Relation::positive("the metric contracts", term));
        }
        Ok(relations)
    }
}
