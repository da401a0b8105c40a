//! Where the laws of an inspection come from: an architecture, or a file.

use super::super::output::shown;
use super::super::{Failure, host, text_file};
use super::arguments::Arguments;
use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::inspection::architecture::Architecture;
use crate::inspection::decay::Decay;
use crate::inspection::decoder;
use crate::inspection::law::{Law, Rotary};
use crate::inspection::mlp;
use crate::inspection::{LawsError, file};
use crate::{suggest, visible};
use std::path::Path;

impl From<CheckpointError> for Failure {
    fn from(error: CheckpointError) -> Self {
        match error {
            CheckpointError::Missing { file } => Failure::MissingInput(file),
            CheckpointError::Reading { file, source } => Failure::reading(&file, source),
            malformed => Failure::BadData(malformed.to_string()),
        }
    }
}

/// Laws, and what they are.
pub(super) struct Described {
    pub(super) laws: Vec<Law>,
    /// Of a file, the decay of some tensors.
    pub(super) decays: Vec<Decay>,
    pub(super) description: String,
}

/// A failure of laws that were taken from, or applied to, `place`.
pub(super) fn refused(place: &Path, error: LawsError) -> Failure {
    match error {
        LawsError::Checkpoint(error) => error.into(),
        LawsError::Setting(problem) => Failure::Usage(problem),
        error => Failure::BadData(format!("{}: {error}", place.display())),
    }
}

impl Arguments {
    /// The laws, and what they are.
    pub(super) fn laws(&self, laws: &Path, weights: &Checkpoint) -> Result<Described, Failure> {
        let of_file = |error| refused(&self.file, error);
        match laws.to_str() {
            Some("decoder") => {
                let architecture = self.architecture()?;
                let laws = decoder::laws(weights, &architecture).map_err(of_file)?;
                let positions = match (architecture.rotary, architecture.rotated) {
                    (None, _) => "no rotary positions".to_owned(),
                    (Some(Rotary::Halves), None) => "rotary positions".to_owned(),
                    (Some(Rotary::Interleaved), None) => "interleaved rotary positions".to_owned(),
                    (Some(_), Some(part)) => format!("rotary positions on {part} of each head"),
                };
                let gains = if architecture.gain_offset == 0.0 { "" } else { ", gains stored less 1" };
                let headless = decoder::is_headless(weights, &architecture).map_err(of_file)?;
                let positions = format!("{positions}{gains}{}", if headless { ", without head" } else { "" });
                let head = |name: &str| {
                    ["lm_head", "score", "classifier", "qa_outputs"]
                        .iter()
                        .any(|head| name.strip_suffix(".weight").is_some_and(|name| name.ends_with(head)))
                };
                let untold = architecture.tied.is_none() && !headless && !weights.names().any(head);
                let tied = if untold { ", taken to be tied: there is no lm_head.weight" } else { "" };
                Ok(Described { laws, decays: Vec::new(), description: format!("decoder with {positions}{tied}") })
            }
            Some("mlp") => {
                let activation = self.activation.unwrap_or_default();
                let laws = mlp::laws(weights, activation.homogeneity()).map_err(of_file)?;
                let description = format!("mlp, taken to have the activation {}", activation.name());
                Ok(Described { laws, decays: Vec::new(), description })
            }
            _ => {
                let text = read(laws).map_err(|failure| misspelt(laws).unwrap_or(failure))?;
                let place = laws.display().to_string();
                let file::LawsFile { laws: described, decays } =
                    file::parse(&place, &text).map_err(|complaint| Failure::BadData(complaint.to_string()))?;
                Ok(Described { laws: described, decays, description: shown(laws) })
            }
        }
    }

    /// Of a decoder: from `config.json` beside the weights, if there is one; options come first.
    fn architecture(&self) -> Result<Architecture, Failure> {
        let path = self.file.with_file_name("config.json");
        if let Some(part) = self.rotated.filter(|part| !(0.0..=1.0).contains(part)) {
            return Err(Failure::Usage(format!("--rotated is a part of each head, from 0 to 1, found {part}")));
        }
        if let Some(epsilon) = self.norm_epsilon.filter(|epsilon| !(0.0..f64::INFINITY).contains(epsilon)) {
            let problem =
                format!("--norm-epsilon: expected a number that is finite, and not negative, found {epsilon}");
            return Err(Failure::Usage(problem));
        }
        let counts = [("--heads", self.heads), ("--kv-heads", self.kv_heads), ("--head-dim", self.head_dim)];
        if let Some((option, _)) = counts.into_iter().find(|(_, count)| *count == Some(0)) {
            return Err(Failure::Usage(format!("{option}: expected at least 1, found 0")));
        }
        // Beside what is no file there is none.
        let beside =
            if host::checkpoint(&self.file).is_some() { Err(Failure::MissingInput(shown(&path))) } else { read(&path) };
        let configured = match beside {
            Ok(text) => Architecture::from_config(&text)
                .map_err(|problem| Failure::BadData(format!("{}: {problem}", path.display())))?,
            Err(Failure::MissingInput(_)) => Architecture { rotary: Some(Rotary::Halves), ..Architecture::default() },
            Err(failure) => return Err(failure),
        };
        Ok(Architecture {
            heads: self.heads.or(configured.heads),
            key_value_heads: self.kv_heads.or(configured.key_value_heads),
            head_length: self.head_dim.or(configured.head_length),
            rotary: match configured.rotary {
                _ if self.no_rotary => None,
                Some(_) if self.interleaved_rotary => Some(Rotary::Interleaved),
                pairs => pairs,
            },
            rotated: self.rotated.or(configured.rotated).filter(|part| *part != 1.0),
            epsilon: self.norm_epsilon.or(configured.epsilon),
            ..configured
        })
    }
}

/// What to say of a name of laws that is neither known nor a file, if it is like one that is known.
fn misspelt(laws: &Path) -> Option<Failure> {
    let name = laws.to_str().filter(|name| !name.contains(['.', '/', '\\']) && !laws.exists())?;
    let meant = suggest::nearest(name, ["decoder", "mlp", "auto"])?;
    Some(Failure::Usage(format!(
        "--laws {}: neither decoder, mlp or auto, nor a file: did you mean `{meant}`?",
        visible::line(name)
    )))
}

/// Longer than any description of laws or of a network.
const LONGEST_TEXT: u64 = 16 << 20;

fn read(path: &Path) -> Result<String, Failure> {
    text_file::read(path, LONGEST_TEXT).map_err(|error| Failure::reading(&path.display().to_string(), error))
}
