//! `equipartition list`: every claim in a few words.

use super::output::{self, Destination};
use super::selection::{self, Selection};
use super::{Exit, Failure, Format};
use crate::report::SCHEMA_VERSION;
use crate::report::dependence::Graph;
use crate::report::formula::unicode;
use crate::report::layout::{Tone, hanging, led};
use crate::verify::theory::{Theories, Theory};
use crate::verify::{Checked, Claim, Evidence};
use clap::{Args, ValueEnum};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// List the claims: identifier, title and statement, theory by theory; or draw which rests on which
#[derive(Args)]
#[command(after_help = "\
Examples:
  equipartition list balance
  equipartition list --search 'weight decay'
  equipartition list --exclude balance --format json
  equipartition list balance --graph svg --output balance.svg
  equipartition list --graph dot | dot -Tpdf > claims.pdf")]
pub struct Arguments {
    #[command(flatten)]
    selection: Selection,
    /// Only claims in which every one of these words occurs: in identifier, title, statement, hypotheses or the name of the theory
    #[arg(short, long, value_name = "WORDS")]
    search: Option<String>,
    /// Text for people, or an array of objects for programs
    #[arg(short, long, value_enum, default_value_t)]
    pub(super) format: Format,
    /// Draw which claim rests on which instead: these claims, and those that they rest on
    #[arg(long, value_enum, value_name = "LANGUAGE", conflicts_with = "format")]
    graph: Option<Drawing>,
    /// Write to this file, all at once, instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// How the graph is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Drawing {
    /// For Graphviz.
    Dot,
    /// As a picture.
    Svg,
}

#[derive(Serialize)]
struct Item<'a> {
    schema_version: u32,
    theory: &'a str,
    id: &'a str,
    title: &'a str,
    statement: &'a str,
    hypotheses: &'a [&'a str],
    evidence: Vec<Evidence>,
    builds_on: &'a [&'a str],
    proof: Checked,
    theorems: Vec<String>,
    controls: Vec<&'a str>,
}

impl<'a> Item<'a> {
    fn new(theory: &Theory<'a>, claim: &Claim<'a>) -> Self {
        let lemma = theory.lemmas.of(claim.id);
        Item {
            schema_version: SCHEMA_VERSION,
            theory: theory.name,
            id: claim.id,
            title: claim.title,
            statement: claim.statement,
            hypotheses: claim.hypotheses,
            evidence: claim.evidence(),
            builds_on: claim.builds_on,
            proof: lemma.checked,
            theorems: lemma.theorems,
            controls: claim.controls.iter().map(|control| control.name).collect(),
        }
    }
}

/// Lists the claims of all theories.
///
/// # Errors
/// If a prefix matches none, or they cannot be written.
pub fn run<'a>(arguments: &Arguments, theories: Theories<'a>) -> Result<Exit, Failure> {
    let files = theories.0.iter().filter_map(|theory| theory.file).map(Path::new);
    output::keep_apart(files, arguments.output.as_deref())?;
    let destination = Destination::open(arguments.output.as_deref())?;
    let selected = selection::selected(theories, &arguments.selection.words(&[])).map_err(|failure| {
        match (failure, &arguments.search) {
            (Failure::NothingSelected(message), Some(search)) => Failure::NothingSelected(format!(
                "{message}; if it is a word to search for, put quotation marks around all of them: --search '{search} ...'"
            )),
            (failure, _) => failure,
        }
    })?;
    let words = arguments.search.as_deref().map(searched).unwrap_or_default();
    let is_selected = |claim: &&Claim| selected.iter().any(|known| known.id == claim.id);
    let of = |theory: &'a Theory<'a>| -> Vec<&'a Claim<'a>> {
        let claims = theory.claims.iter().flat_map(|family| family.iter()).copied();
        claims.filter(is_selected).filter(|claim| has_all(theory, claim, &words)).collect()
    };
    let listed: Vec<(&Theory, Vec<&Claim>)> =
        theories.0.iter().map(|theory| (*theory, of(theory))).filter(|(_, claims)| !claims.is_empty()).collect();
    if let (true, Some(search)) = (listed.is_empty(), &arguments.search) {
        return Err(Failure::NothingSelected(format!("no claim has all of these words: {search}")));
    }
    let drawn = || {
        let claims: Vec<&Claim> = listed.iter().flat_map(|(_, claims)| claims).copied().collect();
        Graph::of(theories, &claims)
    };
    let text = match (arguments.graph, arguments.format) {
        (Some(Drawing::Dot), _) => drawn().dot(),
        (Some(Drawing::Svg), _) => drawn().svg(),
        (None, Format::Json) => {
            let items: Vec<Item> = listed
                .iter()
                .flat_map(|(theory, claims)| claims.iter().map(|claim| Item::new(theory, claim)))
                .collect();
            serde_json::to_string_pretty(&items).map_err(|error| Failure::Internal(error.to_string()))? + "\n"
        }
        (None, Format::Text) => listed.iter().map(|(theory, claims)| text(theory, claims, output::width())).collect(),
    };
    destination.write(&text)?;
    Ok(Exit::Success)
}

/// The words of a search, in small letters.
fn searched(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_lowercase).collect()
}

/// Whether each of these words occurs in what a claim says of itself, as it is written or as it is shown.
fn has_all(theory: &Theory, claim: &Claim, words: &[String]) -> bool {
    let texts = [theory.name, theory.title, claim.id, claim.title, claim.statement];
    let texts: Vec<String> = texts.iter().chain(claim.hypotheses).map(|text| text.to_lowercase()).collect();
    words.iter().all(|word| texts.iter().any(|text| text.contains(word) || unicode(text).contains(word)))
}

/// A theory's claims for a person.
fn text(theory: &Theory, claims: &[&Claim], width: usize) -> String {
    let mut text = format!("{}\n", led(&Tone::Strong.paint(theory.title), width, "", ""));
    for claim in claims {
        let lemma = theory.lemmas.of(claim.id);
        text += &hanging(&format!("{}: {}", Tone::Strong.paint(claim.id), claim.title), width, "");
        text += &led(&unicode(claim.statement), width, "    ", "      ");
        let theorems = lemma.theorems.join(", ");
        text += &match lemma.checked {
            Checked::None | Checked::Prose => String::new(),
            Checked::Part => led(&format!("proof machine-checked in part: {theorems}"), width, "    ", "      "),
            Checked::Full => led(&format!("proof machine-checked: {theorems}"), width, "    ", "      "),
        };
        text.push('\n');
    }
    text
}
