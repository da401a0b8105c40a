//! Which parameters of a composed network change together: the factors, rescalings and permutations of transformers.

use crate::model::composed::{AttentionShape, Composed, Layer, Parameter};

/// Two matrices `W` and `U` that enter through `U W`, or through `Q^T K`: for each unit between them the places of what writes it and of
/// what reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Factors {
    /// For each unit its row of `W`, with the bias as a further entry.
    pub incoming: Vec<Vec<usize>>,
    /// For each unit its column of `U`, or its rows of all queries.
    pub outgoing: Vec<Vec<usize>>,
}

/// The matrices of an attention layer.
pub struct Attention<'a> {
    /// The layer's full name.
    pub name: String,
    /// Its sizes.
    pub shape: &'a AttentionShape,
    network: &'a Composed,
}

/// All attention layers of a network.
pub fn attentions(network: &Composed) -> Vec<Attention<'_>> {
    let mut found = Vec::new();
    for (name, layer) in network.all_layers() {
        if let Layer::Attention(shape) = layer {
            found.push(Attention::new(network, name, shape));
        }
    }
    found
}

/// The rows of a matrix with their biases, if it has any.
fn row_with_bias(network: &Composed, name: &str, row: usize) -> Vec<usize> {
    let mut places: Vec<usize> = block(network, name).row(row).collect();
    places.extend(network.parameter(&format!("{name}_bias")).map(|bias| bias.entry(row, 0)));
    places
}

/// A block that the layer has by construction.
fn block<'a>(network: &'a Composed, name: &str) -> &'a Parameter {
    network.parameter(name).expect("the layer has this block")
}

impl<'a> Attention<'a> {
    /// The attention layer of that name and shape.
    pub fn new(network: &'a Composed, name: String, shape: &'a AttentionShape) -> Self {
        Attention { name, shape, network }
    }

    /// The heads of a group.
    pub fn heads(&self, group: usize) -> std::ops::Range<usize> {
        let several = self.shape.heads / self.shape.groups;
        group * several..(group + 1) * several
    }

    /// A row of `query`, `key` or `value` of a head or a group, with its bias.
    pub fn row(&self, role: &str, head: usize, unit: usize) -> Vec<usize> {
        row_with_bias(self.network, &format!("{}.{role}", self.name), head * self.shape.size + unit)
    }

    /// The output column of a unit of a head.
    pub fn output_column(&self, head: usize, unit: usize) -> Vec<usize> {
        block(self.network, &format!("{}.output", self.name)).column(head * self.shape.size + unit).collect()
    }

    /// The values of a group and what reads them: the output columns of some heads.
    pub fn values(&self, group: usize, heads: &[usize]) -> Factors {
        let outgoing = |unit| heads.iter().flat_map(|head| self.output_column(*head, unit)).collect();
        Factors {
            incoming: (0..self.shape.size).map(|unit| self.row("value", group, unit)).collect(),
            outgoing: (0..self.shape.size).map(outgoing).collect(),
        }
    }

    /// The keys of a group and what reads them: the queries of some heads.
    pub fn keys(&self, group: usize, heads: &[usize]) -> Factors {
        let outgoing = |unit| heads.iter().flat_map(|head| self.row("query", *head, unit)).collect();
        Factors {
            incoming: (0..self.shape.size).map(|unit| self.row("key", group, unit)).collect(),
            outgoing: (0..self.shape.size).map(outgoing).collect(),
        }
    }
}

/// A gated mlp: for each hidden neuron its gate row, its up row and its down column, biases included.
pub struct GatedNeuron {
    /// The layer's full name and the neuron.
    pub name: String,
    /// The row of the gate.
    pub gate: Vec<usize>,
    /// The row of what the gate multiplies.
    pub up: Vec<usize>,
    /// The column that reads the product.
    pub down: Vec<usize>,
}

/// All hidden neurons of gated mlps.
pub fn gated_neurons(network: &Composed) -> Vec<GatedNeuron> {
    let mut neurons = Vec::new();
    for (name, layer) in network.all_layers() {
        let Layer::GatedMlp { hidden, .. } = layer else { continue };
        neurons.extend((0..*hidden).map(|neuron| GatedNeuron {
            gate: row_with_bias(network, &format!("{name}.gate"), neuron),
            up: row_with_bias(network, &format!("{name}.up"), neuron),
            down: block(network, &format!("{name}.down")).column(neuron).collect(),
            name: format!("{name}, neuron {neuron}"),
        }));
    }
    neurons
}

/// A norm with the matrices that read it.
pub struct NormReaders {
    /// The norm's full name.
    pub name: String,
    /// The gain of each coordinate.
    pub gain: Vec<usize>,
    /// The bias of each coordinate; empty if the norm has none.
    pub bias: Vec<usize>,
    /// For each coordinate, the columns of all matrices that read it, matrix by matrix.
    pub readers: Vec<Vec<Vec<usize>>>,
}

/// All norms with a gain that are followed by a layer of matrices of their own.
pub fn norms(network: &Composed) -> Vec<NormReaders> {
    let layers = network.all_layers();
    let mut norms = Vec::new();
    for pair in layers.windows(2) {
        let ((name, layer), (next, reader)) = (&pair[0], &pair[1]);
        let (Layer::Norm { gain: true, .. }, true) = (layer, siblings(name, next)) else { continue };
        let roles: &[&str] = match reader {
            Layer::Attention(_) => &["query", "key", "value"],
            Layer::GatedMlp { .. } => &["gate", "up"],
            Layer::Linear { .. } => &["weight"],
            _ => continue,
        };
        let places = |role: &str| -> Vec<usize> {
            network.parameter(&format!("{name}.{role}")).map_or(Vec::new(), |block| block.range().collect())
        };
        let gain = places("gain");
        let columns = |coordinate: usize| {
            roles.iter().map(|role| block(network, &format!("{next}.{role}")).column(coordinate).collect()).collect()
        };
        norms.push(NormReaders {
            name: name.clone(),
            bias: places("bias"),
            readers: (0..gain.len()).map(columns).collect(),
            gain,
        });
    }
    norms
}

fn siblings(first: &str, second: &str) -> bool {
    let parent = |name: &str| name.rsplit_once('.').map(|(parent, _)| parent.to_owned());
    parent(first) == parent(second)
}

/// What writes to the residual stream of a decoder: embedding, learned positions, attention outputs and down projections, with their biases; block by
/// block.
pub fn stream_writers(network: &Composed) -> Vec<Vec<usize>> {
    let mut writers = Vec::new();
    for (name, layer) in network.all_layers() {
        let roles: &[&str] = match layer {
            Layer::Embedding { .. } | Layer::Positions => &["weight"],
            Layer::Attention(_) => &["output", "output_bias"],
            Layer::GatedMlp { .. } => &["down", "down_bias"],
            _ => &[],
        };
        let blocks = roles.iter().filter_map(|role| network.parameter(&format!("{name}.{role}")));
        writers.extend(blocks.map(|block| block.range().collect::<Vec<usize>>()));
    }
    writers
}

/// What may be exchanged in a decoder without a change of the function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// In words.
    pub name: String,
    /// Pairs of places that are exchanged.
    pub pairs: Vec<(usize, usize)>,
}

fn exchange(name: String, first: Vec<usize>, second: Vec<usize>) -> Exchange {
    Exchange { name, pairs: first.into_iter().zip(second).collect() }
}

/// Exchanges of neighbours that generate the permutations of heads within groups, of groups, of the neurons of gated mlps, and of the coordinates of the
/// residual stream of a decoder.
pub fn exchanges(network: &Composed) -> Vec<Exchange> {
    let mut found = Vec::new();
    for attention in attentions(network) {
        let AttentionShape { groups, size, .. } = *attention.shape;
        let head = |head: usize| -> Vec<usize> {
            (0..size)
                .flat_map(|unit| [attention.row("query", head, unit), attention.output_column(head, unit)].concat())
                .collect()
        };
        let keys_and_values = |group: usize| -> Vec<usize> {
            (0..size)
                .flat_map(|unit| [attention.row("key", group, unit), attention.row("value", group, unit)].concat())
                .collect()
        };
        for group in 0..groups {
            for first in attention.heads(group).skip(1) {
                let name = format!("heads {} and {first} of {}", first - 1, attention.name);
                found.push(exchange(name, head(first - 1), head(first)));
            }
        }
        for group in 1..groups {
            let whole = |group: usize| -> Vec<usize> {
                attention.heads(group).flat_map(&head).chain(keys_and_values(group)).collect()
            };
            let name = format!("groups {} and {group} of {}", group - 1, attention.name);
            found.push(exchange(name, whole(group - 1), whole(group)));
        }
    }
    let neurons = gated_neurons(network);
    for pair in neurons.windows(2) {
        let layer = |neuron: &GatedNeuron| neuron.name.split(',').next().map(str::to_owned);
        if layer(&pair[0]) == layer(&pair[1]) {
            let places = |neuron: &GatedNeuron| [&neuron.gate[..], &neuron.up, &neuron.down].concat();
            found.push(exchange(format!("{} and the next", pair[0].name), places(&pair[0]), places(&pair[1])));
        }
    }
    let width = network.parameters().first().map_or(0, |embedding| embedding.columns);
    for coordinate in 1..width {
        let name = format!("coordinates {} and {coordinate} of the residual stream", coordinate - 1);
        found.push(exchange(name, stream_coordinate(network, coordinate - 1), stream_coordinate(network, coordinate)));
    }
    found
}

/// Everything that writes or reads a coordinate of the residual stream of a decoder, norms included.
fn stream_coordinate(network: &Composed, coordinate: usize) -> Vec<usize> {
    let mut places = Vec::new();
    for block in network.parameters() {
        let role = block.name.rsplit('.').next().unwrap_or_default();
        match (block.name.as_str(), role) {
            // Tokens or positions by coordinate; the unembedding reads coordinates as well.
            ("embedding.weight" | "positions.weight" | "unembedding.weight", _) => {
                places.extend(block.column(coordinate))
            }
            (_, "query" | "key" | "value" | "gate" | "up") => places.extend(block.column(coordinate)),
            (_, "output" | "down") => places.extend(block.row(coordinate)),
            (_, "output_bias" | "down_bias" | "gain" | "bias") => places.push(block.entry(coordinate, 0)),
            _ => {}
        }
    }
    places
}
