//! `balance/residual-stream`: all that writes to the residual stream is in balance with the decay.
//!
//! ```text
//! E|g_W|^2 [+ 2 E g_epsilon^2] [- E|g_gain|^2 - E|g_bias|^2]
//!     = (4 gamma / eta) (|W|^2 [+ 2 epsilon^2] [- |gain|^2 - |bias|^2])   where grad F = 0
//! ```
//!
//! `W` are all writers, `eta` is the learning rate, `gamma` the weight decay; the first bracket is for trained epsilons, the second, of the final
//! norm, for a tied unembedding. Source: [`PAPER`].

use super::super::PAPER;
use super::super::law::{Block, LawPoint};
use super::{composed, problem, random_shape};
use crate::instances::Problem;
use crate::model::Carrier;
use crate::model::composed::{Epsilon, Layer, Statistic};
use crate::scalar::Rational;
use crate::symmetry::transformer::stream_writers;
use crate::verify::routes::Transcendental;
use crate::verify::{Claim, Draw, Draws, In, Relation, Unjudged, all, control};

/// The law of all that writes to the residual stream.
#[derive(Clone, Copy)]
pub(in super::super) struct ResidualStream {
    /// Whether epsilon is 1/2 and constant.
    constant_epsilon: bool,
    /// Whether the final norm enters where the unembedding is tied; if not, it is always tied.
    compensates: bool,
    /// Whether no writer is left out.
    all_writers: bool,
    /// Whether a random point passes for a stationary one.
    stationary: bool,
}

pub(in super::super) const LAW: ResidualStream =
    ResidualStream { constant_epsilon: false, compensates: true, all_writers: true, stationary: false };

/// `balance/residual-stream`
pub static CLAIM: Claim = Claim {
    id: "balance/residual-stream",
    title: "the noise of all writers to the residual stream",
    statement: "E|g_W|^2 [+ 2 E g_epsilon^2] [- E|g_gain|^2 - E|g_bias|^2] = (4 gamma / eta) (|W|^2 [+ 2 epsilon^2] [- |gain|^2 - |bias|^2]) where grad F = 0, \
        W all writers: embedding, learned positions, attention outputs, down projections",
    hypotheses: &[
        "every reader of the stream stands behind a norm",
        "with epsilon = 0 no norm meets a zero vector, and no layer norm one of equal entries: there is no loss there, and such a point is excluded",
        "epsilon = 0; or epsilon is a parameter too, of weight 2: the first bracket, summed over norms",
        "the unembedding is not tied; or else the gain and the bias of the final norm compensate: the second bracket",
        "biases of writers belong to W; Lambda = eta I; checked off-shell, with the further term -(2/eta) (A theta)^T grad F",
    ],
    references: &[PAPER],
    builds_on: &["balance/master"],
    law: &[all(&Transcendental(LAW))],
    controls: &[
        control(
            "epsilon",
            "a constant epsilon of 1/2: the stream's scale is not free",
            &Transcendental(ResidualStream { constant_epsilon: true, ..LAW }),
        ),
        control(
            "tied-writers-alone",
            "a tied unembedding without the compensation",
            &Transcendental(ResidualStream { compensates: false, ..LAW }),
        ),
        control(
            "missing-writer",
            "the last writer left out",
            &Transcendental(ResidualStream { all_writers: false, ..LAW }),
        ),
        control(
            "not-stationary",
            "the law itself at a random point",
            &Transcendental(ResidualStream { stationary: true, ..LAW }),
        ),
    ],
};

impl Draws for ResidualStream {
    type Instance = Problem;

    fn draw(&self, draw: &mut Draw) -> Result<Problem, Unjudged> {
        let mut shape = random_shape(draw);
        shape.epsilon = match draw.family.coin() {
            _ if self.constant_epsilon => Epsilon::Fixed(Rational::from((1, 2))),
            true => Epsilon::Fixed(Rational::new()),
            false => Epsilon::Trained,
        };
        // With two coordinates and no epsilon an RMS norm has one direction to move in: a third gives it room.
        shape.width = 3;
        shape.tied |= !self.compensates;
        Ok(problem(draw, &shape))
    }
}

impl<T: Carrier> In<T> for ResidualStream {
    fn relations(&self, problem: &Problem) -> Result<Vec<Relation<T>>, Unjudged> {
        let network = composed(problem);
        if !has_first_norm(problem) {
            return Err(Unjudged::outside("without epsilon the first norm meets a vector that it cannot normalise"));
        }
        let at = LawPoint::<T>::new(problem, self.stationary);
        let mut writers = stream_writers(network);
        if !self.all_writers {
            writers.pop();
        }
        let mut blocks = vec![Block {
            noise: "E|g_W|^2",
            decay: "(4 gamma / eta) |W|^2",
            parameters: writers.concat(),
            coefficient: 1,
        }];
        let epsilons = network.epsilons();
        if !epsilons.is_empty() {
            blocks.push(Block {
                noise: "2 E g_epsilon^2",
                decay: "(4 gamma / eta) 2 epsilon^2",
                parameters: epsilons,
                coefficient: 2,
            });
        }
        let tied = network.parameter("unembedding.weight").is_none();
        if tied && self.compensates {
            for (name, noise, decay) in [
                ("norm.gain", "-E|g_gain|^2", "-(4 gamma / eta) |gain|^2"),
                ("norm.bias", "-E|g_bias|^2", "-(4 gamma / eta) |bias|^2"),
            ] {
                let parameters = network.parameter(name).map(|block| block.range().collect());
                blocks.extend(parameters.map(|parameters| Block { noise, decay, parameters, coefficient: -1 }));
            }
        }
        Ok(vec![at.rescaling_law("the residual stream".to_owned(), &blocks)])
    }
}

/// Whether the first norm has something to normalise at every position of every sample: embedding and position are rational, so that it can be
/// told. Behind it the stream is algebraic in numbers that were drawn, and has no reason to vanish.
fn has_first_norm(problem: &Problem) -> bool {
    let network = composed(problem);
    let first = network.all_layers().into_iter().find_map(|(_, layer)| match layer {
        Layer::Norm { statistic, epsilon, .. } => Some((*statistic, epsilon)),
        _ => None,
    });
    let Some((statistic, Epsilon::Fixed(epsilon))) = first else { return true };
    if !epsilon.is_zero() {
        return true;
    }
    let table = network.parameter("embedding.weight").expect("decoders have an embedding");
    let places = network.parameter("positions.weight");
    let width = network.input_width();
    let entry = |tokens: &[Rational], position: usize, column: usize| -> Rational {
        let embedded = tokens
            .iter()
            .enumerate()
            .map(|(row, token)| Rational::from(token * &problem.theta[table.entry(row, column)]));
        let learned = places.map(|block| problem.theta[block.entry(position, column)].clone()).unwrap_or_default();
        embedded.sum::<Rational>() + learned
    };
    problem.data.samples().iter().all(|sample| {
        sample.input.chunks(width).enumerate().all(|(position, tokens)| {
            let stream: Vec<Rational> = (0..table.columns).map(|column| entry(tokens, position, column)).collect();
            match statistic {
                Statistic::Rms => stream.iter().any(|entry| !entry.is_zero()),
                Statistic::Layer => stream.iter().any(|entry| *entry != stream[0]),
            }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::Case;

    /// An embedding of equal entries is constant, and nothing is left of it once a layer norm has subtracted its mean.
    #[test]
    fn a_layer_norm_without_epsilon_has_no_loss_at_a_constant_embedding() {
        let mut found = 0;
        for index in 0..4 {
            let mut draw = Draw::keyed(CLAIM.id, "law", 5, Case::Law, index);
            let mut shape = random_shape(&mut draw);
            shape.statistic = Statistic::Layer;
            shape.width = 3;
            shape.learned_positions = false;
            shape.epsilon = Epsilon::Fixed(Rational::new());
            let mut problem = problem(&mut draw, &shape);
            assert!(has_first_norm(&problem));
            let table = composed(&problem).parameter("embedding.weight").unwrap().range();
            for place in table {
                problem.theta[place] = Rational::from(2);
            }
            assert!(!has_first_norm(&problem));
            found += usize::from(In::<f64>::relations(&LAW, &problem).is_err());
        }
        assert_eq!(found, 4);
    }
}
