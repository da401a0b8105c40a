//! Entropies on graphs: of nodes under a master equation, of edge weights under a curvature flow, and of the normalised Laplacian.

mod doubly_stochastic;
mod edge_weights;
#[cfg(test)]
mod extremes;
mod laplacian;
mod master_equation;
mod near_equal;
mod von_neumann;
mod weight_flow;

use crate::scalar::Rational;
use crate::theories::THEOREMS;
use crate::verify::{Claim, Lemmas, Stream, Theory};

/// The theory of entropies on graphs.
pub static THEORY: Theory = Theory {
    name: "graph-entropy",
    title: "Entropies on graphs: nodes, edge weights, and the normalised Laplacian",
    references: &[PIONEER, MARSHALL_OLKIN, FORMAN],
    proofs: &[("graph-entropy", include_str!("../../../proofs/graph-entropy.md"))],
    lemmas: Lemmas { list: THEOREMS, statements: &[] },
    claims: &[CLAIMS],
    file: None,
};

const CLAIMS: &[&Claim] = &[&doubly_stochastic::CLAIM, &edge_weights::CLAIM, &von_neumann::CLAIM];

/// Dynamics of graphs that raise an entropy.
const PIONEER: &str = "Pioneer, entropy-increasing dynamics of graphs, arXiv:2502.03236";
/// Doubly stochastic matrices and majorisation.
const MARSHALL_OLKIN: &str = "Marshall, Olkin, Arnold, Inequalities: Theory of Majorization and Its Applications, 2nd edition, Springer 2011, chapters 1 to 3";
/// The curvature of an edge.
const FORMAN: &str = "Forman, Bochner's Method for Cell Complexes and Combinatorial Ricci Curvature, Discrete Comput. Geom. 29 (2003) 323";

/// A law of positive masses of few bits.
fn masses(stream: &mut Stream, count: usize) -> Vec<Rational> {
    let masses: Vec<Rational> = (0..count).map(|_| stream.positive()).collect();
    let total: Rational = masses.iter().sum();
    masses.into_iter().map(|mass| mass / &total).collect()
}
