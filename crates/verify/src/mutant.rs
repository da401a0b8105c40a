//! Wrong formulas, made from the right one: one term dropped, negated or doubled, an inequality reversed, a sharp bound tightened.

use super::relation::{Relation, Sense, Term};
use equipartition_scalar::Field;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What is wrong with a formula.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// Without the term.
    Dropped,
    /// The term with the other sign.
    Negated,
    /// Twice the term.
    Doubled,
    /// An inequality the other way round.
    Reversed,
    /// A bound that is said to be sharp, times the ratio up to which it is.
    Tightened,
}

impl Change {
    /// Every change.
    pub const ALL: [Change; 5] =
        [Change::Dropped, Change::Negated, Change::Doubled, Change::Reversed, Change::Tightened];
    /// Those of an equality's terms.
    pub const OF_TERMS: [Change; 3] = [Change::Dropped, Change::Negated, Change::Doubled];
    /// Those of a bound, the right side of an inequality with two sides. Twice the bound would be weaker, not wrong.
    pub(super) const OF_BOUNDS: [Change; 2] = [Change::Dropped, Change::Negated];

    /// What is added to the term, in multiples of it; nothing where it is not one term that changes.
    pub(super) fn multiple(self) -> i64 {
        match self {
            Change::Dropped => -1,
            Change::Negated => -2,
            Change::Doubled => 1,
            Change::Reversed | Change::Tightened => 0,
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Change::Dropped => "dropped",
            Change::Negated => "negated",
            Change::Doubled => "doubled",
            Change::Reversed => "reversed",
            Change::Tightened => "tightened",
        })
    }
}

/// A formula that is wrong in one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mutant {
    /// The kind of the relations that are wrong.
    pub relation: String,
    /// The term's label; of a reversed inequality both sides.
    pub term: String,
    /// What is wrong with it.
    pub change: Change,
}

impl Mutant {
    pub(super) fn new<T>(relation: &Relation<T>, term: &str, change: Change) -> Self {
        Mutant { relation: relation.label.kind.clone().into_owned(), term: term.to_owned(), change }
    }

    /// The inequality `relation`, reversed.
    pub(super) fn reversed<T>(relation: &Relation<T>) -> Self {
        fn side<T>(terms: &[Term<T>]) -> &str {
            terms.first().map_or("0", |term| &term.label)
        }
        let sign = if matches!(relation.sense, Sense::Less { .. }) { "<" } else { "<=" };
        Mutant::new(relation, &format!("{} {sign} {}", side(&relation.left), side(&relation.right)), Change::Reversed)
    }

    /// Makes every relation of the kind wrong.
    pub fn apply<T: Field>(&self, relations: &mut [Relation<T>]) {
        let of_kind = |relation: &&mut Relation<T>| relation.label.kind == self.relation;
        for relation in relations.iter_mut().filter(of_kind) {
            match (self.change, relation.sense) {
                (Change::Reversed, _) => std::mem::swap(&mut relation.left, &mut relation.right),
                (Change::Tightened, Sense::AtMost { sharp: Some((numerator, denominator)) }) => {
                    scale(&mut relation.right, &self.term, &T::ratio(numerator, denominator));
                }
                (Change::Tightened, _) => {}
                (change, _) => {
                    let factor = T::integer(1 + change.multiple());
                    scale(&mut relation.left, &self.term, &factor);
                    scale(&mut relation.right, &self.term, &factor);
                }
            }
        }
    }
}

/// Multiplies the terms of a label.
fn scale<T: Field>(terms: &mut [Term<T>], label: &str, factor: &T) {
    for entry in terms.iter_mut().filter(|term| term.label == label).flat_map(|term| &mut term.value) {
        *entry *= factor;
    }
}

impl fmt::Display for Mutant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} {}", self.relation, self.term, self.change)
    }
}
