//! What a claim says of itself.

use super::draw::Case;
use super::lemmas::Lemma;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The kinds of evidence, strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Evidence {
    /// The residual is the zero polynomial: it is 0 at every point of the instance's network, pattern and constants.
    Identity,
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
            Evidence::Identity => "identity",
            Evidence::Exact => "exact",
            Evidence::Enclosed => "enclosed",
            Evidence::Converged => "converged",
            Evidence::Order => "order",
            Evidence::Statistical => "statistical",
        })
    }
}

/// A control, as reports carry it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ControlEntry {
    /// A short permanent name.
    pub name: String,
    /// What is broken, in words.
    pub breaks: String,
}

/// A claim's description, as reports carry it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The name of its theory; empty for a claim of none.
    pub theory: String,
    /// The file that the theory was read from, if it was.
    pub theory_file: Option<String>,
    /// What of its proof is machine-checked.
    pub lemma: Lemma,
    /// The permanent identifier, `family/name`.
    pub id: String,
    /// A few words.
    pub title: String,
    /// The statement as a formula.
    pub statement: String,
    /// The hypotheses under which it is claimed.
    pub hypotheses: Vec<String>,
    /// The kinds of evidence that its checks can reach, the strongest first.
    pub evidence: Vec<Evidence>,
    /// Its controls.
    pub controls: Vec<ControlEntry>,
    /// Where it comes from.
    pub references: Vec<String>,
}

impl Entry {
    /// The family, the part of the identifier before the slash.
    pub fn family(&self) -> &str {
        self.id.split('/').next().unwrap_or(&self.id)
    }

    /// The name of a case: `law`, or the control's.
    pub fn case_name(&self, case: Case) -> &str {
        match case {
            Case::Law => "law",
            Case::Control(control) => &self.controls[control].name,
        }
    }
}
