//! A small decoder in the manner of Llama: pre-norm blocks of attention and a gated mlp on a residual stream.

use super::{AttentionShape, ComposeError, Composed, Epsilon, Layer, Named, Statistic};
use crate::model::Loss;
use crate::model::activation::Activation;

/// The sizes of a decoder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecoderShape {
    /// Tokens.
    pub vocabulary: usize,
    /// Tokens in a sequence.
    pub positions: usize,
    /// The width of the residual stream.
    pub width: usize,
    /// The width between the matrices of the gated mlp.
    pub hidden: usize,
    /// Blocks.
    pub blocks: usize,
    /// Their attention.
    pub attention: AttentionShape,
    /// The activation of the gates.
    pub activation: Activation,
    /// Every norm: RMS norm with gain, or layer norm with gain and bias.
    pub statistic: Statistic,
    /// Of every norm.
    pub epsilon: Epsilon,
    /// Learned positions, added to the embeddings.
    pub learned_positions: bool,
    /// Biases in the gated mlp.
    pub mlp_bias: bool,
    /// Whether the unembedding is the embedding.
    pub tied: bool,
}

impl DecoderShape {
    /// The norm in front of every attention, every mlp, and the unembedding.
    fn norm(&self) -> Layer {
        let bias = self.statistic == Statistic::Layer;
        Layer::Norm { statistic: self.statistic, gain: true, bias, epsilon: self.epsilon.clone() }
    }

    /// The decoder: `embedding`, `positions`, then for each block `blockN.attention` and `blockN.mlp` on the residual
    /// stream, each after a norm of its own, then `norm` and `unembedding`; cross-entropy at every position.
    ///
    /// # Errors
    /// [`ComposeError`] if sizes do not fit.
    pub fn network(&self) -> Result<Composed, ComposeError> {
        let named = |name: &str, layer: Layer| Named { name: name.to_owned(), layer };
        let mut layers = vec![named("embedding", Layer::Embedding { width: self.width })];
        if self.learned_positions {
            layers.push(named("positions", Layer::Positions));
        }
        for block in 0..self.blocks {
            let attention = Layer::Attention(self.attention.clone());
            let mlp = Layer::GatedMlp { hidden: self.hidden, activation: self.activation, bias: self.mlp_bias };
            for (norm, name, layer) in [("attention_norm", "attention", attention), ("mlp_norm", "mlp", mlp)] {
                let inside = vec![named(norm, self.norm()), named(name, layer)];
                layers.push(named(&format!("block{block}"), Layer::Residual(inside)));
            }
        }
        layers.push(named("norm", self.norm()));
        layers.push(named(
            "unembedding",
            if self.tied {
                Layer::TiedUnembedding { embedding: "embedding".to_owned() }
            } else {
                Layer::Linear { width: self.vocabulary, bias: false }
            },
        ));
        Composed::new(self.positions, self.vocabulary, layers, Loss::CrossEntropy)
    }
}
