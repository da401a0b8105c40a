//! Random networks, biased to the awkward.

use crate::model::linear::{FixedMatrix, LinearStack, Readout};
use crate::model::mlp::Layout;
use crate::model::rayleigh::Rayleigh;
use crate::model::{Activation, Loss, Network, Piecewise, Smooth};
use crate::verify::{Class, Stream};

/// Which networks a claim speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NetworkKind {
    /// Any multilayer perceptron, normalised ones and deep linear networks included.
    Any,
    /// Multilayer perceptrons with homogeneous activations, of any depth, under any loss.
    Homogeneous,
    /// Multilayer perceptrons with activations homogeneous of degree 1 and no biases.
    HomogeneousWithoutBias,
    /// Models that depend on a product of matrices: deep linear, adapters, factorisation, linear with biases.
    Linear,
    /// Models with an odd activation: sign flips are symmetries.
    Odd,
    /// Models with a block whose scale does not matter.
    ScaleInvariant,
    /// Softmax classifiers: the logits' shift is a symmetry.
    Softmax,
    /// RMS-normalised linear layers: rotations of hidden units are symmetries, general linear maps are not.
    Rotations,
    /// Multilayer perceptrons with an activation that is not homogeneous: a control.
    NotHomogeneous,
}

impl NetworkKind {
    /// Draws a network. Awkward instances get width 1 or the least depth more often than not.
    pub fn network(self, stream: &mut Stream, class: Class) -> Network {
        let network = self.draw_network(stream, class);
        match network {
            // The softmax of one logit is constant: such a loss says nothing.
            Network::Mlp { layout, activation, normalised, loss: Loss::CrossEntropy } => {
                let mut widths = layout.widths().to_vec();
                let last = widths.len() - 1;
                widths[last] = widths[last].max(2);
                let layout = Layout::new(widths, layout.has_bias());
                Network::Mlp { layout, activation, normalised, loss: Loss::CrossEntropy }
            }
            other => other,
        }
    }

    fn draw_network(self, stream: &mut Stream, class: Class) -> Network {
        let smooth = class == Class::Smooth;
        let algebraic = [Piecewise::Identity, Piecewise::Relu, Piecewise::LeakyRelu, Piecewise::SquaredRelu];
        let transcendental = [Smooth::Tanh, Smooth::Sigmoid, Smooth::Gelu, Smooth::Silu];
        let real_loss = |stream: &mut Stream| *stream.pick(&[Loss::CrossEntropy, Loss::Logistic]);
        match self {
            NetworkKind::Any => {
                let bias = stream.coin();
                let widths = widths(stream, class, 1);
                if !smooth {
                    Network::mlp(&widths, *stream.pick(&algebraic), bias, Loss::SquaredError)
                } else if stream.below(4) == 0 {
                    let widths = with_wide_hidden_layers(widths);
                    Network::normalised_mlp(&widths, *stream.pick(&transcendental), bias, Loss::SquaredError)
                } else {
                    let loss = *stream.pick(&[Loss::SquaredError, Loss::CrossEntropy, Loss::Logistic]);
                    Network::mlp(&widths, *stream.pick(&transcendental), bias, loss)
                }
            }
            NetworkKind::Homogeneous => {
                let bias = stream.coin();
                let loss = if smooth { real_loss(stream) } else { Loss::SquaredError };
                Network::mlp(&widths(stream, class, 1), *stream.pick(&algebraic), bias, loss)
            }
            NetworkKind::HomogeneousWithoutBias => {
                let loss = if smooth { real_loss(stream) } else { Loss::SquaredError };
                Network::mlp(&widths(stream, class, 1), *stream.pick(&algebraic[..3]), false, loss)
            }
            NetworkKind::Linear => {
                let widths = widths(stream, class, 1);
                match stream.below(if smooth { 1 } else { 6 }) {
                    0 if smooth => Network::mlp(&widths, Piecewise::Identity, stream.coin(), real_loss(stream)),
                    0 => Network::mlp(&widths, Piecewise::Identity, true, Loss::SquaredError),
                    1 => factorisation(&widths),
                    2 => adapter(stream, &widths),
                    3 => embedded(stream, &widths),
                    _ => Network::deep_linear(&widths),
                }
            }
            NetworkKind::Odd => {
                let widths = widths(stream, class, 1);
                if smooth {
                    let loss = *stream.pick(&[Loss::SquaredError, Loss::CrossEntropy, Loss::Logistic]);
                    Network::mlp(&widths, Smooth::Tanh, stream.coin(), loss)
                } else {
                    Network::mlp(&widths, Piecewise::Identity, stream.coin(), Loss::SquaredError)
                }
            }
            NetworkKind::ScaleInvariant => {
                if smooth {
                    let widths = with_wide_hidden_layers(widths(stream, class, 1));
                    // A layer whose ReLUs are all off has no direction to normalise in the next one.
                    let kinds = if widths.len() > 3 { &Activation::ALL[4..] } else { &Activation::ALL[..] };
                    let (_, activation) = *stream.pick(kinds);
                    Network::normalised_mlp(&widths, activation, stream.coin(), Loss::SquaredError)
                } else {
                    let dimension = if class == Class::Awkward { 2 } else { 2 + stream.below(4) };
                    Network::Rayleigh(Rayleigh { dimension })
                }
            }
            NetworkKind::Softmax => {
                let (_, activation) = *stream.pick(&Activation::ALL);
                Network::mlp(&widths(stream, class, 0), activation, true, Loss::CrossEntropy)
            }
            NetworkKind::Rotations => {
                if smooth {
                    let widths = with_wide_hidden_layers(widths(stream, class, 1));
                    Network::normalised_mlp(&widths, Piecewise::Identity, stream.coin(), Loss::SquaredError)
                } else {
                    Network::deep_linear(&with_wide_hidden_layers(widths(stream, class, 1)))
                }
            }
            NetworkKind::NotHomogeneous => {
                let loss = *stream.pick(&[Loss::SquaredError, Loss::CrossEntropy, Loss::Logistic]);
                // x s'(x) - s(x) is nowhere zero for the logistic function: no point is homogeneous by accident.
                Network::mlp(&widths(stream, class, 1), Smooth::Sigmoid, stream.coin(), loss)
            }
        }
    }
}

/// Widths with at least `hidden` hidden layers and at most two.
fn widths(stream: &mut Stream, class: Class, hidden: usize) -> Vec<usize> {
    if class == Class::Stationary {
        // Narrower networks have too few directions: with gamma = 0 stationarity would force the gradients to vanish.
        return (0..3).map(|_| 2 + stream.below(2)).collect();
    }
    let awkward = class == Class::Awkward;
    let hidden_layers = if awkward && stream.coin() { hidden } else { hidden + stream.below(3 - hidden) };
    (0..hidden_layers + 2).map(|_| if awkward && stream.coin() { 1 } else { 1 + stream.below(3) }).collect()
}

/// Hidden widths of at least 2: a normalised layer of width 1 outputs a sign, and a rotation needs a plane.
fn with_wide_hidden_layers(mut widths: Vec<usize>) -> Vec<usize> {
    let last = widths.len() - 1;
    for width in &mut widths[1..last] {
        *width = (*width).max(2);
    }
    widths
}

fn factorisation(widths: &[usize]) -> Network {
    let layout = Layout::new(widths.to_vec(), false);
    Network::Linear(LinearStack { layout, embedding: None, readout: Readout::Probe, frozen: None })
}

fn adapter(stream: &mut Stream, widths: &[usize]) -> Network {
    let (inputs, rank, outputs) = (widths[0], widths[1], widths[widths.len() - 1]);
    let frozen = fixed_matrix(stream, outputs, inputs);
    let layout = Layout::new(vec![inputs, rank, outputs], false);
    Network::Linear(LinearStack { layout, embedding: None, readout: Readout::Identity, frozen: Some(frozen) })
}

fn embedded(stream: &mut Stream, widths: &[usize]) -> Network {
    let embedding = Some(fixed_matrix(stream, widths[0], 2));
    let readout = Readout::Fixed(fixed_matrix(stream, 2, widths[widths.len() - 1]));
    Network::Linear(LinearStack { layout: Layout::new(widths.to_vec(), false), embedding, readout, frozen: None })
}

fn fixed_matrix(stream: &mut Stream, rows: usize, columns: usize) -> FixedMatrix {
    FixedMatrix::new(rows, (0..rows * columns).map(|_| stream.small()).collect())
}
