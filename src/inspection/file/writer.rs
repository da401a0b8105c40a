//! From laws to the text of a file.

use crate::inspection::law::{Axis, Block, Form, Law, Rotary};
use std::fmt::Write;

/// The text that the reader makes these laws of, with a comment before each.
///
/// A matrix law brings its diagonal with it, which is left out where it follows.
pub fn text<'a>(laws: impl IntoIterator<Item = (&'a Law, String)>) -> String {
    let mut text = String::new();
    let mut matrix: Option<Law> = None;
    for (law, comment) in laws {
        let diagonal = matrix.take();
        if diagonal.is_some_and(|matrix| matrix == law.matrix()) {
            continue;
        }
        if law.form == Form::Matrix {
            matrix = Some(law.clone());
        }
        if !text.is_empty() {
            text.push('\n');
        }
        comment.lines().for_each(|line| {
            let _ = writeln!(text, "# {}", crate::visible::line(line));
        });
        one(&mut text, law);
    }
    text
}

fn quoted(name: &str) -> String {
    toml::Value::String(name.to_owned()).to_string()
}

fn one(text: &mut String, law: &Law) {
    let name = match law.form {
        Form::Matrix => law.name.strip_suffix(" (matrix)").unwrap_or(&law.name),
        Form::Rescaling => &law.name,
    };
    let _ = writeln!(text, "[[law]]\nname = {}", quoted(name));
    if let Some(layer) = law.layer {
        let _ = writeln!(text, "layer = {layer}");
    }
    if law.groups != 1 {
        let _ = writeln!(text, "groups = {}", law.groups);
    }
    match law.rotary {
        Some(Rotary::Halves) => text.push_str("rotary = true\n"),
        Some(Rotary::Interleaved) => text.push_str("rotary = \"interleaved\"\n"),
        None => {}
    }
    for (key, flag) in [
        ("matrix", law.form == Form::Matrix),
        ("whole", law.whole),
        ("transposed", law.blocks.iter().any(|block| block.transposed)),
    ] {
        if flag {
            let _ = writeln!(text, "{key} = true");
        }
    }
    if let Some(epsilon) = law.inexact.and_then(|inexact| inexact.epsilon) {
        let _ = writeln!(text, "epsilon = {epsilon:e}");
    }
    text.push_str("blocks = [\n");
    for block in &law.blocks {
        let Block { tensor, axis, coefficient, heads, slice, offset, transposed: _ } = block;
        let axis = match axis {
            Axis::Rows => "rows",
            Axis::Columns => "columns",
            Axis::All => "all",
        };
        let _ = write!(text, "  {{ tensor = {}, axis = \"{axis}\", sign = {coefficient}", quoted(tensor));
        if *heads != law.groups {
            let _ = write!(text, ", heads = {heads}");
        }
        if let Some(slice) = slice {
            let _ = write!(text, ", slice = [{}, {}]", slice.from, slice.to);
            let _ = slice.period.map(|period| write!(text, ", period = {period}"));
        }
        if *offset != 0.0 {
            let _ = write!(text, ", offset = {offset}");
        }
        text.push_str(" },\n");
    }
    text.push_str("]\n");
}
