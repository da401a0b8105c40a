//! `equipartition observe platonic`

use super::{File, Files, progress};
use crate::cli::{Exit, Failure};
use crate::dynamics::representation::{RepresentationError, Settings, observe};
use crate::report::representation as report;
use clap::Args;
use std::path::PathBuf;

/// Watch different networks come to represent the same data alike, and go to flatter or sharper minima
///
/// Deep linear networks of three shapes learn the same data with label noise, each from its own view of the inputs. Stochastic
/// descent aligns all their hidden layers; full-batch descent from the same starts does not. And one network, started where
/// gradient flow from small balanced weights ends, goes to the flattest minimum under isotropic noise, and to a sharper one
/// under anisotropic noise. Writes a summary, a table, a plot of alignment and sharpness over time, at three learning rates, and a
/// matrix of the alignments of all hidden layers.
#[derive(Args)]
#[command(after_help = "\
Examples:
  equipartition observe platonic
  equipartition observe platonic --seed 1
  equipartition observe platonic --learning-rate 0.04 --time 20   # quicker and rougher")]
pub struct Arguments {
    /// eta, in the step theta' = theta - eta g; eta/2 and eta/4 are run too
    #[arg(long, value_name = "ETA", default_value_t = Settings::default().learning_rate)]
    learning_rate: f64,
    /// eta^2 times the number of steps, for each learning rate, from 200 eta^2
    #[arg(long, value_name = "TIME", default_value_t = Settings::default().time)]
    time: f64,
    /// The seed of the views, of the starts and of the order of the samples
    #[arg(long, default_value_t = Settings::default().seed)]
    seed: u64,
    /// Where the table goes
    #[arg(long, value_name = "FILE", default_value = "platonic.csv")]
    csv: PathBuf,
    /// Where the plot goes
    #[arg(long, value_name = "FILE", default_value = "platonic.svg")]
    svg: PathBuf,
    /// Where the matrix of alignments goes
    #[arg(long, value_name = "FILE", default_value = "platonic-matrix.svg")]
    matrix: PathBuf,
}

impl From<RepresentationError> for Failure {
    fn from(error: RepresentationError) -> Self {
        match error {
            RepresentationError::Setting { .. } => Failure::Usage(error.to_string()),
            RepresentationError::Diverged { .. } | RepresentationError::Vanished { .. } => {
                Failure::BadData(error.to_string())
            }
            RepresentationError::Linalg(_) => Failure::Internal(error.to_string()),
        }
    }
}

pub fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    let &Arguments { learning_rate, time, seed, .. } = arguments;
    let settings = Settings { learning_rate, time, seed };
    settings.validate()?;
    let matrix = File { option: "--matrix", content: "matrix of alignments", path: &arguments.matrix };
    let files = Files::open([File::table(&arguments.csv), File::plot(&arguments.svg), matrix])?;
    let bar = progress(settings.steps(), "training");
    let outcome = observe(&settings, &|steps| bar.inc(steps));
    bar.finish_and_clear();
    let observation = outcome?;
    let [table, plot, matrix] =
        [report::csv(&observation), report::figure(&observation).to_svg(), report::matrix(&observation).to_svg()];
    files.write([&table, &plot, &matrix], report::summary(&observation))
}
