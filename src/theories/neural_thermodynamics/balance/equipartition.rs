//! `balance/equipartition`: without decay and biases every layer carries the same gradient noise.
//!
//! ```text
//! E|g_{W_1}|^2 = E|g_{W_2}|^2 = ... = E|g_{W_D}|^2   where grad F = 0
//! ```
//!
//! `W_l` are the weights of a layer of a chain with activations of degree 1. Source: [`PAPER`].

use super::law::{Block, LawPoint, class_of, draw_problem};
use super::{KINKS, MADE_STATIONARY, PAPER};
use crate::instances::problem::Decay;
use crate::instances::{NetworkKind, Problem};
use crate::model::{Carrier, Loss, Network, Piecewise};
use crate::scalar::{Rational, Ring};
use crate::verify::{Claim, Class, Draw, Draws, In, Ladder, Relation, Unjudged, all, control};

/// Equal gradient noise in every layer.
#[derive(Clone, Copy)]
pub(super) struct Equipartition {
    /// Small networks of a control's own, in place of those of a kind.
    small: Option<Small>,
    /// Whether a random point passes for a stationary one.
    stationary: bool,
}

/// A small network, with its decay and the class of its point.
#[derive(Clone, Copy)]
struct Small {
    activation: Piecewise,
    bias: bool,
    decay: Decay,
    class: Class,
}

pub(super) const LAW: Equipartition = Equipartition { small: None, stationary: false };
const SMALL: Small = Small { activation: Piecewise::LeakyRelu, bias: false, decay: Decay::None, class: Class::Generic };
const STATIONARY: Small = Small { class: Class::Stationary, ..SMALL };

/// `balance/equipartition`
pub static CLAIM: Claim = Claim {
    id: "balance/equipartition",
    title: "equipartition of gradient noise over layers",
    statement: "E|g_{W_1}|^2 = E|g_{W_2}|^2 = ... = E|g_{W_D}|^2 where grad F = 0",
    hypotheses: &[
        "a chain of layers; every activation is homogeneous of degree 1; there are no biases; gamma = 0; Lambda = eta I",
        "off-shell E|g_{W_l}|^2 = E|g_{W_{l+1}}|^2 - (2/eta) (A theta)^T grad F with A theta = (W_l, -W_{l+1})",
        MADE_STATIONARY,
        KINKS,
    ],
    references: &[PAPER],
    builds_on: &["balance/master"],
    law: &[all(&Ladder(LAW))],
    controls: &[
        control(
            "with-biases",
            "a stationary point of a network with biases",
            &Ladder(Equipartition { small: Some(Small { bias: true, ..STATIONARY }), ..LAW }),
        ),
        control(
            "with-decay",
            "a stationary point with weight decay, layers of unequal norm",
            &Ladder(Equipartition { small: Some(Small { decay: Decay::Positive, ..STATIONARY }), ..LAW }),
        ),
        control(
            "degree-two",
            "squared ReLU",
            &Ladder(Equipartition { small: Some(Small { activation: Piecewise::SquaredRelu, ..SMALL }), ..LAW }),
        ),
        control(
            "not-stationary",
            "the law itself at a random point",
            &Ladder(Equipartition { small: Some(SMALL), stationary: true }),
        ),
    ],
};

impl Draws for Equipartition {
    type Instance = Problem;

    fn draw(&self, draw: &mut Draw) -> Result<Problem, Unjudged> {
        // Narrower networks have no stationary point with gradient noise at a random theta: the controls would be vacuous.
        let widths = [(); 3].map(|()| 2 + draw.family.below(2));
        let (class, network, decay) = match self.small {
            None => {
                let class = class_of(draw);
                (class, NetworkKind::HomogeneousWithoutBias.network(&mut draw.family, class), Decay::None)
            }
            Some(Small { activation, bias, decay, class }) => {
                (class, Network::mlp(&widths, activation, bias, Loss::SquaredError), decay)
            }
        };
        Ok(draw_problem(draw, class, network, decay))
    }
}

impl<T: Carrier> In<T> for Equipartition {
    fn relations(&self, problem: &Problem) -> Result<Vec<Relation<T>>, Unjudged> {
        let mut at = LawPoint::<T>::of(problem, self.stationary)?;
        let layout = problem.network.layout().expect("networks of this kind have layers");
        let size = |layer: usize| problem.theta[layout.weights(layer)].iter().map(Rational::squared).sum::<Rational>();
        let [first, second] = [0, 1].map(size);
        if !problem.weight_decay.is_zero()
            && Rational::from(&first - &second).abs() * 32 < Rational::from(&first + &second)
        {
            // Few-bit weights meet by accident now and then, or nearly, and the decay terms cancel.
            return Err(Unjudged::outside("the layers have nearly equal norms: the decay hardly shows"));
        }
        // The law as stated knows no decay, whatever made the point stationary.
        at.point.weight_decay = T::zero();
        at.positive_sides = true;
        let relation = |layer: usize| {
            let blocks =
                [("E|g_{W_l}|^2", layer, 1), ("E|g_{W_{l+1}}|^2", layer + 1, -1)].map(|(noise, layer, coefficient)| {
                    Block { noise, decay: "", parameters: layout.weights(layer).collect(), coefficient }
                });
            at.rescaling_law(format!("layers {layer} and {}", layer + 1), &blocks)
        };
        Ok((0..layout.depth() - 1).map(relation).collect())
    }
}
