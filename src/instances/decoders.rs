//! Small random decoders, for the claims about transformers.

use crate::model::composed::decoder::DecoderShape;
use crate::model::composed::{AttentionShape, Epsilon, Statistic};
use crate::model::{Activation, Piecewise, Smooth};
use crate::scalar::Rational;
use crate::verify::Stream;

/// A random decoder of one block: as small as it can be and still have everything. With `silent`
/// neurons of the gated mlp may be silent: squared ReLU.
pub fn random_shape(stream: &mut Stream, silent: bool) -> DecoderShape {
    let groups = 1 + stream.below(2);
    let (size, rotary) = if stream.coin() { (2, true) } else { (1 + stream.below(2), false) };
    let attention = AttentionShape {
        heads: groups * (1 + stream.below(2)),
        groups,
        size,
        rotary: if rotary { AttentionShape::default_rotary(size) } else { Vec::new() },
        causal: stream.coin(),
        bias: stream.coin(),
    };
    let activations: [Activation; 4] =
        [Smooth::Silu.into(), Smooth::Gelu.into(), Smooth::Tanh.into(), Piecewise::SquaredRelu.into()];
    let statistic = if stream.coin() { Statistic::Rms } else { Statistic::Layer };
    DecoderShape {
        vocabulary: 2 + stream.below(2),
        positions: 2 + stream.below(2),
        // In two dimensions a layer norm outputs signs, which nothing moves.
        width: if statistic == Statistic::Layer { 3 } else { 2 + stream.below(2) },
        hidden: 1 + stream.below(2),
        blocks: 1,
        attention,
        activation: *stream.pick(if silent { &activations } else { &activations[..3] }),
        statistic,
        epsilon: Epsilon::Fixed(Rational::from((1, 16))),
        learned_positions: stream.coin(),
        mlp_bias: stream.coin(),
        tied: stream.coin(),
    }
}
