//! A path of an optimiser beside the same at another scale `a`, from `a theta` with its learning rate and decay scaled.

use super::optimisers::Path;
use crate::scalar::Rational;
use crate::verify::{Drawn, Numbers};

/// A path, and the same at another scale.
pub(super) struct Instance {
    pub(super) path: Path,
    /// `a`
    pub(super) scale: Rational,
    pub(super) scaled: Path,
}

impl Drawn for Instance {
    fn base(&self) -> Option<&dyn Drawn> {
        Some(&self.path)
    }
    fn besides(&self) -> String {
        format!(", a = {}", self.scale)
    }
    fn numbers(&self) -> Vec<Numbers> {
        let mut numbers = self.path.numbers();
        numbers.push(Numbers::new("a", [self.scale.clone()]));
        numbers.push(Numbers::new(
            "eta or eps, gamma at the scale a",
            [self.scaled.rate.clone(), self.scaled.weight_decay.clone()],
        ));
        numbers
    }
}
