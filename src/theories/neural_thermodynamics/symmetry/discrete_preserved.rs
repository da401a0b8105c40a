//! `symmetry/discrete-preserved`: discrete symmetries of the loss are symmetries of the entropic loss.
//!
//! ```text
//! F(K theta) = F(theta),   grad F(K theta) = K grad F(theta)
//! ```
//!
//! `K` is orthogonal, commutes with the learning rates `Lambda` and leaves the loss of every sample as it is. Source: [`PAPER`].

use super::PAPER;
use super::elements;
use super::orbit::{self, Moved, flat_loss, invariance, moved};
use super::rates;
use crate::instances::problem::{Decay, Rates};
use crate::instances::{NetworkKind, Problem};
use crate::model::{Carrier, Network};
use crate::symmetry::{self, Element, Symmetry};
use crate::verify::{Claim, Class, Draw, Draws, In, Ladder, Relation, Stream, Unjudged, all, control};

/// The entropic loss and its gradient at a point and at its image.
#[derive(Clone, Copy)]
pub(super) struct DiscretePreserved {
    elements: Elements,
    /// Whether the learning rates commute with the element.
    commuting: bool,
}

/// Which maps are drawn.
#[derive(Clone, Copy)]
enum Elements {
    /// Products of discrete symmetries of any network, or of exchanges in a decoder.
    Symmetries,
    /// Permutations of the hidden neurons of a network of two layers.
    Permutations,
    /// Such permutations of the incoming weights alone.
    IncomingPermutations,
    /// Rescalings of a neuron of a two-layer linear network.
    Rescalings,
    /// The sign flip of a neuron whose activation is not odd.
    EvenFlips,
    /// Exchanges of the queries of two heads.
    QueryExchanges,
}

pub(super) const LAW: DiscretePreserved = DiscretePreserved { elements: Elements::Symmetries, commuting: true };

/// `symmetry/discrete-preserved`
pub static CLAIM: Claim = Claim {
    id: "symmetry/discrete-preserved",
    title: "discrete symmetries are preserved",
    statement: "F(K theta) = F(theta) and grad F(K theta) = K grad F(theta)",
    hypotheses: &[
        "K is orthogonal and a symmetry of the per-sample loss: a product of permutations of hidden neurons (any activation) and sign flips (odd activations, weights and bias); \
            in decoders permutations of the heads of a group, of groups, of the neurons of gated mlps, of the coordinates of the residual stream",
        "K commutes with Lambda: Lambda = eta I, or a diagonal that is constant on the orbits of K, or any matrix with K Lambda = Lambda K",
        "theta is not on a kink, and no vector that is normalised is 0",
    ],
    references: &[PAPER],
    builds_on: &["symmetry/gradient-transform"],
    law: &[all(&Ladder(LAW))],
    controls: &[
        control(
            "not-commuting",
            "permutation of neurons with different learning rates",
            &Ladder(DiscretePreserved { elements: Elements::Permutations, commuting: false }),
        ),
        control(
            "not-orthogonal",
            "a symmetry that is not orthogonal: rescaling of a neuron",
            &Ladder(DiscretePreserved { elements: Elements::Rescalings, ..LAW }),
        ),
        control(
            "even-activation",
            "sign flip of a neuron whose activation is not odd",
            &Ladder(DiscretePreserved { elements: Elements::EvenFlips, ..LAW }),
        ),
        control(
            "incoming-only",
            "permutation of the incoming weights without the outgoing ones",
            &Ladder(DiscretePreserved { elements: Elements::IncomingPermutations, ..LAW }),
        ),
        control(
            "one-head-of-a-group",
            "queries of heads exchanged without their outputs",
            &Ladder(DiscretePreserved { elements: Elements::QueryExchanges, ..LAW }),
        ),
    ],
};

impl Elements {
    /// A network, with a map.
    fn draw(self, stream: &mut Stream, turn: Class) -> (Class, Network, Element) {
        match self {
            Elements::Symmetries if turn == Class::Smooth && stream.coin() => {
                let (network, element) = elements::draw_decoder(stream);
                (turn, network, element)
            }
            Elements::Symmetries => {
                let palettes = [
                    NetworkKind::Any,
                    NetworkKind::Homogeneous,
                    NetworkKind::Linear,
                    NetworkKind::Odd,
                    NetworkKind::Rotations,
                ];
                let network_kind = *stream.pick(&palettes);
                let (network, element) = elements::draw_network(stream, network_kind, turn, Symmetry::is_discrete);
                (turn, network, element)
            }
            Elements::QueryExchanges => {
                let (network, element) = elements::draw_query_exchange(stream);
                (Class::Smooth, network, element)
            }
            Elements::EvenFlips => {
                let (network, element) = elements::draw_even_flip(stream);
                (Class::Smooth, network, element)
            }
            Elements::Permutations | Elements::IncomingPermutations | Elements::Rescalings => {
                let (network, element) = self.draw_on_two_layers(stream, turn);
                (turn, network, element)
            }
        }
    }

    fn draw_on_two_layers(self, stream: &mut Stream, turn: Class) -> (Network, Element) {
        let linear = elements::draw_two_layer_linear(stream);
        let width = elements::width(&linear);
        let places = elements::proper_permutation(stream, width);
        if matches!(self, Elements::Rescalings) {
            let index = stream.below(width);
            let element = symmetry::neuron_rescaling(&linear, 0, index, &elements::factor(stream, &linear), 1);
            return (linear, element);
        }
        let network = if turn == Class::Smooth { elements::activated(stream, &linear) } else { linear };
        let element = match self {
            Elements::IncomingPermutations => elements::incoming_permutation(&network, &places),
            _ => symmetry::neuron_permutation(&network, 0, &places),
        };
        (network, element)
    }
}

impl Draws for DiscretePreserved {
    type Instance = Moved;

    fn draw(&self, draw: &mut Draw) -> Result<Moved, Unjudged> {
        let turn = draw.turn();
        let (class, network, element) = self.elements.draw(&mut draw.family, turn);
        let rates = if draw.is_law() { Rates::Any } else { Rates::Scalar };
        let mut problem = Problem::draw(draw, class, network, rates, Decay::Positive);
        problem.preconditioner = if self.commuting {
            rates::averaged(problem.preconditioner, &element.map)
        } else {
            rates::distinct_rates(&mut draw.family, problem.theta.len())
        };
        Ok(Moved { problem, element })
    }
}

impl<T: Carrier> In<T> for DiscretePreserved {
    fn relations(&self, Moved { problem, element }: &Moved) -> Result<Vec<Relation<T>>, Unjudged> {
        let point = orbit::at::<T>(problem)?;
        let image = moved(&point, element);
        let [entropic_loss, gradient] = invariance(&point, &image, &element.map);
        Ok(vec![flat_loss(&point, &image), entropic_loss, gradient])
    }
}
