//! Networks read from `MODEL.toml`: layers and a loss, without a line of Rust.
//!
//! | module | concept |
//! |---|---|
//! | [`language`] | the keys of every table: what the reader knows and the JSON Schema says |
//! | [`schema`] | the JSON Schema |
//! | `reader` | from the text to a description of layers |
//!
//! ```toml
//! loss = "squared-error"
//!
//! [input]
//! width = 2
//!
//! [[layers]]
//! kind = "linear"
//! width = 3
//!
//! [[layers]]
//! kind = "activation"
//! function = "relu"
//!
//! [[layers]]
//! kind = "linear"
//! width = 1
//! ```

pub mod language;
mod reader;
pub mod schema;

pub use crate::complaint::Complaint;

use super::Network;
use super::composed::{ComposeError, Composed};
use std::fs::File;
use std::io::{self, Read};
use std::ops::Range;
use std::path::Path;

/// The longest file that is read, in bytes.
pub const LONGEST_FILE: u64 = 1 << 20;
/// The largest width, number of heads or number of tokens.
pub const LARGEST_SIZE: usize = 4096;
/// The longest sequence.
pub const MOST_POSITIONS: usize = 64;
/// The most layers, those inside residual layers included.
pub const MOST_LAYERS: usize = 256;
/// How deep residual layers may lie in each other.
pub const DEEPEST_RESIDUAL: usize = 16;
/// The most parameters of a network that is verified.
pub const MOST_PARAMETERS: usize = 4096;

/// A network as a file describes it.
#[derive(Clone, Debug)]
pub struct ModelFile {
    /// The file.
    pub place: String,
    /// A cyclic redundancy check of the file's bytes, in eight hexadecimal digits.
    pub checksum: String,
    /// The network, always a [`Network::Composed`].
    pub network: Network,
}

/// Why a file gives no network.
#[derive(Debug, thiserror::Error)]
pub enum ModelFileError {
    /// It could not be read.
    #[error("cannot read {place}: {source}")]
    Unreadable {
        /// The file.
        place: String,
        /// What the system says.
        source: io::Error,
    },
    /// It says something wrong.
    #[error("{0}")]
    Wrong(Complaint),
}

/// Reads a network from a file.
///
/// # Errors
/// [`ModelFileError`]; what is wrong with the text is shown with its line underlined.
pub fn read(path: &Path) -> Result<ModelFile, ModelFileError> {
    let place = path.display().to_string();
    let unreadable = |source| ModelFileError::Unreadable { place: place.clone(), source };
    let file = File::open(path).map_err(unreadable)?;
    let mut bytes = Vec::new();
    file.take(LONGEST_FILE + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    let wrong = |message: String| ModelFileError::Wrong(Complaint::of_file(&place, message));
    if bytes.len() as u64 > LONGEST_FILE {
        return Err(wrong(format!("the file is longer than {} KiB", LONGEST_FILE >> 10)));
    }
    let text = String::from_utf8(bytes).map_err(|_| wrong("not text in UTF-8".to_owned()))?;
    parse(&place, &text).map_err(ModelFileError::Wrong)
}

/// Reads a network from text; `place` names the file in complaints.
///
/// # Errors
/// What is wrong with the text, with the line underlined.
pub fn parse(place: &str, text: &str) -> Result<ModelFile, Complaint> {
    let complain = |fault: reader::Fault| Complaint::new(place, text, fault.span, fault.message);
    let description = reader::read(text).map_err(complain)?;
    let span_of = |layer: &str| -> Range<usize> {
        let known = description.spans.iter().find(|(name, _)| name == layer);
        known.map_or(description.input.clone(), |(_, span)| span.clone())
    };
    let reader::Description { positions, width, layers, loss, .. } = &description;
    let network =
        Composed::new(*positions, *width, layers.clone(), *loss).map_err(|ComposeError { layer, problem }| {
            let message = if layer == "network" { problem } else { format!("layer `{layer}`: {problem}") };
            Complaint::new(place, text, span_of(&layer), message)
        })?;
    if let Some(block) = network.parameters().iter().find(|block| block.range().end > MOST_PARAMETERS) {
        let layer = block.name.rsplit_once('.').map_or(block.name.as_str(), |(layer, _)| layer);
        let message = format!(
            "`{}` makes {} parameters: expected at most {MOST_PARAMETERS} in all",
            block.name,
            block.range().end
        );
        return Err(Complaint::new(place, text, span_of(layer), message));
    }
    let mut checksum = flate2::Crc::new();
    checksum.update(text.as_bytes());
    let checksum = format!("{:08x}", checksum.sum());
    Ok(ModelFile { place: place.to_owned(), checksum, network: Network::Composed(network) })
}
