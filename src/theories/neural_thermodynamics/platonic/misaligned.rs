//! The relation that two hidden layers do not represent inputs alike.

use crate::scalar::Field;
use crate::verify::{Relation, Term};

/// The check tells a misalignment of `2^-20` from none, whatever the size of the kernels; below, nothing is said.
const RESOLUTION: i32 = 20;

/// `0 < 1/2 |K/|K| - K'/|K'||^2`, the misalignment, which is at most 1.
pub fn misaligned<T: Field>(layers: String, misalignment: T) -> Relation<T> {
    Relation::positive(("misalignment", layers), Term::scalar("1/2 |K/|K| - K'/|K'||^2", misalignment))
        .against(T::one())
        .resolved_to(RESOLUTION)
}
