//! What is wrong with a file: the place, the line, and carets under what is meant.

use std::fmt;
use std::ops::Range;

/// The most characters of a line that are shown.
const WIDEST: usize = 100;

/// A message about a part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// The file.
    pub place: String,
    /// What is wrong and what to do about it.
    pub message: String,
    /// The line, unless the file as a whole is meant.
    pub excerpt: Option<Excerpt>,
}

/// A line with a part of it marked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    /// The number of the line, from 1.
    pub line: usize,
    /// The first character that is meant, from 1.
    pub column: usize,
    /// The line, or what of it fits.
    shown: String,
    /// Characters of `shown` before the marked ones.
    before: usize,
    /// How many characters are marked, at least 1.
    marked: usize,
}

impl Complaint {
    /// About the file as a whole.
    pub fn of_file(place: &str, message: String) -> Self {
        Complaint { place: place.to_owned(), message, excerpt: None }
    }

    /// About the bytes `span` of `text`; of several lines the first is shown.
    pub fn new(place: &str, text: &str, span: Range<usize>, message: String) -> Self {
        Complaint { place: place.to_owned(), message, excerpt: Some(Excerpt::new(text, span)) }
    }
}

impl Excerpt {
    fn new(text: &str, span: Range<usize>) -> Self {
        let start = floor(text, span.start);
        let line_start = text[..start].rfind('\n').map_or(0, |end| end + 1);
        let line_end = text[start..].find('\n').map_or(text.len(), |length| start + length);
        let end = floor(text, span.end.clamp(start, line_end));
        let characters: Vec<char> = text[line_start..line_end].trim_end_matches('\r').chars().map(printable).collect();
        let column = text[line_start..start].chars().count();
        let marked = text[start..end].trim_end().chars().count().max(1);
        // A long line is shown from a little before what is meant.
        let first = if characters.len() <= WIDEST { 0 } else { column.saturating_sub(WIDEST / 4) };
        let last = characters.len().min(first + WIDEST);
        let shown = characters.get(first..last).unwrap_or_default().iter().collect();
        Excerpt {
            line: text[..line_start].matches('\n').count() + 1,
            column: column + 1,
            shown,
            before: column - first,
            marked: marked.min(WIDEST),
        }
    }
}

/// The last boundary between characters up to `place`.
fn floor(text: &str, place: usize) -> usize {
    (0..=place.min(text.len())).rev().find(|&index| text.is_char_boundary(index)).unwrap_or(0)
}

/// One column wide and harmless on a terminal.
fn printable(character: char) -> char {
    match character {
        '\t' => ' ',
        control if control.is_control() => '\u{fffd}',
        other => other,
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Complaint { place, message, excerpt } = self;
        let message: String =
            message.chars().map(|character| if character == '\n' { ' ' } else { printable(character) }).collect();
        let Some(Excerpt { line, column, shown, before, marked }) = excerpt else {
            return write!(f, "{place}: {message}");
        };
        let number = line.to_string();
        let margin = " ".repeat(number.len());
        let (gap, carets) = (" ".repeat(*before), "^".repeat(*marked));
        writeln!(f, "{place}:{line}:{column}: {message}")?;
        writeln!(f, "{margin} |")?;
        writeln!(f, "{number} | {shown}")?;
        write!(f, "{margin} | {gap}{carets}")
    }
}
