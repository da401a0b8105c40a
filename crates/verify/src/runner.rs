//! Running claims: selection, threads, time limits, events.

use super::claim::Claim;
use super::draw::Case;
use super::examination::{Examination, Settings};
use super::report::ClaimReport;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
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

/// Examines the claims in order, on all threads, and concludes every one of them, in order.
///
/// A thread that finds nothing left of a claim goes on with the next one while others finish it. The first instance of every law comes before everything else, so that what each claim costs is known early. `interrupted` may be
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
        let queue = Queue::new(&works);
        rayon::broadcast(|_| queue.work());
        queue.concluded()
    };
    with_threads(plan.jobs, all)
}

/// Does some work with so many threads; 0 stands for one per core.
pub fn with_threads<R: Send>(jobs: usize, work: impl FnOnce() -> R + Send) -> R {
    match rayon::ThreadPoolBuilder::new().num_threads(jobs).build() {
        Ok(pool) => pool.install(work),
        // A machine that refuses threads can still compute.
        Err(_) => work(),
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

    /// Judges what was examined, unit by unit.
    fn conclude(&self, examined: Vec<Option<Examined>>) -> ClaimReport {
        let cut_short = examined.iter().any(Option::is_none);
        let seconds = examined.iter().flatten().map(|(.., time)| *time).sum::<Duration>().as_secs_f64();
        let examinations: Vec<_> =
            examined.into_iter().flatten().map(|(case, index, found, _)| (case, index, found)).collect();
        ClaimReport::conclude(self.claim.entry(), &examinations, cut_short, seconds)
    }
}

/// What is to be examined, and what was found.
struct Queue<'a> {
    works: &'a [Work<'a>],
    /// Claim and unit.
    units: Vec<(usize, usize)>,
    /// The first of the units that no thread has taken.
    next: AtomicUsize,
    found: Mutex<Found>,
}

/// What was found so far.
struct Found {
    /// For each claim, unit by unit, and how many of its units are missing.
    examined: Vec<(Vec<Option<Examined>>, usize)>,
    /// For each claim whose units are all done.
    reports: Vec<Option<ClaimReport>>,
    /// The first claim whose conclusion was not told.
    untold: usize,
}

impl<'a> Queue<'a> {
    /// The first unit of every claim, and then the others.
    fn new(works: &'a [Work<'a>]) -> Self {
        let of_claim = |(place, work): (usize, &Work<'_>)| (0..work.units.len()).map(move |unit| (place, unit));
        let (firsts, others): (Vec<_>, Vec<_>) =
            works.iter().enumerate().flat_map(of_claim).partition(|(_, unit)| *unit == 0);
        let examined = works.iter().map(|work| (work.units.iter().map(|_| None).collect(), work.units.len()));
        let found = Found { examined: examined.collect(), reports: works.iter().map(|_| None).collect(), untold: 0 };
        let queue = Queue {
            works,
            units: firsts.into_iter().chain(others).collect(),
            next: AtomicUsize::new(0),
            found: Mutex::new(found),
        };
        for (place, work) in works.iter().enumerate().filter(|(_, work)| work.units.is_empty()) {
            queue.conclude(work, place);
        }
        queue
    }

    /// Takes units until none is left.
    fn work(&self) {
        while let Some(&(place, unit)) = self.units.get(self.next.fetch_add(1, Ordering::Relaxed)) {
            let work = &self.works[place];
            if unit == 1 {
                (work.observe)(Event::Examining(work.claim.id));
            }
            let examined = work.examine(work.units[unit]);
            let mut found = self.found();
            let (units, missing) = &mut found.examined[place];
            units[unit] = examined;
            *missing -= 1;
            if *missing == 0 {
                drop(found);
                self.conclude(work, place);
            }
        }
    }

    /// Judges a claim whose units are all done, and tells of it as soon as those before it are told.
    fn conclude(&self, work: &Work<'_>, place: usize) {
        let examined = std::mem::take(&mut self.found().examined[place].0);
        let report = work.conclude(examined);
        let mut found = self.found();
        found.reports[place] = Some(report);
        while let Some(Some(report)) = found.reports.get(found.untold) {
            (work.observe)(Event::Concluded(report));
            found.untold += 1;
        }
    }

    fn found(&self) -> MutexGuard<'_, Found> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The reports of all claims.
    fn concluded(self) -> Vec<ClaimReport> {
        let found = self.found.into_inner().unwrap_or_else(PoisonError::into_inner);
        found.reports.into_iter().map(|report| report.expect("the queue is empty")).collect()
    }
}
