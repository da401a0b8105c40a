//! Tensors that no law reads: whatever is in them, a report that does not say so would pass over it.

use super::law::Law;
use super::{Inputs, names};
use crate::checkpoint::Checkpoint;
use std::collections::BTreeSet;

/// Tensors that no law reads, by their names. Their elements are not looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unread {
    /// Parameters.
    pub parameters: Vec<String>,
    /// Of the gradients, the optimiser's file and the gradient of the entropic loss, in this order, what is of no parameter.
    pub strangers: [Vec<String>; 3],
}

impl Unread {
    /// What these laws leave.
    pub(super) fn of(inputs: &Inputs<'_>, laws: &[Law]) -> Self {
        let read: BTreeSet<&str> = laws.iter().flat_map(|law| &law.blocks).map(|block| block.tensor.as_str()).collect();
        let weights = inputs.weights;
        let is_parameter = |name: &str| weights.get(name).is_some();
        let strangers = |file: Option<&Checkpoint>, is_known: &dyn Fn(&str) -> bool| {
            let names = file.into_iter().flat_map(Checkpoint::names);
            names.filter(|name| !is_known(name)).map(str::to_owned).collect()
        };
        Unread {
            parameters: weights.names().filter(|name| !read.contains(name)).map(str::to_owned).collect(),
            strangers: [
                strangers(inputs.gradients, &is_parameter),
                strangers(inputs.optimizer, &|name| names::is_known(weights, name)),
                strangers(inputs.entropic_gradient, &is_parameter),
            ],
        }
    }
}
