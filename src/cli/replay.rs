//! `equipartition replay`: one instance again, verbosely.

use super::limits::efforts;
use super::output::{self, print};
use super::selection::find;
use super::suggest::unknown;
use super::{Exit, Failure, parse_precision};
use crate::model::file;
use crate::report::layout::{hanging, led};
use crate::report::program::{self, Language, ProgramError};
use crate::report::{DEFAULT_PRECISION, SCHEMA_VERSION, json};
use crate::scalar::Magnitude;
use crate::scalar::decimal;
use crate::verify::finding::WIDE;
use crate::verify::theory::Theories;
use crate::verify::{Case, Claim, Detail, Effort, Examination, Inapplicable, Numbers, Settings, Status};
use clap::{Args, ValueEnum};
use serde_json::json;
use std::fmt::Write;
use std::path::PathBuf;

/// Examine one instance again and show every term of every relation
///
/// Exit code 0: the law is satisfied, or the control fails as it must; 1: it is violated or vacuous, or the control
/// passes; 3: it is undecided or outside the hypotheses; 4: --format python or coq of an instance that is not exact, or too long to be checked.
#[derive(Args)]
pub struct Arguments {
    /// The claim's identifier, such as balance/neuron
    id: String,
    /// The seed of the run
    seed: u64,
    /// The instance's index
    index: u64,
    /// Replay an instance of this control instead of the law
    #[arg(long, value_name = "NAME")]
    control: Option<String>,
    /// The top of the precision ladder, in bits
    #[arg(long, value_name = "BITS", default_value_t = DEFAULT_PRECISION, value_parser = parse_precision)]
    precision: u32,
    /// Replay an instance of the law on this network, as `verify --model` examined it
    #[arg(long, value_name = "MODEL.toml", conflicts_with = "control")]
    model: Option<PathBuf>,
    /// The effort of the run: how long simulations are
    #[arg(long, value_parser = efforts(), default_value = Effort::default().name())]
    effort: Effort,
    /// Text for people, an object for programs, or a program that checks the instance without this one
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: ReplayFormat,
}

/// What is written of an instance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum ReplayFormat {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
    /// Of an exact instance, a program in Python that computes both sides in fractions; it exits 0 if the law is satisfied, 1 otherwise
    Python,
    /// Of an exact instance, a file that coqc accepts if and only if the law is satisfied
    Coq,
}

/// Replays one instance.
///
/// # Errors
/// If there is no such claim or control, or the result cannot be written.
pub fn run(arguments: &Arguments, theories: Theories) -> Result<Exit, Failure> {
    let claim = find(theories, &arguments.id)?;
    let case = match &arguments.control {
        None => Case::Law,
        Some(name) => find_control(claim, name)?,
    };
    let settings =
        Settings { verbose: true, effort: arguments.effort, ..Settings::new(arguments.seed, arguments.precision) };
    let model = arguments.model.as_deref().map(file::read).transpose()?;
    let examination = match &model {
        None => claim.examine(&settings, case, arguments.index),
        Some(model) => {
            claim.examine_on(&model.network, &settings, arguments.index).map_err(|Inapplicable(reason)| {
                Failure::NothingSelected(format!("{} does not apply to {}: {reason}", claim.id, model.place))
            })?
        }
    };
    let text = match arguments.format {
        ReplayFormat::Text => text(claim, case, arguments, &examination),
        ReplayFormat::Python => program(Language::Python, claim, case, arguments, &examination)?,
        ReplayFormat::Coq => program(Language::Coq, claim, case, arguments, &examination)?,
        ReplayFormat::Json => {
            let document = json!({
                "schema_version": SCHEMA_VERSION,
                "id": claim.id,
                "control": arguments.control,
                "model": model.as_ref().map(|model| &model.place),
                "seed": arguments.seed,
                "index": arguments.index,
                "precision": arguments.precision,
                "examination": json::examination(&examination),
            });
            format!("{document:#}\n")
        }
    };
    let _ = print(&text)?;
    Ok(exit(case, &examination))
}

/// The instance as a program.
fn program(
    language: Language,
    claim: &Claim,
    case: Case,
    arguments: &Arguments,
    examination: &Examination,
) -> Result<String, Failure> {
    let mut heading = vec![format!("{}: {}", claim.id, claim.title), claim.statement.to_owned()];
    if let Case::Control(number) = case {
        let control = claim.controls[number];
        heading.push(format!("control {}, which must fail: {}", control.name, control.breaks));
    }
    heading.push(format!("seed {}, instance {}: {}", arguments.seed, arguments.index, examination.description));
    program::write(language, &heading, examination).map_err(|error| match error {
        ProgramError::NotExact(_) | ProgramError::TooLong { .. } => Failure::NothingSelected(error.to_string()),
        ProgramError::LeftOut(_) | ProgramError::Shapes(_) => Failure::Undecided(error.to_string()),
        ProgramError::Differs(_) => Failure::Internal(error.to_string()),
    })
}

fn find_control(claim: &Claim, name: &str) -> Result<Case, Failure> {
    let number = claim.controls.iter().position(|control| control.name == name);
    number.map(Case::Control).ok_or_else(|| {
        let names = claim.controls.iter().map(|control| control.name);
        let known = names.clone().collect::<Vec<_>>().join(", ");
        Failure::Usage(format!("{} ({} has the controls {known})", unknown("control", name, names), claim.id))
    })
}

/// Whether a control was missed widely, as it must be.
fn missed(examination: &Examination) -> bool {
    examination.findings.last().is_some_and(|finding| finding.failure() > Magnitude::power_of_two(-WIDE))
}

fn exit(case: Case, examination: &Examination) -> Exit {
    if examination.excluded.is_some() {
        return Exit::Undecided;
    }
    match (case, examination.status()) {
        (Case::Control(_), _) if missed(examination) => Exit::Success,
        (Case::Control(_), _) => Exit::Refuted,
        (Case::Law, Status::Satisfied) => Exit::Success,
        (Case::Law, Status::Violated | Status::Vacuous) => Exit::Refuted,
        (Case::Law, Status::Undecided(_) | Status::Unresolved) => Exit::Undecided,
    }
}

/// Numbers as fractions, and below them in decimals where these are others. No number is broken.
fn with_decimals(name: &str, fractions: &[String], decimals: impl Iterator<Item = String>, width: usize) -> String {
    let decimals: Vec<String> = decimals.collect();
    let mut text = hanging(&format!("{name}[{}]", fractions.join(", ")), width, "");
    if decimals != fractions {
        let place = " ".repeat(name.chars().count().saturating_sub(2));
        text += &hanging(&format!("= [{}]", decimals.join(", ")), width, &place);
    }
    text
}

/// A line of a finding, with decimals below it where these are other numbers.
fn detail(line: &Detail, width: usize) -> String {
    const BESIDE: &str = "             ";
    let Detail::Term { side, label, values, decimals } = line else { return hanging(&line.to_string(), width, "  ") };
    let first = format!("      {:5}  ", side.name());
    let rest = format!("{BESIDE}  ");
    let mut text = led(&format!("{label} = [{}]", values.join(", ")), width, &first, &rest);
    if let Some(decimals) = decimals.as_ref().filter(|decimals| *decimals != values) {
        text += &led(&format!("= [{}]", decimals.join(", ")), width, BESIDE, &rest);
    }
    text
}

fn text(claim: &Claim, case: Case, arguments: &Arguments, examination: &Examination) -> String {
    let width = output::width();
    let mut text = hanging(&format!("{}: {}", claim.id, claim.title), width, "");
    text += &led(claim.statement, width, "    ", "      ");
    if let Case::Control(number) = case {
        let control = claim.controls[number];
        text += &hanging(&format!("control {}: {}", control.name, control.breaks), width, "");
    }
    let drawn = format!("seed {}, instance {}: {}", arguments.seed, arguments.index, examination.description);
    text += &hanging(&drawn, width, "");
    if let Some(reason) = &examination.excluded {
        text += &hanging(&format!("outside the hypotheses: {reason}"), width, "");
    }
    if !examination.numbers.is_empty() {
        text.push('\n');
    }
    for Numbers { name, values } in &examination.numbers {
        let fractions = values.iter().map(ToString::to_string).collect::<Vec<_>>();
        text += &with_decimals(&format!("{name} = "), &fractions, values.iter().map(decimal), width);
    }
    for finding in &examination.findings {
        let (status, reason) = json::status(finding.status);
        let reason = reason.map(|reason| format!(" ({reason})")).unwrap_or_default();
        text.push('\n');
        text += &hanging(&format!("{}: {status}{reason}", finding.scalar), width, "");
        for line in &finding.details {
            text += &detail(line, width);
        }
        let mut say = |what: String| text += &hanging(&what, width, "  ");
        match finding.worst.is_empty() {
            true => say("all residuals are 0".to_owned()),
            false => say(format!("worst relative residual {} in {}", finding.residual, finding.worst)),
        }
        if !finding.miss.is_zero() {
            say(format!("surely missed by {}", finding.miss));
        }
        if !finding.shortfall.is_zero() {
            say(format!("short of the check's resolution by {} of it", finding.shortfall));
        }
        if let Some(margin) = &finding.margin {
            say(format!("smallest relative margin {margin}"));
        }
    }
    for (place, (kind, found)) in examination.expansions.iter().enumerate() {
        if place == 0 {
            text.push('\n');
        }
        text += &hanging(&format!("the residual of {kind} is {}", found.in_words()), width, "");
    }
    if let (Case::Control(_), None) = (case, &examination.excluded) {
        let verdict = if missed(examination) { "fails, as it must" } else { "does not fail: it must" };
        let _ = writeln!(text, "\nthe control {verdict}");
    }
    text
}
