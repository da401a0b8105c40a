//! A problem with a generator and an element of its group, and what is asserted of the entropy along the orbit.

use crate::entropic::Preconditioner;
use crate::instances::Problem;
use crate::scalar::Rational;
use crate::symmetry::{Element, Generator};
use crate::verify::Drawn;

/// What is asserted besides the flat loss and the formula for `S(K theta)`.
pub(super) enum Asserted {
    /// The derivatives of S for any generator.
    Derivatives,
    /// The criterion of normal generators, infinitesimal and finite, with the inverse of the learning-rate matrix.
    Criterion(Preconditioner<Rational>),
    /// `S(K theta) = S(theta)`.
    Constancy,
}

/// A problem with a generator and a group element.
pub(super) struct Instance {
    pub(super) problem: Problem,
    pub(super) generator: Generator,
    pub(super) element: Element,
    pub(super) asserted: Asserted,
}

impl Drawn for Instance {
    fn base(&self) -> Option<&dyn Drawn> {
        Some(&self.problem)
    }
    fn besides(&self) -> String {
        format!(": {}; {}", self.generator.name, self.element.name)
    }
}
