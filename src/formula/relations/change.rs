//! What tells a law from the one that holds in its place.

use equipartition_formula::Coefficient;

/// What is changed of a law.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// The coefficient of a term.
    Coefficient {
        /// The term.
        term: String,
        /// What stood before it.
        from: Coefficient,
        /// What has to.
        to: Coefficient,
    },
    /// A term too many.
    Without {
        /// The term, with its coefficient.
        term: String,
    },
    /// A term whose products of matrices belong on the other side.
    Turned {
        /// The term.
        term: String,
        /// The term that has to stand in its place.
        to: String,
    },
    /// A term that was missing, on the right side.
    Further {
        /// The term, with its coefficient.
        term: String,
        /// What kind of term it is.
        kind: String,
    },
}
