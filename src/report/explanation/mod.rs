//! One claim in full, told once: what it says of itself, what a machine has checked, and its page of proof; as text, Markdown, LaTeX or HTML.
//!
//! The page of proof repeats what the claim says of itself, in more words: where it has a paragraph for the hypotheses or the references, that one is shown
//! and the claim's list is not.

mod html;
mod latex;
mod markdown;
mod shield;
mod text;

use super::formula::unicode;
use crate::verify::{Checked, Claim, Lemma};

/// A claim with what belongs to it.
pub struct Explanation<'a> {
    /// The claim.
    pub claim: &'a Claim<'a>,
    /// The claims that its proof rests on.
    pub builds_on: Vec<&'a Claim<'a>>,
    /// The claims whose proofs rest on it.
    pub used_by: Vec<&'a Claim<'a>>,
    /// Its section of the page of proofs, in Markdown.
    pub proof: Option<String>,
    /// What of it a machine has checked.
    pub lemma: Lemma,
    /// The statements of that in the machine's language.
    pub statements: Vec<String>,
    /// Whether the statement is a formula of the language of laws, and not a text with formulas.
    pub is_formula: bool,
}

/// What is told, from the top.
struct Document<'a> {
    id: &'a str,
    title: &'a str,
    blocks: Vec<Block<'a>>,
    is_formula: bool,
}

impl Document<'_> {
    /// A text in the letters of mathematics; what is typed in the language of laws stays as it was typed.
    fn lettered(&self, text: &str) -> String {
        if self.is_formula { text.to_owned() } else { unicode(text) }
    }
}

enum Block<'a> {
    Heading(String),
    /// A statement in plain text, alone on its lines.
    Formula(&'a str),
    /// A list of texts with formulas, each with a name or without.
    Items(Vec<(Option<&'a str>, &'a str)>),
    /// Words.
    Words(String),
    /// Lines that stay as they are.
    Verbatim(&'a str),
    /// Markdown, in the letters of mathematics.
    Page(String),
}

impl Explanation<'_> {
    /// For a person, in lines of at most `width`; headings are bold where whoever writes it lets them be.
    pub fn text(&self, width: usize) -> String {
        text::render(&self.document(), width)
    }

    /// As Markdown.
    pub fn markdown(&self) -> String {
        markdown::render(&self.document())
    }

    /// As a section of a LaTeX document that loads `amsmath` and `amssymb`.
    pub fn latex(&self) -> String {
        latex::render(&self.document())
    }

    /// As a page that loads nothing and runs nothing.
    pub fn html(&self) -> String {
        html::render(&self.document())
    }

    fn document(&self) -> Document<'_> {
        let claim = self.claim;
        let mut parts = self.proof.as_deref().map(shield::shielded).as_deref().map(parts).unwrap_or_default();
        let mut take = |label: &str| {
            let place = parts.iter().position(|part| part.label.trim_end_matches('s') == label)?;
            Some(Block::Page(parts.remove(place).body))
        };
        let (statement, hypotheses) = (take("Statement"), take("Hypothese"));
        let (controls, references) = (take("Control"), take("Reference"));

        let kinds: Vec<String> = claim.evidence().iter().map(ToString::to_string).collect();
        let names = claim.controls.iter().map(|control| (Some(control.name), control.breaks)).collect();
        let mut blocks = vec![Block::Formula(claim.statement)];
        let mut section = |heading: &str, contents: Vec<_>| {
            let mut contents = contents.into_iter().peekable();
            let heading = contents.peek().map(|_| Block::Heading(heading.to_owned()));
            blocks.extend(heading.into_iter().chain(contents));
        };
        section("In full", statement.into_iter().collect());
        section("Hypotheses", hypotheses.or_else(|| listed(claim.hypotheses)).into_iter().collect());
        section("Evidence within reach", vec![Block::Words(kinds.join(", "))]);
        section("Controls, which must fail", [Some(Block::Items(names)), controls].into_iter().flatten().collect());
        section("Machine-checked", self.machine_checked());
        if parts.is_empty() {
            section("Proof", vec![Block::Words("No proof is given.".to_owned())]);
        }
        // A section without subjects is the proof.
        let untitled = if parts.iter().any(|part| part.label == "Proof") { "Remarks" } else { "Proof" };
        for Part { label, body } in parts {
            section(if label.is_empty() { untitled } else { &label }, vec![Block::Page(body)]);
        }
        section("Builds on", claims(&self.builds_on).into_iter().collect());
        section("Used by", claims(&self.used_by).into_iter().collect());
        section("References", references.or_else(|| listed(claim.references)).into_iter().collect());
        Document { id: claim.id, title: claim.title, blocks, is_formula: self.is_formula }
    }

    fn machine_checked(&self) -> Vec<Block<'_>> {
        let lemma = &self.lemma;
        let how = match lemma.checked {
            Checked::None => return Vec::new(),
            Checked::Prose => return vec![Block::Words("Nothing: the proof is prose.".to_owned())],
            Checked::Part => "In part",
            Checked::Full => "In full",
        };
        let mut blocks = vec![Block::Words(format!("{how}, by Coq: {}.", lemma.theorems.join(", ")))];
        let told = [("covers", lemma.covers.as_str()), ("missing", lemma.missing.as_str())];
        blocks.push(Block::Items(
            told.into_iter().filter(|(_, text)| !text.is_empty()).map(|(name, text)| (Some(name), text)).collect(),
        ));
        blocks.extend(self.statements.iter().map(|statement| Block::Verbatim(statement)));
        blocks
    }
}

/// Other claims by their names and titles.
fn claims<'a>(claims: &[&'a Claim<'a>]) -> Option<Block<'a>> {
    (!claims.is_empty()).then(|| Block::Items(claims.iter().map(|claim| (Some(claim.id), claim.title)).collect()))
}

/// A list, unless there is nothing in it.
fn listed<'a>(texts: &[&'a str]) -> Option<Block<'a>> {
    (!texts.is_empty()).then(|| Block::Items(texts.iter().map(|text| (None, *text)).collect()))
}

/// A paragraph of the page that begins with its subject in bold, and what follows it.
struct Part {
    /// The subject; empty for what stands before the first.
    label: String,
    /// The rest, in Markdown.
    body: String,
}

/// Takes a section of a page apart at its paragraphs that begin with a subject, as `**Proof.** ...`.
fn parts(section: &str) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    let (mut fenced, mut after_blank) = (false, true);
    // The first line is the claim's heading.
    for line in section.lines().skip(1) {
        fenced ^= line.trim_start().starts_with("```");
        let subject = line.strip_prefix("**").filter(|_| after_blank && !fenced).and_then(|rest| rest.split_once("**"));
        // One without a full stop is the beginning of a sentence; after the controls stand their names, which are told already.
        match subject {
            Some((label, rest)) if label.ends_with('.') => {
                let body = format!("{}\n", rest.trim_start());
                parts.push(Part { label: label.trim_end_matches('.').to_owned(), body });
            }
            Some(("Controls", rest)) => {
                let rest = rest.trim_start();
                let rest =
                    rest.strip_prefix('(').and_then(|names| names.split_once(')')).map_or(rest, |(_, rest)| rest);
                let body = format!("{}\n", rest.trim_start_matches(['.', ' ']));
                parts.push(Part { label: "Controls".to_owned(), body });
            }
            _ => {
                if parts.is_empty() {
                    parts.push(Part { label: String::new(), body: String::new() });
                }
                let body = &mut parts.last_mut().expect("there is a part").body;
                body.push_str(line);
                body.push('\n');
            }
        }
        after_blank = line.trim().is_empty();
    }
    parts.retain(|part| !part.body.trim().is_empty());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::formula::unicode;
    use crate::theories;
    use crate::verify::Theories;

    const ALL: Theories<'static> = Theories(theories::ALL);

    fn explained(claim: &'static Claim<'static>) -> Explanation<'static> {
        let (lemma, statements) = ALL.lemma(claim.id);
        let (builds_on, used_by) = (ALL.foundations(claim), ALL.users(claim.id));
        Explanation { claim, builds_on, used_by, proof: ALL.proof(claim.id), lemma, statements, is_formula: false }
    }

    fn words(text: &str) -> Vec<&str> {
        text.split_whitespace().collect()
    }

    /// All words, so that it does not matter where lines end.
    fn flat(text: &str) -> String {
        words(text).join(" ")
    }

    #[test]
    fn a_section_is_taken_apart_at_its_subjects() {
        let section = "## a/one — title\n\nfirst\n\n**Statement.** It\nholds.\n\n```\n**no subject.**\n```\n\n**Checked** in all.\n\n**Controls** (`x`, `y`). They\n\n- fail\n";
        let found: Vec<(String, String)> = parts(section).into_iter().map(|part| (part.label, part.body)).collect();
        let expected = [
            ("", "\nfirst\n\n"),
            ("Statement", "It\nholds.\n\n```\n**no subject.**\n```\n\n**Checked** in all.\n\n"),
            ("Controls", "They\n\n- fail\n"),
        ];
        assert_eq!(found, expected.map(|(label, body)| (label.to_owned(), body.to_owned())));
    }

    /// No line is wider than asked for, but for a word that is; no Markdown is left; nothing stands there twice.
    #[test]
    fn the_text_of_every_claim_fits_and_says_everything_once() {
        for claim in ALL.claims() {
            let explanation = explained(claim);
            for width in [80, 100, 120] {
                let text = explanation.text(width);
                let text = text.replace("\x1b[1m", "").replace("\x1b[0m", "");
                let wide = text.lines().find(|line| line.chars().count() > width);
                assert_eq!(wide, None, "{} at {width}", claim.id);
                assert!(!text.contains("**") && !text.contains("```"), "{}: {text}", claim.id);
                assert_eq!(
                    flat(&text).matches(&format!("{}: {}", claim.id, flat(&unicode(claim.title)))).count(),
                    1,
                    "{text}"
                );
                for heading in ["Hypotheses", "Proof", "Builds on", "Used by", "References", "Evidence within reach"] {
                    let count = text.lines().filter(|line| *line == heading).count();
                    assert!(count <= 1, "{}: {heading} {count} times", claim.id);
                }
                assert!(flat(&text).contains(&flat(&unicode(claim.statement))), "{}: {text}", claim.id);
                for other in explanation.builds_on.iter().chain(&explanation.used_by) {
                    let told = format!("- {}: {}", other.id, flat(&unicode(other.title)));
                    assert!(flat(&text).contains(&told), "{}: {told} in {text}", claim.id);
                }
                for control in claim.controls {
                    let told = format!("{}: {}", control.name, flat(&unicode(control.breaks)));
                    assert!(flat(&text).contains(&told), "{}: {told} in {text}", claim.id);
                }
            }
        }
    }

    /// What a formula among the words is made of is there, and is taken for no mark.
    #[test]
    fn no_letter_of_a_formula_is_lost() {
        let count = |text: &str, letter: char| text.matches(letter).count();
        for claim in ALL.claims() {
            let explanation = explained(claim);
            let (text, html) = (explanation.text(10_000), explanation.html());
            // Every claim's own formulas, its proof without the heading, its subjects and what names it repeats.
            let proof = explanation.proof.as_deref().unwrap_or_default();
            let body = proof.lines().skip(1).collect::<Vec<_>>().join("\n");
            assert!(count(&text, '_') >= count(&body, '_'), "{}: {text}", claim.id);
            assert!(count(&html, '_') >= count(&body, '_'), "{}", claim.id);
            // Coq's conjunctions have some.
            let of_coq: usize = explanation.statements.iter().map(|lines| count(lines, '\\')).sum();
            assert_eq!(count(&text, '\\'), of_coq, "{}: {text}", claim.id);
        }
        let said = |id: &str| explained(ALL.find(id).expect("a claim")).text(200);
        assert!(flat(&said("turing/no-go")).contains("2 Re μ v*Pv < 0 and v*Pv > 0"));
        assert!(flat(&said("ideal-gas/discrete-gibbs")).contains("L_0*ρ_G = 0"));
    }

    #[test]
    fn the_other_forms_are_complete() {
        for claim in ALL.claims() {
            let explanation = explained(claim);
            let (markdown, latex, html) = (explanation.markdown(), explanation.latex(), explanation.html());
            assert!(markdown.starts_with(&format!("# `{}`", claim.id)) && markdown.contains(claim.statement));
            assert!(latex.contains(&format!("\\texttt{{{}}}", claim.id)), "{latex}");
            for environment in ["itemize", "enumerate", "quote", "tabular", "verbatim"] {
                let count = |word: &str| latex.matches(&format!("\\{word}{{{environment}}}")).count();
                assert_eq!(count("begin"), count("end"), "{}: {environment}", claim.id);
            }
            assert!(html.starts_with("<!doctype html>") && html.contains("<math") && !html.contains("<script"));
            for control in claim.controls {
                assert!([&markdown, &html].iter().all(|text| text.contains(control.name)), "{}", control.name);
            }
        }
    }
}
