//! The blocks of parameters of a network, by name.

use crate::model::Network;
pub use crate::model::composed::Parameter as Block;
use crate::model::mlp::Layout;

/// The blocks, in the order of the flat vector: `W1`, `b1`, `W2`, ... for a stack of layers, the network's own names for a
/// composed one and for a formula, `theta` for a model without layers.
pub fn of(network: &Network) -> Vec<Block> {
    match network {
        Network::Composed(composed) => composed.parameters().to_vec(),
        Network::Formula(model) => model.blocks(),
        _ => match network.layout() {
            Some(layout) => layers(layout),
            None => {
                vec![Block { name: "theta".to_owned(), rows: network.parameter_count(), columns: 1, start: 0 }]
            }
        },
    }
}

/// The block of a parameter, and its row and column there.
pub(super) fn locate(blocks: &[Block], place: usize) -> (usize, usize, usize) {
    let index = blocks.iter().position(|block| block.range().contains(&place)).expect("every parameter has a block");
    let offset = place - blocks[index].start;
    (index, offset / blocks[index].columns, offset % blocks[index].columns)
}

fn layers(layout: &Layout) -> Vec<Block> {
    let mut blocks = Vec::new();
    for layer in 0..layout.depth() {
        let (rows, columns) = (layout.widths()[layer + 1], layout.widths()[layer]);
        let start = layout.weights(layer).start;
        blocks.push(Block { name: format!("W{}", layer + 1), rows, columns, start });
        if layout.has_bias() {
            let start = layout.biases(layer).start;
            blocks.push(Block { name: format!("b{}", layer + 1), rows, columns: 1, start });
        }
    }
    blocks
}
