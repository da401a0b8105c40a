//! What all of the drawings and pages have in common: escaped text, the frame of a figure, its colours, numbers for people.

use std::fmt::Write;

/// The colours of a figure's frame: those of the data are the data's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Palette {
    /// Text and axes.
    pub ink: &'static str,
    /// Text of less weight.
    pub muted: &'static str,
    /// Lines behind the data.
    pub grid: &'static str,
    /// A part of the plot that is marked.
    pub shade: &'static str,
    /// What everything is drawn on; nothing is drawn there if there is none.
    pub paper: Option<&'static str>,
}

impl Palette {
    /// Dark on white, for a file of its own.
    pub const PAPER: Palette =
        Palette { ink: "#222", muted: "#555", grid: "#ddd", shade: "#f1f1ea", paper: Some("#fff") };
    /// The colours of the page around the figure, which may be light or dark.
    pub const PAGE: Palette =
        Palette { ink: "currentColor", muted: "var(--muted)", grid: "var(--grid)", shade: "var(--shade)", paper: None };
}

/// The beginning of a document with this size, with its title and explanation for those who do not see it and its ground.
pub fn open(size: (f64, f64), title: &str, description: &str, palette: &Palette) -> String {
    let (width, height) = size;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         role=\"img\" font-family=\"Helvetica, Arial, sans-serif\" font-size=\"13\" fill=\"{}\">\n\
         <title>{}</title>\n<desc>{}</desc>\n",
        palette.ink,
        escape(title),
        escape(description),
    );
    if let Some(paper) = palette.paper {
        let _ = writeln!(svg, "<rect width=\"{width}\" height=\"{height}\" fill=\"{paper}\"/>");
    }
    svg
}

/// The title and the lines of explanation, drawn from `left` on.
pub fn headline(svg: &mut String, left: f64, title: &str, explanation: &[String], palette: &Palette) {
    let _ = writeln!(svg, "<text x=\"{left}\" y=\"28\" font-size=\"17\" font-weight=\"bold\">{}</text>", escape(title));
    for (line, text) in explanation.iter().enumerate() {
        let y = 48.0 + 17.0 * line as f64;
        let (fill, text) = (palette.muted, escape(text));
        let _ = writeln!(svg, "<text x=\"{left}\" y=\"{y}\" font-size=\"12\" fill=\"{fill}\">{text}</text>");
    }
}

/// A number for people: a true minus sign, digits in groups of three before the point.
pub fn number(value: f64, digits: usize) -> String {
    let text = format!("{:.digits$}", value.abs());
    let (whole, fraction) = text.split_at(text.find('.').unwrap_or(text.len()));
    let mut grouped = String::new();
    for (place, digit) in whole.char_indices() {
        if place > 0 && (whole.len() - place) % 3 == 0 && whole.len() > 4 {
            grouped.push('\u{202f}');
        }
        grouped.push(digit);
    }
    let is_zero = text.chars().all(|c| c == '0' || c == '.');
    let sign = if value < 0.0 && !is_zero { "\u{2212}" } else { "" };
    format!("{sign}{grouped}{fraction}")
}

/// Text for XML and HTML, between tags and in quoted attributes. Characters that XML cannot hold become U+FFFD.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\t' | '\n' | '\r' => escaped.push(c),
            '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            _ => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_for_people() {
        assert_eq!(number(400_000.0, 0), "400\u{202f}000");
        assert_eq!(number(2000.0, 0), "2000");
        assert_eq!(number(-0.6927, 4), "\u{2212}0.6927");
        assert_eq!(number(-0.000_01, 4), "0.0000");
    }

    #[test]
    fn escaped_text_ends_no_tag_and_no_attribute() {
        assert_eq!(escape("<a href=\"x\" b='y'>&\0"), "&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;\u{fffd}");
    }
}
