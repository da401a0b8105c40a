//! What an inspection of a checkpoint found, for people and for programs.

mod causes;
mod heat_map;
mod json;
mod listing;
mod remarks;
mod text;
mod words;

pub use causes::causes;
pub use heat_map::heat_map;
pub use json::json;
pub use listing::{found, found_json, tensors, tensors_json};
pub use text::text;

use crate::inspection::Rule;
use crate::inspection::balance::Balance;
use crate::inspection::law::Form;

/// What was inspected.
#[derive(Clone, Debug, Default)]
pub struct Subject {
    /// The file with the parameters.
    pub weights: String,
    /// Where the laws come from, with what was assumed of the network.
    pub laws: String,
    /// The files with gradients, optimiser state and the gradient of the entropic loss.
    pub gradients: Option<String>,
    /// See above.
    pub optimizer: Option<String>,
    /// See above.
    pub entropic_gradient: Option<String>,
}

fn rule_name(rule: Rule) -> &'static str {
    match rule {
        Rule::Sgd => "sgd",
        Rule::Adam => "adam",
        Rule::AdamW => "adamw",
    }
}

fn signed(balance: &Balance) -> String {
    match (balance.total.imbalance, balance.law.form) {
        (None, _) => "0 = 0".to_owned(),
        (Some(value), Form::Matrix) => format!("{value:.5}"),
        (Some(value), Form::Rescaling) => format!("{value:+.5}"),
    }
}
