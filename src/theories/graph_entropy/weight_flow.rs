//! Graphs whose weights flow, `w' = r w`: triangles at random, and the rates `k` and `k - G(w)` of the curvature `k`.

use super::laplacian::{Graph, squares};
use crate::scalar::{Field, Rational};
use crate::verify::{Class, Drawn, Numbers, Stream};

/// A graph with the roots of its weights, and rates.
pub(super) struct Instance {
    pub(super) graph: Graph,
    pub(super) roots: Vec<Rational>,
    /// `G(w) = c w^m`
    pub(super) growth: (Rational, i32),
    /// Rates that are ordered against the weights, whatever else.
    pub(super) ordered: Vec<Rational>,
    algebraic: bool,
}

impl Drawn for Instance {
    fn class(&self) -> Class {
        Class::Awkward
    }
    fn is_algebraic(&self) -> bool {
        self.algebraic
    }
    fn describe(&self) -> String {
        format!("{} nodes and {} edges", self.graph.nodes, self.graph.edges.len())
    }
    fn numbers(&self) -> Vec<Numbers> {
        vec![
            Numbers::new("roots of w", self.roots.iter().cloned()),
            Numbers::new("c, m of G(w) = c w^m", [self.growth.0.clone(), Rational::from(self.growth.1)]),
            Numbers::new("rates", self.ordered.iter().cloned()),
        ]
    }
}

impl Instance {
    /// A triangle whose weights are not all equal; rates that are not all equal where weights differ.
    pub(super) fn triangle(stream: &mut Stream, algebraic: bool) -> Instance {
        loop {
            let roots: Vec<Rational> = (0..3).map(|_| stream.positive()).collect();
            let mut rates: Vec<Rational> = (0..3).map(|_| stream.small()).collect();
            let mut order = vec![0, 1, 2];
            order.sort_by(|&a: &usize, &b| roots[b].cmp(&roots[a]));
            rates.sort();
            let mut ordered = vec![Rational::new(); 3];
            order.into_iter().zip(rates).for_each(|(edge, rate)| ordered[edge] = rate);
            let unequal = |list: &[Rational]| list.iter().any(|entry| *entry != list[0]);
            if unequal(&roots) && unequal(&ordered) {
                let growth = (stream.positive(), 1 + stream.below(3) as i32);
                return Instance { graph: Graph::complete(3), roots, growth, ordered, algebraic };
            }
        }
    }

    /// `k` and `k - G(w)`.
    pub(super) fn flows<T: Field>(&self, growth: impl Fn(&T) -> T) -> [Vec<T>; 2] {
        let roots: Vec<T> = self.roots.iter().map(T::from_rational).collect();
        let curvatures = self.graph.curvatures(&roots);
        let grown = curvatures.iter().zip(squares(&roots)).map(|(k, w)| k.clone() - growth(&w)).collect();
        [curvatures, grown]
    }

    /// `G(w)`
    pub(super) fn growth<T: Field>(&self, weight: &T) -> T {
        weight.powi(self.growth.1) * T::from_rational(&self.growth.0)
    }
}
