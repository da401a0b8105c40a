//! `symmetry/rotation-preserved`: rotations are symmetries of the entropic loss.
//!
//! ```text
//! S(e^{tA} theta) = S(theta),   F(K theta) = F(theta),   grad F(K theta) = K grad F(theta)   for K = e^{tA}, A^T = -A
//! ```
//!
//! `S` is the entropy term of the entropic loss `F`; the learning rates are equal. Source: [`PAPER`].

use super::PAPER;
use super::elements;
use super::orbit::{self, Moved, flat_loss, invariance, moved};
use super::rates;
use crate::instances::problem::{Decay, Rates};
use crate::instances::{NetworkKind, Problem};
use crate::model::{Carrier, Network};
use crate::symmetry::{self, Element, Symmetry};
use crate::verify::{Claim, Class, Draw, Draws, In, Ladder, Relation, Stream, Term, Unjudged, all, control};

/// The entropic loss, its entropy term and its gradient at a point and at its image.
#[derive(Clone, Copy)]
pub(super) struct RotationPreserved {
    elements: Elements,
    /// Whether all parameters have one learning rate.
    equal_rates: bool,
}

/// Which maps are drawn.
#[derive(Clone, Copy)]
enum Elements {
    /// Rotations of the hidden units of any network that has them.
    Symmetries,
    /// Rotations of two units of a two-layer linear network.
    TwoLayers,
    /// The same with an activation, which they do not commute with.
    Activated,
    /// Rescalings in rotated axes.
    Symmetric,
}

pub(super) const LAW: RotationPreserved = RotationPreserved { elements: Elements::Symmetries, equal_rates: true };

/// `symmetry/rotation-preserved`
pub static CLAIM: Claim = Claim {
    id: "symmetry/rotation-preserved",
    title: "rotations are preserved",
    statement: "S(e^{tA} theta) = S(theta) for antisymmetric A and Lambda = eta I; so F(K theta) = F(theta) and grad F(K theta) = K grad F(theta) for rotations K",
    hypotheses: &[
        "l(e^{tA} theta; z) = l(theta; z) for all theta, t and z, with A^T = -A: rotations of the hidden units of linear layers, RMS-normalised or not",
        "Lambda = eta I: learning rates that do not commute with A, as adaptive methods have, break the symmetry",
        "no vector that is normalised is 0",
    ],
    references: &[PAPER],
    builds_on: &["symmetry/gradient-transform"],
    law: &[all(&Ladder(LAW))],
    controls: &[
        control(
            "not-commuting",
            "different learning rates for the rotated parameters",
            &Ladder(RotationPreserved { elements: Elements::TwoLayers, equal_rates: false }),
        ),
        control(
            "symmetric",
            "a symmetric element in place of a rotation",
            &Ladder(RotationPreserved { elements: Elements::Symmetric, ..LAW }),
        ),
        control(
            "not-linear",
            "rotation of units with an activation",
            &Ladder(RotationPreserved { elements: Elements::Activated, ..LAW }),
        ),
    ],
};

impl Elements {
    /// A network, with a map.
    fn draw(self, stream: &mut Stream, turn: Class) -> (Class, Network, Element) {
        if matches!(self, Elements::Symmetries) {
            let network_kind = *stream.pick(&[NetworkKind::Rotations, NetworkKind::Linear]);
            let rotations = |kind| matches!(kind, Symmetry::Rotation { .. });
            let (network, element) = elements::draw_network(stream, network_kind, turn, rotations);
            return (turn, network, element);
        }
        let linear = elements::draw_two_layer_linear(stream);
        let pair = elements::pair(stream, elements::width(&linear));
        let (class, network) = match self {
            Elements::Activated => (Class::Smooth, elements::activated(stream, &linear)),
            _ => (Class::Generic, linear),
        };
        // Not a quarter turn, which permutes the units and is a symmetry of any odd activation.
        let mut element = symmetry::rotation_element(&network, 0, pair, &(stream.positive() / 4));
        if matches!(self, Elements::Symmetric) {
            let factor = elements::factor(stream, &network);
            let rescaling = symmetry::neuron_rescaling(&network, 0, pair.0, &factor, 1);
            element = element.after(&rescaling).after(&element.inverted());
        }
        (class, network, element)
    }
}

impl Draws for RotationPreserved {
    type Instance = Moved;

    fn draw(&self, draw: &mut Draw) -> Result<Moved, Unjudged> {
        let turn = draw.turn();
        let (class, network, element) = self.elements.draw(&mut draw.family, turn);
        let mut problem = Problem::draw(draw, class, network, Rates::Scalar, Decay::Positive);
        if !self.equal_rates {
            problem.preconditioner = rates::distinct_rates(&mut draw.family, problem.theta.len());
        }
        Ok(Moved { problem, element })
    }
}

impl<T: Carrier> In<T> for RotationPreserved {
    fn relations(&self, Moved { problem, element }: &Moved) -> Result<Vec<Relation<T>>, Unjudged> {
        let point = orbit::at::<T>(problem)?;
        let image = moved(&point, element);
        let entropy = Relation::equality(
            "the entropy",
            vec![Term::scalar("S(e^{tA} theta)", image.objective().entropy(&image.theta))],
            vec![Term::scalar("S(theta)", point.objective().entropy(&point.theta))],
        );
        let [entropic_loss, gradient] = invariance(&point, &image, &element.map);
        Ok(vec![flat_loss(&point, &image), entropy, entropic_loss, gradient])
    }
}
