//! A claim as a page.

use super::{Block, Document};
use crate::report::formula::{law, to_mathml};
use crate::report::svg::escape;
use pulldown_cmark::{Event, Options, Parser};
use std::fmt::Write;

const STYLE: &str = "body{max-width:46em;margin:2em auto;padding:0 1em;font:16px/1.5 system-ui,sans-serif;color-scheme:light dark}\
    pre{overflow-x:auto;padding:.6em .8em;background:color-mix(in srgb,currentColor 6%,transparent)}\
    .formula{font-size:1.15em;margin:1em 2em}table{border-collapse:collapse}td,th{padding:.2em .6em;border:1px solid}";

pub(super) fn render(document: &Document<'_>) -> String {
    let title = format!("{}: {}", escape(document.id), escape(document.title));
    let stated = |plain: &str| if document.is_formula { law::to_mathml(plain) } else { to_mathml(plain) };
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"/>\n<title>{title}</title>\n<style>{STYLE}</style></head>\n\
         <body>\n<h1>{title}</h1>\n"
    );
    for block in &document.blocks {
        let _ = match block {
            Block::Heading(heading) => writeln!(page, "<h2>{}</h2>", escape(heading)),
            Block::Formula(statement) => writeln!(page, "<p class=\"formula\">{}</p>", stated(statement)),
            Block::Items(items) => {
                let item = |(name, item): &(Option<&str>, &str)| {
                    let name = name.map_or_else(String::new, |name| format!("<code>{}</code>: ", escape(name)));
                    format!("<li>{name}{}</li>\n", stated(item))
                };
                writeln!(page, "<ul>\n{}</ul>", items.iter().map(item).collect::<String>())
            }
            Block::Words(words) => writeln!(page, "<p>{}</p>", escape(words)),
            Block::Verbatim(lines) => writeln!(page, "<pre>{}</pre>", escape(lines.trim_end())),
            Block::Page(markdown) => {
                // Markup in the source is shown and not obeyed.
                let shown = Parser::new_ext(markdown, Options::ENABLE_TABLES).map(|event| match event {
                    Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
                    other => other,
                });
                pulldown_cmark::html::push_html(&mut page, shown);
                Ok(())
            }
        };
    }
    page + "</body>\n</html>\n"
}
