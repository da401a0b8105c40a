//! `symmetry/gradient-transform`: how gradients move along an orbit.
//!
//! ```text
//! l(K theta; z) = l(theta; z) for all theta   implies   g_z(K theta) = K^{-T} g_z(theta)
//! ```
//!
//! `K` is an invertible linear map, `g_z` the gradient of the loss of sample `z`. Source: [`PAPER`].

use super::PAPER;
use super::elements;
use super::orbit::{self, Carrying, Moved, flat_loss, moved};
use crate::instances::problem::{Decay, Rates};
use crate::instances::subject;
use crate::instances::{NetworkKind, Problem};
use crate::model::Carrier;
use crate::symmetry;
use crate::verify::{
    Claim, Class, Draw, Draws, In, Inapplicable, Ladder, Relation, Subject, Term, Unjudged, all, control,
};

/// Gradients at a point and at its image.
#[derive(Clone, Copy)]
pub(super) struct GradientTransform {
    elements: Elements,
    carrying: Carrying,
}

/// Which maps are drawn.
#[derive(Clone, Copy)]
enum Elements {
    /// Products of symmetries of any network.
    Symmetries,
    /// The sign flip of a neuron whose activation is not odd.
    EvenFlips,
    /// Permutations of the incoming weights of a two-layer linear network.
    IncomingPermutations,
    /// Shears of a two-layer linear network: neither orthogonal nor symmetric.
    Shears,
}

pub(super) const LAW: GradientTransform =
    GradientTransform { elements: Elements::Symmetries, carrying: Carrying::InverseTransposed };
const SHEARS: GradientTransform = GradientTransform { elements: Elements::Shears, ..LAW };

/// `symmetry/gradient-transform`
pub static CLAIM: Claim = Claim {
    id: "symmetry/gradient-transform",
    title: "gradients along an orbit",
    statement: "l(K theta; z) = l(theta; z) for all theta implies g_z(K theta) = K^{-T} g_z(theta)",
    hypotheses: &[
        "K is an invertible linear map with l(K theta; z) = l(theta; z) for every theta and z",
        "K is a product of permutations of hidden neurons (any activation), sign flips (odd activations, weights and bias), rescalings u -> a u, w -> a^{-k} w (homogeneous of degree k, a > 0), shears and rotations of linear layers, scales of RMS-normalised layers and of scale-invariant models",
        "theta is not on a kink, and no vector that is normalised is 0",
    ],
    references: &[PAPER],
    builds_on: &[],
    law: &[all(&Ladder(LAW))],
    controls: &[
        control(
            "even-activation",
            "sign flip of a neuron whose activation is not odd",
            &Ladder(GradientTransform { elements: Elements::EvenFlips, ..LAW }),
        ),
        control(
            "incoming-only",
            "permutation of the incoming weights without the outgoing ones",
            &Ladder(GradientTransform { elements: Elements::IncomingPermutations, ..LAW }),
        ),
        control(
            "not-inverted",
            "K^T g in place of K^{-T} g, K not orthogonal",
            &Ladder(GradientTransform { carrying: Carrying::Transposed, ..SHEARS }),
        ),
        control(
            "not-transposed",
            "K^{-1} g in place of K^{-T} g, K not symmetric",
            &Ladder(GradientTransform { carrying: Carrying::Inverse, ..SHEARS }),
        ),
        control(
            "moved-like-a-point",
            "K g in place of K^{-T} g, K not orthogonal",
            &Ladder(GradientTransform { carrying: Carrying::Itself, ..SHEARS }),
        ),
    ],
};

impl Draws for GradientTransform {
    type Instance = Moved;

    fn draw(&self, draw: &mut Draw) -> Result<Moved, Unjudged> {
        let turn = draw.turn();
        let stream = &mut draw.family;
        let (class, (network, element)) = match self.elements {
            Elements::Symmetries => {
                let palettes = [
                    NetworkKind::Any,
                    NetworkKind::Homogeneous,
                    NetworkKind::Homogeneous,
                    NetworkKind::Linear,
                    NetworkKind::Odd,
                    NetworkKind::Rotations,
                    NetworkKind::ScaleInvariant,
                ];
                let network_kind = *stream.pick(&palettes);
                (turn, elements::draw_network(stream, network_kind, turn, |_| true))
            }
            Elements::EvenFlips => (Class::Smooth, elements::draw_even_flip(stream)),
            Elements::IncomingPermutations => {
                let network = elements::draw_two_layer_linear(stream);
                let places = elements::proper_permutation(stream, elements::width(&network));
                let element = elements::incoming_permutation(&network, &places);
                (Class::Generic, (network, element))
            }
            Elements::Shears => {
                let network = elements::draw_two_layer_linear(stream);
                let pair = elements::pair(stream, elements::width(&network));
                let element = symmetry::shear(&network, 0, pair, &stream.small());
                (Class::Generic, (network, element))
            }
        };
        let problem = Problem::draw(draw, class, network, Rates::Scalar, Decay::None);
        Ok(Moved { problem, element })
    }

    fn draw_on(&self, draw: &mut Draw, subject: &Subject) -> Result<Moved, Inapplicable> {
        let network = subject::network(subject)?;
        let element = subject::element(&mut draw.family, network)?;
        let samples = 1 + draw.family.below(3);
        let problem = Problem::draw_on(draw, network, Rates::Scalar, Decay::None, samples);
        Ok(Moved { problem, element })
    }
}

impl<T: Carrier> In<T> for GradientTransform {
    fn relations(&self, Moved { problem, element }: &Moved) -> Result<Vec<Relation<T>>, Unjudged> {
        let point = orbit::at::<T>(problem)?;
        let image = moved(&point, element);
        let map = self.carrying.of(element);
        let here = point.objective().sample_gradients(&point.theta);
        let there = image.objective().sample_gradients(&image.theta);
        let carried = here.iter().flat_map(|gradient| map.apply(gradient)).collect();
        let gradients = Relation::equality(
            "the gradients of all samples",
            vec![Term::vector("g_z(K theta)", there.concat())],
            vec![Term::vector("K^{-T} g_z(theta)", carried)],
        );
        Ok(vec![flat_loss(&point, &image), gradients])
    }
}
