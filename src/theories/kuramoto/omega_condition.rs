//! `kuramoto/omega-condition`: when rotation leaves the energy alone.
//!
//! ```text
//! sum y_i^T Om_i x_i = 0 for all x   <=>   Om_i J_ij = J_ij Om_j for all i, j and Om_i c_i = 0
//! ```
//!
//! Source: the question is that of [`NEURONS`].

use super::NEURONS;
use super::network::{Network, apply, around};
use crate::exact::draws::columns;
use crate::linalg::products::dot;
use crate::scalar::{Field, Rational};
use crate::verify::{
    Claim, Draw, Drawn, Draws, Exact, In, Independent, Numbers, Relation, Term, Unjudged, all, control,
};

/// The energy under rotation.
#[derive(Clone, Copy)]
pub(super) struct OmegaCondition {
    broken: Broken,
}

/// What a control breaks of networks of one axis.
#[derive(Clone, Copy, PartialEq)]
enum Broken {
    Nothing,
    Axis,
    Frequency,
    Coupling,
}

pub(super) const LAW: OmegaCondition = OmegaCondition { broken: Broken::Nothing };

/// `kuramoto/omega-condition`
pub static CLAIM: Claim = Claim {
    id: "kuramoto/omega-condition",
    title: "rotation leaves the energy alone exactly where it commutes with all couplings",
    statement: "J_ji = J_ij^T: sum y_i^T Om_i x_i = 0 for all unit x if and only if Om_i J_ij = J_ij Om_j for all i, j and Om_i c_i = 0; then dE/dt = -sum |P_i y_i|^2; \
        in general the term is sum x_i^T Om_i^T c_i + sum_{i<j} x_i^T (J_ij Om_j - Om_i J_ij) x_j + sum x_i^T [J_ii, Om_i] x_i/2",
    hypotheses: &[
        "|x_i| = 1, n >= 2, Om_i antisymmetric",
        "checked for n = 3, the condition with one frequency around one axis; that it is needed by the signs of single x_i",
        "in the terms s_i = +-1 are signs of the nodes",
    ],
    references: &[NEURONS],
    builds_on: &["kuramoto/energy-rate"],
    law: &[all(&Independent(Exact(LAW)))],
    controls: &[
        control("field-off-the-axis", "c_i off the axis", &Independent(Exact(OmegaCondition { broken: Broken::Axis }))),
        control(
            "unequal-frequencies",
            "frequencies that differ between coupled nodes",
            &Independent(Exact(OmegaCondition { broken: Broken::Frequency })),
        ),
        control(
            "generic-coupling",
            "J_ij that does not commute with Om",
            &Independent(Exact(OmegaCondition { broken: Broken::Coupling })),
        ),
    ],
};

/// A network that meets the condition, or need not.
pub(super) struct Rotating {
    pub(super) network: Network,
    pub(super) meets: bool,
}

impl Draws for OmegaCondition {
    type Instance = Rotating;
    fn draw(&self, draw: &mut Draw) -> Result<Rotating, Unjudged> {
        let stream = &mut draw.own();
        if draw.is_law() && stream.coin() {
            return Ok(Rotating { network: Network::draw(stream, 3), meets: false });
        }
        loop {
            let (mut network, axes) = Network::with_axis(stream);
            match self.broken {
                Broken::Nothing => {}
                Broken::Axis => network.c[..3].clone_from_slice(&[stream.small(), stream.small(), stream.small()]),
                Broken::Frequency => {
                    network.rotations[0] = around(&axes, &[Rational::new(), Rational::new(), stream.small()]);
                }
                Broken::Coupling => {
                    let other = columns(stream, 3);
                    let block = around(&other, &[stream.small(), stream.small(), stream.small()]);
                    network.set_block(0, 1, &block);
                    network.set_block(1, 0, &block.transpose());
                }
            }
            // Controls: the term is seen beside the others.
            let tangent = network.tangent();
            if draw.is_law() || network.turning().abs() * 1024 > dot(&tangent, &tangent) {
                return Ok(Rotating { network, meets: true });
            }
        }
    }
}

impl<T: Field> In<T> for OmegaCondition {
    fn relations(&self, rotating: &Rotating) -> Result<Vec<Relation<T>>, Unjudged> {
        let network = &rotating.network;
        let scalar = |label: &'static str, value: Rational| Term::scalar(label, T::from_rational(&value));
        let tangent = network.tangent();
        if rotating.meets {
            return Ok(vec![Relation::equality(
                "descent under the condition",
                vec![scalar("dE/dt", network.rate(&Rational::from((1, 2))))],
                vec![scalar("-sum |P_i y_i|^2", -dot(&tangent, &tangent))],
            )]);
        }
        let node = |i: usize| network.node(&network.x, i);
        let nodes = network.nodes();
        let linear = |i: usize| -dot(node(i), &apply(&network.rotations[i], network.node(&network.c, i)));
        let pair = |i: usize, j: usize| {
            let block = network.block(i, j);
            dot(node(i), &apply(&(&block * &network.rotations[j] - &network.rotations[i] * &block), node(j)))
        };
        // By the signs of the first two nodes the term's part that is bilinear in them.
        let mut flipped = Rational::new();
        for (first, second) in [(1, 1), (1, -1), (-1, 1), (-1, -1)] {
            let mut x = network.x.clone();
            x[..3].iter_mut().for_each(|x| *x *= first);
            x[3..6].iter_mut().for_each(|x| *x *= second);
            let (coupling, c) = (network.coupling.clone(), network.c.clone());
            let other = Network { n: 3, x, coupling, c, rotations: network.rotations.clone() };
            flipped += other.turning() * Rational::from((first * second, 4));
        }
        let pairs = (0..nodes).flat_map(|j| (0..j).map(move |i| (i, j)));
        let own: Rational = (0..nodes).map(|i| pair(i, i)).sum();
        Ok(vec![
            Relation::equality(
                "parts of the rotation term",
                vec![scalar("sum y_i^T Om_i x_i", network.turning())],
                vec![
                    scalar("sum x_i^T Om_i^T c_i", (0..nodes).map(linear).sum()),
                    scalar("sum_{i<j} x_i^T (J_ij Om_j - Om_i J_ij) x_j", pairs.map(|(i, j)| pair(i, j)).sum()),
                    scalar("sum x_i^T [J_ii, Om_i] x_i/2", own / 2),
                ],
            ),
            Relation::equality(
                "bilinear part by signs",
                vec![scalar("mean of s_1 s_2 sum y_i^T Om_i x_i over signs", flipped)],
                vec![scalar("x_1^T (J_12 Om_2 - Om_1 J_12) x_2", pair(0, 1))],
            ),
        ])
    }
}

impl Drawn for Rotating {
    fn base(&self) -> Option<&dyn Drawn> {
        Some(&self.network)
    }
    fn besides(&self) -> String {
        (if self.meets { ", one axis" } else { "" }).to_owned()
    }
    fn numbers(&self) -> Vec<Numbers> {
        self.network.numbers()
    }
}
