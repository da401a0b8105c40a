//! A claim as Markdown.

use super::{Block, Document};
use crate::report::formula::unicode;
use std::fmt::Write;

/// A text with nothing in it that Markdown would obey.
fn escaped(text: &str) -> String {
    text.chars().fold(String::new(), |mut written, character| {
        if matches!(character, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#') {
            written.push('\\');
        }
        written.push(character);
        written
    })
}

pub(super) fn render(document: &Document<'_>) -> String {
    let mut text = format!("# `{}`: {}\n", document.id, escaped(document.title));
    for block in &document.blocks {
        text.push('\n');
        let _ = match block {
            Block::Heading(heading) => writeln!(text, "## {}", escaped(heading)),
            Block::Formula(statement) => writeln!(text, "```formula\n{statement}\n```"),
            Block::Items(items) => items.iter().try_for_each(|(name, item)| {
                let name = name.map_or_else(String::new, |name| format!("`{name}`: "));
                writeln!(text, "- {name}{}", escaped(&unicode(item)))
            }),
            Block::Words(words) => writeln!(text, "{}", escaped(words)),
            Block::Verbatim(lines) => writeln!(text, "```text\n{}\n```", lines.trim_end()),
            Block::Page(page) => writeln!(text, "{}", page.trim()),
        };
    }
    text
}
