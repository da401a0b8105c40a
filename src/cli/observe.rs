//! `equipartition observe`: the balance of gradients, watched on real data.

use super::output::{self, Destination};
use super::{Exit, Failure};
use crate::dynamics::observation::{ObservationError, Settings, observe};
use crate::dynamics::training::Training;
use crate::report::observation::{csv, figure, summary};
use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::path::PathBuf;

/// Train networks on handwritten digits and watch gradient balance emerge
///
/// A ReLU network and a tanh network, the control, are trained by plain stochastic gradient descent from the same
/// unbalanced start. The terminal shows what was measured and how it compares with the law; a table (CSV) and a figure (SVG)
/// hold the imbalance over steps.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  equipartition observe\n  equipartition observe --seed 3 --label-noise 0.5 --csv run.csv --figure run.svg"
)]
pub struct Arguments {
    /// Hidden neurons
    #[arg(long, default_value_t = Settings::default().hidden)]
    hidden: usize,
    /// Steps of each network
    #[arg(long, default_value_t = Settings::default().steps)]
    steps: u64,
    /// eta, in theta' = theta - eta (g + 2 gamma theta)
    #[arg(long, default_value_t = Settings::default().training.learning_rate)]
    learning_rate: f64,
    /// gamma
    #[arg(long, default_value_t = Settings::default().training.weight_decay)]
    weight_decay: f64,
    /// Standard deviation of the noise added to every entry of every target
    #[arg(long, default_value_t = Settings::default().training.label_noise)]
    label_noise: f64,
    /// How much larger than 1/sqrt(inputs) the first layer's weights start
    #[arg(long, default_value_t = Settings::default().first_layer_factor)]
    first_layer_factor: f64,
    /// The same for the last layer
    #[arg(long, default_value_t = Settings::default().last_layer_factor)]
    last_layer_factor: f64,
    /// Seed of the start, of the samples' order and of the label noise
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Where the table goes
    #[arg(long, value_name = "FILE", default_value = "observation.csv")]
    csv: PathBuf,
    /// Where the figure goes
    #[arg(long, value_name = "FILE", default_value = "observation.svg")]
    figure: PathBuf,
}

impl Arguments {
    fn settings(&self) -> Settings {
        Settings {
            hidden: self.hidden,
            steps: self.steps,
            training: Training {
                learning_rate: self.learning_rate,
                weight_decay: self.weight_decay,
                label_noise: self.label_noise,
            },
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
            ObservationError::Digits(_) => Failure::Internal(error.to_string()),
            ObservationError::Diverged { .. } => Failure::BadData(error.to_string()),
        }
    }
}

/// Observes and reports.
///
/// # Errors
/// If a setting is out of range, the training diverges, or a file cannot be written.
pub fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    let settings = arguments.settings();
    settings.validate()?;
    // Opened before the work, so that a path that cannot be written costs nothing.
    let table = Destination::open(Some(&arguments.csv))?;
    let picture = Destination::open(Some(&arguments.figure))?;
    let bar = ProgressBar::with_draw_target(Some(2 * settings.steps), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{bar:32} {percent}% {elapsed}") {
        bar.set_style(style);
    }
    let observation = observe(&settings, &|steps| bar.inc(steps))?;
    bar.finish_and_clear();
    table.write(&csv(&observation))?;
    picture.write(&figure(&observation).to_svg())?;
    let files = format!("\nwritten: {} and {}\n", arguments.csv.display(), arguments.figure.display());
    output::print(&(summary(&observation) + &files)).map(|_| Exit::Success)
}
