//! Branches that no instance took: of `relu(w - 10^4)`, which is 0 wherever instances are drawn, nothing is known beyond.

use super::instance::Instance;
use super::law::FormulaLaw;
use crate::formula::arithmetic::Computed;
use crate::verify::{Case, Claim, Draws};
use equipartition_formula::{Place, Source};
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
    places.into_iter().map(|place| law.written(&place).to_owned()).collect()
}

impl FormulaLaw {
    /// What is written at a place.
    fn written(&self, place: &Place) -> &str {
        let text = match place.source {
            Source::Loss => &self.question.model.text,
            Source::Law => &self.question.law.text,
        };
        &text[place.span.clone()]
    }
}

impl Instance {
    /// What in a text compares numbers, and whether the first is less, in doubles; where these have no values nothing is told.
    fn branches(&self) -> Vec<(Place, bool)> {
        let tape = &self.program.tape;
        let Ok(values) = tape.evaluate(&f64::ARITHMETIC, &self.carried::<f64>()) else { return Vec::new() };
        let told = tape.comparisons().filter_map(|(a, b, place)| {
            let order = values[a.place()].partial_cmp(&values[b.place()])?;
            Some((place.clone(), order.is_lt()))
        });
        told.collect()
    }
}
