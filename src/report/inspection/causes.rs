//! What may be behind a law that is no symmetry, and when a law counts as one.

use crate::checkpoint::Element;
use crate::inspection::Inspection;
use crate::inspection::balance::{Balance, Status};
use crate::inspection::law::{Axis, Form, USUAL_EPSILON};
use crate::visible;
use std::collections::BTreeMap;

/// What may be behind an overlap that is not rounding, by what the law is about and by the numbers.
pub fn causes(balance: &Balance, inspection: &Inspection) -> Vec<String> {
    let law = &balance.law;
    if let Some(lambda) = balance.hidden_decay {
        return vec![format!(
            "weight decay inside the gradients: {lambda:.4} theta in them, gamma = {:.4}, makes all of it",
            0.5 * lambda
        )];
    }
    let mut causes = Vec::new();
    let frozen = balance.still.iter().map(|name| visible::line(name).into_owned()).collect::<Vec<_>>().join(", ");
    if !frozen.is_empty() {
        causes.push(format!("frozen tensors: the gradients of {frozen} vanish"));
    }
    let rescaled = inspection.balances.iter().find(|other| {
        other.law.form == Form::Rescaling && other.law.matrix().name == law.name && other.law.layer == law.layer
    });
    if let (Form::Matrix, Some(true)) = (law.form, rescaled.map(|diagonal| diagonal.hidden_decay.is_some())) {
        return self::causes(rescaled.unwrap_or(balance), inspection);
    }
    if law.form == Form::Matrix && rescaled.is_some_and(|diagonal| diagonal.status == Status::Confirmed) {
        causes.push("something between the two sides that acts on each member alone, as an activation does: the diagonal is true".to_owned());
        return causes;
    }
    let named = |word: &str| law.blocks.iter().any(|block| block.tensor.contains(word));
    let heads = law.blocks.iter().any(|block| block.heads > 1);
    let attention = ["q_proj", "k_proj", "query", "key", "attn"].iter().any(|word| named(word));
    let on_heads = heads || law.rotary.is_some();
    if heads {
        causes.push("another number of heads".to_owned());
    }
    if law.rotary.is_some() || (on_heads && attention && law.name.contains("query")) {
        causes.push(
            "rotary positions that are interleaved, partial, or absent, or there where they are taken to be absent"
                .to_owned(),
        );
    }
    let whole = law.blocks.iter().all(|block| block.axis == Axis::All);
    let readers = named("norm") && law.blocks.len() > 2;
    if !(on_heads || whole || readers) {
        causes.push("another activation or degree".to_owned());
    }
    if named("norm") && law.blocks.iter().all(|block| block.offset == 0.0) {
        causes.push("gains stored as 1 + gain".to_owned());
    }
    if let (Some(inexact), Some(overlap)) = (law.inexact, balance.largest_overlap()) {
        // To first order the overlap that an epsilon leaves is proportional to it.
        let needed = inexact.epsilon.unwrap_or(USUAL_EPSILON) * overlap / balance.allowed;
        if needed <= LARGEST_EPSILON {
            causes.push(format!("a larger epsilon of the norms: {needed:.0e} would explain this overlap"));
        }
    }
    if balance.square {
        causes.push("kernels stored transposed: the matrices are square".to_owned());
    }
    causes.push("a bias, a reader or a writer left out".to_owned());
    if inspection.counts().confirmed == 0 {
        causes.push("weight decay inside the gradients, or gradients at other parameters than these, such as those of successive steps: no law is confirmed".to_owned());
    }
    causes
}

/// An epsilon of norms that is larger than any library's own.
const LARGEST_EPSILON: f64 = 1e-3;

/// The causes that several laws have in common, all of them.
pub(super) fn common_causes(broken: &[Vec<String>]) -> Vec<String> {
    match broken {
        [first, _, ..] => {
            first.iter().filter(|cause| broken.iter().all(|causes| causes.contains(cause))).cloned().collect()
        }
        _ => Vec::new(),
    }
}

/// `bf16` for 8 digits, and so on.
pub(super) fn type_name(digits: u32) -> &'static str {
    let elements = [Element::Bf16, Element::F16, Element::F32, Element::F64];
    elements.into_iter().find(|element| element.digits() >= digits).unwrap_or(Element::F64).name()
}

/// Up to which cancellation laws were confirmed, by the types of numbers: the digits, each once.
pub(super) fn thresholds(inspection: &Inspection) -> Vec<(u32, f64)> {
    let checked = inspection.balances.iter().filter(|balance| balance.status != Status::Unchecked);
    let found: BTreeMap<u32, f64> = checked.map(|balance| (balance.digits, balance.limit)).collect();
    found.into_iter().collect()
}
