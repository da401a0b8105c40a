//! What may be behind a law that is no symmetry, and when a law counts as one.

use super::super::plural;
use super::words::significant;
use crate::checkpoint::Element;
use crate::inspection::Inspection;
use crate::inspection::balance::{Balance, Reason, Status};
use crate::inspection::law::{Axis, Form};
use crate::visible;
use std::collections::BTreeMap;

/// What may be behind an overlap that is not rounding, by what the law is about and by the numbers.
pub fn causes(balance: &Balance, inspection: &Inspection) -> Vec<String> {
    let law = &balance.law;
    let decay = |lambda: f64, of: &str| {
        let (lambda, gamma) = (significant(lambda), significant(0.5 * lambda));
        format!("weight decay inside the gradients: {lambda} theta in them, gamma = {gamma}, makes all of {of}")
    };
    if let Some(lambda) = balance.hidden_decay {
        return vec![decay(lambda, "it")];
    }
    let mut causes = Vec::new();
    let frozen = balance.still.iter().map(|name| visible::line(name).into_owned()).collect::<Vec<_>>().join(", ");
    if !frozen.is_empty() {
        causes.push(format!("frozen tensors: the gradients of {frozen} vanish"));
    }
    let rescaled = inspection.balances.iter().find(|other| {
        other.law.form == Form::Rescaling && other.law.matrix().name == law.name && other.law.layer == law.layer
    });
    let diagonal =
        rescaled.filter(|_| law.form == Form::Matrix).map(|diagonal| (diagonal.status, diagonal.hidden_decay));
    let between = "something between the two sides that acts on each member alone, as an activation does";
    match diagonal {
        Some((Status::Confirmed, _)) => {
            causes.push(format!("{between}: the diagonal is true"));
            return causes;
        }
        Some((_, Some(lambda))) => {
            causes.push(decay(lambda, "the diagonal's overlap, but not of the other generators'"));
            causes.push(format!("{between}: but for that decay the diagonal is true"));
            return causes;
        }
        _ => {}
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
    if let Some(needed) = balance.needed_epsilon.filter(|needed| *needed <= LARGEST_EPSILON) {
        let needed = rounded_up(needed);
        causes.push(format!("a larger epsilon of the norms: {needed} is the least that would explain this overlap"));
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

/// Two digits, no less than the value.
fn rounded_up(value: f64) -> String {
    let unit = 10_f64.powf(value.log10().floor() - 1.0);
    format!("{:.1e}", ((value / unit).floor() + 1.0) * unit)
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
    let mut found: BTreeMap<u32, f64> = BTreeMap::new();
    for balance in inspection.balances.iter().filter(|balance| balance.status.reason().is_none()) {
        let limit = found.entry(balance.digits).or_insert(balance.limit);
        *limit = limit.max(balance.limit);
    }
    found.into_iter().collect()
}

/// Why a law is unchecked, if it is.
pub(super) fn why_unchecked(balance: &Balance) -> Option<String> {
    Some(match balance.status.reason()? {
        Reason::NoGradients => "no gradients at these parameters were given".to_owned(),
        Reason::Vanishing => "its gradients, or what they are multiplied with, vanish".to_owned(),
        Reason::Underflow(count) => {
            let noun = if balance.law.form == Form::Matrix { "generator" } else { "member" };
            format!(
                "so far below the normal range of their type the gradients of {} have fewer digits left than bf16, too few to tell: scale the loss up, or give \
                 gradients that were computed in a type of more range",
                plural(count, noun)
            )
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_rounded_up_is_no_less() {
        for (value, expected) in [(1.12e-5, "1.2e-5"), (1.99e-5, "2.0e-5"), (9.95e-5, "1.0e-4"), (0.5, "5.1e-1")] {
            assert_eq!(rounded_up(value), expected);
        }
    }
}
