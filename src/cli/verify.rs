//! `equipartition verify`: the main job.

use super::configuration::Configuration;
use super::limits::{MOST_INSTANCES, MOST_JOBS, parse_time};
use super::list::selected;
use super::outlet::Outlet;
use super::progress::Progress;
use super::resume::Store;
use super::{Exit, Failure, output, parse_precision, program};
use crate::formula::file::TheoryFile;
use crate::model::file::{self, ModelFile};
use crate::report::{DEFAULT_PRECISION, GivenModel, Libraries, Report, Shard};
use crate::verify::runner::{self, Event, Plan};
use crate::verify::theory::Theories;
use crate::verify::{Claim, ClaimReport, Effort, Inapplicable, OnSubject, Part, Settings, all};
use clap::Args;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Verify the claims that match, by default all of them
///
/// A claim holds if every instance satisfies it, every control and every wrong formula fails, and its two sides do not
/// vanish. With --model the laws are examined on the network that a file describes, as far as they speak of it; the claims
/// that do not are listed. The time limit and Ctrl-C leave the rest undecided; what was finished is reported. What is not
/// given here is taken from equipartition.toml, in this directory or the nearest one above it.
#[derive(Args)]
#[command(after_help = "\
Examples:
  equipartition verify
  equipartition verify balance symmetry/trans --precision 1024
  equipartition verify --effort thorough --format json --output report.json
  equipartition verify --time-limit 90s
  equipartition verify --model examples/models/attention.toml balance noether
  equipartition verify --baseline theory.lock --also junit=report.xml
  equipartition verify --shard 2/4 --format json --output part-2.json
  equipartition verify --effort thorough --resume finished
  equipartition verify examples/theories/quadratic-unit.toml
  equipartition verify --format html --output report.html")]
pub struct Arguments {
    /// Beginnings of identifiers, such as balance or balance/neuron, and files of theories, which stand for all of their claims
    #[arg(value_name = "PREFIX|THEORY.toml")]
    prefixes: Vec<String>,
    /// Examine the laws on this network; see `equipartition schema` for what the file may say
    #[arg(long, value_name = "MODEL.toml")]
    model: Option<PathBuf>,
    /// The top P of the precision ladder P/4, P/2, P, in bits: 64, 128, 256, 512, 1024, 2048 or 4096 [default: 256]
    #[arg(long, value_name = "BITS", value_parser = parse_precision)]
    precision: Option<u32>,
    /// Instances of each law, half as many of each control; long runs and exponents take fewer [default: 8, 32 or 256, by --effort]
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u64).range(1..=MOST_INSTANCES))]
    instances: Option<u64>,
    /// How many instances, unless --instances is given, and how long the simulations are [default: default]
    #[arg(long, value_enum)]
    effort: Option<Effort>,
    /// The seed from which all instances are drawn [default: 0]
    #[arg(long)]
    seed: Option<u64>,
    /// Threads; 0 stands for one per core. They do not change the result [default: 0]
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(0..=MOST_JOBS))]
    jobs: Option<u16>,
    /// Stop after this time, such as 90, 90s, 5m or 1h
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    time_limit: Option<Duration>,
    /// Verify this part of the claims only, such as 2/4; `equipartition merge` puts the reports together
    #[arg(long, value_name = "K/N", value_parser = parse_shard)]
    shard: Option<(u32, u32)>,
    /// Keep finished claims in this directory, and do not examine again those that are there
    #[arg(long, value_name = "DIRECTORY")]
    resume: Option<PathBuf>,
    /// Take what is not given from this file instead of equipartition.toml
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    config: Option<PathBuf>,
    /// Take nothing from equipartition.toml
    #[arg(long)]
    no_config: bool,
    #[command(flatten)]
    pub(super) outlet: Outlet,
}

impl Arguments {
    /// The arguments, with what is missing taken from a file of settings.
    fn completed(&self, settings: &Configuration) -> Arguments {
        let given = |paths: &Option<PathBuf>, otherwise: &Option<PathBuf>| paths.clone().or_else(|| otherwise.clone());
        Arguments {
            prefixes: if self.prefixes.is_empty() { settings.claims.clone() } else { self.prefixes.clone() },
            model: given(&self.model, &settings.model),
            precision: self.precision.or(settings.precision),
            instances: self.instances.or(settings.instances),
            effort: self.effort.or(settings.effort),
            seed: self.seed.or(settings.seed),
            jobs: self.jobs.or(settings.jobs),
            time_limit: self.time_limit.or(settings.time_limit),
            shard: self.shard,
            resume: self.resume.clone(),
            config: None,
            no_config: true,
            outlet: Outlet {
                format: self.outlet.format.or(settings.format),
                baseline: given(&self.outlet.baseline, &settings.baseline),
                ..self.outlet.clone()
            },
        }
    }

    /// The files of theories among the prefixes.
    pub(super) fn theory_files(&self) -> Vec<PathBuf> {
        self.prefixes.iter().filter(|prefix| is_file(prefix)).map(PathBuf::from).collect()
    }

    /// With the identifiers of their claims for the files.
    pub(super) fn of_claims(self, files: &[TheoryFile]) -> Self {
        let named = |prefix: String| match files.iter().find(|file| file.place == prefix && is_file(&prefix)) {
            Some(file) => file.ids().map(str::to_owned).collect(),
            None => vec![prefix],
        };
        Arguments { prefixes: self.prefixes.into_iter().flat_map(named).collect(), ..self }
    }

    fn plan(&self) -> Plan {
        let effort = self.effort.unwrap_or_default();
        let precision = self.precision.unwrap_or(DEFAULT_PRECISION);
        Plan {
            settings: Settings { effort, ..Settings::new(self.seed.unwrap_or_default(), precision) },
            instances: self.instances.unwrap_or_else(|| effort.instances()),
            jobs: self.jobs.unwrap_or_default().into(),
            time_limit: self.time_limit,
        }
    }
}

/// Verifies and reports.
///
/// # Errors
/// If nothing is selected, or the report cannot be written.
pub fn run(arguments: &Arguments, theories: Theories) -> Result<Exit, Failure> {
    let settings = Configuration::find(arguments.config.as_deref(), arguments.no_config)?;
    let arguments = arguments.completed(&settings);
    let mut claims: Vec<&Claim> = selected(theories, &arguments.prefixes)?;
    let model = arguments.model.as_deref().map(file::read).transpose()?;
    let (on_model, given) = match &model {
        Some(model) => {
            let (applicable, given) = sort_by_model(&claims, model)?;
            (applicable, Some(given))
        }
        None => (Vec::new(), None),
    };
    let laws: Vec<[Part; 1]> = on_model.iter().map(|check| [all(check)]).collect();
    let on_model: Vec<Claim> = on_model.iter().zip(&laws).map(|(on, law)| Claim { law, ..on.claim }).collect();
    if given.is_some() {
        claims = on_model.iter().collect();
    }
    let selection = arguments.prefixes.clone();
    let shard = arguments.shard.map(|(index, count)| Shard { index, count, selection });
    if let Some(shard) = &shard {
        claims = shard.part(&claims);
    }
    let plan = arguments.plan();
    let mut report = Report {
        program: program(),
        libraries: Libraries::linked(),
        seed: plan.settings.seed,
        precision: plan.settings.precision,
        effort: plan.settings.effort,
        instances: plan.instances,
        shard,
        model: given,
        comparison: None,
        claims: Vec::new(),
        seconds: 0.0,
    };
    let store =
        arguments.resume.as_deref().map(|directory| Store::open(directory, report.clone(), theories)).transpose()?;
    let inputs: Vec<PathBuf> = arguments.model.iter().cloned().collect();
    let outlet = arguments.outlet.open(&inputs, theories)?;
    let ids: Vec<&str> = claims.iter().map(|claim| claim.id).collect();
    outlet.check_before(&report, &ids)?;
    let start = Instant::now();
    report.claims = examine(&claims, &plan, store.as_ref())?;
    for claim in &mut report.claims {
        theories.complete(&mut claim.entry);
    }
    report.seconds = start.elapsed().as_secs_f64();
    outlet.deliver(report)
}

/// Examines the claims, but not those that a store has already, and keeps there what is finished.
fn examine(claims: &[&Claim], plan: &Plan, store: Option<&Store>) -> Result<Vec<ClaimReport>, Failure> {
    let interrupted = interruption();
    let kept: Vec<Option<ClaimReport>> = claims.iter().map(|claim| store.and_then(|store| store.find(claim))).collect();
    let missing: Vec<&Claim> =
        claims.iter().zip(&kept).filter(|(_, kept)| kept.is_none()).map(|(claim, _)| *claim).collect();
    if store.is_some() && missing.len() < claims.len() {
        output::complain(&format!("finished before: {} of {} claims", claims.len() - missing.len(), claims.len()));
    }
    let progress = Progress::new();
    let failure = Mutex::new(None);
    let mut examined = runner::run(&missing, plan, &interrupted, &|event| {
        progress.observe(&event);
        if let (Event::Concluded(report), Some(store)) = (&event, store)
            && let Err(error) = store.keep(report)
        {
            // The run ends; what it has found so far is lost only as far as it could not be kept.
            interrupted.store(true, Ordering::Relaxed);
            let mut failure = failure.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            failure.get_or_insert(error);
        }
    })
    .into_iter();
    progress.clear();
    if let Some(failure) = failure.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner) {
        return Err(failure);
    }
    Ok(kept.into_iter().filter_map(|kept| kept.or_else(|| examined.next())).collect())
}

/// The claims that speak of a network, made to examine it, and what to tell of the network and of the other claims.
fn sort_by_model<'a>(claims: &[&Claim<'a>], model: &'a ModelFile) -> Result<(Vec<OnSubject<'a>>, GivenModel), Failure> {
    let network = &model.network;
    let (mut applicable, mut inapplicable) = (Vec::new(), Vec::new());
    for &claim in claims {
        match claim.speaks_of(network) {
            Ok(()) => applicable.push(OnSubject { claim: *claim, subject: network }),
            Err(Inapplicable(reason)) => inapplicable.push((claim.id.to_owned(), reason.to_owned())),
        }
    }
    if applicable.is_empty() {
        let reasons: Vec<String> = inapplicable.iter().map(|(id, reason)| format!("{id}: {reason}")).collect();
        let message = format!("no claim that matches applies to {}: {}", model.place, reasons.join("; "));
        return Err(Failure::NothingSelected(message));
    }
    let given = GivenModel {
        file: model.place.clone(),
        checksum: model.checksum.clone(),
        network: network.to_string(),
        parameters: network.parameter_count(),
        inapplicable,
    };
    Ok((applicable, given))
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

/// No identifier of a claim has a point.
fn is_file(prefix: &str) -> bool {
    prefix.ends_with(".toml")
}

/// Reads a part: its number and the number of all, such as 2/4.
fn parse_shard(text: &str) -> Result<(u32, u32), String> {
    let parts = text.split_once('/').and_then(|(index, count)| Some((index.parse().ok()?, count.parse().ok()?)));
    let parts = parts.filter(|(index, count)| (1..=*count).contains(index) && *count <= MOST_SHARDS);
    parts.ok_or_else(|| format!("a part is K/N with K from 1 to N and N at most {MOST_SHARDS}, such as 2/4"))
}

/// More parts than there will ever be claims.
const MOST_SHARDS: u32 = 10_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_numbered_from_one() {
        for (text, part) in [("1/1", (1, 1)), ("2/4", (2, 4)), ("10000/10000", (10_000, 10_000))] {
            assert_eq!(parse_shard(text), Ok(part));
        }
        for text in ["", "1", "0/4", "5/4", "1/0", "-1/4", "1/4/2", "a/b", "1/10001", " 1/4"] {
            assert!(parse_shard(text).is_err(), "{text}");
        }
    }
}
