//! `equipartition verify`: the main job.

use super::output::Destination;
use super::progress::Progress;
use super::suggest::unknown;
use super::{Exit, Failure, output, parse_precision};
use crate::claim::runner::{self, Plan};
use crate::claim::{Claim, Effort, Inapplicable, OnNetwork, Settings};
use crate::claims::{registry, select};
use crate::model::file::{self, ModelFile};
use crate::report::{DEFAULT_PRECISION, GivenModel, Report, json, junit, text};
use clap::{Args, ValueEnum};
use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Verify the claims that match, by default all of them
///
/// A claim holds if every instance satisfies it, every control and every wrong formula fails, and its two sides do not
/// vanish. With --model the laws are examined on the network that a file describes, as far as they speak of it; the claims
/// that do not are listed. The time limit and Ctrl-C leave the rest undecided; what was finished is reported.
#[derive(Args)]
#[command(after_help = "\
Examples:
  equipartition verify
  equipartition verify balance symmetry/trans --precision 1024
  equipartition verify --effort thorough --format json --output report.json
  equipartition verify --time-limit 90s
  equipartition verify --model examples/models/attention.toml balance noether")]
pub struct Arguments {
    /// Beginnings of identifiers, such as balance or balance/neuron
    #[arg(value_name = "PREFIX")]
    prefixes: Vec<String>,
    /// Examine the laws on this network; see `equipartition schema` for what the file may say
    #[arg(long, value_name = "MODEL.toml")]
    model: Option<PathBuf>,
    /// The top P of the precision ladder P/4, P/2, P, in bits: 64, 128, 256, 512, 1024, 2048 or 4096
    #[arg(long, value_name = "BITS", default_value_t = DEFAULT_PRECISION, value_parser = parse_precision)]
    precision: u32,
    /// Instances of each law, half as many of each control; long runs and exponents take fewer [default: 8, 32 or 256, by --effort]
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u64).range(1..=100_000))]
    instances: Option<u64>,
    /// How many instances, unless --instances is given, and how long the simulations are
    #[arg(long, value_enum, default_value_t)]
    effort: Effort,
    /// The seed from which all instances are drawn
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Threads; 0 stands for one per core. They do not change the result
    #[arg(long, value_name = "COUNT", default_value_t = 0, value_parser = clap::value_parser!(u16).range(0..=1024))]
    jobs: u16,
    /// Stop after this time, such as 90, 90s, 5m or 1h
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    time_limit: Option<Duration>,
    /// A table for people, or a document for programs
    #[arg(long, value_enum, default_value_t)]
    format: ReportFormat,
    /// Write the report to this file, all at once, instead of standard output
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum ReportFormat {
    /// A table.
    #[default]
    Text,
    /// JSON.
    Json,
    /// JUnit XML.
    Junit,
}

impl Arguments {
    pub(super) fn wants_json(&self) -> bool {
        self.format == ReportFormat::Json
    }

    fn plan(&self) -> Plan {
        Plan {
            settings: Settings { effort: self.effort, ..Settings::new(self.seed, self.precision) },
            instances: self.instances.unwrap_or_else(|| self.effort.instances()),
            jobs: self.jobs.into(),
            time_limit: self.time_limit,
        }
    }
}

/// Verifies and reports.
///
/// # Errors
/// If nothing is selected, or the report cannot be written.
pub fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    let mut claims: Vec<&dyn Claim> = Vec::new();
    claims.extend(selected(&arguments.prefixes)?);
    let model = arguments.model.as_deref().map(file::read).transpose()?;
    let (on_model, given) = match &model {
        Some(model) => {
            let (applicable, given) = sort_by_model(&claims, model)?;
            (applicable, Some(given))
        }
        None => (Vec::new(), None),
    };
    if given.is_some() {
        claims = on_model.iter().map(|claim| claim as &dyn Claim).collect();
    }
    let interrupted = interruption();
    let destination = Destination::open(arguments.output.as_deref())?;
    let plan = arguments.plan();
    let progress = Progress::new();
    let start = Instant::now();
    let reports = runner::run(&claims, &plan, &interrupted, &|event| progress.observe(&event));
    progress.clear();
    let report = Report {
        seed: plan.settings.seed,
        precision: plan.settings.precision,
        effort: plan.settings.effort,
        instances: plan.instances,
        model: given,
        claims: reports,
        seconds: start.elapsed().as_secs_f64(),
    };
    let text = render(arguments.format, &report, terminal_width(&destination))?;
    destination.write(&text)?;
    Ok(report.verdict().into())
}

/// The claims that speak of a network, made to examine it, and what to tell of the network and of the other claims.
fn sort_by_model<'a>(
    claims: &[&'a dyn Claim],
    model: &'a ModelFile,
) -> Result<(Vec<OnNetwork<'a>>, GivenModel), Failure> {
    let network = &model.network;
    let (mut applicable, mut inapplicable) = (Vec::new(), Vec::new());
    for &claim in claims {
        match claim.speaks_of(network) {
            Ok(()) => applicable.push(OnNetwork { claim, network }),
            Err(Inapplicable(reason)) => inapplicable.push((claim.entry().id, reason)),
        }
    }
    if applicable.is_empty() {
        let reasons: Vec<String> = inapplicable.iter().map(|(id, reason)| format!("{id}: {reason}")).collect();
        let message = format!("no claim that matches applies to {}: {}", model.place, reasons.join("; "));
        return Err(Failure::NothingSelected(message));
    }
    let given = GivenModel {
        file: model.place.clone(),
        network: network.to_string(),
        parameters: network.parameter_count(),
        inapplicable,
    };
    Ok((applicable, given))
}

/// The claims that match; a prefix that matches none is an error, because less would be verified than was asked for.
fn selected(prefixes: &[String]) -> Result<Vec<&'static dyn Claim>, Failure> {
    let ids: Vec<&str> = registry().iter().map(|claim| claim.entry().id).collect();
    if let Some(stray) = prefixes.iter().find(|prefix| select(std::slice::from_ref(prefix)).is_empty()) {
        let mut families: Vec<&str> = ids.iter().map(|id| id.split('/').next().unwrap_or(id)).collect();
        families.dedup();
        let message = unknown("claim or family", stray, families.into_iter().chain(ids));
        return Err(Failure::NothingSelected(format!("no claim matches: {message}")));
    }
    let claims = select(prefixes);
    if claims.is_empty() {
        return Err(Failure::NothingSelected("there is no claim to verify".to_owned()));
    }
    Ok(claims)
}

/// A flag that Ctrl-C sets; a second Ctrl-C ends the process at once.
fn interruption() -> Arc<AtomicBool> {
    let flag = Arc::new(AtomicBool::new(false));
    let raised = Arc::clone(&flag);
    let handled = ctrlc::set_handler(move || {
        if raised.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
        output::complain("interrupted: what is finished will be reported (again to stop at once)");
    });
    if let Err(error) = handled {
        output::complain(&format!("warning: Ctrl-C will end the run without a report: {error}"));
    }
    flag
}

/// The width to fold the table to: that of the terminal, if it goes to one.
fn terminal_width(destination: &Destination) -> Option<u16> {
    if !destination.is_standard() || !io::stdout().is_terminal() {
        return None;
    }
    comfy_table::Table::new().width()
}

fn render(format: ReportFormat, report: &Report, width: Option<u16>) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    match format {
        ReportFormat::Text => return Ok(text::render(report, width)),
        ReportFormat::Json => json::write(report, &mut bytes),
        ReportFormat::Junit => junit::write(report, &mut bytes),
    }
    .map_err(|error| Failure::Internal(error.to_string()))?;
    String::from_utf8(bytes).map_err(|error| Failure::Internal(error.to_string()))
}

/// Reads a time: seconds, or a number with the unit s, m or h.
fn parse_time(text: &str) -> Result<Duration, String> {
    let (number, unit) = match text.char_indices().next_back() {
        Some((end, 's')) => (&text[..end], 1.0),
        Some((end, 'm')) => (&text[..end], 60.0),
        Some((end, 'h')) => (&text[..end], 3600.0),
        _ => (text, 1.0),
    };
    let digits = !number.is_empty() && number.chars().all(|c| c.is_ascii_digit() || c == '.');
    let seconds = number.parse::<f64>().ok().filter(|_| digits);
    let time = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds * unit).ok());
    time.ok_or_else(|| "a time is a number of seconds, or such as 90s, 5m or 1h".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_seconds_unless_they_say_otherwise() {
        for (text, seconds) in [("0", 0.0), ("90", 90.0), ("90s", 90.0), ("0.5s", 0.5), ("5m", 300.0), ("1h", 3600.0)] {
            assert_eq!(parse_time(text), Ok(Duration::from_secs_f64(seconds)), "{text}");
        }
        for text in ["", "s", "-1", "1d", "nan", "inf", "1e3", "5 m", "1h30m", "1.2.3", "9".repeat(400).as_str()] {
            assert!(parse_time(text).is_err(), "{text}");
        }
    }
}
