//! `balance/neuron`: the incoming and the outgoing weights of a neuron are in balance.
//!
//! ```text
//! E|g_w|^2 - k E|g_u|^2 = (4 gamma / eta) (|w|^2 - k |u|^2)   where grad F = 0
//! ```
//!
//! `w` are the incoming weights and the bias, `u` the outgoing weights, `k` is the degree of the activation, `eta` the learning rate, `gamma` the
//! weight decay. Source: [`PAPER`].

use super::law::{Block, LawPoint, Networks, draw_problem};
use super::{KINKS, MADE_STATIONARY, PAPER};
use crate::instances::problem::Decay;
use crate::instances::{NetworkKind, Problem};
use crate::model::mlp::Layout;
use crate::model::{Carrier, Piecewise};
use crate::verify::{Claim, Draw, Draws, In, Ladder, Relation, Unjudged, all, control};

/// The balance law of one neuron.
#[derive(Clone, Copy)]
pub(super) struct Neuron {
    networks: Networks,
    /// The degree of the activation, where it is not its own.
    degree: Option<i64>,
    /// Whether the bias belongs to the incoming weights.
    bias: bool,
    /// Whether a random point passes for a stationary one.
    stationary: bool,
}

pub(super) const LAW: Neuron =
    Neuron { networks: Networks::Of(NetworkKind::Homogeneous), degree: None, bias: true, stationary: false };
const SMALL: Neuron = Neuron { networks: Networks::Small(Piecewise::LeakyRelu), ..LAW };

/// `balance/neuron`
pub static CLAIM: Claim = Claim {
    id: "balance/neuron",
    title: "balance of a neuron",
    statement: "E|g_w|^2 - k E|g_u|^2 = (4 gamma / eta) (|w|^2 - k |u|^2) where grad F = 0",
    hypotheses: &[
        "the neuron's activation is homogeneous of degree k: linear, ReLU, leaky ReLU (1), squared ReLU (2)",
        "w: its incoming weights and bias; u: its outgoing weights, through which alone it reaches the loss; Lambda = eta I",
        "off-shell the right side has the further term -(2/eta) (A theta)^T grad F with A theta = (w, -k u)",
        MADE_STATIONARY,
        KINKS,
    ],
    references: &[PAPER],
    builds_on: &["balance/master"],
    law: &[all(&Ladder(LAW))],
    controls: &[
        control(
            "not-homogeneous",
            "an activation that is not homogeneous",
            &Ladder(Neuron { networks: Networks::Of(NetworkKind::NotHomogeneous), ..LAW }),
        ),
        control(
            "wrong-degree",
            "the law of degree 1 for squared ReLU",
            &Ladder(Neuron { networks: Networks::Small(Piecewise::SquaredRelu), degree: Some(1), ..LAW }),
        ),
        control("not-stationary", "the law itself at a random point", &Ladder(Neuron { stationary: true, ..SMALL })),
        control("without-bias", "the bias left out of w", &Ladder(Neuron { bias: false, ..SMALL })),
    ],
};

/// The laws of all hidden neurons.
pub(super) fn neuron_laws<T: Carrier>(
    at: &LawPoint<T>,
    layout: &Layout,
    degree: i64,
    with_bias: bool,
) -> Vec<Relation<T>> {
    let mut relations = Vec::new();
    for layer in 0..layout.depth() - 1 {
        for index in 0..layout.widths()[layer + 1] {
            let weights = (0..layout.widths()[layer]).map(|column| layout.weight(layer, index, column));
            let bias = layout.biases(layer).nth(index).filter(|_| with_bias);
            let outgoing = (0..layout.widths()[layer + 2]).map(|row| layout.weight(layer + 1, row, index));
            let incoming = Block {
                noise: "E|g_w|^2",
                decay: "(4 gamma / eta) |w|^2",
                parameters: weights.chain(bias).collect(),
                coefficient: 1,
            };
            let outgoing = Block {
                noise: "-k E|g_u|^2",
                decay: "-(4 gamma / eta) k |u|^2",
                parameters: outgoing.collect(),
                coefficient: -degree,
            };
            let name = format!("neuron {index} of hidden layer {layer}");
            relations.push(at.rescaling_law(name, &[incoming, outgoing]));
        }
    }
    relations
}

impl Draws for Neuron {
    type Instance = Problem;

    fn draw(&self, draw: &mut Draw) -> Result<Problem, Unjudged> {
        let (class, network) = self.networks.draw(draw);
        Ok(draw_problem(draw, class, network, Decay::Positive))
    }
}

impl<T: Carrier> In<T> for Neuron {
    fn relations(&self, problem: &Problem) -> Result<Vec<Relation<T>>, Unjudged> {
        let at = LawPoint::<T>::of(problem, self.stationary)?;
        let layout = problem.network.layout().expect("networks of this kind have layers");
        let own = problem.network.activation().homogeneity().map_or(1, i64::from);
        Ok(neuron_laws(&at, layout, self.degree.unwrap_or(own), self.bias))
    }
}
