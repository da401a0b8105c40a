//! Random variational circuits: what two moments of a random unitary say of their outputs, gradients and inputs, exactly.

mod drawing;
#[cfg(test)]
mod extremes;
mod gradient_variance;
mod input_duality;
mod kernel;
mod local_escape;

use crate::theories::THEOREMS;
use crate::verify::{Claim, Lemmas, Theory};

/// The theory of random circuits.
pub static THEORY: Theory = Theory {
    name: "circuit",
    title: "Random circuits: outputs, gradients and what does not concentrate",
    references: &[SIMPLICITY, MCCLEAN, GROSS],
    proofs: &[("circuit", include_str!("../../../proofs/circuit.md"))],
    lemmas: Lemmas { list: THEOREMS, statements: &[] },
    claims: &[CLAIMS],
    file: None,
};

const CLAIMS: &[&Claim] = &[&kernel::CLAIM, &gradient_variance::CLAIM, &local_escape::CLAIM, &input_duality::CLAIM];

/// For the collapse of the hypothesis class.
const SIMPLICITY: &str = "Qi, Yang, Chen, Hsieh, Random-matrix-induced simplicity bias, arXiv:2601.01877";
/// For the variance of gradients.
const MCCLEAN: &str = "McClean, Boixo, Smelyanskiy, Babbush, Neven, Barren plateaus in quantum neural network training landscapes, Nature Communications 9, 4812 (2018)";
/// For three copies.
const THREE_DESIGN: &str =
    "Webb, The Clifford group forms a unitary 3-design, Quantum Information and Computation 16 (2016) 1379-1400";
/// For designs.
const GROSS: &str = "Gross, Audenaert, Eisert, Evenly distributed unitaries: on the structure of unitary designs, J. Math. Phys. 48, 052104 (2007)";
