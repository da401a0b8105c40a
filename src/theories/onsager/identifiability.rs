//! `onsager/identifiability`: drift and noise determine the potential and the irreversible drift, but not the antisymmetric matrix.
//!
//! ```text
//! (b, eps M, eps)  determine  M, V up to a constant, l = b + M g - eps div M;   eps div W = W g for many W other than 0
//! ```
//!
//! `W = e^(V/eps) C` with a constant antisymmetric `C`, and in three variables `W = star(grad f - f g / eps)` with any `f`, have `l = 0`. Source: [`PAVLIOTIS`].

use super::PAVLIOTIS;
use super::linear_system::{Matrix, antisymmetric, covariance, definite, entries, scaled};
use super::polynomials::{Dynamics, identity, negated};
use crate::exact::Polynomial;
use crate::exact::roots::multiply;
use crate::linalg::exact;
use crate::scalar::{Field, Rational};
use crate::verify::{
    Claim, Class, Draw, Drawn, Draws, Exact, In, Independent, Numbers, Part, Relation, Stream, Term, Unjudged, control,
};
use nalgebra::DMatrix;

/// The matrices without an irreversible drift.
#[derive(Clone, Copy)]
pub(super) struct Hidden {
    /// Whether the matrix is any, and not one of those.
    any: bool,
}

/// What is identified of a linear system.
#[derive(Clone, Copy)]
pub(super) struct Identified {
    /// Whether the noise is observed; else it is taken to be twice what it is.
    noise_observed: bool,
}

/// The law of those matrices.
pub(super) const HIDDEN: Hidden = Hidden { any: false };
/// The law of what is identified.
pub(super) const IDENTIFIED: Identified = Identified { noise_observed: true };

/// `onsager/identifiability`
pub static CLAIM: Claim = Claim {
    id: "onsager/identifiability",
    title: "the potential and the irreversible drift are identified, the antisymmetric matrix is not",
    statement: "b, eps M and eps determine M, V up to a constant, and l = b + M g - eps div M; but l = eps div W - W g = 0 for W = e^(V/eps) C, and in three variables for W = star(grad f - f g / eps)",
    hypotheses: &[
        "as in onsager/stationary; e^(-V/eps) is normalisable, and the stationary density is unique; C constant and antisymmetric, f any function, star(v)_ij = e_ijk v_k",
        "checked: those W for polynomials V and f in two and three variables; what is determined for linear systems, by their Lyapunov equation",
        "in the terms Sigma is the covariance of the stationary law, eps Sigma^(-1) = hess V",
    ],
    references: &[PAVLIOTIS],
    builds_on: &["onsager/stationary"],
    law: &[
        Part { check: &Independent(Exact(IDENTIFIED)), number: |index| index.is_multiple_of(2).then_some(index / 2) },
        Part { check: &Independent(Exact(HIDDEN)), number: |index| Some(index / 2) },
    ],
    controls: &[
        control("any-w", "any antisymmetric W", &Independent(Exact(Hidden { any: true }))),
        control(
            "noise-not-observed",
            "the drift of (M, W, V) with the noise of (2 M, 2 W, V/2), which have the same drift",
            &Independent(Exact(Identified { noise_observed: false })),
        ),
    ],
};

impl Draws for Hidden {
    type Instance = Dynamics;

    fn draw(&self, draw: &mut Draw) -> Result<Dynamics, Unjudged> {
        let variables: &[usize] = if draw.index.is_multiple_of(2) { &[3] } else { &[2, 3] };
        Ok(Dynamics::draw(draw, variables, |dynamics| {
            let [left, right] = sides(dynamics, &dynamics.rotation);
            if self.any { left != right } else { dynamics.variables < 3 || size(dynamics) != 0 }
        }))
    }
}

/// `eps div W` and `W g`.
fn sides(dynamics: &Dynamics, rotation: &DMatrix<Polynomial>) -> [Vec<Polynomial>; 2] {
    [dynamics.warm(dynamics.divergence(rotation)), dynamics.times(rotation, &dynamics.gradient())]
}

impl<T: Field> In<T> for Hidden {
    fn relations(&self, dynamics: &Dynamics) -> Result<Vec<Relation<T>>, Unjudged> {
        let equal = |label, [left, right]: [Vec<Polynomial>; 2]| {
            identity::<T>(label, vec![("eps div W", left)], vec![("W g", right)])
        };
        if self.any {
            return Ok(vec![equal("no irreversible drift", sides(dynamics, &dynamics.rotation))]);
        }
        // The constant matrix of the entries at 0.
        let origin = vec![Rational::new(); dynamics.variables];
        let constant = dynamics.rotation.map(|entry| Polynomial::constant(entry.value(&origin)));
        let spread =
            |i: usize| (0..dynamics.variables).map(|j| dynamics.derivative_beside(&constant[(i, j)], j, 1)).sum();
        let spread = dynamics.warm((0..dynamics.variables).map(spread).collect());
        let turned = dynamics.times(&constant, &dynamics.gradient());
        let mut relations = vec![identity(
            "no irreversible drift of e^(V/eps) C",
            vec![("e^(-V/eps) eps div W", spread)],
            vec![("e^(-V/eps) W g", turned)],
        )];
        if dynamics.variables == 3 {
            let rotation = hidden(dynamics);
            relations.push(equal("no irreversible drift of star(grad f - f g / eps)", sides(dynamics, &rotation)));
            relations.push(Relation::positive("W is not 0", Term::scalar("|W|^2", T::from_rational(&size(dynamics)))));
            relations.push(same_drift(dynamics, &rotation));
        }
        Ok(relations)
    }
}

/// `star(grad f - f g / eps)`
fn hidden(dynamics: &Dynamics) -> DMatrix<Polynomial> {
    let along: Vec<_> = (0..3).map(|i| dynamics.derivative_beside(&dynamics.function, i, -1)).collect();
    Dynamics::star(&along)
}

/// Its square at some point.
fn size(dynamics: &Dynamics) -> Rational {
    let point = [Rational::from(1), Rational::from((1, 3)), Rational::from((2, 7))];
    hidden(dynamics).iter().map(|entry| entry.value(&point).square()).sum()
}

/// Two matrices, one drift.
fn same_drift<T: Field>(dynamics: &Dynamics, hidden: &DMatrix<Polynomial>) -> Relation<T> {
    let both = DMatrix::from_fn(3, 3, |i, j| dynamics.rotation[(i, j)].clone() + &hidden[(i, j)]);
    let [(warm, turned), (warm_too, turned_too)] = [&dynamics.rotation, &both].map(|rotation| {
        let [warm, turned] = sides(dynamics, rotation);
        (warm, negated(turned))
    });
    identity(
        "two W of one drift",
        vec![("eps div W", warm), ("-W g", turned)],
        vec![("eps div W'", warm_too), ("-W' g", turned_too)],
    )
}

/// `V = x^T S x / 2`, `b = -(M + W) S x`.
pub(super) struct System {
    pub(super) curvature: Matrix,
    pub(super) metric: Matrix,
    pub(super) rotation: Matrix,
    pub(super) temperature: Rational,
}

impl System {
    /// A system in one to three variables.
    pub(super) fn draw(stream: &mut Stream, least: usize) -> System {
        let order = least + stream.below(4 - least);
        System {
            curvature: definite(stream, order),
            metric: definite(stream, order),
            rotation: antisymmetric(stream, order),
            temperature: stream.positive(),
        }
    }

    /// `B = (M + W) S`
    pub(super) fn drift(&self) -> Matrix {
        multiply(&(&self.metric + &self.rotation), &self.curvature)
    }
}

impl Drawn for System {
    fn class(&self) -> Class {
        Class::Awkward
    }
    fn is_algebraic(&self) -> bool {
        true
    }
    fn describe(&self) -> String {
        format!("a linear system in {} variables", self.metric.nrows())
    }
    fn numbers(&self) -> Vec<Numbers> {
        vec![
            Numbers::new("S", self.curvature.iter().cloned()),
            Numbers::new("M", self.metric.iter().cloned()),
            Numbers::new("W", self.rotation.iter().cloned()),
            Numbers::new("eps", [self.temperature.clone()]),
        ]
    }
}

impl Draws for Identified {
    type Instance = System;

    fn draw(&self, draw: &mut Draw) -> Result<System, Unjudged> {
        Ok(System::draw(&mut draw.own(), 1))
    }
}

impl<T: Field> In<T> for Identified {
    fn relations(&self, system: &System) -> Result<Vec<Relation<T>>, Unjudged> {
        let drift = system.drift();
        let noise =
            if self.noise_observed { system.metric.clone() } else { scaled(&system.metric, &Rational::from(2)) };
        // What an observer of the drift and the noise finds.
        let covariance = covariance(&drift, &noise, &system.temperature)?;
        let found = scaled(&exact::inverse(&covariance)?, &system.temperature);
        let identified = |label, name, found: &Matrix, truth_name, truth: &Matrix| {
            Relation::equality(
                label,
                vec![Term::vector(name, entries(found))],
                vec![Term::vector(truth_name, entries(truth))],
            )
        };
        let curvature = identified("the potential", "eps Sigma^(-1)", &found, "S", &system.curvature);
        if !self.noise_observed {
            return Ok(vec![curvature]);
        }
        let truth = scaled(&multiply(&system.rotation, &system.curvature), &Rational::from(-1));
        let negative = scaled(&drift, &Rational::from(-1));
        Ok(vec![
            curvature,
            Relation::equality(
                "the irreversible drift",
                vec![
                    Term::vector("b", entries(&negative)),
                    Term::vector("M g, of the potential found", entries(&multiply(&noise, &found))),
                ],
                vec![Term::vector("l", entries(&truth))],
            ),
        ])
    }
}
