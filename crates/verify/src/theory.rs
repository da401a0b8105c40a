//! Theories: named lists of claims, with their pages of proofs. A program speaks of one or of several.

use super::claim::Claim;
use super::entry::Entry;
use super::lemmas::{Checked, Lemma, Lemmas};
use std::fmt::Write;

/// A theory. All of it is borrowed: from the program's text, or from a file that was read at run time.
#[derive(Clone, Copy)]
pub struct Theory<'a> {
    /// A permanent name, such as `neural-thermodynamics`.
    pub name: &'a str,
    /// What it is about, in a few words.
    pub title: &'a str,
    /// Where it comes from.
    pub references: &'a [&'a str],
    /// Pages of proofs, by family: Markdown with a section `## family/name ...` for each claim.
    pub proofs: &'a [(&'a str, &'a str)],
    /// What of it a proof assistant has checked.
    pub lemmas: Lemmas,
    /// The claims, family by family.
    pub claims: &'a [&'a [&'a Claim<'a>]],
    /// The file that it was read from, if it was.
    pub file: Option<&'a str>,
}

/// The theories that a program speaks of.
#[derive(Clone, Copy)]
pub struct Theories<'a>(pub &'a [&'a Theory<'a>]);

impl<'a> Theories<'a> {
    /// Every claim, in the order of the theories and of their families. Identifiers are permanent.
    pub fn claims(self) -> Vec<&'a Claim<'a>> {
        self.0.iter().flat_map(|theory| theory.claims).flat_map(|family| family.iter()).copied().collect()
    }

    /// The claims whose identifier starts with one of the prefixes (`balance` selects `balance/...`); all of them if there are no prefixes.
    pub fn select(self, prefixes: &[impl AsRef<str>]) -> Vec<&'a Claim<'a>> {
        let matches = |id: &str| prefixes.is_empty() || prefixes.iter().any(|prefix| id.starts_with(prefix.as_ref()));
        self.claims().into_iter().filter(|claim| matches(claim.id)).collect()
    }

    /// The claim of that identifier, if there is one.
    pub fn find(self, id: &str) -> Option<&'a Claim<'a>> {
        self.claims().into_iter().find(|claim| claim.id == id)
    }

    /// The theory that a claim is of.
    pub fn of(self, id: &str) -> Option<&'a Theory<'a>> {
        let has =
            |theory: &&&'a Theory<'a>| theory.claims.iter().flat_map(|family| *family).any(|claim| claim.id == id);
        self.0.iter().find(has).copied()
    }

    /// Adds what the claim itself does not know: its theory, and what of it is machine-checked.
    pub fn complete(self, entry: &mut Entry) {
        if let Some(theory) = self.of(&entry.id) {
            entry.theory = theory.name.to_owned();
            entry.theory_file = theory.file.map(str::to_owned);
            entry.lemma = self.lemma(&entry.id).0;
        }
    }

    /// What a proof assistant has checked of a claim, and the statements in its language.
    pub fn lemma(self, id: &str) -> (Lemma, Vec<String>) {
        let lemmas = self.of(id).map_or(Lemmas::NONE, |theory| theory.lemmas);
        let mut lemma = lemmas.of(id);
        if lemma.checked.is_nothing() && self.proof(id).is_none() {
            lemma.checked = Checked::None;
        }
        let statements = lemmas.statements(&lemma);
        (lemma, statements)
    }

    /// What reports say of the claim of that identifier, with its theory.
    pub fn entry(self, id: &str) -> Option<Entry> {
        let mut entry = self.find(id)?.entry();
        self.complete(&mut entry);
        Some(entry)
    }

    /// The section that proves a claim; none if its family has no page, or the page no such section.
    ///
    /// A section runs from the heading `## family/name ...`, whose first word is the claim's identifier, to the next heading
    /// of that level.
    pub fn proof(self, id: &str) -> Option<String> {
        let family = id.split('/').next()?;
        let mut pages = self.0.iter().flat_map(|theory| theory.proofs).filter(|(known, _)| *known == family);
        pages.find_map(|(_, page)| section(page, id))
    }

    /// What is wrong with the identifiers: one that is not `family/name` in small letters, digits and hyphens, or is there twice; of a claim
    /// without a control, or with two of one name; of what claims build on, which has to be there and in no circle.
    pub fn faults(self) -> Vec<String> {
        let mut faults = Vec::new();
        let mut known = std::collections::BTreeSet::new();
        for claim in self.claims() {
            let id = claim.id;
            let is_word = |word: &str| {
                !word.is_empty() && word.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
            };
            if !id.split_once('/').is_some_and(|(family, name)| is_word(family) && is_word(name)) {
                faults.push(format!("{id:?}: an identifier is `family/name`, in small letters, digits and hyphens"));
            }
            if !known.insert(id) {
                faults.push(format!("{id}: two claims have this identifier"));
            }
            if claim.controls.is_empty() {
                faults.push(format!("{id}: the claim has no control, so that nothing shows what its check can tell"));
            }
            let mut names = std::collections::BTreeSet::new();
            for control in claim.controls {
                if !is_word(control.name) || !names.insert(control.name) {
                    faults.push(format!(
                        "{id}: the control {:?} needs a name of its own in small letters, digits and hyphens",
                        control.name
                    ));
                }
            }
        }
        faults.extend(self.faults_of_dependence());
        faults
    }
}

fn section(page: &str, id: &str) -> Option<String> {
    let mut found = false;
    let mut fenced = false;
    let mut section = String::new();
    for line in page.lines() {
        fenced ^= line.trim_start().starts_with("```");
        if let (false, Some(heading)) = (fenced, line.strip_prefix("## ")) {
            if found {
                break;
            }
            found = heading.split_whitespace().next() == Some(id);
        }
        if found {
            let _ = writeln!(section, "{line}");
        }
    }
    found.then(|| section.trim_end().to_owned() + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "# Page\n\nintroduction\n\n## a/one: title\nwrong token\n\n## a/one — title\n\nfirst\n\n### part\n\n```text\n## not a heading\n```\n\n## a/one-more\n\nsecond\n";

    #[test]
    fn a_section_ends_where_the_next_begins() {
        let found = section(PAGE, "a/one").expect("the page has this section");
        assert_eq!(found, "## a/one — title\n\nfirst\n\n### part\n\n```text\n## not a heading\n```\n");
        assert_eq!(section(PAGE, "a/one-more").as_deref(), Some("## a/one-more\n\nsecond\n"));
        assert_eq!(section(PAGE, "a/on"), None);
    }
}
