//! The theories that this program comes with: a folder each, a file for each claim.

pub mod algebra;
mod carried;
pub mod circuit;
#[cfg(test)]
mod constants;
pub mod cosmology;
pub mod discovery;
pub mod entropy;
pub mod entropy_rft;
pub mod eth;
pub mod graph_entropy;
pub mod heavy;
pub mod ideal_gas;
pub mod kuramoto;
pub mod latent;
pub mod markov;
pub mod mirror;
pub mod neural_thermodynamics;
pub mod noise_equilibrium;
pub mod onsager;
pub mod reversal;
pub mod starvation;
pub mod turing;

use crate::verify::{Claim, Theories, Theory};

/// What of the claims Coq has checked, of all theories: the list that `make proofs` judges.
const THEOREMS: &str = include_str!("../../proofs/coq/claims.toml");

/// The theories that this program comes with.
pub static ALL: &[&Theory] = &[
    &neural_thermodynamics::THEORY,
    &noise_equilibrium::THEORY,
    &mirror::THEORY,
    &ideal_gas::THEORY,
    &markov::THEORY,
    &cosmology::THEORY,
    &starvation::THEORY,
    &entropy_rft::THEORY,
    &kuramoto::THEORY,
    &reversal::THEORY,
    &onsager::THEORY,
    &graph_entropy::THEORY,
    &turing::THEORY,
    &circuit::THEORY,
    &heavy::THEORY,
    &entropy::THEORY,
    &eth::THEORY,
    &algebra::THEORY,
    &latent::THEORY,
    &discovery::THEORY,
];

/// Every claim of every theory, in the order of the documentation. Identifiers are permanent.
pub fn registry() -> Vec<&'static Claim<'static>> {
    Theories(ALL).claims()
}

/// The claims whose identifier starts with one of the prefixes (`balance` selects `balance/...`); all of them if there are
/// no prefixes.
pub fn select(prefixes: &[impl AsRef<str>]) -> Vec<&'static Claim<'static>> {
    Theories(ALL).select(prefixes)
}

/// The claim of that identifier, if there is one.
pub fn find(id: &str) -> Option<&'static Claim<'static>> {
    Theories(ALL).find(id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::{Checked, Lemmas};

    #[test]
    fn every_claim_of_the_theories_is_well_formed_and_has_its_proof() {
        assert_eq!(Theories(ALL).faults(), Vec::<String>::new());
        for claim in Theories(ALL).claims() {
            assert!(Theories(ALL).proof(claim.id).is_some(), "{} has no section in proofs/", claim.id);
        }
    }

    /// The proof says why each control fails; it opens with their names, in order.
    #[test]
    fn proofs_list_exactly_the_controls_that_there_are() {
        for claim in Theories(ALL).claims() {
            let names: Vec<String> = claim.controls.iter().map(|control| format!("`{}`", control.name)).collect();
            let listed = format!("**Controls** ({}).", names.join(", "));
            let proof = Theories(ALL).proof(claim.id).unwrap_or_default();
            assert!(proof.contains(&listed), "{}: its proof does not list {listed}", claim.id);
        }
    }

    /// A claim builds on what its proof names, and on nothing else.
    #[test]
    fn proofs_name_what_claims_build_on() {
        for claim in Theories(ALL).claims() {
            let proof = Theories(ALL).proof(claim.id).unwrap_or_default();
            let words: Vec<&str> = proof.split(|c: char| !(c.is_ascii_alphanumeric() || "/-".contains(c))).collect();
            for id in claim.builds_on {
                assert!(words.contains(id), "{} builds on {id}, which its proof does not name", claim.id);
            }
        }
        let built_on: usize = Theories(ALL).claims().iter().map(|claim| claim.builds_on.len()).sum();
        assert!(built_on > 60, "{built_on}");
    }

    /// Every row of the list is of a claim; its theory has the statements at hand; what is in part says what is missing, and nothing else does.
    #[test]
    fn the_list_of_theorems_is_of_claims_and_their_statements() {
        for row in (Lemmas { list: THEOREMS, statements: &[] }).all() {
            let theory = Theories(ALL).of(&row.id).unwrap_or_else(|| panic!("{}: no such claim", row.id));
            let (lemma, statements) = Theories(ALL).lemma(&row.id);
            assert_eq!(lemma, row, "the list of {} is another one", theory.name);
            assert_eq!(
                statements.len(),
                row.theorems.len(),
                "{}: its theorems' statements are not all in {}",
                row.id,
                row.statement
            );
            assert!(
                !row.theorems.is_empty() && !row.covers.is_empty(),
                "{}: no theorem, or not what it covers",
                row.id
            );
            assert_eq!(
                row.checked == Checked::Part,
                !row.missing.is_empty(),
                "{}: in part, or nothing is missing",
                row.id
            );
        }
    }

    #[test]
    fn two_claims_of_one_identifier_are_a_fault() {
        static TWICE: &[&Theory] = &[&neural_thermodynamics::THEORY, &neural_thermodynamics::THEORY];
        let faults = Theories(TWICE).faults();
        assert!(faults.contains(&"balance/neuron: two claims have this identifier".to_owned()), "{faults:?}");
    }
}
