//! `equipartition observe cosmology`

use super::{File, Files, progress};
use crate::cli::{Exit, Failure};
use crate::dynamics::friction::{MODES, Settings, observe};
use crate::report::friction as report;
use clap::Args;
use std::path::PathBuf;

/// Watch an optimiser with momentum beside the field with friction that it discretises, and where they differ in kind
///
/// A bowl of four modes, over- and underdamped, then single modes at all stable step sizes: between two thresholds the field oscillates and the
/// optimiser does not, and above a third the optimiser alternates. Writes a summary, a table and a plot of paths, of angles and of decays, beside the
/// closed forms.
#[derive(Args)]
#[command(after_help = "\
Examples:
  equipartition observe cosmology
  equipartition observe cosmology --momentum 0      # plain descent: it never oscillates
  equipartition observe cosmology --momentum 0.36 --modes 0.1 0.155 0.4 2.6")]
pub struct Arguments {
    /// beta
    #[arg(long, value_name = "BETA", default_value_t = Settings::default().momentum)]
    momentum: f64,
    /// eta mu of the bowl's modes, the learning rate times the curvature
    #[arg(long, num_args = MODES, value_names = ["X1", "X2", "X3", "X4"], default_values_t = Settings::default().pulls)]
    modes: Vec<f64>,
    /// Steps in the bowl, 4 to 1000
    #[arg(long, value_name = "COUNT", default_value_t = Settings::default().steps)]
    steps: usize,
    /// Steps of every single mode, from 1000
    #[arg(long, value_name = "COUNT", default_value_t = Settings::default().sweep_steps)]
    sweep_steps: usize,
    /// Where the table goes
    #[arg(long, value_name = "FILE", default_value = "cosmology.csv")]
    csv: PathBuf,
    /// Where the plot goes
    #[arg(long, value_name = "FILE", default_value = "cosmology.svg")]
    svg: PathBuf,
}

pub fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    let &Arguments { momentum, ref modes, steps, sweep_steps, .. } = arguments;
    let pulls =
        <[f64; MODES]>::try_from(&modes[..]).map_err(|_| Failure::Usage(format!("--modes takes {MODES} numbers")))?;
    let settings = Settings { momentum, pulls, steps, sweep_steps };
    settings.validate()?;
    let files = Files::open([File::table(&arguments.csv), File::plot(&arguments.svg)])?;
    let bar = progress(settings.work(), "descending");
    let outcome = observe(&settings, &|done| bar.inc(done));
    bar.finish_and_clear();
    let observation = outcome?;
    files.write([&report::csv(&observation), &report::figure(&observation).to_svg()], report::summary(&observation))
}
