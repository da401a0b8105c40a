//! What a claim says of itself.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The kinds of evidence, strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Evidence {
    /// The residual is 0 in the rationals.
    Exact,
    /// An interval that surely holds the true value: a residual around 0, or a margin wholly above 0.
    Enclosed,
    /// The residual falls like `2^-p` along a ladder of precisions.
    Converged,
    /// An asymptotic exponent, extrapolated at high precision, is the integer predicted.
    Order,
    /// A confidence interval from a seeded simulation covers the prediction.
    Statistical,
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Evidence::Exact => "exact",
            Evidence::Enclosed => "enclosed",
            Evidence::Converged => "converged",
            Evidence::Order => "order",
            Evidence::Statistical => "statistical",
        })
    }
}

/// A case in which a hypothesis is broken or the formula is altered: the same check must then fail by a wide margin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Control {
    /// A short permanent name.
    pub name: &'static str,
    /// What is broken, in words.
    pub breaks: &'static str,
}

/// A claim's description.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The permanent identifier, `family/name`.
    pub id: &'static str,
    /// A few words.
    pub title: &'static str,
    /// The statement as a formula.
    pub statement: &'static str,
    /// The hypotheses under which it is claimed.
    pub hypotheses: &'static [&'static str],
    /// The kinds of evidence it admits.
    pub evidence: &'static [Evidence],
    /// Its controls.
    pub controls: &'static [Control],
    /// Where it comes from.
    pub references: &'static [&'static str],
}

impl Entry {
    /// The family, the part of the identifier before the slash.
    pub fn family(&self) -> &'static str {
        self.id.split('/').next().unwrap_or(self.id)
    }
}
