//! Neural thermodynamics: one folder for each family of claims.

pub mod balance;
mod entropic_loss;
mod noether;
mod platonic;
mod proofs;
pub mod sharpness;
mod symmetry;

use crate::verify::{Claim, Theory};

/// The families, in the order of the documentation.
const FAMILIES: &[&[&Claim]] =
    &[entropic_loss::CLAIMS, symmetry::CLAIMS, noether::CLAIMS, balance::CLAIMS, platonic::CLAIMS, sharpness::CLAIMS];

/// The theory of the entropic loss.
pub static THEORY: Theory = Theory {
    name: "neural-thermodynamics",
    title: "Neural thermodynamics: what stochastic descent minimises, and which symmetries that breaks",
    references: &[
        "Ziyin, Xu, Chuang, Neural Thermodynamics: Entropic Forces in Deep and Universal Representation Learning, arXiv:2505.12387",
    ],
    proofs: proofs::PAGES,
    lemmas: proofs::LEMMAS,
    claims: FAMILIES,
    file: None,
};
