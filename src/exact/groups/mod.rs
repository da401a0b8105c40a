//! Finite groups by enumeration, over which averages are exact: the Clifford groups and their subgroups, and two Weyl groups.
//!
//! | room | what |
//! |---|---|
//! | [`pauli`] | Pauli strings, and Hermitian operators by their rational coefficients |
//! | [`clifford`] | unitary groups as signed permutations of Pauli strings, and their stabiliser states |
//! | [`moments`](mod@moments) | averages of an operator, and of two, over such a group |
//! | [`weyl`] | orthogonal groups of rational matrices: `W(F4)` and `W(B4)` |

pub mod clifford;
pub mod moments;
pub mod pauli;
pub mod weyl;

pub use clifford::{Group, SignedPermutation};
pub use moments::{Moments, moments};
pub use pauli::Operator;
