//! What scripts are written at.

use super::items::Role;

/// An operand before its scripts.
pub(super) struct Base {
    /// The `d` of `dt`, which bears no scripts.
    pub(super) before: &'static str,
    pub(super) markup: String,
    /// A bracket's inside.
    pub(super) bare: Option<String>,
    /// An index that it has by name.
    pub(super) index: Option<String>,
    pub(super) role: Role,
}

impl Base {
    /// As a script, which needs no bracket around it.
    pub(super) fn unfenced(self) -> String {
        match (self.bare, self.index) {
            (Some(bare), _) => bare,
            (None, Some(index)) => format!("<msub>{}{index}</msub>", self.markup),
            (None, None) => format!("{}{}", self.before, self.markup),
        }
    }
}
