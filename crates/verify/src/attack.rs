//! The wrong formulas next to a right one, judged beside it: by how much each of them surely fails.

use super::finding::Finding;
use super::mutant::{Change, Mutant};
use super::relation::{Relation, Sense};
use equipartition_scalar::{Field, Magnitude, Measured, Sign};

impl Finding {
    /// The wrong formulas of an inequality: the other way round; without its bound, or with the wrong sign of it; and with less than a bound
    /// that is said to be sharp.
    pub(super) fn attack<T: Measured>(&mut self, relation: &Relation<T>, difference: &[T], scale: &Magnitude) {
        let widest = |entries: &mut dyn Iterator<Item = T>, sign: Sign| {
            let failing = entries.filter(|entry| entry.sign() == Some(sign));
            let misses = failing.map(|entry| Magnitude::ratio_below(&entry.mignitude(), scale));
            misses.fold(Magnitude::zero(), Magnitude::max)
        };
        let reversed = widest(&mut difference.iter().cloned(), Sign::Negative);
        self.record_mutant(Mutant::reversed(relation), reversed);
        // Without a left side there is nothing for a wrong bound to fail against.
        let Some(bound) = relation.right.first().filter(|_| !relation.left.is_empty()) else { return };
        let wrong = |factor: &T| {
            let mut entries =
                difference.iter().zip(&bound.value).map(|(entry, bound)| T::product(factor, bound) + entry);
            widest(&mut entries, Sign::Positive)
        };
        for change in Change::OF_BOUNDS {
            let miss = wrong(&T::integer(-change.multiple()));
            self.record_mutant(Mutant::new(relation, &bound.label, change), miss);
        }
        if let Sense::AtMost { sharp: Some((numerator, denominator)) } = relation.sense {
            let miss = wrong(&T::ratio(denominator - numerator, denominator));
            self.record_mutant(Mutant::new(relation, &bound.label, Change::Tightened), miss);
        }
    }

    /// Tries every systematic mutant of an equality: a term dropped, negated, doubled.
    pub(super) fn mutate<T: Field + Measured>(&mut self, relation: &Relation<T>, difference: &[T], scale: &Magnitude) {
        let sides = relation.left.iter().map(|term| (term, 1)).chain(relation.right.iter().map(|term| (term, -1)));
        for (term, side) in sides {
            for change in Change::OF_TERMS {
                let factor = T::integer(change.multiple() * side);
                let miss = difference
                    .iter()
                    .zip(&term.value)
                    .map(|(residual, entry)| (T::product(&factor, entry) + residual).mignitude())
                    .fold(Magnitude::zero(), Magnitude::max);
                self.record_mutant(Mutant::new(relation, &term.label, change), Magnitude::ratio_below(&miss, scale));
            }
        }
    }

    /// Keeps the widest miss of each mutant.
    pub(super) fn record_mutant(&mut self, mutant: Mutant, miss: Magnitude) {
        match self.mutants.iter_mut().find(|(known, _)| *known == mutant) {
            Some((_, widest)) if miss > *widest => *widest = miss,
            Some(_) => {}
            None => self.mutants.push((mutant, miss)),
        }
    }
}
