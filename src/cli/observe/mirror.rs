//! `equipartition observe mirror`

use super::{File, Files, progress};
use crate::cli::{Exit, Failure};
use crate::dynamics::saddles::{Settings, observe};
use crate::report::saddles as report;
use clap::Args;
use std::path::PathBuf;

/// Watch noise reverse the order of learning, and make a saddle attract
///
/// Two modes of deep linear networks leave their saddle, one with noise and a larger mean: at depth two it is learned later, at
/// depth three not. And the smallest network starts near a strict saddle, which attracts it in a window of step sizes. Writes a
/// summary, a table and a plot of times, of shares of runs at the saddle, and of exponents, beside the exact ones.
#[derive(Args)]
#[command(after_help = "\
Examples:
  equipartition observe mirror
  equipartition observe mirror --noisy 1 1 --clean 0.9
  equipartition observe mirror --labels 3 2   # labels of one sign: no window")]
pub struct Arguments {
    /// eta of the modes
    #[arg(long, value_name = "ETA", default_value_t = Settings::default().learning_rate)]
    learning_rate: f64,
    /// The mode with noise: samples s = M + B or M - B, equally likely
    #[arg(long, num_args = 2, value_names = ["M", "B"], default_values_t = Settings::default().noisy)]
    noisy: Vec<f64>,
    /// The mode without noise: its s
    #[arg(long, value_name = "S", default_value_t = Settings::default().clean)]
    clean: f64,
    /// Paths of the mode with noise from every start
    #[arg(long, value_name = "COUNT", default_value_t = Settings::default().paths)]
    paths: usize,
    /// The labels of the smallest network, equally frequent
    #[arg(long, num_args = 2, value_names = ["Y1", "Y2"], allow_negative_numbers = true,
          default_values_t = Settings::default().labels)]
    labels: Vec<f64>,
    /// Runs for each step size and way to draw labels
    #[arg(long, value_name = "COUNT", default_value_t = Settings::default().runs)]
    runs: usize,
    /// Epochs of a run, of two steps each
    #[arg(long, value_name = "COUNT", default_value_t = Settings::default().epochs)]
    epochs: usize,
    /// The seed of all draws
    #[arg(long, default_value_t = Settings::default().seed)]
    seed: u64,
    /// Where the table goes
    #[arg(long, value_name = "FILE", default_value = "mirror.csv")]
    csv: PathBuf,
    /// Where the plot goes
    #[arg(long, value_name = "FILE", default_value = "mirror.svg")]
    svg: PathBuf,
}

impl Arguments {
    fn settings(&self) -> Result<Settings, Failure> {
        let &Arguments { learning_rate, clean, paths, runs, epochs, seed, .. } = self;
        let pair = |option: &str, numbers: &[f64]| {
            <[f64; 2]>::try_from(numbers).map_err(|_| Failure::Usage(format!("{option} takes two numbers")))
        };
        let (noisy, labels) = (pair("--noisy", &self.noisy)?, pair("--labels", &self.labels)?);
        Ok(Settings { learning_rate, noisy, clean, paths, labels, runs, epochs, seed })
    }
}

pub fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    let settings = arguments.settings()?;
    settings.validate()?;
    let files = Files::open([File::table(&arguments.csv), File::plot(&arguments.svg)])?;
    let bar = progress(settings.work(), "descending");
    let outcome = observe(&settings, &|done| bar.inc(done));
    bar.finish_and_clear();
    let observation = outcome?;
    files.write([&report::csv(&observation), &report::figure(&observation).to_svg()], report::summary(&observation))
}
