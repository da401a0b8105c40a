//! Where the new crate and its workflow have the library from, and what is left to be done for that.

use super::Arguments;
use crate::cli::output::shown;
use crate::cli::{Failure, text_file};
use crate::report::quoted;
use std::fs;
use std::path::{Component, Path};

/// The top of a workflow that has the library from a repository, and the step that puts it where the manifest has it.
const PLACE: &str = include_str!("template/place.yml");
const STEP: &str = include_str!("template/library.yml");

/// The library, as the command line names it.
pub(super) struct Source<'a> {
    /// Its folder, seen from the new one where both are on one tree.
    folder: Option<String>,
    /// Its repository.
    url: Option<&'a str>,
    /// The commit of the repository.
    commit: Option<&'a str>,
}

impl<'a> Source<'a> {
    /// What the command line says; `home` is the new folder, all links followed.
    ///
    /// # Errors
    /// A folder that is not the library's, and what is no URL or no commit.
    pub(super) fn of(arguments: &'a Arguments, home: &Path) -> Result<Self, Failure> {
        let folder = arguments.path.as_deref().map(|path| folder(path, home)).transpose()?;
        let (url, commit) = (arguments.git.as_deref(), arguments.rev.as_deref());
        if let Some(url) = url.filter(|url| !is_url(url)) {
            return Err(Failure::Usage(format!(
                "--git: expected a URL such as https://example.org/equipartition, or ssh://git@example.org/equipartition, found `{url}`"
            )));
        }
        if let Some(commit) = commit.filter(|commit| !is_commit(commit)) {
            return Err(Failure::Usage(format!("--rev: expected a commit such as 0123abc, found `{commit}`")));
        }
        Ok(Self { folder, url, commit })
    }

    /// What the manifest says of the library.
    pub(super) fn dependency(&self) -> String {
        let of = |text: &str| toml::Value::String(text.to_owned()).to_string();
        if let Some(folder) = &self.folder {
            return format!(
                "# This folder is on your machine only. Before others build the crate, say where they find the library,\n\
                 # `equipartition = {{ git = \"URL\", rev = \"COMMIT\" }}`, and take its step out of .github/workflows/theory.yml.\n\
                 equipartition = {{ path = {} }}",
                of(folder)
            );
        }
        let commit = self.commit.map_or_else(String::new, |commit| format!(", rev = {}", of(commit)));
        format!("equipartition = {{ git = {}{commit} }}", of(self.url.unwrap_or_default()))
    }

    /// The part of a workflow that names the repository: the one place that may have to be filled in.
    pub(super) fn place(&self) -> String {
        let mark = if self.url.is_some() { "Where the library is from:" } else { "FILL IN, between the quotes:" };
        // Of the characters that a URL and a commit have, none means anything between double quotes of YAML.
        let words = [("MARK", mark), ("ADDRESS", self.url.unwrap_or("")), ("REVISION", self.commit.unwrap_or(""))];
        super::fill(PLACE, &words)
    }

    /// What the workflow of a crate has of it: nothing where cargo fetches the repository itself.
    pub(super) fn workflow(&self) -> (String, String) {
        match &self.folder {
            Some(folder) => (self.place(), super::fill(STEP, &[("FOLDER", &quoted(folder))])),
            None => (String::new(), String::new()),
        }
    }

    /// What is left to be done before a forge, and others, can build the crate.
    pub(super) fn told(&self) -> String {
        let Some(folder) = &self.folder else { return self.told_of_url() };
        let mut told = format!("Cargo.toml has the library in {folder}, which is on this machine only.\n");
        if Path::new(folder).is_absolute() {
            told += "That is an absolute path, for no folder but the root is above both: a crate beside the library has a relative one.\n";
        }
        told += &self.told_of_url();
        told + "Before others can build the crate, name that repository in Cargo.toml too, by `git` and `rev` in place of `path`.\n"
    }

    /// What is left to be done before a forge finds the repository.
    pub(super) fn told_of_url(&self) -> String {
        let Some(url) = self.url else {
            return "The workflow has one place to fill in, without which it fails: .github/workflows/theory.yml, marked FILL IN, the\n\
                    repository of the library (or give --git).\n"
                .to_owned();
        };
        let mut told = match url.split_once("://") {
            Some(("file", _)) => {
                format!("A forge cannot reach {url}: the workflow fails until another URL stands there.\n")
            }
            Some(("ssh", _)) => format!("A forge needs a key for {url}, which the workflow does not have.\n"),
            _ => format!("Nothing is to be filled in for the workflow, if a forge can reach {url}.\n"),
        };
        if self.commit.is_none() {
            told += "It takes the newest commit there: --rev names one that stays.\n";
        }
        told
    }
}

/// The library's folder, for the manifest of the crate in `home`.
fn folder(path: &Path, home: &Path) -> Result<String, Failure> {
    let whole = fs::canonicalize(path).map_err(|error| Failure::reading(&shown(path), error))?;
    let place = shown(&whole.join("Cargo.toml"));
    let manifest = text_file::read(&whole.join("Cargo.toml"), text_file::LONGEST)
        .map_err(|error| Failure::reading(&place, error))?;
    if !manifest.lines().any(|line| line.trim() == "name = \"equipartition\"") {
        return Err(Failure::BadData(format!("{place}: not the crate `equipartition`")));
    }
    let seen = relative(home, &whole);
    let plain = seen.as_deref().or_else(|| whole.to_str()).filter(|path| !path.chars().any(char::is_control));
    plain.map(str::to_owned).ok_or_else(|| {
        Failure::BadData(format!("{}: a path that is not text on one line cannot stand in a manifest", shown(&whole)))
    })
}

/// The way from one folder to another; none where only the root is above both, since the way would lead out of whatever is moved or committed together.
fn relative(from: &Path, to: &Path) -> Option<String> {
    let (from, to): (Vec<_>, Vec<_>) = (from.components().collect(), to.components().collect());
    let common = from.iter().zip(&to).take_while(|(one, other)| one == other).count();
    from[..common].iter().find(|part| matches!(part, Component::Normal(_)))?;
    let up = from[common..].iter().map(|_| Some(".."));
    let down = to[common..].iter().map(|part| part.as_os_str().to_str());
    Some(up.chain(down).collect::<Option<Vec<_>>>()?.join("/"))
}

/// Whether it has a scheme, and no character that a URL (RFC 3986) has not: none that shells, TOML or YAML take for more than itself between double quotes.
fn is_url(text: &str) -> bool {
    let is_scheme = |scheme: &str| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
    };
    text.split_once("://").is_some_and(|(scheme, rest)| is_scheme(scheme) && !rest.is_empty())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "-._~:/?#[]@!$&'()*+,;=%".contains(c))
}

/// Whether git and cargo take it for the name of a commit, and for nothing else.
fn is_commit(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "-._/+".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_is_relative_where_a_folder_is_above_both() {
        for (from, to, expected) in [
            ("/a/mine", "/a/library", Some("../library")),
            ("/a/b/mine", "/a/c/library", Some("../../c/library")),
            ("/a/library/mine", "/a/library", Some("..")),
            ("/a/mine", "/b/library", None),
            ("/mine", "/library", None),
        ] {
            assert_eq!(relative(Path::new(from), Path::new(to)).as_deref(), expected, "{from} {to}");
        }
    }

    #[test]
    fn what_is_no_url_and_no_commit_is_none() {
        for url in ["https://example.org/a", "ssh://git@example.org/a'$(b)", "file:///a"] {
            assert!(is_url(url), "{url}");
        }
        for text in [
            "",
            "a",
            "../a",
            "git@example.org:a",
            "https://",
            "://a",
            "-x://a",
            "https://a b",
            "https://a\"",
            "https://${{a}}",
        ] {
            assert!(!is_url(text), "{text}");
        }
        for (text, expected) in
            [("0123abc", true), ("v0.1", true), ("", false), ("-x", false), ("a b", false), ("$a", false)]
        {
            assert_eq!(is_commit(text), expected, "{text}");
        }
    }
}
