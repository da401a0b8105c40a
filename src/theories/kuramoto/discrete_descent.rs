//! `kuramoto/discrete-descent`: the step sizes at which the energy falls, all nodes moved at once.
//!
//! ```text
//! x_i+ = (x_i + gamma P_i y_i)/|...|:   E+ - E = -sum (s_i gamma r_i^2 - a_i (1 - s_i)) - d^T J d/2
//! gamma (a_i - lambda_min(J)) <= 2 for all i, some r_i > 0:   E+ < E
//! ```
//!
//! `r_i = |P_i y_i|`, `a_i = x_i . y_i`, `s_i = (1 + gamma^2 r_i^2)^{-1/2}`, `d = x+ - x`. Source: the step is that of [`NEURONS`].

use super::NEURONS;
use super::network::{Network, zeros};
use crate::exact::draws::{columns, unit_vector};
use crate::linalg::products::dot;
use crate::scalar::{Rational, Real};
use crate::verify::{
    Claim, Draw, Drawn, Draws, In, Independent, Numbers, Relation, Term, Transcendental, Unjudged, all, control,
};
use nalgebra::DMatrix;

/// A step of the energy.
#[derive(Clone, Copy)]
pub(super) struct DiscreteDescent {
    /// Whether the identity has its last term.
    curved: bool,
    /// Whether `gamma` is 1.02 of the bound, next to a minimum that attains it.
    beyond: bool,
}

pub(super) const LAW: DiscreteDescent = DiscreteDescent { curved: true, beyond: false };

/// `kuramoto/discrete-descent`
pub static CLAIM: Claim = Claim {
    id: "kuramoto/discrete-descent",
    title: "the step sizes at which the energy falls",
    statement: "x_i+ = (x_i + gamma P_i y_i)/|...| for all i at once, d = x+ - x: E+ - E = -sum s_i gamma r_i^2 + sum a_i (1 - s_i) - d^T J d/2; so E+ < E if gamma (a_i - lambda_min(J)) <= 2 for all i and some r_i > 0, and the 2 is sharp",
    hypotheses: &[
        "Om = 0, J symmetric, its blocks J_ii included, gamma > 0; r_i = |P_i y_i|, a_i = x_i . y_i, s_i = (1 + gamma^2 r_i^2)^{-1/2}",
        "checked for one and two nodes",
    ],
    references: &[NEURONS],
    builds_on: &[],
    law: &[all(&Independent(Transcendental(LAW)))],
    controls: &[
        control(
            "beyond-the-bound",
            "gamma = 1.02 times 2/(a - lambda_min) next to a minimum",
            &Independent(Transcendental(DiscreteDescent { beyond: true, ..LAW })),
        ),
        control(
            "without-curvature",
            "the identity without d^T J d/2",
            &Independent(Transcendental(DiscreteDescent { curved: false, ..LAW })),
        ),
    ],
};

/// A network that takes a step.
pub(super) struct Stepping {
    pub(super) network: Network,
    pub(super) gamma: Rational,
}

impl Draws for DiscreteDescent {
    type Instance = Stepping;
    fn draw(&self, draw: &mut Draw) -> Result<Stepping, Unjudged> {
        let stream = &mut draw.own();
        if self.beyond || (draw.is_law() && stream.below(8) == 0) {
            // J = diag(0, -3), c = (2, 0), next to the minimum (1, 0), where a = 2 and the tangent curvature is a - lambda_min = 5.
            let t = Rational::from((1, 1 << stream.integer(5, 7)));
            let whole = t.clone().square() + Rational::ONE;
            let x = vec![(Rational::from(1) - t.clone().square()) / &whole, t * Rational::from(2) / &whole];
            let mut coupling = zeros(2);
            coupling[(1, 1)] = Rational::from(-3);
            let c = vec![Rational::from(2), Rational::new()];
            let network = Network { n: 2, x, coupling, c, rotations: vec![zeros(2)] };
            let part = Rational::from((if self.beyond { 102 } else { 98 }, 100));
            return Ok(Stepping { network, gamma: part * Rational::from((2, 5)) });
        }
        loop {
            let (n, nodes) = (2 + stream.below(2), 1 + stream.below(2));
            let size = n * nodes;
            let axes = columns(stream, size);
            let values: Vec<Rational> =
                (0..size).map(|_| if self.curved { stream.small() } else { stream.positive() }).collect();
            let diagonal =
                DMatrix::from_fn(size, size, |i, j| if i == j { values[i].clone() } else { Rational::new() });
            let network = Network {
                n,
                x: (0..nodes).flat_map(|_| unit_vector(stream, n)).collect(),
                coupling: &axes * diagonal * axes.transpose(),
                c: (0..size).map(|_| stream.small()).collect(),
                rotations: vec![zeros(n); nodes],
            };
            let least = values.iter().min().cloned().unwrap_or_default();
            let y = network.pull();
            let most = (0..nodes).map(|i| dot(network.node(&network.x, i), network.node(&y, i)) - &least).max();
            // A part of the bound; any step where there is none.
            let part =
                if stream.coin() { Rational::from((999, 1000)) } else { Rational::from((stream.integer(1, 15), 16)) };
            let gamma = match most {
                Some(most) if most > 0 => part * Rational::from(2) / most,
                _ => stream.positive(),
            };
            // The control: d^T J d is at least lambda_min |d|^2, and is to be seen beside the energy.
            let tangent = network.tangent();
            let reach = (gamma.clone().square() * dot(&tangent, &tangent)).min(Rational::from(1));
            let size: Rational = values.iter().chain(&network.c).map(|entry| entry.clone().abs()).sum();
            if self.curved || reach * &least * Rational::from(1024) > size {
                return Ok(Stepping { network, gamma });
            }
        }
    }
}

impl<T: Real> In<T> for DiscreteDescent {
    fn relations(&self, stepping: &Stepping) -> Result<Vec<Relation<T>>, Unjudged> {
        let network = &stepping.network;
        let carried = |list: &[Rational]| list.iter().map(T::from_rational).collect::<Vec<T>>();
        let (x, c, gamma) = (carried(&network.x), carried(&network.c), T::from_rational(&stepping.gamma));
        let coupling = network.coupling.map(|entry| T::from_rational(&entry));
        let form = |v: &[T]| {
            let image: Vec<T> =
                coupling.row_iter().map(|row| dot(&row.iter().cloned().collect::<Vec<_>>(), v)).collect();
            dot(v, &image) / T::integer(2)
        };
        let (y, tangent) = (network.pull(), network.tangent());
        let (mut after, mut fall, mut rise) = (Vec::new(), T::zero(), T::zero());
        for i in 0..network.nodes() {
            let part = network.node(&tangent, i);
            let square = T::from_rational(&dot(part, part));
            let s = T::one() / (T::one() + gamma.squared() * &square).sqrt();
            for (x, p) in network.node(&network.x, i).iter().zip(part) {
                after.push((T::from_rational(x) + T::product(&gamma, &T::from_rational(p))) * &s);
            }
            let a = T::from_rational(&dot(network.node(&network.x, i), network.node(&y, i)));
            fall += T::product(&s, &gamma) * &square;
            rise += (T::one() - &s) * a;
        }
        let energy = |x: &[T]| -(form(x) + dot(&c, x));
        let d: Vec<T> = after.iter().zip(&x).map(|(a, x)| a.clone() - x).collect();
        let [before, later] = [energy(&x), energy(&after)];
        let mut right = vec![Term::scalar("-sum s_i gamma r_i^2", -fall), Term::scalar("sum a_i (1 - s_i)", rise)];
        if self.curved {
            right.push(Term::scalar("-d^T J d/2", -form(&d)));
        }
        Ok(vec![
            Relation::equality(
                "change of the energy",
                vec![Term::scalar("E+", later.clone()), Term::scalar("-E", -before.clone())],
                right,
            ),
            Relation::less("descent", Term::scalar("E after", later), Term::scalar("E before", before)),
        ])
    }
}

impl Drawn for Stepping {
    fn base(&self) -> Option<&dyn Drawn> {
        Some(&self.network)
    }
    fn is_algebraic(&self) -> bool {
        false
    }
    fn besides(&self) -> String {
        format!(", gamma = {}", self.gamma)
    }
    fn numbers(&self) -> Vec<Numbers> {
        self.network.numbers()
    }
}
