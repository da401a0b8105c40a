//! A claim as text for a terminal.

use super::{Block, Document};
use crate::report::layout::{Table, Tone, led};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// What stands below a heading is indented.
const INDENT: &str = "    ";

pub(super) fn render(document: &Document<'_>, width: usize) -> String {
    let title = format!("{}: {}", document.id, document.lettered(document.title));
    let mut text = led(&Tone::Strong.paint(&title), width, "", INDENT);
    let mut below_heading = false;
    for block in &document.blocks {
        if !below_heading {
            text.push('\n');
        }
        below_heading = matches!(block, Block::Heading(_));
        text += &match block {
            Block::Heading(heading) => format!("{}\n", Tone::Strong.paint(heading)),
            Block::Formula(statement) => led(&document.lettered(statement), width, INDENT, "      "),
            Block::Items(items) => {
                let item = |(name, item): &(Option<&str>, &str)| {
                    let name = name.map_or_else(String::new, |name| format!("{name}: "));
                    led(&format!("{name}{}", document.lettered(item)), width, "  - ", INDENT)
                };
                items.iter().map(item).collect()
            }
            Block::Words(words) => led(words, width, INDENT, INDENT),
            Block::Verbatim(lines) => verbatim(lines, width, INDENT),
            Block::Page(page) => paged(page, width),
        };
    }
    text
}

/// Lines that stay as they are, as far as they fit.
fn verbatim(lines: &str, width: usize, indent: &str) -> String {
    let line = |line: &str| {
        let whole = format!("{indent}{line}");
        if whole.chars().count() <= width {
            return format!("{}\n", whole.trim_end());
        }
        let blanks = line.len() - line.trim_start().len();
        let first = format!("{indent}{}", &line[..blanks]);
        led(line, width, &first, &format!("{first}    "))
    };
    lines.trim_end().lines().map(line).collect()
}

/// Where a list is.
struct List {
    /// The number of the next item, if they are numbered.
    next: Option<u64>,
}

/// What was read of a page of Markdown.
struct Reader {
    text: String,
    width: usize,
    /// Words of the paragraph, heading or item that is being read.
    inline: String,
    lists: Vec<List>,
    /// What the next line begins with, in place of the blanks of an item.
    mark: Option<String>,
    code: bool,
    rows: Vec<Vec<String>>,
}

/// Markdown as text.
fn paged(page: &str, width: usize) -> String {
    let mut reader = Reader {
        text: String::new(),
        width,
        inline: String::new(),
        lists: Vec::new(),
        mark: None,
        code: false,
        rows: Vec::new(),
    };
    Parser::new_ext(page, Options::ENABLE_TABLES).for_each(|event| reader.take(event));
    reader.flush();
    reader.text
}

impl Reader {
    fn indent(&self) -> String {
        format!("{INDENT}{}", "  ".repeat(self.lists.len()))
    }

    /// Begins a block: a blank line between blocks that are in no list.
    fn separate(&mut self) {
        if self.lists.is_empty() && !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    /// Writes the words that were read.
    fn flush(&mut self) {
        let inline = std::mem::take(&mut self.inline);
        if inline.trim().is_empty() {
            return;
        }
        let rest = self.indent();
        let first = self.mark.take().unwrap_or_else(|| rest.clone());
        self.text += &led(&inline, self.width, &first, &rest);
    }

    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(Tag::Paragraph | Tag::Heading { .. }) => {
                self.flush();
                self.separate();
            }
            Event::End(TagEnd::Paragraph) => self.flush(),
            Event::End(TagEnd::Heading(_)) => {
                self.inline = Tone::Strong.paint(self.inline.trim());
                self.flush();
            }
            Event::Start(Tag::List(next)) => {
                self.flush();
                self.separate();
                self.lists.push(List { next });
            }
            Event::End(TagEnd::List(_)) => {
                self.flush();
                self.lists.pop();
            }
            Event::Start(Tag::Item) => {
                self.flush();
                let outer = "  ".repeat(self.lists.len().saturating_sub(1));
                let list = self.lists.last_mut().and_then(|list| list.next.as_mut());
                // The mark hangs to the left of the text.
                self.mark = Some(match list {
                    Some(number) => {
                        *number += 1;
                        format!("{INDENT}{outer}{}. ", *number - 1)
                    }
                    None => format!("{INDENT}{outer}- "),
                });
            }
            Event::End(TagEnd::Item) => self.flush(),
            Event::Start(Tag::CodeBlock(_)) => {
                self.flush();
                self.separate();
                self.code = true;
            }
            Event::End(TagEnd::CodeBlock) => {
                let lines = std::mem::take(&mut self.inline);
                let indent = format!("{}  ", self.indent());
                self.text += &verbatim(&lines, self.width, &indent);
                self.code = false;
            }
            Event::Start(Tag::Table(_)) => {
                self.flush();
                self.separate();
            }
            Event::End(TagEnd::TableCell) => {
                let cell = std::mem::take(&mut self.inline);
                self.rows.last_mut().expect("a cell is in a row").push(cell);
            }
            Event::Start(Tag::TableHead | Tag::TableRow) => self.rows.push(Vec::new()),
            Event::End(TagEnd::Table) => self.table(),
            Event::Text(words) | Event::Code(words) | Event::Html(words) | Event::InlineHtml(words) => {
                self.inline.push_str(&words)
            }
            Event::SoftBreak | Event::HardBreak => self.inline.push(' '),
            _ => {}
        }
    }

    fn table(&mut self) {
        let mut rows = std::mem::take(&mut self.rows).into_iter();
        let Some(head) = rows.next() else { return };
        let headings: Vec<&str> = head.iter().map(String::as_str).collect();
        let rows: Vec<Vec<String>> = rows.collect();
        let all: Vec<usize> = (0..headings.len()).collect();
        let indent = self.indent();
        let table = Table::of_rows(&headings, &rows, &[], &all, &[], self.width - indent.len());
        for line in table.whole(&rows).lines() {
            self.text += &format!("{indent}{line}\n");
        }
    }
}
