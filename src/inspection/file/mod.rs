//! Laws from a file.
//!
//! | module | concept |
//! |---|---|
//! | [`language`] | the keys of every table: what the reader knows and the JSON Schema says |
//! | `schema` | the JSON Schema |
//! | `reader` | from the text to laws |
//! | `writer` | from laws to the text |

pub mod language;
mod reader;
mod schema;
mod writer;

use super::decay::Decay;
use super::law::Law;
use crate::complaint::Complaint;
pub use schema::schema;
pub use writer::text;

/// What a file of laws says.
#[derive(Clone, Debug, PartialEq)]
pub struct LawsFile {
    /// The laws; a matrix law is followed by its diagonal.
    pub laws: Vec<Law>,
    /// The decay of some tensors; the first that fits decides.
    pub decays: Vec<Decay>,
}

/// Reads laws written in TOML; `place` names the file in complaints.
///
/// ```toml
/// [[law]]
/// name = "hidden neurons"
/// in = ["fc1.weight", "fc1.bias"]   # row i, entry i: multiplied
/// out = "fc2.weight"                # column i: divided
///
/// [[law]]
/// name = "values / outputs"
/// layer = 0
/// matrix = true                     # the loss depends on the product of the two only
/// groups = 2
/// blocks = [
///   { tensor = "v.weight", axis = "rows", sign = 1, heads = 2 },
///   { tensor = "o.weight", axis = "columns", sign = -1, heads = 8 },
/// ]
///
/// [[decay]]
/// tensors = "*.bias"
/// gamma = 0
/// ```
///
/// # Errors
/// If the text is not of this form, or a law contradicts itself, with the line underlined.
pub fn parse(place: &str, text: &str) -> Result<LawsFile, Complaint> {
    // A byte order mark is no part of the text.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    reader::read(text).map_err(|fault| Complaint::new(place, text, fault.span, fault.message))
}
