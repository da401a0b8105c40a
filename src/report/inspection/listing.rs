//! Lists: the tensors of a checkpoint, and laws that were found.

use super::super::layout::Table;
use super::super::{SCHEMA_VERSION, plural};
use crate::checkpoint::Tensor;
use crate::inspection::file;
use crate::inspection::found::{Found, Untold};
use crate::inspection::law::Law;
use crate::visible;
use serde_json::{Value, json};
use std::fmt::Write;

fn element(tensor: &Tensor) -> &'static str {
    tensor.element.as_ref().map_or("other", |element| element.name())
}

/// The tensors of a checkpoint, one a line.
pub fn tensors<'a>(tensors: impl Iterator<Item = (&'a str, &'a Tensor)>, width: usize) -> String {
    let row = |(name, tensor): (&str, &Tensor)| {
        let shape = tensor.shape.iter().map(usize::to_string).collect::<Vec<_>>().join(" x ");
        vec![visible::line(name).into_owned(), element(tensor).to_owned(), shape]
    };
    let rows: Vec<Vec<String>> = tensors.map(row).collect();
    let table = Table::of_rows(&["tensor", "type", "shape"], &rows, &[], &[2], &[], width).whole(&rows);
    format!("{table}\n{}.\n", plural(rows.len(), "tensor"))
}

/// The same as an object.
pub fn tensors_json<'a>(weights: &str, tensors: impl Iterator<Item = (&'a str, &'a Tensor)>) -> Value {
    let tensors = tensors.map(|(name, tensor)| json!({"name": name, "type": element(tensor), "shape": tensor.shape}));
    json!({"schema_version": SCHEMA_VERSION, "weights": weights, "tensors": tensors.collect::<Vec<_>>()})
}

/// Laws that were found, as a file of laws.
pub fn found(weights: &str, gradients: &str, Found { laws, untold }: &Found) -> String {
    let count = match laws.len() {
        0 => "no laws".to_owned(),
        1 => "1 law".to_owned(),
        count => format!("{count} laws"),
    };
    let mut text = format!(
        "# {count} of {}, found from {} alone: axes of equal length whose overlap is rounding.\n\
         # They are symmetries of the network on these samples; heads, rotary pairs and matrix laws are not looked for.\n\n",
        visible::line(weights),
        visible::line(gradients)
    );
    for axes in untold {
        let _ = writeln!(text, "# Not told: {axes}.");
    }
    if !untold.is_empty() {
        text.push('\n');
    }
    let comment = |(law, overlap): &(Law, f64)| format!("overlap {overlap:.1e}, {} axes", law.blocks.len());
    text.push_str(&file::text(laws.iter().map(|found| (&found.0, comment(found)))));
    text
}

/// The same as an object.
pub fn found_json(weights: &str, gradients: &str, found: &Found) -> Value {
    let untold = |Untold { length, axes, overlaps, samples }: &Untold| json!({"length": length, "axes": axes, "overlaps": overlaps, "samples_needed": samples});
    let overlaps = found.laws.iter().map(|(law, overlap)| json!({"law": law.name, "largest_overlap": overlap}));
    json!({
        "schema_version": SCHEMA_VERSION,
        "weights": weights,
        "gradients": gradients,
        "laws": overlaps.collect::<Vec<_>>(),
        "untold": found.untold.iter().map(untold).collect::<Vec<_>>(),
        "file": self::found(weights, gradients, found),
    })
}
