//! `equipartition observe ideal-gas`

use super::{File, Files, progress};
use crate::cli::{Exit, Failure};
use crate::dynamics::gas::{Settings, observe};
use crate::report::gas as report;
use clap::Args;
use std::path::PathBuf;

/// Watch the norm of scale-invariant weights come to its equilibrium, or escape
///
/// The first layer of a network with normalised weights learns handwritten digits at a fixed rate, at a fixed effective rate and on a fixed
/// sphere, at several rates. Writes a summary, a table and a plot of radius, turning angle and p V / (R T) beside the exact
/// curves, and of chains at a fixed effective rate that escape.
#[derive(Args)]
#[command(after_help = "\
Examples:
  equipartition observe ideal-gas
  equipartition observe ideal-gas --batch 1 --steps 100000
  equipartition observe ideal-gas --chains 500 --chain-steps 100000")]
pub struct Arguments {
    /// Steps of every state, from 2000, of which the second half is taken
    #[arg(long, value_name = "COUNT", default_value_t = Settings::default().steps)]
    steps: u64,
    /// Samples of a batch, 1 to 1024
    #[arg(long, value_name = "SIZE", default_value_t = Settings::default().batch)]
    batch: usize,
    /// Chains of each noise that may escape
    #[arg(long, value_name = "COUNT", default_value_t = Settings::default().chains)]
    chains: usize,
    /// Steps of a chain, from 150
    #[arg(long, value_name = "COUNT", default_value_t = Settings::default().chain_steps)]
    chain_steps: usize,
    /// The seed of everything
    #[arg(long, default_value_t = Settings::default().seed)]
    seed: u64,
    /// Where the table goes
    #[arg(long, value_name = "FILE", default_value = "ideal-gas.csv")]
    csv: PathBuf,
    /// Where the plot goes
    #[arg(long, value_name = "FILE", default_value = "ideal-gas.svg")]
    svg: PathBuf,
}

pub fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    let &Arguments { steps, batch, chains, chain_steps, seed, .. } = arguments;
    let settings = Settings { steps, batch, chains, chain_steps, seed };
    settings.validate()?;
    let files = Files::open([File::table(&arguments.csv), File::plot(&arguments.svg)])?;
    let bar = progress(settings.work(), "descending");
    let outcome = observe(&settings, &|steps| bar.inc(steps));
    bar.finish_and_clear();
    let observation = outcome?;
    files.write([&report::csv(&observation), &report::figure(&observation).to_svg()], report::summary(&observation))
}
