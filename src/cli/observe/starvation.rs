//! `equipartition observe starvation`

use super::{File, Files, progress};
use crate::cli::{Exit, Failure};
use crate::dynamics::features::{Settings, observe};
use crate::report::features as report;
use clap::Args;
use std::path::PathBuf;

/// Watch a strong feature starve a weak one under weight decay, and not under spectral decoupling
///
/// Two features of a linearised network learn by descent from 0, with either penalty: at one strength of the first feature step by step, and at many
/// to the end. Writes a summary, a table and a plot of responses, of how the weak one follows the strength of the strong one, and of how both leave
/// uncoupled linear modes, beside optimum and closed forms.
#[derive(Args)]
#[command(after_help = "\
Examples:
  equipartition observe starvation
  equipartition observe starvation --angle 10 --penalty 0.01
  equipartition observe starvation --first 0.5      # the weaker one helps")]
pub struct Arguments {
    /// The angle of the first feature in degrees, between 0 and 45: how unequally it is shared by the samples
    #[arg(long, value_name = "DEGREES", default_value_t = Settings::default().angle)]
    angle: f64,
    /// s_1 of the paths, the strength of the first feature
    #[arg(long, value_name = "S1", default_value_t = Settings::default().first)]
    first: f64,
    /// s_2, the strength of the second
    #[arg(long, value_name = "S2", default_value_t = Settings::default().second)]
    second: f64,
    /// lambda of both penalties, 0.001 to 10
    #[arg(long, value_name = "LAMBDA", default_value_t = Settings::default().penalty)]
    penalty: f64,
    /// eta
    #[arg(long, value_name = "ETA", default_value_t = Settings::default().learning_rate)]
    learning_rate: f64,
    /// Steps of the paths, from 1000
    #[arg(long, value_name = "COUNT", default_value_t = Settings::default().steps)]
    steps: usize,
    /// Where the table goes
    #[arg(long, value_name = "FILE", default_value = "starvation.csv")]
    csv: PathBuf,
    /// Where the plot goes
    #[arg(long, value_name = "FILE", default_value = "starvation.svg")]
    svg: PathBuf,
}

pub fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    let &Arguments { angle, first, second, penalty, learning_rate, steps, .. } = arguments;
    let settings = Settings { angle, first, second, penalty, learning_rate, steps };
    settings.validate()?;
    let files = Files::open([File::table(&arguments.csv), File::plot(&arguments.svg)])?;
    let bar = progress(settings.work(), "descending");
    let outcome = observe(&settings, &|done| bar.inc(done));
    bar.finish_and_clear();
    let observation = outcome?;
    files.write([&report::csv(&observation), &report::figure(&observation).to_svg()], report::summary(&observation))
}
