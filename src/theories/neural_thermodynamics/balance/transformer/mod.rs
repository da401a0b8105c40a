//! The balance laws of a transformer block: one claim for each family of symmetries.
//!
//! All are checked on small decoders under cross-entropy, drawn at random: positions rotary or learned, queries grouped or not, with and without
//! biases, causal mask, RMS or layer norm, tied embeddings.

mod attention;
pub(super) mod attention_keys;
pub(super) mod attention_values;
pub(super) mod gated_mlp;
pub(super) mod grouped_queries;
pub(super) mod norm_gain;
pub(super) mod residual_stream;
pub(super) mod rotary;

use super::law::draw_problem;
use crate::instances::Problem;
use crate::instances::decoders;
use crate::instances::problem::Decay;
use crate::model::Network;
use crate::model::composed::Composed;
use crate::model::composed::decoder::DecoderShape;
use crate::symmetry::transformer::attentions;
use crate::verify::{Class, Draw};

/// A random decoder; controls get no neurons that can be silent.
pub(super) fn random_shape(draw: &mut Draw) -> DecoderShape {
    let is_law = draw.is_law();
    decoders::random_shape(&mut draw.family, is_law)
}

/// A problem on the decoder, with weight decay: weights twice as large as usual and little decay, so that gradients that reach keys and
/// queries through a norm, a softmax and a norm are not small beside it. For a control the point is drawn again until every part has a gradient.
pub(super) fn problem(draw: &mut Draw, shape: &DecoderShape) -> Problem {
    let network = Network::Composed(shape.network().expect("the sizes fit"));
    loop {
        let mut problem = draw_problem(draw, Class::Smooth, network.clone(), Decay::Positive);
        for parameter in &mut problem.theta {
            *parameter *= 2;
        }
        problem.weight_decay /= 64;
        if draw.is_law() || every_matrix_moves(&problem) {
            return problem;
        }
    }
}

/// Whether every matrix, and every head's part of queries and outputs, has at least `2^-12` of the squared gradient, in doubles: a softmax can be saturated, a
/// gate silent, and then a control has nothing to break.
fn every_matrix_moves(problem: &Problem) -> bool {
    let point = problem.at::<f64>();
    let gradients = point.objective().sample_gradients(&point.theta);
    let square = |places: &[usize]| -> f64 {
        let of_sample = |gradient: &Vec<f64>| places.iter().map(|&place| gradient[place].powi(2)).sum::<f64>();
        gradients.iter().map(of_sample).sum()
    };
    let network = composed(problem);
    let matrices = network.parameters().iter().filter(|block| block.columns > 1 || block.name.ends_with("gain"));
    let mut blocks: Vec<Vec<usize>> = matrices.map(|block| block.range().collect()).collect();
    for attention in attentions(network) {
        for head in 0..attention.shape.heads {
            let units = 0..attention.shape.size;
            blocks.push(units.clone().flat_map(|unit| attention.row("query", head, unit)).collect());
            blocks.push(units.flat_map(|unit| attention.output_column(head, unit)).collect());
        }
    }
    let everything: Vec<usize> = (0..point.theta.len()).collect();
    let least = square(&everything) / 4096.0;
    // Where nothing has a gradient no part has a share of it.
    least > 0.0 && blocks.iter().all(|block| square(block) >= least)
}

/// The composed network of a problem drawn here.
pub(super) fn composed(problem: &Problem) -> &Composed {
    match &problem.network {
        Network::Composed(composed) => composed,
        _ => unreachable!("transformer claims draw decoders"),
    }
}
