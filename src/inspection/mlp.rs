//! The balance laws of a plain perceptron, by PyTorch's names.

use super::LawsError;
use super::law::{Block, Law};
use crate::checkpoint::Checkpoint;
use std::collections::BTreeMap;

/// The activation between the layers, as far as the laws can see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Homogeneity {
    /// None: consecutive matrices multiply.
    Linear,
    /// Positively homogeneous of this degree: 1 for ReLU and leaky ReLU, 2 for squared ReLU.
    Degree(u32),
}

/// Which names there may be.
const NAMES: &str = "PREFIXn.weight and PREFIXn.bias, with one prefix and rising numbers n, such as fc1.weight";

/// One law for each pair of consecutive layers.
///
/// The layers are the tensors `PREFIXn.weight`, with one prefix (it may be empty) and rising numbers `n`: `0.weight`,
/// `fc1.weight`, `layers.0.weight`. Each may have a `PREFIXn.bias`. There must be no other tensor.
///
/// # Errors
/// If the names or shapes are others.
pub fn laws(checkpoint: &Checkpoint, homogeneity: Homogeneity) -> Result<Vec<Law>, LawsError> {
    let unknown = |tensor: &str| LawsError::Unknown {
        tensor: crate::visible::line(tensor).into_owned(),
        laws: "mlp",
        rule: NAMES,
    };
    let mut layers: BTreeMap<u64, &str> = BTreeMap::new();
    let mut prefix = None;
    for name in checkpoint.names() {
        let (module, part) = name.rsplit_once('.').ok_or_else(|| unknown(name))?;
        let (before, number) = module.split_at(module.trim_end_matches(|c: char| c.is_ascii_digit()).len());
        let number = number.parse().map_err(|_| unknown(name))?;
        if *prefix.get_or_insert(before) != before || !matches!(part, "weight" | "bias") {
            return Err(unknown(name));
        }
        if layers.insert(number, module).is_some_and(|other| other != module) {
            return Err(unknown(name));
        }
    }
    let modules: Vec<&str> = layers.into_values().collect();
    for module in &modules {
        let name = format!("{module}.weight");
        let dimensions = checkpoint.tensor(&name)?.shape.len();
        if dimensions != 2 {
            return Err(LawsError::Inconsistent(format!("`{name}`: expected a matrix, found {dimensions} dimensions")));
        }
    }
    if modules.len() < 2 {
        return Err(LawsError::Missing("a second layer: a single one has nothing to balance".to_owned()));
    }
    let degree = match homogeneity {
        Homogeneity::Linear => 1,
        Homogeneity::Degree(degree) => degree,
    };
    let mut laws = Vec::new();
    for (layer, pair) in modules.windows(2).enumerate() {
        let [before, after] = [pair[0], pair[1]];
        let mut blocks = vec![Block::rows(format!("{before}.weight"), 1.0)];
        let bias = format!("{before}.bias");
        if checkpoint.get(&bias).is_some() {
            blocks.push(Block::rows(bias, 1.0));
        }
        blocks.push(Block::columns(format!("{after}.weight"), -f64::from(degree)));
        let law = Law::rescaling("incoming / outgoing weights of neurons", Some(layer), blocks);
        if homogeneity == Homogeneity::Linear {
            laws.push(law.matrix());
        }
        laws.push(law);
    }
    Ok(laws)
}
