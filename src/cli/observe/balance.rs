//! `equipartition observe balance`: the balance laws on real data.

use super::{File, Files, progress};
use crate::cli::{Exit, Failure};
use crate::dynamics::observation::{ObservationError, Settings, observe};
use crate::dynamics::training::Training;
use crate::report::observation as report;
use clap::Args;
use std::path::PathBuf;

/// Watch gradients come into balance while a network learns handwritten digits
///
/// A ReLU network with one hidden layer is trained by plain stochastic gradient descent with weight decay and label noise,
/// from an unbalanced start, and beside it a tanh network, for which the balance law does not hold. Writes a summary, a table
/// and a plot of the imbalance of layers and neurons over the steps. Takes some seconds.
#[derive(Args)]
#[command(after_help = "\
Examples:
  equipartition observe
  equipartition observe --label-noise 0.5 --weight-decay 0.0005 --steps 1000000
  equipartition observe --last-layer-factor 8   # a start that kills every ReLU")]
pub struct Arguments {
    /// Single-sample steps of each network, at least 2000
    #[arg(long, value_name = "COUNT", default_value_t = Settings::default().steps)]
    steps: u64,
    /// eta, in the step theta' = theta - eta (g + 2 gamma theta)
    #[arg(long, value_name = "ETA", default_value_t = Settings::default().training.learning_rate)]
    learning_rate: f64,
    /// gamma
    #[arg(long, value_name = "GAMMA", default_value_t = Settings::default().training.weight_decay)]
    weight_decay: f64,
    /// Standard deviation of the noise that is added to every entry of the target in every step
    #[arg(long, value_name = "DEVIATION", default_value_t = Settings::default().training.label_noise)]
    label_noise: f64,
    /// Hidden neurons
    #[arg(long, value_name = "COUNT", default_value_t = Settings::default().hidden)]
    hidden: usize,
    /// Standard deviation of the first layer's initial weights, times the square root of its inputs
    #[arg(long, value_name = "FACTOR", default_value_t = Settings::default().first_layer_factor)]
    first_layer_factor: f64,
    /// The same for the last layer
    #[arg(long, value_name = "FACTOR", default_value_t = Settings::default().last_layer_factor)]
    last_layer_factor: f64,
    /// The seed of the start, of the order of the samples and of the label noise
    #[arg(long, default_value_t = Settings::default().seed)]
    seed: u64,
    /// Where the table goes
    #[arg(long, value_name = "FILE", default_value = "observe.csv")]
    csv: PathBuf,
    /// Where the plot goes
    #[arg(long, value_name = "FILE", default_value = "observe.svg")]
    svg: PathBuf,
}

impl Arguments {
    fn settings(&self) -> Settings {
        let &Arguments { learning_rate, weight_decay, label_noise, .. } = self;
        Settings {
            hidden: self.hidden,
            steps: self.steps,
            training: Training { learning_rate, weight_decay, label_noise },
            first_layer_factor: self.first_layer_factor,
            last_layer_factor: self.last_layer_factor,
            seed: self.seed,
        }
    }
}

impl From<ObservationError> for Failure {
    fn from(error: ObservationError) -> Self {
        match error {
            ObservationError::Setting { .. } => Failure::Usage(error.to_string()),
            ObservationError::Diverged { .. } => Failure::BadData(error.to_string()),
            ObservationError::Digits(_) => Failure::Internal(error.to_string()),
        }
    }
}

pub fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    let settings = arguments.settings();
    settings.validate()?;
    let files = Files::open([File::table(&arguments.csv), File::plot(&arguments.svg)])?;
    let bar = progress(2 * settings.steps, "training");
    let outcome = observe(&settings, &|steps| bar.inc(steps));
    bar.finish_and_clear();
    let observation = outcome?;
    files.write([&report::csv(&observation), &report::figure(&observation).to_svg()], report::summary(&observation))
}
