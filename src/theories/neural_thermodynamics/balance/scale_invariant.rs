//! `balance/scale-invariant`: a block whose scale does not matter is in balance with the decay.
//!
//! ```text
//! E|g|^2 = (4 gamma / eta) |theta|^2   where grad F = 0
//! ```
//!
//! `theta` is the block, `g` the gradient with respect to it, `eta` the learning rate, `gamma` the weight decay. Source: [`PAPER`].

use super::PAPER;
use super::law::{Block, LawPoint, class_of, draw_problem};
use crate::instances::problem::Decay;
use crate::instances::{NetworkKind, Problem};
use crate::model::{Carrier, Loss, Network, Piecewise};
use crate::scalar::Rational;
use crate::verify::{Claim, Class, Draw, Draws, In, Ladder, Relation, Unjudged, all, control};

/// The balance law of a block whose scale does not matter.
#[derive(Clone, Copy)]
pub(super) struct ScaleInvariant {
    /// Whether the networks have such a block.
    invariant: bool,
    /// Whether a random point passes for a stationary one.
    stationary: bool,
}

pub(super) const LAW: ScaleInvariant = ScaleInvariant { invariant: true, stationary: false };

/// `balance/scale-invariant`
pub static CLAIM: Claim = Claim {
    id: "balance/scale-invariant",
    title: "balance of a scale-invariant block",
    statement: "E|g|^2 = (4 gamma / eta) |theta|^2 where grad F = 0",
    hypotheses: &[
        "the loss does not change when the block theta is multiplied by a positive number; Lambda = eta I",
        "the loss exists at theta: theta is not 0, and no vector that is normalised vanishes; networks with two normalised layers are drawn with smooth activations, since a layer of ReLUs can die",
        "off-shell the right side has the further term -(2/eta) (A theta)^T grad F with A theta = theta on the block and 0 elsewhere",
        "checked for a quotient of quadratic forms, in part at points made exactly stationary by weights of the mean of either sign, and off-shell for layers behind which an RMS norm without epsilon stands",
    ],
    references: &[PAPER],
    builds_on: &["balance/master"],
    law: &[all(&Ladder(LAW))],
    controls: &[
        control(
            "not-invariant",
            "the weights of a layer without normalisation",
            &Ladder(ScaleInvariant { invariant: false, ..LAW }),
        ),
        control(
            "not-stationary",
            "the law itself at a random point",
            &Ladder(ScaleInvariant { stationary: true, ..LAW }),
        ),
    ],
};

impl Draws for ScaleInvariant {
    type Instance = Problem;

    fn draw(&self, draw: &mut Draw) -> Result<Problem, Unjudged> {
        let class = if draw.is_law() { class_of(draw) } else { Class::Generic };
        let network = if self.invariant {
            NetworkKind::ScaleInvariant.network(&mut draw.family, class)
        } else {
            let widths = [2, 1 + draw.family.below(3), 1 + draw.family.below(2)];
            Network::mlp(&widths, Piecewise::LeakyRelu, false, Loss::SquaredError)
        };
        Ok(draw_problem(draw, class, network, Decay::Positive))
    }
}

impl<T: Carrier> In<T> for ScaleInvariant {
    fn relations(&self, problem: &Problem) -> Result<Vec<Relation<T>>, Unjudged> {
        if !has_direction(problem) {
            return Err(Unjudged::outside("a vector that is to be normalised vanishes"));
        }
        let at = LawPoint::<T>::of(problem, self.stationary)?;
        let blocks: Vec<(String, Vec<usize>)> = match problem.network.layout() {
            None => vec![("all parameters".to_owned(), (0..problem.theta.len()).collect())],
            Some(layout) => (0..layout.depth() - 1)
                .map(|layer| (format!("layer {layer}"), layout.weights(layer).chain(layout.biases(layer)).collect()))
                .collect(),
        };
        let relation = |(name, parameters)| {
            let block = Block { noise: "E|g|^2", decay: "(4 gamma / eta) |theta|^2", parameters, coefficient: 1 };
            at.rescaling_law(name, &[block])
        };
        Ok(blocks.into_iter().map(relation).collect())
    }
}

/// Whether the first norm has something to normalise on every sample, where there is one: weights and inputs are rational, so that it can be told.
/// Behind it what is normalised is algebraic in numbers that were drawn, and has no reason to vanish.
fn has_direction(problem: &Problem) -> bool {
    let Network::Mlp { layout, normalised: true, .. } = &problem.network else { return true };
    problem.data.samples().iter().all(|sample| {
        (0..layout.widths()[1]).any(|unit| {
            let weights = (0..layout.widths()[0]).map(|column| &problem.theta[layout.weight(0, unit, column)]);
            let sum: Rational = weights.zip(&sample.input).map(|(weight, input)| Rational::from(weight * input)).sum();
            let bias = layout.biases(0).nth(unit).map(|place| problem.theta[place].clone()).unwrap_or_default();
            !(sum + bias).is_zero()
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::{Case, Drawn};

    /// Without weights and biases no unit of a layer has anything, and the loss is 0/0.
    #[test]
    fn a_layer_that_has_nothing_to_normalise_is_outside_the_hypotheses() {
        let mut found = 0;
        for index in 0..32 {
            let mut problem = LAW.draw(&mut Draw::keyed(CLAIM.id, "law", 12, Case::Law, index)).unwrap();
            assert!(In::<f64>::relations(&LAW, &problem).is_ok(), "{}", problem.describe());
            if let Some(layout) = problem.network.layout().cloned() {
                layout.weights(0).chain(layout.biases(0)).for_each(|place| problem.theta[place] = Rational::new());
                assert!(In::<f64>::relations(&LAW, &problem).is_err(), "{}", problem.describe());
                found += 1;
            }
        }
        assert!(found > 0);
    }
}
