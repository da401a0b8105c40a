//! As much of Markdown as the checks need.

use super::root;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// A fenced block.
pub struct Block {
    /// The first word after the fence.
    pub language: String,
    /// The file that a comment before the block names.
    pub file: Option<String>,
    /// The numbers of its lines, without the fences.
    pub lines: Range<usize>,
}

/// The text of a page, by its path from the root.
pub fn read(path: &Path) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// All Markdown files below a folder but those of `target`, of `vendor` and of hidden folders; from the folder, sorted.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    fn walk(folder: &Path, top: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry")) {
            let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
            if path.is_dir() {
                if !name.starts_with('.') && name != "target" && name != "vendor" {
                    walk(&path, top, found);
                }
            } else if name.ends_with(".md") {
                found.push(path.strip_prefix(top).expect("below the folder").to_owned());
            }
        }
    }
    let mut found = Vec::new();
    walk(folder, folder, &mut found);
    found.sort();
    found
}

/// The fenced blocks of a text, in order.
pub fn blocks(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<(String, Block)> = None;
    let mut before = "";
    for (number, line) in text.lines().enumerate() {
        let fence: String = line.trim_start().chars().take_while(|c| *c == '`').collect();
        open = match open.take() {
            Some((opened, mut block)) if fence == opened && line.trim() == fence => {
                block.lines.end = number;
                blocks.push(block);
                None
            }
            Some(open) => Some(open),
            None if fence.len() >= 3 => {
                let language = line.trim().trim_start_matches('`').split([' ', ',']).next().unwrap_or("").to_owned();
                let file = before.strip_prefix("<!-- file: ").and_then(|rest| rest.strip_suffix(" -->"));
                Some((fence, Block { language, file: file.map(str::to_owned), lines: number + 1..number + 1 }))
            }
            None => None,
        };
        before = line;
    }
    assert!(open.is_none(), "a fence is not closed");
    blocks
}

/// The lines outside of fenced blocks, with their numbers.
pub fn prose(text: &str) -> Vec<(usize, &str)> {
    let blocks = blocks(text);
    let fenced = |number: usize| blocks.iter().any(|block| (block.lines.start - 1..=block.lines.end).contains(&number));
    text.lines().enumerate().filter(|(number, _)| !fenced(*number)).collect()
}

/// A line cut at its single backticks: at odd places stands code.
pub fn cut(line: &str) -> Vec<&str> {
    line.split('`').collect()
}
