//! `symmetry/discrete-preserved`

use super::PAPER;
use super::orbit::{self, Moved, flat_loss, invariance, moved};
use crate::claim::problem::{Decay, Rates};
use crate::claim::{Case, Class, Control, Draw, Entry, Evidence, Outside, Palette, Problem, Relation, Theorem};
use crate::model::{Carrier, Loss, Network, Smooth};
use crate::symmetry::{self, Symmetry};

/// Discrete symmetries survive in the entropic loss.
pub struct DiscretePreserved;

static ENTRY: Entry = Entry {
    id: "symmetry/discrete-preserved",
    title: "discrete symmetries are preserved",
    statement: "F(K theta) = F(theta) and grad F(K theta) = K grad F(theta)",
    hypotheses: &[
        "K is orthogonal and a symmetry of the per-sample loss: a product of permutations of hidden neurons (any activation) and sign flips (odd activations, weights and bias); \
            in decoders permutations of the heads of a group, of groups, of the neurons of gated mlps, of the coordinates of the residual stream",
        "K commutes with Lambda: Lambda = eta I, or a diagonal that is constant on the orbits of K, or any matrix with K Lambda = Lambda K",
        "theta is not on a kink, and no vector that is normalised is 0",
    ],
    evidence: &[Evidence::Exact, Evidence::Enclosed, Evidence::Converged],
    controls: &[
        Control { name: "not-commuting", breaks: "permutation of neurons with different learning rates" },
        Control { name: "not-orthogonal", breaks: "a symmetry that is not orthogonal: rescaling of a neuron" },
        Control { name: "even-activation", breaks: "sign flip of a neuron whose activation is not odd" },
        Control { name: "incoming-only", breaks: "permutation of the incoming weights without the outgoing ones" },
        Control { name: "one-head-of-a-group", breaks: "queries of heads exchanged without their outputs" },
    ],
    references: &[PAPER],
};

impl Theorem for DiscretePreserved {
    type Instance = Moved;

    fn entry(&self) -> &'static Entry {
        &ENTRY
    }

    fn draw(&self, mut draw: Draw) -> Moved {
        let (case, turn) = (draw.case, draw.turn());
        let is = |name| case.is_control(&ENTRY, name);
        let stream = &mut draw.family;
        let (class, network, element, rates) = if case == Case::Law && turn == Class::Smooth && stream.coin() {
            let (network, element) = orbit::draw_decoder(stream);
            (turn, network, element, Rates::Any)
        } else if is("one-head-of-a-group") {
            let (network, element) = orbit::draw_query_exchange(stream);
            (Class::Smooth, network, element, Rates::Scalar)
        } else if case == Case::Law {
            let palettes = [Palette::Any, Palette::Homogeneous, Palette::Linear, Palette::Odd, Palette::Rotations];
            let palette = *stream.pick(&palettes);
            let (network, element) = orbit::draw_network(stream, palette, turn, Symmetry::is_discrete);
            (turn, network, element, Rates::Any)
        } else if is("even-activation") {
            let (network, element) = orbit::draw_even_flip(stream);
            (Class::Smooth, network, element, Rates::Scalar)
        } else {
            let mut network = orbit::draw_two_layer_linear(stream);
            let widths = network.layout().map_or(vec![], |layout| layout.widths().to_vec());
            let places = orbit::proper_permutation(stream, widths[1]);
            let element = if is("not-orthogonal") {
                let index = stream.below(widths[1]);
                symmetry::neuron_rescaling(&network, 0, index, &orbit::factor(stream, &network), 1)
            } else {
                if turn == Class::Smooth {
                    network = Network::mlp(&widths, Smooth::Tanh, stream.coin(), Loss::SquaredError);
                }
                if is("incoming-only") {
                    orbit::incoming_permutation(&network, &places)
                } else {
                    symmetry::neuron_permutation(&network, 0, &places)
                }
            };
            (turn, network, element, Rates::Scalar)
        };
        let mut problem = Problem::draw(&mut draw, class, network, rates, Decay::Positive);
        problem.preconditioner = if is("not-commuting") {
            orbit::distinct_rates(&mut draw.family, problem.theta.len())
        } else if case == Case::Law {
            orbit::averaged(problem.preconditioner, &element.map)
        } else {
            problem.preconditioner
        };
        Moved { problem, element }
    }

    fn relations<T: Carrier>(&self, instance: &Moved, _case: Case) -> Result<Vec<Relation<T>>, Outside> {
        let point = orbit::at::<T>(&instance.problem)?;
        let image = moved(&point, &instance.element);
        let [entropic_loss, gradient] = invariance(&point, &image, &instance.element.map);
        Ok(vec![flat_loss(&point, &image), entropic_loss, gradient])
    }
}
