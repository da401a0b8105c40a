//! `kuramoto/radial-step`: a drift along `x` changes nothing but the step size.
//!
//! ```text
//! 1 + gamma k > 0:   normalise((1 + gamma k) x + gamma P y) = normalise(x + gamma/(1 + gamma k) P y)
//! ```
//!
//! Directions are compared without square roots, by `w w^T/|w|^2` and the sign of their product. Source: the step is that of [`NEURONS`].

use super::NEURONS;
use crate::exact::draws::unit_vector;
use crate::linalg::products::dot;
use crate::scalar::{Field, Rational};
use crate::verify::{
    Claim, Class, Draw, Drawn, Draws, EVERY_GAP, Exact, In, Independent, Numbers, Relation, Term, Unjudged, all,
    control,
};

/// The step that is equivalent.
#[derive(Clone, Copy)]
pub(super) struct RadialStep {
    /// Whether the step size is `gamma/(1 + gamma k)`, and not `gamma`.
    shortened: bool,
    /// Whether `1 + gamma k` is positive.
    outward: bool,
}

pub(super) const LAW: RadialStep = RadialStep { shortened: true, outward: true };

/// `kuramoto/radial-step`
pub static CLAIM: Claim = Claim {
    id: "kuramoto/radial-step",
    title: "a drift along x changes the step size only",
    statement: "|x| = 1, 1 + gamma k > 0: normalise((1 + gamma k) x + gamma P y) = normalise(x + gamma/(1 + gamma k) P y)",
    hypotheses: &["gamma > 0, P y = y - (x . y) x", "in the terms w is what is normalised"],
    references: &[NEURONS],
    builds_on: &[],
    law: &[all(&Independent(Exact(LAW)))],
    controls: &[
        control(
            "unchanged-step",
            "gamma in place of gamma/(1 + gamma k)",
            &Independent(Exact(RadialStep { shortened: false, ..LAW })),
        ),
        control("inward", "1 + gamma k < 0", &Independent(Exact(RadialStep { outward: false, ..LAW }))),
    ],
};

/// A node that takes a step.
pub(super) struct Node {
    pub(super) x: Vec<Rational>,
    pub(super) y: Vec<Rational>,
    pub(super) gamma: Rational,
    /// `1 + gamma k`
    pub(super) radial: Rational,
}

impl Node {
    /// `a x + b P y`
    fn moved(&self, a: &Rational, b: &Rational) -> Vec<Rational> {
        let along = dot(&self.x, &self.y);
        let entry = |(x, y): (&Rational, &Rational)| (y - Rational::from(&along * x)) * b + Rational::from(a * x);
        self.x.iter().zip(&self.y).map(entry).collect()
    }
}

impl Draws for RadialStep {
    type Instance = Node;
    fn draw(&self, draw: &mut Draw) -> Result<Node, Unjudged> {
        let stream = &mut draw.own();
        loop {
            let n = 2 + stream.below(3);
            let size = stream.positive();
            let radial = if self.outward { size } else { -size };
            let (x, y) = (unit_vector(stream, n), (0..n).map(|_| stream.small()).collect());
            let node = Node { x, y, gamma: stream.positive(), radial };
            let tangent = node.moved(&Rational::new(), Rational::ONE);
            if draw.is_law() || (node.radial != 1 && dot(&tangent, &tangent) > Rational::from((1, 64))) {
                return Ok(node);
            }
        }
    }
}

impl<T: Field> In<T> for RadialStep {
    fn relations(&self, node: &Node) -> Result<Vec<Relation<T>>, Unjudged> {
        let step = if self.shortened { node.gamma.clone() / &node.radial } else { node.gamma.clone() };
        let with = node.moved(&node.radial, &node.gamma);
        let without = node.moved(Rational::ONE, &step);
        let projector = |w: &[Rational]| -> Vec<T> {
            let square = dot(w, w);
            let entries = w.iter().flat_map(|a| w.iter().map(move |b| Rational::from(a * b)));
            entries.map(|entry| T::from_rational(&(entry / &square))).collect()
        };
        Ok(vec![
            Relation::equality(
                "same line",
                vec![Term::vector("w w^T/|w|^2, w = (1 + gamma k) x + gamma P y", projector(&with))],
                vec![Term::vector("w w^T/|w|^2, w = x + gamma/(1 + gamma k) P y", projector(&without))],
            ),
            Relation::positive("same side", Term::scalar("product", T::from_rational(&dot(&with, &without))))
                .resolved_to(EVERY_GAP),
        ])
    }
}

impl Drawn for Node {
    fn class(&self) -> Class {
        Class::Awkward
    }
    fn is_algebraic(&self) -> bool {
        true
    }
    fn describe(&self) -> String {
        format!("a node in {} dimensions, gamma = {}, 1 + gamma k = {}", self.x.len(), self.gamma, self.radial)
    }
    fn numbers(&self) -> Vec<Numbers> {
        vec![Numbers::new("x", self.x.clone()), Numbers::new("y", self.y.clone())]
    }
}
