//! The tables of `THEORY.toml`, as they stand in the file.

use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) theory: Head,
    /// What claims are about that say nothing else.
    pub(super) model: Option<Spanned<ModelTable>>,
    /// Sizes of the axes of `parameters` and `data`.
    #[serde(default)]
    pub(super) sizes: BTreeMap<Spanned<String>, Spanned<SizeRange>>,
    #[serde(default)]
    pub(super) define: BTreeMap<String, Spanned<String>>,
    #[serde(default, rename = "claim")]
    pub(super) claims: Vec<Spanned<ClaimTable>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Head {
    pub(super) name: Spanned<String>,
    pub(super) title: String,
    #[serde(default)]
    pub(super) references: Vec<String>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ModelTable {
    pub(super) with: Option<Spanned<String>>,
    pub(super) parameters: Option<Quantities>,
    pub(super) data: Option<Quantities>,
    pub(super) loss: Spanned<String>,
}

/// Names with the sizes of their axes.
pub(super) type Quantities = BTreeMap<Spanned<String>, Vec<Axis>>;

#[derive(Clone, Deserialize)]
#[serde(untagged)]
pub(super) enum Axis {
    Name(String),
    Fixed(usize),
}

#[derive(Clone, Deserialize)]
#[serde(untagged)]
pub(super) enum SizeRange {
    Text(String),
    One(usize),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ClaimTable {
    pub(super) id: Spanned<String>,
    pub(super) title: String,
    pub(super) law: Spanned<String>,
    #[serde(default)]
    pub(super) at: At,
    #[serde(default)]
    pub(super) rates: RatesName,
    #[serde(default)]
    pub(super) define: BTreeMap<String, Spanned<String>>,
    pub(super) with: Option<Spanned<String>>,
    pub(super) loss: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) hypotheses: Vec<String>,
    #[serde(default)]
    pub(super) references: Vec<String>,
    #[serde(default, rename = "builds-on")]
    pub(super) builds_on: Vec<String>,
    #[serde(default, rename = "control")]
    pub(super) controls: Vec<ControlTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ControlTable {
    pub(super) name: Spanned<String>,
    pub(super) breaks: String,
    pub(super) law: Option<Spanned<String>>,
    pub(super) loss: Option<Spanned<String>>,
    pub(super) at: Option<At>,
    pub(super) rates: Option<RatesName>,
    pub(super) model: Option<ChangedModel>,
}

/// `model.loss` of a control, another spelling of `loss`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangedModel {
    pub(super) loss: Spanned<String>,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum At {
    #[default]
    Anywhere,
    Stationary,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum RatesName {
    #[default]
    Scalar,
    Diagonal,
    Full,
}
