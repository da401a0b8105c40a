//! `equipartition observe noise-equilibrium`

use super::{File, Files, progress};
use crate::cli::{Exit, Failure};
use crate::dynamics::imbalance::{Settings, observe};
use crate::report::imbalance as report;
use clap::Args;
use std::path::PathBuf;

/// Watch two layers forget their imbalance, and where batches of each size lead
///
/// A linear and a ReLU network learn handwritten digits from three unbalanced starts, along batches of one sample, of some and of
/// all. Writes a summary, a table and a plot of the imbalance over the steps beside the exact law of a step, and of the
/// equilibrium by batch size beside that of the stochastic differential equation.
#[derive(Args)]
#[command(after_help = "\
Examples:
  equipartition observe noise-equilibrium
  equipartition observe noise-equilibrium --batch 32 --hidden 64
  equipartition observe noise-equilibrium --steps 12000 --learning-rate 0.04")]
pub struct Arguments {
    /// Steps along batches of one and of some, from 6000; along all samples a sixtieth
    #[arg(long, value_name = "COUNT", default_value_t = Settings::default().steps)]
    steps: u64,
    /// eta, in the step theta' = theta - eta g
    #[arg(long, value_name = "ETA", default_value_t = Settings::default().learning_rate)]
    learning_rate: f64,
    /// The samples of the batches between one and all, 2 to 1024
    #[arg(long, value_name = "SIZE", default_value_t = Settings::default().batch)]
    batch: usize,
    /// Hidden neurons of the ReLU network
    #[arg(long, value_name = "COUNT", default_value_t = Settings::default().hidden)]
    hidden: usize,
    /// The seed of the starts and of the batches
    #[arg(long, default_value_t = Settings::default().seed)]
    seed: u64,
    /// Where the table goes
    #[arg(long, value_name = "FILE", default_value = "noise-equilibrium.csv")]
    csv: PathBuf,
    /// Where the plot goes
    #[arg(long, value_name = "FILE", default_value = "noise-equilibrium.svg")]
    svg: PathBuf,
}

pub fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    let &Arguments { steps, learning_rate, batch, hidden, seed, .. } = arguments;
    let settings = Settings { steps, learning_rate, batch, hidden, seed };
    settings.validate()?;
    let files = Files::open([File::table(&arguments.csv), File::plot(&arguments.svg)])?;
    let bar = progress(settings.gradients(), "descending");
    let outcome = observe(&settings, &|gradients| bar.inc(gradients));
    bar.finish_and_clear();
    let observation = outcome?;
    files.write([&report::csv(&observation), &report::figure(&observation).to_svg()], report::summary(&observation))
}
