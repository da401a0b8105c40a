//! `onsager/quasi-potential`: the action of a path is at least the rise of the potential, and equals it along the path of reversed rotation.
//!
//! ```text
//! b = -(M + W) g:   b . g + g^T M g = 0,   |v - b|^2 / 4 = g . v + |v - (M - W) g|^2 / 4   in the metric M^(-1)
//! ```
//!
//! `M > 0`, `W` antisymmetric, `g = grad V` at a point, `v` any velocity there. Source: [`FREIDLIN_WENTZELL`].

use super::FREIDLIN_WENTZELL;
use super::linear_system::{Matrix, antisymmetric, definite};
use crate::linalg::exact;
use crate::scalar::{Field, Rational};
use crate::verify::{
    Claim, Class, Draw, Drawn, Draws, Exact, In, Independent, Numbers, Relation, Term, Unjudged, all, control,
};
use nalgebra::{DMatrix, DVector};

/// The action at a velocity.
#[derive(Clone, Copy)]
pub(super) struct Action {
    said: Said,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Said {
    Law,
    /// `M + W` in place of `M - W`.
    SameRotation,
    /// The identity in place of `M^(-1)`.
    IdentityMetric,
}

/// The law.
pub(super) const LAW: Action = Action { said: Said::Law };

/// `onsager/quasi-potential`
pub static CLAIM: Claim = Claim {
    id: "onsager/quasi-potential",
    title: "the action is at least the rise of the potential",
    statement: "b . g + g^T M g = 0, and |v - b|^2 / 4 = g . v + |v - (M - W) g|^2 / 4 in the metric M^(-1) for every v: the action is at least g . v, with equality for v = (M - W) g",
    hypotheses: &[
        "b = -(M + W) g, g = grad V; M symmetric, M > 0; W antisymmetric",
        "checked at points in one to four variables, at any velocity and at that of equality",
    ],
    references: &[FREIDLIN_WENTZELL],
    builds_on: &[],
    law: &[all(&Independent(Exact(LAW)))],
    controls: &[
        control("same-rotation", "M + W in place of M - W", &Independent(Exact(Action { said: Said::SameRotation }))),
        control(
            "identity-metric",
            "the identity in place of M^(-1)",
            &Independent(Exact(Action { said: Said::IdentityMetric })),
        ),
    ],
};

type Vector = DVector<Rational>;

/// A point with a velocity.
pub(super) struct Instance {
    pub(super) metric: Matrix,
    pub(super) rotation: Matrix,
    /// `g`
    pub(super) gradient: Vector,
    /// `v`
    pub(super) velocity: Vector,
}

impl Drawn for Instance {
    fn class(&self) -> Class {
        Class::Awkward
    }
    fn is_algebraic(&self) -> bool {
        true
    }
    fn describe(&self) -> String {
        format!("a point in {} variables", self.gradient.len())
    }
    fn numbers(&self) -> Vec<Numbers> {
        vec![
            Numbers::new("M", self.metric.iter().cloned()),
            Numbers::new("W", self.rotation.iter().cloned()),
            Numbers::new("g", self.gradient.iter().cloned()),
            Numbers::new("v", self.velocity.iter().cloned()),
        ]
    }
}

impl Draws for Action {
    type Instance = Instance;

    fn draw(&self, draw: &mut Draw) -> Result<Instance, Unjudged> {
        let stream = &mut draw.own();
        let least = if self.said == Said::Law { 1 } else { 2 };
        loop {
            let order = least + stream.below(5 - least);
            let metric = definite(stream, order);
            let rotation = antisymmetric(stream, order);
            let mut vector = || Vector::from_fn(order, |_, _| stream.small());
            let mut instance = Instance { metric, rotation, gradient: vector(), velocity: vector() };
            if draw.is_law() && draw.index % 8 == 7 {
                instance.gradient.fill(Rational::new());
            }
            let [left, right] = self.square_sides(&instance)?;
            let misses = left - right != dot(&instance.gradient, &instance.velocity);
            if self.said == Said::Law || misses {
                return Ok(instance);
            }
        }
    }
}

fn dot(a: &Vector, b: &Vector) -> Rational {
    a.iter().zip(b.iter()).map(|(a, b)| Rational::from(a * b)).sum()
}

impl Action {
    /// `|v - b|^2 / 4` and `|v - (M - W) g|^2 / 4`.
    fn square_sides(&self, instance: &Instance) -> Result<[Rational; 2], Unjudged> {
        let Instance { metric, rotation, gradient, velocity } = instance;
        let order = gradient.len();
        let norm = match self.said {
            Said::IdentityMetric => DMatrix::from_fn(order, order, |i, j| Rational::from(i64::from(i == j))),
            _ => exact::inverse(metric)?,
        };
        let quarter = |u: Vector| dot(&u, &(&norm * &u)) / 4;
        let reversed = if self.said == Said::SameRotation { metric + rotation } else { metric - rotation };
        Ok([quarter(velocity - instance.drift()), quarter(velocity - reversed * gradient)])
    }
}

impl Instance {
    /// `b = -(M + W) g`
    fn drift(&self) -> Vector {
        (&self.metric + &self.rotation) * &self.gradient * Rational::from(-1)
    }
}

impl<T: Field> In<T> for Action {
    fn relations(&self, instance: &Instance) -> Result<Vec<Relation<T>>, Unjudged> {
        let number = |name, value: &Rational| Term::scalar(name, T::from_rational(value));
        let [action, rest] = self.square_sides(instance)?;
        let rise = dot(&instance.gradient, &instance.velocity);
        let square = Relation::equality(
            "the action is a rise and a square",
            vec![number("|v - b|^2 / 4", &action)],
            vec![number("g . v", &rise), number("|v - (M - W) g|^2 / 4", &rest)],
        );
        if self.said != Said::Law {
            return Ok(vec![square]);
        }
        let dissipation = -dot(&instance.gradient, &(&instance.metric * &instance.gradient));
        let fall = dot(&instance.gradient, &instance.drift());
        let along = Instance {
            metric: instance.metric.clone(),
            rotation: instance.rotation.clone(),
            gradient: instance.gradient.clone(),
            velocity: (&instance.metric - &instance.rotation) * &instance.gradient,
        };
        let [least, _] = self.square_sides(&along)?;
        let climbed = dot(&along.gradient, &along.velocity);
        Ok(vec![
            square,
            Relation::equality(
                "the potential falls along the drift",
                vec![number("b . g", &fall)],
                vec![number("-g^T M g", &dissipation)],
            ),
            Relation::at_most(
                "the action is at least the rise",
                number("g . v", &rise),
                number("|v - b|^2 / 4", &action),
            ),
            Relation::equality(
                "the action along the path of reversed rotation",
                vec![number("|v - b|^2 / 4 at v = (M - W) g", &least)],
                vec![number("g . v at v = (M - W) g", &climbed)],
            ),
        ])
    }
}
