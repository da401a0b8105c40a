//! Branches that no instance took: of `relu(w - 10^4)`, which is 0 wherever instances are drawn, nothing is known beyond.

use super::instance::{Instance, written};
use super::law::FormulaLaw;
use crate::formula::arithmetic::Computed;
use crate::scalar::{Interval, Measured, Rational, Sign};
use crate::verify::{Case, Claim, Draws, INTERVAL_BITS};
use equipartition_formula::Place;
use std::collections::HashMap;

/// What in the loss and in the law chose one and the same branch on all of so many instances of the claim of a law, as it is written.
pub(super) fn never_taken(law: &FormulaLaw, claim: &Claim<'_>, seed: u64, instances: u64) -> Vec<String> {
    if !law.has_branches() {
        return Vec::new();
    }
    // Whether the first number that is compared was less, and whether it was not.
    let mut taken: HashMap<Place, [bool; 2]> = HashMap::new();
    for index in 0..instances {
        let Ok(instance) = law.draw(&mut claim.draw(Case::Law, seed, index)) else { continue };
        for (place, is_less) in instance.branches() {
            taken.entry(place).or_default()[usize::from(is_less)] = true;
        }
    }
    let mut places: Vec<Place> =
        taken.into_iter().filter(|(_, taken)| *taken != [true; 2]).map(|(place, _)| place).collect();
    places.sort_by_key(|place| (place.source, place.span.start, place.span.end));
    places.into_iter().map(|place| written(&law.texts, &place).to_owned()).collect()
}

impl Instance {
    /// What in a text compares numbers, and whether the first is less, where that is sure; of an instance that is left out nothing is told.
    fn branches(&self) -> Vec<(Place, bool)> {
        // Rounding may take a branch that nothing takes: of numbers that are equal one would be less.
        if self.program.tape.is_algebraic() {
            self.branches_in::<Rational>()
        } else {
            self.branches_in::<Interval<INTERVAL_BITS>>()
        }
    }

    fn branches_in<T: Computed + Measured>(&self) -> Vec<(Place, bool)> {
        let (tape, inputs) = (&self.program.tape, self.carried::<T>());
        if self.relations_of(&inputs).is_err() {
            return Vec::new();
        }
        let Ok(values) = tape.evaluate(&T::ARITHMETIC, &inputs) else { return Vec::new() };
        let told = tape.comparisons().filter_map(|(a, b, place)| {
            let sign = (values[b.place()].clone() - &values[a.place()]).sign()?;
            Some((place.clone(), sign == Sign::Positive))
        });
        told.collect()
    }
}
