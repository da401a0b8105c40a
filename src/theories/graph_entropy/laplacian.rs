//! Weighted graphs, Forman's curvature of their edges, and the normalised Laplacian `1 - D^(-1/2) A D^(-1/2)`.

use crate::linalg::{Decomposable, symmetric_eigen};
use crate::scalar::{Field, Rational, Real, Ring};
use crate::verify::Unjudged;
use nalgebra::DMatrix;

/// A graph without loops or isolated nodes.
#[derive(Clone, Debug)]
pub(super) struct Graph {
    pub(super) nodes: usize,
    pub(super) edges: Vec<(usize, usize)>,
}

impl Graph {
    /// Every pair of nodes is an edge.
    pub(super) fn complete(nodes: usize) -> Graph {
        Graph { nodes, edges: (0..nodes).flat_map(|i| (i + 1..nodes).map(move |j| (i, j))).collect() }
    }

    /// The edges that share a node with this one.
    fn neighbours(&self, edge: usize) -> impl Iterator<Item = usize> {
        let (i, j) = self.edges[edge];
        (0..self.edges.len()).filter(move |&other| {
            let (a, b) = self.edges[other];
            other != edge && (a == i || a == j || b == i || b == j)
        })
    }

    /// Forman's curvature of every edge, `2 - sum sqrt(w_e / w_e')` over the edges that share a node with it, of the roots of the weights.
    pub(super) fn curvatures<T: Field>(&self, roots: &[T]) -> Vec<T> {
        let curvature = |edge: usize| {
            self.neighbours(edge).fold(T::integer(2), |rest, other| rest - roots[edge].clone() / &roots[other])
        };
        (0..self.edges.len()).map(curvature).collect()
    }

    /// The degrees.
    pub(super) fn degrees<T: Ring>(&self, weights: &[T]) -> Vec<T> {
        let mut degrees = vec![T::zero(); self.nodes];
        for (&(i, j), weight) in self.edges.iter().zip(weights) {
            degrees[i] += weight;
            degrees[j] += weight;
        }
        degrees
    }

    /// `1 - D^(-1) A`, similar to the normalised Laplacian and rational.
    pub(super) fn random_walk<T: Field>(&self, weights: &[T]) -> DMatrix<T> {
        let degrees = self.degrees(weights);
        let mut matrix = DMatrix::from_fn(self.nodes, self.nodes, |i, j| T::integer(i64::from(i == j)));
        for (&(i, j), weight) in self.edges.iter().zip(weights) {
            matrix[(i, j)] -= weight.clone() / &degrees[i];
            matrix[(j, i)] -= weight.clone() / &degrees[j];
        }
        matrix
    }

    /// The trace of the square, the sum of the squares of the eigenvalues.
    pub(super) fn square_trace<T: Field>(&self, weights: &[T]) -> T {
        let matrix = self.random_walk(weights);
        let mut sum = T::zero();
        for i in 0..self.nodes {
            for j in 0..self.nodes {
                sum += T::product(&matrix[(i, j)], &matrix[(j, i)]);
            }
        }
        sum
    }

    /// `S = -sum lambda ln lambda` over the normalised Laplacian, and `dS/dt` for the rates `r` of `w' = r w`.
    ///
    /// The graph is connected: the least eigenvalue is the 0, which stays. For the others `dS = -sum (ln lambda + 1) v^T dL v`, whether or not some
    /// of them are equal.
    ///
    /// # Errors
    /// [`Unjudged`] if the decomposition fails.
    pub(super) fn entropy<T: Decomposable>(&self, weights: &[T], rates: &[T]) -> Result<[T; 2], Unjudged> {
        let degrees = self.degrees(weights);
        let moves: Vec<T> = weights.iter().zip(rates).map(|(w, r)| T::product(w, r)).collect();
        let relative: Vec<T> =
            self.degrees(&moves).into_iter().zip(&degrees).map(|(speed, degree)| speed / degree).collect();
        let mut matrix = DMatrix::from_fn(self.nodes, self.nodes, |i, j| T::integer(i64::from(i == j)));
        let mut moved = DMatrix::from_element(self.nodes, self.nodes, T::zero());
        for (edge, &(i, j)) in self.edges.iter().enumerate() {
            let entry = weights[edge].clone() / T::product(&degrees[i], &degrees[j]).sqrt();
            let spread = (relative[i].clone() + &relative[j]) / T::integer(2);
            let change = -T::product(&entry, &(rates[edge].clone() - spread));
            for place in [(i, j), (j, i)] {
                matrix[place] = -entry.clone();
                moved[place] = change.clone();
            }
        }
        let eigen = symmetric_eigen(&matrix)?;
        let (mut entropy, mut rate) = (T::zero(), T::zero());
        // They rise: the first is the 0.
        for index in 1..self.nodes {
            let (value, vector) = (&eigen.values[index], eigen.vectors.column(index));
            let logarithm = value.ln();
            entropy -= T::product(value, &logarithm);
            let mut change = T::zero();
            for i in 0..self.nodes {
                for j in 0..self.nodes {
                    change += T::product(&vector[i], &moved[(i, j)]) * &vector[j];
                }
            }
            rate -= change * (logarithm + T::one());
        }
        Ok([entropy, rate])
    }
}

/// The squares.
pub(super) fn squares<T: Field>(roots: &[T]) -> Vec<T> {
    roots.iter().map(Ring::squared).collect()
}

/// `-n ln(n / (n - 1))`, the entropy of the complete graph with equal weights.
pub(super) fn largest<T: Real>(nodes: usize) -> T {
    let nodes = nodes as i64;
    -T::from_rational(&Rational::from((nodes, nodes - 1))).ln() * T::integer(nodes)
}
