//! `equipartition inspect`: the balance laws on a checkpoint.

mod arguments;
mod laws;

pub use arguments::Arguments;

use self::laws::{Described, refused};
use super::output::{self, Destination, shown};
use super::{Exit, Failure, Format, host};
use crate::checkpoint::{Checkpoint, CheckpointError, Tensor};
use crate::inspection::{self, Counts, Inputs, Settings, names};
use crate::report::inspection::{self as report, Subject};
use crate::report::plural;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Inspects a checkpoint.
///
/// # Errors
/// If a file is missing or malformed, the laws do not fit it, or a report cannot be written.
pub fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    if arguments.members && arguments.format == Format::Text {
        return Err(Failure::Usage("--members is for --format json: the table has a line for each law".to_owned()));
    }
    let Arguments { file, gradients, optimizer, entropic_gradient, .. } = arguments;
    arguments.check_that_all_is_used()?;
    let weights = open(file)?;
    arguments.keep_apart(&[&weights])?;
    let laws = match &arguments.laws {
        Some(laws) if !arguments.list => laws,
        _ => return arguments.list(&weights),
    };
    let companion = |path: &Option<PathBuf>| {
        let companion = path.as_deref().map(open).transpose()?;
        Ok::<_, Failure>(companion.map(|companion| names::aligned(companion, &weights)))
    };
    let [gradient_tensors, optimizer_tensors, entropic_tensors] =
        [companion(gradients)?, companion(optimizer)?, companion(entropic_gradient)?];
    let companions = [&gradient_tensors, &optimizer_tensors, &entropic_tensors].into_iter().flatten();
    arguments.keep_apart(&companions.collect::<Vec<_>>())?;
    if laws == Path::new("auto") {
        return arguments.found(&weights, gradient_tensors.as_ref());
    }
    let Described { laws: named, decays, description } = arguments.laws(laws, &weights)?;
    let settings = Settings { decays, ..arguments.settings(optimizer_tensors.as_ref()) };
    arguments.check_moments(optimizer_tensors.as_ref(), settings.rule)?;
    arguments.check_decay(&settings, optimizer_tensors.as_ref())?;
    if description.starts_with("decoder") {
        for companion in [&gradient_tensors, &optimizer_tensors, &entropic_tensors].into_iter().flatten() {
            same_head(&weights, companion)?;
        }
    }
    let inputs = Inputs {
        weights: &weights,
        optimizer: optimizer_tensors.as_ref(),
        gradients: gradient_tensors.as_ref(),
        entropic_gradient: entropic_tensors.as_ref(),
    };
    let report = Destination::open(arguments.output.as_deref())?;
    let svg = arguments.svg.as_deref().map(|path| Destination::open(Some(path))).transpose()?;
    let inspection = inspection::inspect(&inputs, &named, &settings).map_err(|error| refused(file, error))?;
    let name = |path: &Option<PathBuf>| path.as_ref().map(|path| path.display().to_string());
    let subject = Subject {
        weights: file.display().to_string(),
        laws: description,
        gradients: name(gradients),
        optimizer: name(optimizer),
        entropic_gradient: name(entropic_gradient),
    };
    if let Some(svg) = svg {
        svg.write(&report::heat_map(&subject, &inspection).to_svg())?;
    }
    let text = match arguments.format {
        Format::Text => report::text(&subject, &inspection, output::width()),
        Format::Json => format!("{:#}\n", report::json(&subject, &inspection, arguments.members)),
    };
    report.write(&text)?;
    let Counts { confirmed, not_a_symmetry, unchecked } = inspection.counts();
    if !arguments.strict || (not_a_symmetry + unchecked == 0 && confirmed > 0) {
        return Ok(Exit::Success);
    }
    if not_a_symmetry == 0 {
        output::complain(&format!(
            "--strict: {unchecked} of {} unchecked, for the reasons that the report tells",
            plural(confirmed + unchecked, "law")
        ));
    }
    Ok(Exit::Refuted)
}

/// What the host holds under this name, or else a file.
fn open(path: &Path) -> Result<Checkpoint, CheckpointError> {
    host::checkpoint(path).map_or_else(|| Checkpoint::open(path), Ok)
}

/// A head that only one of two files has: then it is not known whether the embedding is tied to it.
fn same_head(weights: &Checkpoint, companion: &Checkpoint) -> Result<(), Failure> {
    let head = |checkpoint: &Checkpoint| {
        checkpoint.names().any(|name| name.starts_with("lm_head.weight") || name.contains(".lm_head.weight"))
    };
    if head(weights) || !head(companion) {
        return Ok(());
    }
    let (with, without) = (shown(companion.path()), shown(weights.path()));
    Err(Failure::BadData(format!(
        "{with}: it has lm_head.weight, which {without} lacks: if its index or export left the tensor out, add it; if the \
         embedding is the head, add both gradients up as that of model.embed_tokens.weight"
    )))
}

impl Arguments {
    /// Refuses reports over what is named, whether or not this run reads it, and over the shards of checkpoints.
    fn keep_apart(&self, opened: &[&Checkpoint]) -> Result<(), Failure> {
        let configuration = self.file.with_file_name("config.json");
        let named = [&self.gradients, &self.optimizer, &self.entropic_gradient, &self.laws].into_iter().flatten();
        let tensors = opened.iter().flat_map(|checkpoint| checkpoint.names().filter_map(|name| checkpoint.get(name)));
        let shards: BTreeSet<&Path> = tensors.map(Tensor::file).collect();
        let read = named.chain([&self.file, &configuration]).map(PathBuf::as_path).chain(shards);
        output::keep_apart(read, self.output.iter().chain(&self.svg).map(PathBuf::as_path))
    }

    /// Looks for laws, and shows them as a file.
    fn found(&self, weights: &Checkpoint, gradients: Option<&Checkpoint>) -> Result<Exit, Failure> {
        let Some(gradients) = gradients else {
            return Err(Failure::Usage("--laws auto finds laws from gradients: give --gradients".to_owned()));
        };
        let found = inspection::found::found(weights, gradients).map_err(|error| refused(&self.file, error))?;
        let text = match self.format {
            Format::Text => report::found(&shown(&self.file), &shown(gradients.path()), &found),
            Format::Json => {
                let (weights, gradients) = (self.file.display().to_string(), gradients.path().display().to_string());
                format!("{:#}\n", report::found_json(&weights, &gradients, &found))
            }
        };
        Destination::open(self.output.as_deref())?.write(&text)?;
        Ok(Exit::Success)
    }

    /// Shows the tensors of a checkpoint.
    fn list(&self, weights: &Checkpoint) -> Result<Exit, Failure> {
        let tensors = weights.names().filter_map(|name| Some((name, weights.get(name)?)));
        let text = match self.format {
            Format::Text => report::tensors(tensors, output::width()),
            Format::Json => format!("{:#}\n", report::tensors_json(&shown(&self.file), tensors)),
        };
        Destination::open(self.output.as_deref())?.write(&text)?;
        Ok(Exit::Success)
    }
}
