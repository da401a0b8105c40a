//! `balance/scale-invariant`

use super::PAPER;
use super::law::{Block, Setting, class_of, draw_problem, made_stationary};
use crate::claim::problem::Decay;
use crate::claim::{Case, Class, Control, Draw, Entry, Evidence, Outside, Palette, Problem, Relation, Theorem};
use crate::model::{Carrier, Loss, Network, Piecewise};
use crate::scalar::Rational;

/// The balance law of a block whose scale does not matter.
pub struct ScaleInvariant;

static ENTRY: Entry = Entry {
    id: "balance/scale-invariant",
    title: "balance of a scale-invariant block",
    statement: "E|g|^2 = (4 gamma / eta) |theta|^2 where grad F = 0",
    hypotheses: &[
        "the loss does not change when the block theta is multiplied by a positive number; Lambda = eta I",
        "the loss exists at theta: theta is not 0, and no vector that is normalised vanishes; networks with two normalised layers are drawn with smooth activations, since a layer of ReLUs can die",
        "off-shell the right side has the further term -(2/eta) (A theta)^T grad F with A theta = theta on the block and 0 elsewhere",
        "checked for a quotient of quadratic forms, in part at points made exactly stationary by weights of the mean of either sign, and off-shell for layers behind which an RMS norm without epsilon stands",
    ],
    evidence: &[Evidence::Exact, Evidence::Enclosed, Evidence::Converged],
    controls: &[
        Control { name: "not-invariant", breaks: "the weights of a layer without normalisation" },
        Control { name: "not-stationary", breaks: "the law itself at a random point" },
    ],
    references: &[PAPER],
};

impl Theorem for ScaleInvariant {
    type Instance = Problem;

    fn entry(&self) -> &'static Entry {
        &ENTRY
    }

    fn draw(&self, mut draw: Draw) -> Problem {
        let class = class_of(&draw);
        let (class, network) = match draw.case {
            Case::Law => (class, Palette::ScaleInvariant.network(&mut draw.family, class)),
            case if case.is_control(&ENTRY, "not-invariant") => {
                let widths = [2, 1 + draw.family.below(3), 1 + draw.family.below(2)];
                (Class::Generic, Network::mlp(&widths, Piecewise::LeakyRelu, false, Loss::SquaredError))
            }
            _ => (Class::Generic, Palette::ScaleInvariant.network(&mut draw.family, Class::Generic)),
        };
        draw_problem(&mut draw, class, network, Decay::Positive)
    }

    fn relations<T: Carrier>(&self, problem: &Problem, case: Case) -> Result<Vec<Relation<T>>, Outside> {
        if !has_direction(problem) {
            return Err(Outside::because("a vector that is to be normalised vanishes"));
        }
        let stationary = problem.class == Class::Stationary;
        let problem = if stationary { &made_stationary(problem)? } else { problem };
        let setting = Setting::<T>::new(problem, case.is_control(&ENTRY, "not-stationary"));
        let blocks: Vec<(String, Vec<usize>)> = match problem.network.layout() {
            None => vec![("all parameters".to_owned(), (0..problem.theta.len()).collect())],
            Some(layout) => (0..layout.depth() - 1)
                .map(|layer| (format!("layer {layer}"), layout.weights(layer).chain(layout.biases(layer)).collect()))
                .collect(),
        };
        let relation = |(name, parameters)| {
            let block = Block { noise: "E|g|^2", decay: "(4 gamma / eta) |theta|^2", parameters, coefficient: 1 };
            setting.rescaling_law(name, &[block])
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
    use crate::claim::Drawn;

    /// Without weights and biases no unit of a layer has anything, and the loss is 0/0.
    #[test]
    fn a_layer_that_has_nothing_to_normalise_is_outside_the_hypotheses() {
        let mut found = 0;
        for index in 0..32 {
            let mut problem = ScaleInvariant.draw(Draw::new(&ENTRY, 12, Case::Law, index));
            assert!(ScaleInvariant.relations::<f64>(&problem, Case::Law).is_ok(), "{}", problem.describe());
            if let Some(layout) = problem.network.layout().cloned() {
                layout.weights(0).chain(layout.biases(0)).for_each(|place| problem.theta[place] = Rational::new());
                assert!(ScaleInvariant.relations::<f64>(&problem, Case::Law).is_err(), "{}", problem.describe());
                found += 1;
            }
        }
        assert!(found > 0);
    }
}
