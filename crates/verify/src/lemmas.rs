//! What of a claim a proof assistant has checked: a column of its own, which is never numerical evidence.
//!
//! The list is a text of tables `[[claim]]` with one key a line: `id`, `checked` (`full` or `part`), `theorem` (a list of names), `statement`
//! (the file in which `NAME_statement` is spelt out), `covers` and `missing`. Claims without a table are proved in prose.

use serde::{Deserialize, Serialize};
use std::fmt;

/// How far a claim's proof has been checked by a machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Checked {
    /// No proof is given.
    None,
    /// Not at all: the proof is prose.
    #[default]
    Prose,
    /// A part of the statement, or under further hypotheses.
    Part,
    /// One theorem covers every formula of the statement, under the hypotheses of the entry.
    Full,
}

impl Checked {
    /// Whether no machine has checked anything.
    pub fn is_nothing(&self) -> bool {
        *self <= Checked::Prose
    }
}

impl fmt::Display for Checked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Checked::None => "none",
            Checked::Prose => "prose",
            Checked::Part => "part",
            Checked::Full => "full",
        })
    }
}

/// What a machine has checked of a claim.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lemma {
    /// The claim's identifier.
    pub id: String,
    /// How far.
    pub checked: Checked,
    /// The theorems.
    pub theorems: Vec<String>,
    /// The file that spells out what they state.
    pub statement: String,
    /// What is proved, and how the hypotheses are to be read.
    pub covers: String,
    /// What is not.
    pub missing: String,
}

/// The machine-checked lemmas of a theory.
#[derive(Clone, Copy, Debug)]
pub struct Lemmas {
    /// The list, as described [above](self).
    pub list: &'static str,
    /// The files of statements: their names and texts.
    pub statements: &'static [(&'static str, &'static str)],
}

impl Lemmas {
    /// Nothing is machine-checked.
    pub const NONE: Lemmas = Lemmas { list: "", statements: &[] };

    /// All of them.
    pub fn all(&self) -> Vec<Lemma> {
        let mut lemmas: Vec<Lemma> = Vec::new();
        for line in self.list.lines() {
            if line.trim() == "[[claim]]" {
                lemmas.push(Lemma::default());
            }
            let (Some(lemma), Some((key, value))) = (lemmas.last_mut(), line.split_once(" = ")) else { continue };
            let words = || value.split('"').skip(1).step_by(2).map(str::to_owned);
            let text = || words().next().unwrap_or_default();
            match key {
                "id" => lemma.id = text(),
                "checked" => lemma.checked = if text() == "full" { Checked::Full } else { Checked::Part },
                "theorem" => lemma.theorems = words().collect(),
                "statement" => lemma.statement = text(),
                "covers" => lemma.covers = text(),
                "missing" => lemma.missing = text(),
                _ => {}
            }
        }
        lemmas
    }

    /// What is checked of a claim; prose if nothing is.
    pub fn of(&self, id: &str) -> Lemma {
        let found = self.all().into_iter().find(|lemma| lemma.id == id);
        found.unwrap_or_else(|| Lemma { id: id.to_owned(), ..Lemma::default() })
    }

    /// What a lemma's theorems state, in the assistant's language: the definition of `NAME_statement` with the comment that stands before it.
    pub fn statements(&self, lemma: &Lemma) -> Vec<String> {
        let page = self.statements.iter().find(|(name, _)| *name == lemma.statement).map_or("", |(_, text)| text);
        let paragraph = |theorem: &String| {
            let head = format!("Definition {theorem}_statement ");
            page.split("\n\n").find(|part| part.lines().any(|line| line.starts_with(&head)))
        };
        lemma.theorems.iter().filter_map(paragraph).map(str::to_owned).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEMMAS: Lemmas = Lemmas {
        list: "# a comment\n[[claim]]\nid = \"a/b\"\nchecked = \"part\"\ntheorem = [\"one\", \"two\"]\nstatement = \"f.v\"\ncovers = \"a = b\"\nmissing = \"c\"\n",
        statements: &[(
            "f.v",
            "Import.\n\n(* why *)\nDefinition one_statement : Prop :=\n  True.\n\nDefinition two_statement : Prop := True.\n",
        )],
    };

    #[test]
    fn a_claim_without_a_table_is_proved_in_prose() {
        assert_eq!(LEMMAS.of("a/c"), Lemma { id: "a/c".to_owned(), checked: Checked::Prose, ..Lemma::default() });
        assert_eq!(Lemmas::NONE.of("a/b").checked, Checked::Prose);
    }

    #[test]
    fn a_table_names_theorems_and_what_they_state() {
        let lemma = LEMMAS.of("a/b");
        assert_eq!((lemma.checked, lemma.covers.as_str(), lemma.missing.as_str()), (Checked::Part, "a = b", "c"));
        assert_eq!(lemma.theorems, ["one", "two"]);
        let statements = LEMMAS.statements(&lemma);
        assert!(statements[0].starts_with("(* why *)\nDefinition one_statement") && statements[0].ends_with("True."));
        assert_eq!(statements.len(), 2);
    }
}
