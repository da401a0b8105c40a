//! What mdBook runs over the pages of docs/ (book.toml): formulas become MathML, so that the book needs no script and no network.
//!
//! mdBook asks `supports RENDERER` first, then gives `[context, book]` as JSON on standard input and takes the book back. A page is plain Markdown
//! that any forge shows:
//!
//! - a fenced block of the language `formula` has a formula a line, in the plain text of the program's statements;
//! - a link that leaves docs/ leads to the repository, whose address is `repository` in book.toml, or is left as words if there is none.

use equipartition::report::formula::to_mathml;
use serde_json::Value;
use std::io::{self, Read};
use std::process::ExitCode;

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some("supports") {
        return if std::env::args().nth(2).as_deref() == Some("html") { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    let mut text = String::new();
    match io::stdin().read_to_string(&mut text).map_err(|error| error.to_string()).and_then(|_| processed(&text)) {
        Ok(book) => println!("{book}"),
        Err(error) => {
            eprintln!("error: not what mdBook sends: {error}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

/// The book out of `[context, book]`, with every page rewritten.
fn processed(text: &str) -> Result<Value, String> {
    let mut document: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let address = document.pointer("/0/config/preprocessor/equipartition/repository").and_then(Value::as_str);
    let address = address.map(|address| address.trim_end_matches('/').to_owned());
    let book = document.get_mut(1).ok_or("there is no book")?;
    rewrite(book, address.as_deref());
    Ok(book.take())
}

/// Rewrites the contents of all chapters below; versions of mdBook keep them in members of other names.
fn rewrite(value: &mut Value, address: Option<&str>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match member {
                    Value::String(content) if name == "content" => *content = page(content, address),
                    other => rewrite(other, address),
                }
            }
        }
        Value::Array(entries) => entries.iter_mut().for_each(|entry| rewrite(entry, address)),
        _ => {}
    }
}

/// A page with its formulas in MathML, and its links out of docs/ as said above.
fn page(text: &str, address: Option<&str>) -> String {
    let (mut written, mut fence) = (String::new(), None::<&str>);
    for line in text.lines() {
        let is_fence = line.starts_with("```");
        match fence {
            None if line == "```formula" => written.push_str("<div class=\"formula\">"),
            Some("```formula") if line == "```" => written.push_str("</div>\n"),
            Some("```formula") => {
                written.push_str("<p>");
                written.push_str(&to_mathml(line));
                written.push_str("</p>");
            }
            None if !is_fence => {
                written.push_str(&outward(line, address));
                written.push('\n');
            }
            _ => {
                written.push_str(line);
                written.push('\n');
            }
        }
        fence = match fence {
            None if is_fence => Some(line),
            Some(_) if line == "```" => None,
            other => other,
        };
    }
    written
}

/// A line whose links to `../` lead to the repository, or are words.
fn outward(line: &str, address: Option<&str>) -> String {
    let (mut written, mut rest) = (String::new(), line);
    while let Some(at) = rest.find("](../") {
        let end = rest[at..].find(')').map_or(rest.len(), |end| at + end);
        let open = rest[..at].rfind('[');
        let target = &rest[at + "](../".len()..end];
        match (address, open) {
            (Some(address), _) => {
                written.push_str(&format!("{}]({address}/{target}", &rest[..at]));
                rest = &rest[end..];
            }
            (None, Some(open)) => {
                written.push_str(&rest[..open]);
                written.push_str(&rest[open + 1..at]);
                rest = rest.get(end + 1..).unwrap_or("");
            }
            (None, None) => break,
        }
    }
    written + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As mdBook 0.4 (`sections`) and 0.5 (`items`) send it.
    fn sent(member: &str, content: &str, repository: &str) -> String {
        let chapter = serde_json::json!({"Chapter": {"name": "x", "content": content, "sub_items": [{"Chapter": {"content": content}}]}});
        let settings = serde_json::json!({"equipartition": {"repository": repository}});
        serde_json::json!([{"config": {"preprocessor": settings}}, {member: [chapter, "Separator"]}]).to_string()
    }

    #[test]
    fn formulas_become_mathml_in_every_chapter_of_either_version() {
        for member in ["sections", "items"] {
            let book = processed(&sent(member, "a\n```formula\ngamma = 1\n```\nb", "r")).unwrap();
            let chapter = &book[member][0]["Chapter"];
            for content in [&chapter["content"], &chapter["sub_items"][0]["Chapter"]["content"]] {
                let content = content.as_str().unwrap();
                assert!(
                    content.starts_with("a\n<div class=\"formula\"><p><math") && content.contains("<mi>γ</mi>"),
                    "{content}"
                );
                assert!(content.ends_with("</div>\nb\n") && !content.contains("```"), "{content}");
            }
            assert_eq!(book[member][1], "Separator");
        }
    }

    #[test]
    fn other_blocks_stay_as_they_are() {
        let text = "```text\n[a](../b)\n```formula\n```\n`x` [c](d.md#e)\n";
        assert_eq!(page(text, None), text);
    }

    #[test]
    fn links_out_of_the_book_lead_to_the_repository_or_are_words() {
        let line = "see [a `b`](../c/d.rs) and [e](f.md), [g](../h)";
        assert_eq!(outward(line, None), "see a `b` and [e](f.md), g");
        assert_eq!(
            outward(line, Some("https://x/y")),
            "see [a `b`](https://x/y/c/d.rs) and [e](f.md), [g](https://x/y/h)"
        );
    }

    #[test]
    fn what_is_no_book_is_refused() {
        assert!(processed("{").is_err() && processed("[{}]").is_err());
    }
}
