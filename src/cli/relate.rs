//! `equipartition relate`: all linear laws among terms.

use super::output::{print, width};
use super::question::{Format, Question, complain, complain_of};
use super::{Exit, Failure};
use crate::formula::relations::{Complaint, MOST_TERMS, relate};
use crate::report::relations as report;
use crate::verify::Unjudged;
use clap::Args;

/// Find all linear laws among terms that are typed as formulas, about a loss that is typed as a formula
///
/// A law is a sum of the terms, each with a coefficient, that is 0 on all instances: a number, or numbers times powers of gamma and eta. The laws are
/// found as the null space of the terms' values on fresh instances of all sizes, in a basis of fewest terms, and each is examined as `check` examines a law.
/// Those that losses without structure obey too are marked as tautologies.
#[derive(Args)]
// By itself it would be wider than 80 columns.
#[command(override_usage = "equipartition relate [OPTIONS] --loss <FORMULA> --with <DECLARATIONS>\n       <TERM>...")]
#[command(after_help = "\
Examples:
  equipartition relate 'E[g.u^2]' 'E[sum(g.w^2)]' 'u^2' 'sum(w^2)' --loss '(u (w @ x)^2 - y)^2' --with 'u, w[n], x[n], y; n in 1..3' --at stationary
  equipartition relate 'w @ g.w' 'u g.u' 'l' --for z --loss '(u relu(w @ x)^2 - y)^2' --with 'u, w[n], x[n], y; n in 1..3'")]
pub struct Arguments {
    /// The terms, all of one shape
    #[arg(value_name = "TERM", required = true, num_args = 1..)]
    terms: Vec<String>,
    /// What the terms run over, as before a law: 'i in n, z'
    #[arg(long = "for", value_name = "NAMES")]
    running: Option<String>,
    #[command(flatten)]
    pub(super) question: Question,
}

/// Finds the laws and tells them.
///
/// # Errors
/// If a formula makes no sense, no instance can be drawn, or the answer cannot be written.
pub fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    let terms = &arguments.terms;
    if terms.len() > MOST_TERMS {
        return Err(Failure::Usage(format!("{} terms are too many to relate: at most {MOST_TERMS}", terms.len())));
    }
    let question = &arguments.question;
    let texts = question.texts(&question.loss, "")?;
    let prefix = arguments.running.as_ref().map_or_else(String::new, |names| format!("for {}: ", names.trim()));
    let found = relate(&texts, &prefix, terms, &question.settings(), question.instances);
    let found = found.map_err(|complaint| match complaint {
        Complaint::Text(part, fault) => complain_of(&texts, "--loss", part, fault),
        Complaint::Term(place, fault) => complain("term", &terms[place], fault),
        Complaint::Prefix(fault) => complain("--for", &prefix, fault),
        Complaint::NoInstances(Unjudged::Open(why)) => no_instances(why),
        Complaint::NoInstances(Unjudged::Outside(why) | Unjudged::Contradicted(why)) => no_instances(&why),
    })?;
    let text = match question.format {
        Format::Text => report::text(&found, width()),
        Format::Json => format!("{:#}\n", report::document(&found)),
        Format::Latex => report::to_latex(&found),
    };
    let _ = print(&text)?;
    Ok(Exit::Success)
}

fn no_instances(why: &str) -> Failure {
    Failure::BadData(format!("no instance can be drawn: {why}"))
}
