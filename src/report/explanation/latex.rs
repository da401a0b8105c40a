//! A claim as a section of a LaTeX document.

use super::{Block, Document};
use crate::report::formula::latex::{formula, prose, statement, text};
use crate::report::formula::law;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use std::fmt::Write;

pub(super) fn render(document: &Document<'_>) -> String {
    let stated = |plain: &str| if document.is_formula { law::to_latex(plain) } else { statement(plain) };
    let title = if document.is_formula { prose(document.title) } else { statement(document.title) };
    let mut written =
        format!("% needs \\usepackage{{amsmath,amssymb}}\n\\section*{{\\texttt{{{}}}: {title}}}\n", prose(document.id));
    for block in &document.blocks {
        let _ = match block {
            Block::Heading(heading) => writeln!(written, "\n\\subsection*{{{}}}", text(heading)),
            Block::Formula(plain) => writeln!(written, "\\begin{{quote}}\n{}\n\\end{{quote}}", stated(plain)),
            Block::Items(items) => {
                let item = |(name, item): &(Option<&str>, &str)| {
                    let name = name.map_or_else(String::new, |name| format!("\\texttt{{{}}}: ", text(name)));
                    format!("\\item {name}{}\n", stated(item))
                };
                let items: String = items.iter().map(item).collect();
                writeln!(written, "\\begin{{itemize}}\n{items}\\end{{itemize}}")
            }
            Block::Words(words) => writeln!(written, "{}", text(words)),
            Block::Verbatim(lines) => writeln!(written, "\\begin{{verbatim}}\n{}\n\\end{{verbatim}}", lines.trim_end()),
            Block::Page(markdown) => writeln!(written, "{}", page(markdown).trim_end()),
        };
    }
    written
}

/// Markdown as LaTeX.
fn page(markdown: &str) -> String {
    let mut written = String::new();
    let (mut code, mut columns) = (false, 0);
    let environment = |numbered: bool| if numbered { "enumerate" } else { "itemize" };
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Heading { .. }) => written.push_str("\n\\paragraph{"),
            Event::End(TagEnd::Heading(_)) => written.push_str("}\n"),
            Event::End(TagEnd::Paragraph) => written.push_str("\n\n"),
            Event::Start(Tag::Strong) => written.push_str("\\textbf{"),
            Event::Start(Tag::Emphasis) => written.push_str("\\emph{"),
            Event::End(TagEnd::Strong | TagEnd::Emphasis) => written.push('}'),
            Event::Start(Tag::List(first)) => {
                let _ = writeln!(written, "\n\\begin{{{}}}", environment(first.is_some()));
            }
            Event::End(TagEnd::List(numbered)) => {
                let _ = writeln!(written, "\\end{{{}}}", environment(numbered));
            }
            Event::Start(Tag::Item) => written.push_str("\\item "),
            Event::End(TagEnd::Item) => written.push('\n'),
            Event::Start(Tag::CodeBlock(_)) => {
                code = true;
                written.push_str("\\begin{quote}\n");
            }
            Event::End(TagEnd::CodeBlock) => {
                code = false;
                written.push_str("\\end{quote}\n");
            }
            Event::Start(Tag::Table(alignments)) => {
                let _ = writeln!(written, "\n\\begin{{tabular}}{{{}}}", "l".repeat(alignments.len()));
            }
            Event::End(TagEnd::Table) => written.push_str("\\end{tabular}\n"),
            Event::Start(Tag::TableHead | Tag::TableRow) => columns = 0,
            Event::Start(Tag::TableCell) => {
                written.push_str(if columns > 0 { " & " } else { "" });
                columns += 1;
            }
            Event::End(TagEnd::TableHead) => written.push_str(" \\\\ \\hline\n"),
            Event::End(TagEnd::TableRow) => written.push_str(" \\\\\n"),
            // The lines of a block of code are formulas of the page.
            Event::Text(lines) if code => {
                for line in lines.lines().filter(|line| !line.trim().is_empty()) {
                    let parts = line.split("  ").map(str::trim).filter(|part| !part.is_empty());
                    let parts: Vec<String> = parts.map(|part| format!("\\({}\\)", formula(part))).collect();
                    let _ = writeln!(written, "{}\\\\", parts.join(" "));
                }
            }
            Event::Code(name) => {
                let _ = write!(written, "\\texttt{{{}}}", text(&name));
            }
            Event::Text(words) | Event::Html(words) | Event::InlineHtml(words) => written.push_str(&text(&words)),
            Event::SoftBreak | Event::HardBreak => written.push('\n'),
            _ => {}
        }
    }
    written
}
