//! The keys of every table of a model file. The reader and the JSON Schema are both made from these lists.

use super::{LARGEST_SIZE, MOST_POSITIONS};

/// What stands behind a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An integer from 1 to this.
    Size(usize),
    /// `true` or `false`.
    Flag,
    /// Any text that serves as a name.
    Name,
    /// One of these words.
    Word(&'static [&'static str]),
    /// An exact number, not negative, or the word `trained`.
    Epsilon,
    /// `true` for rotary positions with default angles, or an array of exact numbers.
    Rotary,
    /// An array of layers.
    Layers,
    /// The table `input`.
    Input,
}

/// One key of a table.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// The key.
    pub name: &'static str,
    /// What stands behind it.
    pub kind: Kind,
    /// Whether it must be there.
    pub required: bool,
    /// What it means, and what stands in for it.
    pub meaning: &'static str,
}

/// A kind of layer.
#[derive(Clone, Copy, Debug)]
pub struct LayerKind {
    /// What stands behind the key `kind`.
    pub name: &'static str,
    /// What the layer does.
    pub meaning: &'static str,
    /// Its keys besides `kind` and `name`.
    pub keys: &'static [Key],
}

const fn required(name: &'static str, kind: Kind, meaning: &'static str) -> Key {
    Key { name, kind, required: true, meaning }
}

const fn optional(name: &'static str, kind: Kind, meaning: &'static str) -> Key {
    Key { name, kind, required: false, meaning }
}

/// The losses by name.
pub const LOSSES: &[&str] = &["squared-error", "cross-entropy", "logistic"];
/// The activations by name.
pub const ACTIVATIONS: &[&str] = &["identity", "relu", "leaky-relu", "squared-relu", "tanh", "sigmoid", "gelu", "silu"];
/// The statistics of norms by name.
pub const STATISTICS: &[&str] = &["rms", "layer"];

/// The keys of the file.
pub const FILE: &[Key] = &[
    required("loss", Kind::Word(LOSSES), "The loss, summed over positions; it stands before the first table."),
    required("input", Kind::Input, "What the network reads."),
    required("layers", Kind::Layers, "The layers, from the input to the output."),
];

/// The keys of the table `input`.
pub const INPUT: &[Key] = &[
    optional("positions", Kind::Size(MOST_POSITIONS), "The length of the sequence; 1 if absent."),
    optional("width", Kind::Size(LARGEST_SIZE), "Numbers at each position; or else `vocabulary`."),
    optional(
        "vocabulary",
        Kind::Size(LARGEST_SIZE),
        "Tokens to choose from at each position; the first layer is then an embedding.",
    ),
];

/// The keys that every layer has.
pub const COMMON: &[Key] = &[
    required("kind", Kind::Word(LAYER_KINDS), "What the layer does."),
    optional("name", Kind::Name, "The name of the layer, unique, without dots; its kind and a number if absent."),
];

/// The kinds of layers by name, in the order of [`LAYERS`].
pub const LAYER_KINDS: &[&str] = &[
    "linear",
    "bias",
    "activation",
    "embedding",
    "positions",
    "norm",
    "attention",
    "gated-mlp",
    "residual",
    "tied-unembedding",
];

/// The kinds of layers.
pub const LAYERS: &[LayerKind] = &[
    LayerKind {
        name: "linear",
        meaning: "W h + b.",
        keys: &[
            required("width", Kind::Size(LARGEST_SIZE), "The width of the output."),
            optional("bias", Kind::Flag, "Whether there is b; false if absent."),
        ],
    },
    LayerKind { name: "bias", meaning: "h + b.", keys: &[] },
    LayerKind {
        name: "activation",
        meaning: "Element by element.",
        keys: &[required("function", Kind::Word(ACTIVATIONS), "The activation.")],
    },
    LayerKind {
        name: "embedding",
        meaning: "The row of a table for each token.",
        keys: &[required("width", Kind::Size(LARGEST_SIZE), "The width of the output.")],
    },
    LayerKind { name: "positions", meaning: "h plus a learned vector for each position.", keys: &[] },
    LayerKind {
        name: "norm",
        meaning: "h / sqrt(mean h^2 + epsilon), times a gain, plus a bias; a layer norm subtracts the mean of h first.",
        keys: &[
            required("statistic", Kind::Word(STATISTICS), "Which norm."),
            optional("gain", Kind::Flag, "Whether there is a gain; true if absent."),
            optional("bias", Kind::Flag, "Whether there is a bias; false if absent."),
            required(
                "epsilon",
                Kind::Epsilon,
                "A number in a string such as \"1e-6\" or \"1/3\", an integer, or \"trained\".",
            ),
        ],
    },
    LayerKind {
        name: "attention",
        meaning: "Multi-head attention with queries, keys, values and an output matrix.",
        keys: &[
            optional("heads", Kind::Size(LARGEST_SIZE), "Query heads; 1 if absent."),
            optional(
                "groups",
                Kind::Size(LARGEST_SIZE),
                "Groups of heads that share keys and values; as many as heads if absent.",
            ),
            required("size", Kind::Size(LARGEST_SIZE), "The width of a head."),
            optional(
                "rotary",
                Kind::Rotary,
                "Rotary positions: true, or for every pair of coordinates the tangent of half its angle; false if absent.",
            ),
            optional("causal", Kind::Flag, "Whether positions see only themselves and earlier ones; true if absent."),
            optional("bias", Kind::Flag, "Whether all four matrices have biases; false if absent."),
        ],
    },
    LayerKind {
        name: "gated-mlp",
        meaning: "D (phi(G h) * (U h)).",
        keys: &[
            required("hidden", Kind::Size(LARGEST_SIZE), "The width between."),
            required("function", Kind::Word(ACTIVATIONS), "The activation phi."),
            optional("bias", Kind::Flag, "Whether all three matrices have biases; false if absent."),
        ],
    },
    LayerKind {
        name: "residual",
        meaning: "h plus what the layers inside make of it.",
        keys: &[required("layers", Kind::Layers, "The layers inside.")],
    },
    LayerKind {
        name: "tied-unembedding",
        meaning: "Logits from the table of an embedding.",
        keys: &[required(
            "embedding",
            Kind::Name,
            "The name of the embedding; those of nested layers are joined by dots.",
        )],
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Activation, Loss};

    #[test]
    fn every_word_means_something_and_nothing_is_left_out() {
        assert_eq!(LOSSES, Loss::ALL.map(|(name, _)| name));
        assert_eq!(ACTIVATIONS, Activation::ALL.map(|(name, _)| name));
        assert_eq!(LAYER_KINDS, LAYERS.iter().map(|kind| kind.name).collect::<Vec<_>>());
    }
}
