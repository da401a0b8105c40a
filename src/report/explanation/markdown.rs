//! A claim as Markdown.

use super::{Block, Document};
use std::fmt::Write;

/// A text with nothing in it that Markdown would obey.
fn escaped(text: &str) -> String {
    // A sign, or a number with a point or bracket, would begin a list.
    let digits = text.chars().take_while(char::is_ascii_digit).count();
    let listed = if text.starts_with(['-', '+']) { Some(0) } else { Some(digits).filter(|digits| *digits > 0) };
    let mut written = String::with_capacity(text.len() + 16);
    for (place, character) in text.chars().enumerate() {
        let begins = listed == Some(place) && matches!(character, '-' | '+' | '.' | ')');
        if begins || matches!(character, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '&' | '~' | '$') {
            written.push('\\');
        }
        written.push(character);
    }
    written
}

/// A fence that is longer than any within.
fn fence(lines: &str) -> String {
    let longest = lines.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    "`".repeat(3.max(longest + 1))
}

pub(super) fn render(document: &Document<'_>) -> String {
    let mut text = format!("# `{}`: {}\n", document.id, escaped(document.title));
    for block in &document.blocks {
        text.push('\n');
        let _ = match block {
            Block::Heading(heading) => writeln!(text, "## {}", escaped(heading)),
            Block::Formula(statement) => {
                let fence = fence(statement);
                writeln!(text, "{fence}formula\n{statement}\n{fence}")
            }
            Block::Items(items) => items.iter().try_for_each(|(name, item)| {
                let name = name.map_or_else(String::new, |name| format!("`{name}`: "));
                writeln!(text, "- {name}{}", escaped(&document.lettered(item)))
            }),
            Block::Words(words) => writeln!(text, "{}", escaped(words)),
            Block::Verbatim(lines) => {
                let fence = fence(lines);
                writeln!(text, "{fence}text\n{}\n{fence}", lines.trim_end())
            }
            Block::Page(page) => writeln!(text, "{}", page.trim()),
        };
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use pulldown_cmark::{Event, Parser};

    /// Whatever a text has in it, Markdown reads it as the text.
    #[test]
    fn escaped_text_is_read_back_as_it_was() {
        for text in [
            "a*b*c and _d_ [e](f) <g> `h` # i | j ~~k~~ &lt; $l$ \\",
            "- x^2",
            "+ y",
            "1. z",
            "12) w",
            "2 x",
            "* *",
            "> v",
        ] {
            let written = format!("- {}\n", escaped(text));
            let read: String = Parser::new(&written)
                .filter_map(|event| match event {
                    Event::Text(words) => Some(words.to_string()),
                    Event::Start(_) | Event::End(_) => None,
                    other => panic!("{text}: {other:?}"),
                })
                .collect();
            assert_eq!(read, text, "{written}");
            let lists =
                Parser::new(&written).filter(|event| matches!(event, Event::Start(pulldown_cmark::Tag::List(_))));
            assert_eq!(lists.count(), 1, "{written}");
        }
    }

    #[test]
    fn a_fence_is_longer_than_what_it_holds() {
        assert_eq!(fence("a"), "```");
        assert_eq!(fence("a ``` b"), "````");
    }
}
