//! Near equal weights of a complete graph: the entropy of its normalised Laplacian to second order in the logarithms of the weights.

use super::laplacian::Graph;
use crate::exact::Series;
use crate::exact::roots::multiply;
use crate::scalar::{Field, Rational};
use crate::verify::{Class, Draw, Drawn, Draws, In, Numbers, Relation, Term, Unjudged};
use nalgebra::DMatrix;

/// The second order at equal weights.
#[derive(Clone, Copy)]
pub(super) struct NearEqual;

/// A direction: logarithms of weights.
pub(super) struct Direction {
    pub(super) graph: Graph,
    pub(super) logarithms: Vec<Rational>,
    /// `G'(1) >= 0`
    pub(super) slope: Rational,
}

impl Drawn for Direction {
    fn class(&self) -> Class {
        Class::Awkward
    }
    fn is_algebraic(&self) -> bool {
        true
    }
    fn describe(&self) -> String {
        format!("near equal weights of the complete graph of {} nodes", self.graph.nodes)
    }
    fn numbers(&self) -> Vec<Numbers> {
        vec![Numbers::new("ln w", self.logarithms.iter().cloned()), Numbers::new("G'(1)", [self.slope.clone()])]
    }
}

impl Draws for NearEqual {
    type Instance = Direction;

    fn draw(&self, draw: &mut Draw) -> Result<Direction, Unjudged> {
        let stream = &mut draw.own();
        let graph = Graph::complete(3 + stream.below(3));
        let slope = if draw.index % 4 == 1 { Rational::new() } else { stream.positive() };
        loop {
            let logarithms: Vec<Rational> = graph.edges.iter().map(|_| stream.small()).collect();
            if logarithms.iter().any(|entry| *entry != logarithms[0]) {
                return Ok(Direction { graph, logarithms, slope });
            }
        }
    }
}

impl Direction {
    /// `P L'(x) P`, the first-order change of the normalised Laplacian off its null vector.
    fn change(&self, x: &[Rational]) -> DMatrix<Rational> {
        let nodes = self.graph.nodes;
        let others = nodes as i64 - 1;
        let means: Vec<Rational> = self.graph.degrees(x).into_iter().map(|sum| sum / others).collect();
        let mut change = DMatrix::from_element(nodes, nodes, Rational::new());
        for (&(i, j), entry) in self.graph.edges.iter().zip(x) {
            let value = (Rational::from(&means[i] + &means[j]) / 2 - entry) / others;
            change[(i, j)].clone_from(&value);
            change[(j, i)] = value;
        }
        let projection = DMatrix::from_fn(nodes, nodes, |i, j| {
            Rational::from(i64::from(i == j)) - Rational::from((1, nodes as i64))
        });
        multiply(&multiply(&projection, &change), &projection)
    }

    /// The Laplacian of the line graph: every edge less each of those that share a node with it.
    fn line_laplacian(&self, x: &[Rational]) -> Vec<Rational> {
        let sums = self.graph.degrees(x);
        let neighbours = 2 * (self.graph.nodes as i64 - 2);
        let entry = |(&(i, j), entry): (&(usize, usize), &Rational)| {
            // Both sums have the edge itself.
            Rational::from(entry * (neighbours + 2)) - &sums[i] - &sums[j]
        };
        self.graph.edges.iter().zip(x).map(entry).collect()
    }
}

fn dot(a: &DMatrix<Rational>, b: &DMatrix<Rational>) -> Rational {
    a.iter().zip(b.iter()).map(|(a, b)| Rational::from(a * b)).sum()
}

impl<T: Field> In<T> for NearEqual {
    fn relations(&self, direction: &Direction) -> Result<Vec<Relation<T>>, Unjudged> {
        let x = &direction.logarithms;
        let number = |name, value: Rational| Term::scalar(name, T::from_rational(&value));
        let change = direction.change(x);
        // sum (lambda - lambda_0)^2 along the weights 1 + t x, in which the sum of the eigenvalues is n throughout.
        let weights: Vec<Series<Rational, 3>> = x
            .iter()
            .map(|entry| Series { coefficients: [Rational::from(1), entry.clone(), Rational::new()] })
            .collect();
        let curved = direction.graph.square_trace(&weights).coefficients[2].clone();
        let drift: Vec<Rational> = direction.line_laplacian(x).into_iter().map(|entry| entry / 2).collect();
        let with_g: Vec<Rational> =
            drift.iter().zip(x).map(|(drift, x)| drift + Rational::from(x * &direction.slope)).collect();
        let [rising, falling] = [with_g, drift].map(|drift| dot(&change, &direction.change(&drift)));
        Ok(vec![
            Relation::equality(
                "the spread of the eigenvalues near equal weights",
                vec![number("the coefficient of t^2 of tr L^2", curved)],
                vec![number("|P L'(x) P|^2", dot(&change, &change))],
            ),
            Relation::positive(
                "near equal weights the entropy rises along w' = (k - G(w)) w",
                number("<P L'(x) P, P L'((Lg/2 + G'(1)) x) P>", rising),
            ),
            Relation::positive(
                "near equal weights the entropy falls along w' = -k w",
                number("<P L'(x) P, P L'(Lg x / 2) P>", falling),
            ),
        ])
    }
}
