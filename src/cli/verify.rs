//! `equipartition verify`: the main job.

use super::configuration::Configuration;
use super::limits::{MOST_INSTANCES, MOST_JOBS, efforts, parse_time};
use super::outlet::{Opened, Outlet};
use super::progress::Progress;
use super::resume::Store;
use super::selection::{self, Selection};
use super::{Exit, Failure, host, last_failed, output, parse_precision, program};
use crate::discovery::{self, structure};
use crate::formula::file::TheoryFile;
use crate::model::file::{self, ModelFile};
use crate::report::layout::hanging;
use crate::report::nearest::Sought;
use crate::report::{DEFAULT_PRECISION, GivenModel, Libraries, Report, Shard};
use crate::verify::runner::{self, Event, Plan};
use crate::verify::theory::Theories;
use crate::verify::{Claim, ClaimReport, Effort, Entry, Inapplicable, OnSubject, Part, Settings, Verdict, all};
use clap::Args;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
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
  equipartition verify --exclude platonic -x -q
  equipartition verify --last-failed
  equipartition verify --effort thorough --format json --output report.json
  equipartition verify --time-limit 90s
  equipartition verify --model examples/models/attention.toml balance noether
  equipartition verify --baseline theory.lock --also junit=report.xml
  equipartition verify --shard 2/4 --format json --output part-2.json
  equipartition verify --effort thorough --resume finished
  equipartition verify examples/theories/quadratic-unit.toml
  equipartition verify --format html --output report.html")]
pub struct Arguments {
    #[command(flatten)]
    selection: Selection,
    /// Of these only the claims that did not hold, or were not finished, when they were last examined from this directory; all of them if there are none
    #[arg(long)]
    last_failed: bool,
    /// Stop after the first claim that does not hold; the others are left undecided
    #[arg(short = 'x', long)]
    fail_fast: bool,
    /// Examine the laws on this network; see `equipartition schema` for what the file may say
    #[arg(short, long, value_name = "MODEL.toml")]
    model: Option<PathBuf>,
    /// The top P of the precision ladder P/4, P/2, P, in bits: 64, 128, 256, 512, 1024, 2048 or 4096 [default: 256]
    #[arg(short, long, value_name = "BITS", value_parser = parse_precision)]
    precision: Option<u32>,
    /// Instances of each law, half as many of each control; long runs and exponents take fewer [default: 8, 32 or 256, by --effort]
    #[arg(short = 'n', long, value_name = "COUNT", value_parser = clap::value_parser!(u64).range(1..=MOST_INSTANCES))]
    instances: Option<u64>,
    /// How many instances, unless --instances is given, and how long the simulations are [default: default]
    #[arg(short, long, value_parser = efforts())]
    effort: Option<Effort>,
    /// The seed from which all instances are drawn [default: 0]
    #[arg(short, long)]
    seed: Option<u64>,
    /// Threads; 0 stands for one per core. They do not change the result [default: 0]
    #[arg(short, long, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(0..=MOST_JOBS))]
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
            selection: self.selection.clone(),
            last_failed: self.last_failed,
            fail_fast: self.fail_fast,
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

    /// The files of theories among what is selected.
    pub(super) fn theory_files(&self) -> Vec<PathBuf> {
        self.selection.theory_files()
    }

    /// With the identifiers of their claims for the files.
    pub(super) fn of_claims(self, files: &[TheoryFile]) -> Self {
        Arguments { selection: self.selection.of_claims(files), ..self }
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
pub fn run(arguments: &Arguments, theories: Theories, files: &[TheoryFile]) -> Result<Exit, Failure> {
    let settings = Configuration::find(arguments.config.as_deref(), arguments.no_config)?;
    let arguments = arguments.completed(&settings);
    let mut words = arguments.selection.words(&settings.claims);
    let mut claims: Vec<&Claim> = selection::selected(theories, &words)?;
    if arguments.last_failed {
        let failed = last_failed::load();
        let again: Vec<&Claim> = claims.iter().copied().filter(|claim| failed.contains(claim.id)).collect();
        if again.is_empty() {
            output::complain(
                "--last-failed: none of these claims failed when it was last examined here; all are examined",
            );
        } else {
            words = again.iter().map(|claim| format!("={}", claim.id)).collect();
            claims = again;
        }
    }
    let model = arguments.model.as_deref().map(file::read).transpose()?;
    let (on_model, given) = match &model {
        Some(model) => {
            let (applicable, given) = sort_by_model(&claims, model, arguments.seed.unwrap_or_default())?;
            (applicable, Some(given))
        }
        None => (Vec::new(), None),
    };
    let laws: Vec<[Part; 1]> = on_model.iter().map(|check| [all(check)]).collect();
    let on_model: Vec<Claim> = on_model.iter().zip(&laws).map(|(on, law)| Claim { law, ..on.claim }).collect();
    if given.is_some() {
        claims = on_model.iter().collect();
    }
    let shard = arguments.shard.map(|(index, count)| Shard { index, count, selection: words });
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
        sought: BTreeMap::new(),
        never_taken: BTreeMap::new(),
        seconds: 0.0,
    };
    let store =
        arguments.resume.as_deref().map(|directory| Store::open(directory, report.clone(), theories)).transpose()?;
    let inputs: Vec<PathBuf> = arguments.model.iter().chain(&settings.file).cloned().collect();
    // Before anything is written, so that an interruption loses nothing.
    let hosted = host::interruption();
    let is_hosted = hosted.is_some();
    let interrupted = hosted.unwrap_or_else(interruption);
    let mut outlet = arguments.outlet.open(&inputs, theories)?;
    let ids: Vec<&str> = claims.iter().map(|claim| claim.id).collect();
    outlet.check_before(&report, &ids)?;
    let complete = |mut entry: Entry| {
        theories.complete(&mut entry);
        entry
    };
    let entries: Vec<Entry> = claims.iter().map(|claim| complete(claim.entry())).collect();
    outlet.begin(&report, &entries)?;
    let start = Instant::now();
    let run = Run {
        claims: &claims,
        plan: &plan,
        interrupted: &interrupted,
        store: store.as_ref(),
        theories,
        outlet: &outlet,
        fail_fast: arguments.fail_fast,
        quiet: arguments.outlet.quiet,
    };
    report.claims = run.examine()?;
    // Whoever stops at the first claim that fails wants to know what is true in its place.
    let is_interrupted = || interrupted.load(Ordering::Relaxed) && !arguments.fail_fast;
    let is_over = || is_interrupted() || plan.time_limit.is_some_and(|limit| start.elapsed() >= limit);
    report.sought = runner::with_threads(plan.jobs, || sought(&report.claims, files, &plan, &is_over));
    report.never_taken = never_taken(&report.claims, files, &plan, &is_interrupted);
    report.seconds = start.elapsed().as_secs_f64();
    // On a model a claim may fail that holds on its own instances.
    if report.model.is_none() && !is_hosted {
        last_failed::keep(&report.claims);
    }
    outlet.deliver(report)
}

/// Of so many refuted laws of a run the nearest that holds is sought, and examined on so many instances at most.
const MOST_SOUGHT: usize = 8;
const MOST_INSTANCES_OF_SOUGHT: u64 = 32;

/// Seeks for the laws of files that are refuted those that hold in their place, until the run is over.
fn sought(
    claims: &[ClaimReport],
    files: &[TheoryFile],
    plan: &Plan,
    is_over: &(dyn Fn() -> bool + Sync),
) -> BTreeMap<String, Sought> {
    let refuted = claims.iter().filter(|claim| claim.verdict == Verdict::Refuted).map(|claim| &claim.entry.id);
    let of_files = refuted.filter_map(|id| Some((id, files.iter().find_map(|file| file.claim(id))?)));
    let instances = plan.instances.min(MOST_INSTANCES_OF_SOUGHT);
    let of_files = of_files.take(MOST_SOUGHT).take_while(|_| !is_over());
    of_files
        .filter_map(|(id, claim)| Some((id.clone(), Sought::new(&claim.nearest(&plan.settings, instances)?))))
        .collect()
}

/// What no instance of a law of a file reached, of those that nothing violates. A limit of time does not end this: it takes less than what was examined, and
/// without it a law would seem to be examined as a whole.
fn never_taken(
    claims: &[ClaimReport],
    files: &[TheoryFile],
    plan: &Plan,
    is_interrupted: &dyn Fn() -> bool,
) -> BTreeMap<String, Vec<String>> {
    let ids = claims
        .iter()
        .filter(|claim| claim.verdict != Verdict::Refuted && !claim.cut_short)
        .map(|claim| &claim.entry.id);
    let of_files = ids.filter_map(|id| Some((id, files.iter().find_map(|file| file.claim(id))?)));
    let branches = of_files
        .take_while(|_| !is_interrupted())
        .map(|(id, claim)| (id.clone(), claim.never_taken(plan.settings.seed, plan.instances)));
    let branches = branches.filter(|(_, branches)| !branches.is_empty()).collect();
    if !files.is_empty() && is_interrupted() {
        output::complain("interrupted: branches that no instance takes were not looked for in every law");
    }
    branches
}

/// A run: which claims, how, and who is told of each.
struct Run<'a> {
    claims: &'a [&'a Claim<'a>],
    plan: &'a Plan,
    interrupted: &'a AtomicBool,
    store: Option<&'a Store<'a>>,
    theories: Theories<'a>,
    outlet: &'a Opened<'a>,
    fail_fast: bool,
    quiet: bool,
}

impl Run<'_> {
    /// Examines the claims, but not those that a store has already, keeps there what is finished, and shows every claim as soon as it and all before it are
    /// concluded.
    fn examine(&self) -> Result<Vec<ClaimReport>, Failure> {
        let kept: Vec<Option<ClaimReport>> =
            self.claims.iter().map(|claim| self.store.and_then(|store| store.find(claim))).collect();
        let missing: Vec<&Claim> =
            self.claims.iter().zip(&kept).filter(|(_, kept)| kept.is_none()).map(|(claim, _)| *claim).collect();
        if self.store.is_some() && missing.len() < self.claims.len() {
            let finished = self.claims.len() - missing.len();
            output::complain(&format!("finished before: {finished} of {} claims", self.claims.len()));
        }
        let progress = Progress::new(self.quiet);
        let concluded = Mutex::new(Concluded { next: 0, found: kept, failure: None });
        runner::run(&missing, self.plan, self.interrupted, &|event| {
            progress.observe(&event);
            let Event::Concluded(report) = event else { return };
            let mut concluded = concluded.lock().unwrap_or_else(PoisonError::into_inner);
            progress.above(|| concluded.take(self, report.clone()));
            // The run ends; what it has found so far is lost only as far as it could not be kept.
            if concluded.failure.is_some() || (self.fail_fast && report.verdict != Verdict::Holds) {
                self.interrupted.store(true, Ordering::Relaxed);
            }
        });
        progress.clear();
        let mut concluded = concluded.into_inner().unwrap_or_else(PoisonError::into_inner);
        concluded.show(self);
        match concluded.failure {
            Some(failure) => Err(failure),
            None => Ok(concluded.found.into_iter().flatten().collect()),
        }
    }
}

/// What was found so far.
struct Concluded {
    /// The first claim that was not shown yet.
    next: usize,
    /// For each claim, in order.
    found: Vec<Option<ClaimReport>>,
    failure: Option<Failure>,
}

impl Concluded {
    /// Takes the report of a claim, keeps it, and shows what can be shown.
    fn take(&mut self, run: &Run, mut report: ClaimReport) {
        let kept = run.store.map_or(Ok(()), |store| store.keep(&report));
        self.fail(kept);
        run.theories.complete(&mut report.entry);
        if let Some(place) = run.claims.iter().position(|claim| claim.id == report.entry.id) {
            self.found[place] = Some(report);
        }
        self.show(run);
    }

    /// Shows the claims that follow those that were shown, up to the first that is not concluded.
    fn show(&mut self, run: &Run) {
        while let Some(Some(report)) = self.found.get_mut(self.next) {
            run.theories.complete(&mut report.entry);
            let shown = run.outlet.show(self.next, report);
            self.next += 1;
            self.fail(shown);
        }
    }

    fn fail(&mut self, result: Result<(), Failure>) {
        if let Err(failure) = result {
            self.failure.get_or_insert(failure);
        }
    }
}

/// The claims that speak of a network, made to examine it, and what to tell of the network and of the other claims.
fn sort_by_model<'a>(
    claims: &[&Claim<'a>],
    model: &'a ModelFile,
    seed: u64,
) -> Result<(Vec<OnSubject<'a>>, GivenModel), Failure> {
    let network = &model.network;
    let (mut applicable, mut inapplicable) = (Vec::new(), Vec::new());
    for &claim in claims {
        match claim.speaks_of(network) {
            Ok(()) => applicable.push(OnSubject { claim: *claim, subject: network }),
            Err(Inapplicable(reason)) => inapplicable.push((claim.id.to_owned(), reason.to_owned())),
        }
    }
    if applicable.is_empty() {
        let mut message = format!("no claim that matches applies to {}", model.place);
        for (reason, ids) in by_reason(&inapplicable) {
            let line = format!("{reason}: {}", ids.join(", "));
            message += &format!("\n{}", hanging(&line, output::width(), "  ").trim_end());
        }
        return Err(Failure::NothingSelected(message));
    }
    let search = discovery::Settings { seed, precision: DEFAULT_PRECISION };
    let given = GivenModel {
        file: model.place.clone(),
        checksum: model.checksum.clone(),
        network: network.to_string(),
        parameters: network.parameter_count(),
        inapplicable,
        symmetries: structure::known(network, &search),
    };
    Ok((applicable, given))
}

/// Each reason once, with the claims that it is of.
fn by_reason(inapplicable: &[(String, String)]) -> Vec<(&str, Vec<&str>)> {
    let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
    for (id, reason) in inapplicable {
        match reasons.iter_mut().find(|(known, _)| known == reason) {
            Some((_, ids)) => ids.push(id),
            None => reasons.push((reason, vec![id])),
        }
    }
    reasons
}

/// A flag that Ctrl-C sets; a second Ctrl-C ends the process at once.
fn interruption() -> Arc<AtomicBool> {
    let flag = Arc::new(AtomicBool::new(false));
    let raised = Arc::clone(&flag);
    let handled = ctrlc::set_handler(move || {
        if raised.swap(true, Ordering::Relaxed) {
            output::remove_pending_files();
            std::process::exit(130);
        }
        output::complain("interrupted: what is finished will be reported (again to stop at once)");
    });
    if let Err(error) = handled {
        output::complain(&format!("warning: Ctrl-C will end the run without a report: {error}"));
    }
    flag
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
