//! The theory: one folder per family of claims, and the flat list of all of them.

pub mod balance;
#[cfg(test)]
mod constants;
mod decoders;
mod defined;
pub mod entropic_loss;
#[cfg(test)]
mod extremes;
mod given;
mod long_run;
pub mod noether;
mod platonic;
pub mod proofs;
pub mod sharpness;
pub mod symmetry;

use crate::claim::Claim;
use crate::theory::{ALL, Theories};

/// The families, in the order of the documentation.
pub const FAMILIES: &[&[&dyn Claim]] =
    &[entropic_loss::CLAIMS, symmetry::CLAIMS, noether::CLAIMS, balance::CLAIMS, platonic::CLAIMS, sharpness::CLAIMS];

/// Every claim of every theory, in the order of the documentation. Identifiers are permanent.
pub fn registry() -> Vec<&'static dyn Claim> {
    Theories(ALL).claims()
}

/// The claims whose identifier starts with one of the prefixes (`balance` selects `balance/...`); all of them if there are
/// no prefixes.
pub fn select(prefixes: &[impl AsRef<str>]) -> Vec<&'static dyn Claim> {
    Theories(ALL).select(prefixes)
}

/// The claim of that identifier, if there is one.
pub fn find(id: &str) -> Option<&'static dyn Claim> {
    Theories(ALL).find(id)
}
