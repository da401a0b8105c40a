//! The theory: one folder per family of claims, and the flat list of all of them.

pub mod balance;
#[cfg(test)]
mod constants;
mod decoders;
mod decomposed;
pub mod entropic_loss;
mod given;
mod long_run;
pub mod noether;
mod platonic;
pub mod proofs;
pub mod sharpness;
pub mod symmetry;

use crate::claim::Claim;

/// Every claim, in the order of the documentation. Identifiers are permanent.
pub fn registry() -> Vec<&'static dyn Claim> {
    [entropic_loss::CLAIMS, symmetry::CLAIMS, noether::CLAIMS, balance::CLAIMS, platonic::CLAIMS, sharpness::CLAIMS]
        .concat()
}

/// The claims whose identifier starts with one of the prefixes (`balance` selects `balance/...`); all of them if there are
/// no prefixes.
pub fn select(prefixes: &[impl AsRef<str>]) -> Vec<&'static dyn Claim> {
    let matches = |id: &str| prefixes.is_empty() || prefixes.iter().any(|prefix| id.starts_with(prefix.as_ref()));
    registry().into_iter().filter(|claim| matches(claim.entry().id)).collect()
}

/// The claim of that identifier, if there is one.
pub fn find(id: &str) -> Option<&'static dyn Claim> {
    registry().into_iter().find(|claim| claim.entry().id == id)
}
