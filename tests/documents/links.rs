//! Links lead somewhere: to a file, and to a heading of it.

use super::{markdown, root};
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

/// The targets of the links and pictures in a text, outside of code.
fn targets(text: &str) -> Vec<String> {
    let mut targets = Vec::new();
    for (_, line) in markdown::prose(text) {
        // Code is taken out, but for the backticks that show where a link's words end.
        let line: String = markdown::cut(line).iter().step_by(2).copied().collect::<Vec<_>>().join("`");
        for rest in line.split("](").skip(1) {
            let target = rest.split(')').next().expect("there is a first part");
            targets.push(target.split(' ').next().expect("there is a first part").to_owned());
        }
    }
    targets
}

/// The anchors of the headings, as forges make them.
fn anchors(text: &str) -> Vec<String> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let headings = markdown::prose(text).into_iter().filter(|(_, line)| line.starts_with('#'));
    headings
        .map(|(_, line)| {
            let words = line.trim_start_matches('#').trim().to_lowercase();
            let kept = words.chars().filter(|c| c.is_alphanumeric() || [' ', '-', '_'].contains(c));
            let anchor: String = kept.map(|c| if c == ' ' { '-' } else { c }).collect();
            let count = seen.entry(anchor.clone()).or_default();
            *count += 1;
            if *count == 1 { anchor } else { format!("{anchor}-{}", *count - 1) }
        })
        .collect()
}

/// A path without `.` and `..`.
fn straight(path: &Path) -> PathBuf {
    path.components().fold(PathBuf::new(), |mut path, component| {
        match component {
            Component::ParentDir => drop(path.pop()),
            Component::CurDir => {}
            other => path.push(other),
        }
        path
    })
}

/// What is wrong with the links of a text that is at `page`.
fn wrong(page: &Path, text: &str) -> Vec<String> {
    let judge = |target: String| {
        // Links into the crate are rustdoc's to check; those of other hosts need a network.
        if target.starts_with("crate::") || target.starts_with("https://") {
            return None;
        }
        let (file, anchor) = target.split_once('#').map_or((&*target, None), |(file, anchor)| (file, Some(anchor)));
        let path = if file.is_empty() { page.to_owned() } else { straight(&page.with_file_name("").join(file)) };
        if !file.is_empty() && !root().join(&path).exists() {
            return Some(format!("{}: `{target}` leads to nothing", page.display()));
        }
        let text = || if file.is_empty() { text.to_owned() } else { markdown::read(&path) };
        let known = anchor.is_none_or(|anchor| anchors(&text()).iter().any(|known| known == anchor));
        (!known).then(|| format!("{}: `{target}`: no such heading", page.display()))
    };
    targets(text).into_iter().filter_map(judge).collect()
}

/// All links of a page.
pub fn check(page: &Path) -> Result<(), String> {
    let wrong = wrong(page, &markdown::read(page));
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
}

/// The book has every page of docs/ once.
pub fn the_summary_has_every_page_once() -> Result<(), String> {
    let mut listed = targets(&markdown::read(Path::new("docs/SUMMARY.md")));
    listed.sort();
    let pages = markdown::files(&root().join("docs")).into_iter().map(|path| path.display().to_string());
    let mut pages: Vec<String> = pages.filter(|page| page != "SUMMARY.md").collect();
    // As texts, like the list: paths are ordered by folder.
    pages.sort();
    if listed == pages { Ok(()) } else { Err(format!("SUMMARY.md has\n{listed:?}\nbut docs/ has\n{pages:?}")) }
}

/// Files and headings that do not exist are seen.
pub fn what_leads_nowhere_is_seen() -> Result<(), String> {
    let page = Path::new("docs/x.md");
    let text =
        "# A `b`: c\n[1](#a-b-c) [2](../README.md) `[3](none.md)`\n```text\n[4](none.md)\n```\n[`5`](../src/lib.rs)";
    let found = wrong(page, text);
    if !found.is_empty() {
        return Err(found.join("\n"));
    }
    let found = wrong(page, "# A\n[1](#b) [2](none.md) [`3`](../none.rs) [4](../README.md#none)");
    if found.len() == 4 { Ok(()) } else { Err(format!("seen are only {found:?}")) }
}
