//! Claims as tests: those of this crate, and one's own on one's own models, in one's own `cargo test`.
//!
//! Under the ordinary harness, [`claim_tests!`](crate::claim_tests) makes one `#[test]` of each claim:
//!
//! ```
//! use equipartition::theories::find;
//!
//! equipartition::claim_tests! {
//!     neurons_balance: find("balance/neuron").unwrap(),
//!     layers_balance: find("balance/layer").unwrap(),
//! }
//! ```
//!
//! A test target of its own (`harness = false`) has tests that are named by the claims' ids and can be filtered. With the
//! feature `testing`, which is on by default, it is one line:
//!
//! ```no_run
//! # #[cfg(feature = "testing")]
//! fn main() {
//!     equipartition::testing::main(&equipartition::theories::select(&["balance", "symmetry"]))
//! }
//! # #[cfg(not(feature = "testing"))]
//! # fn main() {}
//! ```
//!
//! Either way a test passes if the claim *holds*: no instance violates it, every control fails as it must, and every
//! wrong formula is refuted. A claim that is vacuous, powerless or undecided fails its test, because it has shown nothing.
//! [`Suite`] sets seed, precision and instances.

use crate::scalar::MENU;
use crate::verify::report::Witness;
use crate::verify::runner::{Plan, run};
use crate::verify::{Case, Claim, ClaimReport, Effort, Entry, Examination, Settings, Status, Verdict};
use std::fmt::Write;
use std::sync::atomic::AtomicBool;

/// Verifies one claim as [`Suite::new`] does.
///
/// # Errors
/// As [`Suite::verify`].
pub fn verify(claim: &Claim) -> Result<(), String> {
    Suite::new().verify(claim)
}

/// A test program of claims as [`Suite::new`] verifies them; see [`Suite::main`].
#[cfg(feature = "testing")]
pub fn main(claims: &[&'static Claim<'static>]) -> ! {
    Suite::new().main(claims)
}

/// How claims are tested. The same suite gives the same result on every machine and under any number of threads.
///
/// ```
/// use equipartition::theories::find;
/// use equipartition::testing::Suite;
///
/// let suite = Suite::new().seed(7).precision(128).instances(8);
/// assert_eq!(suite.verify(find("balance/neuron").unwrap()), Ok(()));
/// ```
#[derive(Clone, Debug)]
pub struct Suite {
    seed: u64,
    precision: u32,
    instances: u64,
    effort: Effort,
    command: Option<String>,
}

impl Default for Suite {
    fn default() -> Self {
        Suite { seed: 0, precision: 256, instances: 32, effort: Effort::Default, command: None }
    }
}

impl Suite {
    /// Seed 0, 256 bits, 32 instances of each law: what `equipartition verify` does by default.
    pub fn new() -> Self {
        Self::default()
    }

    /// The seed from which all instances are drawn.
    pub fn seed(self, seed: u64) -> Self {
        Suite { seed, ..self }
    }

    /// The top P of the precision ladder P/4, P/2, P: one of [`MENU`].
    pub fn precision(self, bits: u32) -> Self {
        Suite { precision: bits, ..self }
    }

    /// Instances of each law; half as many, and at least four, of each control, unless the claim says otherwise.
    pub fn instances(self, instances: u64) -> Self {
        Suite { instances, ..self }
    }

    /// How long simulations are.
    pub fn effort(self, effort: Effort) -> Self {
        Suite { effort, ..self }
    }

    /// The command that replays an instance of these claims, such as `equipartition replay`. A failing test prints it
    /// with id, seed, index, precision and control; without it, the call of [`Suite::replay`].
    pub fn replay_command(self, command: impl Into<String>) -> Self {
        Suite { command: Some(command.into()), ..self }
    }

    /// Verifies one claim, in this thread.
    ///
    /// # Errors
    /// Unless the claim holds: the verdict with its reason, the instances behind it with their terms, and how to replay
    /// each. Also if the precision is not on the menu.
    pub fn verify(&self, claim: &Claim) -> Result<(), String> {
        let report = self.examine(claim)?;
        if report.verdict == Verdict::Holds { Ok(()) } else { Err(self.complaint(claim, &report)) }
    }

    /// What a run of the suite finds out about one claim, whatever the verdict.
    ///
    /// # Errors
    /// If the precision is not on the menu.
    pub fn examine(&self, claim: &Claim) -> Result<ClaimReport, String> {
        let settings = self.settings(false)?;
        let plan = Plan { settings, instances: self.instances, jobs: 1, time_limit: None };
        run(&[claim], &plan, &AtomicBool::new(false), &|_| {}).pop().ok_or_else(|| "nothing was examined".to_owned())
    }

    /// One instance of this suite again, with every term of every relation in words.
    ///
    /// # Errors
    /// If the precision is not on the menu.
    pub fn replay(&self, claim: &Claim, case: Case, index: u64) -> Result<String, String> {
        let examination = claim.examine(&self.settings(true)?, case, index);
        let name = claim.case_name(case);
        let mut text =
            format!("{}, {name}, seed {}, instance {index}: {}", claim.id, self.seed, examination.description);
        if let Some(reason) = &examination.excluded {
            let _ = write!(text, "\noutside the hypotheses: {reason}");
        }
        for finding in &examination.findings {
            let status = match finding.status {
                Status::Satisfied => "satisfied".to_owned(),
                Status::Vacuous => "vacuous".to_owned(),
                Status::Violated => format!("violated: surely missed by {}", finding.miss),
                Status::Unresolved => "unresolved: the gap is smaller than the check resolves".to_owned(),
                Status::Undecided(why) => format!("undecided: {why}"),
            };
            let _ = write!(text, "\n{}: {status}", finding.scalar);
            for line in &finding.details {
                let _ = write!(text, "\n  {line}");
            }
        }
        Ok(text)
    }

    fn settings(&self, verbose: bool) -> Result<Settings, String> {
        if !MENU.contains(&self.precision) {
            return Err(format!("{} bits are not on the menu: choose one of {MENU:?}", self.precision));
        }
        Ok(Settings { effort: self.effort, verbose, ..Settings::new(self.seed, self.precision) })
    }

    /// The verdict, its reason, and what is behind it.
    fn complaint(&self, claim: &Claim, report: &ClaimReport) -> String {
        let mut text = format!("{}: {}: {}", report.entry.id, report.verdict, report.reason);
        let _ = write!(text, "\n  {}", report.entry.statement);
        for witness in &report.witnesses {
            let name = report.entry.case_name(witness.case);
            let _ = write!(text, "\n  {name}, instance {}: {}", witness.index, witness.description);
            let _ = write!(text, "\n    {}: {}", witness.relation, witness.residual);
            for line in self.terms(claim, witness) {
                let _ = write!(text, "\n    {line}");
            }
            let _ = write!(text, "\n    replay: {}", self.replay_line(&report.entry, witness));
        }
        text
    }

    /// Both sides of a witness's relation, in the scalar that decided.
    fn terms(&self, claim: &Claim, witness: &Witness) -> Vec<String> {
        let Ok(settings) = self.settings(true) else { return Vec::new() };
        let examination = claim.examine(&settings, witness.case, witness.index);
        let heading = format!("{}: ", witness.relation);
        let lines = decisive(&examination).into_iter().flatten().skip_while(|line| !line.starts_with(&heading));
        lines.skip(1).take_while(|line| line.starts_with(' ')).map(|line| shortened(&line)).collect()
    }

    fn replay_line(&self, entry: &Entry, witness: &Witness) -> String {
        let Suite { seed, precision, effort, .. } = self;
        let index = witness.index;
        let Some(command) = &self.command else {
            let case = match witness.case {
                Case::Law => "Case::Law".to_owned(),
                Case::Control(number) => format!("Case::Control({number})"),
            };
            let effort =
                if *effort == Effort::Default { String::new() } else { format!(".effort(Effort::{effort:?})") };
            return format!("Suite::new().seed({seed}).precision({precision}){effort}.replay(&claim, {case}, {index})");
        };
        let mut line = format!("{command} {} {seed} {index} --precision {precision}", entry.id);
        if let Case::Control(number) = witness.case {
            let _ = write!(line, " --control {}", entry.controls[number].name);
        }
        if *effort != Effort::Default {
            let _ = write!(line, " --effort {}", effort.name());
        }
        line
    }

    /// The claims as tests of a libtest-mimic program, named by their ids.
    #[cfg(feature = "testing")]
    pub fn trials(&self, claims: &[&'static Claim<'static>]) -> Vec<libtest_mimic::Trial> {
        let trial = |&claim: &&'static Claim<'static>| {
            let suite = self.clone();
            libtest_mimic::Trial::test(claim.id, move || suite.verify(claim).map_err(Into::into))
        };
        claims.iter().map(trial).collect()
    }

    /// A test program: the `main` of a test target with `harness = false`. It takes the arguments of `cargo test` (a
    /// filter, `--exact`, `--list`, `--test-threads`, ...), tests every claim under its id, and ends the process.
    ///
    /// Without any claim it fails, because a misspelt prefix must not turn a test green.
    #[cfg(feature = "testing")]
    pub fn main(&self, claims: &[&'static Claim<'static>]) -> ! {
        if claims.is_empty() {
            eprintln!("error: there is no claim to test: see `equipartition list` for the identifiers");
            std::process::exit(101);
        }
        libtest_mimic::run(&libtest_mimic::Arguments::from_args(), self.trials(claims)).exit()
    }
}

/// The details of the finding that decided: the last violation, else the last.
fn decisive(examination: &Examination) -> Option<Vec<String>> {
    let violated = examination.findings.iter().rev().find(|finding| finding.status == Status::Violated);
    violated.or(examination.findings.last()).map(|finding| finding.details.iter().map(ToString::to_string).collect())
}

/// A line of numbers, cut where a person would stop reading.
fn shortened(line: &str) -> String {
    const WIDTH: usize = 200;
    match line.char_indices().nth(WIDTH) {
        None => line.to_owned(),
        Some((end, _)) => format!("{} [...]", &line[..end]),
    }
}

/// One `#[test]` for each claim, under the ordinary harness: `name: claim`, separated by commas, where a claim is a
/// reference (`&MyClaim`). `in suite;` before them sets how ([`Suite`](crate::testing::Suite)); without it they are verified as
/// [`verify`](crate::testing::verify) does. Attributes, such as `#[ignore]`, go to the test.
///
/// ```
/// use equipartition::theories::find;
/// use equipartition::testing::Suite;
///
/// equipartition::claim_tests! {
///     in Suite::new().seed(7).precision(1024);
///
///     neurons_balance: find("balance/neuron").unwrap(),
///     /// Takes long.
///     #[ignore]
///     charges_average: find("noether/time-average").unwrap(),
/// }
/// ```
#[macro_export]
macro_rules! claim_tests {
    (in $suite:expr; $($(#[$attribute:meta])* $name:ident: $claim:expr),* $(,)?) => {
        $(
            $(#[$attribute])*
            #[test]
            fn $name() {
                let suite: $crate::testing::Suite = $suite;
                if let Err(complaint) = suite.verify($claim) {
                    panic!("{complaint}");
                }
            }
        )*
    };
    ($($(#[$attribute:meta])* $name:ident: $claim:expr),* $(,)?) => {
        $crate::claim_tests! { in $crate::testing::Suite::new(); $($(#[$attribute])* $name: $claim),* }
    };
}
