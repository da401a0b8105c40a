//! `equipartition observe`: the theory seen at work, one file for each kind of observation.

mod balance;
mod flow;
mod platonic;

use super::output::{self, Destination};
use super::{Exit, Failure};
use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Watch the theory at work: balance on real data, the entropic flow, alignment of networks
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
    }
}

/// The two files of an observation.
struct Files {
    csv: (PathBuf, Destination),
    svg: (PathBuf, Destination),
}

impl Files {
    fn open(csv: &Path, svg: &Path) -> Result<Self, Failure> {
        if csv == svg {
            return Err(Failure::Usage(format!("--csv and --svg name the same file: {}", csv.display())));
        }
        let open = |path: &Path| Destination::open(Some(path)).map(|opened| (path.to_owned(), opened));
        Ok(Files { csv: open(csv)?, svg: open(svg)? })
    }

    /// Writes both, then prints the summary and where they are.
    fn write(self, table: &str, plot: &str, mut summary: String) -> Result<Exit, Failure> {
        let (csv, svg) = (self.csv.0.display(), self.svg.0.display());
        let _ = writeln!(summary, "\nWritten: {csv} (table), {svg} (plot)");
        self.csv.1.write(table)?;
        self.svg.1.write(plot)?;
        // A reader who has left has the files.
        let _ = output::print(&summary)?;
        Ok(Exit::Success)
    }
}

/// A bar of `steps` on a terminal; nothing elsewhere.
fn progress(steps: u64, doing: &str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(steps), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template(&format!("{{bar:32}} {{percent}} % {{elapsed}} {doing}")) {
        bar.set_style(style);
    }
    bar
}
