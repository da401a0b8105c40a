//! Running claims: selection, threads, time limits, events.

use super::claim::Claim;
use super::draw::Case;
use super::examination::{Examination, Settings};
use super::verdict::ClaimReport;
use rayon::prelude::*;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How much is examined, and until when.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Seed and precision.
    pub settings: Settings,
    /// Instances of each law; half as many, and at least four, of each control, unless the claim says otherwise.
    pub instances: u64,
    /// Threads; 0 stands for one per core.
    pub jobs: usize,
    /// After this time what is missing stays undecided.
    pub time_limit: Option<Duration>,
}

impl Plan {
    /// The cases and indices to examine for one claim.
    fn units(&self, claim: &Claim) -> Vec<(Case, u64)> {
        claim
            .cases()
            .flat_map(|case| (0..claim.instances(case, self.instances)).map(move |index| (case, index)))
            .collect()
    }
}

/// What happens during a run, for those who show it.
pub enum Event<'a> {
    /// The run begins.
    Started {
        /// The claims, each with its units of work.
        units: &'a [(&'a str, usize)],
        /// The number of threads that share them.
        threads: usize,
    },
    /// A claim is being examined.
    Examining(&'a str),
    /// One unit of work is done. Sent from worker threads.
    Examined {
        /// The claim's place among those of the run.
        claim: usize,
        /// How long it took.
        time: Duration,
    },
    /// A claim is concluded.
    Concluded(&'a ClaimReport),
}

/// One examination, and how long it took.
type Examined = (Case, u64, Examination, Duration);

/// Examines the claims in order, each on all threads, and concludes every one of them.
///
/// The first instance of every law comes before everything else, so that what each claim costs is known early. `interrupted` may be
/// set at any time; like the time limit it leaves the rest undecided, and what was finished counts. Results do not depend on the
/// number of threads.
pub fn run(
    claims: &[&Claim],
    plan: &Plan,
    interrupted: &AtomicBool,
    observe: &(dyn Fn(Event<'_>) + Sync),
) -> Vec<ClaimReport> {
    let start = Instant::now();
    let stopped =
        || interrupted.load(Ordering::Relaxed) || plan.time_limit.is_some_and(|limit| start.elapsed() >= limit);
    let works: Vec<Work<'_>> = claims
        .iter()
        .enumerate()
        .map(|(place, claim)| Work { claim, place, units: plan.units(claim), plan, stopped: &stopped, observe })
        .collect();
    let all = || {
        let units: Vec<(&str, usize)> = works.iter().map(|work| (work.claim.id, work.units.len())).collect();
        observe(Event::Started { units: &units, threads: rayon::current_num_threads() });
        let firsts: Vec<Vec<Option<Examined>>> =
            works.par_iter().map(|work| work.units.iter().take(1).map(|unit| work.examine(*unit)).collect()).collect();
        works.iter().zip(firsts).map(|(work, first)| work.conclude(first)).collect()
    };
    match rayon::ThreadPoolBuilder::new().num_threads(plan.jobs).build() {
        Ok(pool) => pool.install(all),
        // A machine that refuses threads can still compute.
        Err(_) => all(),
    }
}

/// All that is to be examined of one claim.
struct Work<'a> {
    claim: &'a Claim<'a>,
    /// Its place among the claims of the run.
    place: usize,
    units: Vec<(Case, u64)>,
    plan: &'a Plan,
    stopped: &'a (dyn Fn() -> bool + Sync),
    observe: &'a (dyn Fn(Event<'_>) + Sync),
}

impl Work<'_> {
    /// Examines one unit, unless the run was stopped.
    fn examine(&self, (case, index): (Case, u64)) -> Option<Examined> {
        if (self.stopped)() {
            return None;
        }
        let start = Instant::now();
        let examination = self.claim.examine(&self.plan.settings, case, index);
        let time = start.elapsed();
        (self.observe)(Event::Examined { claim: self.place, time });
        Some((case, index, examination, time))
    }

    /// Examines what is left after the first units, and judges all.
    fn conclude(&self, mut examined: Vec<Option<Examined>>) -> ClaimReport {
        (self.observe)(Event::Examining(self.claim.id));
        let rest: Vec<Option<Examined>> =
            self.units[examined.len()..].par_iter().map(|unit| self.examine(*unit)).collect();
        examined.extend(rest);
        let cut_short = examined.iter().any(Option::is_none);
        let seconds = examined.iter().flatten().map(|(.., time)| time.as_secs_f64()).sum();
        let examinations: Vec<_> =
            examined.into_iter().flatten().map(|(case, index, found, _)| (case, index, found)).collect();
        let report = ClaimReport::conclude(self.claim.entry(), &examinations, cut_short, seconds);
        (self.observe)(Event::Concluded(&report));
        report
    }
}
