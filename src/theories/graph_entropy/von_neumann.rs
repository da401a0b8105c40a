//! `graph-entropy/von-neumann`: the entropy of the normalised Laplacian under a curvature flow of the weights.
//!
//! ```text
//! S = -sum lambda ln lambda <= -n ln(n/(n-1)),   equality for the complete graph with equal weights
//! triangle: lambda_1 lambda_2 = 2 / (1 - 1/F), F = (sum w)(sum 1/w), dF/dt = sum_{i<j} (r_i - r_j)(w_i/w_j - w_j/w_i)
//! ```
//!
//! `w' = r w`; `S` rises on a triangle if the rates are ordered against the weights, as `k - G(w)` is, `k` the curvature of [`FORMAN`].

use super::laplacian::{Graph, largest, squares};
use super::near_equal::NearEqual;
use super::weight_flow::Instance;
use super::{FORMAN, PIONEER};
use crate::exact::roots::multiply;
use crate::linalg::Decomposable;
use crate::scalar::{Dual, Field, Rational, Real};
use crate::verify::{
    Claim, Decomposition, Draw, Draws, Exact, In, Independent, Part, Relation, Term, Unjudged, control,
};

/// The product of the eigenvalues of a triangle, and its rate.
#[derive(Clone, Copy)]
pub(super) struct Triangle;

/// The entropy itself, by its eigenvalues.
#[derive(Clone, Copy)]
pub(super) struct Entropy {
    graphs: Graphs,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Graphs {
    /// Triangles for the rate, and connected graphs of three and four nodes for the bound.
    Law,
    /// The complete graph of four nodes without an edge, equal weights.
    WithoutAnEdge,
    /// A triangle with a fourth node at one of its corners, equal weights.
    Pendant,
    /// The complete graph of four nodes with weights of different sizes, `G = exp`.
    Unequal,
}

const fn of(graphs: Graphs) -> Independent<Decomposition<Entropy>> {
    Independent(Decomposition(Entropy { graphs }))
}

/// `graph-entropy/von-neumann`
pub static CLAIM: Claim = Claim {
    id: "graph-entropy/von-neumann",
    title: "the entropy of the normalised Laplacian rises on triangles and near equal weights, and not in general",
    statement: "S <= -n ln(n/(n-1)), with equality only for the complete graph with equal weights; on a triangle with w' = r w and (r_i - r_j)(w_i - w_j) <= 0, S rises unless w or r is constant, and it falls along w' = -k w unless w is constant; near equal weights of a complete graph of n >= 3 nodes it rises along w' = (k - G(w)) w and falls along w' = -k w, to second order in ln w",
    hypotheses: &[
        "S = -sum lambda ln lambda over the normalised Laplacian; weights > 0, no loops, no isolated node, n >= 2; k: Forman's curvature 2 - sum sqrt(w_e/w_e') over the edges that share a node with e; G increasing",
        "checked: triangles whose weights are squares, the equality and the second order exactly; the bound and the rate of S itself by eigenvalues",
        "in the terms L'(x) is the first-order change of the normalised Laplacian by log-weights x at equal weights, P = I - 1 1^T/n, Lg the Laplacian of the line graph, t the coefficient of x, i and j are edges, d/dt is a rate along the flow",
    ],
    references: &[PIONEER, FORMAN],
    builds_on: &[],
    law: &[
        Part { check: &Independent(Exact(Triangle)), number: |index| index.is_multiple_of(3).then_some(index / 3) },
        Part { check: &Independent(Exact(NearEqual)), number: |index| (index % 3 == 1).then_some(index / 3) },
        Part { check: &of(Graphs::Law), number: |index| Some(index / 3) },
    ],
    controls: &[
        control(
            "without-an-edge",
            "the complete graph of four nodes without an edge, equal weights, any G",
            &of(Graphs::WithoutAnEdge),
        ),
        control("pendant-edge", "a triangle with a pendant edge, equal weights, any G", &of(Graphs::Pendant)),
        control(
            "unequal-weights",
            "the complete graph of four nodes far from equal weights, G = exp",
            &of(Graphs::Unequal),
        ),
    ],
};

impl Draws for Triangle {
    type Instance = Instance;

    fn draw(&self, draw: &mut Draw) -> Result<Instance, Unjudged> {
        Ok(Instance::triangle(&mut draw.own(), true))
    }
}

/// `lambda_1 lambda_2`, from their sum 3 and the sum of their squares.
fn product<T: Field>(triangle: &Graph, weights: &[T]) -> T {
    (T::integer(9) - triangle.square_trace(weights)) / T::integer(2)
}

/// `(sum w)(sum 1/w)`
fn spread<T: Field>(weights: &[T]) -> T {
    let (mut sum, mut inverses) = (T::zero(), T::zero());
    for weight in weights {
        sum += weight;
        inverses += T::one() / weight;
    }
    sum * inverses
}

impl<T: Field> In<T> for Triangle {
    fn relations(&self, instance: &Instance) -> Result<Vec<Relation<T>>, Unjudged> {
        let roots: Vec<T> = instance.roots.iter().map(T::from_rational).collect();
        let weights = squares(&roots);
        let along = |rates: &[T]| -> Vec<Dual<T>> {
            weights.iter().zip(rates).map(|(w, r)| Dual::new(w.clone(), T::product(w, r))).collect()
        };
        let rate = |rates: &[T]| product(&instance.graph, &along(rates)).tangent;
        let ordered: Vec<T> = instance.ordered.iter().map(T::from_rational).collect();
        let [curvatures, grown] = instance.flows(|weight: &T| instance.growth(weight));
        let backward: Vec<T> = curvatures.iter().map(|k| -k.clone()).collect();
        let inverse = T::one() / spread(&weights);
        let mut pairs = T::zero();
        for j in 0..3 {
            for i in 0..j {
                let tilt = weights[i].clone() / &weights[j] - weights[j].clone() / &weights[i];
                pairs += (ordered[i].clone() - &ordered[j]) * tilt;
            }
        }
        let complete = Graph::complete(2 + instance.growth.1 as usize);
        Ok(vec![
            Relation::equality(
                "the product of the eigenvalues of a triangle",
                vec![Term::scalar("lambda_1 lambda_2", product(&instance.graph, &weights))],
                vec![Term::scalar("2 / (1 - 1/F)", T::integer(2) / (T::one() - inverse))],
            ),
            Relation::equality(
                "the rate of F",
                vec![Term::scalar("dF/dt", spread(&along(&ordered)).tangent)],
                vec![Term::scalar("sum_{i<j} (r_i - r_j)(w_i/w_j - w_j/w_i)", pairs)],
            ),
            Relation::positive(
                "the product rises for ordered rates",
                Term::scalar("d(lambda_1 lambda_2)/dt", rate(&ordered)),
            ),
            Relation::positive("the product rises for k - G(w)", Term::scalar("d(lambda_1 lambda_2)/dt", rate(&grown))),
            Relation::positive("the product falls for -k", Term::scalar("-d(lambda_1 lambda_2)/dt", -rate(&backward))),
            equality_of_bound(&complete),
        ])
    }
}

/// The complete graph with equal weights has the eigenvalues 0 and `n / (n - 1)` alone.
fn equality_of_bound<T: Field>(complete: &Graph) -> Relation<T> {
    let laplacian = complete.random_walk(&vec![Rational::from(1); complete.edges.len()]);
    let nodes = complete.nodes as i64;
    let square = multiply(&laplacian, &laplacian);
    let largest = Rational::from((nodes, nodes - 1));
    let vector = |name, entries: Vec<T>| Term::vector(name, entries);
    Relation::equality(
        ("the eigenvalues of the complete graph", format!("{nodes} nodes")),
        vec![vector("L^2", square.iter().map(T::from_rational).collect())],
        vec![vector(
            "n L / (n - 1)",
            laplacian.iter().map(|entry| T::from_rational(&Rational::from(entry * &largest))).collect(),
        )],
    )
}

impl Draws for Entropy {
    type Instance = Instance;

    fn draw(&self, draw: &mut Draw) -> Result<Instance, Unjudged> {
        let stream = &mut draw.own();
        let mut instance = Instance::triangle(stream, false);
        let graph = |edges: &[(usize, usize)]| Graph { nodes: 4, edges: edges.to_vec() };
        match self.graphs {
            Graphs::Law => {}
            Graphs::WithoutAnEdge => {
                instance.graph = graph(&[(0, 1), (0, 2), (0, 3), (1, 2), (1, 3)]);
                let root = stream.positive();
                instance.roots = vec![root; 5];
            }
            Graphs::Pendant => {
                instance.graph = graph(&[(0, 1), (0, 2), (1, 2), (2, 3)]);
                let root = stream.positive();
                instance.roots = vec![root; 4];
            }
            Graphs::Unequal => {
                instance.graph = Graph::complete(4);
                // The weights 1, 0.36, 0.001, 0.001, 0.36, 0.007, within a per cent.
                let near = Rational::from((stream.integer(995, 1005), 1000));
                let roots = [(1, 1), (3, 5), (1, 32), (1, 32), (3, 5), (1, 12)];
                instance.roots = roots.into_iter().map(|root| Rational::from(root) * &near).collect();
            }
        }
        Ok(instance)
    }
}

/// A rate is compared with itself: any resolution tells its sign, and this one all floats have.
const SIGN: i32 = 16;

impl<T: Decomposable> In<T> for Entropy {
    fn relations(&self, instance: &Instance) -> Result<Vec<Relation<T>>, Unjudged> {
        let roots: Vec<T> = instance.roots.iter().map(T::from_rational).collect();
        let weights = squares(&roots);
        let [curvatures, grown] = match self.graphs {
            Graphs::Unequal => instance.flows(|weight: &T| weight.exp()),
            _ => instance.flows(|weight: &T| instance.growth(weight)),
        };
        let [entropy, rising] = instance.graph.entropy(&weights, &grown)?;
        let rises =
            Relation::positive("the entropy rises for k - G(w)", Term::scalar("dS/dt", rising)).resolved_to(SIGN);
        if self.graphs != Graphs::Law {
            return Ok(vec![rises]);
        }
        let backward: Vec<T> = curvatures.iter().map(|k| -k.clone()).collect();
        let [_, falling] = instance.graph.entropy(&weights, &backward)?;
        let mut relations = vec![
            rises,
            Relation::positive("the entropy falls for -k", Term::scalar("-dS/dt", -falling)).resolved_to(SIGN),
            bound(3, entropy),
        ];
        // Another graph of four nodes: all edges but the last, with the weights of the triangle twice over.
        let mut four = Graph::complete(4);
        four.edges.truncate(if instance.growth.1 == 1 { 5 } else { 6 });
        let weights: Vec<T> = (0..four.edges.len()).map(|edge| weights[edge % 3].clone()).collect();
        let [entropy, _] = four.entropy(&weights, &weights)?;
        relations.push(bound(4, entropy));
        Ok(relations)
    }
}

/// `S <= -n ln(n / (n - 1))`, with both signs changed: both sides are negative, and without its bound the inequality would be no less true.
fn bound<T: Decomposable + Real>(nodes: usize, entropy: T) -> Relation<T> {
    Relation::at_most(
        ("the entropy is at most that of the complete graph", format!("{nodes} nodes")),
        Term::scalar("n ln(n/(n-1))", -largest::<T>(nodes)),
        Term::scalar("-S", -entropy),
    )
}
