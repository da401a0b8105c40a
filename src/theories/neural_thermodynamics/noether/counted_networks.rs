//! The networks whose conserved quantities are counted.

use super::counted::{Counted, layout, neighbours};
use super::patterns::Defect;
use crate::model::mlp::Layout;
use crate::model::{Loss, Network, Piecewise};
use crate::scalar::Rational;
use crate::verify::{Draw, Stream, Unjudged};

/// The networks of the law, and those of controls.
#[derive(Clone, Copy)]
pub enum Networks {
    /// Of every four families two are linear networks, with an over-wide layer and with another one, and two are ReLU networks, with forced
    /// patterns and with those of their own points.
    OfLaw,
    /// Linear, with hidden layers between two layers of width 1.
    ScalarSegment,
    /// Linear, with the last coordinate of every input 0.
    InputsInAHyperplane,
    /// Linear, with an over-wide layer.
    OverWide,
    /// Linear, without layers of width 1, which have neither rotations nor generators that are not symmetric.
    Broad,
    /// ReLU behind a hidden layer of width 1.
    BehindWidthOne,
    /// ReLU with forced patterns that have a flaw.
    Flawed(Flaw),
}

/// What is wrong with forced patterns.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    DeadNeuron,
    SharedPattern,
    DeadConnection,
    SplitNeuron,
}

impl Flaw {
    /// A defect of this kind somewhere in a network of these widths.
    fn somewhere(self, stream: &mut Stream, widths: &[usize]) -> Defect {
        match self {
            Flaw::SplitNeuron => Defect::SplitNeuron(1, stream.below(widths[2])),
            Flaw::DeadConnection => Defect::DeadConnection(0, stream.below(widths[1]), stream.below(widths[2])),
            Flaw::DeadNeuron => {
                let layer = stream.below(2);
                Defect::DeadNeuron(layer, stream.below(widths[layer + 1]))
            }
            Flaw::SharedPattern => {
                let layer = stream.below(2);
                let last = widths[layer + 1] - 1;
                Defect::SharedPattern(layer, stream.below(last), last)
            }
        }
    }
}

impl Networks {
    /// Draws a network with its point and samples.
    ///
    /// # Errors
    /// [`Unjudged`] if no point is found whose own patterns are those asked for.
    pub fn draw(self, draw: &mut Draw) -> Result<Counted, Unjudged> {
        let stream = &mut draw.family;
        let network = match self {
            Networks::OfLaw => return draw_law(draw),
            Networks::ScalarSegment => Network::deep_linear(&around_scalar_segment(stream)),
            Networks::InputsInAHyperplane => until(|| linear_network(stream), |network| network.input_len() > 1),
            Networks::OverWide => until(|| linear_network(stream), has_over_wide_layer),
            Networks::Broad => {
                let widths: Vec<_> = (0..3 + stream.below(2)).map(|_| 2 + stream.below(2)).collect();
                Network::deep_linear(&widths)
            }
            Networks::BehindWidthOne => {
                let widths = [2 + stream.below(2), 1, 2 + stream.below(2), 1 + stream.below(2)];
                return Counted::with_own_patterns(draw, relu(&widths, false), |defects| !defects.is_empty());
            }
            Networks::Flawed(flaw) => {
                let splits = flaw == Flaw::SplitNeuron;
                // Three hidden layers without biases, as a bias links all neighbours of its neuron.
                let widths: Vec<_> = (0..if splits { 5 } else { 4 }).map(|_| 2 + stream.below(2)).collect();
                let network = relu(&widths, !splits && stream.coin());
                let defect = flaw.somewhere(stream, &widths);
                return Ok(Counted::with_forced_patterns(draw, network, Some(defect)));
            }
        };
        let mut counted = Counted::linear(draw, network);
        if let Networks::InputsInAHyperplane = self {
            for last in counted.samples.iter_mut().filter_map(|sample| sample.input.last_mut()) {
                *last = Rational::new();
            }
        }
        Ok(counted)
    }
}

/// An instance of the law.
fn draw_law(draw: &mut Draw) -> Result<Counted, Unjudged> {
    match draw.family_number() % 4 {
        1 => {
            let network = relu_network(&mut draw.family);
            Ok(Counted::with_forced_patterns(draw, network, None))
        }
        3 => {
            let network = separating_relu_network(&mut draw.family);
            Counted::with_own_patterns(draw, network, <[Defect]>::is_empty)
        }
        number => {
            let fit = if number == 0 { has_over_wide_layer } else { has_other_layer };
            let network = until(|| linear_network(&mut draw.family), fit);
            Ok(Counted::linear(draw, network))
        }
    }
}

/// A linear network, with biases or without.
fn linear(widths: &[usize], bias: bool) -> Network {
    if bias {
        Network::mlp(widths, Piecewise::Identity, true, Loss::SquaredError)
    } else {
        Network::deep_linear(widths)
    }
}

/// A ReLU network.
fn relu(widths: &[usize], bias: bool) -> Network {
    Network::mlp(widths, Piecewise::Relu, bias, Loss::SquaredError)
}

/// What `draw` draws first that is `fit`.
fn until<D>(mut draw: impl FnMut() -> D, fit: impl Fn(&D) -> bool) -> D {
    loop {
        let drawn = draw();
        if fit(&drawn) {
            return drawn;
        }
    }
}

/// Widths up to 4 with one to three hidden layers.
fn some_widths(stream: &mut Stream) -> Vec<usize> {
    (0..3 + stream.below(3)).map(|_| 1 + stream.below(4)).collect()
}

/// More parameters take too long.
const MOST_PARAMETERS: usize = 36;

/// A linear network with one to three hidden layers, outside of the exception.
fn linear_network(stream: &mut Stream) -> Network {
    let draw = || {
        let bias = stream.below(4) == 0;
        let mut widths = some_widths(stream);
        if stream.coin() {
            let layer = 1 + stream.below(widths.len() - 2);
            widths[layer] = neighbours(&widths, bias, layer) + 1 + stream.below(2);
        }
        linear(&widths, bias)
    };
    until(draw, |network| !has_scalar_segment(layout(network), 2) && is_small(network))
}

/// A ReLU network with one to three hidden layers, outside of the exception.
fn relu_network(stream: &mut Stream) -> Network {
    let draw = || {
        let bias = stream.coin();
        relu(&some_widths(stream), bias)
    };
    until(draw, |network| !has_scalar_segment(layout(network), 1) && is_small(network))
}

/// A ReLU network whose own activation patterns are likely to tell its neurons apart: at most three in a layer, and at most
/// two behind a hidden layer of width 1. Without biases what such a layer hands on is one number times a fixed vector, so
/// that all neurons behind it are active together: then at most one.
fn separating_relu_network(stream: &mut Stream) -> Network {
    let separates = |network: &Network| {
        let (widths, bias) = (layout(network).widths(), layout(network).has_bias());
        let most = |before: usize| if before > 1 { 3 } else { 1 + usize::from(bias) };
        widths[..widths.len() - 1].windows(2).all(|pair| pair[1] <= most(pair[0]))
    };
    until(|| relu_network(stream), separates)
}

fn is_small(network: &Network) -> bool {
    network.parameter_count() <= MOST_PARAMETERS
}

/// `r - s` for each hidden layer, as far as it is above 0: by how much it is wider than its neighbours together.
fn excess_widths(network: &Network) -> impl Iterator<Item = usize> + '_ {
    let (widths, bias) = (layout(network).widths(), layout(network).has_bias());
    (1..widths.len() - 1).map(move |layer| widths[layer].saturating_sub(neighbours(widths, bias, layer)))
}

/// Whether some hidden layer is wider than its neighbours together.
fn has_over_wide_layer(network: &Network) -> bool {
    excess_widths(network).any(|excess| excess > 0)
}

/// Whether some hidden layer is not.
fn has_other_layer(network: &Network) -> bool {
    excess_widths(network).any(|excess| excess == 0)
}

/// Whether, without biases, two layers of width 1 have at least `least` layers between them, all of them wider.
fn has_scalar_segment(layout: &Layout, least: usize) -> bool {
    let mut runs = layout.widths().split(|&width| width == 1).map(<[usize]>::len);
    // What comes before the first layer of width 1 and after the last has one end only.
    runs.next();
    runs.next_back();
    !layout.has_bias() && runs.any(|run| run >= least)
}

/// Widths with two or three hidden layers between two layers of width 1, sometimes with layers around them.
fn around_scalar_segment(stream: &mut Stream) -> Vec<usize> {
    let mut widths = vec![1];
    widths.extend((0..2 + stream.below(2)).map(|_| 2 + stream.below(2)));
    widths.push(1);
    if stream.coin() {
        widths.insert(0, 1 + stream.below(3));
    }
    if stream.coin() {
        widths.push(1 + stream.below(3));
    }
    widths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scalar_segment_has_an_end_of_width_one_on_either_side() {
        let has = |widths: &[usize], least| has_scalar_segment(&Layout::new(widths.to_vec(), false), least);
        assert!(has(&[1, 2, 2, 1], 2) && has(&[2, 1, 3, 2, 1, 1], 2) && has(&[1, 2, 1], 1));
        assert!(!has(&[1, 2, 1], 2) && !has(&[1, 2, 2, 2], 1) && !has(&[2, 2, 2, 1], 1) && !has(&[2, 2, 1, 2, 2], 1));
        assert!(!has(&[1, 1, 1], 1) && !has(&[2, 2, 2], 1));
        assert!(!has_scalar_segment(&Layout::new(vec![1, 2, 2, 1], true), 1));
        let mut stream = Stream::new(&["segment"], 0, 0);
        assert!((0..50).all(|_| has(&around_scalar_segment(&mut stream), 2)));
    }
}
