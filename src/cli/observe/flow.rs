//! `equipartition observe flow`

use super::{File, Files, progress};
use crate::cli::{Exit, Failure};
use crate::dynamics::valley::{Settings, ValleyError, observe};
use crate::report::valley as report;
use clap::Args;
use std::path::PathBuf;

/// Watch stochastic descent follow the flow of the entropic loss, not that of the loss
///
/// The smallest network, l = (u w x - y)^2 with label noise, starts far from balance. In the valley of minima u w = 1 the
/// gradient flow stands still; stochastic descent drifts towards balance, along the flow of L + eta/4 E|g|^2. Writes a
/// summary, a table and a plot of the paths, of the charge u^2 - w^2 over time, and of the gaps to both flows at four
/// learning rates.
#[derive(Args)]
#[command(after_help = "\
Examples:
  equipartition observe flow
  equipartition observe flow --learning-rate 0.03 --paths 1000
  equipartition observe flow --start 0 3 --time 30")]
pub struct Arguments {
    /// eta, in the step theta' = theta - eta g; eta/2, eta/4 and eta/8 are run too
    #[arg(long, value_name = "ETA", default_value_t = Settings::default().learning_rate)]
    learning_rate: f64,
    /// eta times the number of steps, from 400 eta
    #[arg(long, value_name = "TIME", default_value_t = Settings::default().time)]
    time: f64,
    /// Paths of each way to draw samples and each learning rate, 10 to 10000
    #[arg(long, value_name = "COUNT", default_value_t = Settings::default().paths)]
    paths: usize,
    /// Every label is the input plus or minus this
    #[arg(long, value_name = "NOISE", default_value_t = Settings::default().label_noise)]
    label_noise: f64,
    /// Both weights at the start; they must differ in size
    #[arg(long, num_args = 2, value_names = ["U", "W"], allow_negative_numbers = true,
          default_values_t = Settings::default().start)]
    start: Vec<f64>,
    /// The seed of the order of the samples
    #[arg(long, default_value_t = Settings::default().seed)]
    seed: u64,
    /// Where the table goes
    #[arg(long, value_name = "FILE", default_value = "flow.csv")]
    csv: PathBuf,
    /// Where the plot goes
    #[arg(long, value_name = "FILE", default_value = "flow.svg")]
    svg: PathBuf,
}

impl Arguments {
    fn settings(&self) -> Result<Settings, Failure> {
        let &Arguments { learning_rate, time, paths, label_noise, seed, .. } = self;
        let &[u, w] = &self.start[..] else {
            return Err(Failure::Usage("--start takes two numbers".to_owned()));
        };
        Ok(Settings { learning_rate, label_noise, time, start: [u, w], paths, seed })
    }
}

impl From<ValleyError> for Failure {
    fn from(error: ValleyError) -> Self {
        match error {
            ValleyError::Setting { .. } => Failure::Usage(error.to_string()),
            ValleyError::Diverged { .. } | ValleyError::Flow(_) => Failure::BadData(error.to_string()),
        }
    }
}

pub fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    let settings = arguments.settings()?;
    settings.validate()?;
    let files = Files::open([File::table(&arguments.csv), File::plot(&arguments.svg)])?;
    let bar = progress(settings.steps(), "descending");
    let outcome = observe(&settings, &|steps| bar.inc(steps));
    bar.finish_and_clear();
    let valley = outcome?;
    files.write([&report::csv(&valley), &report::figure(&valley).to_svg()], report::summary(&valley))
}
