//! What stands around the new folder, and what its owner should know of it.

use crate::cli::output::shown;
use crate::cli::text_file;
use std::path::Path;

/// The workspace that the new crate is inside of, if it is, and how to join it: the crate is one of its own.
pub(super) fn told_of_workspace(home: &Path) -> String {
    let is_workspace = |folder: &&Path| {
        let manifest = text_file::read(&folder.join("Cargo.toml"), text_file::LONGEST).ok();
        manifest.and_then(|text| text.parse::<toml::Table>().ok()).is_some_and(|table| table.contains_key("workspace"))
    };
    let Some(above) = home.ancestors().skip(1).find(is_workspace) else { return String::new() };
    let member = home.strip_prefix(above).map(shown).unwrap_or_default();
    format!(
        "{} is a workspace around this crate, which is one of its own. To join it, take [workspace] and the tables of profiles out of\n\
         the crate's Cargo.toml, and put \"{member}\" into its `members`. Where they match that folder already, join it, or put the folder\n\
         into its `exclude`: cargo refuses a workspace in another.\n",
        shown(&above.join("Cargo.toml"))
    )
}

/// The repository that the new folder is inside of, if it is: a forge does not see the workflow there.
pub(super) fn told_of_repository(home: &Path) -> String {
    let Some(above) = home.ancestors().skip(1).find(|folder| folder.join(".git").exists()) else {
        return String::new();
    };
    format!(
        "{} is a repository around this folder, and a forge runs the workflows at the root of a repository only: make the new folder one\n\
         of its own (git init), or move the workflow there, with a `working-directory` for its steps.\n",
        shown(above)
    )
}
