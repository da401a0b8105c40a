//! `balance/layer`: the layers of a chain are in balance, adjacent or not.
//!
//! ```text
//! E|g_{W_l}|^2 + sum_{l<=j<m} k^(j-l) E|g_{b_j}|^2 - k^(m-l) E|g_{W_m}|^2
//!     = (4 gamma / eta) (|W_l|^2 + sum_{l<=j<m} k^(j-l) |b_j|^2 - k^(m-l) |W_m|^2)   where grad F = 0
//! ```
//!
//! `W_l` are the weights of a layer, `b_l` its biases, `k` is the degree of the activations between, `eta` the learning rate, `gamma` the weight
//! decay. Source: [`PAPER`].

use super::law::{Block, LawPoint, Networks, class_of, draw_problem};
use super::{KINKS, MADE_STATIONARY, PAPER};
use crate::instances::problem::Decay;
use crate::instances::{NetworkKind, Problem};
use crate::model::mlp::Layout;
use crate::model::{Carrier, Loss, Network, Piecewise};
use crate::verify::{Claim, Class, Draw, Draws, In, Ladder, Relation, Unjudged, all, control};

/// The balance law of two layers of a chain.
#[derive(Clone, Copy)]
pub(super) struct Layer {
    networks: Networks,
    /// Whether `k` stands in place of `k^(m-l)`.
    adjacent_power: bool,
    /// Whether the bias of layer `m` is entered with its weights.
    next_bias: bool,
    /// Whether a random point passes for a stationary one.
    stationary: bool,
}

pub(super) const LAW: Layer = Layer {
    networks: Networks::Of(NetworkKind::Homogeneous),
    adjacent_power: false,
    next_bias: false,
    stationary: false,
};
const SMALL: Layer = Layer { networks: Networks::Small(Piecewise::LeakyRelu), ..LAW };

/// `balance/layer`
pub static CLAIM: Claim = Claim {
    id: "balance/layer",
    title: "balance of layers",
    statement: "E|g_{W_l}|^2 + sum_{l<=j<m} k^(j-l) E|g_{b_j}|^2 - k^(m-l) E|g_{W_m}|^2 = \
                (4 gamma / eta) (|W_l|^2 + sum_{l<=j<m} k^(j-l) |b_j|^2 - k^(m-l) |W_m|^2) where grad F = 0",
    hypotheses: &[
        "a chain of layers h_j = phi(W_j h_(j-1) + b_j), with biases or not; all activations between layers l < m are homogeneous of degree k; Lambda = eta I",
        "the bias b_m does not enter; for adjacent layers only b_l does",
        "off-shell the right side has the further term -(2/eta) (A theta)^T grad F with A theta = (W_l, k^(j-l) b_j, -k^(m-l) W_m)",
        MADE_STATIONARY,
        KINKS,
    ],
    references: &[PAPER],
    builds_on: &["balance/master"],
    law: &[all(&Ladder(LAW))],
    controls: &[
        control(
            "not-homogeneous",
            "activations that are not homogeneous",
            &Ladder(Layer { networks: Networks::Of(NetworkKind::NotHomogeneous), ..LAW }),
        ),
        control(
            "adjacent-power",
            "k in place of k^(m-l) for layers that are not adjacent, k = 2",
            &Ladder(Layer { networks: Networks::Small(Piecewise::SquaredRelu), adjacent_power: true, ..LAW }),
        ),
        control(
            "next-bias",
            "the bias of layer m entered with its weights",
            &Ladder(Layer { next_bias: true, ..SMALL }),
        ),
        control("not-stationary", "the law itself at a random point", &Ladder(Layer { stationary: true, ..SMALL })),
    ],
};

impl Draws for Layer {
    type Instance = Problem;

    fn draw(&self, draw: &mut Draw) -> Result<Problem, Unjudged> {
        let family = draw.family_number();
        let mut widths = [(); 4].map(|()| 1 + draw.family.below(2));
        widths[0] += 1;
        let small = |activation| (Class::Generic, Network::mlp(&widths, activation, true, Loss::SquaredError));
        let (class, network) = match self.networks {
            // A run of few instances too has a layer between, whose biases enter.
            Networks::Of(_) if draw.is_law() && family == 0 => small(Piecewise::LeakyRelu),
            Networks::Of(network_kind) => {
                let class = if draw.is_law() { class_of(draw) } else { Class::Smooth };
                (class, network_kind.network(&mut draw.family, class))
            }
            Networks::Small(activation) => small(activation),
        };
        Ok(draw_problem(draw, class, network, Decay::Positive))
    }
}

impl<T: Carrier> In<T> for Layer {
    fn relations(&self, problem: &Problem) -> Result<Vec<Relation<T>>, Unjudged> {
        let at = LawPoint::<T>::of(problem, self.stationary)?;
        let layout = problem.network.layout().expect("networks of this kind have layers");
        let degree = problem.network.activation().homogeneity().map_or(1, i64::from);
        let pairs = (0..layout.depth()).flat_map(|first| (first + 1..layout.depth()).map(move |last| (first, last)));
        let law = |(first, last)| {
            at.rescaling_law(format!("layers {first} and {last}"), &self.blocks(layout, first, last, degree))
        };
        Ok(pairs.map(law).collect())
    }
}

impl Layer {
    /// The blocks of the law of layers `first < last`.
    fn blocks(&self, layout: &Layout, first: usize, last: usize, degree: i64) -> Vec<Block> {
        let power = |between: usize| degree.pow(between as u32);
        let outgoing_power = if self.adjacent_power { degree } else { power(last - first) };
        let next_bias = if self.next_bias { layout.biases(last) } else { 0..0 };
        let mut blocks = vec![
            Block {
                noise: "E|g_{W_l}|^2",
                decay: "(4 gamma / eta) |W_l|^2",
                parameters: layout.weights(first).collect(),
                coefficient: 1,
            },
            Block {
                noise: "-k^(m-l) E|g_{W_m}|^2",
                decay: "-(4 gamma / eta) k^(m-l) |W_m|^2",
                parameters: layout.weights(last).chain(next_bias).collect(),
                coefficient: -outgoing_power,
            },
        ];
        if layout.has_bias() {
            blocks.extend((first..last).map(|layer| Block {
                noise: "k^(j-l) E|g_{b_j}|^2",
                decay: "(4 gamma / eta) k^(j-l) |b_j|^2",
                parameters: layout.biases(layer).collect(),
                coefficient: power(layer - first),
            }));
        }
        blocks
    }
}
