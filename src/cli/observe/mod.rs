//! `equipartition observe`: the theory seen at work, one file for each kind of observation.

mod balance;
mod cosmology;
mod flow;
mod ideal_gas;
mod mirror;
mod noise_equilibrium;
mod platonic;
mod starvation;

use super::output::{self, Destination, shown};
use super::{Exit, Failure};
use crate::dynamics::refusal::Refusal;
use crate::report::layout::{USUAL_WIDTH, hanging};
use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{self, IsTerminal};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Watch the theories at work: balance on real data, the entropic flow, alignment, noise, saddles, norms, momentum, starvation
///
/// Without a kind it is `balance`, whose options are those below. Every kind writes a summary, a table and a plot, and takes
/// some seconds.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
#[group(skip)]
pub struct Arguments {
    #[command(subcommand)]
    kind: Option<Kind>,
    #[command(flatten)]
    balance: balance::Arguments,
}

#[derive(Subcommand)]
enum Kind {
    Balance(balance::Arguments),
    Flow(flow::Arguments),
    Platonic(platonic::Arguments),
    NoiseEquilibrium(noise_equilibrium::Arguments),
    Mirror(mirror::Arguments),
    IdealGas(ideal_gas::Arguments),
    Cosmology(cosmology::Arguments),
    Starvation(starvation::Arguments),
}

/// Observes, writes both files and prints the summary.
///
/// # Errors
/// Settings out of range, a run that diverges, or a file that cannot be written; files are opened before the work.
pub fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    match &arguments.kind {
        None => balance::run(&arguments.balance),
        Some(Kind::Balance(arguments)) => balance::run(arguments),
        Some(Kind::Flow(arguments)) => flow::run(arguments),
        Some(Kind::Platonic(arguments)) => platonic::run(arguments),
        Some(Kind::NoiseEquilibrium(arguments)) => noise_equilibrium::run(arguments),
        Some(Kind::Mirror(arguments)) => mirror::run(arguments),
        Some(Kind::IdealGas(arguments)) => ideal_gas::run(arguments),
        Some(Kind::Cosmology(arguments)) => cosmology::run(arguments),
        Some(Kind::Starvation(arguments)) => starvation::run(arguments),
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Setting { .. } => Failure::Usage(refusal.to_string()),
            Refusal::Diverged { .. } => Failure::BadData(refusal.to_string()),
            Refusal::Digits(_) => Failure::Internal(refusal.to_string()),
        }
    }
}

/// One file of an observation.
struct File<'a> {
    /// The option that names it.
    option: &'static str,
    /// What it holds, in a word.
    content: &'static str,
    path: &'a Path,
}

impl<'a> File<'a> {
    fn table(path: &'a Path) -> Self {
        File { option: "--csv", content: "table", path }
    }

    fn plot(path: &'a Path) -> Self {
        File { option: "--svg", content: "plot", path }
    }
}

/// The files of an observation, opened before the work.
struct Files<'a, const COUNT: usize>([(File<'a>, Destination); COUNT]);

impl<'a, const COUNT: usize> Files<'a, COUNT> {
    fn open(files: [File<'a>; COUNT]) -> Result<Self, Failure> {
        for (place, file) in files.iter().enumerate() {
            let is_same = |other: &&File| output::identity(other.path) == output::identity(file.path);
            if let Some(other) = files[..place].iter().find(is_same) {
                let (one, two, path) = (other.option, file.option, shown(file.path));
                return Err(Failure::Usage(format!("{one} and {two} name the same file: {path}")));
            }
        }
        let mut opened = Vec::with_capacity(COUNT);
        for file in files {
            let destination = Destination::open(Some(file.path))?;
            opened.push((file, destination));
        }
        let opened = <[_; COUNT]>::try_from(opened).map_err(|_| Failure::Internal("a file was lost".to_owned()))?;
        Ok(Files(opened))
    }

    /// Writes all, then prints the summary and where they are.
    fn write(self, texts: [&str; COUNT], mut summary: String) -> Result<Exit, Failure> {
        let place = |(file, _): &(File<'_>, _)| format!("{} ({})", shown(file.path), file.content);
        let places: Vec<String> = self.0.iter().map(place).collect();
        summary += &format!("\n{}", hanging(&format!("Written: {}", places.join(", ")), USUAL_WIDTH, ""));
        for ((_, destination), text) in self.0.into_iter().zip(texts) {
            destination.write(text)?;
        }
        // A reader who has left has the files.
        let _ = output::print(&summary)?;
        Ok(Exit::Success)
    }
}

/// How far an observation is: a bar on a terminal, a line now and then elsewhere.
struct Progress {
    bar: ProgressBar,
    steps: u64,
    doing: &'static str,
    /// Steps done, and when the last line was written; none where a bar is drawn.
    lines: Option<Mutex<(u64, Instant)>>,
}

/// Between two lines where there is no terminal.
const PAUSE: Duration = Duration::from_secs(10);

fn progress(steps: u64, doing: &'static str) -> Progress {
    let bar = ProgressBar::with_draw_target(Some(steps), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template(&format!("{{bar:32}} {{percent}} % {{elapsed}} {doing}")) {
        bar.set_style(style);
    }
    let lines = (!io::stderr().is_terminal()).then(|| Mutex::new((0, Instant::now())));
    Progress { bar, steps, doing, lines }
}

impl Progress {
    /// So many steps more are done.
    fn inc(&self, steps: u64) {
        self.bar.inc(steps);
        let Some(lines) = &self.lines else { return };
        let mut lines = lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.0 += steps;
        if lines.1.elapsed() >= PAUSE {
            lines.1 = Instant::now();
            output::complain(&how_far(lines.0, self.steps, self.doing));
        }
    }

    /// Removes the bar.
    fn finish_and_clear(&self) {
        self.bar.finish_and_clear();
    }
}

/// `37 % of descending is done`
fn how_far(done: u64, steps: u64, doing: &str) -> String {
    let percent = 100 * u128::from(done) / u128::from(steps.max(1));
    format!("{percent} % of {doing} is done")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_many_steps_are_told_in_per_cent() {
        assert_eq!(how_far(37, 100, "descending"), "37 % of descending is done");
        assert_eq!(how_far(u64::MAX, u64::MAX, "descending"), "100 % of descending is done");
        assert_eq!(how_far(0, 0, "descending"), "0 % of descending is done");
    }
}
