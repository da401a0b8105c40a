//! Laws from a file.

use super::LawsError;
use super::law::{Axis, Block, Form, Law};
use serde::Deserialize;
use std::collections::BTreeSet;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    law: Vec<Description>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Description {
    name: String,
    layer: Option<usize>,
    #[serde(rename = "in", default)]
    inner: Names,
    #[serde(rename = "out", default)]
    outer: Names,
    #[serde(default)]
    blocks: Vec<BlockDescription>,
    degree: Option<f64>,
    #[serde(default)]
    matrix: bool,
    #[serde(default)]
    rotary: bool,
    groups: Option<usize>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Names {
    One(String),
    Several(Vec<String>),
}

impl Default for Names {
    fn default() -> Self {
        Names::Several(Vec::new())
    }
}

impl Names {
    fn list(self) -> Vec<String> {
        match self {
            Names::One(name) => vec![name],
            Names::Several(names) => names,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BlockDescription {
    tensor: String,
    axis: AxisName,
    sign: f64,
    heads: Option<usize>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum AxisName {
    Rows,
    Columns,
    All,
}

/// Reads laws written in TOML:
///
/// ```toml
/// [[law]]
/// name = "hidden neurons"
/// in = ["fc1.weight", "fc1.bias"]   # row i, entry i: multiplied
/// out = "fc2.weight"                # column i: divided
///
/// [[law]]
/// name = "values / outputs"
/// layer = 0
/// matrix = true                     # the loss depends on the product of the two only
/// groups = 2
/// blocks = [
///   { tensor = "v.weight", axis = "rows", sign = 1, heads = 2 },
///   { tensor = "o.weight", axis = "columns", sign = -1, heads = 8 },
/// ]
/// ```
///
/// # Errors
/// If the text is not of this form, or a law contradicts itself.
pub fn laws(text: &str) -> Result<Vec<Law>, LawsError> {
    let document: Document =
        toml::from_str(text).map_err(|error| LawsError::Inconsistent(error.to_string().trim_end().to_owned()))?;
    if document.law.is_empty() {
        return Err(LawsError::Inconsistent("there is no [[law]]".to_owned()));
    }
    let described = document.law.into_iter().map(law).collect::<Result<Vec<_>, _>>()?;
    Ok(described.concat())
}

/// The law described; a matrix law comes with its diagonal.
fn law(description: Description) -> Result<Vec<Law>, LawsError> {
    let Description { name, layer, inner, outer, blocks, degree, matrix, rotary, groups } = description;
    let refuse = |problem: &str| Err(LawsError::Inconsistent(format!("law `{name}`: {problem}")));
    if degree.is_some_and(|degree| degree <= 0.0) {
        return refuse("expected a degree above 0: the sign of the outgoing side is its own");
    }
    let groups = groups.unwrap_or(1);
    let degree = degree.unwrap_or(1.0);
    let (inner, outer) = (inner.list(), outer.list());
    if blocks.is_empty() && inner.is_empty() != outer.is_empty() {
        let (given, missing) = if outer.is_empty() { ("in", "out") } else { ("out", "in") };
        return refuse(&format!(
            "`{given}` is given without `{missing}`: what one side is multiplied by the other is divided by \
             (a law of one side only is written as `blocks`)"
        ));
    }
    let given = blocks.into_iter().map(|block| Block {
        tensor: block.tensor,
        axis: match block.axis {
            AxisName::Rows => Axis::Rows,
            AxisName::Columns => Axis::Columns,
            AxisName::All => Axis::All,
        },
        coefficient: block.sign,
        heads: block.heads.unwrap_or(groups),
    });
    let inner = inner.into_iter().map(|tensor| Block::rows(tensor, 1.0).in_heads(groups));
    let outer = outer.into_iter().map(|tensor| Block::columns(tensor, -degree).in_heads(groups));
    let blocks: Vec<Block> = inner.chain(outer).chain(given).collect();
    if blocks.is_empty() {
        return refuse("expected tensors as `in` and `out`, or as `blocks`");
    }
    if groups == 0 || blocks.iter().any(|block| block.heads == 0) {
        return refuse("expected at least one group and one head");
    }
    if blocks.iter().any(|block| !block.coefficient.is_normal()) {
        return refuse("expected signs and a degree that are finite and not zero");
    }
    if blocks.iter().map(|block| &block.tensor).collect::<BTreeSet<_>>().len() < blocks.len() {
        return refuse("a tensor may appear only once");
    }
    if matrix && (rotary || blocks.iter().any(|block| block.axis == Axis::All || block.coefficient.abs() != 1.0)) {
        return refuse("a matrix law has rows and columns with the signs 1 and -1, and no rotary pairs");
    }
    let law = Law { name, layer, form: Form::Rescaling, groups, rotary, blocks, remark: None, nearly: false };
    Ok(if matrix { vec![law.matrix(), law] } else { vec![law] })
}
