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
use crate::theory::{Theories, Theory};

/// The families, in the order of the documentation.
pub const FAMILIES: &[&[&dyn Claim]] =
    &[entropic_loss::CLAIMS, symmetry::CLAIMS, noether::CLAIMS, balance::CLAIMS, platonic::CLAIMS, sharpness::CLAIMS];

/// The theory of the entropic loss.
pub static NEURAL_THERMODYNAMICS: Theory = Theory {
    name: "neural-thermodynamics",
    title: "Neural thermodynamics: what stochastic descent minimises, and which symmetries that breaks",
    references: &[
        "Ziyin, Xu, Chuang, Neural Thermodynamics: Entropic Forces in Deep and Universal Representation Learning, arXiv:2505.12387",
    ],
    proofs: proofs::PAGES,
    claims: FAMILIES,
};

/// The theories that this program comes with.
pub static ALL: &[&Theory] = &[&NEURAL_THERMODYNAMICS];

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_claim_of_the_theories_is_well_formed_and_has_its_proof() {
        assert_eq!(Theories(ALL).faults(), Vec::<String>::new());
        for claim in Theories(ALL).claims() {
            assert!(Theories(ALL).proof(claim.entry().id).is_some(), "{} has no section in proofs/", claim.entry().id);
        }
    }

    #[test]
    fn two_claims_of_one_identifier_are_a_fault() {
        static TWICE: &[&Theory] = &[&NEURAL_THERMODYNAMICS, &NEURAL_THERMODYNAMICS];
        let faults = Theories(TWICE).faults();
        assert!(faults.contains(&"balance/neuron: two claims have this identifier".to_owned()), "{faults:?}");
    }
}
