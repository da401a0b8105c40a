//! Texts from files as they may be shown: a terminal obeys control characters, and a reader is misled by changes of direction.

use std::borrow::Cow;
use std::fmt::Write;

/// Whether a terminal or a reader might take it for something else than a character: controls, and the marks of direction.
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

fn escaped(text: &str, keep: impl Fn(char) -> bool) -> Cow<'_, str> {
    let hidden = |character: char| is_hidden(character) && !keep(character);
    if !text.contains(hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        if hidden(character) {
            // In the form of JSON, so that a string of a document stays what it is.
            let _ = write!(shown, "\\u{:04x}", u32::from(character));
        } else {
            shown.push(character);
        }
    }
    Cow::Owned(shown)
}

/// A name or another text of one line.
pub fn line(text: &str) -> Cow<'_, str> {
    escaped(text, |_| false)
}

/// A message of several lines.
#[cfg(feature = "cli")]
pub fn message(text: &str) -> Cow<'_, str> {
    escaped(text, |character| matches!(character, '\n' | '\t'))
}

/// A report, which may have colours.
#[cfg(feature = "cli")]
pub fn report(text: &str) -> Cow<'_, str> {
    escaped(text, |character| matches!(character, '\n' | '\t' | '\x1b'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn controls_and_marks_of_direction_are_spelt_out() {
        assert_eq!(line("0.we\u{202e}ight\n\u{1b}[31m"), "0.we\\u202eight\\u000a\\u001b[31m");
        assert_eq!(line("Größe 0.weight"), "Größe 0.weight");
        assert!(matches!(line("plain"), Cow::Borrowed("plain")));
    }

    #[cfg(feature = "cli")]
    #[test]
    fn messages_keep_their_lines_and_reports_their_colours() {
        assert_eq!(message("a\n\tb\u{1b}[1m"), "a\n\tb\\u001b[1m");
        assert_eq!(report("a\n\u{1b}[1mb\u{9b}"), "a\n\u{1b}[1mb\\u009b");
    }
}
