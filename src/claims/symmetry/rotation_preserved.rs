//! `symmetry/rotation-preserved`

use super::PAPER;
use super::orbit::{self, Moved, flat_loss, invariance, moved};
use crate::claim::problem::{Decay, Rates};
use crate::claim::{Case, Class, Control, Draw, Entry, Evidence, Outside, Palette, Problem, Relation, Term, Theorem};
use crate::model::{Carrier, Loss, Network, Smooth};
use crate::symmetry::{self, Symmetry};

/// Rotations survive in the entropic loss.
pub struct RotationPreserved;

static ENTRY: Entry = Entry {
    id: "symmetry/rotation-preserved",
    title: "rotations are preserved",
    statement: "S(e^{tA} theta) = S(theta) for antisymmetric A and Lambda = eta I; so F(K theta) = F(theta) and grad F(K theta) = K grad F(theta) for rotations K",
    hypotheses: &[
        "l(e^{tA} theta; z) = l(theta; z) for all theta, t and z, with A^T = -A: rotations of the hidden units of linear layers, RMS-normalised or not",
        "Lambda = eta I: learning rates that do not commute with A, as adaptive methods have, break the symmetry",
        "no vector that is normalised is 0",
    ],
    evidence: &[Evidence::Exact, Evidence::Enclosed, Evidence::Converged],
    controls: &[
        Control { name: "not-commuting", breaks: "different learning rates for the rotated parameters" },
        Control { name: "symmetric", breaks: "a symmetric element in place of a rotation" },
        Control { name: "not-linear", breaks: "rotation of units with an activation" },
    ],
    references: &[PAPER],
};

impl Theorem for RotationPreserved {
    type Instance = Moved;

    fn entry(&self) -> &'static Entry {
        &ENTRY
    }

    fn draw(&self, mut draw: Draw) -> Moved {
        let (case, turn) = (draw.case, draw.turn());
        let is = |name| case.is_control(&ENTRY, name);
        let stream = &mut draw.family;
        let rotations = |kind| matches!(kind, Symmetry::Rotation { .. });
        let (class, network, element) = if case == Case::Law {
            let palette = *stream.pick(&[Palette::Rotations, Palette::Linear]);
            let (network, element) = orbit::draw_network(stream, palette, turn, rotations);
            (turn, network, element)
        } else {
            let mut network = orbit::draw_two_layer_linear(stream);
            let widths = network.layout().map_or(vec![], |layout| layout.widths().to_vec());
            let pair = orbit::pair(stream, widths[1]);
            let mut class = Class::Generic;
            if is("not-linear") {
                network = Network::mlp(&widths, Smooth::Tanh, stream.coin(), Loss::SquaredError);
                class = Class::Smooth;
            }
            // Not a quarter turn, which permutes the units and is a symmetry of any odd activation.
            let mut rotation = symmetry::rotation_element(&network, 0, pair, &(stream.positive() / 4));
            if is("symmetric") {
                let factor = orbit::factor(stream, &network);
                let rescaling = symmetry::neuron_rescaling(&network, 0, pair.0, &factor, 1);
                rotation = rotation.after(&rescaling).after(&rotation.inverted());
            }
            (class, network, rotation)
        };
        let mut problem = Problem::draw(&mut draw, class, network, Rates::Scalar, Decay::Positive);
        if is("not-commuting") {
            problem.preconditioner = orbit::distinct_rates(&mut draw.family, problem.theta.len());
        }
        Moved { problem, element }
    }

    fn relations<T: Carrier>(&self, instance: &Moved, _case: Case) -> Result<Vec<Relation<T>>, Outside> {
        let point = orbit::at::<T>(&instance.problem)?;
        let image = moved(&point, &instance.element);
        let entropy = Relation::equality(
            "the entropy",
            vec![Term::scalar("S(e^{tA} theta)", image.objective().entropy(&image.theta))],
            vec![Term::scalar("S(theta)", point.objective().entropy(&point.theta))],
        );
        let [entropic_loss, gradient] = invariance(&point, &image, &instance.element.map);
        Ok(vec![flat_loss(&point, &image), entropy, entropic_loss, gradient])
    }
}
